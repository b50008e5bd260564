//! A database that has the objects of the first migration but no history: a second environment, created by other means.
//!
//! Must not know how migrations are applied.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::{Error, sql};

use crate::dialect::reading;
use crate::diff::diff;
use crate::plan::Plan;

use super::{Failure, Live, Sealed};

/// The maximum number of listed differences.
const LISTED: usize = 20;

/// Refuses to create existing objects: on some databases the tables created before the failure would stay.
///
/// # Errors
/// The first existing table, with a hint.
pub(crate) fn refuse(live: &Live, sealed: Option<&Sealed>, migrations: &[Migration]) -> Result<(), Failure> {
    let Some(first) = migrations.first().filter(|_| live.history.is_empty()) else { return Ok(()) };
    let product = live.product();
    let is_there = |name: &str| live.schema.schema().tables.keys().any(|table| table.to_string() == name);
    let creates = |sql: &str| {
        let words = sql::words(product, sql);
        // `IF NOT EXISTS` does not conflict.
        if words.iter().take(6).any(|word| word.is_word("IF")) {
            return None;
        }
        let clauses = reading::read(product, sql).clauses;
        clauses.into_iter().find(|clause| clause.kind == ClauseKind::CreateTable).map(|clause| clause.table)
    };
    let taken = first.up.iter().filter_map(|statement| creates(&statement.sql)).find(|table| is_there(table));
    let Some(table) = taken else { return Ok(()) };
    let id = &first.id;
    let mut error = Error::new(format!(
        "migration `{id}` creates table `{table}`, which already exists in this database; no migration is recorded in it"
    ));
    if let Some(sealed) = sealed {
        error = error.because(listed(&diff(&live.schema, &sealed.schema, &[])));
    }
    Err(error
        .hint(
            "bring the database to that schema, and `gen up` records the migrations without running them: `gen diff --from database --to snapshot \
             --format sql` prints the statements",
        )
        .hint("if it is that schema but for what may differ here: `gen baseline --force`, and `gen drift` shows the rest")
        .hint("if this is the wrong database, name the right one with `--database-url`")
        .into())
}

/// The operations of a plan from a database to the result of the migrations, as lines.
pub(crate) fn listed(plan: &Plan) -> String {
    let mut lines: Vec<String> = plan.ops().iter().take(LISTED).map(ToString::to_string).collect();
    match plan.ops().len().saturating_sub(LISTED) {
        0 => {}
        more => lines.push(format!("and {more} more")),
    }
    lines.insert(0, "the differences from the result of the migrations:".to_owned());
    lines.join("\n")
}
