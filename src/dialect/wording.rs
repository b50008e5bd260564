//! Expressions at the same location of two schemas with different text, and the objects a database needs to decide whether
//! they are equivalent.
//!
//! Pure. Must not know how a database is queried, or how it prints its answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{
    DefaultValue, DefinitionId, DefinitionKind, Expression, IndexTarget, Name, ObjectName, Place, Schema, Table, Type,
};

/// The location of an expression in a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TableExpressionLocation {
    /// A column's default.
    Default(Name),
    /// A generation expression.
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

/// The location of an expression in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExpressionLocation {
    /// In a table.
    Table(ObjectName, TableExpressionLocation),
    /// A view's query.
    View(ObjectName),
    /// A routine's definition.
    Routine(ObjectName),
    /// A definition's statement.
    Definition(DefinitionId),
}

/// Two expressions with different canonical forms. Mostly they have the same location; unnamed checks may have two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The location in our schema.
    pub(super) ours: ExpressionLocation,
    /// The location in their schema.
    pub(super) theirs: ExpressionLocation,
}

/// One expression to be printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// Its location.
    pub(super) location: ExpressionLocation,
    /// Its text.
    pub(super) text: String,
}

/// The printed text of each question that could be answered.
pub(super) type Prints = BTreeMap<Question, String>;

/// Every expression of a schema.
pub(super) fn expressions(schema: &Schema) -> BTreeMap<ExpressionLocation, &Expression> {
    let mut found = BTreeMap::new();
    for (name, table) in &schema.tables {
        in_table(table, &mut |table_location, expression| {
            found.insert(ExpressionLocation::Table(name.clone(), table_location), expression);
        });
    }
    found.extend(schema.views.values().map(|view| (ExpressionLocation::View(view.name.clone()), &view.query)));
    found.extend(
        schema
            .routines
            .values()
            .map(|routine| (ExpressionLocation::Routine(routine.name.clone()), &routine.definition)),
    );
    found.extend(schema.definitions.values().map(|it| (ExpressionLocation::Definition(it.id.clone()), &it.create)));
    found
}

fn in_table<'a>(table: &'a Table, see: &mut dyn FnMut(TableExpressionLocation, &'a Expression)) {
    for column in table.columns.values() {
        if let Some(DefaultValue::Expression(default)) = &column.default {
            see(TableExpressionLocation::Default(column.name.clone()), default);
        }
        if let Some(generated) = &column.generated {
            see(TableExpressionLocation::Generated(column.name.clone()), &generated.expression);
        }
    }
    for check in table.checks.values() {
        see(TableExpressionLocation::Check(check.name.clone()), &check.expression);
    }
    for index in table.indexes.values() {
        if let Some(predicate) = &index.predicate {
            see(TableExpressionLocation::Predicate(index.name.clone()), predicate);
        }
        for (number, part) in index.parts.iter().enumerate() {
            if let IndexTarget::Expression(expression) = &part.target {
                see(TableExpressionLocation::Part(index.name.clone(), number), expression);
            }
        }
    }
    for trigger in table.triggers.values() {
        see(TableExpressionLocation::Trigger(trigger.name.clone()), &trigger.definition);
    }
}

/// Replaces the expression at a location.
pub(super) fn put(schema: &mut Schema, location: &ExpressionLocation, expression: Expression) {
    match location {
        ExpressionLocation::Table(table, table_location) => {
            if let Some(table) = schema.tables.get_mut(table) {
                put_in_table(table, table_location, expression);
            }
        }
        ExpressionLocation::View(name) => {
            if let Some(view) = schema.views.get_mut(name) {
                view.query = expression;
            }
        }
        ExpressionLocation::Routine(name) => {
            if let Some(routine) = schema.routines.get_mut(name) {
                routine.definition = expression;
            }
        }
        ExpressionLocation::Definition(id) => {
            if let Some(definition) = schema.definitions.get_mut(id) {
                definition.create = expression;
            }
        }
    }
}

