//! Finds the tenants by the configuration: their names, and the schema, database or file of each.
//!
//! Must not know what is done with them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_gen_runner::session::{Home, Session};
use sea_gen_runner::{Error, ErrorKind, sql};

use crate::dialect::Product;
use crate::project::{self, Environment, TENANT, TenantHome, TenantSettings, TenantSource};
use crate::schema::matches;

use super::super::{Failure, Workspace};
use super::{Tenant, home_session};

/// What was found.
pub(super) struct Found {
    pub(super) product: Product,
    pub(super) tenants: Vec<Arc<Tenant>>,
    /// Where they were looked for, for an error that there are none.
    pub(super) said: String,
}

/// Finds all tenants.
pub(super) async fn find(
    workspace: &Workspace,
    environment: &Environment,
    settings: &TenantSettings,
) -> Result<Found, Failure> {
    let hint = environment.connection.product_hint();
    let kind = Kind::of(hint, settings)?;
    let Some(source) = &settings.source else {
        return Ok(Found { product: hint, tenants: Vec::new(), said: String::new() });
    };
    if matches!(source, TenantSource::Pattern(_)) && kind.template != TENANT {
        let message = format!("`pattern` finds whole names, and `{}` would add to them", kind.template);
        return Err(Error::new(message)
            .hint("remove `schema` and `database`, or list the tenants by `query` or `list`")
            .into());
    }
    let mut session = match (hint, source) {
        // Files are found without a database.
        (Product::Sqlite, TenantSource::List(_) | TenantSource::Pattern(_)) => None,
        _ => Some(home_session(environment).await?),
    };
    let product = session.as_ref().map_or(Product::Sqlite, Session::product);
    let behind = match &mut session {
        Some(session) if product == Product::Postgres => search_path(session).await?,
        _ => String::new(),
    };
    let (names, said) = match source {
        TenantSource::List(names) => (once(names.clone(), "`list` of `[tenants]`")?, "`list` is empty".to_owned()),
        TenantSource::Query(query) => {
            let names = match &mut session {
                Some(session) => queried(session, query).await?,
                None => Vec::new(),
            };
            (names, format!("`{}` gives no row", sql::first_line(query)))
        }
        TenantSource::Pattern(pattern) => {
            let names = match &mut session {
                Some(session) => existing(session, environment, &kind).await?,
                None => project::files_like(workspace.root(), pattern)?,
            };
            let own = environment.connection.file();
            let is_own = |name: &String| own.is_some_and(|own| workspace.root().join(name) == own);
            let names = names.into_iter().filter(|name| matches(pattern, name) && !is_own(name)).collect();
            (names, format!("nothing matches `{pattern}`"))
        }
    };
    if let Some(session) = session {
        session.close().await;
    }
    let root = workspace.root();
    let tenants = names.into_iter().map(|name| Arc::new(Tenant { home: kind.home(&name, &behind, root), name }));
    Ok(Found { product, tenants: tenants.collect(), said })
}

/// What every tenant has.
struct Kind {
    is_schema: bool,
    is_file: bool,
    /// The name of it, with that of the tenant in it.
    template: String,
}

impl Kind {
    fn of(product: Product, settings: &TenantSettings) -> Result<Self, Error> {
        let is_file = product == Product::Sqlite;
        Ok(match &settings.home {
            Some(TenantHome::Schema(_)) if is_file => {
                return Err(Error::new("SQLite has no schemas, and `schema` of `[tenants]` names one for each")
                    .of(ErrorKind::Refused)
                    .hint(format!("a tenant is a file there: `database = \"tenants/{TENANT}.db\"`")));
            }
            Some(TenantHome::Schema(template)) => {
                Self { is_schema: product == Product::Postgres, is_file, template: template.clone() }
            }
            Some(TenantHome::Database(template)) => Self { is_schema: false, is_file, template: template.clone() },
            None => Self { is_schema: product == Product::Postgres, is_file, template: TENANT.to_owned() },
        })
    }

