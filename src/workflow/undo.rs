//! Takes the newest migrations back: their files, their lines in the lock, the snapshots as they were, and what is registered in the
//! application's `Migrator`.
//!
//! Must not touch entities, nor change a database.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::migration::{self, MigrationId};
use sea_gen_runner::run;
use sea_gen_runner::{Error, ErrorKind};
use similar::TextDiff;

use crate::dialect::Product;
use crate::project::{BASELINE, Batch, find_id};

use super::former::Former;
pub use super::former::Source;
use super::squash::refuse_squashed;
use super::{Failure, Workspace, applicables, text};

/// Which migrations are taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// This many of the newest.
    Newest(usize),
    /// This one, which must be the newest.
    Named(String),
}

/// What is to be taken back.
#[derive(Debug)]
pub struct Undo {
    /// The migrations, oldest first.
    pub ids: Vec<MigrationId>,
    /// Those that the database at hand has, applied or begun.
    pub applied: Vec<MigrationId>,
    /// Where the snapshots before them were found.
    pub source: Source,
    former: Former,
}

/// What was taken back.
#[derive(Debug)]
pub struct TakenBack {
    /// The files that were written or deleted.
    pub written: Vec<PathBuf>,
    /// Where the text of a file is kept that somebody has edited, and so is nowhere else.
    pub kept: Vec<PathBuf>,
}

/// Finds out what is to be taken back, and whether it may be. `force` takes back what is known to others, what was edited, and what may
/// be applied.
///
/// # Errors
/// The schema is frozen; another migration was made later; one is on a remote branch, or its file was edited after it was sealed; the
/// database does not answer; the snapshots before them are not known.
pub async fn plan(workspace: &Workspace, which: &Which, force: bool) -> Result<Undo, Failure> {
    workspace.refuse_frozen()?;
    let ids = chosen(workspace, which)?;
    refuse_squashed(workspace, &ids, "gen undo")?;
    refuse_unsealed(workspace, &ids)?;
    if !force {
        refuse_pushed(workspace, &ids, "gen undo")?;
        refuse_edited(workspace, &ids)?;
    }
    let applied = applied(workspace, &ids, force, "gen undo").await?;
    let former = Former::find(workspace, &ids).await?;
    Ok(Undo { ids, applied, source: former.source.clone(), former })
}

/// Takes the migrations back, in one batch: all of it or nothing. Those that are applied must have been reverted.
///
/// # Errors
/// A file cannot be written; everything is as it was.
pub fn write(workspace: &Workspace, undo: &Undo) -> Result<TakenBack, Failure> {
    workspace.refuse_without_writer()?;
    let (project, former) = (&workspace.project, &undo.former);
    let (mut batch, mut kept) = (Batch::new(workspace.root()), Vec::new());
    for (product, locked) in &workspace.sealed_lock()?.dialects {
        for line in locked.migrations.iter().filter(|line| undo.ids.contains(&line.id)) {
            let path = project.migration_path(*product, &line.id);
            let text = read_text_if_there(&path)?;
            let generated = project.generated(*product, &line.id)?;
            if let Some(text) = text.filter(|text| Some(text) != generated.as_ref()) {
                kept.push(project.keep_taken_back(*product, &line.id, text, &mut batch));
            }
            batch.remove(path);
        }
    }
    for (product, texts) in &former.texts {
        let folder = project.snapshot_folder(*product);
        for path in project.snapshot_texts(*product)?.into_keys().filter(|path| !texts.contains_key(path)) {
            batch.remove(folder.join(path));
        }
        for (path, text) in texts {
            batch.write(folder.join(path), text.clone());
        }
    }
    for path in project.edited_modules(&undo.ids)? {
        let shown = project.shown(&path).display();
        workspace.note(&format!("note: `{shown}` was changed by hand and stays; delete it when you do not need it"));
    }
    project.write_lock(&former.lock, &mut batch)?;
    project.restore_migrator(&undo.ids, &mut batch)?;
    let written = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    Ok(TakenBack { written, kept })
}