fn put_in_table(table: &mut Table, table_location: &TableExpressionLocation, expression: Expression) {
    let place = match table_location {
        TableExpressionLocation::Default(name) => {
            match table.columns.get_mut(name).and_then(|column| column.default.as_mut()) {
                Some(DefaultValue::Expression(default)) => Some(default),
                Some(DefaultValue::Literal(_)) | None => None,
            }
        }
        TableExpressionLocation::Generated(name) => {
            let generated = table.columns.get_mut(name).and_then(|column| column.generated.as_mut());
            generated.map(|generated| &mut generated.expression)
        }
        TableExpressionLocation::Check(name) => table.checks.get_mut(name).map(|check| &mut check.expression),
        TableExpressionLocation::Predicate(name) => {
            table.indexes.get_mut(name).and_then(|index| index.predicate.as_mut())
        }
        TableExpressionLocation::Part(name, number) => {
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
        TableExpressionLocation::Trigger(name) => table.triggers.get_mut(name).map(|trigger| &mut trigger.definition),
    };
    if let Some(place) = place {
        *place = expression;
    }
}

/// The pairs of expressions with different text; none in the common case.
pub(super) fn pairs(ours: &Schema, theirs: &Schema) -> Vec<Pair> {
    let (mine, others) = (expressions(ours), expressions(theirs));
    let mut pairs: Vec<Pair> = mine
        .iter()
        .filter(|(location, expression)| others.get(location).is_some_and(|other| other != *expression))
        .filter(|(location, _)| has_one_type(location, ours, theirs))
        .map(|(location, _)| Pair { ours: location.clone(), theirs: location.clone() })
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
        let location =
            |check: &Name| ExpressionLocation::Table(name.clone(), TableExpressionLocation::Check(check.clone()));
        for check in alone(table, other) {
            let others = alone(other, table);
            pairs.extend(others.iter().map(|other| Pair { ours: location(&check), theirs: location(other) }));
        }
    }
    pairs
}

/// The meaning of a value depends on the column's type, so expressions of a column whose type changes are not compared.
fn has_one_type(location: &ExpressionLocation, ours: &Schema, theirs: &Schema) -> bool {
    let data_type = |schema: &Schema, column: &Name| -> Option<Type> {
        let ExpressionLocation::Table(table, _) = location else { return None };
        Some(schema.tables.get(table)?.columns.get(column)?.data_type.clone())
    };
    match location {
        ExpressionLocation::Table(
            _,
            TableExpressionLocation::Default(column) | TableExpressionLocation::Generated(column),
        ) => data_type(ours, column) == data_type(theirs, column),
        ExpressionLocation::Table(..)
        | ExpressionLocation::View(_)
        | ExpressionLocation::Routine(_)
        | ExpressionLocation::Definition(_) => true,
    }
}

/// The objects that the expressions may read: the tables with the columns of both schemas only, the types of those
/// columns, and the views.
pub(super) fn context(seats: &BTreeSet<ExpressionLocation>, ours: &Schema, theirs: &Schema) -> Schema {
    let mut context = Schema::default();
    let mut names: Vec<ObjectName> = Vec::new();
    for location in seats {
        match location {
            ExpressionLocation::Table(name, _) => names.push(name.clone()),
            ExpressionLocation::View(name) => {
                let views = [ours.views.get(name), theirs.views.get(name)];
                names.extend(views.into_iter().flatten().flat_map(|view| view.reads.iter().cloned()));
            }
            ExpressionLocation::Definition(id) => {
                names.extend(id.on.clone());
                let mut left = vec![id];
                while let Some(id) = left.pop() {
                    let definitions = [ours.definitions.get(id), theirs.definitions.get(id)];
                    for definition in definitions.into_iter().flatten() {
                        for need in &definition.needs {
                            match need {
                                Place::Table(name, _) | Place::View(name) => names.push(name.clone()),
                                // A partitioned table may be a partition itself.
                                Place::Definition(over) if id.kind == DefinitionKind::Partition => left.push(over),
                                Place::Enum(_) | Place::Routine(_) | Place::Definition(_) => {}
                            }
                        }
                        if id.kind == DefinitionKind::Partition {
                            context.definitions.insert(id.clone(), definition.clone());
                        }
                    }
                }
            }
            ExpressionLocation::Routine(_) => {}
        }
    }
    while let Some(name) = names.pop() {
        if context.tables.contains_key(&name) || context.views.contains_key(&name) {
            continue;
        }
        if let Some(view) = ours.views.get(&name).or_else(|| theirs.views.get(&name)) {
            names.extend(view.reads.iter().cloned());
            context.views.insert(name, view.clone());
        } else if let Some(table) = bare(ours.tables.get(&name), theirs.tables.get(&name)) {
            context.tables.insert(name, table);
        }
    }
    for column in context.tables.values().flat_map(|table| table.columns.values()) {
        let mut data_type = &column.data_type;
        while let Type::Array(element) = data_type {
            data_type = element;
        }
        if let Type::Enum(name) = data_type
            && let Some(found) = ours.enums.get(name).or_else(|| theirs.enums.get(name))
        {
            context.enums.insert(name.clone(), found.clone());
        }
    }
    context
}

/// A table with the columns of both sides and only their types.
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
