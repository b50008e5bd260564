//! Tracks tables and columns through a migration: which column afterwards holds the values of which column before.
//!
//! Must not know rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Product;
use crate::plan::{Op, Plan, Rename};
use crate::schema::{
    Check, Column, DefinitionId, DefinitionKind, ForeignKey, Index, IndexPart, IndexTarget, Name, ObjectName,
    ReferenceRow, ReferenceRows, Schema, Table, Unique,
};
use crate::seed::{Narrower, domain};

/// Renames, from the old names to the new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables.
    pub tables: BTreeMap<ObjectName, ObjectName>,
    /// Columns, by the old name of their table.
    pub columns: BTreeMap<(ObjectName, Name), Name>,
}

impl Renames {
    /// The renames of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut renames = Self::default();
        for op in plan.ops() {
            let Op::Rename(rename) = op else { continue };
            match rename {
                Rename::Table(change) => renames.move_table(&change.from, change.to.clone()),
                Rename::Column(table, change) => renames.move_column(table, &change.from, change.to.clone()),
                Rename::Index(..)
                | Rename::Unique(..)
                | Rename::ForeignKey(..)
                | Rename::Check(..)
                | Rename::Enum(_)
                | Rename::EnumValue(..) => {}
            }
        }
        renames
    }

    /// Records the rename of a table.
    pub(super) fn move_table(&mut self, now: &ObjectName, to: ObjectName) {
        let first = self.old_table(now);
        self.tables.insert(first, to);
    }

    /// Records the rename of a column.
    pub(super) fn move_column(&mut self, table: &ObjectName, now: &Name, to: Name) {
        let table = self.old_table(table);
        let before = self.columns.iter().find(|((of, _), name)| *of == table && *name == now);
        let first = before.map_or_else(|| now.clone(), |((_, first), _)| first.clone());
        self.columns.insert((table, first), to);
    }

    fn old_table(&self, now: &ObjectName) -> ObjectName {
        let before = self.tables.iter().find(|(_, to)| *to == now);
        before.map_or_else(|| now.clone(), |(before, _)| before.clone())
    }

    /// The new name of a table.
    pub(super) fn table<'a>(&'a self, before: &'a ObjectName) -> &'a ObjectName {
        self.tables.get(before).unwrap_or(before)
    }

    /// The new name of a column.
    pub(super) fn column(&self, table: &ObjectName, before: &Name) -> Name {
        self.columns.get(&(table.clone(), before.clone())).unwrap_or(before).clone()
    }
}

/// A table whose values are compared.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) before: ObjectName,
    pub(super) after: ObjectName,
    /// Columns before and after whose values must be the same.
    pub(super) columns: Vec<(Column, Column)>,
    /// The primary key's columns among them, when all of it is.
    pub(super) key: Vec<Name>,
}

/// The values that must survive a migration: those of every column that it does not change, or changes in a way that
/// keeps the generated values.
pub(super) fn tracked(product: Product, from: &Schema, to: &Schema, renames: &Renames) -> Vec<Tracked> {
    let mut all = Vec::new();
    for before in from.tables.values() {
        let Some(after) = to.tables.get(renames.table(&before.name)) else { continue };
        let mut columns = Vec::new();
        for column in before.columns.values() {
            let Some(then) = after.columns.get(&renames.column(&before.name, &column.name)) else { continue };
            let computed = |column: &Column| column.generated.is_some() || column.on_update.is_some();
            if computed(column) || computed(then) {
                continue;
            }
            let same = column.data_type == then.data_type;
            if same || domain(product, from, column).keeps(&domain(product, to, then)) {
                columns.push((column.clone(), then.clone()));
            }
        }
        let primary = before.primary_key.as_ref().map_or_else(Vec::new, |primary| primary.columns.clone());
        let whole = primary.iter().all(|name| columns.iter().any(|(column, _)| column.name == *name));
        let key = if whole { primary } else { Vec::new() };
        if !columns.is_empty() {
            all.push(Tracked { before: before.name.clone(), after: after.name.clone(), columns, key });
        }
    }
    all
}

/// The schema for which rows are generated: the one before, with the constraints of the one after that existing rows
/// must satisfy.
pub(super) fn both(product: Product, from: &Schema, to: &Schema, renames: &Renames) -> (Schema, Narrower) {
    let mut both = from.clone();
    let mut narrower = Narrower::new();
    for before in from.tables.values() {
        let Some(after) = to.tables.get(renames.table(&before.name)) else { continue };
        let Some(table) = both.tables.get_mut(&before.name) else { continue };
        // From names after to names before; a new column has none.
        let old: BTreeMap<Name, Name> = before
            .columns
            .keys()
            .map(|name| (renames.column(&before.name, name), name.clone()))
            .filter(|(now, _)| after.columns.contains_key(now))
            .collect();
        for (now, name) in &old {
            let (Some(column), Some(then)) = (table.columns.get_mut(name), after.columns.get(now)) else { continue };
            column.nullable &= then.nullable;
            let (one, two) = (domain(product, from, column), domain(product, to, then));
            if one != two {
                narrower.insert((before.name.clone(), name.clone()), two);
            }
        }
        add_keys(table, after, &old);
        add_checks(table, after, &old);
        // Rows refer to what is there all the time.
        let stays = |rows: &ReferenceRows, row: &ReferenceRow| {
            let key = after.rows.as_ref().and_then(|after| Some((after, rows.common_key(after)?)));
            key.is_some_and(|(after, key)| after.same_row(row, key).is_some())
        };
        table.rows = before.rows.as_ref().map(|rows| ReferenceRows {
            rows: rows.rows.iter().filter(|row| stays(rows, row)).cloned().collect(),
            ..rows.clone()
        });
        for key in after.foreign_keys.values() {
            let references = renames.old_table(&key.references);
            let Some(referenced) = from.tables.get(&references) else { continue };
            let columns = mapped(&key.columns, &old);
            let there: Option<Vec<Name>> = key
                .referenced_columns
                .iter()
                .map(|now| {
                    let is = |name: &&Name| renames.column(&references, name) == *now;
                    referenced.columns.keys().find(is).cloned()
                })
                .collect();
            let (Some(columns), Some(referenced_columns)) = (columns, there) else { continue };
            let same = |known: &ForeignKey| known.columns == columns && known.references == references;
            if !table.foreign_keys.values().any(same) {
                let name = afterwards(&key.name);
                let key = ForeignKey { name: name.clone(), columns, references, referenced_columns, ..key.clone() };
                table.foreign_keys.insert(name, key);
            }
        }
    }
    (both, narrower)
}

