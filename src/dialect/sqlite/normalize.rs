//! Normalises a schema, declared or read, to the form in which SQLite's catalog would report it.
//!
//! Must not know where the schema came from, nor SQL beyond types and literals.

use std::collections::BTreeMap;

use crate::dialect::expression::{canonical_expression, canonical_query};
use crate::dialect::{Product, Unsupported, rows};
use crate::schema::{
    Column, Columns, DefaultValue, Expression, Facet, ForeignKey, Identity, Index, IndexTarget, Name, Normalized,
    ObjectName, Options, Part, Parts, Place, Schema, SharedTable, Table, Tables, Trigger, Type, Unique, View, Wording,
};

use super::{ddl, names, table_sql, types, words};

/// Options of a table. The three of its primary key are table options because a key has none.
const TABLE_OPTIONS: &[&str] = &[
    "without_rowid",
    "strict",
    "primary_key_on_conflict",
    "primary_key_collations",
    "primary_key_orders",
    ddl::STORED,
];
const COLUMN_OPTIONS: &[&str] = &["not_null_on_conflict"];
const UNIQUE_OPTIONS: &[&str] = &["on_conflict", "collations", "orders"];
const FOREIGN_KEY_OPTIONS: &[&str] = &["deferrable", "initially_deferred", "match"];
const INDEX_PART_OPTIONS: &[&str] = &["collation"];

pub(super) fn normalize(schema: Schema) -> Result<Normalized, Unsupported> {
    if let Some(routine) = schema.routines.keys().next() {
        let hint = "put it into a sidecar of one dialect, such as `user.postgres.sql`";
        return Err(refusal(Place::Routine(routine.clone()), "it has no routines", hint));
    }
    if let Some(id) = schema.definitions.keys().next() {
        let hint = "put it into a sidecar of one dialect, such as `user.postgres.sql`";
        return Err(refusal(Place::Definition(id.clone()), "it does not support this kind of object", hint));
    }
    let mut tables = schema.tables.normalized(Product::Sqlite, bare_table)?;
    let is_new = |table: &SharedTable| !table.foreign_keys.is_empty() && !table.is_normal_for(Product::Sqlite);
    let referring = tables.shared().filter(|(_, table)| is_new(table));
    let keys: Vec<_> = referring
        .map(|(name, table)| Ok((name.clone(), foreign_keys(table, &tables)?)))
        .collect::<Result<_, Unsupported>>()?;
    for (name, keys) in keys {
        if let Some(table) = tables.get_mut(&name) {
            table.foreign_keys = keys;
        }
    }
    tables.note_normal_for(Product::Sqlite);
    let mut views = BTreeMap::new();
    for view in schema.views.into_values() {
        let mut view = view;
        view.name = local(view.name, Place::View)?;
        views.insert(view.name.clone(), view);
    }
    let known: Vec<ObjectName> = tables.keys().chain(views.keys()).cloned().collect();
    for view in views.values_mut() {
        normal_view(view, &tables, &known)?;
    }
    let mut schema = Schema { tables, views, kept: schema.kept, ..Schema::default() };
    rows::value::normalize(Product::Sqlite, &mut schema);
    Ok(Normalized::by_dialect(schema))
}

fn refusal(place: Place, reason: &str, hint: &str) -> Unsupported {
    Unsupported { product: Product::Sqlite, place, reason: reason.to_owned(), hint: hint.to_owned() }
}

/// A name without `main`, which is the default; an attached database is another database.
fn local(name: ObjectName, place: fn(ObjectName) -> Place) -> Result<ObjectName, Unsupported> {
    match &name.schema {
        None => Ok(name),
        Some(schema) if schema.as_str().eq_ignore_ascii_case("main") => Ok(ObjectName { schema: None, ..name }),
        Some(_) => {
            let hint = "leave `schema_name` out of the entity, or leave SQLite out of the dialects";
            Err(refusal(place(name), "it has no schemas beside `main`", hint))
        }
    }
}

