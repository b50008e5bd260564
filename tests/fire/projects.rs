//! A project with hand-written migrations of one product, and the stops at which a walk through them rests.
//!
//! Must not know how a run is interrupted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sea_gen::schema::Product;

use crate::databases::Way;

/// One entity, so that the project can be set up; it is removed again, as in a deployment.
const ENTITY: &str = "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
    #[sea_orm(table_name = \"user\")]\npub struct Model {\n    #[sea_orm(primary_key)]\n    pub id: i32,\n}\n\n\
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {}\n\n\
    impl ActiveModelBehavior for ActiveModel {}\n";

/// How many migrations lie between two stops.
const STRIDE: usize = 3;

/// A project in a folder of its own.
pub struct Project {
    folder: tempfile::TempDir,
    /// The ids of its migrations, oldest first.
    pub ids: Vec<String>,
}

/// The direction of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Up,
    Down,
}

/// A run of `gen`: from which number of applied migrations to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leg {
    pub from: usize,
    pub to: usize,
}

impl Leg {
    pub fn direction(self) -> Direction {
        if self.to > self.from { Direction::Up } else { Direction::Down }
    }
}

/// A process of `gen` with everything it says.
#[derive(Clone)]
pub struct Run {
    child: Arc<Mutex<Child>>,
    pub id: u32,
    said: PathBuf,
}

/// How a process ended.
pub struct End {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Whether it had to be killed because it did not end by itself.
    pub hung: bool,
    pub said: String,
}

impl Run {
    /// Kills it at once (SIGKILL).
    pub fn kill(&self) {
        let _ = self.child.lock().unwrap().kill();
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let _ = Command::new("kill").args([&format!("-{name}"), &self.id.to_string()]).stderr(Stdio::null()).status();
    }

    /// Whether it is still running.
    pub fn is_running(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_none()
    }

    /// Waits for its end, and kills it after a limit.
    pub fn end(&self, limit: Duration) -> End {
        let begun = Instant::now();
        let mut hung = false;
        let status = loop {
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > limit {
                hung = true;
                self.kill();
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let said = fs::read_to_string(&self.said).unwrap_or_default();
        let _ = fs::remove_file(&self.said);
        End { code: status.code(), hung, said }
    }
}

impl Project {
    /// Makes the project and seals its migrations.
    pub fn new(way: Way) -> Self {
        let product = way.product();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for name in [".git", "migrations", "entities"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        fs::write(path.join("gen.toml"), format!("dialects = [\"{}\"]\n", product.key())).unwrap();
        fs::write(path.join("entities/user.rs"), ENTITY).unwrap();
        let mut ids = Vec::new();
        let [reader, owner] = users();
        for (id, text) in files(way) {
            let text = text.replace("fire_reader", &reader).replace("fire_owner", &owner);
            fs::write(path.join("migrations").join(format!("{id}.sql")), text).unwrap();
            ids.push(id);
        }
        ids.sort();
        let project = Self { folder, ids };
        for arguments in [vec!["init"], vec!["lock", "--no-verify"]] {
            let end = project.run(&arguments, "").end(Duration::from_mins(1));
            assert_eq!(end.code, Some(0), "gen {arguments:?}: {}", end.said);
        }
        fs::remove_dir_all(project.folder.path().join("entities")).unwrap();
        project
    }

    /// Starts `gen` in its folder on a database.
    pub fn run(&self, arguments: &[&str], url: &str) -> Run {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let said = self.folder.path().join(format!(".git/said.{number}"));
        let file = fs::File::create(&said).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH")).env("NO_COLOR", "1");
        if !url.is_empty() {
            command.env("DATABASE_URL", url);
        }
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap();
        let id = child.id();
        Run { child: Arc::new(Mutex::new(child)), id, said }
    }

    /// The command of a leg.
    pub fn command(&self, leg: Leg) -> [&str; 2] {
        let word = match leg.direction() {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        [word, &self.ids[leg.to - 1]]
    }

    /// The legs of a whole walk from an empty database to the newest migration and back to the first.
    pub fn walk(&self) -> Vec<Leg> {
        let last = self.ids.len();
        let mut stops: Vec<usize> = (1..last).step_by(STRIDE).collect();
        stops.push(last);
        let up = std::iter::once(0).chain(stops.iter().copied()).collect::<Vec<_>>();
        let down = stops.iter().rev().copied().collect::<Vec<_>>();
        let legs =
            |stops: &[usize]| -> Vec<Leg> { stops.windows(2).map(|pair| Leg { from: pair[0], to: pair[1] }).collect() };
        [legs(&up), legs(&down)].concat()
    }
}

/// The user who may do what the migrations grant, and the one who defines what they create; another process has others.
pub fn users() -> [String; 2] {
    ["fire_reader", "fire_owner"].map(|name| format!("{name}_{}", std::process::id()))
}

/// The migrations of a product by id. Those of MariaDB are those of MySQL, and some more; a cluster has no sequences with a cache.
fn files(way: Way) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fire/migrations");
    let of = |name: &str| -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            found.push((id, fs::read_to_string(&path).unwrap()));
        }
        found
    };
    match way.product() {
        product @ (Product::Postgres | Product::MySql | Product::Sqlite) => of(product.key()),
        Product::MariaDb => {
            let mut found = of("mysql");
            for (_, text) in &mut found {
                *text = text.replacen("(mysql)", "(mariadb)", 1).replace("utf8mb4_0900_ai_ci", "utf8mb4_general_ci");
            }
            found.extend(of("mariadb"));
            found.retain(|(id, _)| way != Way::Cluster || !id.ends_with("_sequences"));
            found
        }
    }
}
