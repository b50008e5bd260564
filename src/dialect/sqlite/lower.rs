//! Lowering: what SQLite can do stays as it is; everything else on a table becomes one rebuild of it.
//!
//! Must not know SQL beyond which column an expression names.

mod indexes;

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Product, Rebuild, Step, Unsupported, case};
use crate::plan::{Alter, Names, Object, Op, Plan, Rename, Shape, Space, apply, destroys};
use crate::schema::{Change, Column, DefaultValue, Index, IndexTarget, Name, ObjectName, Place, Schema, Table};

use super::{ddl, names, words};

pub(super) fn lower(plan: &Plan, from: &Schema, made_up: &Names<'_>) -> Result<Vec<Step>, Unsupported> {
    let plan = &case::followed(plan, from);
    let mut to = from.clone();
    for op in plan.ops() {
        advance(op, &mut to)?;
    }
    let tables = Tables::of(plan);
    let renamed = renamed(plan, from);
    let mut rebuilds = needing_rebuild(plan, from, &tables)?;
    rebuilds.extend(renaming_unnamed(plan, from, &renamed));
    let (last, later) = (last_positions(plan, &rebuilds), Later::of(plan));
    let mut now = from.clone();
    let mut steps = Vec::new();
    let is_rebuilt_later = |op: &Op, position: usize| {
        let Op::Alter(Alter::Rows(change)) = op else { return false };
        let later = last.range(position..).flat_map(|(_, tables)| tables);
        later.into_iter().any(|table| **table == change.table)
    };
    // The rebuild makes the columns that rows get values of.
    let mut rows: Vec<&Op> = Vec::new();
    for (position, op) in plan.ops().iter().enumerate() {
        if is_rebuilt_later(op, position) || !rows.is_empty() && matches!(op, Op::Alter(Alter::Rows(_))) {
            rows.push(op);
        } else if !(is_folded(op) && owner(op).is_some_and(|table| rebuilds.contains(later.name(table)))) {
            steps.extend(standalone_steps(op, &tables, (&now, &to), made_up));
        }
        advance(op, &mut now)?;
        for name in last.get(&position).into_iter().flatten() {
            if let (Some(old), Some(new)) = (renamed.tables.get(name), to.tables.get(name)) {
                let mut new = new.clone();
                // Triggers are dropped and created by steps of their own, before and after everything they could mention.
                new.triggers
                    .retain(|name, _| now.tables.get(&new.name).is_some_and(|it| it.triggers.contains_key(name)));
                let meanwhile = meanwhile(made_up, &new.name);
                steps.push(Step::Rebuild(Box::new(Rebuild { from: old.clone(), to: new, meanwhile })));
            }
        }
        if !rows.iter().any(|op| is_rebuilt_later(op, position + 1)) {
            steps.extend(rows.drain(..).map(|op| Step::Direct(op.clone())));
        }
    }
    Ok(indexes::given_up(steps, from))
}

/// The intermediate name of a table while its final name is taken.
fn meanwhile(names: &Names<'_>, table: &ObjectName) -> Name {
    names.invent(&Space::Objects, Shape { before: "_new_", stem: table.name.as_str(), after: "" })
}

/// The schema after one more operation.
fn advance(op: &Op, schema: &mut Schema) -> Result<(), Unsupported> {
    apply(&Plan::new(vec![op.clone()]), schema).map_err(|refusal| {
        let reason = format!("the plan does not fit the schema it starts from: {}", refusal.reason);
        unsupported(refusal.place, &reason, "read the database again and make the plan anew")
    })
}

fn unsupported(place: Place, reason: &str, hint: &str) -> Unsupported {
    Unsupported { product: Product::Sqlite, place, reason: reason.to_owned(), hint: hint.to_owned() }
}

/// The tables a plan creates and drops: they come and go with everything in them.
struct Tables {
    created: BTreeSet<ObjectName>,
    dropped: BTreeSet<ObjectName>,
}

