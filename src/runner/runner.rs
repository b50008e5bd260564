//! The runner of an application: runs its migrations on one connection.
//!
//! Must not know how a migration is applied, nor how a connection is made.

use std::time::Duration;

use crate::Product;
use crate::connect::Connect;
use crate::hook::Hook;
use crate::migrations::Migrations;
use crate::readiness::{self, Readiness};
use crate::run::{
    self, Applicable, Contracts, DEFAULT_WAIT, Direction, DueFile, OnAhead, Outcome, Progress, Reason, Record, State,
    Target, Waiting, ahead,
};
use crate::session::{Missing, Session};
use crate::sql_file::SqlFile;
use crate::{Attribution, Error, ErrorKind, Result};

/// Runs migrations on one database, through one connection from the beginning to the end.
///
/// ```
/// use sea_gen_runner::{ErrorKind, Migrations, Product, Runner, Target};
///
/// # #[cfg(feature = "sqlite")]
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let create_book = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
/// let migrations = Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", create_book)])?;
/// # let folder = tempfile::tempdir().unwrap();
/// # let url = format!("sqlite://{}/shop.db", folder.path().display());
///
/// let mut runner = Runner::connect(url.as_str(), &migrations).await?;
/// assert_eq!(runner.ensure_current().await.unwrap_err().kind(), &ErrorKind::Refused);
///
/// let report = runner.up(&Target::All).await?;
/// assert_eq!(report.outcomes.len(), 1);
/// runner.ensure_current().await?;
///
/// runner.down(&Target::Count(1)).await?;
/// assert_eq!(runner.status().await?.pending, ["20261120_201300_create_book"]);
/// runner.close().await;
/// # Ok::<(), sea_gen_runner::Error>(()) }).unwrap();
/// ```
pub struct Runner<'a> {
    session: Session,
    files: Vec<Applicable<'a>>,
    repeatables: &'a [SqlFile],
    hooks: Vec<Hook>,
    environment: &'a str,
    waiting: Waiting,
    on_ahead: OnAhead,
    contracts: Contracts,
    watch: Box<dyn FnMut(Progress<'_>) + Send + 'a>,
    /// Whether a run was started and not completed: its future was dropped, or `watch` panicked.
    cut_short: bool,
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that ran, in that order; empty if there was nothing to do.
    pub outcomes: Vec<Outcome>,
}

/// The applied and the pending migrations of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The rows of the history, oldest first.
    pub applied: Vec<Record>,
    /// The ids of the migrations that are not applied, oldest first.
    pub pending: Vec<String>,
    /// The paths of the repeatable files that [`Runner::up`] would run when no migration is pending, in that order.
    pub repeatable: Vec<String>,
}

/// A migration that would run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// Its id.
    pub id: String,
    /// Its statements, in their order.
    pub statements: Vec<String>,
}

impl<'a> Runner<'a> {
    /// Takes one connection: of a `sea_orm::DatabaseConnection` (feature `sea-orm`), or a new one from a URL. An SQLite file that
    /// does not exist is created. `migrations` must contain some for this product.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the connection cannot be made. [`ErrorKind::Refused`]: there are no migrations for this product; the
    /// URL has a parameter that the driver would ignore.
    pub async fn connect(database: impl Connect, migrations: &'a Migrations) -> Result<Self> {
        Self::on(database, migrations, Missing::Create).await
    }

    /// The same for a runner that only reads: an SQLite file that does not exist is an error.
    pub(crate) async fn reader(database: impl Connect, migrations: &'a Migrations) -> Result<Self> {
        Self::on(database, migrations, Missing::Refuse).await
    }

    async fn on(database: impl Connect, migrations: &'a Migrations, missing: Missing) -> Result<Self> {
        let mut session = database.session(missing).await?;
        session.name_history(migrations.history());
        match migrations.applicable(session.product()) {
            Ok(files) => Ok(Self {
                repeatables: migrations.repeatables(session.product()),
                hooks: migrations.hooks(session.product()),
                environment: migrations.environment().unwrap_or_default(),
                session,
                files,
                waiting: DEFAULT_WAIT.into(),
                on_ahead: migrations.chosen_on_ahead(),
                contracts: Contracts::default(),
                watch: Box::new(|_| ()),
                cut_short: false,
            }),
            Err(error) => {
                session.close().await;
                Err(error)
            }
        }
    }

