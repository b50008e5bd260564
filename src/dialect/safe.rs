//! A dialect that lowers plans to safe forms, for tables that may hold rows while others work with them. Everything else is
//! the dialect's own.
//!
//! Must not know what any database's safe forms are.

use crate::plan::cast::Grade;
use crate::plan::cost::Cost;
use crate::plan::{Names, Plan};
use crate::schema::{Change, Definition, Literal, Name, Normalized, ObjectName, Options, Schema, Table, Type};

use super::casts::Family;
use super::mysql::{Flavor, MySql};
use super::{Dialect, Expected, Product, Statement, Step, Unsupported, postgres, sqlite};

static SQLITE: Safe = Safe(&sqlite::Sqlite);
static POSTGRES: Safe = Safe(&postgres::Postgres);
static MYSQL: Safe = Safe(&MySql(Flavor::MySql));
static MARIADB: Safe = Safe(&MySql(Flavor::MariaDb));

/// The dialect of a product, in safe forms.
pub(super) fn of(product: Product) -> &'static dyn Dialect {
    match product {
        Product::Sqlite => &SQLITE,
        Product::Postgres => &POSTGRES,
        Product::MySql => &MYSQL,
        Product::MariaDb => &MARIADB,
    }
}

#[derive(Debug)]
struct Safe(&'static dyn Dialect);

impl Dialect for Safe {
    fn product(&self) -> Product {
        self.0.product()
    }

    fn normalize_beside(&self, schema: Schema, normal: &Schema) -> Result<Normalized, Unsupported> {
        self.0.normalize_beside(schema, normal)
    }

    fn numbers_itself(&self, table: &Table, column: &Name) -> bool {
        self.0.numbers_itself(table, column)
    }

    fn leave_out_new_partitions(&self, schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
        self.0.leave_out_new_partitions(schema, known, expected)
    }

    fn lower(&self, plan: &Plan, from: &Schema, names: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
        Ok(self.safe(self.0.lower(plan, from, names)?, plan, from, names))
    }

    fn safe(&self, steps: Vec<Step>, plan: &Plan, from: &Schema, names: &Names<'_>) -> Vec<Step> {
        self.0.safe(steps, plan, from, names)
    }

    fn arrange(&self, steps: Vec<Step>) -> Vec<Step> {
        self.0.arrange(steps)
    }

    fn costs(&self) -> &'static [Cost] {
        self.0.costs()
    }

    fn sizes(&self) -> Option<&'static str> {
        self.0.sizes()
    }

    fn grade(&self, column: &str, from: &Family, to: &Family) -> Grade {
        self.0.grade(column, from, to)
    }

    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name> {
        self.0.dropped_partitions(change)
    }

    fn rows_in_default(&self, from: &Schema, to: &Schema, partition: &Definition) -> Option<(ObjectName, String)> {
        self.0.rows_in_default(from, to, partition)
    }

    fn rewrites(&self, from: &Type, to: &Type) -> bool {
        self.0.rewrites(from, to)
    }

    fn render(&self, step: &Step) -> Result<Vec<Statement>, Unsupported> {
        self.0.render(step)
    }

    fn quote(&self, name: &Name) -> String {
        self.0.quote(name)
    }

    fn literal(&self, literal: &Literal) -> String {
        self.0.literal(literal)
    }
}
