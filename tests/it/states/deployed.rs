//! Where migrations are only applied: the configuration, the migrations and the lock file, without sources and snapshots.
//!
//! Must not know how a migration is executed.

use std::path::Path;
use std::process::Command;

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(a_deployment_needs_neither_sources_nor_snapshots, the_recipes_of_the_guide_run,);

fn a_deployment_needs_neither_sources_nor_snapshots(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    for folder in ["entities", "snapshots"] {
        std::fs::remove_dir_all(project.path().join(folder)).expect("a folder");
    }
    let production = Database::create(product);
    let on = |arguments: &[&str]| project.run(&[arguments, &["--database-url", &production.url]].concat());
    on(&["check", "--database", "--lock"]).with(2).mentions("fails    database");
    on(&["up", "--dry-run"]).with(0).mentions("note");
    on(&["up"]).with(0);
    on(&["status"]).with(0).mentions("matches the snapshot").mentions("only the migrations are");
    on(&["check", "--database", "--lock"]).with(0);
    on(&["check"]).with(0).mentions("no snapshot");
    on(&["down", "1", "--allow", "drop-column"]).with(0);
    on(&["status"]).with(0).mentions("1 migration pending");
    on(&["up"]).with(0);

    // Nothing that needs a snapshot takes none for an empty one.
    on(&["drift"]).with(1).mentions("the snapshot in `snapshots` is missing");
    on(&["lock"]).with(0).mentions("nothing to do");
    on(&["migration", "Another"]).with(1).mentions("no entities found");

    production.execute("CREATE TABLE extra (id integer)");
    on(&["check", "--database"]).with(2).mentions("the schema is not the one after the last applied migration");
    on(&["up"]).with(0).mentions("nothing to do");
    project.change_newest(|text| text.replace("-- UP\n", "-- UP\n\nSELECT 1;\n"));
    on(&["up"]).with(1).mentions("was edited after it was sealed");
}

/// The commands in the recipes of a page: of its shell blocks, of a container, of a job, of a unit, of the steps of a workflow.
fn recipes(page: &str) -> Vec<String> {
    let list = |text: &str| -> Vec<String> { serde_json::from_str(text.trim()).expect("a list of words") };
    let (mut commands, mut program) = (Vec::new(), String::new());
    let mut block = "";
    for line in page.lines() {
        let line = line.trim().trim_start_matches("- ");
        if let Some(language) = line.strip_prefix("```") {
            block = language;
        } else if let Some(words) = line.strip_prefix("ENTRYPOINT ") {
            program = list(words).join(" ");
        } else if let Some(words) = line.strip_prefix("CMD ").or(line.strip_prefix("args: ")) {
            commands.push(format!("{program} {}", list(words).join(" ")));
        } else if let Some(words) = line.strip_prefix("command: ") {
            commands.push(list(words).pop().expect("a script"));
        } else if let Some(command) = line.strip_prefix("ExecStart=").or(line.strip_prefix("run: ")) {
            commands.push(command.replace("/usr/local/bin/", ""));
        } else if block == "sh" && line.starts_with("gen ") {
            commands.push(line.to_owned());
        }
    }
    commands.retain(|command| !command.starts_with("cargo install"));
    commands
}

/// The recipes run in a folder that has what the container has, on a database of the release before.
fn the_recipes_of_the_guide_run(product: Product) {
    let page = include_str!("../../../src/guide/deployment.md");
    let project = Project::settled(product);
    let production = Database::create(product);
    project.run(&["up", "--database-url", &production.url]).with(0);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);

    let image = tempfile::tempdir().expect("a folder");
    let copies = page.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"));
    let copied: Vec<&str> = copies.flat_map(|line| line.rsplit_once(' ').expect("a target").0.split(' ')).collect();
    assert_eq!(copied, ["gen.toml", "schema.lock.json", "migrations"]);
    for name in copied {
        let from = project.path().join(name);
        let done = Command::new("cp").arg("-r").args([from.as_path(), image.path()]).status().expect("cp");
        assert!(done.success(), "{name}");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_gen")).parent().expect("a folder").display().to_string();
    let path = format!("{program}:{}", std::env::var("PATH").expect("PATH"));
    let commands = recipes(page);
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        // `until` would wait for ever where the migrations are not there.
        let command = command.replace("do sleep 5", "do exit 9");
        // An image has no entities.
        if command.starts_with("gen migration") {
            continue;
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(image.path()).env("PATH", &path).env("DATABASE_URL", &production.url);
        let output = shell.output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        // SQLite has no roles.
        let expected = i32::from(product == Product::Sqlite && command.starts_with("gen grants"));
        assert_eq!(output.status.code(), Some(expected), "{command}\n{said}");
    }
    project.run(&["status", "--database-url", &production.url]).with(0).keeps_silent_on("pending");
}
