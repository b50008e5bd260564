//! What changes in the text of a `Migrator`, and what stays.

use super::*;

const EMBEDDED: &str = "\"../migrations\", \"../schema.lock.json\"";

fn with(text: &str, wanted: &[&str], gone: &[&str]) -> String {
    let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
    let gone = gone.iter().map(|&name| name.to_owned()).collect();
    MigratorText::read(text).unwrap().with(&wanted, &gone, EMBEDDED).unwrap()
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

/// A file whose list is `list`.
fn file(list: &str) -> String {
    format!(
        "mod m20220101_000000_a;\npub struct M;\nimpl MigratorTrait for M {{\n    fn migrations() -> V {{\n        {list}\n    }}\n}}\n"
    )
}

#[test]
fn a_list_that_is_made_in_another_way_is_not_edited() {
    for body in [
        "all()",
        "let mut list = Vec::new(); list.push(x); list",
        "let seeds = vec![1, 2, 3]; all(seeds)",
        "let mut list = vec![]; list.push(x); list",
        "if cfg!(test) { vec![a] } else { vec![b] }",
        "vec!(a)",
        "vec![a; 3].to_vec(); b()",
    ] {
        assert_eq!(MigratorText::read(&file(body)).err(), Some(Unfit::NoList), "{body}");
    }
    assert_eq!(MigratorText::read("pub struct M;").err(), Some(Unfit::NoMigrator));
    assert!(matches!(MigratorText::read("pub struct M"), Err(Unfit::Syntax(1, _))));
    let twice = file("vec![]") + "impl MigratorTrait for N { fn migrations() -> V { vec![] } }";
    assert_eq!(MigratorText::read(&twice).err(), Some(Unfit::Several));
    let inside = format!("mod inner {{ {} }}", file("vec![]"));
    assert_eq!(MigratorText::read(&inside).err(), Some(Unfit::NoMigrator));
    let other = file("vec![]") + "static MIGRATIONS: u8 = 0;";
    assert_eq!(MigratorText::read(&other).err(), Some(Unfit::OtherStatic));
}

#[test]
fn nothing_in_a_list_is_lost() {
    let (a, new) = ("Box::new(m20220101_000000_a::Migration)", "Box::new(m20260101_000000_n::Migration)");
    for (list, expected) in [
        (
            "vec![Box::new(user::Migration), Box::new(post::Migration)]",
            format!(
                "vec![\n            Box::new(user::Migration),\n            Box::new(post::Migration),\n            {new},\n        ]"
            ),
        ),
        ("vec![Box::new(user::Migration) /* keep */]", format!("vec![Box::new(user::Migration), {new}, /* keep */]")),
        ("vec![/* inject-above */]", format!("vec![{new},/* inject-above */]")),
        (
            "vec![\n            Box::new(user::Migration)\n        ]",
            format!("vec![\n            Box::new(user::Migration),\n            {new},\n        ]"),
        ),
        (
            "vec![\n            Box::new(seed::Migration) // last\n            // inject-above\n        ]",
            format!(
                "vec![\n            Box::new(seed::Migration), // last\n            {new},\n            // inject-above\n        ]"
            ),
        ),
        (
            "vec![Box::new(m20990101_000000_z::Migration),\n             Box::new(x)]",
            format!("vec![{new}, Box::new(m20990101_000000_z::Migration),\n             Box::new(x)]"),
        ),
        (
            "vec![\n            Box::new(a),\n            Box::new(b)]",
            format!("vec![\n            Box::new(a),\n            Box::new(b), {new},]"),
        ),
        (
            "vec![\n            /* the\n               last */ Box::new(m20990101_000000_z::Migration),\n        ]",
            format!(
                "vec![\n            /* the\n               last */ {new}, Box::new(m20990101_000000_z::Migration),\n        ]"
            ),
        ),
        (
            "vec![\n            Box::new(x) /* x */,\n        ]",
            format!("vec![\n            Box::new(x) /* x */,\n            {new},\n        ]"),
        ),
        (
            "vec![\n        ]\n        .into_iter()\n        .chain(other())\n        .collect()",
            format!(
                "vec![\n            {new},\n        ]\n        .into_iter()\n        .chain(other())\n        .collect()"
            ),
        ),
    ] {
        let found = with(&file(list), &["m20220101_000000_a", "m20260101_000000_n"][1..], &[]);
        assert!(found.contains(&expected), "{list}:\n{found}");
    }
    let left = with(
        &file(&format!("vec![\n            {a} , // ours\n            {new},\n        ]")),
        &[],
        &["m20220101_000000_a"],
    );
    assert!(left.contains(&format!("vec![\n            // ours\n            {new},\n        ]")), "{left}");
}

#[test]
fn the_form_of_a_file_stays() {
    let marked = format!("\u{feff}{}", file("vec![\n        ]").replace('\n', "\r\n"));
    let found = with(&marked, &["m20260101_000000_n"], &[]);
    assert!(found.contains("mod m20220101_000000_a;\r\nmod m20260101_000000_n;\r\n"), "{found}");
    assert_eq!(found.matches('\n').count(), found.matches("\r\n").count());
    let commented = "// Added by Ann.\nmod m20990101_000000_z;\n\n// The migrator of the shop.\npub struct M;\n"
        .to_owned()
        + "impl MigratorTrait for M { fn migrations() -> V { vec![] } }\n";
    let found = with(&commented, &["m20260101_000000_n"], &[]);
    assert!(
        found
            .starts_with("mod m20260101_000000_n;\n// Added by Ann.\nmod m20990101_000000_z;\n\n/// The migrations of"),
        "{found}"
    );
    assert!(found.contains(";\n\n// The migrator of the shop.\npub struct M;"), "{found}");
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
