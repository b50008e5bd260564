//! What each operation has to do with things, and when it has its turn: what the [sorter](super::order) is told.
//!
//! Must not know SQL. An operation and the one that undoes it claim the same things, turned round.

use std::collections::BTreeSet;

use crate::schema::{
    Change, Column, Definition, DefinitionKind, EnumType, Facet, IndexTarget, ObjectName, Part, Place, Standing, Table,
    View,
};

use super::ground::column_ground;
use super::order::{Claims, Thing, Turn};
use super::{Alter, Object, Op};

/// Turns, lowest first. What only hangs on tables goes; things are renamed; what columns need comes, then columns, changes,
/// new tables, and what hangs on tables comes back. Then rows and values are destroyed, and what only they needed goes.
mod turns {
    use super::Turn;

    /// Of the first of the kinds in `hanging` to come.
    pub(super) const BIND: Turn = 22;
    /// The kinds that hang on tables, by which of them come first.
    pub(super) const PRIMARY_KEY: Turn = 0;
    pub(super) const UNIQUE: Turn = 1;
    pub(super) const CHECK: Turn = 2;
    pub(super) const INDEX: Turn = 3;
    pub(super) const FOREIGN_KEY: Turn = 4;
    pub(super) const TRIGGER: Turn = 5;
    pub(super) const ABOVE: Turn = 6;

    pub(super) const RENAME: Turn = 7;
    pub(super) const SCHEMA: Turn = 8;
    pub(super) const EXTENSION: Turn = 9;
    pub(super) const ENUM: Turn = 10;
    pub(super) const CHANGED_ENUM: Turn = 11;
    pub(super) const ROUTINE: Turn = 12;
    pub(super) const BELOW: Turn = 13;
    pub(super) const COLUMN: Turn = 14;
    /// What is only computed from values goes before those change.
    pub(super) const COMPUTED_COLUMN: Turn = 15;
    pub(super) const CHANGED_ROUTINE: Turn = 15;
    pub(super) const CHANGED_DEFINITION: Turn = 16;
    pub(super) const CHANGED_COLUMN: Turn = 17;
    pub(super) const CHANGED_KEY: Turn = 18;
    pub(super) const LOOSENED_COLUMN: Turn = 19;
    pub(super) const CHANGED_TABLE: Turn = 19;
    pub(super) const LESSENED_ENUM: Turn = 20;
    pub(super) const TABLE: Turn = 21;

    /// Values go, then rows.
    pub(super) const LOST_COLUMN: Turn = BIND + ABOVE + 1;
    pub(super) const LOST_TABLE: Turn = LOST_COLUMN + 1;
    /// What comes before columns goes after them, the first last.
    pub(super) const LEFT_OVER: Turn = LOST_TABLE + 1;
}

/// The first turn in which things have their later names.
pub const RENAMED: Turn = turns::RENAME + 1;

/// Whether the operation removes something that only hangs on tables. It is done before anything is renamed.
pub fn clears(op: &Op) -> bool {
    matches!(op, Op::Drop(object) if hanging(object).is_some())
}

/// Whether rows or values are gone for good after the operation.
pub fn destroys(op: &Op) -> bool {
    match op {
        Op::Drop(Object::Table(_)) => true,
        Op::Drop(Object::Column(_, column)) => column.generated.is_none(),
        Op::Drop(Object::Definition(definition)) => definition.id.kind.standing() == Standing::Beside,
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    }
}

/// Whether the values of a column give way to computed ones.
pub fn becomes_computed(change: &Change<Column>) -> bool {
    change.from.generated.is_none() && change.to.generated.is_some()
}

/// Which of what hangs on tables comes first; `None` for what does not.
fn hanging(object: &Object) -> Option<Turn> {
    match object {
        Object::PrimaryKey(..) => Some(turns::PRIMARY_KEY),
        Object::Unique(..) => Some(turns::UNIQUE),
        Object::Check(..) => Some(turns::CHECK),
        Object::Index(..) => Some(turns::INDEX),
        Object::ForeignKey(..) => Some(turns::FOREIGN_KEY),
        Object::Trigger(..) => Some(turns::TRIGGER),
        Object::View(_) => Some(turns::ABOVE),
        Object::Definition(definition) => (definition.id.kind.standing() == Standing::Above).then_some(turns::ABOVE),
        Object::Table(_) | Object::Column(..) | Object::Enum(_) | Object::Routine(_) => None,
    }
}

