//! The statements of the migrations that are squashed: those that only lead to a schema, which is generated anew, and those that change
//! data, which are kept in their order.
//!
//! Must not know databases.

use std::collections::BTreeSet;

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Cursor, Reading, words};
use sea_gen_runner::run::reaches_beyond;
use sea_gen_runner::sql::first_line;
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

/// Statements that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) statements: Vec<Statement>,
    /// Whether they are kept as they are.
    pub(super) is_kept: bool,
}

/// The statements of all migrations, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    pub(super) all: Vec<Piece>,
    /// The statements that are kept.
    pub(super) kept: Vec<Place>,
    /// The statements that are left out, because the tables whose rows they change have none when they run.
    pub(super) left_out: Vec<Place>,
}

/// Takes the up statements apart. `is_from_nothing` says that no table has rows before the first of them.
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
        let of_session = |statement: &Statement| {
            product != Product::Sqlite && words(product, &statement.sql).is_some_and(|it| Cursor::new(&it).is_at("SET"))
        };
        let mut is_first = true;
        for (at, statement) in migration.up.iter().enumerate() {
            let read = reading::read(product, &statement.sql);
            let is_check = matches!(statement.role, Role::Check(_));
            let is_data = unseen.contains(&at) || is_check && filled.every;
            filled.rename(&read);
            let leaves_out = is_check && !is_data || is_data && filled.has_nothing_for(product, statement, &read);
            if leaves_out {
                pieces.left_out.push(place(workspace, migration, statement));
            }
            // A setting of the session may be meant for the statements beside it.
            let is_kept = !leaves_out && (is_data || !unseen.is_empty() && of_session(statement));
            let mut statement = statement.clone();
            if is_kept {
                filled.take(&read, &statement);
                pieces.kept.push(place(workspace, migration, &statement));
                if std::mem::take(&mut is_first) {
                    let note = statement.note.iter().fold(format!("from {}", migration.id), |all, it| all + "\n" + it);
                    statement.note = Some(note);
                }
            }
            match pieces.all.last_mut().filter(|piece| piece.is_kept == is_kept) {
                Some(piece) => piece.statements.push(statement),
                None => pieces.all.push(Piece { statements: vec![statement], is_kept }),
            }
        }
    }
    Ok(pieces)
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
    /// Whether a generated statement that changes rows finds none.
    fn has_nothing_for(&self, product: Product, statement: &Statement, read: &Reading) -> bool {
        let [clause] = read.clauses.as_slice() else { return false };
        let is_generated = match statement.role {
            Role::Batches | Role::BatchesBy(_) => true,
            Role::Change => words(product, &statement.sql).is_some_and(|it| fills_nulls(Cursor::new(&it))),
            Role::Check(_) | Role::Rust { .. } => false,
        };
        let changes_rows = matches!(clause.kind, ClauseKind::Update | ClauseKind::Delete);
        read.unread.is_none() && !self.every && changes_rows && is_generated && !self.tables.contains(&clause.table)
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
            true => self.tables.extend(read.clauses.iter().map(|clause| clause.table.clone())),
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

/// `UPDATE t SET c = … WHERE c IS NULL`, as it is generated for a column that becomes NOT NULL.
fn fills_nulls(cursor: Cursor<'_>) -> bool {
    let (Some(mut set), Some(mut condition)) = (cursor.after("SET"), cursor.after("WHERE")) else { return false };
    let column = set.name();
    condition.name() == column && condition.take("IS NULL") && condition.rest().is_empty()
}
