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
    project.run(&["status"]).with(0).mentions("hooks/after_up.sql is not sealed: `gen lock`");
    // One that is for no environment runs nowhere, and somebody should know.
    write(&project, "after_up.stagin.sql", &add(5));
    let said = project.run(&["lock"]).with(0).mentions("sealed hooks/after_up.staging.sql");
    said.mentions("hooks/after_up.stagin.sql runs in the environment `stagin` only")
        .mentions("did you mean `staging`?");
    std::fs::remove_file(project.path().join("migrations/hooks/after_up.stagin.sql")).expect("a file");
    project.run(&["lock"]).with(0).keeps_silent_on("stagin`");
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
    let (_, said) = run(&project, &["up", "--dry-run"], &[]);
    assert!(!said.contains("exit 3"), "{said}");
    // One that decides whether the run may begin is not passed over.
    let (code, said) = run(&project, &["up"], &[]);
    assert!(
        code == 1 && said.contains("was not allowed on this machine") && said.contains("nothing was run"),
        "{said}"
    );
    let (code, said) = run(&project, &["up", "--no-hooks"], &[]);
    assert!(code == 0 && said.contains("applied"), "{said}");
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

/// A command may print before it reads, and need not read at all.
#[cfg(unix)]
#[apply(test)]
fn a_command_is_told_more_than_a_pipe_holds() {
    let project = Project::settled(Product::Sqlite);
    let config = std::fs::read_to_string(project.path().join("gen.toml")).expect("a file");
    let configure = |hooks: &str| {
        std::fs::write(project.path().join("gen.toml"), format!("{config}\n[hooks]\n{hooks}")).expect("a file");
    };
    let long = "x".repeat(200_000);
    project
        .database
        .execute(&format!("CREATE TRIGGER refuses BEFORE INSERT ON person BEGIN SELECT RAISE(ABORT, '{long}'); END"));
    project.run(&["migration", "Fill", "--empty", "--from", "snapshot"]).with(0);
    let insert = "INSERT INTO person (id, email) VALUES (1, 'a');";
    project.change_newest(|text| text.replace("-- UP\n", &format!("-- UP\n\n{insert}\n")));
    run(&project, &["lock", "--no-verify"], &[]);
    configure("on_failure = \"yes said | head -c 300000; cat > told.json\"\n");
    let (code, said) = run(&project, &["up"], &[("GEN_HOOKS", "allow")]);
    assert!(code == 1 && said.matches("said\n").count() >= 60_000, "{} bytes", said.len());
    let told = std::fs::read_to_string(project.path().join("told.json")).expect("a file");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert!(told["error"].as_str().is_some_and(|error| error.contains(&long)));
    configure("on_failure = \"exec sleep 60\"\ntimeout = 1\n");
    let begun = std::time::Instant::now();
    let (_, said) = run(&project, &["up"], &[("GEN_HOOKS", "allow")]);
    assert!(said.contains("took longer than 1 s and was ended"), "{} bytes", said.len());
    assert!(begun.elapsed().as_secs() < 50, "it was not waited for until it read");
}

/// What a pipe gets comes as it happens, and every line of messages is an object if that is asked for.
#[cfg(unix)]
#[apply(test)]
fn what_is_done_is_said_before_the_next_thing_runs() {
    let project = Project::settled(Product::Sqlite);
    let config = std::fs::read_to_string(project.path().join("gen.toml")).expect("a file");
    std::fs::write(
        project.path().join("gen.toml"),
        format!("{config}\n[hooks]\nafter_up = \"echo heard; echo too >&2\"\n"),
    )
    .expect("a file");
    write(&project, "after_up.sql", "SELECT 1;\n");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project.run(&["lock"]).with(0);
    let shell = |line: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", line, "sh", env!("CARGO_BIN_EXE_gen")]).current_dir(project.path());
        let output = command.env("GEN_HOOKS", "allow").env("NO_COLOR", "1").output().expect("a shell");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let said = shell("\"$1\" up 2>&1");
    let place = |text: &str| said.find(text).unwrap_or_else(|| panic!("`{text}` is not in:\n{said}"));
    assert!(place("applied ") < place("heard"), "{said}");
    shell("\"$1\" down --allow '*' 2>&1");
    let said = shell("\"$1\" up --log-format json 2>&1 >/dev/null");
    let lines: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{line}"))).collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    let mut heard: Vec<&str> = of("hook_output").iter().filter_map(|line| line["message"].as_str()).collect();
    heard.sort_unstable();
    assert_eq!(heard, ["heard", "too"], "{said}");
    assert_eq!(
        (&of("hook_output")[0]["hook"], &of("hook")[0]["path"]),
        (&"after_up".into(), &"hooks/after_up.sql".into())
    );
}
