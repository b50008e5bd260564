//! The names of unnamed constraints: the same whether declared or read from a catalog.
//!
//! Must not know where a constraint comes from. Unique constraints and checks are named as PostgreSQL does, foreign
//! keys as SeaORM does, so that entities get the same names on every database.

use crate::schema::{Name, Table};

/// A unique constraint's name.
pub(super) fn unique<'a>(table: &Name, columns: impl Iterator<Item = &'a Name>) -> Name {
    Name::from(format!("{table}_{}_key", joined(columns, "_")))
}

/// A foreign key's name.
pub(super) fn foreign_key<'a>(table: &Name, columns: impl Iterator<Item = &'a Name>) -> Name {
    Name::from(format!("fk-{table}-{}", joined(columns, "-")))
}

/// A check's name; `column` is the column it is written with, if any.
pub(super) fn check(table: &Name, column: Option<&Name>) -> Name {
    Name::from(match column {
        Some(column) => format!("{table}_{column}_check"),
        None => format!("{table}_check"),
    })
}

fn joined<'a>(columns: impl Iterator<Item = &'a Name>, separator: &str) -> String {
    columns.map(Name::as_str).collect::<Vec<_>>().join(separator)
}

/// The name, or the first free one with a number appended.
pub(super) fn free(name: Name, taken: impl Fn(&Name) -> bool) -> Name {
    let mut candidate = name.clone();
    let mut number = 0;
    while taken(&candidate) {
        number += 1;
        candidate = Name::from(format!("{name}{number}"));
    }
    candidate
}

/// Whether a constraint of the table may be unnamed, so that it would be read under another name after the table or its
/// columns were renamed from `before` to `after`. A filled-in name looks like a given one.
pub(super) fn change(before: &Table, after: &Table) -> bool {
    let uniques = before.uniques.iter().filter_map(|(name, old)| {
        let new = after.uniques.get(name)?;
        Some((name, unique(&before.name.name, old.columns.iter()), unique(&after.name.name, new.columns.iter())))
    });
    let keys = before.foreign_keys.iter().filter_map(|(name, old)| {
        let new = after.foreign_keys.get(name)?;
        let was = foreign_key(&before.name.name, old.columns.iter());
        Some((name, was, foreign_key(&after.name.name, new.columns.iter())))
    });
    let columns: Vec<_> = std::iter::once((None, None))
        .chain(before.columns.keys().zip(after.columns.keys()).map(|(old, new)| (Some(old), Some(new))))
        .collect();
    let checks = before.checks.keys().flat_map(|name| {
        let pairs = columns.iter();
        pairs.map(move |(old, new)| (name, check(&before.name.name, *old), check(&after.name.name, *new)))
    });
    uniques.chain(keys).chain(checks).any(|(name, was, will_be)| {
        let numbered = name.as_str().strip_prefix(was.as_str());
        was != will_be && numbered.is_some_and(|rest| rest.chars().all(|digit| digit.is_ascii_digit()))
    })
}
