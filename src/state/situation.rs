//! Classifies the database: up to date, behind, drifted, synchronised, adoptable, unreachable.
//!
//! Must not know where the states came from.

use serde::Serialize;

/// How the database compares with the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// There is no snapshot, and the database is empty or does not exist.
    Beginning,
    /// There is no snapshot, and the database contains objects: it can be adopted.
    Adoptable,
    /// The database cannot be read; the snapshot alone counts.
    Unreachable,
    /// The database matches the snapshot, and every migration is recorded.
    Current,
    /// Migrations are pending, and the database matches the result of the last applied one.
    Behind,
    /// The database already matches the result of pending migrations: it was synchronised before they were written.
    Ahead,
    /// The database matches the code, which the snapshot does not yet: it was synchronised in development.
    Synchronised,
    /// Drift: neither the migrations nor the code account for the database.
    Drifted,
}

/// The facts a situation is derived from.
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
    /// The database matches the result of the last applied migration (with none applied: it is empty, or matches the start of
    /// the first one).
    pub at_applied: bool,
    /// The database matches the result of one of the pending migrations.
    pub at_pending: bool,
    /// Changing the database to what the code declares would change nothing.
    pub at_entities: bool,
}

/// Derives the situation.
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
