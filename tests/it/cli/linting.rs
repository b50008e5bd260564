//! `gen lint`, and the forms migrations are written in.

use super::project::Project;
use super::shows;

const BY_HAND: &str = "-- ByHand (postgres)

-- UP

CREATE INDEX by_name ON \"user\" (name);

-- lint: allow drop-column nobody has read it for a year
ALTER TABLE \"user\" DROP COLUMN nickname;

ALTER TABLE \"user\" FROBNICATE;
";

/// A project whose database is not at hand, with a migration somebody has written.
fn by_hand() -> Project {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("entities/user.rs", super::project::USER);
    project.succeeds(&["init"]);
    project.write("migrations/20260102_030405_by_hand.sql", BY_HAND);
    project
}

#[apply(test)]
fn what_is_found_is_told_with_what_to_do_instead() {
    shows!(by_hand().run(&["lint"]), @"
    exit 2
    --- stdout
    migrations/[time]_by_hand.sql
      5: up: warning: user: SHARE while an index is built; writes block [blocking-build]
          writes, or even reads, block until the build finishes
          instead: PostgreSQL: `CREATE INDEX CONCURRENTLY` outside a transaction, and a key from it with `USING INDEX`; MySQL and MariaDB: `ALGORITHM=INPLACE, LOCK=NONE`
      8: up: allowed: nobody has read it for a year [drop-column]
      10: up: info: not understood: no parser at hand understands it [unread]
          its locks and losses are unknown
          instead: review it manually
      1: down: warning: nothing leads back [missing-down]
          a wrong migration cannot be reverted
          instead: write the down statements, or a comment under `-- DOWN` that says why there are none
    1 file, 3 remarks, 1 allowed
    ");
}

#[apply(test)]
fn machines_are_told_the_same() {
    let project = by_hand();
    shows!(project.run(&["lint", "by_hand", "--format", "github"]), @"
    exit 2
    --- stdout
    ::warning file=migrations/[time]_by_hand.sql,line=5,title=blocking-build::up: user: SHARE while an index is built; writes block: writes, or even reads, block until the build finishes%0Ainstead: PostgreSQL: `CREATE INDEX CONCURRENTLY` outside a transaction, and a key from it with `USING INDEX`; MySQL and MariaDB: `ALGORITHM=INPLACE, LOCK=NONE`
    ::notice file=migrations/[time]_by_hand.sql,line=10,title=unread::up: not understood: no parser at hand understands it: its locks and losses are unknown%0Ainstead: review it manually
    ::warning file=migrations/[time]_by_hand.sql,line=1,title=missing-down::down: nothing leads back: a wrong migration cannot be reverted%0Ainstead: write the down statements, or a comment under `-- DOWN` that says why there are none
    ");
    let json = |arguments: &[&str]| -> serde_json::Value {
        let shown = project.run(arguments);
        let (begin, end) = (shown.find('{').unwrap(), shown.rfind('}').unwrap());
        serde_json::from_str(&shown[begin..=end]).unwrap()
    };
    let report = json(&["lint", "--format", "sarif"]);
    let results = report["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert_eq!(results.iter().filter(|it| it.get("suppressions").is_some()).count(), 1);
    let report = json(&["lint", "--json"]);
    assert_eq!(report["files"][0]["remarks"].as_array().unwrap().len(), 4);
}

#[apply(test)]
fn what_is_applied_is_not_looked_at_again() {
    let project = Project::begun();
    assert!(project.run(&["lint"]).starts_with("exit 0"));
    project.succeeds(&["up"]);
    shows!(project.run(&["lint"]), @"
    exit 0
    --- stderr
    nothing to look at: no migration is pending
    ");
    assert!(project.run(&["lint", "--all"]).starts_with("exit 0"));
    assert!(project.run(&["lint", "nothing_of_the_kind"]).starts_with("exit 1"));
}

#[apply(test)]
fn the_forms_are_chosen_on_the_command_line_and_in_the_configuration() {
    let project = Project::empty("dialects = [\"postgres\"]\n");
    project.write("entities/user.rs", super::project::USER);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    let text = super::project::USER.replace("    pub name", "    #[sea_orm(indexed)]\n    pub name");
    project.write("entities/user.rs", &text);
    shows!(project.run(&["migration", "AddIndex", "--dry-run"]), @r#"
    exit 0
    --- stdout
    AddIndex: 1 step
      user
        + index idx-user-name (name)   entities/user.rs:9

    -- AddIndex (postgres)
    -- from [digest] to [digest]
    -- written by gen; after editing it, `gen lock` seals it anew

    -- UP

    -- gen: no transaction
    CREATE INDEX CONCURRENTLY "idx-user-name" ON "user" ("name");

    -- DOWN

    -- gen: no transaction
    DROP INDEX CONCURRENTLY "idx-user-name";
    "#);
    let sql = |arguments: &[&str]| project.run(arguments);
    assert!(sql(&["diff", "--format", "sql"]).contains("CREATE INDEX CONCURRENTLY"));
    assert!(!sql(&["diff", "--format", "sql", "--offline-forms"]).contains("CONCURRENTLY"));
    assert!(!sql(&["migration", "AddIndex", "--dry-run", "--offline-forms"]).contains("CONCURRENTLY"));
    project.write("gen.toml", "dialects = [\"postgres\"]\noffline-forms = true\n");
    assert!(!sql(&["diff", "--format", "sql"]).contains("CONCURRENTLY"));
}

const FIRST: &str = "use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = \"CREATE INDEX CONCURRENTLY by_name ON cake (name)\";
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }

    // lint: allow missing-down the index does no harm
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
";

const MIGRATOR: &str = "pub use sea_orm_migration::prelude::*;

mod m20220101_000001_first;
mod m20220102_000001_second;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20220102_000001_second::Migration),
            Box::new(m20220101_000001_first::Migration),
        ]
    }
}
";

