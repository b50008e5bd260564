//! What tells of a database: the audit report, metrics, messages as JSON, and webhooks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::project::Project;

/// Two migrations, one of them applied, from a commit.
fn half_applied() -> Project {
    let project = Project::new();
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project.succeeds(&["up", "1"]);
    project
}

/// A server on this machine that answers every request with this status. Gives its address, and what is sent to it as JSON.
fn server(status: &'static str) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/token-of-a-chat", listener.local_addr().unwrap());
    let (sent, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while stream.read_line(&mut line).unwrap() > 2 {
                let header = line.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            if sent.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    (address, received)
}

fn next(received: &Receiver<Value>) -> Value {
    received.recv_timeout(Duration::from_secs(30)).expect("a call of the webhook")
}

fn with_webhook(project: &Project, more: &str) {
    let config = project.read("gen.toml");
    project.write("gen.toml", format!("{config}\n[webhooks]\nurl = \"${{GEN_WEBHOOK_URL}}\"\n{more}"));
}

#[apply(test)]
fn the_audit_report_has_the_run_its_proofs_and_what_is_pending() {
    let project = half_applied();
    let said = project.succeeds(&["report"]);
    for expected in [
        ": migration audit report\n",
        "## Deviations\n\nNone.\n",
        "matches the last applied migration; 1 applied, 1 pending",
        "1 line, the last one is 1:",
        "| 1 | applied | `",
        "| pending | proven on SQLite",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
    let written = project.succeeds(&["report", "--format", "html", "--out", "reports/"]);
    assert!(written.contains("migration_audit_report.html"), "{written}");
    let page = project.read("reports/migration_audit_report.html");
    assert!(page.contains("<h2>Runs</h2>") && page.contains("initial</code>"), "{page}");
    project.succeeds(&["report", "--out", "reports/"]);
    assert!(project.read("reports/migration_audit_report.md").starts_with("# "));

    // What deviates is said: an edited file, an exception, a failure, a line that somebody changed, drift.
    project.succeeds(&["up"]);
    project.succeeds(&["down", "--allow", "*"]);
    project.sql(
        "ALTER TABLE user ADD COLUMN extra text; UPDATE sea_gen_history_log SET recorded_at = 'x' WHERE number = 1",
    );
    let said = project.succeeds(&["report", "--runs", "all", "--json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    let kinds: Vec<&str> =
        report["deviations"].as_array().unwrap().iter().filter_map(|it| it["kind"].as_str()).collect();
    assert!(kinds.contains(&"tampering") && kinds.contains(&"allowed") && kinds.contains(&"drift"), "{said}");
    assert_eq!(report["runs"].as_array().unwrap().len(), 3, "{said}");
    assert_eq!(report["runs"][0]["steps"][0]["event"], "reverted");
    assert!(report["runs"][1]["steps"][0]["checksum"].is_string());
}

#[apply(test)]
fn a_report_of_a_build_needs_no_database() {
    let project = Project::begun();
    let said = project.succeeds(&["report"]);
    assert!(said.contains("does not exist yet") && said.contains("| not known | proven on SQLite"), "{said}");
    assert!(!said.contains("## Runs"), "{said}");
    let id = project.ids().pop().unwrap();
    let file = format!("migrations/{id}.sql");
    let text = project.read(&file);
    project.write(&file, text.replace("CREATE TABLE", "CREATE  TABLE IF NOT EXISTS"));
    let said = project.succeeds(&["report"]);
    assert!(said.contains("- **not sealed**"), "{said}");
}

#[apply(test)]
fn the_metrics_are_text_that_prometheus_reads() {
    let project = half_applied();
    let said = project.succeeds(&["status", "--format", "prometheus"]);
    let labels = "{environment=\"\",database=\"sqlite://shop.db\"}";
    for (name, value) in [
        ("gen_database_up", "1"),
        ("gen_migrations_applied", "1"),
        ("gen_migrations_pending", "1"),
        ("gen_migrations_interrupted", "0"),
        ("gen_drift_operations", "0"),
        ("gen_schema_frozen", "0"),
        ("gen_last_run_failed", "0"),
    ] {
        assert!(said.contains(&format!("# TYPE {name} gauge\n{name}{labels} {value}\n")), "{name}: {said}");
    }
    assert!(said.contains(&format!("gen_last_run_timestamp_seconds{labels} 1")) && said.ends_with('\n'), "{said}");
    // Every sample stands below the type of its metric, and nothing else is there.
    let mut of = "";
    for line in said.lines() {
        match line.strip_prefix("# ") {
            Some(comment) => of = comment.split(' ').nth(1).unwrap(),
            None => {
                assert!(line.starts_with(&format!("{of}{{")) && line.rsplit(' ').next().unwrap().parse::<f64>().is_ok())
            }
        }
    }
    project.sql("ALTER TABLE user ADD COLUMN extra text");
    project.sql("INSERT INTO sea_gen_history SELECT '20990101_000000_x', 'x', checksum, applied_at, 0, 'failed', 'up', 0, '0', NULL, NULL, NULL, NULL FROM sea_gen_history LIMIT 1");
    let said = project.succeeds(&["status", "--format", "prometheus"]);
    assert!(said.contains(&format!("gen_migrations_interrupted{labels} 1\n")), "{said}");
    let nowhere = project.succeeds(&["status", "--format", "prometheus", "--database-url", "sqlite://none.db"]);
    assert!(nowhere.contains("gen_database_up{environment=\"\",database=\"sqlite://none.db\"} 0\n"), "{nowhere}");
}

#[apply(test)]
fn messages_are_objects_of_json_if_asked_for_and_results_stay_as_they_are() {
    let project = half_applied();
    let output = project.output(&["up", "--log-format", "json"]);
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("applied "));
    let objects = |stderr: Vec<u8>| -> Vec<Value> {
        String::from_utf8(stderr).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = objects(output.stderr);
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["started", "statement", "finished"], "{lines:?}");
    assert!(lines.iter().all(|line| line["at"].is_string() && line["level"] == "info" && line.get("sql").is_none()));
    let output = project.output(&["--log-format", "json", "goto", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    let lines = objects(output.stderr);
    let [error] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(error["level"], "error");
    assert!(error["message"].as_str().unwrap().contains("nowhere") && error["hints"].is_array(), "{error}");
}

#[apply(test)]
fn a_webhook_is_told_of_failure_and_drift_and_nothing_fails_because_of_it() {
    let (address, received) = server("200 OK");
    let project = half_applied();
    with_webhook(&project, "");
    let run = |arguments: &[&str], url: &str| {
        project.command(arguments).env("GEN_WEBHOOK_URL", url).env("GITHUB_ACTOR", "ada").output().unwrap()
    };
    let output = run(&["webhook", "test"], &address);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("status 200"));
    let test = next(&received);
    assert_eq!((&test["event"], &test["actor"]), (&Value::from("test"), &Value::from("ada")));

    // What fails is told, without what it says: that may be a value or a password.
    project.succeeds(&["migration", "Wrong", "--empty"]);
    let id = project.ids().pop().unwrap();
    project.write(format!("migrations/{id}.sql"), "-- UP\nINSERT INTO nowhere VALUES ('secret of a user');\n-- DOWN\n");
    project.succeeds(&["lock", "--no-verify"]);
    let output = run(&["up"], &address);
    assert_eq!(output.status.code(), Some(1), "{}", project.shown(&output));
    let failure = next(&received);
    assert_eq!((failure["event"].as_str(), failure["migration"].as_str()), (Some("failure"), Some(id.as_str())));
    assert_eq!(failure["statement"], 1);
    assert!(failure["text"].as_str().unwrap().contains("failed at statement 1"), "{failure}");
    assert!(!failure.to_string().contains("secret"), "{failure}");

    project.sql("ALTER TABLE user ADD COLUMN extra text");
    assert_eq!(run(&["drift"], &address).status.code(), Some(2));
    let drift = next(&received);
    assert_eq!(drift["event"], "drift");
    assert!(drift["text"].as_str().unwrap().contains("in 1 operation ("), "{drift}");

    // An answer that refuses, and nobody who listens, are said and change no exit code.
    let (refusing, _kept) = server("500 Internal Server Error");
    let output = run(&["drift"], &refusing);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("note: the webhook could not be called: it answers with status 500"), "{said}");
    let output = run(&["drift"], "http://127.0.0.1:1/token-of-a-chat");
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("token-of-a-chat"));
    assert_eq!(run(&["webhook", "test"], "http://127.0.0.1:1/").status.code(), Some(1));
}

#[apply(test)]
fn a_run_that_waits_too_long_is_told() {
    let (address, received) = server("204 No Content");
    let project = half_applied();
    with_webhook(&project, "on = [\"waiting\"]\nwaiting-seconds = 1\n");
    // A row that somebody seems to be executing is waited for like a lock.
    project.sql("UPDATE sea_gen_history SET status = 'running'");
    let output = project.command(&["up", "--lock-timeout", "3"]).env("GEN_WEBHOOK_URL", &address).output().unwrap();
    assert!(!output.status.success());
    let told = next(&received);
    assert_eq!(told["event"], "waiting");
    assert!(told["text"].as_str().unwrap().contains("waits for another runner for 1 s"), "{told}");
}

#[apply(test)]
fn wrong_settings_of_a_webhook_are_refused() {
    let project = Project::new();
    let config = project.read("gen.toml");
    for (settings, expected) in [
        ("[webhooks]\n", "`webhooks` has no `url`"),
        ("[webhooks]\nurl = \"ftp://x\"\n", "must begin with https:// or http://"),
        ("[webhooks]\nurl = \"http://x\"\non = [\"success\"]\n", "`on` cannot be `success`"),
        ("[webhooks]\nurl = \"http://x\"\nwait = 1\n", "there is no setting `webhooks.wait`"),
        ("webhooks = 1\n", "`webhooks` must be a table"),
        ("history = \"audit_log\"\n", "`history` ends with `log`"),
    ] {
        project.write("gen.toml", format!("{config}\n{settings}"));
        let said = project.refused(&["status"]);
        assert!(said.contains(expected), "{settings}: {said}");
    }
    project.write("gen.toml", format!("{config}\n[webhooks]\nurl = \"${{UNSET_VARIABLE}}\"\n"));
    project.succeeds(&["init"]);
    let said = project.refused(&["webhook", "test"]);
    assert!(said.contains("needs the variable `UNSET_VARIABLE`"), "{said}");
}

/// A hook and a repeatable file that fail are told by their names, and the log has them too.
#[apply(test)]
fn what_fails_beside_the_migrations_is_told_and_written_down() {
    let (address, received) = server("200 OK");
    let project = half_applied();
    with_webhook(&project, "");
    let run = |arguments: &[&str]| project.command(arguments).env("GEN_WEBHOOK_URL", &address).output().unwrap();
    project.write("migrations/hooks/before_up.sql", "SELECT 1;\nSELECT * FROM nowhere;\n");
    project.succeeds(&["lock", "--no-verify"]);
    assert_eq!(run(&["up"]).status.code(), Some(1));
    let failure = next(&received);
    assert!(failure["text"].as_str().unwrap().contains("hook hooks/before_up.sql failed at statement 2"), "{failure}");
    project.write("migrations/hooks/before_up.sql", "SELECT 1;\n");
    project.write(
        "migrations/repeatable/names.sql",
        "DROP VIEW IF EXISTS names;\nCREATE VIEW names AS SELECT name FROM user;\n",
    );
    project.write("migrations/repeatable/wrong.sql", "-- needs: names.sql\nINSERT INTO nowhere VALUES (1);\n");
    project.succeeds(&["lock", "--no-verify"]);
    assert_eq!(run(&["up"]).status.code(), Some(1));
    let failure = next(&received);
    let text = failure["text"].as_str().unwrap();
    assert!(text.contains("repeatable file repeatable/wrong.sql failed at statement 1"), "{failure}");
    let log: Value = serde_json::from_str(&project.succeeds(&["history", "--json"])).unwrap();
    let lines: Vec<(&str, &str)> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| Some((line["event"].as_str()?, line["id"].as_str().filter(|id| id.contains('/'))?)))
        .collect();
    let expected =
        [("failed", "hooks/before_up.sql"), ("applied", "repeatable/names.sql"), ("failed", "repeatable/wrong.sql")];
    assert_eq!(lines, expected, "{log:#}");
    project.succeeds(&["history", "--verify"]);
    let metrics = project.succeeds(&["status", "--format", "prometheus"]);
    for sample in [
        "gen_last_run_failed{environment=\"\",database=\"sqlite://shop.db\"} 1\n",
        "gen_repeatable_files_pending{environment=\"\",database=\"sqlite://shop.db\"} 1\n",
    ] {
        assert!(metrics.contains(sample), "{sample}: {metrics}");
    }
}
