//! The intermediate schema in which rows are filled: nothing is dropped yet, and nothing is required yet of filled columns.
//!
//! The changes to it and from it are planned like any other. Must not know how rows are filled.

use std::collections::BTreeSet;

use crate::dialect::expression::mentions;
use crate::dialect::{Dialect, Unsupported};
use crate::plan::{Op, Plan, Rename, apply};
use crate::schema::{
    Column, DefaultValue, Expression, ForeignKey, Index, IndexTarget, Name, Normalized, ObjectName, Place, Product,
    Schema, Table, Type, View,
};

use super::backfill::{Backfill, Conversion, Replacement};

/// The target, relaxed: filled columns are nullable or have their constant value as a default; converted columns exist twice,
/// with their former values under a generated name and with their new type, without values; dropped objects still exist, so
/// that they can be read; and constraints that could fail on unfilled columns are missing.
///
/// # Errors
/// None for a target this dialect normalised.
pub(super) fn halfway(
    dialect: &dyn Dialect,
    (from, to): (&Normalized, &Normalized),
    renames: &[Rename],
    fills: &[Backfill],
    conversions: &[Conversion<'_>],
    replaced: &[Replacement],
) -> Result<Normalized, Unsupported> {
    let mut before = from.schema().clone();
    // Renames that do not apply are refused when the statements are rendered.
    let _ = apply(&Plan::new(renames.iter().cloned().map(Op::Rename).collect()), &mut before);
    let mut schema = to.schema().clone();
    for it in fills.iter().chain(conversions.iter().map(|it| it.to)) {
        let is_new = !before.tables.get(&it.table).is_some_and(|table| table.columns.contains_key(&it.column));
        let Some(table) = schema.tables.get_mut(&it.table) else { continue };
        if let Some(column) = table.columns.get_mut(&it.column) {
            if is_new && fills.contains(it) && is_constant(&it.value) && takes_a_default(dialect.product(), column) {
                column.default = Some(DefaultValue::Expression(Expression::new(it.value.trim())));
            } else {
                column.nullable = true;
                // A default would look like a converted value.
                column.default.take_if(|_| conversions.iter().any(|conversion| conversion.to == it));
            }
        }
        let old = before.tables.get(&it.table);
        demand_nothing(dialect.product(), table, old, &it.column);
        lean_on_nothing(&mut schema, &before, &it.table, &it.column);
    }
    // A fill reads the former values: conversions, replacements and computed columns come after it.
    let given = || fills.iter().chain(conversions.iter().map(|it| it.to));
    let is_read = |name: &Name| {
        given().any(|it| mentions(dialect.product(), &it.value, name.as_str()))
            || replaced.iter().any(|it| it.column == *name)
    };
    let is_written = |table: &ObjectName, name: &Name| given().any(|it| it.table == *table && it.column == *name);
    for old in before.tables.values() {
        let Some(table) = schema.tables.get_mut(&old.name) else { continue };
        let in_key = |name: &Name| table.primary_key.as_ref().is_some_and(|key| key.columns.contains(name));
        let changes = |column: &&Column| {
            let new = table.columns.get(&column.name);
            new.is_some_and(|new| new.data_type != column.data_type || new.generated != column.generated)
        };
        let read = old.columns.values().filter(changes).filter(|column| is_read(&column.name) && !in_key(&column.name));
        let read: Vec<Column> = read.filter(|column| !is_written(&old.name, &column.name)).cloned().collect();
        for column in read {
            let name = column.name.clone();
            if let Some(table) = schema.tables.get_mut(&old.name) {
                table.columns.insert(column);
                demand_nothing(dialect.product(), table, Some(old), &name);
            }
            lean_on_nothing(&mut schema, &before, &old.name, &name);
        }
        let types = old.columns.values().filter(|column| is_read(&column.name));
        types
            .filter_map(|column| column.data_type.enum_name())
            .for_each(|name| keep_values(&before, &mut schema, name));
    }
    for Conversion { to, aside } in conversions {
        let aside = before.tables.get(&to.table).and_then(|table| table.columns.get(aside));
        if let (Some(aside), Some(table)) = (aside, schema.tables.get_mut(&to.table)) {
            table.columns.insert(Column { nullable: true, default: None, ..aside.clone() });
        }
        leave_out_what_reads(dialect.product(), &mut schema, &to.table, &to.column);
    }
    keep(&before, &mut schema);
    dialect.normalize(schema)
}

/// Removes objects that read a column with former values: they would go on reading the column that is dropped.
fn leave_out_what_reads(product: Product, schema: &mut Schema, of: &ObjectName, column: &Name) {
    let names = |text: &str| mentions(product, text, column.as_str());
    lean_on_nothing(schema, &Schema::default(), of, column);
    schema.definitions.retain(|_, it| {
        let needs = it.needs.contains(&Place::column(of, column));
        !needs && (it.id.on.as_ref() != Some(of) || !names(it.create.text()))
    });
    let Some(table) = schema.tables.get_mut(of) else { return };
    demand_nothing(product, table, None, column);
    if product == Product::Postgres {
        table.triggers.retain(|_, trigger| !names(trigger.definition.text()));
    }
    let is_read = |it: &Column| it.generated.as_ref().is_some_and(|it| names(it.expression.text()));
    let computed: Vec<Name> = table.columns.values().filter(|it| is_read(it)).map(|it| it.name.clone()).collect();
    table.columns.retain(|it| !computed.contains(&it.name));
    for name in &computed {
        leave_out_what_reads(product, schema, of, name);
    }
    // Views of MySQL and MariaDB find columns by their names each time they are read.
    if matches!(product, Product::Postgres | Product::Sqlite) {
        leave_out_readers(schema, vec![of.clone()]);
    }
    if product == Product::Sqlite {
        leave_out_triggers_elsewhere(schema, of, column);
    }
}

/// Takes out the triggers of other tables and of views that name a column: SQLite writes its name in between into them. Those
/// of its own table come back with the table, which is made anew.
fn leave_out_triggers_elsewhere(schema: &mut Schema, of: &ObjectName, column: &Name) {
    let names = |text: &str| {
        mentions(Product::Sqlite, text, of.name.as_str()) && mentions(Product::Sqlite, text, column.as_str())
    };
    let others = schema.tables.values().filter(|table| table.name != *of);
    let others = others.filter(|table| table.triggers.values().any(|it| names(it.definition.text())));
    for name in others.map(|table| table.name.clone()).collect::<Vec<_>>() {
        if let Some(table) = schema.tables.get_mut(&name) {
            table.triggers.retain(|_, trigger| !names(trigger.definition.text()));
        }
    }
    // A trigger of a view is dropped and created with it.
    let views = schema.views.values().filter(|view| view.options.values().any(|text| names(text)));
    let views: Vec<ObjectName> = views.map(|view| view.name.clone()).collect();
    views.iter().for_each(|name| leave_out(schema, name));
    leave_out_readers(schema, views);
}

/// Removes the views that read one of these, and the views that read those.
fn leave_out_readers(schema: &mut Schema, mut read: Vec<ObjectName>) {
    while !read.is_empty() {
        let reads_one = |view: &&View| view.reads.iter().any(|it| read.contains(it));
        let late: Vec<ObjectName> = schema.views.values().filter(reads_one).map(|view| view.name.clone()).collect();
        late.iter().for_each(|name| leave_out(schema, name));
        read = late;
    }
}

/// Whether a new column has the value from the start, as its default.
pub(super) fn comes_with_it(table: &Table, it: &Backfill) -> bool {
    table.columns.get(&it.column).is_some_and(|column| !column.nullable)
}

/// Whether the value is one and the same for every row, whatever the row and the moment: a number, a text, true or false.
fn is_constant(value: &str) -> bool {
    let value = value.trim();
    let text = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let is_text = text.is_some_and(|text| !text.contains(['\'', '\\']));
    let is_number = value.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && value.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '.'))
        && value.parse::<f64>().is_ok();
    is_text || is_number || value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

