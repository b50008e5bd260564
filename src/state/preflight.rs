//! Preflight checks: queries that find existing rows on which a plan would fail. A database that refuses halfway leaves a
//! partially applied migration behind; a query leaves nothing.
//!
//! Must not know the SQL of a query, how it is run, or what is done with its result.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::dialect::casts::{Family, family};
use crate::dialect::expression::mentions;
use crate::dialect::rows::{OrphanQuery, RowCheck, RowCondition, RowQuery};
use crate::plan::cast::{Grade, Loss};
use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{
    Change, Column, Definition, DefinitionKind, EnumType, Expression, ForeignKey, Index, IndexTarget, Name, ObjectName,
    Place, Schema, Table, Type,
};

use super::backfill::{Backfill, Replacement};

/// The values that existing rows get during the migration.
pub(super) struct AssignedValues<'a> {
    /// Columns that are filled where they hold NULL.
    pub(super) filled: &'a [Place],
    /// Columns whose values are converted to another type.
    pub(super) converted: &'a [Place],
    /// Columns whose values may change with their type.
    pub(super) lossy: &'a [Place],
    /// The expressions for both.
    pub(super) values: &'a [Backfill],
    /// Enum values that are replaced before anything else.
    pub(super) replaced: &'a [Replacement],
}

/// The base schema, looked up by the names after the plan.
pub(super) struct BaseLookup<'a> {
    dialect: &'a dyn Dialect,
    base: &'a Schema,
    target: &'a Schema,
    plan: &'a Plan,
    /// Later names of tables to the ones they have now.
    tables: BTreeMap<&'a ObjectName, &'a ObjectName>,
    columns: BTreeMap<(&'a ObjectName, &'a Name), &'a Name>,
}

impl<'a> BaseLookup<'a> {
    pub(super) fn new(dialect: &'a dyn Dialect, base: &'a Schema, target: &'a Schema, plan: &'a Plan) -> Self {
        let (mut tables, mut columns) = (BTreeMap::new(), BTreeMap::new());
        // Intermediate names are skipped.
        for rename in plan.renames() {
            match rename {
                Rename::Table(change) => {
                    let first = tables.remove(&change.from).unwrap_or(&change.from);
                    tables.insert(&change.to, first);
                }
                Rename::Column(table, change) => {
                    let first = columns.remove(&(table, &change.from)).unwrap_or(&change.from);
                    columns.insert((table, &change.to), first);
                }
                Rename::Index(..)
                | Rename::Unique(..)
                | Rename::ForeignKey(..)
                | Rename::Check(..)
                | Rename::Enum(_)
                | Rename::EnumValue(..) => {}
            }
        }
        Self { dialect, base, target, plan, tables, columns }
    }

    /// The queries, in the order of the plan.
    pub(super) fn preflights(&self, assigned: &AssignedValues<'_>) -> Vec<RowCheck> {
        let mut found: Vec<RowCheck> = Vec::new();
        let asked = self.plan.ops().iter().flat_map(|op| self.look(op, assigned));
        for check in asked.chain(assigned.values.iter().filter_map(|it| self.without_value(it))) {
            if !found.iter().any(|known| known.query == check.query) {
                found.push(check);
            }
        }
        found
    }

    /// Counts the rows of a table.
    pub(super) fn rows(&self, table: &ObjectName) -> Option<RowQuery> {
        let now = self.base.tables.get(table).or_else(|| self.table(table))?;
        Some(RowQuery::All(now.name.clone(), Vec::new()))
    }

    /// Counts the rows of a partition.
    pub(super) fn rows_of_partition(definition: &Definition) -> Option<RowQuery> {
        let is_partition = definition.id.kind == DefinitionKind::Partition;
        is_partition.then(|| RowQuery::All(definition.id.name.clone(), Vec::new()))
    }

    /// Counts the rows in some partitions of a table.
    pub(super) fn rows_of(&self, table: &ObjectName, partitions: Vec<Name>) -> Option<RowQuery> {
        let now = self.base.tables.get(table).or_else(|| self.table(table))?;
        (!partitions.is_empty()).then(|| RowQuery::All(now.name.clone(), partitions))
    }

