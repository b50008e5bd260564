//! Configuration: `gen.toml`, or `[package.metadata.gen]` or `[workspace.metadata.gen]` of a `Cargo.toml`.
//!
//! Must not know what the settings do.

mod dialects;
mod environments;
mod history;
mod hooks;
mod personal;
mod rules;
mod seeding;
mod tenants;
mod type_rules;
mod types;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::{Error, Result};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entity::Context;
use crate::lint::house::HouseRules;
use crate::plan::Forms;
use crate::schema::{ObjectName, Product, Strictness, Undeclared, matches};

use super::{CONFIG_FILE, DatabaseUrl, LOCK_FILE};
pub use environments::EnvironmentSettings;
pub use hooks::HookCommands;
pub use personal::{AnonymizeRule, PersonalSettings};
pub use seeding::{SeedKind, SeedSettings};
pub use tenants::{Canaries, OnFailure, TENANT, TenantHome, TenantSettings, TenantSource};
pub use types::type_entries;
pub use webhooks::{Occasion, WebhookSettings};

const KEYS: [&str; 32] = [
    "entities",
    "dialects",
    "database-url",
    "migrations",
    "snapshots",
    "lock",
    "format",
    "migrator",
    "history",
    "undeclared",
    "partitions",
    "privileges",
    "include",
    "exclude",
    "schemas",
    "development",
    "proof",
    "description",
    "features",
    "cfg",
    "type-rules",
    "types",
    "reader",
    "offline-forms",
    "projects",
    "env",
    "tenants",
    "rules",
    "webhooks",
    "hooks",
    "personal",
    "seed",
];

/// The configuration; every setting has a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Folders or files of entities; empty for the usual places.
    pub entities: Vec<PathBuf>,
    /// The dialects migrations are written for; empty if they are not configured.
    pub dialects: Vec<Product>,
    /// The database for development, `${VARIABLES}` not yet filled in.
    pub database_url: Option<DatabaseUrl>,
    /// The named environments.
    pub environments: BTreeMap<String, EnvironmentSettings>,
    /// Where to send word of what goes wrong.
    pub webhooks: Option<WebhookSettings>,
    /// The tenants, where an environment does not say otherwise.
    pub tenants: TenantSettings,
    /// The folder of migrations.
    pub migrations: PathBuf,
    /// The folder of snapshots.
    pub snapshots: PathBuf,
    /// The lock's file.
    pub lock: PathBuf,
    /// What is written for a migration besides its SQL file.
    pub format: Format,
    /// The file of the `Migrator`, where there are several.
    pub migrator: Option<PathBuf>,
    /// The name of the project's own history, where several projects have their migrations in one database.
    pub history: Option<String>,
    /// The folders of the projects in this repository, in the order in which they are applied.
    pub projects: Vec<PathBuf>,
    /// The policy for objects that no entity declares.
    pub undeclared: Undeclared,
    /// The policy for partitions that are created in production.
    pub partitions: Partitions,
    /// Whether sidecars declare the privileges of roles on objects (PostgreSQL); otherwise each database has its own.
    pub privileges: bool,
    /// Patterns of managed objects; none for all.
    pub include: Vec<String>,
    /// Patterns of excluded objects: `*` stands for any text, `?` for any character.
    pub exclude: Vec<String>,
    /// Managed schemas besides the default one and those that entities, SQL files and the snapshot name.
    pub schemas: Vec<String>,
    /// Hosts of development databases besides this machine.
    pub development: Vec<String>,
    /// Whether migrations are proven.
    pub proof: Demand,
    /// Whether migrations are described.
    pub description: Description,
    /// Facts that the entities' text does not contain: `features`, `cfg` and `types`.
    pub context: Context,
    /// Changes of the rules by which types count as equal.
    pub type_rules: BTreeMap<String, Strictness>,
    /// How the declared schema is read from the entities.
    pub reader: EntityReader,
    /// In what forms migrations are written.
    pub forms: Forms,
    /// What the project asks of its own schema and migrations.
    pub rules: HouseRules,
    /// The commands that run before and after migrations.
    pub hooks: HookCommands,
    /// What is said of personal data.
    pub personal: PersonalSettings,
    /// How rows are generated.
    pub seed: SeedSettings,
}

/// What is written for a migration besides its SQL file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Nothing.
    #[default]
    Sql,
    /// A module in the application's `Migrator`, which runs the file through `sea-gen-runner`.
    SeaOrm,
    /// A module in the application's `Migrator`, which says in Rust what the file does.
    Rust,
}

