//! All migrations with why they were written, by whom, where they were proven, and whether they are applied.
//!
//! Must not change anything.

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{About, MigrationId};
use sea_gen_runner::run::{self, Record};

use crate::dialect::Product;

use super::{Failure, Workspace, applicables, undo};

/// All migrations.
#[derive(Debug)]
pub struct Log {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Why it is not known which of them are applied, if a database is named that does not answer.
    pub silence: Option<String>,
    /// Whether the history of a database was read.
    pub has_history: bool,
}

/// A migration.
#[derive(Debug)]
pub struct Entry {
    /// Its id.
    pub id: MigrationId,
    /// What its file says, otherwise the commit that added it.
    pub about: About,
    /// Its lines in the lock.
    pub lines: Vec<(Product, LockedMigration)>,
    /// Its row in the history of the database at hand.
    pub record: Option<Record>,
}

/// Reads all migrations.
///
/// # Errors
/// There is no lock; a file cannot be read; the database was named by the caller and does not answer.
pub async fn log(workspace: &Workspace) -> Result<Log, Failure> {
    let lock = workspace.sealed_lock()?;
    let (history, silence) = match workspace.history().await {
        Ok(history) => (history, None),
        Err(error) if workspace.is_database_named() => return Err(error.into()),
        Err(error) => (None, Some(error.to_string())),
    };
    // A database may have a migration under a former id, or those that a squashed one replaces.
    let mut filed = history.clone().unwrap_or_default();
    for product in lock.dialects.keys() {
        filed = run::as_filed(&filed, &applicables(&workspace.all_migrations(*product)?));
    }
    let mut entries = Vec::new();
    for id in undo::ids(workspace)?.into_iter().rev() {
        let of = |product: &Product| lock.migrations(*product).iter().find(|line| line.id == id).cloned();
        let lines: Vec<_> = lock.dialects.keys().filter_map(|product| Some((*product, of(product)?))).collect();
        let record = filed.iter().find(|record| record.id == id.as_str()).cloned();
        let mut about = About::default();
        for (product, _) in &lines {
            let text = read_text_if_there(&workspace.project.migration_path(*product, &id))?;
            about = text.map(|text| About::read(&text)).filter(|about| *about != About::default()).unwrap_or(about);
        }
        entries.push(Entry { id, about, lines, record });
    }
    let added = workspace.project.added_migrations();
    for entry in entries.iter_mut().filter(|entry| entry.about.author.is_none()) {
        if let Some((author, date)) = added.get(entry.id.as_str()) {
            entry.about.author = Some(author.clone());
            entry.about.date.get_or_insert_with(|| date.clone());
        }
    }
    Ok(Log { entries, silence, has_history: history.is_some() })
}
