//! A backup before a run, checked by restoring it; and a database made from a backup.
//!
//! Must not know arguments, terminals or what is printed.

use std::path::{Path, PathBuf};

use sea_gen_runner::run::{self, DEFAULT_WAIT};
use sea_gen_runner::session::{ConnectionOptions, LEASE_TABLE, Missing, Session, Unfinished};
use sea_gen_runner::{Error, ErrorKind, sql};

use crate::dialect::{self, Forms, Role};
use crate::diff::diff;
use crate::introspect::{self, SEAORM_HISTORY};
use crate::lint::allow::in_shell;
use crate::project::backups::{self, Replacement, UnfinishedBackup};
use crate::project::fingerprint;
use crate::proof::Scratch;
use crate::schema::Product;

use super::{Failure, Live, Workspace, clients, repeatable};

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Why it could not be restored into a scratch database, if it was not.
    pub unchecked: Option<String>,
}

/// Copies the database into a new file of a folder, and restores the file into a scratch database, whose schema must be the same.
///
/// # Errors
/// The database cannot be copied; the copy has another schema. Then no file is left.
pub async fn backup(workspace: &Workspace, live: &mut Live, folder: &Path) -> Result<Backup, Failure> {
    let connection = connection(workspace)?;
    let product = live.product();
    // An interrupt ends what runs; the file and the scratch database are removed then.
    let _unfinished = Unfinished::begin();
    let database = name(&connection);
    let label = match workspace.environment.as_ref().and_then(|environment| environment.name.as_ref()) {
        Some(environment) => format!("{environment}_{database}"),
        None => database,
    };
    let unfinished = UnfinishedBackup::begin(&workspace.root().join(folder), &label, product)?;
    let phase = workspace.phase(format!("copying {connection}"));
    clients::dump(&mut live.session, &connection, unfinished.place()).await?;
    drop(phase);
    let _phase = workspace.phase("restoring the backup into a scratch database");
    let unchecked = match restored(workspace, product, &connection, unfinished.place()).await? {
        Copy::Schema(found) => {
            if found != read(workspace, &mut live.session).await? {
                return Err(Error::new("the backup has another schema than the database; nothing was run")
                    .hint("did another process change the database meanwhile? try again")
                    .into());
            }
            None
        }
        Copy::Unknown(why) => Some(why),
    };
    run::goes_on().map_err(|error| Error::new("no backup was made").because(error))?;
    let (path, size) = unfinished.keep()?;
    Ok(Backup { path, size, unchecked })
}

/// What a backup has become when it was restored.
enum Copy {
    /// The fingerprint of its schema.
    Schema(String),
    /// There is no scratch database, for this reason.
    Unknown(String),
}

/// Restores a file into a scratch database, and reads it.
async fn restored(
    workspace: &Workspace,
    product: Product,
    connection: &ConnectionOptions,
    file: &Path,
) -> Result<Copy, Failure> {
    if product == Product::Sqlite {
        let mut session = sea_gen_runner::session::connect(&file_options(file)?, Missing::Refuse).await?;
        let found = read(workspace, &mut session).await;
        session.close().await;
        return found.map(Copy::Schema);
    }
    if matches!(product, Product::MySql | Product::MariaDb) {
        clients::refuse_other_databases(file)?;
    }
    let (scratch, mut session) = match Scratch::create(connection).await {
        Ok(scratch) => scratch,
        Err(error) => return Ok(Copy::Unknown(error.to_string())),
    };
    let loaded = clients::load(product, &connection.for_scratch(scratch.name()), file).await;
    let found = match loaded {
        Ok(()) => read(workspace, &mut session).await,
        Err(error) => Err(Error::new("the backup cannot be restored").because(error).into()),
    };
    session.close().await;
    scratch.drop().await?;
    found.map(Copy::Schema)
}

/// The fingerprint of a database's schema.
async fn read(workspace: &Workspace, session: &mut Session) -> Result<String, Failure> {
    let catalog = introspect::introspect(session, &workspace.scope()).await;
    let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
    let schema = dialect::of(session.product()).normalize(catalog.schema)?;
    Ok(fingerprint(schema.schema()))
}

fn connection(workspace: &Workspace) -> Result<ConnectionOptions, Failure> {
    let connection = workspace.connection().cloned().ok_or_else(|| {
        Error::new("no database URL is set")
            .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
    })?;
    Ok(connection)
}

