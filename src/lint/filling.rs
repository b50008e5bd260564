//! NOT NULL columns without a value for existing rows.
//!
//! Must not know the values of rows: that requires a database.

use crate::plan::cast::Stake;
use crate::plan::{Alter, Object, Op};

use super::{Level, PlanCheck, Rule, script};

/// A NOT NULL column without a value for existing rows.
pub(super) const NOT_NULL: Rule = Rule {
    id: "not-null",
    summary: "a NOT NULL column is added, and existing rows get no value",
    why: "it fails on a table with rows; MySQL and MariaDB silently insert 0, an empty string or the first value",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |op| match op {
            Op::Create(_) => Stake::Rows,
            Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => Stake::Nulls,
        },
        check: |op, context| match op {
            Op::Create(Object::Column(table, column)) if context.from.tables.contains_key(table) => {
                (!column.nullable && !column.has_value_of_its_own()).then(|| {
                    format!(
                        "column {table}.{} fails on a table with rows: `--backfill {table}.{}=VALUE`",
                        column.name, column.name
                    )
                })
            }
            Op::Alter(Alter::Column(table, change)) if change.from.nullable && !change.to.nullable => {
                let column = &change.to.name;
                Some(format!("column {table}.{column} fails on rows with NULL: `--backfill {table}.{column}=VALUE`"))
            }
            _ => None,
        },
    }),
    script: Some(script::data::NOT_NULL),
};