impl Tables {
    fn of(plan: &Plan) -> Self {
        let mut tables = Self { created: BTreeSet::new(), dropped: BTreeSet::new() };
        for op in plan.ops() {
            if let Op::Create(Object::Table(table)) = op {
                tables.created.insert(table.name.clone());
            } else if let Op::Drop(Object::Table(table)) = op {
                tables.dropped.insert(table.name.clone());
            }
        }
        tables
    }

    fn stays(&self, table: &ObjectName) -> bool {
        !self.created.contains(table) && !self.dropped.contains(table)
    }
}

/// The schema after the plan's renaming of tables and columns and nothing else: what a rebuild finds.
fn renamed(plan: &Plan, from: &Schema) -> Schema {
    let mut schema = from.clone();
    for op in plan.ops() {
        if matches!(op, Op::Rename(Rename::Table(_) | Rename::Column(..))) {
            // A name that is only free once something else is dropped: SQLite refuses it with a message of its own.
            let _ = apply(&Plan::new(vec![op.clone()]), &mut schema);
        }
    }
    schema
}

/// The names that renamed tables have after the plan, by those they have before.
struct Later<'p>(BTreeMap<&'p ObjectName, &'p ObjectName>);

impl<'p> Later<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut names = BTreeMap::new();
        let changes: Vec<_> = plan.renames().collect();
        for rename in changes.into_iter().rev() {
            if let Rename::Table(change) = rename {
                let last = names.get(&change.to).copied().unwrap_or(&change.to);
                names.insert(&change.from, last);
            }
        }
        Self(names)
    }

    fn name<'t>(&self, table: &'t ObjectName) -> &'t ObjectName
    where
        'p: 't,
    {
        self.0.get(table).copied().unwrap_or(table)
    }
}

/// The table an operation works inside of, where it does.
fn owner(op: &Op) -> Option<&ObjectName> {
    match op {
        Op::Create(object) | Op::Drop(object) => match object {
            Object::Column(table, _)
            | Object::PrimaryKey(table, _)
            | Object::Unique(table, _)
            | Object::ForeignKey(table, _)
            | Object::Check(table, _)
            | Object::Index(table, _)
            | Object::Trigger(table, _) => Some(table),
            Object::Table(_) | Object::Enum(_) | Object::View(_) | Object::Routine(_) | Object::Definition(_) => None,
        },
        Op::Alter(alter) => match alter {
            Alter::Column(table, _)
            | Alter::PrimaryKey(table, _)
            | Alter::Comment(table, _)
            | Alter::Options(table, _) => Some(table),
            Alter::Enum(_) | Alter::Routine(_) | Alter::Definition(_) | Alter::Rows(_) => None,
        },
        Op::Rename(rename) => match rename {
            Rename::Column(table, _)
            | Rename::Index(table, _)
            | Rename::Unique(table, _)
            | Rename::ForeignKey(table, _)
            | Rename::Check(table, _) => Some(table),
            Rename::Table(_) | Rename::Enum(_) | Rename::EnumValue(..) => None,
        },
    }
}

/// Which tables need a rebuild, by the names they have after the plan.
fn needing_rebuild(plan: &Plan, from: &Schema, tables: &Tables) -> Result<BTreeSet<ObjectName>, Unsupported> {
    let (mut needing, later) = (BTreeSet::new(), Later::of(plan));
    let mut now = from.clone();
    for op in plan.ops() {
        if let Some(table) = owner(op).filter(|table| tables.stays(table))
            && needs_rebuild(op, now.tables.get(table))?
        {
            needing.insert(later.name(table).clone());
        } else if owner(op).is_none() {
            needs_rebuild(op, None)?;
        }
        advance(op, &mut now)?;
    }
    Ok(needing)
}

