//! The interpreter: applies a plan to a schema in memory, as strictly as the strictest database.
//!
//! Must not know SQL. It never repairs: an object that is missing, already exists, is still referenced or differs from the
//! operation's copy is a refusal.

use std::fmt;

use crate::schema::{
    Column, DependencyLayer, ForeignKey, IndexTarget, Name, ObjectName, Parts, Place, Schema, Table, Type, View,
    Wording,
};

use super::dependency::{column_dependency, refers_to, refers_to_index};
use super::existence;
use super::{Alter, Object, Op, Plan, Rename};

/// Why an operation does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The place.
    pub place: Place,
    /// The reason.
    pub reason: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for Refusal {}

/// Applies every operation of a plan in turn.
///
/// # Errors
/// The first operation that does not apply; `schema` is then as the operations before it left it.
pub fn apply(plan: &Plan, schema: &mut Schema) -> Result<(), Refusal> {
    let refusal = |op: &Op, reason| Refusal { place: op.place(), reason };
    plan.ops().iter().try_for_each(|op| apply_one(op, plan, schema).map_err(|reason| refusal(op, reason)))
}

/// Whether a relation is outside the schema: it does not exist in it, and the plan neither creates nor drops it.
fn is_elsewhere(schema: &Schema, plan: &Plan, name: &ObjectName) -> bool {
    let of = |object: &Object| match object {
        Object::Table(table) => table.name == *name,
        Object::View(view) => view.name == *name,
        Object::Definition(definition) => definition.id.on.is_none() && definition.id.name == *name,
        Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::Enum(_)
        | Object::Routine(_) => false,
    };
    !existence::is_relation(schema, name)
        && !plan.ops().iter().any(|op| match op {
            Op::Create(object) | Op::Drop(object) => of(object),
            Op::Rename(Rename::Table(change)) => change.from == *name || change.to == *name,
            Op::Alter(_) | Op::Rename(_) => false,
        })
}

type Outcome = Result<(), &'static str>;

fn apply_one(op: &Op, plan: &Plan, schema: &mut Schema) -> Outcome {
    match op {
        Op::Create(object) => create(object, plan, schema),
        Op::Drop(object) => remove(object, schema),
        Op::Alter(alter) => change(alter, schema),
        Op::Rename(rename) => rename_one(rename, schema),
    }
}

fn table<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Table, &'static str> {
    schema.tables.get_mut(name).ok_or("the table does not exist")
}

/// Inserts an entry; fails if one of this name exists.
fn added<V>(replaced: Option<V>) -> Outcome {
    match replaced {
        None => Ok(()),
        Some(_) => Err("the name is taken"),
    }
}

/// Removes an entry; fails if it differs from the plan's copy.
fn removed<V: Eq>(removed: Option<V>, stated: &V) -> Outcome {
    match removed {
        None => Err("it does not exist"),
        Some(found) if found == *stated => Ok(()),
        Some(_) => Err("it is not as the plan states it"),
    }
}

/// Tables, views and enum types share one namespace, as on PostgreSQL, and share it with excluded objects.
fn name_is_free(schema: &Schema, name: &ObjectName) -> Outcome {
    let kept = schema.kept.objects();
    let is_kept = kept.is_some_and(|it| it.tables.contains_key(name) || it.views.contains_key(name));
    if is_kept || existence::is_relation(schema, name) || schema.enums.contains_key(name) {
        return Err("the name is taken");
    }
    Ok(())
}

fn columns_exist<'a>(table: &Table, mut columns: impl Iterator<Item = &'a Name>) -> Outcome {
    if columns.all(|column| table.columns.contains_key(column)) {
        Ok(())
    } else {
        Err("a column it names does not exist")
    }
}

fn index_columns(index: &crate::schema::Index) -> impl Iterator<Item = &Name> {
    let parts = index.parts.iter().filter_map(|part| match &part.target {
        IndexTarget::Column(name) => Some(name),
        IndexTarget::Expression(_) => None,
    });
    parts.chain(&index.include)
}

