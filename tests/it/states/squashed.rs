//! `gen squash` of a range that does not begin with the first migration: its tables have rows.
//!
//! Must not know how statements are chosen.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(exchanged_columns_stay_exchanged, a_table_made_anew_and_renamed_keeps_its_rows,);

/// The project with a file edited, and the migration that `gen migration` writes then.
fn migration(project: &Project, arguments: &[&str]) {
    project.run(&[&["migration"], arguments].concat()).with(0);
}

fn rows(project: &Project, sql: &str) -> Vec<Vec<String>> {
    let rows = project.database.query(sql);
    rows.iter().map(|row| (0..row.width()).map(|at| row.text(at).to_owned()).collect()).collect()
}

fn exchanged_columns_stay_exchanged(product: Product) {
    let project = Project::settled(product);
    let age = "    pub age: Option<i32>,";
    let with_two = format!("{age}\n    pub one: Option<i32>,\n    pub two: Option<i32>,");
    project.edit("person", age, &with_two);
    migration(&project, &["Two"]);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (email, one, two) VALUES ('a@b', 1, 2)");
    migration(&project, &["Exchange", "--rename", "person.one:two", "--rename", "person.two:one"]);
    project.edit("person", age, &format!("{age}\n    pub three: Option<i32>,"));
    migration(&project, &["Three"]);
    project.run(&["squash", "Later", "--from", "exchange", "--to", "three"]).with(0).mentions("kept as written");
    project.run(&["up"]).with(0).mentions("_later");
    assert_eq!(rows(&project, "SELECT one, two FROM person"), [["2", "1"]]);
    project.run(&["down", "--allow", "*"]).with(0);
    assert_eq!(rows(&project, "SELECT one, two FROM person"), [["1", "2"]]);
    project.run(&["up"]).with(0);
    project.run(&["check"]).with(0);
}

/// On SQLite a column that becomes NOT NULL makes its table anew.
fn a_table_made_anew_and_renamed_keeps_its_rows(product: Product) {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (email, age) VALUES ('a@b', 1), ('c@d', NULL)");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: i32,");
    migration(&project, &["Years", "--backfill", "person.age=7"]);
    project.edit("person", "table_name = \"person\"", "table_name = \"human\"");
    migration(&project, &["Human", "--rename", "person:human"]);
    project.run(&["squash", "Later", "--from", "years", "--to", "human"]).with(0);
    project.run(&["up"]).with(0).mentions("_later");
    assert_eq!(rows(&project, "SELECT email, age FROM human ORDER BY id"), [["a@b", "1"], ["c@d", "7"]]);
    project.run(&["check"]).with(0);
}
