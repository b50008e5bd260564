//! Refuses plans that would break unmanaged objects. Some databases refuse such a change halfway, others accept it and leave
//! the objects broken.
//!
//! Must not know who excluded them.

use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{ForeignKey, KeptObjects, Name, ObjectName, Product, Schema, Table, View};

use super::Unsupported;
use super::expression::mentions;

/// Refuses the first operation that an unmanaged object depends on.
///
/// # Errors
/// The operation, and the unmanaged object that depends on its object.
pub(super) fn bears(product: Product, plan: &Plan, from: &Schema) -> Result<(), Unsupported> {
    let Some(beside) = from.kept.objects() else { return Ok(()) };
    let unmanaged = UnmanagedDependents { product, beside };
    // Unmanaged objects use the old names of tables.
    let mut earlier: Vec<(ObjectName, ObjectName)> = Vec::new();
    for op in plan.ops() {
        let known = |table: &ObjectName| {
            let found = earlier.iter().rev().find(|(_, later)| later == table);
            found.map_or_else(|| table.clone(), |(old, _)| old.clone())
        };
        let dependent = match op {
            Op::Drop(Object::Table(table)) => unmanaged.on_table(&known(&table.name)),
            Op::Drop(Object::Column(table, column)) => unmanaged.on_column(&known(table), &column.name),
            Op::Drop(Object::PrimaryKey(table, key)) => unmanaged.on_key(&known(table), &key.columns),
            Op::Drop(Object::Unique(table, unique)) => unmanaged.on_key(&known(table), &unique.columns),
            Op::Alter(Alter::PrimaryKey(table, change)) if change.from.columns != change.to.columns => {
                unmanaged.on_key(&known(table), &change.from.columns)
            }
            Op::Alter(Alter::Column(table, change)) if change.from.data_type != change.to.data_type => {
                unmanaged.on_type(&known(table), &change.to.name)
            }
            Op::Rename(Rename::Table(change)) => {
                let old = known(&change.from);
                let dependent = unmanaged.on_name(&old, None);
                earlier.push((old, change.to.clone()));
                dependent
            }
            Op::Rename(Rename::Column(table, change)) => unmanaged.on_name(&known(table), Some(&change.from)),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        };
        if let Some(dependent) = dependent {
            return Err(Unsupported {
                product,
                place: op.place(),
                reason: format!("{dependent} depends on it, and is excluded or not managed"),
                hint: "change or drop the dependent object by hand first, or remove it from `exclude` in the configuration so \
                       that both are changed together"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

/// Finds the unmanaged object that depends on a managed one, and describes it.
struct UnmanagedDependents<'a> {
    product: Product,
    beside: &'a KeptObjects,
}

impl UnmanagedDependents<'_> {
    fn key(&self, table: &ObjectName, uses: impl Fn(&ForeignKey) -> bool) -> Option<String> {
        let refers = |it: &&Table| it.foreign_keys.values().any(|key| key.references == *table && uses(key));
        let found = self.beside.tables.values().find(refers);
        found.map(|it| format!("a foreign key of table {}", it.name))
    }

    fn view(&self, table: &ObjectName, column: Option<&Name>) -> Option<String> {
        let names = |view: &View, name: &Name| mentions(self.product, view.query.text(), name.as_str());
        let reads = |view: &&View| {
            (view.reads.contains(table) || names(view, &table.name)) && column.is_none_or(|column| names(view, column))
        };
        let found = self.beside.views.values().find(reads);
        found.map(|view| format!("view {}", view.name))
    }

    fn on_table(&self, table: &ObjectName) -> Option<String> {
        self.key(table, |_| true).or_else(|| self.view(table, None))
    }

    fn on_column(&self, table: &ObjectName, column: &Name) -> Option<String> {
        self.key(table, |key| key.referenced_columns.contains(column)).or_else(|| self.view(table, Some(column)))
    }

    fn on_key(&self, table: &ObjectName, columns: &[Name]) -> Option<String> {
        self.key(table, |key| {
            let same = key.referenced_columns.len() == columns.len();
            key.referenced_columns.is_empty()
                || same && key.referenced_columns.iter().all(|name| columns.contains(name))
        })
    }

    /// SQLite retypes every column, PostgreSQL also one with a foreign key, MySQL and MariaDB also one that a view reads.
    fn on_type(&self, table: &ObjectName, column: &Name) -> Option<String> {
        match self.product {
            Product::Sqlite => None,
            Product::Postgres => self.view(table, Some(column)),
            Product::MySql | Product::MariaDb => self.key(table, |key| key.referenced_columns.contains(column)),
        }
    }

    /// Every database renames in foreign keys. MySQL and MariaDB do not rename in views.
    fn on_name(&self, table: &ObjectName, column: Option<&Name>) -> Option<String> {
        match self.product {
            Product::Sqlite | Product::Postgres => None,
            Product::MySql | Product::MariaDb => self.view(table, column),
        }
    }
}
