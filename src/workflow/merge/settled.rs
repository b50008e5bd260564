//! Migrations that an earlier merge has put behind others: one branch may still have them under the ids that they had before.
//!
//! Must not know schemas.

use std::collections::BTreeMap;

use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, MigrationId};

use crate::dialect::Product;
use crate::project::Revision;

use super::Failure;

/// The migrations that one branch has under a former id, and the other under the present one.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    /// The present line of each, by its former id.
    now: BTreeMap<MigrationId, LockedMigration>,
    /// The texts of their present files.
    pub(super) texts: BTreeMap<MigrationId, String>,
}

impl Settled {
    /// Compares both branches, each a revision and its lines, in both directions.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(
        product: Product,
        base: &[LockedMigration],
        branches: [(&Revision, &[LockedMigration]); 2],
    ) -> Result<Self, Failure> {
        let mut settled = Self::default();
        let [one, two] = branches;
        for ((revision, present), (_, former)) in [(one, two), (two, one)] {
            let is_new = |line: &&LockedMigration| base.iter().all(|other| other.id != line.id);
            let only_here = |line: &&LockedMigration| former.iter().all(|other| other.id != line.id);
            let new: Vec<&LockedMigration> = present.iter().filter(is_new).filter(only_here).collect();
            if new.is_empty() || !former.iter().any(|line| is_new(&line)) {
                continue;
            }
            let texts = revision.migration_texts(product)?;
            for line in new {
                let Some(text) = texts.get(&line.id) else { continue };
                let merged = migration::parse(line.id.clone(), product, text)?.merged;
                let is_former = |other: &&LockedMigration| {
                    let known = merged.formerly.get(&other.id);
                    known.is_some_and(|it| it.checksum == other.checksum && it.now == line.checksum)
                };
                if let Some(other) = former.iter().find(is_former) {
                    settled.now.insert(other.id.clone(), line.clone());
                    settled.texts.insert(line.id.clone(), text.clone());
                }
            }
        }
        Ok(settled)
    }

    /// The lines of a branch under the present ids.
    pub(super) fn lines(&self, lines: &[LockedMigration]) -> Vec<LockedMigration> {
        lines.iter().map(|line| self.now.get(&line.id).unwrap_or(line).clone()).collect()
    }

    /// The present id of a migration.
    pub(super) fn id<'a>(&'a self, id: &'a MigrationId) -> &'a MigrationId {
        self.now.get(id).map_or(id, |line| &line.id)
    }
}
