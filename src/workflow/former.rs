//! The state of a project before its newest migrations: the lock and the snapshots.
//!
//! It is what was kept when they were written, or a commit, or the result of replaying the migrations before them. Whichever it is,
//! its fingerprints are compared. Must not write anything.

use std::collections::BTreeMap;

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::MigrationId;

use crate::dialect::Product;
use crate::project::{Snapshot, SnapshotTexts, fingerprint};
use crate::proof::{Before, NO_SERVER, before};
use crate::schema::Schema;
use crate::state;

use super::{Failure, Workspace};

/// The state of a project before its newest migrations.
#[derive(Clone, Debug)]
pub(super) struct Former {
    /// The lock.
    pub lock: Lock,
    /// The files of the snapshots.
    pub texts: BTreeMap<Product, SnapshotTexts>,
    /// Where it was found.
    pub source: Source,
}

/// Where a former state was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It was kept when the migrations were written.
    Kept,
    /// In a commit.
    Commit(String),
    /// The migrations before them were replayed on a scratch database.
    Replayed,
}

/// The fingerprint and the files of each dialect's snapshot.
type Found = BTreeMap<Product, (String, SnapshotTexts)>;

impl Former {
    /// Finds the state before some migrations, oldest first, which are the newest of the lock.
    ///
    /// # Errors
    /// It is not known: it was not kept, no commit has it, and the migrations before them cannot be replayed.
    pub(super) async fn find(workspace: &Workspace, ids: &[MigrationId]) -> Result<Self, Failure> {
        let mut lock = workspace.sealed_lock()?.clone();
        for locked in lock.dialects.values_mut() {
            locked.migrations.retain(|line| !ids.contains(&line.id));
        }
        let project = &workspace.project;
        let (found, source) =
            match project.former(workspace.sealed_lock()?, ids)?.filter(|found| is_right(workspace, found)) {
                Some(found) => (found, Source::Kept),
                None => match committed(workspace, &lock) {
                    Some((commit, found)) => (found, Source::Commit(commit)),
                    None => (replayed(workspace, ids).await?, Source::Replayed),
                },
            };
        let mut texts = BTreeMap::new();
        for (product, (fingerprint, files)) in found {
            if let Some(locked) = lock.dialects.get_mut(&product) {
                locked.fingerprint = fingerprint;
                texts.insert(product, files);
            }
        }
        Ok(Self { lock, texts, source })
    }

    /// The fingerprints and the files.
    pub(super) fn kept(&self) -> Found {
        let locked = |product: &Product| self.lock.dialects.get(product).map(|locked| locked.fingerprint.clone());
        let texts = self.texts.iter();
        texts.filter_map(|(product, texts)| Some((*product, (locked(product)?, texts.clone())))).collect()
    }
}

/// Whether the files have the fingerprints that go with them.
fn is_right(workspace: &Workspace, found: &Found) -> bool {
    found.iter().all(|(product, (expected, texts))| {
        let Ok(snapshot) = Snapshot::parse(texts) else { return false };
        let schema = workspace.tables.normalize(*product, snapshot.unwrap_or_default().schema);
        schema.is_ok_and(|schema| fingerprint(schema.schema()) == *expected)
    })
}

/// The snapshots of the newest commit that has exactly the migrations of a lock.
fn committed(workspace: &Workspace, lock: &Lock) -> Option<(String, Found)> {
    let is_same = |one: &[LockedMigration], other: &[LockedMigration]| {
        one.len() == other.len()
            && one.iter().zip(other).all(|(it, its)| it.id == its.id && it.checksum == its.checksum)
    };
    let fits = |then: &Lock| {
        then.dialects.keys().eq(lock.dialects.keys())
            && lock.dialects.keys().all(|product| is_same(then.migrations(*product), lock.migrations(*product)))
    };
    let (commit, then) = workspace.project.commit_with(fits)?;
    let mut found = Found::new();
    for (product, locked) in &then.dialects {
        let texts = workspace.project.snapshot_texts_at(&commit, *product).ok()?;
        found.insert(*product, (locked.fingerprint.clone(), texts));
    }
    is_right(workspace, &found).then_some((commit, found))
}

/// The schemas before some migrations, by replaying those before them. What has another origin than an entity has it still.
async fn replayed(workspace: &Workspace, ids: &[MigrationId]) -> Result<Found, Failure> {
    let mut found = Found::new();
    for (product, locked) in &workspace.sealed_lock()?.dialects {
        let Some(index) = locked.migrations.iter().position(|line| ids.contains(&line.id)) else { continue };
        let Some(first) = locked.migrations.get(index) else { continue };
        let unknown = |reason: &str| {
            Failure::from(
                Error::new(format!("what the snapshot of {product} was before `{}` is not known", first.id))
                    .because(reason.to_owned())
                    .hint("take lock and snapshots from a commit that does not have it yet: `git log -- schema.lock.json`")
                    .hint("or let the migrations before it be replayed: name a server for a scratch database with `--database-url`"),
            )
        };
        let Some(from) = &first.from else { return Err(unknown("the lock does not say which schema it starts from")) };
        if index == 0 && *from == fingerprint(&Schema::default()) {
            found.insert(*product, (from.clone(), SnapshotTexts::new()));
            continue;
        }
        let sealed = workspace.sealed(*product)?;
        let origins = sealed.as_ref().map(|sealed| sealed.origins.clone()).unwrap_or_default();
        let Some(server) = workspace.scratch_server(*product)? else { return Err(unknown(NO_SERVER)) };
        let migrations = workspace.migrations(*product)?;
        let index = migrations.iter().position(|it| it.id >= first.id).unwrap_or(migrations.len());
        let to = sealed.map(|sealed| sealed.schema);
        let earlier = migrations.get(..index).unwrap_or_default();
        let schema = match before(&server, earlier, earlier.len(), to.as_ref(), &workspace.scope()).await? {
            Before::Known(schema) => schema,
            Before::Unknown(reason) => return Err(unknown(&reason)),
        };
        if fingerprint(schema.schema()) != *from {
            return Err(unknown("replayed, the migrations before it lead to another schema than it starts from"));
        }
        let origins = state::earlier(schema.schema(), &origins);
        let snapshot = Snapshot { schema: schema.into_schema(), origins };
        let texts = snapshot.texts()?;
        found.insert(*product, (from.clone(), texts));
    }
    Ok(found)
}
