//! Where migrations are only applied: the configuration, the migrations and the lock file, without sources and snapshots.
//!
//! Must not know how a migration is executed.

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(a_deployment_needs_neither_sources_nor_snapshots,);

fn a_deployment_needs_neither_sources_nor_snapshots(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    for folder in ["entities", "snapshots"] {
        std::fs::remove_dir_all(project.path().join(folder)).expect("a folder");
    }
    let production = Database::create(product);
    let on = |arguments: &[&str]| project.run(&[arguments, &["--database-url", &production.url]].concat());
    on(&["check", "--database", "--lock"]).with(2).mentions("fails    database");
    on(&["up", "--dry-run"]).with(0).mentions("note");
    on(&["up"]).with(0);
    on(&["status"]).with(0).mentions("matches the snapshot").mentions("only the migrations are");
    on(&["check", "--database", "--lock"]).with(0);
    on(&["check"]).with(0).mentions("no snapshot");
    on(&["down", "1", "--allow", "drop-column"]).with(0);
    on(&["status"]).with(0).mentions("1 migration pending");
    on(&["up"]).with(0);

    // Nothing that needs a snapshot takes none for an empty one.
    on(&["drift"]).with(1).mentions("the snapshot in `snapshots` is missing");
    on(&["lock"]).with(0).mentions("nothing to do");
    on(&["migration", "Another"]).with(1).mentions("no entities found");

    production.execute("CREATE TABLE extra (id integer)");
    on(&["check", "--database"]).with(2).mentions("the schema is not the one after the last applied migration");
    on(&["up"]).with(0).mentions("nothing to do");
    project.change_newest(|text| text.replace("-- UP\n", "-- UP\n\nSELECT 1;\n"));
    on(&["up"]).with(1).mentions("was edited after it was sealed");
}
