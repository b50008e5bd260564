//! A backup before a run, checked by restoring it; and a database made from a backup.
//!
//! Must not know arguments, terminals or what is printed.

use std::path::{Path, PathBuf};

use sea_gen_runner::run::{self, DEFAULT_WAIT};
use sea_gen_runner::session::{ConnectionOptions, LEASE_TABLE, Missing, Session};
use sea_gen_runner::{Error, ErrorKind, sql};

use crate::dialect::{self, Forms};
use crate::diff::diff;
use crate::introspect::{self, SEAORM_HISTORY};
use crate::project::backups::{self, UnfinishedBackup};
use crate::project::fingerprint;
use crate::proof::Scratch;
use crate::schema::Product;

use super::{Failure, Live, Workspace, clients};

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
    let unfinished = UnfinishedBackup::begin(&workspace.root().join(folder), &name(&connection), product)?;
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
        let copy = ConnectionOptions::parse(&format!("sqlite:{}", file.display()), Path::new(""))?;
        let mut session = sea_gen_runner::session::connect(&copy, Missing::Refuse).await?;
        let found = read(workspace, &mut session).await;
        session.close().await;
        return found.map(Copy::Schema);
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
/// the new one, and its path is returned.
///
/// # Errors
/// The file is no backup of this product, or cannot be restored into a scratch database: then nothing is changed. The database is
/// not empty, or has another name.
pub async fn restore(workspace: &Workspace, file: &Path, replaces: Option<&str>) -> Result<Option<PathBuf>, Failure> {
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
    let phase = workspace.phase("restoring the backup into a scratch database");
    if let Copy::Unknown(why) = restored(workspace, of_file, &connection, file).await? {
        workspace.note(&format!("note: the backup could not be tried out before: {why}"));
    }
    drop(phase);
    if workspace.database_is_absent() {
        return Ok(backups::replace(file, connection.file().unwrap_or(file))?);
    }
    let mut live = workspace.required(Missing::Refuse).await?;
    let product = live.product();
    let is_empty = live.schema.schema().is_empty() && live.history.is_empty();
    if !is_empty && replaces.is_none() {
        live.session.close().await;
        return Err(Error::new(format!("the database {connection} is not empty; nothing was changed"))
            .of(ErrorKind::Refused)
            .hint(format!("to replace what is in it: `gen restore {} --replace {own}`", file.display()))
            .into());
    }
    let _phase = workspace.phase(format!("restoring {connection}"));
    if product == Product::Sqlite {
        // What other connections have written is in the file then.
        let _ = live.session.query("PRAGMA wal_checkpoint(TRUNCATE)").await;
        live.session.close().await;
        return Ok(backups::replace(file, connection.file().unwrap_or(file))?);
    }
    if !is_empty {
        let plan = diff(&live.schema, &dialect::nothing(), &[]);
        let drops = dialect::statements(dialect::of(product), Forms::Offline, &plan, live.schema.schema())?;
        run::execute(&mut live.session, &drops, DEFAULT_WAIT).await?;
    }
    let history = live.session.history_table().to_owned();
    for table in [history.as_str(), SEAORM_HISTORY, LEASE_TABLE] {
        let drop = format!("DROP TABLE IF EXISTS {}", sql::quote(product, table));
        let dropped = live.session.execute(&drop).await;
        dropped.map_err(|error| Error::new(format!("the table `{table}` cannot be dropped")).because(error))?;
    }
    live.session.close().await;
    let loaded = clients::load(product, &connection, file).await;
    loaded.map_err(|error| {
        error.hint(format!("the database is empty now; try again: `gen restore {}`", file.display()))
    })?;
    Ok(None)
}