impl Format {
    /// Whether the application's `Migrator` runs the migrations too, so that its history is kept in line.
    pub fn has_migrator(self) -> bool {
        match self {
            Self::Sql => false,
            Self::SeaOrm | Self::Rust => true,
        }
    }

    /// The word in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::SeaOrm => "seaorm",
            Self::Rust => "rust",
        }
    }
}

/// The policy for partitions that are created in production, by no migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partitions {
    /// They belong to their table, and are no drift.
    #[default]
    Keep,
    /// They are drift.
    Report,
}

/// Whether migrations are proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demand {
    /// Only by `gen verify`.
    Off,
    /// If a scratch database is available.
    #[default]
    Wanted,
    /// All of them, or `gen check` refuses.
    Required,
}

/// Whether migrations are described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Description {
    /// Those with a message.
    #[default]
    Optional,
    /// All that `gen migration` writes.
    Required,
}

/// How the declared schema is read from the entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntityReader {
    /// Their source text.
    #[default]
    Source,
    /// SeaORM, in a program that is compiled with them.
    Compiled,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "sql" => Ok(Self::Sql),
            "seaorm" => Ok(Self::SeaOrm),
            "rust" => Ok(Self::Rust),
            other => Err(format!("`format` cannot be `{other}`: sql, seaorm or rust")),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            entities: Vec::new(),
            dialects: Vec::new(),
            database_url: None,
            environments: BTreeMap::new(),
            webhooks: None,
            tenants: TenantSettings::default(),
            migrations: PathBuf::from("migrations"),
            snapshots: PathBuf::from("snapshots"),
            projects: Vec::new(),
            history: None,
            lock: PathBuf::from(LOCK_FILE),
            format: Format::Sql,
            migrator: None,
            undeclared: Undeclared::Keep,
            partitions: Partitions::Keep,
            privileges: false,
            include: Vec::new(),
            exclude: Vec::new(),
            schemas: Vec::new(),
            development: Vec::new(),
            proof: Demand::Wanted,
            description: Description::Optional,
            context: Context::default(),
            type_rules: BTreeMap::new(),
            reader: EntityReader::Source,
            forms: Forms::Safe,
            rules: HouseRules::default(),
            hooks: HookCommands::default(),
            personal: PersonalSettings::default(),
            seed: SeedSettings::default(),
        }
    }
}

impl Config {
    /// The configuration in a folder, if it holds one.
    ///
    /// # Errors
    /// A setting that is not known or not valid, or more than one configuration.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let mut found: Vec<(String, Self)> = Vec::new();
        let path = folder.join(CONFIG_FILE);
        if let Some(text) = read_text_if_there(&path)? {
            let file = File { path: &path, text: &text };
            found.push((CONFIG_FILE.to_owned(), file.config(file.parse()?.get_ref())?));
        }
        let path = folder.join("Cargo.toml");
        if let Some(text) = read_text_if_there(&path)? {
            let file = File { path: &path, text: &text };
            let manifest = file.parse()?;
            for section in ["package", "workspace"] {
                let table = [section, "metadata"].iter().try_fold(manifest.get_ref(), |table, key| {
                    table.get(*key).and_then(|value| value.get_ref().as_table())
                });
                if let Some(value) = table.and_then(|table| table.get("gen")) {
                    let name = format!("[{section}.metadata.gen] of Cargo.toml");
                    let Some(table) = value.get_ref().as_table() else {
                        return Err(file.error(value.span(), &format!("{name} must be a table")));
                    };
                    found.push((name, file.config(table)?));
                }
            }
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        if let [first, second, ..] = names.as_slice() {
            return Err(Error::new(format!("`{}` is configured twice: in {first} and in {second}", folder.display()))
                .hint(format!("move what is in {second} to {first}")));
        }
        Ok(found.pop().map(|(_, config)| config))
    }

    /// Whether an object is excluded. A pattern with a dot is for the name with its schema.
    pub fn excludes(&self, name: &ObjectName) -> bool {
        let whole = name.to_string();
        self.exclude.iter().any(|pattern| {
            let name = if pattern.contains('.') { whole.as_str() } else { name.name.as_str() };
            matches(pattern, name)
        })
    }
}

/// A configuration file, for reading settings with errors at their lines.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

type Setting<'a> = Spanned<DeValue<'a>>;

