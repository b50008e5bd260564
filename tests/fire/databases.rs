//! The database of a walk, and where it is: on a server in the environment, on a server of the driver's own, in a file.
//!
//! Must not know what is compared, or how a run is interrupted.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sea_gen::schema::Product;
use sea_gen_runner::session::{DatabaseError, Missing, Rows, Session};
use tokio::runtime::Runtime;
use url::Url;

use crate::pooler::{self, Pooler};
use crate::projects::users;
use crate::servers::Server;
use crate::support;

/// As many runners as race need as many sessions, each for itself.
const POOL: [&str; 4] = [
    "pool_mode = session",
    "ignore_startup_parameters = extra_float_digits",
    "default_pool_size = 150",
    "max_client_conn = 500",
];

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which database, and how it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Direct(Product),
    /// PostgreSQL behind a pgbouncer that gives each client a session.
    Pooled,
    /// MariaDB on three Galera nodes, each run on the next one.
    Cluster,
}

/// How many nodes a cluster has.
const NODES: usize = 3;

impl Way {
    pub const ALL: [Self; 6] = [
        Self::Direct(Product::Postgres),
        Self::Direct(Product::MySql),
        Self::Direct(Product::MariaDb),
        Self::Direct(Product::Sqlite),
        Self::Pooled,
        Self::Cluster,
    ];

    /// Whether it takes too long for every run of the tests.
    pub fn is_on_request(self) -> bool {
        self == Self::Cluster
    }

    pub fn product(self) -> Product {
        match self {
            Self::Direct(product) => product,
            Self::Pooled => Product::Postgres,
            Self::Cluster => Product::MariaDb,
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Direct(product) => product.key(),
            Self::Pooled => "pgbouncer",
            Self::Cluster => "galera",
        }
    }

    /// As the table names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Direct(Product::Postgres) => "PostgreSQL",
            Self::Direct(Product::MySql) => "MySQL",
            Self::Direct(Product::MariaDb) => "MariaDB",
            Self::Direct(Product::Sqlite) => "SQLite",
            Self::Pooled => "PostgreSQL, pgbouncer",
            Self::Cluster => "MariaDB, Galera",
        }
    }
}

enum Home {
    Given {
        url: String,
    },
    Pooled(Pooler),
    Cluster {
        nodes: Vec<Server>,
        /// The node of the last run.
        last: Cell<usize>,
    },
    Own(Box<Server>),
    File {
        folder: tempfile::TempDir,
        is_mounted: bool,
    },
}

/// Where the databases of one product are made, one after the other.
pub struct Site {
    pub product: Product,
    home: Home,
    runtime: Runtime,
    name: String,
}

impl Site {
    /// On the server in the environment; in a folder for SQLite.
    pub fn given(way: Way) -> Result<Self, String> {
        let product = way.product();
        let home = match support::variable(product) {
            Some(_) if way == Way::Cluster => Home::Cluster { nodes: Server::cluster(NODES)?, last: Cell::new(0) },
            Some(_) if way == Way::Pooled => match pooler::is_at_hand() {
                true => Home::Pooled(Pooler::start(&POOL)),
                false => return Err("there is no pgbouncer, or no server for it".to_owned()),
            },
            None => Home::File { folder: tempfile::tempdir().unwrap(), is_mounted: false },
            Some(variable) if support::is_at_hand(product) => Home::Given { url: support::url(variable) },
            Some(variable) => return Err(format!("{variable} is not set")),
        };
        Ok(Self::at(product, home))
    }

    /// On a server of its own, which can be killed.
    pub fn own(product: Product) -> Result<Self, String> {
        Ok(Self::at(product, Home::Own(Box::new(Server::start(product)?))))
    }

