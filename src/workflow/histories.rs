//! SeaORM's history of a database beside ours: how they compare, and how SeaORM's is kept in line.
//!
//! Must not know what a migration does.

use std::collections::BTreeSet;

use sea_gen_runner::Error;
use sea_gen_runner::run::{self, Record, State};
use sea_gen_runner::session::Session;

use crate::dialect;
use crate::introspect::SEAORM_HISTORY;
use crate::project::{Format, Project};
use crate::schema::{Literal, Product};

use super::baseline::history_table;
use super::{Live, Workspace, applicables};

/// How SeaORM's history compares with ours. Versions of SeaORM's are named as modules, `m20261128_101500_add_email`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many migrations SeaORM's history has.
    pub applied: usize,
    /// Migrations of the application itself that ran after the newest migration that was recorded without being executed: no
    /// snapshot has their changes.
    pub after_baseline: Vec<String>,
    /// Migrations of `gen` that SeaORM's history has and ours does not; with a `Migrator`.
    pub only_in_seaql: Vec<String>,
    /// Migrations of `gen` that our history has and SeaORM's does not; with a `Migrator`.
    pub only_in_gen: Vec<String>,
}

impl Compared {
    /// Compares the histories. `None`: the database has none of SeaORM's, or that of another application.
    pub async fn of(session: &mut Session, workspace: &Workspace, ours: &[Record]) -> Option<Self> {
        let rows = versions(session).await?;
        let lock = workspace.lock.as_ref()?;
        let locked = lock.dialects.values().flat_map(|locked| &locked.migrations).map(|locked| locked.id.to_string());
        let replaced = lock.dialects.keys().flat_map(|product| lock.replaced(*product)).map(|it| it.id.to_string());
        let known: BTreeSet<String> =
            locked.chain(replaced).chain(ours.iter().map(|record| record.id.clone())).map(module).collect();
        let theirs: BTreeSet<&String> = rows.iter().map(|(version, _)| version).collect();
        if !is_of_this_project(workspace, &known, &theirs) {
            return None;
        }
        let here: BTreeSet<String> =
            lock.migrations(session.product()).iter().map(|it| module(it.id.to_string())).collect();
        let done: BTreeSet<String> =
            ours.iter().filter(|record| record.status.is_done()).map(|record| module(record.id.clone())).collect();
        let recorded = ours.iter().rfind(|record| matches!(record.status, State::Baseline | State::Recognised));
        let begun = recorded.and_then(|record| record.applied_at.parse::<jiff::Timestamp>().ok());
        let is_later = |at: &i64| begun.is_some_and(|begun| *at >= begun.as_second());
        let later = rows.iter().filter(|(version, at)| !known.contains(version) && is_later(at));
        let (mut only_in_seaql, mut only_in_gen) = (Vec::new(), Vec::new());
        if workspace.project.config.format.has_migrator() {
            only_in_seaql
                .extend(theirs.iter().filter(|it| here.contains(**it) && !done.contains(**it)).map(|it| (*it).clone()));
            only_in_gen.extend(done.iter().filter(|it| !theirs.contains(it)).cloned());
        }
        let after_baseline = later.map(|(version, _)| version.clone()).collect();
        Some(Self { applied: rows.len(), after_baseline, only_in_seaql, only_in_gen })
    }
}

impl Workspace {
    /// Shows the rows of the history under the ids that merging branches gave to the migrations since, and a squashed migration in the
    /// place of those that it replaces. `gen up` writes them so.
    pub(super) fn follow_names(&self, live: &mut Live) {
        let Ok(ids) = self.project.migration_ids(live.product()) else { return };
        if live.history.iter().all(|record| ids.iter().any(|id| id.as_str() == record.id)) {
            return;
        }
        if let Ok(migrations) = self.all_migrations(live.product()) {
            live.history = run::as_filed(&live.history, &applicables(&migrations));
        }
    }
}

impl Compared {
    /// What the histories contradict each other in, a sentence each. What only ours has is no contradiction: either of the two
    /// adds it.
    pub(super) fn contradictions(&self) -> impl Iterator<Item = String> {
        self.only_in_seaql.iter().map(|name| {
            format!(
                "`{SEAORM_HISTORY}` has `{name}`, which is not applied according to `gen`: `gen up` brings it in line"
            )
        })
    }

    /// What the `Migrator` has run by itself, a sentence each.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.after_baseline.iter().map(|name| {
            format!("the `Migrator` has run `{name}` after the baseline, and no snapshot has its changes; if they are drift: `gen drift adopt`")
        })
    }
}

