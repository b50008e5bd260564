//! Objects of a database that are not managed: excluded ones, and those that the model cannot hold. They are kept.
//!
//! Must not know who excluded them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Name, ObjectName, Tables, View};

/// Unmanaged objects. They do not take part in equality.
#[derive(Clone, Debug, Default)]
pub struct Kept(Option<Arc<KeptObjects>>);

/// The unmanaged objects as the catalog reports them.
#[derive(Clone, Debug, Default)]
pub struct KeptObjects {
    /// Tables by name.
    pub tables: Tables,
    /// Views by name.
    pub views: BTreeMap<ObjectName, View>,
    /// The schema of each extension that stands in a schema which is not read.
    pub extensions: BTreeMap<Name, Name>,
}

impl Kept {
    /// The objects, if any.
    pub fn objects(&self) -> Option<&KeptObjects> {
        self.0.as_deref()
    }

    /// Whether there are no such objects.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Mutable access to the objects.
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
