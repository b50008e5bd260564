//! `gen blame`: which migration made a table or column, which line declares it, and who wrote them.

use super::project::Project;
use super::shows;

/// Commits all there is, as somebody.
fn commit(project: &Project, name: &str, message: &str) {
    project.git(&["add", "."]);
    let author = format!("{name} <{name}@example.org>");
    let date = "2026-03-04T05:06:07+00:00";
    project.git(&[
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.org",
        "commit",
        "-q",
        "--author",
        &author,
        "--date",
        date,
        "-m",
        message,
    ]);
}

/// A table that three people have made, on every database, and a view in SQL.
fn history(configuration: &str) -> Project {
    let project = Project::empty(configuration);
    project.write("entities/user.rs", super::project::USER);
    project.git(&["init", "-q"]);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    commit(&project, "Ada", "Users");
    project.edit(
        "entities/user.rs",
        "    pub name: String,",
        "    #[sea_orm(indexed)]\n    pub mail: Option<String>,\n    pub name: String,",
    );
    project.write("entities/user.sql", "CREATE VIEW named AS SELECT name FROM \"user\";\n");
    if configuration.contains("mysql") {
        project.write("entities/user.sql", "CREATE VIEW named AS SELECT name FROM user;\n");
    }
    project.succeeds(&["migration", "AddMail"]);
    commit(&project, "Ben", "Mail");
    project.edit(
        "entities/user.rs",
        "    pub mail: Option<String>,",
        "    #[sea_orm(renamed_from = \"mail\")]\n    pub email: Option<String>,",
    );
    project.succeeds(&["migration", "Rename"]);
    project.edit(
        "entities/user.rs",
        "    pub email: Option<String>,",
        "    #[sea_orm(column_type = \"Text\")]\n    pub email: Option<String>,",
    );
    project.succeeds(&["migration", "Widen"]);
    project
}

#[apply(test)]
fn a_column_has_its_migrations_its_line_and_their_authors() {
    let project = history("dialects = [\"sqlite\"]\n");
    let log = std::process::Command::new("git").args(["log", "--format=%H"]).current_dir(project.path("")).output();
    let commits = String::from_utf8(log.unwrap().stdout).unwrap();
    let shown = |arguments: &[&str]| {
        commits.lines().fold(project.run(arguments), |text, commit| text.replace(&commit[..8], "[commit]"))
    };
    shows!(shown(&["blame", "user.email"]), @"
    exit 0
    --- stdout
    column user.email
      created            migrations/[time]_add_mail.sql:7  2026-03-04 [commit] Ben: Mail
      renamed from mail  migrations/[time]_rename.sql:7
      altered            migrations/[time]_widen.sql:29
      declared           entities/user.rs:11
    ");
    shows!(shown(&["blame", "user"]), @"
    exit 0
    --- stdout
    table user
      created   migrations/[time]_initial.sql:7  2026-03-04 [commit] Ada: Users
      declared  entities/user.rs:4                        2026-03-04 [commit] Ada: Users

      email           altered  migrations/[time]_widen.sql:29
      id              created  migrations/[time]_initial.sql:7  2026-03-04 [commit] Ada: Users
      name            created  migrations/[time]_initial.sql:7  2026-03-04 [commit] Ada: Users
      idx-user-email  created  migrations/[time]_rename.sql:11
      idx-user-mail   dropped  migrations/[time]_rename.sql:9
    ");
    shows!(shown(&["blame", "idx-user-email"]), @"
    exit 0
    --- stdout
    index or constraint user.idx-user-email
      created   migrations/[time]_rename.sql:11
      declared  entities/user.rs:11
    ");
    shows!(shown(&["blame", "named"]), @"
    exit 0
    --- stdout
    view named
      created        migrations/[time]_add_mail.sql:11  2026-03-04 [commit] Ben: Mail
      created again  migrations/[time]_widen.sql:35
      declared       entities/user.sql:1                         2026-03-04 [commit] Ben: Mail
    ");
    shows!(project.refused(&["blame", "user.emial"]), @"
    error: neither a migration nor the code has a table, column or other object `user.emial`

    hint: did you mean `gen blame user.email`?
    ");
    let told: serde_json::Value = serde_json::from_str(&project.succeeds(&["blame", "user.email", "--json"])).unwrap();
    let migrations: Vec<&str> =
        told["events"].as_array().unwrap().iter().map(|event| event["migration"].as_str().unwrap()).collect();
    assert_eq!(migrations, &project.ids()[1..]);
    assert_eq!(told["events"][0]["author"]["name"], "Ben");
    assert_eq!(told["events"][1]["author"], serde_json::Value::Null);
    assert_eq!(told["declared"]["file"], "entities/user.rs");
}

/// Where there is no git, nobody is named, and all else is the same.
#[apply(test)]
fn without_git_the_authors_are_left_out() {
    let project = history("dialects = [\"sqlite\"]\n");
    let with: serde_json::Value = serde_json::from_str(&project.succeeds(&["blame", "user", "--json"])).unwrap();
    let output = project.command(&["blame", "user", "--json"]).env("PATH", "").output().unwrap();
    assert!(output.status.success(), "{}", project.shown(&output));
    let mut without: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(without["events"][0]["author"], serde_json::Value::Null);
    without["events"][0]["author"] = with["events"][0]["author"].clone();
    assert_eq!(without["events"], with["events"]);
}

/// Each product says it in other statements: the same is told of all of them.
#[apply(test)]
fn every_product_tells_the_same() {
    let told = |dialects: &str| {
        let project = history(&format!("dialects = [{dialects}]\n"));
        let told: serde_json::Value = serde_json::from_str(&project.succeeds(&["blame", "user", "--json"])).unwrap();
        let parts = told["parts"].as_array().unwrap().iter().chain([&told]);
        let what = |part: &serde_json::Value| {
            let events: Vec<String> = (part["events"].as_array().unwrap().iter())
                .map(|event| {
                    let id = event["migration"].as_str().unwrap();
                    format!("{} {}", id.split_at(16).1, event["what"].as_str().unwrap())
                })
                .collect();
            (part["object"].as_str().unwrap().to_owned(), events)
        };
        let mut all: Vec<_> = parts.map(what).collect();
        // SQLite cannot rename an index, and PostgreSQL alone has a name for a primary key.
        all.retain(|(object, _)| !object.contains("idx-") && object != "user.user_pkey");
        all
    };
    let sqlite = told("\"sqlite\"");
    assert!(sqlite.contains(&(
        "user.email".to_owned(),
        vec!["add_mail created".to_owned(), "rename renamed from mail".to_owned(), "widen altered".to_owned()]
    )));
    for other in ["\"postgres\"", "\"mysql\"", "\"mariadb\""] {
        assert_eq!(told(other), sqlite, "{other}");
    }
}
