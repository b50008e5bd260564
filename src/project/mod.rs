//! The files of a project: configuration, paths, migration ids, snapshots, the lock, and writing them all or not at all.
//!
//! Must not know databases or SQL.

#![allow(clippy::disallowed_methods, reason = "this is one of the two rooms that touch files")]

mod attributes;
mod authors;
pub mod backups;
mod branches;
mod compact;
mod compiled;
mod config;
mod consent;
mod dotenv;
mod entities;
mod environment;
mod files;
mod fingerprint;
mod former;
mod git;
mod hook_consent;
mod id;
mod json;
mod layout;
mod merge_driver;
mod migrators;
mod parallel;
mod registered;
mod revision;
mod snapshot;
mod squashed;
mod writer;

use std::path::{Path, PathBuf};

use sea_gen_runner::files::{cannot, read_text_if_there};
use sea_gen_runner::hook::{self, Hook};
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{self, Heading, Migration, MigrationId};
use sea_gen_runner::session::ConnectionOptions;
use sea_gen_runner::sql_file::{self, SqlFile};
use sea_gen_runner::{Error, Result};

use crate::schema::{Product, Schema};

pub use authors::{Authors, LineAuthor};
pub use branches::{Branches, Side};
pub use compiled::Compiled;
pub use config::{
    AnonymizeRule, Canaries, Config, Demand, Description, EntityReader, EnvironmentSettings, Format, HookCommands,
    Occasion, OnFailure, Partitions, PersonalSettings, SeedKind, SeedSettings, TENANT, TenantHome, TenantSettings,
    TenantSource, WebhookSettings, type_entries,
};
pub use consent::CONSENT;
pub use entities::EntityPaths;
pub use environment::{DatabaseUrl, Environment, NamedDatabase};
pub use files::{Batch, FileChange, Staged, files_like, make_folder, write_text};
pub use fingerprint::fingerprint;
pub use former::{MigratorEdit, SnapshotTexts};
pub use hook_consent::HOOKS_CONSENT;
pub use id::{count, find_id, id_behind, new_id, renamed_id, squashed_id};
pub use merge_driver::{Versions, merge_file};
pub use migrators::MigrationCode;
pub use parallel::STACK;
pub use revision::{Base, Revision};
pub use snapshot::Snapshot;
pub use writer::Writer;

/// The configuration file, if `Cargo.toml` does not contain the configuration.
pub const CONFIG_FILE: &str = "gen.toml";

/// The default path of the lock file.
pub const LOCK_FILE: &str = "schema.lock.json";

/// The name of the migration that stands for an adopted database.
pub const BASELINE: &str = "baseline";

/// One project: its root, its configuration, and its dialects.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that configured paths are relative to.
    pub root: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The dialects: those configured, else those locked, else that of the database URL, else SQLite.
    pub dialects: Vec<Product>,
    /// The dialect whose files are in the folders of migrations and snapshots themselves; the others have a folder each there.
    flat: Option<Product>,
}

impl Project {
    /// The lock of a new project.
    pub fn first_lock(&self, products: &[Product]) -> Lock {
        let history = self.config.history.clone();
        Lock { history, ..Lock::new(products, &fingerprint(&Schema::default())) }
    }

    /// Finds the project `start` lies in: the nearest folder above it with a `gen.toml`, a `Cargo.toml` that configures us
    /// or a lock, else the nearest with a `Cargo.toml`. A repository's border is not crossed.
    ///
    /// # Errors
    /// There is none, or its configuration or lock cannot be read.
    pub fn discover(start: &Path) -> Result<Self> {
        Ok(Self::discover_with_lock(start)?.0)
    }

    /// The same, and its lock, if it has one.
    ///
    /// # Errors
    /// There is none, or its configuration or lock cannot be read.
    pub fn discover_with_lock(start: &Path) -> Result<(Self, Option<Lock>)> {
        let (root, config) = Self::locate(start)?;
        Self::open(root, config)
    }

    /// The same for a project whose branches are being merged: its lock, which may be in conflict, is not read, and it has the
    /// dialects that are configured.
    ///
    /// # Errors
    /// There is none, or its configuration cannot be read.
    pub fn discover_unlocked(start: &Path) -> Result<Self> {
        let (root, config) = Self::locate(start)?;
        Ok(Self::of(root, config))
    }

