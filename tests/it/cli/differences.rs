//! `gen diff`: five forms, six kinds of states, there and back.

use super::project::Project;
use super::shows;

fn changed() -> Project {
    let project = Project::begun();
    project.declare("email");
    project
}

#[apply(test)]
fn text_is_for_eyes() {
    let project = changed();
    shows!(project.run(&["diff"]), @r"
    exit 0
    --- stdout
      user
        + column email varchar   entities/user.rs:9
    ");
    shows!(project.run(&["diff", "--down"]), @r"
    exit 0
    --- stdout
      user
        − column email varchar
    ");
    shows!(project.run(&["diff", "--exit-code"]), @r"
    exit 2
    --- stdout
      user
        + column email varchar   entities/user.rs:9
    ");
    shows!(project.run(&["diff", "--from", "entities", "--to", "entities", "--exit-code"]), @r"
    exit 0
    --- stderr
    no difference
    ");
}

#[apply(test)]
fn sql_is_for_running() {
    let project = changed();
    shows!(project.run(&["diff", "--format", "sql"]), @r#"
    exit 0
    --- stdout
    PRAGMA foreign_keys = OFF;
    BEGIN;

    ALTER TABLE "user" ADD COLUMN "email" varchar;

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    shows!(project.run(&["diff", "--format", "sql", "--down"]), @r#"
    exit 0
    --- stdout
    PRAGMA foreign_keys = OFF;
    BEGIN;

    -- loses data: the values of column user.email
    ALTER TABLE "user" DROP COLUMN "email";

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
}

#[apply(test)]
fn json_is_for_programs() {
    let project = changed();
    shows!(project.run(&["diff", "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "compared": {
        "asked": 0,
        "same": 0
      },
      "dialect": "sqlite",
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
      "statements": [
        {
          "sql": "ALTER TABLE \"user\" ADD COLUMN \"email\" varchar",
          "transactional": true
        }
      ],
      "unmanaged": []
    }
    "#);
    assert_eq!(project.run(&["diff", "--json"]), project.run(&["diff", "--format", "json"]));
    shows!(project.run(&["diff", "--from", "snapshot", "--to", "snapshot", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "compared": {
        "asked": 0,
        "same": 0
      },
      "dialect": "sqlite",
      "plan": [],
      "statements": [],
      "unmanaged": []
    }
    "#);
}

#[apply(test)]
fn markdown_is_for_pull_requests() {
    let project = changed();
    shows!(project.run(&["diff", "--format", "markdown"]), @r#"
    exit 0
    --- stdout
    **1 schema change** (SQLite)

    - `+ user: column email varchar`

    <details><summary>SQL</summary>

    ```sql
    PRAGMA foreign_keys = OFF;
    BEGIN;

    ALTER TABLE "user" ADD COLUMN "email" varchar;

    COMMIT;
    PRAGMA foreign_keys = ON;
    ```

    </details>
    "#);
    shows!(project.run(&["diff", "--format", "markdown", "--to", "snapshot"]), @r"
    exit 0
    --- stdout
    No schema changes.
    ");
}

#[apply(test)]
fn patch_is_for_reviewers() {
    let project = changed();
    shows!(project.run(&["diff", "--format", "patch"]), @r#"
    exit 0
    --- stdout
    --- a/tables/user.json
    +++ b/tables/user.json
    @@ -10,6 +10,11 @@
           "name": "name",
           "nullable": false,
           "type": "varchar"
    +    },
    +    {
    +      "name": "email",
    +      "nullable": true,
    +      "type": "varchar"
         }
       ],
       "name": "user",
    "#);
    shows!(project.run(&["diff", "--format", "patch", "--from", "entities", "--to", "snapshot"]), @r#"
    exit 0
    --- stdout
    --- a/tables/user.json
    +++ b/tables/user.json
    @@ -10,11 +10,6 @@
           "name": "name",
           "nullable": false,
           "type": "varchar"
    -    },
    -    {
    -      "name": "email",
    -      "nullable": true,
    -      "type": "varchar"
         }
       ],
       "name": "user",
    "#);
}

#[apply(test)]
fn a_database_is_a_state() {
    let project = changed();
    shows!(project.refused(&["diff", "--from", "database"]), @r"
    error: the SQLite database `[project]/shop.db` does not exist
      unable to open database file

    hint: check the path; `gen up` creates the file
    ");
    project.succeeds(&["up"]);
    shows!(project.run(&["diff", "--from", "database", "--to", "snapshot"]), @r"
    exit 0
    --- stderr
    no difference
    ");
    shows!(project.run(&["diff", "--from", "database"]), @r"
    exit 0
    --- stdout
      user
        + column email varchar   entities/user.rs:9
    ");
    shows!(project.run(&["diff", "--from", "sqlite://shop.db", "--to", "entities"]), @r"
    exit 0
    --- stdout
      user
        + column email varchar   entities/user.rs:9
    ");
}

#[apply(test)]
fn a_script_is_a_state() {
    let project = changed();
    project.write("old.sql", "CREATE TABLE note (id integer PRIMARY KEY);\n");
    shows!(project.run(&["diff", "--from", "file:old.sql", "--to", "snapshot"]), @r"
    exit 0
    --- stdout
      user
        + table (2 columns)
      note
        − table (1 column)
    ");
    project.write("old.sql", "CREATE TABLE note (id integer PRIMARY KEY);\nCREATE TABEL x (id integer);\n");
    shows!(project.refused(&["diff", "--from", "file:old.sql"]), @r#"
    error: the script fails at `CREATE TABEL x (id integer)`
      near "TABEL": syntax error

    hint: correct the script; it has to run on an empty SQLite database
    "#);
}

#[apply(test)]
fn a_commit_is_a_state() {
    let project = Project::begun();
    shows!(project.refused(&["diff", "--from", "git:HEAD"]), @r"
    error: `[project]` is in no git repository

    hint: begin one: `git init`
    ");
    project.git(&["init", "--quiet", "."]);
    shows!(project.refused(&["diff", "--from", "git:HEAD"]), @r"
    error: `HEAD` is no commit, branch or tag of this repository

    hint: choose one: `git log --oneline --all`
    ");
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "commit", "--quiet", "-m", "Begin"]);
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    shows!(project.run(&["diff", "--from", "git:HEAD", "--to", "snapshot"]), @r"
    exit 0
    --- stdout
      user
        + column email varchar
    ");
    shows!(project.refused(&["diff", "--from", "git:nowhere"]), @r"
    error: `nowhere` is no commit, branch or tag of this repository

    hint: choose one: `git log --oneline --all`
    ");
    shows!(project.refused(&["diff", "--from", "git:--output=stolen"]), @r"
    error: `--output=stolen` is no git revision

    hint: choose one: `git log --oneline --all`
    ");
}

#[apply(test)]
fn an_unknown_state_is_refused() {
    let project = changed();
    shows!(project.refused(&["diff", "--from", "snapshots"]), @r"
    error: unknown state `snapshots`

    hint: a state is one of entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    ");
    shows!(project.refused(&["diff", "--to", "HEAD"]), @r"
    error: unknown state `HEAD`

    hint: a state is one of entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    ");
    shows!(project.refused(&["diff", "--to", "git:"]), @r"
    error: unknown state `git:`

    hint: a state is one of entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    ");
    shows!(project.refused(&["diff", "--to", "file:nowhere.sql"]), @r"
    error: `nowhere.sql` does not exist

    hint: check the path
    ");
    shows!(project.refused(&["diff", "--to", "sqlite://nowhere.db"]), @r"
    error: the SQLite database `[project]/nowhere.db` does not exist
      unable to open database file

    hint: check the path; `gen up` creates the file
    ");
    shows!(project.refused(&["diff", "--to", "pg://ann:s3cret@host/shop"]), @r"
    error: unknown state: it looks like the URL of an unsupported database

    hint: write it as `postgres://…`, `mysql://…`, `mariadb://…` or `sqlite://…`
    ");
    shows!(project.refused(&["diff", "--to", "postgres://ann:s3cret@nowhere.invalid/shop"]), @r"
    error: there is no host `nowhere.invalid`
      error communicating with database: failed to lookup address information: Name or service not known

    hint: check the host of the database URL; inside a container `localhost` is the container itself
    ");
}
