//! Rewrites operations to the names after a rename, and builds the down plan with its own names.
//!
//! Must not know SQL.

use crate::schema::{
    Change, Column, EnumType, ForeignKey, Index, IndexTarget, Name, ObjectName, PrimaryKey, Schema, Type,
};

use super::claims::clears;
use super::order::{makes_way, making_way};
use super::{Alter, Names, Object, Op, Plan, Rename, RowsChange, Shape, Space, existence, order};

/// The down plan from the result of `plan` to `from`. It renames first, as every plan does; so objects that depend on tables
/// are dropped and created under the names they have at that point, and all other operations use the names of `from`. An
/// object that was created under a name that had been given up is moved to a generated name.
pub(super) fn inverse(plan: &Plan, from: &Schema) -> Plan {
    let mut hanging = Vec::new();
    let mut others = Vec::new();
    let mut back = Vec::new();
    let inverses: Vec<Op> = plan.ops().iter().rev().map(|op| op.clone().inverse()).collect();
    let (way, way_back) = (making_way(plan.ops()), making_way(&inverses));
    for (op, inverse) in plan.ops().iter().rev().zip(inverses) {
        let is_early = clears(op) || makes_way(op, &way) || clears(&inverse) || makes_way(&inverse, &way_back);
        match inverse {
            Op::Rename(rename) => back.push(rename),
            _ if is_early => hanging.push(inverse),
            _ => others.push(inverse),
        }
    }
    let names = Names::for_any(plan, from);
    let mut renames = Vec::new();
    for rename in back {
        if let Some(aside) = aside(&others, &rename, &names) {
            others = others.into_iter().map(|op| said(op, &aside)).collect();
            renames.push(aside);
        }
        // An object that this plan only creates has its final name from the start.
        let is_there = !others.iter().any(|op| is_created(op, &rename));
        others = others.into_iter().map(|op| said(op, &rename)).collect();
        renames.extend(is_there.then_some(rename));
    }
    let renames = renames.into_iter().map(Op::Rename);
    Plan { ops: order(hanging.into_iter().chain(renames).chain(others).collect()) }
}

/// Whether the operation creates the object that is renamed.
fn is_created(op: &Op, rename: &Rename) -> bool {
    match (op, rename) {
        (Op::Alter(Alter::Enum(change)), Rename::EnumValue(name, Change { from, .. })) => {
            change.to.name == *name && change.to.values.contains(from) && !change.from.values.contains(from)
        }
        (Op::Create(object), _) => object.place() == rename.clone().inverse().place(),
        (Op::Drop(_) | Op::Alter(_) | Op::Rename(_), _) => false,
    }
}

/// Renames the object that has the wanted name and is dropped later to a free name.
fn aside(ops: &[Op], wanted: &Rename, names: &Names<'_>) -> Option<Rename> {
    let free = |space: Space, stem: &str| names.invent(&space, Shape { before: "", stem, after: "__gone" });
    let object = |name: &ObjectName| {
        let free = ObjectName { name: free(Space::Objects, name.name.as_str()), ..name.clone() };
        Change::new(name.clone(), free)
    };
    ops.iter().find_map(|op| match (op, wanted) {
        // Tables and enum types share their names.
        (Op::Drop(Object::Table(table)), Rename::Table(Change { to, .. }) | Rename::Enum(Change { to, .. })) => {
            (table.name == *to).then(|| Rename::Table(object(to)))
        }
        (Op::Drop(Object::Enum(it)), Rename::Table(Change { to, .. }) | Rename::Enum(Change { to, .. })) => {
            (it.name == *to).then(|| Rename::Enum(object(to)))
        }
        (Op::Drop(Object::Column(table, column)), Rename::Column(owner, Change { to, .. })) => {
            let free = || free(Space::Columns(table.clone()), to.as_str());
            (table == owner && column.name == *to)
                .then(|| Rename::Column(table.clone(), Change::new(to.clone(), free())))
        }
        (Op::Alter(Alter::Enum(change)), Rename::EnumValue(name, Change { to, .. })) => {
            let has_it = |it: &EnumType| it.values.contains(to);
            let free = || free(Space::Values(name.clone()), to).as_str().to_owned();
            (change.from.name == *name && has_it(&change.from) && !has_it(&change.to))
                .then(|| Rename::EnumValue(name.clone(), Change::new(to.clone(), free())))
        }
        _ => None,
    })
}

/// The operation with its names updated for a rename.
fn said(op: Op, rename: &Rename) -> Op {
    match op {
        Op::Create(object) => Op::Create(object_said(object, rename)),
        Op::Drop(object) => Op::Drop(object_said(object, rename)),
        Op::Alter(alter) => Op::Alter(alter_said(alter, rename)),
        Op::Rename(_) => op,
    }
}

fn object_said(object: Object, rename: &Rename) -> Object {
    let owner = |name: ObjectName| table_said(name, rename);
    match object {
        Object::Table(mut table) => {
            table.name = owner(table.name);
            for mut column in table.columns.values().cloned().collect::<Vec<_>>() {
                if type_said(&mut column.data_type, rename) {
                    table.columns.insert(column);
                }
            }
            Object::Table(table)
        }
        Object::Column(table, column) => {
            let column = column_said(&table, column, rename);
            Object::Column(owner(table), column)
        }
        Object::PrimaryKey(table, key) => {
            let key = key_said(&table, key, rename);
            Object::PrimaryKey(owner(table), key)
        }
        Object::Unique(table, mut unique) => {
            columns_said(&table, &mut unique.columns, rename);
            Object::Unique(owner(table), unique)
        }
        Object::ForeignKey(table, key) => {
            let key = foreign_key_said(&table, key, rename);
            Object::ForeignKey(owner(table), key)
        }
        Object::Check(table, check) => Object::Check(owner(table), check),
        Object::Index(table, index) => {
            let index = index_said(&table, index, rename);
            Object::Index(owner(table), index)
        }
        Object::Trigger(table, trigger) => Object::Trigger(owner(table), trigger),
        Object::Enum(enum_type) => Object::Enum(enum_said(enum_type, rename)),
        Object::View(mut view) => {
            view.reads = view.reads.into_iter().map(owner).collect();
            Object::View(view)
        }
        Object::Routine(_) => object,
        Object::Definition(definition) => Object::Definition(existence::said(definition, rename)),
    }
}

