//! Where a session works: one of many schemas, databases or files that one program migrates.
//!
//! A session goes from one schema to the next, and from one database of MySQL or MariaDB to the next; elsewhere a connection leads to one
//! database. Must not know whose they are, or what is done there.

use std::path::PathBuf;

use crate::{Product, sql};

use super::driver::Endpoint;
use super::{Companion, ConnectionOptions, DatabaseError, Session};

/// A schema, database or file in which unqualified names are looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// A schema (PostgreSQL), and the search path behind it.
    Schema {
        /// The name of the schema.
        name: String,
        /// The rest of the search path, as the server prints it.
        behind: String,
    },
    /// A database of the same server.
    Database(String),
    /// An SQLite file.
    File(PathBuf),
}

impl Home {
    /// The name of the schema or database, or the path of the file.
    pub fn name(&self) -> String {
        match self {
            Self::Schema { name, .. } | Self::Database(name) => name.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The search path with the schema in front.
    fn search_path(name: &str, behind: &str) -> String {
        let first = sql::quote(Product::Postgres, name);
        if behind.trim().is_empty() { first } else { format!("{first}, {behind}") }
    }
}

impl ConnectionOptions {
    /// The same connection, whose sessions begin at another home.
    #[must_use]
    pub fn at(&self, home: &Home) -> Self {
        let mut there = self.clone();
        match home {
            Home::Schema { name, behind } => there.options.set_search_path(&Home::search_path(name, behind)),
            Home::Database(name) => {
                there.options.lead_to(name);
                if let Endpoint::Server { database, .. } = &mut there.endpoint {
                    database.clone_from(name);
                }
            }
            Home::File(path) => {
                there.options.open_file(path);
                there.endpoint = Endpoint::File { path: path.clone(), shown: path.display().to_string() };
            }
        }
        there
    }
}

/// What one run leaves in its session for the next one.
#[derive(Default)]
pub(super) struct Stay {
    /// Whether the timeouts of a run are set.
    is_limited: bool,
    /// The second connection, once a run has opened it.
    pub(super) companion: Option<Companion>,
}

impl Session {
    /// Lets the timeouts of a run and its second connection last until the session is closed: for runs that follow each other, of
    /// migrations that set nothing in their session ([`changes_session`](crate::run::changes_session)).
    pub fn stay(&mut self) {
        self.stay.get_or_insert_default();
    }

    /// Whether several runs follow each other in this session.
    pub(crate) fn stays(&self) -> bool {
        self.stay.is_some()
    }

    /// Whether the timeouts of a run are set already. From now on they count as set.
    pub(crate) fn was_limited(&mut self) -> bool {
        self.stay.as_mut().is_some_and(|stay| std::mem::replace(&mut stay.is_limited, true))
    }

    /// Keeps the second connection for the next run, or opens it for this one alone, which then has to close it.
    pub(crate) async fn accompany(&mut self) -> Option<Companion> {
        if self.stay.as_ref().is_some_and(|stay| stay.companion.is_some()) {
            return None;
        }
        let companion = self.open_companion(None).await;
        match &mut self.stay {
            Some(stay) => {
                stay.companion = companion;
                None
            }
            None => companion,
        }
    }

    /// Goes to another home, if one session can: another schema (PostgreSQL) or database (MySQL and MariaDB). The name of the one it
    /// is in then: on PostgreSQL another one than that of the home if the schema does not exist, or the role may not use it.
    ///
    /// # Errors
    /// The database's refusal; a connection leads to one database.
    pub async fn go_to(&mut self, home: &Home) -> Result<Option<String>, DatabaseError> {
        let sql = match (self.product, home) {
            (Product::Postgres, Home::Schema { name, behind }) => {
                let path = sql::literal(self.product, &Home::search_path(name, behind));
                format!("SELECT pg_catalog.set_config('search_path', {path}, false), current_schema()")
            }
            (Product::MySql | Product::MariaDb, Home::Database(name)) => {
                self.execute(&format!("USE {}", sql::quote(self.product, name))).await?;
                return Ok(Some(name.clone()));
            }
            _ => return Err(DatabaseError::not_sent("the session cannot go to another database")),
        };
        Ok(self.query(&sql).await?.first().and_then(|row| row.get(1).map(str::to_owned)))
    }
}
