//! Dependents that the plan does not mention, but that must be dropped before it and created again after it.
//!
//! PostgreSQL refuses to change or drop an object that others depend on: views that read a changed column, foreign keys that
//! rely on a replaced key, triggers, checks and generated columns that name a column whose type changes. The plan leaves them
//! unchanged, so they are created again as they were. Must not know how a step is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Column, DependencyLayer, Name, ObjectName, Part, Place, Schema, Table, Type, View};

use super::super::types::{Family, family};
use super::super::{partitions, words};
use super::columns::{check_mentions, disturbs, index_mentions, index_uses, is_made_anew};
use super::detached::{DetachedObjects, Search};
use super::repartition::is_repartitioned;
use super::replaced::Replaced;

/// The changes to columns, by table under its name before the plan.
#[derive(Debug, Default)]
struct Touched {
    /// Columns whose type changes in place.
    retyped: BTreeSet<Name>,
    /// Columns dropped, or dropped and created.
    gone: BTreeSet<Name>,
    /// Columns whose enum type is swapped.
    swapped: BTreeSet<Name>,
    /// The columns of keys and unique indexes that go or are replaced.
    keys: Vec<BTreeSet<Name>>,
    /// Whether the primary key is among them; a view that groups by it may show other columns for that.
    loses_key: bool,
    /// Whether the table is made anew.
    whole: bool,
}

/// Finds the dependents to detach.
pub(super) fn find(ops: &[Op], from: &Schema) -> DetachedObjects {
    let replaced = Replaced::find(ops, from);
    let mut touched = touched(ops, from);
    for (table, column) in replaced.columns(from) {
        touched.entry(table).or_default().retyped.insert(column);
    }
    let mut to = from.clone();
    let _ = apply(&Plan::new(ops.to_vec()), &mut to);
    let mut search = Search { ops, from, to: &to, detached: DetachedObjects::default(), moved: BTreeSet::new() };
    search.replaced(&replaced);
    search.views(&touched);
    search.foreign_keys(&touched);
    for (name, touched) in &touched {
        if let Some(table) = from.tables.get(name) {
            search.parts(table, touched);
        }
    }
    search.definitions(&touched);
    search.detached
}

