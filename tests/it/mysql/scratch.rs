//! Databases for one test, and conversions from schemas to statements and back.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use sea_gen::dialect::{self, Dialect, Forms, Product};
use sea_gen::diff::diff;
use sea_gen::introspect::{Catalog, Scope, introspect};
use sea_gen::plan::Plan;
use sea_gen::schema::{Normalized, Schema};
use sea_gen_runner::session::{Missing, Session};

use crate::support;

/// One test for each server; ignored if it is missing.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use sea_gen::dialect::Product;

            use crate::mysql::scratch::on;

            #[apply(test_on_mariadb)]
            fn mariadb() {
                on(Product::MariaDb, stringify!($test), super::$test);
            }

            #[apply(test_on_mysql)]
            fn mysql() {
                on(Product::MySql, stringify!($test), super::$test);
            }
        }
    )*};
}

pub(crate) use on_each;

/// Runs a test on one server.
pub fn on<F: Future<Output = ()>>(product: Product, test: &str, body: impl FnOnce(Scratch) -> F) {
    let url = support::url(support::variable(product).unwrap());
    // A database's name has at most 64 letters, and there are some before and after these.
    let name = test.chars().take(40).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(body(Scratch { product, url, name }));
}

/// The server on which a test creates its databases.
pub struct Scratch {
    pub product: Product,
    url: String,
    name: String,
}

impl Scratch {
    pub fn dialect(&self) -> &'static dyn Dialect {
        dialect::of(self.product)
    }

    pub fn is_mariadb(&self) -> bool {
        self.product == Product::MariaDb
    }

    /// An empty database of one collation on both servers.
    pub async fn database(&self, suffix: &str) -> Session {
        let name = format!("mysql_{}_{suffix}", self.name);
        let server = self.url.trim_end_matches('/');
        let mut session =
            Session::connect(&crate::support::connection(&format!("{server}/information_schema")), Missing::Refuse)
                .await
                .unwrap();
        assert_eq!(session.product(), self.product);
        session.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        session
            .execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"))
            .await
            .unwrap();
        session.close().await;
        Session::connect(&crate::support::connection(&format!("{server}/{name}")), Missing::Refuse).await.unwrap()
    }

    pub fn normalize(&self, schema: Schema) -> Normalized {
        self.dialect().normalize(schema).unwrap()
    }

    pub fn empty(&self) -> Normalized {
        self.normalize(Schema::default())
    }

    pub async fn catalog(&self, session: &mut Session) -> Catalog {
        introspect(session, &Scope::default()).await.unwrap()
    }

    pub async fn read(&self, session: &mut Session) -> Normalized {
        let schema = self.catalog(session).await.schema;
        let normalized = self.normalize(schema);
        assert_eq!(
            self.normalize(support::unnoted(normalized.schema())),
            normalized,
            "normalising twice is normalising once"
        );
        normalized
    }

    /// Executes the plan from one schema to another; returns the plan.
    pub async fn migrate(&self, session: &mut Session, from: &Normalized, to: &Normalized) -> Plan {
        let plan = diff(from, to, &[]);
        self.run(session, &plan, from).await;
        plan
    }

    pub async fn run(&self, session: &mut Session, plan: &Plan, from: &Normalized) {
        for statement in dialect::statements(self.dialect(), Forms::Offline, plan, from.schema()).unwrap() {
            if let Err(error) = session.execute(&statement.sql).await {
                panic!("{}: {error}\n{}", self.product, statement.sql);
            }
        }
    }

    /// The database is as `expected`.
    pub async fn expect(&self, session: &mut Session, expected: &Normalized, when: &str) {
        let found = self.read(session).await;
        if found != *expected {
            let plan = diff(expected, &found, &[]);
            panic!("{}, {when}: {:#?}", self.product, plan.ops());
        }
    }
}

/// Runs statements one after the other.
pub async fn execute(session: &mut Session, statements: &[&str]) {
    for sql in statements {
        if let Err(error) = session.execute(sql).await {
            panic!("{error}\n{sql}");
        }
    }
}

/// The server's own `SHOW CREATE` text of every table and view, in the order of their names.
pub async fn shown(session: &mut Session) -> Vec<String> {
    let names = session.query("SHOW FULL TABLES").await.unwrap();
    // A sequence in a default is printed with its database, whose name differs.
    let here = session.query("SELECT DATABASE()").await.unwrap();
    let here = format!("{}.", quoted(here.first().unwrap().text(0)));
    let mut shown = Vec::new();
    for row in &names {
        let kind = if row.text(1) == "VIEW" { "VIEW" } else { "TABLE" };
        let sql = format!("SHOW CREATE {kind} {}", quoted(row.text(0)));
        let found = session.query(&sql).await.unwrap();
        shown.push(found.first().unwrap().text(1).replace(&here, ""));
    }
    let events = "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY event_name";
    for row in &session.query(events).await.unwrap() {
        let found = session.query(&format!("SHOW CREATE EVENT {}", quoted(row.text(0)))).await.unwrap();
        shown.push(found.first().unwrap().text(3).to_owned());
    }
    shown
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Runs one of several cases; a panic is reported, and the other cases still run.
pub async fn attempt<F: Future>(case: F) -> Option<F::Output> {
    let mut case = pin!(case);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| case.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
