//! The order of a migrator's list.
//!
//! Must not know what its migrations do.

use crate::lint::{Level, Rule};

use super::{Code, CodeCheck};

/// A list in another order than the names.
pub(in crate::lint) const MIGRATION_ORDER: Rule = Rule {
    id: "migration-order",
    summary: "a migrator lists migrations in another order than that of their names",
    why: "SeaORM applies what the list has and the database lacks, in the order of the list: a database that is behind runs them in another order than one that is not",
    plan: None,
    script: None,
    code: Some(CodeCheck {
        level: Level::Warning,
        suggestion: "put it at the end under a later name, unless it was applied somewhere already",
        bad: "impl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![Box::new(m20220102_000001_b::Migration), Box::new(m20220101_000001_a::Migration)]\n    }\n}",
        good: "impl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![Box::new(m20220101_000001_a::Migration), Box::new(m20220102_000001_b::Migration)]\n    }\n}",
        check,
    }),
};

fn check(code: &Code) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut latest: Option<(&str, Vec<u64>)> = None;
    for (name, line) in &code.listed {
        let Some(numbers) = numbers(name) else { continue };
        match &latest {
            Some((before, of)) if numbers < *of => {
                found.push((*line, format!("`{name}` comes after `{before}`, which is later by its name")));
            }
            _ => latest = Some((name, numbers)),
        }
    }
    found
}

/// The numbers at the beginning of a name: `m20220101_000001_create_user` has two.
fn numbers(name: &str) -> Option<Vec<u64>> {
    let parts = name.strip_prefix('m')?.split('_').map_while(|part| part.parse().ok());
    let numbers: Vec<u64> = parts.take(2).collect();
    (!numbers.is_empty()).then_some(numbers)
}
