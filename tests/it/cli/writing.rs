//! `gen migration` and `gen lock` where all is well.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::project::{Project, USER};
use super::shows;

#[apply(test)]
fn a_migration_is_written() {
    let project = Project::new();
    project.succeeds(&["init"]);
    shows!(project.run(&["migration", "Initial", "--dry-run"]), @r#"
    exit 0
    --- stdout
    Initial: 1 step
      user
        + table (2 columns)   entities/user.rs:4

    -- Initial (sqlite)
    -- from [digest] to [digest]
    -- written by gen; after editing it, `gen lock` seals it anew

    -- UP

    CREATE TABLE "user" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "name" varchar NOT NULL
    );

    -- DOWN

    -- loses data: the rows of table user
    DROP TABLE "user";
    "#);
    let output = project.output(&["migration", "Initial", "--dry-run", "--exit-code"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(project.migrations().is_empty());
    shows!(project.run(&["migration", "Initial"]), @"
    exit 0
    --- stdout
    Initial: 1 step
      user
        + table (2 columns)   entities/user.rs:4

    wrote migrations/[time]_initial.sql
    wrote schema.lock.json
    wrote snapshots/ (1 file)

    next: read the migration, then `gen up` applies it and `gen status` shows it
    --- stderr
    proven on SQLite [version]: up, down, up again
    ");
    shows!(project.read(&project.migrations()[0]), @r#"
    -- Initial (sqlite)
    -- from [digest] to [digest]
    -- written by gen; after editing it, `gen lock` seals it anew

    -- UP

    CREATE TABLE "user" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "name" varchar NOT NULL
    );

    -- DOWN

    -- loses data: the rows of table user
    DROP TABLE "user";
    "#);
    shows!(project.run(&["migration", "Again"]), @r"
    exit 0
    --- stderr
    nothing to do: the entities and the snapshot agree
    ");
    shows!(project.run(&["migration", "Again", "--json"]), @r#"
    exit 0
    --- stdout
    {"id":null,"migrations":[],"written":[]}
    "#);
    shows!(project.run(&["migration", "Again", "--dry-run", "--exit-code"]), @r"
    exit 0
    --- stderr
    nothing to do: the entities and the snapshot agree
    ");
}

#[apply(test)]
fn a_migration_is_data_where_that_is_asked_for() {
    let project = Project::begun();
    project.declare("email");
    shows!(project.run(&["migration", "AddEmail", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "id": "[time]_add_email",
      "migrations": [
        {
          "dialect": "sqlite",
          "down": [
            {
              "note": "loses data: the values of column user.email",
              "sql": "ALTER TABLE \"user\" DROP COLUMN \"email\"",
              "transactional": true
            }
          ],
          "expand": null,
          "findings": [
            {
              "level": "warning",
              "message": "column `user.email` looks personal: say so under `[personal]` in gen.toml: `\"user.email\" = \"email\"`, or `= \"none\"`",
              "place": {
                "table": [
                  "user",
                  {
                    "column": [
                      "email",
                      "whole"
                    ]
                  }
                ]
              },
              "rule": "unanswered-personal-data"
            }
          ],
          "from": "[digest]",
          "plan": [
            {
              "op": {
                "create": {
                  "column": [
                    "user",
                    {
                      "name": "email",
                      "nullable": true,
                      "type": "varchar"
                    }
                  ]
                }
              },
              "source": "entities/user.rs:9",
              "summary": "+ user: column email varchar"
            }
          ],
          "proof": {
            "engine": "SQLite",
            "version": "[version]"
          },
          "to": "[digest]",
          "up": [
            {
              "sql": "ALTER TABLE \"user\" ADD COLUMN \"email\" varchar",
              "transactional": true
            }
          ]
        }
      ],
      "written": [
        "migrations/[time]_add_email.sql",
        "snapshots/tables/user.json",
        "schema.lock.json"
      ]
    }
    --- stderr
    proven on SQLite [version]: up, down, up again, with 40 rows
    "#);
}

#[apply(test)]
fn an_empty_migration_is_for_writing_by_hand() {
    let project = Project::begun();
    shows!(project.run(&["migration", "ByHand", "--empty"]), @r"
    exit 0
    --- stdout
    ByHand: 0 steps

    wrote migrations/[time]_by_hand.sql
    wrote schema.lock.json

    next: write its statements, seal it with `gen lock`, then `gen up` applies it
    ");
    let path = &project.migrations()[1];
    shows!(project.read(path), @r"
    -- ByHand (sqlite)
    -- from [digest] to [digest]
    -- written by gen; after editing it, `gen lock` seals it anew

    -- UP

    -- write the up statements here, each ending with a semicolon

    -- DOWN

    -- write the down statements here, each ending with a semicolon
    ");
    project.edit(path, "-- UP\n", "-- UP\n\nINSERT INTO \"user\" (name) VALUES ('Ann');\n");
    project.edit(path, "-- DOWN\n", "-- DOWN\n\nDELETE FROM \"user\";\n");
    shows!(project.run(&["lock"]), @r"
    exit 0
    --- stdout
    sealed [time]_by_hand
    ");
    shows!(project.run(&["lock"]), @r"
    exit 0
    --- stderr
    nothing to do: the lock matches the files
    ");
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stdout
    applied [time]_initial  1 statement, [n] ms
    applied [time]_by_hand  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
}

#[apply(test)]
fn a_format_that_needs_a_migrator_is_refused_without_one() {
    shows!(Project::begun().refused(&["migration", "X", "--format", "rust"]), @r#"
    error: `--format rust` does not go with `format = "sql"`
      a module is part of a `Migrator`, and the project names none

    hint: set `format = "rust"` in the configuration
    "#);
}

#[apply(test)]
fn of_many_snapshots_that_of_the_changed_table_alone_is_written() {
    let project = Project::begun();
    for number in 0..60 {
        let entity = USER.replace("\"user\"", &format!("\"user_{number}\""));
        project.write(format!("entities/user_{number}.rs"), entity);
    }
    project.succeeds(&["migration", "Many"]);
    let written = || -> BTreeMap<PathBuf, SystemTime> {
        let files = fs::read_dir(project.path("snapshots/tables")).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| (file.clone(), fs::metadata(file).unwrap().modified().unwrap())).collect()
    };
    // Long ago, so that no clock is too coarse to tell.
    for file in written().into_keys() {
        fs::File::options().write(true).open(file).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    project.edit("entities/user_7.rs", "pub name: String,", "pub name: String,\n    pub email: Option<String>,");
    project.succeeds(&["migration", "AddEmail"]);
    let touched: Vec<PathBuf> =
        written().into_iter().filter(|(_, at)| *at != SystemTime::UNIX_EPOCH).map(|(file, _)| file).collect();
    assert_eq!(touched, [project.path("snapshots/tables/user_7.json")]);
}
