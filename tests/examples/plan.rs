//! A migration made by a program of one's own: entities to a schema, two schemas to a plan, a plan to SQL, forward and back.
//!
//! `cargo run --example plan`

#![allow(clippy::print_stdout, missing_docs, reason = "an example shows what it does")]

use anyhow::ensure;
use sea_gen::dialect::{self, Dialect, Forms};
use sea_gen::diff::diff;
use sea_gen::entity::{self, SourceFile};
use sea_gen::schema::{Normalized, Product};

const BEFORE: &str = r#"
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "book")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub title: String,
}
"#;

/// The schema that the source text of entities declares, in the form of one database.
fn declared(dialect: &dyn Dialect, text: &str) -> anyhow::Result<Normalized> {
    let files = [SourceFile { path: "entities/book.rs".into(), text: text.to_owned() }];
    let (model, diagnostics) = entity::read(&files, dialect.product());
    ensure!(diagnostics.is_empty(), "{diagnostics:?}");
    Ok(model.normalized(|schema| dialect.normalize(schema))?.clone())
}

pub fn main() -> anyhow::Result<()> {
    let after =
        BEFORE.replace("pub title: String", "#[sea_orm(unique)]\n    pub title: String,\n    pub pages: Option<i32>");
    for product in [Product::Postgres, Product::Sqlite] {
        let dialect = dialect::of(product);
        let (from, to) = (declared(dialect, BEFORE)?, declared(dialect, &after)?);

        let plan = diff(&from, &to, &[]);
        println!("{product}");
        for op in plan.ops() {
            println!("  {}", op.summary());
        }
        let up = dialect::statements(dialect, Forms::Offline, &plan, from.schema())?;
        let down = dialect::statements(dialect, Forms::Offline, &plan.inverse(from.schema()), to.schema())?;
        for (section, statements) in [("UP", &up), ("DOWN", &down)] {
            println!("-- {section}");
            statements.iter().for_each(|statement| println!("{};", statement.sql));
        }
        ensure!(up.iter().any(|statement| statement.sql.contains("\"pages\"")) && !down.is_empty(), "{up:?} {down:?}");
    }
    Ok(())
}
