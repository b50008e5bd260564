//! Writes what was planned: migration files, snapshots and the lock in one batch, all of them or none.
//!
//! Must not know how a plan is found.

use std::path::PathBuf;

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, Migration};

use crate::project::{Batch, FileChange, Snapshot};
use crate::schema::{Normalized, Origins, Product};

use super::super::{Failure, Workspace, locked};
use super::{MigrationDraft, Planned};

/// Writes migration files, snapshots and lock in one batch: all of them or none. Where there is nothing to migrate the
/// snapshot is written all the same, because who declares what may have changed: what is declared today and silent
/// tomorrow shall be dropped then.
pub fn write(workspace: &Workspace, planned: &Planned) -> Result<Vec<PathBuf>, Failure> {
    let Planned { drafts, silent, is_rehearsal, .. } = planned;
    let _phase = workspace.phase("writing files");
    workspace.refuse_without_writer()?;
    if *is_rehearsal {
        return Err(
            Error::new("this was planned as a rehearsal, in which nothing is refused, so it is not written").into()
        );
    }
    let mut project = workspace.project.clone();
    let mut batch = Batch::new(&project.root);
    let mut lock = workspace.lock.clone().unwrap_or_else(|| project.first_lock(workspace.products()));
    for draft in drafts {
        if let Some(expansion) = &draft.expansion {
            let line = LockedMigration { proof: expansion.proof.clone(), ..locked(&expansion.migration) };
            lock.append(draft.product, line, draft.sealed.fingerprint_of(&expansion.intermediate));
        }
        let line = LockedMigration { proof: draft.proof.clone(), ..locked(&draft.migration) };
        lock.append(draft.product, line, draft.sealed.fingerprint_of(&draft.target.schema));
    }
    if let Some(product) = project.lay_out(&lock, &mut batch)? {
        let key = product.key();
        workspace.note(&format!(
            "note: the files of {key} are moved to `{key}/` in the folders of migrations and snapshots"
        ));
    }
    for draft in drafts {
        let text_of = |migration: &Migration| planned.about.written_into(&migration::text(migration));
        if let Some(expansion) = &draft.expansion {
            let (id, text) = (&expansion.migration.id, text_of(&expansion.migration));
            project.keep_generated(draft.product, id, text.clone(), &mut batch);
            batch.write(project.migration_path(draft.product, id), text);
        }
        let text = text_of(&draft.migration);
        let generated = draft.generated.as_ref().map_or_else(|| text.clone(), text_of);
        project.keep_generated(draft.product, &draft.migration.id, generated, &mut batch);
        batch.write(project.migration_path(draft.product, &draft.migration.id), text);
    }
    // What has been excluded goes from the snapshot with the next migration, which seals it anew.
    let is_same = |draft: &&MigrationDraft| draft.target.schema == draft.sealed.schema && !draft.sealed.leaves_out;
    let same: Vec<&MigrationDraft> = silent.iter().filter(is_same).collect();
    let mut reworded = false;
    for draft in same.iter().filter(|draft| draft.target.schema != *draft.sealed.on_disk()) {
        if let Some(locked) = lock.dialects.get_mut(&draft.product) {
            locked.fingerprint = draft.sealed.fingerprint_of(&draft.target.schema);
            reworded = true;
        }
    }
    for draft in drafts.iter().chain(same) {
        let snapshot = |schema: &Normalized, origins: &Origins| Snapshot {
            schema: schema.schema().clone(),
            origins: origins.clone(),
        };
        let before = match &workspace.amended {
            Some(_) => on_disk(workspace, draft.product)?,
            None => snapshot(draft.sealed.on_disk(), &draft.sealed.origins),
        };
        let after = snapshot(&draft.target.schema, &draft.target.origins);
        after.write(&project.snapshot_folder(draft.product), Some(&before), &mut batch)?;
    }
    if let Some(amended) = &workspace.amended {
        amended.write(workspace, drafts, &mut batch)?;
    }
    match reworded || !drafts.is_empty() {
        true => project.write_lock(&lock, &mut batch)?,
        false => project.keep_former(&lock, None, &mut batch)?,
    }
    let snapshots = project.root.join(&project.config.snapshots);
    // A migration file is only deleted where it is moved.
    let is_told =
        |(path, change): &(PathBuf, FileChange)| *change != FileChange::Deleted || path.starts_with(&snapshots);
    Ok(batch.commit()?.into_iter().filter(is_told).map(|(path, _)| path).collect())
}

/// The snapshot on disk, with the migration that is made again.
fn on_disk(workspace: &Workspace, product: Product) -> Result<Snapshot, Failure> {
    let snapshot = Snapshot::read(&workspace.project.snapshot_folder(product))?.unwrap_or_default();
    let schema = workspace.tables.normalize(product, snapshot.schema)?.into_schema();
    Ok(Snapshot { schema, origins: snapshot.origins })
}
