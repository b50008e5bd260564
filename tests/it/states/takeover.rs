//! `gen takeover seaorm`: from SeaORM's `Migrator` to `gen`, and back.
//!
//! Must not know how a database is adopted.

use sea_gen::schema::Product;

use super::project::{Database, PERSON, Project};
use crate::support::on_each;

on_each!(what_the_migrator_has_applied_is_taken_over, what_is_applied_is_given_back);

/// A project with the migration crate of `sea-orm-cli`, and the table that its migration would have made.
fn of_migrator(product: Product) -> Project {
    let project = Project::new(product);
    let folder = project.path().join("migration").display().to_string();
    sea_orm_cli::run_migrate_init(&folder).expect("a migration crate");
    project
        .database
        .execute("CREATE TABLE person (id integer NOT NULL PRIMARY KEY, email varchar(255) NOT NULL, age integer)");
    project.entity("person", &PERSON.replace("pub id: i32", "#[sea_orm(auto_increment = false)]\n    pub id: i32"));
    project
}

const HISTORY: &str =
    "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)";
const APPLIED: &str = "INSERT INTO seaql_migrations VALUES ('m20220101_000001_create_table', 1640995201)";

fn versions(database: &Database) -> Vec<String> {
    let rows = database.query("SELECT version FROM seaql_migrations ORDER BY version");
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}

fn what_the_migrator_has_applied_is_taken_over(product: Product) {
    let project = of_migrator(product);
    project.run(&["takeover", "seaorm"]).with(1).mentions("this database has no `seaql_migrations`");
    project.database.execute(HISTORY);
    project
        .run(&["takeover", "seaorm"])
        .with(1)
        .mentions("has migrations that are not applied in this database: m20220101_000001_create_table")
        .mentions("sea-orm-cli migrate up");
    assert!(!project.written().contains_key("schema.lock.json"));
    project.database.execute(APPLIED);
    project.run(&["takeover", "seaorm"]).with(0).mentions("built by 1 migration of its own");
    project.run(&["takeover", "seaorm"]).with(1).mentions("the project is set up already");
    project.run(&["takeover", "seaorm", "--back"]).with(1).mentions("does not list the migrations of `gen`");

    project.database.execute("INSERT INTO seaql_migrations VALUES ('m20300101_000000_add_hall', 1893456000)");
    project
        .run(&["check", "--database"])
        .with(0)
        .mentions("warning: the `Migrator` has run `m20300101_000000_add_hall` after the baseline");
}

fn what_is_applied_is_given_back(product: Product) {
    let project = of_migrator(product);
    project.database.execute(HISTORY);
    project.database.execute(APPLIED);
    project.run(&["takeover", "seaorm", "--format", "rust"]).with(0);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project.run(&["up"]).with(0);
    let all = versions(&project.database);
    assert_eq!(all.len(), 3, "{all:?}");
    project.database.execute("DROP TABLE seaql_migrations");
    project.run(&["takeover", "seaorm", "--back"]).with(0).mentions("added 2 migrations").mentions("_add_note");
    assert_eq!(versions(&project.database), all[1..]);
    project.run(&["takeover", "seaorm", "--back"]).with(0).mentions("added 0 migrations");
}
