//! A client that ends while a statement runs: after Ctrl-C the server ends the statement, and what is done is said; after SIGKILL the
//! next run ends it on request.

use std::process::{Child, Command, Stdio};

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(
    an_interrupted_statement_is_ended_on_the_server,
    an_interrupted_proof_leaves_nothing_behind,
    a_statement_that_a_killed_client_left_is_ended_on_request
);

/// A statement that takes longer than any test, and changes something when it is done.
fn endless(product: Product) -> &'static str {
    match product {
        Product::Postgres => "CREATE TABLE slow AS SELECT 1 AS a FROM (SELECT pg_sleep(3600)) AS slept",
        Product::MySql | Product::MariaDb => {
            "INSERT INTO early SELECT SLEEP(3600) + n FROM (SELECT 1 AS n UNION SELECT 2) AS two"
        }
        Product::Sqlite => {
            "CREATE TABLE slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        }
    }
}

/// How many sessions of the database, or of a scratch database, are at it. SQLite has no such list, but nobody else may write.
fn at_it(database: &Database) -> usize {
    at(database, "SLEEP(3600)")
}

fn at(database: &Database, text: &str) -> usize {
    // The server may still list the query before this one, which must not find itself. The history has the text, too.
    let (start, rest) = text.split_at(1);
    let sql = match database.product {
        Product::Postgres => {
            format!(
                "SELECT pid FROM pg_stat_activity WHERE query ILIKE '%{start}' || '{rest}%' AND query NOT ILIKE '%sea_gen_' || 'history%' AND pid <> pg_backend_pid() \
                 AND state = 'active' AND (datname = current_database() OR datname LIKE 'sea\\_gen\\_scratch\\_%')"
            )
        }
        Product::MySql | Product::MariaDb => {
            format!(
                "SELECT id FROM information_schema.processlist WHERE info LIKE CONCAT('%{start}', '{rest}%') AND info NOT LIKE CONCAT('%sea_gen_', 'history%') AND id <> connection_id() \
                 AND (db = DATABASE() OR db LIKE 'sea\\_gen\\_scratch\\_%')"
            )
        }
        Product::Sqlite => {
            let file = database.url.trim_start_matches("sqlite://");
            let is_locked = || {
                let output = Command::new("sqlite3").args([file, "BEGIN IMMEDIATE"]).output().expect("sqlite3");
                String::from_utf8_lossy(&output.stderr).contains("locked")
            };
            // Statements that end hold the lock too, but not as long.
            return usize::from((0..50).all(|_| is_locked()));
        }
    };
    database.query(&sql).len()
}

/// Runs `gen` until the database is at the endless statement.
fn running(project: &Project, arguments: &[&str]) -> Child {
    running_until(project, arguments, "SLEEP(3600)")
}

fn running_until(project: &Project, arguments: &[&str], text: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gen"));
    command.args(arguments).current_dir(project.path()).env_remove("DATABASE_URL");
    let mut child: Child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gen runs");
    while at(&project.database, text) == 0 {
        assert!(child.try_wait().expect("a process").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    child
}

/// Runs `gen` until the database is at the endless statement, and interrupts it: the exit code and what it said.
fn interrupted(project: &Project, arguments: &[&str]) -> (Option<i32>, String) {
    ended(running(project, arguments))
}

fn ended(child: Child) -> (Option<i32>, String) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("its end");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn with_an_endless_statement(product: Product) -> Project {
    let project = Project::settled(product);
    project.run(&["migration", "Slow", "--empty"]).with(0);
    let up = format!("CREATE TABLE early (id int PRIMARY KEY);\n{};", endless(product));
    project.write_newest(&up, "");
    project.run(&["lock", "--no-verify"]).with(0);
    project
}

fn an_interrupted_statement_is_ended_on_the_server(product: Product) {
    let project = with_an_endless_statement(product);
    let (code, said) = interrupted(&project, &["up"]);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("was interrupted at statement 2 of 2"), "{said}");
    let state = match product {
        Product::MySql | Product::MariaDb => "the first of its statements is in the database and stays there",
        Product::Postgres | Product::Sqlite => "it was rolled back, the database is as it was before it",
    };
    assert!(said.contains(state), "{said}");
    assert_eq!(at_it(&project.database), 0, "{said}");

    // The lock is free, and the file can be corrected: the rest of it is run, which is nothing where the first statement stayed.
    project.write_newest("CREATE TABLE early (id int PRIMARY KEY);", "");
    project.run(&["lock", "--no-verify"]).with(0);
    project.run(&["up"]).with(0);
    let rows = project.database.query("SELECT status FROM sea_gen_history ORDER BY id DESC");
    assert_eq!(rows.first().map(|row| row.text(0)), Some("applied"));
}

fn an_interrupted_proof_leaves_nothing_behind(product: Product) {
    // Its scratch database is in memory, so nothing shows that it is at it.
    if product == Product::Sqlite {
        return;
    }
    let project = with_an_endless_statement(product);
    let written = project.written();
    let (code, said) = interrupted(&project, &["verify"]);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted; the scratch database was dropped"), "{said}");
    assert_eq!(at_it(&project.database), 0, "{said}");
    assert_eq!(project.written(), written);
}

/// MariaDB would say that the statement is done, and all rows would be gone.
#[apply(test_on_mariadb)]
fn a_statement_that_copies_partitions_is_finished() {
    let project = Project::settled(Product::MariaDb);
    project.run(&["migration", "Partitions", "--empty"]).with(0);
    project.write_newest(
        "CREATE TABLE reading (id int PRIMARY KEY) PARTITION BY RANGE (id) \
         (PARTITION a VALUES LESS THAN (200000), PARTITION b VALUES LESS THAN (400000));\n\
         INSERT INTO reading SELECT seq FROM seq_1_to_300000;\n\
         ALTER TABLE reading REORGANIZE PARTITION a, b INTO (PARTITION c VALUES LESS THAN (400000));\n\
         CREATE TABLE late (id int PRIMARY KEY);",
        "",
    );
    project.run(&["lock", "--no-verify"]).with(0);
    let (code, said) = ended(running_until(&project, &["up"], "REORGANIZE PARTITION"));
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("was interrupted at statement 4 of 4"), "{said}");
    let rows = project.database.query("SELECT count(*) FROM reading");
    assert_eq!(rows.first().map(|row| row.text(0)), Some("300000"), "{said}");
    project.run(&["up"]).with(0);
}

