//! What only PostgreSQL's texts tell the [sorter](crate::plan::sorted): which words an operation says, and which things they
//! may name.
//!
//! A plan orders by kind: routines before tables, tables before views. PostgreSQL lets a routine speak of a table and a
//! table of a routine, so an operation that names something created later waits for it. Must not know how a step is written.

use std::collections::BTreeSet;

use crate::plan::{Alter, Claims, Object, Op, Priority, Resource, claims, clears, destroys, sorted};
use crate::schema::{Column, DefaultValue, DefinitionKind, Expression, Name, ObjectName, Routine, Schema, Table, Type};

use super::super::words;
use super::called;
use super::columns::index_expressions;
use super::detached::DetachedObjects;

/// When columns let go of a default or a type: behind what is above tables, before whatever else makes way.
const LET_GO: Priority = 1;
/// When what made way comes back, at the earliest: behind every change.
const BACK: Priority = 20;
/// When columns take a default or a type back.
const TAKE_BACK: Priority = 21;

/// The operations of a plan and those that detach and restore other objects, in order.
pub(super) fn with_detached(plan: Vec<Op>, detached: DetachedObjects, from: &Schema) -> Vec<Op> {
    let schemas = schemas(&plan, from);
    let with_claims = |op: Op| with_claims(op, &schemas);
    // The key that a foreign key to a partition leans on may be the partition's own: it comes last and goes first.
    let to_partitions = to_partitions(&plan, from);
    let (lost, plan): (Vec<Op>, Vec<Op>) = plan.into_iter().partition(|op| clears(op) && to_partitions.contains(op));
    let (late, plan): (Vec<Op>, Vec<Op>) = plan.into_iter().partition(|op| to_partitions.contains(op));
    let (mut cleared, mut rest): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    cleared.extend(lost.into_iter().map(|op| {
        let claims = Claims { priority: 0, ..with_claims(op.clone()).1 };
        (op, claims)
    }));
    cleared.extend(detached.above_before.into_iter().map(|object| with_claims(Op::Drop(object))));
    cleared.extend(detached.unset.into_iter().map(|op| {
        let claims = Claims { priority: LET_GO, ..with_claims(op.clone()).1 };
        (op, claims)
    }));
    cleared.extend(detached.before.into_iter().map(|object| with_claims(Op::Drop(object))));
    rest.extend(detached.after.into_iter().chain(detached.above_after).map(|object| {
        let (op, mut claims) = with_claims(Op::Create(object));
        claims.needs.insert(swapped());
        let priority = claims.priority.max(BACK);
        (op, Claims { priority, ..claims })
    }));
    rest.extend(detached.reset.into_iter().map(|op| {
        let mut claims = Claims { priority: TAKE_BACK, ..with_claims(op.clone()).1 };
        claims.needs.insert(swapped());
        (op, claims)
    }));
    for op in plan {
        let clears = clears(&op);
        if clears { cleared.push(with_claims(op)) } else { rest.push(with_claims(op)) }
    }
    let last = rest.iter().map(|(op, claims)| if matches!(op, Op::Create(_)) { claims.priority } else { 0 }).max();
    rest.extend(late.into_iter().map(|op| {
        let claims = with_claims(op.clone()).1;
        let priority = last.unwrap_or_default().max(claims.priority);
        (op, Claims { priority, ..claims })
    }));
    // A routine that reads a view goes before it.
    loop {
        let ended: BTreeSet<Resource> =
            cleared.iter().flat_map(|(_, claims)| said_things(&claims.ends)).cloned().collect();
        let reads_one = |(op, claims): &(Op, Claims)| {
            matches!(op, Op::Drop(_)) && !destroys(op) && said_things(&claims.reads).any(|thing| ended.contains(thing))
        };
        let (early, late): (Vec<_>, Vec<_>) = rest.into_iter().partition(reads_one);
        rest = late;
        if early.is_empty() {
            break;
        }
        cleared.extend(early);
    }
    let mut ops = sorted(cleared);
    ops.extend(sorted(rest));
    ops
}

/// The names that stand before a dot to say in which schema something is.
fn schemas(plan: &[Op], from: &Schema) -> BTreeSet<String> {
    let created = plan.iter().filter_map(|op| match op {
        Op::Create(Object::Definition(it)) => Some(&it.id),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    });
    let named = created.chain(from.definitions.keys()).filter(|id| id.kind == DefinitionKind::Schema);
    named.map(|id| id.name.name.as_str()).chain(["public", "pg_catalog"]).map(str::to_owned).collect()
}

