//! The steps of a migration, up and down: preflight checks, changes and backfills; and the reverse, with a remark on what
//! cannot be restored.
//!
//! Must not know where the values come from, or the SQL of a step.

use std::borrow::Cow;

use sea_gen_runner::Error;

use crate::dialect::domain::{Domain, domain};
use crate::dialect::expression::mentions;
use crate::dialect::rows::{RowChange, RowCheck, RowStep};
use crate::dialect::{Dialect, Forms, Steps};
use crate::plan::{Alter, Names, Object, Op, Plan, apply};
use crate::schema::{Literal, Name, Normalized, ObjectName, Place, Product, Schema, Table};

use super::backfill::{Backfill, Direction, Replacement, RowValues, Values, checks, of_default, without_values};
use super::preflight::{AssignedValues, BaseLookup};
use super::row_values::with_row_values;
use super::{TargetSchema, collisions};

/// The steps of both directions.
#[derive(Clone, Debug)]
pub struct MigrationSteps {
    /// The up steps.
    pub up: Steps,
    /// The down steps.
    pub down: Steps,
    /// The columns that `up` fills in existing rows.
    pub filled: Vec<Place>,
    /// Values given for several products that this one does not need, as options, each with the reason.
    pub unfit: Vec<(String, String)>,
}

/// The steps between two states. A column that becomes NOT NULL is filled with the given value, or with its default. A NOT
/// NULL column that `down` creates again is filled with the given value, with its default, or with a placeholder (0, empty
/// string), because its own values are lost.
///
/// # Errors
/// A value for a column that needs none; what the database cannot do.
pub fn migration_steps(
    dialect: &dyn Dialect,
    forms: Forms,
    base: &Normalized,
    target: &TargetSchema,
    plan: &Plan,
    values: &Values,
) -> Result<MigrationSteps, Error> {
    let there = Direction { dialect, forms, from: base, to: &target.schema, plan: plan.clone() };
    let back = Direction { dialect, forms, from: &target.schema, to: base, plan: plan.inverse(base.schema()) };
    let (needed, needed_back) = (there.needed(), back.needed());
    let before = renamed(base.schema(), plan);
    let mut values = with_row_values(dialect, &needed, (&before, target.schema.schema()), values.clone());
    let wanted = &values.backfills.clone();
    let is_for = |fill: &Backfill, needed: &[(ObjectName, Name)]| {
        needed.iter().any(|(table, column)| *table == fill.table && *column == fill.column)
    };
    let needless = |fill: &&Backfill| !is_for(fill, &needed) && !is_for(fill, &needed_back);
    let needs_none =
        |fill: &Backfill| format!("column {}.{} needs no backfill in this migration", fill.table, fill.column);
    let mut unfit = Vec::new();
    if values.for_several {
        let needless = wanted.iter().filter(needless);
        unfit.extend(needless.map(|it| (format!("--backfill {}.{}", it.table, it.column), needs_none(it))));
        unfit.extend(there.take_out_what_fits_nothing(&mut values));
    } else if let Some(fill) = wanted.iter().find(needless) {
        let column = format!("{}.{}", fill.table, fill.column);
        return Err(Error::new(needs_none(fill)).hint(format!(
            "only a column that comes without NULL and default, or stops taking NULL, does; drop `--backfill {column}=…`"
        )));
    }
    values.conversions.iter().try_for_each(|it| there.can_convert(it))?;
    // Tables are also checked under their new names. Both directions share the generated names.
    let names = Names::new(dialect.product(), [base.schema(), &*before, target.schema.schema()]);
    let fills = there.fills(&needed, wanted, false);
    let collisions = collisions::checks(base.schema(), target.schema.schema(), plan, &values.conversions);
    let up = there.with_values(&fills, &values, collisions, &names)?;
    let none = Values { in_batches: values.in_batches, ..Values::default() };
    let down = back.with_values(&back.fills(&needed_back, wanted, true), &none, Vec::new(), &names)?;
    let filled = fills.iter().chain(&values.conversions).map(place).collect();
    Ok(MigrationSteps { up, down: Steps { remarks: lost(plan, &values), ..down }, filled, unfit })
}

