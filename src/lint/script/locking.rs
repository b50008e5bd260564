//! Statements that block other sessions.
//!
//! The locks and the cost of a clause are in the tables of the dialects. Must not know any of them.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature};

use crate::lint::{Level, Rule};
use crate::plan::cost::{Blocks, Cost, Work, cost};
use crate::schema::Product;

use super::{Context, Example, ScriptCheck, ScriptStatement, example, place};

/// An index build blocks other sessions.
pub(in crate::lint) const BLOCKING_BUILD: Rule = Rule {
    id: "blocking-build",
    summary: "an index build blocks other sessions",
    why: "writes, or even reads, block until the build finishes",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "PostgreSQL: `CREATE INDEX CONCURRENTLY` outside a transaction, and a key from it with `USING INDEX`; MySQL and \
                 MariaDB: `ALGORITHM=INPLACE, LOCK=NONE`",
        backwards: true,
        example: example(
            "CREATE INDEX visit_day ON visit (day);",
            "-- gen: no transaction\nCREATE INDEX CONCURRENTLY visit_day ON visit (day);",
        ),
        check: |line, context| slow(line, context, Work::Build),
    }),
};

/// A full scan blocks other sessions.
pub(in crate::lint) const BLOCKING_SCAN: Rule = Rule {
    id: "blocking-scan",
    summary: "a full scan blocks other sessions",
    why: "writes, or even reads, block until the scan finishes",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "PostgreSQL: `NOT VALID`, and `VALIDATE CONSTRAINT` in a separate transaction; a column through a check",
        backwards: true,
        example: example(
            "ALTER TABLE visit ADD CONSTRAINT past CHECK (day < '2030-01-01');",
            "ALTER TABLE visit ADD CONSTRAINT past CHECK (day < '2030-01-01') NOT VALID;",
        ),
        check: |line, context| slow(line, context, Work::Scan),
    }),
};

/// A table rewrite blocks other sessions.
pub(in crate::lint) const BLOCKING_REWRITE: Rule = Rule {
    id: "blocking-rewrite",
    summary: "a table rewrite blocks other sessions",
    why: "writes, or even reads, block until the rewrite finishes",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "add a new column, fill it in batches, and switch to it; or run it during a maintenance window",
        backwards: true,
        example: example(
            "ALTER TABLE visit ALTER COLUMN id TYPE bigint;",
            "ALTER TABLE visit ADD COLUMN new_id bigint;",
        ),
        check: |line, context| slow(line, context, Work::Rewrite),
    }),
};

/// An index is dropped in front of everybody.
pub(in crate::lint) const DROP_INDEX: Rule = Rule {
    id: "drop-index",
    summary: "an index is dropped under a lock that blocks all sessions",
    why: "it waits for running queries on the table, and all later queries wait behind it",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "`DROP INDEX CONCURRENTLY` outside a transaction",
        backwards: true,
        example: example("DROP INDEX visit_day;", "-- gen: no transaction\nDROP INDEX CONCURRENTLY visit_day;"),
        check: |line, context| {
            let clause = context.old(line).find(|clause| clause.kind == ClauseKind::DropIndex)?;
            let cost = context.cost(clause).filter(|_| context.product == Product::Postgres)?;
            Some(format!("drops index {} under {}", clause.part, cost.lock))
        },
    }),
};

/// A constraint is validated under the lock of another statement.
pub(in crate::lint) const LATE_VALIDATION: Rule = Rule {
    id: "validate-under-lock",
    summary: "a constraint is validated in a transaction that holds a stronger lock",
    why: "validation scans the table, and the earlier lock is held until it ends",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "put `-- gen: no transaction` above it, or begin a separate step",
        backwards: true,
        example: example(
            "ALTER TABLE visit ADD CONSTRAINT past CHECK (day < '2030-01-01') NOT VALID;\nALTER TABLE visit VALIDATE CONSTRAINT past;",
            "ALTER TABLE visit ADD CONSTRAINT past CHECK (day < '2030-01-01') NOT VALID;\n-- gen: no transaction\nALTER TABLE visit VALIDATE CONSTRAINT past;",
        ),
        check: |line, context| {
            let clause = line.reading.clauses.iter().find(|clause| clause.kind == ClauseKind::Validate)?;
            let (_, lock) = strongest(context)?;
            Some(format!("validates {} while {lock} is held", place(clause)))
        },
    }),
};

