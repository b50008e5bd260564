//! The part of a schema that a plan can affect, so that executing a small plan costs little in a large schema.
//!
//! Must not know what is done with it. If it is uncertain what a plan affects, that is the whole schema.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::schema::{ObjectName, Place, Schema, Table};

use super::{Object, Op, Plan};

/// The tables a plan works on, those that they refer to or that refer to them, those with triggers or with options of their
/// own, which may speak of any other, everything that is not a table, and the tables it stands on: what has to make way for
/// the plan comes back to them. A plan that renames, or that works on anything but tables, may concern all of them.
pub fn near<'a>(plan: &Plan, schema: &'a Schema) -> Cow<'a, Schema> {
    let mut named: BTreeSet<ObjectName> = BTreeSet::new();
    for op in plan.ops() {
        let Place::Table(table, _) = op.place() else { return Cow::Borrowed(schema) };
        named.insert(table);
        match op {
            Op::Create(Object::ForeignKey(_, key)) | Op::Drop(Object::ForeignKey(_, key)) => {
                named.insert(key.references.clone());
            }
            Op::Rename(_) => return Cow::Borrowed(schema),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) => {}
        }
    }
    let worked_on: Vec<&Table> = named.iter().filter_map(|name| schema.tables.get(name)).collect();
    let referred_to: BTreeSet<&ObjectName> =
        worked_on.iter().flat_map(|table| table.foreign_keys.values().map(|key| &key.references)).collect();
    let stood_on = stood_on(schema);
    let concerns = |table: &Table| {
        named.contains(&table.name)
            || referred_to.contains(&table.name)
            || stood_on.contains(&table.name)
            || !table.triggers.is_empty()
            || !table.options.is_empty()
            || table.foreign_keys.values().any(|key| named.contains(&key.references))
    };
    let tables = schema.tables.iter().filter(|(_, table)| concerns(table));
    Cow::Owned(Schema {
        tables: tables.map(|(name, table)| (name.clone(), table.clone())).collect(),
        enums: schema.enums.clone(),
        views: schema.views.clone(),
        routines: schema.routines.clone(),
        definitions: schema.definitions.clone(),
        kept: schema.kept.clone(),
    })
}

/// The tables that views read and that definitions belong to or need.
fn stood_on(schema: &Schema) -> BTreeSet<&ObjectName> {
    let reads = schema.views.values().flat_map(|view| &view.reads);
    let owners = schema.definitions.values().filter_map(|definition| definition.id.on.as_ref());
    let needs = schema.definitions.values().flat_map(|definition| &definition.needs);
    reads.chain(owners).chain(needs.map(Place::object)).collect()
}

#[cfg(test)]
mod tests {
    use crate::schema::{Change, Column, Definition, DefinitionId, DefinitionKind, ForeignKey, Name, Options, Type};

    use super::super::{Op, Plan, Rename};
    use super::*;

    /// `a`, `b` referring to `a`, `c` referring to `b`, and `d`.
    fn schema() -> Schema {
        let mut schema = Schema::default();
        for (name, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", None)] {
            let mut table = Table::new(ObjectName::local(name));
            table.foreign_keys.extend(parent.map(|parent| {
                let key = ForeignKey {
                    name: Name::new("key"),
                    columns: vec![Name::new("parent")],
                    references: ObjectName::local(parent),
                    referenced_columns: vec![Name::new("id")],
                    on_update: None,
                    on_delete: None,
                    options: Options::new(),
                };
                (key.name.clone(), key)
            }));
            schema.tables.insert(table.name.clone(), table);
        }
        schema
    }

    fn names(plan: Vec<Op>) -> Vec<String> {
        near(&Plan::new(plan), &schema()).tables.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plan_concerns_its_tables_and_what_is_tied_to_them() {
        let column = |table: &str| {
            Op::Create(Object::Column(ObjectName::local(table), Column::new("x", Type::Native("integer".to_owned()))))
        };
        assert_eq!(names(vec![column("a")]), ["a", "b"]);
        assert_eq!(names(vec![column("b")]), ["a", "b", "c"]);
        assert_eq!(names(vec![column("d")]), ["d"]);
        let rename = Rename::Table(Change::new(ObjectName::local("d"), ObjectName::local("e")));
        assert_eq!(names(vec![Op::Rename(rename)]), ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_definitions_stand_on_is_there_for_them() {
        let mut schema = schema();
        let id = DefinitionId::on(DefinitionKind::Policy, ObjectName::local("c"), ObjectName::local("own"));
        let mut policy = Definition::new(id.clone(), "CREATE POLICY own ON c USING (EXISTS (SELECT 1 FROM d))");
        policy.needs.insert(Place::table(&ObjectName::local("d")));
        schema.definitions.insert(id, policy);
        let column = Column::new("x", Type::Native("integer".to_owned()));
        let plan = Plan::new(vec![Op::Create(Object::Column(ObjectName::local("d"), column))]);
        let near = near(&plan, &schema);
        assert_eq!(near.tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["c", "d"]);
        assert_eq!(near.definitions, schema.definitions);
    }
}
