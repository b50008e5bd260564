//! The three-way merge of one facet: a declared value counts, a value that was declared and is not any more is dropped, a
//! value that was never declared is kept.
//!
//! Must not know what kind of object the facet belongs to.

use crate::schema::{Origin, Origins, Place, Undeclared};

use super::park::is_parked_place;
use super::types::TypeRule;

/// The origins that the three-way merge reads and writes.
pub(super) struct MergeRecord<'a> {
    /// The origins of the base state.
    pub(super) before: &'a Origins,
    /// The origins of the target.
    pub(super) after: Origins,
    /// What to do with undeclared objects.
    pub(super) undeclared: Undeclared,
    /// Undeclared objects, if `undeclared = "error"`.
    pub(super) violations: Vec<Place>,
    /// Column types that were accepted by a loose rule.
    pub(super) loosely_matched: Vec<(Place, &'static TypeRule)>,
}

impl MergeRecord<'_> {
    /// Whether an object that is not declared now is kept: it is if it never was. Records it if so.
    pub(super) fn keeps(&mut self, place: Place) -> bool {
        if self.before.of(&place) != Origin::Adopted {
            return false;
        }
        match self.undeclared {
            _ if is_parked_place(&place) => {}
            Undeclared::Keep => {}
            Undeclared::Drop => return false,
            Undeclared::Error => self.violations.push(place.clone()),
        }
        self.after.set(place, Origin::Adopted);
        true
    }

    /// Merges one optional facet three-way. If both sides are equal, the base's spelling is kept. Place and origin are
    /// closures because most facets do not need them.
    pub(super) fn facet<T: Clone + PartialEq>(
        &mut self,
        declared: Option<&T>,
        base: Option<&T>,
        place: impl FnOnce() -> Place,
        origin: impl FnOnce(&Place) -> Origin,
    ) -> Option<T> {
        match (declared, base) {
            (Some(declared), base) => {
                let place = place();
                let origin = origin(&place);
                self.after.set(place, origin);
                let same = base.filter(|base| *base == declared);
                Some(same.unwrap_or(declared).clone())
            }
            (None, Some(base)) => self.keeps(place()).then(|| base.clone()),
            (None, None) => None,
        }
    }
}
