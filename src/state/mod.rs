//! The three states and their comparison: E, what the code declares; S, what the migrations produce; D, what the database
//! has.
//!
//! Pure. Must not know files, connections or SQL: it is handed the states and gives back a target or a situation.

mod accepted;
mod backfill;
mod branches;
mod case;
mod collisions;
mod contradiction;
mod dangling;
mod expand;
mod fitting;
mod follow;
mod halfway;
mod left_behind;
mod lookalikes;
mod merge;
mod migration_steps;
mod park;
mod places;
mod pool;
mod preflight;
mod reconcile;
mod rename;
mod row_values;
mod situation;
mod stakes;
mod table;
mod type_schema;
mod types;
mod unfit_rows;

pub use accepted::{declared_text, missing_foreign_keys};
pub use backfill::{Backfill, Replacement, Values};
#[cfg(test)]
pub(crate) use branches::both;
pub use branches::{BranchState, Disagreement, Together, changes, together};
pub use case::in_another_case;
pub use contradiction::{Contradiction, contradictions};
pub use expand::{ExpandContract, HalfMigration, expand_contract};
pub use fitting::{Fitting, Misfit, nearest};
pub use lookalikes::{Candidate, Question, Subject};
pub use migration_steps::{MigrationSteps, migration_steps};
pub use park::{Parked, park, parked_in, purged};
pub use places::{adopted, earlier, found, keeps_what_nobody_declares};
pub use reconcile::{Policy, TargetSchema, reconcile};
pub use rename::{declared_renames, spelled};
pub use situation::{Situation, SituationFacts, situate};
pub use stakes::{Stakes, stakes};
pub use types::{FOREIGN_KEY, RULES, TypeRule, TypeRules, field_type, rule};
pub use unfit_rows::{UnfitRow, unfit_rows};

#[cfg(test)]
mod tests;
