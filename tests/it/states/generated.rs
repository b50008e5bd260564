//! Entities that `sea-orm-cli generate entity` writes, and the database they were generated from: they say the same.
//!
//! The schemas and the entities are in `tests/generated`; its script writes the entities anew. Must not know how a generator
//! works.

use std::fs;
use std::path::{Path, PathBuf};

use sea_gen::schema::Product;
use serde_json::json;

use super::project::Project;
use crate::support::on_each;

on_each!(types, relations, names);

fn types(product: Product) {
    say_the_same(product, "types");
}

fn relations(product: Product) {
    say_the_same(product, "relations");
}

fn names(product: Product) {
    say_the_same(product, "names");
}

/// Adopts a database by the entities of every version and format of the generator.
fn say_the_same(product: Product, schema: &str) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generated").join(product.key());
    let sql = fs::read_to_string(home.join(schema).with_extension("sql")).expect("a schema");
    let mut outputs: Vec<PathBuf> =
        fs::read_dir(home.join(schema)).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    outputs.sort();
    assert_eq!(outputs.len(), 5, "two formats of 1.1, three of 2.0: {outputs:?}");
    let breaches: Vec<String> = outputs.iter().filter_map(|output| breach(product, &sql, output)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// What the entities of one output are said to say otherwise than the database.
fn breach(product: Product, sql: &str, output: &Path) -> Option<String> {
    let project = Project::new(product);
    project.database.execute(sql);
    for (name, text) in files(&fs::read_to_string(output).expect("an output")) {
        project.entity(name.strip_suffix(".rs").expect("a source file"), text);
    }
    let init = project.run(&["init", "--json"]);
    let migration = project.run(&["migration", "Nothing", "--dry-run", "--exit-code"]);
    let report: serde_json::Value = serde_json::from_str(&init.out).unwrap_or_default();
    let is_right = (init.code, migration.code) == (0, 0)
        && (&report["errors"], &report["contradictions"]) == (&json!(0), &json!([]))
        && init.talk.is_empty();
    let said = format!("{:#}\n{}\n{}\n{}", report["contradictions"], init.talk, migration.out, migration.talk);
    (!is_right).then(|| format!("== {}: {}, {}\n{said}", output.display(), init.code, migration.code))
}

/// The files of an output, each behind a line with its name.
fn files(output: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = output.split("==> ").filter(|part| !part.is_empty());
    parts.map(|part| part.split_once(" <==\n").expect("a name and a text"))
}
