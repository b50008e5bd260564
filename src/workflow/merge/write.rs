//! Writes a merge: migrations, snapshots and the lock in one batch.
//!
//! Must not know how a merge is planned.

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::json;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::{self, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

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
        let files = later.lock.as_ref().and_then(|lock| lock.dialects.get(&merged.product)).map(|locked| &locked.files);
        of_dialect.take_in(files.map(Vec::as_slice).unwrap_or_default());
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
    refuse_unknown(&project, planned)?;
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
        for (id, text) in &merged.replaced {
            batch.write(project.replaced_path(merged.product, id), text.as_str());
        }
        for moved in &merged.moved {
            wanted.insert(path(&moved.migration.id));
            refuse_unsealed(&project, planned, (merged.product, &moved.migration.id))?;
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
    for (path, migration) in left_over(workspace, planned)? {
        if !wanted.contains(&path) && !snapshots.contains(&path) && path.exists() {
            if let Some((of_branch, product, id)) = migration {
                refuse_unsealed(&of_branch, planned, (product, &id))?;
            }
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
    let checksum = migration::parse(id.clone(), product, &text).map(|it| it.checksum()).ok();
    let is_there = sealed.is_some() && checksum == sealed;
    if !is_there {
        refuse_unsealed(project, planned, (product, id))?;
    }
    Ok(is_there)
}

/// Refuses to replace or delete the file of a migration whose statements neither branch has sealed, nor the merge writes.
fn refuse_unsealed(
    project: &Project,
    planned: &Planned,
    (product, id): (Product, &MigrationId),
) -> Result<(), Failure> {
    let path = project.migration_path(product, id);
    let Some(text) = read_text_if_there(&path)?.filter(|text| json::conflict(text).is_none()) else { return Ok(()) };
    let checksum = migration::parse(id.clone(), product, &text).map(|it| it.checksum()).ok();
    let Branches { ours, theirs, .. } = &planned.branches;
    let locks = [ours.lock.as_ref(), theirs.lock.as_ref(), Some(&planned.lock)];
    let mut lines = locks.into_iter().flatten().flat_map(|lock| lock.migrations(product));
    if lines.any(|line| line.id == *id && Some(&line.checksum) == checksum.as_ref()) {
        return Ok(());
    }
    let shown = project.shown(&path).display();
    Err(Error::new(format!("`{shown}` is sealed on neither branch as it is"))
        .hint(format!(
            "put edits aside, merge, then edit and seal it: `git checkout {} -- {shown}`, `gen merge`, `gen lock`",
            ours.name
        ))
        .into())
}

/// Refuses to replace a lock that has migrations of neither branch: they were made since the branches were merged.
fn refuse_unknown(project: &Project, planned: &Planned) -> Result<(), Failure> {
    let on_disk =
        read_text_if_there(&project.lock_path())?.and_then(|text| Lock::parse(&project.lock_path(), &text).ok());
    let committed = project.revision("HEAD").ok().and_then(|head| head.lock);
    let Branches { ours, theirs, base, .. } = &planned.branches;
    let of_base = base.as_ref().and_then(|base| base.lock.as_ref());
    let known = [ours.lock.as_ref(), theirs.lock.as_ref(), of_base, Some(&planned.lock)];
    let is_known = |product: Product, id: &MigrationId| {
        known.into_iter().flatten().any(|lock| lock.migrations(product).iter().any(|line| line.id == *id))
    };
    for lock in [on_disk, committed].iter().flatten() {
        for (product, locked) in &lock.dialects {
            let Some(line) = locked.migrations.iter().find(|line| !is_known(*product, &line.id)) else { continue };
            return Err(Error::new(format!(
                "the lock here has `{}`, which neither {} nor {} has, and the merge would leave it out",
                line.id, ours.name, theirs.name
            ))
            .of(ErrorKind::Refused)
            .hint(
                "commit it on a branch of its own, and name that branch and the other one: `gen merge main my-branch`",
            )
            .into());
        }
    }
    Ok(())
}

/// A migration of a branch, and the project with its files where they are there.
type OfBranch = (Project, Product, MigrationId);

/// The files that the branches had and the merge does not: under former ids, or in the folders of another layout.
fn left_over(workspace: &Workspace, planned: &Planned) -> Result<Vec<(PathBuf, Option<OfBranch>)>, Failure> {
    let mut paths = Vec::new();
    for revision in [&planned.branches.ours, &planned.branches.theirs] {
        let Some(lock) = &revision.lock else { continue };
        let mut project = workspace.project.clone();
        project.follow_lock(Some(lock));
        for (product, locked) in &lock.dialects {
            paths.extend(locked.migrations.iter().map(|line| {
                let of_branch = (project.clone(), *product, line.id.clone());
                (project.migration_path(*product, &line.id), Some(of_branch))
            }));
            let snapshot = Snapshot::files(&project.snapshot_folder(*product))?;
            paths.extend(snapshot.into_iter().map(|path| (path, None)));
        }
    }
    Ok(paths)
}
