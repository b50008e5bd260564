//! One file of a snapshot by itself, as git's merge driver has it.
//!
//! Must not know how a file is merged.

use std::path::Path;

use super::{Object, ObjectKind};

/// Whether a path is that of an object, in the folder of its kind.
pub(in super::super) fn is_object(path: &Path) -> bool {
    kind_of(path).is_some()
}

/// Whether a text is that of an object, for the file at a path.
pub(in super::super) fn is_valid(path: &Path, text: &str) -> bool {
    kind_of(path).is_some_and(|kind| Object::parse(kind, path, text).is_ok())
}

fn kind_of(path: &Path) -> Option<ObjectKind> {
    let folder = path.parent()?.file_name()?;
    ObjectKind::all().find(|kind| folder == kind.folder())
}
