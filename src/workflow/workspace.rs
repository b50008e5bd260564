//! Loading the three states for a command: the project's files for every dialect, and the database for the one it speaks.
//!
//! Must not know what a command does with them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::{Heading, Migration};
use sea_gen_runner::run::{self, Applicable, Record};
use sea_gen_runner::session::{ConnectionOptions, DatabaseError, Missing, Session, connect};

use crate::dialect::reprint::Comparison;
use crate::dialect::{self, Forms, Product, Unsupported};
use crate::entity::{self, Diagnostic, Model, Severity, SourceFile};
use crate::introspect::{self, Scope, Unmanaged};
use crate::project::{EntityReader, Project, Writer};
use crate::schema::{Name, Normalized, Origins, Schema, Undeclared};
use crate::state::{self, Policy, TargetSchema, TypeRules};

use super::{Failure, Listener, Silent, compiled, scratch_server, text};

/// The project and what it says of itself.
#[derive(Clone)]
pub struct Workspace {
    /// The files and the configuration.
    pub project: Project,
    /// `None` before `gen init`.
    pub lock: Option<Lock>,
    /// The database's address, if any is known.
    pub connection: Option<ConnectionOptions>,
    /// Whether the address was given on the command line: then not reaching it is an error.
    pub explicit: bool,
    /// Whether the command line lets cargo run.
    pub run_cargo: bool,
    /// Who hears what a job has to say.
    pub listener: Arc<dyn Listener>,
    pub(super) types: TypeRules,
    pub(super) known: Known,
    /// The schemas that entities, SQL files and the snapshot name, once they are asked for.
    pub(super) named_schemas: Arc<OnceLock<Vec<Name>>>,
    /// The right to write the project's files.
    _writer: Option<Arc<Writer>>,
}

/// Which project to open, and with whom.
#[derive(Clone)]
pub struct Open {
    /// The folder to begin to look for the project in; the current one where it is left out.
    pub folder: Option<std::path::PathBuf>,
    /// The URL of the database, where it is not the one that the environment or the configuration says.
    pub database_url: Option<String>,
    /// Whether cargo may build and run the entities, where the configuration reads them compiled.
    pub run_cargo: bool,
    /// Who hears what a job has to say, and is asked.
    pub listener: Arc<dyn Listener>,
}

impl Default for Open {
    fn default() -> Self {
        Self { folder: None, database_url: None, run_cargo: false, listener: Arc::new(Silent) }
    }
}

/// What was read first of each dialect. What is read later shares the tables that are the same: nearly all of them are.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<BTreeMap<Product, Normalized>>>);

impl Known {
    pub(super) fn keep(&self, product: Product, schema: &Normalized) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(product).or_insert_with(|| schema.clone());
    }

    fn of(&self, product: Product) -> Normalized {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&product).cloned().unwrap_or_else(dialect::nothing)
    }

    /// Normalises a schema beside what is known.
    pub(super) fn normalize(&self, product: Product, schema: Schema) -> Result<Normalized, Unsupported> {
        dialect::of(product).normalize_beside(schema, self.of(product).schema())
    }
}

/// The entity files, and what they declare for each dialect.
pub type Declared = (Vec<SourceFile>, Vec<(Product, Model, Vec<Diagnostic>)>);

/// D: a database that answers.
pub struct Live {
    /// The connection.
    pub session: Session,
    /// The schema.
    pub schema: Normalized,
    /// The rows of the history, oldest first.
    pub history: Vec<Record>,
    /// What the model has no place for, each with why.
    pub unmanaged: Vec<Unmanaged>,
    /// The fingerprint of the schema as it was read, where it is held in other words now, or without some partitions.
    pub found: Option<String>,
    /// How expressions were compared that the parser could not bring to one form.
    pub comparison: Comparison,
}

impl Live {
    /// The dialect the server speaks, by its own word.
    pub fn product(&self) -> Product {
        self.session.product()
    }

    /// Reads history and schema again, by the same connection.
    pub async fn read_again(&mut self, workspace: &Workspace) -> Result<(), Failure> {
        let catalog = introspect::introspect(&mut self.session, &workspace.scope()).await;
        let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
        self.schema = workspace.known.normalize(self.product(), catalog.schema)?;
        self.history = run::history(&mut self.session).await?;
        self.found = None;
        workspace.leave_out_new_partitions(self)?;
        Ok(())
    }
}

