//! What makes a day's work go on: habits from other tools, a question answered by an option, what is parked, a database from
//! the beginning again, and text that steers a terminal.

use super::project::{Project, execute};
use super::shows;

#[apply(test)]
fn habits_from_elsewhere_get_the_command_that_is_meant() {
    let project = Project::begun();
    for (typed, meant) in [
        (&["migrate", "up"][..], "hint: `gen up`"),
        (&["migration", "up"], "hint: `gen up`"),
        (&["migrate", "generate", "AddEmail"], "hint: `gen migration <Name>`"),
        (&["migration", "rollback"], "hint: `gen down`"),
        (&["generate", "entity"], "hint: `sea-orm-cli generate entity`"),
    ] {
        let said = project.refused(typed);
        assert!(said.contains(meant), "{typed:?}: {said}");
    }
    let help = project.succeeds(&["help"]);
    assert!(["Commands:", "fresh", "reset"].iter().all(|word| help.contains(word)), "{help}");
    assert!(project.succeeds(&["help", "up"]).contains("gen up"));
}

/// A user whose name is now called otherwise.
fn renamed() -> Project {
    let project = Project::begun();
    project.succeeds(&["up"]);
    project.edit("entities/user.rs", "pub name: String", "pub first_name: Option<String>");
    project
}

#[apply(test)]
fn what_is_new_or_may_go_by_its_name_was_not_renamed() {
    let project = renamed();
    let output = project.output(&["migration", "Split"]);
    let said = project.shown(&output);
    assert!(said.contains("new: `--new user.first_name`"), "{said}");
    for answer in [&["--allow", "drop-column:user.name"][..], &["--new", "user.first_name", "--allow", "drop-column"]] {
        let said = project.succeeds(&[&["migration", "Split", "--dry-run"], answer].concat());
        assert!(said.contains("+ column first_name") && said.contains("− column name"), "{said}");
    }
    // Allowing every drop says nothing of this one.
    assert!(!project.output(&["migration", "Split", "--allow", "drop-column"]).status.success());
}

#[apply(test)]
fn what_is_parked_is_shown_and_chosen() {
    let project = renamed();
    project.sql("INSERT INTO user (id, name) VALUES (1, 'a')");
    project.succeeds(&["migration", "Split", "--new", "user.first_name", "--keep"]);
    project.succeeds(&["up"]);
    let said = project.refused(&["purge", "--only", "orders"]);
    assert!(said.contains("parked are user.name"), "{said}");
    let said = project.refused(&["purge", "--older-than", "30d"]);
    assert!(said.contains("no parked object is that old"), "{said}");
    let output = project.output(&["purge", "--only", "user.*"]);
    let said = project.shown(&output);
    assert!(output.status.success() && said.contains("goes: user.name, parked today (1 value)"), "{said}");
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
}

#[apply(test)]
fn a_development_database_begins_again() {
    let project = Project::grown();
    project.succeeds(&["up"]);
    project.sql("INSERT INTO user (id, name) VALUES (1, 'a'); CREATE TABLE stray (id INTEGER)");
    let applied = project.succeeds(&["fresh"]);
    assert_eq!(applied.lines().filter(|line| line.starts_with("applied")).count(), 3, "{applied}");
    project.succeeds(&["check"]);
    let reverted = project.succeeds(&["reset"]);
    assert_eq!(reverted.lines().filter(|line| line.starts_with("reverted")).count(), 3, "{reverted}");
    project.write("gen.toml", "dialects = [\"postgres\"]\n");
    for command in ["fresh", "reset"] {
        let said = project.refused(&[command, "--database-url", "postgres://u@db.example.org/d"]);
        assert!(said.contains("is on another host"), "{said}");
    }
}