/// Whether SeaORM's history is that of this project's `Migrator`. Another application in the same database has one too.
fn is_of_this_project(workspace: &Workspace, known: &BTreeSet<String>, theirs: &BTreeSet<&String>) -> bool {
    let project = &workspace.project;
    if project.config.format.has_migrator() && !has_usual_history(project) {
        return false;
    }
    let own: BTreeSet<String> = project.own_migrations().unwrap_or_default().into_iter().flatten().collect();
    theirs.is_empty() || theirs.iter().any(|version| known.contains(*version) || own.contains(*version))
}

/// Whether the project's `Migrator` has SeaORM's usual history, as far as that can be known here.
fn has_usual_history(project: &Project) -> bool {
    project.is_without_sources() || project.has_usual_history().unwrap_or(false)
}

/// Creates SeaORM's history, if the database has none.
///
/// # Errors
/// The database's refusal.
pub(super) async fn create(session: &mut Session) -> sea_gen_runner::Result<()> {
    if versions(session).await.is_some() {
        return Ok(());
    }
    let created = session.execute(&history_table(dialect::of(session.product()))).await;
    created.map(drop).map_err(|error| {
        Error::new(format!("`{SEAORM_HISTORY}` could not be created, in which the `Migrator` looks up what is applied"))
            .hint("let a role that may create tables do it: run the `Migrator` once, or repeat the command")
            .because(error)
    })
}

/// Brings SeaORM's history in line with ours where the project has a `Migrator` and the database such a history: what is applied is
/// in it, and what is reverted is not. So the `Migrator` runs nothing again, and leaves out nothing. Migrations in Rust cannot do
/// without it, so it is created for them.
///
/// # Errors
/// The database's refusal.
pub(super) async fn follow(session: &mut Session, workspace: &Workspace) -> sea_gen_runner::Result<()> {
    let format = workspace.project.config.format;
    if !format.has_migrator() {
        return Ok(());
    }
    let ours = run::history(session).await?;
    // A migration in Rust does not look into our history, so it would run again.
    if format == Format::Rust && !ours.is_empty() && has_usual_history(&workspace.project) {
        create(session).await?;
    }
    let Some(compared) = Compared::of(session, workspace, &ours).await else { return Ok(()) };
    let dialect = dialect::of(session.product());
    let [table, version, applied] = [SEAORM_HISTORY, "version", "applied_at"].map(|name| dialect.quote(&name.into()));
    let now = jiff::Timestamp::now().as_second();
    let text = |name: &String| dialect.literal(&Literal::Text(name.clone()));
    let added = compared
        .only_in_gen
        .iter()
        .map(|name| format!("INSERT INTO {table} ({version}, {applied}) VALUES ({}, {now})", text(name)));
    // What branches that were merged have renamed is there under its new name.
    let files = workspace.project.migrations(session.product()).unwrap_or_default();
    let former = files.iter().flat_map(|file| file.merged.formerly.keys()).map(|id| module(id.to_string()));
    let former: Vec<String> =
        former.filter(|name| !files.iter().any(|file| module(file.id.to_string()) == *name)).collect();
    let gone = gone(workspace, session.product(), &ours);
    let removed = compared.only_in_seaql.iter().chain(&former).chain(&gone);
    let removed = removed.map(|name| format!("DELETE FROM {table} WHERE {version} = {}", text(name)));
    for sql in added.chain(removed) {
        session.execute(&sql).await.map_err(|error| {
            Error::new(format!("the migrations are run, and `{SEAORM_HISTORY}` could not be brought in line with them"))
                .hint(format!(
                    "let the role change it, and repeat the command: `GRANT INSERT, DELETE ON {SEAORM_HISTORY} TO …`"
                ))
                .because(error)
        })?;
    }
    Ok(())
}

/// The modules that the `Migrator` does not list any more, because their migrations were squashed: SeaORM stops at their rows.
fn gone(workspace: &Workspace, product: Product, ours: &[Record]) -> Vec<String> {
    let Some(lock) = &workspace.lock else { return Vec::new() };
    let kept = match workspace.project.config.format {
        Format::Rust => Vec::new(),
        _ => workspace.project.replaced_ids(product).unwrap_or_default(),
    };
    let is_gone = |line: &&sea_gen_runner::lock_file::LockedMigration| {
        !kept.contains(&line.id) && !ours.iter().any(|record| record.id == line.id.as_str())
    };
    lock.replaced(product).into_iter().filter(is_gone).map(|line| module(line.id.to_string())).collect()
}

/// Empties SeaORM's history, if the database has one: the tables of its migrations are gone.
///
/// # Errors
/// The database's refusal.
pub(super) async fn empty(session: &mut Session) -> sea_gen_runner::Result<()> {
    if versions(session).await.is_none() {
        return Ok(());
    }
    let table = dialect::of(session.product()).quote(&SEAORM_HISTORY.into());
    let emptied = session.execute(&format!("DELETE FROM {table}")).await;
    emptied.map(drop).map_err(|error| Error::new(format!("`{SEAORM_HISTORY}` could not be emptied")).because(error))
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
