//! How large the tables are that a migration stops others on.
//!
//! Must not know how a database counts.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(a_large_table_that_others_wait_for_is_named);

fn a_large_table_that_others_wait_for_is_named(product: Product) {
    let (slow, back, fill) = match product {
        // It has one writer, whatever it does.
        Product::Sqlite => return,
        Product::Postgres => (
            "CREATE INDEX person_age ON person (age);",
            "DROP INDEX person_age;",
            "INSERT INTO person (email) SELECT n::text FROM generate_series(1, 1200000) n; ANALYZE person".to_owned(),
        ),
        Product::MySql | Product::MariaDb => (
            "CREATE FULLTEXT INDEX words ON person (email);",
            "DROP INDEX words ON person;",
            many("INSERT INTO person (email) SELECT concat(a.n, b.n, c.n, d.n, e.n, f.n)") + "; ANALYZE TABLE person",
        ),
    };
    let project = Project::settled(product);
    project.by_hand("Slow", slow, back);
    project.run(&["up", "--dry-run"]).with(0).keeps_silent_on("rows");
    project.database.execute(&fill);
    let said = project.run(&["up", "--dry-run"]).with(0);
    said.mentions("person: ").mentions("block (about 1.");
    if product == Product::Postgres {
        // Words on a million rows take the others too long for a test.
        project.run(&["up"]).with(0).mentions(" million rows, ").mentions("applied");
    }
}

/// A query with a row for each number of six digits, the first of them up to 12.
fn many(query: &str) -> String {
    let digits =
        |count: u32| (0..count).map(|digit| format!("SELECT {digit} n")).collect::<Vec<_>>().join(" UNION ALL ");
    let all =
        ["a", "b", "c", "d", "e", "f"].map(|name| format!("({}) {name}", digits(if name == "a" { 12 } else { 10 })));
    format!("{query} FROM {}", all.join(", "))
}
