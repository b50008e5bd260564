//! The order of operations: a table of phases, mirrored, so that a plan that is valid forwards is valid backwards.
//!
//! Must not know SQL. What must come first is decided by what needs what, never by a name's spelling.

use std::collections::BTreeMap;

use crate::schema::{Change, DefinitionId, DefinitionKind, EnumType, ObjectName, Place, Standing};

use super::{Alter, Object, Op};

/// The last phase; `phase(op.inverse()) == LAST - phase(op)` for every operation.
pub const LAST: u8 = 16;

/// The phase in which tables that stay are changed; the only one with an order of its own inside.
pub const MIDDLE: u8 = LAST / 2;

/// When an operation's turn comes.
///
/// What depends on other things goes first when it is dropped and last when it is created. Whole tables and what hangs on
/// tables are dropped before anything is renamed, so they are named as they were before; they are created after everything
/// is renamed, so they are named as they are after.
pub fn phase(op: &Op) -> u8 {
    match op {
        Op::Drop(object) => drop_phase(object),
        Op::Create(object) => LAST - drop_phase(object),
        Op::Alter(_) | Op::Rename(_) => MIDDLE,
    }
}

fn drop_phase(object: &Object) -> u8 {
    match object {
        Object::View(_) => 0,
        Object::Trigger(..) => 1,
        Object::ForeignKey(..) => 2,
        Object::Index(..) => 3,
        Object::Check(..) => 4,
        Object::Unique(..) => 5,
        Object::PrimaryKey(..) => 6,
        Object::Table(_) => 7,
        Object::Column(..) | Object::Enum(_) | Object::Routine(_) => MIDDLE,
        Object::Definition(definition) => match definition.id.kind.standing() {
            Standing::Above => 0,
            Standing::Beside => 7,
            Standing::Below => MIDDLE,
        },
    }
}

/// The order inside the middle: first renames, so that a name given up is free (on the way back they come last, when it is
/// free again); then what columns need, the columns, the changes, and the same in reverse for what goes. Columns are added before others are dropped, so that a key can move from
/// one to the other and no table is ever without columns. An enum type that only loses values does so when the columns that
/// held them are gone; any other change of it comes before the columns that use its new values. Enum types come and go
/// between the dropping and the creating of tables, because the two share a name space on PostgreSQL. A schema is there
/// before anything is moved into it.
fn turn_in_the_middle(op: &Op, renames: Renames) -> i32 {
    const LAST_TURN: i32 = 28;
    match op {
        Op::Rename(_) => match renames {
            Renames::First => 1,
            Renames::Last => LAST_TURN - 1,
        },
        Op::Create(object) => creation_turn(object),
        Op::Drop(object) => LAST_TURN - creation_turn(object),
        Op::Alter(Alter::Enum(change)) if only_loses_values(change) => LAST_TURN - 4,
        Op::Alter(Alter::Enum(_)) => 4,
        Op::Alter(Alter::Routine(_)) => 11,
        Op::Alter(Alter::Definition(_)) => 12,
        // A column takes no NULL before it comes into a key, and until it has left the key.
        Op::Alter(Alter::Column(_, change)) if !change.from.nullable && change.to.nullable => 15,
        Op::Alter(Alter::Column(..)) => 13,
        Op::Alter(Alter::PrimaryKey(..)) => 14,
        Op::Alter(Alter::Comment(..) | Alter::Options(..)) => 16,
    }
}

/// Where renames stand among what changes tables that stay. It shows in the names the operations use, so putting a plan in
/// order again, or one that leads back, leaves it as it was.
#[derive(Clone, Copy)]
enum Renames {
    First,
    Last,
}

impl Renames {
    fn of(ops: &[Op]) -> Self {
        // Schemas come before and go after renames, whichever way round those are.
        let is_schema = |op: &Op| matches!(op, Op::Create(Object::Definition(it)) | Op::Drop(Object::Definition(it)) if it.id.kind == DefinitionKind::Schema);
        match ops.iter().find(|op| phase(op) == MIDDLE && !is_schema(op)) {
            None | Some(Op::Rename(_)) => Self::First,
            Some(Op::Create(_) | Op::Drop(_) | Op::Alter(_)) => Self::Last,
        }
    }
}