impl Workspace {
    /// Finds the project and reads its configuration and lock.
    pub fn open(open: impl Into<Open>) -> Result<Self, Failure> {
        let Open { folder, database_url, run_cargo, listener } = open.into();
        let start = match folder {
            Some(folder) => folder,
            None => current_folder()?,
        };
        let project = Project::discover(&start)?;
        let lock = Lock::read(&project.lock_path())?;
        let connection = project.connection(database_url.as_deref())?;
        let types = TypeRules::with(&project.config.type_rules)
            .map_err(|error| error.hint("correct `type-rules` in the configuration"))?;
        Ok(Self {
            project,
            lock,
            connection,
            explicit: database_url.is_some(),
            run_cargo,
            listener,
            types,
            known: Known::default(),
            named_schemas: Arc::default(),
            _writer: None,
        })
    }

    /// The same for a command that writes files of the project: nobody else does until it has ended.
    pub fn open_to_write(open: impl Into<Open>, command: &str) -> Result<Self, Failure> {
        let open = open.into();
        let writer = Self::open(open.clone())?.writer(command)?;
        // Only what is read from now on is sure to be there when it is written.
        Ok(Self { _writer: Some(Arc::new(writer)), ..Self::open(open)? })
    }

    /// Waits until nobody else writes files of the project.
    pub fn writer(&self, command: &str) -> Result<Writer, Failure> {
        let tell = |holder: &str| self.note(&format!("waiting for {holder}, which is writing to this project"));
        Ok(Writer::begin(self.root(), command, run::DEFAULT_WAIT, tell)?)
    }

    /// Says something that is no part of a result.
    pub fn note(&self, text: &str) {
        self.listener.note(text);
    }

    /// Refuses to write files of the project without the right to: somebody else may be writing them.
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

    /// The dialect that speaks for the project where no database does.
    pub fn first(&self) -> Product {
        self.products().first().copied().unwrap_or(Product::Sqlite)
    }

    /// The database is an SQLite file that is not there yet.
    pub fn database_is_absent(&self) -> bool {
        self.connection.as_ref().and_then(ConnectionOptions::file).is_some_and(|path| !path.exists())
    }

    /// Where a scratch database of a product can be had: in memory, or beside the project's database.
    pub fn scratch_server(&self, product: Product) -> Result<Option<ConnectionOptions>, Error> {
        scratch_server(product, self.connection.as_ref())
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
                .hint("`gen thaw` lifts the seal")
                .into()),
        }
    }

    /// The migrations of one dialect, oldest first, checked against the lock.
    pub fn migrations(&self, product: Product) -> Result<Vec<Migration>, Failure> {
        Ok(self.project.migrations(product)?)
    }

    /// What the migration files of one dialect say of themselves, oldest first.
    pub fn headings(&self, product: Product) -> Result<Vec<Heading>, Failure> {
        Ok(self.project.headings(product)?)
    }

    /// Does what takes its time on a thread of its own, so that the database is asked meanwhile.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let workspace = self.clone();
        match tokio::task::spawn_blocking(move || work(&workspace)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Error::new("a thread broke off").because(error).into()),
        }
    }

    /// E of one dialect, with the reader's warnings. Errors of the reader end the command.
    pub async fn model(&self, files: &[SourceFile], product: Product) -> Result<(Model, Vec<Diagnostic>), Failure> {
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

    /// The entity files, and E of every dialect. What is read from their text is read on a thread of its own.
    pub async fn models(&self) -> Result<Declared, Failure> {
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

    /// E of one dialect by its text alone.
    fn written(&self, files: &[SourceFile], product: Product) -> Result<(Model, Vec<Diagnostic>), Failure> {
        let (model, diagnostics) = entity::read_with(files, product, &self.project.config.context);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Failure::Entities(diagnostics, files.to_vec()));
        }
        let model = self.looked_at(model);
        self.refuse_unlisted(product, &model)?;
        self.refuse_unread_privileges(&model)?;
        // Whatever is to be done with it, it is compared in this form; what cannot be said there is told of when it is.
        let _ = model.normalized(|schema| self.known.normalize(product, schema));
        Ok((model, diagnostics))
    }

    /// The entity files.
    pub fn files(&self) -> Result<Vec<SourceFile>, Failure> {
        Ok(self.project.entity_files()?)
    }

    /// Connects to the project's database and reads it. `None` when no address is known.
    pub async fn live(&self, missing: Missing) -> Result<Option<Live>, Error> {
        let Some(connection) = &self.connection else { return Ok(None) };
        if missing == Missing::Create {
            self.project.make_room(connection)?;
        }
        self.read(connection, missing).await.map(Some)
    }

    async fn read(&self, connection: &ConnectionOptions, missing: Missing) -> Result<Live, Error> {
        let mut live = read_beside(connection, missing, &self.scope(), &self.known).await?;
        self.leave_out_new_partitions(&mut live)?;
        if !self.products().contains(&live.product()) {
            return Err(self.not_a_dialect(connection, live.product()));
        }
        Ok(live)
    }

    /// Connects for a command that leaves no trace: where an SQLite file is not there yet, it is not made, and an empty
    /// database in memory stands for it.
    pub async fn rehearsed(&self) -> Result<Live, Failure> {
        if !self.database_is_absent() {
            return self.required(Missing::Refuse).await;
        }
        let nowhere = ConnectionOptions::in_memory()?;
        Ok(self.read(&nowhere, Missing::Create).await?)
    }

    /// Connects, or says that there is nothing to connect to.
    pub async fn required(&self, missing: Missing) -> Result<Live, Failure> {
        // What is wrong in the project's files is found before a database is made that would be left behind.
        if missing == Missing::Create && self.database_is_absent() && self.products().contains(&Product::Sqlite) {
            self.sealed(Product::Sqlite)?;
            let migrations = self.migrations(Product::Sqlite)?;
            if self.lock.is_some() {
                self.refuse_unsealed(Product::Sqlite, &migrations)?;
                run::pending(&[], &applicables(&migrations))?;
            }
        }
        match self.live(missing).await? {
            Some(live) => Ok(live),
            None => Err(Error::new("no database is named")
                .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
                .into()),
        }
    }

    /// The target of one dialect: what is declared, brought together with a base.
    pub fn target(
        &self,
        product: Product,
        model: &Model,
        base: &Normalized,
        origins: &Origins,
    ) -> Result<TargetSchema, Failure> {
        let target = state::reconcile(dialect::of(product), model, base, origins, &self.policy());
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

    /// How the code is understood, as configured.
    pub(super) fn policy(&self) -> Policy {
        Policy { undeclared: self.project.config.undeclared, types: self.types.clone() }
    }

    /// The same, keeping what nobody declares.
    pub fn keeping(&self) -> Policy {
        self.policy().undeclared(Undeclared::Keep)
    }

    /// The forms that migrations are written in.
    pub fn forms(&self, offline: bool) -> Forms {
        if offline { Forms::Offline } else { self.project.config.forms }
    }
}

