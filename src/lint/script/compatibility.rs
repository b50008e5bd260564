//! Statements that break code that still runs while the migration is applied.
//!
//! Must not know that code.

use sea_gen_runner::reading::Feature;
use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::lint::Level;

use super::{ScriptRule, example, place};

/// A table is renamed.
pub(super) const RENAME_TABLE: ScriptRule = ScriptRule {
    code: "rename-table",
    level: Level::Warning,
    summary: "a table is renamed",
    why: "running code uses the old name",
    suggestion: "keep a view with the old name for one release, or stop the old code first",
    backwards: false,
    example: example("ALTER TABLE visit RENAME TO stay;", "CREATE VIEW stay AS SELECT id FROM visit;"),
    check: |line, context| {
        let clause = context.old(line).find(|clause| clause.kind == ClauseKind::RenameTable)?;
        Some(format!("table {} is renamed", clause.table))
    },
};

/// A column is renamed.
pub(super) const RENAME_COLUMN: ScriptRule = ScriptRule {
    code: "rename-column",
    level: Level::Warning,
    summary: "a column is renamed",
    why: "running code uses the old name",
    suggestion: "add the new column, write to both for one release, and drop the old one later; or stop the old code first",
    backwards: false,
    example: example("ALTER TABLE visit RENAME COLUMN day TO arrival;", "ALTER TABLE visit ADD COLUMN arrival date;"),
    check: |line, context| {
        let clause = context.old(line).find(|clause| clause.kind == ClauseKind::RenameColumn)?;
        Some(format!("column {} is renamed", place(clause)))
    },
};

/// A value of an enum type is renamed.
pub(super) const RENAME_VALUE: ScriptRule = ScriptRule {
    code: "rename-value",
    level: Level::Warning,
    summary: "a value of an enum type is renamed",
    why: "running code reads and writes the old value",
    suggestion: "add the new value, switch to it, and keep the old one",
    backwards: false,
    example: example("ALTER TYPE kind RENAME VALUE 'new' TO 'open';", "ALTER TYPE kind ADD VALUE 'open';"),
    check: |line, _| {
        line.reading.features.iter().find_map(|feature| match feature {
            Feature::RenamesValue(value) => Some(format!("value `{value}` is renamed")),
            _ => None,
        })
    },
};
