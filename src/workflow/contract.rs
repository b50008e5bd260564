//! Who still uses the old shape that a migration removes, as far as the server knows.
//!
//! Must not know how migrations are run, or what is printed.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::run::{self, Direction, Held};
use sea_gen_runner::session::{DatabaseError, Session};
use sea_gen_runner::sql::first_line;
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::expression::mentions;
use crate::dialect::{Product, reading};

use super::apply::{Bench, Chosen, Course};
use super::{Failure, Live, Workspace, applicables};

/// How long ago a statement counts as one of a program that still runs, in seconds.
const RECENT: u32 = 600;

/// A column that a migration drops, and those beside it that have its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldShape {
    table: String,
    column: String,
    beside: Vec<String>,
}

/// What the server knows about statements that name the old shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Some were sent lately: each with what is known about it.
    Readers(Vec<String>),
    /// None was.
    Nobody,
    /// It does not know, for this reason.
    Unknown(String),
}

/// The columns that the second of two migrations drops. `expand` is the first, or the one that it was squashed into, if its file is there.
pub fn old_shapes(expand: Option<&Migration>, contract: &Migration) -> Vec<OldShape> {
    let clauses = |migration: &Migration, kind: ClauseKind| -> Vec<(String, String)> {
        let readings = migration.up.iter().map(|statement| reading::read(migration.product, &statement.sql));
        let clauses = readings.flat_map(|reading| reading.clauses);
        clauses.filter(|clause| clause.kind == kind).map(|clause| (clause.table, clause.part)).collect()
    };
    let added = expand.map(|it| clauses(it, ClauseKind::AddColumn)).unwrap_or_default();
    let dropped = clauses(contract, ClauseKind::DropColumn).into_iter();
    let shape = |(table, column): (String, String)| {
        let beside = added.iter().filter(|(of, _)| *of == table).map(|(_, column)| column.clone()).collect();
        OldShape { table: table.rsplit('.').next().unwrap_or_default().to_owned(), column, beside }
    };
    dropped.map(shape).collect()
}

/// Whether no migration is pending, or only those that wait for the former version of the program to go.
///
/// # Errors
/// A file of a migration cannot be read.
pub fn serves(workspace: &Workspace, live: &Live) -> Result<bool, Failure> {
    let all = workspace.all_migrations(live.product())?;
    let (all, history) = (applicables(&all), &live.history);
    let standing = run::standing(history, &all);
    let pending = standing.as_ref().ok().and_then(|files| run::pending(history, files).ok());
    Ok(pending.is_some_and(|pending| run::serves(history, &pending, &all)))
}

/// Asks the server for statements of the last ten minutes that name the old shape.
pub async fn readers(session: &mut Session, shapes: &[OldShape]) -> Seen {
    if shapes.is_empty() {
        return Seen::Unknown("it removes no column, and no statistics tell a value that is left out".to_owned());
    }
    match statements(session).await {
        Ok(Ok(statements)) => {
            let product = session.product();
            let found: Vec<String> = statements
                .into_iter()
                .filter(|(sql, _)| shapes.iter().any(|shape| shape.is_named(product, sql)))
                .map(|(sql, when)| format!("{when}: {}", first_line(&sql)))
                .collect();
            if found.is_empty() { Seen::Nobody } else { Seen::Readers(found) }
        }
        Ok(Err(reason)) => Seen::Unknown(reason),
        Err(error) => Seen::Unknown(format!("the statistics cannot be read: {error}")),
    }
}

/// The refusal while there are readers. `again` is the command that ignores them.
pub fn refusal((id, again): (&str, &str), readers: &[String]) -> Error {
    Error::new(format!("`{id}` removes what was used in the last ten minutes"))
        .of(ErrorKind::Refused)
        .because(readers.join("\n"))
        .hint("stop the former version of the program everywhere, and try again ten minutes later")
        .hint(format!("or, if these statements are none of a program: `{again}`"))
}

impl OldShape {
    /// Whether a statement of a program names the old shape. Those that keep both in step, or compare them, name both.
    fn is_named(&self, product: Product, sql: &str) -> bool {
        let first = sql.split_whitespace().next().unwrap_or_default();
        let is_of_program = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE"]
            .iter()
            .any(|it| first.eq_ignore_ascii_case(it));
        let names = |name: &str| mentions(product, sql, name);
        is_of_program && names(&self.table) && names(&self.column) && !self.beside.iter().any(|column| names(column))
    }
}

