//! `gen purge`: writes the migration that drops what `gen migration --keep` has parked.
//!
//! Must not know how a migration is written.

use super::Ending;
use super::arguments::{Common, FileFormat, Migration, Purge};
use super::migration;
use super::report::Failure;

pub(super) async fn run(common: &Common, command: &Purge) -> Result<Ending, Failure> {
    let Purge { name, dry_run, no_verify, json } = command;
    let migration = Migration {
        name: name.clone(),
        from: None,
        empty: false,
        dry_run: *dry_run,
        exit_code: false,
        strict: false,
        no_verify: *no_verify,
        renames: Vec::new(),
        backfills: Vec::new(),
        conversions: Vec::new(),
        replacements: Vec::new(),
        keep: false,
        offline_forms: false,
        purge: true,
        // Whoever purges has looked.
        allow: ["drop-table", "drop-column"].iter().filter_map(|rule| rule.parse().ok()).collect(),
        answers: None,
        no_interactive: true,
        format: FileFormat::Sql,
        json: *json,
    };
    migration::run(common, &migration).await
}
