//! MySQL and MariaDB: one folder, two flavors, told apart by a value.
//!
//! Must not know any other database.

mod casts;
mod defaults;
mod flavor;
mod folded;
mod in_step;
pub mod introspect;
mod locks;
mod lower;
mod mode;
mod names;
mod normalize;
pub(super) mod partitions;
mod periods;
mod quote;
mod render;
pub mod reprint;
mod safe;
mod types;
mod versioning;
mod words;

use crate::plan::cast::Grade;
use crate::plan::cost::Cost;
use crate::plan::{Names, Plan};
use crate::schema::{Change, Column, Definition, Literal, Name, Normalized, ObjectName, Options, Schema, Table, Type};

pub use flavor::Flavor;

use super::casts::Family;
use super::in_step::{RowRule, RowTriggers};
use super::{Dialect, Expected, Product, Statement, Step, Unsupported};

/// MySQL or MariaDB.
#[derive(Debug)]
pub struct MySql(pub Flavor);

impl Dialect for MySql {
    fn product(&self) -> Product {
        self.0.product()
    }

    fn normalize(&self, schema: Schema) -> Result<Normalized, Unsupported> {
        normalize::normalize(self.0, schema)
    }

    fn leave_out_new_partitions(&self, schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
        partitions::leave_out_new(schema, known, expected)
    }

    fn lower(&self, plan: &Plan, from: &Schema, _names: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
        lower::lower(self.0, plan, from)
    }

    fn safe(&self, steps: Vec<Step>, plan: &Plan, from: &Schema, _names: &Names<'_>) -> Vec<Step> {
        safe::safe(self.0, steps, plan, from)
    }

    fn in_step(&self, table: &Table, rule: &RowRule, names: &Names<'_>) -> Result<RowTriggers, Unsupported> {
        Ok(in_step::triggers(self.0, table, rule, names))
    }

    fn cast(&self, from: &Column, _: &Column) -> String {
        self.quote(&from.name)
    }

    fn arrange(&self, steps: Vec<Step>) -> Vec<Step> {
        // The values of an enum type belong to its column.
        steps
    }

    fn costs(&self) -> &'static [Cost] {
        match self.0 {
            Flavor::MySql => locks::MYSQL,
            Flavor::MariaDb => locks::MARIADB,
        }
    }

    fn sizes(&self) -> Option<&'static str> {
        Some(match self.0 {
            Flavor::MySql => include_str!("queries/sizes.mysql.sql"),
            Flavor::MariaDb => include_str!("queries/sizes.mariadb.sql"),
        })
    }

    fn grade(&self, column: &str, from: &Family, to: &Family) -> Grade {
        casts::grade(self, column, from, to)
    }

    fn rows_in_default(&self, _: &Schema, _: &Schema, _: &Definition) -> Option<(ObjectName, String)> {
        None
    }

    fn rewrites(&self, from: &Type, to: &Type) -> bool {
        casts::rewrites(from, to)
    }

    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name> {
        let clause = |options: &Options| options.get(crate::schema::PARTITION_BY).cloned();
        partitions::dropped(clause(&change.from).as_deref(), clause(&change.to).as_deref())
    }

    fn render(&self, step: &Step) -> Result<Vec<Statement>, Unsupported> {
        render::render(self.0, step)
    }

    fn quote(&self, name: &Name) -> String {
        quote::quote(name)
    }

    fn literal(&self, literal: &Literal) -> String {
        quote::literal(literal)
    }
}
