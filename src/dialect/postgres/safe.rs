//! Safe forms: steps that make others wait for as long as a table is large, in steps that do not.
//!
//! What changes the schema stays together in one transaction, where new constraints are not yet checked against the rows.
//! Behind it, each by itself, follow the steps that take long and that nothing else waits for: checks are validated,
//! indexes built and dropped concurrently, keys made of built indexes. What destroys rows or values is the last transaction,
//! unless something is made anew around it.
//! So a failure either changes nothing, or leaves a schema that lacks one of those and everything that was there. Must not know how a step is written.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::dialect::Step;
use crate::plan::cost::{Cost, cost};
use crate::plan::{Alter, Names, Object, Op, Plan, Rename, Shape, Space, apply, destroys};
use crate::schema::{
    Change, Check, Column, Expression, ForeignKey, Index, Name, ObjectName, Options, Part, Place, Schema, Table, Unique,
};

use super::locks::COSTS;
use super::lower::columns::{disturbs, index_mentions, index_uses};
use super::render;

/// The option of a constraint that rows which are there have not been checked against.
const NOT_VALID: &str = "not_valid";

/// The steps in safe forms.
pub(super) fn safe(steps: Vec<Step>, plan: &Plan, from: &Schema, names: &Names<'_>) -> Vec<Step> {
    let mut to = from.clone();
    // A plan that does not fit shows when it is proven.
    let _ = apply(plan, &mut to);
    // A table that is attached or detached is whole before that, or changes behind it.
    let stays = |name: &&ObjectName| {
        !steps
            .iter()
            .any(|step| matches!(step, Step::AttachPartition(it) | Step::DetachPartition(it) if it.id.name == **name))
    };
    let mut walk = Walk {
        names,
        from,
        to: &to,
        steps: &steps,
        originals: from.tables.keys().filter(stays).map(|name| (name.clone(), name.clone())).collect(),
        keyed_later: BTreeSet::new(),
        core: Vec::new(),
        late: Late::default(),
        last: Vec::new(),
        keeps: false,
    };
    for at in 0..steps.len() {
        walk.step(at);
    }
    let Walk { core, late, last, .. } = walk;
    let Late { required, built, attached, keys, validated, dropped } = late;
    [core, required, built, attached, keys, validated, dropped, last].into_iter().flatten().collect()
}

/// A table, and its renamed parts.
type Renamed<'a> = (&'a ObjectName, &'a Change<Name>);

/// What comes behind the transaction, in this order.
#[derive(Default)]
struct Late {
    /// Columns that stop taking NULL, once a check has proven that there is none.
    required: Vec<Step>,
    /// Indexes built.
    built: Vec<Step>,
    /// Keys made of them.
    attached: Vec<Step>,
    /// Foreign keys that lean on those.
    keys: Vec<Step>,
    /// Constraints checked.
    validated: Vec<Step>,
    /// Indexes dropped.
    dropped: Vec<Step>,
}

struct Walk<'a> {
    names: &'a Names<'a>,
    from: &'a Schema,
    to: &'a Schema,
    steps: &'a [Step],
    /// What the tables that were there before are called now, with what they were called.
    originals: BTreeMap<ObjectName, ObjectName>,
    /// Tables, as they are called in the end, that get a unique key behind the transaction.
    keyed_later: BTreeSet<ObjectName>,
    core: Vec<Step>,
    late: Late,
    /// The destructive steps, and those after them.
    last: Vec<Step>,
    /// Whether an object is dropped that is created again later.
    keeps: bool,
}

/// Whether others wait for this for longer the more rows there are.
fn is_slow(kind: ClauseKind) -> bool {
    cost(COSTS, kind).is_some_and(Cost::grows_with_rows)
}

