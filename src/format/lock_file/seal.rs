//! Adding migrations to the lock, and sealing it again.
//!
//! Must not know where migrations come from: they are handed in by id and checksum.

use std::collections::BTreeMap;

use crate::Product;
use crate::migration::MigrationId;

use super::{Frozen, Lock, Locked, LockedMigration, Proof};

/// The changes made by sealing the files again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The migrations whose files are sealed now and were not before.
    pub sealed: Vec<MigrationId>,
    /// The migrations that were sealed and no longer have a file.
    pub gone: Vec<MigrationId>,
    /// The migrations whose files have other names now: the former id, and the present one.
    pub renamed: Vec<(MigrationId, MigrationId)>,
}

impl Lock {
    /// The lock of a new project; `nothing` is the fingerprint of a schema without objects.
    pub fn new(dialects: &[Product], nothing: &str) -> Self {
        let locked = || Locked { fingerprint: nothing.to_owned(), ..Locked::default() };
        Self { history: None, frozen: None, dialects: dialects.iter().map(|product| (*product, locked())).collect() }
    }

    /// The migrations of a dialect, oldest first.
    pub fn migrations(&self, product: Product) -> &[LockedMigration] {
        self.dialects.get(&product).map_or(&[], |locked| &locked.migrations)
    }

    /// Adds a migration that leads to a snapshot with this fingerprint.
    pub fn append(&mut self, product: Product, migration: LockedMigration, fingerprint: String) {
        let locked = self.dialects.entry(product).or_default();
        locked.fingerprint = fingerprint;
        locked.migrations.push(migration);
        locked.migrations.sort_by(|one, other| one.id.cmp(&other.id));
    }

    /// Takes over the checksums of the current migration files; returns the ids whose line changed. The proof of a changed file
    /// is dropped.
    pub fn reseal(&mut self, product: Product, files: Vec<LockedMigration>) -> Resealed {
        let locked = self.dialects.entry(product).or_default();
        let old = std::mem::take(&mut locked.migrations);
        let mut old: BTreeMap<MigrationId, LockedMigration> = old.into_iter().map(|it| (it.id.clone(), it)).collect();
        let mut resealed = Resealed::default();
        for file in files {
            match old.remove(&file.id) {
                Some(same) if same.checksum == file.checksum => locked.migrations.push(same),
                same => {
                    resealed.sealed.push(file.id.clone());
                    let replaces = same.map(|same| same.replaces).unwrap_or_default();
                    locked.migrations.push(LockedMigration { replaces, ..file });
                }
            }
        }
        for line in &mut locked.migrations {
            let is_new = resealed.sealed.contains(&line.id);
            let Some(former) = old.values().find(|it| is_new && it.checksum == line.checksum).cloned() else {
                continue;
            };
            old.remove(&former.id);
            resealed.sealed.retain(|id| *id != line.id);
            resealed.renamed.push((former.id.clone(), line.id.clone()));
            *line = LockedMigration { id: line.id.clone(), ..former };
        }
        resealed.gone.extend(old.into_keys());
        resealed
    }

    /// The lines of the migrations that were squashed into others of a dialect, those of earlier squashes included.
    pub fn replaced(&self, product: Product) -> Vec<&LockedMigration> {
        let mut found: Vec<&LockedMigration> =
            self.migrations(product).iter().flat_map(|line| &line.replaces).collect();
        let mut at = 0;
        while let Some(line) = found.get(at) {
            let inner: Vec<&LockedMigration> = line.replaces.iter().collect();
            found.extend(inner);
            at += 1;
        }
        found
    }

    /// Whether it seals the file of a migration that has this checksum.
    pub fn seals(&self, product: Product, id: &MigrationId, checksum: &str) -> bool {
        self.migrations(product).iter().any(|line| line.id == *id && line.checksum == checksum)
    }

    /// Records the fingerprints that the migrations lead from and to.
    pub fn lead(
        &mut self,
        product: Product,
        states: impl IntoIterator<Item = (MigrationId, Option<String>, Option<String>)>,
    ) {
        let Some(locked) = self.dialects.get_mut(&product) else { return };
        let mut states: BTreeMap<_, _> = states.into_iter().map(|(id, from, to)| (id, (from, to))).collect();
        for line in &mut locked.migrations {
            if let Some(ends) = states.remove(&line.id) {
                (line.from, line.to) = ends;
            }
        }
    }

    /// Writes down where a migration was proven, or that it failed its proof, if its line is for the file with this checksum;
    /// whether it is.
    pub fn prove(&mut self, product: Product, id: &MigrationId, checksum: &str, proof: Option<Proof>) -> bool {
        let lines = self.dialects.get_mut(&product).map(|locked| &mut locked.migrations);
        let line = lines.and_then(|lines| lines.iter_mut().find(|line| line.id == *id && line.checksum == checksum));
        let found = line.is_some();
        if let Some(line) = line {
            line.refuted = proof.is_none();
            line.proof = proof;
        }
        found
    }

    /// The release the schema is frozen for.
    pub fn release(&self) -> Option<&str> {
        self.frozen.as_ref().map(|Frozen { release }| release.as_str())
    }
}
