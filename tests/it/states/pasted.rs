//! Commands that messages suggest: pasted into a shell, they work on the database of the call that printed them.
//!
//! Must not know how a message gets its options.

use std::process::Command;

use sea_gen::schema::Product;

use super::project::{Database, Project, Said};
use crate::support::on_each;

on_each!(a_pasted_command_works_on_the_same_database, a_pasted_command_goes_back_to_the_backup);

/// The text in backticks behind some words, as a shell runs it.
#[track_caller]
fn paste(project: &Project, said: &Said, behind: &str, variables: &[(&str, &str)]) -> Said {
    let text = format!("{}{}", said.out, said.talk);
    let (_, rest) = text.split_once(&format!("{behind}`")).unwrap_or_else(|| panic!("`{behind}` is not in:\n{text}"));
    let command = rest.split('`').next().expect("a command");
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_gen")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(project.path()).env_remove("DATABASE_URL").env("NO_COLOR", "1");
    let output = shell.env("PATH", path).envs(variables.iter().copied()).output().expect("a shell");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), talk: text(output.stderr) }
}

fn a_pasted_command_works_on_the_same_database(product: Product) {
    let project = Project::settled(product);
    let other = Database::create(product);
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let text = format!("{text}\n[env.staging]\ndatabase-url = {:?}\ndevelopment = true\n", other.url);
    std::fs::write(path, text).expect("a written file");
    // A URL with a password is named by the variable that has it.
    let variables = [("OTHER_DATABASE", other.url.as_str())];
    for way in [["--env", "staging"], ["--database-url", &other.url]] {
        project.run(&[&["up"][..], &way].concat()).with(0).mentions("applied");
        let refused = project.run_with(&[&["down", "5"][..], &way].concat(), &variables).with(1);
        paste(&project, &refused, "to revert all of them: ", &variables).with(0).mentions("reverted");
        assert_eq!(project.situation(), "current", "{way:?}");
        project.run(&[&["status"][..], &way].concat()).with(0).mentions("1 migration pending: `gen up --");
    }
    project.run(&["down", "5"]).with(1).mentions("`gen down 1`");
}

fn a_pasted_command_goes_back_to_the_backup(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    let said = project.run(&["up", "--backup"]).with(0);
    paste(&project, &said, "to go back to it: ", &[]).with(0).mentions("restored").keeps_silent_on("applied");
    project.run(&["status"]).with(0).mentions("1 migration pending");
}