impl Walk<'_> {
    fn step(&mut self, at: usize) {
        let Some(step) = self.steps.get(at) else { return };
        let taken = match step {
            // Behind what destroys stands only what had to wait for it.
            _ if !self.last.is_empty() => false,
            Step::Direct(op) => match op {
                Op::Create(Object::Index(table, index)) => self.build(at, table, index),
                Op::Drop(Object::Index(table, index)) => self.drop_index(at, table, index),
                Op::Create(Object::Unique(table, unique)) => self.unique(at, table, unique),
                Op::Create(Object::ForeignKey(table, key)) => self.foreign_key(at, table, key),
                Op::Create(Object::Check(table, check)) => self.check(at, table, check),
                Op::Alter(Alter::Column(table, change)) => self.column(at, table, change),
                Op::Rename(Rename::Table(change)) => {
                    if let Some(original) = self.originals.remove(&change.from) {
                        self.originals.insert(change.to.clone(), original);
                    }
                    false
                }
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
            },
            Step::Apart(_)
            | Step::Together(..)
            | Step::Online(..)
            | Step::Rebuild(_)
            | Step::Repartition(_)
            | Step::SwapEnum(..)
            | Step::Validate(..)
            | Step::Attach(_)
            | Step::Keep(_)
            | Step::GiveBack
            | Step::AttachPartition(_)
            | Step::DetachPartition(_)
            | Step::Rows(_) => false,
        };
        if !taken {
            match step {
                Step::Keep(_) => self.keeps = true,
                Step::GiveBack => self.keeps = false,
                _ => {}
            }
            // An object that is replaced is never missing for other sessions: it is dropped and created in one transaction.
            let destroys = !self.last.is_empty() || !self.keeps && matches!(step, Step::Direct(op) if destroys(op));
            let steps = if destroys { &mut self.last } else { &mut self.core };
            steps.push(step.clone());
        }
    }

    /// The table as it was, if it was there before.
    fn before(&self, table: &ObjectName) -> Option<&Table> {
        self.from.tables.get(self.originals.get(table)?)
    }

    /// Whether the table was there before, so that it may hold rows, and holds them itself.
    fn holds_rows(&self, table: &ObjectName) -> bool {
        self.before(table).is_some_and(|table| !is_partitioned(table))
            && !self.to.tables.get(table).is_some_and(is_partitioned)
    }

    /// The renames that follow a step.
    fn renames(&self, at: usize) -> impl Iterator<Item = &Rename> {
        self.steps.iter().skip(at + 1).filter_map(|step| match step {
            Step::Direct(Op::Rename(rename)) => Some(rename),
            _ => None,
        })
    }

    /// What a table is called in the end.
    fn last_name(&self, at: usize, table: &ObjectName) -> ObjectName {
        self.renames(at).fold(table.clone(), |name, rename| match rename {
            Rename::Table(change) if change.from == name => change.to.clone(),
            _ => name,
        })
    }

    /// What a part of a table is called in the end, by the kind of rename that concerns it.
    fn last_part(
        &self,
        at: usize,
        table: &ObjectName,
        name: &Name,
        concerns: fn(&Rename) -> Option<Renamed<'_>>,
    ) -> Name {
        let (mut table, mut name) = (table, name);
        for rename in self.renames(at) {
            match (rename, concerns(rename)) {
                (Rename::Table(change), _) if change.from == *table => table = &change.to,
                (_, Some((owner, change))) if owner == table && change.from == *name => name = &change.to,
                _ => {}
            }
        }
        name.clone()
    }

    /// Whether an object created in the transaction depends on a part of a table.
    fn is_stood_on(&self, part: &Place) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Direct(Op::Create(Object::Definition(definition))) => definition.needs.contains(part),
            Step::Direct(Op::Alter(Alter::Definition(change))) => change.to.needs.contains(part),
            _ => false,
        })
    }

    fn build(&mut self, at: usize, table: &ObjectName, index: &Index) -> bool {
        let last = self.last_name(at, table);
        let name = self.last_part(at, table, &index.name, |rename| match rename {
            Rename::Index(owner, change) => Some((owner, change)),
            _ => None,
        });
        let found = self.to.tables.get(&last).and_then(|table| table.indexes.get(&name)).cloned();
        let place = Place::Table(last.clone(), Part::Index(name));
        let Some(index) = found else { return false };
        if !is_slow(ClauseKind::CreateIndex) || !self.holds_rows(table) || self.is_stood_on(&place) {
            return false;
        }
        if index.unique {
            self.keyed_later.insert(last.clone());
        }
        self.late.built.push(Step::Apart(Op::Create(Object::Index(last, index))));
        true
    }

    /// An index can go last where nothing takes its name and its columns stay as they are.
    fn drop_index(&mut self, at: usize, table: &ObjectName, index: &Index) -> bool {
        let last = self.last_name(at, table);
        if !self.holds_rows(table) || !self.to.tables.contains_key(&last) || last.schema != table.schema {
            return false;
        }
        let in_the_way = self.steps.iter().any(|step| match step {
            Step::Direct(op) => {
                takes_name(op, &index.name)
                    || match op {
                        Op::Alter(Alter::Column(_, change)) => {
                            disturbs(change) && index_mentions(index, &change.from.name)
                        }
                        Op::Drop(Object::Enum(_) | Object::Routine(_) | Object::Definition(_)) => true,
                        // The index goes with a column that is dropped in the transaction.
                        Op::Drop(Object::Column(of, column)) => {
                            of == table && !destroys(op) && index_uses(index, &column.name)
                        }
                        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
                    }
            }
            Step::SwapEnum(..) | Step::AttachPartition(_) | Step::DetachPartition(_) => true,
            Step::Apart(_)
            | Step::Together(..)
            | Step::Online(..)
            | Step::Rebuild(_)
            | Step::Repartition(_)
            | Step::Validate(..)
            | Step::Attach(_)
            | Step::Keep(_)
            | Step::GiveBack
            | Step::Rows(_) => false,
        });
        if in_the_way {
            return false;
        }
        self.late.dropped.push(Step::Apart(Op::Drop(Object::Index(last, index.clone()))));
        true
    }

    fn unique(&mut self, at: usize, table: &ObjectName, unique: &Unique) -> bool {
        let last = self.last_name(at, table);
        let name = self.last_part(at, table, &unique.name, |rename| match rename {
            Rename::Unique(owner, change) => Some((owner, change)),
            _ => None,
        });
        let found = self.to.tables.get(&last).and_then(|table| table.uniques.get(&name)).cloned();
        let place = Place::Table(last.clone(), Part::Unique(name));
        let Some(unique) = found else { return false };
        // The index of a key over a period cannot be built before the key.
        let by_period = unique.options.contains_key("without_overlaps");
        if by_period || !is_slow(ClauseKind::AddUnique) || !self.holds_rows(table) || self.is_stood_on(&place) {
            return false;
        }
        self.keyed_later.insert(last.clone());
        let op = Op::Create(Object::Unique(last, unique));
        self.late.built.push(Step::Apart(op.clone()));
        self.late.attached.push(Step::Attach(op));
        true
    }

    fn foreign_key(&mut self, at: usize, table: &ObjectName, key: &ForeignKey) -> bool {
        let last = self.last_name(at, table);
        let name = self.last_part(at, table, &key.name, |rename| match rename {
            Rename::ForeignKey(owner, change) => Some((owner, change)),
            _ => None,
        });
        let found = self.to.tables.get(&last).and_then(|table| table.foreign_keys.get(&name)).cloned();
        let Some(mut later) = found else { return false };
        // Keys come after everything they lean on, so what is built late is known by now.
        let waits = self.keyed_later.contains(&later.references);
        let split = is_slow(ClauseKind::AddForeignKey) && self.holds_rows(table) && is_checked(&key.options);
        if split {
            let mut op_key = if waits { later.clone() } else { key.clone() };
            op_key.options.insert(NOT_VALID.to_owned(), "true".to_owned());
            let owner = if waits { last.clone() } else { table.clone() };
            let step = Step::Direct(Op::Create(Object::ForeignKey(owner, op_key)));
            if waits {
                self.late.keys.push(step)
            } else {
                self.core.push(step)
            };
            self.late.validated.push(Step::Validate(last, later.name));
            return true;
        }
        if waits {
            later.options.clone_from(&key.options);
            self.late.keys.push(Step::Direct(Op::Create(Object::ForeignKey(last, later))));
        }
        waits
    }

    fn check(&mut self, at: usize, table: &ObjectName, check: &Check) -> bool {
        if !is_slow(ClauseKind::AddCheck) || self.before(table).is_none() || !is_checked(&check.options) {
            return false;
        }
        let name = self.last_part(at, table, &check.name, |rename| match rename {
            Rename::Check(owner, change) => Some((owner, change)),
            _ => None,
        });
        let last = self.last_name(at, table);
        self.core.push(unchecked(table, check.clone()));
        self.late.validated.push(Step::Validate(last, name));
        true
    }

    /// A column that stops taking NULL: a check comes first, and what it has proven is not looked for again.
    fn column(&mut self, at: usize, table: &ObjectName, change: &Change<Column>) -> bool {
        let (old, new) = (&change.from, &change.to);
        let numbered = old.identity != new.identity || old.generated != new.generated;
        let inherited = render::is_inherited(old) || render::is_inherited(new);
        let is_alone = old.nullable && !new.nullable && !disturbs(change) && !numbered && !inherited;
        if !is_alone
            || !is_slow(ClauseKind::SetNotNull)
            || self.before(table).is_none()
            || self.is_in_new_key(table, new)
        {
            return false;
        }
        let last = self.last_name(at, table);
        let name = self.last_part(at, table, &new.name, |rename| match rename {
            Rename::Column(owner, change) => Some((owner, change)),
            _ => None,
        });
        let Some(required) = self.to.tables.get(&last).and_then(|table| table.columns.get(&name)).cloned() else {
            return false;
        };
        let still = Column { nullable: true, ..new.clone() };
        if *old != still {
            self.core.push(Step::Direct(Op::Alter(Alter::Column(table.clone(), Change::new(old.clone(), still)))));
        }
        let stem = format!("{}_{}", table.name, new.name);
        let made_up = self.names.invent(&Space::Objects, Shape { before: "", stem: &stem, after: "_no_null" });
        let check = |column: &Name| Check {
            name: made_up.clone(),
            expression: Expression::new(format!("{} IS NOT NULL", render::quote(column))),
            options: Options::new(),
        };
        self.core.push(unchecked(table, check(&new.name)));
        let still = Column { nullable: true, ..required.clone() };
        let proven = check(&name);
        self.late.required.extend([
            Step::Validate(last.clone(), proven.name.clone()),
            Step::Direct(Op::Alter(Alter::Column(last.clone(), Change::new(still, required)))),
            Step::Direct(Op::Drop(Object::Check(last, proven))),
        ]);
        true
    }

    /// Whether the transaction makes a primary key of the column, which then takes no NULL anyway.
    fn is_in_new_key(&self, table: &ObjectName, column: &Column) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Direct(Op::Create(Object::PrimaryKey(on, key))) => on == table && key.columns.contains(&column.name),
            Step::Direct(Op::Alter(Alter::PrimaryKey(on, change))) => {
                on == table && change.to.columns.contains(&column.name)
            }
            _ => false,
        })
    }
}

