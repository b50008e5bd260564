//! Reports what was found after a run besides the schema.
//!
//! Must not know how it is found.

use sea_gen_runner::run::Direction;
use sea_gen_runner::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::workflow::afterwards::{Afterwards, DataCheck, DataResult};

use super::up::Report;
use super::{paint, show};

/// Says what holds and what does not.
pub(super) fn tell(found: &Afterwards) {
    for warning in &found.warnings {
        paint::talk(format!("note: {warning}"));
    }
    let held = found.data.len() - found.failed().count();
    if held > 0 {
        paint::talk(format!("verified: {} of the data", show::plural(held, "check")));
    }
    if !found.uncounted.is_empty() {
        paint::talk(format!(
            "note: not counted before and after, because of their size: {}",
            found.uncounted.join(", ")
        ));
    }
}

/// The error of the queries that found rows: the migrations are applied, and which way leads back.
pub(super) fn failure(report: &Report) -> Option<Error> {
    let first = report.afterwards.failed().next()?;
    let count = report.afterwards.failed().count();
    let up = report.outcomes.iter().filter(|it| it.direction == Direction::Up && !it.is_of_file()).count();
    let state = match up {
        0 => "nothing was run".to_owned(),
        _ => format!("the {} of the run {} applied", show::plural(up, "migration"), if up == 1 { "is" } else { "are" }),
    };
    let more = if count > 1 { format!(", and {} more fail", count - 1) } else { String::new() };
    let (what, rows) = words(first);
    let error = Error::new(format!("{what}{more}; {state}")).of(ErrorKind::Refused).because(rows);
    let error = match &report.backup {
        Some(_) => error.hint("to go back: the command under the line of the backup above"),
        None if up > 0 => error.hint(format!("to go back: `gen down {up}`")),
        None => error,
    };
    Some(match &first.result {
        DataResult::Refused(_) => error.hint("correct the query, and ask again: `gen up --verify-data \"SELECT …\"`"),
        DataResult::Rows(..) | DataResult::Holds => {
            error.hint("correct the rows, and ask again: `gen up --verify-data \"SELECT …\"`")
        }
    })
}

/// What a query found, and its rows.
fn words(check: &DataCheck) -> (String, String) {
    let of = check.migration.as_ref().map(|id| format!(" of `{id}`")).unwrap_or_default();
    let sql = paint::line(&check.sql);
    match &check.result {
        DataResult::Holds => (format!("`{sql}`{of} holds"), String::new()),
        DataResult::Refused(error) => (format!("the database refuses `{sql}`{of}"), error.clone()),
        DataResult::Rows(rows, more) => {
            let end = if *more { "\n…" } else { "" };
            (format!("`{sql}`{of} finds rows that must not be there"), format!("{}{end}", rows.join("\n")))
        }
    }
}

/// Adds all of it to the report.
pub(super) fn add_json(all: &mut Value, found: &Afterwards) {
    if *found == Afterwards::default() {
        return;
    }
    let data = found.data.iter().map(|check| {
        let (rows, error) = match &check.result {
            DataResult::Holds => (Vec::new(), None),
            DataResult::Rows(rows, _) => (rows.clone(), None),
            DataResult::Refused(error) => (Vec::new(), Some(error)),
        };
        let holds = check.result == DataResult::Holds;
        json!({ "migration": check.migration, "sql": check.sql, "holds": holds, "rows": rows, "error": error })
    });
    all["data"] = data.collect();
    all["warnings"] = json!(found.warnings);
    all["counted"] = json!({ "unchanged": found.counted, "skipped": found.uncounted });
}
