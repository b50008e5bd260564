//! What a database has beside a schema: objects that are excluded, or that the model has no place for. They are to be kept.
//!
//! Must not know who excluded them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ObjectName, Tables, View};

/// Objects that are nobody's to change. Two schemas are the same whatever is beside them.
#[derive(Clone, Debug, Default)]
pub struct Kept(Option<Arc<KeptObjects>>);

/// The objects, as the catalog says them.
#[derive(Clone, Debug, Default)]
pub struct KeptObjects {
    /// Tables by name.
    pub tables: Tables,
    /// Views by name.
    pub views: BTreeMap<ObjectName, View>,
}

impl Kept {
    /// The objects, if there are any.
    pub fn objects(&self) -> Option<&KeptObjects> {
        self.0.as_deref()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The objects, to be changed.
    pub fn objects_mut(&mut self) -> &mut KeptObjects {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}
