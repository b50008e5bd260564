//! `cargo bench`: the parts of a run by themselves, at 100, 1,000 and 5,000 tables of ten columns. Each should grow with the
//! number of tables and no faster; differing, with the number of tables that changed.
//!
//! Whole processes, floors and memory are measured by `run.sh` beside this file. Must not know how any part works.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for the terminal")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sea_gen::dialect;
use sea_gen::diff::diff;
use sea_gen::entity::{self, SourceFile};
use sea_gen::project::fingerprint;
use sea_gen::schema::{Column, Normalized, Product, Schema, Type};

const SIZES: [u32; 3] = [100, 1_000, 5_000];

/// The entity `run.sh` writes too: ten columns, one unique key, one index, one foreign key.
fn source(number: u32) -> SourceFile {
    let parent = number / 2;
    let text = format!(
        r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "thing_{number:05}")]
pub struct Model {{
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    #[sea_orm(indexed)]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    pub amount: i32,
    #[sea_orm(default_value = false)]
    pub active: bool,
    pub weight: f64,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub created_at: DateTime,
    pub parent_id: Option<i64>,
}}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {{
    #[sea_orm(belongs_to = "super::thing_{parent:05}::Entity", from = "Column::ParentId", to = "super::thing_{parent:05}::Column::Id")]
    Parent,
}}

impl ActiveModelBehavior for ActiveModel {{}}
"#
    );
    SourceFile { path: PathBuf::from(format!("entities/thing_{number:05}.rs")), text }
}

fn sources(tables: u32) -> Vec<SourceFile> {
    (0..tables).map(source).collect()
}

fn declared(tables: u32) -> Schema {
    entity::read(&sources(tables), Product::Postgres).0.schema().clone()
}

fn normalized(schema: Schema) -> Normalized {
    dialect::of(Product::Postgres).normalize(schema).expect("PostgreSQL holds it")
}

/// The same schema with a column more in every `every`th table.
fn changed(schema: &Schema, every: usize) -> Normalized {
    let mut schema = schema.clone();
    for table in schema.tables.values_mut().step_by(every) {
        let column = Column::new("rank", Type::Integer);
        table.columns.insert(column);
    }
    normalized(schema)
}

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for tables in SIZES {
        let sources = sources(tables);
        group.throughput(Throughput::Elements(tables.into()));
        group.bench_with_input(BenchmarkId::from_parameter(tables), &sources, |bencher, sources| {
            bencher.iter(|| entity::read(black_box(sources), Product::Postgres));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("normalise");
    for tables in SIZES {
        let schema = declared(tables);
        group.throughput(Throughput::Elements(tables.into()));
        group.bench_with_input(BenchmarkId::from_parameter(tables), &schema, |bencher, schema| {
            bencher.iter_batched(|| schema.clone(), normalized, BatchSize::LargeInput);
        });
    }
    group.finish();

    for (name, every) in [("diff of one table", usize::MAX), ("diff of every table", 1)] {
        let mut group = criterion.benchmark_group(name);
        for tables in SIZES {
            let schema = declared(tables);
            let sides = (normalized(schema.clone()), changed(&schema, every));
            group.throughput(Throughput::Elements(tables.into()));
            group.bench_with_input(BenchmarkId::from_parameter(tables), &sides, |bencher, (from, to)| {
                bencher.iter(|| diff(black_box(from), black_box(to), &[]));
            });
        }
        group.finish();
    }

    let mut group = criterion.benchmark_group("fingerprint");
    for tables in SIZES {
        let schema = normalized(declared(tables));
        group.throughput(Throughput::Elements(tables.into()));
        group.bench_with_input(BenchmarkId::from_parameter(tables), &schema, |bencher, schema| {
            bencher.iter(|| fingerprint(black_box(schema).schema()));
        });
    }
    group.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_secs(1));
    targets = parts
}
criterion_main!(all);
