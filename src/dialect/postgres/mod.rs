//! PostgreSQL, 13 and later.
//!
//! `types`, `normalize`, `lower` and `render` are pure; `introspect` talks to the database. Must not know any other
//! database.

mod capabilities;
mod casts;
mod in_step;
pub mod introspect;
mod locks;
mod lower;
mod moments;
mod names;
mod normalize;
mod partitions;
mod render;
pub mod reprint;
mod safe;
mod types;
mod words;

use crate::plan::cast::Grade;
use crate::plan::cost::Cost;
use crate::plan::{Names, Plan};
use crate::schema::{
    Change, Column, DefaultValue, Definition, Literal, Name, Normalized, ObjectName, Options, Schema, Table, Type,
};

use super::casts::Family;
use super::in_step::{RowRule, RowTriggers};
use super::{Dialect, Expected, Product, Statement, Step, Unsupported};
pub use names::sequence_of;
pub use types::type_below_domain;

/// PostgreSQL.
#[derive(Debug)]
pub struct Postgres;

impl Dialect for Postgres {
    fn product(&self) -> Product {
        Product::Postgres
    }

    fn normalize(&self, schema: Schema) -> Result<Normalized, Unsupported> {
        normalize::normalize(schema)
    }

    fn numbers_itself(&self, table: &Table, column: &Name) -> bool {
        // From a sequence that no column owns, as `pg_dump` of old databases and many scripts make it.
        let default = table.columns.get(column).and_then(|column| column.default.as_ref());
        matches!(default, Some(DefaultValue::Expression(value)) if value.text().starts_with("nextval("))
    }

    fn leave_out_new_partitions(&self, schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
        partitions::leave_out_new(schema, known, expected)
    }

    fn lower(&self, plan: &Plan, from: &Schema, names: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
        lower::lower(plan, from, names)
    }

    fn safe(&self, steps: Vec<Step>, plan: &Plan, from: &Schema, names: &Names<'_>) -> Vec<Step> {
        safe::safe(steps, plan, from, names)
    }

    fn in_step(&self, table: &Table, rule: &RowRule, names: &Names<'_>) -> Result<RowTriggers, Unsupported> {
        Ok(in_step::triggers(table, rule, names))
    }

    fn cast(&self, from: &Column, to: &Column) -> String {
        in_step::cast(from, to)
    }

    fn arrange(&self, steps: Vec<Step>) -> Vec<Step> {
        lower::arrange(steps)
    }

    fn costs(&self) -> &'static [Cost] {
        locks::COSTS
    }

    fn sizes(&self) -> Option<&'static str> {
        Some(include_str!("queries/sizes.sql"))
    }

    fn grade(&self, column: &str, from: &Family, to: &Family) -> Grade {
        casts::grade(column, from, to)
    }

    fn rewrites(&self, from: &Type, to: &Type) -> bool {
        casts::rewrites(from, to)
    }

    fn dropped_partitions(&self, _: &Change<Options>) -> Vec<Name> {
        // Partitions are definitions of their own.
        Vec::new()
    }

    fn rows_in_default(&self, from: &Schema, to: &Schema, partition: &Definition) -> Option<(ObjectName, String)> {
        partitions::in_default(from, to, partition)
    }

    fn render(&self, step: &Step) -> Result<Vec<Statement>, Unsupported> {
        render::render(step)
    }

    fn quote(&self, name: &Name) -> String {
        render::quote(name)
    }

    fn literal(&self, literal: &Literal) -> String {
        render::literal(literal)
    }
}
