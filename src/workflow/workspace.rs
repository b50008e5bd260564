//! Loads the three states for a command: the project's files for every dialect, and the database.
//!
//! Must not know the use of the states.

use std::sync::{Arc, OnceLock};

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, Record};
use sea_gen_runner::session::{ConnectionOptions, Missing, Session};

use crate::dialect::reprint::Comparison;
use crate::dialect::{self, Forms, Product};
use crate::entity::{Diagnostic, Model, Severity, SourceFiles};
use crate::introspect::{self, Unmanaged};
use crate::project::{EntityReader, Environment, NamedDatabase, Project, Writer};
use crate::schema::{Name, Normalized, Origins, Undeclared};
use crate::state::{self, Policy, TargetSchema, TypeRules, UnfitRow};

use super::amend::Amended;
use super::shared_tables::SharedTables;
use super::{Failure, Listener, Phase, Silent, compiled, scratch_server, text};

/// The project and its configuration.
#[derive(Clone)]
pub struct Workspace {
    /// The files and the configuration.
    pub project: Project,
    /// The lock file; `None` before `gen init`.
    pub lock: Option<Lock>,
    /// The database, if one is named or configured.
    pub environment: Option<Environment>,
    /// The name of the protected environment whose database may be changed.
    pub confirmed: Option<String>,
    /// Whether the command line allows cargo to run.
    pub run_cargo: bool,
    /// Receives messages and answers questions.
    pub listener: Arc<dyn Listener>,
    pub(super) types: TypeRules,
    pub(super) tables: SharedTables,
    /// The schemas that entities, SQL files and the snapshot name, once they are asked for.
    pub(super) named_schemas: Arc<OnceLock<Vec<Name>>>,
    /// The last migration, while it is made again.
    pub(super) amended: Option<Arc<Amended>>,
    /// The lock on the project's files.
    _writer: Option<Arc<Writer>>,
}

/// The project to open, and the listener.
#[derive(Clone)]
pub struct Open {
    /// The folder in which the search for the project starts; the current one if absent.
    pub folder: Option<std::path::PathBuf>,
    /// The database, if not that of the environment variables or the configuration.
    pub database: NamedDatabase,
    /// The name of the protected environment whose database may be changed.
    pub confirmed: Option<String>,
    /// Whether cargo may build and run the entities, if the configuration uses the compiled reader.
    pub run_cargo: bool,
    /// Receives messages and answers questions.
    pub listener: Arc<dyn Listener>,
}

impl Default for Open {
    fn default() -> Self {
        Self {
            folder: None,
            database: NamedDatabase::default(),
            confirmed: None,
            run_cargo: false,
            listener: Arc::new(Silent),
        }
    }
}

impl Open {
    /// The folder in which the search for the project starts.
    pub(super) fn start(&self) -> Result<std::path::PathBuf, Failure> {
        self.folder.clone().map_or_else(current_folder, Ok)
    }
}

/// The entity files, and the declared schema of each dialect.
pub type Declared = (SourceFiles, Vec<(Product, Model, Vec<Diagnostic>)>);

/// D: a connected database.
pub struct Live {
    /// The connection.
    pub session: Session,
    /// The schema.
    pub schema: Normalized,
    /// The rows of the history, oldest first.
    pub history: Vec<Record>,
    /// The unmanaged objects, each with the reason.
    pub unmanaged: Vec<Unmanaged>,
    /// The fingerprint of the schema as read, if it now has other expression texts, or lacks some partitions.
    pub found: Option<String>,
    /// How expressions with different canonical forms were compared.
    pub comparison: Comparison,
}

impl Live {
    /// The dialect that the server reports.
    pub fn product(&self) -> Product {
        self.session.product()
    }

    /// Reads the schema, and then the history, again on the same connection.
    pub async fn read_again(&mut self, workspace: &Workspace) -> Result<(), Failure> {
        let catalog = introspect::introspect(&mut self.session, &workspace.scope()).await;
        let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
        self.schema = workspace.tables.normalize(self.product(), catalog.schema)?;
        self.history = run::history(&mut self.session).await?;
        self.found = None;
        workspace.leave_out_new_partitions(self)?;
        workspace.follow_names(self);
        Ok(())
    }
}

impl Workspace {
    /// Finds the project and reads its configuration and lock.
    pub fn open(open: impl Into<Open>) -> Result<Self, Failure> {
        let open = open.into();
        let (project, lock) = Project::discover_with_lock(&open.start()?)?;
        Self::of(project, lock, open, None)
    }