/// The operations on foreign keys that refer to a partition or a foreign table.
fn to_partitions(plan: &[Op], from: &Schema) -> Vec<Op> {
    let kinds = [DefinitionKind::Partition, DefinitionKind::ForeignTable];
    let is_created = |name: &ObjectName| {
        plan.iter().any(|op| match op {
            Op::Create(Object::Definition(it)) => kinds.contains(&it.id.kind) && it.id.name == *name,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    };
    let refers = |op: &&Op| match op {
        Op::Create(Object::ForeignKey(_, key)) | Op::Drop(Object::ForeignKey(_, key)) => {
            from.relation_beside(&key.references).is_some() || is_created(&key.references)
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    };
    plan.iter().filter(refers).cloned().collect()
}

fn said_things(things: &BTreeSet<Resource>) -> impl Iterator<Item = &Resource> {
    things.iter().filter(|thing| matches!(thing, Resource::Word(..)))
}

/// What is meant by a word: what is created or what is dropped, anything or what is no table or view, or only one of those.
mod kinds {
    pub(super) const NEW: &str = "new";
    pub(super) const NEW_BUT_NO_RELATION: &str = "new, but no relation";
    pub(super) const NEW_RELATION: &str = "new relation";
    pub(super) const OLD: &str = "old";
    pub(super) const OLD_BUT_NO_RELATION: &str = "old, but no relation";
}

fn with_claims(op: Op, schemas: &BTreeSet<String>) -> (Op, Claims) {
    let mut claims = claims(&op);
    let word = |kind: &'static str| move |word: String| Resource::Word(kind, word);
    match &op {
        Op::Create(object) => {
            let mentioned = MentionedNames::by(object, schemas);
            claims.needs.extend(mentioned.anything.into_iter().map(word(kinds::NEW)));
            // A column may be called like a table; only what is no relation is meant by a name in an expression.
            claims.needs.extend(mentioned.expressions.into_iter().map(word(kinds::NEW_BUT_NO_RELATION)));
            // A body is read when it is called, but checked when it is created.
            claims.wants.extend(mentioned.body.into_iter().map(word(kinds::NEW_RELATION)));
            let kind = if is_relation(object) { kinds::NEW_RELATION } else { kinds::NEW_BUT_NO_RELATION };
            let own = provided(object);
            claims.makes.extend(own.into_iter().flat_map(|own| [word(kinds::NEW)(own.clone()), word(kind)(own)]));
        }
        Op::Drop(object) => {
            let mentioned = MentionedNames::by(object, schemas);
            claims.reads.extend(mentioned.anything.into_iter().map(word(kinds::OLD)));
            claims.reads.extend(mentioned.expressions.into_iter().map(word(kinds::OLD_BUT_NO_RELATION)));
            let own = provided(object);
            claims.ends.extend(own.iter().cloned().map(word(kinds::OLD)));
            claims.ends.extend(own.filter(|_| !is_relation(object)).map(word(kinds::OLD_BUT_NO_RELATION)));
        }
        Op::Alter(_) | Op::Rename(_) => {}
    }
    match &op {
        Op::Create(object) => {
            claims.makes.extend(indexed(object));
            if matches!(object, Object::View(_)) {
                claims.needs.insert(swapped());
            }
        }
        Op::Drop(object) => claims.ends.extend(indexed(object)),
        Op::Alter(Alter::Enum(change)) if !super::only_adds(change) => drop(claims.makes.insert(swapped())),
        Op::Alter(_) | Op::Rename(_) => {}
    }
    (op, claims)
}

/// That every enum type which loses values is swapped for the one without them.
fn swapped() -> Resource {
    Resource::Word("swapped", String::new())
}

/// The names of the indexes that come or go with an object: a schema has each of them only once.
fn indexed(object: &Object) -> Vec<Resource> {
    let of = |owner: &ObjectName, name: &Name| {
        let name = ObjectName { schema: owner.schema.clone(), name: name.clone() };
        Resource::Word("index", name.to_string())
    };
    match object {
        Object::Table(table) => {
            let keys = table.primary_key.iter().filter_map(|key| key.name.as_ref());
            let names = table.indexes.keys().chain(table.uniques.keys()).chain(keys);
            names.map(|name| of(&table.name, name)).collect()
        }
        Object::Index(table, index) => vec![of(table, &index.name)],
        Object::Unique(table, unique) => vec![of(table, &unique.name)],
        Object::PrimaryKey(table, key) => key.name.iter().map(|name| of(table, name)).collect(),
        Object::Column(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Trigger(..)
        | Object::Enum(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Definition(_) => Vec::new(),
    }
}

fn is_relation(object: &Object) -> bool {
    matches!(object, Object::Table(_) | Object::View(_))
}

/// The bare name others would call the object by.
fn provided(object: &Object) -> Option<String> {
    let bare = |name: &ObjectName| Some(name.name.as_str().to_owned());
    match object {
        Object::Table(table) => bare(&table.name),
        Object::Enum(enum_type) => bare(&enum_type.name),
        Object::View(view) => bare(&view.name),
        Object::Routine(routine) => Some(called(&routine.name).to_owned()),
        Object::Definition(definition) => match definition.id.kind {
            // A table may have the name of a schema; the claims of the plan tell what stands in a schema.
            DefinitionKind::Schema => None,
            DefinitionKind::Aggregate => Some(called(&definition.id.name).to_owned()),
            _ if definition.id.on.is_none() => bare(&definition.id.name),
            _ => None,
        },
        Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..) => None,
    }
}

/// The names that an object's texts mention.
struct MentionedNames<'a> {
    /// The names of schemas, which mention nothing where they stand before a dot.
    schemas: &'a BTreeSet<String>,
    /// Where any kind of object may be meant.
    anything: Vec<String>,
    /// In expressions, where a name may also be a column's.
    expressions: Vec<String>,
    /// In a body.
    body: Vec<String>,
}

impl<'a> MentionedNames<'a> {
    fn by(object: &Object, schemas: &'a BTreeSet<String>) -> Self {
        let mut mentioned = Self { schemas, anything: Vec::new(), expressions: Vec::new(), body: Vec::new() };
        match object {
            Object::Table(table) => mentioned.table(table),
            Object::Column(owner, column) => {
                mentioned.owner(owner);
                mentioned.column(column);
            }
            Object::PrimaryKey(owner, _) | Object::Unique(owner, _) => mentioned.owner(owner),
            Object::ForeignKey(owner, key) => {
                mentioned.owner(owner);
                mentioned.owner(&key.references);
            }
            Object::Check(owner, check) => {
                mentioned.owner(owner);
                mentioned.expression(&check.expression);
            }
            Object::Index(owner, index) => {
                mentioned.owner(owner);
                index_expressions(index).for_each(|expression| mentioned.expression(expression));
            }
            Object::Trigger(owner, trigger) => {
                mentioned.owner(owner);
                mentioned.expression(&trigger.definition);
            }
            Object::Enum(_) => {}
            Object::View(view) => mentioned.anything.extend(mentioned.names(view.query.text())),
            Object::Routine(routine) => mentioned.routine(routine),
            // These statements name nothing but themselves and a schema.
            Object::Definition(definition)
                if matches!(definition.id.kind, DefinitionKind::Schema | DefinitionKind::Extension) => {}
            Object::Definition(definition) => {
                definition.id.on.iter().for_each(|owner| mentioned.owner(owner));
                mentioned.anything.extend(mentioned.names(definition.create.text()));
            }
        }
        mentioned
    }

    fn names(&self, text: &str) -> Vec<String> {
        words::unqualified_names(text, self.schemas)
    }

    fn owner(&mut self, owner: &ObjectName) {
        self.anything.push(owner.name.as_str().to_owned());
    }

    fn expression(&mut self, expression: &Expression) {
        self.expressions.extend(self.names(expression.text()));
        // `nextval('s'::regclass)` names a sequence in a string.
        let strings = words::strings(expression.text());
        self.expressions.extend(strings.iter().flat_map(|text| words::unqualified_names(text, self.schemas)));
    }

    fn table(&mut self, table: &Table) {
        table.columns.values().for_each(|column| self.column(column));
        table.checks.values().for_each(|check| self.expression(&check.expression));
        table.indexes.values().flat_map(index_expressions).for_each(|expression| self.expression(expression));
        table.triggers.values().for_each(|trigger| self.expression(&trigger.definition));
        if let Some(parents) = table.options.get("inherits") {
            self.anything.extend(self.names(parents));
        }
        if let Some(key) = table.options.get(crate::schema::PARTITION_BY) {
            self.expressions.extend(self.names(key));
        }
    }

    fn column(&mut self, column: &Column) {
        if let Type::Native(spelling) = &column.data_type {
            self.anything.extend(self.names(spelling));
        }
        if let Some(DefaultValue::Expression(expression)) = &column.default {
            self.expression(expression);
        }
        column.generated.iter().for_each(|generated| self.expression(&generated.expression));
    }

    /// The head is read at once, and a body in standard SQL too; any other is only checked.
    fn routine(&mut self, routine: &Routine) {
        let text = routine.definition.text();
        let head = super::head(text);
        let body = text.get(head.len()..).unwrap_or_default();
        let start = body.trim_start();
        if start.starts_with("BEGIN ATOMIC") || start.starts_with("RETURN ") {
            self.anything.extend(self.names(text));
        } else {
            self.anything.extend(self.names(head));
            if words::mentions(head, "sql") || body.contains("%TYPE") || body.contains("%ROWTYPE") {
                let inside = body.split_once('$').map_or(body, |(_, inside)| inside);
                let inside = inside.split_once('$').map_or(inside, |(_, inside)| inside);
                self.body.extend(self.names(inside));
            }
        }
        let own = called(&routine.name).to_owned();
        self.anything.retain(|name| *name != own);
    }
}
