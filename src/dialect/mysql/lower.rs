//! Lowering.

use crate::dialect::{Step, Unsupported};
use crate::plan::Plan;
use crate::schema::Schema;

use super::Flavor;

pub(super) fn lower(_flavor: Flavor, plan: &Plan, _from: &Schema) -> Result<Vec<Step>, Unsupported> {
    Ok(plan.ops().iter().cloned().map(Step::Direct).collect())
}
