//! Expressions that two schemas have at the same place and in different words, and what a database needs to be shown to say
//! whether they mean the same.
//!
//! Pure. Must not know how a database is asked, or in what words it answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{
    DefaultValue, DefinitionId, DefinitionKind, Expression, IndexTarget, Name, ObjectName, Place, Schema, Table, Type,
};

/// Where in a table an expression stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// A column's default.
    Default(Name),
    /// What a column is computed from.
    Generated(Name),
    /// A check.
    Check(Name),
    /// An index's condition.
    Predicate(Name),
    /// One part of an index, by its number.
    Part(Name, usize),
    /// A trigger.
    Trigger(Name),
}

/// Where an expression stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seat {
    /// In a table.
    Table(ObjectName, Slot),
    /// It is a view's query.
    View(ObjectName),
    /// It is a routine's definition.
    Routine(ObjectName),
    /// It is what a definition says.
    Definition(DefinitionId),
}

/// Two expressions that a parser cannot bring to one form. They mostly stand at the same place; checks that nobody named
/// may have two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Where the one stands.
    pub(super) ours: Seat,
    /// Where the other stands.
    pub(super) theirs: Seat,
}

/// Every expression of a schema.
pub(super) fn expressions(schema: &Schema) -> BTreeMap<Seat, &Expression> {
    let mut found = BTreeMap::new();
    for (name, table) in &schema.tables {
        in_table(table, &mut |slot, expression| {
            found.insert(Seat::Table(name.clone(), slot), expression);
        });
    }
    found.extend(schema.views.values().map(|view| (Seat::View(view.name.clone()), &view.query)));
    found.extend(schema.routines.values().map(|routine| (Seat::Routine(routine.name.clone()), &routine.definition)));
    found.extend(schema.definitions.values().map(|it| (Seat::Definition(it.id.clone()), &it.create)));
    found
}

fn in_table<'a>(table: &'a Table, see: &mut dyn FnMut(Slot, &'a Expression)) {
    for column in table.columns.values() {
        if let Some(DefaultValue::Expression(default)) = &column.default {
            see(Slot::Default(column.name.clone()), default);
        }
        if let Some(generated) = &column.generated {
            see(Slot::Generated(column.name.clone()), &generated.expression);
        }
    }
    for check in table.checks.values() {
        see(Slot::Check(check.name.clone()), &check.expression);
    }
    for index in table.indexes.values() {
        if let Some(predicate) = &index.predicate {
            see(Slot::Predicate(index.name.clone()), predicate);
        }
        for (number, part) in index.parts.iter().enumerate() {
            if let IndexTarget::Expression(expression) = &part.target {
                see(Slot::Part(index.name.clone(), number), expression);
            }
        }
    }
    for trigger in table.triggers.values() {
        see(Slot::Trigger(trigger.name.clone()), &trigger.definition);
    }
}

/// Puts another expression where one stands.
pub(super) fn put(schema: &mut Schema, seat: &Seat, expression: Expression) {
    match seat {
        Seat::Table(table, slot) => {
            if let Some(table) = schema.tables.get_mut(table) {
                put_in_table(table, slot, expression);
            }
        }
        Seat::View(name) => {
            if let Some(view) = schema.views.get_mut(name) {
                view.query = expression;
            }
        }
        Seat::Routine(name) => {
            if let Some(routine) = schema.routines.get_mut(name) {
                routine.definition = expression;
            }
        }
        Seat::Definition(id) => {
            if let Some(definition) = schema.definitions.get_mut(id) {
                definition.create = expression;
            }
        }
    }
}

fn put_in_table(table: &mut Table, slot: &Slot, expression: Expression) {
    let place = match slot {
        Slot::Default(name) => match table.columns.get_mut(name).and_then(|column| column.default.as_mut()) {
            Some(DefaultValue::Expression(default)) => Some(default),
            Some(DefaultValue::Literal(_)) | None => None,
        },
        Slot::Generated(name) => {
            let generated = table.columns.get_mut(name).and_then(|column| column.generated.as_mut());
            generated.map(|generated| &mut generated.expression)
        }
        Slot::Check(name) => table.checks.get_mut(name).map(|check| &mut check.expression),
        Slot::Predicate(name) => table.indexes.get_mut(name).and_then(|index| index.predicate.as_mut()),
        Slot::Part(name, number) => {
            match table
                .indexes
                .get_mut(name)
                .and_then(|index| index.parts.get_mut(*number))
                .map(|part| &mut part.target)
            {
                Some(IndexTarget::Expression(place)) => Some(place),
                Some(IndexTarget::Column(_)) | None => None,
            }
        }
        Slot::Trigger(name) => table.triggers.get_mut(name).map(|trigger| &mut trigger.definition),
    };
    if let Some(place) = place {
        *place = expression;
    }
}

