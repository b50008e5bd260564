//! What takes longer than a moment is said on a terminal, and only there; what waits for others has an end.
//!
//! Must not know how progress is shown.

use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use sea_gen::schema::Product;
use sea_gen_runner::session::{Missing, Session};

use super::project::Project;
use crate::support::{Scratch, connection};

/// Executes statements and keeps the session for a while; returns when they are executed.
fn hold(url: String, statements: &'static [&'static str], time: Duration) -> std::thread::JoinHandle<()> {
    let (begun, begins) = channel();
    let holder = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut session = Session::connect(&connection(&url), Missing::Refuse).await.unwrap();
            for statement in statements {
                session.execute(statement).await.unwrap();
            }
            begun.send(()).unwrap();
            tokio::time::sleep(time).await;
            session.close().await;
        });
    });
    begins.recv().unwrap();
    holder
}

#[apply(test)]
fn what_takes_long_is_said_on_a_terminal_and_not_in_a_pipe() {
    if !cfg!(target_os = "linux") || Command::new("script").arg("--version").output().is_err() {
        eprintln!("no program `script`, which gives another one a terminal");
        return;
    }
    for on_terminal in [false, true] {
        let project = Project::new();
        project.succeeds(&["sync"]);
        for command in ["init", "migration Second"] {
            let url = format!("sqlite://{}", project.path("shop.db").display());
            let holder = hold(url, &["BEGIN EXCLUSIVE"], Duration::from_secs(2));
            let typed = format!("{} {command} --color never", env!("CARGO_BIN_EXE_gen"));
            let mut terminal = Command::new("script");
            terminal.args(["-qec", &typed, "/dev/null"]).current_dir(project.path("")).env_remove("DATABASE_URL");
            let shown = match on_terminal {
                true => project.shown(&terminal.env("TERM", "xterm").output().unwrap()),
                false => project.run(&command.split(' ').collect::<Vec<_>>()),
            };
            holder.join().unwrap();
            assert!(shown.starts_with("exit 0"), "{shown}");
            let is_said = shown.contains("reading the database sqlite://shop.db (");
            assert_eq!((is_said, shown.contains('\u{1b}')), (on_terminal, on_terminal), "{shown}");
        }
    }
}

#[apply(test_on_postgres)]
fn reading_a_catalog_waits_for_a_lock_only_so_long() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(Scratch::create(Product::Postgres)).unwrap();
    super::project::execute(&database.url, "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
    let project = Project::empty(&format!("dialects = [\"postgres\"]\ndatabase-url = \"{}\"\n", database.url));
    project.write("entities/user.rs", super::project::USER);
    let statements = &["BEGIN", "LOCK TABLE t IN ACCESS EXCLUSIVE MODE"];
    let holder = hold(database.url.clone(), statements, Duration::from_secs(40));
    let begun = Instant::now();
    let said = project.refused(&["init"]);
    assert!(begun.elapsed() < Duration::from_secs(30), "{said}");
    assert!(said.contains("hint: another session has locked a table for longer than a reader waits"), "{said}");
    drop(holder);
    runtime.block_on(database.remove()).unwrap();
}
