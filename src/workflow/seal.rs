//! Seals the current migration files, and adds the results of edited ones to the snapshot.
//!
//! Must not touch the project's database.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{Merged, Migration, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;
use crate::project::{Batch, Snapshot, fingerprint};

use super::handwritten::{self, Followed, Silence};
use super::{Failure, Workspace, join, locked};

/// The result of sealing.
pub struct Resealed {
    /// The newly sealed migrations.
    pub sealed: BTreeSet<MigrationId>,
    /// The sealed migrations without a file.
    pub gone: BTreeSet<MigrationId>,
    /// The migrations whose files have other names now: the former id, and the present one.
    pub renamed: BTreeSet<(MigrationId, MigrationId)>,
    /// The results of edited migrations, by dialect.
    pub followed: Vec<Followed>,
    /// The paths of the newly sealed files beside the migrations.
    pub files: BTreeSet<String>,
    /// The paths of the sealed files beside the migrations that no longer exist.
    pub gone_files: BTreeSet<String>,
    /// The written files.
    pub written: Vec<PathBuf>,
}

impl Resealed {
    /// The sealed migrations that change the schema and can be proven quickly.
    pub fn provable(&self) -> Vec<MigrationId> {
        let sealed: Vec<MigrationId> = self.sealed.iter().cloned().collect();
        self.followed.iter().flat_map(|it| it.provable(&sealed)).cloned().collect()
    }
}

/// Seals the files. If `follows` is false, the results of edited ones are not determined. `None` if the lock already
/// matches the files.
pub async fn seal(workspace: &Workspace, follows: bool) -> Result<Option<Resealed>, Failure> {
    workspace.refuse_without_writer()?;
    workspace.refuse_frozen()?;
    let mut lock = workspace.sealed_lock()?.clone();
    let mut batch = Batch::new(workspace.root());
    let (mut sealed, mut gone, mut renamed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut files, mut gone_files) = (BTreeSet::new(), BTreeSet::new());
    let mut all = Vec::new();
    for product in workspace.products() {
        let mut migrations = workspace.migrations(*product)?;
        if !lock.dialects.contains_key(product) {
            match migrations.first() {
                Some(_) => return Err(join::not_begun(*product).into()),
                None => continue,
            }
        }
        workspace.note_unknown_environments(*product)?;
        let beside = lock.reseal_sql_files(*product, workspace.sealed_files(*product)?);
        files.extend(beside.sealed);
        gone_files.extend(beside.gone);
        let before: BTreeSet<MigrationId> = lock.migrations(*product).iter().map(|line| line.id.clone()).collect();
        let changed = lock.reseal(*product, migrations.iter().map(locked).collect());
        // What merging branches has shown holds for the statements that were merged.
        let is_edited = |it: &&mut Migration| before.contains(&it.id) && changed.sealed.contains(&it.id);
        migrations.iter_mut().filter(is_edited).for_each(|it| {
            it.merged = Merged { replaces: std::mem::take(&mut it.merged.replaces), ..Merged::default() };
        });
        let moved = changed.renamed.iter().flat_map(|(former, present)| [former, present]);
        let oldest = changed.sealed.iter().chain(&changed.gone).chain(moved).min().cloned();
        sealed.extend(changed.sealed.iter().cloned());
        renamed.extend(changed.renamed);
        let Some(oldest) = oldest else { continue };
        // A removed file has no index; the migrations after it now start from another schema.
        let first = migrations.iter().position(|it| it.id >= oldest).unwrap_or(migrations.len());
        let is_edited = |it: &Migration| changed.sealed.contains(&it.id) || it.to.is_none();
        let followed = match follows {
            false => handwritten::unfollowed(workspace, *product, migrations, &is_edited)?,
            true => handwritten::follow(workspace, *product, migrations, first, &is_edited).await?,
        };
        if let (Some(id), Some((_, silence))) = (changed.gone.first(), followed.silence()) {
            return Err(unknown_without(workspace, *product, id, silence).into());
        }
        gone.extend(changed.gone);
        followed.write(workspace, &mut lock, &mut batch)?;
        all.push(followed);
    }
    workspace.project.write_lock(&lock, &mut batch)?;
    let written: Vec<PathBuf> = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    if written.is_empty() {
        return Ok(None);
    }
    Ok(Some(Resealed { sealed, gone, renamed, followed: all, files, gone_files, written }))
}

/// Makes a lock that is lost anew: it seals the files and the snapshot as they are now, without proofs. Returns the migrations.
///
/// # Errors
/// There is a lock, or no migration; a file cannot be read or written.
pub fn rebuild(workspace: &Workspace) -> Result<Vec<MigrationId>, Failure> {
    workspace.refuse_without_writer()?;
    let project = &workspace.project;
    if workspace.lock.is_some() {
        return Err(Error::new("the lock is there, so it is not made anew")
            .of(ErrorKind::Refused)
            .hint("`gen lock` seals edited files")
            .into());
    }
    let mut lock = project.first_lock(workspace.products());
    for (product, own) in &mut lock.dialects {
        let snapshot = Snapshot::read(&project.snapshot_folder(*product))?.unwrap_or_default();
        let schema = workspace.tables.normalize(*product, snapshot.schema)?;
        own.fingerprint = fingerprint(schema.schema());
        own.files = workspace.sealed_files(*product)?;
        let replaced = project.replaced(*product)?;
        own.migrations = workspace.migrations(*product)?.iter().map(|it| with_replaced(it, &replaced)).collect();
    }
    let ids: BTreeSet<MigrationId> =
        lock.dialects.values().flat_map(|own| &own.migrations).map(|line| line.id.clone()).collect();
    if ids.is_empty() {
        return Err(Error::new("there is no migration to seal")
            .of(ErrorKind::Refused)
            .hint("run `gen init` to set the project up")
            .into());
    }
    let mut batch = Batch::new(workspace.root());
    project.write_lock(&lock, &mut batch)?;
    batch.commit()?;
    Ok(ids.into_iter().collect())
}

/// The line of a migration, with those that were squashed into it, as far as their files are kept.
fn with_replaced(migration: &Migration, kept: &[Migration]) -> LockedMigration {
    let line = |(id, checksum): (&MigrationId, &String)| match kept.iter().find(|it| it.id == *id) {
        Some(file) => with_replaced(file, kept),
        None => {
            LockedMigration { id: id.clone(), checksum: checksum.clone(), from: None, to: None, ..locked(migration) }
        }
    };
    LockedMigration { replaces: migration.merged.replaces.iter().map(line).collect(), ..locked(migration) }
}

/// The error on a migration whose file is gone: the snapshot must not keep what no migration makes.
fn unknown_without(workspace: &Workspace, product: Product, id: &MigrationId, silence: &Silence) -> Error {
    let path = workspace.project.migration_path(product, id);
    let shown = workspace.project.shown(&path).display();
    let error = Error::new(format!("the file of `{id}` is gone, and what the others lead to without it is not known"))
        .because(silence.reason.clone())
        .of(ErrorKind::Missing);
    let newest = workspace.lock.as_ref().and_then(|lock| lock.migrations(product).last());
    match newest.is_some_and(|newest| newest.id == *id) {
        true => error.hint("take the rest of it back: `gen undo`"),
        false => error.hint(format!("restore it: `git checkout -- {shown}`")),
    }
}
