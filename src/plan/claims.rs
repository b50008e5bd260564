//! The claims and the priority of each operation: the input of the [sorter](super::order).
//!
//! Must not know SQL. An operation and its inverse claim the same resources, with `makes` and `ends` exchanged.

use std::collections::BTreeSet;

use crate::schema::{
    Change, Column, Definition, DefinitionId, DefinitionKind, DependencyLayer, EnumType, Facet, IndexTarget,
    ObjectName, Part, Place, Table, View,
};

use super::dependency::column_dependency;
use super::order::{Claims, Priority, Resource};
use super::{Alter, Object, Op, Rename, RowsChange};

/// Priorities, lowest first: drop the objects that depend on tables; rename; create what columns need, then columns, changes
/// and new tables; create the dependents again; destroy rows and values, then the objects that only those needed.
mod priorities {
    use super::Priority;

    /// The priority of the first of the kinds in `hanging`.
    pub(super) const BIND: Priority = 23;
    /// The kinds of objects that depend on tables, in the order in which they are dropped.
    pub(super) const PRIMARY_KEY: Priority = 0;
    pub(super) const UNIQUE: Priority = 1;
    pub(super) const CHECK: Priority = 2;
    pub(super) const INDEX: Priority = 3;
    /// Reference rows are written when what finds them is there, and before rows may have to refer to them.
    pub(super) const ROWS: Priority = 4;
    pub(super) const FOREIGN_KEY: Priority = 5;
    pub(super) const TRIGGER: Priority = 6;
    pub(super) const ABOVE: Priority = 7;

    pub(super) const RENAME: Priority = 8;
    pub(super) const SCHEMA: Priority = 9;
    pub(super) const EXTENSION: Priority = 10;
    pub(super) const ENUM: Priority = 11;
    pub(super) const CHANGED_ENUM: Priority = 12;
    pub(super) const ROUTINE: Priority = 13;
    pub(super) const BELOW: Priority = 14;
    pub(super) const COLUMN: Priority = 15;
    /// Generated columns are dropped before the values they are computed from change.
    pub(super) const COMPUTED_COLUMN: Priority = 16;
    pub(super) const CHANGED_ROUTINE: Priority = 16;
    pub(super) const CHANGED_DEFINITION: Priority = 17;
    pub(super) const CHANGED_COLUMN: Priority = 18;
    pub(super) const CHANGED_KEY: Priority = 19;
    pub(super) const LOOSENED_COLUMN: Priority = 20;
    pub(super) const CHANGED_TABLE: Priority = 20;
    pub(super) const LESSENED_ENUM: Priority = 21;
    pub(super) const TABLE: Priority = 22;

    /// Values are dropped before rows.
    pub(super) const LOST_COLUMN: Priority = BIND + ABOVE + 1;
    pub(super) const LOST_TABLE: Priority = LOST_COLUMN + 1;
    /// Objects that are created before columns are dropped after them, in reverse order.
    pub(super) const LEFT_OVER: Priority = LOST_TABLE + 1;
}

/// The first priority at which objects have their new names.
pub const RENAMED: Priority = priorities::RENAME + 1;

/// Whether the operation drops an object that only depends on tables. It runs before any rename.
pub fn clears(op: &Op) -> bool {
    matches!(op, Op::Drop(object) if hanging(object).is_some())
}

/// Whether the operation destroys rows or values.
pub fn destroys(op: &Op) -> bool {
    match op {
        Op::Drop(Object::Table(_)) => true,
        Op::Drop(Object::Column(_, column)) => column.generated.is_none(),
        Op::Drop(Object::Definition(definition)) => definition.id.kind.layer() == DependencyLayer::LikeTable,
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    }
}

/// Whether stored values of a column are replaced by computed ones.
pub fn becomes_computed(change: &Change<Column>) -> bool {
    change.from.generated.is_none() && change.to.generated.is_some()
}

/// The order among the objects that depend on tables; `None` for other objects.
fn hanging(object: &Object) -> Option<Priority> {
    match object {
        Object::PrimaryKey(..) => Some(priorities::PRIMARY_KEY),
        Object::Unique(..) => Some(priorities::UNIQUE),
        Object::Check(..) => Some(priorities::CHECK),
        Object::Index(..) => Some(priorities::INDEX),
        Object::ForeignKey(..) => Some(priorities::FOREIGN_KEY),
        Object::Trigger(..) => Some(priorities::TRIGGER),
        Object::View(_) => Some(priorities::ABOVE),
        Object::Definition(definition) => {
            (definition.id.kind.layer() == DependencyLayer::AfterTables).then_some(priorities::ABOVE)
        }
        Object::Table(_) | Object::Column(..) | Object::Enum(_) | Object::Routine(_) => None,
    }
}

