//! The laws of differing, held against random pairs of schemas.
//!
//! Must not know any dialect: the schemas here are normal because they say so.

mod random;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::*;
use crate::plan::{LAST, order};
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
    prop_assert_eq!(&applied(&plan.inverse(), to)?, from, "back");
    // Whoever adds operations to a plan puts it in order again, on the way back too.
    prop_assert_eq!(&applied(&Plan::new(plan.inverse().ops().to_vec()), to)?, from, "back, in order again");
    prop_assert_eq!(&order(plan.ops().to_vec()), plan.ops(), "in order again");
    prop_assert_eq!(&plan.inverse().inverse(), plan, "the inverse of the inverse");
    for op in plan.ops() {
        prop_assert_eq!(&op.clone().inverse().inverse(), op);
        prop_assert_eq!(phase(&op.clone().inverse()), LAST - phase(op));
        let json = serde_json::to_string(op).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Op = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(format!("{error}: {json}")))?;
        prop_assert_eq!(&read, op, "{}", json);
    }
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
        prop_assert!(same_set(&plan.inverse(), &opposite), "the plan for the other direction is {opposite:#?}");
    }

    #[test]
    fn answers_about_renames_lead_there_and_back(from in schemas(), to in schemas(), renames in answers()) {
        let plan = diff(&normal(&from), &normal(&to), &renames);
        there_and_back(&from, &to, &plan)?;
    }
}