/// The squashed migration that is to be taken back, if it is one: the named one, or the newest.
///
/// # Errors
/// There is no lock, or no migration of that name.
pub fn squashed(workspace: &Workspace, which: &Which) -> Result<Option<MigrationId>, Failure> {
    let all = ids(workspace)?;
    let id = match which {
        Which::Newest(1) => all.last(),
        Which::Newest(_) => None,
        Which::Named(name) => Some(find_id(name, &all)?),
    };
    let lines = workspace.sealed_lock()?.dialects.values().flat_map(|locked| &locked.migrations);
    let mut squashed = lines.filter(|line| !line.replaces.is_empty() && Some(&line.id) == id);
    Ok(squashed.next().map(|line| line.id.clone()))
}

impl Undo {
    /// Refuses to take back what the database at hand has.
    ///
    /// # Errors
    /// One of them is applied there, or begun.
    pub fn refuse_applied(&self) -> Result<(), Failure> {
        refuse_applied(&self.applied, &self.command("--down"))
    }

    /// The command for them with another option.
    pub fn command(&self, option: &str) -> String {
        match self.ids.len() {
            1 => format!("gen undo {option}"),
            count => format!("gen undo {count} {option}"),
        }
    }
}

/// The chosen migrations, oldest first.
fn chosen(workspace: &Workspace, which: &Which) -> Result<Vec<MigrationId>, Failure> {
    let all = ids(workspace)?;
    let count = match which {
        Which::Newest(count) => *count,
        Which::Named(name) => {
            let id = find_id(name, &all)?;
            let later: Vec<&MigrationId> = all.iter().filter(|other| *other > id).collect();
            if let Some(next) = later.first() {
                let count = later.len() + 1;
                return Err(Error::new(format!("`{next}` was made after `{id}` and starts where that one leads"))
                    .of(ErrorKind::Refused)
                    .hint(format!("take back all from it on: `gen undo {count}`"))
                    .into());
            }
            1
        }
    };
    let Some(first) = all.len().checked_sub(count).filter(|first| *first < all.len()) else {
        let there = text::plural(all.len(), "migration");
        return Err(Error::new(format!("the lock has {there}, and {count} cannot be taken back"))
            .of(ErrorKind::Refused)
            .hint("`gen status` lists them")
            .into());
    };
    let chosen = all.get(first..).unwrap_or_default().to_vec();
    refuse_baseline(&chosen)?;
    Ok(chosen)
}

