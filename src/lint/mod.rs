//! Hazards of plans, of scripts and of migrations written in Rust: one list of rules, in small files by subject; [`script`] has
//! those on scripts alone, [`code`] those on Rust, [`house`] those that a project sets for itself.
//!
//! A plan is judged by its operations. Must not know SQL, any database, or who reads the findings.

pub mod allow;
mod casts;
pub mod code;
mod destructive;
mod filling;
pub mod house;
mod losses;
pub mod script;

use serde::Serialize;

use crate::plan::cast::{Stake, Types};
use crate::plan::{Op, Plan};
use crate::schema::{Place, Schema};

use code::CodeCheck;
pub use losses::losses;
use script::ScriptCheck;

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

/// A rule. Everything about it is in one value, and all values are in [`RULES`].
pub struct Rule {
    /// The name by which its findings are allowed.
    pub id: &'static str,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// How it judges a plan, if it does.
    pub plan: Option<PlanCheck>,
    /// How it judges a script, if it does.
    pub script: Option<ScriptCheck>,
    /// How it judges a migration written in Rust, if it does.
    pub code: Option<CodeCheck>,
}

/// How a rule judges the operations of a plan.
pub struct PlanCheck {
    /// The level of its findings.
    pub level: Level,
    /// What is at stake.
    pub stake: fn(&Op) -> Stake,
    /// The message about one operation, if it is a hazard.
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

/// A hazard: of a plan, at an object of the schema, or of a script, at a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding<P = Place> {
    /// The rule's id.
    pub rule: &'static str,
    /// Its level.
    pub level: Level,
    /// The place.
    pub place: P,
    /// The message.
    pub message: String,
    /// What is at stake; nothing in a script, where it is not counted.
    #[serde(skip)]
    pub stake: Stake,
}

/// The rule on types that have no room for some values of the ones before.
pub const LOSSY_CAST: &str = casts::LOSSY_CAST.id;

/// The rule on types whose values are none of the ones before.
pub const IMPOSSIBLE_CAST: &str = casts::IMPOSSIBLE_CAST.id;

/// The rule on columns that take no NULL: a backfill answers it.
pub const NOT_NULL: &str = filling::NOT_NULL.id;

/// The rule on partitions that go: they cannot be parked.
pub const DROP_PARTITION: &str = destructive::DROP_PARTITION.id;

/// The rule on values of enum types that go: a replacement answers it.
pub const DROP_VALUE: &str = destructive::DROP_VALUE.id;

/// Every rule, in the order in which findings about one operation or statement are reported.
pub const RULES: &[&Rule] = &[
    &destructive::DROP_TABLE,
    &destructive::DROP_PARTITION,
    &destructive::DROP_COLUMN,
    &destructive::DROP_VALUE,
    &script::destructive::TRUNCATE,
    &script::destructive::EVERY_ROW,
    &script::destructive::CASCADE,
    &script::destructive::DROP_DATABASE,
    &filling::NOT_NULL,
    &casts::LOSSY_CAST,
    &casts::IMPOSSIBLE_CAST,
    &script::data::SET_NOT_NULL,
    &script::data::UNIQUE,
    &script::data::RETYPE,
    &script::data::CHECKS_OFF,
    &script::data::SEED_DATA,
    &script::data::DROP_CONSTRAINT,
    &script::locking::BLOCKING_BUILD,
    &script::locking::BLOCKING_SCAN,
    &script::locking::BLOCKING_REWRITE,
    &script::locking::DROP_INDEX,
    &script::locking::LATE_VALIDATION,
    &script::locking::ROWS_UNDER_LOCK,
    &script::locking::MANY_TABLES,
    &script::locking::LOCK_TIMEOUT,
    &script::locking::LOCK_TABLE,
    &script::locking::ALGORITHM,
    &script::compatibility::RENAME_TABLE,
    &script::compatibility::RENAME_COLUMN,
    &script::compatibility::RENAME_VALUE,
    &script::names::LONG_NAME,
    &script::names::NAME_STYLE,
    &script::names::WIDE_INDEX,
    &script::transactions::NESTING,
    &script::transactions::CONCURRENTLY,
    &script::transactions::CONCURRENT_IF_NOT_EXISTS,
    &script::transactions::UNDECIDABLE,
    &script::transactions::NEW_VALUE_USED,
    &script::references::UNINDEXED_REFERENCE,
    &casts::REFERENCE_TYPE,
    &script::references::MADE_ANEW,
    &script::transactions::UNREAD,
    &script::silence::MISSING_DOWN,
    &script::silence::BAD_SILENCE,
    &code::order::MIGRATION_ORDER,
    &code::sql_text::PRAGMA_IN_TRANSACTION,
    &code::sql_text::SPLIT_SQL,
    &code::entities::ENTITY_IN_MIGRATION,
];

/// The hazards of applying a plan, in the order of its operations.
pub fn lint(context: &Context<'_>) -> Vec<Finding> {
    let of = |op: &Op| {
        let place = op.place();
        let findings = RULES.iter().filter_map(|rule| {
            let plan = rule.plan.as_ref()?;
            let message = (plan.check)(op, context)?;
            Some(Finding { rule: rule.id, level: plan.level, place: place.clone(), message, stake: (plan.stake)(op) })
        });
        findings.collect::<Vec<_>>()
    };
    context.plan.ops().iter().flat_map(of).collect()
}
