//! S on disk: the snapshot and the migration files, checked against the lock.
//!
//! Must not know entities or databases.

use std::collections::BTreeSet;
use std::path::Path;

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Lock, LockMismatch};
use sea_gen_runner::migration::{Migration, MigrationId, REPLACED};
use sea_gen_runner::session::ConnectionOptions;

use crate::dialect::{self, Product};
use crate::project::{Snapshot, fingerprint};
use crate::schema::{Normalized, Origins};

use super::{Failure, Workspace, repeatable};

/// S: what the migrations of one dialect produce.
#[derive(Clone)]
pub struct Sealed {
    /// The schema.
    pub schema: Normalized,
    /// Who declares each object and facet.
    pub origins: Origins,
    /// The fingerprint of the schema.
    pub fingerprint: String,
    /// The schema on disk, if it now has other expression texts.
    pub on_disk: Option<Normalized>,
    /// Whether the schema on disk has objects that were excluded later.
    pub leaves_out: bool,
}

impl Sealed {
    /// The empty start of every history.
    pub fn nothing() -> Self {
        let schema = dialect::nothing();
        let (origins, on_disk) = Default::default();
        Self { fingerprint: fingerprint(schema.schema()), schema, origins, on_disk, leaves_out: false }
    }

    /// The schema on disk.
    pub fn on_disk(&self) -> &Normalized {
        self.on_disk.as_ref().unwrap_or(&self.schema)
    }

    /// Replaces the schema by an equivalent one with other expression texts.
    pub fn reword(&mut self, schema: Normalized) {
        self.fingerprint = fingerprint(schema.schema());
        let old = std::mem::replace(&mut self.schema, schema);
        self.on_disk.get_or_insert(old);
    }

    /// The fingerprint of a schema; cached for this one.
    pub fn fingerprint_of(&self, schema: &Normalized) -> String {
        if *schema == self.schema { self.fingerprint.clone() } else { fingerprint(schema.schema()) }
    }
}

impl Workspace {
    /// The lock, or an error with a hint.
    pub fn sealed_lock(&self) -> Result<&Lock, Failure> {
        self.lock.as_ref().ok_or_else(|| {
            let error = Error::new(format!("{} has no schema.lock.json yet", self.root().display()));
            let is_there = |product: &Product| self.project.migration_ids(*product).is_ok_and(|ids| !ids.is_empty());
            // If there are migrations, there was a lock, and a new one would seal their current text unchecked.
            Failure::from(match self.products().iter().any(is_there) {
                true => {
                    let lock = self.project.lock_path();
                    let lock = self.project.shown(&lock).display();
                    Error::new(format!("there are migrations, but their {lock} is missing"))
                        .hint(format!("take it from the last commit: `git checkout HEAD -- {lock}`"))
                        .hint(
                            "if it is nowhere: `gen lock --rebuild` seals the files as they are, without their proofs",
                        )
                }
                false => error.hint("run `gen init` to set the project up"),
            })
        })
    }

    /// S of one dialect: `None` without a lock, or where its database is still to be adopted; empty with a lock but no files.
    pub fn sealed(&self, product: Product) -> Result<Option<Sealed>, Failure> {
        if self.lock.is_none() || self.unadopted().contains(&product) {
            return Ok(None);
        }
        let folder = self.project.snapshot_folder(product);
        let former = self.amended.as_ref().map(|amended| amended.snapshot(product)).transpose()?.flatten();
        let found = match former {
            Some(former) => Some(former),
            None => Snapshot::read(&folder)?,
        };
        let is_missing = found.is_none();
        let snapshot = found.unwrap_or_default();
        let schema = self.tables.normalize(product, snapshot.schema)?;
        self.tables.keep(product, &schema);
        let fingerprint = fingerprint(schema.schema());
        if let Some(locked) = self.lock.as_ref().and_then(|lock| lock.dialects.get(&product))
            && locked.fingerprint != fingerprint
        {
            return Err(self.not_sealed(&folder, is_missing));
        }
        let (schema, on_disk) = self.beside_what_is_excluded(product, schema)?;
        let leaves_out = on_disk.is_some();
        Ok(Some(Sealed { schema, origins: snapshot.origins, fingerprint, on_disk, leaves_out }))
    }

    /// S of one dialect for what only runs migrations: `None` too where there are neither sources nor snapshots.
    pub fn sealed_if_here(&self, product: Product) -> Result<Option<Sealed>, Failure> {
        if self.has_only_migrations(product) { Ok(None) } else { self.sealed(product) }
    }

    /// Whether of a dialect only the migrations and the lock are here: an image for a deployment.
    pub fn has_only_migrations(&self, product: Product) -> bool {
        let is_locked = self.lock.as_ref().is_some_and(|lock| lock.dialects.contains_key(&product));
        is_locked && !self.project.snapshot_folder(product).exists() && self.project.is_without_sources()
    }

