//! `gen entities`: what was read, and from where.
//!
//! Must not know how it is read.

use super::project::Project;
use super::shows;

#[apply(test)]
fn what_was_read_is_listed() {
    let project = Project::new();
    project.write(
        "entities/user.postgres.sql",
        "CREATE INDEX user_by_name ON \"user\" (lower(name));\nCREATE TABLE log (id bigserial PRIMARY KEY, said text NOT NULL DEFAULT '');\n",
    );
    shows!(project.succeeds(&["entities"]), @"
    1 table for SQLite, from 2 files

    user   entities/user.rs:4
      id    i32     → integer  entities/user.rs:7
      name  String  → varchar  entities/user.rs:8
      primary key (id)  entities/user.rs:6
    ");
    shows!(project.succeeds(&["entities", "--dialect", "postgres"]), @"
    2 tables for PostgreSQL, from 2 files

    log   entities/user.postgres.sql:2
      id      → bigint           entities/user.postgres.sql:2
      said    → text default ''  entities/user.postgres.sql:2
      primary key (id)  entities/user.postgres.sql:2

    user   entities/user.rs:4
      id    i32     → integer            entities/user.rs:7
      name  String  → character varying  entities/user.rs:8
      primary key (id)  entities/user.rs:6
      index user_by_name  entities/user.postgres.sql:1
    ");
    shows!(project.succeeds(&["entities", "--dialect", "postgres", "--json"]), @r#"
    {
      "diagnostics": [],
      "dialect": "postgres",
      "files": [
        "entities/user.postgres.sql",
        "entities/user.rs"
      ],
      "not_part_of_the_program": [],
      "objects": [],
      "tables": [
        {
          "columns": [
            {
              "default": null,
              "name": "id",
              "nullable": false,
              "rust_type": null,
              "source": "entities/user.postgres.sql:2",
              "type": "bigint"
            },
            {
              "default": "''",
              "name": "said",
              "nullable": false,
              "rust_type": null,
              "source": "entities/user.postgres.sql:2",
              "type": "text"
            }
          ],
          "name": "log",
          "parts": [
            {
              "source": "entities/user.postgres.sql:2",
              "what": "primary key (id)"
            }
          ],
          "source": "entities/user.postgres.sql:2"
        },
        {
          "columns": [
            {
              "default": null,
              "name": "id",
              "nullable": false,
              "rust_type": "i32",
              "source": "entities/user.rs:7",
              "type": "integer"
            },
            {
              "default": null,
              "name": "name",
              "nullable": false,
              "rust_type": "String",
              "source": "entities/user.rs:8",
              "type": "character varying"
            }
          ],
          "name": "user",
          "parts": [
            {
              "source": "entities/user.rs:6",
              "what": "primary key (id)"
            },
            {
              "source": "entities/user.postgres.sql:1",
              "what": "index user_by_name"
            }
          ],
          "source": "entities/user.rs:4"
        }
      ],
      "unsupported": null
    }
    "#);
}

#[apply(test)]
fn what_could_not_be_read_is_listed_too() {
    let project = Project::new();
    project.write("entities/odd.sql", "CREATE INDEX nowhere ON absent (id);\n");
    let output = project.run(&["entities", "--json"]);
    assert!(output.contains("exit 1"), "{output}");
    assert!(output.contains("\"severity\": \"error\""), "{output}");
}
