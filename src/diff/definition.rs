//! Definitions: altered if tables depend on them or they may hold rows, else dropped and created; also if one of their
//! dependencies changes.
//!
//! Must not know SQL or any dialect. Every rule here reads the same in both directions, so that a plan's inverse is the plan
//! for the other direction.

use std::collections::BTreeMap;

use crate::plan::{Alter, Object, Op, column_dependency};
use crate::schema::{Change, Definition, DefinitionId, DependencyLayer, Facet, ObjectName, Part, Place, Schema};

use super::dependent::{beside_stays, same_dependencies, view_stays};

/// The operations on definitions.
pub(super) fn compare(from: &Schema, to: &Schema, ops: &mut Vec<Op>) {
    let mut comparison = Comparison { from, to, views: BTreeMap::new(), definitions: BTreeMap::new() };
    let (mut drops, mut creates) = (Vec::new(), Vec::new());
    for (id, old) in &from.definitions {
        match to.definitions.get(id) {
            Some(new) if id.kind.layer() != DependencyLayer::AfterTables && comparison.definition_stays(id) => {
                if old != new {
                    let change = Change::new(old.clone(), new.clone());
                    ops.push(Op::Alter(Alter::Definition(change)));
                }
            }
            _ if comparison.definition_stays(id) => {}
            _ => drops.push(old),
        }
    }
    for (id, new) in &to.definitions {
        if !comparison.definition_stays(id) {
            creates.push(new);
        }
    }
    let object = |definition: &Definition| Object::Definition(definition.clone());
    ops.extend(drops.into_iter().map(|definition| Op::Drop(object(definition))));
    ops.extend(creates.into_iter().map(|definition| Op::Create(object(definition))));
}

/// Both schemas, and the decisions made so far.
struct Comparison<'a> {
    from: &'a Schema,
    to: &'a Schema,
    views: BTreeMap<ObjectName, bool>,
    definitions: BTreeMap<DefinitionId, bool>,
}

impl Comparison<'_> {
    /// Whether a definition exists on both sides and is kept: after tables if it and its dependencies are unchanged, like a
    /// table if it belongs to the same tables, before tables always.
    fn definition_stays(&mut self, id: &DefinitionId) -> bool {
        let (Some(old), Some(new)) = (self.from.definitions.get(id), self.to.definitions.get(id)) else { return false };
        match id.kind.layer() {
            DependencyLayer::BeforeTables => return true,
            DependencyLayer::LikeTable => return beside_stays(&id.name, self.from, self.to),
            DependencyLayer::AfterTables => {}
        }
        if let Some(known) = self.definitions.get(id) {
            return *known;
        }
        // Cyclic dependencies are invalid; this guard prevents infinite recursion.
        self.definitions.insert(id.clone(), true);
        let stays = old == new
            && id.on.iter().all(|owner| self.owner_stays(owner))
            && old.needs.union(&new.needs).all(|need| self.place_stays(need));
        self.definitions.insert(id.clone(), stays);
        stays
    }

    /// A definition that belongs to a table depends on the existence of the table only; its columns are in `needs`.
    fn owner_stays(&mut self, owner: &ObjectName) -> bool {
        let (from, to) = (self.from, self.to);
        if from.views.contains_key(owner) || to.views.contains_key(owner) {
            return view_stays(owner, from, to, &mut self.views);
        }
        from.tables.contains_key(owner) == to.tables.contains_key(owner) && beside_stays(owner, from, to)
    }

    fn place_stays(&mut self, place: &Place) -> bool {
        let (from, to) = (self.from, self.to);
        match place {
            Place::Table(name, part) => {
                let (Some(old), Some(new)) = (from.tables.get(name), to.tables.get(name)) else { return false };
                match part {
                    Part::Whole => same_dependencies(old, new),
                    Part::Comment => old.comment == new.comment,
                    Part::Option(key) => old.options.get(key.as_str()) == new.options.get(key.as_str()),
                    Part::PrimaryKey => old.primary_key == new.primary_key,
                    Part::Column(name, Facet::Whole) => {
                        let (old, new) = (old.columns.get(name), new.columns.get(name));
                        old.is_some() && old.map(column_dependency) == new.map(column_dependency)
                    }
                    Part::Column(name, _) => old.columns.get(name) == new.columns.get(name),
                    Part::Unique(name) => old.uniques.get(name) == new.uniques.get(name),
                    // An unchanged foreign key may be replaced; definitions that depend on it are replaced with it.
                    Part::ForeignKey(name, _) => {
                        let (old, new) = (old.foreign_keys.get(name), new.foreign_keys.get(name));
                        old == new && from.tables == to.tables
                    }
                    Part::Check(name) => old.checks.get(name) == new.checks.get(name),
                    Part::Index(name) => old.indexes.get(name) == new.indexes.get(name),
                    Part::Trigger(name) => old.triggers.get(name) == new.triggers.get(name),
                    Part::Rows => old.rows == new.rows,
                }
            }
            Place::Enum(name) => from.enums.contains_key(name) == to.enums.contains_key(name),
            Place::View(name) => view_stays(name, from, to, &mut self.views),
            Place::Routine(name) => from.routines.contains_key(name) == to.routines.contains_key(name),
            Place::Definition(id) => self.definition_stays(id),
        }
    }
}
