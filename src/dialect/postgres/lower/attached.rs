//! Tables that become partitions, and partitions that become tables: attached and detached with their rows.
//!
//! A table is brought into the shape of the partitioned table before it is attached, and into its own after it is detached.
//! What a partition has of its own comes after the one and goes before the other. Must not know how a step is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::casts::family;
use crate::dialect::{Product, Step, Unsupported};
use crate::plan::cast::Grade;
use crate::plan::{Alter, Object, Op, Rename, becomes_computed};
use crate::schema::{
    Change, Column, DefaultValue, Definition, DefinitionKind, Expression, Identity, Index, IndexTarget, Name,
    ObjectName, PARTITION_BY, Place, PrimaryKey, Table, Type, Unique,
};

use super::super::casts::grade;
use super::super::{names, partitions};
use super::{Walk, columns, quoted};

/// The relations that stay and are a table before and a partition after, or the other way round.
pub(super) struct Moving {
    /// What the partitions have of their own, which goes before they are detached.
    own: BTreeMap<ObjectName, Vec<Op>>,
    /// The columns that are added: what a partition has in them is no value of anybody.
    added: BTreeSet<Place>,
}

fn partition(object: &Object) -> Option<&ObjectName> {
    match object {
        Object::Definition(it) if it.id.kind == DefinitionKind::Partition => Some(&it.id.name),
        _ => None,
    }
}

fn table(object: &Object) -> Option<&ObjectName> {
    match object {
        Object::Table(table) => Some(&table.name),
        _ => None,
    }
}

/// Finds them, and takes out of the plan that they are dropped.
pub(super) fn find(ops: &mut Vec<Op>) -> Moving {
    type Kind = fn(&Object) -> Option<&ObjectName>;
    let moving = |dropped: Kind, created: Kind| -> BTreeSet<ObjectName> {
        let is_created = |name: &&ObjectName| {
            ops.iter().any(|op| matches!(op, Op::Create(object) if created(object) == Some(*name)))
        };
        let gone = ops.iter().filter_map(|op| match op {
            Op::Drop(object) => dropped(object),
            Op::Create(_) | Op::Alter(_) | Op::Rename(_) => None,
        });
        gone.filter(is_created).cloned().collect()
    };
    let (attached, mut detached) = (moving(table, partition), moving(partition, table));
    let parent = |object: &Object| match object {
        Object::Definition(it) => partitions::parent(it).cloned(),
        _ => None,
    };
    // A partition of another table is detached from the one and attached to the other.
    detached.extend(moving(partition, partition).into_iter().filter(|name| {
        let is_it = |object: &&Object| partition(object) == Some(name);
        let before = ops.iter().filter_map(|op| if let Op::Drop(it) = op { Some(it) } else { None }).find(is_it);
        let after = ops.iter().filter_map(|op| if let Op::Create(it) = op { Some(it) } else { None }).find(is_it);
        before.and_then(parent) != after.and_then(parent)
    }));
    let added = |op: &Op| match op {
        Op::Create(Object::Column(..)) => Some(op.place()),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    };
    let mut found = Moving { own: BTreeMap::new(), added: ops.iter().filter_map(added).collect() };
    ops.retain(|op| match op {
        Op::Drop(Object::Definition(it))
            if matches!(it.id.kind, DefinitionKind::PartitionPart | DefinitionKind::Comment) =>
        {
            let owner = it.id.on.as_ref().filter(|owner| detached.contains(owner));
            if let Some(owner) = owner {
                found.own.entry(owner.clone()).or_default().push(op.clone());
            }
            owner.is_none()
        }
        Op::Drop(object) => {
            !table(object).is_some_and(|name| attached.contains(name))
                && !partition(object).is_some_and(|name| detached.contains(name))
        }
        Op::Create(_) | Op::Alter(_) | Op::Rename(_) => true,
    });
    found
}