/// The name of a database: that on its server, or that of its file.
pub fn name(connection: &ConnectionOptions) -> String {
    match connection.file() {
        Some(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        None => connection.database().to_owned(),
    }
}

/// Makes a database from a backup. One that is not empty is emptied before, if `replaces` is its [name]; an SQLite file is kept beside
/// the new one, and its path is returned. `besides` is what a command to suggest says besides file and name.
///
/// # Errors
/// The file is no backup of this product, or cannot be restored into a scratch database: then nothing is changed. The database is
/// not empty, or has another name.
pub async fn restore(
    workspace: &Workspace,
    file: &Path,
    replaces: Option<&str>,
    besides: &str,
) -> Result<Option<PathBuf>, Failure> {
    workspace.refuse_protected()?;
    let connection = connection(workspace)?;
    let of_file = backups::product_of(file)?;
    if !connection.may_be(of_file) {
        return Err(Error::new(format!(
            "`{}` is a backup of {of_file}, and the database is {connection}",
            file.display()
        ))
        .into());
    }
    let own = name(&connection);
    if let Some(other) = replaces.filter(|name| *name != own) {
        return Err(Error::new(format!(
            "the database is `{own}`, and `{other}` was to be replaced; nothing was changed"
        ))
        .into());
    }
    let _unfinished = Unfinished::begin();
    let phase = workspace.phase("restoring the backup into a scratch database");
    if let Copy::Unknown(why) = restored(workspace, of_file, &connection, file).await? {
        workspace.note(&format!("note: the backup could not be tried out before: {why}"));
    }
    drop(phase);
    run::goes_on().map_err(|error| Error::new("nothing was changed").because(error))?;
    let anew = format!("gen restore {}{besides}", in_shell(&file.display().to_string()));
    let again = format!("{anew} --replace {}", in_shell(&own));
    if of_file == Product::Sqlite {
        return put_file(workspace, &connection, file, replaces.is_some(), &again).await;
    }
    let mut live = workspace.required(Missing::Refuse).await?;
    let session = &mut live.session;
    let _phase = workspace.phase(format!("restoring {connection}"));
    // Under the lock no other runner begins before everything is loaded.
    let loaded = run::under_lock(session, DEFAULT_WAIT, async |session: &mut Session| {
        if !objects(session).await?.is_empty() {
            refuse_unless(replaces.is_some(), &connection, &again)?;
            empty(session, workspace).await?;
        }
        let product = session.product();
        clients::load(product, &connection, file).await.map_err(|error| match product {
            Product::MySql | Product::MariaDb => {
                error.hint(format!("a part of the backup is in the database now; try again: `{again}`"))
            }
            Product::Postgres | Product::Sqlite => {
                error.hint(format!("the database is empty now; try again: `{anew}`"))
            }
        })?;
        Ok::<_, Failure>(())
    })
    .await;
    live.session.close().await;
    loaded?;
    Ok(None)
}

/// Puts a copy of an SQLite file in place of the database's. Returns where that one is now.
async fn put_file(
    workspace: &Workspace,
    connection: &ConnectionOptions,
    file: &Path,
    replaces: bool,
    again: &str,
) -> Result<Option<PathBuf>, Failure> {
    let target = connection.file().ok_or_else(|| Error::new("the database is in memory, so it cannot be restored"))?;
    let replacement = Replacement::begin(target)?;
    let mut source = sea_gen_runner::session::connect(&file_options(file)?, Missing::Refuse).await?;
    let copied = clients::dump(&mut source, connection, replacement.place()).await;
    source.close().await;
    copied?;
    if workspace.database_is_absent() {
        return Ok(replacement.put()?);
    }
    let mut session = sea_gen_runner::session::connect(connection, Missing::Refuse).await?;
    let put = async {
        hold_file(&mut session).await?;
        if !objects(&mut session).await?.is_empty() {
            refuse_unless(replaces, connection, again)?;
        }
        Ok::<_, Failure>(replacement.put()?)
    };
    let put = put.await;
    let _ = session.rollback().await;
    session.close().await;
    put
}

/// Takes what others have written into the file itself, and locks it for everybody else until the transaction ends.
async fn hold_file(session: &mut Session) -> Result<(), Error> {
    let in_use = |error| {
        Error::new("another process has the database open; nothing was changed")
            .of(ErrorKind::Busy)
            .hint("find the process that has the file open (`fuser <file>`), end it, and try again")
            .because(error)
    };
    session.query("PRAGMA journal_mode = DELETE").await.map_err(in_use)?;
    session.execute("BEGIN EXCLUSIVE").await.map(drop).map_err(in_use)
}

fn file_options(path: &Path) -> Result<ConnectionOptions, Error> {
    let place = path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    ConnectionOptions::parse(&format!("sqlite:{place}"), Path::new(""))
}

fn refuse_unless(replaces: bool, connection: &ConnectionOptions, again: &str) -> Result<(), Error> {
    if replaces {
        return Ok(());
    }
    Err(Error::new(format!("the database {connection} is not empty; nothing was changed"))
        .of(ErrorKind::Refused)
        .hint(format!("to replace what is in it: `{again}`")))
}

/// Drops everything that the project knows of a database, what repeatable files made included. On PostgreSQL nothing is dropped if
/// something else would stay.
async fn empty(session: &mut Session, workspace: &Workspace) -> Result<(), Failure> {
    let product = session.product();
    let schema = dialect::of(product).normalize(repeatable::whole_schema(session, workspace).await?)?;
    let plan = diff(&schema, &dialect::nothing(), &[]);
    let drops = dialect::statements(dialect::of(product), Forms::Offline, &plan, schema.schema())?;
    let mut drops: Vec<String> =
        drops.into_iter().filter(|drop| drop.role == Role::Change).map(|drop| drop.sql).collect();
    let records = run::tables(session).await?.into_iter().chain([sql::quote(product, SEAORM_HISTORY)]);
    drops.extend(records.map(|table| format!("DROP TABLE IF EXISTS {table}")));
    let database = |error| Error::new("the database cannot be emptied").of(ErrorKind::Database).because(error);
    let is_whole = product == Product::Postgres;
    if is_whole {
        session.begin().await.map_err(database)?;
    }
    let dropped = drop_each(session, &drops).await;
    if !is_whole {
        return Ok(dropped.map_err(|error| error.hint("a part of the database is dropped; run the command again"))?);
    }
    if let Err(error) = dropped {
        let _ = session.rollback().await;
        return Err(error.hint("nothing was changed").into());
    }
    session.commit().await.map_err(database)?;
    Ok(())
}

/// Drops objects, and on PostgreSQL the schemas that are empty then.
///
/// # Errors
/// The database's refusal; on PostgreSQL other objects are left.
async fn drop_each(session: &mut Session, drops: &[String]) -> Result<(), Error> {
    for drop in drops {
        session.execute(drop).await.map_err(|error| Error::new(format!("`{drop}` failed")).because(error))?;
    }
    if session.product() != Product::Postgres {
        return Ok(());
    }
    let left = objects(session).await?;
    if left.is_empty() {
        let unread = |error| Error::new("cannot read the catalog").because(error);
        let schemas = session.query(OWN_SCHEMAS).await.map_err(unread)?;
        for schema in schemas.iter().map(|row| row.text(0)) {
            let dropped = session.execute(&format!("DROP SCHEMA {schema}")).await;
            dropped.map_err(|error| Error::new(format!("the schema {schema} cannot be dropped")).because(error))?;
        }
        return Ok(());
    }
    let others = left.len().saturating_sub(SHOWN);
    let mut names = left.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if others > 0 {
        names.push_str(&format!(" and {others} more"));
    }
    Err(Error::new(format!("the database has objects that the project does not manage, and they would stay: {names}"))
        .of(ErrorKind::Refused)
        .hint(
            "restore into a new database: `gen restore <FILE> --database-url …`, and connect the application to that one",
        ))
}

/// The schemas of a PostgreSQL database that a dump creates.
const OWN_SCHEMAS: &str = "SELECT pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace
    WHERE nspname NOT IN ('information_schema', 'public') AND nspname !~ '^pg_' ORDER BY 1";

/// How many objects a message names.
const SHOWN: usize = 5;

/// The objects of a database that are no part of the system or of an extension, whether the project knows them or not. A lease is
/// none: the lock that is held may need it.
async fn objects(session: &mut Session) -> Result<Vec<String>, Error> {
    let query = match session.product() {
        Product::Postgres => {
            "SELECT pg_catalog.format('%I.%I', n.nspname, o.name) FROM (
                SELECT relnamespace AS schema, relname AS name, oid, 'pg_catalog.pg_class'::pg_catalog.regclass AS catalog
                    FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
                UNION ALL SELECT pronamespace, proname, oid, 'pg_catalog.pg_proc'::pg_catalog.regclass FROM pg_catalog.pg_proc
                UNION ALL SELECT typnamespace, typname, oid, 'pg_catalog.pg_type'::pg_catalog.regclass
                    FROM pg_catalog.pg_type WHERE typtype IN ('e', 'd', 'r')
            ) o JOIN pg_catalog.pg_namespace n ON n.oid = o.schema
            WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
            ORDER BY 1"
        }
        Product::MySql | Product::MariaDb => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
            UNION ALL SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()
            UNION ALL SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()"
        }
        Product::Sqlite => "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    };
    let rows = session.query(query).await;
    let rows = rows.map_err(|error| Error::new("cannot read the catalog").because(error))?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).filter(|name| name != LEASE_TABLE).collect())
}