fn type_exists(schema: &Schema, data_type: &Type) -> Outcome {
    match data_type.enum_name() {
        Some(name) if !schema.enums.contains_key(name) => Err("its enum type does not exist"),
        _ => Ok(()),
    }
}

fn create(object: &Object, plan: &Plan, schema: &mut Schema) -> Outcome {
    match object {
        Object::Table(new) => {
            if !new.foreign_keys.is_empty() {
                return Err("foreign keys are created by operations of their own");
            }
            if new.rows.is_some() {
                return Err("reference rows are created by operations of their own");
            }
            name_is_free(schema, &new.name)?;
            for column in new.columns.values() {
                type_exists(schema, &column.data_type)?;
            }
            columns_exist(new, new.primary_key.iter().flat_map(|key| &key.columns))?;
            columns_exist(new, new.uniques.values().flat_map(|unique| &unique.columns))?;
            columns_exist(new, new.indexes.values().flat_map(index_columns))?;
            added(schema.tables.insert(new.name.clone(), new.clone()))
        }
        Object::Column(owner, column) => {
            type_exists(schema, &column.data_type)?;
            match table(schema, owner)?.columns.insert(column.clone()) {
                None => Ok(()),
                Some(_) => Err("the name is taken"),
            }
        }
        Object::PrimaryKey(owner, key) => {
            let table = table(schema, owner)?;
            columns_exist(table, key.columns.iter())?;
            match table.primary_key.replace(key.clone()) {
                None => Ok(()),
                Some(_) => Err("the table has a primary key"),
            }
        }
        Object::Unique(owner, unique) => {
            let table = table(schema, owner)?;
            columns_exist(table, unique.columns.iter())?;
            added(table.uniques.insert(unique.name.clone(), unique.clone()))
        }
        Object::ForeignKey(owner, key) => {
            if schema.relation_beside(&key.references).is_none() && !is_elsewhere(schema, plan, &key.references) {
                let referenced = table(schema, &key.references)?;
                columns_exist(referenced, key.referenced_columns.iter())?;
            }
            let table = table(schema, owner)?;
            columns_exist(table, key.columns.iter())?;
            added(table.foreign_keys.insert(key.name.clone(), key.clone()))
        }
        Object::Check(owner, check) => added(table(schema, owner)?.checks.insert(check.name.clone(), check.clone())),
        Object::Index(owner, index) => {
            let table = table(schema, owner)?;
            columns_exist(table, index_columns(index))?;
            added(table.indexes.insert(index.name.clone(), index.clone()))
        }
        Object::Trigger(owner, trigger) => {
            added(table(schema, owner)?.triggers.insert(trigger.name.clone(), trigger.clone()))
        }
        Object::Enum(enum_type) => {
            name_is_free(schema, &enum_type.name)?;
            added(schema.enums.insert(enum_type.name.clone(), enum_type.clone()))
        }
        Object::View(view) => {
            name_is_free(schema, &view.name)?;
            if !view.reads.iter().all(|name| existence::is_relation(schema, name) || is_elsewhere(schema, plan, name)) {
                return Err("something it reads does not exist");
            }
            added(schema.views.insert(view.name.clone(), view.clone()))
        }
        Object::Routine(routine) => added(schema.routines.insert(routine.name.clone(), routine.clone())),
        Object::Definition(definition) => {
            if definition.id.kind.layer() == DependencyLayer::LikeTable {
                name_is_free(schema, &definition.id.name)?;
            }
            if !existence::dependencies_exist(schema, definition) {
                return Err("something it stands on does not exist");
            }
            added(schema.definitions.insert(definition.id.clone(), definition.clone()))
        }
    }
}