/// What an operation has to do with things.
pub fn claims(op: &Op) -> Claims {
    let mut claims = Claims { turn: turn(op), ..Claims::default() };
    match op {
        Op::Create(object) => {
            claims.needs = needs(object);
            claims.makes = made(object);
            claims.makes.extend(names(object));
            if let Object::Column(table, _) = object {
                claims.makes.insert(Thing::SomeColumn(table.clone()));
            }
            // A key cannot change while a foreign key may refer to it.
            if let Object::ForeignKey(_, key) = object {
                claims.wants.insert(Thing::Place(Place::Table(key.references.clone(), Part::PrimaryKey)));
            }
        }
        Op::Drop(object) => {
            claims.reads = needs(object);
            claims.makes.extend(given_up(object));
            claims.ends = made(object);
            claims.ends.extend(names(object));
            claims.may_be_early = !destroys(op);
            if let Object::Column(table, _) = object {
                claims.makes.insert(Thing::Columns(table.clone()));
                // No table is ever without columns.
                claims.needs.insert(Thing::SomeColumn(table.clone()));
            }
        }
        Op::Alter(alter) => altered(alter, &mut claims),
        Op::Rename(_) => {}
    }
    claims
}

fn turn(op: &Op) -> Turn {
    match op {
        Op::Rename(_) => turns::RENAME,
        Op::Create(object) => match hanging(object) {
            Some(turn) => turns::BIND + turn,
            None => creation(object),
        },
        Op::Drop(Object::Column(_, column)) if column.generated.is_some() => turns::COMPUTED_COLUMN,
        Op::Drop(Object::Column(..)) => turns::LOST_COLUMN,
        Op::Drop(object) if destroys(op) => match object {
            Object::Definition(_) => turns::LOST_COLUMN,
            _ => turns::LOST_TABLE,
        },
        Op::Drop(object) => match hanging(object) {
            Some(turn) => turns::ABOVE - turn,
            None => turns::LEFT_OVER + turns::COLUMN - creation(object),
        },
        Op::Alter(Alter::Enum(change)) if only_loses_values(change) => turns::LESSENED_ENUM,
        Op::Alter(Alter::Enum(_)) => turns::CHANGED_ENUM,
        Op::Alter(Alter::Routine(_)) => turns::CHANGED_ROUTINE,
        Op::Alter(Alter::Definition(_)) => turns::CHANGED_DEFINITION,
        // A column takes no NULL before it comes into a key, and until it has left the key.
        Op::Alter(Alter::Column(_, change)) if !change.from.nullable && change.to.nullable => turns::LOOSENED_COLUMN,
        Op::Alter(Alter::Column(..)) => turns::CHANGED_COLUMN,
        Op::Alter(Alter::PrimaryKey(..)) => turns::CHANGED_KEY,
        Op::Alter(Alter::Comment(..) | Alter::Options(..)) => turns::CHANGED_TABLE,
    }
}

fn creation(object: &Object) -> Turn {
    match object {
        Object::Enum(_) => turns::ENUM,
        Object::Routine(_) => turns::ROUTINE,
        Object::Column(..) => turns::COLUMN,
        Object::Definition(definition) => match (definition.id.kind, definition.id.kind.standing()) {
            (DefinitionKind::Schema, _) => turns::SCHEMA,
            (DefinitionKind::Extension, _) => turns::EXTENSION,
            (_, Standing::Below) => turns::BELOW,
            // Whatever is beside tables comes behind those of the same turn, because it may belong to one.
            (_, Standing::Beside | Standing::Above) => turns::BIND,
        },
        Object::Table(_)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::View(_) => turns::TABLE,
    }
}

/// The order of two changes of an enum type's columns and of the type itself depends on which values come and go.
fn only_loses_values(change: &Change<EnumType>) -> bool {
    change.to.values.len() < change.from.values.len()
        && change.to.values.iter().all(|value| change.from.values.contains(value))
}

