//! A repository with a project, worked on as a team does: with `git` and `gen`.
//!
//! Must not know what is tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::states::project::Said;

/// A working tree, and the project in it.
pub struct Repository {
    /// The project's folder.
    pub root: PathBuf,
    /// The database that is named in the environment, if any.
    pub url: Option<String>,
    /// The folder of all, unless another repository has it.
    _folder: Option<tempfile::TempDir>,
}

/// An entity.
pub fn entity(table: &str, fields: &str) -> String {
    format!(
        "use sea_orm::entity::prelude::*;\n\n#[sea_orm::model]\n#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]\n\
         #[sea_orm(table_name = \"{table}\")]\npub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{fields}}}\n\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    )
}

/// The fields of the first state.
pub const PERSON: &str = "    pub email: String,\n    pub age: Option<i32>,\n";
pub const BOOK: &str = "    pub title: String,\n";

impl Repository {
    /// A repository whose project is set up in the folder `below` of it, with two tables and one migration.
    pub fn begun(below: &str, dialects: &str, url: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("a repository").join(below);
        std::fs::create_dir_all(root.join("entities")).expect("a folder");
        let repository = Self { root, url, _folder: Some(folder) };
        let top = repository._folder.as_ref().expect("a folder").path().join("a repository");
        repository.run_git(&["init", "-q", "-b", "main", &top.display().to_string()]);
        repository.set_user();
        repository.write("gen.toml", &format!("dialects = [{dialects}]\n"));
        repository.write(".gitignore", "*.db*\n");
        repository.person(PERSON);
        repository.book(BOOK);
        repository.gen_(&["init"]).with(0);
        repository.gen_(&["migration", "Start"]).with(0);
        repository.commit("start");
        repository
    }

    /// The same for SQLite, in the repository's own folder.
    pub fn new() -> Self {
        Self::begun("", "\"sqlite\"", None)
    }

    /// Another clone or working tree of it, at a path.
    pub fn at(root: PathBuf) -> Self {
        Self { root, url: None, _folder: None }
    }

    /// The same project with a database.
    pub fn with_database(&self, url: &str) -> Self {
        Self { url: Some(url.to_owned()), ..Self::at(self.root.clone()) }
    }

    pub fn set_user(&self) {
        for (key, value) in
            [("user.name", "a"), ("user.email", "a@b"), ("commit.gpgsign", "false"), ("core.editor", "true")]
        {
            self.git(&["config", key, value]);
        }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a written file");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).expect("a text")
    }

    pub fn person(&self, fields: &str) {
        self.write("entities/person.rs", &entity("person", fields));
    }

    pub fn book(&self, fields: &str) {
        self.write("entities/book.rs", &entity("book", fields));
    }

    /// Runs git, which must succeed.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let (is_done, said) = self.run_git(arguments);
        assert!(is_done, "git {arguments:?}: {said}");
        said
    }

    /// Runs git, with `gen` on its path; whether it succeeds, and what it prints.
    pub fn run_git(&self, arguments: &[&str]) -> (bool, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_gen")).parent().expect("a folder").to_owned();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(program).chain(std::env::split_paths(&others));
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.root).env("PATH", std::env::join_paths(paths).expect("paths"));
        let output = command.env("LC_ALL", "C").env_remove("DATABASE_URL").output().expect("git");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Runs gen.
    pub fn gen_(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
        command.args(arguments).current_dir(&self.root).env_remove("DATABASE_URL").env("NO_COLOR", "1");
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        let output = command.output().expect("gen runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), talk: text(output.stderr) }
    }

    /// Commits everything.
    #[track_caller]
    pub fn commit(&self, title: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", title]);
    }

    /// Makes a branch of `main`, changes the entities, writes a migration, and commits.
    #[track_caller]
    pub fn branch(&self, branch: &str, change: impl FnOnce(&Self), migration: &[&str]) {
        self.git(&["checkout", "-q", "main"]);
        self.git(&["checkout", "-q", "-b", branch]);
        change(self);
        self.gen_(&[&["migration"], migration, &["--from", "snapshot"]].concat()).with(0);
        self.commit(branch);
    }

    /// Lets git merge a branch, where entities that both have changed take the given text.
    pub fn merge(&self, branch: &str, settle: impl FnOnce(&Self)) {
        self.run_git(&["merge", "-q", branch]);
        settle(self);
    }

    /// The ids of the migrations, by the lock.
    pub fn ids(&self) -> Vec<String> {
        let lock: serde_json::Value = serde_json::from_str(&self.read("schema.lock.json")).expect("JSON");
        let dialects = lock["migrations"].as_object().expect("dialects");
        let lines = dialects.values().next().and_then(|lines| lines.as_array()).expect("lines");
        lines.iter().map(|line| line["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// The names of the migrations, in order.
    pub fn names(&self) -> Vec<String> {
        self.ids().iter().map(|id| id[16..].to_owned()).collect()
    }

    /// Asserts that entities, snapshot, lock and a replay of the migrations agree.
    #[track_caller]
    pub fn agrees(&self) {
        self.gen_(&["check", "--entities", "--lock", "--replay"])
            .with(0)
            .keeps_silent_on("fails")
            .keeps_silent_on("skipped");
    }
}
