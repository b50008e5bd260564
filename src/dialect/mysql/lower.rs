//! Turning a plan into steps these servers can do.
//!
//! First operations they do not have are made into ones they have, then what belongs into one `ALTER TABLE` is brought
//! together. Must not know SQL.

mod group;
mod keys;

use std::collections::BTreeMap;

use crate::dialect::{Step, Unsupported};
use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Change, Column, IndexTarget, ObjectName, Schema, Table, Type};

use super::Flavor;
use super::types::{Family, family};

/// Both ends of a plan, and how tables are named at them.
struct Ends<'a> {
    from: &'a Schema,
    to: Schema,
    /// Names before, by names after; tables that keep theirs are not in it.
    earlier: BTreeMap<ObjectName, ObjectName>,
}

impl Ends<'_> {
    fn earlier_name<'a>(&'a self, later: &'a ObjectName) -> &'a ObjectName {
        self.earlier.get(later).unwrap_or(later)
    }

    /// The table before and after, by its name after. A table that is new or goes is `None`.
    fn both(&self, later: &ObjectName) -> Option<(&Table, &Table)> {
        Some((self.from.tables.get(self.earlier_name(later))?, self.to.tables.get(later)?))
    }
}

pub(super) fn lower(flavor: Flavor, plan: &Plan, from: &Schema) -> Result<Vec<Step>, Unsupported> {
    let mut to = from.clone();
    // A plan that does not apply is refused elsewhere; here it is enough to know what the rest of it leads to.
    for op in plan.ops() {
        let _ = apply(&Plan::new(vec![op.clone()]), &mut to);
    }
    let mut earlier: BTreeMap<ObjectName, ObjectName> = BTreeMap::new();
    for op in plan.ops() {
        if let Op::Rename(Rename::Table(change)) = op {
            let first = earlier.remove(&change.from).unwrap_or_else(|| change.from.clone());
            earlier.insert(change.to.clone(), first);
        }
    }
    let ends = Ends { from, to, earlier };
    let mut ops = plan.ops().to_vec();
    collations(&ends, &mut ops);
    computed(&ends, &mut ops);
    keys::rename(&ends, &mut ops);
    keys::around(&ends, &mut ops);
    keys::overtaken(&ends, &mut ops);
    if flavor.has_column_checks() {
        keys::column_checks(flavor, &ends, &mut ops);
    }
    Ok(group::steps(&ends, Plan::new(ops)))
}

/// The column with nothing changed, to have it written anew.
fn rewrite(table: &ObjectName, column: &Column) -> Op {
    Op::Alter(Alter::Column(table.clone(), Change::new(column.clone(), column.clone())))
}

/// A table's collation is only a default for new columns: those that have it are altered with it.
fn collations(ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let mut further = Vec::new();
    for op in ops.iter() {
        let Op::Alter(Alter::Options(name, change)) = op else { continue };
        if change.from.get("collation") == change.to.get("collation") {
            continue;
        }
        let Some((before, after)) = ends.both(name) else { continue };
        let inherits = |column: &&Column| {
            let Type::Native(native) = &column.data_type else { return false };
            column.collation.is_none()
                && matches!(family(native), Family::Text | Family::Choice)
                && before.columns.contains_key(&column.name)
                && !ops
                    .iter()
                    .any(|op| matches!(op, Op::Alter(Alter::Column(on, it)) if on == name && it.to.name == column.name))
        };
        further.extend(after.columns.values().filter(inherits).map(|column| rewrite(name, column)));
    }
    ops.extend(further);
}

/// The servers do not make a virtual column of another, or another of it: it is dropped and added, with its indexes.
fn computed(ends: &Ends<'_>, ops: &mut Vec<Op>) {
    let is_virtual = |column: &Column| column.generated.as_ref().is_some_and(|generated| !generated.stored);
    let kind = |column: &Column| column.generated.as_ref().map(|generated| generated.stored);
    let mut further = Vec::new();
    ops.retain(|op| {
        let Op::Alter(Alter::Column(name, change)) = op else { return true };
        let replaced = kind(&change.from) != kind(&change.to) && (is_virtual(&change.from) || is_virtual(&change.to));
        if replaced {
            further.push((name.clone(), change.clone()));
        }
        !replaced
    });
    for (name, change) in further {
        if let Some((before, after)) = ends.both(&name) {
            for index in after.indexes.values() {
                let of_column =
                    |part: &crate::schema::IndexPart| part.target == IndexTarget::Column(change.to.name.clone());
                let drop = Op::Drop(Object::Index(name.clone(), index.clone()));
                let stays = before.indexes.get(&index.name) == Some(index) && !ops.contains(&drop);
                if stays && index.parts.iter().any(of_column) {
                    ops.push(drop);
                    ops.push(Op::Create(Object::Index(name.clone(), index.clone())));
                }
            }
        }
        ops.push(Op::Drop(Object::Column(name.clone(), change.from)));
        ops.push(Op::Create(Object::Column(name, change.to)));
    }
}

#[cfg(test)]
mod tests;
