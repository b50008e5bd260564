//! Migration ids: `YYYYMMDD_HHMMSS_add_email_index`.
//!
//! Must not know what time it is; the caller says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A migration's id, which is also its file's stem. Ids sort in the order in which migrations are applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MigrationId(String);

impl fmt::Display for MigrationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
