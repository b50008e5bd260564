//! Triggers of views: their texts are equal where only blanks, quotes and the case of words differ.
//!
//! SQLite puts quotes around what it renames. A view has its triggers as texts among its options, which are compared as they are,
//! so one of two equal texts is taken for both. Must not know which states are compared.

use crate::schema::Schema;

use super::{ddl, words};

/// Copies the texts of `theirs` into `ours`; returns how many.
pub(in crate::dialect) fn agree(ours: &mut Schema, theirs: &Schema) -> usize {
    let mut copied = 0;
    for view in ours.views.values_mut() {
        let Some(other) = theirs.views.get(&view.name) else { continue };
        for (key, text) in view.options.iter_mut().filter(|(key, _)| key.starts_with(ddl::VIEW_TRIGGER)) {
            if let Some(same) = other.options.get(key)
                && same != text
                && words::canonical(same) == words::canonical(text)
            {
                text.clone_from(same);
                copied += 1;
            }
        }
    }
    copied
}
