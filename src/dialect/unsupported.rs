//! Operations that a database does not support, as a value.
//!
//! Must not know how they are reported.

use sea_gen_runner::Error;

use crate::schema::Place;

use super::Product;

/// An object or operation that a product does not support.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{product} cannot hold {place}: {reason}")]
pub struct Unsupported {
    /// The product.
    pub product: Product,
    /// The place in the schema.
    pub place: Place,
    /// The reason, in lower case and without a full stop.
    pub reason: String,
    /// The hint.
    pub hint: String,
}

impl From<Unsupported> for Error {
    fn from(unsupported: Unsupported) -> Self {
        let hint = unsupported.hint.clone();
        Self::new(unsupported.to_string()).hint(hint)
    }
}
