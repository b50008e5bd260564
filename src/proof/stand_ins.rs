//! Stand-ins on the scratch database for unmanaged tables: those that foreign keys reference, and those that views, triggers,
//! routines and policies name.
//!
//! Must not know databases. If such a table is known, it gets the parts that other objects need; otherwise it gets the
//! columns that foreign keys reference.

use sea_gen_runner::migration::Migration;

use crate::plan::{Names, Shape, Space};
use crate::schema::{
    Column, Columns, ForeignKey, IndexTarget, Name, ObjectName, PrimaryKey, Product, Schema, Table, Tables, Type,
    Unique,
};

use super::part::{TouchedPart, WordSet};

/// The tables that the part references and that are in none of the schemas.
pub(super) fn find(part: &TouchedPart, schemas: &[&Schema]) -> Tables {
    let is_managed = |name: &ObjectName| {
        schemas
            .iter()
            .any(|it| it.tables.contains_key(name) || it.views.contains_key(name) || it.relation_beside(name).is_some())
    };
    let mut found = Tables::new();
    let kept = schemas.iter().find_map(|schema| schema.kept.objects());
    for schema in schemas {
        let (bodies, _) = part.texts(schema);
        let words = WordSet::of(bodies.into_iter());
        for table in kept.iter().flat_map(|it| it.tables.values()).filter(|it| !it.columns.is_empty()) {
            let named = words.name(&table.name.name) || refers(part, schema, &table.name);
            if named && !is_managed(&table.name) {
                found.insert(table.name.clone(), bare(table));
            }
        }
        for owner in part.tables.iter().filter_map(|name| schema.tables.get(name)) {
            for key in owner.foreign_keys.values().filter(|key| !is_managed(&key.references)) {
                let known = kept.and_then(|it| it.tables.get(&key.references)).is_some_and(|it| !it.columns.is_empty());
                if !known {
                    let mut table = found.remove(&key.references).unwrap_or_else(|| Table::new(key.references.clone()));
                    referred_to(&mut table, owner, key);
                    found.insert(table.name.clone(), table);
                }
            }
        }
    }
    found
}

/// The tables that a whole schema references and that no migration creates.
pub(super) fn of_whole(schema: &Schema, migrations: &[Migration]) -> Tables {
    let mut found = find(&TouchedPart::whole(schema), &[schema]);
    let makes = |sql: &str, name: &ObjectName| {
        let head = sql.split('(').next().unwrap_or_default();
        head.trim_start().to_lowercase().starts_with("create table") && WordSet::of([head].into_iter()).name(&name.name)
    };
    let statements = || migrations.iter().flat_map(|migration| &migration.up);
    found.retain(|name, _| !statements().any(|statement| makes(&statement.sql, name)));
    found
}

fn refers(part: &TouchedPart, schema: &Schema, to: &ObjectName) -> bool {
    let tables = part.tables.iter().filter_map(|name| schema.tables.get(name));
    tables.flat_map(|table| table.foreign_keys.values()).any(|key| key.references == *to)
}

/// A table's columns and unique keys, which are all that other objects need.
fn bare(table: &Table) -> Table {
    let mut bare = Table::new(table.name.clone());
    let columns = table.columns.values().filter(|column| !matches!(column.data_type, Type::Enum(_) | Type::Array(_)));
    bare.columns = columns
        .map(|column| Column {
            nullable: column.nullable,
            collation: column.collation.clone(),
            ..Column::new(column.name.clone(), column.data_type.clone())
        })
        .collect::<Columns>();
    let has = |columns: &[Name]| columns.iter().all(|name| bare.columns.contains_key(name));
    let key = table.primary_key.as_ref().filter(|key| has(&key.columns));
    bare.primary_key = key.map(|key| PrimaryKey { options: Default::default(), ..key.clone() });
    let uniques = table.uniques.values().filter(|unique| has(&unique.columns));
    let uniques: Vec<Unique> = uniques.map(|it| Unique { options: Default::default(), ..it.clone() }).collect();
    bare.uniques.extend(uniques.into_iter().map(|it| (it.name.clone(), it)));
    let plain = |index: &&crate::schema::Index| {
        let of_columns = index.parts.iter().all(|part| match &part.target {
            IndexTarget::Column(name) => bare.columns.contains_key(name) && part.options.is_empty(),
            IndexTarget::Expression(_) => false,
        });
        index.unique && index.predicate.is_none() && index.include.is_empty() && of_columns
    };
    let indexes: Vec<_> = table.indexes.values().filter(plain).cloned().collect();
    bare.indexes.extend(indexes.into_iter().map(|it| (it.name.clone(), it)));
    let shared = ["engine", "collation"];
    bare.options = table.options.clone();
    bare.options.retain(|key, _| shared.contains(&key.as_str()));
    bare
}

/// Adds to an unknown table the columns that a foreign key references, with the types of the referencing columns.
fn referred_to(table: &mut Table, owner: &Table, key: &ForeignKey) {
    // On SQLite a foreign key without columns references the primary key.
    let own: Vec<Name> = match key.referenced_columns.is_empty() {
        true => key.columns.clone(),
        false => key.referenced_columns.clone(),
    };
    for (name, column) in own.iter().zip(&key.columns) {
        let Some(column) = owner.columns.get(column).filter(|_| !table.columns.contains_key(name)) else { continue };
        table.columns.insert(Column {
            nullable: false,
            collation: column.collation.clone(),
            ..Column::new(name.clone(), column.data_type.clone())
        });
    }
    match &table.primary_key {
        None => table.primary_key = Some(PrimaryKey { name: None, columns: own, options: Default::default() }),
        Some(primary) if primary.columns == own => {}
        Some(_) if table.uniques.values().any(|unique| unique.columns == own) => {}
        Some(_) => {
            let shape = Shape { before: "", stem: own.first().map_or("", Name::as_str), after: "_referred_to" };
            let name = Names::new(Product::Postgres, []).invent(&Space::Objects, shape);
            table.uniques.insert(name.clone(), Unique { name, columns: own, options: Default::default() });
        }
    }
}
