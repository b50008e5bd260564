//! Test databases of a server: copies of a template database.
//!
//! Must not know files.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::migrations::Migrations;
use crate::session::{ConnectionOptions, DatabaseError, Missing, Session, of_database};
use crate::{Error, ErrorKind, Product, Result, sql};

use super::program::{Purpose, TestProgram};
use super::{Place, TestDatabase, copy, fingerprint, project};

pub(super) async fn database(
    migrations: &Migrations,
    options: &ConnectionOptions,
    url: &str,
    program: &TestProgram,
) -> Result<TestDatabase> {
    let mut session = admin(options).await?;
    let made = make(migrations, &mut session, (options, url), program).await;
    session.close().await;
    let name = made?;
    Ok(TestDatabase { url: of_database(url, &name)?, place: Place::Database { server: url.to_owned(), name } })
}

/// A connection to the server. Tests that run at the same time may have taken all of them for a moment.
async fn admin(options: &ConnectionOptions) -> Result<Session> {
    const PATIENCE: Duration = Duration::from_secs(60);
    const PAUSE: Duration = Duration::from_millis(100);
    let begun = Instant::now();
    loop {
        match crate::session::connect(options, Missing::Refuse).await {
            Err(error) if *error.kind() == ErrorKind::Busy && begun.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

async fn make(
    migrations: &Migrations,
    session: &mut Session,
    (options, url): (&ConnectionOptions, &str),
    program: &TestProgram,
) -> Result<String> {
    let product = session.product();
    if is_first(&options.reached_at()) {
        clean_on(session, program).await?;
    }
    // Who made a template may copy it, and settings of the connection decide where its tables are.
    let seen = format!("{} {}", options.user(), options.client_options());
    let (project, key) = (project(migrations, product)?, fingerprint(migrations, product, &seen)?);
    let (family, name) =
        (format!("gen_template_{}_{project}_", program.machine), format!("gen_test_{}", program.next()));
    let template = format!("{family}{key}");
    let mut held = program.locked(&family, Purpose::Copy).await?;
    if !exists(session, &template).await? {
        // Other migrations of the same project may replace it as soon as its maker lets go.
        drop(held);
        held = program.locked(&family, Purpose::Make).await?;
        make_template(migrations, session, (url, &family, &template)).await?;
    }
    let copied = match product {
        Product::Postgres => {
            let [name, template] = [&name, &template].map(|name| sql::quote(product, name));
            session.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.map(drop)
        }
        Product::MySql | Product::MariaDb | Product::Sqlite => copy::database(session, &template, &name).await,
    };
    drop(held);
    copied.map_err(|error| refused("a test database could not be created", error))?;
    Ok(name)
}

/// Makes the template unless another program has just done so, and removes those of the project's former migrations. The template is
/// locked.
async fn make_template(
    migrations: &Migrations,
    session: &mut Session,
    (url, family, template): (&str, &str, &str),
) -> Result<()> {
    if exists(session, template).await? {
        return Ok(());
    }
    // The mark that a template is complete goes before the template: it is named like it, and longer.
    for former in named(session, family).await?.into_iter().rev() {
        drop_database(session, &former)
            .await
            .map_err(|error| refused("a former template could not be removed", error))?;
    }
    let product = session.product();
    // A server of MySQL or MariaDB cannot rename a database: an empty one with this ending says that the template is complete.
    let made = if product == Product::Postgres { format!("{family}new") } else { template.to_owned() };
    let [quoted, done] = [&made, &complete(product, template)].map(|name| sql::quote(product, name));
    session.execute(&format!("CREATE DATABASE {quoted}")).await.map_err(|error| {
        refused("a test database could not be created", error).hint(
            "the user of the URL needs the right to create databases: `ALTER ROLE … CREATEDB`, `GRANT ALL ON *.* TO …`",
        )
    })?;
    migrations.up(of_database(url, &made)?.as_str()).await?;
    let finish = match product {
        Product::Postgres => format!("ALTER DATABASE {quoted} RENAME TO {done}"),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("CREATE DATABASE {done}"),
    };
    session.execute(&finish).await.map_err(|error| refused("the template could not be completed", error))?;
    Ok(())
}

/// The database that exists once the template is complete.
fn complete(product: Product, template: &str) -> String {
    match product {
        Product::Postgres => template.to_owned(),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("{template}_done"),
    }
}

async fn exists(session: &mut Session, template: &str) -> Result<bool> {
    let name = complete(session.product(), template);
    Ok(named(session, &name).await?.contains(&name))
}

/// The databases whose names begin so.
async fn named(session: &mut Session, beginning: &str) -> Result<Vec<String>> {
    let pattern = beginning.replace('_', "\\_");
    let query = match session.product() {
        Product::Postgres => format!("SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE '{pattern}%'"),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("SHOW DATABASES LIKE '{pattern}%'"),
    };
    let rows = session.query(&query).await.map_err(|error| refused("the databases could not be listed", error))?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

/// Whether this is the first call for the server.
fn is_first(server: &str) -> bool {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    SEEN.lock().is_ok_and(|mut seen| seen.insert(server.to_owned()))
}

/// Removes the databases of programs that are gone.
pub(super) async fn clean(options: &ConnectionOptions, program: &TestProgram) -> Result<()> {
    let mut session = admin(options).await?;
    let cleaned = clean_on(&mut session, program).await;
    session.close().await;
    cleaned
}

async fn clean_on(session: &mut Session, program: &TestProgram) -> Result<()> {
    let own = format!("gen_test_{}_", program.machine);
    for name in named(session, &own).await? {
        let owner = name.strip_prefix(&own).and_then(|rest| rest.split('_').next());
        if owner.is_some_and(|owner| program.is_dead(owner)) {
            // Another program may be at it.
            let _ = drop_database(session, &name).await;
        }
    }
    Ok(())
}

/// Removes a database, and ends the sessions that are in it: MySQL and MariaDB would wait for their transactions.
async fn drop_database(session: &mut Session, name: &str) -> Result<(), DatabaseError> {
    let product = session.product();
    let mut force = "";
    match product {
        Product::Postgres => force = " WITH (FORCE)",
        Product::MySql | Product::MariaDb => {
            session.execute("SET SESSION lock_wait_timeout = 5").await?;
            let query = format!("SELECT id FROM information_schema.processlist WHERE db = '{name}'");
            for row in &session.query(&query).await? {
                // It may be gone by now.
                let _ = session.execute(&format!("KILL {}", row.text(0))).await;
            }
        }
        Product::Sqlite => {}
    }
    let statement = format!("DROP DATABASE IF EXISTS {}{force}", sql::quote(product, name));
    session.execute(&statement).await.map(drop)
}

pub(super) async fn remove(server: &str, name: &str) -> Result<()> {
    let mut session = admin(&ConnectionOptions::parse(server, std::path::Path::new(""))?).await?;
    let removed = drop_database(&mut session, name).await;
    session.close().await;
    removed.map_err(|error| refused("a test database could not be removed", error))
}

/// The same where nothing can be awaited. After some seconds it is left to the next test program.
pub(super) fn remove_blocking(server: String, name: String) {
    const PATIENCE: Duration = Duration::from_secs(10);
    let (sender, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            let _ = runtime.block_on(remove(&server, &name));
        }
        let _ = sender.send(());
    });
    let _ = ended.recv_timeout(PATIENCE);
}

fn refused(what: &str, error: DatabaseError) -> Error {
    Error::new(what).of(ErrorKind::Database).because(error)
}
