//! The URL of a database: a secret that can be shown.
//!
//! Must not know how to connect.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use url::Url;

use crate::error::{Error, Result};
use crate::schema::Product;

/// The URL of a database. Printing it in any way shows no password and no parameters; only [`DatabaseUrl::reveal`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    secret: String,
    shown: String,
    hosts: Vec<String>,
    product: Product,
    file: Option<PathBuf>,
}

impl DatabaseUrl {
    /// Reads a URL: `postgres://`, `mysql://`, `mariadb://`, `sqlite://path`, `sqlite::memory:`. A relative path of an
    /// SQLite file is one from `root`.
    ///
    /// # Errors
    /// It cannot be read; the error does not hold it.
    pub fn parse(text: &str, root: &Path) -> Result<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        let product = match scheme {
            "postgres" | "postgresql" => Product::Postgres,
            "mysql" => Product::MySql,
            "mariadb" => Product::MariaDb,
            "sqlite" => return Self::sqlite(rest, root),
            _ => {
                return Err(unreadable("its scheme is none of postgres, mysql, mariadb and sqlite")
                    .hint("write it as `postgres://user:password@host/database` or `sqlite://file.db`"));
            }
        };
        let Some(rest) = rest.strip_prefix("//") else {
            return Err(unreadable("`//` is missing after the scheme")
                .hint(format!("write it as `{scheme}://user:password@host/database`")));
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (user.split(':').next(), host),
            None => (None, authority),
        };
        let path = tail.split(['?', '#']).next().unwrap_or_default();
        // A password with an unencoded `/`, `?` or `#` in it moves part of itself behind the host. Nothing of it may be
        // shown, and no driver could read it either.
        let query = tail.get(path.len()..).unwrap_or_default();
        let behind = if user.is_some() { query.split('=').next().unwrap_or_default() } else { query };
        if path.contains('@') || behind.contains('@') || query.starts_with('#') {
            return Err(unreadable("`/`, `?`, `#` or `@` stands in it where it would end the host")
                .hint("in a user, password or database write `/` as `%2F`, `?` as `%3F`, `#` as `%23`, `@` as `%40`"));
        }
        let url = Url::parse(text).map_err(|error| {
            unreadable(&error.to_string()).hint(format!("write it as `{scheme}://user:password@host:port/database`"))
        })?;

        let mut hosts: Vec<String> = vec![url.host_str().unwrap_or_default().to_owned()];
        for (key, value) in url.query_pairs() {
            // Drivers prefer these to the host before the path.
            if matches!(key.as_ref(), "host" | "hostaddr" | "socket") {
                hosts = value.split(',').map(str::to_owned).collect();
            }
        }
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        Ok(Self {
            secret: text.to_owned(),
            shown: format!("{scheme}://{user}{host}{path}"),
            hosts,
            product,
            file: None,
        })
    }

    fn sqlite(rest: &str, root: &Path) -> Result<Self> {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (name, parameters) = match rest.split_once('?') {
            Some((name, parameters)) => (name, format!("?{parameters}")),
            None => (rest, String::new()),
        };
        let in_memory = name == ":memory:" || parameters.contains("mode=memory");
        if name.is_empty() && !in_memory {
            return Err(unreadable("the file is missing").hint("write it as `sqlite://file.db`"));
        }
        let (secret, file) = if in_memory {
            (format!("sqlite://{name}{parameters}"), None)
        } else {
            let path = root.join(decode(name));
            let encoded = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
            (format!("sqlite://{encoded}{parameters}"), Some(path))
        };
        let shown = format!("sqlite://{name}");
        Ok(Self { secret, shown, hosts: Vec::new(), product: Product::Sqlite, file })
    }

    /// The URL itself, password and all: for connecting and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// The product as far as the URL tells. A server reached by `mysql://` may be MariaDB all the same.
    pub fn product_hint(&self) -> Product {
        self.product
    }

    /// The path of an SQLite file; `None` for one in memory and for every other product.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the database is on this machine.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().all(|host| is_local(host))
    }

    /// Whether every host is on this machine or among `hosts`.
    pub fn is_local_or_among(&self, hosts: &[String]) -> bool {
        self.hosts.iter().all(|host| is_local(host) || hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({})", self.shown)
    }
}

fn unreadable(reason: &str) -> Error {
    Error::new(format!("the database URL cannot be read: {reason}"))
}

