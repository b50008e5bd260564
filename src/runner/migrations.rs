//! The migrations of an application: read from a folder beside their lock file, or from texts that are part of the program.
//!
//! Must not know a connection.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Product;
use crate::error::{Error, ErrorKind, Result};
use crate::files::read_text;
use crate::lock_file::{Lock, LockMismatch};
use crate::migration::{self, Migration, MigrationId};
use crate::run::Applicable;

/// The migrations of an application, for one database product or several, each with the checksum of what it does.
///
/// ```
/// use sea_gen_runner::{Migrations, Product};
///
/// // As a rule the texts are `include_str!("../migrations/20261120_201300_create_book.sql")`.
/// let create_book = "-- UP\nCREATE TABLE book (id integer PRIMARY KEY);\n-- DOWN\nDROP TABLE book;\n";
/// let migrations = Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", create_book)])?;
/// assert_eq!(migrations.ids(Product::Sqlite).collect::<Vec<_>>(), ["20261120_201300_create_book"]);
/// # Ok::<(), sea_gen_runner::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Migrations {
    by_product: BTreeMap<Product, Vec<Sealed>>,
    history: Option<String>,
}

/// A migration and its checksum.
#[derive(Clone, Debug)]
struct Sealed {
    migration: Migration,
    checksum: String,
}

impl Migrations {
    /// Reads the folder of migrations that `gen` writes, and holds it against its lock file, as a rule `migrations` and
    /// `schema.lock.json`. A lock of one product has its files in the folder itself, one of several in a folder each, named by
    /// [`Product::key`].
    ///
    /// # Errors
    /// A file that cannot be read, with its path; a lock changed by hand; [`ErrorKind::Changed`], [`ErrorKind::Missing`] or
    /// [`ErrorKind::Refused`] where a file is not the one that the lock seals, is not there, or is not in the lock.
    pub fn read(folder: impl AsRef<Path>, lock: impl AsRef<Path>) -> Result<Self> {
        let (folder, path) = (folder.as_ref(), lock.as_ref());
        let lock = Lock::parse(path, &read_text(path)?)?;
        let mut by_product = BTreeMap::new();
        for (&product, locked) in &lock.dialects {
            let own = folder.join(product.key());
            let place = if lock.dialects.len() > 1 { own.as_path() } else { folder };
            if !locked.migrations.is_empty() && !place.is_dir() {
                return Err(Error::new(format!(
                    "`{}` lists migrations for {product}, and there is no folder `{}`",
                    path.display(),
                    place.display()
                ))
                .of(ErrorKind::Missing)
                .hint("check the path: a relative one is read from where the program runs"));
            }
            let migrations = migration::migrations(place, folder.parent().unwrap_or(folder), product)?;
            let sealed: Vec<Sealed> = migrations.into_iter().map(Sealed::from).collect();
            let files = sealed.iter().map(|it| (&it.migration.id, it.checksum.clone()));
            if let Some(mismatch) = lock.verify_files(product, files).into_iter().next() {
                return Err(not_sealed(&mismatch, place, path));
            }
            by_product.insert(product, sealed);
        }
        Ok(Self { by_product, history: lock.history })
    }

    /// Reads migrations that are part of the program: ids, and the texts of their files. Several products are added to one
    /// another by [`Migrations::and`].
    ///
    /// # Errors
    /// An invalid or duplicate id; a text that is not a migration, with the line.
    pub fn parse<'t>(product: Product, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self> {
        let mut sealed: Vec<Sealed> = Vec::new();
        for (id, text) in files {
            let id: MigrationId = id.parse()?;
            let read = migration::parse(id.clone(), product, text).map_err(|error| {
                let hints = error.hints().to_vec();
                hints.into_iter().fold(Error::new(format!("migration `{id}`: {error}")), Error::hint)
            })?;
            sealed.push(read.into());
        }
        sealed.sort_by(|one, other| one.migration.id.cmp(&other.migration.id));
        let twice =
            sealed.iter().zip(sealed.iter().skip(1)).find(|(one, other)| one.migration.id == other.migration.id);
        if let Some((one, _)) = twice {
            return Err(Error::new(format!("there are two migrations `{}`", one.migration.id)).of(ErrorKind::Refused));
        }
        Ok(Self { by_product: BTreeMap::from([(product, sealed)]), history: None })
    }

    /// These migrations and those of other products; of a product that both have, `other`'s.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.by_product.extend(other.by_product);
        self
    }

    /// The same migrations with a history of their own, `sea_gen_history_` and this name, where several projects have their
    /// migrations in one database. [`Migrations::read`] takes the name from the lock file.
    #[must_use]
    pub fn with_history(mut self, name: impl Into<String>) -> Self {
        self.history = Some(name.into());
        self
    }

    /// The name of their history, if it has one.
    pub fn history(&self) -> Option<&str> {
        self.history.as_deref()
    }

    /// The ids of a product's migrations, oldest first.
    pub fn ids(&self, product: Product) -> impl Iterator<Item = &str> {
        self.of(product).iter().map(|sealed| sealed.migration.id.as_str())
    }

    fn of(&self, product: Product) -> &[Sealed] {
        self.by_product.get(&product).map_or(&[], Vec::as_slice)
    }

    /// The migrations for a database of this product.
    ///
    /// # Errors
    /// There are none for it.
    pub(crate) fn applicable(&self, product: Product) -> Result<Vec<Applicable<'_>>> {
        if !self.by_product.contains_key(&product) {
            let known: Vec<String> = self.by_product.keys().map(Product::to_string).collect();
            return Err(Error::new(format!(
                "the migrations are for {}, and this database is {product}",
                if known.is_empty() { "no database".to_owned() } else { known.join(" and ") }
            ))
            .of(ErrorKind::Refused)
            .hint(
                "connect to the right database, or write the migrations for this one too: `dialects` in `gen.toml`",
            ));
        }
        let files = self.of(product).iter();
        Ok(files.map(|Sealed { migration, checksum }| Applicable { migration, checksum: checksum.clone() }).collect())
    }
}

impl From<Migration> for Sealed {
    fn from(migration: Migration) -> Self {
        let checksum = migration.checksum();
        Self { migration, checksum }
    }
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
