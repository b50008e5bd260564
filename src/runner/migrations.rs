//! The migrations of an application: read from a folder beside their lock file, or from texts that are part of the program.
//!
//! Must not know a connection.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use sea_gen_format::sealed::{self, Sealed, SealedMigrations};

use crate::Product;
use crate::hook::{self, Hook};
use crate::run::functions::{FunctionFuture, Functions, MigrationConnection};
use crate::run::{Applicable, OnAhead};
use crate::sql_file::SqlFile;
use crate::{Error, ErrorKind, Result};

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
#[derive(Clone, Debug)]
pub struct Migrations {
    source: Source,
    functions: Functions,
    on_ahead: OnAhead,
    environment: Option<String>,
}

/// Where they come from.
#[derive(Clone, Debug)]
enum Source {
    /// They were read.
    Read(SealedMigrations),
    /// They are part of the program, and are read when they are first used.
    Embedded { lock: &'static str, files: &'static [EmbeddedFile], read: OnceLock<SealedMigrations> },
}

/// The product, the id and the text of a migration; of a file beside them, its path in place of the id.
type EmbeddedFile = (Product, &'static str, &'static str);

impl Migrations {
    /// What [`embed!`](crate::embed) makes of the lock file and the migrations.
    #[doc(hidden)]
    pub const fn embedded(lock: &'static str, files: &'static [EmbeddedFile]) -> Self {
        Self {
            source: Source::Embedded { lock, files, read: OnceLock::new() },
            functions: Functions::new(),
            on_ahead: OnAhead::Refuse,
            environment: None,
        }
    }

    /// Reads the folder of migrations that `gen` writes, and holds it against its lock file, as a rule `migrations` and
    /// `schema.lock.json`. A lock of one product has its files in the folder itself, one of several in a folder each, named by
    /// [`Product::key`].
    ///
    /// # Errors
    /// A file that cannot be read, with its path; a lock changed by hand; [`ErrorKind::Changed`], [`ErrorKind::Missing`] or
    /// [`ErrorKind::Refused`] where a file is not the one that the lock seals, is not there, or is not in the lock.
    pub fn read(folder: impl AsRef<Path>, lock: impl AsRef<Path>) -> Result<Self> {
        SealedMigrations::read(folder.as_ref(), lock.as_ref()).map(Self::from)
    }

