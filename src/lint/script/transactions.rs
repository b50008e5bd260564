//! Statements that do not fit their transaction, and those that could not be parsed.
//!
//! Must not know how a migration is run.

use sea_gen_runner::reading::Feature;

use crate::lint::code::sql_text;
use crate::lint::{Level, Rule};
use crate::schema::Product;

use super::{ScriptCheck, example};

/// A transaction inside the runner's.
pub(in crate::lint) const NESTING: Rule = Rule {
    id: "transaction-nesting",
    summary: "the file begins or ends a transaction",
    why: "the runner controls transactions: statements committed here stay if the rest fails, and the history does not record them",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "remove it; a separate step is a separate transaction",
        backwards: true,
        example: example("COMMIT;", "SELECT 1;"),
        check: |line, context| {
            let controls = line.reading.has(&Feature::ControlsTransaction);
            let own = matches!(context.product, Product::MySql | Product::MariaDb);
            (controls && !own).then(|| "begins or ends a transaction".to_owned())
        },
    }),
};

/// A statement runs inside a transaction that cannot.
pub(in crate::lint) const CONCURRENTLY: Rule = Rule {
    id: "concurrently-in-transaction",
    summary: "CONCURRENTLY inside a transaction",
    why: "PostgreSQL refuses it",
    code: Some(sql_text::CONCURRENTLY),
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "put `-- gen: no transaction` above it",
        backwards: true,
        example: example(
            "CREATE INDEX CONCURRENTLY visit_day ON visit (day);",
            "-- gen: no transaction\nCREATE INDEX CONCURRENTLY visit_day ON visit (day);",
        ),
        check: |line, _| {
            let refused = line.transactional && line.reading.has(&Feature::Concurrently);
            refused.then(|| "CONCURRENTLY does not work inside a transaction".to_owned())
        },
    }),
};

/// Nobody can tell after a crash whether it was done.
pub(in crate::lint) const UNDECIDABLE: Rule = Rule {
    id: "undecidable",
    summary: "after a crash nothing shows whether the statement was done",
    why: "it runs outside a transaction and no catalog shows its effect: an interrupted `gen up` asks a person before it goes on",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "write it so that it may be sent twice, and put `-- gen: repeatable` above it; or let it run in a transaction",
        backwards: true,
        example: example(
            "-- gen: no transaction\nCALL fill_totals();",
            "-- gen: no transaction\n-- gen: repeatable\nCALL fill_totals();",
        ),
        check: |line, _| line.undecidable.then(|| "after a crash nothing shows whether this was done".to_owned()),
    }),
};

/// An index that failed counts as there.
pub(in crate::lint) const CONCURRENT_IF_NOT_EXISTS: Rule = Rule {
    id: "concurrent-if-not-exists",
    summary: "CONCURRENTLY with IF NOT EXISTS",
    why: "an invalid index left by a failed attempt counts as existing, and stays invalid",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "omit IF NOT EXISTS: `gen up` drops the index of a failed attempt",
        backwards: true,
        example: example(
            "-- gen: no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS visit_day ON visit (day);",
            "-- gen: no transaction\nCREATE INDEX CONCURRENTLY visit_day ON visit (day);",
        ),
        check: |line, _| {
            let reading = &line.reading;
            let hides = reading.has(&Feature::Concurrently) && reading.has(&Feature::IfNotExists);
            hides.then(|| "IF NOT EXISTS accepts an invalid index".to_owned())
        },
    }),
};

/// A value is used in the transaction that adds it.
pub(in crate::lint) const NEW_VALUE_USED: Rule = Rule {
    id: "new-value-used",
    summary: "a new enum value is used in the transaction that adds it",
    why: "PostgreSQL refuses it: unsafe use of new value",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Danger,
        suggestion: "put `-- gen: no transaction` above the statement that adds the value",
        backwards: true,
        example: example(
            "ALTER TYPE kind ADD VALUE 'open';\nUPDATE visit SET kind = 'open' WHERE id = 1;",
            "-- gen: no transaction\nALTER TYPE kind ADD VALUE 'open';\nUPDATE visit SET kind = 'open' WHERE id = 1;",
        ),
        check: |line, context| {
            let added =
                context.earlier.iter().filter(|earlier| earlier.transactional).flat_map(|it| &it.reading.features);
            let used = added.into_iter().find_map(|feature| match feature {
                Feature::AddsValue(value) => line.reading.strings.contains(value).then_some(value),
                _ => None,
            });
            used.map(|value| format!("uses `{value}`, which this transaction adds"))
        },
    }),
};

/// A statement that could not be parsed.
pub(in crate::lint) const UNREAD: Rule = Rule {
    id: "unread",
    summary: "a statement could not be parsed",
    why: "its locks and losses are unknown",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "review it manually",
        backwards: true,
        example: example("FROBNICATE visit;", "ANALYZE visit;"),
        check: |line, _| line.reading.unread.as_ref().map(|why| format!("not understood: {why}")),
    }),
};