fn unchecked(table: &ObjectName, mut check: Check) -> Step {
    check.options.insert(NOT_VALID.to_owned(), "true".to_owned());
    Step::Direct(Op::Create(Object::Check(table.clone(), check)))
}

fn is_checked(options: &Options) -> bool {
    !options.contains_key(NOT_VALID) && !options.contains_key("not_enforced")
}

/// PostgreSQL builds no index concurrently on a partitioned table, and takes no unchecked foreign key of one.
fn is_partitioned(table: &Table) -> bool {
    table.options.contains_key(crate::schema::PARTITION_BY)
}

/// Whether an operation gives something the name of an index: indexes, keys, tables and views share their names.
fn takes_name(op: &Op, name: &Name) -> bool {
    match op {
        Op::Create(object) => match object {
            Object::Index(_, index) => index.name == *name,
            Object::Unique(_, unique) => unique.name == *name,
            Object::PrimaryKey(_, key) => key.name.as_ref() == Some(name),
            Object::Table(table) => {
                table.name.name == *name
                    || table.indexes.contains_key(name)
                    || table.uniques.contains_key(name)
                    || table.primary_key.iter().any(|key| key.name.as_ref() == Some(name))
            }
            Object::View(view) => view.name.name == *name,
            Object::Definition(definition) => definition.id.name.name == *name,
            Object::Column(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Trigger(..)
            | Object::Enum(_)
            | Object::Routine(_) => false,
        },
        Op::Alter(Alter::PrimaryKey(_, change)) => change.to.name.as_ref() == Some(name),
        Op::Rename(Rename::Index(_, change) | Rename::Unique(_, change)) => change.to == *name || change.from == *name,
        Op::Rename(Rename::Table(change)) => change.to.name == *name,
        Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
    }
}

#[cfg(test)]
mod tests;
