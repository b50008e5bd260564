//! What happened to migration files that the lock or the database knows otherwise: a sentence for each, and the one command that goes
//! on from there.
//!
//! Must not change anything.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::run::{self, Record};

use crate::dialect::Product;
use crate::lint::allow::in_shell;

use super::{Failure, Live, Workspace, applicables, text};

/// What happened to a migration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What happened.
    pub what: String,
    /// The command that goes on from there.
    pub command: String,
    /// Whether it stops every run on the database.
    pub stops_the_database: bool,
}

/// Explains how the migration files differ from the lock and from the history of the database.
pub(super) fn explain(
    workspace: &Workspace,
    product: Product,
    migrations: &[Migration],
    live: Option<&Live>,
) -> Result<Vec<Explained>, Failure> {
    let Some(lock) = &workspace.lock else { return Ok(without_lock(workspace, migrations)) };
    let history: &[Record] = live.map_or(&[], |live| &live.history);
    let kept = run::kept(history, &applicables(migrations), product).unwrap_or_default();
    let kept = kept.into_iter().map(|(migration, _)| migration.id.to_string()).collect();
    let files = Files { workspace, product, history, by_checksum: by_checksum(migrations), kept };
    let lines = lock.migrations(product);
    let mut found = Vec::new();
    let mut renamed = Vec::new();
    for line in lines.iter().filter(|line| migrations.iter().all(|it| it.id != line.id)) {
        let is_last = lines.last() == Some(line);
        let is_unlisted = |id: &str| lines.iter().all(|line| line.id.as_str() != id);
        let now = files.by_checksum.get(line.checksum.as_str()).copied().filter(|id| is_unlisted(id));
        renamed.extend(now);
        found.push(files.missing(line, now, is_last));
    }
    for migration in migrations {
        let id = migration.id.as_str();
        match lines.iter().find(|line| line.id == migration.id) {
            None if renamed.contains(&id) => {}
            None => found.push(Explained::of(format!("`{id}` is not sealed yet"), "gen lock")),
            Some(line) if line.checksum != migration.checksum() => found.push(files.edited(line)),
            Some(_) => {}
        }
    }
    let replaced = lock.replaced(product);
    let is_known = |record: &&Record| {
        replaced.iter().any(|line| line.id.as_str() == record.id)
            || lines.iter().any(|line| line.id.as_str() == record.id)
            || migrations.iter().any(|it| it.id.as_str() == record.id)
    };
    let ahead: Vec<&Record> = history.iter().filter(|record| !is_known(record)).collect();
    found.extend(files.ahead(&ahead));
    Ok(found)
}

/// Where there are migrations, there was a lock.
fn without_lock(workspace: &Workspace, migrations: &[Migration]) -> Vec<Explained> {
    if migrations.is_empty() {
        return Vec::new();
    }
    let path = workspace.project.lock_path();
    let shown = workspace.project.shown(&path).display().to_string();
    let command = match workspace.project.committed(&path) {
        Some(_) => format!("git checkout HEAD -- {}", in_shell(&shown)),
        None => "gen lock --rebuild".to_owned(),
    };
    let what = format!("there are migrations, and their `{shown}` is missing");
    vec![Explained { stops_the_database: true, ..Explained::of(what, command) }]
}

/// The ids of the files that do something, by checksum.
fn by_checksum(migrations: &[Migration]) -> BTreeMap<String, &str> {
    let filled = migrations.iter().filter(|migration| !migration.up.is_empty());
    filled.map(|migration| (migration.checksum(), migration.id.as_str())).collect()
}

struct Files<'a> {
    workspace: &'a Workspace,
    product: Product,
    history: &'a [Record],
    by_checksum: BTreeMap<String, &'a str>,
    /// The migrations without a file whose DOWN section the history keeps.
    kept: BTreeSet<String>,
}

