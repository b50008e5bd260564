//! Migrations that cannot be reverted.
//!
//! Must not know what a migration does.

use crate::lint::Level;

use super::{CodeCheck, Migration};

/// There is no `down`, or it does nothing.
pub(in crate::lint) const CHECK: CodeCheck = CodeCheck {
    level: Level::Warning,
    suggestion: "write `down`; or let it return an error that says why there is none, or say so in a comment in it",
    bad: "impl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.create_table(pages()).await\n    }\n\n    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {\n        Ok(())\n    }\n}",
    good: "impl MigrationTrait for Migration {\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.create_table(pages()).await\n    }\n\n    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {\n        manager.drop_table(drop_pages()).await\n    }\n}",
    check: |code| code.migrations.iter().filter_map(hazard).collect(),
};

fn hazard(migration: &Migration) -> Option<(usize, String)> {
    // What does nothing has nothing to revert.
    let up = migration.up.as_ref().filter(|up| !up.is_empty)?;
    match &migration.down {
        None => Some((up.line.max(migration.line), "there is no `down`".to_owned())),
        Some(down) if down.panics => Some((down.line, "`down` ends the program".to_owned())),
        Some(down) if down.is_empty && !down.has_comment => {
            Some((down.line, "`down` does nothing: the history forgets the migration, and its changes stay".to_owned()))
        }
        Some(_) => None,
    }
}