/// The schema with a plan's renames done.
fn renamed<'s>(schema: &'s Schema, plan: &Plan) -> Cow<'s, Schema> {
    let renames: Vec<Op> = plan.renames().cloned().map(Op::Rename).collect();
    if renames.is_empty() {
        return Cow::Borrowed(schema);
    }
    let mut schema = schema.clone();
    // Renames that do not apply are refused when the statements are rendered.
    let _ = apply(&Plan::new(renames), &mut schema);
    Cow::Owned(schema)
}

impl Direction<'_> {
    /// The columns that become NOT NULL and may hold NULL in existing rows.
    fn needed(&self) -> Vec<(ObjectName, Name)> {
        without_values(&renamed(self.from.schema(), &self.plan), self.to.schema())
    }

    /// The values the columns are filled with. `down` fills a column that it creates again with a placeholder at least.
    fn fills(&self, needed: &[(ObjectName, Name)], wanted: &[Backfill], back: bool) -> Vec<Backfill> {
        let created = |table: &ObjectName, column: &Name| {
            self.plan.ops().iter().any(|op| match op {
                Op::Create(Object::Column(of, it)) => of == table && it.name == *column,
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
            })
        };
        let fill = |(table, column): &(ObjectName, Name)| {
            let given = wanted.iter().find(|fill| fill.table == *table && fill.column == *column);
            let value = given
                .map(|fill| fill.value.clone())
                .or_else(|| of_default(self.to.schema(), table, column))
                .or_else(|| (back && created(table, column)).then(|| self.placeholder(table, column)).flatten())?;
            Some(Backfill { table: table.clone(), column: column.clone(), value })
        };
        needed.iter().filter_map(fill).collect()
    }

    /// The steps, with `first` and the preflight checks before everything else.
    fn with_values(
        &self,
        fills: &[Backfill],
        values: &Values,
        first: Vec<RowCheck>,
        names: &Names<'_>,
    ) -> Result<Steps, Error> {
        // A converted column is filled by its conversion.
        let is_converted = |it: &Backfill| values.conversions.iter().any(|other| same_column(it, other));
        let fills: Vec<Backfill> = fills.iter().filter(|it| !is_converted(it)).cloned().collect();
        let given: Vec<Backfill> = fills.iter().chain(&values.conversions).cloned().collect();
        let lookup = BaseLookup::new(self.dialect, self.from.schema(), self.to.schema(), &self.plan);
        let (late, early): (Vec<Replacement>, Vec<Replacement>) =
            values.replacements.iter().cloned().partition(|it| self.is_read(it, &given));
        if let Some(it) = early.iter().find(|it| self.is_mentioned(it, &given)) {
            let place = format!("{}.{}", it.table, it.column);
            return Err(Error::new(format!(
                "{place} belongs to the primary key: its values are replaced before others are read from them"
            ))
            .hint(format!(
                "do it in two migrations: first what is read from {place}, then `--replace {place}:{}={}`",
                it.from, it.to
            )));
        }
        late.iter().try_for_each(|it| self.replace(&lookup, it).map(drop))?;
        let preflights = lookup.preflights(&AssignedValues {
            filled: &fills.iter().map(place).collect::<Vec<_>>(),
            converted: &values.conversions.iter().map(place).collect::<Vec<_>>(),
            lossy: &values.lossy,
            values: &given,
            replaced: &values.replacements,
        });
        let mut first: Vec<RowStep> = checks(first).chain(checks(preflights)).collect();
        for it in &early {
            first.push(RowStep::Change(Box::new(self.replace(&lookup, it)?)));
        }
        let (conversions, in_batches) = (&*values.conversions, values.in_batches);
        self.steps(first, &RowValues { fills: &fills, conversions, replaced: &late, in_batches }, names)
    }

    /// Whether one of the expressions may read a column with replaced values while its type still has all of them.
    fn is_read(&self, replaced: &Replacement, values: &[Backfill]) -> bool {
        let key = self.to.schema().tables.get(&replaced.table).and_then(|table| table.primary_key.as_ref());
        !key.is_some_and(|key| key.columns.contains(&replaced.column)) && self.is_mentioned(replaced, values)
    }

    /// Whether one of the expressions may read a column with replaced values.
    fn is_mentioned(&self, replaced: &Replacement, values: &[Backfill]) -> bool {
        let (product, column) = (self.dialect.product(), &replaced.column);
        values.iter().any(|it| mentions(product, &it.value, column.as_str()) && !is_of(it, replaced))
    }

    /// Removes values given for several products that this one does not need, and returns them as options, each with the
    /// reason.
    fn take_out_what_fits_nothing(&self, values: &mut Values) -> Vec<(String, String)> {
        let mut unfit = Vec::new();
        let mut fits = |option: &str, (table, column): (&ObjectName, &Name), outcome: Result<(), Error>| {
            let reason = outcome.err().map(|error| (format!("{option} {table}.{column}"), error.to_string()));
            let is_fit = reason.is_none();
            unfit.extend(reason);
            is_fit
        };
        values.conversions.retain(|it| fits("--using", (&it.table, &it.column), self.can_convert(it)));
        let lookup = BaseLookup::new(self.dialect, self.from.schema(), self.to.schema(), &self.plan);
        values.replacements.retain(|it| {
            let replaced = self.replace(&lookup, it).map(drop);
            fits("--replace", (&it.table, &it.column), replaced)
        });
        unfit
    }

    /// The change of one value to another while the type has both.
    fn replace(&self, lookup: &BaseLookup<'_>, it: &Replacement) -> Result<RowChange, Error> {
        let product = self.dialect.product();
        let place = format!("{}.{}", it.table, it.column);
        let option = format!("--replace {place}:{}={}", it.from, it.to);
        let now = lookup.table(&it.table).zip(lookup.column(&it.table, &it.column));
        let later = self.to.schema().tables.get(&it.table).and_then(|table| table.columns.get(&it.column));
        let (Some((table, now)), Some(later)) = (now, later) else {
            return Err(Error::new(format!("there is no column {place} whose values could be replaced"))
                .hint(format!("correct `{option}`")));
        };
        let before = element(domain(product, self.from.schema(), now));
        let after = element(domain(product, self.to.schema(), later));
        match (&before, &after) {
            (Domain::Choice(before), Domain::Choice(after))
                if !before.contains(&it.from) || after.contains(&it.from) =>
            {
                Err(Error::new(format!("{} does not go from {place} in this migration", it.from))
                    .hint(format!("drop `{option}`")))
            }
            (Domain::Choice(before), Domain::Choice(after)) if !before.contains(&it.to) || !after.contains(&it.to) => {
                Err(Error::new(format!("{} is not a value of {place} both before and after this migration", it.to))
                    .hint(format!("a value with a new name is renamed: `--rename value:TYPE.{}:{}`", it.from, it.to)))
            }
            (Domain::Choice(_), Domain::Choice(_)) => {
                Ok(RowChange { table: table.clone(), column: now.name.clone(), to: it.value() })
            }
            _ => Err(Error::new(format!("{place} is not of an enum type")).hint(format!("drop `{option}`"))),
        }
    }

    /// Refuses to convert a column that keeps its type, or that cannot be without values meanwhile.
    fn can_convert(&self, it: &Backfill) -> Result<(), Error> {
        let place = format!("{}.{}", it.table, it.column);
        let changes = self.plan.ops().iter().any(|op| match op {
            Op::Alter(Alter::Column(table, change)) => {
                *table == it.table && change.to.name == it.column && change.from.data_type != change.to.data_type
            }
            Op::Alter(_) | Op::Create(_) | Op::Drop(_) | Op::Rename(_) => false,
        });
        if !changes {
            return Err(Error::new(format!("column {place} keeps its type in this migration"))
                .hint(format!("drop `--using {place}=…`")));
        }
        let key = self.to.schema().tables.get(&it.table).and_then(|table| table.primary_key.as_ref());
        if key.is_some_and(|key| key.columns.contains(&it.column)) {
            return Err(Error::new(format!("column {place} belongs to the primary key")).hint(
                "it would be without values while they are converted: write this migration by hand, with `--empty`",
            ));
        }
        Ok(())
    }

    /// A placeholder value, for a column that accepts any value any number of times.
    fn placeholder(&self, table: &ObjectName, column: &Name) -> Option<String> {
        let product = self.dialect.product();
        let table = self.to.schema().tables.get(table)?;
        let of = table.columns.get(column)?;
        if is_bound(product, table, column) {
            return None;
        }
        placeholder_of(self.dialect, &domain(product, self.to.schema(), of))
    }
}

