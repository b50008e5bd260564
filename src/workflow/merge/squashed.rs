//! Branches on which migrations were squashed: they are compared as if that had not happened, and the squash is kept.
//!
//! Must not know schemas.

use std::collections::BTreeMap;

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
            found.files.insert(line.id.clone(), File { migration, text });
        }
        Ok(found)
    }

    /// Adds what was squashed on the other branch.
    ///
    /// # Errors
    /// Both have squashed the same migrations, each in its own way.
    pub(super) fn and(mut self, other: Self) -> Result<Self, Failure> {
        for (id, file) in other.files {
            let replaced = |one: &File| one.migration.merged.replaces.clone();
            let rival = self.files.iter().find(|(known, one)| {
                **known != id && replaced(one).keys().any(|inner| replaced(&file).contains_key(inner))
            });
            if let Some((rival, _)) = rival {
                return Err(Error::new(format!(
                    "`{rival}` and `{id}` stand for the same migrations: both branches have squashed them"
                ))
                .of(ErrorKind::Refused)
                .hint("take one of the two back on its branch (`gen undo`), commit, and merge again")
                .into());
            }
            self.files.insert(id, file);
        }
        self.replaced.extend(other.replaced);
        Ok(self)
    }

    /// Refuses what would pull a squash apart.
    ///
    /// # Errors
    /// A migration that is put behind others was squashed, or one would stand among those that were.
    pub(super) fn refuse_apart(&self, lines: &Lines) -> Result<(), Failure> {
        for (id, file) in &self.files {
            let replaces = &file.migration.merged.replaces;
            let first = replaces.keys().next();
            let is_among = |other: &MigrationId| first.is_some_and(|first| other > first) && other < id;
            let own = lines.added.iter().map(|line| &line.id).find(|it| replaces.contains_key(*it));
            let kept = lines.kept.iter().map(|line| &line.id);
            let stranger = kept.filter(|it| is_among(it) && !replaces.contains_key(*it)).next();
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
        self.files.values().any(|file| file.migration.merged.replaces.contains_key(id))
    }
}
