//! One call for one purpose: each takes a connection, does its work and gives the connection back.
//!
//! Must not know how anything is done; that is the runner's.

use crate::Result;
use crate::connect::Connect;
use crate::migrations::Migrations;
use crate::readiness::Readiness;
use crate::run::Target;
use crate::runner::{Planned, Report, Runner, Status};

impl Migrations {
    /// Applies every pending migration. For a limit, a progress report or several calls on one connection: [`Runner`].
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use sea_gen_runner::{Migrations, Product, Readiness};
    ///
    /// let create_book = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
    /// let migrations = Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", create_book)])?;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let url = format!("sqlite://{}/shop.db", folder.path().display());
    ///
    /// assert_eq!(migrations.up(&url).await?.outcomes.len(), 1);
    /// migrations.ensure_current(&url).await?;
    /// assert_eq!(migrations.readiness(&url).await?, Readiness::Ready);
    /// # Ok::<(), sea_gen_runner::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::up`].
    pub async fn up(&self, database: impl Connect) -> Result<Report> {
        self.reach(database, Target::All).await
    }

    /// Applies the pending migrations up to this one.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::up`].
    pub async fn up_to(&self, database: impl Connect, id: &str) -> Result<Report> {
        self.reach(database, Target::Id(id.to_owned())).await
    }

    async fn reach(&self, database: impl Connect, target: Target) -> Result<Report> {
        let mut runner = Runner::connect(database, self).await?;
        let report = runner.up(&target).await;
        runner.close().await;
        report
    }

    /// Reverts the migrations that are newer than this one, newest first. A DOWN section may drop columns and tables with their
    /// rows.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::down`].
    pub async fn down_to(&self, database: impl Connect, id: &str) -> Result<Report> {
        let mut runner = Runner::connect(database, self).await?;
        let report = runner.down(&Target::Id(id.to_owned())).await;
        runner.close().await;
        report
    }

    /// The applied and the pending migrations.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::status`].
    pub async fn status(&self, database: impl Connect) -> Result<Status> {
        let mut runner = Runner::reader(database, self).await?;
        let status = runner.status().await;
        runner.close().await;
        status
    }

    /// The migrations that [`Migrations::up`] would apply, with their statements.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::plan`].
    pub async fn plan(&self, database: impl Connect) -> Result<Vec<Planned>> {
        let mut runner = Runner::reader(database, self).await?;
        let planned = runner.plan(&Target::All).await;
        runner.close().await;
        planned
    }

    /// Checks that every migration is applied, for the start of an application. Only reads the history, takes no lock, and needs
    /// no privilege but to read it.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::ensure_current`].
    pub async fn ensure_current(&self, database: impl Connect) -> Result<()> {
        let mut runner = Runner::reader(database, self).await?;
        let checked = runner.ensure_current().await;
        runner.close().await;
        checked
    }

    /// Whether the application may serve, for a health endpoint. Only reads the history, and takes no lock.
    ///
    /// # Errors
    /// Those of [`Runner::connect`] and [`Runner::readiness`].
    pub async fn readiness(&self, database: impl Connect) -> Result<Readiness> {
        let mut runner = Runner::reader(database, self).await?;
        let readiness = runner.readiness().await;
        runner.close().await;
        readiness
    }
}