fn remove(object: &Object, schema: &mut Schema) -> Outcome {
    if existence::carries_a_definition(schema, object) {
        return Err("a definition stands on it");
    }
    match object {
        Object::Table(old) => {
            let referred = |table: &Table| table.foreign_keys.values().any(|key| key.references == old.name);
            if schema.tables.values().any(referred) {
                return Err("a foreign key refers to it");
            }
            if schema.views.values().any(|view| view.reads.contains(&old.name)) {
                return Err("a view reads it");
            }
            removed(schema.tables.remove(&old.name), old)
        }
        Object::Column(owner, column) => {
            nothing_refers(schema, owner, |key| key.referenced_columns.contains(&column.name))?;
            let table = table(schema, owner)?;
            if column_is_used(table, &column.name) {
                return Err("a key or an index of the table uses it");
            }
            match table.columns.remove(&column.name) {
                None => Err("it does not exist"),
                Some(_) if table.columns.is_empty() => Err("it is the table's last column"),
                Some(found) if found == *column => Ok(()),
                Some(_) => Err("it is not as the plan states it"),
            }
        }
        Object::PrimaryKey(owner, key) => {
            nothing_refers(schema, owner, |foreign| refers_to(foreign, &key.columns))?;
            match table(schema, owner)?.primary_key.take() {
                Some(found) if found == *key => Ok(()),
                Some(_) => Err("it is not as the plan states it"),
                None => Err("it does not exist"),
            }
        }
        Object::Unique(owner, unique) => {
            nothing_refers(schema, owner, |key| refers_to(key, &unique.columns))?;
            removed(table(schema, owner)?.uniques.remove(&unique.name), unique)
        }
        Object::ForeignKey(owner, key) => removed(table(schema, owner)?.foreign_keys.remove(&key.name), key),
        Object::Check(owner, check) => removed(table(schema, owner)?.checks.remove(&check.name), check),
        Object::Index(owner, index) => {
            nothing_refers(schema, owner, |key| refers_to_index(key, index))?;
            removed(table(schema, owner)?.indexes.remove(&index.name), index)
        }
        Object::Trigger(owner, trigger) => removed(table(schema, owner)?.triggers.remove(&trigger.name), trigger),
        Object::Enum(enum_type) => {
            let uses = |table: &Table| {
                let mut types = table.columns.values().map(|column| &column.data_type);
                types.any(|data_type| data_type.enum_name() == Some(&enum_type.name))
            };
            if schema.tables.values().any(uses) {
                return Err("a column is of this type");
            }
            removed(schema.enums.remove(&enum_type.name), enum_type)
        }
        Object::View(view) => {
            if schema.views.values().any(|other| other.reads.contains(&view.name)) {
                return Err("a view reads it");
            }
            removed(schema.views.remove(&view.name), view)
        }
        Object::Routine(routine) => removed(schema.routines.remove(&routine.name), routine),
        Object::Definition(definition) => {
            let read = |view: &View| view.reads.contains(&definition.id.name);
            if definition.id.kind.layer() == DependencyLayer::LikeTable && schema.views.values().any(read) {
                return Err("a view reads it");
            }
            removed(schema.definitions.remove(&definition.id), definition)
        }
    }
}

fn nothing_refers(schema: &Schema, owner: &ObjectName, refers: impl Fn(&ForeignKey) -> bool) -> Outcome {
    let mut keys = schema.tables.values().flat_map(|table| table.foreign_keys.values());
    if keys.any(|key| key.references == *owner && refers(key)) {
        return Err("a foreign key refers to it");
    }
    Ok(())
}

/// Foreign keys and views depend on a column's type.
fn nothing_stands_on(schema: &Schema, owner: &ObjectName, column: &Name) -> Outcome {
    nothing_refers(schema, owner, |key| key.referenced_columns.contains(column))?;
    let mut own_keys = schema.tables.get(owner).into_iter().flat_map(|table| table.foreign_keys.values());
    if own_keys.any(|key| key.columns.contains(column)) {
        return Err("a foreign key uses it");
    }
    if schema.views.values().any(|view| view.reads.contains(owner)) {
        return Err("a view reads its table");
    }
    if existence::holds_column(schema, owner, column) {
        return Err("a definition stands on it");
    }
    Ok(())
}

