//! The SQL of steps on existing rows.
//!
//! Must not know why rows are checked or changed.

use crate::dialect::domain::{Domain, domain};
use crate::dialect::{Dialect, Statement};
use crate::schema::{Literal, Name, PARTITION_BY, Product, Schema, Table, Type};

use super::{KeyValue, NewValue, OrphanQuery, RowChange, RowCondition, RowQuery, RowStep, reference};

/// The number of rows that one batch changes, and so locks at a time.
const BATCH: u32 = 10_000;

/// The statements of a step.
pub fn statements(dialect: &dyn Dialect, step: &RowStep) -> Vec<Statement> {
    match step {
        RowStep::Check(check) => vec![Statement::check(query_text(dialect, &check.query), &check.message)],
        RowStep::Change(change) => change_statements(dialect, change),
        RowStep::Reference(change) => reference::statements(dialect, change),
    }
}

/// The SQL of a query that counts rows.
pub fn query_text(dialect: &dyn Dialect, query: &RowQuery) -> String {
    let list = |names: &[Name]| names.iter().map(|name| dialect.quote(name)).collect::<Vec<_>>().join(", ");
    match query {
        RowQuery::All(table, partitions) if partitions.is_empty() => {
            format!("SELECT count(*) FROM {}", dialect.quote_object(table))
        }
        RowQuery::All(table, partitions) => {
            format!("SELECT count(*) FROM {} PARTITION ({})", dialect.quote_object(table), list(partitions))
        }
        RowQuery::Matching(table, it) => {
            format!("SELECT count(*) FROM {} WHERE {}", dialect.quote_object(table), condition(dialect, it))
        }
        RowQuery::Duplicates(table, columns, conditions) => {
            let rows = match conditions.is_empty() {
                true => dialect.quote_object(table),
                false => format!("{} WHERE {}", dialect.quote_object(table), all(dialect, conditions)),
            };
            duplicates(&rows, &list(columns))
        }
        RowQuery::Collisions(table, values) => {
            let names: Vec<String> = (1..=values.len()).map(|number| format!("value_{number}")).collect();
            let value = |(value, name): (&KeyValue, &String)| match value {
                KeyValue::Column(column) => format!("{} AS {name}", dialect.quote(column)),
                KeyValue::Expression(text) => format!("({text}) AS {name}"),
            };
            let columns: Vec<String> = values.iter().zip(&names).map(value).collect();
            let present: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
            let (columns, table) = (columns.join(", "), dialect.quote_object(table));
            let rows = format!("(SELECT {columns} FROM {table}) AS converted WHERE {}", present.join(" AND "));
            duplicates(&rows, &names.join(", "))
        }
        RowQuery::Orphans(it) => orphans(dialect, it),
        RowQuery::Sum(queries) => {
            let queries: Vec<String> = queries.iter().map(|it| format!("({})", query_text(dialect, it))).collect();
            format!("SELECT {}", queries.join(" + "))
        }
    }
}

/// Counts the groups of more than one row.
fn duplicates(rows: &str, columns: &str) -> String {
    format!(
        "SELECT count(*) FROM (\n    SELECT 1 AS found FROM {rows} GROUP BY {columns} HAVING count(*) > 1\n) AS doubled"
    )
}

fn orphans(dialect: &dyn Dialect, it: &OrphanQuery) -> String {
    let present: Vec<String> =
        it.columns.iter().map(|name| format!("child.{} IS NOT NULL", dialect.quote(name))).collect();
    let pair = |(column, referenced): (&Name, &Name)| {
        format!("parent.{} = child.{}", dialect.quote(referenced), dialect.quote(column))
    };
    let pairs: Vec<String> = it.columns.iter().zip(&it.referenced).map(pair).collect();
    format!(
        "SELECT count(*) FROM {} AS child\nWHERE {}\n  AND NOT EXISTS (SELECT 1 FROM {} AS parent WHERE {})",
        dialect.quote_object(&it.child),
        present.join(" AND "),
        dialect.quote_object(&it.parent),
        pairs.join(" AND ")
    )
}

fn condition(dialect: &dyn Dialect, it: &RowCondition) -> String {
    match it {
        RowCondition::Null(column) => format!("{} IS NULL", dialect.quote(column)),
        RowCondition::NotNull(column) => format!("{} IS NOT NULL", dialect.quote(column)),
        RowCondition::True(text) => text.clone(),
        RowCondition::False(text) => format!("NOT ({text})"),
        RowCondition::GivesNull(text) => format!("({text}) IS NULL"),
        RowCondition::All(conditions) => all(dialect, conditions),
    }
}

fn all(dialect: &dyn Dialect, conditions: &[RowCondition]) -> String {
    let one = |it: &RowCondition| match it {
        RowCondition::True(text) => format!("({text})"),
        other => condition(dialect, other),
    };
    conditions.iter().map(one).collect::<Vec<_>>().join(" AND ")
}

