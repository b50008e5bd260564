//! Two commands at once in one project: the second waits, says for whom, and reads again what the first has written.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use sea_gen::project::Writer;

use super::project::{Project, USER};

/// Runs a command while somebody else writes, does something once it waits, and lets it go on. What it said at the end.
fn meanwhile(project: &Project, arguments: &[&str], action: impl FnOnce()) -> String {
    let holder = Writer::begin(&project.path(""), "gen migration", Duration::ZERO, |_| ()).unwrap();
    let mut child =
        project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while stderr.read_line(&mut line).unwrap() > 0 && !line.contains("waiting for") {}
    assert!(line.contains("waiting for `gen migration` (process "), "gen {arguments:?}: {line}");
    action();
    drop(holder);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "gen {arguments:?}: {line}{rest}");
    String::from_utf8(output.stdout).unwrap()
}

#[apply(test)]
fn every_command_that_writes_waits_for_the_other() {
    let project = Project::new();
    for arguments in [
        &["init"][..],
        &["migration", "Initial"],
        &["lock"],
        &["verify", "--all"],
        &["purge"],
        &["freeze", "1.0"],
        &["thaw"],
    ] {
        meanwhile(&project, arguments, || ());
    }
    project.succeeds(&["up"]);
    project.sql("CREATE TABLE stray (id INTEGER PRIMARY KEY)");
    meanwhile(&project, &["drift", "adopt"], || ());
    project.succeeds(&["check"]);
    assert!(!project.path(".gen-writing").exists());
}

#[apply(test)]
fn what_another_has_written_meanwhile_is_read() {
    let project = Project::begun();
    project.declare("email");
    let said = meanwhile(&project, &["migration", "Later"], || {
        project.declare("phone");
    });
    assert!(said.contains("phone"), "{said}");
}

#[apply(test)]
fn two_migrations_at_once_are_both_in_the_lock() {
    let project = Project::begun();
    let other = |name: &str| USER.replace("\"user\"", &format!("\"{name}\""));
    project.write("entities/one.rs", other("one"));
    let start = |name: &str| {
        let mut command = project.command(&["migration", name, "--no-interactive"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut children = ["One", "Two", "Three"].map(start);
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    assert_eq!(project.migrations().len(), 2, "one of them wrote it, the others found nothing to do");
    project.succeeds(&["check", "--lock", "--entities"]);
}