/// A project with a migration crate for `sea-orm-migration`.
fn in_rust() -> Project {
    let project = Project::new();
    project.succeeds(&["init"]);
    project.write("migration/Cargo.toml", "[package]\nname = \"migration\"\n");
    project.write("migration/src/lib.rs", MIGRATOR);
    project.write("migration/src/m20220101_000001_first.rs", FIRST);
    let second = FIRST.replace("use sea_orm_migration", "use entity::cake;\nuse sea_orm_migration");
    let second = second
        .replace("let sql = \"CREATE INDEX CONCURRENTLY", "cake::Entity::find();\n        let sql = \"CREATE INDEX");
    project.write("migration/src/m20220102_000001_second.rs", second);
    project
}

#[apply(test)]
fn migrations_in_rust_are_read_too() {
    shows!(in_rust().run(&["lint"]), @"
    exit 2
    --- stdout
    migration/src/lib.rs
      13: warning: `m[time]_first` comes after `m[time]_second`, which is later by its name [migration-order]
          SeaORM applies what the list has and the database lacks, in the order of the list: a database that is behind runs them in another order than one that is not
          instead: put it at the end under a later name, unless it was applied somewhere already
    migration/src/m[time]_first.rs
      9: danger: CONCURRENTLY, and `use_transaction` does not return `Some(false)` [concurrently-in-transaction]
          PostgreSQL refuses it
          instead: return `Some(false)` from `use_transaction`, and send the statement in a call of its own: several statements in one call are a transaction
      14: allowed: the index does no harm [missing-down]
    migration/src/m[time]_second.rs
      1: warning: `entity::cake` belongs to the application [entity-in-migration]
          the entity changes with the application: a new database then runs the old migration with columns that it does not have yet, or have any more
          instead: write the table out with sea-query, or keep a copy of the entity in the migration as it was then
      16: allowed: the index does no harm [missing-down]
    3 files, 3 remarks, 2 allowed
    ");
}

#[apply(test)]
fn one_of_them_is_named_and_those_of_the_history_are_done() {
    let project = in_rust();
    let shown = project.run(&["lint", "m20220102", "--json"]);
    assert!(
        shown.contains("\"file\": \"migration/src/m20220102_000001_second.rs\"") && !shown.contains("first.rs"),
        "{shown}"
    );
    let shown = project.run(&["lint", "--format", "github"]);
    let line = "::error file=migration/src/m20220101_000001_first.rs,line=9,title=concurrently-in-transaction::";
    assert!(shown.contains(line), "{shown}");
    project.succeeds(&["migration", "Initial"]);
    project.succeeds(&["up"]);
    project.sql(
        "CREATE TABLE seaql_migrations (version varchar PRIMARY KEY, applied_at bigint NOT NULL);
         INSERT INTO seaql_migrations VALUES ('m20220101_000001_first', 1), ('m20220102_000001_second', 2)",
    );
    let shown = project.run(&["lint"]);
    assert!(shown.contains("migration-order") && !shown.contains("concurrently"), "{shown}");
    assert!(project.run(&["lint", "--all"]).contains("concurrently"));
    let rules = project.run(&["lint", "--rules"]);
    for rule in ["migration-order", "pragma-in-transaction", "split-sql", "entity-in-migration"] {
        assert!(rules.contains(rule), "{rules}");
        assert!(project.run(&["lint", "--explain", rule]).starts_with("exit 0"), "{rule}");
    }
    let explained = project.run(&["lint", "--explain", "missing-down"]);
    assert!(explained.contains("-- DOWN") && explained.contains("async fn down"), "{explained}");
}