/// Whether SQLite cannot do the operation on a table in place; `table` is the table just before.
fn needs_rebuild(op: &Op, table: Option<&Table>) -> Result<bool, Unsupported> {
    Ok(match op {
        Op::Create(object) => match object {
            Object::Column(_, column) => !can_add(column),
            Object::PrimaryKey(..) | Object::Unique(..) | Object::ForeignKey(..) | Object::Check(..) => true,
            Object::Table(_) | Object::Index(..) | Object::Trigger(..) | Object::View(_) => false,
            Object::Enum(_) | Object::Routine(_) | Object::Definition(_) => return Err(foreign(op)),
        },
        Op::Drop(object) => match object {
            Object::Column(_, column) => table.is_none_or(|table| !can_drop(table, &column.name)),
            Object::PrimaryKey(..) | Object::Unique(..) | Object::ForeignKey(..) | Object::Check(..) => true,
            Object::Table(_) | Object::Index(..) | Object::Trigger(..) | Object::View(_) => false,
            Object::Enum(_) | Object::Routine(_) | Object::Definition(_) => return Err(foreign(op)),
        },
        Op::Alter(alter) => match alter {
            Alter::Column(..) | Alter::PrimaryKey(..) | Alter::Options(..) => true,
            Alter::Comment(..) | Alter::Rows(_) => false,
            Alter::Enum(_) | Alter::Routine(_) | Alter::Definition(_) => return Err(foreign(op)),
        },
        Op::Rename(rename) => match rename {
            Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..) => true,
            Rename::Table(_) | Rename::Column(..) | Rename::Index(..) => false,
            Rename::Enum(_) | Rename::EnumValue(..) => return Err(foreign(op)),
        },
    })
}

fn foreign(op: &Op) -> Unsupported {
    unsupported(op.place(), "it has no such objects", "normalise the schema for SQLite before comparing")
}

/// What `ALTER TABLE ADD COLUMN` takes on a table that holds rows.
fn can_add(column: &Column) -> bool {
    match (&column.generated, &column.default) {
        (Some(generated), _) => !generated.stored && column.nullable,
        (None, None) => column.nullable && column.identity.is_none(),
        (None, Some(DefaultValue::Expression(default))) => ddl::is_constant(default.text()),
        (None, Some(DefaultValue::Literal(_))) => true,
    }
}

/// What `ALTER TABLE DROP COLUMN` takes. Views and triggers that still name the column are not asked about: SQLite finds
/// them exactly and refuses, which is better than leaving them broken.
fn can_drop(table: &Table, column: &Name) -> bool {
    let names = |text: &str| words::mentions(text, column);
    let in_key = table.primary_key.iter().any(|key| key.columns.contains(column))
        || table.uniques.values().any(|unique| unique.columns.contains(column))
        || table.foreign_keys.values().any(|key| key.columns.contains(column));
    let in_index = table.indexes.values().any(|index| {
        index.predicate.as_ref().is_some_and(|predicate| names(predicate.text()))
            || index.parts.iter().any(|part| match &part.target {
                IndexTarget::Column(name) => name == column,
                IndexTarget::Expression(expression) => names(expression.text()),
            })
    });
    let in_check = table.checks.values().any(|check| names(check.expression.text()));
    let in_column = table
        .columns
        .values()
        .any(|other| other.name != *column && other.generated.as_ref().is_some_and(|it| names(it.expression.text())));
    !(in_key || in_index || in_check || in_column)
}

/// Tables whose unnamed constraints would be read under other names after the renaming: a rebuild writes the names down.
fn renaming_unnamed(plan: &Plan, from: &Schema, renamed: &Schema) -> BTreeSet<ObjectName> {
    let later = Later::of(plan);
    let touched: BTreeSet<&ObjectName> = plan
        .renames()
        .filter_map(|rename| match rename {
            Rename::Table(change) => Some(&change.to),
            Rename::Column(table, _) => Some(later.name(table)),
            Rename::Index(..)
            | Rename::Unique(..)
            | Rename::ForeignKey(..)
            | Rename::Check(..)
            | Rename::Enum(_)
            | Rename::EnumValue(..) => None,
        })
        .collect();
    if touched.is_empty() {
        return BTreeSet::new();
    }
    let before: BTreeMap<&ObjectName, &Table> =
        from.tables.iter().map(|(name, table)| (later.name(name), table)).collect();
    touched
        .into_iter()
        .filter(|name| match (before.get(name), renamed.tables.get(name)) {
            (Some(before), Some(after)) => names::change(before, after),
            _ => false,
        })
        .cloned()
        .collect()
}