/// The statements of a change. A trigger or a rule may keep a row unchanged: where the former value is dropped later, a check
/// finds such rows.
fn change_statements(dialect: &dyn Dialect, change: &RowChange) -> Vec<Statement> {
    let RowChange { table: of, column: name, to } = change;
    let (table, column, place) = (dialect.quote_object(&of.name), dialect.quote(name), format!("{}.{name}", of.name));
    let set = |value: &str| format!("UPDATE {table}\nSET {column} = {value}{}", unchanged(dialect, of));
    let without = |value: &str| format!("{column} IS NULL AND ({value}) IS NOT NULL");
    match to {
        NewValue::Fill { value, given, in_batches } => {
            let note = format!("changes data: existing rows get {given} in {place}");
            let (set, without) = (set(&typed(dialect, of, name, value)), without(value));
            let key = Some(of).filter(|_| *in_batches).and_then(|of| ordered_key(dialect, of));
            let statement = match (dialect.product(), key) {
                (Product::Postgres | Product::MySql | Product::MariaDb, Some(key)) => {
                    Statement::batches_by(format!("{set}\nWHERE {column} IS NULL"), key)
                }
                // Rows of several partitions can have the same ctid. The condition is repeated outside, for rows that another
                // session filled meanwhile and for rows of inheriting tables.
                (Product::Postgres, None) if *in_batches && !of.options.contains_key(PARTITION_BY) => {
                    Statement::batches(format!(
                        "{set}\nWHERE {column} IS NULL\n  AND ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {without} LIMIT {BATCH}))"
                    ))
                }
                // A row for which the expression gives NULL is left to the next step, which reports it.
                (Product::MySql | Product::MariaDb, None) if *in_batches => {
                    Statement::batches(format!("{set}\nWHERE {without}\nLIMIT {BATCH}"))
                }
                // SQLite has one writer at a time anyway.
                (Product::Postgres | Product::MySql | Product::MariaDb | Product::Sqlite, _) => {
                    Statement::new(format!("{set}\nWHERE {column} IS NULL"))
                }
            };
            vec![statement.with_note(note)]
        }
        NewValue::Convert { value, given } => {
            let note = format!("changes data: the values of {place} become {given}");
            let value = typed(dialect, of, name, value);
            let message = format!("a trigger or rule of {} keeps values of {name} from being converted", of.name);
            let left = format!("SELECT count(*) FROM {table} WHERE {}", without(&value));
            vec![Statement::new(set(&value)).with_note(note), Statement::check(left, message)]
        }
        NewValue::Replace { from, to } => {
            let note = format!("changes data: {place} is {to} where it was {from}");
            let message = format!("a trigger or rule of {} keeps {from} in {name} from being replaced", of.name);
            let text = |value: &String| dialect.literal(&Literal::Text(value.clone()));
            let (from, to) = (text(from), text(to));
            let is_array = of.columns.get(name).is_some_and(|column| matches!(column.data_type, Type::Array(_)));
            let (value, has_it) = match is_array {
                true => (format!("array_replace({column}, {from}, {to})"), format!("{from} = ANY ({column})")),
                false => (to, format!("{column} = {from}")),
            };
            let left = format!("SELECT count(*) FROM {table} WHERE {has_it}");
            let replace = Statement::new(format!("{}\nWHERE {has_it}", set(&value)));
            vec![replace.with_note(note), Statement::check(left, message)]
        }
    }
}

/// The column by which the rows of a table can be changed some at a time: its primary key, if that is one column whose values
/// compare as they are written.
fn ordered_key(dialect: &dyn Dialect, of: &Table) -> Option<String> {
    let [key] = of.primary_key.as_ref()?.columns.as_slice() else { return None };
    let domain = domain(dialect.product(), &Schema::default(), of.columns.get(key)?);
    matches!(domain, Domain::Integer { .. } | Domain::Uuid).then(|| dialect.quote(key))
}

/// The value, cast to the column's type where PostgreSQL does not accept text.
fn typed(dialect: &dyn Dialect, of: &Table, column: &Name, value: &str) -> String {
    fn spelled(dialect: &dyn Dialect, data_type: &Type) -> Option<String> {
        match data_type {
            Type::Enum(name) => Some(dialect.quote_object(name)),
            Type::Array(element) => Some(format!("{}[]", spelled(dialect, element)?)),
            Type::Native(spelling) => Some(spelling.clone()),
            _ => None,
        }
    }
    let column = of.columns.get(column).filter(|_| dialect.product() == Product::Postgres);
    let takes_no_text = column.filter(|column| {
        matches!(column.data_type, Type::Enum(_) | Type::Array(_))
            || matches!(
                domain(Product::Postgres, &Schema::default(), column),
                Domain::Date
                    | Domain::Time
                    | Domain::DateTime(..)
                    | Domain::Json
                    | Domain::Uuid
                    | Domain::Address(_)
                    | Domain::Address6
                    | Domain::Mac(_)
            )
    });
    match takes_no_text.and_then(|column| spelled(dialect, &column.data_type)) {
        Some(spelling) => format!("({value})::{spelling}"),
        None => value.to_owned(),
    }
}

/// Assigns columns with `ON UPDATE CURRENT_TIMESTAMP` to themselves, so that the update leaves them unchanged.
fn unchanged(dialect: &dyn Dialect, table: &Table) -> String {
    let moving = table.columns.values().filter(|column| column.on_update.is_some());
    moving.map(|column| dialect.quote(&column.name)).map(|name| format!(", {name} = {name}")).collect()
}
