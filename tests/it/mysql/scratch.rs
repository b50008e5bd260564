//! Databases made for one test, and the way from a schema to statements and back.

use sea_gen::dialect::session::{Missing, Session};
use sea_gen::dialect::{self, Dialect, Product};
use sea_gen::diff::diff;
use sea_gen::introspect::{Catalog, Scope, introspect};
use sea_gen::plan::Plan;
use sea_gen::schema::{Normalized, Schema};

/// The servers to test on: product and URL up to the database's name.
pub const SERVERS: [(Product, &str); 2] =
    [(Product::MariaDb, "DATABASE_URL_MARIADB"), (Product::MySql, "DATABASE_URL_MYSQL")];

/// Runs a test on every server there is.
pub fn on_each<F: Future<Output = ()>>(name: &str, test: impl Fn(Scratch) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (product, variable) in SERVERS {
        let Ok(url) = std::env::var(variable) else { continue };
        runtime.block_on(test(Scratch { product, url, name: name.to_owned() }));
    }
}

/// Where a test makes its databases.
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
        let mut session = Session::connect(&format!("{server}/information_schema"), Missing::Refuse).await.unwrap();
        assert_eq!(session.product(), self.product);
        session.execute(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        session
            .execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"))
            .await
            .unwrap();
        session.close().await;
        Session::connect(&format!("{server}/{name}"), Missing::Refuse).await.unwrap()
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
        assert_eq!(self.normalize(normalized.schema().clone()), normalized, "normalising twice is normalising once");
        normalized
    }

    /// Carries out the plan from one schema to another; gives back the plan.
    pub async fn migrate(&self, session: &mut Session, from: &Normalized, to: &Normalized) -> Plan {
        let plan = diff(from, to, &[]);
        self.run(session, &plan, from).await;
        plan
    }

    pub async fn run(&self, session: &mut Session, plan: &Plan, from: &Normalized) {
        for statement in dialect::statements(self.dialect(), plan, from.schema()).unwrap() {
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

/// What the server itself says of every table and view, in the order of their names.
pub async fn shown(session: &mut Session) -> Vec<String> {
    let names = session.query("SHOW FULL TABLES").await.unwrap();
    let mut shown = Vec::new();
    for row in names {
        let kind = if row.text(1) == "VIEW" { "VIEW" } else { "TABLE" };
        let sql = format!("SHOW CREATE {kind} `{}`", row.text(0).replace('`', "``"));
        let found = session.query(&sql).await.unwrap();
        shown.push(found[0].text(1).to_owned());
    }
    shown
}