/// Rows are changed under a lock.
pub(in crate::lint) const ROWS_UNDER_LOCK: Rule = Rule {
    id: "rows-under-lock",
    summary: "rows are changed in a transaction that holds a lock on a table",
    why: "the lock is held until the last row is changed",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "change rows in a separate step, in batches",
        backwards: true,
        example: example(
            "ALTER TABLE visit ADD COLUMN paid boolean;\nUPDATE visit SET paid = false WHERE id < 100;",
            "ALTER TABLE visit ADD COLUMN paid boolean;\n-- gen: no transaction\nUPDATE visit SET paid = false WHERE id < 100;",
        ),
        check: |line, context| {
            let clause =
                context.old(line).find(|clause| matches!(clause.kind, ClauseKind::Update | ClauseKind::Delete))?;
            let (table, lock) = strongest(context)?;
            Some(format!("changes rows of {} while {lock} is held on {table}", place(clause)))
        },
    }),
};

/// Several tables are locked at once.
pub(in crate::lint) const MANY_TABLES: Rule = Rule {
    id: "many-tables",
    summary: "one transaction locks several existing tables",
    why: "all locks are held until it ends, and two transactions with different lock orders deadlock",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "one step a table",
        backwards: true,
        example: example(
            "ALTER TABLE guest ADD COLUMN born date;\nALTER TABLE visit ADD COLUMN paid boolean;",
            "ALTER TABLE guest ADD COLUMN born date;\n-- gen: no transaction\nALTER TABLE visit ADD COLUMN paid boolean;",
        ),
        check: |line, context| {
            let (table, lock) = strongest(context)?;
            let clause = locking(line, context).map(|(clause, _)| clause).find(|clause| {
                let first = context.first_name(&clause.table);
                let is_it = |name: &str| context.first_name(name) == first;
                let known = |earlier: &ScriptStatement| earlier.reading.clauses.iter().any(|it| is_it(&it.table));
                !is_it(&table) && !clause.table.is_empty() && !context.earlier.iter().any(|earlier| known(earlier))
            })?;
            Some(format!("locks {} while {lock} is held on {table}", clause.table))
        },
    }),
};

/// No lock timeout is set.
pub(in crate::lint) const LOCK_TIMEOUT: Rule = Rule {
    id: "lock-timeout",
    summary: "no lock timeout",
    why: "while a statement waits for its lock, all later queries wait behind it",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "leave it to `gen up`, which waits for three seconds, rolls back and tries again",
        backwards: true,
        example: example("SET lock_timeout = 0;", "SET lock_timeout = '3s';"),
        check: |line, _| line.reading.has(&Feature::NoLockTimeout).then(|| "has no lock timeout".to_owned()),
    }),
};

/// An explicit `LOCK TABLE`.
pub(in crate::lint) const LOCK_TABLE: Rule = Rule {
    id: "lock-table",
    summary: "explicit LOCK TABLE",
    why: "it is locked until the transaction ends, even if the statements need weaker locks",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "let each statement acquire the lock it needs",
        backwards: true,
        example: example("LOCK TABLE visit;", "UPDATE visit SET paid = true WHERE id = 1;"),
        check: |line, _| {
            line.reading.has(&Feature::LocksTable).then(|| "locks a table until the transaction ends".to_owned())
        },
    }),
};

