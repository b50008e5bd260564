//! `gen check`: each flag where it holds and where it fails.

use super::project::Project;
use super::shows;

#[apply(test)]
fn everything_holds() {
    let project = Project::begun();
    shows!(project.run(&["check"]), @r"
    exit 0
    --- stdout
    holds    entities  sqlite
    holds    lock      sqlite
    holds    replay    sqlite
    skipped  database  sqlite    the database does not exist
    ");
    project.succeeds(&["up"]);
    shows!(project.run(&["check"]), @r"
    exit 0
    --- stdout
    holds    entities  sqlite
    holds    lock      sqlite
    holds    replay    sqlite
    holds    database  sqlite
    ");
    shows!(project.run(&["check", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "checks": [
        {
          "check": "entities",
          "details": [],
          "dialect": "sqlite",
          "verdict": "holds"
        },
        {
          "check": "lock",
          "details": [],
          "dialect": "sqlite",
          "verdict": "holds"
        },
        {
          "check": "replay",
          "details": [],
          "dialect": "sqlite",
          "verdict": "holds"
        },
        {
          "check": "database",
          "details": [],
          "dialect": "sqlite",
          "verdict": "holds"
        }
      ]
    }
    "#);
    for flag in ["--entities", "--lock", "--replay", "--database"] {
        let name = flag.trim_start_matches('-');
        assert_eq!(project.run(&["check", flag]), format!("exit 0\n--- stdout\nholds    {name:<9} sqlite\n"));
    }
}

#[apply(test)]
fn entities_that_are_ahead_fail() {
    let project = Project::begun();
    project.declare("email");
    shows!(project.run(&["check", "--entities"]), @r"
    exit 2
    --- stdout
    fails    entities  sqlite
             + user: column email varchar
    ");
    shows!(project.run(&["check", "--entities", "--json"]), @r#"
    exit 2
    --- stdout
    {
      "checks": [
        {
          "check": "entities",
          "details": [
            "+ user: column email varchar"
          ],
          "dialect": "sqlite",
          "verdict": "fails"
        }
      ]
    }
    "#);
    shows!(project.run(&["check", "--lock", "--replay"]), @r"
    exit 0
    --- stdout
    holds    lock      sqlite
    holds    replay    sqlite
    ");
}

#[apply(test)]
fn files_that_are_not_sealed_fail() {
    let project = Project::begun();
    let path = &project.migrations()[0];
    project.edit(path, "varchar", "text");
    shows!(project.run(&["check", "--lock"]), @r"
    exit 2
    --- stdout
    fails    lock      sqlite
             [time]_initial was edited after it was sealed
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             1 migration
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
      the file of `[time]_initial` was edited after it was sealed: `gen lock`
    ");
    project.succeeds(&["lock"]);
    // The snapshot says what the migrations make now, which is not what the entities say.
    shows!(project.run(&["check", "--entities", "--lock", "--replay"]), @r"
    exit 2
    --- stdout
    fails    entities  sqlite
             ~ user: column name: text → varchar
    holds    lock      sqlite
    holds    replay    sqlite
    ");
}

#[apply(test)]
fn a_migration_that_breaks_fails() {
    let project = Project::begun();
    project.edit(&project.migrations()[0], "varchar", "varchar,,");
    project.succeeds(&["lock"]);
    shows!(project.run(&["check", "--replay"]), @r#"
    exit 2
    --- stdout
    fails    replay    sqlite
             migration `[time]_initial` failed at statement 1 of 1, `CREATE TABLE "user" ( …`; it was rolled back, the database is as it was before it
             near ",": syntax error
    "#);
}

#[apply(test)]
fn a_database_that_is_elsewhere_fails() {
    let project = Project::grown();
    shows!(project.run(&["check", "--database"]), @r"
    exit 2
    --- stdout
    fails    database  sqlite
             the database does not exist
    ");
    project.succeeds(&["up", "1"]);
    shows!(project.run(&["check", "--database"]), @r"
    exit 2
    --- stdout
    fails    database  sqlite
             migrations are pending: `gen up`
    ");
    project.succeeds(&["up"]);
    project.sql("CREATE INDEX by_name ON \"user\" (name)");
    shows!(project.run(&["check", "--database"]), @r"
    exit 2
    --- stdout
    fails    database  sqlite
             + user: index by_name (name)
    ");
}
