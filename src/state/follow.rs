//! Conventional names that follow when their table or column is renamed.
//!
//! Must not know the reason of a rename.

use crate::plan::{NameKind, NameParts, Naming, Object, Rename};
use crate::schema::{Change, IndexTarget, Name, ObjectName, Table};

/// The table a rename works on, by its later name.
pub(super) fn table_of(rename: &Rename) -> Option<&ObjectName> {
    match rename {
        Rename::Table(change) => Some(&change.to),
        Rename::Column(table, _)
        | Rename::Index(table, _)
        | Rename::Unique(table, _)
        | Rename::ForeignKey(table, _)
        | Rename::Check(table, _) => Some(table),
        Rename::Enum(_) | Rename::EnumValue(..) => None,
    }
}

/// The new name of a part of a table that is no column.
pub(super) fn new_name(rename: &Rename) -> Option<&Name> {
    match rename {
        Rename::Index(_, change)
        | Rename::Unique(_, change)
        | Rename::ForeignKey(_, change)
        | Rename::Check(_, change) => Some(&change.to),
        Rename::Table(_) | Rename::Column(..) | Rename::Enum(_) | Rename::EnumValue(..) => None,
    }
}

/// What follows a rename that was just done to `table`: its indexes, constraints and keys whose names SeaORM, sea-query,
/// PostgreSQL or this crate makes of the table's and the columns' names, or the project's patterns. What `declared` has under
/// its old name stays.
pub(super) fn names(table: &Table, rename: &Rename, declared: Option<&Table>, naming: &Naming) -> Vec<Rename> {
    let owner = &table.name;
    let mut found = Vec::new();
    for index in table.indexes.values() {
        let columns: Vec<&Name> = index
            .parts
            .iter()
            .filter_map(|part| match &part.target {
                IndexTarget::Column(name) => Some(name),
                IndexTarget::Expression(_) => None,
            })
            .collect();
        if !declared.is_some_and(|table| table.indexes.contains_key(&index.name)) {
            let of = NameParts::of_index(owner.name.as_str(), index);
            let by_pattern = || by_pattern(naming, NameKind::of_index(index), &index.name, &of, rename);
            let change = followed(&index.name, &columns, owner, rename).or_else(by_pattern);
            found.extend(change.map(|change| Rename::Index(owner.clone(), change)));
        }
    }
    for unique in table.uniques.values() {
        if !declared.is_some_and(|table| table.uniques.contains_key(&unique.name)) {
            let of = NameParts::new(owner.name.as_str(), &unique.columns);
            let by_pattern = || by_pattern(naming, NameKind::Unique, &unique.name, &of, rename);
            let columns: Vec<&Name> = unique.columns.iter().collect();
            let change = followed(&unique.name, &columns, owner, rename).or_else(by_pattern);
            found.extend(change.map(|change| Rename::Unique(owner.clone(), change)));
        }
    }
    for key in table.foreign_keys.values() {
        if !declared.is_some_and(|table| table.foreign_keys.contains_key(&key.name)) {
            let of = NameParts::of_foreign_key(owner.name.as_str(), key);
            let by_pattern = || by_pattern(naming, NameKind::ForeignKey, &key.name, &of, rename);
            let columns: Vec<&Name> = key.columns.iter().collect();
            let change = followed(&key.name, &columns, owner, rename).or_else(by_pattern);
            found.extend(change.map(|change| Rename::ForeignKey(owner.clone(), change)));
        }
    }
    for check in table.checks.values() {
        if !declared.is_some_and(|table| table.checks.contains_key(&check.name)) {
            let change = followed_check(&check.name, owner, rename);
            found.extend(change.map(|change| Rename::Check(owner.clone(), change)));
        }
    }
    found
}