    /// The same workspace with the lock on the project's files.
    pub(super) fn with_writer(self, writer: Writer) -> Self {
        Self { _writer: Some(Arc::new(writer)), ..self }
    }

    /// A project that was found, with its lock; `known` is its database, if that is not to be looked up.
    pub(super) fn of(
        mut project: Project,
        lock: Option<Lock>,
        open: Open,
        known: Option<Environment>,
    ) -> Result<Self, Failure> {
        let Open { database, confirmed, run_cargo, listener, .. } = open;
        if let Some(first) = project.config.projects.first() {
            return Err(Error::new(format!("`{}` lists projects and is none itself", project.root.display()))
                .hint("for all of them: `gen up --all`, `gen status --all`, `gen check --all`")
                .hint(format!("for one of them: `gen up --project {}`", first.display()))
                .into());
        }
        let history = match &lock {
            Some(lock) => lock.history.clone(),
            None => project.config.history.clone(),
        };
        if lock.is_some() && project.config.history.is_some() && history != project.config.history {
            return Err(Error::new("the configuration and schema.lock.json name two histories")
                .hint(match &history {
                    Some(history) => format!("set `history = \"{history}\"`: a history keeps its name"),
                    None => "remove `history` from the configuration: a history keeps its name".to_owned(),
                })
                .into());
        }
        project.config.history = history;
        let environment = known.map_or_else(|| project.environment(&database), |known| Ok(Some(known)))?;
        let types = TypeRules::with(&project.config.type_rules)
            .map_err(|error| error.hint("correct `type-rules` in the configuration"))?;
        Ok(Self {
            project,
            lock,
            environment,
            confirmed,
            run_cargo,
            listener,
            types,
            tables: SharedTables::default(),
            named_schemas: Arc::default(),
            amended: None,
            _writer: None,
        })
    }

    /// The same for a command that writes files of the project: no other process writes them until it ends.
    pub fn open_to_write(open: impl Into<Open>, command: &str) -> Result<Self, Failure> {
        let open = open.into();
        let writer = Self::open(open.clone())?.writer(command)?;
        // Files read before this point may be outdated.
        Ok(Self { _writer: Some(Arc::new(writer)), ..Self::open(open)? })
    }

    /// Waits until no other process writes files of the project.
    pub fn writer(&self, command: &str) -> Result<Writer, Failure> {
        let tell = |holder: &str| self.note(&format!("waiting for {holder}, which is writing to this project"));
        Ok(Writer::begin(self.root(), command, run::DEFAULT_WAIT, tell)?)
    }

    /// Sends a message that is not part of the result.
    pub fn note(&self, text: &str) {
        self.listener.note(text);
    }

    /// Tells the listener of work that may take longer than a moment, until the result is dropped.
    pub(super) fn phase(&self, what: impl Into<String>) -> Phase {
        Phase::begin(&self.listener, what)
    }

    /// Refuses to write files of the project without the lock: another process may be writing them.
    pub(crate) fn refuse_without_writer(&self) -> Result<(), Failure> {
        match self._writer {
            Some(_) => Ok(()),
            None => Err(Error::new("the project was opened for reading, so its files are not written")
                .hint("open it by `Workspace::open_to_write`")
                .into()),
        }
    }

    /// The dialects of the project.
    pub fn products(&self) -> &[Product] {
        &self.project.dialects
    }

    /// The project's default dialect, without a database.
    pub fn first(&self) -> Product {
        self.products().first().copied().unwrap_or(Product::Sqlite)
    }

    /// Whether the database is a missing SQLite file.
    pub fn database_is_absent(&self) -> bool {
        self.environment.as_ref().is_some_and(Environment::is_absent)
    }

    /// The connection options of the database, if one is named or configured.
    pub fn connection(&self) -> Option<&ConnectionOptions> {
        self.environment.as_ref().map(|environment| &environment.connection)
    }

    /// Whether the caller named the database, so that a failed connection is an error.
    pub fn is_database_named(&self) -> bool {
        self.environment.as_ref().is_some_and(|environment| environment.is_named)
    }

    /// The server for scratch databases of a product: in memory, or the server of the project's database.
    pub fn scratch_server(&self, product: Product) -> Result<Option<ConnectionOptions>, Error> {
        scratch_server(product, self.connection())
    }

    /// The project's root, for relative paths.
    pub fn root(&self) -> &std::path::Path {
        &self.project.root
    }

