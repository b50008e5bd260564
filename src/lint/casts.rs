//! Type changes that not every value survives, and keys whose references do not change with them.
//!
//! Must not know which values those are: that requires the product's cast table.

use crate::plan::cast::{Grade, Stake};
use crate::plan::{Alter, Op, type_name};
use crate::schema::{Change, Column, ForeignKey, Name, ObjectName, Type};

use super::{Context, Level, PlanCheck, Rule, script};

/// Some values are changed or rejected by the type change.
pub(super) const LOSSY_CAST: Rule = Rule {
    id: "lossy-cast",
    summary: "a column's type changes, and some values would change too",
    why: "the migration checks for such rows first and stops; if allowed, it changes them",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Warning,
        stake: |_| Stake::Lost,
        check: |op, context| {
            let (table, change) = retyped(op)?;
            // Values that go from an enum type are told by a rule of their own.
            let Grade::MayLose(loss) = context.types.grade(change) else { return None };
            if !context.types.removed(change).is_empty() {
                return None;
            }
            let to = type_name(&change.to.data_type);
            let because = loss.because.trim_end_matches(" in some rows");
            Some(format!(
                "column {table}.{} becomes {to}, and values are lost in rows where it {because}",
                change.to.name
            ))
        },
    }),
    script: None,
};

/// No value of the old type is one of the new.
pub(super) const IMPOSSIBLE_CAST: Rule =
    Rule {
        id: "impossible-cast",
        summary: "a column's type changes to one that cannot hold any of its values",
        why: "the migration fails on the first row with a value",
        code: None,
        plan: Some(PlanCheck {
            level: Level::Danger,
            stake: |_| Stake::Values,
            check: |op, context| {
                let (table, change) = retyped(op)?;
                let (from, to) = (type_name(&change.from.data_type), type_name(&change.to.data_type));
                let column = &change.to.name;
                (context.types.grade(change) == Grade::Impossible).then(|| {
            format!("column {table}.{column}: no {from} becomes {to} by itself: `--using {table}.{column}=EXPRESSION`")
        })
            },
        }),
        script: None,
    };

/// A key and its references get different types.
pub(super) const REFERENCE_TYPE: Rule = Rule {
    id: "reference-type",
    summary: "a foreign key and the referenced column have different types",
    why: "values of one do not fit the other, and every look-up converts; MySQL and MariaDB reject such a key",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |_| Stake::Nothing,
        check: |op, context| {
            let (table, change) = retyped(op)?;
            let changed = (table, &change.to.name);
            let mut pairs = context
                .to
                .tables
                .values()
                .flat_map(|of| of.foreign_keys.values().flat_map(move |key| sides(&of.name, key)));
            pairs.find_map(|(column, key)| {
                if column != changed && key != changed {
                    return None;
                }
                let (one, other) = (typed(context, column)?, typed(context, key)?);
                (!context.types.can_refer(one, other)).then(|| {
                    format!(
                        "column {}.{} is {} and refers to {}.{}, which is {}: give both the same type",
                        column.0,
                        column.1,
                        type_name(one),
                        key.0,
                        key.1,
                        type_name(other)
                    )
                })
            })
        },
    }),
    script: Some(script::references::REFERENCE_TYPE),
};

fn retyped(op: &Op) -> Option<(&ObjectName, &Change<Column>)> {
    match op {
        Op::Alter(Alter::Column(table, change)) if change.from.data_type != change.to.data_type => {
            Some((table, change))
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// A column of a table.
type Side<'a> = (&'a ObjectName, &'a Name);

/// The columns of a key, each with the referenced one.
fn sides<'a>(table: &'a ObjectName, key: &'a ForeignKey) -> impl Iterator<Item = (Side<'a>, Side<'a>)> {
    let referenced = key.referenced_columns.iter().map(|column| (&key.references, column));
    key.columns.iter().map(move |column| (table, column)).zip(referenced)
}

fn typed<'a>(context: &Context<'a>, (table, column): Side<'_>) -> Option<&'a Type> {
    Some(&context.to.tables.get(table)?.columns.get(column)?.data_type)
}
