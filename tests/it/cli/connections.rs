//! Where a connection leads is judged by what the driver uses, and a scratch database is another one than the one given.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use sea_gen::schema::Product;

use super::project::{Project, USER, execute};
use super::shows;
use crate::support::{self, Scratch, connection};

/// `gen sync` and `gen seed` write to databases on this machine only, wherever in the environment or the URL the host is said.
#[apply(test)]
fn a_host_elsewhere_is_seen_wherever_it_is_said() {
    let elsewhere = [
        ("postgres", "postgres://db.invalid/shop", None),
        ("postgres", "postgres://localhost/shop?host=db.invalid", None),
        ("postgres", "postgres://localhost/shop?hostaddr=192.0.2.1", None),
        ("postgres", "postgres:///shop", Some("db.invalid")),
        ("postgres", "postgres:///shop?host=db.invalid", Some("localhost")),
        ("mysql", "mysql://root@%2Frun%2Fmysqld/shop", None),
    ];
    for (dialect, url, host) in elsewhere {
        let project = Project::empty(&format!("dialects = [\"{dialect}\"]\n"));
        for command in ["sync", "seed"] {
            let mut command = project.command(&[command, "--database-url", url]);
            let shown = project.shown(&command.envs(host.map(|host| ("PGHOST", host))).output().unwrap());
            assert!(shown.contains("is on another host"), "{url}: {shown}");
        }
    }
    // Nobody is there, but it is here that nobody is.
    let project = Project::new();
    project.write("gen.toml", "dialects = [\"postgres\"]\n");
    let mut command = project.command(&["sync", "--database-url", "postgres:///shop?port=1"]);
    let shown = project.shown(&command.env("PGHOST", "/nowhere").output().unwrap());
    assert!(shown.contains("cannot connect to the socket `/nowhere`"), "{shown}");
}