/// The claims of an operation.
pub fn claims(op: &Op) -> Claims {
    let mut claims = Claims { priority: priority(op), ..Claims::default() };
    match op {
        Op::Create(object) => {
            claims.needs = needs(object);
            claims.needs.extend(schema_of(object.place().object()));
            claims.makes = made(object);
            claims.makes.extend(names(object));
            if let Object::Column(table, _) = object {
                claims.makes.insert(Resource::SomeColumn(table.clone()));
            }
            // A key cannot change while a foreign key may reference it.
            if let Object::ForeignKey(_, key) = object {
                claims.wants.insert(Resource::Place(Place::Table(key.references.clone(), Part::PrimaryKey)));
            }
        }
        Op::Drop(object) => {
            claims.reads = needs(object);
            claims.reads.extend(schema_of(object.place().object()));
            claims.makes.extend(given_up(object));
            claims.ends = made(object);
            claims.ends.extend(names(object));
            claims.may_be_early = !destroys(op);
            if let Object::Column(table, _) = object {
                claims.makes.insert(Resource::Columns(table.clone()));
                // A table must have at least one column at any time.
                claims.needs.insert(Resource::SomeColumn(table.clone()));
            }
        }
        Op::Alter(alter) => altered(alter, &mut claims),
        Op::Rename(Rename::Table(change) | Rename::Enum(change)) => {
            claims.needs.extend(schema_of(&change.to));
            claims.reads.extend(schema_of(&change.from));
        }
        Op::Rename(_) => {}
    }
    claims
}

/// The schema in which a name stands, where that is not the default one.
fn schema_of(name: &ObjectName) -> Option<Resource> {
    let name = ObjectName { schema: None, name: name.schema.clone()? };
    Some(Resource::Place(Place::Definition(DefinitionId::new(DefinitionKind::Schema, name))))
}

fn priority(op: &Op) -> Priority {
    match op {
        Op::Rename(_) => priorities::RENAME,
        Op::Create(object) => match hanging(object) {
            Some(priority) => priorities::BIND + priority,
            None => creation(object),
        },
        Op::Drop(Object::Column(_, column)) if column.generated.is_some() => priorities::COMPUTED_COLUMN,
        Op::Drop(Object::Column(..)) => priorities::LOST_COLUMN,
        Op::Drop(object) if destroys(op) => match object {
            Object::Definition(_) => priorities::LOST_COLUMN,
            _ => priorities::LOST_TABLE,
        },
        Op::Drop(object) => match hanging(object) {
            Some(priority) => priorities::ABOVE - priority,
            None => priorities::LEFT_OVER + priorities::COLUMN - creation(object),
        },
        Op::Alter(Alter::Enum(change)) if only_loses_values(change) => priorities::LESSENED_ENUM,
        Op::Alter(Alter::Enum(_)) => priorities::CHANGED_ENUM,
        Op::Alter(Alter::Routine(_)) => priorities::CHANGED_ROUTINE,
        Op::Alter(Alter::Definition(_)) => priorities::CHANGED_DEFINITION,
        Op::Alter(Alter::Rows(_)) => priorities::BIND + priorities::ROWS,
        // A column becomes NOT NULL before it joins a key, and becomes nullable after it has left the key.
        Op::Alter(Alter::Column(_, change)) if !change.from.nullable && change.to.nullable => {
            priorities::LOOSENED_COLUMN
        }
        Op::Alter(Alter::Column(..)) => priorities::CHANGED_COLUMN,
        Op::Alter(Alter::PrimaryKey(..)) => priorities::CHANGED_KEY,
        Op::Alter(Alter::Comment(..) | Alter::Options(..)) => priorities::CHANGED_TABLE,
    }
}