    /// Reads migrations that are part of the program: ids, and the texts of their files. Several products are added to one
    /// another by [`Migrations::and`]. Nothing seals them: [`embed!`](crate::embed) does.
    ///
    /// # Errors
    /// An invalid or duplicate id; a text that is not a migration, with the line.
    pub fn parse<'t>(product: Product, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self> {
        let read = sealed::parse(product, files)?.into_iter().map(Sealed::from).collect();
        Ok(SealedMigrations { by_product: BTreeMap::from([(product, read)]), ..SealedMigrations::default() }.into())
    }

    /// These migrations and those of other products; of a product that both have, `other`'s.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (mut functions, on_ahead, environment) = (self.functions.clone(), self.on_ahead, self.environment.clone());
        functions.extend(&other.functions);
        let (mut read, other) = (self.into_read(), other.into_read());
        read.by_product.extend(other.by_product);
        read.replaced.extend(other.replaced);
        read.repeatables.extend(other.repeatables);
        read.hooks.extend(other.hooks);
        Self { functions, on_ahead, environment, ..read.into() }
    }

    /// The same migrations with a history of their own, `sea_gen_history_` and this name, where several projects have their
    /// migrations in one database. [`Migrations::read`] and [`embed!`](crate::embed) take the name from the lock file.
    #[must_use]
    pub fn with_history(self, name: impl Into<String>) -> Self {
        let (functions, on_ahead, environment) = (self.functions.clone(), self.on_ahead, self.environment.clone());
        let read = SealedMigrations { history: Some(name.into()), ..self.into_read() };
        Self { functions, on_ahead, environment, ..read.into() }
    }

    /// The same migrations for a program that finds newer ones applied; [`OnAhead::Refuse`] by default.
    #[must_use]
    pub const fn on_ahead(mut self, on_ahead: OnAhead) -> Self {
        self.on_ahead = on_ahead;
        self
    }

    pub(crate) fn chosen_on_ahead(&self) -> OnAhead {
        self.on_ahead
    }

    /// The same migrations with a function that they call: `-- gen: rust backfill_slugs` in a file runs the function
    /// `backfill_slugs` at this place, on the connection of the migration and in its transaction. It returns the number of rows that
    /// it changed. After `-- gen: rust backfill_slugs batches` it is called again until it changes no row, each time in a transaction
    /// of its own, so that an interrupted run goes on with what is left; on SQLite foreign keys are enforced meanwhile. A function begins
    /// and ends no transaction, and on MySQL and MariaDB it changes rows only, because every other statement commits. It may be called
    /// again where the database makes it wait for a lock, so effects outside of the database belong into another place.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use sea_gen_runner::{Migrations, Product};
    ///
    /// let text = "-- UP\n\
    ///     CREATE TABLE book (id integer PRIMARY KEY, title text, slug text);\n\
    ///     INSERT INTO book (title) VALUES ('Pride and Prejudice');\n\
    ///     -- gen: rust backfill_slugs\n\
    ///     -- DOWN\n\
    ///     DROP TABLE book;\n";
    /// let migrations = Migrations::parse(Product::Sqlite, [("20261120_201300_create_book", text)])?;
    /// let migrations = migrations.with("backfill_slugs", |connection| {
    ///     Box::pin(async move {
    ///         let mut changed = 0;
    ///         for row in connection.query("SELECT id, title FROM book WHERE slug IS NULL").await? {
    ///             let [Some(id), Some(title)] = row.as_slice() else { continue };
    ///             let slug = title.to_lowercase().replace(' ', "-");
    ///             let update = "UPDATE book SET slug = ? WHERE id = ?";
    ///             changed += connection.execute_with(update, &[Some(&slug), Some(id)]).await?;
    ///         }
    ///         Ok(changed)
    ///     })
    /// });
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let url = format!("sqlite://{}/shop.db", folder.path().display());
    /// migrations.up(&url).await?;
    /// # Ok::<(), sea_gen_runner::Error>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        function: impl for<'s> Fn(&'s MigrationConnection<'s>) -> FunctionFuture<'s> + Send + Sync + 'static,
    ) -> Self {
        self.functions.add(name.into(), function);
        self
    }

    /// The name of their history, if it has one.
    pub fn history(&self) -> Option<&str> {
        self.contents().ok()?.history.as_deref()
    }

    /// The ids of a product's migrations, oldest first.
    pub fn ids(&self, product: Product) -> impl Iterator<Item = &str> {
        let own = self.contents().ok().and_then(|read| read.by_product.get(&product));
        own.into_iter().flatten().map(|sealed| sealed.migration.id.as_str())
    }

    /// The repeatable files of a product.
    pub(crate) fn repeatables(&self, product: Product) -> &[SqlFile] {
        let read = self.contents().ok().and_then(|read| read.repeatables.get(&product));
        read.map(Vec::as_slice).unwrap_or_default()
    }

    /// The hooks for a product in the environment at hand.
    pub(crate) fn hooks(&self, product: Product) -> Vec<Hook> {
        let read = self.contents().ok().and_then(|read| read.hooks.get(&product));
        hook::of_environment(read.cloned().unwrap_or_default(), self.environment())
    }

    /// The name of the environment.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The same migrations in a named environment, such as `production`: the hooks that name it run too.
    #[must_use]
    pub fn in_environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// What was read. Embedded migrations were read by the same code when the program was compiled, so that this fails for none.
    fn contents(&self) -> Result<&SealedMigrations> {
        match &self.source {
            Source::Read(read) => Ok(read),
            Source::Embedded { lock, files, read } => match read.get() {
                Some(read) => Ok(read),
                None => {
                    let parsed = SealedMigrations::parse(lock, files)?;
                    Ok(read.get_or_init(|| parsed))
                }
            },
        }
    }

    fn into_read(self) -> SealedMigrations {
        let embedded = self.contents().cloned().unwrap_or_default();
        match self.source {
            Source::Read(read) => read,
            Source::Embedded { .. } => embedded,
        }
    }

    /// The migrations for a database of this product, and those that were squashed into them.
    ///
    /// # Errors
    /// There are none for it.
    pub(crate) fn applicable(&self, product: Product) -> Result<Vec<Applicable<'_>>> {
        let read = self.contents()?;
        let Some(files) = read.by_product.get(&product) else {
            let known: Vec<String> = read.by_product.keys().map(Product::to_string).collect();
            return Err(Error::new(format!(
                "the migrations are for {}, and this database is {product}",
                if known.is_empty() { "no database".to_owned() } else { known.join(" and ") }
            ))
            .of(ErrorKind::Refused)
            .hint(
                "connect to the right database, or write the migrations for this one too: `dialects` in `gen.toml`",
            ));
        };
        let files = files.iter().chain(read.replaced.get(&product).into_iter().flatten());
        Ok(files
            .map(|Sealed { migration, checksum }| Applicable::new(migration, checksum.clone()).with(&self.functions))
            .collect())
    }
}

impl Default for Migrations {
    fn default() -> Self {
        SealedMigrations::default().into()
    }
}

impl From<SealedMigrations> for Migrations {
    fn from(read: SealedMigrations) -> Self {
        Self { source: Source::Read(read), functions: Functions::new(), on_ahead: OnAhead::Refuse, environment: None }
    }
}
