//! `gen resolve`, `gen baseline`, `gen unlock`, and what `gen status` and `gen check` say of a history that is not in order.

use super::project::Project;
use super::shows;

const LAST: &str = "(SELECT max(id) FROM sea_gen_history)";

/// Three migrations, all applied.
fn applied() -> Project {
    let project = Project::grown();
    project.succeeds(&["up"]);
    project
}

#[apply(test)]
fn a_database_that_has_everything_is_stamped() {
    let project = applied();
    project.sql("DELETE FROM sea_gen_history");
    project.sql("ALTER TABLE user DROP COLUMN phone");
    shows!(project.run(&["baseline"]), @r"
    exit 1
    --- stderr
    error: this database does not have the schema that `[time]_add_phone` leads to
      the differences from the result of the migrations:
      + user: column phone varchar

    hint: bring it to that schema: `gen diff --from database --to snapshot --format sql` prints the statements
    hint: or stamp it as it is, and `gen drift` shows what differs: `gen baseline --force`
    ");
    project.sql("ALTER TABLE user ADD COLUMN phone varchar");
    shows!(project.run(&["baseline"]), @r"
    exit 0
    --- stdout
    recorded [time]_add_phone as baseline: this database has everything up to it
    ");
    shows!(project.run(&["baseline"]), @r"
    exit 1
    --- stderr
    error: migration `[time]_add_phone` is recorded as baseline here already

    hint: `gen status` shows the state of each migration
    ");
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stderr
    nothing to do
    ");
    project.sql("DELETE FROM sea_gen_history");
    project.sql("ALTER TABLE user DROP COLUMN phone");
    shows!(project.run(&["baseline", "add_phone", "--force"]), @r"
    exit 0
    --- stdout
    recorded [time]_add_phone as baseline: this database has everything up to it
    ");
    shows!(project.run(&["drift"]), @r"
    exit 2
    --- stdout
    from the snapshot to the database:
      user
        − column phone varchar
    ");
}

#[apply(test)]
fn what_a_person_knows_is_recorded() {
    let project = applied();
    shows!(project.run(&["resolve", "add_phone", "--not-applied"]), @r"
    exit 0
    --- stdout
    recorded [time]_add_phone as not applied
    --- stderr
    note: the database has another schema than goes with it; `gen status` shows how they compare
    ");
    shows!(project.run(&["resolve", "add_phone", "--applied"]), @r"
    exit 0
    --- stdout
    recorded [time]_add_phone as applied
    --- stderr
    the database has the schema that goes with it
    ");
    shows!(project.run(&["resolve", "add_phone", "--done"]), @r"
    exit 1
    --- stderr
    error: migration `[time]_add_phone` is not partially applied or reverted here

    hint: `gen status` shows the state of each migration
    ");
    shows!(project.run(&["resolve", "nothing", "--applied"]), @r"
    exit 1
    --- stderr
    error: there is no migration `nothing`

    hint: `gen status` lists them
    ");
    shows!(project.run(&["resolve", "add_phone"]), @r"
    exit 1
    --- stderr
    error: the following required arguments were not provided:
      <--applied|--reverted|--not-applied|--done|--not-done>

    Usage: gen resolve <--applied|--reverted|--not-applied|--done|--not-done> <MIGRATION>

    For more information, try '--help'.
    ");
    shows!(project.run(&["resolve", "add_phone", "--applied", "--reverted"]), @r"
    exit 1
    --- stderr
    error: the argument '--applied' cannot be used with '--reverted'

    Usage: gen resolve <--applied|--reverted|--not-applied|--done|--not-done> <MIGRATION>

    For more information, try '--help'.
    ");
    // The row of a file that is gone.
    let insert = "INSERT INTO sea_gen_history (id, name, checksum, applied_at, execution_ms, status, direction, statements, tool_version) \
                  VALUES ('20991231_000000_ghost', 'ghost', 'x', '', 0, 'applied', 'up', 1, '0.1.0')";
    project.sql(insert);
    shows!(project.run(&["check", "--database"]), @r"
    exit 2
    --- stdout
    fails    database  sqlite
             the file of migration `[time]_ghost` is missing, and the migration is applied here
    ");
    shows!(project.run(&["resolve", "ghost", "--not-applied"]), @r"
    exit 0
    --- stdout
    recorded [time]_ghost as not applied
    ");
    shows!(project.run(&["check", "--database"]), @r"
    exit 0
    --- stdout
    holds    database  sqlite
    ");
}

/// No state of the history passes the gate but that of a run that came to its end.
#[apply(test)]
fn a_history_that_is_not_in_order_is_shown_and_fails_the_check() {
    let project = applied();
    for (change, code) in [
        ("status = 'failed', statements = 0", 2),
        ("status = 'running', statements = 0", 2),
        ("status = 'paused'", 1),
        ("direction = 'sideways'", 1),
        ("checksum = 'x'", 2),
        ("id = '20990101_000000_ghost'", 2),
    ] {
        project.sql("CREATE TABLE keep AS SELECT * FROM sea_gen_history");
        project.sql(&format!("UPDATE sea_gen_history SET {change} WHERE id = {LAST}"));
        let ended = project.output(&["check"]).status.code();
        assert_eq!(ended, Some(code), "{change}");
        project.sql("DELETE FROM sea_gen_history");
        project.sql("INSERT INTO sea_gen_history SELECT * FROM keep");
        project.sql("DROP TABLE keep");
    }
    project.succeeds(&["check"]);
    project.sql(&format!("UPDATE sea_gen_history SET status = 'failed', statements = 0 WHERE id = {LAST}"));
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             3 migrations
    database   sqlite://shop.db                    is between two schemas: a migration was interrupted
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
      applied    [time]_add_email  [when]  [n] ms
      failed     [time]_add_phone  [when]  [n] ms
      migration `[time]_add_phone` is partially applied: a statement failed, 0 of its statements are done ([when])
        `gen up` goes on from there
    ");
    shows!(project.run(&["down"]), @r"
    exit 1
    --- stderr
    error: migration `[time]_add_phone` is partially applied: a statement failed, 0 of its statements are done ([when])

    hint: `gen up` goes on from there
    ");
}

#[apply(test)]
fn nobody_holds_the_lock() {
    let project = applied();
    shows!(project.run(&["unlock"]), @r"
    exit 0
    --- stderr
    no runner holds the lock
    ");
}
