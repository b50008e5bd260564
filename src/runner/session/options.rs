//! Connection options: parsed once, from a URL and the environment, into the driver's own options.
//!
//! Hosts, users and database names are read here; no other code parses a URL. Must not know what the connection is for.

mod clients;
mod parameters;

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::Product;
use crate::{Error, ErrorKind, Result};

use super::driver::{Endpoint, Options};

/// The connection options from a URL and the environment. Their printed form shows no password and no parameters.
#[derive(Clone)]
pub struct ConnectionOptions {
    scheme: &'static str,
    product: Product,
    pub(super) options: Options,
    pub(super) endpoint: Endpoint,
    pub(super) is_scratch: bool,
    pub(super) history: Option<String>,
    pub(super) role: Option<String>,
    client: clients::ClientSettings,
}

impl ConnectionOptions {
    /// Reads a URL: `postgres://`, `mysql://`, `mariadb://`, `sqlite://path`, `sqlite:file:path`, `sqlite::memory:`. A
    /// relative path of an SQLite file starts at `root`. Settings that the URL omits come from the driver's usual sources.
    ///
    /// # Errors
    /// It cannot be parsed, or the driver would ignore a part of it; the error does not contain the URL.
    pub fn parse(text: &str, root: &Path) -> Result<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => Self::server("postgres", Product::Postgres, text, rest),
            "mysql" => Self::server("mysql", Product::MySql, text, rest),
            "mariadb" => Self::server("mariadb", Product::MariaDb, text, rest),
            "sqlite" => Self::sqlite(rest, root),
            // The text before the first colon may be a password if the scheme was forgotten.
            _ => Err(unreadable("its scheme is none of postgres, mysql, mariadb and sqlite")
                .hint("write it as `postgres://user:password@host/database` or `sqlite://file.db`")),
        }
    }

    /// The text of a URL with `…` in place of its password; `None` if it cannot be read.
    pub fn redacted(text: &str) -> Option<String> {
        let text = text.trim();
        let parsed = Self::parse(text, Path::new("")).ok()?;
        let (Endpoint::Server { .. }, Some((scheme, rest))) = (&parsed.endpoint, text.split_once("//")) else {
            return Some(text.to_owned());
        };
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@').and_then(|(who, host)| Some((who.split_once(':')?, host))) {
            Some(((user, _), host)) => format!("{user}:…@{host}"),
            None => authority.to_owned(),
        };
        let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
        let parameter = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if percent_decode_str(name).decode_utf8_lossy().contains("password") => format!("{name}=…"),
            _ => pair.to_owned(),
        };
        let query = query.map(|query| query.split('&').map(parameter).collect::<Vec<_>>().join("&"));
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Some(format!("{scheme}//{authority}{path}{query}"))
    }

    /// Whether a text starts like the URL of a database.
    pub fn knows(text: &str) -> bool {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        matches!(scheme, Some("postgres" | "postgresql" | "mysql" | "mariadb" | "sqlite"))
    }

    /// An SQLite database in memory, another one for each connection.
    ///
    /// # Errors
    /// The driver cannot parse the URL.
    pub fn in_memory() -> Result<Self> {
        Self::sqlite(":memory:", Path::new(""))
    }

    fn server(scheme: &'static str, product: Product, text: &str, rest: &str) -> Result<Self> {
        let Some(rest) = rest.strip_prefix("//") else {
            return Err(unreadable("`//` is missing after the scheme")
                .hint(format!("write it as `{scheme}://user:password@host/database`")));
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let path = tail.split(['?', '#']).next().unwrap_or_default();
        // A password with an unencoded `/`, `?` or `#` in it moves part of itself behind the host. Nothing of it may be
        // shown, and no driver could read it either.
        let query = tail.get(path.len()..).unwrap_or_default();
        let behind = if authority.contains('@') { query.split('=').next().unwrap_or_default() } else { query };
        if path.contains('@') || behind.contains('@') || query.starts_with('#') {
            return Err(unreadable("`/`, `?`, `#` or `@` stands in it where it would end the host")
                .hint("in a user, password or database write `/` as `%2F`, `?` as `%3F`, `#` as `%23`, `@` as `%40`"));
        }
        let url = Url::parse(text).map_err(|error| {
            unreadable(&error.to_string()).hint(format!("write it as `{scheme}://user:password@host:port/database`"))
        })?;
        let parts = [("user", url.username()), ("password", url.password().unwrap_or_default()), ("path", url.path())];
        for (part, text) in parts {
            if percent_decode_str(text).decode_utf8().is_err() {
                return Err(unreadable(&format!("its {part} is not UTF-8 once `%` is decoded"))
                    .hint("write a `%` that encodes nothing as `%25`"));
            }
        }
        if url.username().to_ascii_lowercase().contains("%3a") {
            return Err(
                unreadable("its user holds an encoded `:`").hint("a plain `:` ends the user and begins the password")
            );
        }
        parameters::check(product, &parameters::GivenParameters::of(&url, query))?;
        // The driver's message may repeat a value.
        let refused = |_| unreadable("the driver does not take it");
        let (options, endpoint) = match product {
            Product::Postgres => Options::postgres(&url).map_err(refused)?,
            Product::MySql | Product::MariaDb | Product::Sqlite => Options::mysql(&url).map_err(refused)?,
        };
        let client = clients::ClientSettings::of(&url);
        Ok(Self { scheme, product, options, endpoint, is_scratch: false, history: None, role: None, client })
    }

    /// A path with parameters, or one of SQLite's own `file:` URIs.
    fn sqlite(rest: &str, root: &Path) -> Result<Self> {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let rest = match rest.starts_with("file:") {
            true => rest.split('#').next().unwrap_or_default(),
            false => rest,
        };
        let (name, query) = rest.split_once('?').unwrap_or((rest, ""));
        let name = match name.strip_prefix("file:") {
            Some(name) => local_path(name)?,
            None => name,
        };
        let name = percent_decode_str(name)
            .decode_utf8()
            .map_err(|_| unreadable("its path is not UTF-8 once `%` is decoded").hint("write a plain `%` as `%25`"))?;
        let said = parameters::GivenParameters::from_query(query);
        parameters::check(Product::Sqlite, &said)?;
        let in_memory = name == ":memory:" || said.is("mode", "memory");
        if name.is_empty() && !in_memory {
            return Err(unreadable("the file is missing").hint("write it as `sqlite://file.db`"));
        }
        let file = (!in_memory).then(|| root.join(&*name));
        let options = Options::sqlite(file.as_deref(), query).map_err(|_| unreadable("the driver does not take it"))?;
        let endpoint = match file {
            Some(path) => Endpoint::File { path, shown: name.into_owned() },
            None => Endpoint::Memory,
        };
        Ok(Self {
            scheme: "sqlite",
            product: Product::Sqlite,
            options,
            endpoint,
            is_scratch: false,
            history: None,
            role: None,
            client: Default::default(),
        })
    }

    /// The options of a connection that an application has. `None`: it leads to no database, or to one whose driver is not built in.
    #[cfg(feature = "sea-orm")]
    pub fn of_application(database: &sea_orm::DatabaseConnection) -> Option<Self> {
        use sea_orm::DatabaseConnectionType as Pool;

        let (scheme, product, (options, endpoint)) = match &database.inner {
            #[cfg(feature = "postgres")]
            Pool::SqlxPostgresPoolConnection(_) => {
                let pool = database.get_postgres_connection_pool();
                let options = pool.connect_options().as_ref().clone();
                ("postgres", Product::Postgres, Options::of_postgres(options))
            }
            #[cfg(feature = "mysql")]
            Pool::SqlxMySqlPoolConnection(_) => {
                let pool = database.get_mysql_connection_pool();
                ("mysql", Product::MySql, Options::of_mysql(pool.connect_options().as_ref().clone()))
            }
            #[cfg(feature = "sqlite")]
            Pool::SqlxSqlitePoolConnection(_) => {
                let pool = database.get_sqlite_connection_pool();
                ("sqlite", Product::Sqlite, Options::of_sqlite(pool.connect_options().as_ref().clone()))
            }
            _ => return None,
        };
        Some(Self {
            scheme,
            product,
            options,
            endpoint,
            is_scratch: false,
            history: None,
            role: None,
            client: Default::default(),
        })
    }

    /// The same database with a history of this name; see [`Session::name_history`](super::Session::name_history).
    #[must_use]
    pub fn with_history(self, history: Option<String>) -> Self {
        Self { history, ..self }
    }

    /// The same database, in which a session takes this role as by `SET ROLE`.
    #[must_use]
    pub fn with_role(self, role: Option<String>) -> Self {
        Self { role, ..self }
    }

    /// The options for a scratch database of this name on the same server: settings that hold only on the given database, and the
    /// role, are left out.
    #[must_use]
    pub fn for_scratch(&self, name: &str) -> Self {
        let mut scratch = Self { is_scratch: true, role: None, ..self.clone() };
        scratch.options.switch_to(name);
        if let Endpoint::Server { database, .. } = &mut scratch.endpoint {
            name.clone_into(database);
        }
        scratch
    }

    /// The product according to the URL. A server behind `mysql://` may still be MariaDB.
    pub fn product_hint(&self) -> Product {
        self.product
    }

    /// Whether the server may be of a product: only the server can tell MySQL from MariaDB.
    pub fn may_be(&self, product: Product) -> bool {
        match self.product {
            Product::MySql | Product::MariaDb => matches!(product, Product::MySql | Product::MariaDb),
            Product::Postgres | Product::Sqlite => self.product == product,
        }
    }

    /// The path of an SQLite file; `None` for one in memory and for every other product.
    pub fn file(&self) -> Option<&Path> {
        match &self.endpoint {
            Endpoint::File { path, .. } => Some(path),
            Endpoint::Server { .. } | Endpoint::Memory => None,
        }
    }

    /// Whether the database is on this machine.
    pub fn is_local(&self) -> bool {
        self.is_local_or_among(&[])
    }

    /// Whether the database is on this machine or its host among `hosts`.
    pub fn is_local_or_among(&self, hosts: &[String]) -> bool {
        match &self.endpoint {
            Endpoint::Server { socket: None, host, .. } => {
                is_local(host) || hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host))
            }
            Endpoint::Server { .. } | Endpoint::File { .. } | Endpoint::Memory => true,
        }
    }

    /// Whether both lead to one database, as far as host, port and name, or the file, tell.
    pub fn is_same_database(&self, other: &Self) -> bool {
        let in_full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match (&self.endpoint, &other.endpoint) {
            (Endpoint::File { path, .. }, Endpoint::File { path: other, .. }) => in_full(path) == in_full(other),
            (
                Endpoint::Server { host, port, socket, database, .. },
                Endpoint::Server {
                    host: other_host, port: other_port, socket: other_socket, database: other_name, ..
                },
            ) => {
                let is_here = self.is_local() && other.is_local();
                let is_one_host = is_here || host.eq_ignore_ascii_case(other_host);
                // A socket has a port on PostgreSQL only.
                let is_one_port = port == other_port || socket.is_some() || other_socket.is_some();
                self.may_be(other.product) && database == other_name && is_one_host && is_one_port
            }
            _ => false,
        }
    }

    /// The user name sent to the server; empty if there is none.
    pub fn user(&self) -> &str {
        match &self.endpoint {
            Endpoint::Server { user, .. } => user,
            Endpoint::File { .. } | Endpoint::Memory => "",
        }
    }

    /// The name of the database on its server; empty if there is none.
    pub fn database(&self) -> &str {
        match &self.endpoint {
            Endpoint::Server { database, .. } => database,
            Endpoint::File { .. } | Endpoint::Memory => "",
        }
    }

    /// The host without its port; empty if there is none.
    pub fn host(&self) -> &str {
        match &self.endpoint {
            Endpoint::Server { host, .. } => host,
            Endpoint::File { .. } | Endpoint::Memory => "",
        }
    }

    /// The options by which PostgreSQL's own clients connect to the same server.
    pub fn client_options(&self) -> String {
        match &self.endpoint {
            Endpoint::Server { user, host, port, socket, .. } => {
                let host = socket.as_ref().map_or_else(|| host.clone(), |socket| socket.display().to_string());
                format!("-h {host} -p {port} -U {user}")
            }
            Endpoint::File { .. } | Endpoint::Memory => String::new(),
        }
    }

    /// The address: host and port, a socket, or a file.
    pub fn reached_at(&self) -> String {
        match &self.endpoint {
            Endpoint::Server { socket: Some(socket), .. } => format!("the socket `{}`", socket.display()),
            Endpoint::Server { host, port, .. } => format!("{host}:{port}"),
            Endpoint::File { path, .. } => format!("`{}`", path.display()),
            Endpoint::Memory => "no file".to_owned(),
        }
    }
}