/// The ids of all sealed migrations, oldest first, those of all dialects together.
pub(super) fn ids(workspace: &Workspace) -> Result<Vec<MigrationId>, Failure> {
    let lines = workspace.sealed_lock()?.dialects.values().flat_map(|locked| &locked.migrations);
    let mut ids: Vec<MigrationId> = lines.map(|line| line.id.clone()).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Refuses the baseline: no entity would write it again.
pub(super) fn refuse_baseline(ids: &[MigrationId]) -> Result<(), Failure> {
    match ids.iter().find(|id| id.name() == BASELINE) {
        None => Ok(()),
        Some(id) => Err(Error::new(format!("`{id}` stands for the database that was adopted, so it is not taken back"))
            .of(ErrorKind::Refused)
            .hint("to begin anew, delete the lock, the migrations and the snapshots, and `gen init` adopts the database again")
            .into()),
    }
}

/// Refuses if there is a file that is not sealed and comes after the first of them: it may build on what is taken back.
pub(super) fn refuse_unsealed(workspace: &Workspace, ids: &[MigrationId]) -> Result<(), Failure> {
    let lock = workspace.sealed_lock()?;
    for product in lock.dialects.keys() {
        let files = workspace.project.migration_ids(*product)?;
        let is_sealed = |id: &MigrationId| lock.migrations(*product).iter().any(|line| line.id == *id);
        if let Some(id) = files.iter().find(|id| ids.first().is_some_and(|first| *id > first) && !is_sealed(id)) {
            return Err(Error::new(format!("`{id}` comes after it and is not sealed"))
                .of(ErrorKind::Refused)
                .hint("delete its file, or seal it: `gen lock`")
                .into());
        }
    }
    Ok(())
}

/// Refuses migrations that others may have: those on a remote-tracking branch.
pub(super) fn refuse_pushed(workspace: &Workspace, ids: &[MigrationId], command: &str) -> Result<(), Failure> {
    for (product, id) in lines(workspace, ids)? {
        let path = workspace.project.migration_path(product, id);
        if let Some(branch) = workspace.project.remote_branch_with(&path) {
            return Err(Error::new(format!("`{id}` is on the remote branch `{branch}`, so others may have it"))
                .of(ErrorKind::Refused)
                .hint("leave it, and write a migration that changes it back: `gen migration <Name>`")
                .hint(format!("if nobody has applied it: `{command} --force`"))
                .into());
        }
    }
    Ok(())
}

/// Refuses migrations whose files were edited after they were sealed, and shows the edits.
fn refuse_edited(workspace: &Workspace, ids: &[MigrationId]) -> Result<(), Failure> {
    for (product, id) in lines(workspace, ids)? {
        let path = workspace.project.migration_path(product, id);
        let Some(text) = read_text_if_there(&path)? else { continue };
        let now = migration::parse(id.clone(), product, &text).ok().map(|migration| migration.checksum());
        let lock = workspace.sealed_lock()?;
        if now.is_some_and(|checksum| lock.seals(product, id, &checksum)) {
            continue;
        }
        let shown = workspace.project.shown(&path).display().to_string();
        let error = Error::new(format!("`{shown}` was edited after it was sealed, and the edits would be lost"));
        let error = match workspace.project.generated(product, id)? {
            Some(generated) => error.because(difference(&generated, &text)),
            None => error.hint(format!("see what changed: `git diff -- {shown}`")),
        };
        return Err(error.of(ErrorKind::Refused).hint("take it back all the same: `gen undo --force`").into());
    }
    Ok(())
}

/// The lines of two texts that differ.
pub(super) fn difference(from: &str, to: &str) -> String {
    let difference = TextDiff::from_lines(from, to).unified_diff().context_radius(1).to_string();
    difference.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// The migrations among the sealed ones of each dialect.
fn lines<'a>(workspace: &Workspace, ids: &'a [MigrationId]) -> Result<Vec<(Product, &'a MigrationId)>, Failure> {
    let lock = workspace.sealed_lock()?;
    let has = |product: Product, id: &MigrationId| lock.migrations(product).iter().any(|line| line.id == *id);
    let of = |product: Product| ids.iter().filter(move |id| has(product, id)).map(move |id| (product, id));
    Ok(lock.dialects.keys().flat_map(|product| of(*product)).collect())
}

/// The migrations that the database at hand has, applied or begun. One that does not answer may have them: that is refused unless
/// it is forced.
pub(super) async fn applied(
    workspace: &Workspace,
    ids: &[MigrationId],
    is_forced: bool,
    command: &str,
) -> Result<Vec<MigrationId>, Failure> {
    match workspace.history().await {
        Ok(history) => {
            let mut recorded = BTreeSet::new();
            for product in workspace.products() {
                // A database may have a migration under the id that it had before branches were merged.
                let migrations = workspace.all_migrations(*product)?;
                let history = run::as_filed(history.as_deref().unwrap_or_default(), &applicables(&migrations));
                recorded.extend(history.into_iter().map(|record| record.id));
            }
            Ok(ids.iter().filter(|id| recorded.contains(id.as_str())).cloned().collect())
        }
        Err(_) if is_forced => Ok(Vec::new()),
        Err(error) => {
            let shown: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            let environment = workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
            Err(Error::new(format!("it is not known whether {environment} has {}", shown.join(", ")))
                .because(error)
                .hint(format!("if it is not applied there: `{command} --force`"))
                .into())
        }
    }
}

/// Refuses migrations that are applied.
pub(super) fn refuse_applied(applied: &[MigrationId], command: &str) -> Result<(), Failure> {
    match applied {
        [] => Ok(()),
        [id] => Err(Error::new(format!("`{id}` is applied on the database at hand"))),
        several => {
            let shown: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            Err(Error::new(format!("{} are applied on the database at hand", shown.join(", "))))
        }
    }
    .map_err(|error| error.of(ErrorKind::Refused).hint(format!("revert it there first: `{command}`")).into())
}
