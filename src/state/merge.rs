//! The three-way rule for one facet: what is declared counts, what was declared and is silent now is dropped, what nobody
//! ever declared is kept.
//!
//! Must not know what kind of thing the facet belongs to.

use crate::schema::{Origin, Origins, Place, Undeclared};

use super::park::is_parked_place;
use super::types::TypeRule;

/// Where the three-way rule reads and writes origins.
pub(super) struct MergeRecord<'a> {
    /// Who said what, in the state the comparison starts from.
    pub(super) before: &'a Origins,
    /// Who says what in the target.
    pub(super) after: Origins,
    /// What happens to what nobody declares.
    pub(super) undeclared: Undeclared,
    /// Undeclared objects met while `undeclared` says that is an error.
    pub(super) violations: Vec<Place>,
    /// Column types that the code leaves open.
    pub(super) loosely_matched: Vec<(Place, &'static TypeRule)>,
}

impl MergeRecord<'_> {
    /// Whether something that is silent now stays: it does when nobody ever declared it. Records it when it does.
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

    /// The target of a facet that can be unsaid. Where both sides are equal, the base's own spelling is kept. Where it stands
    /// and who declares it is asked only of what is there: most facets are not.
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