/// The URL of another database of the same server, with everything else that the URL says.
///
/// # Errors
/// It cannot be parsed; the error does not contain it.
#[cfg(feature = "testing")]
pub(crate) fn of_database(url: &str, name: &str) -> Result<String> {
    let mut other = Url::parse(url.trim()).map_err(|error| unreadable(&error.to_string()))?;
    other.set_path(name);
    // The driver prefers a parameter to the path.
    let kept: Vec<(String, String)> =
        other.query_pairs().into_owned().filter(|(key, _)| key != "dbname" && key != "database").collect();
    other.set_query(None);
    if !kept.is_empty() {
        other.query_pairs_mut().extend_pairs(kept);
    }
    let other = other.to_string();
    match ConnectionOptions::parse(&other, Path::new(""))?.database() == name {
        true => Ok(other),
        false => Err(unreadable("it names its database in another way than by its path")
            .hint("write it as `postgres://user:password@host/database`")),
    }
}

/// The URL without password and parameters, from the driver's options.
impl fmt::Display for ConnectionOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme;
        match &self.endpoint {
            Endpoint::Server { user, host, port, socket, database } => {
                let encoded = |text: &str| utf8_percent_encode(text, &SPECIAL).to_string();
                let socket = socket.as_ref().map(|socket| socket.to_string_lossy().into_owned());
                let (host, parameter) = match (socket, self.product) {
                    (Some(socket), Product::Postgres) => {
                        (utf8_percent_encode(&socket, NON_ALPHANUMERIC).to_string(), String::new())
                    }
                    (Some(socket), _) => (host.clone(), format!("?socket={socket}")),
                    (None, _) if host.contains(':') && !host.starts_with('[') => (format!("[{host}]"), String::new()),
                    (None, _) => (host.clone(), String::new()),
                };
                let default = if self.product == Product::Postgres { 5432 } else { 3306 };
                let port = if *port == default { String::new() } else { format!(":{port}") };
                let (user, database) = (encoded(user), encoded(database));
                write!(formatter, "{scheme}://{user}@{host}{port}/{database}{parameter}")
            }
            Endpoint::File { shown, .. } => write!(formatter, "{scheme}://{shown}"),
            Endpoint::Memory => write!(formatter, "{scheme}::memory:"),
        }
    }
}

impl fmt::Debug for ConnectionOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ConnectionOptions({self})")
    }
}

/// The characters that are escaped in a user or database name.
const SPECIAL: percent_encoding::AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn unreadable(reason: &str) -> Error {
    Error::new(format!("the database URL cannot be read: {reason}")).of(ErrorKind::Refused)
}

/// The path of a `file:` URI, behind its `file:`.
fn local_path(name: &str) -> Result<&str> {
    let Some(authority) = name.strip_prefix("//") else { return Ok(name) };
    let start = authority.find('/').unwrap_or(authority.len());
    match authority.split_at(start) {
        ("" | "localhost", path) => Ok(path),
        _ => Err(unreadable("a `file:` URI has no host").hint("write it as `sqlite:file:///path/to/file.db`")),
    }
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let by_name = host == "localhost" || host.ends_with(".localhost");
    by_name || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

// They speak of all drivers.
#[cfg(test)]
#[cfg(all(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod tests;