/// The server may silently copy the table.
pub(in crate::lint) const ALGORITHM: Rule = Rule {
    id: "algorithm",
    summary: "the server chooses the algorithm of an ALTER TABLE",
    why: "it may silently copy the table while writes block",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Info,
        suggestion: "say `ALGORITHM=INSTANT`, or `ALGORITHM=INPLACE, LOCK=NONE`: then it fails instead",
        backwards: true,
        example: Example {
            product: Product::MySql,
            bad: "ALTER TABLE visit ADD COLUMN paid int;",
            good: "ALTER TABLE visit ADD COLUMN paid int, ALGORITHM=INSTANT;",
        },
        check: |line, context| {
            let server = matches!(context.product, Product::MySql | Product::MariaDb);
            let quick = |clause: &&Clause| context.cost(clause).is_some_and(|cost| !cost.algorithm.is_empty());
            let clause = context.old(line).find(quick).filter(|_| server)?;
            let said = line.reading.has(&Feature::NamesAlgorithm) || line.reading.has(&Feature::Online);
            let slow = context.old(line).any(|clause| context.cost(clause).is_some_and(Cost::grows_with_rows));
            (!said && !slow).then(|| format!("alters {} with an algorithm chosen by the server", clause.table))
        },
    }),
};

/// Findings about statements whose blocking time grows with the table.
fn slow(line: &ScriptStatement, context: &Context<'_>, work: Work) -> Option<String> {
    // SQLite has one writer anyway. A server with an explicit ALGORITHM and LOCK obeys or refuses.
    if context.product == Product::Sqlite || line.reading.has(&Feature::Online) {
        return None;
    }
    let (clause, cost) = context.old(line).find_map(|clause| {
        let cost = context.cost(clause)?;
        (cost.grows_with_rows() && cost.work == work).then_some((clause, cost))
    })?;
    let who = match cost.blocks {
        Blocks::Everybody => "reads and writes block",
        Blocks::Writers | Blocks::Nobody => "writes block",
    };
    let what = match work {
        Work::Build => "an index is built",
        Work::Scan => "every row is checked",
        Work::Rewrite | Work::Moment => "every row is rewritten",
    };
    let lock = match (cost.lock, cost.algorithm) {
        (lock, "") => lock.to_owned(),
        ("", algorithm) => format!("ALGORITHM={algorithm}"),
        (lock, algorithm) => format!("ALGORITHM={algorithm}, LOCK={lock}"),
    };
    let table = if clause.table.is_empty() { &clause.part } else { &clause.table };
    Some(format!("{table}: {lock} while {what}; {who}"))
}

/// The clauses of a statement that block other sessions on existing tables.
pub(super) fn locking<'l>(
    line: &'l ScriptStatement,
    context: &Context<'_>,
) -> impl Iterator<Item = (&'l Clause, &'static Cost)> {
    let found: Vec<_> = context
        .old(line)
        .filter_map(|clause| context.cost(clause).map(|cost| (clause, cost)))
        .filter(|(_, cost)| cost.blocks != Blocks::Nobody)
        .collect();
    found.into_iter()
}

/// The lock that the transaction already holds, and its table.
fn strongest(context: &Context<'_>) -> Option<(String, &'static str)> {
    if !context.has_statements_on_transaction() || context.product != Product::Postgres {
        return None;
    }
    let held = context.earlier.iter().flat_map(|line| locking(line, context));
    let named = |clause: &Clause| match clause.table.as_str() {
        "" => format!("the table of {}", clause.part),
        table => table.to_owned(),
    };
    held.max_by_key(|(_, cost)| cost.blocks).map(|(clause, cost)| (named(clause), cost.lock))
}

/// The locks that a foreign key takes on existing tables that it refers to (PostgreSQL). It holds them while the rows of its own table
/// are checked, of which a new table has none.
pub(super) fn of_referenced<'l>(
    line: &'l ScriptStatement,
    context: &'l Context<'_>,
) -> impl Iterator<Item = (String, &'static Cost)> + 'l {
    let is_new = |table: &String| {
        let creates = |clause: &Clause| clause.kind == ClauseKind::CreateTable && clause.table == *table;
        context.made.contains(table) || line.reading.clauses.iter().any(creates)
    };
    line.reading.features.iter().filter_map(move |feature| match feature {
        Feature::Reference(key) if context.product == Product::Postgres && !is_new(&key.references) => {
            let checks = line.reading.clauses.iter().any(|clause| clause.kind == ClauseKind::AddForeignKey);
            let kind = match checks && !is_new(&key.table) {
                true => ClauseKind::AddForeignKey,
                false => ClauseKind::AddForeignKeyUnchecked,
            };
            Some((key.references.clone(), cost(context.costs, kind)?))
        }
        _ => None,
    })
}
