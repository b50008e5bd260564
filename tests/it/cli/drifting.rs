//! What is said of a database that was changed by hand.
//!
//! Must not know how drift is found.

use super::project::Project;
use super::shows;

#[apply(test)]
fn drift_is_listed() {
    let project = Project::begun();
    project.succeeds(&["up"]);
    shows!(project.run(&["drift"]), @r"
    exit 0
    --- stderr
    no drift: the database matches the snapshot
    ");
    project.sql("CREATE INDEX by_name ON \"user\" (name)");
    shows!(project.run(&["drift"]), @r"
    exit 2
    --- stdout
    from the snapshot to the database:
      user
        + index by_name (name)
    ");
    shows!(project.run(&["drift", "--json"]), @r#"
    exit 2
    --- stdout
    {
      "compared": {
        "asked": 0,
        "same": 0
      },
      "drift": [
        {
          "op": {
            "create": {
              "index": [
                "user",
                {
                  "name": "by_name",
                  "parts": [
                    {
                      "column": "name"
                    }
                  ],
                  "wording": "CREATE INDEX by_name ON \"user\" (name)"
                }
              ]
            }
          },
          "source": null,
          "summary": "+ user: index by_name (name)"
        }
      ],
      "unmanaged": []
    }
    "#);
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   1 table                             1 migration
    database   sqlite://shop.db                    has drifted: `gen drift`
      SQLite [version]
      user
        + index by_name (name)
      applied    [time]_initial  [when]  [n] ms
    ");
    project.declare("email");
    shows!(project.refused(&["migration", "AddEmail"]), @"
    error: sqlite://shop.db has drifted from the snapshot
      + user: index by_name (name)

    hint: `gen drift` shows it, `gen drift adopt` writes it as a migration, `gen drift revert` undoes it
    hint: `gen migration … --from snapshot` plans without this database
    hint: `gen migration … --from database` plans from what it has, and keeps what was made by hand
    ");
    shows!(project.run(&["drift", "revert", "--dry-run"]), @r#"
    exit 0
    --- stdout
    PRAGMA foreign_keys = OFF;
    BEGIN;

    DROP INDEX "by_name";

    COMMIT;
    PRAGMA foreign_keys = ON;
    "#);
    shows!(project.run(&["drift", "adopt", "HandMade"]), @r"
    exit 0
    --- stdout
    adopted as [time]_hand_made: 1 step
      user
        + index by_name (name)
    wrote migrations/[time]_hand_made.sql
    wrote snapshots/tables/user.json
    wrote schema.lock.json
    --- stderr
    this database is recorded as having it; the others get it by their next run
    unproven: `gen verify [time]_hand_made` runs it on a scratch database
    ");
    project.succeeds(&["migration", "AddEmail"]);
}
