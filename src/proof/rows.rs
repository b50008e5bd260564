//! The rows of tracked tables: reads every value in a lossless text form, and compares two readings.
//!
//! Must not know migrations.

use std::collections::BTreeMap;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::{self, Dialect, Product};
use crate::schema::{Column, Name, ObjectName, Type};

use super::follow::Tracked;

/// The number of differences shown per table.
const SHOWN: usize = 5;

/// The rows of one table: by key if there is one, otherwise sorted.
pub(super) type Rows = Vec<(Vec<String>, Vec<Option<String>>)>;

/// The state of the database that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// With the names before the migration.
    Before,
    /// With the names after it.
    After,
}

/// A column as lossless text: bytes in hexadecimal, and on SQLite, where any column may have any value, as a literal.
fn spelled(dialect: &dyn Dialect, column: &Column) -> String {
    let name = dialect.quote(&column.name);
    match dialect.product() {
        Product::Postgres => format!("{name}::text"),
        Product::Sqlite => format!("quote({name})"),
        Product::MySql | Product::MariaDb => {
            let spelling = match &column.data_type {
                Type::Native(spelling) => spelling.to_ascii_lowercase(),
                _ => String::new(),
            };
            let is_text = [
                "char", "text", "enum", "set", "int", "decimal", "float", "double", "date", "time", "year", "json",
                "uuid", "inet",
            ];
            let is_bytes = ["binary", "blob", "bit", "point", "vector"].iter().any(|word| spelling.contains(word));
            match !is_bytes && is_text.iter().any(|word| spelling.contains(word)) {
                true => format!("CAST({name} AS CHAR)"),
                false => format!("HEX({name})"),
            }
        }
    }
}

/// Reads the tracked tables.
pub(super) async fn read(session: &mut Session, tracked: &[Tracked], when: When) -> Result<Vec<Rows>, DatabaseError> {
    let dialect = dialect::of(session.product());
    let mut all = Vec::new();
    for table in tracked {
        let pick = |pair: &(Column, Column)| match when {
            When::Before => spelled(dialect, &pair.0),
            When::After => spelled(dialect, &pair.1),
        };
        let columns: Vec<String> = table.columns.iter().map(pick).collect();
        let name = if when == When::Before { &table.before } else { &table.after };
        let sql = format!("SELECT {} FROM {}", columns.join(", "), dialect.quote_object(name));
        let places: Vec<usize> = table
            .key
            .iter()
            .filter_map(|name| table.columns.iter().position(|(column, _)| column.name == *name))
            .collect();
        let mut rows: Rows = Vec::new();
        for row in &session.query(&sql).await? {
            let values: Vec<Option<String>> =
                (0..columns.len()).map(|index| row.get(index).map(str::to_owned)).collect();
            let key = places.iter().map(|place| row.text(*place).to_owned()).collect();
            rows.push((key, values));
        }
        rows.sort();
        all.push(rows);
    }
    Ok(all)
}

/// The rows that are missing afterwards, in words; empty if there are none.
pub(super) fn losses(tracked: &[Tracked], before: &[Rows], now: &[Rows]) -> Vec<String> {
    let mut lines = Vec::new();
    for ((table, before), now) in tracked.iter().zip(before).zip(now) {
        let mut found = if table.key.is_empty() { unkeyed(table, before, now) } else { keyed(table, before, now) };
        if found.len() > SHOWN {
            let more = found.len() - SHOWN;
            found.truncate(SHOWN);
            found.push(format!("and {more} more in `{}`", table.before));
        }
        lines.append(&mut found);
    }
    lines
}

