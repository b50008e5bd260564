//! The application's own migrations: those that its database has, and those that it does not have yet.
//!
//! Must not change its history.

use sea_gen_runner::Error;
use sea_gen_runner::session::Session;

use crate::introspect::SEAORM_HISTORY;

use super::{Failure, Workspace};

/// SeaORM's own migrations of a database.
pub struct SeaOrm {
    /// The applied versions.
    pub applied: Vec<String>,
    /// Migrations of the application that were not applied here.
    pub pending: Vec<String>,
    /// Whether the baseline creates and fills the history.
    pub in_baseline: bool,
    /// The rows of the history: versions, and when they were applied.
    pub(super) rows: Vec<(String, String)>,
}

impl SeaOrm {
    /// SeaORM's history, if the database has one, compared with the migrator that made it: the one that lists the most of what
    /// was applied.
    /// `in_baseline` says whether the baseline creates and fills it; otherwise it does.
    ///
    /// # Errors
    /// It is to be in the baseline, and the database has none; a file cannot be read.
    pub(super) async fn of(
        session: &mut Session,
        workspace: &Workspace,
        in_baseline: Option<bool>,
    ) -> Result<Option<Self>, Failure> {
        let _phase = workspace.phase("looking for the application's own migrations");
        let sql = format!("SELECT version, applied_at FROM {SEAORM_HISTORY} ORDER BY version");
        let Ok(rows) = session.query(&sql).await else {
            if in_baseline == Some(true) {
                return Err(Error::new(format!(
                    "this database has no `{SEAORM_HISTORY}`, so the baseline cannot fill it"
                ))
                .hint("leave `--with-seaql` out")
                .into());
            }
            return Ok(None);
        };
        let rows: Vec<(String, String)> =
            rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect();
        let applied: Vec<String> = rows.iter().map(|(version, _)| version.clone()).collect();
        let lists = workspace.aside(|workspace| Ok(workspace.project.own_migrations()?)).await?;
        let is_only = lists.len() == 1;
        let known = |list: &Vec<String>| list.iter().filter(|name| applied.contains(name)).count();
        let own = lists.into_iter().max_by_key(known).filter(|list| is_only || known(list) > 0);
        let pending = own.into_iter().flatten().filter(|name| !applied.contains(name)).collect();
        Ok(Some(Self { applied, pending, in_baseline: in_baseline.unwrap_or(true), rows }))
    }
}
