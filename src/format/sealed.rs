//! A folder of migrations, held against its lock file.
//!
//! Must not know what the migrations are for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Product;
use crate::error::{Error, ErrorKind, Result};
use crate::files::read_text;
use crate::hook::{self, Hook};
use crate::lock_file::{FileMismatch, Lock, LockMismatch};
use crate::migration::{self, Migration, MigrationId, REPLACED};
use crate::sql_file::{self, HOOKS, SqlFile};

/// The sealed migrations of a project.
#[derive(Clone, Debug, Default)]
pub struct SealedMigrations {
    /// Those of each product, oldest first.
    pub by_product: BTreeMap<Product, Vec<Sealed>>,
    /// The repeatable files of each product.
    pub repeatables: BTreeMap<Product, Vec<SqlFile>>,
    /// The hooks for each product, of every environment.
    pub hooks: BTreeMap<Product, Vec<Hook>>,
    /// The migrations that were squashed into others, as far as their files are kept: a database that has some of them needs the
    /// rest.
    pub replaced: BTreeMap<Product, Vec<Sealed>>,
    /// The name of their own history, if they have one.
    pub history: Option<String>,
}

/// A migration and the checksum of what it does.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The migration.
    pub migration: Migration,
    /// Its checksum.
    pub checksum: String,
}

impl SealedMigrations {
    /// Reads the folder of migrations that `gen` writes, and holds it against its lock file. A lock of one product has its files
    /// in the folder itself, one of several in a folder each, named by [`Product::key`].
    ///
    /// # Errors
    /// A file that cannot be read, with its path; a lock changed by hand; [`ErrorKind::Changed`], [`ErrorKind::Missing`] or
    /// [`ErrorKind::Refused`] where a file is not the one that the lock seals, is not there, or is not in the lock.
    pub fn read(folder: &Path, path: &Path) -> Result<Self> {
        let lock = Lock::parse(path, &read_text(path)?)?;
        let (mut read, mut squashed) = (Self { history: lock.history.clone(), ..Self::default() }, BTreeMap::new());
        let root = folder.parent().unwrap_or(folder);
        for (&product, locked) in &lock.dialects {
            let place = place(folder, product, &lock);
            if !locked.migrations.is_empty() && !place.is_dir() {
                return Err(Error::new(format!(
                    "`{}` lists migrations for {product}, and there is no folder `{}`",
                    path.display(),
                    place.display()
                ))
                .of(ErrorKind::Missing)
                .hint("check the path of the folder"));
            }
            let migrations = migration::migrations(&place, root, product)?;
            let sealed = verify(&lock, product, migrations, (&place, path))?;
            read.by_product.insert(product, sealed);
            let replaced = migration::migrations(&place.join(REPLACED), root, product)?;
            squashed.insert(product, replaced.into_iter().map(Sealed::from).collect());
            let (files, hooks) = (sql_file::repeatable(&place, root, product)?, hook::hooks(folder, product)?);
            verify_sql_files(&lock, product, (&files, &hooks), (&place, path))?;
            read.repeatables.insert(product, files);
            read.hooks.insert(product, hooks);
        }
        Ok(Self { replaced: as_replaced(&lock, squashed)?, ..read })
    }

    /// The same from the texts of the lock file and of the files, as a program contains them: a migration under its id, a file beside
    /// them under its path.
    ///
    /// # Errors
    /// As [`SealedMigrations::read`].
    pub fn parse(lock: &str, files: &[(Product, &str, &str)]) -> Result<Self> {
        let path = Path::new("schema.lock.json");
        let lock = Lock::parse(path, lock)?;
        let (mut read, mut squashed) = (Self { history: lock.history.clone(), ..Self::default() }, BTreeMap::new());
        let place = Path::new("migrations");
        for &product in lock.dialects.keys() {
            let own = files.iter().filter(|(of, _, _)| *of == product).map(|(_, id, text)| (*id, *text));
            let (beside, own): (Vec<_>, Vec<_>) = own.partition(|(id, _)| id.contains('/'));
            let lines = lock.replaced(product);
            let is_replaced = |migration: &Migration| lines.iter().any(|line| line.id == migration.id);
            let (replaced, migrations): (Vec<_>, Vec<_>) = parse(product, own)?.into_iter().partition(is_replaced);
            let sealed = verify(&lock, product, migrations, (place, path))?;
            read.by_product.insert(product, sealed);
            squashed.insert(product, replaced.into_iter().map(Sealed::from).collect());
            let (mut files, mut hooks) = (Vec::new(), Vec::new());
            for (path, text) in beside {
                match path.starts_with(HOOKS) {
                    true => hooks.extend(Hook::parse(path, product, text)?),
                    false => files.push(SqlFile::parse(path, product, text)?),
                }
            }
            hook::in_order(&mut hooks);
            verify_sql_files(&lock, product, (&files, &hooks), (place, path))?;
            read.repeatables.insert(product, files);
            read.hooks.insert(product, hooks);
        }
        Ok(Self { replaced: as_replaced(&lock, squashed)?, ..read })
    }

    /// The migrations by their ids and the files beside them by their paths, each with the path of its file below `folder`.
    pub fn files(&self, folder: &Path) -> Vec<(Product, String, PathBuf)> {
        let is_one = self.by_product.len() == 1;
        let place = |product: Product| if is_one { folder.to_owned() } else { folder.join(product.key()) };
        let mut found = Vec::new();
        for (&product, sealed) in &self.by_product {
            let replaced = self.replaced.get(&product).into_iter().flatten().map(|it| (it, REPLACED));
            for (it, below) in sealed.iter().map(|it| (it, "")).chain(replaced) {
                let id = it.migration.id.to_string();
                let path = place(product).join(below).join(format!("{id}.sql"));
                found.push((product, id, path));
            }
        }
        for (&product, hooks) in &self.hooks {
            found.extend(hooks.iter().map(|it| (product, it.file.path.clone(), folder.join(&it.file.path))));
        }
        for (&product, files) in &self.repeatables {
            found.extend(files.iter().map(|it| (product, it.path.clone(), place(product).join(&it.path))));
        }
        found
    }
}

