//! Sequences that stay while what they number changes: a serial's becomes one of its own, or the other way round, or an
//! identity's, or another column's.
//!
//! A serial column is a default, a sequence and who owns it. Where the sequence stays, the plan speaks of these three, so that
//! the sequence is neither dropped nor created and counts on. Must not know how a step is written.

use std::collections::BTreeMap;

use crate::dialect::Step;
use crate::plan::{Alter, Object, Op, Plan, Shape, Space, apply};
use crate::schema::{
    Change, Column, DefaultValue, Definition, DefinitionId, DefinitionKind, Expression, Facet, Identity, Name,
    ObjectName, Part, Place, Schema, Table,
};

use super::super::{render, words};
use super::Walk;

/// A plan in which no sequence that stays is dropped or created.
pub(super) struct Carried {
    /// Identities whose sequences the plan needs as they are: they become serials first.
    pub before: Vec<(ObjectName, Change<Column>)>,
    pub ops: Vec<Op>,
    /// Serials that are identities in the end.
    pub after: Vec<(ObjectName, Change<Column>)>,
    /// The schema behind `before`, with such serials taken apart.
    pub from: Schema,
}

/// What a sequence is there for.
#[derive(Clone)]
enum Use {
    /// For whoever asks it.
    Own(Definition),
    /// To number a column.
    Numbers(ObjectName, Column),
}

impl Use {
    fn place(&self) -> Option<(&ObjectName, &Name)> {
        match self {
            Self::Own(_) => None,
            Self::Numbers(table, column) => Some((table, &column.name)),
        }
    }

    fn definition(&self) -> Definition {
        match self {
            Self::Own(definition) => definition.clone(),
            Self::Numbers(table, column) => sequence_of(table, column),
        }
    }
}

/// Finds the sequences that stay, and takes the serials they belong to apart.
pub(super) fn carry(ops: Vec<Op>, from: &Schema) -> Carried {
    let mut to = from.clone();
    let _ = apply(&Plan::new(ops.clone()), &mut to);
    let mut later = uses(&to);
    let stay: Vec<(Use, Use)> = uses(from)
        .into_iter()
        .filter_map(|(name, old)| Some((old, later.remove(&name)?)))
        .filter(|(old, new)| old.place() != new.place())
        .collect();
    let mut carried = Carried { before: Vec::new(), ops, after: Vec::new(), from: from.clone() };
    for (old, new) in stay {
        carried.one(&old, &new);
    }
    carried
}

/// All sequences by their names.
fn uses(schema: &Schema) -> BTreeMap<String, Use> {
    let own = schema.definitions.values().filter(|definition| definition.id.kind == DefinitionKind::Sequence);
    let own = own.map(|it| (super::quoted(&it.id.name), Use::Own(it.clone())));
    let columns = schema.tables.values().flat_map(|table| table.columns.values().map(|column| (&table.name, column)));
    let numbered = columns.filter(|(_, column)| column.identity.is_some());
    let numbered =
        numbered.map(|(table, column)| (render::sequence(table, column), Use::Numbers(table.clone(), column.clone())));
    own.chain(numbered).collect()
}

impl Carried {
    fn one(&mut self, old: &Use, new: &Use) {
        let (definition, wanted) = (old.definition(), new.definition());
        let is_itself = |object: &Object| matches!(object, Object::Definition(it) if it.id == definition.id);
        self.ops.retain(|op| !matches!(op, Op::Create(object) | Op::Drop(object) if is_itself(object)));
        if definition.create != wanted.create {
            let change = Change::new(definition.clone(), wanted);
            self.ops.insert(0, Op::Alter(Alter::Definition(change)));
        }
        if let Use::Numbers(table, column) = old {
            let serial = Column { identity: Some(Identity::Serial), ..column.clone() };
            if *column != serial {
                let change = Change::new(column.clone(), serial);
                self.before.push((table.clone(), change));
            }
            let owner = owner_of(table, column, &definition);
            self.from.definitions.insert(definition.id.clone(), definition);
            self.from.definitions.insert(owner.id.clone(), owner.clone());
            if let Some(found) = self.from.tables.get_mut(table).and_then(|table| table.columns.get_mut(&column.name)) {
                *found = taken_apart(table, column);
            }
            self.say(Op::Drop(Object::Definition(owner)));
        }
        if let Use::Numbers(table, column) = new {
            let serial = Column { identity: Some(Identity::Serial), ..column.clone() };
            if *column != serial {
                let change = Change::new(serial, column.clone());
                self.after.push((table.clone(), change));
            }
            self.say(Op::Create(Object::Definition(owner_of(table, column, &sequence_of(table, column)))));
        }
        for op in &mut self.ops {
            take_apart(op, old.place(), new.place());
        }
        self.ops.retain(|op| !matches!(op, Op::Alter(Alter::Column(_, change)) if change.from == change.to));
    }

    /// Adds an operation, unless the plan undoes it elsewhere.
    fn say(&mut self, op: Op) {
        let undone = op.clone().inverse();
        match self.ops.iter().position(|other| *other == undone) {
            Some(at) => drop(self.ops.remove(at)),
            None => self.ops.push(op),
        }
    }
}