    /// Counts the values of a column.
    pub(super) fn values(&self, table: &ObjectName, column: &Name) -> Option<RowQuery> {
        let now = self.column(table, column)?;
        self.matching(table, RowCondition::NotNull(now.name.clone()))
    }

    /// Counts the rows that hold NULL in a column.
    pub(super) fn nulls(&self, table: &ObjectName, column: &Name) -> Option<RowQuery> {
        let now = self.column(table, column)?;
        self.matching(table, RowCondition::Null(now.name.clone()))
    }

    /// Counts the rows whose value does not survive the column's new type.
    pub(super) fn changed(&self, table: &ObjectName, change: &Change<Column>) -> Option<RowQuery> {
        self.matching(table, RowCondition::True(self.lost(table, change, &[])?.condition))
    }

    /// Counts the rows that hold a value which goes from an enum type, in all columns that have it.
    pub(super) fn without_value_of(&self, change: &Change<EnumType>) -> Option<RowQuery> {
        let counts: Vec<RowQuery> = self.removed(change, &[]).into_iter().map(|it| it.query).collect();
        (!counts.is_empty()).then_some(RowQuery::Sum(counts))
    }

    /// The existing table.
    pub(super) fn table(&self, later: &ObjectName) -> Option<&'a Table> {
        match self.tables.get(later) {
            Some(name) => self.base.tables.get(name),
            // A name that was given up is another table's.
            None if self.tables.values().any(|name| *name == later) => None,
            None => self.base.tables.get(later),
        }
    }

    /// The existing column.
    pub(super) fn column(&self, later: &ObjectName, column: &Name) -> Option<&'a Column> {
        let name = match self.columns.get(&(later, column)) {
            Some(name) => *name,
            None if self.columns.iter().any(|((table, _), name)| *table == later && *name == column) => return None,
            None => column,
        };
        self.table(later)?.columns.get(name)
    }

    /// The columns that are there, all of them with the type they will have: what is asked of them can be asked now.
    fn ready(&self, table: &ObjectName, columns: &[Name]) -> Option<Vec<&'a Column>> {
        let ready = |name: &Name| {
            let now = self.column(table, name)?;
            let later = self.target.tables.get(table)?.columns.get(name)?;
            (now.data_type == later.data_type).then_some(now)
        };
        columns.iter().map(ready).collect()
    }

    fn look(&self, op: &Op, assigned: &AssignedValues<'_>) -> Vec<RowCheck> {
        let has_value = |table: &ObjectName, column: &Name| {
            let place = Place::column(table, column);
            assigned.filled.contains(&place) || assigned.converted.contains(&place)
        };
        let one = |found: Option<RowCheck>| found.into_iter().collect();
        match op {
            Op::Create(Object::Column(table, column)) => {
                let stops = !column.nullable && !column.has_value_of_its_own() && !has_value(table, &column.name);
                one(stops.then(|| self.any_row(table, &column.name)).flatten())
            }
            Op::Alter(Alter::Column(table, change)) => {
                let stops = change.from.nullable && !change.to.nullable && !has_value(table, &change.to.name);
                let absent = stops.then(|| self.absent(table, &change.to.name)).flatten();
                let place = Place::column(table, &change.to.name);
                let narrowed = (!assigned.converted.contains(&place) && !assigned.lossy.contains(&place))
                    .then(|| self.narrowed(table, change, assigned.replaced));
                absent.into_iter().chain(narrowed.flatten()).collect()
            }
            Op::Alter(Alter::Enum(change)) => self.removed(change, assigned.replaced),
            Op::Create(Object::Unique(table, unique)) => {
                one(self.plain_key(table, &unique.columns, unique.options.contains_key("nulls_not_distinct")))
            }
            Op::Create(Object::PrimaryKey(table, key)) => one(self.plain_key(table, &key.columns, false)),
            Op::Alter(Alter::PrimaryKey(table, change)) => one(self.plain_key(table, &change.to.columns, false)),
            Op::Create(Object::Index(table, index)) => one(self.unique_index(table, index)),
            Op::Create(Object::ForeignKey(table, key)) => one(self.dangling(table, key)),
            Op::Create(Object::Check(table, check)) if !check.options.contains_key("not_valid") => {
                one(self.violated(table, &check.expression))
            }
            Op::Create(Object::Definition(partition)) => one(self.left_in_default(partition)),
            Op::Alter(Alter::Definition(change)) => one(self.left_in_default(&change.to)),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => Vec::new(),
        }
    }

    /// Rows of a default partition that belong to one which comes.
    fn left_in_default(&self, partition: &Definition) -> Option<RowCheck> {
        let (default, condition) = self.dialect.rows_in_default(self.base, self.target, partition)?;
        let product = self.dialect.product();
        let stands_in_the_way = |op: &Op| match op {
            Op::Drop(Object::Definition(it)) => it.id.kind == DefinitionKind::Partition && it.id.name == default,
            Op::Rename(Rename::Column(_, change)) => mentions(product, &condition, change.to.as_str()),
            // The rows hold the value under its old name.
            Op::Rename(Rename::EnumValue(..)) => true,
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        };
        if self.plan.ops().iter().any(stands_in_the_way) {
            return None;
        }
        let name = &partition.id.name;
        let message = format!("{default} has rows that belong to {name}: detach it, move them, and attach it again");
        Some(RowCheck { query: RowQuery::Matching(default, RowCondition::True(condition)), message })
    }

    fn any_row(&self, table: &ObjectName, column: &Name) -> Option<RowCheck> {
        self.table(table)?;
        let message = format!("{table} has rows, and its new column {column} has no value for them");
        Some(RowCheck { query: self.rows(table)?, message })
    }

    /// An expression that gives nothing for some row leaves its column without a value.
    fn without_value(&self, it: &Backfill) -> Option<RowCheck> {
        let product = self.dialect.product();
        let later = self.target.tables.get(&it.table)?;
        let names_some = later.columns.keys().any(|name| mentions(product, &it.value, name.as_str()));
        if !names_some || later.columns.get(&it.column)?.nullable {
            return None;
        }
        // A converted column is asked for what it holds now, so its type may change.
        let mut now = self.column(&it.table, &it.column).filter(|now| now.name == it.column);
        let text = match self.askable(&it.table, &it.value) {
            Some(text) => text,
            None if now
                .is_some_and(|now| later.columns.get(&it.column).is_some_and(|to| to.data_type != now.data_type)) =>
            {
                now = None;
                it.value.clone()
            }
            None => return None,
        };
        let gives_null = RowCondition::GivesNull(text);
        let condition = match now.filter(|now| now.nullable) {
            Some(now) => RowCondition::All(vec![RowCondition::Null(now.name.clone()), gives_null]),
            None => gives_null,
        };
        let message = format!("{}.{} would be NULL in some rows", it.table, it.column);
        Some(RowCheck { query: self.matching(&it.table, condition)?, message })
    }

    fn absent(&self, table: &ObjectName, column: &Name) -> Option<RowCheck> {
        Some(RowCheck { query: self.nulls(table, column)?, message: format!("{table}.{column} is NULL in some rows") })
    }

    /// The rows whose value would not survive the column's new type, and what is in them.
    pub(super) fn lost(&self, table: &ObjectName, change: &Change<Column>, replaced: &[Replacement]) -> Option<Loss> {
        let (from, to) = (&change.from, &change.to);
        if from.data_type == to.data_type || from.generated.is_some() || to.generated.is_some() {
            return None;
        }
        let product = self.dialect.product();
        let now = self.dialect.quote(&self.column(table, &to.name)?.name);
        let old = without(family(product, self.base, &from.data_type), table, &to.name, replaced);
        let new = family(product, self.target, &to.data_type);
        if old == new {
            return None;
        }
        match self.dialect.grade(&now, &old, &new) {
            Grade::Keeps => None,
            Grade::MayLose(loss) => Some(loss),
            Grade::Impossible => Some(Loss {
                condition: format!("{now} IS NOT NULL"),
                because: "has values that the new type has no way for".to_owned(),
            }),
        }
    }

    fn narrowed(&self, table: &ObjectName, change: &Change<Column>, replaced: &[Replacement]) -> Option<RowCheck> {
        let loss = self.lost(table, change, replaced)?;
        let message = format!("{table}.{} {}", change.to.name, loss.because);
        Some(RowCheck { query: self.matching(table, RowCondition::True(loss.condition))?, message })
    }

    /// Values of an enum type that go, in every column that has it.
    fn removed(&self, change: &Change<EnumType>, replaced: &[Replacement]) -> Vec<RowCheck> {
        let one = Type::Enum(change.to.name.clone());
        let many = Type::Array(Box::new(one.clone()));
        let has_it = |column: &&Column| column.data_type == one || column.data_type == many;
        let mut found = Vec::new();
        for (name, table) in &self.target.tables {
            for later in table.columns.values().filter(has_it) {
                let Some(now) = self.column(name, &later.name) else { continue };
                let of = |values: &[String]| {
                    let values = without(Family::Choice(values.to_vec()), name, &later.name, replaced);
                    if later.data_type == many { Family::Array(Box::new(values)) } else { values }
                };
                let (old, new) = (of(&change.from.values), of(&change.to.values));
                let Grade::MayLose(loss) = self.dialect.grade(&self.dialect.quote(&now.name), &old, &new) else {
                    continue;
                };
                let message = format!("{name}.{} {}", later.name, loss.because);
                let query = self.matching(name, RowCondition::True(loss.condition));
                found.extend(query.map(|query| RowCheck { query, message }));
            }
        }
        found
    }

    fn plain_key(&self, table: &ObjectName, columns: &[Name], nulls_too: bool) -> Option<RowCheck> {
        let now = self.ready(table, columns)?;
        let names: Vec<Name> = now.iter().map(|column| column.name.clone()).collect();
        if self.table(table).is_some_and(|table| is_unique_already(table, &names)) {
            return None;
        }
        let may_be_null = now.iter().filter(|column| column.nullable && !nulls_too);
        let present = may_be_null.map(|column| RowCondition::NotNull(column.name.clone())).collect();
        self.duplicates(table, names, present)
    }

    fn unique_index(&self, table: &ObjectName, index: &Index) -> Option<RowCheck> {
        if !index.unique || index.options.contains_key("nulls_not_distinct") {
            return None;
        }
        let mut columns = Vec::new();
        for part in &index.parts {
            match &part.target {
                IndexTarget::Column(name) if part.options.is_empty() => columns.push(name.clone()),
                IndexTarget::Column(_) | IndexTarget::Expression(_) => return None,
            }
        }
        let Some(predicate) = &index.predicate else { return self.plain_key(table, &columns, false) };
        let predicate = self.askable(table, predicate.text())?;
        let now = self.ready(table, &columns)?;
        let names: Vec<Name> = now.iter().map(|column| column.name.clone()).collect();
        let present = names.iter().cloned().map(RowCondition::NotNull);
        let conditions = present.chain([RowCondition::True(predicate)]).collect();
        self.duplicates(table, names, conditions)
    }

    fn duplicates(&self, table: &ObjectName, columns: Vec<Name>, conditions: Vec<RowCondition>) -> Option<RowCheck> {
        let names: Vec<&str> = columns.iter().map(Name::as_str).collect();
        let message = format!("{table} has the same {} more than once", names.join(", "));
        Some(RowCheck { query: RowQuery::Duplicates(self.table(table)?.name.clone(), columns, conditions), message })
    }

    fn dangling(&self, table: &ObjectName, key: &ForeignKey) -> Option<RowCheck> {
        let (child, parent) = (self.table(table)?, self.table(&key.references)?);
        let columns = self.ready(table, &key.columns)?;
        let referenced = self.ready(&key.references, &key.referenced_columns)?;
        let unchecked = ["not_valid", "not_enforced"].iter().any(|option| key.options.contains_key(*option));
        let same = |old: &ForeignKey| {
            old.references == parent.name
                && old.columns.iter().eq(columns.iter().map(|it| &it.name))
                && old.referenced_columns.iter().eq(referenced.iter().map(|it| &it.name))
        };
        if unchecked || child.foreign_keys.values().any(same) {
            return None;
        }
        let named = |columns: &[&Column]| columns.iter().map(|column| column.name.clone()).collect();
        let query = RowQuery::Orphans(OrphanQuery {
            child: child.name.clone(),
            columns: named(&columns),
            parent: parent.name.clone(),
            referenced: named(&referenced),
        });
        let names: Vec<&str> = key.columns.iter().map(Name::as_str).collect();
        let message = format!("{table}.{} refers to what {} does not have", names.join(", "), key.references);
        Some(RowCheck { query, message })
    }

    fn violated(&self, table: &ObjectName, expression: &Expression) -> Option<RowCheck> {
        let now = self.table(table)?;
        if now.checks.values().any(|check| check.expression == *expression) {
            return None;
        }
        let text = self.askable(table, expression.text())?;
        let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = format!("{table} has rows that do not hold {words}");
        Some(RowCheck { query: self.matching(table, RowCondition::False(text))?, message })
    }

    /// An expression that can be asked of the rows as they are: everything it names is there, under that name and with that
    /// type, and nothing it may name is yet to be created.
    fn askable(&self, table: &ObjectName, expression: &str) -> Option<String> {
        let product = self.dialect.product();
        let names = |name: &Name| mentions(product, expression, name.as_str());
        let later = self.target.tables.get(table)?;
        for column in later.columns.keys().filter(|name| names(name)) {
            let now = self.column(table, column)?;
            let same = now.name == *column && later.columns.get(column).is_some_and(|it| it.data_type == now.data_type);
            if !same {
                return None;
            }
        }
        let comes = self.plan.ops().iter().any(|op| match op {
            Op::Create(Object::Routine(routine)) => names(&routine.name.name),
            Op::Create(Object::Enum(it)) => names(&it.name.name),
            Op::Create(Object::Definition(definition)) => names(&definition.id.name.name),
            Op::Alter(Alter::Enum(change)) => names(&change.to.name.name),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        });
        (!comes).then(|| expression.to_owned())
    }

    fn matching(&self, table: &ObjectName, condition: RowCondition) -> Option<RowQuery> {
        Some(RowQuery::Matching(self.table(table)?.name.clone(), condition))
    }
}

/// The values of an enum type that are left once some are replaced.
fn without(family: Family, table: &ObjectName, column: &Name, replaced: &[Replacement]) -> Family {
    let gone =
        |value: &String| replaced.iter().any(|it| it.table == *table && it.column == *column && it.from == *value);
    match family {
        Family::Choice(values) => Family::Choice(values.into_iter().filter(|value| !gone(value)).collect()),
        Family::Array(element) => Family::Array(Box::new(without(*element, table, column, replaced))),
        other => other,
    }
}

/// Whether no two rows can have the same values in these columns, whatever it is that forbids it.
fn is_unique_already(table: &Table, columns: &[Name]) -> bool {
    let within = |key: &[Name]| key.iter().all(|name| columns.contains(name));
    let index = |index: &Index| {
        let plain = |part: &crate::schema::IndexPart| match &part.target {
            IndexTarget::Column(name) => part.options.is_empty() && columns.contains(name),
            IndexTarget::Expression(_) => false,
        };
        index.unique && index.predicate.is_none() && index.parts.iter().all(plain)
    };
    table.primary_key.as_ref().is_some_and(|key| within(&key.columns))
        || table.uniques.values().any(|unique| within(&unique.columns))
        || table.indexes.values().any(index)
}
