//! Tables and columns whose names differ in case only, on databases that ignore case: they are the same objects, and no
//! question is needed.
//!
//! Must not know who declares them, or how a rename is written.

use crate::plan::Rename;
use crate::schema::{Change, Name, ObjectName, Product, Schema};

/// The renames in `new` that change case only, tables before their parts. MySQL and MariaDB distinguish tables by case on
/// most systems, and columns on none.
pub fn in_another_case(product: Product, new: &Schema, old: &Schema) -> Vec<Rename> {
    let (tables, columns) = match product {
        Product::Postgres => (false, false),
        Product::MySql | Product::MariaDb => (false, true),
        Product::Sqlite => (true, true),
    };
    let mut renames = Vec::new();
    let mut within = Vec::new();
    for (name, table) in &new.tables {
        let before = match old.tables.get(name) {
            Some(before) => before,
            None => {
                let same = |other: &ObjectName| other.schema == name.schema && differs_in_case(&other.name, &name.name);
                let mut gone = old.tables.iter().filter(|(other, _)| tables && !new.tables.contains_key(other));
                let Some((other, before)) = gone.find(|(other, _)| same(other)) else { continue };
                renames.push(Rename::Table(Change::new(other.clone(), name.clone())));
                before
            }
        };
        if table.columns.keys().eq(before.columns.keys()) {
            continue;
        }
        for column in table.columns.keys().filter(|it| columns && !before.columns.contains_key(*it)) {
            let mut gone = before.columns.keys().filter(|it| !table.columns.contains_key(*it));
            if let Some(other) = gone.find(|other| differs_in_case(other, column)) {
                within.push(Rename::Column(name.clone(), Change::new(other.clone(), column.clone())));
            }
        }
    }
    renames.append(&mut within);
    renames
}

/// Whether two names are the same but for the case of their letters.
pub(super) fn differs_in_case(one: &Name, other: &Name) -> bool {
    one != other && one.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Table, Type};

    fn schema(table: &str, column: &str) -> Schema {
        let mut table = Table::new(ObjectName::local(table));
        table.columns.insert(Column::new(column, Type::Native("int".to_owned())));
        let mut schema = Schema::default();
        schema.tables.insert(table.name.clone(), table);
        schema
    }

    #[test]
    fn each_database_sees_case_where_it_does() {
        let found = |product, old: &Schema, new: &Schema| in_another_case(product, new, old).len();
        let (old, column, both) = (schema("t", "Id"), schema("t", "id"), schema("T", "id"));
        assert_eq!([found(Product::Postgres, &old, &column), found(Product::Postgres, &old, &both)], [0, 0]);
        assert_eq!([found(Product::MySql, &old, &column), found(Product::MySql, &old, &both)], [1, 0]);
        assert_eq!([found(Product::Sqlite, &old, &column), found(Product::Sqlite, &old, &both)], [1, 2]);
        assert_eq!(found(Product::Sqlite, &old, &schema("t", "di")), 0);
    }
}
