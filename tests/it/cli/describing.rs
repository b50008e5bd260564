//! `gen migration --message` and `gen log`.

use super::project::Project;
use super::shows;

/// A text without the day on which the last migration was written; the filters know moments.
fn dated(project: &Project, text: &str) -> String {
    let id = project.ids().pop().unwrap();
    let day = format!("{}-{}-{}", &id[..4], &id[4..6], &id[6..8]);
    text.replace(&format!("{day}T"), "MOMENT").replace(&day, "[day]").replace("MOMENT", &format!("{day}T"))
}

#[apply(test)]
fn a_description_stands_in_the_header_and_in_the_log() {
    let project = Project::begun();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["config", "user.name", "Ann"]);
    project.git(&["add", "entities", "migrations", "snapshots", "schema.lock.json", "gen.toml"]);
    project.git(&[
        "-c",
        "user.name=Bo",
        "-c",
        "user.email=b@b",
        "commit",
        "-qm",
        "one",
        "--date",
        "2026-01-02T03:04:05Z",
    ]);
    project.declare("email");
    project.succeeds(&["migration", "AddEmail", "-m", "the login page\nlooks users up by it"]);
    let text = project.read(&project.migrations()[1]);
    let header: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    shows!(dated(&project, &header.join("\n")), @r"
    -- AddEmail (sqlite)
    -- from [digest] to [digest]
    -- message: the login page
    -- message: looks users up by it
    -- author: Ann
    -- date: [day]
    -- written by gen; after editing it, `gen lock` seals it anew
    ");
    project.succeeds(&["check"]);
    shows!(dated(&project, &project.run(&["log"])), @r"
    exit 0
    --- stdout
    migration [time]_add_email
    author    Ann, [day]
    proof     SQLite [version]

        the login page
        looks users up by it

    migration [time]_initial
    author    Bo, 2026-01-02
    proof     SQLite [version]
    ");
    project.succeeds(&["up", "1"]);
    // It stays when the migration is made again, and when its file is sealed again.
    project.declare("phone");
    project.succeeds(&["migration", "--amend"]);
    project.succeeds(&["lock"]);
    shows!(dated(&project, &project.run(&["log"])), @r"
    exit 0
    --- stdout
    migration [time]_add_email
    author    Ann, [day]
    proof     SQLite [version]
    database  pending

        the login page
        looks users up by it

    migration [time]_initial
    author    Bo, 2026-01-02
    proof     SQLite [version]
    database  applied [when]
    ");
    project.succeeds(&["migration", "--amend", "-m", "another reason"]);
    shows!(dated(&project, &project.run(&["log", "--json"])), @r#"
    exit 0
    --- stdout
    {
      "migrations": [
        {
          "applied_at": null,
          "author": "Ann",
          "date": "[day]",
          "dialects": [
            {
              "dialect": "sqlite",
              "from": "[digest]",
              "proof": {
                "engine": "SQLite",
                "version": "[version]"
              },
              "refuted": false,
              "replaces": [],
              "to": "[digest]"
            }
          ],
          "id": "[time]_add_email",
          "message": "another reason",
          "status": "pending"
        },
        {
          "applied_at": "[when]",
          "author": "Bo",
          "date": "2026-01-02",
          "dialects": [
            {
              "dialect": "sqlite",
              "from": "[digest]",
              "proof": {
                "engine": "SQLite",
                "version": "[version]"
              },
              "refuted": false,
              "replaces": [],
              "to": "[digest]"
            }
          ],
          "id": "[time]_initial",
          "message": null,
          "status": "applied"
        }
      ],
      "silence": null
    }
    "#);
    shows!(project.refused(&["migration", "--amend", "-m", " "]), @r#"
    error: the message is empty

    hint: say why the migration is written: `-m "…"`
    "#);
    project.succeeds(&["undo"]);
    assert!(!project.path(".gen/undone").exists(), "nobody has edited it");
}

#[apply(test)]
fn a_project_may_require_descriptions() {
    let project = Project::begun();
    project.write("gen.toml", format!("{}description = \"required\"\n", project.read("gen.toml")));
    project.declare("email");
    shows!(project.refused(&["migration", "AddEmail"]), @r#"
    error: this project describes its migrations: `description = "required"`

    hint: say why it is written: `gen migration AddEmail -m "…"`
    "#);
    project.succeeds(&["migration", "AddEmail", "-m", "why"]);
    project.declare("phone");
    project.succeeds(&["migration", "--amend"]);
    project.edit("gen.toml", "\"required\"", "\"perhaps\"");
    shows!(project.refused(&["migration", "AddPhone"]), @r#"
    error: `[project]/gen.toml`, line 3: `description` must be "optional" or "required"
    "#);
    assert!(project.refused(&["log"]).contains("gen.toml"));
}
