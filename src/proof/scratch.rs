//! Scratch databases: an empty database of the same product, for proofs.
//!
//! Must not know proofs.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_gen_runner::session::{
    ConnectionOptions, DatabaseError, Missing, Session, Unfinished, connect, interrupted, server_of,
};
use sea_gen_runner::{Error, Result};

use crate::dialect::{self, Product};
use crate::schema::Name;

/// The prefix of every scratch database's name.
pub(super) const PREFIX: &str = "sea_gen_scratch_";

/// A counter that makes names unique within a process.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A temporary database. Dropping the value does not drop the database, [`Scratch::drop`] does, because a destructor cannot
/// wait.
pub struct Scratch {
    name: String,
    /// The connection to the server that created the database and will drop it; `None` on SQLite, whose scratch
    /// database is in memory.
    server: Option<Session>,
    leftovers: Vec<String>,
    _unfinished: Unfinished,
}

impl Scratch {
    /// Creates an empty database on the server of `options`, with the same encoding and collation, and connects to it.
    ///
    /// # Errors
    /// No connection; the role may not create databases; the connection leads to another database than the one created.
    pub async fn create(options: &ConnectionOptions) -> Result<(Self, Session)> {
        let _unfinished = Unfinished::begin();
        let mut scratch = Self { name: String::new(), server: None, leftovers: Vec::new(), _unfinished };
        if options.product_hint() == Product::Sqlite {
            let session = scratch.connect(&ConnectionOptions::in_memory()?.for_scratch(":memory:")).await?;
            ":memory:".clone_into(&mut scratch.name);
            return Ok((scratch, session));
        }
        let mut server = connect(options, Missing::Refuse).await?;
        server.refuse_shared()?;
        scratch.name = unique_name();
        create_database(&mut server, &scratch.name).await.map_err(|error| refused(&server, options, error))?;
        scratch.leftovers = leftovers(&mut server, &scratch.name).await.unwrap_or_default();
        scratch.server = Some(server);
        match scratch.connect(&options.for_scratch(&scratch.name)).await {
            Ok(session) => Ok((scratch, session)),
            Err(error) => {
                let _ = scratch.remove().await;
                Err(error)
            }
        }
    }

    /// Connects and checks the database's name on the server, because a pooler may map every name to the same database.
    async fn connect(&self, options: &ConnectionOptions) -> Result<Session> {
        let mut session = connect(options, Missing::Refuse).await?;
        match session.database().await {
            Ok(name) if name == self.name => Ok(session),
            Ok(name) => Err(Error::new(format!(
                "the connection to the scratch database `{}` reached the database `{name}`; nothing was sent to it",
                self.name
            ))
            .hint("name the server itself in the database URL, not a pooler that maps every name to one database")),
            Err(error) => Err(Error::new("the scratch database does not report its name").because(error)),
        }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Scratch databases without connections, left behind by a killed process. They are not dropped, because another
    /// process may own them.
    pub fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// Drops the database. Its session should be closed; an open one is terminated if the database can do that.
    ///
    /// # Errors
    /// The database's refusal, with the statement that drops it; that somebody has asked for the end.
    pub async fn drop(mut self) -> Result<()> {
        let result = self.remove().await;
        if let Some(server) = self.server.take() {
            server.close().await;
        }
        result?;
        // The work on it was interrupted, so its result is unknown.
        if interrupted() {
            return Err(Error::new("interrupted; the scratch database was dropped, and nothing was written"));
        }
        Ok(())
    }

    async fn remove(&mut self) -> Result<()> {
        let Some(server) = &mut self.server else { return Ok(()) };
        let quoted = dialect::of(server.product()).quote(&Name::from(self.name.as_str()));
        let sql = match server.product() {
            Product::Postgres => format!("DROP DATABASE {quoted} WITH (FORCE)"),
            Product::MySql | Product::MariaDb | Product::Sqlite => format!("DROP DATABASE {quoted}"),
        };
        server.execute(&sql).await.map(|_| ()).map_err(|error| {
            Error::new(format!("the scratch database `{}` could not be dropped", self.name))
                .hint(format!("drop it by hand: `{sql}`"))
                .because(error)
        })
    }
}

/// A unique name: process, counter and time. Process ids may be equal in two containers.
fn unique_name() -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos();
    let (process, count) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    format!("{PREFIX}{process}_{count}_{:08x}", (nanos ^ (nanos >> 32)) & 0xffff_ffff)
}

/// `template0` and not `template1`: it allows no connections, which would block the copy.
async fn create_database(server: &mut Session, name: &str) -> Result<(), DatabaseError> {
    let quoted = dialect::of(server.product()).quote(&Name::from(name));
    let question = match server.product() {
        // A setting that the version lacks is NULL and is left out.
        Product::Postgres => {
            "SELECT format('TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', \
                      pg_encoding_to_char(d.encoding), d.datcollate, d.datctype) \
                    || coalesce(CASE t.facts->>'datlocprovider' WHEN 'c' THEN ' LOCALE_PROVIDER libc' \
                         WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', t.locale) \
                         WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', t.locale) END, '') \
                    || coalesce(' ICU_RULES ' || quote_literal(nullif(t.facts->>'daticurules', '')), '') \
               FROM pg_catalog.pg_database d, \
                    LATERAL (SELECT to_jsonb(d) AS facts, coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale) t \
              WHERE d.datname = current_database()"
        }
        Product::MySql | Product::MariaDb | Product::Sqlite => {
            "SELECT CONCAT('CHARACTER SET ', @@character_set_database, ' COLLATE ', @@collation_database)"
        }
    };
    let settings = server.query(question).await?.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
    server.execute(&format!("CREATE DATABASE {quoted} {settings}")).await.map(|_| ())
}

/// The unused scratch databases.
async fn leftovers(server: &mut Session, own: &str) -> Result<Vec<String>, DatabaseError> {
    let sql = match server.product() {
        Product::Postgres => {
            "SELECT d.datname FROM pg_catalog.pg_database d WHERE NOT EXISTS \
               (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) ORDER BY d.datname"
        }
        Product::MySql | Product::MariaDb | Product::Sqlite => {
            "SELECT s.schema_name FROM information_schema.schemata s WHERE NOT EXISTS \
               (SELECT 1 FROM information_schema.processlist p WHERE p.db = s.schema_name) ORDER BY s.schema_name"
        }
    };
    let names = server.query(sql).await?;
    let names = names.iter().map(|row| row.text(0)).filter(|name| name.starts_with(PREFIX) && *name != own);
    Ok(names.map(str::to_owned).collect())
}

fn refused(server: &Session, options: &ConnectionOptions, error: DatabaseError) -> Error {
    let user = options.user();
    let hint = match server.product() {
        Product::Postgres => format!("allow it: `ALTER ROLE \"{user}\" CREATEDB`"),
        Product::MySql | Product::MariaDb | Product::Sqlite => {
            format!("allow it: GRANT ALL ON `sea\\_gen\\_scratch\\_%`.* TO '{user}'@'%'")
        }
    };
    let message = format!("the user `{user}` could not create a scratch database on {}", server_of(options));
    Error::new(message).hint(hint).because(error)
}
