//! What stands on something that has to be dropped and created: a routine with another head, a type that cannot be changed
//! in place, an enum type that is swapped.
//!
//! What is replaced is found by its name in the texts of what may stand on it; taking one thing too many out of the way and
//! back is harmless. Must not know how a step is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Alter, Object, Op};
use crate::schema::{
    Change, Column, DefaultValue, DefinitionKind, DependencyLayer, Expression, Name, ObjectName, Schema, Table, Type,
};

use super::super::{render, words};
use super::called;
use super::columns::index_expressions;
use super::detached::Search;

/// What is replaced.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    /// The bare names of everything that goes for a moment.
    names: BTreeSet<String>,
    /// Those of them that are types, and what their columns hold meanwhile.
    types: BTreeMap<String, String>,
}

impl Replaced {
    /// What the plan replaces, and what has to go with that.
    pub(super) fn find(ops: &[Op], from: &Schema) -> Self {
        let mut replaced = Self::default();
        for op in ops {
            match op {
                Op::Alter(Alter::Definition(change)) if !render::changes_in_place(change) => {
                    replaced.add_definition(&change.from);
                }
                Op::Alter(Alter::Routine(change)) if super::head_differs(change) => {
                    replaced.names.insert(called(&change.from.name).to_owned());
                }
                // Its columns are taken care of where it is swapped.
                Op::Alter(Alter::Enum(change)) if !super::only_adds(change) => {
                    replaced.names.insert(change.from.name.name.as_str().to_owned());
                }
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
            }
        }
        // Types and routines depend on each other.
        while !replaced.names.is_empty() {
            let before = replaced.names.len();
            for definition in from.definitions.values() {
                let below = definition.id.kind.layer() == DependencyLayer::BeforeTables;
                if below && replaced.names_one(&definition.create) {
                    replaced.add_definition(definition);
                }
            }
            for routine in from.routines.values() {
                if replaced.names_any(super::head(routine.definition.text())) {
                    replaced.names.insert(called(&routine.name).to_owned());
                }
            }
            if replaced.names.len() == before {
                break;
            }
        }
        replaced
    }

    fn add_definition(&mut self, definition: &crate::schema::Definition) {
        let name = called(&definition.id.name).to_owned();
        let is_type = match definition.id.kind {
            DefinitionKind::Domain | DefinitionKind::CompositeType | DefinitionKind::RangeType => true,
            DefinitionKind::Schema | DefinitionKind::Extension => return,
            _ => false,
        };
        if is_type {
            let text = definition.create.text();
            let base = text.lines().next().and_then(|head| head.split_once(" AS ")).map(|(_, base)| base.to_owned());
            let is_kept = |base: &String| definition.id.kind == DefinitionKind::Domain && !self.names_any(base);
            let base = base.filter(is_kept);
            self.types.insert(name.clone(), base.unwrap_or_else(|| "text".to_owned()));
        }
        self.names.insert(name);
    }

    fn names_any(&self, text: &str) -> bool {
        !self.names.is_empty() && words::names(text).iter().any(|name| self.names.contains(name))
    }

    fn names_one(&self, expression: &Expression) -> bool {
        self.names_any(expression.text())
    }

    /// What a column of a replaced type holds meanwhile.
    fn meanwhile(&self, column: &Column) -> Option<Type> {
        let Type::Native(spelling) = &column.data_type else { return None };
        let named = words::names(spelling);
        let (_, base) = self.types.iter().find(|(name, _)| named.contains(name))?;
        Some(Type::Native(if spelling.ends_with("[]") { "text[]".to_owned() } else { base.clone() }))
    }

    /// The columns whose type goes.
    pub(super) fn columns(&self, from: &Schema) -> Vec<(ObjectName, Name)> {
        let tables = from.tables.values().filter(|_| !self.types.is_empty());
        let columns = tables.flat_map(|table| table.columns.values().map(move |column| (&table.name, column)));
        let gone = columns.filter(|(_, column)| self.meanwhile(column).is_some());
        gone.map(|(table, column)| (table.clone(), column.name.clone())).collect()
    }
}