    /// The error on a modified or missing snapshot.
    fn not_sealed(&self, folder: &Path, is_missing: bool) -> Failure {
        let lock = self.project.lock_path();
        let (shown, lock) = (self.project.shown(folder).display(), self.project.shown(&lock).display());
        if !is_missing {
            return Error::new(format!("the snapshot in `{shown}` does not match {lock}"))
                .hint(format!("restore both: `git checkout -- {shown} {lock}`, or take both from one branch"))
                .hint("if branches were merged: `gen merge`")
                .into();
        }
        Error::new(format!("the snapshot in `{shown}` is missing, but {lock} seals one"))
            .hint(format!("take it from the last commit: `git checkout -- {shown}`"))
            .hint("where migrations are only applied, there are no sources, and the configuration, the migrations and the lock are enough")
            .into()
    }

    /// The error on a database whose product is not a dialect of the project.
    pub fn not_a_dialect(&self, connection: &ConnectionOptions, product: Product) -> Error {
        let error = Error::new(format!("{connection} is {product}, which is not a dialect of this project"));
        let keys = |products: &[Product]| {
            products.iter().map(|product| format!("\"{}\"", product.key())).collect::<Vec<_>>().join(", ")
        };
        if self.lock.is_none() {
            let both: Vec<Product> = self.products().iter().copied().chain([product]).collect();
            return error
                .hint(format!("if the project is for it too: `dialects = [{}]` in the configuration", keys(&both)))
                .hint(format!("if it is for nothing else: `dialects = [{}]`", keys(&[product])));
        }
        let init = if self.is_database_named() { "gen init --database-url …" } else { "gen init" };
        let error = error.hint(format!("if the project is for it too, this database joins it: `{init}`"));
        let Some(only) = self.products().first().filter(|_| self.products().len() == 1) else { return error };
        let config = &self.project.config;
        let written = format!("schema.lock.json {} {}", config.migrations.display(), config.snapshots.display());
        error.hint(format!(
            "if it was set up for {} by mistake: `dialects = [{}]`, and begin anew: `rm -r {written}`, then `gen init`",
            only.key(),
            keys(&[product])
        ))
    }

    /// The differences between the migration files and the lock.
    pub fn unsealed(&self, product: Product, migrations: &[Migration]) -> Result<Vec<String>, Failure> {
        let files = migrations.iter().map(|migration| (&migration.id, migration.checksum()));
        let findings = self.sealed_lock()?.verify_files(product, files);
        let mut found: Vec<String> = findings.iter().map(words).collect();
        found.extend(self.wrong_replaced(product)?);
        found.extend(self.unsealed_files(product)?.iter().map(repeatable::words));
        Ok(found)
    }

    /// The migration files whose headers name other schemas than the lock.
    pub fn wrong_headings(&self, product: Product, migrations: &[Migration]) -> Result<Vec<String>, Failure> {
        let lines = self.sealed_lock()?.migrations(product);
        let differs = |migration: &&Migration| {
            let line = lines.iter().find(|line| line.id == migration.id);
            line.is_some_and(|line| (&line.from, &line.to) != (&migration.from, &migration.to))
        };
        let words =
            |migration: &Migration| format!("{} names other schemas in its header than schema.lock.json", migration.id);
        Ok(migrations.iter().filter(differs).map(words).collect())
    }

    /// Refuses migration files, and files beside them, that differ from the lock.
    pub fn refuse_unsealed(&self, product: Product, migrations: &[Migration]) -> Result<(), Failure> {
        let files = migrations.iter().map(|migration| (&migration.id, migration.checksum()));
        let findings = self.sealed_lock()?.verify_files(product, files);
        let replaced = self.wrong_replaced(product)?;
        if findings.is_empty() && replaced.is_empty() {
            return self.refuse_unsealed_files(product);
        }
        let lines: Vec<String> = findings.iter().map(words).chain(replaced).collect();
        let error = Error::new("the migration files do not match schema.lock.json").because(lines.join("\n"));
        if findings.is_empty() {
            // What a squash has replaced is executed nowhere else, and never sealed again.
            let folder = self.project.config.migrations.join(REPLACED);
            return Err(error.hint(format!("restore them: `git checkout -- {}`", folder.display())).into());
        }
        let gone = findings.iter().find_map(|finding| match finding {
            LockMismatch::Missing(id) => Some(self.project.migration_path(product, id)),
            LockMismatch::Changed(_) | LockMismatch::Unlisted(_) => None,
        });
        let error = match gone {
            Some(path) => error.hint(format!("restore it: `git checkout -- {}`", self.project.shown(&path).display())),
            None => error.hint("see what changed: `git status` and `git diff`"),
        };
        Err(error.hint("if the files are correct, seal them: `gen lock`").into())
    }
}

/// The first migration that starts from a schema that another one before it has left already: two branches were put together.
pub(super) fn forked(migrations: &[Migration]) -> Option<&MigrationId> {
    let mut left: BTreeSet<&str> = BTreeSet::new();
    let mut at: Option<&str> = None;
    for migration in migrations {
        let from = migration.from.as_deref();
        if let (Some(from), Some(at)) = (from, at)
            && from != at
            && left.contains(from)
        {
            return Some(&migration.id);
        }
        left.extend(from);
        at = migration.to.as_deref();
    }
    None
}

fn words(finding: &LockMismatch) -> String {
    match finding {
        LockMismatch::Changed(id) => format!("{id} was edited after it was sealed"),
        LockMismatch::Missing(id) => format!("{id} is in schema.lock.json, but its file is missing"),
        LockMismatch::Unlisted(id) => format!("{id} is not sealed"),
    }
}