fn known_options(options: &mut Options, known: &[&str], place: impl Fn() -> Place) -> Result<(), Unsupported> {
    options.retain(|_, value| value != "false");
    match options.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let hint = "put it into a sidecar of the dialect that has it, such as `user.postgres.sql`";
            Err(refusal(place(), &format!("it has no setting `{key}`"), hint))
        }
    }
}

fn compared(expression: Expression) -> Expression {
    if expression.is_normal() {
        return expression;
    }
    let canonical = canonical_expression(Product::Sqlite, expression.text());
    expression.with_canonical(canonical)
}

/// Collation names are case-insensitive; built-in ones are written in upper case. `BINARY` is the default.
fn collation(name: &str) -> Option<String> {
    Some(name.to_ascii_uppercase()).filter(|name| name != "BINARY")
}

/// The table's spelling of a column name: SQLite compares names without case.
fn resolve(columns: &Columns, name: &mut Name) {
    let folded = |column: &&Name| column.as_str().eq_ignore_ascii_case(name.as_str());
    if !columns.contains_key(name)
        && let Some(found) = columns.keys().find(folded)
    {
        *name = found.clone();
    }
}

/// Normalises a table as far as no other table is needed.
pub(super) fn bare_table(table: &mut Table) -> Result<(), Unsupported> {
    table.name = local(table.name.clone(), |name| Place::table(&name))?;
    table.comment = None;
    known_options(&mut table.options, TABLE_OPTIONS, || Place::table(&table.name))?;
    for column in table.columns.values_mut() {
        normal_column(&table.name, column)?;
    }
    primary_key(table)?;
    let owner = table.name.clone();
    for mut unique in std::mem::take(&mut table.uniques).into_values() {
        let place = || Place::Table(owner.clone(), Part::Unique(unique.name.clone()));
        known_options(&mut unique.options, UNIQUE_OPTIONS, place)?;
        unique.columns.iter_mut().for_each(|name| resolve(&table.columns, name));
        name_unique(table, &mut unique);
        table.uniques.insert(unique.name.clone(), unique);
    }
    for mut check in std::mem::take(&mut table.checks).into_values() {
        let place = || Place::Table(owner.clone(), Part::Check(check.name.clone()));
        known_options(&mut check.options, &[], place)?;
        if check.name.as_str().is_empty() {
            check.name = names::free(names::check(&owner.name, None), |name| table.checks.contains_key(name));
        }
        check.expression = compared(check.expression);
        table.checks.insert(check.name.clone(), check);
    }
    for index in table.indexes.values_mut() {
        normal_index(&owner, &table.columns, index)?;
    }
    table.triggers.values_mut().for_each(normal_trigger);
    Ok(())
}

fn name_unique(table: &Table, unique: &mut Unique) {
    if unique.name.as_str().is_empty() {
        let name = names::unique(&table.name.name, unique.columns.iter());
        unique.name = names::free(name, |name| table.uniques.contains_key(name));
    }
}

fn normal_column(owner: &ObjectName, column: &mut Column) -> Result<(), Unsupported> {
    let place = || Place::column(owner, &column.name);
    let spelling = types::native(&column.data_type).map_err(|(reason, hint)| refusal(place(), &reason, &hint))?;
    known_options(&mut column.options, COLUMN_OPTIONS, place)?;
    if column.on_update.is_some() {
        let place = Place::Table(owner.clone(), Part::Column(column.name.clone(), Facet::OnUpdate));
        return Err(refusal(place, "it has no ON UPDATE of a column", "write a trigger into a sidecar instead"));
    }
    column.data_type = Type::Native(spelling);
    column.comment = None;
    column.collation = column.collation.take().and_then(|name| collation(&name));
    column.default = column.default.take().and_then(default);
    if let Some(generated) = &mut column.generated {
        generated.expression = compared(generated.expression.clone());
    }
    Ok(())
}

/// A default in SQL; `NULL` is equivalent to no default.
fn default(value: DefaultValue) -> Option<DefaultValue> {
    let expression = match value {
        DefaultValue::Literal(literal) => Expression::new(ddl::literal(&literal)),
        DefaultValue::Expression(expression) => expression,
    };
    if expression.text().eq_ignore_ascii_case("NULL") {
        return None;
    }
    Some(DefaultValue::Expression(compared(expression)))
}

