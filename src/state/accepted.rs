//! Accepted differences: the target keeps what the base has where a difference was accepted, by a developer or by adoption.
//!
//! Must not know how differences are accepted, or where that is recorded.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Unsupported};
use crate::diff::diff;
use crate::entity::Model;
use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{
    Acceptance, Column, Expression, Facet, Name, Normalized, ObjectName, Origins, Part, Parts, Place, Schema,
    Strictness, Table,
};

use super::contradiction::contradictions;
use super::dangling::remove_dangling;
use super::follow;
use super::types::{FOREIGN_KEY, RULES, TypeRules};

/// The accepted differences, before and after the renames of the base.
pub(super) struct Acceptances<'a> {
    /// By the places that the base has without the renames.
    pub(super) before: &'a Origins,
    /// By the places after the renames.
    pub(super) after: &'a Origins,
    /// The renames, in the order in which they were applied.
    pub(super) renames: &'a [Rename],
}

impl Acceptances<'_> {
    /// The acceptance of a difference: by its place, or by the one that it had before the renames. An object that is missing
    /// in the database is not renamed there, but the code names it by its table and columns.
    fn of(&self, plan: &Plan, place: &Place, says: &str) -> Option<Acceptance> {
        let is_this = |it: &&Acceptance| it.says == says && it.text == declared_text(plan, place);
        if let Some(it) = self.after.accepted().get(place).filter(is_this) {
            return Some(it.clone());
        }
        let created = plan.ops().iter().find_map(|op| match op {
            Op::Create(object) if object.place() == *place => Some(object),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        })?;
        let former = follow::former(created, self.renames)?;
        let it = self.before.accepted().get(&former.place())?;
        (it.says == Op::Create(former).summary()).then(|| Acceptance { says: says.to_owned(), ..it.clone() })
    }
}

/// The target without the accepted differences, and those of them that still are differences.
///
/// # Errors
/// None for a base this dialect normalised.
pub(super) fn without_accepted(
    dialect: &dyn Dialect,
    model: &Model,
    base: &Normalized,
    target: Normalized,
    acceptances: &Acceptances<'_>,
    rules: &TypeRules,
) -> Result<(Normalized, BTreeMap<Place, Acceptance>), Unsupported> {
    let product = dialect.product();
    let is_in_force = |it: &Acceptance| {
        let Some(key) = it.rule.as_deref() else { return true };
        // A rule that nobody knows accepts nothing, so that the difference is seen.
        let rule = RULES.iter().find(|rule| rule.key == key);
        rule.is_some_and(|rule| rules.strictness(rule, product) == Strictness::Loose)
    };
    let mut left = BTreeMap::new();
    if acceptances.before.accepted().is_empty() {
        return Ok((target, left));
    }
    let mut schema = target.schema().clone();
    let plan = diff(base, &target, &[]);
    for it in contradictions(product, &plan, model) {
        if let Some(accepted) = acceptances.of(&plan, &it.place, &it.says).filter(is_in_force) {
            leave_as_it_is(&mut schema, base.schema(), model, &it.place);
            left.insert(it.place, accepted);
        }
    }
    if left.is_empty() {
        return Ok((target, left));
    }
    let changed: BTreeSet<ObjectName> = left.keys().map(|place| place.object().clone()).collect();
    remove_dangling(product, &mut schema, target.schema(), base.schema(), &changed);
    // A new type that is used cannot be left out.
    let is_left = |place: &Place| match place {
        Place::Enum(name) => schema.enums.get(name) == base.schema().enums.get(name),
        Place::Table(..) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => true,
    };
    left.retain(|place, _| is_left(place));
    Ok((dialect.normalize(schema)?, left))
}

/// The text of the view, trigger, routine or other definition that a plan creates or changes at a place.
pub fn declared_text(plan: &Plan, place: &Place) -> Option<String> {
    let found = plan.ops().iter().filter(|op| op.place() == *place).find_map(text_of)?;
    Some(found.text().to_owned())
}

