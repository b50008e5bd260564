//! The tables of a schema, by name: shared by the copies of a schema, each with the note whether it is normalised.
//!
//! Must not know the parts of a table.

use std::collections::{BTreeMap, btree_map};
use std::ops::Deref;
use std::sync::Arc;

use super::{ObjectName, Product, Table};

/// A map whose copies share their tables: nearly all tables are the same in the previous, current and target schema. A
/// table is copied when it is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables(BTreeMap<ObjectName, Arc<SharedTable>>);

/// A table that several maps hold, and the product whose normal form it has, if it is normalised. Whoever changes the table
/// removes the note, so that a schema is normalised again at the cost of its changed tables. It is no part of a comparison.
#[derive(Clone, Debug)]
pub struct SharedTable {
    table: Table,
    normal_for: Option<Product>,
}

impl SharedTable {
    /// Whether the table has the normal form of a product.
    pub fn is_normal_for(&self, product: Product) -> bool {
        self.normal_for == Some(product)
    }

    /// The table, to change it: it is copied if it is shared.
    fn make_mut(shared: &mut Arc<Self>) -> &mut Table {
        let own = Arc::make_mut(shared);
        own.normal_for = None;
        &mut own.table
    }

    fn into_table(shared: Arc<Self>) -> Table {
        Arc::unwrap_or_clone(shared).table
    }
}

impl PartialEq for SharedTable {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

impl Eq for SharedTable {}

impl Deref for SharedTable {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

impl From<Table> for Arc<SharedTable> {
    fn from(table: Table) -> Self {
        Self::new(SharedTable { table, normal_for: None })
    }
}

impl Tables {
    /// An empty map.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The table of this name.
    pub fn get(&self, name: &ObjectName) -> Option<&Table> {
        self.0.get(name).map(|shared| &shared.table)
    }

    /// The table of this name, mutable.
    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.0.get_mut(name).map(SharedTable::make_mut)
    }

    /// Whether a table of this name exists.
    pub fn contains_key(&self, name: &ObjectName) -> bool {
        self.0.contains_key(name)
    }

    /// Inserts a table and returns the one it replaces.
    pub fn insert(&mut self, name: ObjectName, table: impl Into<Arc<SharedTable>>) -> Option<Arc<SharedTable>> {
        self.0.insert(name, table.into())
    }

    /// Removes a table.
    pub fn remove(&mut self, name: &ObjectName) -> Option<Table> {
        self.0.remove(name).map(SharedTable::into_table)
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

    /// All names and tables, as they are shared: comparing two of them ends at once where they are the same one.
    pub fn shared(
        &self,
    ) -> impl DoubleEndedIterator<Item = (&ObjectName, &Arc<SharedTable>)> + ExactSizeIterator + Clone {
        self.0.iter()
    }

    /// Whether this table is shared with this map.
    pub fn holds(&self, table: &Arc<SharedTable>) -> bool {
        self.0.get(&table.name).is_some_and(|own| Arc::ptr_eq(own, table))
    }

    /// The table of this map that has the same text as this one.
    pub fn share(&self, table: &Table) -> Option<Arc<SharedTable>> {
        self.0
            .get(&table.name)
            .filter(|own| std::ptr::eq(&raw const own.table, table) || own.has_same_text(table))
            .cloned()
    }

    /// Replaces the tables that have the same text in another map by those of that map.
    pub fn take_equal(&mut self, other: &Self) {
        for table in self.0.values_mut() {
            if let Some(shared) = other.share(table) {
                *table = shared;
            }
        }
    }

    /// All tables, under their new names, with `normalize` applied to those that do not have the normal form of a product.
    ///
    /// # Errors
    /// The first of `normalize`.
    pub fn normalized<E>(
        self,
        product: Product,
        mut normalize: impl FnMut(&mut Table) -> Result<(), E>,
    ) -> Result<Self, E> {
        let normalize = |shared: Arc<SharedTable>| {
            if shared.is_normal_for(product) {
                return Ok((shared.name.clone(), shared));
            }
            let mut table = SharedTable::into_table(shared);
            normalize(&mut table)?;
            Ok((table.name.clone(), table.into()))
        };
        self.0.into_values().map(normalize).collect()
    }

    /// Notes that every table has the normal form of a product.
    pub fn note_normal_for(&mut self, product: Product) {
        for shared in self.0.values_mut().filter(|shared| !shared.is_normal_for(product)) {
            Arc::make_mut(shared).normal_for = Some(product);
        }
    }

    /// All names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &ObjectName> + ExactSizeIterator + Clone {
        self.0.keys()
    }

