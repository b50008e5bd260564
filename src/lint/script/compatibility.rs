//! Statements that break code that still runs while the migration is applied.
//!
//! Must not know that code.

use sea_gen_runner::reading::Feature;
use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::lint::{Level, Rule};

use super::{ScriptCheck, example, place};

/// A table is renamed.
pub(in crate::lint) const RENAME_TABLE: Rule = Rule {
    id: "rename-table",
    summary: "a table is renamed",
    why: "running code uses the old name",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "keep a view with the old name for one release, or stop the old code first",
        backwards: false,
        example: example("ALTER TABLE visit RENAME TO stay;", "CREATE VIEW stay AS SELECT id FROM visit;"),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::RenameTable)?;
            Some(format!("table {} is renamed", clause.table))
        },
    }),
};

/// A column is renamed.
pub(in crate::lint) const RENAME_COLUMN: Rule = Rule {
    id: "rename-column",
    summary: "a column is renamed",
    why: "running code uses the old name",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "keep both names in step for one release: `gen migration <Name> --expand-contract`; or stop the old code first",
        backwards: false,
        example: example(
            "ALTER TABLE visit RENAME COLUMN day TO arrival;",
            "ALTER TABLE visit ADD COLUMN arrival date;",
        ),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::RenameColumn)?;
            Some(format!("column {} is renamed", place(clause)))
        },
    }),
};

/// A value of an enum type is renamed.
pub(in crate::lint) const RENAME_VALUE: Rule = Rule {
    id: "rename-value",
    summary: "a value of an enum type is renamed",
    why: "running code reads and writes the old value",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "add the new value, switch to it, and keep the old one",
        backwards: false,
        example: example("ALTER TYPE kind RENAME VALUE 'new' TO 'open';", "ALTER TYPE kind ADD VALUE 'open';"),
        check: |line, _| {
            line.reading.features.iter().find_map(|feature| match feature {
                Feature::RenamesValue(value) => Some(format!("value `{value}` is renamed")),
                _ => None,
            })
        },
    }),
};