impl From<Migration> for Sealed {
    fn from(migration: Migration) -> Self {
        let checksum = migration.checksum();
        Self { migration, checksum }
    }
}

/// Reads migrations from their ids and texts, and sorts them by id.
///
/// # Errors
/// An invalid or duplicate id; a text that is not a migration, with the line.
pub fn parse<'t>(product: Product, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    for (id, text) in files {
        let id: MigrationId = id.parse()?;
        let read = migration::parse(id.clone(), product, text).map_err(|error| {
            let hints = error.hints().to_vec();
            hints.into_iter().fold(Error::new(format!("migration `{id}`: {error}")), Error::hint)
        })?;
        migrations.push(read);
    }
    migrations.sort_by(|one, other| one.id.cmp(&other.id));
    let twice = migrations.iter().zip(migrations.iter().skip(1)).find(|(one, other)| one.id == other.id);
    match twice {
        Some((one, _)) => Err(Error::new(format!("there are two migrations `{}`", one.id)).of(ErrorKind::Refused)),
        None => Ok(migrations),
    }
}

/// The folder of a product's files.
fn place(folder: &Path, product: Product, lock: &Lock) -> PathBuf {
    if lock.dialects.len() > 1 { folder.join(product.key()) } else { folder.to_owned() }
}

/// The migrations with their checksums, which are those of the lock.
fn verify(
    lock: &Lock,
    product: Product,
    migrations: Vec<Migration>,
    (place, path): (&Path, &Path),
) -> Result<Vec<Sealed>> {
    let sealed: Vec<Sealed> = migrations.into_iter().map(Sealed::from).collect();
    let files = sealed.iter().map(|it| (&it.migration.id, it.checksum.clone()));
    match lock.verify_files(product, files).into_iter().next() {
        Some(mismatch) => Err(not_sealed(&mismatch, place, path)),
        None => Ok(sealed),
    }
}

/// The files of migrations that were squashed, each as it was then.
fn as_replaced(lock: &Lock, files: BTreeMap<Product, Vec<Sealed>>) -> Result<BTreeMap<Product, Vec<Sealed>>> {
    for (product, replaced) in &files {
        let lines = lock.replaced(*product);
        for file in replaced {
            let id = &file.migration.id;
            let line = lines.iter().find(|line| line.id == *id);
            if line.is_some_and(|line| line.checksum == file.checksum) {
                continue;
            }
            let what = match line {
                Some(_) => "is not the file that was squashed: databases that lack it would get something else",
                None => "was squashed into no migration",
            };
            return Err(Error::new(format!("`{REPLACED}/{id}.sql` {what}"))
                .of(ErrorKind::Changed)
                .hint(format!("restore the folder: `git checkout -- '*{REPLACED}/*'`")));
        }
    }
    Ok(files)
}

/// A file and the lock do not fit together.
fn not_sealed(mismatch: &LockMismatch, folder: &Path, lock: &Path) -> Error {
    let (folder, lock) = (folder.display(), lock.display());
    match mismatch {
        LockMismatch::Changed(id) => Error::new(format!("`{folder}/{id}.sql` was changed after `{lock}` sealed it"))
            .of(ErrorKind::Changed)
            .hint("if that was meant, seal it again: `gen lock`"),
        LockMismatch::Missing(id) => Error::new(format!("`{lock}` lists `{id}`, and there is no `{folder}/{id}.sql`"))
            .of(ErrorKind::Missing)
            .hint(format!("find the commit that removed it: `git log --diff-filter=D -- '*{id}*'`, or `gen lock`")),
        LockMismatch::Unlisted(id) => Error::new(format!("`{folder}/{id}.sql` is not in `{lock}`"))
            .of(ErrorKind::Refused)
            .hint("seal it: `gen lock`"),
    }
}

/// Refuses files beside the migrations that are not those of the lock.
fn verify_sql_files(
    lock: &Lock,
    product: Product,
    (files, hooks): (&[SqlFile], &[Hook]),
    (place, path): (&Path, &Path),
) -> Result<()> {
    let found =
        files.iter().chain(hooks.iter().map(|hook| &hook.file)).map(|it| (it.path.as_str(), it.checksum.as_str()));
    let Some(mismatch) = lock.verify_sql_files(product, found).into_iter().next() else { return Ok(()) };
    let (folder, lock) = (place.display(), path.display());
    Err(match mismatch {
        FileMismatch::Changed(path) => Error::new(format!("`{folder}/{path}` was changed after `{lock}` sealed it"))
            .of(ErrorKind::Changed)
            .hint("if that was meant, seal it again: `gen lock`"),
        FileMismatch::Missing(path) => {
            Error::new(format!("`{lock}` lists `{path}`, and there is no `{folder}/{path}`"))
                .of(ErrorKind::Missing)
                .hint("restore it, or remove it from the lock: `gen lock`")
        }
        FileMismatch::Unlisted(path) => Error::new(format!("`{folder}/{path}` is not in `{lock}`"))
            .of(ErrorKind::Refused)
            .hint("seal it: `gen lock`"),
    })
}
