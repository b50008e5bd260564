//! The laws of differing, held against random pairs of schemas.
//!
//! Must not know any dialect: the schemas here are normal because they say so.

mod branches;
mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::*;
use crate::plan::{destroys, order};
use crate::schema::{DefinitionKind, EnumType, ObjectName, Type};
use random::Draw;

const CASES: u32 = 10_000;

fn schemas() -> impl Strategy<Value = Schema> {
    vec(any::<u8>(), 0..400).prop_map(|bytes| random::schema(&mut Draw(bytes.iter())))
}

fn answers() -> impl Strategy<Value = Vec<Rename>> {
    vec(any::<u8>(), 0..16).prop_map(|bytes| random::renames(&mut Draw(bytes.iter())))
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

fn normal(schema: &Schema) -> Normalized {
    Normalized::by_dialect(schema.clone())
}

fn applied(plan: &Plan, schema: &Schema) -> Result<Schema, TestCaseError> {
    let mut result = schema.clone();
    apply(plan, &mut result).map_err(|refusal| TestCaseError::fail(format!("{refusal}\nin {plan:#?}")))?;
    Ok(result)
}

fn there_and_back(from: &Schema, to: &Schema, plan: &Plan) -> TestCaseResult {
    prop_assert_eq!(&applied(plan, from)?, to, "there");
    let back = plan.inverse(from);
    prop_assert_eq!(&applied(&back, to)?, from, "back by {:#?}", back);
    // Whoever adds operations to a plan puts it in order again, on the way back too.
    prop_assert_eq!(&order(back.ops().to_vec()), back.ops(), "back, in order again");
    prop_assert_eq!(&order(plan.ops().to_vec()), plan.ops(), "in order again");
    prop_assert!(same_set(&back.inverse(to), plan), "the inverse of the inverse is {:#?}", back.inverse(to));
    for (start, plan) in [(from, plan), (to, &back)] {
        nothing_is_destroyed_too_early(plan)?;
        // The order in which the operations were found decides nothing but ties.
        let (renames, others): (Vec<Op>, Vec<Op>) =
            plan.ops().iter().cloned().partition(|op| matches!(op, Op::Rename(_)));
        let turned: Vec<Op> = renames.into_iter().chain(others.into_iter().rev()).collect();
        applied(&Plan::new(turned), start)?;
    }
    for op in plan.ops() {
        prop_assert_eq!(&op.clone().inverse().inverse(), op);
        let json = serde_json::to_string(op).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Op = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?;
        prop_assert_eq!(&read, op, "{}", json);
    }
    Ok(())
}

/// What destroys stands behind everything that can fail, unless that needs the name of what is destroyed, or an enum type
/// that loses the values the destroyed column may hold.
fn nothing_is_destroyed_too_early(plan: &Plan) -> TestCaseResult {
    let named = |object: &Object| -> Option<ObjectName> {
        match object {
            Object::Table(table) => Some(table.name.clone()),
            Object::View(view) => Some(view.name.clone()),
            Object::Enum(enum_type) => Some(enum_type.name.clone()),
            Object::Definition(definition) => {
                let beside = [DefinitionKind::Partition, DefinitionKind::ForeignTable];
                beside.contains(&definition.id.kind).then(|| definition.id.name.clone())
            }
            _ => None,
        }
    };
    let dropped = |op: &Op| if let Op::Drop(object) = op { named(object) } else { None };
    let gone: Vec<ObjectName> = plan.ops().iter().filter(|op| !clears(op)).filter_map(dropped).collect();
    let is_handed_over = |op: &Op| match op {
        Op::Create(object) => named(object).is_some_and(|name| gone.contains(&name)),
        Op::Rename(Rename::Table(change) | Rename::Enum(change)) => gone.contains(&change.to),
        _ => false,
    };
    // An enum type that loses a value and gains another waits for the rows that may hold the first, and what is created with
    // the second waits for the type.
    let destroyed_values = |name: &ObjectName| {
        let holds = |data_type: &Type| data_type.enum_name() == Some(name);
        plan.ops().iter().any(|op| match op {
            Op::Drop(Object::Table(table)) => table.columns.values().any(|column| holds(&column.data_type)),
            Op::Drop(Object::Column(_, column)) => holds(&column.data_type),
            _ => false,
        })
    };
    let is_exchanged = |op: &Op| match op {
        Op::Alter(Alter::Enum(change)) => {
            let lacks = |from: &EnumType, to: &EnumType| from.values.iter().any(|value| !to.values.contains(value));
            lacks(&change.from, &change.to) && lacks(&change.to, &change.from) && destroyed_values(&change.to.name)
        }
        _ => false,
    };
    if plan.ops().iter().any(|op| is_handed_over(op) || is_exchanged(op)) {
        return Ok(());
    }
    let can_fail = |op: &&Op| !matches!(op, Op::Drop(_) | Op::Alter(Alter::Enum(_)));
    let destroying = plan.ops().iter().position(destroys).unwrap_or(plan.ops().len());
    let failing = plan.ops().iter().skip(destroying).find(can_fail);
    prop_assert!(failing.is_none(), "{:?} comes too late in {:#?}", failing, plan);
    Ok(())
}

/// The same operations, without regard to their order.
fn same_set(left: &Plan, right: &Plan) -> bool {
    left.ops().len() == right.ops().len() && left.ops().iter().all(|op| right.ops().contains(op))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_leads_there_and_its_inverse_leads_back(from in schemas(), to in schemas()) {
        let plan = diff(&normal(&from), &normal(&to), &[]);
        there_and_back(&from, &to, &plan)?;
        prop_assert!(diff(&normal(&to), &normal(&to), &[]).is_empty());
        let opposite = diff(&normal(&to), &normal(&from), &[]);
        prop_assert!(same_set(&plan.inverse(&from), &opposite), "the plan for the other direction is {opposite:#?}");
    }

    #[test]
    fn answers_about_renames_lead_there_and_back(from in schemas(), to in schemas(), renames in answers()) {
        let plan = diff(&normal(&from), &normal(&to), &renames);
        there_and_back(&from, &to, &plan)?;
    }
}
