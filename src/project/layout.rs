//! Where the files of each dialect are: in the folders of migrations and snapshots themselves while the lock has one dialect,
//! otherwise in a folder for each, as the runner reads them.
//!
//! Must not know what the files contain.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::REPLACED;
use sea_gen_runner::sql_file;

use crate::schema::Product;

use super::{Batch, Project, Snapshot};

impl Project {
    /// Sets the dialects of the project. Without a lock, its first one is going to have these dialects.
    pub fn choose(&mut self, dialects: Vec<Product>, lock: Option<&Lock>) {
        let locked = lock.map(|lock| lock.dialects.keys().copied().collect::<Vec<_>>());
        self.flat = only(&locked.filter(|locked| !locked.is_empty()).unwrap_or_else(|| dialects.clone()));
        self.dialects = dialects;
    }

    /// Takes over the dialects of a lock that is about to be written. When a second dialect joins, the files of the first are
    /// moved into folders of their own. Call it before other files are added to the batch. Returns the dialect whose files move.
    ///
    /// # Errors
    /// A file that is to be moved cannot be read.
    pub fn lay_out(&mut self, lock: &Lock, batch: &mut Batch) -> Result<Option<Product>> {
        let locked: Vec<Product> = lock.dialects.keys().copied().collect();
        let before = std::mem::replace(&mut self.flat, only(&locked));
        let Some(product) = before.filter(|_| locked.len() > 1) else { return Ok(None) };
        let mut moves = Vec::new();
        let (migrations, snapshots) = (self.root.join(&self.config.migrations), self.root.join(&self.config.snapshots));
        for id in sea_gen_runner::migration::ids(&migrations, &self.root)? {
            let path = migrations.join(format!("{id}.sql"));
            moves.push((path, self.migration_path(product, &id)));
        }
        for file in sql_file::repeatable(&migrations, &self.root, product)? {
            moves.push((migrations.join(&file.path), self.migrations_folder(product).join(&file.path)));
        }
        let replaced = migrations.join(REPLACED);
        for id in sea_gen_runner::migration::ids(&replaced, &self.root)? {
            let path = replaced.join(format!("{id}.sql"));
            moves.push((path, self.replaced_path(product, &id)));
        }
        for path in Snapshot::files(&snapshots)? {
            let to = self.snapshot_folder(product).join(path.strip_prefix(&snapshots).unwrap_or(&path));
            moves.push((path, to));
        }
        let moved = !moves.is_empty();
        for (from, to) in moves {
            batch.relocate(&from, to)?;
        }
        Ok(moved.then_some(product))
    }

    /// The folder of a dialect's files in `base`, the folder of migrations or of snapshots.
    pub(super) fn folder(&self, base: &Path, product: Product) -> PathBuf {
        let base = self.root.join(base);
        if self.flat == Some(product) { base } else { base.join(product.key()) }
    }
}

fn only(products: &[Product]) -> Option<Product> {
    match products {
        [product] => Some(*product),
        _ => None,
    }
}
