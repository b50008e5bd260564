//! The columns of a table, in order and by name.
//!
//! Must not know any part of a column but its name.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Column, Name, list};

/// Columns by name, which is stored in the column only.
///
/// Equality ignores the order. Lookup is linear: most tables have a dozen columns, and no database allows more than
/// 4,096 (MySQL). A hash table would be larger than the columns, and several copies of a schema are in memory.
#[derive(Clone, Default)]
pub struct Columns(Vec<Column>);

impl Columns {
    /// An empty list.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// An empty list with this capacity.
    pub fn with_capacity(columns: usize) -> Self {
        Self(Vec::with_capacity(columns))
    }

    /// The column of this name.
    pub fn get<Q: Eq + ?Sized>(&self, name: &Q) -> Option<&Column>
    where
        Name: Borrow<Q>,
    {
        self.0.iter().find(|column| column.name.borrow() == name)
    }

    /// The column of this name, mutable. A renamed column is found under its new name.
    pub fn get_mut<Q: Eq + ?Sized>(&mut self, name: &Q) -> Option<&mut Column>
    where
        Name: Borrow<Q>,
    {
        self.0.iter_mut().find(|column| column.name.borrow() == name)
    }

    /// The index of the column of this name.
    pub fn position<Q: Eq + ?Sized>(&self, name: &Q) -> Option<usize>
    where
        Name: Borrow<Q>,
    {
        self.0.iter().position(|column| column.name.borrow() == name)
    }

    /// Whether a column of this name exists.
    pub fn contains_key<Q: Eq + ?Sized>(&self, name: &Q) -> bool
    where
        Name: Borrow<Q>,
    {
        self.position(name).is_some()
    }

    /// Appends a column, or replaces the one of its name and returns it.
    pub fn insert(&mut self, column: Column) -> Option<Column> {
        match self.get_mut(&column.name) {
            Some(known) => Some(std::mem::replace(known, column)),
            None => {
                self.0.push(column);
                None
            }
        }
    }

    /// Inserts a column with a new name at `position`, or at the end if there are fewer columns.
    pub fn insert_at(&mut self, position: usize, column: Column) {
        self.0.insert(position.min(self.0.len()), column);
    }

    /// Removes a column; later columns move up.
    pub fn remove<Q: Eq + ?Sized>(&mut self, name: &Q) -> Option<Column>
    where
        Name: Borrow<Q>,
    {
        self.position(name).map(|at| self.0.remove(at))
    }

    /// Retains the columns that satisfy a predicate.
    pub fn retain(&mut self, keep: impl FnMut(&mut Column) -> bool) {
        self.0.retain_mut(keep);
    }

    /// Shrinks the capacity to the number of columns.
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All names and columns.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Name, &Column)> + ExactSizeIterator + Clone {
        self.0.iter().map(named)
    }

    /// All names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Name> + ExactSizeIterator + Clone {
        self.0.iter().map(|column| &column.name)
    }

    /// All columns.
    pub fn values(&self) -> std::slice::Iter<'_, Column> {
        self.0.iter()
    }

    /// All columns, mutable.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Column> {
        self.0.iter_mut()
    }
}

fn named(column: &Column) -> (&Name, &Column) {
    (&column.name, column)
}

impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        let same = |(at, column): (usize, &Column)| match other.0.get(at) {
            Some(beside) if beside.name == column.name => beside == column,
            _ => other.get(&column.name) == Some(column),
        };
        self.len() == other.len() && self.0.iter().enumerate().all(same)
    }
}

impl Eq for Columns {}

impl fmt::Debug for Columns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// Of two columns with the same name, the later one is kept, at the position of the first.
impl Extend<Column> for Columns {
    fn extend<I: IntoIterator<Item = Column>>(&mut self, columns: I) {
        columns.into_iter().for_each(|column| drop(self.insert(column)));
    }
}

impl FromIterator<Column> for Columns {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        let columns = columns.into_iter();
        let mut all = Self::with_capacity(columns.size_hint().0);
        all.extend(columns);
        all
    }
}

impl IntoIterator for Columns {
    type Item = Column;
    type IntoIter = std::vec::IntoIter<Column>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'c> IntoIterator for &'c Columns {
    type Item = (&'c Name, &'c Column);
    type IntoIter = std::iter::Map<std::slice::Iter<'c, Column>, fn(&'c Column) -> (&'c Name, &'c Column)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(named)
    }
}

impl Serialize for Columns {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut columns = list::distinct::<Column, D>(deserializer)?;
        columns.shrink_to_fit();
        Ok(Self(columns))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Type;
    use super::*;

    fn column(name: &str, length: u32) -> Column {
        Column::new(name, Type::String(Some(length)))
    }

    proptest! {
        #[test]
        fn it_is_a_map_in_its_own_order(steps in prop::collection::vec((0..4_u8, "[a-f]", 0..9_u32), 0..60)) {
            let (mut columns, mut map) = (Columns::new(), indexmap::IndexMap::<String, Column>::new());
            for (step, name, length) in steps {
                let added = column(&name, length);
                match step {
                    0 => prop_assert_eq!(columns.insert(added.clone()), map.insert(name, added)),
                    1 => prop_assert_eq!(columns.remove(name.as_str()), map.shift_remove(&name)),
                    2 if !map.contains_key(&name) => {
                        let at = map.len().min(length as usize);
                        columns.insert_at(length as usize, added.clone());
                        map.shift_insert(at, name, added);
                    }
                    _ => {
                        columns.retain(|known| *known != column(known.name.as_str(), length));
                        map.retain(|name, known| *known != column(name, length));
                    }
                }
                prop_assert!(columns.values().eq(map.values()), "{:?} {:?}", columns, map);
                prop_assert!(map.keys().all(|name| columns.position(name.as_str()) == map.get_index_of(name)));
            }
        }

        #[test]
        fn order_is_no_difference(names in prop::collection::btree_set("[a-z]{1,2}", 0..9), turn in 0..9_usize, odd in 0..9_usize) {
            let columns: Vec<Column> = names.iter().map(|name| column(name, 1)).collect();
            let mut turned = columns.clone();
            turned.rotate_left(turn % names.len().max(1));
            let one: Columns = columns.into_iter().collect();
            let mut other: Columns = turned.into_iter().collect();
            prop_assert_eq!(&one, &other);
            if let Some(changed) = other.values_mut().nth(odd) {
                changed.nullable = true;
                prop_assert_ne!(&one, &other);
            }
        }
    }
}
