//! Looking before anything is changed: what rows that are there could stand in the way of a plan, as queries that must find
//! none. A database that refuses halfway leaves half a migration behind; a query leaves nothing.
//!
//! Must not know how a query is run, or what becomes of what it finds.

use std::collections::BTreeMap;

use crate::dialect::domain::{self, Domain};
use crate::dialect::expression::mentions;
use crate::dialect::{Dialect, Statement};
use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{
    Change, Column, EnumType, Expression, ForeignKey, Index, IndexTarget, Name, ObjectName, Place, Schema, Table, Type,
};

use super::backfill::Replacement;
use super::narrowing::{Narrowing, narrowing};

/// What is there before the plan, found by what it will be called afterwards.
pub(super) struct Ground<'a> {
    dialect: &'a dyn Dialect,
    base: &'a Schema,
    target: &'a Schema,
    plan: &'a Plan,
    /// Later names of tables to the ones they have now.
    tables: BTreeMap<&'a ObjectName, &'a ObjectName>,
    columns: BTreeMap<(&'a ObjectName, &'a Name), &'a Name>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(dialect: &'a dyn Dialect, base: &'a Schema, target: &'a Schema, plan: &'a Plan) -> Self {
        let (mut tables, mut columns) = (BTreeMap::new(), BTreeMap::new());
        for op in plan.ops() {
            match op {
                Op::Rename(Rename::Table(change)) => drop(tables.insert(&change.to, &change.from)),
                Op::Rename(Rename::Column(table, change)) => drop(columns.insert((table, &change.to), &change.from)),
                Op::Rename(_) | Op::Create(_) | Op::Drop(_) | Op::Alter(_) => {}
            }
        }
        Self { dialect, base, target, plan, tables, columns }
    }

    /// The queries, in the order of the plan. `filled` are the columns that get a value on the way, and `replaced` the values
    /// that are replaced before anything else.
    pub(super) fn preflights(&self, filled: &[Place], replaced: &[Replacement]) -> Vec<Statement> {
        let mut found: Vec<Statement> = Vec::new();
        for op in self.plan.ops() {
            for check in self.look(op, filled, replaced) {
                if !found.iter().any(|known| known.sql == check.sql) {
                    found.push(check);
                }
            }
        }
        found
    }

    /// The table that is there.
    pub(super) fn table(&self, later: &ObjectName) -> Option<&'a Table> {
        let name = self.tables.get(later).copied().unwrap_or(later);
        self.base.tables.get(name)
    }

    /// The column that is there.
    pub(super) fn column(&self, later: &ObjectName, column: &Name) -> Option<&'a Column> {
        let name = self.columns.get(&(later, column)).copied().unwrap_or(column);
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

    fn look(&self, op: &Op, filled: &[Place], replaced: &[Replacement]) -> Vec<Statement> {
        let one = |found: Option<Statement>| found.into_iter().collect();
        match op {
            Op::Create(Object::Column(table, column)) => {
                let given = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
                let filled = filled.contains(&Place::column(table, &column.name));
                one((!column.nullable && !given && !filled).then(|| self.any_row(table, &column.name)).flatten())
            }
            Op::Alter(Alter::Column(table, change)) => {
                let filled = filled.contains(&Place::column(table, &change.to.name));
                let stops = change.from.nullable && !change.to.nullable && !filled;
                let absent = stops.then(|| self.absent(table, &change.to.name)).flatten();
                let narrowed = (!filled || change.from.nullable == change.to.nullable)
                    .then(|| self.narrowed(table, &change.from, &change.to, replaced));
                absent.into_iter().chain(narrowed.flatten()).collect()
            }
            Op::Alter(Alter::Enum(change)) => self.removed(change, replaced),
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
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => Vec::new(),
        }
    }

    fn any_row(&self, table: &ObjectName, column: &Name) -> Option<Statement> {
        let sql = format!("SELECT count(*) FROM {}", self.quoted(self.table(table)?));
        Some(Statement::check(sql, format!("{table} has rows, and its new column {column} has no value for them")))
    }

    fn absent(&self, table: &ObjectName, column: &Name) -> Option<Statement> {
        let now = self.column(table, column)?;
        let sql = self.count(table, &format!("{} IS NULL", self.dialect.quote(&now.name)))?;
        Some(Statement::check(sql, format!("{table}.{column} is NULL in some rows")))
    }

    fn narrowed(&self, table: &ObjectName, from: &Column, to: &Column, replaced: &[Replacement]) -> Option<Statement> {
        if from.data_type == to.data_type || from.generated.is_some() {
            return None;
        }
        let product = self.dialect.product();
        let now = self.column(table, &to.name)?;
        let (old, new) = (domain::domain(product, self.base, from), domain::domain(product, self.target, to));
        let old = without(old, table, &to.name, replaced);
        let Narrowing { fails, because } = narrowing(self.dialect, &self.dialect.quote(&now.name), &old, &new)?;
        Some(Statement::check(self.count(table, &fails)?, format!("{table}.{} {because}", to.name)))
    }

    /// Values of an enum type that go, in every column that has it.
    fn removed(&self, change: &Change<EnumType>, replaced: &[Replacement]) -> Vec<Statement> {
        let has_it = |column: &&Column| column.data_type == Type::Enum(change.to.name.clone());
        let mut found = Vec::new();
        for (name, table) in &self.target.tables {
            for later in table.columns.values().filter(has_it) {
                let Some(now) = self.column(name, &later.name) else { continue };
                let old = without(Domain::Choice(change.from.values.clone()), name, &later.name, replaced);
                let new = Domain::Choice(change.to.values.clone());
                let narrow = narrowing(self.dialect, &self.dialect.quote(&now.name), &old, &new);
                found.extend(narrow.and_then(|it| {
                    Some(Statement::check(
                        self.count(name, &it.fails)?,
                        format!("{name}.{} {}", later.name, it.because),
                    ))
                }));
            }
        }
        found
    }

    fn plain_key(&self, table: &ObjectName, columns: &[Name], nulls_too: bool) -> Option<Statement> {
        let now = self.ready(table, columns)?;
        let names: Vec<Name> = now.iter().map(|column| column.name.clone()).collect();
        if self.table(table).is_some_and(|table| is_unique_already(table, &names)) {
            return None;
        }
        let quoted: Vec<String> = names.iter().map(|name| self.dialect.quote(name)).collect();
        let present: Vec<String> = now
            .iter()
            .filter(|column| column.nullable && !nulls_too)
            .map(|column| format!("{} IS NOT NULL", self.dialect.quote(&column.name)))
            .collect();
        self.doubled(table, &quoted, &present)
    }

    fn unique_index(&self, table: &ObjectName, index: &Index) -> Option<Statement> {
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
        let predicate = self.askable(table, predicate)?;
        let now = self.ready(table, &columns)?;
        let quoted: Vec<String> = now.iter().map(|column| self.dialect.quote(&column.name)).collect();
        let mut holds: Vec<String> = quoted.iter().map(|name| format!("{name} IS NOT NULL")).collect();
        holds.push(format!("({predicate})"));
        self.doubled(table, &quoted, &holds)
    }

    fn doubled(&self, table: &ObjectName, quoted: &[String], holds: &[String]) -> Option<Statement> {
        let (list, from) = (quoted.join(", "), self.quoted(self.table(table)?));
        let holds = if holds.is_empty() { String::new() } else { format!(" WHERE {}", holds.join(" AND ")) };
        let sql = format!(
            "SELECT count(*) FROM (\n    SELECT 1 AS found FROM {from}{holds} GROUP BY {list} HAVING count(*) > 1\n) AS doubled"
        );
        Some(Statement::check(sql, format!("{table} has the same {} more than once", list.replace(['"', '`'], ""))))
    }

    fn dangling(&self, table: &ObjectName, key: &ForeignKey) -> Option<Statement> {
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
        let quote = |column: &&Column| self.dialect.quote(&column.name);
        let present: Vec<String> = columns.iter().map(|it| format!("child.{} IS NOT NULL", quote(it))).collect();
        let pairs = columns.iter().zip(&referenced);
        let met: Vec<String> =
            pairs.map(|(it, other)| format!("parent.{} = child.{}", quote(other), quote(it))).collect();
        let sql = format!(
            "SELECT count(*) FROM {} AS child\nWHERE {}\n  AND NOT EXISTS (SELECT 1 FROM {} AS parent WHERE {})",
            self.quoted(child),
            present.join(" AND "),
            self.quoted(parent),
            met.join(" AND ")
        );
        let names: Vec<&str> = key.columns.iter().map(Name::as_str).collect();
        Some(Statement::check(
            sql,
            format!("{table}.{} refers to what {} does not have", names.join(", "), key.references),
        ))
    }

    fn violated(&self, table: &ObjectName, expression: &Expression) -> Option<Statement> {
        let now = self.table(table)?;
        if now.checks.values().any(|check| check.expression == *expression) {
            return None;
        }
        let text = self.askable(table, expression)?;
        let sql = self.count(table, &format!("NOT ({text})"))?;
        let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Statement::check(sql, format!("{table} has rows that do not hold {words}")))
    }

    /// An expression that can be asked of the rows as they are: everything it names is there, under that name and with that
    /// type, and nothing it may name is yet to be created.
    fn askable(&self, table: &ObjectName, expression: &Expression) -> Option<String> {
        let product = self.dialect.product();
        let names = |name: &Name| mentions(product, expression.text(), name.as_str());
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
        (!comes).then(|| expression.text().to_owned())
    }

    fn count(&self, table: &ObjectName, condition: &str) -> Option<String> {
        Some(format!("SELECT count(*) FROM {} WHERE {condition}", self.quoted(self.table(table)?)))
    }

    fn quoted(&self, table: &Table) -> String {
        self.dialect.quote_object(&table.name)
    }
}

/// The values of an enum type that are left once some are replaced.
fn without(domain: Domain, table: &ObjectName, column: &Name, replaced: &[Replacement]) -> Domain {
    let gone =
        |value: &String| replaced.iter().any(|it| it.table == *table && it.column == *column && it.from == *value);
    match domain {
        Domain::Choice(values) => Domain::Choice(values.into_iter().filter(|value| !gone(value)).collect()),
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
