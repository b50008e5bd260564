//! What changes in the text of a `Migrator`, and what stays.

use super::*;

const EMBEDDED: &str = "\"../migrations\", \"../schema.lock.json\"";

fn with(text: &str, wanted: &[&str], gone: &[&str]) -> String {
    let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
    let gone = gone.iter().map(|&name| name.to_owned()).collect();
    MigratorText::read(text).unwrap().with(&wanted, &gone, EMBEDDED)
}

const GENERATED: &str = "pub use sea_orm_migration::prelude::*;

mod m20220101_000001_create_table;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            // The first one.
            Box::new(m20220101_000001_create_table::Migration), // of 2022
        ]
    }
}
";

#[test]
fn a_module_is_added_where_its_time_is() {
    let text = with(GENERATED, &["m20261128_101500_add_email"], &[]);
    assert_eq!(
        text,
        "pub use sea_orm_migration::prelude::*;

mod m20220101_000001_create_table;
mod m20261128_101500_add_email;

/// The migrations of `gen`, sealed by its lock file.
pub static MIGRATIONS: sea_gen_runner::Migrations =
    sea_gen_runner::embed!(\"../migrations\", \"../schema.lock.json\");

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            // The first one.
            Box::new(m20220101_000001_create_table::Migration), // of 2022
            Box::new(m20261128_101500_add_email::Migration),
        ]
    }
}
"
    );
    let older = with(&text, &["m20210101_000000_a", "m20261128_101500_add_email"], &[]);
    let lines: Vec<&str> = older.lines().collect();
    assert_eq!(
        lines[2..5],
        ["mod m20210101_000000_a;", "mod m20220101_000001_create_table;", "mod m20261128_101500_add_email;"]
    );
    assert_eq!(
        lines[16..20],
        [
            "            Box::new(m20210101_000000_a::Migration),",
            "            // The first one.",
            "            Box::new(m20220101_000001_create_table::Migration), // of 2022",
            "            Box::new(m20261128_101500_add_email::Migration),",
        ]
    );
    assert_eq!(with(&older, &["m20210101_000000_a", "m20261128_101500_add_email"], &[]), older);
    assert_eq!(with(&older, &["m20261128_101500_add_email"], &["m20210101_000000_a"]), text);
}

#[test]
fn the_place_of_loco_stays_last() {
    let text = "#![allow(clippy::wildcard_imports)]
pub use sea_orm_migration::prelude::*;
pub struct Migrator;
#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            // inject-above (do not remove this comment)
        ]
    }
}
";
    let once = with(text, &["m20261128_101500_a"], &[]);
    let twice = with(&once, &["m20261128_101500_a", "m20261129_101500_b"], &[]);
    let lines: Vec<&str> = twice.lines().collect();
    assert_eq!(lines[2..4], ["mod m20261128_101500_a;", "mod m20261129_101500_b;"]);
    assert_eq!(
        lines[14..17],
        [
            "            Box::new(m20261128_101500_a::Migration),",
            "            Box::new(m20261129_101500_b::Migration),",
            "            // inject-above (do not remove this comment)",
        ]
    );
}

#[test]
fn a_list_on_one_line_gets_a_line_for_each() {
    let text = |list: &str| {
        format!(
            "mod m20220101_000000_a;\npub struct M;\nimpl MigratorTrait for M {{\n    fn migrations() -> V {{\n        {list}\n    }}\n}}\n"
        )
    };
    for (list, expected) in [
        ("vec![]", "vec![\n            Box::new(m20261128_101500_b::Migration),\n        ]"),
        (
            "vec![Box::new(m20220101_000000_a::Migration)]",
            "vec![\n            Box::new(m20220101_000000_a::Migration),\n            Box::new(m20261128_101500_b::Migration),\n        ]",
        ),
        (
            "vec![\n            Box::new(m20220101_000000_a::Migration)\n        ]",
            "vec![\n            Box::new(m20220101_000000_a::Migration),\n            Box::new(m20261128_101500_b::Migration),\n        ]",
        ),
    ] {
        let found = with(&text(list), &["m20261128_101500_b"], &[]);
        assert!(found.contains(expected), "{list}: {found}");
        assert!(syn::parse_file(&found).is_ok());
    }
}

#[test]
fn a_list_that_is_made_in_another_way_is_not_edited() {
    for body in ["all()", "vec![vec![a()], b()].concat()", "let mut list = Vec::new(); list.push(x); list"] {
        let text = format!("impl MigratorTrait for M {{ fn migrations() -> V {{ {body} }} }}");
        assert!(MigratorText::read(&text).is_none(), "{body}");
    }
    assert!(MigratorText::read("pub struct M;").is_none());
}

#[test]
fn a_shared_line_keeps_the_rest_of_it() {
    let text = "mod m20220101_000000_a; mod m20220102_000000_b;\npub struct M;\nimpl MigratorTrait for M { fn migrations() -> V { vec![Box::new(m20220101_000000_a::Migration), Box::new(m20220102_000000_b::Migration)] } }\n";
    let left = with(text, &[], &["m20220101_000000_a"]);
    assert_eq!(
        left,
        "mod m20220102_000000_b;\npub struct M;\nimpl MigratorTrait for M { fn migrations() -> V { vec![Box::new(m20220102_000000_b::Migration)] } }\n"
    );
}
