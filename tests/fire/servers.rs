//! A server of its own for tests that kill it: with durable settings, on a port and a data directory of its own.
//!
//! Must not know what runs on it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_gen::schema::Product;

/// A server that can be killed and started again.
pub struct Server {
    pub port: u16,
    product: Product,
    /// The folder in which the programs are, if they live in a tree of their own.
    root: Option<PathBuf>,
    /// Its data directory as it sees it.
    data: PathBuf,
    folder: PathBuf,
    /// Arguments besides those of every server.
    arguments: Vec<String>,
    child: Option<Child>,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

fn found(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    path.is_file().then_some(path)
}

/// The newest installed PostgreSQL.
fn postgres_programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|it| it.path()).collect();
    folders.sort();
    folders.into_iter().rev().map(|it| it.join("bin")).find(|it| it.join("initdb").is_file())
}

/// MySQL as `tests/run.sh` installs it where the system has MariaDB under its name.
fn mysql_root() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let root = cache.join("sea-gen/mysql-sid");
    root.join("usr/sbin/mysqld").is_file().then_some(root)
}

impl Server {
    /// Makes a data directory and starts a server on it; or why that is not possible.
    pub fn start(product: Product) -> Result<Self, String> {
        Self::start_with(product, Vec::new())
    }

    /// Starts the nodes of a Galera cluster, one after the other (Debian: `galera-4` and `rsync`).
    pub fn cluster(nodes: usize) -> Result<Vec<Self>, String> {
        let library = found("/usr/lib/galera/libgalera_smm.so").ok_or("there is no Galera")?;
        let ports: Vec<[u16; 3]> = (0..nodes).map(|_| [(); 3].map(|()| free_port())).collect();
        let group: Vec<String> = ports.iter().map(|[group, ..]| format!("127.0.0.1:{group}")).collect();
        let mut started = Vec::new();
        for (number, [group_port, state, changes]) in ports.iter().enumerate() {
            let mut arguments = vec![
                "--wsrep-on=ON".to_owned(),
                format!("--wsrep-provider={}", library.display()),
                format!("--wsrep-cluster-address=gcomm://{}", group.join(",")),
                format!("--wsrep-node-name=node{number}"),
                "--wsrep-node-address=127.0.0.1".to_owned(),
                "--wsrep-sst-method=rsync".to_owned(),
                format!("--wsrep-sst-receive-address=127.0.0.1:{state}"),
                format!(
                    "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{group_port};\
                     ist.recv_addr=127.0.0.1:{changes};gcache.size=32M"
                ),
                "--binlog-format=ROW".to_owned(),
                "--innodb-autoinc-lock-mode=2".to_owned(),
            ];
            arguments.extend((number == 0).then(|| "--wsrep-new-cluster".to_owned()));
            started.push(Self::start_with(Product::MariaDb, arguments)?);
        }
        Ok(started)
    }

    fn start_with(product: Product, arguments: Vec<String>) -> Result<Self, String> {
        let root = match product {
            Product::MySql => Some(mysql_root().ok_or("no MySQL server to start")?),
            Product::Postgres | Product::MariaDb | Product::Sqlite => None,
        };
        let parent = root.clone().unwrap_or_default().join("tmp");
        let parent = if root.is_some() { parent } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("sea-gen-fire").tempdir_in(parent).map_err(|it| it.to_string())?;
        let folder = folder.keep();
        let inside = root.as_deref().and_then(|root| folder.strip_prefix(root).ok()).map(|it| Path::new("/").join(it));
        let data = inside.unwrap_or_else(|| folder.clone()).join("data");
        let mut server = Self { port: free_port(), product, root, data, folder, arguments, child: None };
        server.initialise()?;
        server.run()?;
        Ok(server)
    }