    fn home(&self, name: &str, behind: &str, root: &Path) -> Home {
        let name = self.template.replace(TENANT, name);
        match (self.is_schema, self.is_file) {
            (true, _) => Home::Schema { name, behind: behind.to_owned() },
            (false, true) => Home::File(root.join(PathBuf::from(name))),
            (false, false) => Home::Database(name),
        }
    }
}

/// The tenants of these names, in the order of the list; all of them if none is named.
pub(super) fn chosen(all: &[Arc<Tenant>], names: &[String]) -> Result<Vec<Arc<Tenant>>, Error> {
    if names.is_empty() {
        return Ok(all.to_vec());
    }
    let known: Vec<&str> = all.iter().map(|tenant| tenant.name.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let error = Error::new(format!("there is no tenant `{unknown}`; nothing was done")).of(ErrorKind::Refused);
        return Err(match similar::get_close_matches(unknown.as_str(), &known, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("`gen status --tenants` lists them"),
        });
    }
    Ok(all.iter().filter(|tenant| names.contains(&tenant.name)).cloned().collect())
}

/// The names, of which none is there twice.
fn once(names: Vec<String>, said: &str) -> Result<Vec<String>, Error> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => {
            Err(Error::new(format!("{said} has the tenant `{name}` twice; nothing was done")).of(ErrorKind::Refused))
        }
        None => Ok(names),
    }
}

async fn queried(session: &mut Session, query: &str) -> Result<Vec<String>, Error> {
    let said = "the query of `[tenants]`";
    let rows = session.query(query).await.map_err(|error| {
        Error::new(format!("{said} fails: {}", sql::first_line(query)))
            .of(ErrorKind::Database)
            .hint("it is run on the database that all tenants have in common: `--env`, `--database-url`")
            .because(error)
    })?;
    let mut names = Vec::new();
    for (row, number) in rows.iter().zip(1..) {
        if row.width() != 1 {
            return Err(Error::new(format!("{said} gives {} columns, and one is needed: the name", row.width()))
                .of(ErrorKind::Refused)
                .hint("`query = \"SELECT name FROM tenant ORDER BY name\"`"));
        }
        match row.get(0).filter(|name| !name.trim().is_empty()) {
            Some(name) => names.push(name.to_owned()),
            None => {
                let what = if row.get(0).is_none() { "NULL" } else { "an empty name" };
                return Err(Error::new(format!("{said} gives {what} in row {number}; nothing was done"))
                    .of(ErrorKind::Refused)
                    .hint("leave such rows out: `WHERE name IS NOT NULL`"));
            }
        }
    }
    once(names, said)
}

async fn search_path(session: &mut Session) -> Result<String, Error> {
    let rows = session.query("SELECT current_setting('search_path')").await;
    let rows =
        rows.map_err(|error| Error::new("the search path cannot be read").of(ErrorKind::Database).because(error))?;
    Ok(rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// The schemas or databases of the server, without its own, and without the one that the connection leads to.
async fn existing(session: &mut Session, environment: &Environment, kind: &Kind) -> Result<Vec<String>, Error> {
    let sql = match (session.product(), kind.is_schema) {
        (Product::Postgres, true) => {
            "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \
             AND nspname IS DISTINCT FROM current_schema() ORDER BY 1"
        }
        (Product::Postgres, false) => {
            "SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate AND datallowconn ORDER BY 1"
        }
        (Product::MySql | Product::MariaDb | Product::Sqlite, _) => {
            "SELECT schema_name FROM information_schema.schemata \
             WHERE schema_name NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1"
        }
    };
    let rows = session.query(sql).await;
    let rows =
        rows.map_err(|error| Error::new("the tenants cannot be listed").of(ErrorKind::Database).because(error))?;
    let own = environment.connection.database();
    let names = rows.iter().map(|row| row.text(0).to_owned());
    Ok(names.filter(|name| kind.is_schema || name != own).collect())
}
