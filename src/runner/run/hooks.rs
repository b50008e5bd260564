//! Runs the hooks of a run, on its session and under its lock, and tells them by settings of the session what happens.
//!
//! Must not know how migrations are chosen or executed.

use std::time::Duration;

use crate::hook::{Event, Hook};
use crate::session::{DatabaseError, Session, interrupted};
use crate::{Error, ErrorKind, Product, Result, sql};

use super::course::Run;
use super::file_statements::FileStatements;
use super::log::{self, Details};
use super::table::{Table, is_of_file};
use super::{Direction, Progress, ProgressCallback};

/// What a hook is told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told<'t> {
    /// The migration, or the path of a repeatable file; empty where it is about none.
    pub(super) migration: &'t str,
    /// The direction in which it runs.
    pub(super) direction: Option<Direction>,
    /// The error, after a failure.
    pub(super) error: &'t str,
    /// Whether the run reverts migrations before it applies some.
    pub(super) has_reverted: bool,
}

/// The hooks of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hooks<'h> {
    pub(super) hooks: &'h [Hook],
    /// The name of the environment; empty without one.
    pub(super) environment: &'h str,
}

impl Hooks<'_> {
    /// Whether any hook runs at a moment.
    pub(super) fn has(&self, event: Event) -> bool {
        self.hooks.iter().any(|hook| hook.event == event)
    }

    /// Runs the hooks of a moment one after the other, each in a transaction of its own where the database can.
    ///
    /// # Errors
    /// The first that fails, with what it is about.
    pub(super) async fn run(
        &self,
        session: &mut Session,
        event: Event,
        (told, table, wait): (Told<'_>, &Table, Duration),
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        for hook in self.hooks.iter().filter(|hook| hook.event == event) {
            let path = &hook.file.path;
            on_progress(Progress::Hook { path });
            let failed = |error: Error| failed((path, event), told, error);
            self.tell(session, event, told).await.map_err(|error| {
                failed(Error::new("the settings for it could not be set").of(ErrorKind::Database).because(error))
            })?;
            let statements = FileStatements { file: &hook.file, wait };
            statements.run_all(session, on_progress).await.map_err(failed)?;
            table.go_home(session).await.map_err(|error| {
                failed(Error::new("the session could not be brought back to its schema").because(error))
            })?;
        }
        Ok(())
    }

    /// Runs the hooks of a failure. Their own failure is a note: it must not hide the first error.
    pub(super) async fn after_failure(
        &self,
        session: &mut Session,
        (error, table, wait): (&Error, &Table, Duration),
        on_progress: ProgressCallback<'_>,
    ) {
        if !self.has(Event::OnFailure) {
            return;
        }
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(reason) = source {
            text.push_str(&format!(": {reason}"));
            source = reason.source();
        }
        let migration = match error.kind() {
            ErrorKind::Failed { id, .. } => id.as_str(),
            _ => "",
        };
        let told = Told { migration, error: &text, ..Told::default() };
        // What failed may have left a transaction open.
        let _ = session.rollback().await;
        if let Err(own) = self.run(session, Event::OnFailure, (told, table, wait), on_progress).await {
            let reason = std::error::Error::source(&own).map(|reason| format!(": {reason}")).unwrap_or_default();
            on_progress(Progress::Noting { what: &format!("{own}{reason}") });
        }
    }

    /// Sets what a hook may read: `gen.migration` on PostgreSQL, `@gen_migration` on MySQL and MariaDB, a column of the temporary
    /// table `gen_hook` on SQLite.
    async fn tell(&self, session: &mut Session, event: Event, told: Told<'_>) -> Result<(), DatabaseError> {
        let product = session.product();
        let values = [
            ("event", event.key()),
            ("migration", told.migration),
            ("direction", told.direction.map(Direction::key).unwrap_or_default()),
            ("environment", self.environment),
            ("error", told.error),
        ];
        let text = |value: &str| sql::literal(product, value);
        match product {
            Product::Postgres => {
                let settings = values.map(|(name, value)| format!("set_config('gen.{name}', {}, false)", text(value)));
                session.query(&format!("SELECT {}", settings.join(", "))).await.map(drop)
            }
            Product::MySql | Product::MariaDb => {
                let settings = values.map(|(name, value)| format!("@gen_{name} = {}", text(value)));
                session.execute(&format!("SET {}", settings.join(", "))).await.map(drop)
            }
            Product::Sqlite => {
                let names = values.map(|(name, _)| name).join(", ");
                session.execute(&format!("CREATE TEMP TABLE IF NOT EXISTS gen_hook ({names})")).await?;
                session.execute("DELETE FROM temp.gen_hook").await?;
                let row = values.map(|(_, value)| text(value)).join(", ");
                session.execute(&format!("INSERT INTO temp.gen_hook VALUES ({row})")).await.map(drop)
            }
        }
    }

    /// Takes back what SQLite's hooks were told.
    pub(super) async fn end(&self, session: &mut Session) {
        if session.product() == Product::Sqlite && !self.hooks.is_empty() {
            let _ = session.execute("DROP TABLE IF EXISTS temp.gen_hook").await;
        }
    }
}