    fn command(&self, program: &Path) -> Command {
        match &self.root {
            Some(root) => {
                let mut command = Command::new("chroot");
                command.arg(root).arg(program);
                command
            }
            None if self.product == Product::Postgres && is_root() => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    fn program(&self) -> Result<PathBuf, String> {
        match self.product {
            Product::Postgres => Ok(postgres_programs().ok_or("no PostgreSQL server to start")?.join("postgres")),
            Product::MariaDb => found("/usr/sbin/mariadbd").ok_or_else(|| "no MariaDB server to start".to_owned()),
            Product::MySql => Ok(PathBuf::from("/usr/sbin/mysqld")),
            Product::Sqlite => Err("SQLite has no server".to_owned()),
        }
    }

    fn users(&self) -> PathBuf {
        self.data.with_file_name("users.sql")
    }

    fn initialise(&self) -> Result<(), String> {
        let owner = if self.product == Product::Postgres { "postgres" } else { "mysql" };
        let own = "SET SESSION sql_mode = ''";
        let users = format!(
            "{own};\nCREATE USER IF NOT EXISTS 'root'@'127.0.0.1';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n\
             CREATE USER IF NOT EXISTS 'root'@'%';\nGRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;\n"
        );
        fs::write(self.folder.join("users.sql"), users).map_err(|it| it.to_string())?;
        fs::create_dir(self.folder.join("data")).map_err(|it| it.to_string())?;
        if is_root() {
            let (mut own, folder) = match &self.root {
                Some(root) => {
                    let mut command = Command::new("chroot");
                    command.arg(root).arg("chown");
                    (command, self.data.with_file_name(""))
                }
                None => (Command::new("chown"), self.folder.clone()),
            };
            finish(own.arg("-R").arg(owner).arg(folder))?;
        }
        let mut command = match self.product {
            Product::Postgres => {
                let programs = postgres_programs().ok_or("no PostgreSQL server to start")?;
                let mut command = self.command(&programs.join("initdb"));
                command.arg("-D").arg(&self.data);
                command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
                command
            }
            Product::MariaDb => {
                let mut command = Command::new("mariadb-install-db");
                command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
                command.arg("--user=mysql").arg(format!("--datadir={}", self.data.display()));
                command
            }
            Product::MySql | Product::Sqlite => {
                let mut command = self.command(&self.program()?);
                command.args(["--no-defaults", "--user=mysql", "--initialize-insecure", "--secure-file-priv="]);
                command.arg(format!("--datadir={}", self.data.display()));
                command
            }
        };
        finish(&mut command)
    }

    /// Starts it on its data directory, and waits until it answers. A session of the server that was killed may live a little
    /// longer, and PostgreSQL does not start beside it.
    pub fn run(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            let started = self.run_once();
            if started.is_ok() || begun.elapsed() > Duration::from_secs(30) {
                return started;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn run_once(&mut self) -> Result<(), String> {
        let (program, data) = (self.program()?, self.data.display().to_string());
        let mut command = self.command(&program);
        match self.product {
            Product::Postgres => {
                command.args(["-D", &data, "-p", &self.port.to_string(), "-k", &data, "-h", "127.0.0.1"]);
            }
            Product::MySql | Product::MariaDb | Product::Sqlite => {
                command.args(["--no-defaults", "--user=mysql", "--bind-address=127.0.0.1", "--skip-log-bin"]);
                command.arg(format!("--datadir={data}")).arg(format!("--port={}", self.port));
                command.arg(format!("--socket={data}.socket")).arg(format!("--pid-file={data}.pid"));
                command.arg(format!("--init-file={}", self.users().display()));
                command.arg("--innodb-flush-log-at-trx-commit=1");
                if self.product == Product::MySql {
                    command.args(["--mysqlx=OFF", "--secure-file-priv="]);
                }
            }
        }
        command.args(&self.arguments);
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut child = command.spawn().map_err(|it| it.to_string())?;
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if child.try_wait().unwrap().is_some() || begun.elapsed() > Duration::from_mins(1) {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                return Err(format!("{} does not start: {}", self.product, last.join(" | ")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.child = Some(child);
        Ok(())
    }

    /// Kills it (SIGKILL), with the processes of its sessions.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let id = child.id().to_string();
            // PostgreSQL ends its sessions' processes when the first one is gone, each when it looks.
            let sessions = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            let _ = child.kill();
            for session in sessions.split_whitespace() {
                let _ = Command::new("kill").args(["-KILL", session]).stderr(Stdio::null()).status();
            }
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn finish(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|it| format!("{command:?}: {it}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
