//! Normalising.

use crate::dialect::Unsupported;
use crate::schema::{Normalized, Schema};

pub(super) fn normalize(schema: Schema) -> Result<Normalized, Unsupported> {
    Ok(Normalized::by_dialect(schema))
}