/// Connects to a database and reads all of it.
pub async fn read(connection: &ConnectionOptions, missing: Missing, scope: &Scope) -> Result<Live, Error> {
    read_beside(connection, missing, scope, &Known::default()).await
}

async fn read_beside(
    connection: &ConnectionOptions,
    missing: Missing,
    scope: &Scope,
    known: &Known,
) -> Result<Live, Error> {
    let mut session = connect(connection, missing).await?;
    let product = session.product();
    let beside = || known.of(product);
    let catalog = introspect::introspect_beside(&mut session, scope, &beside).await.map_err(|error| {
        Error::new(format!("cannot read the catalog of {connection}"))
            .hint(match is_timeout(product, &error) {
                true => "it took longer than the server allows a statement: raise `statement_timeout` or `max_statement_time` for this role",
                false => "the role needs to be able to read the catalog; DDL rights are not needed",
            })
            .because(error)
    })?;
    let schema = known.normalize(product, catalog.schema)?;
    let history = run::history(&mut session).await?;
    let (found, comparison) = Default::default();
    Ok(Live { session, schema, history, unmanaged: catalog.unmanaged, found, comparison })
}

/// Whether the server stopped a statement because it took too long.
fn is_timeout(product: Product, error: &DatabaseError) -> bool {
    let codes: &[&str] = match product {
        Product::Postgres => &["57014"],
        Product::MySql | Product::MariaDb => &["3024", "1969", "70100", "HY000/3024"],
        Product::Sqlite => &[],
    };
    error.code.as_deref().is_some_and(|code| codes.contains(&code)) || error.message.contains("max_statement_time")
}

/// Migrations with the checksums of their files.
pub fn applicables(migrations: &[Migration]) -> Vec<Applicable<'_>> {
    migrations.iter().map(applicable).collect()
}

/// A migration with the checksum of its file.
pub fn applicable(migration: &Migration) -> Applicable<'_> {
    Applicable { migration, checksum: migration.checksum() }
}

/// The line of the lock for a migration; nothing is proven of it yet.
pub fn locked(migration: &Migration) -> LockedMigration {
    LockedMigration {
        id: migration.id.clone(),
        checksum: migration.checksum(),
        from: migration.from.clone(),
        to: migration.to.clone(),
        proof: None,
        refuted: false,
    }
}

/// The folder the command is run in.
pub fn current_folder() -> Result<std::path::PathBuf, Failure> {
    Ok(std::env::current_dir().map_err(|error| Error::new("cannot tell the current folder").because(error))?)
}
