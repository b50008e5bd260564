//! A database that was changed by hand behind the migrations' back.
//!
//! Must not know how drift is found.

use sea_gen::schema::Product;

use super::catalog::{catalog, only};
use super::on_each;
use super::project::Project;

on_each!(
    a_migration_stops_on_drift,
    from_the_snapshot_nothing_of_the_drift_is_written,
    from_the_database_what_was_made_by_hand_is_kept,
    something_missing_is_drift_too,
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
