//! Hazards of a plan: one small file a rule, one list of rules.
//!
//! Sees the operations of both directions. Must not know SQL, any database, or how findings are reported.

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
    /// A warning before the migration is applied.
    Warning,
    /// Loses data, or fails on existing rows: no migration is written until it is allowed.
    Danger,
}

/// A rule on plans. Each rule is one value in [`RULES`].
pub struct Rule {
    /// A short stable name, used to allow the finding.
    pub name: &'static str,
    /// The level of its findings.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What is at stake.
    pub stake: fn(&Op) -> Stake,
    /// Its finding about one operation.
    pub check: fn(&Op, &Context<'_>) -> Option<String>,
}

/// The context of an operation.
pub struct Context<'a> {
    /// The plan as a whole.
    pub plan: &'a Plan,
    /// The schema it starts from.
    pub from: &'a Schema,
    /// The schema it leads to.
    pub to: &'a Schema,
    /// The product's cast table.
    pub types: &'a dyn Types,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Its level.
    pub level: Level,
    /// The place.
    pub place: Place,
    /// The message.
    pub message: String,
    /// What is at stake.
    #[serde(skip)]
    pub stake: Stake,
}

/// The rule on types that cannot hold some values of the old type.
pub const LOSSY_CAST: &str = casts::LOSSY_CAST.name;

/// The rule on types that cannot hold any value of the old type.
pub const IMPOSSIBLE_CAST: &str = casts::IMPOSSIBLE_CAST.name;

/// The rule on NOT NULL columns; a backfill resolves it.
pub const NOT_NULL: &str = filling::NOT_NULL.name;

/// The rule on dropped partitions, which cannot be parked.
pub const DROP_PARTITION: &str = destructive::DROP_PARTITION.name;

/// The rule on removed values of enum types; a replacement resolves it.
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
