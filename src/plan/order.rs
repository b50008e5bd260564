//! The order of operations: a table of phases, mirrored, so that a plan that is valid forwards is valid backwards.
//!
//! Must not know SQL. What must come first is decided by what needs what, never by a name's spelling.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{ObjectName, View};

use super::{Alter, Object, Op};

/// The last phase; `phase(op.inverse()) == LAST - phase(op)` for every operation.
pub const LAST: u8 = 22;

/// When an operation's turn comes.
///
/// What depends on other things goes first when it is dropped and last when it is created. Enum types and routines are
/// needed by columns, so they come before columns are added and go after columns are dropped. Tables are dropped before
/// enum types are created and created after enum types are dropped, because the two share a name space on PostgreSQL.
/// Columns are added before others are dropped, so no table is ever without columns. Whatever is altered or renamed stands
/// in the middle: dropped objects are named as they were before, created ones as they are after.
pub fn phase(op: &Op) -> u8 {
    match op {
        Op::Drop(object) => drop_phase(object),
        Op::Create(object) => LAST - drop_phase(object),
        Op::Alter(_) | Op::Rename(_) => LAST / 2,
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
        // The mirror images of these three stand on the early side: they are created in phases 8, 9 and 10.
        Object::Column(..) => LAST - 10,
        Object::Enum(_) => LAST - 9,
        Object::Routine(_) => LAST - 8,
    }
}

/// Puts operations in an order in which each finds what it needs. Stable within a phase, but for views, which may read each
/// other, and for the middle, where enum types change before the columns that use their new values.
pub fn order(mut ops: Vec<Op>) -> Vec<Op> {
    let created = view_depths(ops.iter().filter_map(|op| match op {
        Op::Create(Object::View(view)) => Some(view),
        _ => None,
    }));
    let dropped = view_depths(ops.iter().filter_map(|op| match op {
        Op::Drop(Object::View(view)) => Some(view),
        _ => None,
    }));
    ops.sort_by_key(|op| {
        let within = match op {
            Op::Create(Object::View(view)) => created.get(&view.name).copied().unwrap_or(0),
            Op::Drop(Object::View(view)) => -dropped.get(&view.name).copied().unwrap_or(0),
            Op::Create(_) | Op::Drop(_) | Op::Rename(_) => 0,
            Op::Alter(Alter::Enum(_)) => 1,
            Op::Alter(Alter::Routine(_)) => 2,
            Op::Alter(Alter::Column(..)) => 3,
            Op::Alter(Alter::PrimaryKey(..)) => 4,
            Op::Alter(Alter::Comment(..) | Alter::Options(..)) => 5,
        };
        (phase(op), within)
    });
    ops
}

/// How many views deep each of these views reads.
fn view_depths<'a>(views: impl Iterator<Item = &'a View>) -> BTreeMap<ObjectName, i32> {
    let views: BTreeMap<&ObjectName, &View> = views.map(|view| (&view.name, view)).collect();
    views.keys().map(|name| ((*name).clone(), depth_of(name, &views, &mut BTreeSet::new()))).collect()
}

fn depth_of(name: &ObjectName, views: &BTreeMap<&ObjectName, &View>, visiting: &mut BTreeSet<ObjectName>) -> i32 {
    let Some(view) = views.get(name) else { return 0 };
    if !visiting.insert(name.clone()) {
        return 0;
    }
    let depth = view
        .reads
        .iter()
        .filter(|read| views.contains_key(read))
        .map(|read| depth_of(read, views, visiting) + 1)
        .max()
        .unwrap_or(0);
    visiting.remove(name);
    depth
}