/// The key, constraint or index that the code declared before these renames, if it is one whose name may follow them.
pub(super) fn former(object: &Object, renames: &[Rename]) -> Option<Object> {
    renames.first()?;
    let mut object = object.clone();
    for rename in renames.iter().rev() {
        let rename = rename.clone().inverse();
        match &mut object {
            Object::ForeignKey(table, key) => {
                if let Rename::Column(owner, change) = &rename
                    && *owner == key.references
                {
                    key.referenced_columns.iter_mut().for_each(|name| follow_column(name, change));
                }
                if let Rename::Table(change) = &rename
                    && key.references == change.from
                {
                    key.references = change.to.clone();
                }
                follow_rename(table, &mut key.name, key.columns.iter_mut().collect(), &rename);
            }
            Object::Unique(table, unique) => {
                follow_rename(table, &mut unique.name, unique.columns.iter_mut().collect(), &rename);
            }
            Object::Index(table, index) => {
                let columns = index.parts.iter_mut().filter_map(|part| match &mut part.target {
                    IndexTarget::Column(name) => Some(name),
                    IndexTarget::Expression(_) => None,
                });
                follow_rename(table, &mut index.name, columns.collect(), &rename);
            }
            Object::Table(_)
            | Object::Column(..)
            | Object::PrimaryKey(..)
            | Object::Check(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Definition(_) => return None,
        }
    }
    Some(object)
}

fn follow_column(name: &mut Name, change: &Change<Name>) {
    if *name == change.from {
        *name = change.to.clone();
    }
}

fn follow_rename(table: &mut ObjectName, name: &mut Name, mut columns: Vec<&mut Name>, rename: &Rename) {
    match rename {
        Rename::Table(change) if *table == change.from => *table = change.to.clone(),
        Rename::Column(owner, change) if owner == table => {
            columns.iter_mut().for_each(|column| follow_column(column, change));
        }
        Rename::Table(_)
        | Rename::Column(..)
        | Rename::Index(..)
        | Rename::Unique(..)
        | Rename::ForeignKey(..)
        | Rename::Check(..)
        | Rename::Enum(_)
        | Rename::EnumValue(..) => return,
    }
    let columns: Vec<&Name> = columns.iter().map(|column| &**column).collect();
    if let Some(change) = followed(name, &columns, table, rename) {
        *name = change.to;
    }
}

/// The name that a primary key made by convention (`user_pkey`, `pk-user`) has on the renamed table.
pub(super) fn primary_key(name: &Name, change: &Change<ObjectName>) -> Option<Name> {
    let (old, new) = (&change.from.name, &change.to.name);
    let conventions = |table: &Name| [format!("{table}_pkey"), format!("pk-{table}"), format!("pk_{table}")];
    let position = conventions(old).iter().position(|convention| convention == name.as_str())?;
    conventions(new).into_iter().nth(position).map(Name::from)
}

fn followed(name: &Name, columns: &[&Name], owner: &ObjectName, rename: &Rename) -> Option<Change<Name>> {
    let new = match rename {
        Rename::Table(change) => after_table(name.as_str(), change)?,
        Rename::Column(_, change) => {
            let before: Vec<&str> = columns
                .iter()
                .map(|column| if **column == change.to { change.from.as_str() } else { column.as_str() })
                .collect();
            let after: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
            let table = owner.name.as_str();
            let position = conventions(table, &before).iter().position(|convention| convention == name.as_str())?;
            conventions(table, &after).into_iter().nth(position)?
        }
        _ => return None,
    };
    (new != name.as_str()).then(|| Change::new(name.clone(), Name::from(new)))
}

/// The same by the project's patterns; `after` is what the name is made of after the rename.
fn by_pattern(
    naming: &Naming,
    kind: NameKind,
    name: &Name,
    after: &NameParts<'_>,
    rename: &Rename,
) -> Option<Change<Name>> {
    let mut before = after.clone();
    match rename {
        Rename::Table(change) => before.table = change.from.name.as_str(),
        Rename::Column(_, change) => {
            let renamed = before.columns.iter_mut().filter(|column| **column == change.to.as_str());
            renamed.for_each(|column| *column = change.from.as_str());
        }
        _ => return None,
    }
    let new = naming.followed(kind, &before, after, name)?;
    (new != *name).then(|| Change::new(name.clone(), new))
}

/// The names that are made of a table and its columns: by SeaORM and sea-query's users, by PostgreSQL, by Rails and Laravel.
fn conventions(table: &str, columns: &[&str]) -> Vec<String> {
    let (dashed, scored) = (columns.join("-"), columns.join("_"));
    vec![
        format!("idx-{table}-{dashed}"),
        format!("fk-{table}-{dashed}"),
        format!("uk-{table}-{dashed}"),
        format!("idx_{table}_{scored}"),
        format!("fk_{table}_{scored}"),
        format!("uk_{table}_{scored}"),
        format!("uq_{table}_{scored}"),
        format!("{table}_{scored}_idx"),
        format!("{table}_{scored}_key"),
        format!("{table}_{scored}_fkey"),
        format!("{table}_{scored}_index"),
        format!("{table}_{scored}_unique"),
        format!("{table}_{scored}_foreign"),
        format!("index_{table}_on_{}", columns.join("_and_")),
    ]
}

/// With the table's new name, if the old one stands in it where a convention puts it.
fn after_table(name: &str, change: &Change<ObjectName>) -> Option<String> {
    let (old, new) = (change.from.name.as_str(), change.to.name.as_str());
    for (prefix, end) in [
        ("idx-", "-"),
        ("fk-", "-"),
        ("uk-", "-"),
        ("idx_", "_"),
        ("fk_", "_"),
        ("uk_", "_"),
        ("uq_", "_"),
        ("index_", "_on_"),
    ] {
        let rest =
            name.strip_prefix(prefix).and_then(|name| name.strip_prefix(old)).and_then(|name| name.strip_prefix(end));
        if let Some(rest) = rest {
            return Some(format!("{prefix}{new}{end}{rest}"));
        }
    }
    let rest = name.strip_prefix(old).filter(|rest| rest.starts_with('_'))?;
    let ends = ["_idx", "_key", "_fkey", "_index", "_unique", "_foreign", "_excl"];
    ends.iter().any(|end| rest.ends_with(end)).then(|| format!("{new}{rest}"))
}

/// `<table>_<column>_check` and `<table>_check`, with a number where the name was taken.
fn followed_check(name: &Name, owner: &ObjectName, rename: &Rename) -> Option<Change<Name>> {
    let bare = name.as_str().trim_end_matches(|character: char| character.is_ascii_digit());
    let number = name.as_str().strip_prefix(bare).unwrap_or_default();
    let middle = bare.strip_suffix("_check")?;
    let new = match rename {
        Rename::Table(change) => {
            let rest = middle
                .strip_prefix(change.from.name.as_str())
                .filter(|rest| rest.is_empty() || rest.starts_with('_'))?;
            format!("{}{rest}_check{number}", change.to.name)
        }
        Rename::Column(_, change) if middle == format!("{}_{}", owner.name, change.from) => {
            format!("{}_{}_check{number}", owner.name, change.to)
        }
        _ => return None,
    };
    (new != name.as_str()).then(|| Change::new(name.clone(), Name::from(new)))
}