fn alter_said(alter: Alter, rename: &Rename) -> Alter {
    let both = |change: Change<Column>, table: &ObjectName| {
        Change::new(column_said(table, change.from, rename), column_said(table, change.to, rename))
    };
    match alter {
        Alter::Column(table, change) => {
            let change = both(change, &table);
            Alter::Column(table_said(table, rename), change)
        }
        Alter::PrimaryKey(table, change) => {
            let change = Change::new(key_said(&table, change.from, rename), key_said(&table, change.to, rename));
            Alter::PrimaryKey(table_said(table, rename), change)
        }
        Alter::Comment(table, change) => Alter::Comment(table_said(table, rename), change),
        Alter::Options(table, change) => Alter::Options(table_said(table, rename), change),
        Alter::Enum(change) => Alter::Enum(Change::new(enum_said(change.from, rename), enum_said(change.to, rename))),
        Alter::Routine(_) => alter,
        Alter::Rows(change) => Alter::Rows(Box::new(rows_said(*change, rename))),
        Alter::Definition(change) => {
            Alter::Definition(Change::new(existence::said(change.from, rename), existence::said(change.to, rename)))
        }
    }
}

fn rows_said(mut change: RowsChange, rename: &Rename) -> RowsChange {
    match rename {
        Rename::Table(_) => {
            change.table = table_said(change.table, rename);
            change.refers = change.refers.into_iter().map(|name| table_said(name, rename)).collect();
        }
        Rename::Column(owner, names) if *owner == change.table => {
            for rows in [&mut change.rows.from, &mut change.rows.to].into_iter().flatten() {
                rows.rename_column(&names.from, &names.to);
            }
            if change.numbered.remove(&names.from) {
                change.numbered.insert(names.to.clone());
            }
            if let Some(of) = change.enums.remove(&names.from) {
                change.enums.insert(names.to.clone(), of);
            }
        }
        Rename::Enum(names) => {
            change.enums.values_mut().filter(|name| **name == names.from).for_each(|name| name.clone_from(&names.to));
        }
        Rename::EnumValue(name, values) => {
            let of_type = change.enums.iter().filter(|(_, of)| *of == name);
            let columns: Vec<Name> = of_type.map(|(column, _)| column.clone()).collect();
            for rows in [&mut change.rows.from, &mut change.rows.to].into_iter().flatten() {
                rows.rename_value(&columns, &values.from, &values.to);
            }
        }
        Rename::Column(..) | Rename::Index(..) | Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..) => {}
    }
    change
}

fn table_said(name: ObjectName, rename: &Rename) -> ObjectName {
    match rename {
        Rename::Table(change) if change.from == name => change.to.clone(),
        _ => name,
    }
}

fn columns_said(table: &ObjectName, columns: &mut [Name], rename: &Rename) {
    if let Rename::Column(owner, change) = rename
        && owner == table
    {
        columns.iter_mut().filter(|name| **name == change.from).for_each(|name| name.clone_from(&change.to));
    }
}

fn column_said(table: &ObjectName, mut column: Column, rename: &Rename) -> Column {
    columns_said(table, std::slice::from_mut(&mut column.name), rename);
    type_said(&mut column.data_type, rename);
    column
}

/// Whether the rename changes the type.
fn type_said(data_type: &mut Type, rename: &Rename) -> bool {
    match (data_type, rename) {
        (Type::Enum(name), Rename::Enum(change)) if *name == change.from => {
            name.clone_from(&change.to);
            true
        }
        (Type::Array(element), _) => type_said(element, rename),
        _ => false,
    }
}

fn key_said(table: &ObjectName, mut key: PrimaryKey, rename: &Rename) -> PrimaryKey {
    columns_said(table, &mut key.columns, rename);
    key
}

fn foreign_key_said(table: &ObjectName, mut key: ForeignKey, rename: &Rename) -> ForeignKey {
    columns_said(table, &mut key.columns, rename);
    columns_said(&key.references, &mut key.referenced_columns, rename);
    key.references = table_said(key.references, rename);
    key
}

fn index_said(table: &ObjectName, mut index: Index, rename: &Rename) -> Index {
    columns_said(table, &mut index.include, rename);
    for part in &mut index.parts {
        if let IndexTarget::Column(name) = &mut part.target {
            columns_said(table, std::slice::from_mut(name), rename);
        }
    }
    index
}

fn enum_said(mut enum_type: EnumType, rename: &Rename) -> EnumType {
    match rename {
        Rename::Enum(change) if change.from == enum_type.name => enum_type.name = change.to.clone(),
        Rename::EnumValue(name, change) if *name == enum_type.name => {
            let value = enum_type.values.iter_mut().filter(|value| **value == change.from);
            value.for_each(|value| value.clone_from(&change.to));
        }
        _ => {}
    }
    enum_type
}
