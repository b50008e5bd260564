//! Statements whose result depends on existing rows, or that write rows.
//!
//! Must not know the values of rows.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature};

use crate::lint::{Level, Rule};

use super::{ScriptCheck, example, place};

/// A NOT NULL column is added without a value.
pub(in crate::lint) const NOT_NULL: ScriptCheck = ScriptCheck {
    level: Level::Warning,
    suggestion: "add it as nullable, fill it, then set NOT NULL; or give it a default",
    backwards: true,
    example: example(
        "ALTER TABLE visit ADD COLUMN paid boolean NOT NULL;",
        "ALTER TABLE visit ADD COLUMN paid boolean NOT NULL DEFAULT false;",
    ),
    check: |line, context| {
        let clause = context.old(line).find(|clause| line.reading.has(&Feature::NoValueFor(clause.part.clone())))?;
        Some(format!("column {} is NOT NULL, and existing rows get no value", place(clause)))
    },
};

/// A column becomes NOT NULL.
pub(in crate::lint) const SET_NOT_NULL: Rule = Rule {
    id: "set-not-null",
    summary: "a column becomes NOT NULL",
    why: "it fails if a row has NULL, and running code may still write NULL",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "fill rows with NULL first, and check for them in a preceding statement",
        backwards: false,
        example: example(
            "ALTER TABLE visit ALTER COLUMN day SET NOT NULL;",
            "ALTER TABLE visit ADD CONSTRAINT has_day CHECK (day IS NOT NULL) NOT VALID;\n-- gen: no transaction\nALTER TABLE visit VALIDATE CONSTRAINT has_day;\nALTER TABLE visit ALTER COLUMN day SET NOT NULL;",
        ),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::SetNotNull)?;
            let proven = context.cost(clause).is_some_and(|cost| cost.kind == ClauseKind::SetNotNullProven);
            (!proven).then(|| format!("column {} fails on rows with NULL", place(clause)))
        },
    }),
};

/// Existing rows must be unique.
pub(in crate::lint) const UNIQUE: Rule = Rule {
    id: "unique",
    summary: "existing rows must not have duplicates",
    why: "it fails if two rows are equal",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "check for duplicates in a preceding statement: `GROUP BY … HAVING count(*) > 1`",
        backwards: false,
        example: example("ALTER TABLE visit ADD UNIQUE (day);", "CREATE INDEX visit_day ON visit (day);"),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::AddsUniqueness)?;
            Some(format!("{} fails if duplicate rows exist", place(clause)))
        },
    }),
};

/// A column's type changes.
pub(in crate::lint) const RETYPE: Rule = Rule {
    id: "retype",
    summary: "a column's type changes",
    why: "values that do not fit are truncated or make it fail, and running code expects the old type",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "check for values that do not fit in a preceding statement; or add a new column, fill it, and drop the old one later",
        backwards: false,
        example: example(
            "ALTER TABLE visit ALTER COLUMN day TYPE date;",
            "ALTER TABLE visit ADD COLUMN day_only date;",
        ),
        check: |line, context| {
            let is_kept = |clause: &Clause| line.reading.has(&Feature::KeepsValues(clause.part.clone()));
            let clause = context.old(line).find(|clause| {
                matches!(clause.kind, ClauseKind::Retype | ClauseKind::RetypeFromUnknown | ClauseKind::Widen)
                    && !is_kept(clause)
            })?;
            // The server refuses what would write the values anew.
            (!line.reading.has(&Feature::Online)).then(|| format!("column {} changes type", place(clause)))
        },
    }),
};

/// Constraint checks are disabled.
pub(in crate::lint) const CHECKS_OFF: Rule = Rule {
    id: "checks-off",
    summary: "foreign keys, checks or triggers are switched off",
    why: "rows that violate them can be inserted, and stay",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "leave them on, or check the rows before they are switched on again",
        backwards: true,
        example: example("SET session_replication_role = replica;", "SET session_replication_role = origin;"),
        check: |line, _| {
            line.reading
                .has(&Feature::ChecksOff)
                .then(|| "rows that violate a key, a check or a trigger can be inserted".to_owned())
        },
    }),
};

/// Rows are written out in a migration.
pub(in crate::lint) const SEED_DATA: Rule = Rule {
    id: "seed-data",
    summary: "rows are written out in a migration",
    why: "they are inserted into every database, including production, and `down` must find them again",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "use `gen seed` for test data; silence the rule for rows that the code requires",
        backwards: false,
        example: example(
            "INSERT INTO kind (id) VALUES (1);",
            "INSERT INTO kind (id) SELECT DISTINCT kind_id FROM visit;",
        ),
        check: |line, _| {
            let clause = line.reading.clauses.iter().find(|clause| clause.kind == ClauseKind::Insert)?;
            line.reading.has(&Feature::HoldsRows).then(|| format!("writes rows into {}", place(clause)))
        },
    }),
};

/// A constraint is dropped.
pub(in crate::lint) const DROP_CONSTRAINT: Rule = Rule {
    id: "drop-constraint",
    summary: "a constraint goes",
    why: "rows that violate it can be inserted, and then `down` fails",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "make sure that nothing depends on it",
        backwards: false,
        example: example(
            "ALTER TABLE visit DROP CONSTRAINT visit_day;",
            "ALTER TABLE visit RENAME CONSTRAINT visit_day TO day_is_past;",
        ),
        check: |line, context| {
            let is_dropped = |kind| {
                matches!(kind, ClauseKind::DropConstraint | ClauseKind::DropForeignKey | ClauseKind::DropPrimaryKey)
            };
            let clause = context.old(line).find(|clause| is_dropped(clause.kind))?;
            // What the file itself has put there as a proof goes again.
            let ours = context.proven.iter().any(|(table, _, name, _)| *table == clause.table && *name == clause.part);
            (!ours).then(|| format!("drops constraint {}", place(clause)))
        },
    }),
};
