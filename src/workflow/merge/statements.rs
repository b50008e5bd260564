//! What the statements of two branches do to rows, which no schema shows: where the order may decide what comes of it.
//!
//! Must not know how branches are merged.

use std::collections::BTreeSet;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::sql::{self, first_line};

use crate::dialect::{Role, Statement, reading};
use crate::plan::{Object, Op, Plan, Rename};
use crate::schema::Product;

/// Statements of two branches of which the order may matter, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// The statement of one branch, with its migration.
    pub one: Option<String>,
    /// The statement or change of the other.
    pub other: Option<String>,
    /// Why the order may matter.
    pub because: String,
}

impl Dependence {
    fn turned(self) -> Self {
        Self { one: self.other, other: self.one, because: self.because }
    }
}

/// What one branch does: its migrations, and the changes of its schema.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) migrations: &'a [&'a Migration],
    pub(super) plan: &'a Plan,
}

/// The pairs of statements of which the order may matter, although the schemas do not show it.
pub(super) fn dependences(one: Work<'_>, other: Work<'_>) -> Vec<Dependence> {
    let (rows, other_rows) = (row_changes(one.migrations), row_changes(other.migrations));
    let mut found = unread(one, other);
    found.extend(unread(other, one).into_iter().map(Dependence::turned));
    for change in &rows {
        for against in other_rows.iter().filter(|against| change.meets(against)) {
            let because = format!("both change rows of {}", change.shared(against));
            found.push(Dependence { one: Some(change.text.clone()), other: Some(against.text.clone()), because });
        }
    }
    found.extend(on_gone(&rows, other.plan));
    found.extend(on_gone(&other_rows, one.plan).into_iter().map(Dependence::turned));
    found
}

/// The statements that cannot be read, and migrations whose result is not known.
fn unread(one: Work<'_>, other: Work<'_>) -> Vec<Dependence> {
    let mut found = Vec::new();
    if other.migrations.is_empty() {
        return found;
    }
    for migration in one.migrations {
        for statement in migration.up.iter().filter(|it| !matches!(it.role, Role::Check(_))) {
            if let Some(why) = unknown(migration.product, statement) {
                let one = Some(said(migration, statement));
                found.push(Dependence {
                    one,
                    other: None,
                    because: format!("what it does to rows is not known: {why}"),
                });
            }
        }
        if migration.to.is_none() {
            let one = Some(format!("{}: …", migration.id));
            found.push(Dependence {
                one,
                other: None,
                because: "where it leads is not known: `gen verify` on its branch finds out".to_owned(),
            });
        }
    }
    found
}

/// Why it is not known what a statement does.
fn unknown(product: Product, statement: &Statement) -> Option<String> {
    const CALLS: &[&str] = &["CALL", "EXECUTE", "DO"];
    if let Some(why) = reading::read(product, &statement.sql).unread {
        return Some(why);
    }
    let words = sql::words(product, &statement.sql);
    let is_own = statement.sql == sea_gen_runner::reading::GIVE_BACK;
    (words.first().is_some_and(|word| word.is_any(CALLS)) && !is_own).then(|| "it calls a function".to_owned())
}

/// A statement that changes rows.
struct RowChange {
    text: String,
    /// The tables whose rows it changes.
    tables: BTreeSet<String>,
    /// The columns that it writes; empty if it writes or removes whole rows.
    columns: BTreeSet<String>,
    /// Every name that it contains.
    names: BTreeSet<String>,
}

impl RowChange {
    fn shared(&self, other: &Self) -> String {
        self.tables.intersection(&other.tables).cloned().collect::<Vec<_>>().join(", ")
    }

    /// Whether the order of the two may matter: they change rows of one table, and do not just write columns that the other
    /// does not name.
    fn meets(&self, other: &Self) -> bool {
        let is_apart = |one: &Self, other: &Self| !one.columns.is_empty() && one.columns.is_disjoint(&other.names);
        let are_apart = is_apart(self, other) && is_apart(other, self);
        !are_apart && !self.tables.is_disjoint(&other.tables)
    }
}

fn row_changes(migrations: &[&Migration]) -> Vec<RowChange> {
    let mut found = Vec::new();
    for migration in migrations {
        for statement in migration.up.iter().filter(|it| !matches!(it.role, Role::Check(_))) {
            let read = reading::read(migration.product, &statement.sql);
            let is_change = |kind: ClauseKind| {
                matches!(kind, ClauseKind::Insert | ClauseKind::Update | ClauseKind::Delete | ClauseKind::Truncate)
            };
            let clauses = || read.clauses.iter().filter(|clause| is_change(clause.kind));
            // Rebuilding a table copies its rows to another name; that is no change of them.
            let is_own = |table: &String| table.is_empty() || table == "sqlite_sequence" || is_made(migration, table);
            let tables: BTreeSet<String> =
                clauses().map(|clause| clause.table.clone()).filter(|table| !is_own(table)).collect();
            if tables.is_empty() {
                continue;
            }
            let is_update = clauses().all(|clause| clause.kind == ClauseKind::Update);
            let columns = read.written().filter(|_| is_update).map(str::to_owned).collect();
            let words = sql::words(migration.product, &statement.sql);
            let names = words.iter().filter_map(|word| word.name()).map(|name| name.to_string()).collect();
            found.push(RowChange { text: said(migration, statement), tables, columns, names });
        }
    }
    found
}

/// Whether a migration creates a table, so that nobody else has changed its rows.
fn is_made(migration: &Migration, table: &str) -> bool {
    migration.up.iter().any(|statement| {
        let clauses = reading::read(migration.product, &statement.sql).clauses;
        clauses.iter().any(|clause| clause.kind == ClauseKind::CreateTable && clause.table == table)
    })
}

/// The row changes that name what the other branch drops or renames.
fn on_gone(rows: &[RowChange], plan: &Plan) -> Vec<Dependence> {
    let mut found = Vec::new();
    for op in plan.ops() {
        let gone = match op {
            Op::Drop(Object::Table(table)) => Some((&table.name, None)),
            Op::Drop(Object::Column(table, column)) => Some((table, Some(&column.name))),
            Op::Rename(Rename::Table(change)) => Some((&change.from, None)),
            Op::Rename(Rename::Column(table, change)) => Some((table, Some(&change.from))),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        };
        let Some((table, column)) = gone else { continue };
        let is_named = |change: &&RowChange| {
            change.names.contains(table.name.as_str()) && column.is_none_or(|it| change.names.contains(it.as_str()))
        };
        found.extend(rows.iter().filter(is_named).map(|change| Dependence {
            one: Some(change.text.clone()),
            other: Some(op.to_string()),
            because: "the statement names what the other branch drops or renames".to_owned(),
        }));
    }
    found
}

fn said(migration: &Migration, statement: &Statement) -> String {
    format!("{}: {}", migration.id, first_line(&statement.sql))
}
