//! The migrations that were squashed, as far as their files are kept, and those that count for a database.
//!
//! Must not know how migrations are squashed.

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run::{self, Record};

use crate::dialect::Product;

use super::super::{Failure, Workspace, applicables};

impl Workspace {
    /// The migrations of a dialect, and those that were squashed into them, as far as their files are kept.
    ///
    /// # Errors
    /// A file that cannot be read, with its path.
    pub fn all_migrations(&self, product: Product) -> Result<Vec<Migration>, Failure> {
        let mut all = self.migrations(product)?;
        all.extend(self.project.replaced(product)?);
        Ok(all)
    }

    /// The migrations that count for a database with a history: a squashed one, or those that it replaces where some of them are applied.
    ///
    /// # Errors
    /// A file cannot be read; some are applied, and the files of the others are not kept any more.
    pub fn standing(&self, product: Product, history: &[Record]) -> Result<Vec<Migration>, Failure> {
        standing(&self.all_migrations(product)?, history)
    }

    /// The migrations one after the other as they were written: those that were squashed in the place of the one that replaces them,
    /// where their files are kept.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn original_migrations(&self, product: Product) -> Result<Vec<Migration>, Failure> {
        let all = self.all_migrations(product)?;
        let is_kept = |id: &MigrationId| all.iter().any(|migration| migration.id == *id);
        let stands_for_kept =
            |migration: &Migration| migration.is_squashed() && migration.merged.replaces.keys().all(is_kept);
        let mut original: Vec<Migration> = all.iter().filter(|it| !stands_for_kept(it)).cloned().collect();
        original.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(original)
    }

    /// The path of a migration's file, wherever it is kept.
    pub fn path_of(&self, product: Product, id: &MigrationId) -> std::path::PathBuf {
        let replaced = self.project.replaced_path(product, id);
        if replaced.is_file() { replaced } else { self.project.migration_path(product, id) }
    }

    /// What is wrong with the files of squashed migrations, a sentence each.
    ///
    /// # Errors
    /// A file that cannot be read, with its path; there is no lock.
    pub(in super::super) fn wrong_replaced(&self, product: Product) -> Result<Vec<String>, Failure> {
        let lines = self.sealed_lock()?.replaced(product);
        let kept = self.project.replaced(product)?;
        let mut found = Vec::new();
        for migration in &kept {
            let id = &migration.id;
            let shown = self.project.replaced_path(product, id);
            let shown = self.project.shown(&shown).display();
            match lines.iter().find(|line| line.id == *id) {
                None => found.push(format!("{shown} was squashed into no migration")),
                Some(line) if line.checksum != migration.checksum() => {
                    found.push(format!("{shown} was edited after it was squashed: `git checkout -- {shown}`"));
                }
                Some(_) => {}
            }
        }
        let gone = lines.iter().filter(|line| !kept.is_empty() && kept.iter().all(|it| it.id != line.id));
        // Those of an earlier squash may have been deleted before.
        let own = self.sealed_lock()?.migrations(product).iter().flat_map(|line| {
            let some = line.replaces.iter().any(|inner| kept.iter().any(|it| it.id == inner.id));
            line.replaces.iter().filter(move |_| some).map(|inner| &inner.id)
        });
        let own: Vec<&MigrationId> = own.collect();
        found.extend(
            gone.filter(|line| own.contains(&&line.id))
                .map(|line| format!("{} is kept no more, and others are that were squashed with it", line.id)),
        );
        Ok(found)
    }
}

/// The migrations of a list that count for a database.
pub(in super::super) fn standing(all: &[Migration], history: &[Record]) -> Result<Vec<Migration>, Failure> {
    let files = applicables(all);
    let standing = run::standing(history, &files)?;
    Ok(standing.into_iter().map(|file| file.migration.clone()).collect())
}