    /// All tables.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Table> + ExactSizeIterator + Clone {
        self.0.values().map(|shared| &shared.table)
    }

    /// The tables that satisfy a predicate, mutable; all others stay shared.
    pub fn values_mut_where(&mut self, is_one: impl Fn(&Table) -> bool) -> impl Iterator<Item = &mut Table> {
        self.0.values_mut().filter(move |table| is_one(table)).map(SharedTable::make_mut)
    }

    /// All tables, mutable; none of them stays shared.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Table> + ExactSizeIterator {
        self.0.values_mut().map(SharedTable::make_mut)
    }

    /// All tables, without their names.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Table> + ExactSizeIterator {
        self.0.into_values().map(SharedTable::into_table)
    }
}

fn apart<'t>((name, shared): (&'t ObjectName, &'t Arc<SharedTable>)) -> (&'t ObjectName, &'t Table) {
    (name, &shared.table)
}

impl<T: Into<Arc<SharedTable>>> Extend<(ObjectName, T)> for Tables {
    fn extend<I: IntoIterator<Item = (ObjectName, T)>>(&mut self, tables: I) {
        self.0.extend(tables.into_iter().map(|(name, table)| (name, table.into())));
    }
}

impl<T: Into<Arc<SharedTable>>> FromIterator<(ObjectName, T)> for Tables {
    fn from_iter<I: IntoIterator<Item = (ObjectName, T)>>(tables: I) -> Self {
        Self(tables.into_iter().map(|(name, table)| (name, table.into())).collect())
    }
}

impl<T: Into<Arc<SharedTable>>, const N: usize> From<[(ObjectName, T); N]> for Tables {
    fn from(tables: [(ObjectName, T); N]) -> Self {
        tables.into_iter().collect()
    }
}

impl IntoIterator for Tables {
    type Item = (ObjectName, Table);
    type IntoIter = std::iter::Map<
        btree_map::IntoIter<ObjectName, Arc<SharedTable>>,
        fn((ObjectName, Arc<SharedTable>)) -> (ObjectName, Table),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(name, table)| (name, SharedTable::into_table(table)))
    }
}

impl<'t> IntoIterator for &'t Tables {
    type Item = (&'t ObjectName, &'t Table);
    type IntoIter = std::iter::Map<
        btree_map::Iter<'t, ObjectName, Arc<SharedTable>>,
        fn((&'t ObjectName, &'t Arc<SharedTable>)) -> (&'t ObjectName, &'t Table),
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

    #[test]
    fn a_table_is_normalised_once_until_it_is_changed() {
        let (a, b) = (ObjectName::local("a"), ObjectName::local("b"));
        let mut tables: Tables = [&a, &b].map(|name| (name.clone(), Table::new(name.clone()))).into();
        let mut normalized = Vec::new();
        for _ in 0..2 {
            let normalize = |table: &mut Table| {
                normalized.push(table.name.to_string());
                Ok::<(), ()>(())
            };
            tables = tables.normalized(Product::Sqlite, normalize).unwrap();
            tables.note_normal_for(Product::Sqlite);
            tables.get_mut(&b).unwrap().comment = Some("changed".to_owned());
        }
        assert_eq!(normalized, ["a", "b", "b"]);
        let is_normal = |product| tables.shared().map(|(_, table)| table.is_normal_for(product)).collect::<Vec<_>>();
        assert_eq!(is_normal(Product::Sqlite), [true, false]);
        assert_eq!(is_normal(Product::MySql), [false, false]);
    }
}
