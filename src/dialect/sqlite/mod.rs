//! SQLite: one file, few types, and a limited `ALTER TABLE`; other changes rebuild the table.
//!
//! Must not know any other database.

mod casts;
mod ddl;
pub mod introspect;
mod locks;
mod lower;
mod names;
mod normalize;
mod rebuild;
mod render;
pub(super) mod reprint;
mod table_sql;
mod types;
mod words;

use crate::plan::cast::Grade;
use crate::plan::cost::Cost;
use crate::plan::{Names, Plan};
use crate::schema::{
    Change, Column, Definition, Literal, Name, Normalized, ObjectName, Options, Place, Schema, Table, Type,
};

use super::casts::Family;
use super::in_step::{RowRule, RowTriggers};
use super::{Dialect, Expected, Product, Statement, Step, Unsupported};

/// SQLite.
#[derive(Debug)]
pub struct Sqlite;

impl Dialect for Sqlite {
    fn product(&self) -> Product {
        Product::Sqlite
    }

    fn normalize(&self, schema: Schema) -> Result<Normalized, Unsupported> {
        normalize::normalize(schema)
    }

    fn numbers_itself(&self, table: &Table, column: &Name) -> bool {
        normalize::row_id(table) == Some(column)
    }

    fn leave_out_new_partitions(&self, _schema: &mut Schema, _known: &Schema, _expected: &Expected<'_>) -> bool {
        // There are no partitioned tables.
        false
    }

    fn lower(&self, plan: &Plan, from: &Schema, names: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
        lower::lower(plan, from, names)
    }

    fn safe(&self, steps: Vec<Step>, _plan: &Plan, _from: &Schema, _names: &Names<'_>) -> Vec<Step> {
        // There is only one writer at a time anyway, and a rebuild keeps every row.
        steps
    }

    fn in_step(&self, table: &Table, _: &RowRule, _: &Names<'_>) -> Result<RowTriggers, Unsupported> {
        Err(Unsupported {
            product: Product::Sqlite,
            place: Place::table(&table.name),
            reason: "it has one writer at a time, and a migration is one transaction".to_owned(),
            hint: "write a plain migration, without `--expand-contract`".to_owned(),
        })
    }

    fn cast(&self, from: &Column, _: &Column) -> String {
        self.quote(&from.name)
    }

    fn arrange(&self, steps: Vec<Step>) -> Vec<Step> {
        // There are no types to create first.
        steps
    }

    fn costs(&self) -> &'static [Cost] {
        locks::COSTS
    }

    fn sizes(&self) -> Option<&'static str> {
        None
    }

    fn grade(&self, column: &str, from: &Family, to: &Family) -> Grade {
        casts::grade(column, from, to)
    }

    fn rows_in_default(&self, _: &Schema, _: &Schema, _: &Definition) -> Option<(ObjectName, String)> {
        None
    }

    fn rewrites(&self, from: &Type, to: &Type) -> bool {
        from != to
    }

    fn dropped_partitions(&self, _: &Change<Options>) -> Vec<Name> {
        Vec::new()
    }

    fn render(&self, step: &Step) -> Result<Vec<Statement>, Unsupported> {
        render::render(step)
    }

    fn quote(&self, name: &Name) -> String {
        ddl::quote(name)
    }

    fn literal(&self, literal: &Literal) -> String {
        ddl::literal(literal)
    }
}