/// A name that does not exist before.
fn afterwards(name: &Name) -> Name {
    Name::new(format!("{name} (afterwards)"))
}

fn mapped(names: &[Name], old: &BTreeMap<Name, Name>) -> Option<Vec<Name>> {
    names.iter().map(|name| old.get(name).cloned()).collect()
}

fn add_keys(table: &mut Table, after: &Table, old: &BTreeMap<Name, Name>) {
    for unique in after.uniques.values() {
        if let Some(columns) = mapped(&unique.columns, old) {
            let name = afterwards(&unique.name);
            table.uniques.insert(name.clone(), Unique { name, columns, options: unique.options.clone() });
        }
    }
    if let Some(columns) = after.primary_key.as_ref().and_then(|primary| mapped(&primary.columns, old)) {
        let name = Name::from("primary key (afterwards)");
        table.uniques.insert(name.clone(), Unique { name, columns, options: crate::schema::Options::new() });
    }
    let is_renamed = old.iter().any(|(now, name)| now != name);
    for index in after.indexes.values().filter(|index| index.unique) {
        let mut index = Index { name: afterwards(&index.name), ..index.clone() };
        let mut known = index.predicate.is_none() || !is_renamed;
        for part in &mut index.parts {
            match &mut part.target {
                IndexTarget::Column(name) => match old.get(name) {
                    Some(before) => *name = before.clone(),
                    None => known = false,
                },
                IndexTarget::Expression(_) => known &= !is_renamed,
            }
        }
        if known {
            table.indexes.insert(index.name.clone(), index);
        }
    }
}

/// Checks use the column names after the migration, so they are not applied to a table with renamed columns.
fn add_checks(table: &mut Table, after: &Table, old: &BTreeMap<Name, Name>) {
    if old.iter().any(|(now, name)| now != name) {
        return;
    }
    let known: BTreeSet<_> = table.checks.values().map(|check| check.expression.canonical().to_owned()).collect();
    for check in after.checks.values().filter(|check| !known.contains(check.expression.canonical())) {
        let name = afterwards(&check.name);
        table.checks.insert(name.clone(), Check { name, ..check.clone() });
    }
}

/// Tables that gain a NOT NULL column without a default, or that lose one and gain it again in `down`.
pub(super) fn demanding(from: &Schema, to: &Schema, renames: &Renames) -> BTreeSet<ObjectName> {
    let demands = |column: &Column| {
        !column.nullable && column.default.is_none() && column.identity.is_none() && column.generated.is_none()
    };
    let is_demanding = |before: &&Table| {
        let Some(after) = to.tables.get(renames.table(&before.name)) else { return false };
        let known: BTreeSet<Name> = before.columns.keys().map(|name| renames.column(&before.name, name)).collect();
        let mut comes = after.columns.values().filter(|column| !known.contains(&column.name));
        let is_gone = |column: &&Column| !after.columns.contains_key(&renames.column(&before.name, &column.name));
        comes.any(demands) || before.columns.values().filter(is_gone).any(demands)
    };
    from.tables.values().filter(is_demanding).map(|table| table.name.clone()).collect()
}

/// Tables that gain a check or an exclusion constraint, which generated rows may violate.
pub(super) fn checked(from: &Schema, to: &Schema, renames: &Renames) -> BTreeSet<ObjectName> {
    let is_checked = |before: &&Table| {
        let Some(after) = to.tables.get(renames.table(&before.name)) else { return false };
        let known = |check: &Check| before.checks.values().any(|it| it.expression == check.expression);
        if after.checks.values().any(|check| !known(check)) {
            return true;
        }
        // An expression may have the same value for several generated rows.
        let known = |index: &Index| {
            before.indexes.values().any(|it| Index { name: index.name.clone(), ..it.clone() } == *index)
        };
        let is_computed = |index: &&Index| {
            let is_expression = |part: &IndexPart| matches!(part.target, IndexTarget::Expression(_));
            index.unique && (index.predicate.is_some() || index.parts.iter().any(is_expression))
        };
        if after.indexes.values().filter(is_computed).any(|index| !known(index)) {
            return true;
        }
        // Generated rows may violate an exclusion constraint.
        let on_it = |id: &&DefinitionId| id.kind == DefinitionKind::Exclusion && id.on.as_ref() == Some(&after.name);
        let known = |id: &DefinitionId| from.definitions.get(id).is_some_and(|it| Some(it) == to.definitions.get(id));
        to.definitions.keys().filter(on_it).any(|id| !known(id))
    };
    from.tables.values().filter(is_checked).map(|table| table.name.clone()).collect()
}