fn creation(object: &Object) -> Priority {
    match object {
        Object::Enum(_) => priorities::ENUM,
        Object::Routine(_) => priorities::ROUTINE,
        Object::Column(..) => priorities::COLUMN,
        Object::Definition(definition) => match (definition.id.kind, definition.id.kind.layer()) {
            (DefinitionKind::Schema, _) => priorities::SCHEMA,
            (DefinitionKind::Extension, _) => priorities::EXTENSION,
            (_, DependencyLayer::BeforeTables) => priorities::BELOW,
            // Objects that act as tables come after others of the same priority, because they may belong to a table.
            (_, DependencyLayer::LikeTable | DependencyLayer::AfterTables) => priorities::BIND,
        },
        Object::Table(_)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::View(_) => priorities::TABLE,
    }
}

/// The order of a change of an enum type and of changes of its columns depends on which values are added and removed.
fn only_loses_values(change: &Change<EnumType>) -> bool {
    change.to.values.len() < change.from.values.len()
        && change.to.values.iter().all(|value| change.from.values.contains(value))
}

fn altered(alter: &Alter, claims: &mut Claims) {
    let at = |place: Place| Resource::Place(place);
    match alter {
        Alter::Column(table, change) => {
            // Objects that depend on the column, or on the content of its table, see the changed column.
            claims.makes.insert(at(Place::column(table, &change.to.name)));
            if column_dependency(&change.from) != column_dependency(&change.to) {
                claims.makes.extend([at(Place::table(table)), Resource::Named(table.clone())]);
            }
            claims.needs.extend(change.to.data_type.enum_name().map(enum_type));
            claims.reads.extend(change.from.data_type.enum_name().map(enum_type));
        }
        Alter::PrimaryKey(table, change) => {
            let columns = |names: &[crate::schema::Name]| -> Vec<Resource> {
                names.iter().map(|name| at(Place::column(table, name))).collect()
            };
            claims.needs.extend(columns(&change.to.columns));
            claims.reads.extend(columns(&change.from.columns));
            claims.makes.insert(at(Place::Table(table.clone(), Part::PrimaryKey)));
        }
        Alter::Comment(table, _) | Alter::Options(table, _) => {
            claims.needs.insert(at(Place::table(table)));
        }
        // Columns that use added values change after the type; columns that use removed values change before it.
        Alter::Enum(change) if only_loses_values(change) => {
            claims.ends.insert(enum_type(&change.to.name));
        }
        Alter::Enum(change) => {
            claims.makes.insert(enum_type(&change.to.name));
            // Dropped rows may hold a removed value.
            if change.from.values.iter().any(|value| !change.to.values.contains(value)) {
                claims.wants.insert(rows_gone(&change.to.name));
            }
        }
        Alter::Routine(change) => {
            claims.makes.insert(at(Place::Routine(change.to.name.clone())));
        }
        Alter::Rows(change) => rows(change, claims),
        Alter::Definition(change) => {
            claims.needs = grounds(&change.to);
            claims.reads = grounds(&change.from);
            // Nothing waits for a schema that only changes: a rename into it must leave its name to others in time.
            if change.to.id.kind != DefinitionKind::Schema {
                claims.makes.insert(at(Place::Definition(change.to.id.clone())));
            }
        }
    }
}

/// Rows that refer to others are written after them, and removed before them. Of one table, rows are added before others are
/// removed, so that what refers to a removed one can refer to an added one meanwhile.
fn rows(change: &RowsChange, claims: &mut Claims) {
    let at = |place: Place| Resource::Place(place);
    let rows_of = |table: &ObjectName| at(Place::Table(table.clone(), Part::Rows));
    let removed_from = |table: &ObjectName| Resource::Word("removed rows", table.to_string());
    let column = |name: &crate::schema::Name| at(Place::column(&change.table, name));
    claims.needs.extend(change.written().into_iter().map(column));
    claims.reads.extend(change.rows.from.iter().flat_map(|rows| &rows.key).map(column));
    // A column that is dropped may take no NULL until then.
    if change.adds_without_a_column() {
        claims.wants.insert(Resource::Columns(change.table.clone()));
    }
    claims.reads.extend(change.enums.values().map(enum_type));
    claims.reads.extend(change.refers.iter().map(removed_from));
    claims.reads.insert(at(Place::table(&change.table)));
    // The key by which a row is found may be new.
    claims.wants.insert(at(Place::Table(change.table.clone(), Part::PrimaryKey)));
    if change.adds() {
        claims.needs.extend(change.refers.iter().map(rows_of));
        claims.needs.extend(change.enums.values().map(enum_type));
        claims.makes.insert(rows_of(&change.table));
    } else {
        claims.needs.insert(rows_of(&change.table));
    }
    if change.removes() {
        claims.ends.insert(removed_from(&change.table));
    }
}

