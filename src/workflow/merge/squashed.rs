//! Branches on which migrations were squashed: they are compared as if that had not happened, and the squash is kept.
//!
//! Must not know schemas.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;
use crate::project::Revision;

use super::Failure;
use super::chain::File;
use super::lines::Lines;

/// The migrations that were squashed on a branch since the base.
#[derive(Clone, Debug, Default)]
pub(super) struct SquashedSince {
    /// The squashed migrations and their files.
    pub(super) files: BTreeMap<MigrationId, File>,
    /// The migrations that each of them stands for, those of squashes in between included.
    covered: BTreeMap<MigrationId, BTreeSet<MigrationId>>,
    /// Those that they replace, and the texts of their files.
    pub(super) replaced: BTreeMap<MigrationId, String>,
}

/// The lines of a lock with those that were squashed since the base in the place of the squashed one.
pub(super) fn before_squash(lines: &[LockedMigration], base: &[LockedMigration]) -> Vec<LockedMigration> {
    let mut found = Vec::new();
    for line in lines {
        match is_squashed_since(line, base) {
            true => found.extend(before_squash(&line.replaces, base)),
            false => found.push(line.clone()),
        }
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found
}

fn is_squashed_since(line: &LockedMigration, base: &[LockedMigration]) -> bool {
    !line.replaces.is_empty() && base.iter().all(|other| other.id != line.id)
}

impl SquashedSince {
    /// Reads what was squashed on a branch.
    ///
    /// # Errors
    /// A file is not there, or is not as it was sealed.
    pub(super) fn read(
        revision: &Revision,
        product: Product,
        (lines, base): (&[LockedMigration], &[LockedMigration]),
    ) -> Result<Self, Failure> {
        let mut found = Self::default();
        let squashed: Vec<&LockedMigration> = lines.iter().filter(|line| is_squashed_since(line, base)).collect();
        if squashed.is_empty() {
            return Ok(found);
        }
        found.replaced = revision.replaced_texts(product)?;
        let texts = revision.migration_texts(product)?;
        for line in squashed {
            let text = texts.get(&line.id).cloned().unwrap_or_default();
            let migration = migration::parse(line.id.clone(), product, &text)?;
            let covered = before_squash(std::slice::from_ref(line), base).into_iter().map(|inner| inner.id);
            found.covered.insert(line.id.clone(), covered.collect());
            found.files.insert(line.id.clone(), File { migration, text });
        }
        Ok(found)
    }

    /// Adds what was squashed on the other branch.
    ///
    /// # Errors
    /// Both have squashed the same migrations, each in its own way.
    pub(super) fn and(mut self, other: Self) -> Result<Self, Failure> {
        for (id, covered) in &other.covered {
            let rival = self.covered.iter().find(|(known, own)| *known != id && !own.is_disjoint(covered));
            if let Some((rival, _)) = rival {
                return Err(Error::new(format!(
                    "`{rival}` and `{id}` stand for the same migrations: both branches have squashed them"
                ))
                .of(ErrorKind::Refused)
                .hint("take one of the two back on its branch (`gen undo`), commit, and merge again")
                .into());
            }
        }
        self.files.extend(other.files);
        self.covered.extend(other.covered);
        self.replaced.extend(other.replaced);
        Ok(self)
    }

    /// Refuses what would pull a squash apart.
    ///
    /// # Errors
    /// A migration that is put behind others was squashed, or one would stand among those that were.
    pub(super) fn refuse_apart(&self, lines: &Lines) -> Result<(), Failure> {
        for (id, covered) in &self.covered {
            let first = covered.first();
            let is_among = |other: &MigrationId| first.is_some_and(|first| other > first) && other < id;
            let mut added = lines.added.iter().map(|line| &line.id);
            let own = added.find(|it| covered.contains(*it));
            let mut kept = lines.kept.iter().map(|line| &line.id);
            let stranger = kept.find(|it| is_among(it) && !covered.contains(*it));
            if let Some(other) = own.or(stranger) {
                return Err(Error::new(format!(
                    "`{id}` stands for several migrations, and `{other}`, which only one of the branches has, belongs among them"
                ))
                .of(ErrorKind::Refused)
                .hint("take the squash back on its branch (`gen undo`), commit, merge, and squash again")
                .into());
            }
        }
        Ok(())
    }

    /// Whether a migration is replaced by one of them.
    pub(super) fn replaces(&self, id: &MigrationId) -> bool {
        self.covered.values().any(|covered| covered.contains(id))
    }
}
