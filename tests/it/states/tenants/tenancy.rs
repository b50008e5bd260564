//! A project with tenants: schemas of PostgreSQL, databases of MySQL and MariaDB, files of SQLite.
//!
//! Must not know what is tested.

use std::ops::Deref;

use sea_gen::schema::Product;
use sea_gen_runner::session::{ConnectionOptions, DatabaseError, Home, Missing, Row, Rows, Session};
use sea_gen_runner::sql;

use super::super::project::{PERSON, Project, block};

/// The names t01, t02, …
pub fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("t{number:02}")).collect()
}

/// The project, and its tenants, which are gone with this value.
pub struct Tenancy {
    project: Project,
    /// The URL of the database that the tenants have in common.
    pub url: String,
    names: Vec<String>,
    per_database: bool,
}

impl Deref for Tenancy {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl Tenancy {
    /// A project with one migration that nobody has, and empty tenants.
    pub fn create(product: Product, names: &[String]) -> Self {
        Self::with(product, names, product != Product::Postgres)
    }

    /// The same with a database for each tenant.
    pub fn with(product: Product, names: &[String], per_database: bool) -> Self {
        let project = Project::new(product);
        let url = project.database.url.clone();
        let tenancy = Self { project, url, names: names.to_vec(), per_database };
        for name in names {
            let quoted = sql::quote(product, &tenancy.own(name));
            match product {
                Product::Postgres if !per_database => tenancy.execute_at_home(&format!("CREATE SCHEMA {quoted}")),
                Product::Sqlite => {
                    std::fs::create_dir_all(tenancy.path().join("tenants")).expect("a folder");
                    std::fs::write(tenancy.path().join(tenancy.own(name)), "").expect("an empty database");
                }
                _ => tenancy.execute_at_home(&format!("CREATE DATABASE {quoted}")),
            }
        }
        tenancy.configure("");
        tenancy.entity("person", PERSON);
        tenancy.run(&["init"]).with(0);
        tenancy.run(&["migration", "Initial"]).with(0);
        tenancy
    }

    /// The schema, database or file of a tenant.
    fn own(&self, name: &str) -> String {
        match self.product {
            Product::Postgres if !self.per_database => format!("t_{name}"),
            Product::Sqlite => format!("tenants/{name}.db"),
            _ => format!("{}_{name}", crate::support::connection(&self.url).database()),
        }
    }

    /// The configuration with the list of the tenants, and these settings of theirs.
    pub fn configure(&self, settings: &str) {
        self.settings(&format!("list = {:?}\n{settings}", self.names));
    }

    /// The configuration with these settings of the tenants alone.
    pub fn settings(&self, settings: &str) {
        let template = self.own("${tenant}");
        let key = match self.product {
            Product::Postgres if !self.per_database => "schema",
            _ => "database",
        };
        self.exactly(&format!("{key} = \"{template}\"\n{settings}"));
    }

    /// The configuration with exactly these settings of the tenants.
    pub fn exactly(&self, settings: &str) {
        let text = format!(
            "dialects = [\"{}\"]\ndatabase-url = \"{}\"\nproof = \"off\"\n\n[tenants]\n{settings}\n",
            self.product.key(),
            self.url
        );
        std::fs::write(self.path().join("gen.toml"), text).expect("a written file");
    }

    /// A project in the folder `shared` that makes a table with a name in it.
    pub fn shared(&self, table: &str) {
        let folder = self.path().join("shared");
        std::fs::create_dir_all(folder.join("entities")).expect("a folder");
        let text = format!("dialects = [\"{}\"]\nproof = \"off\"\n", self.product.key());
        std::fs::write(folder.join("gen.toml"), text).expect("a written file");
        let entity = PERSON.replace("\"person\"", &format!("\"{table}\"")).replace("pub email", "pub name");
        std::fs::write(folder.join("entities").join(format!("{table}.rs")), entity).expect("a written file");
        self.run(&["init", "--empty", "--dialect", self.product.key(), "--project", "shared"]).with(0);
        self.run(&["migration", "Initial", "--project", "shared"]).with(0);
    }

    /// Writes the migration that wants each address once.
    pub fn unique_email(&self) {
        self.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String");
        // The database that they have in common is none of them.
        self.run(&["migration", "UniqueEmail", "--from", "snapshot"]).with(0);
    }

    /// Gives a tenant two rows that violate it.
    pub fn twice(&self, name: &str) {
        self.execute(name, "INSERT INTO person (email) VALUES ('a@b.c'), ('a@b.c')");
    }

    /// How many migrations a tenant has; none where it has no history.
    #[track_caller]
    pub fn applied(&self, name: &str) -> usize {
        let found = self.query(name, "SELECT count(*) FROM sea_gen_history").map(|rows| rows.first().map(number));
        match found {
            Ok(count) => count.expect("a row"),
            Err(error) => {
                let is_missing = match self.product {
                    Product::Postgres => error.code.as_deref() == Some("42P01"),
                    Product::MySql | Product::MariaDb => error.message.contains("doesn't exist"),
                    Product::Sqlite => error.message.contains("no such table: sea_gen_history"),
                };
                assert!(is_missing, "{name}: {error}");
                0
            }
        }
    }

    /// What a query gives in a tenant.
    pub fn query(&self, name: &str, sql: &str) -> Result<Rows, DatabaseError> {
        self.session(name, async |session| session.query(sql).await)
    }

    /// Runs statements in a tenant.
    #[track_caller]
    pub fn execute(&self, name: &str, text: &str) {
        let done = self.session(name, async |session| session.execute(text).await);
        done.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    }

    fn session<T>(
        &self,
        name: &str,
        work: impl AsyncFnOnce(&mut Session) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let own = self.own(name);
        let home = match self.product {
            Product::Postgres if !self.per_database => Home::Schema { name: own, behind: "public".to_owned() },
            Product::Sqlite => Home::File(self.path().join(own)),
            _ => Home::Database(own),
        };
        let options: ConnectionOptions = crate::support::connection(&self.url).at(&home);
        block(async {
            let mut session = Session::connect(&options, Missing::Refuse).await.map_err(|error| error.error)?;
            let done = work(&mut session).await;
            session.close().await;
            done
        })
    }

    /// Runs a statement in the database that the tenants have in common.
    #[track_caller]
    pub fn execute_at_home(&self, text: &str) {
        block(async {
            let options = crate::support::connection(&self.url);
            let mut session = Session::connect(&options, Missing::Create).await.expect("a connection");
            session.execute(text).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
            session.close().await;
        });
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        if self.product == Product::Sqlite || !self.per_database {
            return;
        }
        let drops = self.names.iter().map(|name| sql::quote(self.product, &self.own(name)));
        let drops: Vec<String> = drops.map(|name| format!("DROP DATABASE IF EXISTS {name}")).collect();
        let url = self.url.clone();
        // An error in the clean-up must not hide why a test failed.
        let _ = std::thread::spawn(move || {
            block(async {
                let Ok(mut session) = Session::connect(&crate::support::connection(&url), Missing::Refuse).await else {
                    return;
                };
                for drop in drops {
                    let _ = session.execute(&drop).await;
                }
                session.close().await;
            });
        })
        .join();
    }
}

fn number(row: Row<'_>) -> usize {
    row.text(0).parse().expect("a number")
}
