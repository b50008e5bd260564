//! `gen up`, `gen down`, `gen redo`, `gen goto`, `gen sync`: what runs, by count, id, name and beginning.

use super::project::Project;
use super::shows;

#[apply(test)]
fn up_applies_what_is_pending() {
    let project = Project::grown();
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             3 migrations
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
                 [time]_add_email
                 [time]_add_phone
    ");
    shows!(project.run(&["up", "1"]), @r"
    exit 0
    --- stdout
    applied [time]_initial  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             3 migrations
    database   sqlite://shop.db                    2 migrations pending: `gen up`
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      pending    [time]_add_email
      pending    [time]_add_phone
    ");
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stdout
    applied [time]_add_email  1 statement, [n] ms
    applied [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    shows!(project.run(&["up", "99"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             3 migrations
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_add_email  [when]  [n] ms
      applied    [time]_add_phone  [when]  [n] ms
    ");
    shows!(project.run(&["status", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "database": {
        "drift": [],
        "product": "sqlite",
        "silence": null,
        "unmanaged": [],
        "url": "sqlite://shop.db",
        "version": "[version]",
        "without_file": []
      },
      "entities": {
        "ahead": []
      },
      "explained": [],
      "migrations": [
        {
          "applied_at": "[when]",
          "changed": false,
          "execution_ms": [n],
          "id": "[time]_initial",
          "status": "applied"
        },
        {
          "applied_at": "[when]",
          "changed": false,
          "execution_ms": [n],
          "id": "[time]_add_email",
          "status": "applied"
        },
        {
          "applied_at": "[when]",
          "changed": false,
          "execution_ms": [n],
          "id": "[time]_add_phone",
          "status": "applied"
        }
      ],
      "migrator": null,
      "obstacle": null,
      "repeatable": [],
      "situation": "current",
      "snapshot": {
        "accepted": [],
        "adopted": {},
        "frozen": null,
        "unsealed": []
      }
    }
    "#);
}

#[apply(test)]
fn a_dry_run_prints_and_leaves_no_trace() {
    let project = Project::begun();
    let before = project.tree();
    shows!(project.run(&["up", "--dry-run"]), @r#"
    exit 0
    --- stdout
    -- [time]_initial (up)
    PRAGMA foreign_keys = OFF;
    BEGIN;

    CREATE TABLE "user" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "name" varchar NOT NULL
    );

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    shows!(project.run(&["goto", "initial", "--dry-run"]), @r#"
    exit 0
    --- stdout
    -- [time]_initial (up)
    PRAGMA foreign_keys = OFF;
    BEGIN;

    CREATE TABLE "user" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "name" varchar NOT NULL
    );

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    shows!(project.run(&["sync", "--dry-run"]), @r#"
    exit 0
    --- stdout
    PRAGMA foreign_keys = OFF;
    BEGIN;

    CREATE TABLE "user" (
      "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
      "name" varchar NOT NULL
    );

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    assert!(project.tree() == before, "a dry run made something");
    project.succeeds(&["up"]);
    let before = project.tree();
    shows!(project.run(&["down", "--dry-run"]), @r#"
    exit 0
    --- stdout
    -- [time]_initial (down)
    PRAGMA foreign_keys = OFF;
    BEGIN;

    -- loses data: the rows of table user
    DROP TABLE "user";

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    project.succeeds(&["redo", "--dry-run"]);
    shows!(project.run(&["up", "--dry-run"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    assert!(project.tree() == before, "a dry run changed something");
}

#[apply(test)]
fn outcomes_are_data_where_that_is_asked_for() {
    let project = Project::begun();
    shows!(project.run(&["up", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "migrations": [
        {
          "direction": "up",
          "execution_ms": [n],
          "id": "[time]_initial",
          "rows": 0,
          "statements": 1,
          "status": "applied",
          "waited_ms": 0
        }
      ],
      "verified": true
    }
    "#);
    shows!(project.run(&["up", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "migrations": [],
      "verified": null
    }
    "#);
    shows!(project.run(&["redo", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "migrations": [
        {
          "direction": "down",
          "execution_ms": [n],
          "id": "[time]_initial",
          "rows": 0,
          "statements": 1,
          "status": null,
          "waited_ms": 0
        },
        {
          "direction": "up",
          "execution_ms": [n],
          "id": "[time]_initial",
          "rows": 0,
          "statements": 1,
          "status": "applied",
          "waited_ms": 0
        }
      ],
      "verified": true
    }
    "#);
    shows!(project.run(&["down", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "migrations": [
        {
          "direction": "down",
          "execution_ms": [n],
          "id": "[time]_initial",
          "rows": 0,
          "statements": 1,
          "status": null,
          "waited_ms": 0
        }
      ],
      "verified": null
    }
    "#);
}

#[apply(test)]
fn down_reverts_the_last_one_or_as_many_as_are_named() {
    let project = Project::grown();
    shows!(project.run(&["down"]), @r"
    exit 1
    --- stderr
    error: the SQLite database `[project]/shop.db` does not exist
      unable to open database file

    hint: check the path; `gen up` creates the file
    ");
    project.succeeds(&["up"]);
    shows!(project.run(&["down"]), @r"
    exit 0
    --- stdout
    reverted [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["down", "2"]), @r"
    exit 0
    --- stdout
    reverted [time]_add_email  1 statement, [n] ms
    reverted [time]_initial  1 statement, [n] ms
    ");
    shows!(project.run(&["down"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    shows!(project.run(&["redo"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    project.succeeds(&["up"]);
    shows!(project.run(&["redo"]), @r"
    exit 0
    --- stdout
    reverted [time]_add_phone  1 statement, [n] ms
    applied [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
}

#[apply(test)]
fn a_migration_is_named_in_any_way_that_means_only_it() {
    let project = Project::grown();
    let ids = project.ids();
    shows!(project.run(&["up", "initial"]), @r"
    exit 0
    --- stdout
    applied [time]_initial  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["up", "AddEmail"]), @r"
    exit 0
    --- stdout
    applied [time]_add_email  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["up", &ids[2]]), @r"
    exit 0
    --- stdout
    applied [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["down", &format!("migrations/{}.sql", ids[1])]), @r"
    exit 0
    --- stdout
    reverted [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    let beginning = &ids[0][.."YYYYMMDD_HHMMSS_i".len()];
    shows!(project.run(&["goto", beginning]), @r"
    exit 0
    --- stdout
    reverted [time]_add_email  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["goto", "add_phone"]), @r"
    exit 0
    --- stdout
    applied [time]_add_email  1 statement, [n] ms
    applied [time]_add_phone  1 statement, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["goto", "add_phone"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    let day = &ids[0][.."YYYYMMDD".len()];
    for command in ["up", "down", "goto"] {
        let said = project.refused(&[command, day]);
        assert!(ids.iter().all(|id| said.contains(id.as_str())), "{said}");
        shows!(said.replace(&format!("`{day}`"), "`[day]`"), @r"
        error: `[day]` may be any of `[time]_initial`, `[time]_add_email`, `[time]_add_phone`

        hint: give more of the id, or the migration's name
        ");
        shows!(project.refused(&[command, "add_fone"]), @r"
        error: there is no migration `add_fone`

        hint: did you mean `add_phone`?
        ");
        shows!(project.refused(&[command, "nothing_like_it"]), @r"
        error: there is no migration `nothing_like_it`

        hint: `gen status` lists them
        ");
    }
}

#[apply(test)]
fn sync_brings_a_database_there_without_a_migration() {
    let project = Project::begun();
    project.succeeds(&["up"]);
    project.declare("email");
    shows!(project.run(&["sync"]), @r"
    exit 0
    --- stdout
    synchronised: 1 step
      user
        + column email varchar   entities/user.rs:9
    --- stderr
    next: `gen migration <Name>` writes this as a migration; this database will be recognised as having it
    ");
    shows!(project.run(&["sync"]), @r"
    exit 0
    --- stderr
    nothing to do: the database matches the entities
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             1 step ahead of the snapshot: `gen migration <Name>`
      user
        + column email varchar   entities/user.rs:9
    snapshot   1 table                             1 migration
    database   sqlite://shop.db                    was synchronised with the entities: `gen migration <Name>` writes the migration
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
    ");
    shows!(project.run(&["migration", "AddEmail"]), @r#"
    exit 0
    --- stdout
    AddEmail: 1 step
      user
        + column email varchar   entities/user.rs:9
      warning: column `user.email` looks personal: say so under `[personal]` in gen.toml: `"user.email" = "email"`, or `= "none"` [unanswered-personal-data]

    wrote migrations/[time]_add_email.sql
    wrote schema.lock.json
    wrote snapshots/ (1 file)

    next: read the migration, then `gen up` applies it and `gen status` shows it
    --- stderr
    note: this database was synchronised; the migration leads to what it already has
    proven on SQLite [version]: up, down, up again, with 40 rows
    "#);
    shows!(project.run(&["up", "--dry-run"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stdout
    recognised [time]_add_email  0 statements, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.refused(&["sync", "--database-url", "postgres://ann@db.example.org/shop"]), @r#"
    error: postgres://ann@db.example.org/shop is on another host, so it may not be a development database

    hint: `--development` confirms that it is one, `development = ["host"]` in the configuration does so permanently
    hint: or write a migration: `gen migration <Name> --database-url postgres://ann@db.example.org/shop`, then `gen up --database-url postgres://ann@db.example.org/shop`
    "#);
}