fn column_is_used(table: &Table, column: &Name) -> bool {
    table.primary_key.iter().any(|key| key.columns.contains(column))
        || table.uniques.values().any(|unique| unique.columns.contains(column))
        || table.foreign_keys.values().any(|key| key.columns.contains(column))
        || table.indexes.values().any(|index| index_columns(index).any(|name| name == column))
}

fn replace<T: Eq + Clone>(found: &mut T, from: &T, to: &T) -> Outcome {
    if found != from {
        return Err("it is not as the plan states it");
    }
    *found = to.clone();
    Ok(())
}

fn change(alter: &Alter, schema: &mut Schema) -> Outcome {
    match alter {
        Alter::Column(owner, change) => {
            type_exists(schema, &change.to.data_type)?;
            if column_dependency(&change.from) != column_dependency(&change.to) {
                nothing_stands_on(schema, owner, &change.from.name)?;
            }
            let columns = &mut table(schema, owner)?.columns;
            let column = columns.get_mut(&change.from.name).ok_or("it does not exist")?;
            if change.from.name != change.to.name {
                return Err("an altered column keeps its name");
            }
            replace(column, &change.from, &change.to)
        }
        Alter::PrimaryKey(owner, change) => {
            if change.from.columns != change.to.columns {
                nothing_refers(schema, owner, |key| refers_to(key, &change.from.columns))?;
            }
            let table = table(schema, owner)?;
            columns_exist(table, change.to.columns.iter())?;
            let key = table.primary_key.as_mut().ok_or("it does not exist")?;
            replace(key, &change.from, &change.to)
        }
        Alter::Comment(owner, change) => replace(&mut table(schema, owner)?.comment, &change.from, &change.to),
        Alter::Options(owner, change) => replace(&mut table(schema, owner)?.options, &change.from, &change.to),
        Alter::Enum(change) => {
            let found = schema.enums.get_mut(&change.from.name).ok_or("it does not exist")?;
            replace(found, &change.from, &change.to)
        }
        Alter::Rows(change) => {
            columns_exist(table(schema, &change.table)?, change.written().into_iter())?;
            replace(&mut table(schema, &change.table)?.rows, &change.rows.from, &change.rows.to)
        }
        Alter::Routine(change) => {
            let found = schema.routines.get_mut(&change.from.name).ok_or("it does not exist")?;
            replace(found, &change.from, &change.to)
        }
        Alter::Definition(change) => {
            if change.from.id != change.to.id {
                return Err("an altered definition keeps its name");
            }
            if !existence::dependencies_exist(schema, &change.to) {
                return Err("something it stands on does not exist");
            }
            let found = schema.definitions.get_mut(&change.from.id).ok_or("it does not exist")?;
            replace(found, &change.from, &change.to)
        }
    }
}

/// Renames a part of a table; `retitle` writes the new name into it.
fn move_part<T>(parts: &mut Parts<T>, from: &Name, to: &Name, retitle: impl FnOnce(&mut T)) -> Outcome {
    let mut part = parts.remove(from).ok_or("it does not exist")?;
    retitle(&mut part);
    added(parts.insert(to.clone(), part))
}

fn rename_one(rename: &Rename, schema: &mut Schema) -> Outcome {
    rename_alone(rename, schema)?;
    existence::follow(&mut schema.definitions, rename);
    Ok(())
}

