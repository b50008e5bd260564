//! A database that was changed by hand behind the migrations' back.
//!
//! Must not know how drift is found.

use sea_gen::schema::Product;

use super::catalog::{catalog, only};
use super::project::Project;
use crate::support::on_each;

on_each!(
    a_migration_stops_on_drift,
    from_the_snapshot_nothing_of_the_drift_is_written,
    from_the_database_what_was_made_by_hand_is_kept,
    something_missing_is_drift_too,
    what_was_made_by_hand_is_adopted,
    what_is_missing_is_adopted_as_gone,
    what_was_made_by_hand_is_reverted_if_that_is_allowed,
    what_is_missing_is_brought_back,
    drift_is_not_told_from_what_is_pending,
);

/// A column and an index made by hand, and an entity that wants something else.
fn drifted(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("ALTER TABLE person ADD COLUMN by_hand integer");
    project.database.execute("CREATE INDEX hand_made ON person (age)");
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project
}

fn a_migration_stops_on_drift(product: Product) {
    let project = drifted(product);
    assert_eq!(project.situation(), "drifted");
    project.run(&["status"]).with(0).mentions("has drifted").mentions("by_hand").mentions("hand_made");
    project.run(&["drift"]).with(2).mentions("by_hand").mentions("hand_made").keeps_silent_on("email");
    project.run(&["check", "--database"]).with(2).mentions("by_hand").mentions("hand_made");
    let before = project.written();
    let there = catalog(&project.database);
    let said = project.run(&["migration", "AddEmailIndex"]).with(1);
    let said = said.mentions("drifted").mentions("by_hand").mentions("hand_made").keeps_silent_on("email");
    said.mentions("--from snapshot").mentions("--from database").mentions("gen drift");
    project.run(&["migration", "AddEmailIndex", "--dry-run"]).with(1).mentions("drifted");
    assert_eq!(project.written(), before);
    assert_eq!(catalog(&project.database), there);
}

fn from_the_snapshot_nothing_of_the_drift_is_written(product: Product) {
    let project = drifted(product);
    let said = project.run(&["migration", "AddEmailIndex", "--from", "snapshot"]).with(0);
    said.keeps_silent_on("by_hand").keeps_silent_on("hand_made");
    let newest = project.newest();
    assert!(!newest.contains("hand"), "{newest}");
    project.run(&["check", "--entities", "--lock", "--replay"]).with(0);
    // What was made by hand does not stand in the way of the migration, and stays what it is: drift.
    let before = catalog(&project.database);
    project.run(&["up"]).with(0).mentions("gen drift");
    let after = catalog(&project.database);
    assert_eq!(only(&before, &after), [""; 0]);
    assert_eq!(only(&after, &before).len(), 1, "{after:#?}");
    assert_eq!(project.situation(), "drifted");
}

fn from_the_database_what_was_made_by_hand_is_kept(product: Product) {
    let project = drifted(product);
    project.run(&["migration", "AddEmailIndex", "--from", "database"]).with(0);
    let newest = project.newest();
    assert!(newest.contains("email") && !newest.contains("hand"), "{newest}");
    let before = catalog(&project.database);
    project.run(&["up"]).with(0).mentions("applied");
    let after = catalog(&project.database);
    assert_eq!(only(&before, &after), [""; 0]);
    assert_eq!(only(&after, &before).len(), 1, "{after:#?}");
    assert_eq!(project.situation(), "current");
    project.finds_nothing();
}

/// What the snapshot says and the database has lost: the code still declares it, so the database is not where the code is.
fn something_missing_is_drift_too(product: Product) {
    let project = Project::settled(product);
    project.database.execute("ALTER TABLE person DROP COLUMN age");
    assert_eq!(project.situation(), "drifted");
    let before = project.written();
    project.run(&["migration", "Nothing"]).with(1).mentions("drifted").mentions("age");
    assert_eq!(project.written(), before);
    project.run(&["migration", "Nothing", "--from", "snapshot"]).with(0).mentions("nothing to do");
    assert_eq!(project.written(), before);
}

