//! Types.

use crate::schema::Type;

pub(super) fn serves(declared: &Type, actual: &Type) -> bool {
    declared == actual
}
