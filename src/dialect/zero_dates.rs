//! Dates of zeros, `0000-00-00`: MySQL and MariaDB keep one as a default only in a session whose `sql_mode` accepts it, and refuse
//! every change of a table that has one in any other.
//!
//! Must not know how a statement is rendered.

use std::collections::BTreeSet;

use crate::plan::{Plan, apply, near};
use crate::schema::{Column, DefaultValue, Name, Product, Schema, Table};

use super::{Dialect, Statement};

/// The mode of the runner's sessions, but for dates of zeros.
const ACCEPTING: &str = "SET @sql_mode_before = @@sql_mode, \
                         sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";

const AS_BEFORE: &str = "SET sql_mode = @sql_mode_before";

/// The tables near a plan that have such a default before or after it.
pub fn tables(product: Product, plan: &Plan, from: &Schema) -> BTreeSet<Name> {
    if matches!(product, Product::Postgres | Product::Sqlite) || plan.is_empty() {
        return BTreeSet::new();
    }
    let before = near(plan, from);
    let mut after = before.clone().into_owned();
    // A plan that does not apply is refused elsewhere.
    let _ = apply(plan, &mut after);
    let has_one = |table: &&Table| table.columns.values().any(is_default_of);
    let all = before.tables.values().chain(after.tables.values());
    all.filter(has_one).map(|table| table.name.name.clone()).collect()
}

fn is_default_of(column: &Column) -> bool {
    let Some(DefaultValue::Expression(default)) = &column.default else { return false };
    // Also `2000-00-00`, a date without month and day.
    let day = default.text().trim_start_matches('\'').get(4..10);
    day.is_some_and(|day| day.starts_with("-00-") || day.starts_with('-') && day.ends_with("-00"))
}

/// The statements, those that change these tables in a mode that accepts such dates.
pub(super) fn accepted(dialect: &dyn Dialect, tables: &BTreeSet<Name>, statements: Vec<Statement>) -> Vec<Statement> {
    if tables.is_empty() {
        return statements;
    }
    let quoted: Vec<String> = tables.iter().map(|name| dialect.quote(name)).collect();
    let is_concerned = |statement: &Statement| {
        let changes_table = ["CREATE TABLE", "ALTER TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX", "DROP INDEX"];
        changes_table.iter().any(|start| statement.sql.starts_with(start))
            && quoted.iter().any(|name| statement.sql.contains(name))
    };
    let (mut all, mut accepts) = (Vec::new(), false);
    for mut statement in statements {
        if is_concerned(&statement) != accepts {
            accepts = !accepts;
            let mut switch = Statement::new(if accepts { ACCEPTING } else { AS_BEFORE });
            if accepts {
                // What is said of the change stays above it, a new step begins before the mode.
                switch.step = statement.step.take();
            }
            all.push(switch);
        }
        all.push(statement);
    }
    if accepts {
        all.push(Statement::new(AS_BEFORE));
    }
    all
}
