//! A project in a temporary folder with a separate database, changed as a user would: by editing files and running `gen`.
//!
//! Must not know what is tested.

use std::collections::BTreeMap;
use std::path::Path;

use sea_gen::schema::Product;
use sea_gen_runner::session::{Missing, Rows, Session};
use serde_json::Value;

use crate::support::{Scratch, generate};

/// A minimal table.
pub const PERSON: &str = r#"//! People.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub email: String,
    pub age: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// The exit code and the output of a run of `gen`.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub talk: String,
}

impl Said {
    /// Asserts the exit code.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.talk);
        self
    }

    /// Asserts that the output contains a text.
    #[track_caller]
    pub fn mentions(self, text: &str) -> Self {
        let said = format!("{}{}", self.out, self.talk);
        assert!(said.contains(text), "`{text}` is not in:\n{said}");
        self
    }

    /// Asserts that the output does not contain a text.
    #[track_caller]
    pub fn keeps_silent_on(self, text: &str) -> Self {
        let said = format!("{}{}", self.out, self.talk);
        assert!(!said.contains(text), "`{text}` is in:\n{said}");
        self
    }
}

/// A database that is dropped with this value, even if the test fails.
pub struct Database {
    pub url: String,
    pub product: Product,
    scratch: Option<Scratch>,
}

impl Database {
    pub fn create(product: Product) -> Self {
        let scratch = block(Scratch::create(product)).expect("a database");
        Self { url: scratch.url.clone(), product, scratch: Some(scratch) }
    }

    #[track_caller]
    pub fn execute(&self, sql: &str) {
        let done: Result<(), _> = block(async {
            let mut session = Session::connect(&crate::support::connection(&self.url), Missing::Create)
                .await
                .map_err(|error| error.error)?;
            for statement in sea_gen_runner::sql::split(session.product(), sql).expect("SQL") {
                session.execute(&statement).await?;
            }
            session.close().await;
            Ok::<_, sea_gen_runner::session::DatabaseError>(())
        });
        done.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    #[track_caller]
    pub fn query(&self, sql: &str) -> Rows {
        let rows = block(async {
            let mut session = Session::connect(&crate::support::connection(&self.url), Missing::Create)
                .await
                .map_err(|error| error.error)?;
            let rows = session.query(sql).await?;
            session.close().await;
            Ok::<_, sea_gen_runner::session::DatabaseError>(rows)
        });
        rows.unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(scratch) = self.scratch.take() {
            // An error in the clean-up must not hide why a test failed.
            drop(block(scratch.remove()));
        }
    }
}

/// A project's folder and its database.
pub struct Project {
    pub product: Product,
    pub database: Database,
    folder: tempfile::TempDir,
}

impl Project {
    /// A configuration and nothing else.
    pub fn new(product: Product) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::create(product);
        let project = Self { product, database, folder };
        project.configure(&project.database.url);
        std::fs::create_dir(project.path().join("entities")).expect("a folder");
        project
    }

    /// One entity, a first migration, and a database that has it.
    pub fn settled(product: Product) -> Self {
        let project = Self::new(product);
        project.entity("person", PERSON);
        project.run(&["init"]).with(0);
        project.run(&["migration", "Initial"]).with(0);
        project.run(&["up"]).with(0);
        project
    }

    /// The product of the database.
    pub fn configure(&self, url: &str) {
        let text = format!("dialects = [\"{}\"]\ndatabase-url = \"{url}\"\n", self.product.key());
        std::fs::write(self.path().join("gen.toml"), text).expect("a written file");
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn entity(&self, name: &str, text: &str) {
        std::fs::write(self.path().join("entities").join(format!("{name}.rs")), text).expect("a written file");
    }

    /// Copies the bookshop's entities, those files that are wanted.
    pub fn bookshop(&self, wanted: impl Fn(&str) -> bool) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("entities");
        for entry in std::fs::read_dir(folder).expect("the bookshop") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            if (name.ends_with(".rs") || name.ends_with(".sql")) && wanted(name) {
                std::fs::copy(&path, self.path().join("entities").join(name)).expect("a copy");
            }
        }
    }

    /// Changes an entity's text at one place.
    #[track_caller]
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path().join("entities").join(format!("{name}.rs"));
        let text = std::fs::read_to_string(&path).expect("an entity");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in:\n{text}");
        std::fs::write(path, text.replace(from, to)).expect("a written file");
    }

    /// Runs `gen`.
    pub fn run(&self, arguments: &[&str]) -> Said {
        let output = generate(self.path(), arguments).expect("gen runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), talk: text(output.stderr) }
    }

    /// Runs `gen` with variables of the environment.
    #[track_caller]
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = crate::support::generator(self.path());
        let output = command.args(arguments).envs(variables.iter().copied()).output().expect("gen runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), talk: text(output.stderr) }
    }

    /// Runs `gen … --json`, which must end well.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat()).with(0);
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}\n{}", said.out))
    }

    /// How the database stands to the snapshot, in the word of `gen status --json`.
    #[track_caller]
    pub fn situation(&self) -> String {
        self.json(&["status"])["situation"].as_str().expect("a situation").to_owned()
    }

    /// Everything `gen` writes: migrations, snapshots, lock, by path.
    pub fn written(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.path().join("migrations"), self.path().join("snapshots")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for path in entries.map(|entry| entry.expect("an entry").path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(self.name(&path), std::fs::read_to_string(&path).expect("a text"));
                }
            }
        }
        let lock = self.path().join("schema.lock.json");
        if let Ok(text) = std::fs::read_to_string(&lock) {
            found.insert(self.name(&lock), text);
        }
        found
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(self.path()).expect("a path in the project").display().to_string()
    }

    /// The migration files, oldest first.
    pub fn migrations(&self) -> Vec<String> {
        let files = self.written();
        files.into_iter().filter(|(path, _)| path.starts_with("migrations")).map(|(_, text)| text).collect()
    }

    /// The text of the newest migration.
    #[track_caller]
    pub fn newest(&self) -> String {
        self.migrations().pop().expect("a migration")
    }

    /// Changes the text of the newest migration.
    pub fn change_newest(&self, change: impl Fn(&str) -> String) {
        let files = self.written();
        let (path, text) = files.iter().rfind(|(path, _)| path.starts_with("migrations")).expect("a migration");
        std::fs::write(self.path().join(path), change(text)).expect("a written file");
    }

    /// `gen migration` finds nothing, and writes nothing.
    #[track_caller]
    pub fn finds_nothing(&self) {
        let before = self.written();
        self.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
        assert_eq!(self.written(), before);
    }

    /// `gen check` looks at everything, and everything holds.
    #[track_caller]
    pub fn holds(&self) {
        let report = self.json(&["check"]);
        let lines: Vec<String> = report["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .map(|line| {
                format!("{} {}", line["check"].as_str().expect("a name"), line["verdict"].as_str().expect("a word"))
            })
            .collect();
        assert_eq!(lines, ["entities holds", "lock holds", "replay holds", "database holds"], "{report:#}");
    }
}

/// Runs a future on a new runtime.
pub fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