    /// Refuses when the schema is frozen.
    pub fn refuse_frozen(&self) -> Result<(), Failure> {
        match self.lock.as_ref().and_then(|lock| lock.frozen.as_ref()) {
            None => Ok(()),
            Some(frozen) => Err(Error::new(format!("the schema is frozen for release {}", frozen.release))
                .hint("unfreeze it: `gen thaw`")
                .into()),
        }
    }

    /// The migrations of one dialect, oldest first, checked against the lock.
    pub fn migrations(&self, product: Product) -> Result<Vec<Migration>, Failure> {
        let mut migrations = self.project.migrations(product)?;
        migrations.retain(|migration| !self.is_amended(&migration.id));
        Ok(migrations)
    }

    /// Runs slow work on another thread, so that the database is queried concurrently.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let workspace = self.clone();
        match tokio::task::spawn_blocking(move || work(&workspace)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Error::new("internal error: a worker thread panicked").because(error).into()),
        }
    }

    /// E of one dialect, with the reader's warnings. An error of the reader is a failure.
    pub async fn model(&self, files: &SourceFiles, product: Product) -> Result<(Model, Vec<Diagnostic>), Failure> {
        match self.project.config.reader {
            EntityReader::Compiled => {
                let (model, found) = compiled::model(self, files, product).await?;
                let model = self.looked_at(model);
                self.refuse_unlisted(product, &model)?;
                self.refuse_unread_privileges(&model)?;
                Ok((model, found))
            }
            EntityReader::Source => self.written(files, product),
        }
    }

    /// The entity files, and E of every dialect. Source text is parsed on another thread.
    pub async fn models(&self) -> Result<Declared, Failure> {
        let _phase = self.phase("reading the entities");
        let mut models = Vec::new();
        if self.project.config.reader == EntityReader::Compiled {
            let files = self.files()?;
            for product in self.products() {
                let (model, found) = self.model(&files, *product).await?;
                models.push((*product, model, found));
            }
            return Ok((files, models));
        }
        let read = |workspace: &Self| {
            let files = workspace.files()?;
            for product in workspace.products() {
                let (model, found) = workspace.written(&files, *product)?;
                models.push((*product, model, found));
            }
            Ok((files, models))
        };
        self.aside(read).await
    }

    /// E of one dialect, from source text only.
    fn written(&self, files: &SourceFiles, product: Product) -> Result<(Model, Vec<Diagnostic>), Failure> {
        let (model, diagnostics) = files.read(product, &self.project.config.context);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Failure::Entities(diagnostics, files.to_vec()));
        }
        Ok((self.accepted(model, product)?, diagnostics))
    }

    /// What could be read of E of one dialect, with warnings and errors.
    pub(super) async fn understood(
        &self,
        files: &SourceFiles,
        product: Product,
    ) -> Result<(Model, Vec<Diagnostic>), Failure> {
        if self.project.config.reader == EntityReader::Compiled {
            return self.model(files, product).await;
        }
        let (model, diagnostics) = files.read(product, &self.project.config.context);
        Ok((self.accepted(model, product)?, diagnostics))
    }

    fn accepted(&self, model: Model, product: Product) -> Result<Model, Failure> {
        let model = self.looked_at(model);
        self.refuse_unlisted(product, &model)?;
        self.refuse_unread_privileges(&model)?;
        // It is always compared in this form; what cannot be normalised is reported there.
        let _ = model.normalized(|schema| self.tables.normalize(product, schema));
        Ok(model)
    }

    /// The entity files.
    pub fn files(&self) -> Result<SourceFiles, Failure> {
        Ok(self.project.entity_files()?)
    }

    /// Connects to the project's database and reads it. `None` when no address is known.
    pub async fn live(&self, missing: Missing) -> Result<Option<Live>, Error> {
        let Some(environment) = &self.environment else { return Ok(None) };
        if missing == Missing::Create {
            self.project.make_room(environment)?;
        }
        self.read(&environment.connection, missing).await.map(Some)
    }

    async fn read(&self, connection: &ConnectionOptions, missing: Missing) -> Result<Live, Error> {
        let phase = self.phase(format!("reading the database {connection}"));
        let live = self.tables.read(connection, missing, &self.scope()).await?;
        drop(phase);
        self.checked(live, connection)
    }

    /// Reads the database of an open session; `connection` is where it leads.
    #[cfg(feature = "sea-orm")]
    pub(super) async fn read_session(&self, session: Session, connection: &ConnectionOptions) -> Result<Live, Error> {
        let live = self.tables.read_session(session, connection, &self.scope()).await?;
        self.checked(live, connection)
    }

    fn checked(&self, mut live: Live, connection: &ConnectionOptions) -> Result<Live, Error> {
        self.leave_out_new_partitions(&mut live)?;
        self.follow_names(&mut live);
        if !self.products().contains(&live.product()) {
            return Err(self.not_a_dialect(connection, live.product()));
        }
        Ok(live)
    }

    /// Connects for a dry run: a missing SQLite file is not created; an empty in-memory database replaces it.
    pub async fn rehearsed(&self) -> Result<Live, Failure> {
        if !self.database_is_absent() {
            return self.required(Missing::Refuse).await;
        }
        let nowhere = ConnectionOptions::in_memory()?;
        Ok(self.read(&nowhere, Missing::Create).await?)
    }

    /// Connects; a missing address is an error.
    pub async fn required(&self, missing: Missing) -> Result<Live, Failure> {
        // The project's files are checked before a database is created, so that an error leaves none behind.
        if missing == Missing::Create && self.database_is_absent() && self.products().contains(&Product::Sqlite) {
            self.sealed_if_here(Product::Sqlite)?;
            let migrations = self.migrations(Product::Sqlite)?;
            if self.lock.is_some() {
                self.refuse_unsealed(Product::Sqlite, &migrations)?;
                run::pending(&[], &applicables(&migrations))?;
            }
        }
        match self.live(missing).await? {
            Some(live) => Ok(live),
            None => Err(Error::new("no database URL is set")
                .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
                .into()),
        }
    }

    /// The target of one dialect: the declared schema reconciled with a base.
    pub fn target(
        &self,
        product: Product,
        model: &Model,
        base: &Normalized,
        origins: &Origins,
    ) -> Result<TargetSchema, Failure> {
        let target = state::reconcile(dialect::of(product), model, base, origins, &self.policy());
        if let Ok(target) = &target {
            self.refuse_unfit_rows(product, model, target)?;
        }
        target.map_err(|unsupported| {
            let source = model.sources.get(&unsupported.place);
            let hint = unsupported.hint.clone();
            Failure::from(match source {
                Some(source) => {
                    Error::new(format!("{}: {unsupported}", text::location(&source, self.root()))).hint(hint)
                }
                None => unsupported.into(),
            })
        })
    }

    /// Refuses declared rows that their tables cannot hold.
    pub(super) fn refuse_unfit_rows(
        &self,
        product: Product,
        model: &Model,
        target: &TargetSchema,
    ) -> Result<(), Failure> {
        let unfit = state::unfit_rows(product, model, target.schema.schema());
        let Some(first) = unfit.first() else { return Ok(()) };
        let said = |row: &UnfitRow| format!("{}: {}", text::location(&row.source, self.root()), row.message);
        let error = Error::new(said(first)).hint(&first.hint);
        let others: Vec<String> = unfit.iter().skip(1).map(said).collect();
        Err(if others.is_empty() { error } else { error.because(others.join("\n")) }.into())
    }

    /// The policy, as configured.
    pub(super) fn policy(&self) -> Policy {
        let config = &self.project.config;
        Policy { undeclared: config.undeclared, types: self.types.clone(), naming: config.rules.naming.clone() }
    }

    /// The same, keeping undeclared objects.
    pub fn keeping(&self) -> Policy {
        self.policy().undeclared(Undeclared::Keep)
    }

    /// The forms that migrations are written in.
    pub fn forms(&self, offline: bool) -> Forms {
        if offline { Forms::Offline } else { self.project.config.forms }
    }
}

/// Migrations with the checksums of their files.
pub fn applicables(migrations: &[Migration]) -> Vec<Applicable<'_>> {
    migrations.iter().map(applicable).collect()
}

/// A migration with the checksum of its file.
pub fn applicable(migration: &Migration) -> Applicable<'_> {
    Applicable::new(migration, migration.checksum())
}

/// The lock's entry for a migration, without a proof.
pub fn locked(migration: &Migration) -> LockedMigration {
    LockedMigration {
        id: migration.id.clone(),
        checksum: migration.checksum(),
        from: migration.from.clone(),
        to: migration.to.clone(),
        proof: None,
        refuted: false,
        replaces: Vec::new(),
    }
}

/// The folder the command is run in.
pub fn current_folder() -> Result<std::path::PathBuf, Failure> {
    Ok(std::env::current_dir().map_err(|error| Error::new("cannot tell the current folder").because(error))?)
}
