//! The tables of a schema, by name.
//!
//! Must not know the parts of a table.

use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

use super::{ObjectName, Table};

/// A map whose copies share their tables: nearly all tables are the same in the previous, current and target schema. A
/// table is copied when it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<ObjectName, Arc<Table>>);

impl Tables {
    /// An empty map.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The table of this name.
    pub fn get(&self, name: &ObjectName) -> Option<&Table> {
        self.0.get(name).map(|table| &**table)
    }

    /// The table of this name, mutable.
    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.0.get_mut(name).map(Arc::make_mut)
    }

    /// Whether a table of this name exists.
    pub fn contains_key(&self, name: &ObjectName) -> bool {
        self.0.contains_key(name)
    }

    /// Inserts a table and returns the one it replaces.
    pub fn insert(&mut self, name: ObjectName, table: impl Into<Arc<Table>>) -> Option<Arc<Table>> {
        self.0.insert(name, table.into())
    }

    /// Removes a table.
    pub fn remove(&mut self, name: &ObjectName) -> Option<Table> {
        self.0.remove(name).map(Arc::unwrap_or_clone)
    }

    /// Retains the tables that satisfy a predicate.
    pub fn retain(&mut self, mut keep: impl FnMut(&ObjectName, &Table) -> bool) {
        self.0.retain(|name, table| keep(name, table));
    }

    /// The number of tables.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All names and tables.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ObjectName, &Table)> + ExactSizeIterator + Clone {
        self.0.iter().map(apart)
    }

    /// Equality that does not compare shared tables.
    pub fn shared(&self) -> impl DoubleEndedIterator<Item = (&ObjectName, &Arc<Table>)> + ExactSizeIterator + Clone {
        self.0.iter()
    }

    /// Whether this table is shared with this map.
    pub fn holds(&self, table: &Arc<Table>) -> bool {
        self.0.get(&table.name).is_some_and(|own| Arc::ptr_eq(own, table))
    }

    /// The table of this map that has the same text as this one.
    pub fn share(&self, table: &Table) -> Option<Arc<Table>> {
        self.0.get(&table.name).filter(|own| std::ptr::eq(&***own, table) || own.has_same_text(table)).cloned()
    }

    /// Shares the tables that have the same text in another map.
    pub fn share_with(&mut self, other: &Self) {
        for table in self.0.values_mut() {
            if let Some(shared) = other.share(table) {
                *table = shared;
            }
        }
    }

    /// All tables as changed by `change`, under their new names. Tables shared with `kept` are unchanged, and results
    /// with the same text as one in `kept` are shared with it.
    ///
    /// # Errors
    /// The first of `change`.
    pub fn changed<E>(self, kept: &Self, mut change: impl FnMut(&mut Table) -> Result<(), E>) -> Result<Self, E> {
        let change = |table: Arc<Table>| {
            if kept.holds(&table) {
                return Ok((table.name.clone(), table));
            }
            let mut table = Arc::unwrap_or_clone(table);
            change(&mut table)?;
            Ok((table.name.clone(), kept.share(&table).unwrap_or_else(|| table.into())))
        };
        self.0.into_values().map(change).collect()
    }

    /// All names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &ObjectName> + ExactSizeIterator + Clone {
        self.0.keys()
    }

    /// All tables.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Table> + ExactSizeIterator + Clone {
        self.0.values().map(|table| &**table)
    }

    /// The tables that satisfy a predicate, mutable; all others stay shared.
    pub fn values_mut_where(&mut self, is_one: impl Fn(&Table) -> bool) -> impl Iterator<Item = &mut Table> {
        self.0.values_mut().filter(move |table| is_one(table)).map(Arc::make_mut)
    }

    /// All tables, mutable; none of them stays shared.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Table> + ExactSizeIterator {
        self.0.values_mut().map(Arc::make_mut)
    }

    /// All tables, without their names.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Table> + ExactSizeIterator {
        self.0.into_values().map(Arc::unwrap_or_clone)
    }
}

fn apart<'t>((name, table): (&'t ObjectName, &'t Arc<Table>)) -> (&'t ObjectName, &'t Table) {
    (name, table)
}

impl<T: Into<Arc<Table>>> Extend<(ObjectName, T)> for Tables {
    fn extend<I: IntoIterator<Item = (ObjectName, T)>>(&mut self, tables: I) {
        self.0.extend(tables.into_iter().map(|(name, table)| (name, table.into())));
    }
}

impl<T: Into<Arc<Table>>> FromIterator<(ObjectName, T)> for Tables {
    fn from_iter<I: IntoIterator<Item = (ObjectName, T)>>(tables: I) -> Self {
        Self(tables.into_iter().map(|(name, table)| (name, table.into())).collect())
    }
}

impl<T: Into<Arc<Table>>, const N: usize> From<[(ObjectName, T); N]> for Tables {
    fn from(tables: [(ObjectName, T); N]) -> Self {
        tables.into_iter().collect()
    }
}

impl IntoIterator for Tables {
    type Item = (ObjectName, Table);
    type IntoIter = std::iter::Map<
        btree_map::IntoIter<ObjectName, Arc<Table>>,
        fn((ObjectName, Arc<Table>)) -> (ObjectName, Table),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(name, table)| (name, Arc::unwrap_or_clone(table)))
    }
}

impl<'t> IntoIterator for &'t Tables {
    type Item = (&'t ObjectName, &'t Table);
    type IntoIter = std::iter::Map<
        btree_map::Iter<'t, ObjectName, Arc<Table>>,
        fn((&'t ObjectName, &'t Arc<Table>)) -> (&'t ObjectName, &'t Table),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(apart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_what_is_not_changed() {
        let (a, b) = (ObjectName::local("a"), ObjectName::local("b"));
        let one: Tables = [&a, &b].map(|name| (name.clone(), Table::new(name.clone()))).into();
        let mut other = one.clone();
        if let Some(table) = other.get_mut(&b) {
            table.comment = Some("changed".to_owned());
        }
        let same: Vec<bool> =
            one.shared().zip(other.shared()).map(|((_, one), (_, other))| Arc::ptr_eq(one, other)).collect();
        assert_eq!(same, [true, false]);
        assert_eq!(one.get(&b).and_then(|table| table.comment.as_deref()), None);
        assert_eq!(other.remove(&b).and_then(|table| table.comment).as_deref(), Some("changed"));
        assert_ne!(one, other);
    }
}
