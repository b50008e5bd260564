//! Steps that look at rows or fill them, among the steps that make what they name: a new enum type, a new value of one.
//!
//! PostgreSQL refuses a new value in the transaction that adds it. Must not know why rows are looked at or filled.

use std::collections::BTreeSet;

use crate::dialect::Step;
use crate::dialect::rows::{NewValue, RowStep};
use crate::plan::{Alter, Object, Op, Rename};

use super::super::words;
use super::kept;

/// Puts each look at rows behind the steps that make what it names, adds values outside the transaction that uses them, and
/// keeps what belongs to the objects that the whole migration makes anew.
pub(in crate::dialect::postgres) fn arrange(steps: Vec<Step>) -> Vec<Step> {
    kept::with_kept(behind_makers(steps))
}

fn behind_makers(mut steps: Vec<Step>) -> Vec<Step> {
    let rows = |(at, step): (usize, &Step)| if let Step::Rows(rows) = step { Some((at, rows.clone())) } else { None };
    let rows: Vec<(usize, RowStep)> = steps.iter().enumerate().filter_map(rows).collect();
    if rows.is_empty() {
        return steps;
    }
    let first = steps.iter().position(|step| !matches!(step, Step::Rows(_))).unwrap_or(steps.len());
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    let mut waiting: BTreeSet<usize> = BTreeSet::new();
    for (maker, step) in steps.iter_mut().enumerate() {
        let named: Vec<usize> = rows.iter().filter(|(_, rows)| names_new(step, rows)).map(|(at, _)| *at).collect();
        if named.is_empty() {
            continue;
        }
        if let Step::Direct(op @ Op::Alter(Alter::Enum(_))) = step {
            *step = Step::Apart(op.clone());
        }
        let looks: Vec<usize> = named.into_iter().filter(|at| *at < first).collect();
        if !looks.is_empty() {
            needed.insert(maker);
            waiting.extend(looks);
        }
    }
    if waiting.is_empty() {
        return steps;
    }
    // Rows are looked at under the names they have before. What cannot be looked at first is found by the step itself.
    let renames = steps.iter().any(|step| matches!(step, Step::Direct(Op::Rename(rename)) if concerns_types(rename)));
    let (mut looks, mut makers, mut late, mut rest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, step) in steps.into_iter().enumerate() {
        match step {
            Step::Rows(RowStep::Check(_)) if waiting.contains(&at) && renames => {}
            _ if waiting.contains(&at) && renames => looks.push(step),
            _ if waiting.contains(&at) => late.push(step),
            _ if needed.contains(&at) && !renames => makers.push(step),
            _ if at < first => looks.push(step),
            _ => rest.push(step),
        }
    }
    [looks, makers, late, rest].into_iter().flatten().collect()
}

/// Whether a rename may have to stand in front of a step that makes a type or a value: a table is a type too.
fn concerns_types(rename: &Rename) -> bool {
    match rename {
        Rename::Table(_) | Rename::Enum(_) | Rename::EnumValue(..) => true,
        Rename::Column(..) | Rename::Index(..) | Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..) => {
            false
        }
    }
}

/// Whether a step on rows names a type that the other step creates, or a value that it adds.
fn names_new(step: &Step, rows: &RowStep) -> bool {
    match step {
        Step::Direct(Op::Create(Object::Enum(new))) => {
            rows.enum_type() == Some(&new.name)
                || rows.expressions().into_iter().any(|text| words::mentions(text, new.name.name.as_str()))
        }
        Step::Direct(Op::Alter(Alter::Enum(change))) | Step::Apart(Op::Alter(Alter::Enum(change))) => {
            let mut added = change.to.values.iter().filter(|value| !change.from.values.contains(value));
            added.any(|value| has_value(rows, value))
        }
        Step::Direct(_)
        | Step::Apart(_)
        | Step::Together(..)
        | Step::Rebuild(_)
        | Step::Repartition(_)
        | Step::SwapEnum(..)
        | Step::Online(..)
        | Step::Validate(..)
        | Step::Attach(_)
        | Step::Keep(_)
        | Step::GiveBack
        | Step::AttachPartition(_)
        | Step::DetachPartition(_)
        | Step::Rows(_) => false,
    }
}

/// Whether a step on rows names a value of an enum type.
fn has_value(rows: &RowStep, value: &str) -> bool {
    let is_replaced = match rows {
        RowStep::Check(_) | RowStep::Reference(_) => false,
        RowStep::Change(change) => match &change.to {
            NewValue::Replace { from, to } => [from, to].iter().any(|it| *it == value),
            NewValue::Fill { .. } | NewValue::Convert { .. } => false,
        },
    };
    is_replaced || rows.expressions().into_iter().any(|text| words::has_string(text, value))
}
