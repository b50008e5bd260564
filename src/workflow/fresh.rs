//! A development database from the beginning again: emptied and migrated, or reverted by its migrations.
//!
//! Must not touch a database that is not a development one, or know who is told.

use sea_gen_runner::hook::Hook;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, DEFAULT_WAIT, Outcome, ProgressCallback, Target};
use sea_gen_runner::session::Missing;
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{Direction, Error};

use crate::dialect::{self, Forms, Statement};
use crate::diff::diff;

use super::{Failure, Live, Open, Workspace, applicables, histories, repeatable};

/// A database to be emptied, and the migrations to be applied then.
pub struct Fresh {
    workspace: Workspace,
    /// The database.
    pub live: Live,
    /// Drop everything in it, in order.
    pub drops: Vec<Statement>,
    /// The migrations, oldest first.
    pub migrations: Vec<Migration>,
    /// The repeatable files.
    pub repeatables: Vec<SqlFile>,
    hooks: Vec<Hook>,
    is_rehearsal: bool,
}

impl Fresh {
    /// Plans it. `vouched` says that the database is one for development; in a rehearsal no SQLite file is made.
    ///
    /// # Errors
    /// There is no lock file; the database is not for development; a migration is not sealed; something in the database
    /// cannot be dropped.
    pub async fn plan(open: impl Into<Open>, vouched: bool, is_rehearsal: bool) -> Result<Self, Failure> {
        let workspace = opened(open, vouched)?;
        let mut live = match is_rehearsal {
            true => workspace.rehearsed().await?,
            false => workspace.required(Missing::Create).await?,
        };
        let migrations = sealed_migrations(&workspace, &live)?;
        // Before anything is dropped.
        run::refuse_functions(&live.session, &applicables(&migrations), Direction::Up)?;
        let (repeatables, hooks) = (workspace.repeatables(live.product())?, workspace.hooks(live.product())?);
        let mut schema = live.schema.clone();
        if !repeatables.is_empty() {
            let whole = repeatable::whole_schema(&mut live.session, &workspace).await?;
            schema = dialect::of(live.product()).normalize(whole)?;
        }
        let plan = diff(&schema, &dialect::nothing(), &[]);
        let drops = dialect::statements(dialect::of(live.product()), Forms::Offline, &plan, schema.schema())?;
        Ok(Self { workspace, live, drops, migrations, repeatables, hooks, is_rehearsal })
    }

    /// Drops everything in the database and applies every migration.
    ///
    /// # Errors
    /// A statement fails.
    pub async fn run(&mut self, watch: ProgressCallback<'_>) -> Result<Vec<Outcome>, Failure> {
        if self.is_rehearsal {
            return Err(Error::new("this was planned as a dry run, so nothing is run").into());
        }
        let session = &mut self.live.session;
        self.workspace.attribute(session);
        run::execute(session, &self.drops, DEFAULT_WAIT).await?;
        run::forget_all(session, DEFAULT_WAIT).await?;
        histories::empty(session).await?;
        let files = applicables(&self.migrations);
        let files = run::Files {
            migrations: &files,
            repeatables: &self.repeatables,
            hooks: &self.hooks,
            environment: self.workspace.environment_name(),
        };
        let outcomes = Box::pin(run::go(session, files, run::Course::Up(&Target::All), DEFAULT_WAIT, watch)).await?;
        histories::follow(session, &self.workspace).await?;
        Ok(outcomes)
    }
}

/// A database, and the migrations by which it is reverted to nothing.
pub struct Reset {
    workspace: Workspace,
    /// The database.
    pub live: Live,
    migrations: Vec<Migration>,
    repeatables: Vec<SqlFile>,
    hooks: Vec<Hook>,
}

impl Reset {
    /// Plans it. `vouched` says that the database is one for development.
    ///
    /// # Errors
    /// There is no lock file; the database is not for development; a migration is not sealed.
    pub async fn plan(open: impl Into<Open>, vouched: bool) -> Result<Self, Failure> {
        let workspace = opened(open, vouched)?;
        let live = workspace.required(Missing::Refuse).await?;
        sealed_migrations(&workspace, &live)?;
        let migrations = workspace.standing(live.product(), &live.history)?;
        let (repeatables, hooks) = (workspace.repeatables(live.product())?, workspace.hooks(live.product())?);
        Ok(Self { workspace, live, migrations, repeatables, hooks })
    }

    /// The migrations to revert, newest first.
    ///
    /// # Errors
    /// An applied migration cannot be reverted.
    pub fn chosen(&self) -> Result<Vec<&Migration>, Failure> {
        let files = applicables(&self.migrations);
        let chosen = run::to_revert(&self.live.history, &files, &Target::All, self.live.product());
        let chosen = chosen.map_err(|error| error.hint("`gen fresh` empties the database without reverting"))?;
        Ok(chosen.into_iter().map(|file| file.migration).collect())
    }

    /// Reverts every migration.
    ///
    /// # Errors
    /// An applied migration cannot be reverted; a statement fails.
    pub async fn run(&mut self, watch: ProgressCallback<'_>) -> Result<Vec<Outcome>, Failure> {
        self.chosen()?;
        self.workspace.attribute(&mut self.live.session);
        let files = applicables(&self.migrations);
        let course = run::Course::Down(&Target::All);
        let files = run::Files {
            migrations: &files,
            repeatables: &self.repeatables,
            hooks: &self.hooks,
            environment: self.workspace.environment_name(),
        };
        let outcomes = run::go(&mut self.live.session, files, course, DEFAULT_WAIT, watch).await;
        let followed = histories::follow(&mut self.live.session, &self.workspace).await;
        let outcomes = outcomes?;
        followed?;
        Ok(outcomes)
    }
}

fn opened(open: impl Into<Open>, vouched: bool) -> Result<Workspace, Failure> {
    let workspace = Workspace::open(open)?;
    workspace.sealed_lock()?;
    workspace.refuse_unless_development(vouched)?;
    Ok(workspace)
}

fn sealed_migrations(workspace: &Workspace, live: &Live) -> Result<Vec<Migration>, Failure> {
    let migrations = workspace.migrations(live.product())?;
    workspace.refuse_unsealed(live.product(), &migrations)?;
    Ok(migrations)
}