fn altered(alter: &Alter, claims: &mut Claims) {
    let at = |place: Place| Thing::Place(place);
    match alter {
        Alter::Column(table, change) => {
            // What stands on the column, or on what its table holds, finds it changed.
            claims.makes.insert(at(Place::column(table, &change.to.name)));
            if column_ground(&change.from) != column_ground(&change.to) {
                claims.makes.extend([at(Place::table(table)), Thing::Named(table.clone())]);
            }
            claims.needs.extend(change.to.data_type.enum_name().map(enum_type));
            claims.reads.extend(change.from.data_type.enum_name().map(enum_type));
        }
        Alter::PrimaryKey(table, change) => {
            let columns = |names: &[crate::schema::Name]| -> Vec<Thing> {
                names.iter().map(|name| at(Place::column(table, name))).collect()
            };
            claims.needs.extend(columns(&change.to.columns));
            claims.reads.extend(columns(&change.from.columns));
            claims.makes.insert(at(Place::Table(table.clone(), Part::PrimaryKey)));
        }
        Alter::Comment(table, _) | Alter::Options(table, _) => {
            claims.needs.insert(at(Place::table(table)));
        }
        // Columns with the values that come are made behind it; columns that lose values let go of them before it.
        Alter::Enum(change) if only_loses_values(change) => {
            claims.ends.insert(enum_type(&change.to.name));
        }
        Alter::Enum(change) => {
            claims.makes.insert(enum_type(&change.to.name));
            // Rows that go may hold a value that goes.
            if change.from.values.iter().any(|value| !change.to.values.contains(value)) {
                claims.wants.insert(rows_gone(&change.to.name));
            }
        }
        Alter::Routine(change) => {
            claims.makes.insert(at(Place::Routine(change.to.name.clone())));
        }
        Alter::Definition(change) => {
            claims.needs = grounds(&change.to);
            claims.reads = grounds(&change.from);
            claims.makes.insert(at(Place::Definition(change.to.id.clone())));
        }
    }
}

/// What cannot be gone while the object is there.
fn needs(object: &Object) -> BTreeSet<Thing> {
    let at = |place: Place| Thing::Place(place);
    let column = |table: &ObjectName, name: &crate::schema::Name| at(Place::column(table, name));
    match object {
        Object::Table(table) => enums(table),
        Object::Column(_, column) => column.data_type.enum_name().map(enum_type).into_iter().collect(),
        Object::PrimaryKey(table, key) => key.columns.iter().map(|name| column(table, name)).collect(),
        Object::Unique(table, unique) => unique.columns.iter().map(|name| column(table, name)).collect(),
        Object::ForeignKey(table, key) => {
            let own = key.columns.iter().map(|name| column(table, name));
            let other = key.referenced_columns.iter().map(|name| column(&key.references, name));
            own.chain(other).chain([Thing::Named(key.references.clone())]).collect()
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

/// What a view reads; one that may read every column waits until the table has only those that stay.
fn read(view: &View) -> BTreeSet<Thing> {
    let mut things: BTreeSet<Thing> = view.reads.iter().cloned().map(Thing::Named).collect();
    if view.query.text().contains('*') {
        things.extend(view.reads.iter().cloned().map(Thing::Columns));
    }
    things
}

fn grounds(definition: &Definition) -> BTreeSet<Thing> {
    let needs = definition.needs.iter().map(|need| Thing::Place(whole(need)));
    needs.chain(definition.id.on.iter().cloned().map(Thing::Named)).collect()
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

fn made(object: &Object) -> BTreeSet<Thing> {
    [Thing::Place(object.place())].into()
}

/// The name the object shares with no other: tables, views and enum types have theirs in common.
fn names(object: &Object) -> Option<Thing> {
    let name = match object {
        Object::Table(table) => &table.name,
        Object::View(view) => &view.name,
        Object::Enum(enum_type) => &enum_type.name,
        Object::Definition(definition) if definition.id.kind.standing() == Standing::Beside => &definition.id.name,
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
    Some(Thing::Named(name.clone()))
}

/// The enum types whose values go with an object's rows.
fn given_up(object: &Object) -> BTreeSet<Thing> {
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

/// That rows which go hold no value of an enum type any more.
fn rows_gone(name: &ObjectName) -> Thing {
    Thing::Word("rows gone", name.to_string())
}

fn enums(table: &Table) -> BTreeSet<Thing> {
    table.columns.values().filter_map(|column| column.data_type.enum_name()).map(enum_type).collect()
}

fn enum_type(name: &ObjectName) -> Thing {
    Thing::Place(Place::Enum(name.clone()))
}