/// What two schemas say in different words: nothing, in the common case.
pub(super) fn pairs(ours: &Schema, theirs: &Schema) -> Vec<Pair> {
    let (mine, others) = (expressions(ours), expressions(theirs));
    let mut pairs: Vec<Pair> = mine
        .iter()
        .filter(|(seat, expression)| others.get(seat).is_some_and(|other| other != *expression))
        .filter(|(seat, _)| has_one_type(seat, ours, theirs))
        .map(|(seat, _)| Pair { ours: seat.clone(), theirs: seat.clone() })
        .collect();
    for (name, table) in &ours.tables {
        let Some(other) = theirs.tables.get(name) else { continue };
        let alone = |table: &Table, than: &Table| -> Vec<Name> {
            let known = |name: &Name, expression: &Expression| {
                than.checks.contains_key(name) || than.checks.values().any(|check| check.expression == *expression)
            };
            table
                .checks
                .values()
                .filter(|check| !known(&check.name, &check.expression))
                .map(|it| it.name.clone())
                .collect()
        };
        let seat = |check: &Name| Seat::Table(name.clone(), Slot::Check(check.clone()));
        for check in alone(table, other) {
            let others = alone(other, table);
            pairs.extend(others.iter().map(|other| Pair { ours: seat(&check), theirs: seat(other) }));
        }
    }
    pairs
}

/// What a value is depends on its column's type, so where that changes nothing is asked.
fn has_one_type(seat: &Seat, ours: &Schema, theirs: &Schema) -> bool {
    let data_type = |schema: &Schema, column: &Name| -> Option<Type> {
        let Seat::Table(table, _) = seat else { return None };
        Some(schema.tables.get(table)?.columns.get(column)?.data_type.clone())
    };
    match seat {
        Seat::Table(_, Slot::Default(column) | Slot::Generated(column)) => {
            data_type(ours, column) == data_type(theirs, column)
        }
        Seat::Table(..) | Seat::View(_) | Seat::Routine(_) | Seat::Definition(_) => true,
    }
}

/// Everything the expressions may read: the tables with the columns of both schemas and nothing else in them, the types of
/// those columns, and the views.
pub(super) fn ground(seats: &BTreeSet<Seat>, ours: &Schema, theirs: &Schema) -> Schema {
    let mut ground = Schema::default();
    let mut names: Vec<ObjectName> = Vec::new();
    for seat in seats {
        match seat {
            Seat::Table(name, _) => names.push(name.clone()),
            Seat::View(name) => {
                let views = [ours.views.get(name), theirs.views.get(name)];
                names.extend(views.into_iter().flatten().flat_map(|view| view.reads.iter().cloned()));
            }
            Seat::Definition(id) => {
                names.extend(id.on.clone());
                let mut left = vec![id];
                while let Some(id) = left.pop() {
                    let definitions = [ours.definitions.get(id), theirs.definitions.get(id)];
                    for definition in definitions.into_iter().flatten() {
                        for need in &definition.needs {
                            match need {
                                Place::Table(name, _) | Place::View(name) => names.push(name.clone()),
                                // What a partition divides may be one itself.
                                Place::Definition(over) if id.kind == DefinitionKind::Partition => left.push(over),
                                Place::Enum(_) | Place::Routine(_) | Place::Definition(_) => {}
                            }
                        }
                        if id.kind == DefinitionKind::Partition {
                            ground.definitions.insert(id.clone(), definition.clone());
                        }
                    }
                }
            }
            Seat::Routine(_) => {}
        }
    }
    while let Some(name) = names.pop() {
        if ground.tables.contains_key(&name) || ground.views.contains_key(&name) {
            continue;
        }
        if let Some(view) = ours.views.get(&name).or_else(|| theirs.views.get(&name)) {
            names.extend(view.reads.iter().cloned());
            ground.views.insert(name, view.clone());
        } else if let Some(table) = bare(ours.tables.get(&name), theirs.tables.get(&name)) {
            ground.tables.insert(name, table);
        }
    }
    for column in ground.tables.values().flat_map(|table| table.columns.values()) {
        let mut data_type = &column.data_type;
        while let Type::Array(element) = data_type {
            data_type = element;
        }
        if let Type::Enum(name) = data_type
            && let Some(found) = ours.enums.get(name).or_else(|| theirs.enums.get(name))
        {
            ground.enums.insert(name.clone(), found.clone());
        }
    }
    ground
}

/// A table that has the columns of both and nothing but their types.
fn bare(ours: Option<&Table>, theirs: Option<&Table>) -> Option<Table> {
    let mut bare = Table::new(ours.or(theirs)?.name.clone());
    for column in [ours, theirs].into_iter().flatten().flat_map(|table| table.columns.values()) {
        if !bare.columns.contains_key(&column.name) {
            let mut shape = crate::schema::Column::new(column.name.clone(), column.data_type.clone());
            shape.nullable = true;
            shape.collation.clone_from(&column.collation);
            bare.columns.insert(shape);
        }
    }
    bare.options = ours.or(theirs).map(|table| table.options.clone()).unwrap_or_default();
    Some(bare)
}
