//! Where the files of migrations stay that were squashed into another one: in a folder below that of the migrations.
//!
//! Must not know why they are kept.

use std::path::PathBuf;

use sea_gen_runner::Result;
use sea_gen_runner::migration::{self, Migration, MigrationId, REPLACED};

use crate::schema::Product;

use super::Project;

impl Project {
    /// The path of a migration that was squashed.
    pub fn replaced_path(&self, product: Product, id: &MigrationId) -> PathBuf {
        self.replaced_folder(product).join(format!("{id}.sql"))
    }

    /// The migrations of a dialect that were squashed, as far as their files are kept, in the order in which they were applied.
    ///
    /// # Errors
    /// A file that cannot be read, with its path.
    pub fn replaced(&self, product: Product) -> Result<Vec<Migration>> {
        migration::migrations(&self.replaced_folder(product), &self.root, product)
    }

    /// Their ids, by the names of their files alone.
    ///
    /// # Errors
    /// A folder that cannot be read, or a file that is not named as a migration.
    pub fn replaced_ids(&self, product: Product) -> Result<Vec<MigrationId>> {
        migration::ids(&self.replaced_folder(product), &self.root)
    }

    pub(super) fn replaced_folder(&self, product: Product) -> PathBuf {
        self.migrations_folder(product).join(REPLACED)
    }
}
