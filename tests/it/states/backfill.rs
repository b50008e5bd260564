//! Rows that are there get a value when a column takes no NULL any more, there and back.
//!
//! Must not know how the statements are put together.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(
    a_new_column_is_filled,
    a_column_that_took_null_is_filled,
    a_default_fills_by_itself,
    what_needs_no_value_is_refused
);

fn peopled(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', NULL)");
    project
}

fn a_new_column_is_filled(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age", "pub rank: i32,\n    pub age");
    project.run(&["migration", "Rank", "--dry-run"]).with(0).mentions("--backfill person.rank=VALUE");
    let said = project.run(&["migration", "Rank", "--backfill", "person.rank=length(email) + 1"]).with(0);
    said.mentions("proven").keeps_silent_on("proven without rows").keeps_silent_on("not-null");
    assert!(project.newest().contains("-- changes data: rows that are there get length(email) + 1 in person.rank"));
    project.run(&["up"]).with(0);
    assert_eq!(
        project
            .database
            .query("SELECT CAST(rank AS char(9)) FROM person".replace("rank", &project.quoted("rank")).as_str())
            .first()
            .unwrap()
            .text(0)
            .trim(),
        "16"
    );
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_column_that_took_null_is_filled(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    project.run(&["migration", "Age", "--backfill", "person.age=-1"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT CAST(age AS char(9)) FROM person").first().unwrap().text(0).trim(), "-1");
    project.holds();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_default_fills_by_itself(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age: Option<i32>", "#[sea_orm(default_value = 7)]\n    pub age: i32");
    project.run(&["migration", "Age"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT CAST(age AS char(9)) FROM person").first().unwrap().text(0).trim(), "7");
    project.holds();
}

fn what_needs_no_value_is_refused(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub age", "pub note: Option<String>,\n    pub age");
    let before = project.written();
    project.run(&["migration", "Note", "--backfill", "person.note='x'"]).with(1).mentions("needs no backfill");
    project.run(&["migration", "Note", "--backfill", "note"]).with(1).mentions("cannot be read");
    assert_eq!(project.written(), before);
}

impl Project {
    /// A name in the database's own quotes.
    fn quoted(&self, name: &str) -> String {
        sea_gen::dialect::of(self.product).quote(&name.into())
    }
}
