//! PostgreSQL, 13 and later.
//!
//! `types`, `normalize`, `lower` and `render` are pure; `introspect` talks to the database. Must not know any other
//! database.

pub mod introspect;
mod lower;
mod moments;
mod names;
mod normalize;
mod render;
pub mod session;
mod types;
mod words;

use crate::plan::Plan;
use crate::schema::{Literal, Name, Normalized, Schema};

use super::{Dialect, Product, Statement, Step, Unsupported};

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
