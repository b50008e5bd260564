//! Writes a merge: migrations, snapshots and the lock in one batch.
//!
//! Must not know how a merge is planned.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::Error;
use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::json;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::{self, MigrationId};

use crate::project::{Batch, Branches, Project, Side, Snapshot, fingerprint};
use crate::proof::Verdict;
use crate::schema::Product;

use super::super::{locked, prove};
use super::{Failure, Merged, Planned, Workspace};

/// The lock of the first branch with the migrations of the other behind its own.
pub(super) fn lock(mut lock: Lock, dialects: &[Merged], branches: &Branches, first: Side) -> Lock {
    let later = match first {
        Side::Ours => &branches.theirs,
        Side::Theirs => &branches.ours,
    };
    for merged in dialects {
        let of_later = later.lock.as_ref().map(|lock| lock.migrations(merged.product)).unwrap_or_default();
        let own = lock.migrations(merged.product).to_vec();
        // A migration that only the later branch has edited is sealed as it is there.
        let line = |id: &MigrationId, text: &str| {
            let checksum = migration::parse(id.clone(), merged.product, text).map(|it| it.checksum());
            own.iter()
                .chain(of_later)
                .find(|line| line.id == *id && checksum.as_ref().is_ok_and(|it| *it == line.checksum))
                .cloned()
        };
        let mut lines: Vec<LockedMigration> = merged.kept.iter().filter_map(|(id, text)| line(id, text)).collect();
        lines.extend(merged.moved.iter().map(|moved| {
            let proof = match &moved.verdict {
                Some(Verdict::Proven(proven)) => Some(prove::proof(proven)),
                Some(Verdict::Refuted(_) | Verdict::Unproven(_)) | None => None,
            };
            LockedMigration { proof, ..locked(&moved.migration) }
        }));
        lines.sort_by(|one, other| one.id.cmp(&other.id));
        let of_dialect = lock.dialects.entry(merged.product).or_default();
        of_dialect.migrations = lines;
        of_dialect.fingerprint = fingerprint(merged.together.schema.schema());
    }
    lock
}

/// Writes the merge, all files or none. Returns the changed files.
///
/// # Errors
/// A file that keeps its place was changed since both branches sealed it; a file cannot be written.
pub fn write(workspace: &Workspace, planned: &Planned) -> Result<Vec<PathBuf>, Failure> {
    let _phase = workspace.phase("writing files");
    workspace.refuse_without_writer()?;
    let mut project = workspace.project.clone();
    project.follow_lock(Some(&planned.lock));
    let mut batch = Batch::new(&project.root);
    let mut wanted: BTreeSet<PathBuf> = BTreeSet::new();
    for merged in &planned.dialects {
        let path = |id: &MigrationId| project.migration_path(merged.product, id);
        for (id, text) in &merged.kept {
            wanted.insert(path(id));
            if !is_as_sealed(&project, planned, (merged.product, id))? {
                batch.write(path(id), text.as_str());
            }
        }
        for moved in &merged.moved {
            wanted.insert(path(&moved.migration.id));
            batch.write(path(&moved.migration.id), moved.text.as_str());
        }
    }
    let mut snapshots = BTreeSet::new();
    for merged in &planned.dialects {
        let schema = merged.together.schema.alone().schema().clone();
        let snapshot = Snapshot { schema, origins: merged.together.origins.clone() };
        let folder = project.snapshot_folder(merged.product);
        snapshots.extend(snapshot.texts()?.into_keys().map(|path| folder.join(path)));
        snapshot.write(&folder, None, &mut batch)?;
    }
    for path in left_over(workspace, planned)? {
        if !wanted.contains(&path) && !snapshots.contains(&path) && path.exists() {
            batch.delete(path);
        }
    }
    project.write_lock(&planned.lock, &mut batch)?;
    Ok(batch.commit()?.into_iter().map(|(path, _)| path).collect())
}

/// Whether the file of a migration that keeps its place is as it was sealed. One in conflict, or none, is written anew.
fn is_as_sealed(project: &Project, planned: &Planned, (product, id): (Product, &MigrationId)) -> Result<bool, Failure> {
    let path = project.migration_path(product, id);
    let Some(text) = read_text_if_there(&path)?.filter(|text| json::conflict(text).is_none()) else { return Ok(false) };
    let sealed = planned.lock.migrations(product).iter().find(|line| line.id == *id).map(|line| line.checksum.clone());
    // The other branch may have had another migration under this id.
    let is_other = [&planned.branches.ours, &planned.branches.theirs].into_iter().any(|side| {
        let lines = side.lock.as_ref().map(|lock| lock.migrations(product)).unwrap_or_default();
        let checksum = migration::parse(id.clone(), product, &text).map(|it| it.checksum()).unwrap_or_default();
        lines.iter().any(|line| line.id == *id && line.checksum == checksum && Some(&line.checksum) != sealed.as_ref())
    });
    if is_other {
        return Ok(false);
    }
    let file = migration::parse(id.clone(), product, &text)?;
    if Some(file.checksum()) == sealed {
        return Ok(true);
    }
    let shown = project.shown(&path).display();
    Err(Error::new(format!("`{shown}` is sealed on neither branch as it is"))
        .hint(format!(
            "put edits aside, merge, then edit and seal it: `git checkout {} -- {shown}`, `gen merge`, `gen lock`",
            planned.branches.ours.name
        ))
        .into())
}

/// The files that the branches had and the merge does not: under former ids, or in the folders of another layout.
fn left_over(workspace: &Workspace, planned: &Planned) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for revision in [&planned.branches.ours, &planned.branches.theirs] {
        let Some(lock) = &revision.lock else { continue };
        let mut project = workspace.project.clone();
        project.follow_lock(Some(lock));
        for (product, locked) in &lock.dialects {
            paths.extend(locked.migrations.iter().map(|line| project.migration_path(*product, &line.id)));
            paths.extend(Snapshot::files(&project.snapshot_folder(*product))?);
        }
    }
    Ok(paths)
}
