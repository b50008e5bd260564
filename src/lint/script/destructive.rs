//! Statements that lose rows or values.
//!
//! Must not know how many.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature};

use crate::lint::{Level, Rule};

use super::{ScriptCheck, example, place};

/// An existing table is dropped.
pub(in crate::lint) const DROP_TABLE: ScriptCheck = ScriptCheck {
    level: Level::Danger,
    suggestion: "drop it one release after its last use; park it under another name first (`gen migration --keep`)",
    backwards: false,
    example: example("DROP TABLE visit;", "ALTER TABLE visit RENAME TO visit_until_may;"),
    check: |line, context| {
        one(context.old(line).filter(|clause| !context.is_rebuilt(&clause.table)), ClauseKind::DropTable, |clause| {
            format!("drops table {} and its rows", place(clause))
        })
    },
};

/// A column is dropped.
pub(in crate::lint) const DROP_COLUMN: ScriptCheck = ScriptCheck {
    level: Level::Danger,
    suggestion: "drop it one release after its last use; park it under another name first (`gen migration --keep`)",
    backwards: false,
    example: example("ALTER TABLE visit DROP COLUMN note;", "ALTER TABLE visit ALTER COLUMN note DROP NOT NULL;"),
    check: |line, context| {
        one(context.old(line), ClauseKind::DropColumn, |clause| {
            format!("drops column {} and its values", place(clause))
        })
    },
};

/// A table is emptied.
pub(in crate::lint) const TRUNCATE: Rule = Rule {
    id: "truncate",
    summary: "a table is emptied",
    why: "its rows are lost, and `down` cannot restore them",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "delete rows in batches, with a condition",
        backwards: false,
        example: example("TRUNCATE visit;", "DELETE FROM visit WHERE day < '2020-01-01';"),
        check: |line, context| {
            one(context.old(line), ClauseKind::Truncate, |clause| format!("empties table {}", place(clause)))
        },
    }),
};

/// Every row is changed or deleted.
pub(in crate::lint) const EVERY_ROW: Rule = Rule {
    id: "every-row",
    summary: "every row of a table is changed or deleted in one statement",
    why: "all rows are locked until it ends, and without a condition nothing limits a mistake",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "add a condition, and change rows in batches",
        backwards: false,
        example: example("UPDATE visit SET paid = true;", "UPDATE visit SET paid = true WHERE day < '2020-01-01';"),
        check: |line, context| {
            let clause =
                context.old(line).find(|clause| matches!(clause.kind, ClauseKind::Update | ClauseKind::Delete));
            let clause = clause.filter(|_| line.reading.has(&Feature::EveryRow))?;
            let verb = if clause.kind == ClauseKind::Delete { "deletes" } else { "changes" };
            Some(format!("{verb} every row of {}", place(clause)))
        },
    }),
};

/// `CASCADE` drops dependents, whatever they are.
pub(in crate::lint) const CASCADE: Rule = Rule {
    id: "cascade",
    summary: "CASCADE drops unnamed objects",
    why: "the dropped objects are determined at execution, and may be more than when it was written",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "drop each object by name, one statement each",
        backwards: true,
        example: example("DROP VIEW visits CASCADE;", "DROP VIEW visits;"),
        check: |line, _| {
            line.reading
                .has(&Feature::Cascade)
                .then(|| "CASCADE drops or empties objects that it does not name".to_owned())
        },
    }),
};

/// A database or a schema is dropped.
pub(in crate::lint) const DROP_DATABASE: Rule = Rule {
    id: "drop-database",
    summary: "a database or a schema is dropped",
    why: "everything in it is lost",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "drop it manually when it is no longer used",
        backwards: true,
        example: example("DROP SCHEMA old CASCADE;", "DROP TABLE old.visit;"),
        check: |line, _| line.reading.has(&Feature::DropsDatabase).then(|| "drops everything in it".to_owned()),
    }),
};

fn one<'a>(
    mut clauses: impl Iterator<Item = &'a Clause>,
    kind: ClauseKind,
    say: fn(&Clause) -> String,
) -> Option<String> {
    clauses.find(|clause| clause.kind == kind).map(say)
}
