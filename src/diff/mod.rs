//! The differ: two normalised schemas of one dialect in, a plan out.
//!
//! Must not know SQL, any dialect, where the schemas came from, or what somebody wished: after `normalize`, comparing is
//! `==`, so there is not one predicate here.

mod table;

use std::collections::BTreeMap;

use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Change, Normalized, Schema};

/// The operations that turn `from` into `to`, in order. `renames` are answers given by the developer, applied first; a
/// rename of something that is not there is left out, because the database may have it already.
pub fn diff(from: &Normalized, to: &Normalized, renames: &[Rename]) -> Plan {
    let mut renamed = from.schema().clone();
    let mut ops = Vec::new();
    for rename in renames {
        let mut attempt = renamed.clone();
        let op = Op::Rename(rename.clone());
        if apply(&Plan::new(vec![op.clone()]), &mut attempt).is_ok() {
            renamed = attempt;
            ops.push(op);
        }
    }
    compare(&renamed, to.schema(), &mut ops);
    Plan::new(ops)
}

fn compare(from: &Schema, to: &Schema, ops: &mut Vec<Op>) {
    for pair in pairs(&from.enums, &to.enums) {
        match pair {
            Pair::Removed(old) => ops.push(Op::Drop(Object::Enum(old.clone()))),
            Pair::Added(new) => ops.push(Op::Create(Object::Enum(new.clone()))),
            Pair::Both(old, new) => ops.push(Op::Alter(Alter::Enum(Change::new(old.clone(), new.clone())))),
        }
    }
    for pair in pairs(&from.routines, &to.routines) {
        match pair {
            Pair::Removed(old) => ops.push(Op::Drop(Object::Routine(old.clone()))),
            Pair::Added(new) => ops.push(Op::Create(Object::Routine(new.clone()))),
            Pair::Both(old, new) => ops.push(Op::Alter(Alter::Routine(Change::new(old.clone(), new.clone())))),
        }
    }
    for pair in pairs(&from.tables, &to.tables) {
        match pair {
            Pair::Removed(old) => table::removed(old, ops),
            Pair::Added(new) => table::added(new, ops),
            Pair::Both(old, new) => table::changed(old, new, ops),
        }
    }
    for pair in pairs(&from.views, &to.views) {
        let (old, new) = pair.sides();
        ops.extend(old.map(|view| Op::Drop(Object::View(view.clone()))));
        ops.extend(new.map(|view| Op::Create(Object::View(view.clone()))));
    }
}

/// What became of one name.
enum Pair<'a, T> {
    Removed(&'a T),
    Added(&'a T),
    Both(&'a T, &'a T),
}

impl<'a, T> Pair<'a, T> {
    /// The object before and after, where it is.
    fn sides(self) -> (Option<&'a T>, Option<&'a T>) {
        match self {
            Self::Removed(old) => (Some(old), None),
            Self::Added(new) => (None, Some(new)),
            Self::Both(old, new) => (Some(old), Some(new)),
        }
    }
}

/// The names on which two maps differ; where they agree there is nothing to say.
fn pairs<'a, K: Ord, T: Eq>(from: &'a BTreeMap<K, T>, to: &'a BTreeMap<K, T>) -> Vec<Pair<'a, T>> {
    let mut found = Vec::new();
    for (name, old) in from {
        match to.get(name) {
            None => found.push(Pair::Removed(old)),
            Some(new) if new != old => found.push(Pair::Both(old, new)),
            Some(_) => {}
        }
    }
    let added = to.iter().filter(|(name, _)| !from.contains_key(*name));
    found.extend(added.map(|(_, new)| Pair::Added(new)));
    found
}
