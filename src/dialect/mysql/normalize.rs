//! Normalising.

use crate::dialect::Unsupported;
use crate::schema::{Normalized, Schema};

use super::Flavor;

pub(super) fn normalize(_flavor: Flavor, schema: Schema) -> Result<Normalized, Unsupported> {
    Ok(Normalized::by_dialect(schema))
}