/// The resources that must exist while the object exists.
fn needs(object: &Object) -> BTreeSet<Resource> {
    let at = |place: Place| Resource::Place(place);
    let column = |table: &ObjectName, name: &crate::schema::Name| at(Place::column(table, name));
    match object {
        Object::Table(table) => enums(table),
        Object::Column(_, column) => column.data_type.enum_name().map(enum_type).into_iter().collect(),
        Object::PrimaryKey(table, key) => key.columns.iter().map(|name| column(table, name)).collect(),
        Object::Unique(table, unique) => unique.columns.iter().map(|name| column(table, name)).collect(),
        Object::ForeignKey(table, key) => {
            let own = key.columns.iter().map(|name| column(table, name));
            let other = key.referenced_columns.iter().map(|name| column(&key.references, name));
            own.chain(other).chain([Resource::Named(key.references.clone())]).collect()
        }
        Object::Index(table, index) => {
            let parts = index.parts.iter().filter_map(|part| match &part.target {
                IndexTarget::Column(name) => Some(column(table, name)),
                IndexTarget::Expression(_) => None,
            });
            let included = index.include.iter().map(|name| column(table, name));
            parts.chain(included).chain([at(Place::table(table))]).collect()
        }
        Object::Check(table, _) | Object::Trigger(table, _) => [at(Place::table(table))].into(),
        Object::Enum(_) | Object::Routine(_) => BTreeSet::new(),
        Object::View(view) => read(view),
        Object::Definition(definition) => grounds(definition),
    }
}

/// The relations that a view reads; a view that may read every column waits until the table has its final columns.
fn read(view: &View) -> BTreeSet<Resource> {
    let mut things: BTreeSet<Resource> = view.reads.iter().cloned().map(Resource::Named).collect();
    if view.query.text().contains('*') {
        things.extend(view.reads.iter().cloned().map(Resource::Columns));
    }
    things
}

fn grounds(definition: &Definition) -> BTreeSet<Resource> {
    let needs = definition.needs.iter().map(|need| Resource::Place(whole(need)));
    needs.chain(definition.id.on.iter().cloned().map(Resource::Named)).collect()
}

/// The place without the facet.
fn whole(place: &Place) -> Place {
    match place {
        Place::Table(table, Part::Column(name, _)) => Place::column(table, name),
        Place::Table(table, Part::ForeignKey(name, _)) => {
            Place::Table(table.clone(), Part::ForeignKey(name.clone(), Facet::Whole))
        }
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => place.clone(),
    }
}

fn made(object: &Object) -> BTreeSet<Resource> {
    [Resource::Place(object.place())].into()
}

/// The object's name in the namespace of tables, views and enum types.
fn names(object: &Object) -> Option<Resource> {
    let name = match object {
        Object::Table(table) => &table.name,
        Object::View(view) => &view.name,
        Object::Enum(enum_type) => &enum_type.name,
        Object::Definition(definition) if definition.id.kind.layer() == DependencyLayer::LikeTable => {
            &definition.id.name
        }
        Object::Definition(_)
        | Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::Routine(_) => return None,
    };
    Some(Resource::Named(name.clone()))
}

/// The enum types whose values an object's rows may hold.
fn given_up(object: &Object) -> BTreeSet<Resource> {
    let columns: Vec<&Column> = match object {
        Object::Table(table) => table.columns.values().collect(),
        Object::Column(_, column) => vec![column],
        Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::Enum(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Definition(_) => Vec::new(),
    };
    columns.into_iter().filter_map(|column| column.data_type.enum_name()).map(rows_gone).collect()
}

/// Declares that the dropped rows no longer hold values of an enum type.
fn rows_gone(name: &ObjectName) -> Resource {
    Resource::Word("rows gone", name.to_string())
}

fn enums(table: &Table) -> BTreeSet<Resource> {
    table.columns.values().filter_map(|column| column.data_type.enum_name()).map(enum_type).collect()
}

fn enum_type(name: &ObjectName) -> Resource {
    Resource::Place(Place::Enum(name.clone()))
}
