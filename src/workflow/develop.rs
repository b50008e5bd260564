//! Synchronises a development database with the entities from inside the application, in place of SeaORM's `sync()`.
//!
//! ```no_run
//! use sea_orm::{Database, DatabaseConnection};
//!
//! async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn std::error::Error>> {
//!     let database = Database::connect(url).await?;
//!     // In development the database follows the entities; elsewhere it follows the migrations.
//!     # /*
//!     #[cfg(feature = "develop")]
//!     # */
//!     sea_gen::develop::synchronize(&database).await?;
//!     Ok(database)
//! }
//! ```
//!
//! What it does is what `gen sync` does: it reads the entities from their source text, compares them with the database, and executes
//! the difference. Nothing is dropped that no code has declared, a loss of rows is refused, and `gen migration` later recognises
//! what stands in the database and writes it down. It is for development only, so let only a feature of your program bring it in, and
//! run that by `cargo run --features develop`:
//!
//! ```toml
//! [dependencies]
//! sea-gen = { version = "0.1", default-features = false, features = ["sea-orm", "sqlite"], optional = true }
//!
//! [features]
//! develop = ["dep:sea-gen"]
//! ```
//!
//! Must not know how a difference is found or executed.

use std::fmt;
use std::path::PathBuf;

use sea_gen_runner::Connect as _;
use sea_gen_runner::session::{ConnectionOptions, Missing};
use sea_orm::DatabaseConnection;

use crate::lint::allow::Allow;
use crate::project::Project;

use super::apply::RefusedLoss;
use super::synchronise::Synchronisation;
use super::{Failure, Open, Workspace};

/// What may differ from call to call.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A folder of the project; otherwise that of the package whose program cargo runs, otherwise the current one.
    pub folder: Option<PathBuf>,
    /// Losses that are allowed: `"drop-column:user.nickname".parse()`.
    pub allow: Vec<Allow>,
}

/// Why a database was not synchronised. Nothing was executed, except where a statement of several failed on a database that
/// cannot take the others back.
#[derive(Debug)]
#[non_exhaustive]
pub enum SynchronizeError {
    /// The program was built for release.
    Release,
    /// The database is not on this machine, and its host is not configured as one for development.
    NotForDevelopment {
        /// Where it is, without a password.
        database: String,
    },
    /// The schema is frozen for a release, so that migrations alone change it.
    Frozen {
        /// The release.
        release: String,
    },
    /// Rows or values would be lost, or would not fit.
    Loss {
        /// What would be lost, a line for each.
        losses: Vec<String>,
    },
    /// The entities or the database cannot be read, or a statement failed.
    Failed(Failure),
}

impl fmt::Display for SynchronizeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release => formatter.write_str(
                "a program that is built for release does not synchronise its database: apply migrations, `gen up`",
            ),
            Self::NotForDevelopment { database } => write!(
                formatter,
                "{database} is on another host, so it may not be a development database: \
                 `development = [\"host\"]` in the configuration says that it is one"
            ),
            Self::Frozen { release } => {
                write!(formatter, "the schema is frozen for release {release}: `gen thaw` unfreezes it")
            }
            Self::Loss { losses } => write!(
                formatter,
                "synchronising would lose data or fail on existing rows; nothing was run: {}",
                losses.join("; ")
            ),
            Self::Failed(failure) => failure.fmt(formatter),
        }
    }
}

impl std::error::Error for SynchronizeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(failure) => failure.source(),
            Self::Release | Self::NotForDevelopment { .. } | Self::Frozen { .. } | Self::Loss { .. } => None,
        }
    }
}

impl<F: Into<Failure>> From<F> for SynchronizeError {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

/// Brings a development database to what the entities declare, and returns what was changed, a line for each change.
///
/// # Errors
/// See [`SynchronizeError`].
pub async fn synchronize(database: &DatabaseConnection) -> Result<Vec<String>, SynchronizeError> {
    synchronize_with(database, Settings::default()).await
}

/// The same, with settings.
///
/// # Errors
/// See [`SynchronizeError`].
pub async fn synchronize_with(
    database: &DatabaseConnection,
    settings: Settings,
) -> Result<Vec<String>, SynchronizeError> {
    if !cfg!(debug_assertions) {
        return Err(SynchronizeError::Release);
    }
    let folder = settings.folder.or_else(Project::running_package);
    let mut workspace = Workspace::open(Open { folder, ..Open::default() })?;
    if let Some(frozen) = workspace.lock.as_ref().and_then(|lock| lock.frozen.as_ref()) {
        return Err(SynchronizeError::Frozen { release: frozen.release.clone() });
    }
    // What cannot be told is refused when the session is taken.
    let connection = ConnectionOptions::of_application(database);
    let environment = connection.map(|connection| workspace.project.environment_of(connection));
    if let Some(environment) = environment.as_ref().filter(|environment| !environment.is_development) {
        return Err(SynchronizeError::NotForDevelopment { database: environment.to_string() });
    }
    let session = database.session(Missing::Refuse).await?;
    let Some(environment) = environment else { return Ok(Vec::new()) };
    if workspace.lock.is_none() && workspace.project.config.dialects.is_empty() {
        workspace.project.choose(vec![session.product()], None);
    }
    let live = workspace.read_session(session, &environment.connection).await?;
    workspace.environment = Some(environment);
    let mut synchronisation = Synchronisation::on(workspace, live, &settings.allow).await?;
    if !synchronisation.refused.is_empty() {
        let losses = synchronisation.refused.iter().map(|RefusedLoss { line, .. }| line.clone()).collect();
        synchronisation.live.session.close().await;
        return Err(SynchronizeError::Loss { losses });
    }
    let done = synchronisation.run().await;
    let Synchronisation { live, plan, .. } = synchronisation;
    live.session.close().await;
    done?;
    Ok(plan.ops().iter().map(ToString::to_string).collect())
}