impl<'a> File<'a> {
    fn parse(&self) -> Result<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text)
            .map_err(|error| self.error(error.span().unwrap_or_default(), error.message().trim_end()))
    }

    fn error(&self, span: Range<usize>, message: &str) -> Error {
        Error::new(format!("`{}`, line {}: {message}", self.path.display(), self.line(span.start)))
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or_default().matches('\n').count()
    }

    fn config(&self, table: &DeTable<'_>) -> Result<Config> {
        let mut config = Config::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "entities" => {
                    config.entities = self.texts(key, value)?.into_iter().map(PathBuf::from).collect();
                    config.context.scope.clone_from(&config.entities);
                }
                "dialects" => config.dialects = self.dialects(key, value)?,
                "database-url" => config.database_url = Some(self.text(key, value)?.into()),
                "migrations" => config.migrations = self.inside(key, value)?,
                "snapshots" => config.snapshots = self.inside(key, value)?,
                "lock" => config.lock = self.inside(key, value)?,
                "format" => {
                    config.format =
                        self.text(key, value)?.parse().map_err(|error: String| self.error(value.span(), &error))?;
                }
                "migrator" => config.migrator = Some(self.inside(key, value)?),
                "history" => config.history = Some(self.history(key, value)?),
                "projects" => config.projects = self.texts(key, value)?.into_iter().map(PathBuf::from).collect(),
                "undeclared" => config.undeclared = self.undeclared(key, value)?,
                "partitions" => config.partitions = self.partitions(value)?,
                "privileges" => config.privileges = self.privileges(value)?,
                "include" => config.include = self.texts(key, value)?,
                "exclude" => config.exclude = self.texts(key, value)?,
                "schemas" => config.schemas = self.texts(key, value)?,
                "development" => config.development = self.texts(key, value)?,
                "proof" => config.proof = self.demand(key, value)?,
                "description" => config.description = self.description(value)?,
                "features" => config.context.features = Some(self.texts(key, value)?),
                "cfg" => config.context.cfg = Some(self.texts(key, value)?),
                "types" => config.context.types = self.types(key, value)?,
                "type-rules" => config.type_rules = self.strictness(value)?,
                "reader" => config.reader = self.reader(key, value)?,
                "env" => config.environments = self.environments(value)?,
                "tenants" => config.tenants = self.tenants(value)?,
                "offline-forms" => config.forms = self.forms(key, value)?,
                "rules" => config.rules = self.rules(value)?,
                "webhooks" => config.webhooks = Some(self.webhooks(value)?),
                "hooks" => config.hooks = self.hook_commands(value)?,
                "personal" => config.personal = self.personal(value)?,
                "seed" => config.seed = self.seeding(value)?,
                _ => return Err(self.unknown(key, "", &KEYS)),
            }
        }
        config.rules.personal = config.personal.new_columns;
        Ok(config)
    }

    fn unknown(&self, key: &Spanned<impl AsRef<str>>, within: &str, keys: &[&str]) -> Error {
        let unknown = key.get_ref().as_ref();
        let error = self.error(key.span(), &format!("there is no setting `{within}{unknown}`"));
        match similar::get_close_matches(unknown, keys, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("the settings are {}", keys.join(", "))),
        }
    }

    fn text(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<String> {
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            _ => Err(self.error(value.span(), &format!("`{}` must be a text", key.get_ref().as_ref()))),
        }
    }

    fn texts(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Vec<String>> {
        match value.get_ref().as_array() {
            Some(items) => items.iter().map(|item| self.text(key, item)).collect(),
            None => {
                let key = key.get_ref().as_ref();
                Err(self
                    .error(value.span(), &format!("`{key}` must be a list of texts"))
                    .hint(format!("`{key} = [\"…\"]`")))
            }
        }
    }

    /// Rust types with the column type of each.
    fn types(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<BTreeMap<String, String>> {
        let Some(table) = value.get_ref().as_table() else {
            let key = key.get_ref().as_ref();
            return Err(self
                .error(value.span(), &format!("`{key}` must name a column type for each Rust type"))
                .hint(format!("`{key} = {{ Secret = \"VarBinary(StringLen::Max)\" }}`")));
        };
        table.iter().map(|(name, value)| Ok((name.get_ref().to_string(), self.text(name, value)?))).collect()
    }

    fn dialects(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Vec<Product>> {
        let mut products = Vec::new();
        for text in self.texts(key, value)? {
            let product = text.parse::<Product>().map_err(|error| self.error(value.span(), &error))?;
            if products.contains(&product) {
                return Err(self.error(value.span(), &format!("`{text}` is listed twice")));
            }
            products.push(product);
        }
        products.sort();
        Ok(products)
    }

    /// A path from the root that stays in it.
    fn inside(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<PathBuf> {
        let path = PathBuf::from(self.text(key, value)?);
        if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Ok(path);
        }
        let message = format!("`{}` must be a path inside the project", key.get_ref().as_ref());
        Err(self.error(value.span(), &message).hint("write it from the project's folder, without `..`"))
    }
}

#[cfg(test)]
mod tests;
mod webhooks;
