//! Projects in temporary folders, and the built binary run in them.
//!
//! Must not know what is tested.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The parts of the output that differ between runs: times, ids, durations, versions, checksums.
pub const FILTERS: &[(&str, &str)] = &[
    (r"\d{8}_\d{6}", "[time]"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[when]"),
    (r"\d+ ms\b", "[n] ms"),
    (r#""execution_ms": \d+"#, r#""execution_ms": [n]"#),
    (r"\b[0-9a-f]{32,64}\b", "[digest]"),
    (r"SQLite \d+\.\d+\.\d+", "SQLite [version]"),
    (r#""version": "[^"]+""#, r#""version": "[version]""#),
    (r"sea_gen_test_\d+_\d+", "[database]"),
    (r"sea_gen_scratch_\w+", "[scratch]"),
    (r"sea_gen_cli_\w+", "[user]"),
];

/// One entity; others are derived from it by replacing text.
pub const USER: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// The project of one test.
pub struct Project {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Project {
    /// A folder with a configuration and nothing else. It is a repository, so that nothing above it is looked at.
    pub fn empty(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        fs::create_dir(path.join(".git")).unwrap();
        let project = Self { folder, path };
        project.write("gen.toml", configuration);
        project
    }

    /// One entity, SQLite.
    pub fn new() -> Self {
        let project = Self::empty("dialects = [\"sqlite\"]\ndatabase-url = \"sqlite://shop.db\"\n");
        project.write("entities/user.rs", USER);
        project
    }

    /// Set up, with one migration that is not yet applied.
    pub fn begun() -> Self {
        let project = Self::new();
        project.succeeds(&["init"]);
        project.succeeds(&["migration", "Initial"]);
        project
    }

    /// With three migrations, none of them applied.
    pub fn grown() -> Self {
        let project = Self::begun();
        for (name, field) in [("AddEmail", "email"), ("AddPhone", "phone")] {
            project.declare(field);
            project.succeeds(&["migration", name]);
        }
        project
    }

    /// A copy of the bookshop, for all four databases.
    pub fn bookshop() -> Self {
        let project = Self::empty(
            "dialects = [\"sqlite\", \"postgres\", \"mysql\", \"mariadb\"]\ndatabase-url = \"sqlite://.gen/bookshop.db\"\n",
        );
        let entities = Path::new(env!("CARGO_MANIFEST_DIR")).join("entities");
        for entry in fs::read_dir(entities).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                project.write(Path::new("entities").join(path.file_name().unwrap()), fs::read(&path).unwrap());
            }
        }
        project
    }

    /// Adds an optional text field to the entity.
    pub fn declare(&self, field: &str) {
        self.edit(
            "entities/user.rs",
            "\n}\n\n#[derive(Copy",
            &format!("\n    pub {field}: Option<String>,\n}}\n\n#[derive(Copy"),
        );
    }

    /// A path in it.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path.join(path)
    }

    /// Writes a file.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces text in a file, which must contain it.
    pub fn edit(&self, path: impl AsRef<Path>, old: &str, new: &str) {
        let text = self.read(&path);
        assert!(text.contains(old), "`{old}` is not in {text}");
        self.write(path, text.replacen(old, new, 1));
    }

    /// The migration files, by their paths from the project's folder, oldest first.
    pub fn migrations(&self) -> Vec<String> {
        let mut paths: Vec<String> = (self.tree().into_keys())
            .filter(|path| path.starts_with("migrations") && path.extension().is_some())
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        paths.sort();
        paths
    }

    /// The ids of the migrations, oldest first.
    pub fn ids(&self) -> Vec<String> {
        let stem = |path: &String| Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
        self.migrations().iter().map(stem).collect()
    }

    /// Every file with its content, and every folder, but for the repository's own.
    pub fn tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().to_owned();
                if name.starts_with(".git") {
                    continue;
                }
                if path.is_dir() && !path.is_symlink() {
                    walk(root, &path, found);
                    found.insert(name, None);
                } else {
                    // A pipe is never read to its end, and neither is what some tests put in the place of a file.
                    let is_short = fs::symlink_metadata(&path).is_ok_and(|it| it.is_file() && it.len() < 1 << 24);
                    found.insert(name, is_short.then(|| fs::read(&path).unwrap_or_default()));
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.path, &self.path, &mut found);
        found
    }

    /// The binary, to be run in the folder with nothing of this machine's environment that would change what it does.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
        command.args(arguments).current_dir(&self.path).env_clear();
        command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
        command
    }

    /// Runs the binary.
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the binary and shows all that a user sees of it.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.shown(&self.output(arguments))
    }

    /// Exit code and both streams, with the folder's name left out.
    pub fn shown(&self, output: &Output) -> String {
        let mut text = format!("exit {}\n", output.status.code().unwrap_or(-1));
        for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("--- {name}\n{}\n", String::from_utf8_lossy(stream).trim_end_matches('\n')));
            }
        }
        text.replace(&self.path.display().to_string(), "[project]")
            .replace(&self.folder.path().display().to_string(), "[project]")
    }

    /// Runs the binary, which must do what it is told, and gives back stdout.
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "gen {arguments:?}: {}", self.shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the binary, which must refuse: exit code 1, no result, and every file as it was before. Shows what it says,
    /// which must hold a hint.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let before = self.tree();
        let output = self.output(arguments);
        let shown = self.shown(&output);
        assert_eq!(output.status.code(), Some(1), "gen {arguments:?}: {shown}");
        assert!(output.stdout.is_empty(), "gen {arguments:?}: {shown}");
        assert!(self.tree() == before, "gen {arguments:?} changed the project: {shown}");
        assert!(
            ["hint:", "help:", "--help", "╭─[", "gen.toml`, line"].iter().any(|hint| shown.contains(hint)),
            "no hint: {shown}"
        );
        assert!(!shown.contains("panicked"), "{shown}");
        shown.split_once("--- stderr\n").unwrap().1.to_owned()
    }
}

/// Actions outside the binary.
impl Project {
    /// Runs statements on the project's SQLite database.
    pub fn sql(&self, script: &str) {
        super::project::execute(&format!("sqlite://{}", self.path("shop.db").display()), script);
    }

    /// Runs git in the project's folder, without anybody's settings.
    pub fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.path).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Runs statements, separated by semicolons, on a database.
pub fn execute(url: &str, script: &str) {
    use sea_gen_runner::session::{Missing, Session};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut session = Session::connect(&crate::support::connection(url), Missing::Refuse).await.unwrap();
        for statement in script.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            session.execute(statement).await.unwrap();
        }
        session.close().await;
    });
}