/// The second connections of runners.
fn companions(database: &Database) -> Vec<String> {
    let sql = match database.product {
        Product::Postgres => {
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND pid <> objid::bigint AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        }
        Product::MySql | Product::MariaDb => {
            "SELECT IS_USED_LOCK(CONCAT('sea_gen_alive_', id)) FROM information_schema.processlist \
             WHERE db = DATABASE() AND IS_USED_LOCK(CONCAT('sea_gen_alive_', id)) IS NOT NULL"
        }
        Product::Sqlite => return Vec::new(),
    };
    database.query(sql).iter().map(|row| row.text(0).to_owned()).collect()
}

fn a_statement_that_a_killed_client_left_is_ended_on_request(product: Product) {
    // SQLite runs in the client.
    if product == Product::Sqlite {
        return;
    }
    let project = with_an_endless_statement(product);
    if product == Product::Postgres {
        // Otherwise the server would end it soon by itself.
        let up = format!("SET client_connection_check_interval = 0;\n{};", endless(product));
        project.write_newest(&up, "");
        project.run(&["lock", "--no-verify"]).with(0);
    }
    if matches!(product, Product::MySql | Product::MariaDb) {
        // They look for their client while they sleep, and not while they read.
        let of = "information_schema.columns";
        let up = format!(
            "CREATE TABLE early (id int PRIMARY KEY);\n\
             INSERT INTO early SELECT COUNT(*) FROM {of} a, {of} b, {of} c WHERE a.table_name <> 'SLEEP(3600)';"
        );
        project.write_newest(&up, "");
        project.run(&["lock", "--no-verify"]).with(0);
    }
    let mut child = running(&project, &["up"]);
    let mut before = companions(&project.database);
    while before.is_empty() {
        assert!(child.try_wait().expect("a process").is_none(), "it ended by itself");
        before = companions(&project.database);
    }
    assert_eq!(before.len(), 1, "{before:?}");

    // Nobody ends a runner that is alive, even if its second connection is lost for a moment.
    project.database.execute(&match product {
        Product::Postgres => format!("SELECT pg_terminate_backend({})", before[0]),
        Product::MySql | Product::MariaDb | Product::Sqlite => format!("KILL {}", before[0]),
    });
    let refused = project.run(&["up", "--end-orphans", "--lock-timeout", "6"]).with(1);
    refused.mentions("another runner is migrating this database").mentions("`gen unlock --force`");
    assert_eq!(at_it(&project.database), 1);
    assert_ne!(companions(&project.database), before);

    child.kill().expect("a kill");
    child.wait().expect("its end");
    assert_eq!(at_it(&project.database), 1, "the server goes on");
    let named = project.run(&["up", "--lock-timeout", "1"]).with(1);
    named.mentions("whose client is gone").mentions("`gen up --end-orphans`");
    assert_eq!(at_it(&project.database), 1, "it was not asked for");

    // What is not done can be corrected.
    let first = if product == Product::Postgres { "" } else { "CREATE TABLE early (id int PRIMARY KEY);\n" };
    project.write_newest(&format!("{first}CREATE TABLE late (id int PRIMARY KEY);"), "");
    project.run(&["lock", "--no-verify"]).with(0);
    project.run(&["up", "--end-orphans"]).with(0).mentions("ended a runner whose client is gone");
    assert_eq!(at_it(&project.database), 0);
    assert!(companions(&project.database).is_empty());
    let rows = project.database.query("SELECT status FROM sea_gen_history ORDER BY id DESC");
    assert_eq!(rows.first().map(|row| row.text(0)), Some("applied"));
}
