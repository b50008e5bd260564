//! The diagram of a change: the changed tables and their neighbours, as data.
//!
//! Must not know how it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::plan::{Alter, Object, Op, Plan, Rename, type_name};
use crate::schema::{ForeignKey, Name, ObjectName, Place, Schema, Table};

use super::super::facts;
use super::Mark;
use super::change::mark;

/// The greatest number of unchanged columns and of unchanged tables that are shown.
const COLUMNS: usize = 6;
const NEIGHBOURS: usize = 24;
const CHANGED: usize = 60;

/// Tables and the links between them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Picture {
    /// The tables.
    pub tables: Vec<PictureTable>,
    /// The foreign keys.
    pub links: Vec<PictureLink>,
    /// The number of changed and neighbouring tables that are left out.
    pub left: usize,
}

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct PictureTable {
    /// Its name.
    pub id: String,
    /// Its name, with the former one.
    pub title: String,
    /// How it differs; unchanged if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The columns that are shown.
    pub fields: Vec<PictureField>,
    /// The number of the others.
    pub left: usize,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct PictureField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its name with the former one, if it is renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it is in a key.
    pub key: bool,
    /// How it differs; unchanged if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// A foreign key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PictureLink {
    /// The referring table.
    pub from: String,
    /// The referred table.
    pub to: String,
    /// The first of its columns.
    pub from_field: String,
    /// The first of the referred columns.
    pub to_field: String,
    /// Whether at most one row refers to a row.
    pub once: bool,
    /// Whether a row may refer to none.
    pub optional: bool,
    /// How it differs; unchanged if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

/// How columns, keys and tables differ.
#[derive(Default)]
struct Differences {
    tables: BTreeMap<ObjectName, Mark>,
    former: BTreeMap<ObjectName, ObjectName>,
    columns: BTreeMap<(ObjectName, Name), Mark>,
    former_columns: BTreeMap<(ObjectName, Name), Name>,
    keys: BTreeMap<(ObjectName, Name), Mark>,
}

/// The diagram of a plan between two schemas.
pub fn picture(from: &Schema, to: &Schema, plan: &Plan) -> Picture {
    let differences = Differences::of(plan, to, from);
    let find = |name: &ObjectName| to.tables.get(name).or_else(|| from.tables.get(name));
    let mut shown: BTreeSet<ObjectName> = differences.tables.keys().take(CHANGED).cloned().collect();
    let mut left = differences.tables.len() - shown.len();
    let near = |table: &Table| -> Vec<ObjectName> {
        let referred = table.foreign_keys.values().map(|key| &key.references);
        referred.filter(|name| to.tables.contains_key(name)).cloned().collect()
    };
    let mut neighbours: BTreeSet<ObjectName> = shown.iter().filter_map(find).flat_map(near).collect();
    neighbours.extend(
        to.tables.values().filter(|it| near(it).iter().any(|name| shown.contains(name))).map(|it| it.name.clone()),
    );
    neighbours.retain(|name| !shown.contains(name));
    left += neighbours.len().saturating_sub(NEIGHBOURS);
    shown.extend(neighbours.into_iter().take(NEIGHBOURS));
    let tables = shown.iter().filter_map(|name| Some(differences.table(find(name)?, from))).collect();
    let mut links = Vec::new();
    for table in shown.iter().filter_map(find) {
        let dropped = from.tables.get(&table.name).into_iter().flat_map(|old| {
            old.foreign_keys
                .values()
                .filter(|key| !table.foreign_keys.contains_key(&key.name))
                .map(move |key| (old, key))
        });
        let present = table.foreign_keys.values().map(|key| (table, key));
        for (owner, key) in present.chain(dropped).filter(|(_, key)| shown.contains(&key.references)) {
            links.push(differences.link(owner, key));
        }
    }
    Picture { tables, links, left }
}

impl Differences {
    fn of(plan: &Plan, to: &Schema, from: &Schema) -> Self {
        let mut found = Self::default();
        for op in plan.ops() {
            let Place::Table(name, _) = op.place() else { continue };
            let known = to.tables.contains_key(&name) || from.tables.contains_key(&name);
            if known {
                found.tables.entry(name.clone()).or_insert(Mark::Altered);
            }
            match op {
                Op::Create(Object::Table(_)) | Op::Drop(Object::Table(_)) => drop(found.tables.insert(name, mark(op))),
                Op::Rename(Rename::Table(change)) => {
                    found.tables.insert(name.clone(), Mark::Renamed);
                    found.former.insert(name, change.from.clone());
                }
                Op::Create(Object::Column(_, column)) | Op::Drop(Object::Column(_, column)) => {
                    found.columns.insert((name, column.name.clone()), mark(op));
                }
                Op::Alter(Alter::Column(_, change)) => {
                    found.columns.entry((name, change.to.name.clone())).or_insert(Mark::Altered);
                }
                Op::Rename(Rename::Column(_, change)) => {
                    found.former_columns.insert((name.clone(), change.to.clone()), change.from.clone());
                    found.columns.insert((name, change.to.clone()), Mark::Renamed);
                }
                Op::Create(Object::ForeignKey(_, key)) | Op::Drop(Object::ForeignKey(_, key)) => {
                    let of_key = found.keys.entry((name, key.name.clone())).or_insert_with(|| mark(op));
                    // Dropped and created, it is altered.
                    *of_key = if *of_key == mark(op) { *of_key } else { Mark::Altered };
                }
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
            }
        }
        found
    }

    fn table(&self, table: &Table, from: &Schema) -> PictureTable {
        let name = &table.name;
        let mark = self.tables.get(name).copied();
        let referring: BTreeSet<&Name> = table.foreign_keys.values().flat_map(|key| &key.columns).collect();
        let former = self.former.get(name).unwrap_or(name);
        let gone = from.tables.get(former).into_iter().flat_map(|old| old.columns.values()).filter(|column| {
            !table.columns.contains_key(&column.name)
                && self.columns.get(&(name.clone(), column.name.clone())) == Some(&Mark::Removed)
        });
        let fields = table.columns.values().chain(gone).map(|column| PictureField {
            name: column.name.to_string(),
            kind: type_name(&column.data_type),
            label: (self.former_columns.get(&(name.clone(), column.name.clone())))
                .map(|former| format!("{former} → {}", column.name)),
            key: facts::is_primary(table, &column.name) || referring.contains(&column.name),
            mark: self.columns.get(&(name.clone(), column.name.clone())).copied(),
        });
        let all: Vec<PictureField> = fields.collect();
        let whole = matches!(mark, Some(Mark::Added | Mark::Removed)) && all.len() <= 4 * COLUMNS;
        let mut room = if whole { all.len() } else { COLUMNS };
        let mut shown: Vec<PictureField> = Vec::new();
        for field in &all {
            let is_plain = field.mark.is_none();
            if is_plain && (room == 0 || !(whole || field.key)) {
                continue;
            }
            room -= usize::from(is_plain);
            shown.push(field.clone());
        }
        let title = self.former.get(name).map_or(name.to_string(), |former| format!("{former} → {name}"));
        PictureTable { id: name.to_string(), title, mark, left: all.len() - shown.len(), fields: shown }
    }

    fn link(&self, table: &Table, key: &ForeignKey) -> PictureLink {
        let first = |names: &[Name]| names.first().map(Name::to_string).unwrap_or_default();
        PictureLink {
            from: table.name.to_string(),
            to: key.references.to_string(),
            from_field: first(&key.columns),
            to_field: first(&key.referenced_columns),
            once: facts::refers_once(table, key),
            optional: facts::refers_optionally(table, key),
            mark: self.keys.get(&(table.name.clone(), key.name.clone())).copied(),
        }
    }
}
