//! Entities of the application in a migration.
//!
//! Must not know the entities: it goes by the names that SeaORM gives their parts, and by where a path leads.

use crate::lint::{Level, Rule};

use super::{Code, CodeCheck};

/// A migration uses what the application changes later.
pub(in crate::lint) const ENTITY_IN_MIGRATION: Rule = Rule {
    id: "entity-in-migration",
    summary: "a migration uses an entity of the application",
    why: "the entity changes with the application: a new database then runs the old migration with columns that it does not have yet, or have any more",
    plan: None,
    script: None,
    code: Some(CodeCheck {
        level: Level::Warning,
        suggestion: "write the table out with sea-query, or keep a copy of the entity in the migration as it was then",
        bad: "use entity::user;\n\nimpl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        user::Entity::delete_many().exec(manager.get_connection()).await.map(drop)\n    }\n}",
        good: "mod user { pub struct Entity; }\n\nimpl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        user::Entity::delete_many().exec(manager.get_connection()).await.map(drop)\n    }\n}",
        check,
    }),
};

/// What SeaORM makes of every model.
const PARTS: [&str; 5] = ["Entity", "ActiveModel", "Model", "Column", "Relation"];

/// Crates and preludes that hold no entities.
const LIBRARIES: [&str; 12] = [
    "std",
    "core",
    "alloc",
    "sea_orm",
    "sea_orm_migration",
    "sea_query",
    "sea_schema",
    "loco_rs",
    "async_trait",
    "extension",
    "prelude",
    "schema",
];

/// How modules of entities are called.
const MODULES: [&str; 4] = ["entity", "entities", "_entities", "models"];

fn check(code: &Code) -> Vec<(usize, String)> {
    if code.migrations.is_empty() {
        return Vec::new();
    }
    let found = code.paths.iter().find(|(path, _)| is_outside(path, code) && is_of_entity(path));
    found.map(|(path, line)| (*line, format!("`{}` belongs to the application", path.join("::")))).into_iter().collect()
}

/// Whether a path leads out of the migrations.
fn is_outside(path: &[String], code: &Code) -> bool {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    match path.first().map(String::as_str) {
        None | Some("self" | "Self") => false,
        Some("crate") => !code.is_own_crate,
        Some("super") => !code.is_own_crate && supers > code.depth,
        Some(first) => {
            path.len() > 1
                && !LIBRARIES.contains(&first)
                && first.starts_with(|letter: char| letter.is_lowercase() || letter == '_')
        }
    }
}

/// Whether a path names an entity: a part that SeaORM made, or anything in a module of entities.
fn is_of_entity(path: &[String]) -> bool {
    let (first, rest) = path.split_at(1.min(path.len()));
    let is_part = rest.iter().any(|segment| PARTS.contains(&segment.as_str()));
    let in_modules = |segment: &String| MODULES.contains(&segment.as_str());
    let is_library = |segment: &String| MODULES.iter().any(|module| segment.ends_with(&format!("_{module}")));
    is_part || path.iter().any(in_modules) || first.iter().any(is_library)
}