impl Search<'_> {
    /// Detaches the dependents of replaced objects.
    pub(super) fn replaced(&mut self, replaced: &Replaced) {
        if replaced.names.is_empty() {
            return;
        }
        let from = self.from;
        for view in from.views.values().filter(|view| replaced.names_one(&view.query)) {
            self.moved.insert(view.name.clone());
        }
        for definition in from.definitions.values() {
            let own = replaced.names.contains(called(&definition.id.name));
            let names_it = replaced.names_one(&definition.create);
            match definition.id.kind.layer() {
                DependencyLayer::AfterTables if names_it => self.take_above(&Object::Definition(definition.clone())),
                // One that the plan itself alters is replaced there.
                DependencyLayer::BeforeTables
                    if own && names_it && self.stays(&Object::Definition(definition.clone())) =>
                {
                    let object = Object::Definition(definition.clone());
                    self.take(object.clone(), Some(object));
                }
                DependencyLayer::AfterTables | DependencyLayer::LikeTable | DependencyLayer::BeforeTables => {}
            }
        }
        for routine in from.routines.values() {
            let object = Object::Routine(routine.clone());
            if replaced.names_any(super::head(routine.definition.text())) && self.stays(&object) {
                self.take(object.clone(), Some(object));
            }
        }
        for table in from.tables.values() {
            self.parts_of_table(table, replaced);
        }
    }

    fn parts_of_table(&mut self, table: &Table, replaced: &Replaced) {
        let owner = self.later_table(&table.name);
        let Some(later) = self.to.tables.get(&owner) else { return };
        for check in table.checks.values().filter(|check| replaced.names_one(&check.expression)) {
            let after = later.checks.get(&check.name).cloned();
            self.take(
                Object::Check(table.name.clone(), check.clone()),
                after.map(|check| Object::Check(owner.clone(), check)),
            );
        }
        for index in table.indexes.values() {
            if index_expressions(index).any(|expression| replaced.names_one(expression)) {
                let after = later.indexes.get(&index.name).cloned();
                self.take(
                    Object::Index(table.name.clone(), index.clone()),
                    after.map(|index| Object::Index(owner.clone(), index)),
                );
            }
        }
        for trigger in table.triggers.values().filter(|trigger| replaced.names_one(&trigger.definition)) {
            let after = later.triggers.get(&trigger.name).cloned();
            self.take(
                Object::Trigger(table.name.clone(), trigger.clone()),
                after.map(|trigger| Object::Trigger(owner.clone(), trigger)),
            );
        }
        for column in table.columns.values() {
            self.column_of_table(table, column, &owner, later, replaced);
        }
    }

    fn column_of_table(
        &mut self,
        table: &Table,
        column: &Column,
        owner: &ObjectName,
        later: &Table,
        replaced: &Replaced,
    ) {
        if column.generated.as_ref().is_some_and(|generated| replaced.names_one(&generated.expression)) {
            let object = Object::Column(table.name.clone(), column.clone());
            let Some(after) = later.columns.get(&column.name).cloned() else { return };
            self.take(object, Some(Object::Column(owner.clone(), after)));
            return;
        }
        let mut bare = column.clone();
        let names_it =
            |value: &DefaultValue| matches!(value, DefaultValue::Expression(text) if replaced.names_one(text));
        bare.default.take_if(|value| names_it(value));
        if let Some(meanwhile) = replaced.meanwhile(column) {
            bare.data_type = meanwhile;
            bare.default = None;
        }
        if bare == *column {
            return;
        }
        let before = Change::new(column.clone(), bare.clone());
        self.detached.unset.push(Op::Alter(Alter::Column(table.name.clone(), before)));
        if let Some(after) = later.columns.get(&column.name) {
            let mut without = after.clone();
            if without.data_type == column.data_type {
                without.data_type = bare.data_type.clone();
            }
            if without.default == column.default || without.data_type != after.data_type {
                without.default.clone_from(&bare.default);
            }
            if without != *after {
                let change = Change::new(without, after.clone());
                self.detached.reset.push(Op::Alter(Alter::Column(owner.clone(), change)));
            }
        }
    }
}
