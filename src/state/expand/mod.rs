//! Expand and contract: a change in two migrations, between which the former and the next version of a program both work.
//!
//! *Expand* puts the new shape beside the old one, lets triggers keep both in step, and fills the new one. *Contract* sets the
//! final constraints and removes the triggers and the old shape. Between them lies an intermediate schema. Each migration is a
//! path of schemas with changes of rows between them, and each part of the path is planned and lowered like any other change.
//!
//! Must not know SQL, or whether anybody still uses the old shape.

mod column;
mod parts;
mod path;
mod required;
mod sort;

use sea_gen_runner::Error;

use crate::dialect::in_step::{RowRule, RowTriggers};
use crate::dialect::rows::{NewValue, RowChange, RowCondition, RowQuery, RowStep};
use crate::dialect::{Dialect, Forms, Steps};
use crate::diff::diff;
use crate::plan::{Names, Plan, Rename, apply};
use crate::schema::{Change, Name, Normalized, ObjectName, Place, Schema};

use super::TargetSchema;
use super::backfill::Values;

use path::{Leg, steps};

/// The two migrations, and the schema between them.
#[derive(Clone, Debug)]
pub struct ExpandContract {
    /// What expand leads to, and contract starts from.
    pub intermediate: Normalized,
    /// The first migration.
    pub expand: HalfMigration,
    /// The second migration.
    pub contract: HalfMigration,
    /// The columns that are filled in existing rows.
    pub filled: Vec<Place>,
}

/// One of the two migrations.
#[derive(Clone, Debug)]
pub struct HalfMigration {
    /// What it changes.
    pub plan: Plan,
    /// The up steps.
    pub up: Steps,
    /// The down steps.
    pub down: Steps,
}

/// A change that is done in two migrations.
enum TwoStep {
    /// A column with another name, perhaps of another type.
    Moved(Box<column::Moved>),
    /// A column that stops taking NULL.
    Required(Box<required::Required>),
}

impl TwoStep {
    fn table(&self) -> &ObjectName {
        match self {
            Self::Moved(it) => &it.table,
            Self::Required(it) => &it.table,
        }
    }

    fn rule(&self) -> RowRule {
        match self {
            Self::Moved(it) => RowRule::Twins(it.twins.clone()),
            Self::Required(it) => it.rule(),
        }
    }

    /// The column that is filled by expand, with its value, and that column in words.
    fn filled(&self, dialect: &dyn Dialect) -> (&Name, String) {
        match self {
            Self::Moved(it) => (&it.twins.new, it.value(dialect)),
            Self::Required(it) => (&it.to.name, it.value.clone()),
        }
    }

    /// What to say of rows that break the rule.
    fn complaint(&self) -> String {
        match self {
            Self::Moved(it) => format!("{0}.{1} and {0}.{2} are out of step", it.table, it.twins.old, it.twins.new),
            Self::Required(it) => format!("{}.{} is NULL in some rows", it.table, it.to.name),
        }
    }
}

/// The triggers of a change.
struct Kept<'a> {
    change: &'a TwoStep,
    triggers: RowTriggers,
}