impl Walk<'_> {
    /// Attaches an existing table as a partition.
    pub(super) fn attach(&mut self, partition: &Definition) -> Result<(), Unsupported> {
        let name = &partition.id.name;
        let Some(own) = self.state.tables.get(name).cloned() else { return Ok(()) };
        let shape = self.shape(partition, &own)?;
        if let Some(column) = own.columns.keys().find(|column| !shape.columns.contains_key(*column)) {
            return Err(refused(name, format!("column {column} is not in the table it becomes a partition of")));
        }
        self.reshape(&own, &shape, false)?;
        self.state.tables.remove(name);
        self.state.definitions.insert(partition.id.clone(), partition.clone());
        self.steps.push(Step::AttachPartition(partition.clone()));
        Ok(())
    }

    /// Takes a partition from one table to another.
    pub(super) fn hand_over(&mut self, from: &Definition, to: &Definition, moving: &Moving) -> Result<(), Unsupported> {
        let mut own = Table::new(from.id.name.clone());
        own.comment.clone_from(&from.comment);
        own.options = partitions::options(from);
        let shape = self.take_off(from, &own, moving)?;
        self.state.tables.insert(shape.name.clone(), shape);
        self.attach(to)
    }

    /// Detaches an existing partition as a table.
    pub(super) fn detach(&mut self, table: &Table, moving: &Moving) -> Result<(), Unsupported> {
        let partition = self.state.relation_beside(&table.name).cloned();
        let Some(partition) = partition else { return Ok(()) };
        let divided = partitions::divided(&self.state, &partition).map(|table| table.name.clone());
        let mut shape = self.take_off(&partition, table, moving)?;
        let gone = |column: &&Column| !table.columns.contains_key(&column.name);
        let gone: Vec<Column> = shape.columns.values().filter(gone).cloned().collect();
        for column in gone {
            let in_all = divided.as_ref().map(|divided| Place::column(divided, &column.name));
            if !in_all.is_some_and(|place| moving.added.contains(&place) || self.leaving.contains(&place)) {
                return Err(refused(&table.name, format!("column {} is not in the table it becomes", column.name)));
            }
            shape.columns.remove(&column.name);
            self.direct(Op::Drop(Object::Column(table.name.clone(), column)));
        }
        self.reshape(&shape, table, true)
    }

    /// Detaches a partition, without what it has of its own and the foreign keys of its table. The table it is then.
    fn take_off(&mut self, partition: &Definition, table: &Table, moving: &Moving) -> Result<Table, Unsupported> {
        for op in moving.own.get(&table.name).into_iter().flatten() {
            self.direct(op.clone());
        }
        let mut shape = self.shape(partition, table)?;
        let divided = partitions::divided(&self.state, partition).cloned();
        let keys: Vec<Op> = divided
            .iter()
            .flat_map(|divided| divided.foreign_keys.values())
            .map(|key| Op::Drop(Object::ForeignKey(table.name.clone(), key.clone())))
            .collect();
        shape.foreign_keys = divided.map(|divided| divided.foreign_keys).unwrap_or_default();
        self.steps.push(Step::DetachPartition(partition.clone()));
        self.state.definitions.remove(&partition.id);
        self.state.tables.insert(table.name.clone(), shape.clone());
        keys.into_iter().for_each(|op| self.direct(op));
        shape.foreign_keys = Default::default();
        Ok(shape)
    }

    /// The table that a partition is when it is detached, and has to be when it is attached: the columns, keys, checks and
    /// indexes of the table it divides, by the names PostgreSQL gives them.
    fn shape(&self, partition: &Definition, own: &Table) -> Result<Table, Unsupported> {
        let name = &partition.id.name;
        let Some(divided) = partitions::divided(&self.state, partition) else {
            return Err(refused(name, "the table it is a partition of is not known".to_owned()));
        };
        if own.options.get(PARTITION_BY).map(String::as_str) != partitions::key(partition) {
            return Err(refused(name, "it is divided otherwise as a partition than as a table".to_owned()));
        }
        let mut shape = Table::new(name.clone());
        let column = |column: &Column| {
            let mut column = column.clone();
            if column.identity == Some(Identity::Serial) {
                let sequence = columns::default_sequence(&divided.name, &column);
                let value = format!("nextval('{}'::regclass)", quoted(&sequence).replace('\'', "''"));
                column.default = Some(DefaultValue::Expression(Expression::new(value)));
            }
            column.identity = None;
            column.comment = None;
            column
        };
        divided.columns.values().map(column).for_each(|column| drop(shape.columns.insert(column)));
        let named = |columns: &str, label: &str| Name::new(names::generated(name.name.as_str(), Some(columns), label));
        shape.primary_key = divided.primary_key.as_ref().map(|key| PrimaryKey {
            name: Some(Name::new(names::generated(name.name.as_str(), None, "pkey"))),
            ..key.clone()
        });
        for unique in divided.uniques.values() {
            let columns: Vec<&str> = unique.columns.iter().map(Name::as_str).collect();
            let name = named(&columns.join("_"), "key");
            shape.uniques.insert(name.clone(), Unique { name, ..unique.clone() });
        }
        for index in divided.indexes.values() {
            let parts = index.parts.iter().map(|part| match &part.target {
                IndexTarget::Column(column) => column.as_str(),
                IndexTarget::Expression(expression) => names::index_column(expression.text()),
            });
            let mut columns: Vec<String> = Vec::new();
            for part in parts.chain(index.include.iter().map(Name::as_str)) {
                let numbered = (1..).map(|number| format!("{part}{number}"));
                let mut free = std::iter::once(part.to_owned()).chain(numbered).filter(|name| !columns.contains(name));
                columns.extend(free.next());
            }
            let name = named(&columns.join("_"), "idx");
            shape.indexes.insert(name.clone(), Index { name, comment: None, ..index.clone() });
        }
        shape.checks = divided.checks.clone();
        shape.comment.clone_from(&partition.comment);
        shape.options = partitions::options(partition);
        Ok(shape)
    }

    /// Brings a table from one shape into another. Keys and indexes that are the same but for their names are renamed. Where a
    /// table is attached next, PostgreSQL makes those that are missing itself.
    fn reshape(&mut self, from: &Table, to: &Table, complete: bool) -> Result<(), Unsupported> {
        let table = &to.name;
        let (mut gone, mut renamed, mut new) = (Vec::new(), Vec::new(), Vec::new());
        let object = |object: fn(ObjectName, Index) -> Object, index: &Index| object(table.clone(), index.clone());
        let index_like = |one: &Index, other: &Index| {
            Index { name: other.name.clone(), comment: other.comment.clone(), ..one.clone() } == *other
        };
        let unique_like =
            |one: &Unique, other: &Unique| (&one.columns, &one.options) == (&other.columns, &other.options);
        for trigger in from.triggers.values().filter(|it| to.triggers.get(&it.name) != Some(it)) {
            gone.push(Op::Drop(Object::Trigger(table.clone(), trigger.clone())));
        }
        for check in from.checks.values().filter(|it| to.checks.get(&it.name) != Some(it)) {
            gone.push(Op::Drop(Object::Check(table.clone(), check.clone())));
        }
        let indexes = pairs(from.indexes.values(), to.indexes.values(), index_like);
        gone.extend(indexes.gone.into_iter().map(|it| Op::Drop(object(Object::Index, it))));
        new.extend(indexes.new.into_iter().map(|it| Op::Create(object(Object::Index, it))));
        renamed.extend(indexes.both.into_iter().filter(|(old, new)| old.name != new.name).map(|(old, new)| {
            Op::Rename(Rename::Index(table.clone(), Change::new(old.name.clone(), new.name.clone())))
        }));
        let uniques = pairs(from.uniques.values(), to.uniques.values(), unique_like);
        gone.extend(uniques.gone.into_iter().map(|it| Op::Drop(Object::Unique(table.clone(), it.clone()))));
        new.extend(uniques.new.into_iter().map(|it| Op::Create(Object::Unique(table.clone(), it.clone()))));
        renamed.extend(uniques.both.into_iter().filter(|(old, new)| old.name != new.name).map(|(old, new)| {
            Op::Rename(Rename::Unique(table.clone(), Change::new(old.name.clone(), new.name.clone())))
        }));
        match (&from.primary_key, &to.primary_key) {
            (Some(old), Some(new)) if old.is_only_renamed(new) => {
                if old != new {
                    renamed.push(Op::Alter(Alter::PrimaryKey(table.clone(), Change::new(old.clone(), new.clone()))));
                }
            }
            (old, now) => {
                gone.extend(old.iter().map(|it| Op::Drop(Object::PrimaryKey(table.clone(), it.clone()))));
                new.extend(now.iter().map(|it| Op::Create(Object::PrimaryKey(table.clone(), it.clone()))));
            }
        }
        let mut changed = Vec::new();
        for column in to.columns.values() {
            match from.columns.get(&column.name) {
                Some(old) if old == column => {}
                Some(old) if !self.keeps_values(old, column) => {
                    let reason = format!("the values of column {} would change with its type", column.name);
                    return Err(refused(table, reason));
                }
                Some(old) => {
                    changed.push(Op::Alter(Alter::Column(table.clone(), Change::new(old.clone(), column.clone()))));
                }
                None => changed.push(Op::Create(Object::Column(table.clone(), column.clone()))),
            }
        }
        new.retain(|_| complete);
        for check in to.checks.values().filter(|it| from.checks.get(&it.name) != Some(it)) {
            new.push(Op::Create(Object::Check(table.clone(), check.clone())));
        }
        for trigger in to.triggers.values().filter(|it| from.triggers.get(&it.name) != Some(it)) {
            new.push(Op::Create(Object::Trigger(table.clone(), trigger.clone())));
        }
        if from.options != to.options {
            new.push(Op::Alter(Alter::Options(table.clone(), Change::new(from.options.clone(), to.options.clone()))));
        }
        if from.comment != to.comment {
            new.push(Op::Alter(Alter::Comment(table.clone(), Change::new(from.comment.clone(), to.comment.clone()))));
        }
        for op in gone.into_iter().chain(renamed).chain(changed).chain(new) {
            self.lower(&op, &[])?;
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Whether a column that becomes another keeps every value it can have.
    fn keeps_values(&self, from: &Column, to: &Column) -> bool {
        let family = |data_type: &Type| family(Product::Postgres, &self.state, data_type);
        let (old, new) = (family(&from.data_type), family(&to.data_type));
        let keeps = old == new || grade("value", &old, &new) == Grade::Keeps;
        !becomes_computed(&Change::new(from.clone(), to.clone())) && keeps
    }
}

fn refused(name: &ObjectName, reason: String) -> Unsupported {
    Unsupported {
        product: Product::Postgres,
        place: Place::table(name),
        reason,
        hint: "write it by hand: `gen migration <Name> --empty`, with `ALTER TABLE … ATTACH PARTITION …` or `… DETACH \
               PARTITION …`"
            .to_owned(),
    }
}

/// What two lists share, and what only one of them has.
struct Pairs<'t, T> {
    both: Vec<(&'t T, &'t T)>,
    gone: Vec<&'t T>,
    new: Vec<&'t T>,
}

fn pairs<'t, T: PartialEq>(
    from: impl Iterator<Item = &'t T>,
    to: impl Iterator<Item = &'t T>,
    is_like: impl Fn(&T, &T) -> bool,
) -> Pairs<'t, T> {
    let mut pairs = Pairs { both: Vec::new(), gone: Vec::new(), new: to.collect() };
    for old in from {
        let same = pairs.new.iter().position(|new| *new == old);
        match same.or_else(|| pairs.new.iter().position(|new| is_like(old, new))) {
            Some(at) => {
                let new = pairs.new.remove(at);
                pairs.both.push((old, new));
            }
            None => pairs.gone.push(old),
        }
    }
    pairs
}