/// The element domain of an array; any other domain unchanged.
fn element(domain: Domain) -> Domain {
    match domain {
        Domain::Array(inner) => element(*inner),
        other => other,
    }
}

fn place(it: &Backfill) -> Place {
    Place::column(&it.table, &it.column)
}

fn is_of(it: &Backfill, replaced: &Replacement) -> bool {
    (&it.table, &it.column) == (&replaced.table, &replaced.column)
}

fn same_column(one: &Backfill, other: &Backfill) -> bool {
    (&one.table, &one.column) == (&other.table, &other.column)
}

/// Whether a key, a unique index or a check restricts the column's values.
fn is_bound(product: Product, table: &Table, column: &Name) -> bool {
    let names = |text: &str| mentions(product, text, column.as_str());
    table.uniques.values().any(|unique| unique.columns.contains(column))
        || table.foreign_keys.values().any(|key| key.columns.contains(column))
        || table.checks.values().any(|check| names(check.expression.text()))
        || table.indexes.values().any(|index| {
            index.unique
                && index.parts.iter().any(|part| match &part.target {
                    crate::schema::IndexTarget::Column(name) => name == column,
                    crate::schema::IndexTarget::Expression(expression) => names(expression.text()),
                })
        })
}

fn placeholder_of(dialect: &dyn Dialect, domain: &Domain) -> Option<String> {
    let text = |text: &str| Some(dialect.literal(&Literal::Text(text.to_owned())));
    match domain {
        Domain::Integer { min, max } => (*min <= 0 && *max >= 0).then(|| "0".to_owned()),
        Domain::Decimal(..) | Domain::Float(_) => Some("0".to_owned()),
        Domain::Boolean => Some(dialect.literal(&Literal::Boolean(false))),
        Domain::Text(_) | Domain::Some(_) | Domain::Bytes(_, false) => text(""),
        Domain::Date => text("2000-01-01"),
        Domain::Time => text("00:00:00"),
        Domain::DateTime(..) => text("2000-01-01 00:00:00"),
        Domain::Year => Some("2000".to_owned()),
        Domain::Json => text("{}"),
        Domain::Uuid => text("00000000-0000-0000-0000-000000000000"),
        Domain::Choice(values) => values.first().and_then(|value| text(value)),
        Domain::Array(_) => (dialect.product() == Product::Postgres).then(|| text("{}")).flatten(),
        Domain::Samples(values) => values.first().and_then(|value| text(value)),
        Domain::Expressions(values) => values.first().map(|value| (*value).to_owned()),
        Domain::Bytes(_, true)
        | Domain::Bits(..)
        | Domain::Address(_)
        | Domain::Address6
        | Domain::Mac(_)
        | Domain::Vector(..)
        | Domain::Unknown => None,
    }
}

/// What `down` cannot restore, in words.
fn lost(plan: &Plan, values: &Values) -> Vec<String> {
    let mut lost: Vec<String> = plan
        .ops()
        .iter()
        .filter_map(|op| match op {
            Op::Drop(Object::Table(table)) if !plan.keeps_rows_of(&table.name) => {
                Some(format!("the rows of table {} are gone: it comes back empty", table.name))
            }
            Op::Drop(Object::Column(table, column)) if column.generated.is_none() => {
                Some(format!("the values of column {table}.{} are gone: it comes back without them", column.name))
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        })
        .collect();
    lost.extend(values.replacements.iter().map(|it| {
        format!(
            "{}.{} stays {} where it was {}: nobody knows any more where that was",
            it.table, it.column, it.to, it.from
        )
    }));
    lost.extend(
        values
            .lossy
            .iter()
            .map(|place| format!("values of {place} that changed with its type come back as what they became")),
    );
    lost.extend(values.conversions.iter().map(|it| {
        format!(
            "the former values of column {}.{} are gone: it comes back with its new ones, cast",
            it.table, it.column
        )
    }));
    lost
}
