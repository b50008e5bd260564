//! The log of a database: what was done to its history, by whom, and whether somebody changed the log since.
//!
//! Must not change anything.

mod report;

use sea_gen_runner::Error;
use sea_gen_runner::run::{self, Anchor, Flaw, Line};
use sea_gen_runner::session::{Missing, connect};

use super::{Failure, Workspace};

pub use report::report;

/// The log, and what is wrong with it.
#[derive(Debug)]
pub struct Ledger {
    /// The lines, oldest first.
    pub lines: Vec<Line>,
    /// Where the chain is broken, and where the log does not tell what the history says.
    pub flaws: Vec<Flaw>,
}

/// Reads the log of the project's database. `anchor` is a line that was written down elsewhere.
///
/// # Errors
/// No database is set, or it does not answer.
pub async fn ledger(workspace: &Workspace, anchor: Option<&Anchor>) -> Result<Ledger, Failure> {
    let connection = workspace.connection().ok_or_else(|| {
        Error::new("no database URL is set")
            .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
    })?;
    let mut session = connect(connection, Missing::Refuse).await?;
    session.name_history(workspace.project.config.history.as_deref());
    let found = async {
        let lines = run::log(&mut session).await?;
        let history = run::history(&mut session).await?;
        let flaws = run::flaws(&lines, &history, anchor);
        Ok(Ledger { lines, flaws })
    };
    let found: Result<Ledger, Error> = found.await;
    session.close().await;
    Ok(found?)
}
