//! The objects a migration can touch: those its statements name, their dependencies, and their dependents.
//!
//! Must not know databases. Too many objects only cost time; an object that is left out occurs in no statement.

mod rewritten;

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Statement;
use crate::dialect::postgres::sequence_of;
use crate::introspect::Scope;
use crate::schema::{
    DefaultValue, Definition, DefinitionKind, Expression, ForeignKey, IndexTarget, Name, ObjectName, Place, Schema,
    Table, Tables,
};

use super::stand_ins;
use rewritten::{Rewritten, rewritten};

/// The names of the touched objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TouchedPart {
    /// The objects that the statements name.
    pub(super) named: BTreeSet<ObjectName>,
    /// Those objects, their dependencies and their dependents.
    pub(super) tables: BTreeSet<ObjectName>,
    views: BTreeSet<ObjectName>,
    enums: BTreeSet<ObjectName>,
    routines: BTreeSet<ObjectName>,
    /// Referenced tables that are in neither schema.
    stand_ins: Tables,
}

/// The words of a text in lower case, and the text itself for names that are not a single word.
pub(super) struct WordSet {
    words: BTreeSet<String>,
    text: String,
}

impl WordSet {
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let text = texts.collect::<Vec<_>>().join("\n").to_lowercase();
        let words = text.split(|letter: char| !is_of_word(letter)).map(str::to_owned).collect();
        Self { words, text }
    }

    /// Whether a single word is there, in lower case.
    fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    pub(super) fn name(&self, name: &Name) -> bool {
        let name = name.as_str().to_lowercase();
        match name.chars().all(is_of_word) {
            true => self.words.contains(&name),
            // Quotes inside a quoted name are doubled.
            false => {
                self.text.contains(&name)
                    || ['"', '`']
                        .iter()
                        .any(|quote| self.text.contains(&name.replace(*quote, &format!("{quote}{quote}"))))
            }
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The objects of the schemas that the statements can touch.
pub(super) fn part(schemas: &[&Schema], statements: &[&[Statement]]) -> TouchedPart {
    let words = WordSet::of(statements.iter().flat_map(|list| list.iter()).map(|statement| statement.sql.as_str()));
    let mut part = TouchedPart::default();
    for schema in schemas {
        let names = schema.tables.keys().chain(schema.views.keys()).chain(schema.enums.keys());
        part.named.extend(names.filter(|name| words.name(&name.name)).cloned());
        let routines = schema.routines.keys().filter(|name| words.name(&plain(name)));
        part.routines.extend(routines.cloned());
        // A statement may name an index, a trigger or a sequence without its table.
        let is_named = |table: &&Table| {
            inner_names(table).any(|name| words.name(name)) || sequences(table).any(|name| words.name(&name))
        };
        let inner = schema.tables.values().filter(is_named);
        part.named.extend(inner.map(|table| table.name.clone()));
        let standing = schema.definitions.values().filter(|it| is_named_alone(it.id.kind));
        let standing = standing.filter(|it| words.name(&plain(&it.id.name)));
        standing.for_each(|it| part.add_dependencies(schema, it));
    }
    part.tables = part.named.clone();
    part.views = part.named.clone();
    part.enums = part.named.clone();
    schemas.iter().for_each(|schema| part.add_dependents(schema));
    let tables = part.tables.clone();
    schemas.iter().for_each(|schema| part.add_references(schema, &tables));
    schemas.iter().for_each(|schema| part.add_rewritten(schema, &words));
    // An object that is needed in one state may have further dependencies in the other.
    loop {
        let size = part.size();
        schemas.iter().for_each(|schema| part.add_needs(schema));
        if part.size() == size {
            break;
        }
    }
    part.stand_ins = stand_ins::find(&part, schemas);
    part
}

/// The names of table parts that are unique in the schema, so that a statement may use them without the table.
fn inner_names(table: &Table) -> impl Iterator<Item = &Name> {
    table.indexes.keys().chain(table.triggers.keys())
}

/// The sequences of a table's numbered columns: by their given or generated names.
fn sequences(table: &Table) -> impl Iterator<Item = Name> {
    table.columns.values().filter(|column| column.identity.is_some()).map(|column| {
        match column.options.get("sequence") {
            Some(name) => Name::from(name.rsplit('.').next().unwrap_or(name).trim_matches('"')),
            None => sequence_of(&table.name, &column.name),
        }
    })
}

/// Whether a statement may name the definition without its table.
fn is_named_alone(kind: DefinitionKind) -> bool {
    match kind {
        DefinitionKind::Partition
        | DefinitionKind::PartitionPart
        | DefinitionKind::ForeignTable
        | DefinitionKind::Sequence
        | DefinitionKind::Statistics
        | DefinitionKind::Exclusion
        | DefinitionKind::Publication
        | DefinitionKind::Domain
        | DefinitionKind::CompositeType
        | DefinitionKind::RangeType
        | DefinitionKind::Aggregate
        | DefinitionKind::Operator
        | DefinitionKind::Event
        | DefinitionKind::EventTrigger => true,
        DefinitionKind::Schema
        | DefinitionKind::Extension
        | DefinitionKind::Collation
        | DefinitionKind::Server
        | DefinitionKind::Partitioning
        | DefinitionKind::Policy
        | DefinitionKind::Rule
        | DefinitionKind::ViewIndex
        | DefinitionKind::ViewTrigger
        | DefinitionKind::Setting
        | DefinitionKind::Comment
        | DefinitionKind::Privilege => false,
    }
}

/// A name without argument types.
fn plain(name: &ObjectName) -> Name {
    Name::from(name.name.as_str().split('(').next().unwrap_or_default())
}

impl TouchedPart {
    /// The part that is a whole schema.
    pub(super) fn whole(schema: &Schema) -> Self {
        Self {
            tables: schema.tables.keys().cloned().collect(),
            views: schema.views.keys().cloned().collect(),
            routines: schema.routines.keys().cloned().collect(),
            ..Self::default()
        }
    }

    /// Adds the tables and views that a definition belongs to or depends on, directly or by another definition.
    fn add_dependencies(&mut self, schema: &Schema, definition: &Definition) {
        self.named.extend(definition.id.on.clone());
        for need in &definition.needs {
            match need {
                Place::Table(name, _) | Place::View(name) => drop(self.named.insert(name.clone())),
                Place::Definition(id) => {
                    schema.definitions.get(id).into_iter().for_each(|below| self.add_dependencies(schema, below));
                }
                Place::Enum(_) | Place::Routine(_) => {}
            }
        }
    }

    fn size(&self) -> usize {
        self.tables.len() + self.views.len() + self.enums.len() + self.routines.len()
    }

    /// Adds the dependents of named objects: tables that reference them or use the types, and views of views.
    fn add_dependents(&mut self, schema: &Schema) {
        let refer = |table: &Table, to: &BTreeSet<ObjectName>| {
            table.foreign_keys.values().any(|key| to.contains(&key.references))
        };
        let uses = |table: &Table, named: &BTreeSet<ObjectName>| {
            table.columns.values().any(|column| column.data_type.enum_name().is_some_and(|name| named.contains(name)))
        };
        let dependent = schema.tables.values().filter(|table| refer(table, &self.named) || uses(table, &self.named));
        let dependent: Vec<ObjectName> = dependent.map(|table| table.name.clone()).collect();
        self.tables.extend(dependent);
        loop {
            let more: Vec<&ObjectName> = schema
                .views
                .values()
                .filter(|view| !self.views.contains(&view.name))
                .filter(|view| view.reads.iter().any(|read| self.tables.contains(read) || self.views.contains(read)))
                .map(|view| &view.name)
                .collect();
            if more.is_empty() {
                break;
            }
            self.views.extend(more.into_iter().cloned());
        }
    }

    /// Adds referenced tables. Their own foreign keys are left out: they lead out of the part.
    fn add_references(&mut self, schema: &Schema, tables: &BTreeSet<ObjectName>) {
        for table in tables.iter().filter_map(|name| schema.tables.get(name)) {
            let referred_to = table.foreign_keys.values().map(|key| &key.references);
            self.tables.extend(referred_to.filter(|name| schema.tables.contains_key(name)).cloned());
        }
    }

    /// Adds the objects whose texts name what the statements may rename.
    fn add_rewritten(&mut self, schema: &Schema, words: &WordSet) {
        let Rewritten { relations, routines } = rewritten(schema, words);
        let (tables, views): (Vec<_>, Vec<_>) =
            relations.into_iter().partition(|name| schema.tables.contains_key(name));
        self.tables.extend(tables);
        self.views.extend(views.into_iter().filter(|name| schema.views.contains_key(name)));
        self.routines.extend(routines);
    }

    /// Adds the objects that are needed to build the part and to write rows into it: relations that its views read, and
    /// all names in the texts of its triggers, routines, policies, checks and defaults.
    fn add_needs(&mut self, schema: &Schema) {
        let mut needed: BTreeSet<ObjectName> = BTreeSet::new();
        for table in self.tables.iter().filter_map(|name| schema.tables.get(name)) {
            self.enums.extend(table.columns.values().filter_map(|column| column.data_type.enum_name()).cloned());
        }
        needed.extend(self.views.iter().filter_map(|name| schema.views.get(name)).flat_map(|it| it.reads.clone()));
        let owned = |it: &&Definition| it.id.on.as_ref().is_some_and(|on| self.has(on));
        let needs = schema.definitions.values().filter(owned).flat_map(|it| &it.needs);
        needed.extend(needs.map(|need| need.object().clone()));
        let (bodies, expressions) = self.texts(schema);
        let (bodies, expressions) = (WordSet::of(bodies.into_iter()), WordSet::of(expressions.into_iter()));
        let relations = schema.tables.keys().chain(schema.views.keys());
        needed.extend(relations.filter(|name| bodies.name(&name.name)).cloned());
        for name in needed {
            if schema.tables.contains_key(&name) {
                self.tables.insert(name);
            } else if schema.views.contains_key(&name) {
                self.views.insert(name);
            }
        }
        let named = |name: &Name| bodies.name(name) || expressions.name(name);
        self.routines.extend(schema.routines.keys().filter(|name| named(&plain(name))).cloned());
        self.enums.extend(schema.enums.keys().filter(|name| named(&name.name)).cloned());
    }

    /// The scope of introspection for a scratch database with the part.
    pub(super) fn scope(&self, scope: &Scope) -> Scope {
        let mut scope = scope.clone();
        scope.also.extend(self.stand_ins.keys().cloned());
        scope.schemas.extend(self.stand_ins.keys().filter_map(|name| name.schema.clone()));
        scope
    }

    fn has(&self, relation: &ObjectName) -> bool {
        self.tables.contains(relation) || self.views.contains(relation)
    }

    /// The texts of the part that may name any object, and those that only name routines and types.
    pub(super) fn texts<'s>(&self, schema: &'s Schema) -> (Vec<&'s str>, Vec<&'s str>) {
        let (mut bodies, mut expressions): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for table in self.tables.iter().filter_map(|name| schema.tables.get(name)) {
            let (of_bodies, of_expressions) = texts_of(table);
            bodies.extend(of_bodies);
            expressions.extend(of_expressions);
        }
        bodies.extend(self.views.iter().filter_map(|name| schema.views.get(name)).map(|view| view.query.text()));
        bodies.extend(self.routines.iter().filter_map(|name| schema.routines.get(name)).map(|it| it.definition.text()));
        let owned = schema.definitions.values().filter(|it| it.id.on.as_ref().is_some_and(|on| self.has(on)));
        bodies.extend(owned.map(|it| it.create.text()));
        (bodies, expressions)
    }

    /// The part of a schema, with stand-ins for unmanaged tables. A foreign key that leads out of the part is left out.
    pub(super) fn of(&self, schema: &Schema) -> Schema {
        let (tables, kept) = (self.stand_ins.clone(), schema.kept.clone());
        let mut part = Schema { tables, kept, ..Schema::default() };
        for table in schema.tables.values().filter(|table| self.tables.contains(&table.name)) {
            let mut table = table.clone();
            table
                .foreign_keys
                .retain(|_, key| self.tables.contains(&key.references) || self.stand_ins.contains_key(&key.references));
            part.tables.insert(table.name.clone(), table);
        }
        let taken = |names: &BTreeSet<ObjectName>, name: &ObjectName| names.contains(name);
        part.views.extend(schema.views.iter().filter(|(name, _)| taken(&self.views, name)).map(pair));
        part.enums.extend(schema.enums.iter().filter(|(name, _)| taken(&self.enums, name)).map(pair));
        part.routines.extend(schema.routines.iter().filter(|(name, _)| taken(&self.routines, name)).map(pair));
        let held = schema.definitions.iter().filter(|(_, definition)| self.holds(schema, definition));
        part.definitions.extend(held.map(pair));
        part
    }

    /// A definition belongs to the part with the tables that it belongs to and depends on; a definition without
    /// dependencies is always in it.
    fn holds(&self, schema: &Schema, definition: &Definition) -> bool {
        // A partition is a definition itself.
        let here = |name: &ObjectName| {
            self.has(name) || schema.relation_beside(name).is_some_and(|beside| self.holds(schema, beside))
        };
        definition.id.on.as_ref().is_none_or(here)
            && definition.needs.iter().all(|need| match need {
                Place::Table(name, _) | Place::View(name) => here(name),
                _ => true,
            })
    }

    /// The whole schema after its part became `now`. Unchanged objects of the part stay as they are in the whole,
    /// because foreign keys that lead out of the part were left out of it.
    pub(super) fn replaced(&self, schema: &Schema, now: Schema) -> Schema {
        let mut whole = schema.clone();
        let before = self.of(schema);
        for name in before.tables.keys().filter(|name| now.tables.get(name).is_none()) {
            whole.tables.remove(name);
        }
        for (name, mut table) in now.tables {
            if before.tables.get(&name) == Some(&table) {
                continue;
            }
            let leads_out = |key: &&ForeignKey| !self.tables.contains(&key.references);
            for key in schema.tables.get(&name).iter().flat_map(|old| old.foreign_keys.values()).filter(leads_out) {
                table.foreign_keys.insert(key.name.clone(), key.clone());
            }
            whole.tables.insert(name, table);
        }
        replace(&mut whole.views, &before.views, now.views);
        replace(&mut whole.enums, &before.enums, now.enums);
        replace(&mut whole.routines, &before.routines, now.routines);
        replace(&mut whole.definitions, &before.definitions, now.definitions);
        whole
    }
}

/// The texts of a table that may name any object, and those that only name routines and types.
fn texts_of(table: &Table) -> (Vec<&str>, Vec<&str>) {
    let bodies = table.triggers.values().map(|trigger| trigger.definition.text()).collect();
    let mut expressions: Vec<&str> = table.checks.values().map(|check| check.expression.text()).collect();
    for column in table.columns.values() {
        expressions.extend(column.generated.iter().map(|generated| generated.expression.text()));
        if let Some(DefaultValue::Expression(expression)) = &column.default {
            expressions.push(expression.text());
        }
    }
    for index in table.indexes.values() {
        expressions.extend(index.predicate.iter().map(Expression::text));
        expressions.extend(index.parts.iter().filter_map(|part| match &part.target {
            IndexTarget::Expression(expression) => Some(expression.text()),
            IndexTarget::Column(_) => None,
        }));
    }
    (bodies, expressions)
}

/// Removes the objects that no longer exist, and inserts those that are new or different. Equal objects keep their
/// text.
fn replace<K: Ord, V: PartialEq>(whole: &mut BTreeMap<K, V>, before: &BTreeMap<K, V>, now: BTreeMap<K, V>) {
    whole.retain(|name, _| !before.contains_key(name) || now.contains_key(name));
    whole.extend(now.into_iter().filter(|(name, object)| before.get(name) != Some(object)));
}

fn pair<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ForeignKey, Type};

    fn table(name: &str, refers: &[&str]) -> Table {
        let mut table = Table::new(ObjectName::local(name));
        table.columns.insert(Column::new("id", Type::Native("integer".into())));
        for to in refers {
            let key = ForeignKey {
                name: (*to).into(),
                columns: vec!["id".into()],
                references: ObjectName::local(*to),
                referenced_columns: vec!["id".into()],
                on_update: None,
                on_delete: None,
                options: Default::default(),
            };
            table.foreign_keys.insert(key.name.clone(), key);
        }
        table
    }

    #[test]
    fn only_what_is_around_the_named_is_built() {
        let tables = [
            table("a", &[]),
            table("b", &["a"]),
            table("c", &["b"]),
            table("d", &["c"]),
            table("e", &["d", "x"]),
            table("x", &["far"]),
            table("far", &[]),
        ];
        let schema = Schema {
            tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
            ..Schema::default()
        };
        let up = [Statement::new("ALTER TABLE \"D\" ADD COLUMN e1 int")];
        let part = part(&[&schema], &[&up]);
        let of = part.of(&schema);
        let names: Vec<&str> = of.tables.keys().map(|name| name.name.as_str()).collect();
        assert_eq!(names, ["c", "d", "e", "x"]);
        assert!(
            of.tables.get(&ObjectName::local("x")).unwrap().foreign_keys.is_empty(),
            "a key that leads out is left out"
        );
        assert_eq!(part.replaced(&schema, of), schema);
    }
}