    /// The folder of the project that `start` lies in, and its configuration.
    fn locate(start: &Path) -> Result<(PathBuf, Config)> {
        let start = start.canonicalize().map_err(|error| {
            cannot("find", start, error).hint("name the project's folder: `gen --project <FOLDER> …`")
        })?;
        let mut cargo = None;
        for folder in start.ancestors() {
            if let Some(config) = Config::read(folder)? {
                return Ok((folder.to_owned(), config));
            }
            if folder.join(LOCK_FILE).symlink_metadata().is_ok_and(|found| !found.is_dir()) {
                return Ok((folder.to_owned(), Config::default()));
            }
            if cargo.is_none() && folder.join("Cargo.toml").is_file() {
                cargo = Some(folder);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        match cargo {
            Some(folder) => Ok((folder.to_owned(), Config::default())),
            None => {
                Err(Error::new(format!("`{}` is in no project: there is no Cargo.toml here or above", start.display()))
                    .hint("go to the project's folder, or begin one here: `touch gen.toml && gen init`"))
            }
        }
    }

    fn of(root: PathBuf, config: Config) -> Self {
        let mut project = Self { root, config, dialects: Vec::new(), flat: None };
        project.config.context.sea_orm = sea_orm_version(&project.root);
        project.config.context.root.clone_from(&project.root);
        project
    }

    fn open(root: PathBuf, config: Config) -> Result<(Self, Option<Lock>)> {
        let mut project = Self::of(root, config);
        let lock = Lock::read(&project.lock_path())?;
        let mut dialects = project.config.dialects.clone();
        if dialects.is_empty() {
            dialects.extend(lock.iter().flat_map(|lock| lock.dialects.keys()));
        }
        if dialects.is_empty() {
            let environment = project.environment(&NamedDatabase::default())?;
            let product = environment.map_or(Product::Sqlite, |it| it.connection.product_hint());
            dialects.push(product);
        }
        project.choose(dialects, lock.as_ref());
        Ok((project, lock))
    }

    /// The database to work with: the one that the caller names, otherwise `DATABASE_URL` of the environment variables,
    /// otherwise that of `.env`, otherwise the configured one.
    ///
    /// # Errors
    /// The URL cannot be read; the error does not hold it.
    pub fn environment(&self, named: &NamedDatabase) -> Result<Option<Environment>> {
        Environment::find(&self.root, &self.config, named, &|name| std::env::var(name).ok())
    }

    /// The address of the webhook, if the configuration has one.
    ///
    /// # Errors
    /// It has a variable that is not set.
    pub fn webhook_url(&self) -> Result<Option<String>> {
        let url = self.config.webhooks.as_ref().map(|webhooks| &webhooks.url);
        url.map(|url| url.filled(&self.root, "`webhooks.url` of the configuration")).transpose()
    }

    /// The database of a connection that is open already.
    pub fn environment_of(&self, connection: ConnectionOptions) -> Environment {
        Environment::of(&self.config, connection)
    }

    /// The folder of the package whose program cargo runs; `None` for a program that was started otherwise.
    pub fn running_package() -> Option<PathBuf> {
        std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
    }

    /// Creates the folder of an SQLite database if it is in the project and does not exist.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn make_room(&self, environment: &Environment) -> Result<()> {
        let folder =
            environment.connection.file().and_then(Path::parent).filter(|folder| folder.starts_with(&self.root));
        match folder {
            Some(folder) => files::make_folder(folder),
            None => Ok(()),
        }
    }

    /// The name of the package in the root folder, otherwise the name of the folder.
    ///
    /// # Errors
    /// `Cargo.toml` cannot be read.
    pub fn name(&self) -> Result<String> {
        let text = read_text_if_there(&self.root.join("Cargo.toml"))?.unwrap_or_default();
        let manifest: Option<toml::Table> = text.parse().ok();
        let package = manifest.as_ref().and_then(|manifest| manifest.get("package")?.get("name")?.as_str());
        let folder = self.root.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(package.map(str::to_owned).or(folder).unwrap_or_default())
    }

    /// The path of the lock file.
    pub fn lock_path(&self) -> PathBuf {
        self.root.join(&self.config.lock)
    }

    /// The folder of the migrations of a dialect.
    pub fn migrations_folder(&self, product: Product) -> PathBuf {
        self.folder(&self.config.migrations, product)
    }

    /// The migrations of a dialect, in the order in which they are applied.
    ///
    /// # Errors
    /// A file that cannot be read, with its path.
    pub fn migrations(&self, product: Product) -> Result<Vec<Migration>> {
        migration::migrations(&self.migrations_folder(product), &self.root, product)
    }

    /// The repeatable files of a dialect, by name.
    ///
    /// # Errors
    /// A file that cannot be read, with its path.
    pub fn repeatables(&self, product: Product) -> Result<Vec<SqlFile>> {
        sql_file::repeatable(&self.migrations_folder(product), &self.root, product)
    }

    /// The hooks for a dialect, of every environment, in the order in which those of one moment run.
    ///
    /// # Errors
    /// A file that cannot be read, or is not named as a hook, with its path.
    pub fn hooks(&self, product: Product) -> Result<Vec<Hook>> {
        hook::hooks(&self.root.join(&self.config.migrations), product)
    }

    /// The headers of the migrations of a dialect, in the order in which they are applied. Their statements are not read.
    ///
    /// # Errors
    /// A file that cannot be read, with its path.
    pub fn headings(&self, product: Product) -> Result<Vec<Heading>> {
        migration::headings(&self.migrations_folder(product), &self.root, product)
    }

    /// The ids of a dialect's migrations, by the names of their files alone.
    ///
    /// # Errors
    /// A folder that cannot be read, or a file that is not named as a migration.
    pub fn migration_ids(&self, product: Product) -> Result<Vec<MigrationId>> {
        migration::ids(&self.migrations_folder(product), &self.root)
    }

    /// The path of a migration.
    pub fn migration_path(&self, product: Product, id: &MigrationId) -> PathBuf {
        self.migrations_folder(product).join(format!("{id}.sql"))
    }

    /// The folder of the snapshot of a dialect.
    pub fn snapshot_folder(&self, product: Product) -> PathBuf {
        self.folder(&self.config.snapshots, product)
    }

    /// The path as it is shown: relative to the root.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// The files and folders of the entities, as paths from the root.
    ///
    /// # Errors
    /// There are none.
    pub fn entity_paths(&self) -> Result<Vec<PathBuf>> {
        Ok(self.find_entities()?.paths)
    }
}

/// The version of SeaORM, major and minor, in the `Cargo.lock` of a folder or above it in the repository.
fn sea_orm_version(root: &Path) -> Option<(u64, u64)> {
    for folder in root.ancestors() {
        if let Ok(Some(text)) = read_text_if_there(&folder.join("Cargo.lock")) {
            let (_, package) = text.split_once("\nname = \"sea-orm\"\n")?;
            let version = package.lines().next()?.strip_prefix("version = \"")?;
            let mut numbers = version.split('.').map_while(|number| number.parse().ok());
            return Some((numbers.next()?, numbers.next()?));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}