fn rename_alone(rename: &Rename, schema: &mut Schema) -> Outcome {
    match rename {
        Rename::Table(change) => {
            name_is_free(schema, &change.to)?;
            let mut table = schema.tables.remove(&change.from).ok_or("it does not exist")?;
            table.name = change.to.clone();
            forget_wording(&mut table);
            added(schema.tables.insert(change.to.clone(), table))?;
            for key in references_mut(schema, &change.from) {
                key.references = change.to.clone();
            }
            for view in schema.views.values_mut() {
                if view.reads.remove(&change.from) {
                    view.reads.insert(change.to.clone());
                }
            }
            Ok(())
        }
        Rename::Column(owner, change) => rename_column(schema, owner, &change.from, &change.to),
        Rename::Index(owner, change) => move_part(&mut table(schema, owner)?.indexes, &change.from, &change.to, |it| {
            it.name = change.to.clone();
            it.wording = Wording::default();
        }),
        Rename::Unique(owner, change) => {
            move_part(&mut table(schema, owner)?.uniques, &change.from, &change.to, |it| it.name = change.to.clone())
        }
        Rename::ForeignKey(owner, change) => {
            move_part(&mut table(schema, owner)?.foreign_keys, &change.from, &change.to, |it| {
                it.name = change.to.clone()
            })
        }
        Rename::Check(owner, change) => {
            move_part(&mut table(schema, owner)?.checks, &change.from, &change.to, |it| it.name = change.to.clone())
        }
        Rename::Enum(change) => {
            name_is_free(schema, &change.to)?;
            let mut renamed = schema.enums.remove(&change.from).ok_or("it does not exist")?;
            renamed.name = change.to.clone();
            added(schema.enums.insert(change.to.clone(), renamed))?;
            let has_it = |it: &Column| it.data_type.enum_name() == Some(&change.from);
            let tables = schema.tables.values_mut_where(|table| table.columns.values().any(has_it));
            for column in tables.flat_map(|table| table.columns.values_mut()) {
                rename_enum_in(&mut column.data_type, &change.from, &change.to);
            }
            Ok(())
        }
        Rename::EnumValue(name, change) => {
            let enum_type = schema.enums.get_mut(name).ok_or("it does not exist")?;
            if enum_type.values.contains(&change.to) {
                return Err("the name is taken");
            }
            let value = enum_type.values.iter_mut().find(|value| **value == change.from);
            *value.ok_or("it does not exist")? = change.to.clone();
            schema.rename_in_rows(name, &change.from, &change.to);
            Ok(())
        }
    }
}

/// The foreign keys that refer to a table.
fn references_mut<'s>(schema: &'s mut Schema, table: &'s ObjectName) -> impl Iterator<Item = &'s mut ForeignKey> {
    let refers = move |key: &ForeignKey| key.references == *table;
    let tables = schema.tables.values_mut_where(move |table| table.foreign_keys.values().any(refers));
    tables.flat_map(|table| table.foreign_keys.values_mut()).filter(move |key| refers(key))
}

fn rename_enum_in(data_type: &mut Type, from: &ObjectName, to: &ObjectName) {
    match data_type {
        Type::Enum(name) if name == from => *name = to.clone(),
        Type::Array(element) => rename_enum_in(element, from, to),
        _ => {}
    }
}

/// The stored text still uses the old names, so it is dropped.
fn forget_wording(table: &mut Table) {
    table.indexes.values_mut().for_each(|index| index.wording = Wording::default());
    table.columns.values_mut().for_each(|column| column.wording = Wording::default());
}

fn rename_column(schema: &mut Schema, owner: &ObjectName, from: &Name, to: &Name) -> Outcome {
    let table = table(schema, owner)?;
    if table.columns.contains_key(to) {
        return Err("the name is taken");
    }
    let position = table.columns.position(from).ok_or("it does not exist")?;
    if let Some(mut column) = table.columns.remove(from) {
        column.name = to.clone();
        table.columns.insert_at(position, column);
    }
    let follow = |name: &mut Name| {
        if name == from {
            *name = to.clone();
        }
    };
    table.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(follow);
    table.uniques.values_mut().flat_map(|unique| &mut unique.columns).for_each(follow);
    table.foreign_keys.values_mut().flat_map(|key| &mut key.columns).for_each(follow);
    if let Some(rows) = &mut table.rows {
        rows.rename_column(from, to);
    }
    forget_wording(table);
    for index in table.indexes.values_mut() {
        index.include.iter_mut().for_each(follow);
        for part in &mut index.parts {
            if let IndexTarget::Column(name) = &mut part.target {
                follow(name);
            }
        }
    }
    references_mut(schema, owner).for_each(|key| key.referenced_columns.iter_mut().for_each(follow));
    Ok(())
}