impl Walk<'_> {
    /// Where a serial becomes an identity or the other way round, one sequence takes the other's place, and its name.
    pub(super) fn make_way_for_sequence(&mut self, table: &ObjectName, change: &Change<Column>) -> Change<Column> {
        let is_serial = |column: &Column| column.identity.map(|identity| identity == Identity::Serial);
        let same_name = || render::sequence(table, &change.from) == render::sequence(table, &change.to);
        match (is_serial(&change.from), is_serial(&change.to)) {
            (Some(old), Some(new)) if old != new && same_name() => {}
            _ => return change.clone(),
        }
        let sequence = sequence_of(table, &change.from).id.name;
        let shape = Shape { before: "", stem: sequence.name.as_str(), after: "_old" };
        let away = ObjectName { schema: sequence.schema.clone(), name: self.names.invent(&Space::Objects, shape) };
        let mut renamed = change.from.clone();
        renamed.options.insert("sequence".to_owned(), super::quoted(&away));
        let rename = Change::new(change.from.clone(), renamed.clone());
        self.direct(Op::Alter(Alter::Column(table.clone(), rename)));
        Change::new(renamed, change.to.clone())
    }

    /// Columns that become identities or stop being such, and whose sequences the rest of the plan carries.
    pub(super) fn alter_identities(&mut self, changes: Vec<(ObjectName, Change<Column>)>) {
        for (table, change) in changes {
            let change = self.make_way_for_sequence(&table, &change);
            self.steps.push(Step::Direct(Op::Alter(Alter::Column(table, change))));
        }
    }
}

/// Takes the serials at these places apart wherever an operation holds them.
fn take_apart(op: &mut Op, old: Option<(&ObjectName, &Name)>, new: Option<(&ObjectName, &Name)>) {
    let at = |place: Option<(&ObjectName, &Name)>, table: &ObjectName, column: &mut Column| {
        if place == Some((table, &column.name)) {
            *column = taken_apart(table, column);
        }
    };
    let inside = |place: Option<(&ObjectName, &Name)>, table: &mut Table| {
        let name = table.name.clone();
        table.columns.values_mut().for_each(|column| at(place, &name, column));
    };
    match op {
        Op::Create(Object::Table(table)) => inside(new, table),
        Op::Drop(Object::Table(table)) => inside(old, table),
        Op::Create(Object::Column(table, column)) => at(new, table, column),
        Op::Drop(Object::Column(table, column)) => at(old, table, column),
        Op::Alter(Alter::Column(table, change)) => {
            at(old, table, &mut change.from);
            at(new, table, &mut change.to);
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
    }
}

/// A numbered column without its sequence, and the sequence's owner, which is told apart from it.
pub(super) fn apart(table: &ObjectName, column: &Column) -> (Column, Definition) {
    (taken_apart(table, column), owner_of(table, column, &sequence_of(table, column)))
}

/// A numbered column as it is without its sequence: with a default that asks it.
fn taken_apart(table: &ObjectName, column: &Column) -> Column {
    let sequence = render::literal(&crate::schema::Literal::Text(render::sequence(table, column)));
    let mut column = column.clone();
    column.identity = None;
    column.options.retain(|key, _| key != "sequence" && key != "sequence_options");
    column.default = Some(DefaultValue::Expression(Expression::new(format!("nextval({sequence}::regclass)"))));
    column
}

/// The sequence behind a numbered column as one of its own, in the words of the catalog.
fn sequence_of(table: &ObjectName, column: &Column) -> Definition {
    let quoted = render::sequence(table, column);
    let mut names = words::name_path(&quoted).into_iter().rev().map(Name::new);
    let name = names.next().unwrap_or_else(|| column.name.clone());
    let name = ObjectName { schema: names.next(), name };
    let settings = column.options.get("sequence_options").map(String::as_str).unwrap_or_default();
    let value = |key: &str| settings.split_once(key).and_then(|(_, rest)| rest.split_whitespace().next());
    let integer = value("AS ").map_or_else(|| render::type_name(&column.data_type), str::to_owned);
    let descends = value("INCREMENT BY").is_some_and(|by| by.starts_with('-'));
    let mut create = format!("CREATE SEQUENCE {quoted}");
    if integer != "bigint" {
        create.push_str(&format!(" AS {integer}"));
    }
    for key in ["INCREMENT BY", "MINVALUE", "MAXVALUE"] {
        create.extend(value(key).map(|value| format!(" {key} {value}")));
    }
    let start = value("START WITH").unwrap_or("1");
    let first = if descends { value("MAXVALUE").unwrap_or("-1") } else { value("MINVALUE").unwrap_or("1") };
    if start != first {
        create.push_str(&format!(" START WITH {start}"));
    }
    create.extend(value("CACHE ").map(|value| format!(" CACHE {value}")));
    if settings.split_whitespace().any(|word| word == "CYCLE") {
        create.push_str(" CYCLE");
    }
    Definition::new(DefinitionId::new(DefinitionKind::Sequence, name), create)
}

/// Who owns a sequence, as the catalog says it.
fn owner_of(table: &ObjectName, column: &Column, sequence: &Definition) -> Definition {
    let plain = |name: &ObjectName| {
        let parts = name.schema.iter().chain([&name.name]);
        parts.map(|name| sea_gen_runner::sql::quoted_where_needed(name.as_str())).collect::<Vec<_>>().join(".")
    };
    let name = plain(&sequence.id.name);
    let id = DefinitionId::on(
        DefinitionKind::Setting,
        table.clone(),
        ObjectName::local(format!("owner of {name}").as_str()),
    );
    let owner = format!("{}.{}", plain(table), sea_gen_runner::sql::quoted_where_needed(column.name.as_str()));
    let mut definition = Definition::new(id, format!("ALTER SEQUENCE {name} OWNED BY {owner}"));
    definition.drop = format!("ALTER SEQUENCE {name} OWNED BY NONE");
    definition.needs = [
        Place::Definition(sequence.id.clone()),
        Place::Table(table.clone(), Part::Column(column.name.clone(), Facet::Whole)),
    ]
    .into();
    definition
}
