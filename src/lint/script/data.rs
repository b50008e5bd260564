//! Statements whose result depends on existing rows, or that write rows.
//!
//! Must not know what the rows hold.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature};

use crate::lint::{Level, Rule};

use super::{ScriptCheck, example, place};

/// A NOT NULL column is added without a value.
pub(in crate::lint) const NOT_NULL: ScriptCheck = ScriptCheck {
    level: Level::Warning,
    suggestion: "add it taking NULL, fill it, then forbid NULL; or give it a default",
    backwards: true,
    example: example(
        "ALTER TABLE visit ADD COLUMN paid boolean NOT NULL;",
        "ALTER TABLE visit ADD COLUMN paid boolean NOT NULL DEFAULT false;",
    ),
    check: |line, context| {
        let clause = context.old(line).find(|clause| line.reading.has(&Feature::NoValueFor(clause.part.clone())))?;
        Some(format!("column {} takes no NULL, and rows that are there have nothing to put in", place(clause)))
    },
};

/// A column becomes NOT NULL.
pub(in crate::lint) const SET_NOT_NULL: Rule = Rule {
    id: "set-not-null",
    summary: "a column stops taking NULL",
    why: "it fails where a row holds NULL, and code that is still running may write one",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "fill the rows that hold NULL first, and look for them in a statement before",
        backwards: false,
        example: example(
            "ALTER TABLE visit ALTER COLUMN day SET NOT NULL;",
            "ALTER TABLE visit ADD CONSTRAINT has_day CHECK (day IS NOT NULL) NOT VALID;\n-- gen: no transaction\nALTER TABLE visit VALIDATE CONSTRAINT has_day;\nALTER TABLE visit ALTER COLUMN day SET NOT NULL;",
        ),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::SetNotNull)?;
            let proven = context.cost(clause).is_some_and(|cost| cost.kind == ClauseKind::SetNotNullProven);
            (!proven).then(|| format!("column {} fails on rows that hold NULL", place(clause)))
        },
    }),
};

/// Existing rows must be unique.
pub(in crate::lint) const UNIQUE: Rule = Rule {
    id: "unique",
    summary: "rows that are there must not hold the same twice",
    why: "it fails where two rows do",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "look for duplicates in a statement before: `GROUP BY … HAVING count(*) > 1`",
        backwards: false,
        example: example("ALTER TABLE visit ADD UNIQUE (day);", "CREATE INDEX visit_day ON visit (day);"),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::AddsUniqueness)?;
            Some(format!("{} fails on rows that hold the same twice", place(clause)))
        },
    }),
};

/// A column's type changes.
pub(in crate::lint) const RETYPE: Rule = Rule {
    id: "retype",
    summary: "a column's type changes",
    why: "values that do not fit are cut or make it fail, and code that is still running reads another type",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "look for values that do not fit in a statement before; or add a new column, fill it, and drop the old one later",
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
            (!line.reading.has(&Feature::Online)).then(|| format!("column {} gets another type", place(clause)))
        },
    }),
};

/// Constraint checks are disabled.
pub(in crate::lint) const CHECKS_OFF: Rule = Rule {
    id: "checks-off",
    summary: "foreign keys, checks or triggers are switched off",
    why: "rows that break them get in, and stay",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "leave them on, or check what was written before they are switched on again",
        backwards: true,
        example: example("SET session_replication_role = replica;", "SET session_replication_role = origin;"),
        check: |line, _| {
            line.reading
                .has(&Feature::ChecksOff)
                .then(|| "rows that break a key, a check or a trigger get in".to_owned())
        },
    }),
};

/// Rows are written out in a migration.
pub(in crate::lint) const SEED_DATA: Rule = Rule {
    id: "seed-data",
    summary: "rows are written out in a migration",
    why: "they are in every database it runs on, production too, and the way back has to find them again",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "test data belongs into `gen seed`; what the code cannot do without, say so in a silence",
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
    why: "from then on rows get in that the way back refuses",
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "be sure that nothing relies on it",
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