    /// How long to wait for another runner before [`ErrorKind::Busy`]; 30 seconds by default.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.waiting.limit = wait;
        self
    }

    /// Ends the session of another runner whose client is gone, and with it the statement that the server still runs for it;
    /// otherwise its end is waited for (PostgreSQL, MySQL, MariaDB).
    #[must_use]
    pub fn end_orphans(mut self) -> Self {
        self.waiting = self.waiting.ending_orphans();
        self
    }

    /// What to do if migrations are applied that are newer than these; what [`Migrations::on_ahead`] says by default.
    #[must_use]
    pub fn on_ahead(mut self, on_ahead: OnAhead) -> Self {
        self.on_ahead = on_ahead;
        self
    }

    /// Says who runs the migrations, where and from which commit, for the log; otherwise the environment variables tell.
    #[must_use]
    pub fn attribute(mut self, attribution: Attribution) -> Self {
        self.session.attribute(attribution);
        self
    }

    /// Also applies migrations that remove the old shape of a change, if its first half was applied in an earlier run: for when the
    /// former version of the program runs nowhere any more. [`OnAhead`] does not matter then; a newer database is an error.
    #[must_use]
    pub fn contract(mut self) -> Self {
        self.contracts = Contracts::Apply;
        self
    }

    /// Reports progress to `watch`: the beginning and the end of each migration, each statement, and the runner that is waited
    /// for.
    #[must_use]
    pub fn watch(mut self, watch: impl FnMut(Progress<'_>) + Send + 'a) -> Self {
        self.watch = Box::new(watch);
        self
    }

    /// The applied and the pending migrations. Takes no lock and needs no privilege but to read the history.
    ///
    /// # Errors
    /// History and files contradict each other: [`ErrorKind::Changed`], [`ErrorKind::Missing`], [`ErrorKind::OutOfOrder`],
    /// [`ErrorKind::Interrupted`]; [`ErrorKind::Ahead`], unless [`OnAhead::Ignore`] was chosen; [`ErrorKind::Database`];
    /// [`ErrorKind::Busy`] while a migration is running, or while SQLite
    /// blocks readers during a write; [`ErrorKind::Refused`] after a run that was not completed.
    pub async fn status(&mut self) -> Result<Status> {
        self.ready()?;
        let applied = self.history().await?;
        if let Some(running) = applied.iter().find(|record| record.status == State::Running)
            && let Some(holder) = run::holder(&mut self.session).await
        {
            let (id, way) = (&running.id, if running.direction == Direction::Up { "applied" } else { "reverted" });
            return Err(Error::new(format!("migration `{id}` is being {way} ({holder})"))
                .of(ErrorKind::Busy)
                .hint("wait for it to end and try again"));
        }
        let pending = self.pending(&applied)?;
        let repeatable = self.due(&applied).await?.into_iter().map(|due| due.path).collect();
        Ok(Status { applied, pending, repeatable })
    }

    /// The repeatable files that have to be run; none in a database that is ahead, because the newer program has others.
    async fn due(&mut self, applied: &[Record]) -> Result<Vec<DueFile>> {
        if self.repeatables.is_empty() || !ahead::newer(applied, &run::standing(applied, &self.files)?).is_empty() {
            return Ok(Vec::new());
        }
        Ok(run::repeatables(&mut self.session, self.repeatables).await?.due)
    }

    /// The history in the words of the files: merging branches may have renamed some of them, and some may be squashed.
    async fn history(&mut self) -> Result<Vec<Record>> {
        Ok(run::as_filed(&run::history(&mut self.session).await?, &self.files))
    }

    /// The ids of the pending migrations, oldest first.
    fn pending(&self, applied: &[Record]) -> Result<Vec<String>> {
        let files = run::standing(applied, &self.files)?;
        let newer = ahead::newer(applied, &files);
        if !newer.is_empty() && self.on_ahead != OnAhead::Ignore {
            return Err(ahead::refused(&newer, self.on_ahead));
        }
        let pending = run::pending(&ahead::known(applied, &newer), &files)?;
        Ok(pending.into_iter().map(Applicable::id).collect())
    }

    /// Whether nothing is pending, or only what waits for the former version of the program to go.
    fn serves(&self, applied: &[Record]) -> Result<bool> {
        let files = run::standing(applied, &self.files)?;
        let known = ahead::known(applied, &ahead::newer(applied, &files));
        Ok(run::serves(&known, &run::pending(&known, &files)?, &self.files))
    }

    /// Whether the application may serve: for a health endpoint. Only reads, and takes no lock.
    ///
    /// # Errors
    /// [`ErrorKind::Database`]: the history cannot be read. [`ErrorKind::Refused`] after a run that was not completed.
    pub async fn readiness(&mut self) -> Result<Readiness> {
        self.ready()?;
        let applied = match self.history().await {
            Ok(applied) => applied,
            // SQLite blocks readers during a write.
            Err(error) if *error.kind() == ErrorKind::Busy => return Ok(Readiness::Migrating { since: None }),
            Err(error) => return Err(error),
        };
        let mut found = readiness::of(&applied, &self.files, (self.on_ahead, self.session.product()))?;
        if found == Readiness::Ready {
            // A file with other statements may be that of an older program or of a newer one: neither must stop serving for it.
            let due = self.due(&applied).await?.into_iter().filter(|due| due.reason != Reason::Changed);
            let pending: Vec<String> = due.map(|due| due.path).collect();
            found = if pending.is_empty() { found } else { Readiness::Behind { pending } };
        }
        if !matches!(found, Readiness::Behind { .. } | Readiness::Interrupted { .. }) {
            return Ok(found);
        }
        // A migration in one transaction is in the history when it is done.
        match run::holder(&mut self.session).await {
            Some(_) => Ok(Readiness::Migrating { since: readiness::since(&applied) }),
            None => Ok(found),
        }
    }

    /// The migrations that [`Runner::up`] would apply, with their statements. Takes no lock.
    ///
    /// # Errors
    /// Those of [`Runner::status`]; a target that is not there.
    pub async fn plan(&mut self, target: &Target) -> Result<Vec<Planned>> {
        self.ready()?;
        let applied = self.history().await?;
        self.pending(&applied)?;
        let files = run::standing(&applied, &self.files)?;
        let known = ahead::known(&applied, &ahead::newer(&applied, &files));
        let order = (target, run::Order::Strict);
        let wanted = run::to_apply(&known, &files, order, self.session.product())?;
        let planned = |file: &Applicable<'_>| Planned {
            id: file.id(),
            statements: file.migration.up.iter().map(|statement| statement.sql.clone()).collect(),
        };
        let (wanted, _) = run::before_held(&known, wanted, &self.files, self.contracts);
        Ok(wanted.into_iter().map(planned).collect())
    }

    /// Checks that every migration is applied and none is partially applied, and that no repeatable file has to be run, for the start of an application. Only reads, and takes
    /// no lock.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`]: migrations are pending, with their number and the first one, or a repeatable file has to be run. Those of [`Runner::status`].
    pub async fn ensure_current(&mut self) -> Result<()> {
        let Status { applied, mut pending, repeatable, .. } = self.status().await?;
        if self.serves(&applied)? {
            pending.clear();
        }
        match pending.as_slice() {
            [] => match repeatable.first() {
                None => Ok(()),
                Some(first) => Err(Error::new(format!("`{first}` has to be run again"))
                    .of(ErrorKind::Refused)
                    .hint("run it before the application starts: `gen up`, or `Runner::up`")),
            },
            [first, rest @ ..] => Err(Error::new(match rest.len() {
                0 => format!("migration `{first}` is pending"),
                more => format!("migration `{first}` and {more} more are pending"),
            })
            .of(ErrorKind::Refused)
            .hint("apply them before the application starts: `gen up`, or `Runner::up`")),
        }
    }

    /// Applies pending migrations, oldest first, up to one that removes the old shape of a change: see [`Runner::contract`]. If none is pending, neither a lock nor a privilege is needed but to read the history.
    /// If migrations are applied that are newer than these, they are refused, reverted or ignored as [`Runner::on_ahead`] says; what
    /// was reverted is in the report.
    ///
    /// If the future is dropped before it completes, as `tokio::time::timeout` does, only [`Runner::close`] may be called
    /// afterwards. A server may continue the running statement, and holds the lock until it ends.
    ///
    /// # Errors
    /// Those of [`Runner::status`], before anything runs; [`ErrorKind::Busy`]; [`ErrorKind::Failed`], whose message describes the
    /// state of the database.
    pub async fn up(&mut self, target: &Target) -> Result<Report> {
        self.ready()?;
        self.cut_short = true;
        let course = match self.contracts {
            Contracts::Wait => run::Course::UpOnAhead(target, self.on_ahead),
            Contracts::Apply => run::Course::UpContracting(target),
        };
        let files = run::Files {
            migrations: &self.files,
            repeatables: self.repeatables,
            hooks: &self.hooks,
            environment: self.environment,
        };
        let result = run::go(&mut self.session, files, course, self.waiting, &mut self.watch).await;
        self.cut_short = false;
        result.map(Report::from)
    }

    /// Reverts applied migrations, newest first, by the DOWN sections of the files. With [`Target::Id`] that migration stays
    /// applied. A DOWN section may drop columns and tables with their rows.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`]: a migration has no down statements, or is the baseline; [`ErrorKind::Changed`], [`ErrorKind::Missing`];
    /// [`ErrorKind::Interrupted`]; [`ErrorKind::Busy`]; [`ErrorKind::Failed`].
    pub async fn down(&mut self, target: &Target) -> Result<Report> {
        self.ready()?;
        self.cut_short = true;
        let course = run::Course::Down(target);
        let files = run::Files {
            migrations: &self.files,
            repeatables: self.repeatables,
            hooks: &self.hooks,
            environment: self.environment,
        };
        let result = run::go(&mut self.session, files, course, self.waiting, &mut self.watch).await;
        self.cut_short = false;
        result.map(Report::from)
    }

    /// Closes the connection, or returns it to its pool. A runner that is dropped instead ends its connection, so that the pool
    /// does not hand out one with an open transaction.
    pub async fn close(mut self) {
        // A server rolls back the transaction of a closed connection; an SQLite connection returns to its pool.
        let is_open = self.cut_short && self.session.product() == Product::Sqlite;
        if is_open && self.session.rollback().await.is_err() {
            return;
        }
        self.session.close().await;
    }

    /// The next statement would become part of a transaction that was left open.
    fn ready(&self) -> Result<()> {
        if !self.cut_short {
            return Ok(());
        }
        Err(Error::new("a run on this connection was not completed, and its transaction may still be open")
            .of(ErrorKind::Refused)
            .hint("close this runner, and take another one: `Runner::connect`"))
    }
}

impl From<Vec<Outcome>> for Report {
    fn from(outcomes: Vec<Outcome>) -> Self {
        Self { outcomes }
    }
}
