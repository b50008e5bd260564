//! The privileges that a role needs for its work, as SQL to be read and run by an administrator.
//!
//! Must not know what the role has already.

use sea_gen_runner::run;
use sea_gen_runner::session::{Missing, connect};
use sea_gen_runner::{Error, sql};

use crate::schema::Product;

use super::{Failure, Workspace};

/// What a role does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// It applies migrations.
    Migrate,
    /// It is that of the application: it reads and writes rows, and checks at its start that nothing is pending.
    Run,
    /// It reads the history and the catalog.
    Status,
}

/// Where the work is.
struct Site {
    database: String,
    /// The schemas, quoted; for PostgreSQL only.
    schemas: Vec<String>,
    /// The history and its log in the first of them, with its schema or database, quoted.
    records: Vec<String>,
}

/// The product of the database, and the statements that give `role` what it needs. On MySQL and MariaDB a role without a host is one of every host.
///
/// # Errors
/// No database is set, or it cannot be reached; an SQLite database, which has no roles.
pub async fn grants(workspace: &Workspace, work: Work, role: &str) -> Result<(Product, Vec<String>), Failure> {
    let connection = workspace.connection().ok_or_else(|| {
        Error::new("no database URL is set")
            .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
    })?;
    let no_roles = || {
        Error::new("an SQLite database has no roles").hint("what counts are the rights on the file and on its folder")
    };
    if connection.product_hint() == Product::Sqlite {
        return Err(no_roles().into());
    }
    let mut session = connect(connection, Missing::Refuse).await?;
    session.name_history(workspace.project.config.history.as_deref());
    let product = session.product();
    let home = match product {
        Product::Postgres => session.query("SELECT current_schema()").await.map(|rows| first(&rows)),
        Product::MySql | Product::MariaDb | Product::Sqlite => session.database().await,
    };
    let database = session.database().await;
    let tables = run::tables(&mut session).await;
    session.close().await;
    let unreadable = |error| Error::new("the database could not be asked for its name").because(error);
    let (home, database) = (home.map_err(unreadable)?, database.map_err(unreadable)?);
    let quote = |name: &str| sql::quote(product, name);
    let records = tables?;
    let others = workspace.schemas().into_iter().map(|name| name.as_str().to_owned()).filter(|name| *name != home);
    let schemas = std::iter::once(home.clone()).chain(others).map(|name| quote(&name)).collect();
    let site = Site { database: quote(&database), schemas, records };
    let statements = match product {
        Product::Postgres => site.postgres(work, &quote(role)),
        Product::MySql | Product::MariaDb | Product::Sqlite => site.mysql(work, &user(role)),
    };
    Ok((product, statements))
}

fn first(rows: &sea_gen_runner::session::Rows) -> String {
    rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default()
}

/// `user@host` as an account.
fn user(role: &str) -> String {
    let (name, host) = role.rsplit_once('@').unwrap_or((role, "%"));
    let literal = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    format!("{}@{}", literal(name), literal(host))
}

impl Site {
    fn postgres(&self, work: Work, role: &str) -> Vec<String> {
        let mut statements = vec![format!("GRANT CONNECT ON DATABASE {} TO {role}", self.database)];
        for schema in &self.schemas {
            match work {
                Work::Status => {}
                Work::Migrate => statements.push(format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}")),
                Work::Run => statements.extend([
                    format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
                    format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}"),
                    format!("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"),
                    // What the next migrations make belongs to the role that runs this, which is the one that migrates.
                    format!("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"),
                    format!("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}"),
                ]),
            }
        }
        let home = self.schemas.first().map(String::as_str).unwrap_or_default();
        match work {
            Work::Status => statements.extend([
                format!("GRANT USAGE ON SCHEMA {home} TO {role}"),
                format!("GRANT SELECT ON {} TO {role}", self.records.join(", ")),
            ]),
            Work::Run => {
                statements.push(format!("REVOKE INSERT, UPDATE, DELETE ON {} FROM {role}", self.records.join(", ")));
            }
            // Only its owner may alter a table.
            Work::Migrate => statements.push(format!("GRANT CREATE ON DATABASE {} TO {role}", self.database)),
        }
        statements
    }

    fn mysql(&self, work: Work, role: &str) -> Vec<String> {
        const MIGRATE: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, \
                               TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, EVENT";
        match work {
            Work::Migrate => vec![format!("GRANT {MIGRATE} ON {}.* TO {role}", self.database)],
            Work::Run => {
                vec![format!("GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON {}.* TO {role}", self.database)]
            }
            // A role sees the tables on which it has a privilege; this one reads and changes no row.
            Work::Status => {
                let records = self.records.iter().map(|table| format!("GRANT SELECT ON {table} TO {role}"));
                let catalog = format!("GRANT REFERENCES, SHOW VIEW ON {}.* TO {role}", self.database);
                records.chain([catalog]).collect()
            }
        }
    }
}

/// What the statements cannot give, in a sentence; `None` if they are all that is needed.
pub fn beside(product: Product, work: Work) -> Option<&'static str> {
    match (product, work) {
        (Product::Postgres, Work::Migrate) => Some(
            "only its owner may alter a table: let this role own the tables (`REASSIGN OWNED BY … TO …`), or be a member of the role that does",
        ),
        (Product::Postgres, Work::Run) => {
            Some("run this as the role that migrates: default privileges hold for what that role makes")
        }
        (Product::MySql, Work::Migrate) => Some(
            "with the binary log on, triggers and functions need `log_bin_trust_function_creators`, or more privileges",
        ),
        (Product::MySql | Product::MariaDb, Work::Status) => Some(
            "triggers, routines and events are shown to roles only that may change them: they look as if they were missing",
        ),
        _ => None,
    }
}