fn text_of(op: &Op) -> Option<&Expression> {
    match op {
        Op::Create(Object::View(view)) => Some(&view.query),
        Op::Create(Object::Trigger(_, trigger)) => Some(&trigger.definition),
        Op::Create(Object::Routine(routine)) => Some(&routine.definition),
        Op::Create(Object::Definition(definition)) => Some(&definition.create),
        Op::Alter(Alter::Routine(change)) => Some(&change.to.definition),
        Op::Alter(Alter::Definition(change)) => Some(&change.to.create),
        Op::Create(
            Object::Table(_)
            | Object::Column(..)
            | Object::PrimaryKey(..)
            | Object::Unique(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Index(..)
            | Object::Enum(_),
        )
        | Op::Alter(
            Alter::Column(..)
            | Alter::PrimaryKey(..)
            | Alter::Comment(..)
            | Alter::Options(..)
            | Alter::Enum(_)
            | Alter::Rows(_),
        )
        | Op::Drop(_)
        | Op::Rename(_) => None,
    }
}

/// The foreign keys that the code declares and an adopted database lacks although it has both tables and their columns, as
/// differences to accept. Keys of tables and columns that the database does not have yet are to be created with them.
pub fn missing_foreign_keys(plan: &Plan, base: &Schema, since: &str) -> Vec<(Place, Acceptance)> {
    let is_replaced = |place: &Place| plan.ops().iter().any(|op| matches!(op, Op::Drop(old) if old.place() == *place));
    let has = |table: &ObjectName, columns: &[Name]| {
        base.tables.get(table).is_some_and(|table| columns.iter().all(|name| table.columns.contains_key(name)))
    };
    let missing = plan.ops().iter().filter(|op| match op {
        Op::Create(object @ Object::ForeignKey(table, key)) => {
            let is_possible = has(table, &key.columns) && has(&key.references, &key.referenced_columns);
            is_possible && !is_replaced(&object.place())
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    });
    let accepted = |op: &Op| Acceptance {
        says: op.summary(),
        text: None,
        since: since.to_owned(),
        because: "the database had no foreign key for this relation when it was adopted".to_owned(),
        rule: Some(FOREIGN_KEY.key.to_owned()),
    };
    missing.map(|op| (op.place(), accepted(op))).collect()
}

/// Copies what the base has at a place into the target.
fn leave_as_it_is(target: &mut Schema, base: &Schema, model: &Model, place: &Place) {
    fn put<K: Ord + Clone, V: Clone>(target: &mut BTreeMap<K, V>, base: &BTreeMap<K, V>, key: &K) {
        match base.get(key) {
            Some(old) => drop(target.insert(key.clone(), old.clone())),
            None => drop(target.remove(key)),
        }
    }
    match place {
        Place::Table(name, part) => table(target, base, model, name, part),
        Place::Enum(name) => put(&mut target.enums, &base.enums, name),
        Place::View(name) => put(&mut target.views, &base.views, name),
        Place::Routine(name) => put(&mut target.routines, &base.routines, name),
        Place::Definition(id) => put(&mut target.definitions, &base.definitions, id),
    }
}

fn table(target: &mut Schema, base: &Schema, model: &Model, name: &ObjectName, part: &Part) {
    fn put<T: Clone>(target: &mut Parts<T>, base: Option<&Parts<T>>, name: &Name) {
        match base.and_then(|base| base.get(name)) {
            Some(old) => drop(target.insert(name.clone(), old.clone())),
            None => drop(target.remove(name)),
        }
    }
    let old = base.tables.get(name);
    if *part == Part::Whole {
        match old {
            Some(old) => drop(target.tables.insert(name.clone(), old.clone())),
            None => drop(target.tables.remove(name)),
        }
        return;
    }
    let Some(new) = target.tables.get_mut(name) else { return };
    match part {
        Part::Whole => {}
        Part::Comment => new.comment = old.and_then(|old| old.comment.clone()),
        Part::Option(key) => match old.and_then(|old| old.options.get(key.as_str())) {
            Some(value) => drop(new.options.insert(key.as_str().to_owned(), value.clone())),
            None => drop(new.options.remove(key.as_str())),
        },
        Part::PrimaryKey => new.primary_key = old.and_then(|old| old.primary_key.clone()),
        Part::Column(column, facet) => column_facet(new, old, column, *facet),
        Part::Unique(name) => put(&mut new.uniques, old.map(|old| &old.uniques), name),
        Part::Check(name) => put(&mut new.checks, old.map(|old| &old.checks), name),
        Part::Index(name) => put(&mut new.indexes, old.map(|old| &old.indexes), name),
        Part::Trigger(name) => put(&mut new.triggers, old.map(|old| &old.triggers), name),
        Part::Rows => new.rows = old.and_then(|old| old.rows.clone()),
        Part::ForeignKey(key, _) => {
            put(&mut new.foreign_keys, old.map(|old| &old.foreign_keys), key);
            // MySQL and MariaDB make an index for a foreign key; without the key it is not needed.
            let is_declared = model.sources.contains(&Place::Table(name.clone(), Part::Index(key.clone())));
            if !new.foreign_keys.contains_key(key) && !is_declared {
                put(&mut new.indexes, old.map(|old| &old.indexes), key);
            }
        }
    }
}

fn column_facet(new: &mut Table, old: Option<&Table>, name: &Name, facet: Facet) {
    let old = old.and_then(|old| old.columns.get(name));
    let (Some(old), Some(column)) = (old, new.columns.get_mut(name)) else {
        match old {
            Some(old) => drop(new.columns.insert(old.clone())),
            None => new.columns.retain(|column| column.name != *name),
        }
        return;
    };
    match facet {
        Facet::Whole => column.nullable = old.nullable,
        Facet::Type => column.data_type = old.data_type.clone(),
        Facet::Default => column.default = old.default.clone(),
        Facet::Identity => column.identity = old.identity,
        Facet::Generated => column.generated = old.generated.clone(),
        Facet::Collation => column.collation = old.collation.clone(),
        Facet::OnUpdate => column.on_update = old.on_update.clone(),
        Facet::OnDelete => {}
        Facet::Comment => column.comment = old.comment.clone(),
        Facet::Options => column.options = old.options.clone(),
    }
    let same = Column { wording: old.wording.clone(), ..column.clone() } == *old;
    if same {
        column.wording = old.wording.clone();
    }
}
