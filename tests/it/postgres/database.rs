//! A separate database for one test: created for it, dropped at the end.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use sea_gen::dialect::Statement;
use sea_gen::introspect::{Catalog, Scope, introspect};
use sea_gen::schema::Name;
use sea_gen_runner::session::{Missing, Session};

/// A database.
pub struct Database {
    server: String,
    name: String,
    url: String,
    runtime: tokio::runtime::Runtime,
}

impl Database {
    /// Creates an empty database.
    pub fn create(server: &str, name: &str) -> Self {
        let name = format!("postgres_{name}");
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let url = format!("{base}/{name}");
        psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql(server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { server: server.to_owned(), name, url, runtime }
    }

    /// The major version of the server.
    pub fn version(&self) -> u32 {
        self.runtime.block_on(async {
            let session = connect(&self.url).await;
            let major = session.version().split(['.', ' ']).next().and_then(|major| major.parse().ok());
            session.close().await;
            major.expect("a version begins with a number")
        })
    }

    /// Runs a script from outside.
    pub fn psql(&mut self, script: &str) {
        psql(&self.url, script);
    }

    /// Runs statements one by one.
    pub fn run(&mut self, statements: &[Statement]) {
        let url = self.url.clone();
        self.runtime.block_on(async {
            let mut session = connect(&url).await;
            session.execute("BEGIN").await.expect("a transaction");
            for statement in statements {
                if !statement.transactional {
                    session.execute("COMMIT").await.expect("a commit");
                }
                let done = session.execute(&statement.sql).await;
                let all: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
                done.unwrap_or_else(|error| panic!("{error}\nin {}\nof\n{}", statement.sql, all.join(";\n")));
                if !statement.transactional {
                    session.execute("BEGIN").await.expect("a transaction");
                }
            }
            session.execute("COMMIT").await.expect("a commit");
            session.close().await;
        });
    }

    /// Reads the catalog.
    pub fn introspect(&mut self, schemas: &[Name]) -> Catalog {
        self.introspect_after(None, schemas)
    }

    /// Reads the catalog as another role.
    pub fn introspect_as(&mut self, role: &str) -> Catalog {
        self.introspect_after(Some(format!("SET ROLE {role}")), &[])
    }

    /// Reads the catalog of everything in the database.
    pub fn introspect_everything(&mut self) -> Catalog {
        self.introspect_in(None, &Scope::everything())
    }

    fn introspect_after(&mut self, first: Option<String>, schemas: &[Name]) -> Catalog {
        self.introspect_in(first, &Scope { schemas: schemas.to_vec(), ..Scope::default() })
    }

    fn introspect_in(&mut self, first: Option<String>, scope: &Scope) -> Catalog {
        let url = self.url.clone();
        self.runtime.block_on(async {
            let mut session = connect(&url).await;
            if let Some(first) = first {
                session.execute(&first).await.expect("a setting");
            }
            let catalog = introspect(&mut session, scope).await.expect("the catalog");
            session.close().await;
            catalog
        })
    }

    /// How many queries one introspection sends, as seen on the wire.
    pub fn queries_of_introspection(&mut self) -> u64 {
        let (url, count) = super::counting::wire(&self.url);
        self.runtime.block_on(async {
            let mut session = connect(&url).await;
            let before = count.load(Ordering::SeqCst);
            introspect(&mut session, &Scope::default()).await.expect("the catalog");
            let after = count.load(Ordering::SeqCst);
            session.close().await;
            after - before
        })
    }

    /// The schema as `pg_dump` sees it: one text an object, its lines in order of spelling, because the order of columns
    /// does not count. PostgreSQL 18 names its NOT NULLs and prints the name where it no longer follows the column's (after a
    /// rename); older ones have no such name, so a plan does not set one, and it is left out.
    pub fn dump(&self) -> Vec<String> {
        self.dump_with(&["--no-privileges"])
    }

    /// The same with privileges.
    pub fn whole_dump(&self) -> Vec<String> {
        self.dump_with(&[])
    }

    fn dump_with(&self, options: &[&str]) -> Vec<String> {
        let output =
            Command::new("pg_dump").args(["-s", "--no-owner", &self.url]).args(options).output().expect("pg_dump runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("a dump in UTF-8");
        let mut chunks: Vec<String> = text
            .split("\n--\n-- Name: ")
            .skip(1)
            .map(|chunk| {
                let mut lines: Vec<String> = chunk
                    .lines()
                    .map(|line| without_not_null_name(line.trim_end_matches(',')))
                    .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with("\\"))
                    .filter(|line| !line.starts_with("SET default_table"))
                    .collect();
                lines.sort_unstable();
                lines.join("\n")
            })
            .collect();
        chunks.sort();
        chunks
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn without_not_null_name(line: &str) -> String {
    match line.split_once(" CONSTRAINT ") {
        Some((column, rest)) if is_generated(rest) => format!("{column} NOT NULL"),
        _ => line.to_owned(),
    }
}

/// Whether a NOT NULL has a name that the server made up, with a number where another one had it.
fn is_generated(constraint: &str) -> bool {
    let name =
        constraint.strip_suffix(" NOT NULL").map(|name| name.trim_end_matches(|letter: char| letter.is_ascii_digit()));
    name.is_some_and(|name| name.ends_with("_not_null"))
}

async fn connect(url: &str) -> Session {
    Session::connect(&crate::support::connection(url), Missing::Refuse).await.expect("a connection")
}

fn psql(url: &str, script: &str) {
    let mut child = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", url])
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql runs");
    child.stdin.take().expect("its input").write_all(script.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