#[apply(test)]
fn a_lock_that_is_gone_is_not_made_anew() {
    let project = Project::begun();
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    for arguments in [&["up"][..], &["migration", "Again"], &["status", "--json"]] {
        let said = project.shown(&project.output(arguments));
        assert!(!said.contains("gen init` to set"), "{said}");
    }
    shows!(project.refused(&["up"]), @r"
    error: there are migrations, but their schema.lock.json is missing

    hint: take it from the last commit: `git checkout HEAD -- schema.lock.json`
    hint: if it is nowhere: `gen lock --rebuild` seals the files as they are, without their proofs
    ");
}

#[apply(test)]
fn a_lock_that_is_lost_is_made_anew_when_somebody_asks_for_it() {
    let project = Project::grown();
    project.write("migrations/repeatable/one.sql", "SELECT 1;\n");
    project.write("migrations/hooks/before_up.sql", "SELECT 2;\n");
    project.succeeds(&["lock"]);
    project.succeeds(&["up"]);
    let before = std::fs::read_to_string(project.path("schema.lock.json")).unwrap();
    assert!(project.refused(&["lock", "--rebuild"]).contains("the lock is there"));
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    let said = project.succeeds(&["status"]);
    assert!(said.contains("`schema.lock.json` is missing: `gen lock --rebuild`"), "{said}");
    assert!(!said.contains("gen init"), "{said}");
    project.succeeds(&["lock", "--rebuild"]);
    let lines = |text: &str| -> Vec<String> {
        let ids = text.lines().filter(|line| line.contains("\"id\"") || line.contains("\"file\""));
        ids.map(|line| line.split(", \"chain\"").next().unwrap_or_default().to_owned()).collect()
    };
    let after = std::fs::read_to_string(project.path("schema.lock.json")).unwrap();
    assert_eq!(lines(&after), lines(&before));
    project.succeeds(&["check"]);
    // In a repository the last commit has it, with the proofs.
    project.git(&["init", "-q"]);
    project.git(&["add", "-A"]);
    project.git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "a"]);
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    let said = project.succeeds(&["status"]);
    assert!(said.contains("`git checkout HEAD -- schema.lock.json`"), "{said}");
}

#[apply(test)]
fn no_more_is_reverted_than_is_applied() {
    let project = Project::grown();
    project.succeeds(&["up"]);
    shows!(project.refused(&["down", "99"]), @r"
    error: this database has 3 migrations, so 99 cannot be reverted; nothing was run

    hint: to revert all of them: `gen down 3`
    ");
    let reverted = project.succeeds(&["down", "3"]);
    assert_eq!(reverted.lines().filter(|line| line.starts_with("reverted")).count(), 3, "{reverted}");
}

#[apply(test)]
fn a_database_that_is_ahead_has_not_drifted() {
    let project = Project::grown();
    project.succeeds(&["up"]);
    let newest = project.ids().pop().unwrap();
    std::fs::remove_file(project.path(format!("migrations/{newest}.sql"))).unwrap();
    project.edit("entities/user.rs", "    pub phone: Option<String>,\n", "    pub city: Option<String>,\n");
    let said = project.shown(&project.output(&["migration", "Later"]));
    assert!(said.contains("the database is ahead of this checkout") && !said.contains("drift"), "{said}");
}

#[apply(test)]
fn a_damaged_history_fails_the_check() {
    let project = Project::grown();
    project.succeeds(&["up"]);
    let good = std::fs::read(project.path("shop.db")).unwrap();
    for damage in [
        "UPDATE sea_gen_history SET checksum = 'x'",
        "UPDATE sea_gen_history SET status = 'failed' WHERE id LIKE '%email'",
        "UPDATE sea_gen_history SET status = 'running' WHERE id LIKE '%phone'",
        "UPDATE sea_gen_history SET status = 'paused' WHERE id LIKE '%phone'",
        "UPDATE sea_gen_history SET id = '20991231_000000_ghost' WHERE id LIKE '%phone'",
    ] {
        project.write("shop.db", &good);
        project.sql(damage);
        assert!(!project.output(&["check"]).status.success(), "{damage}");
    }
}

#[apply(test)]
fn what_steers_a_terminal_is_spelled_out() {
    let project = Project::new();
    project.write("shop.db", "");
    execute(
        &format!("sqlite://{}", project.path("shop.db").display()),
        "CREATE TABLE \"a\u{1b}[31mb\u{202e}\" (id INTEGER)",
    );
    for arguments in [&["init"][..], &["diff", "--from", "entities", "--to", "database"], &["status"], &["drift"]] {
        let output = project.output(arguments);
        let all = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&all);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "gen {arguments:?}: {text:?}");
    }
}
