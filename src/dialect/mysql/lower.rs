//! Turning a plan into steps these servers can do.
//!
//! First operations they do not have are made into ones they have, then what belongs into one `ALTER TABLE` is brought
//! together. Must not know SQL.

mod group;
mod keys;

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Step, Unsupported, case};
use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Change, Column, DefaultValue, IndexPart, IndexTarget, ObjectName, Schema, Table, Type};

use super::types::{Family, family};
use super::{Flavor, versioning};

/// On which side of a plan's renames an operation is done: by this it names things as they were or as they will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    After,
}

/// An operation and its side.
type Sided = (Side, Op);

/// Both ends of a plan, and how tables are named at them.
struct Ends<'a> {
    from: &'a Schema,
    to: Schema,
    /// Names before, by names after; tables that keep theirs are not in it.
    earlier: BTreeMap<ObjectName, ObjectName>,
    /// Tables that have another name later, or a column or index that does, by both names.
    renamed: BTreeSet<ObjectName>,
}

impl Ends<'_> {
    /// The name before.
    fn original<'a>(&'a self, later: &'a ObjectName) -> &'a ObjectName {
        self.earlier.get(later).unwrap_or(later)
    }

    fn later_name<'a>(&'a self, side: Side, name: &'a ObjectName) -> &'a ObjectName {
        match side {
            Side::After => name,
            Side::Before => self.earlier.iter().find(|(_, it)| *it == name).map_or(name, |(later, _)| later),
        }
    }

    /// The table before and after, by its name on one side. A table that is new or goes is `None`.
    fn both(&self, side: Side, name: &ObjectName) -> Option<(&Table, &Table)> {
        let later = self.later_name(side, name);
        let earlier = self.earlier.get(later).unwrap_or(later);
        Some((self.from.tables.get(earlier)?, self.to.tables.get(later)?))
    }
}

