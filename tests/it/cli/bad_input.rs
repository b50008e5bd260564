//! Bad names, entities and addresses: exit code 1, one message with a hint, and nothing written.

use super::project::{Project, USER};
use super::shows;

#[apply(test)]
fn a_migration_needs_a_good_name() {
    let project = Project::begun();
    project.declare("email");
    for name in ["", " ", "_"] {
        assert!(project.refused(&["migration", name]).contains("a migration needs a name"), "{name:?}");
    }
    shows!(project.refused(&["migration", ""]), @r"
    error: a migration needs a name

    hint: say what it does: `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", "add/email"]), @r"
    error: a migration cannot be named `add/email`: `/` is in it

    hint: use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", "..\\email"]), @r"
    error: a migration cannot be named `..\\email`: `.` is in it

    hint: use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", "/etc/passwd"]), @r"
    error: a migration cannot be named `/etc/passwd`: `/` is in it

    hint: use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", "add\nemail"]), @r"
    error: a migration cannot be named `add\nemail`: `\n` is in it

    hint: use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", "naïve"]), @r"
    error: a migration cannot be named `naïve`: `ï` is in it

    hint: use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`
    ");
    shows!(project.refused(&["migration", &"x".repeat(81)]), @r"
    error: the migration's name has 81 characters, 80 are the most

    hint: say it shorter; the statements speak for themselves
    ");
    shows!(project.refused(&["migration", "--dry-run", "-email"]), @r"
    error: unexpected argument '-e' found

      tip: to pass '-e' as a value, use '-- -e'

    Usage: gen migration [OPTIONS] [NAME]

    For more information, try '--help'.
    ");
    shows!(project.refused(&["migration"]), @r"
    error: the following required arguments were not provided:
      <NAME>

    Usage: gen migration <NAME>

    For more information, try '--help'.
    ");
    project.succeeds(&["migration", &"x".repeat(80)]);
}

#[apply(test)]
fn a_name_is_taken_once() {
    let project = Project::begun();
    project.declare("email");
    for name in ["Initial", "initial", "INITIAL"] {
        assert!(project.refused(&["migration", name]).contains("named `initial` already"), "{name}");
    }
    shows!(project.refused(&["migration", "Initial"]), @r"
    error: there is a migration named `initial` already: `[time]_initial`

    hint: choose another name, as in `gen migration Initial2`
    ");
    std::fs::remove_file(project.path(&project.migrations()[0])).unwrap();
    shows!(project.refused(&["migration", "Initial"]), @r"
    error: there is a migration named `initial` already: `[time]_initial`

    hint: choose another name, as in `gen migration Initial2`
    hint: the file of `[time]_initial` is gone; if it is to be forgotten: `gen lock`
    ");
}

#[apply(test)]
fn entities_must_be_rust() {
    let project = Project::begun();
    project.write("entities/user.rs", USER.replace("pub name: String,", "pub name String,"));
    shows!(project.refused(&["migration", "X"]), @r#"
      × this is not Rust
       ╭─[entities/user.rs:8:14]
     7 │     pub id: i32,
     8 │     pub name String,
       ·              ───┬──
       ·                 ╰── expected `:`
     9 │ }
       ╰────
      help: run `cargo check`; what it takes and this does not is read with `reader = "compiled"`
    error: the entities have 1 error; nothing was written
    "#);
    for command in [&["status"][..], &["diff"], &["check"], &["sync"]] {
        assert!(project.refused(command).contains("this is not Rust"), "{command:?}");
    }
}

#[apply(test)]
fn entities_must_be_utf8() {
    let project = Project::begun();
    project.write("entities/user.rs", b"use sea_orm::*;\n// caf\xe9\n");
    shows!(project.refused(&["migration", "X"]), @r"
    error: `[project]/entities/user.rs` is not UTF-8 text, at line 2

    hint: save it as UTF-8
    ");
}

#[apply(test)]
fn two_entities_are_not_one_table() {
    let project = Project::begun();
    project.write("entities/person.rs", USER);
    shows!(project.refused(&["migration", "X"]), @r#"
      × two entities are the table `user`
       ╭─[entities/user.rs:4:11]
     3 │ #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
     4 │ #[sea_orm(table_name = "user")]
       ·           ─────────┬─────────
       ·                    ╰── the second
     5 │ pub struct Model {
       ╰────
      help: the first is at entities/person.rs:4; give one of them another `table_name`
    error: the entities have 1 error; nothing was written
    "#);
}

#[apply(test)]
fn a_relation_leads_to_an_entity() {
    let project = Project::begun();
    let relation = "pub enum Relation {\n    #[sea_orm(belongs_to = \"super::team::Entity\", from = \"Column::Name\", to = \"super::team::Column::Id\")]\n    Team,\n}";
    project.write("entities/user.rs", USER.replace("pub enum Relation {}", relation));
    shows!(project.refused(&["migration", "X"]), @r#"
      × no entity `super::team::Entity` in these files
        ╭─[entities/user.rs:13:28]
     12 │ pub enum Relation {
     13 │     #[sea_orm(belongs_to = "super::team::Entity", from = "Column::Name", to = "super::team::Column::Id")]
        ·                            ──────────┬──────────
        ·                                      ╰── not found
     14 │     Team,
        ╰────
      help: check the path, or add `skip_fk` if its table is declared elsewhere
    error: the entities have 1 error; nothing was written
    "#);
    project.write("entities/team.rs", USER.replace("\"user\"", "\"team\"").replace("pub id", "pub number"));
    shows!(project.refused(&["migration", "X"]), @r#"
      × table `team` has no column `Id`
        ╭─[entities/user.rs:13:79]
     12 │ pub enum Relation {
     13 │     #[sea_orm(belongs_to = "super::team::Entity", from = "Column::Name", to = "super::team::Column::Id")]
        ·                                                                               ────────────┬────────────
        ·                                                                                           ╰── no such column
     14 │     Team,
        ╰────
      help: one of Name, Number
    error: the entities have 1 error; nothing was written
    "#);
}

#[apply(test)]
fn sql_beside_the_entities_must_be_sql() {
    let project = Project::begun();
    project
        .write("entities/user.sql", "CREATE INDEX by_name ON \"user\" (name);\nCREATE INDEKS x ON \"user\" (name);\n");
    shows!(project.refused(&["migration", "X"]), @r#"
      × this is not SQL
       ╭─[entities/user.sql:2:8]
     1 │ CREATE INDEX by_name ON "user" (name);
     2 │ CREATE INDEKS x ON "user" (name);
       ·        ───┬──
       ·           ╰── Expected: an object type after CREATE, found: INDEKS
       ╰────
      help: correct it, or, if only one database understands it, put it into `user.sqlite.sql`
    error: the entities have 1 error; nothing was written
    "#);
}

#[apply(test)]
fn there_must_be_entities() {
    let project = Project::empty("");
    shows!(project.refused(&["init"]), @r#"
    error: no entities found: no file here declares one by `DeriveEntityModel`

    hint: say where they are, in gen.toml: `entities = ["path/to/entities"]`
    "#);
    let project = Project::empty("entities = [\"model\"]");
    shows!(project.refused(&["init"]), @r"
    error: the entities' folder `model` does not exist

    hint: correct `entities` in the configuration
    ");
}

#[apply(test)]
fn there_must_be_a_project() {
    let project = Project::new();
    std::fs::remove_file(project.path("gen.toml")).unwrap();
    shows!(project.refused(&["status"]), @r"
    error: `[project]` is in no project: there is no Cargo.toml here or above

    hint: go to the project's folder, or begin one here: `touch gen.toml && gen init`
    ");
    shows!(project.refused(&["status", "--project", "nowhere"]), @r"
    error: cannot find `nowhere`
      No such file or directory (os error 2)

    hint: name the project's folder: `gen --project <FOLDER> …`
    ");
}

#[apply(test)]
fn the_configuration_must_be_understood() {
    let project = Project::begun();
    project.write("gen.toml", "dialects = [\"sqlite\"]\nmigration = \"migrations\"\n");
    shows!(project.refused(&["status"]), @r"
    error: `[project]/gen.toml`, line 2: there is no setting `migration`

    hint: did you mean `migrations`?
    ");
    project.write("gen.toml", "dialects = [\"oracle\"]\n");
    shows!(project.refused(&["status"]), @"error: `[project]/gen.toml`, line 1: unknown dialect `oracle`: sqlite, postgres, mysql or mariadb");
    project.write("gen.toml", "dialects = \n");
    shows!(project.refused(&["status"]), @"error: `[project]/gen.toml`, line 1: string values must be quoted, expected literal string");
    project.write("gen.toml", "migrations = \"../elsewhere\"\n");
    shows!(project.refused(&["status"]), @r"
    error: `[project]/gen.toml`, line 1: `migrations` must be a path inside the project

    hint: write it from the project's folder, without `..`
    ");
}

#[apply(test)]
fn the_database_must_be_there_where_it_is_needed() {
    let project = Project::begun();
    for command in ["down", "redo", "drift"] {
        assert!(project.refused(&[command]).contains("`[project]/shop.db` does not exist"), "{command}");
    }
    shows!(project.refused(&["drift"]), @r"
    error: the SQLite database `[project]/shop.db` does not exist
      unable to open database file

    hint: check the path; `gen up` creates the file
    ");
    project.write("gen.toml", "dialects = [\"sqlite\"]\n");
    shows!(project.refused(&["up"]), @r"
    error: no database URL is set

    hint: pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration
    ");
    shows!(project.refused(&["up", "--database-url", "shop.db"]), @r"
    error: the database URL cannot be read: its scheme is none of postgres, mysql, mariadb and sqlite (from `--database-url`)

    hint: write it as `postgres://user:password@host/database` or `sqlite://file.db`
    ");
    shows!(project.refused(&["up", "--database-url", "sqlite:///proc/shop.db"]), @r"
    error: the SQLite database `/proc/shop.db` does not exist
      unable to open database file

    hint: check the path; `gen up --database-url sqlite:///proc/shop.db` creates the file
    ");
    shows!(project.refused(&["up", "--database-url", "sqlite://entities"]), @r"
    error: `[project]/entities` is a directory, not an SQLite database
      unable to open database file

    hint: name a file in it
    ");
    shows!(project.refused(&["up", "--database-url", "sqlite://gen.toml"]), @r"
    error: `[project]/gen.toml` is not an SQLite database
      file is not a database

    hint: check the path; an encrypted database cannot be read either
    ");
    shows!(project.refused(&["up", "--database-url", "postgres://127.0.0.1:1/shop"]), @r"
    error: cannot connect to 127.0.0.1:1
      error communicating with database: Connection refused (os error 111)

    hint: start the server, or check host and port of the database URL
    ");
    shows!(project.refused(&["up", "--database-url", "mysql://nowhere.invalid/shop"]), @r"
    error: there is no host `nowhere.invalid`
      error communicating with database: failed to lookup address information: Name or service not known

    hint: check the host of the database URL; inside a container `localhost` is the container itself
    ");
}

#[apply(test)]
fn arguments_must_be_known() {
    let project = Project::begun();
    shows!(project.refused(&["migrate"]), @r"
    error: unrecognized subcommand 'migrate'

      tip: some similar subcommands exist: 'merge', 'grants', 'migration'

    Usage: gen [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    shows!(project.refused(&["diff", "--format", "yaml"]), @r"
    error: invalid value 'yaml' for '--format <FORMAT>'
      [possible values: text, sql, json, markdown, patch]

    For more information, try '--help'.
    ");
    shows!(project.refused(&["diff", "--json", "--format", "sql"]), @r"
    error: the argument '--json' cannot be used with '--format <FORMAT>'

    Usage: gen diff --json

    For more information, try '--help'.
    ");
    shows!(project.refused(&["migration", "X", "--exit-code"]), @r"
    error: the following required arguments were not provided:
      --dry-run

    Usage: gen migration --dry-run --exit-code <NAME>

    For more information, try '--help'.
    ");
    shows!(project.refused(&["goto"]), @r"
    error: the following required arguments were not provided:
      <ID>

    Usage: gen goto <ID>

    For more information, try '--help'.
    ");
    shows!(project.refused(&["up", "-1"]), @r"
    error: unexpected argument '-1' found

      tip: to pass '-1' as a value, use '-- -1'

    Usage: gen up [OPTIONS] [N|ID]

    For more information, try '--help'.
    ");
    shows!(project.refused(&["freeze", " "]), @r"
    error: a release needs a name

    hint: `gen freeze 1.4.0`
    ");
    shows!(project.refused(&["completions", "tcsh"]), @r"
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    ");
}

#[apply(test)]
fn no_command_prints_the_help_as_an_error() {
    let output = Project::new().output(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: gen"));
}
