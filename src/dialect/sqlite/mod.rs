//! SQLite: one file, few types, and an `ALTER TABLE` that can do little; what it cannot is done by making the table anew.
//!
//! Must not know any other database.

pub mod introspect;
mod lower;
mod names;
mod normalize;
mod rebuild;
mod render;
pub mod session;
mod table_sql;
mod tokens;
mod types;

use crate::plan::Plan;
use crate::schema::{Literal, Name, Normalized, Schema, Table};

use super::{Dialect, Product, Statement, Step, Unsupported};

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

    fn lower(&self, plan: &Plan, from: &Schema) -> Result<Vec<Step>, Unsupported> {
        lower::lower(plan, from)
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
