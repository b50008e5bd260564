//! Hooks of a project: sealed, chosen by the environment, and commands that run only where they are allowed.

use std::process::Command;

use sea_gen::schema::Product;
use serde_json::Value;

use super::project::Project;
use crate::support::on_each;

on_each!(hooks_are_sealed_and_run_in_their_environment);

fn write(project: &Project, name: &str, text: &str) {
    let folder = project.path().join("migrations/hooks");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), text).expect("a written file");
}

fn hooks_are_sealed_and_run_in_their_environment(product: Product) {
    let project = Project::settled(product);
    let config = std::fs::read_to_string(project.path().join("gen.toml")).expect("a file");
    let url = &project.database.url;
    std::fs::write(project.path().join("gen.toml"), format!("{config}\n[env.staging]\ndatabase-url = \"{url}\"\n"))
        .expect("a file");
    let add = |age: u32| format!("INSERT INTO person (id, email, age) VALUES ({age}, 'a', {age});\n");
    write(&project, "after_up.sql", &add(1));
    write(&project, "after_up.staging.sql", &add(2));
    write(&project, "befor_up.sql", &add(3));
    project.run(&["lock"]).with(1).mentions("`hooks/befor_up.sql` is not named as a hook");
    std::fs::remove_file(project.path().join("migrations/hooks/befor_up.sql")).expect("a file");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project.run(&["up"]).with(1).mentions("hooks/after_up.sql is not sealed").mentions("`gen lock`");
    project.run(&["lock"]).with(0).mentions("sealed hooks/after_up.staging.sql");
    project.run(&["up", "--env", "staging"]).with(0);
    assert_eq!(project.database.query("SELECT id FROM person").len(), 2);
    project.run(&["check", "--lock"]).with(0);
    project.run(&["hooks"]).with(0).mentions("hooks/after_up.staging.sql");
    write(&project, "after_up.sql", &add(4));
    project.run(&["check", "--lock"]).with(2).mentions("hooks/after_up.sql was edited after it was sealed");
    project.run(&["up"]).with(1).mentions("hooks/after_up.sql was edited after it was sealed");
}

/// Runs `gen` with a home folder of its own.
fn run(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gen"))
        .args(arguments)
        .current_dir(project.path())
        .env_remove("GEN_HOOKS")
        .env("XDG_STATE_HOME", project.path().join(".state"))
        .envs(variables.iter().copied())
        .output()
        .expect("gen");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().expect("a code"), said)
}

#[cfg(unix)]
#[apply(test)]
fn commands_run_only_where_they_are_allowed() {
    let project = Project::settled(Product::Sqlite);
    let config = std::fs::read_to_string(project.path().join("gen.toml")).expect("a file");
    let configure = |hooks: &str| {
        std::fs::write(project.path().join("gen.toml"), format!("{config}\n[hooks]\n{hooks}")).expect("a file");
    };
    let told = project.path().join("told.json");
    configure("after_up = \"cat > told.json; echo heard\"\n");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);

    let (code, said) = run(&project, &["up"], &[]);
    assert!(code == 0 && said.contains("`gen hooks allow`") && !told.exists(), "{said}");
    run(&project, &["down", "--allow", "*"], &[("GEN_HOOKS", "allow")]);
    let (code, said) = run(&project, &["up", "--no-hooks"], &[("GEN_HOOKS", "allow")]);
    assert!(code == 0 && !told.exists(), "{said}");
    run(&project, &["down", "--allow", "*"], &[]);

    let (code, said) = run(&project, &["hooks", "allow"], &[]);
    assert!(code == 0 && said.contains("allowed"), "{said}");
    let (code, said) = run(&project, &["up", "--json"], &[]);
    assert!(code == 0 && said.contains("heard"), "{said}");
    let heard: Value = serde_json::from_str(&std::fs::read_to_string(&told).expect("a file")).expect("JSON");
    assert_eq!((&heard["event"], &heard["error"]), (&Value::from("after_up"), &Value::Null));
    assert!(heard["migrations"][0]["id"].as_str().is_some_and(|id| id.ends_with("_add_note")), "{heard}");
    assert!(!heard["database"].as_str().unwrap_or_default().is_empty());

    // Changed commands are others.
    std::fs::remove_file(&told).expect("a file");
    configure("before_up = [\"sh\", \"-c\", \"exit 3\"]\n");
    run(&project, &["down", "--allow", "*"], &[]);
    run(&project, &["hooks", "allow"], &[]);
    let (code, said) = run(&project, &["up", "--dry-run"], &[]);
    assert!(code == 0 && said.contains("ADD COLUMN"), "a rehearsal runs no command: {said}");
    let (code, said) = run(&project, &["up"], &[]);
    assert!(code == 1 && said.contains("the command of the hook `before_up` failed"), "{said}");
    assert!(said.contains("nothing was run"), "{said}");
    configure("before_up = \"exec sleep 60\"\ntimeout = 1\n");
    run(&project, &["hooks", "allow"], &[]);
    let (code, said) = run(&project, &["up"], &[]);
    assert!(code == 1 && said.contains("took longer than 1 s and was ended"), "{said}");

    // A failure is told, and stays the error.
    configure("on_failure = \"cat > told.json; exit 1\"\n");
    run(&project, &["hooks", "allow"], &[]);
    project.change_newest(|text| text.replace("-- UP\n", "-- UP\n\nINSERT INTO nothing VALUES (1);\n"));
    run(&project, &["lock", "--no-verify"], &[]);
    let (code, said) = run(&project, &["up", "--unproven"], &[]);
    assert!(code == 1 && said.contains("failed at statement 1"), "{said}");
    let heard: Value = serde_json::from_str(&std::fs::read_to_string(&told).expect("a file")).expect("JSON");
    assert!(heard["error"].as_str().is_some_and(|error| error.contains("failed at statement 1")), "{heard}");
    let (code, said) = run(&project, &["hooks", "deny"], &[]);
    assert!(code == 0 && said.contains("denied"), "{said}");
}
