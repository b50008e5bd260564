//! The parts of one kind that a table has, by name.
//!
//! Must not know the kinds of parts.

use std::borrow::Borrow;
use std::fmt;

use super::Name;

/// An ordered map by name for few entries: most tables have one or two parts of each kind, and several copies of a
/// schema are in memory. A `BTreeMap` allocates for eleven entries at once; this map allocates exactly.
#[derive(Clone, PartialEq, Eq)]
pub struct Parts<T>(Vec<(Name, T)>);

impl<T> Parts<T> {
    /// An empty map.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The capacity is exact for the first entry, and grows by steps afterwards, so that hundreds of inserts do not
    /// each move all entries.
    fn make_room(&mut self) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(1 + self.0.len() / 2);
        }
    }

    fn find<Q: Ord + ?Sized>(&self, name: &Q) -> Result<usize, usize>
    where
        Name: Borrow<Q>,
    {
        self.0.binary_search_by(|(other, _)| other.borrow().cmp(name))
    }

    /// The part of this name.
    pub fn get<Q: Ord + ?Sized>(&self, name: &Q) -> Option<&T>
    where
        Name: Borrow<Q>,
    {
        self.get_key_value(name).map(|(_, part)| part)
    }

    /// The part of this name, with its key.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, name: &Q) -> Option<(&Name, &T)>
    where
        Name: Borrow<Q>,
    {
        self.find(name).ok().and_then(|at| self.0.get(at)).map(apart)
    }

    /// The part of this name, mutable. A part that is renamed is still found under its old name.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, name: &Q) -> Option<&mut T>
    where
        Name: Borrow<Q>,
    {
        self.find(name).ok().and_then(|at| self.0.get_mut(at)).map(|(_, part)| part)
    }

    /// Whether a part of this name exists.
    pub fn contains_key<Q: Ord + ?Sized>(&self, name: &Q) -> bool
    where
        Name: Borrow<Q>,
    {
        self.find(name).is_ok()
    }

    /// Inserts a part and returns the one it replaces.
    pub fn insert(&mut self, name: Name, part: T) -> Option<T> {
        match self.find(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, known)| std::mem::replace(known, part)),
            Err(at) => {
                self.make_room();
                self.0.insert(at, (name, part));
                None
            }
        }
    }

    /// The part of this name, inserted if it does not exist.
    pub fn get_or_insert_with(&mut self, name: Name, make: impl FnOnce() -> T) -> &mut T {
        let at = match self.find(&name) {
            Ok(at) => at,
            Err(at) => {
                self.make_room();
                self.0.insert(at, (name, make()));
                at
            }
        };
        #[allow(clippy::indexing_slicing, reason = "it has been found or put there just now")]
        &mut self.0[at].1
    }

    /// Removes a part.
    pub fn remove<Q: Ord + ?Sized>(&mut self, name: &Q) -> Option<T>
    where
        Name: Borrow<Q>,
    {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Retains the parts that satisfy a predicate.
    pub fn retain(&mut self, mut keep: impl FnMut(&Name, &mut T) -> bool) {
        self.0.retain_mut(|(name, part)| keep(name, part));
    }

    /// The number of parts.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes all parts.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All names and parts.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Name, &T)> + ExactSizeIterator + Clone {
        self.0.iter().map(apart)
    }

    /// All names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Name> + ExactSizeIterator {
        self.0.iter().map(|(name, _)| name)
    }

    /// All parts.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.0.iter().map(|(_, part)| part)
    }

    /// All parts, mutable. A part that is renamed is still found under its old name.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, part)| part)
    }

    /// All parts, without their names.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator {
        self.0.into_iter().map(|(_, part)| part)
    }
}

fn apart<T>((name, part): &(Name, T)) -> (&Name, &T) {
    (name, part)
}

/// The iterator of [`Parts::iter`].
pub(super) type Iter<'p, T> = std::iter::Map<std::slice::Iter<'p, (Name, T)>, fn(&'p (Name, T)) -> (&'p Name, &'p T)>;

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Parts<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// Of two parts with the same name, the later one is kept, as in any map.
impl<T> Extend<(Name, T)> for Parts<T> {
    fn extend<I: IntoIterator<Item = (Name, T)>>(&mut self, parts: I) {
        parts.into_iter().for_each(|(name, part)| drop(self.insert(name, part)));
    }
}

impl<T> FromIterator<(Name, T)> for Parts<T> {
    fn from_iter<I: IntoIterator<Item = (Name, T)>>(parts: I) -> Self {
        let mut all = Self::new();
        all.extend(parts);
        all
    }
}

impl<T, const N: usize> From<[(Name, T); N]> for Parts<T> {
    fn from(parts: [(Name, T); N]) -> Self {
        parts.into_iter().collect()
    }
}

impl<T> IntoIterator for Parts<T> {
    type Item = (Name, T);
    type IntoIter = std::vec::IntoIter<(Name, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p Parts<T> {
    type Item = (&'p Name, &'p T);
    type IntoIter = Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(apart)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((0..4_u8, "[a-f]", any::<u8>()), 0..60)) {
            let (mut parts, mut map) = (Parts::new(), BTreeMap::new());
            for (step, name, value) in steps {
                let name = Name::from(name);
                match step {
                    0 => prop_assert_eq!(parts.insert(name.clone(), value), map.insert(name, value)),
                    1 => prop_assert_eq!(parts.remove(&name), map.remove(&name)),
                    2 => prop_assert_eq!(
                        *parts.get_or_insert_with(name.clone(), || value),
                        *map.entry(name).or_insert(value)
                    ),
                    _ => {
                        parts.retain(|_, known| *known != value);
                        map.retain(|_, known| *known != value);
                    }
                }
                prop_assert!(parts.iter().eq(map.iter()), "{:?} {:?}", parts, map);
                prop_assert!(map.keys().all(|name| parts.get(name.as_str()) == map.get(name)));
            }
        }
    }

    #[test]
    fn the_first_takes_room_for_itself_alone() {
        let mut parts = Parts::new();
        parts.insert(Name::from("a"), 1);
        assert_eq!(parts.0.capacity(), 1);
    }
}