fn what_was_made_by_hand_is_adopted(product: Product) {
    let project = drifted(product);
    let there = catalog(&project.database);
    let before = project.written();
    let dry = project.run(&["drift", "adopt", "--dry-run"]).with(0).mentions("-- UP").mentions("by_hand");
    assert_eq!(project.written(), before);
    let report = project.json(&["drift", "adopt", "HandMade"]);
    assert_eq!(report["drift"].as_array().map(Vec::len), Some(2), "{report:#}");
    assert!(project.newest().contains("hand_made") && dry.out.contains("hand_made"));
    assert_eq!(catalog(&project.database), there, "only the history was written");
    project.run(&["drift"]).with(0);
    project.run(&["drift", "adopt"]).with(0).mentions("no drift");
    assert_eq!(project.situation(), "current");
    project.run(&["status"]).with(0).mentions("hand_made").mentions("recognised");
    project.run(&["check", "--lock", "--replay", "--database"]).with(0);
    // Nobody declares it, so it is kept; what the code wants is the only change.
    project.run(&["migration", "AddEmailIndex"]).with(0);
    assert!(!project.newest().contains("hand"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.run(&["down", "2"]).with(0);
    let settled = Project::settled(product);
    assert_eq!(catalog(&project.database), catalog(&settled.database), "the way back takes it off");
    project.run(&["up"]).with(0);
    project.holds();
}

fn what_is_missing_is_adopted_as_gone(product: Product) {
    let project = Project::settled(product);
    project.database.execute("ALTER TABLE person DROP COLUMN age");
    let said = project.run(&["drift", "adopt", "Gone"]).with(0);
    said.mentions("note: where it is applied, it drops column person.age").mentions("unproven: `gen verify ");
    project.run(&["verify"]).with(0).mentions("proven").mentions("_gone");
    project.run(&["verify"]).with(0).mentions("nothing to do");
    assert_eq!(project.situation(), "current");
    // The code still says that it is there.
    project.run(&["migration", "BringAgeBack"]).with(0).mentions("+ column age");
    project.run(&["up"]).with(0);
    project.holds();
}

fn what_was_made_by_hand_is_reverted_if_that_is_allowed(product: Product) {
    let project = Project::settled(product);
    let settled = catalog(&project.database);
    project.database.execute("ALTER TABLE person ADD COLUMN by_hand integer");
    project.database.execute("CREATE TABLE stray (id integer)");
    project.database.execute("INSERT INTO person (email, by_hand) VALUES ('a', 1), ('b', NULL)");
    project.database.execute("INSERT INTO stray VALUES (1), (2)");
    let drifted = catalog(&project.database);
    let said = project.run(&["drift", "revert"]).with(1);
    let said = said.mentions("--allow drop-column:person.by_hand").mentions("--allow drop-table:stray");
    said.mentions("(1 value)").mentions("(2 rows)");
    project.run(&["drift", "revert", "--allow", "drop-table"]).with(1).mentions("by_hand").keeps_silent_on("stray");
    let mistyped = project.run(&["drift", "revert", "--allow", "drop-tabel"]).with(1);
    mistyped.mentions("there is no rule `drop-tabel`").mentions("drop-table");
    project.run(&["drift", "revert", "--dry-run"]).with(0).mentions("DROP TABLE").mentions("--allow");
    assert_eq!(catalog(&project.database), drifted);
    let before = project.written();
    let allowed = ["drift", "revert", "--allow", "drop-table:stray", "--allow", "drop-column:person.*"];
    project.run(&allowed).with(0).mentions("reverted");
    assert_eq!(catalog(&project.database), settled);
    assert_eq!(project.written(), before);
    let rows = project.database.query("SELECT email FROM person ORDER BY email");
    assert_eq!(rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), ["a", "b"]);
    project.run(&["drift"]).with(0);
    project.run(&["drift", "revert"]).with(0).mentions("no drift");
    project.finds_nothing();
}

fn what_is_missing_is_brought_back(product: Product) {
    let project = Project::settled(product);
    let settled = catalog(&project.database);
    project.database.execute("ALTER TABLE person DROP COLUMN age");
    project.run(&["drift", "revert"]).with(0).mentions("age");
    assert_eq!(catalog(&project.database), settled);
    project.run(&["drift"]).with(0);
}

fn drift_is_not_told_from_what_is_pending(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.run(&["migration", "AddEmailIndex"]).with(0);
    let before = project.written();
    for way in ["adopt", "revert"] {
        project.run(&["drift", way]).with(1).mentions("1 migration pending").mentions("gen up");
    }
    assert_eq!(project.written(), before);
    project.run(&["drift"]).with(0).mentions("no drift: the database matches its last applied migration");
    project.database.execute("ALTER TABLE person DROP COLUMN age");
    project.run(&["drift"]).with(2).mentions("age");
}