/// Plans a change in two migrations.
///
/// # Errors
/// A change that two versions of a program cannot share; a value that is missing, or that nothing needs; what the database
/// cannot do.
pub fn expand_contract(
    dialect: &dyn Dialect,
    forms: Forms,
    base: &Normalized,
    target: &TargetSchema,
    plan: &Plan,
    values: &Values,
) -> Result<ExpandContract, Error> {
    let (from, to) = (base.schema(), target.schema.schema());
    let sort::Sorted { changes, additions } = sort::sort(dialect, (from, to), plan, values)?;
    let names = Names::new(dialect.product(), [from, to]);
    let invent = Invented { dialect, names: &names, from };

    let mut between = from.clone();
    apply(&Plan::new(additions), &mut between)
        .map_err(|refusal| Error::new(format!("{} cannot be added first: {}", refusal.place, refusal.reason)))?;
    changes.iter().for_each(|change| match change {
        TwoStep::Moved(it) => it.stand_beside(&mut between, to, &invent),
        TwoStep::Required(_) => {}
    });
    let mut kept = Vec::new();
    for change in &changes {
        let Some(table) = between.tables.get(change.table()) else { continue };
        kept.push(Kept { change, triggers: dialect.in_step(table, &change.rule(), &names)? });
    }
    with_triggers(&mut between, &kept);
    let intermediate = dialect.normalize(between)?;

    // Rows are filled before there is anything that could refuse them.
    let mut open = intermediate.schema().clone();
    changes.iter().for_each(|change| match change {
        TwoStep::Moved(it) => it.without_indexes(&mut open),
        TwoStep::Required(_) => {}
    });
    let open = dialect.normalize(open)?;
    let fill = |schema: &Schema, table: &ObjectName, column: &Name, value: &str| {
        let table = schema.tables.get(table)?.clone();
        let to = NewValue::Fill { value: value.to_owned(), given: value.to_owned(), in_batches: values.in_batches };
        Some(RowStep::Change(Box::new(RowChange { table, column: column.clone(), to })))
    };
    let filled = changes.iter().filter_map(|change| {
        let (column, value) = change.filled(dialect);
        fill(open.schema(), change.table(), column, &value)
    });
    let expand_up = steps(
        (dialect, forms, &names),
        Vec::new(),
        &[Leg::new(base, &open).then(filled.collect()), Leg::new(&open, &intermediate)],
    )?;
    let expand_down = steps((dialect, forms, &names), Vec::new(), &[Leg::new(&intermediate, base)])?;

    // The final constraints, while the triggers still keep both shapes in step.
    let mut settled = intermediate.schema().clone();
    changes.iter().for_each(|change| match change {
        TwoStep::Moved(it) => it.settle(&mut settled, to),
        TwoStep::Required(it) => it.settle(&mut settled),
    });
    let settled = dialect.normalize(settled)?;
    let checks = kept.iter().map(|it| {
        let broken = RowCondition::True(it.triggers.broken.clone());
        RowStep::check(RowQuery::Matching(it.change.table().clone(), broken), it.change.complaint())
    });
    let renames = renames(&changes, &invent, to);
    let contract_up = steps(
        (dialect, forms, &names),
        checks.collect(),
        &[
            Leg::new(&intermediate, &settled),
            Leg::new(&settled, &target.schema).renaming(renames.clone()).dropping(&changes),
        ],
    )?;

    // The way back: the old shape again, in step, and filled from the new one.
    let mut reopened = to.clone();
    changes.iter().for_each(|change| match change {
        TwoStep::Moved(it) => it.reopen(&mut reopened, &renames),
        TwoStep::Required(it) => it.reopen(&mut reopened, from),
    });
    with_triggers(&mut reopened, &kept);
    let reopened = dialect.normalize(reopened)?;
    let refilled = changes.iter().filter_map(|change| match change {
        TwoStep::Moved(it) => fill(reopened.schema(), &it.table, &it.twins.old, &it.value_back(dialect)),
        TwoStep::Required(_) => None,
    });
    let back = renames.iter().cloned().map(Rename::inverse).collect();
    let contract_down = steps(
        (dialect, forms, &names),
        Vec::new(),
        &[
            Leg::new(&target.schema, &reopened).renaming(back).then(refilled.collect()),
            Leg::new(&reopened, &intermediate),
        ],
    )?;

    let filled = changes.iter().map(|change| Place::column(change.table(), change.filled(dialect).0)).collect();
    let expand = HalfMigration { plan: diff(base, &intermediate, &[]), up: expand_up, down: expand_down };
    let contract = diff(&intermediate, &target.schema, &[]);
    let contract = HalfMigration { plan: contract, up: contract_up, down: contract_down };
    Ok(ExpandContract { intermediate, expand, contract, filled })
}

/// Adds triggers and their functions to a schema.
fn with_triggers(schema: &mut Schema, kept: &[Kept<'_>]) {
    for Kept { change, triggers } in kept {
        schema.routines.extend(triggers.routine.iter().map(|it| (it.name.clone(), it.clone())));
        if let Some(table) = schema.tables.get_mut(change.table()) {
            table.triggers.extend(triggers.triggers.iter().map(|it| (it.name.clone(), it.clone())));
        }
    }
}

/// The names of what stands beside something else of its name.
struct Invented<'a> {
    dialect: &'a dyn Dialect,
    names: &'a Names<'a>,
    from: &'a Schema,
}

/// The renames of what got another name while the old one was in use, to the names of the target.
fn renames(changes: &[TwoStep], invent: &Invented<'_>, to: &Schema) -> Vec<Rename> {
    let mut found = Vec::new();
    for change in changes {
        let TwoStep::Moved(it) = change else { continue };
        let Some(table) = to.tables.get(&it.table) else { continue };
        let product = invent.dialect.product();
        for index in table.indexes.values().filter(|index| parts::index_reads(product, index, &it.twins.new)) {
            let beside = invent.beside(&index.name);
            found.push(
                (beside != index.name)
                    .then(|| Rename::Index(it.table.clone(), Change::new(beside, index.name.clone()))),
            );
        }
        for unique in table.uniques.values().filter(|unique| unique.columns.contains(&it.twins.new)) {
            let beside = invent.beside(&unique.name);
            found.push(
                (beside != unique.name)
                    .then(|| Rename::Unique(it.table.clone(), Change::new(beside, unique.name.clone()))),
            );
        }
    }
    // An index on two columns with new names is found twice.
    let mut renames: Vec<Rename> = Vec::new();
    for rename in found.into_iter().flatten() {
        if !renames.contains(&rename) {
            renames.push(rename);
        }
    }
    renames
}