/// The error of a hook: what it means for the run.
fn failed((path, event): (&str, Event), told: Told<'_>, error: Error) -> Error {
    let id = told.migration;
    let way = match told.direction {
        Some(Direction::Down) => "reverted",
        Some(Direction::Up) | None => "applied",
    };
    let state = match event {
        Event::BeforeUp if told.has_reverted => {
            "what was reverted before it stays so, and nothing was applied".to_owned()
        }
        Event::BeforeUp | Event::BeforeDown => "nothing was run".to_owned(),
        Event::BeforeEach => format!("`{id}` was not begun, and what was run before it stays"),
        Event::AfterEach => format!("`{id}` is {way} and stays so, nothing was run after it"),
        Event::AfterUp => "every migration of the run is applied and stays so".to_owned(),
        Event::AfterDown => "every migration of the run is reverted and stays so".to_owned(),
        Event::OnFailure => "the error before it stands".to_owned(),
    };
    let then = match (event, told.direction) {
        (Event::BeforeUp | Event::BeforeDown | Event::BeforeEach, Some(Direction::Down)) => "then `gen down` again",
        (Event::BeforeUp | Event::BeforeDown | Event::BeforeEach, _) => "then `gen up` again",
        // What it was about is done, and is not done again.
        (Event::AfterUp | Event::AfterDown | Event::AfterEach | Event::OnFailure, _) => {
            "and do by hand what it was to do: it runs again only behind another migration"
        }
    };
    let statement = match error.kind() {
        ErrorKind::Failed { statement, .. } => *statement,
        _ => None,
    };
    let reason: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    Error::new(format!("the hook `{path}` failed; {state}"))
        .of(ErrorKind::Failed { id: path.to_owned(), statement })
        .because(reason)
        .hint(format!("correct the file, seal it with `gen lock`, {then}"))
}

impl Run<'_> {
    /// Runs the hooks of a moment.
    pub(super) async fn at(
        &self,
        session: &mut Session,
        event: Event,
        (migration, direction): (&str, Direction),
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        let has_reverted = self.passed.contains(&Event::BeforeDown);
        let told = Told { migration, direction: Some(direction), error: "", has_reverted };
        self.hooks.run(session, event, (told, &self.table, self.wait()), on_progress).await
    }

    /// Runs the hooks before the first migration or repeatable file of a direction, once.
    pub(super) async fn at_first(
        &mut self,
        session: &mut Session,
        direction: Direction,
        on_progress: ProgressCallback<'_>,
    ) -> Result<()> {
        let event = match direction {
            Direction::Up => Event::BeforeUp,
            Direction::Down => Event::BeforeDown,
        };
        if self.passed.insert(event) {
            self.at(session, event, ("", direction), on_progress).await?;
        }
        Ok(())
    }

    /// Runs the hooks of a failure, unless the run is being interrupted, and tells what is missing then. Nothing, if nothing was run. The
    /// failure of a file that is no migration is written to the log before; that of a migration is there already.
    pub(super) async fn failed(&self, session: &mut Session, error: &Error, on_progress: ProgressCallback<'_>) {
        let ErrorKind::Failed { id, statement } = error.kind() else { return };
        if is_of_file(id) {
            self.log_failed_file(session, (id, *statement), error).await;
        }
        if !interrupted() {
            self.hooks.after_failure(session, (error, &self.table, self.wait()), on_progress).await;
        }
        self.tell_what_is_missing(session, on_progress).await;
    }

    /// Writes a line about a hook or a repeatable file that failed. The failure is what is reported, so that one of this is not.
    async fn log_failed_file(&self, session: &mut Session, (path, statement): (&str, Option<usize>), error: &Error) {
        let files = self.repeatables.iter().chain(self.hooks.hooks.iter().map(|hook| &hook.file));
        let checksum = files.filter(|file| file.path == path).map(|file| file.checksum.clone()).next();
        let statements = statement.map_or(0, |statement| statement as u64);
        let (run, code) = (Some(self.owner.clone()), code(error));
        let details = Details { checksum, statements, statement, code, run, ..Details::default() };
        // What failed may have left a transaction open.
        let _ = session.rollback().await;
        let written = async {
            session.begin().await?;
            self.table.append(session, (path, log::Event::Failed), details).await?;
            session.commit().await
        };
        if written.await.is_err() {
            let _ = session.rollback().await;
        }
    }
}

/// The database's code of an error.
fn code(error: &Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        if let Some(error) = reason.downcast_ref::<DatabaseError>() {
            return error.code.clone();
        }
        source = reason.source();
    }
    None
}
