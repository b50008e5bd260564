//! Hazards of a plan: one small file a rule, one list of rules.
//!
//! Sees the operations of both directions. Must not know SQL, any database, or who reads the findings.

pub mod allow;
mod casts;
mod destructive;
mod filling;
mod losses;
pub mod script;

use serde::Serialize;

use crate::plan::cast::{Stake, Types};
use crate::plan::{Op, Plan};
use crate::schema::{Place, Schema};

pub use losses::losses;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Information; stops nothing.
    Info,
    /// Worth knowing before the migration is applied.
    Warning,
    /// Loses data, or fails on existing rows: nothing is written until it is allowed.
    Danger,
}

/// A rule on plans. Everything about it is in one value, and all values are in [`RULES`].
pub struct Rule {
    /// A short stable name, used to allow the finding.
    pub name: &'static str,
    /// How bad its findings are.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What is at stake.
    pub stake: fn(&Op) -> Stake,
    /// What it says about one operation.
    pub check: fn(&Op, &Context<'_>) -> Option<String>,
}

/// The context an operation is judged in.
pub struct Context<'a> {
    /// The plan as a whole.
    pub plan: &'a Plan,
    /// The schema it starts from.
    pub from: &'a Schema,
    /// The schema it leads to.
    pub to: &'a Schema,
    /// What the database says of types.
    pub types: &'a dyn Types,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The place.
    pub place: Place,
    /// The message.
    pub message: String,
    /// What is at stake.
    #[serde(skip)]
    pub stake: Stake,
}

/// The rule on types that have no room for some values of the ones before.
pub const LOSSY_CAST: &str = casts::LOSSY_CAST.name;

/// The rule on types whose values are none of the ones before.
pub const IMPOSSIBLE_CAST: &str = casts::IMPOSSIBLE_CAST.name;

/// The rule on columns that take no NULL: a backfill answers it.
pub const NOT_NULL: &str = filling::NOT_NULL.name;

/// The rule on partitions that go: they cannot be parked.
pub const DROP_PARTITION: &str = destructive::DROP_PARTITION.name;

/// The rule on values of enum types that go: a replacement answers it.
pub const DROP_VALUE: &str = destructive::DROP_VALUE.name;

/// Every rule.
pub const RULES: &[&Rule] = &[
    &destructive::DROP_TABLE,
    &destructive::DROP_PARTITION,
    &destructive::DROP_COLUMN,
    &destructive::DROP_VALUE,
    &filling::NOT_NULL,
    &casts::LOSSY_CAST,
    &casts::IMPOSSIBLE_CAST,
    &casts::REFERENCE_TYPE,
];

/// The hazards of applying a plan, in the order of its operations.
pub fn lint(context: &Context<'_>) -> Vec<Finding> {
    let of = |op: &Op| {
        let place = op.place();
        let findings = RULES.iter().filter_map(|rule| {
            let message = (rule.check)(op, context)?;
            let stake = (rule.stake)(op);
            Some(Finding { rule: rule.name, level: rule.level, place: place.clone(), message, stake })
        });
        findings.collect::<Vec<_>>()
    };
    context.plan.ops().iter().flat_map(of).collect()
}