/// The statements of the last ten minutes, each with when it was sent; or why the server does not know them.
async fn statements(session: &mut Session) -> Result<Result<Vec<(String, String)>, String>, DatabaseError> {
    let query = match session.product() {
        Product::Postgres => format!(
            "SELECT query, extract(epoch FROM now() - query_start)::bigint, coalesce(application_name, '')\n\
             FROM pg_stat_activity\n\
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND query_start > now() - interval '{RECENT} s'"
        ),
        Product::MySql | Product::MariaDb => {
            let on = session.query("SELECT @@performance_schema").await?;
            if on.first().is_none_or(|row| row.text(0) != "1") {
                return Ok(Err("the server keeps no statistics: `performance_schema` is off".to_owned()));
            }
            // Further statements are counted together then, without their text.
            let lost = format!(
                "SELECT 1 FROM performance_schema.events_statements_summary_by_digest\n\
                 WHERE DIGEST IS NULL AND LAST_SEEN > NOW() - INTERVAL {RECENT} SECOND"
            );
            if !session.query(&lost).await?.is_empty() {
                return Ok(Err(
                    "the statistics of the server are full: `TRUNCATE TABLE performance_schema.events_statements_summary_by_digest` empties them"
                        .to_owned(),
                ));
            }
            format!(
                "SELECT DIGEST_TEXT, TIMESTAMPDIFF(SECOND, LAST_SEEN, NOW()), ''\n\
                 FROM performance_schema.events_statements_summary_by_digest\n\
                 WHERE SCHEMA_NAME = DATABASE() AND LAST_SEEN > NOW() - INTERVAL {RECENT} SECOND"
            )
        }
        Product::Sqlite => return Ok(Err("it has no server".to_owned())),
    };
    let rows = session.query(&query).await?;
    let found: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            let who = if row.text(2).is_empty() { String::new() } else { format!(" by {}", row.text(2)) };
            (row.text(0).to_owned(), format!("{} s ago{who}", row.text(1)))
        })
        .collect();
    match found.iter().any(|(sql, _)| sql == "<insufficient privilege>") {
        true => {
            Ok(Err("this role does not see the statements of others; `GRANT pg_read_all_stats` lets it".to_owned()))
        }
        false => Ok(Ok(found)),
    }
}

impl Bench {
    /// The first migration of a course that waits for the former version of a program to go.
    ///
    /// # Errors
    /// Those of [`Bench::chosen`].
    pub fn held(&self, course: &Course) -> Result<Option<Held>, Failure> {
        let Course::Up { target, order, .. } = course else { return Ok(None) };
        let (files, history) = (applicables(&self.migrations), &self.live.history);
        let wanted = run::to_apply(history, &files, (target, *order), self.live.product())?;
        Ok(run::before_held(history, wanted, &applicables(&self.all), self.contracts).1)
    }

    /// Lets what removes the old shape of a change run although the server sees statements that name it; the log says so.
    pub fn ignore_readers(&mut self) {
        self.circumstances.ignores_readers = true;
    }

    /// Refuses to remove the old shape of a change while the server sees statements that name it. Returns why it does not know, for
    /// each migration of which it does not.
    ///
    /// # Errors
    /// There are such statements.
    pub async fn refuse_readers(&mut self, chosen: &[Chosen]) -> Result<Vec<String>, Failure> {
        let mut unknown = Vec::new();
        for (at, direction) in chosen {
            let Some(contract) = self.migrations.get(*at).filter(|_| *direction == Direction::Up) else { continue };
            let Some(expand) = &contract.contracts else { continue };
            let all: Vec<&Migration> = self.all.iter().collect();
            let shapes = old_shapes(run::having(&all, expand).first().copied(), contract);
            match readers(&mut self.live.session, &shapes).await {
                Seen::Readers(found) if !self.live.history.is_empty() => {
                    let again = "gen up --contract --ignore-readers";
                    return Err(refusal((contract.id.as_str(), again), &found).into());
                }
                Seen::Readers(_) | Seen::Nobody => {}
                Seen::Unknown(why) => {
                    unknown.push(format!("whether anybody uses what `{}` removes: {why}", contract.id))
                }
            }
        }
        Ok(unknown)
    }
}