/// MySQL allows no plain default for BLOB and TEXT types.
fn takes_a_default(product: Product, column: &Column) -> bool {
    let is_long = |spelling: &str| ["text", "blob", "json", "geometry"].iter().any(|word| spelling.contains(word));
    match (product, &column.data_type) {
        (Product::MySql | Product::MariaDb, Type::Native(spelling)) => !is_long(spelling),
        _ => true,
    }
}

/// Removes new constraints of a table that could fail on the rows while a column is not filled.
fn demand_nothing(product: Product, table: &mut Table, before: Option<&Table>, column: &Name) {
    let names = |text: &str| mentions(product, text, column.as_str());
    let of_index = |index: &Index| {
        let part = |part: &crate::schema::IndexPart| match &part.target {
            IndexTarget::Column(name) => name == column,
            IndexTarget::Expression(expression) => names(expression.text()),
        };
        index.parts.iter().any(part) || index.predicate.iter().any(|it| names(it.text()))
    };
    table.uniques.retain(|name, it| {
        !it.columns.contains(column) || before.is_some_and(|table| table.uniques.get(name) == Some(it))
    });
    table.checks.retain(|name, it| {
        !names(it.expression.text()) || before.is_some_and(|table| table.checks.get(name) == Some(it))
    });
    table.indexes.retain(|name, it| !of_index(it) || before.is_some_and(|table| table.indexes.get(name) == Some(it)));
    table.foreign_keys.retain(|name, it| {
        !it.columns.contains(column) || before.is_some_and(|table| table.foreign_keys.get(name) == Some(it))
    });
}