fn keyed(table: &Tracked, before: &Rows, now: &Rows) -> Vec<String> {
    let now: BTreeMap<&Vec<String>, &Vec<Option<String>>> = now.iter().map(|(key, values)| (key, values)).collect();
    let mut lines = Vec::new();
    for (key, values) in before {
        let row = format!("{} ({})", table.before, named(&table.key, key));
        let Some(found) = now.get(key) else {
            lines.push(format!("{row}: the row is missing"));
            continue;
        };
        for (((column, _), was), is) in table.columns.iter().zip(values).zip(found.iter()) {
            if was != is {
                lines.push(format!("{row}: `{}` was {}, is {}", column.name, shown(was), shown(is)));
            }
        }
    }
    let added = now.len().saturating_sub(before.len());
    if lines.is_empty() && added > 0 {
        lines.push(format!("{}: {added} more rows than before", table.before));
    }
    lines
}

/// Without a key, rows are compared as a multiset.
fn unkeyed(table: &Tracked, before: &Rows, now: &Rows) -> Vec<String> {
    let mut counts: BTreeMap<&Vec<Option<String>>, i64> = BTreeMap::new();
    before.iter().for_each(|(_, values)| *counts.entry(values).or_default() += 1);
    now.iter().for_each(|(_, values)| *counts.entry(values).or_default() -= 1);
    let line = |values: &Vec<Option<String>>, what: &str| {
        let columns = table.columns.iter().zip(values);
        let values: Vec<String> =
            columns.map(|((column, _), value)| format!("{} = {}", column.name, shown(value))).collect();
        format!("{}: the row {} {what}", table.before, values.join(", "))
    };
    let gone = counts.iter().filter(|(_, count)| **count > 0).map(|(values, _)| line(values, "is gone"));
    let new = counts.iter().filter(|(_, count)| **count < 0).map(|(values, _)| line(values, "was not there"));
    gone.chain(new).collect()
}

fn named(names: &[Name], values: &[String]) -> String {
    names.iter().zip(values).map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

fn shown(value: &Option<String>) -> String {
    match value {
        None => "NULL".to_owned(),
        Some(value) if value.chars().count() > 60 => {
            format!("`{}…` ({} characters)", value.chars().take(60).collect::<String>(), value.chars().count())
        }
        Some(value) => format!("`{value}`"),
    }
}

/// Exempts the tables that a statement changes intentionally.
pub(super) fn exempt(tracked: &mut Vec<Tracked>, tables: &[ObjectName]) {
    tracked.retain(|table| !tables.contains(&table.before) && !tables.contains(&table.after));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(key: &[&str]) -> Tracked {
        let column = |name: &str| {
            (Column::new(name, Type::Native("text".into())), Column::new(name, Type::Native("text".into())))
        };
        Tracked {
            before: ObjectName::local("t"),
            after: ObjectName::local("t"),
            columns: vec![column("id"), column("name")],
            key: key.iter().map(|name| Name::from(*name)).collect(),
        }
    }

    fn rows(keyed: bool, rows: &[(&str, Option<&str>)]) -> Rows {
        let row = |(id, name): &(&str, Option<&str>)| {
            let key = if keyed { vec![(*id).to_owned()] } else { Vec::new() };
            (key, vec![Some((*id).to_owned()), name.map(str::to_owned)])
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn what_is_lost_is_named() {
        let before = rows(true, &[("1", Some("Ada")), ("2", Some("Grace")), ("3", None)]);
        let now = rows(true, &[("1", Some("Ad")), ("3", None)]);
        let lines = losses(&[table(&["id"])], std::slice::from_ref(&before), &[now]);
        assert_eq!(lines, ["t (id 1): `name` was `Ada`, is `Ad`", "t (id 2): the row is missing"]);
        assert!(losses(&[table(&["id"])], std::slice::from_ref(&before), std::slice::from_ref(&before)).is_empty());
    }

    #[test]
    fn rows_without_a_key_are_a_heap() {
        let before = rows(false, &[("1", None), ("1", None)]);
        let now = rows(false, &[("1", None)]);
        let lines = losses(&[table(&[])], &[before], &[now]);
        assert_eq!(lines, ["t: the row id = `1`, name = NULL is gone"]);
    }
}
