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
/// version, and none waits.
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

/// Whether every pending migration waits for the former version of the program to go: the next one may serve.
pub fn only_held(history: &[Record], pending: &[&Applicable<'_>], files: &[Applicable<'_>]) -> bool {
    let (now, held) = before_held(history, pending.to_vec(), files, Contracts::Wait);
    now.is_empty() && held.is_some_and(|held| held.is_expanded && held.behind.is_empty())
}

/// Whether a migration is applied, under its id or one that it had before branches were merged.
fn is_done(history: &[Record], files: &[Applicable<'_>], id: &MigrationId) -> bool {
    let is_it = |migration: &Migration| migration.id == *id || migration.merged.formerly.contains_key(id);
    let now = files.iter().map(|file| file.migration).find(|migration| is_it(migration)).map_or(id, |it| &it.id);
    history.iter().any(|record| record.status.is_done() && record.id == now.as_str())
}