    /// On a small file system of its own, which can be filled.
    pub fn small() -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(folder.path());
        let output = command.stdin(Stdio::null()).output().map_err(|it| it.to_string())?;
        match output.status.success() {
            true => Ok(Self::at(Product::Sqlite, Home::File { folder, is_mounted: true })),
            false => Err(format!("no file system can be mounted: {}", String::from_utf8_lossy(&output.stderr).trim())),
        }
    }

    fn at(product: Product, home: Home) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let site = Self { product, home, runtime, name: String::new() };
        site.await_answer();
        site
    }

    fn server(&self) -> String {
        match &self.home {
            Home::Given { url } => url.clone(),
            Home::Pooled(pooler) => pooler.url("postgres"),
            Home::Cluster { nodes, .. } => self.url_of(&nodes[0]),
            Home::Own(server) => self.url_of(server),
            Home::File { .. } => String::new(),
        }
    }

    fn url_of(&self, server: &Server) -> String {
        match self.product {
            Product::Postgres => format!("postgres://postgres@127.0.0.1:{}/postgres", server.port),
            Product::MySql | Product::MariaDb | Product::Sqlite => {
                format!("{}://root@127.0.0.1:{}/", self.product.key(), server.port)
            }
        }
    }

    fn make_users(&self) {
        let [reader, owner] = users();
        let statements = match self.product {
            Product::Sqlite => return,
            Product::Postgres => {
                vec![format!("DO $$BEGIN IF to_regrole('{reader}') IS NULL THEN CREATE ROLE {reader}; END IF; END$$")]
            }
            Product::MySql | Product::MariaDb => vec![
                format!("CREATE USER IF NOT EXISTS {reader}@'%'"),
                format!("CREATE USER IF NOT EXISTS {owner}@'%'"),
                format!("GRANT ALL ON *.* TO {owner}@'%'"),
            ],
        };
        for statement in statements {
            self.administer(&statement).unwrap();
        }
    }

    fn administer(&self, sql: &str) -> Result<Rows, DatabaseError> {
        self.runtime.block_on(ask(&self.server(), sql))
    }

    /// Makes an empty database in the place of the last one.
    pub fn renew(&mut self) {
        self.remove();
        // Another walk on the same server may have removed them at its end.
        self.make_users();
        // Two walks may use one server.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        self.name = format!("fire_{}_{number}", std::process::id());
        match self.product {
            Product::Sqlite => {}
            Product::Postgres => {
                self.administer(&format!("CREATE DATABASE {} TEMPLATE template0", self.name)).unwrap();
            }
            Product::MySql | Product::MariaDb => {
                self.administer(&format!("CREATE DATABASE {} CHARACTER SET utf8mb4", self.name)).unwrap();
            }
        }
        if let Home::Cluster { nodes, .. } = &self.home {
            for node in nodes {
                let url = self.in_database(&self.url_of(node), None);
                while self.runtime.block_on(ask(&url, "SELECT 1")).is_err() {
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    fn remove(&mut self) {
        if self.name.is_empty() {
            return;
        }
        match self.product {
            Product::Sqlite => {
                for path in self.files() {
                    let _ = fs::remove_file(path);
                }
            }
            Product::Postgres => {
                let _ = self.administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
            }
            Product::MySql | Product::MariaDb => {
                // A session that was left behind may hold a lock on a table.
                let sessions = format!("SELECT id FROM information_schema.processlist WHERE db = '{}'", self.name);
                let sessions = self.administer(&sessions).unwrap_or_default();
                for session in sessions.iter() {
                    let _ = self.administer(&format!("KILL {}", session.text(0)));
                }
                let _ = self.administer(&format!("DROP DATABASE IF EXISTS {}", self.name));
            }
        }
        self.name.clear();
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files of the SQLite database.
    pub fn files(&self) -> Vec<PathBuf> {
        let Home::File { folder, .. } = &self.home else { return Vec::new() };
        let path = |suffix: &str| folder.path().join(format!("{}.db{suffix}", self.name));
        ["", "-journal", "-wal", "-shm"].map(path).to_vec()
    }

    /// The folder that can be filled.
    pub fn folder(&self) -> PathBuf {
        let Home::File { folder, .. } = &self.home else { return PathBuf::new() };
        folder.path().to_owned()
    }

    /// The URL of the database, without encryption, so that a proxy can read along; through another port if there is one.
    pub fn url(&self, port: Option<u16>) -> String {
        self.in_database(&self.server(), port)
    }

    /// The URL for the next run: on a cluster that of the next node.
    pub fn url_of_run(&self) -> String {
        match &self.home {
            Home::Cluster { nodes, last } => {
                last.set((last.get() + 1) % nodes.len());
                self.in_database(&self.url_of(&nodes[last.get()]), None)
            }
            Home::Given { .. } | Home::Pooled(_) | Home::Own(_) | Home::File { .. } => self.url(None),
        }
    }

    fn in_database(&self, server: &str, port: Option<u16>) -> String {
        let parameter = match self.product {
            Product::Sqlite => {
                let path = self.files().into_iter().next().unwrap();
                return format!("sqlite://{}", path.display());
            }
            Product::Postgres => "sslmode=disable",
            Product::MySql | Product::MariaDb => "ssl-mode=disabled",
        };
        let mut url = Url::parse(server).unwrap();
        url.set_path(&self.name);
        if let Some(port) = port {
            url.set_port(Some(port)).unwrap();
        }
        url.set_query(Some(parameter));
        url.into()
    }

    /// The port of the server; a cluster has several.
    pub fn port(&self) -> Option<u16> {
        if matches!(self.home, Home::Cluster { .. }) {
            return None;
        }
        Url::parse(&self.server()).ok()?.port()
    }

    /// Asks the database.
    pub fn ask(&self, sql: &str) -> Result<Rows, DatabaseError> {
        self.runtime.block_on(ask(&self.url(None), sql))
    }

    /// A session of the database, and what drives it.
    pub fn session(&self) -> Result<(Session, &Runtime), DatabaseError> {
        let mut session = self.runtime.block_on(connect(&self.url(None)))?;
        if matches!(self.home, Home::Cluster { .. }) {
            // What was done on another node is seen.
            self.runtime.block_on(session.execute("SET SESSION wsrep_sync_wait = 7"))?;
        }
        Ok((session, &self.runtime))
    }

    /// Kills the server of its own.
    pub fn kill_server(&mut self) {
        if let Home::Own(server) = &mut self.home {
            server.kill();
        }
    }

    /// Starts the server of its own again.
    pub fn start_server(&mut self) -> Result<(), String> {
        match &mut self.home {
            Home::Own(server) => server.run()?,
            Home::Given { .. } | Home::Pooled(_) | Home::Cluster { .. } | Home::File { .. } => {}
        }
        self.await_answer();
        Ok(())
    }

    /// Waits until the server has repaired itself: it takes connections before.
    fn await_answer(&self) {
        let begun = Instant::now();
        while self.product != Product::Sqlite && begun.elapsed() < PATIENCE && self.administer("SELECT 1").is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Leaves nothing behind.
    pub fn close(mut self) {
        self.remove();
        match &self.home {
            Home::Given { .. } | Home::Pooled(_) => {
                let [reader, owner] = users();
                let users = match self.product {
                    Product::Postgres => vec![reader],
                    Product::MySql | Product::MariaDb => vec![format!("{reader}@'%'"), format!("{owner}@'%'")],
                    Product::Sqlite => Vec::new(),
                };
                let kind = if self.product == Product::Postgres { "ROLE" } else { "USER" };
                for user in users {
                    let _ = self.administer(&format!("DROP {kind} IF EXISTS {user}"));
                }
            }
            Home::File { folder, is_mounted: true } => {
                let _ = Command::new("umount").arg(folder.path()).status();
            }
            Home::Own(_) | Home::Cluster { .. } | Home::File { .. } => {}
        }
    }
}

async fn connect(url: &str) -> Result<Session, DatabaseError> {
    Session::connect(&support::connection(url), Missing::Create).await.map_err(|error| error.error)
}

async fn ask(url: &str, sql: &str) -> Result<Rows, DatabaseError> {
    let mut session = connect(url).await?;
    let rows = session.query(sql).await;
    session.close().await;
    rows
}
