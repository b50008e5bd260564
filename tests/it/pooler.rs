//! A pgbouncer in front of the server of `DATABASE_URL_POSTGRES`, on a port of its own.
//!
//! Must not know what is tested.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sea_gen::schema::Product;
use url::Url;

use crate::support;

/// A pooler that runs.
pub struct Pooler {
    url: Url,
    child: Child,
    _folder: tempfile::TempDir,
}

fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    // Debian puts it where only root looks.
    let folders = std::env::split_paths(&folders).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("pgbouncer")).find(|path| path.is_file())
}

/// Whether a pooler can be started, and there is a server for it.
pub fn is_at_hand() -> bool {
    support::is_at_hand(Product::Postgres) && program().is_some()
}

impl Pooler {
    /// Starts one with the lines of a configuration: `pool_mode = transaction`.
    pub fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Url::parse(&support::url("DATABASE_URL_POSTGRES")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let password = server.password().map(|it| format!(" password={it}")).unwrap_or_default();
        let text = format!(
            "[databases]\n* = host={} port={} user={}{password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\n{}\n",
            server.host_str().unwrap(),
            server.port().unwrap_or(5432),
            server.username(),
            settings.join("\n"),
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, text).unwrap();
        let mut command = as_nobody(&program().unwrap(), folder.path());
        let mut child = command.arg(&file).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("process up") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "pgbouncer does not start");
        }
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let mut url = server;
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        Self { url, child, _folder: folder }
    }

    /// The URL of a database through it.
    pub fn url(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// It refuses to be root.
fn as_nobody(program: &Path, folder: &Path) -> Command {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    if !std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
        return Command::new(program);
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command
}
