//! Migrations that remove what an earlier one has left for the former version of a program: they wait until somebody says that
//! it runs nowhere any more.
//!
//! Must not know whether it does.

use crate::migration::{Migration, MigrationId};
use crate::{Error, ErrorKind};

use super::{Applicable, Record, Target};

/// What is done with migrations that remove the old shape of a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contracts {
    /// They wait, and so does what is behind them.
    #[default]
    Wait,
    /// Those whose first half was applied in an earlier run are applied.
    Apply,
}

/// The first migration that waits, and what waits behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// The migration whose old shape it removes.
    pub expand: String,
    /// Whether that one was applied before this run.
    pub is_expanded: bool,
    /// The ids of the migrations behind it that are no such halves: a program may need them.
    pub behind: Vec<String>,
}

impl Held {
    /// What to do with one whose first half is applied.
    pub const LATER: &str = "when that version runs nowhere any more: `gen up --contract`";

    /// The error for a run that was to go further.
    pub fn refusal(&self) -> Error {
        let Self { id, expand, is_expanded, .. } = self;
        let error = Error::new(format!("`{id}` waits: it removes what the former version of the program uses"))
            .of(ErrorKind::Refused);
        match is_expanded {
            true => error.hint(Self::LATER),
            false => error.hint(format!(
                "apply `{expand}` first, with `gen up`; bring out the next version; then `gen up --contract`"
            )),
        }
    }
}

/// The migrations of a run before the first that waits. In a database in which nothing was applied yet, there is no former
/// version, and none waits. `files` are all migrations, those that were squashed included.
pub fn before_held<'a, 'm>(
    history: &[Record],
    mut wanted: Vec<&'a Applicable<'m>>,
    files: &[Applicable<'_>],
    contracts: Contracts,
) -> (Vec<&'a Applicable<'m>>, Option<Held>) {
    if history.is_empty() {
        return (wanted, None);
    }
    let is_begun = |id: &str| history.iter().any(|record| record.id == id);
    let waits = |file: &&Applicable<'_>| {
        let Some(expand) = &file.migration.contracts else { return false };
        !is_begun(file.migration.id.as_str()) && (contracts == Contracts::Wait || !is_done(history, files, expand))
    };
    let Some(at) = wanted.iter().position(waits) else { return (wanted, None) };
    let rest = wanted.split_off(at);
    let behind = rest.iter().skip(1).filter(|file| file.migration.contracts.is_none()).map(|file| file.id()).collect();
    let held = rest.first().and_then(|file| {
        let expand = file.migration.contracts.as_ref()?;
        let is_expanded = is_done(history, files, expand);
        Some(Held { id: file.id(), expand: expand.to_string(), is_expanded, behind })
    });
    (wanted, held)
}

/// Whether a run that was told where to go would end before that.
pub(super) fn falls_short(target: &Target, held: Option<&Held>) -> bool {
    matches!(target, Target::Id(_)) && held.is_some()
}

/// Whether a database has all that a program needs: no migration is pending, or each that is waits for the former version of the
/// program to go. `files` are all migrations, those that were squashed included.
pub fn serves(history: &[Record], pending: &[&Applicable<'_>], files: &[Applicable<'_>]) -> bool {
    match before_held(history, pending.to_vec(), files, Contracts::Wait) {
        (now, None) => now.is_empty(),
        (now, Some(held)) => now.is_empty() && held.is_expanded && held.behind.is_empty(),
    }
}

/// The migrations of a list by one of which a database has a migration: itself, under its id or the one that it has since branches were
/// merged, and then those that it was squashed into, the innermost first.
pub fn having<'m>(migrations: &[&'m Migration], id: &MigrationId) -> Vec<&'m Migration> {
    let is_it = |migration: &&&Migration| migration.id == *id || migration.merged.formerly.contains_key(id);
    let own = migrations.iter().find(is_it).copied();
    let mut found: Vec<&Migration> = own.into_iter().collect();
    let mut inner = own.map_or(id, |own| &own.id);
    let replaces = |inner: &MigrationId| migrations.iter().find(|it| it.merged.replaces.contains_key(inner)).copied();
    while let Some(squashed) = replaces(inner).filter(|it| !found.contains(it)) {
        found.push(squashed);
        inner = &squashed.id;
    }
    found
}

/// Whether a migration is applied.
fn is_done(history: &[Record], files: &[Applicable<'_>], id: &MigrationId) -> bool {
    let migrations: Vec<&Migration> = files.iter().map(|file| file.migration).collect();
    let is_recorded = |id: &MigrationId| history.iter().any(|it| it.status.is_done() && it.id == id.as_str());
    is_recorded(id) || having(&migrations, id).into_iter().any(|migration| is_recorded(&migration.id))
}