pub(super) fn lower(flavor: Flavor, plan: &Plan, from: &Schema) -> Result<Vec<Step>, Unsupported> {
    let plan = &case::followed(plan, from);
    let mut to = from.clone();
    let (mut earlier, mut renamed) = (BTreeMap::new(), BTreeSet::new());
    // Renames stand together, in front of everything but what only hangs on tables and goes.
    let first = plan.ops().iter().position(|op| matches!(op, Op::Rename(_))).unwrap_or(plan.ops().len());
    let mut ops: Vec<Sided> = Vec::new();
    for (at, op) in plan.ops().iter().enumerate() {
        // A plan that does not apply is refused elsewhere; here it is enough to know what the rest of it leads to.
        let _ = apply(&Plan::new(vec![op.clone()]), &mut to);
        ops.push((if at < first { Side::Before } else { Side::After }, op.clone()));
        match op {
            Op::Rename(Rename::Table(change)) => {
                let original = earlier.remove(&change.from).unwrap_or_else(|| change.from.clone());
                earlier.insert(change.to.clone(), original);
                renamed.extend([change.from.clone(), change.to.clone()]);
            }
            Op::Rename(Rename::Column(table, _) | Rename::Index(table, _) | Rename::Unique(table, _)) => {
                renamed.insert(table.clone());
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
        }
    }
    let ends = Ends { from, to, earlier, renamed };
    collations(&ends, &mut ops);
    computed(&ends, &mut ops);
    of_renamed(&ends, plan, &mut ops);
    keys::rename(&ends, &plan.renames().collect::<Vec<_>>(), &mut ops);
    keys::around(&ends, &mut ops);
    keys::overtaken(&ends, &mut ops);
    keys::generated(&ends, &mut ops);
    if flavor.has_column_checks() {
        keys::column_checks(flavor, &ends, &mut ops);
    }
    let mut steps = group::steps(&ends, ops);
    for step in &mut steps {
        if let Step::Together(name, ops) = step
            && let Some((before, after)) = ends.both(Side::After, name).or_else(|| ends.both(Side::Before, name))
            && before.options.contains_key(versioning::OPTION)
        {
            ops.extend(versioning::marker(after));
        }
    }
    Ok(steps)
}

/// The column with nothing changed, to have it written anew.
fn rewrite(table: &ObjectName, column: &Column) -> Op {
    Op::Alter(Alter::Column(table.clone(), Change::new(column.clone(), column.clone())))
}

/// A table's collation is only a default for new columns: those that have it are altered with it.
fn collations(ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    let mut further = Vec::new();
    for (side, op) in ops.iter() {
        let Op::Alter(Alter::Options(name, change)) = op else { continue };
        if change.from.get("collation") == change.to.get("collation") {
            continue;
        }
        let Some((before, after)) = ends.both(*side, name) else { continue };
        let (here, there) = if *side == Side::Before { (before, after) } else { (after, before) };
        let is_altered = |column: &Column| {
            let alters =
                |op: &Op| matches!(op, Op::Alter(Alter::Column(on, it)) if on == name && it.to.name == column.name);
            ops.iter().any(|(_, op)| alters(op))
        };
        let inherits = |column: &&Column| {
            let Type::Native(native) = &column.data_type else { return false };
            let is_text = matches!(family(native), Family::Text | Family::Choice);
            column.collation.is_none() && is_text && there.columns.contains_key(&column.name) && !is_altered(column)
        };
        further.extend(here.columns.values().filter(inherits).map(|column| (*side, rewrite(name, column))));
    }
    ops.extend(further);
}

/// The servers do not make a virtual column of another, or another of it: it is dropped and added, with its indexes.
fn computed(ends: &Ends<'_>, ops: &mut Vec<Sided>) {
    let is_virtual = |column: &Column| column.generated.as_ref().is_some_and(|generated| !generated.stored);
    let kind = |column: &Column| column.generated.as_ref().map(|generated| generated.stored);
    let mut replaced = Vec::new();
    ops.retain(|(side, op)| {
        let Op::Alter(Alter::Column(name, change)) = op else { return true };
        let is_replaced =
            kind(&change.from) != kind(&change.to) && (is_virtual(&change.from) || is_virtual(&change.to));
        if is_replaced {
            replaced.push((*side, name.clone(), change.clone()));
        }
        !is_replaced
    });
    for (side, name, change) in replaced {
        if let Some((before, after)) = ends.both(side, &name) {
            let (here, there) = if side == Side::Before { (before, after) } else { (after, before) };
            let of_column = |part: &IndexPart| part.target == IndexTarget::Column(change.to.name.clone());
            for index in here.indexes.values().filter(|index| index.parts.iter().any(of_column)) {
                let drop = (side, Op::Drop(Object::Index(name.clone(), index.clone())));
                if there.indexes.get(&index.name) == Some(index) && !ops.contains(&drop) {
                    ops.push(drop);
                    ops.push((side, Op::Create(Object::Index(name.clone(), index.clone()))));
                }
            }
        }
        ops.push((side, Op::Drop(Object::Column(name.clone(), change.from))));
        ops.push((side, Op::Create(Object::Column(name, change.to))));
    }
}

/// A column that another is computed from, or takes its default from, is not renamed under it: the computed one goes first
/// and comes back, the default likewise.
fn of_renamed(ends: &Ends<'_>, plan: &Plan, ops: &mut Vec<Sided>) {
    let mut further = Vec::new();
    ops.retain_mut(|(side, op)| {
        let (name, column) = match op {
            Op::Alter(Alter::Column(name, change)) => (&*name, &change.from),
            Op::Drop(Object::Column(name, column)) if column.generated.is_some() => (&*name, &*column),
            Op::Alter(_) | Op::Create(_) | Op::Drop(_) | Op::Rename(_) => return true,
        };
        let mut own = column.name.clone();
        let mut renames = false;
        for rename in plan.renames() {
            if let Rename::Column(table, column) = rename
                && ends.original(table) == ends.original(name)
            {
                renames = true;
                if column.to == own {
                    own = column.from.clone();
                }
            }
        }
        let before =
            ends.from.tables.get(ends.original(name)).and_then(|table| Some((table, table.columns.get(&own)?)));
        let Some((before, old)) = before.filter(|_| renames && *side == Side::After) else { return true };
        let Op::Alter(Alter::Column(name, change)) = op else {
            further.push((Side::Before, Op::Drop(Object::Column(before.name.clone(), old.clone()))));
            return false;
        };
        let computed = (&change.from.generated, &change.to.generated);
        if computed.0 != computed.1 && old.generated.is_some() {
            further.push((Side::Before, Op::Drop(Object::Column(before.name.clone(), old.clone()))));
            further.push((Side::After, Op::Create(Object::Column(name.clone(), change.to.clone()))));
            return false;
        }
        if change.from.default != change.to.default && matches!(old.default, Some(DefaultValue::Expression(_))) {
            let without = |column: &Column| Column { default: None, ..column.clone() };
            let bare = Change::new(old.clone(), without(old));
            further.push((Side::Before, Op::Alter(Alter::Column(before.name.clone(), bare))));
            change.from = without(&change.from);
        }
        true
    });
    ops.extend(further);
}

#[cfg(test)]
mod tests;