/// No host and a path are sockets.
fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let by_name = host == "localhost" || host.ends_with(".localhost");
    let by_path = host.is_empty() || host.starts_with('/') || host.starts_with("%2f");
    by_name || by_path || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Undoes percent encoding; what is not properly encoded stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text, Path::new("/project")).unwrap()
    }

    #[test]
    fn no_password_is_shown() {
        for (text, shown) in [
            ("postgres://ann:s3cret@db.example:5432/shop", "postgres://ann@db.example:5432/shop"),
            ("postgres://ann:s3c@ret@db.example/shop", "postgres://ann@db.example/shop"),
            ("postgres://ann:s3c%40ret@db.example/shop", "postgres://ann@db.example/shop"),
            ("postgres://ann:s3:cret@db.example/shop", "postgres://ann@db.example/shop"),
            ("postgres://:s3cret@db.example/shop", "postgres://@db.example/shop"),
            ("postgres://db.example/shop?user=ann&password=s3cret", "postgres://db.example/shop"),
            ("postgres://ann@db.example/shop?sslkey=s3cret&password=s3c@ret#s3cret", "postgres://ann@db.example/shop"),
            ("mysql://root:s3cret@127.0.0.1:3306/shop?ssl-mode=disabled", "mysql://root@127.0.0.1:3306/shop"),
            ("sqlite://shop.db?key=s3cret", "sqlite://shop.db"),
        ] {
            let url = url(text);
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?} {url} {url:#?}").contains("s3c"), "{url:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        for text in [
            "s3cret",
            "",
            "s3cret://host/db",
            "postgres:s3cret",
            "postgres://ann:s3c/ret@host/db",
            "postgres://ann:s3c?ret@host/db",
            "postgres://ann:s3c#ret@host/db",
            "postgres://ann:12/s3cret@host/db",
            "postgres://ann:12?s3cret@host/db",
            "postgres://ann:s3c#ret",
            "postgres://ann:s3@c/ret@host/db",
            "postgres://ann:s3@c?ret@host/db",
            "postgres://ann:x@host:s3cret/db",
            "postgres://ann:x@ho st/s3cret",
            "sqlite:",
        ] {
            let error = DatabaseUrl::parse(text, Path::new("/project")).unwrap_err();
            let said = format!("{error:?} {error} {:?}", error.hints());
            for piece in ["s3", "ret", "ann:"] {
                assert!(!said.contains(piece), "{text}: {said}");
            }
            assert!(!error.hints().is_empty());
        }
    }

    #[test]
    fn the_product_is_told_by_the_scheme() {
        for (text, product) in [
            ("postgres://h/d", Product::Postgres),
            ("postgresql://h/d", Product::Postgres),
            ("mysql://h/d", Product::MySql),
            ("mariadb://h/d", Product::MariaDb),
            ("sqlite::memory:", Product::Sqlite),
        ] {
            assert_eq!(url(text).product_hint(), product);
        }
    }

    #[test]
    fn a_local_database_is_told_from_another() {
        for (text, local) in [
            ("postgres://localhost/d", true),
            ("postgres://LOCALHOST/d", true),
            ("postgres://127.0.0.1/d", true),
            ("postgres://[::1]:5432/d", true),
            ("postgres:///d", true),
            ("postgres://u@%2Fvar%2Frun/d", true),
            ("postgres:///d?host=/var/run/postgresql", true),
            ("sqlite://x.db", true),
            ("postgres://db.example/d", false),
            ("postgres://localhost.example/d", false),
            ("postgres://localhost@db.example/d", false),
            ("postgres://localhost/d?host=db.example", false),
            ("postgres://localhost/d?hostaddr=10.0.0.1", false),
            ("postgres://10.0.0.1/d", false),
            ("mysql://127.0.0.1.example/d", false),
        ] {
            assert_eq!(url(text).is_local(), local, "{text}");
        }
        assert!(url("postgres://u@DB/d").is_local_or_among(&["db".to_owned()]));
        assert!(!url("postgres://u@db2/d").is_local_or_among(&["db".to_owned()]));
    }

    #[test]
    fn a_relative_file_is_in_the_project() {
        for (text, file, revealed) in [
            ("sqlite://shop.db", Some("/project/shop.db"), "sqlite:///project/shop.db"),
            ("sqlite:data/shop.db?mode=rwc", Some("/project/data/shop.db"), "sqlite:///project/data/shop.db?mode=rwc"),
            ("sqlite:///tmp/a%3Fb.db", Some("/tmp/a?b.db"), "sqlite:///tmp/a%3Fb.db"),
            ("sqlite::memory:", None, "sqlite://:memory:"),
            ("sqlite://?mode=memory", None, "sqlite://?mode=memory"),
        ] {
            assert_eq!(url(text).file(), file.map(Path::new), "{text}");
            assert_eq!(url(text).reveal(), revealed);
        }
        assert_eq!(url("postgres://ann:s3c@ret@h/d").reveal(), "postgres://ann:s3c@ret@h/d");
    }
}
