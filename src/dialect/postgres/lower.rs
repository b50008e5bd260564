//! Lowering.

use crate::dialect::{Step, Unsupported};
use crate::plan::Plan;
use crate::schema::Schema;

pub(super) fn lower(plan: &Plan, _from: &Schema) -> Result<Vec<Step>, Unsupported> {
    Ok(plan.ops().iter().cloned().map(Step::Direct).collect())
}
