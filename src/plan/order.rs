//! The order of operations: a table of phases, mirrored, so that a plan that is valid forwards is valid backwards.
//!
//! Must not know SQL. What must come first is decided by what needs what, never by a name's spelling.

use std::collections::BTreeMap;

use crate::schema::{Change, EnumType, ObjectName, View};

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
    }
}

/// The order inside the middle: first renames, so that a name given up is free (on the way back they come last, when it is
/// free again); then what columns need, the columns, the changes, and the same in reverse for what goes. Columns are added before others are dropped, so that a key can move from
/// one to the other and no table is ever without columns. An enum type that only loses values does so when the columns that
/// held them are gone; any other change of it comes before the columns that use its new values. Enum types come and go
/// between the dropping and the creating of tables, because the two share a name space on PostgreSQL.
fn turn_in_the_middle(op: &Op, renames: Renames) -> i32 {
    const LAST_TURN: i32 = 13;
    match op {
        Op::Rename(_) => match renames {
            Renames::First => 0,
            Renames::Last => LAST_TURN,
        },
        Op::Create(object) => creation_turn(object),
        Op::Drop(object) => LAST_TURN - creation_turn(object),
        Op::Alter(Alter::Enum(change)) if only_loses_values(change) => LAST_TURN - 2,
        Op::Alter(Alter::Enum(_)) => 2,
        Op::Alter(Alter::Routine(_)) => 5,
        Op::Alter(Alter::Column(..)) => 6,
        Op::Alter(Alter::PrimaryKey(..)) => 7,
        Op::Alter(Alter::Comment(..) | Alter::Options(..)) => 8,
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
        match ops.iter().find(|op| phase(op) == MIDDLE) {
            None | Some(Op::Rename(_)) => Self::First,
            Some(Op::Create(_) | Op::Drop(_) | Op::Alter(_)) => Self::Last,
        }
    }
}

fn creation_turn(object: &Object) -> i32 {
    match object {
        Object::Enum(_) => 1,
        Object::Routine(_) => 3,
        Object::Column(..) => 4,
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

/// Puts operations in an order in which each finds what it needs. Stable within a phase, but for views, which may read each
/// other, and for the middle.
pub fn order(mut ops: Vec<Op>) -> Vec<Op> {
    let created = view_depths(ops.iter().filter_map(|op| match op {
        Op::Create(Object::View(view)) => Some(view),
        _ => None,
    }));
    let dropped = view_depths(ops.iter().filter_map(|op| match op {
        Op::Drop(Object::View(view)) => Some(view),
        _ => None,
    }));
    let renames = Renames::of(&ops);
    ops.sort_by_key(|op| {
        let within = match op {
            Op::Create(Object::View(view)) => created.get(&view.name).copied().unwrap_or(0),
            Op::Drop(Object::View(view)) => -dropped.get(&view.name).copied().unwrap_or(0),
            _ if phase(op) == MIDDLE => turn_in_the_middle(op, renames),
            _ => 0,
        };
        (phase(op), within)
    });
    ops
}

/// How many views deep each of these views reads.
fn view_depths<'a>(views: impl Iterator<Item = &'a View>) -> BTreeMap<ObjectName, i32> {
    let views: BTreeMap<&ObjectName, &View> = views.map(|view| (&view.name, view)).collect();
    let mut depths = BTreeMap::new();
    for view in views.values() {
        depth_of(view, &views, &mut depths);
    }
    depths
}

fn depth_of(view: &View, views: &BTreeMap<&ObjectName, &View>, depths: &mut BTreeMap<ObjectName, i32>) -> i32 {
    if let Some(known) = depths.get(&view.name) {
        return *known;
    }
    // Views that read each other in a circle cannot exist; this keeps such nonsense from running for ever.
    depths.insert(view.name.clone(), 0);
    let read = view.reads.iter().filter_map(|name| views.get(name));
    let depth = read.map(|read| depth_of(read, views, depths) + 1).max().unwrap_or(0);
    depths.insert(view.name.clone(), depth);
    depth
}