fn creation_turn(object: &Object) -> i32 {
    match object {
        Object::Enum(_) => 3,
        Object::Routine(_) => 7,
        Object::Column(..) => 10,
        Object::Definition(definition) => match definition.id.kind {
            DefinitionKind::Schema => 0,
            DefinitionKind::Extension => 2,
            _ => 8,
        },
        // None of these is ever created or dropped in the middle.
        Object::View(_)
        | Object::Trigger(..)
        | Object::ForeignKey(..)
        | Object::Index(..)
        | Object::Check(..)
        | Object::Unique(..)
        | Object::PrimaryKey(..)
        | Object::Table(_) => 0,
    }
}

fn only_loses_values(change: &Change<EnumType>) -> bool {
    change.to.values.len() < change.from.values.len()
        && change.to.values.iter().all(|value| change.from.values.contains(value))
}

/// Puts operations in an order in which each finds what it needs. Stable within a phase, but for views and definitions,
/// which may stand on each other, and for the middle.
pub fn order(mut ops: Vec<Op>) -> Vec<Op> {
    let created = depths(ops.iter().filter_map(|op| match op {
        Op::Create(object) => Some(object),
        Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }));
    let dropped = depths(ops.iter().filter_map(|op| match op {
        Op::Drop(object) => Some(object),
        Op::Create(_) | Op::Alter(_) | Op::Rename(_) => None,
    }));
    let renames = Renames::of(&ops);
    ops.sort_by_key(|op| {
        let turn = if phase(op) == MIDDLE { turn_in_the_middle(op, renames) } else { 0 };
        let depth = match op {
            Op::Create(object) if stands_on_others(object) => created.get(&object.place()).copied().unwrap_or(0),
            Op::Drop(object) if stands_on_others(object) => -dropped.get(&object.place()).copied().unwrap_or(0),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => 0,
        };
        (phase(op), turn, depth)
    });
    ops
}

/// Whether the object says what it stands on.
fn stands_on_others(object: &Object) -> bool {
    matches!(object, Object::View(_) | Object::Definition(_))
}

/// What a view or definition stands on. A name alone may be that of a view, a partition or a foreign table.
fn grounds(object: &Object) -> Vec<Place> {
    let relation = |name: &ObjectName| {
        let beside = [DefinitionKind::Partition, DefinitionKind::ForeignTable];
        let beside = beside.map(|kind| Place::Definition(DefinitionId::new(kind, name.clone())));
        beside.into_iter().chain([Place::View(name.clone())])
    };
    match object {
        Object::View(view) => view.reads.iter().flat_map(relation).collect(),
        Object::Definition(definition) => {
            definition.id.on.iter().flat_map(relation).chain(definition.needs.iter().cloned()).collect()
        }
        Object::Table(_)
        | Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..)
        | Object::Enum(_)
        | Object::Routine(_) => Vec::new(),
    }
}

/// How many of these views and definitions each of them has below it, one on the other. Whatever is beside tables is at
/// least one deep, so that it comes after every table of its phase.
fn depths<'a>(objects: impl Iterator<Item = &'a Object>) -> BTreeMap<Place, i32> {
    let objects: BTreeMap<Place, &Object> =
        objects.filter(|object| stands_on_others(object)).map(|object| (object.place(), object)).collect();
    let mut depths = BTreeMap::new();
    for place in objects.keys() {
        depth_of(place, &objects, &mut depths);
    }
    depths
}

fn depth_of(place: &Place, objects: &BTreeMap<Place, &Object>, depths: &mut BTreeMap<Place, i32>) -> i32 {
    if let Some(known) = depths.get(place) {
        return *known;
    }
    let Some(object) = objects.get(place) else { return 0 };
    // Objects that stand on each other in a circle cannot exist; this keeps such nonsense from running for ever.
    depths.insert(place.clone(), 1);
    let grounds = grounds(object).into_iter().filter(|ground| objects.contains_key(ground));
    let depth = grounds.map(|ground| depth_of(&ground, objects, depths) + 1).max().unwrap_or(1);
    depths.insert(place.clone(), depth);
    depth
}