fn primary_key(table: &mut Table) -> Result<(), Unsupported> {
    let without_rowid = table.options.contains_key("without_rowid");
    let no_null = without_rowid || table.options.contains_key("strict");
    let Table { primary_key, columns: fields, name: owner, .. } = &mut *table;
    let mut key_columns = Vec::new();
    if let Some(key) = primary_key {
        // SQLite accepts a name for a primary key and ignores it.
        key.name = None;
        key.columns.iter_mut().for_each(|name| resolve(fields, name));
        key_columns = key.columns.clone();
    }
    for column in fields.values_mut().filter(|column| column.identity.is_some()) {
        let alone = key_columns.len() == 1 && key_columns.contains(&column.name);
        number_column(owner, column, alone && !without_rowid)?;
    }
    let row_id = row_id(table).cloned();
    for column in table.columns.values_mut() {
        // The row id is never NULL, regardless of the text, which is kept in the column's wording.
        let implied = row_id.as_ref() == Some(&column.name) || (no_null && key_columns.contains(&column.name));
        column.nullable &= !implied;
        let says_less = |words: &str| !column.nullable && !implied && !words.to_ascii_uppercase().contains("NOT NULL");
        let is_needless = |words: &str| words == ddl::facets(column).trim_start() || says_less(words);
        if column.wording.text().is_some_and(is_needless) {
            column.wording = Wording::default();
        }
    }
    Ok(())
}

/// The column that is the row id: the whole primary key, of type `integer` exactly, and not declared `DESC`.
pub(super) fn row_id(table: &Table) -> Option<&Name> {
    let [name] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let integer = table.columns.get(name)?.data_type == Type::Native("integer".to_owned());
    let kept_elsewhere = ["without_rowid", "primary_key_orders"].iter().any(|key| table.options.contains_key(*key));
    (integer && !kept_elsewhere).then_some(name)
}

/// `AUTOINCREMENT` is only allowed for the row id, whose type is `integer` exactly.
fn number_column(owner: &ObjectName, column: &mut Column, alone: bool) -> Result<(), Unsupported> {
    let Type::Native(spelling) = &column.data_type else { return Ok(()) };
    let integer = spelling.contains("int") && !spelling.contains("point");
    if !alone || !integer {
        let place = Place::Table(owner.clone(), Part::Column(column.name.clone(), Facet::Identity));
        let reason = "it only numbers a single integer primary key column";
        return Err(refusal(place, reason, "add `#[sea_orm(primary_key, auto_increment = false)]`"));
    }
    column.data_type = Type::Native("integer".to_owned());
    column.identity = Some(Identity::AutoIncrement);
    Ok(())
}

fn normal_index(owner: &ObjectName, columns: &Columns, index: &mut Index) -> Result<(), Unsupported> {
    let place = || Place::Table(owner.clone(), Part::Index(index.name.clone()));
    let hint = "put the index into a sidecar of one dialect, such as `user.postgres.sql`";
    match index.method.as_deref() {
        None | Some("btree") => {}
        Some(method) => return Err(refusal(place(), &format!("it has no `{method}` indexes"), hint)),
    }
    if !index.include.is_empty() {
        return Err(refusal(place(), "its indexes have no included columns", hint));
    }
    known_options(&mut index.options, &[], place)?;
    for part in &mut index.parts {
        let place = || Place::Table(owner.clone(), Part::Index(index.name.clone()));
        known_options(&mut part.options, INDEX_PART_OPTIONS, place)?;
        let own = match &mut part.target {
            IndexTarget::Column(name) => {
                resolve(columns, name);
                let column = columns.get(name);
                column.and_then(|column| column.collation.clone()).unwrap_or_else(|| "BINARY".to_owned())
            }
            IndexTarget::Expression(expression) => {
                *expression = compared(expression.clone());
                "BINARY".to_owned()
            }
        };
        if let Some(collation) = part.options.remove("collation").map(|name| name.to_ascii_uppercase())
            && collation != own
        {
            part.options.insert("collation".to_owned(), collation);
        }
    }
    index.method = None;
    index.comment = None;
    index.predicate = index.predicate.take().map(compared);
    // Wording that adds nothing to the rendered text is dropped, and so is wording with an earlier name.
    let anew = ddl::create_index(owner, index, None);
    let named = index.wording.text().is_some_and(|text| table_sql::is_index_on(text, &index.name, &owner.name));
    if !named || index.wording.text() == Some(anew.as_str()) {
        index.wording = Wording::default();
    }
    Ok(())
}

