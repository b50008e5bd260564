//! What a pair of states says: up to date, behind, drifted, synchronised, adoptable, unreachable.
//!
//! Must not know where the states came from.

use serde::Serialize;

/// How the database stands to the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// There is no snapshot and the database is empty (or there is none): a beginning.
    Beginning,
    /// There is no snapshot, and the database has something in it: it can be adopted.
    Adoptable,
    /// The database cannot be read; the snapshot alone counts.
    Unreachable,
    /// The database has exactly what the snapshot says, and every migration is recorded.
    Current,
    /// Migrations are pending, and the database is where the last applied one left it.
    Behind,
    /// The database already has what pending migrations would do: it was synchronised before they were written.
    Ahead,
    /// The database has what the code declares and the snapshot does not say yet: it was synchronised in development.
    Synchronised,
    /// The database has something that neither the migrations nor the code account for.
    Drifted,
}

/// What is known when a situation is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SituationFacts {
    /// There is a snapshot.
    pub snapshot: bool,
    /// The database can be read.
    pub reachable: bool,
    /// The database has objects in it.
    pub populated: bool,
    /// Migrations are pending.
    pub pending: bool,
    /// The database is where the last applied migration left it (for none applied: empty, or where the first one starts).
    pub at_applied: bool,
    /// The database is where one of the pending migrations would lead.
    pub at_pending: bool,
    /// Changing the database to what the code declares would change nothing.
    pub at_entities: bool,
}

/// Judges.
pub fn situate(facts: SituationFacts) -> Situation {
    match facts {
        SituationFacts { snapshot: false, reachable: true, populated: true, .. } => Situation::Adoptable,
        SituationFacts { snapshot: false, .. } => Situation::Beginning,
        SituationFacts { reachable: false, .. } => Situation::Unreachable,
        SituationFacts { at_applied: true, pending: false, .. } => Situation::Current,
        SituationFacts { at_applied: true, pending: true, .. } => Situation::Behind,
        SituationFacts { at_pending: true, .. } => Situation::Ahead,
        SituationFacts { at_entities: true, .. } => Situation::Synchronised,
        _ => Situation::Drifted,
    }
}
