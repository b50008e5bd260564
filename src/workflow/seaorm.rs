//! The application's own migrations: those that its database has, and those that it does not have yet; and how SeaORM's history
//! compares with ours.
//!
//! Must not know what a migration does.

use std::collections::BTreeSet;

use sea_gen_runner::Error;
use sea_gen_runner::run::{self, Applicable, Record};
use sea_gen_runner::session::Session;

use crate::dialect::{self, Dialect};
use crate::introspect::SEAORM_HISTORY;
use crate::project::BASELINE;
use crate::schema::Literal;

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

/// How SeaORM's history compares with ours. Versions of SeaORM's are named as modules, `m20261128_101500_add_email`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many migrations SeaORM's history has.
    pub applied: usize,
    /// Those of the application itself that ran after the baseline was recorded: no snapshot knows them.
    pub since: Vec<String>,
    /// Those of ours that only SeaORM's history has.
    pub only_theirs: Vec<String>,
    /// Those of ours that only our history has, where the `Migrator` lists them.
    pub only_ours: Vec<String>,
}

impl Compared {
    /// Compares the histories. `None`: the database has none of SeaORM's.
    pub async fn of(session: &mut Session, ours: &[Record], files: &[Applicable<'_>]) -> Option<Self> {
        let rows = versions(session).await?;
        let known: BTreeSet<String> =
            files.iter().map(Applicable::id).chain(ours.iter().map(|record| record.id.clone())).map(module).collect();
        let done: BTreeSet<String> =
            ours.iter().filter(|record| record.status.is_done()).map(|record| module(record.id.clone())).collect();
        let theirs: BTreeSet<&String> = rows.iter().map(|(version, _)| version).collect();
        let baseline = ours.iter().find(|record| record.name == BASELINE);
        let begun = baseline.and_then(|record| record.applied_at.parse::<jiff::Timestamp>().ok());
        let is_later = |at: &i64| begun.is_some_and(|begun| *at > begun.as_second());
        let since = rows.iter().filter(|(version, at)| !known.contains(version) && is_later(at));
        Some(Self {
            applied: rows.len(),
            since: since.map(|(version, _)| version.clone()).collect(),
            only_theirs: theirs
                .iter()
                .filter(|it| known.contains(**it) && !done.contains(**it))
                .map(|it| (*it).clone())
                .collect(),
            only_ours: done.iter().filter(|it| !theirs.contains(it)).cloned().collect(),
        })
    }
}

/// Brings SeaORM's history in line with ours, where the database has one: what is applied is in it, and what is reverted is not. So
/// the `Migrator` runs nothing again, and leaves out nothing.
///
/// # Errors
/// The database's refusal.
pub(super) async fn follow(session: &mut Session, files: &[Applicable<'_>]) -> sea_gen_runner::Result<()> {
    let ours = run::history(session).await?;
    let Some(compared) = Compared::of(session, &ours, files).await else { return Ok(()) };
    let dialect = dialect::of(session.product());
    let [table, version, applied] = [SEAORM_HISTORY, "version", "applied_at"].map(|name| dialect.quote(&name.into()));
    let now = jiff::Timestamp::now().as_second();
    let text = |dialect: &dyn Dialect, name: &String| dialect.literal(&Literal::Text(name.clone()));
    let added = compared
        .only_ours
        .iter()
        .map(|name| format!("INSERT INTO {table} ({version}, {applied}) VALUES ({}, {now})", text(dialect, name)));
    let removed = compared
        .only_theirs
        .iter()
        .map(|name| format!("DELETE FROM {table} WHERE {version} = {}", text(dialect, name)));
    for sql in added.chain(removed) {
        session.execute(&sql).await.map_err(|error| {
            Error::new(format!("`{SEAORM_HISTORY}` could not be brought in line with the history of `gen`"))
                .hint("the next `gen up` tries again")
                .because(error)
        })?;
    }
    Ok(())
}

/// The versions in SeaORM's history, and when they were applied, in seconds of Unix time.
async fn versions(session: &mut Session) -> Option<Vec<(String, i64)>> {
    let sql = format!("SELECT version, applied_at FROM {SEAORM_HISTORY} ORDER BY version");
    let rows = session.query(&sql).await.ok()?;
    Some(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).parse().unwrap_or_default())).collect())
}

fn module(id: String) -> String {
    format!("m{id}")
}
