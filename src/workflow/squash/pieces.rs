//! Which migrations of a squash are generated anew, and which are kept as they are written: those that change data, and those that change
//! a table that may have rows by then.
//!
//! Must not know databases.

use std::collections::BTreeSet;

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{GIVE_BACK, Reading};
use sea_gen_runner::run::reaches_beyond;
use sea_gen_runner::sql::{self, Token, first_line};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{Product, Role, Statement, reading};
use crate::schema::Schema;

use super::super::{Failure, Workspace};

/// A statement of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The migration.
    pub id: MigrationId,
    /// Its file and the line, `migrations/20260101_000000_a.sql:12`.
    pub place: String,
    /// The first line of the statement.
    pub statement: String,
}

/// Migrations that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first of them.
    pub(super) first: MigrationId,
    /// Their up statements.
    pub(super) statements: Vec<Statement>,
    /// Whether they are kept as they are written.
    pub(super) is_kept: bool,
}

/// The up statements of all migrations, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    pub(super) all: Vec<Piece>,
    /// The migrations that are kept as they are written.
    pub(super) as_written: Vec<MigrationId>,
    /// Their statements that change data.
    pub(super) kept: Vec<Place>,
    /// The statements that are left out, because the tables whose rows they change have none when they run.
    pub(super) left_out: Vec<Place>,
}

/// Tells the migrations apart. `is_from_nothing` says that no table has rows before the first of them.
///
/// # Errors
/// A statement that can be executed by an application only, or that reaches beyond the database, with its file and line.
pub(super) fn pieces(
    workspace: &Workspace,
    migrations: &[Migration],
    reached: &Schema,
    is_from_nothing: bool,
) -> Result<Pieces, Failure> {
    // Rows that are there once may be there later, whatever a schema says.
    let privileges = Schema { definitions: reached.definitions.clone(), ..Schema::default() };
    let mut pieces = Pieces::default();
    let mut filled = Filled { tables: BTreeSet::new(), every: !is_from_nothing };
    for migration in migrations {
        refuse(workspace, migration)?;
        let product = migration.product;
        let unseen = reading::every_unseen(product, &migration.up, &privileges);
        let (mut kept, mut left_out, mut is_kept) = (Vec::new(), Vec::new(), false);
        for (at, statement) in migration.up.iter().enumerate() {
            let read = reading::read(product, &statement.sql);
            filled.rename(&read);
            is_kept |= filled.concerns(product, statement, &read);
            let changes_data = unseen.contains(&at) && !keeps_privileges(&read, statement);
            if changes_data && !filled.has_nothing_for(statement, &read) {
                is_kept = true;
                filled.take(&read, statement);
                kept.push(place(workspace, migration, statement));
            } else if changes_data || matches!(statement.role, Role::Check(_)) {
                left_out.push(place(workspace, migration, statement));
            }
        }
        match is_kept {
            true => {
                pieces.as_written.push(migration.id.clone());
                pieces.kept.extend(kept);
            }
            false => pieces.left_out.extend(left_out),
        }
        let mut statements = migration.up.clone();
        if is_kept {
            begin_step(&mut statements, &migration.id);
        }
        match pieces.all.last_mut().filter(|piece| piece.is_kept == is_kept) {
            Some(piece) => piece.statements.extend(statements),
            None => pieces.all.push(Piece { first: migration.id.clone(), statements, is_kept }),
        }
    }
    Ok(pieces)
}

/// Lets statements begin a step, as they began a migration: what an earlier one has changed is committed.
pub(super) fn begin_step(statements: &mut [Statement], id: &MigrationId) {
    if let Some(first) = statements.first_mut() {
        first.step.get_or_insert_with(|| format!("from {id}"));
    }
}

/// Whether a generated statement keeps the privileges of what is made anew.
fn keeps_privileges(read: &Reading, statement: &Statement) -> bool {
    statement.sql == GIVE_BACK || read.strings.iter().any(|text| text == "gen.kept")
}

