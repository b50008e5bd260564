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