impl Files<'_> {
    fn is_applied(&self, id: &str) -> bool {
        self.history.iter().any(|record| record.id == id)
    }

    fn path(&self, id: &str) -> String {
        let path = self.workspace.project.migrations_folder(self.product).join(format!("{id}.sql"));
        self.workspace.project.shown(&path).display().to_string()
    }

    /// The command that restores the file that the lock seals.
    fn restored(&self, line: &LockedMigration) -> Option<String> {
        let (project, id) = (&self.workspace.project, &line.id);
        let path = project.migration_path(self.product, id);
        let is_sealed = |text: &String| {
            let found = migration::parse(id.clone(), self.product, text);
            found.is_ok_and(|migration| migration.checksum() == line.checksum)
        };
        let shown = project.shown(&path).display();
        if project.committed(&path).as_ref().is_some_and(is_sealed) {
            return Some(format!("git checkout HEAD -- {}", in_shell(&shown.to_string())));
        }
        let generated = project.generated(self.product, id).ok().flatten().filter(is_sealed);
        generated.map(|_| format!("cp {} {shown}", project.generated_path(self.product, id).display()))
    }

    /// A migration of the lock without a file. `now` is the id of a file that does the same.
    fn missing(&self, line: &LockedMigration, now: Option<&str>, is_last: bool) -> Explained {
        let id = line.id.as_str();
        let is_applied = self.is_applied(id);
        let explained = match (now, is_applied) {
            (Some(now), true) => Explained::of(
                format!("the file of `{id}` was renamed to `{now}`, and the database has it under its own name"),
                format!("mv {} {}", self.path(now), self.path(id)),
            ),
            (Some(now), false) => Explained::of(format!("the file of `{id}` was renamed to `{now}`"), "gen lock"),
            (None, true) => Explained::of(
                format!("the file of `{id}` was removed, and the database has the migration"),
                self.restored(line).unwrap_or_else(|| "gen lock".to_owned()),
            ),
            (None, false) => Explained::of(
                format!("the file of `{id}` was removed, and lock and snapshot still have the migration"),
                match is_last {
                    true => "gen undo".to_owned(),
                    false => self.restored(line).unwrap_or_else(|| "gen lock".to_owned()),
                },
            ),
        };
        Explained { stops_the_database: is_applied, ..explained }
    }

    fn edited(&self, line: &LockedMigration) -> Explained {
        let id = line.id.as_str();
        match self.is_applied(id) {
            true => Explained::of(
                format!("the file of `{id}` was edited, and the database has the migration as it was"),
                self.restored(line).unwrap_or_else(|| "gen lock".to_owned()),
            ),
            false => Explained::of(format!("the file of `{id}` was edited after it was sealed"), "gen lock"),
        }
    }

    /// Migrations that the database has and this checkout does not know.
    fn ahead(&self, records: &[&Record]) -> Option<Explained> {
        let first = records.first()?;
        let id = &first.id;
        let stops = |what, command: String| Some(Explained { what, command, stops_the_database: true });
        if let Some(now) = self.by_checksum.get(&first.checksum) {
            let what = format!("`{id}` is {} here, and its file is now called `{now}`", first.status);
            return stops(what, format!("mv {} {}", self.path(now), self.path(id)));
        }
        let path = self.workspace.project.root.join(self.path(id));
        let branch = self.workspace.project.branch_with(&path);
        let more = match records.len() {
            1 => String::new(),
            count => format!(" and {} more", text::plural(count - 1, "migration")),
        };
        let from = branch.as_ref().map_or_else(String::new, |branch| format!(" of branch `{branch}`"));
        let what = format!("the database is ahead of this checkout: it has `{id}`{more}{from}");
        let newest = self.history.iter().rev().take(records.len());
        let are_newest = newest.clone().all(|record| records.contains(&record));
        let has_way_back = newest.clone().all(|record| self.kept.contains(&record.id));
        match (branch, are_newest && has_way_back) {
            (_, true) => stops(what, format!("gen down {}", records.len())),
            (Some(branch), false) => stops(what, format!("git merge {branch}")),
            (None, false) => stops(what, format!("git log --all -- '*{id}*'")),
        }
    }
}

impl Explained {
    fn of(what: String, command: impl Into<String>) -> Self {
        Self { what, command: command.into(), stops_the_database: false }
    }
}