#[apply(test)]
fn a_parameter_the_driver_ignores_is_refused() {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    shows!(project.refused(&["status", "--database-url", "postgres://h/d?ssl=true"]), @r"
    error: the database URL cannot be read: the driver does not know the parameter `ssl` (from `--database-url`)

    hint: did you mean `sslmode=require`, or `sslmode=verify-full`, which checks the certificate?
    ");
    shows!(project.refused(&["status", "--database-url", "postgres://h/d?sslmode=requre"]), @r"
    error: the database URL cannot be read: `sslmode` has a value it cannot have (from `--database-url`)

    hint: did you mean `require`? it is one of disable, allow, prefer, require, verify-ca, verify-full
    ");
    shows!(project.refused(&["status", "--database-url", "mysql://h/d?ssl_mode=VERIFY_IDENTITY"]), @r"
    error: the database URL cannot be read: the driver does not know the parameter `ssl_mode` (from `--database-url`)

    hint: did you mean `ssl-mode`?
    ");
    let mut command = project.command(&["status", "--database-url", "postgres://h/d"]);
    shows!(project.shown(&command.env("PGSSLMODE", "verify_full").output().unwrap()), @r"
    exit 1
    --- stderr
    error: the variable `PGSSLMODE` of the environment has a value it cannot have (from `--database-url`)

    hint: did you mean `verify-full`? it is one of disable, allow, prefer, require, verify-ca, verify-full
    ");
}

/// The folder above a project is somebody else's.
#[apply(test)]
fn the_variables_are_those_of_the_project() {
    let outside = Project::empty("");
    std::fs::remove_file(outside.path("gen.toml")).unwrap();
    std::fs::remove_dir(outside.path(".git")).unwrap();
    outside.write(".env", "DATABASE_URL=postgres://elsewhere.invalid/shop\n");
    outside.write("inside/gen.toml", "dialects = [\"sqlite\"]\n");
    outside.write("inside/entities/user.rs", USER);
    let status = || outside.run(&["--project", "inside", "status"]);
    assert!(!status().contains("elsewhere"), "{}", status());
    // A workspace is one project.
    outside.write("Cargo.toml", "[workspace]\n");
    assert!(status().contains("elsewhere"), "{}", status());
    outside.write("inside/.env", "\u{feff}DATABASE_URL=sqlite://here.db\n");
    assert!(status().contains("sqlite://here.db"), "{}", status());
    outside.write("inside/.env", "A=1\n\nDATABASE_URL postgres://ann:hunter2@h/d\n");
    shows!(outside.refused(&["--project", "inside", "status"]), @r"
    error: `[project]/inside/.env`, line 3: it is not `NAME=value`

    hint: put a value with spaces, `#` or quotes in it between single quotes, and close them
    ");
}

/// What a dump drops, it drops in the scratch database, whatever the URL and the environment say of databases and schemas.
#[apply(test_on_postgres)]
fn a_dump_is_built_on_another_database() {
    let scratch = block(Scratch::create(Product::Postgres)).unwrap();
    let options = connection(&scratch.url);
    execute(
        &scratch.url,
        "CREATE SCHEMA app; CREATE TABLE app.account (id integer); CREATE TABLE account (id integer)",
    );
    let server = support::url("DATABASE_URL_POSTGRES");
    let address = url::Url::parse(&server).unwrap();
    let name = options.database();
    let without = server.trim_end_matches(address.path()).to_owned();
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("dump.sql", "DROP TABLE IF EXISTS account;\nCREATE TABLE account (id integer);\n");
    for (url, environment) in [
        (format!("{without}?dbname={name}"), vec![]),
        (format!("{without}/{name}?options=-csearch_path%3Dapp"), vec![]),
        (format!("{without}/{name}?options[search_path]=app"), vec![]),
        (without.clone(), vec![("PGDATABASE", name)]),
        (without.clone(), vec![("PGDATABASE", name), ("PGOPTIONS", "-c search_path=app")]),
    ] {
        let arguments = ["diff", "--from", "file:dump.sql", "--to", "database", "--database-url", &url];
        let mut command = project.command(&arguments);
        let shown = project.shown(&command.envs(environment.clone()).output().unwrap());
        assert!(shown.contains("no difference"), "{url} {environment:?}: {shown}");
    }
    block(scratch.remove()).unwrap();
}

/// A pooler may lead every name to one database: nothing is sent to what is not the scratch database.
#[apply(test_on_postgres)]
fn a_scratch_database_that_is_another_is_refused() {
    let scratch = block(Scratch::create(Product::Postgres)).unwrap();
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("dump.sql", "CREATE TABLE account (id integer);\n");
    let url = pooled(&scratch.url);
    let said = project.refused(&["diff", "--from", "file:dump.sql", "--to", "database", "--database-url", &url]);
    assert!(said.contains("nothing was sent to it"), "{said}");
    execute(&scratch.url, "CREATE TABLE account (id integer)");
    block(scratch.remove()).unwrap();
}

/// A URL whose server leads every name to the database of another URL.
fn pooled(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let pooled = format!("postgres://{}@127.0.0.1:{}/any", url.username(), listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let url = url.clone();
            std::thread::spawn(move || client.and_then(|client| pool(client, &url)));
        }
    });
    pooled
}

fn pool(mut client: TcpStream, url: &url::Url) -> std::io::Result<()> {
    let mut start = packet(&mut client)?;
    if start.len() == 4 {
        // It asks for TLS first.
        client.write_all(b"N")?;
        start = packet(&mut client)?;
    }
    let mut words: Vec<String> =
        start[4..].split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    for at in (0..words.len()).step_by(2) {
        if words[at] == "database" {
            words[at + 1] = url.path().trim_start_matches('/').to_owned();
        }
    }
    let rest = words.join("\0");
    let mut server = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap_or(5432)))?;
    server.write_all(&(8 + rest.len() as u32).to_be_bytes())?;
    server.write_all(&start[..4])?;
    server.write_all(rest.as_bytes())?;
    let (mut answers, mut asker) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut answers, &mut asker));
    std::io::copy(&mut client, &mut server).map(|_| ())
}

/// One packet without a kind, without its length.
fn packet(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    client.read_exact(&mut length)?;
    let mut packet = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut packet)?;
    Ok(packet)
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