/// Removes the foreign keys to a column that did not exist before.
fn lean_on_nothing(schema: &mut Schema, before: &Schema, table: &ObjectName, column: &Name) {
    for other in schema.tables.values_mut() {
        let leans = |key: &ForeignKey| key.references == *table && key.referenced_columns.contains(column);
        if other.foreign_keys.values().any(leans) {
            let there = before.tables.get(&other.name).map(|table| &table.foreign_keys);
            other.foreign_keys.retain(|name, key| !leans(key) || there.is_some_and(|keys| keys.get(name) == Some(key)));
        }
    }
}

/// Keeps dropped tables and columns, so that fills can read them. Views that may read every column wait.
fn keep(before: &Schema, schema: &mut Schema) {
    let mut widened: BTreeSet<ObjectName> = BTreeSet::new();
    // A view that takes a table's name waits, and so does whatever reads it.
    let waiting: Vec<ObjectName> =
        schema.views.keys().filter(|name| before.tables.contains_key(name)).cloned().collect();
    waiting.iter().for_each(|name| leave_out(schema, name));
    leave_out_readers(schema, waiting);
    for (name, old) in &before.tables {
        let Some(table) = schema.tables.get(name) else {
            let taken = schema.enums.contains_key(name);
            if !taken && schema.relation_beside(name).is_none() {
                schema.tables.insert(name.clone(), bare(old));
            }
            continue;
        };
        let gone = old.columns.values().filter(|column| column.generated.is_none());
        let gone: Vec<Column> = gone.filter(|column| !table.columns.contains_key(&column.name)).cloned().collect();
        if gone.is_empty() {
            continue;
        }
        widened.insert(name.clone());
        if let Some(table) = schema.tables.get_mut(name) {
            gone.into_iter().for_each(|column| drop(table.columns.insert(Column { identity: None, ..column })));
        }
    }
    loop {
        let late = schema.views.values().find(|view| {
            let star = view.query.text().contains('*') && view.reads.iter().any(|read| widened.contains(read));
            let below = |read: &ObjectName| before.views.contains_key(read) && !schema.views.contains_key(read);
            star || view.reads.iter().any(|read| !schema.tables.contains_key(read) && below(read))
        });
        let Some(late) = late.map(|view| view.name.clone()) else { break };
        leave_out(schema, &late);
    }
    let types =
        schema.tables.values().flat_map(|table| table.columns.values()).filter_map(|it| it.data_type.enum_name());
    let missing: BTreeSet<ObjectName> = types.filter(|name| !schema.enums.contains_key(*name)).cloned().collect();
    for name in missing {
        if let Some(kept) = before.enums.get(&name) {
            schema.enums.insert(name, kept.clone());
        }
    }
}

/// Keeps the removed values of an enum type.
fn keep_values(before: &Schema, schema: &mut Schema, name: &ObjectName) {
    let (Some(old), Some(new)) = (before.enums.get(name), schema.enums.get_mut(name)) else { return };
    let mut values = old.values.clone();
    let came: Vec<String> = new.values.iter().filter(|value| !values.contains(value)).cloned().collect();
    if old.values.iter().any(|value| !new.values.contains(value)) {
        values.extend(came);
        new.values = values;
    }
}

/// Whether an expression reads a column that has another type, or a type with other values, behind halfway.
pub(super) fn changes_behind(product: Product, (halfway, to): (&Normalized, &Normalized), value: &str) -> bool {
    let (halfway, to) = (halfway.schema(), to.schema());
    let of = |schema: &Schema, column: &Column| {
        let values = column.data_type.enum_name().and_then(|name| schema.enums.get(name)).map(|it| it.values.clone());
        (column.data_type.clone(), values)
    };
    halfway.tables.values().any(|table| {
        let later = to.tables.get(&table.name);
        let changes = |column: &&Column| {
            let later = later.and_then(|later| later.columns.get(&column.name));
            later.is_some_and(|later| of(halfway, column) != of(to, later))
        };
        table.columns.values().filter(changes).any(|column| mentions(product, value, column.name.as_str()))
    })
}

/// Removes a view with its dependents.
fn leave_out(schema: &mut Schema, view: &ObjectName) {
    schema.views.remove(view);
    schema.definitions.retain(|_, definition| definition.id.on.as_ref() != Some(view));
}

/// A dropped table with its rows, without objects that act on other tables or share its name.
fn bare(table: &Table) -> Table {
    let mut bare = table.clone();
    bare.foreign_keys = Default::default();
    bare.triggers = Default::default();
    // A new object may take their names.
    bare.indexes = Default::default();
    bare.uniques = Default::default();
    bare.checks = Default::default();
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_the_same_for_every_row() {
        for it in ["0", "-1.5", "'web'", "true", " FALSE "] {
            assert!(is_constant(it), "{it}");
        }
        for it in ["now()", "a", "'a' || b", "'it''s'", "'\\'", "1 + 1", "1-1", "NULL", "''::text || name", "--1"] {
            assert!(!is_constant(it), "{it}");
        }
    }
}
