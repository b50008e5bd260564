//! `gen history`: the log of a database, and whether somebody changed it.

use super::project::Project;

/// Two migrations that are applied, from a commit, and one of them reverted.
fn applied() -> Project {
    let project = Project::new();
    project.git(&["init", "-q", "-b", "main"]);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "Users"]);
    project.succeeds(&["up"]);
    project.succeeds(&["down", "--allow", "*"]);
    project
}

#[apply(test)]
fn the_log_tells_what_was_done_by_whom_and_from_which_commit() {
    let project = applied();
    let head = project.read(".git/refs/heads/main");
    let said = project.succeeds(&["history", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&said).unwrap();
    let lines = all["lines"].as_array().unwrap();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["applied", "applied", "reverted"], "{said}");
    for line in lines {
        assert_eq!(line["commit"], head.trim(), "{said}");
        assert!(line["host"].is_string() && line["run"].is_string(), "{said}");
    }
    assert_eq!(lines[2]["exceptions"][0], "--allow *");
    assert_eq!((all["count"].as_u64(), &all["last"]["hash"]), (Some(3), &lines[2]["hash"]));
    // A file that differs from the commit is said, and so is the person behind a job of CI.
    project.write("entities/user.sql", "-- nothing\n");
    project.git(&["add", "entities/user.sql"]);
    let actor = [("GITHUB_ACTOR", "ada"), ("GITHUB_SHA", "unused")];
    let output = project.command(&["up"]).envs(actor).output().unwrap();
    assert!(output.status.success());
    let said = project.succeeds(&["history"]);
    let last = said.lines().last().unwrap();
    assert!(last.contains("ada@") && last.contains(&format!("{}-dirty", &head[..10])), "{said}");
}

#[apply(test)]
fn a_log_that_was_tampered_with_is_found() {
    let project = applied();
    let said = project.succeeds(&["history", "--verify"]);
    assert!(said.starts_with("ok the chain of 3 lines holds; the last one is 3:"), "{said}");
    let last = said.trim().rsplit(' ').next().unwrap().to_owned();
    project.succeeds(&["history", "--verify", "--expect", &last]);
    project.sql("UPDATE sea_gen_history_log SET details = '{\"os_user\":\"nobody\"}' WHERE number = 2");
    project.sql("DELETE FROM sea_gen_history_log WHERE number = 3");
    let output = project.output(&["history", "--verify", "--expect", &last]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("broken line 2 was changed"), "{said}");
    assert!(said.contains("broken line 3 is missing, and the log ends with line 2"), "{said}");
    assert!(said.contains("is not in the history, and no line tells that it was removed"), "{said}");
    let output = project.output(&["history", "--verify", "--expect", "3"]);
    assert_eq!(output.status.code(), Some(1));
}