/// The position of each rebuild: after the last operation it absorbs, and after all renames. Dropped columns leave with the
/// rebuild, which is atomic.
fn last_positions<'r>(plan: &Plan, rebuilds: &'r BTreeSet<ObjectName>) -> BTreeMap<usize, Vec<&'r ObjectName>> {
    let ops = || plan.ops().iter().enumerate();
    let renaming = ops().rfind(|(_, op)| matches!(op, Op::Rename(_))).map_or(0, |(position, _)| position);
    let later = Later::of(plan);
    let mut folded: BTreeMap<&ObjectName, Vec<(usize, bool)>> = BTreeMap::new();
    for (position, op) in ops().filter(|(_, op)| is_folded(op)) {
        if let Some(table) = owner(op) {
            folded.entry(later.name(table)).or_default().push((position, destroys(op)));
        }
    }
    let position = |table: &ObjectName| {
        let folded = folded.get(table).map(Vec::as_slice).unwrap_or_default();
        let kept = folded.iter().filter(|(_, lost)| !lost).map(|(position, _)| *position).max();
        kept.or_else(|| folded.iter().map(|(position, _)| *position).min()).unwrap_or(0).max(renaming)
    };
    let mut last: BTreeMap<usize, Vec<&ObjectName>> = BTreeMap::new();
    for table in rebuilds {
        last.entry(position(table)).or_default().push(table);
    }
    last
}

/// Whether a rebuild absorbs the operation.
fn is_folded(op: &Op) -> bool {
    match op {
        Op::Create(object) | Op::Drop(object) => match object {
            Object::Column(..)
            | Object::PrimaryKey(..)
            | Object::Unique(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Index(..) => true,
            Object::Table(_)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Definition(_) => false,
        },
        Op::Alter(Alter::Rows(_)) => false,
        Op::Alter(_) => true,
        Op::Rename(rename) => match rename {
            Rename::Index(..) | Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..) => true,
            Rename::Table(_) | Rename::Column(..) | Rename::Enum(_) | Rename::EnumValue(..) => false,
        },
    }
}

/// Steps for an operation that is not absorbed by a rebuild; `now` is the schema before it.
fn standalone_steps(op: &Op, tables: &Tables, (now, to): (&Schema, &Schema), names: &Names<'_>) -> Vec<Step> {
    match op {
        // A new table is created with its foreign keys: SQLite does not ask whether what they refer to is there yet.
        Op::Create(Object::Table(table)) => {
            let mut table = table.clone();
            if let Some(whole) = to.tables.get(&table.name) {
                table.foreign_keys = whole.foreign_keys.clone();
            }
            vec![Step::Direct(Op::Create(Object::Table(table)))]
        }
        Op::Create(Object::ForeignKey(table, _)) if tables.created.contains(table) => Vec::new(),
        Op::Drop(Object::ForeignKey(table, _)) if tables.dropped.contains(table) => Vec::new(),
        Op::Alter(Alter::Comment(..)) => Vec::new(),
        // A name that differs in case only is taken by the table itself, so it gets there by a name in between.
        Op::Rename(Rename::Table(change)) if is_same(&change.from.name, &change.to.name) => {
            let between = ObjectName { name: meanwhile(names, &change.to), ..change.to.clone() };
            let rename = |from: &ObjectName, to: &ObjectName| {
                Step::Direct(Op::Rename(Rename::Table(Change::new(from.clone(), to.clone()))))
            };
            vec![rename(&change.from, &between), rename(&between, &change.to)]
        }
        Op::Rename(Rename::Index(table, change)) => {
            // A plan that leads back renames its columns after this.
            let index = now.tables.get(table).and_then(|it| it.indexes.get(&change.from));
            let Some(old) = index.cloned() else { return Vec::new() };
            let new = Index { name: change.to.clone(), ..old.clone() };
            let drop = Op::Drop(Object::Index(table.clone(), old));
            vec![Step::Direct(drop), Step::Direct(Op::Create(Object::Index(table.clone(), new)))]
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => vec![Step::Direct(op.clone())],
    }
}

fn is_same(name: &Name, other: &Name) -> bool {
    name.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests;