fn normal_trigger(trigger: &mut Trigger) {
    if trigger.definition.is_normal() {
        return;
    }
    let canonical = words::canonical(trigger.definition.text());
    trigger.definition = trigger.definition.clone().with_canonical(canonical);
}

/// The foreign keys of a table that reference these tables.
fn foreign_keys(table: &Table, tables: &Tables) -> Result<Parts<ForeignKey>, Unsupported> {
    let mut keys = Parts::new();
    for key in table.foreign_keys.values() {
        let mut key = key.clone();
        foreign_key(table, &mut key, tables)?;
        if key.name.as_str().is_empty() {
            let name = names::foreign_key(&table.name.name, key.columns.iter());
            key.name = names::free(name, |name| keys.contains_key(name));
        }
        keys.insert(key.name.clone(), key);
    }
    Ok(keys)
}

fn foreign_key(owner: &Table, key: &mut ForeignKey, tables: &Tables) -> Result<(), Unsupported> {
    let place = || Place::Table(owner.name.clone(), Part::ForeignKey(key.name.clone(), Facet::Whole));
    known_options(&mut key.options, FOREIGN_KEY_OPTIONS, place)?;
    if key.options.contains_key("initially_deferred") {
        key.options.insert("deferrable".to_owned(), "true".to_owned());
    }
    key.columns.iter_mut().for_each(|name| resolve(&owner.columns, name));
    key.references = local(key.references.clone(), |name| Place::table(&name))?;
    let folded = |name: &&ObjectName| name.name.as_str().eq_ignore_ascii_case(key.references.name.as_str());
    if !tables.contains_key(&key.references)
        && let Some(name) = tables.keys().find(folded)
    {
        key.references = name.clone();
    }
    if let Some(parent) = tables.get(&key.references) {
        if key.referenced_columns.is_empty() {
            key.referenced_columns = parent.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
        }
        key.referenced_columns.iter_mut().for_each(|name| resolve(&parent.columns, name));
    }
    Ok(())
}

fn normal_view(view: &mut View, tables: &Tables, known: &[ObjectName]) -> Result<(), Unsupported> {
    if view.materialized {
        let hint = "put it into a sidecar of one dialect, such as `user.postgres.sql`";
        return Err(refusal(Place::View(view.name.clone()), "it has no materialized views", hint));
    }
    view.comment = None;
    let place = || Place::View(view.name.clone());
    let mut others = view.options.clone();
    others.retain(|key, _| key != ddl::VIEW_COLUMNS && !key.starts_with(ddl::VIEW_TRIGGER));
    known_options(&mut others, &[ddl::STORED], place)?;
    let find = |name: &ObjectName| {
        let same = |other: &&ObjectName| other.name.as_str().eq_ignore_ascii_case(name.name.as_str());
        known.iter().find(same).cloned()
    };
    let columns_of = |name: &ObjectName| {
        let table = tables.get(&find(name)?)?;
        Some(table.columns.keys().map(Name::to_string).collect())
    };
    let (canonical, reads) = canonical_query(Product::Sqlite, view.query.text(), &columns_of);
    view.query = view.query.clone().with_canonical(canonical);
    // A view need not wait for an unmanaged relation that it reads (a virtual table).
    view.reads = reads.iter().filter_map(find).filter(|name| *name != view.name).collect();
    Ok(())
}

#[cfg(test)]
mod tests;