/// Names as they were before the plan: a plan that is led back renames last, one that leads on renames first.
fn touched(ops: &[Op], from: &Schema) -> BTreeMap<ObjectName, Touched> {
    let mut found: BTreeMap<ObjectName, Touched> = BTreeMap::new();
    let mut state = from.clone();
    let mut tables: BTreeMap<ObjectName, ObjectName> = BTreeMap::new();
    let mut columns: BTreeMap<(ObjectName, Name), Name> = BTreeMap::new();
    for op in ops {
        let original = |table: &ObjectName| tables.get(table).unwrap_or(table).clone();
        let column =
            |table: &ObjectName, name: &Name| columns.get(&(original(table), name.clone())).unwrap_or(name).clone();
        match op {
            Op::Alter(Alter::Column(table, change)) if disturbs(change) => {
                let entry = found.entry(original(table)).or_default();
                let name = column(table, &change.from.name);
                if is_made_anew(change) {
                    entry.gone.insert(name)
                } else {
                    entry.retyped.insert(name)
                };
            }
            Op::Drop(Object::Column(table, old)) => {
                found.entry(original(table)).or_default().gone.insert(column(table, &old.name));
            }
            Op::Drop(Object::Table(table)) => {
                let gone = &mut found.entry(original(&table.name)).or_default().gone;
                gone.extend(table.columns.keys().cloned());
            }
            Op::Alter(Alter::PrimaryKey(table, change)) if !change.from.is_only_renamed(&change.to) => {
                let key = change.from.columns.iter().map(|name| column(table, name)).collect();
                let entry = found.entry(original(table)).or_default();
                entry.keys.push(key);
                entry.loses_key = true;
            }
            Op::Alter(Alter::Options(table, change)) if is_repartitioned(change) => {
                let columns = state.tables.get(table).into_iter().flat_map(|table| table.columns.keys());
                let columns: Vec<Name> = columns.map(|name| column(table, name)).collect();
                let entry = found.entry(original(table)).or_default();
                entry.gone.extend(columns);
                entry.whole = true;
            }
            Op::Drop(Object::PrimaryKey(table, key)) => {
                let key = key.columns.iter().map(|name| column(table, name)).collect();
                let entry = found.entry(original(table)).or_default();
                entry.keys.push(key);
                entry.loses_key = true;
            }
            Op::Drop(Object::Unique(table, unique)) => {
                let key = unique.columns.iter().map(|name| column(table, name)).collect();
                found.entry(original(table)).or_default().keys.push(key);
            }
            Op::Drop(Object::Index(table, index)) if index.unique && index.predicate.is_none() => {
                let parts = index.parts.iter().filter_map(|part| match &part.target {
                    crate::schema::IndexTarget::Column(name) => Some(column(table, name)),
                    crate::schema::IndexTarget::Expression(_) => None,
                });
                let key = parts.collect();
                found.entry(original(table)).or_default().keys.push(key);
            }
            Op::Alter(Alter::Enum(change)) if !super::only_adds(change) => {
                for table in state.tables.values() {
                    for own in table.columns.values().filter(|own| own.data_type.enum_name() == Some(&change.from.name))
                    {
                        let entry = found.entry(original(&table.name)).or_default();
                        entry.swapped.insert(column(&table.name, &own.name));
                    }
                }
            }
            Op::Rename(Rename::Table(change)) => {
                let first = original(&change.from);
                tables.insert(change.to.clone(), first);
            }
            Op::Rename(Rename::Column(table, change)) => {
                let (owner, first) = (original(table), column(table, &change.from));
                columns.insert((owner, change.to.clone()), first);
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
        }
        let _ = apply(&Plan::new(vec![op.clone()]), &mut state);
    }
    found
}

impl Search<'_> {
    /// Views that read what changes, and views that read those or views the plan drops.
    fn views(&mut self, touched: &BTreeMap<ObjectName, Touched>) {
        let named = std::mem::take(&mut self.moved);
        let dropped = |view: &View| self.is_dropped(&Object::View(view.clone()));
        let mut moved: BTreeSet<&ObjectName> = named.iter().collect();
        for view in self.from.views.values() {
            let text = view.query.text();
            let reads = |(table, touched): (&ObjectName, &Touched)| {
                let mut columns = touched.retyped.iter().chain(&touched.gone).chain(&touched.swapped);
                view.reads.contains(table)
                    && (touched.whole
                        || columns.any(|column| words::mentions(text, column.as_str()) || words::has_star(text))
                        || touched.loses_key && words::mentions(text, "group"))
            };
            if dropped(view) || touched.iter().any(reads) {
                moved.insert(&view.name);
            }
        }
        loop {
            let found = self
                .from
                .views
                .values()
                .find(|view| !moved.contains(&view.name) && view.reads.iter().any(|read| moved.contains(read)));
            match found {
                Some(view) => moved.insert(&view.name),
                None => break,
            };
        }
        let views = self.from.views.values().filter(|view| moved.contains(&view.name) && !dropped(view));
        let views: Vec<Object> = views.cloned().map(Object::View).collect();
        let moved = moved.into_iter().cloned().collect();
        self.moved = moved;
        self.detached.above_before.extend(views.iter().cloned());
        self.detached.above_after.extend(views);
    }

    /// Definitions above tables that stand on a column in the way, or on something that is taken out of the way.
    fn definitions(&mut self, touched: &BTreeMap<ObjectName, Touched>) {
        // Tables made anew, and their partitions.
        let whole = touched.iter().filter(|(_, touched)| touched.whole).map(|(table, _)| table);
        let with_partitions = |table: &ObjectName| {
            let partitions = partitions::of_table(self.from, table).into_iter().map(|partition| partition.id.name);
            std::iter::once(table.clone()).chain(partitions).collect::<Vec<_>>()
        };
        let anew: BTreeSet<ObjectName> = whole.flat_map(with_partitions).collect();
        loop {
            let taken: BTreeSet<Place> =
                self.detached.before.iter().chain(&self.detached.above_before).map(Object::place).collect();
            let goes = |need: &Place| match need {
                Place::Table(table, Part::Column(column, _)) => touched.get(table).is_some_and(|touched| {
                    [&touched.retyped, &touched.gone, &touched.swapped].iter().any(|columns| columns.contains(column))
                }),
                Place::View(view) => self.moved.contains(view),
                Place::Table(_, Part::Index(_) | Part::Unique(_) | Part::PrimaryKey) => self.is_made_anew(need),
                Place::Table(..) | Place::Enum(_) | Place::Routine(_) | Place::Definition(_) => false,
            };
            let found = self.from.definitions.values().find(|definition| {
                let object = Object::Definition((*definition).clone());
                definition.id.kind.layer() == DependencyLayer::AfterTables
                    && (definition.id.on.iter().any(|owner| self.moved.contains(owner) || anew.contains(owner))
                        || definition.needs.iter().any(|need| goes(need) || taken.contains(need)))
                    && self.stays(&object)
                    && !self.detached.above_before.contains(&object)
            });
            let Some(found) = found.cloned() else { break };
            self.take_above(&Object::Definition(found));
        }
    }

    /// Whether the plan drops a key or an index and creates another one in its place.
    fn is_made_anew(&self, place: &Place) -> bool {
        let there = |op: &&Op| op.place() == *place;
        self.ops.iter().filter(there).any(|op| matches!(op, Op::Drop(_)))
            && self.ops.iter().filter(there).any(|op| matches!(op, Op::Create(_)))
            || self.ops.iter().any(|op| match op {
                Op::Alter(Alter::PrimaryKey(_, change)) => there(&op) && !change.from.is_only_renamed(&change.to),
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
            })
    }

    /// Foreign keys that lean on a key that goes, or whose columns change to a type that fits only once both sides have it.
    fn foreign_keys(&mut self, touched: &BTreeMap<ObjectName, Touched>) {
        for table in self.from.tables.values() {
            for key in table.foreign_keys.values() {
                let referenced: BTreeSet<Name> = key.referenced_columns.iter().cloned().collect();
                let other = touched.get(&key.references);
                let own = touched.get(&table.name);
                let leans = other.is_some_and(|other| other.keys.contains(&referenced));
                let misfits = own.is_some_and(|own| self.misfits(&table.name, &key.columns, own))
                    || other.is_some_and(|other| self.misfits(&key.references, &key.referenced_columns, other));
                if leans || misfits {
                    let before = Object::ForeignKey(table.name.clone(), key.clone());
                    let after = self.later_key(table, &key.name);
                    self.take(before, after);
                }
            }
        }
    }

    fn later_key(&self, table: &Table, name: &Name) -> Option<Object> {
        let owner = self.later_table(&table.name);
        let name = self.ops.iter().fold(name.clone(), |name, op| match op {
            Op::Rename(Rename::ForeignKey(_, change)) if change.from == name => change.to.clone(),
            _ => name,
        });
        let key = self.to.tables.get(&owner)?.foreign_keys.get(&name)?;
        Some(Object::ForeignKey(owner, key.clone()))
    }

    /// Whether one of the columns changes to a type that does not compare with the old one.
    fn misfits(&self, table: &ObjectName, columns: &[Name], touched: &Touched) -> bool {
        let later = self.to.tables.get(&self.later_table(table));
        columns.iter().any(|name| {
            if touched.swapped.contains(name) || touched.gone.contains(name) {
                return true;
            }
            if !touched.retyped.contains(name) {
                return false;
            }
            let old = self.from.tables.get(table).and_then(|table| table.columns.get(name));
            let new = later.and_then(|table| table.columns.get(name));
            !matches!((old, new), (Some(old), Some(new)) if compare(old, new))
        })
    }

    /// What a table holds that names a column in the way.
    fn parts(&mut self, table: &Table, touched: &Touched) {
        let owner = self.later_table(&table.name);
        let Some(later) = self.to.tables.get(&owner) else { return };
        let retyped: BTreeSet<Name> = touched.retyped.union(&touched.swapped).cloned().collect();
        let generated: Vec<&Column> =
            table.columns.values().filter(|column| depends(column, &retyped, touched)).collect();
        let mut gone: BTreeSet<Name> = touched.gone.clone();
        gone.extend(generated.iter().map(|column| column.name.clone()));
        for trigger in table.triggers.values() {
            let text = trigger.definition.text();
            if touched.whole || retyped.union(&gone).any(|column| words::mentions(text, column.as_str())) {
                let after = later.triggers.get(&trigger.name).cloned();
                self.take(
                    Object::Trigger(table.name.clone(), trigger.clone()),
                    after.map(|trigger| Object::Trigger(owner.clone(), trigger)),
                );
            }
        }
        for index in table.indexes.values() {
            let rebuilt = touched.swapped.iter().any(|column| index_mentions(index, column));
            if rebuilt || gone.iter().any(|column| index_uses(index, column)) {
                let after = later.indexes.get(&index.name).cloned();
                self.take(
                    Object::Index(table.name.clone(), index.clone()),
                    after.map(|index| Object::Index(owner.clone(), index)),
                );
            }
        }
        for check in table.checks.values() {
            let mut named = touched.swapped.union(&gone);
            if touched.whole || named.any(|column| check_mentions(check, column)) {
                let after = later.checks.get(&check.name).cloned();
                self.take(
                    Object::Check(table.name.clone(), check.clone()),
                    after.map(|check| Object::Check(owner.clone(), check)),
                );
            }
        }
        for unique in table.uniques.values() {
            if unique.columns.iter().any(|column| gone.contains(column)) {
                let after = later.uniques.get(&unique.name).cloned();
                self.take(
                    Object::Unique(table.name.clone(), unique.clone()),
                    after.map(|unique| Object::Unique(owner.clone(), unique)),
                );
            }
        }
        for column in generated {
            let object = Object::Column(table.name.clone(), column.clone());
            let Some(after) = later.columns.get(&column.name).cloned() else { continue };
            self.take(object, Some(Object::Column(owner.clone(), after)));
        }
    }
}

/// Whether a generated column that the plan itself leaves alone has a swapped type, or is computed from a column whose type
/// changes.
fn depends(column: &Column, retyped: &BTreeSet<Name>, touched: &Touched) -> bool {
    let Some(generated) = &column.generated else { return false };
    let text = generated.expression.text();
    !touched.gone.contains(&column.name)
        && (touched.swapped.contains(&column.name) || retyped.iter().any(|name| words::mentions(text, name.as_str())))
}

/// Whether values of the two columns compare, so that a foreign key may stand between them for a moment.
fn compare(old: &Column, new: &Column) -> bool {
    match (&old.data_type, &new.data_type) {
        (Type::Native(old), Type::Native(new)) => {
            let (old, new) = (family(old), family(new));
            old == new && matches!(old, Family::Integer | Family::Text)
        }
        _ => false,
    }
}