fn place(workspace: &Workspace, migration: &Migration, statement: &Statement) -> Place {
    let path = workspace.path_of(migration.product, &migration.id);
    let path = workspace.project.shown(&path).display().to_string();
    let place = statement.line.0.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
    Place { id: migration.id.clone(), place, statement: first_line(&statement.sql) }
}

/// Refuses what cannot be executed here, so that nothing could be shown to be the same afterwards.
fn refuse(workspace: &Workspace, migration: &Migration) -> Result<(), Failure> {
    let of_program = migration.up.iter().find(|it| matches!(it.role, Role::Rust { .. }));
    if let Some(statement) = of_program {
        let Place { place, statement, .. } = place(workspace, migration, statement);
        return Err(Error::new(format!(
            "{place}: `{statement}` calls a function of the application, which is not executed here"
        ))
        .of(ErrorKind::Refused)
        .hint(format!(
            "squash up to the migration before `{}`: `--to`, and from the one after it: `--from`",
            migration.id
        ))
        .into());
    }
    match reaches_beyond(migration) {
        None => Ok(()),
        Some(reason) => {
            let path = workspace.path_of(migration.product, &migration.id);
            let path = workspace.project.shown(&path).display();
            Err(Error::new(format!("{path}: {reason}"))
                .of(ErrorKind::Refused)
                .hint(format!(
                    "squash up to the migration before `{}`: `--to`, and from the one after it: `--from`",
                    migration.id
                ))
                .into())
        }
    }
}

/// The tables that may have rows.
struct Filled {
    tables: BTreeSet<String>,
    every: bool,
}

impl Filled {
    /// Whether a statement may change a table that may have rows. What is not understood may change any.
    fn concerns(&self, product: Product, statement: &Statement, read: &Reading) -> bool {
        if self.every || self.tables.is_empty() {
            return self.every;
        }
        let is_understood = read.unread.is_none()
            && !read.clauses.is_empty()
            && read.clauses.iter().all(|clause| !clause.table.is_empty());
        let names_one = || {
            let words = sql::words(product, &statement.sql);
            words.iter().filter_map(Token::name).any(|name| self.tables.iter().any(|table| is_of(table, &name)))
        };
        !is_understood || names_one()
    }

    /// Whether a statement that changes rows finds none.
    fn has_nothing_for(&self, statement: &Statement, read: &Reading) -> bool {
        let [clause] = read.clauses.as_slice() else { return false };
        let changes_rows = matches!(clause.kind, ClauseKind::Update | ClauseKind::Delete);
        let is_sql = !matches!(statement.role, Role::Rust { .. });
        read.unread.is_none() && !self.every && changes_rows && is_sql && !self.tables.contains(&clause.table)
    }

    /// A statement that is executed may write rows.
    fn take(&mut self, read: &Reading, statement: &Statement) {
        let known =
            |kind| matches!(kind, ClauseKind::Insert | ClauseKind::Update | ClauseKind::Delete | ClauseKind::Truncate);
        let is_plain = read.unread.is_none()
            && !read.clauses.is_empty()
            && read.clauses.iter().all(|clause| known(clause.kind))
            && !matches!(statement.role, Role::Rust { .. });
        // What it does not say itself, a trigger may do.
        match is_plain {
            true => {
                let inserts = read.clauses.iter().filter(|clause| clause.kind == ClauseKind::Insert);
                self.tables.extend(inserts.map(|clause| clause.table.clone()));
            }
            false => self.every = true,
        }
    }

    /// A renamed table keeps its rows. What a trigger writes is not known.
    fn rename(&mut self, read: &Reading) {
        for clause in &read.clauses {
            match clause.kind {
                ClauseKind::RenameTable if self.tables.contains(&clause.table) => {
                    self.tables.insert(clause.part.clone());
                }
                ClauseKind::CreateTrigger => self.every = true,
                _ => {}
            }
        }
    }
}

/// Whether a name in a statement is that of a table, which may be written with its schema.
fn is_of(table: &str, name: &str) -> bool {
    table.rsplit('.').next().is_some_and(|table| table.eq_ignore_ascii_case(name))
}
