//! Backfills: values for existing rows where a column becomes NOT NULL, changes type, or loses an enum value. Plans the
//! intermediate schema and the steps in between; the changes to it and from it are planned like any other.
//!
//! Must not know where the values come from, or the SQL of a step.

use sea_gen_runner::Error;

use crate::dialect::expression::{mentions, rename_column};
use crate::dialect::rows::{NewValue, RowChange, RowCheck, RowStep};
use crate::dialect::{self, Dialect, FormerColumn, Forms, Step, Steps, zero_dates};
use crate::diff::diff;
use crate::plan::{Alter, Names, Op, Plan, Rename, Shape, Space};
use crate::schema::{Change, DefaultValue, Name, Normalized, ObjectName, Place, Schema, Table};

use super::halfway;

/// A value for existing rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table, by its later name.
    pub table: ObjectName,
    /// The column, by its later name.
    pub column: Name,
    /// The value, as an SQL expression that may name other columns of the row.
    pub value: String,
}

/// The replacement for a removed value of an enum type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The table, by its later name.
    pub table: ObjectName,
    /// The column, by its later name.
    pub column: Name,
    /// The removed value.
    pub from: String,
    /// The replacement.
    pub to: String,
}

impl Replacement {
    /// The change of stored values.
    pub(super) fn value(&self) -> NewValue {
        NewValue::Replace { from: self.from.clone(), to: self.to.clone() }
    }
}

/// The developer's answers about existing rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Values for columns that become NOT NULL.
    pub backfills: Vec<Backfill>,
    /// How the values of a column become values of its new type; an expression may name the column itself.
    pub conversions: Vec<Backfill>,
    /// How the values of a column with a new name and type become values of the former column, which is named here, while both
    /// are in use.
    pub backs: Vec<Backfill>,
    /// Replacements for removed enum values.
    pub replacements: Vec<Replacement>,
    /// Columns whose values may change with their type.
    pub lossy: Vec<Place>,
    /// The values were given for several products, each of which needs some of them.
    pub for_several: bool,
    /// Rows are filled in batches, because other sessions use the table.
    pub in_batches: bool,
}

impl Values {
    /// Whether an expression says how the values of a column become values of its new type.
    pub fn converts(&self, place: &Place) -> bool {
        self.conversions.iter().any(|it| Place::column(&it.table, &it.column) == *place)
    }

    /// Whether every value removed from the enum type at a place has a replacement somewhere. If not, the preflight check
    /// finds it.
    pub fn replace_all(&self, plan: &Plan, place: &Place) -> bool {
        plan.ops().iter().any(|op| match op {
            Op::Alter(Alter::Enum(change)) if Place::Enum(change.to.name.clone()) == *place => {
                let mut gone = change.from.values.iter().filter(|value| !change.to.values.contains(value));
                gone.all(|value| self.replacements.iter().any(|it| it.from == *value))
            }
            Op::Alter(Alter::Column(table, change)) if Place::column(table, &change.to.name) == *place => {
                self.replacements.iter().any(|it| it.table == *table && it.column == change.to.name)
            }
            Op::Alter(_) | Op::Create(_) | Op::Drop(_) | Op::Rename(_) => false,
        })
    }
}

/// One direction of a migration: between which schemas, by which plan, for which database and in which forms.
pub(super) struct Direction<'a> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) forms: Forms,
    pub(super) from: &'a Normalized,
    pub(super) to: &'a Normalized,
    /// The operations, without the detour through an intermediate schema.
    pub(super) plan: Plan,
}

/// What existing rows get in one direction.
pub(super) struct RowValues<'a> {
    /// Values for columns that become NOT NULL.
    pub(super) fills: &'a [Backfill],
    /// How values become values of a new type.
    pub(super) conversions: &'a [Backfill],
    /// Replacements that come after the fills, which read the values rows had before.
    pub(super) replaced: &'a [Replacement],
    /// Whether rows are filled in batches.
    pub(super) in_batches: bool,
}

impl Direction<'_> {
    /// The steps, through an intermediate schema that has dropped nothing and requires nothing yet: columns to be filled are
    /// added or kept as nullable, filled, and then made NOT NULL. `first` comes before everything else.
    ///
    /// # Errors
    /// What the database cannot do.
    pub(super) fn steps(
        &self,
        first: Vec<RowStep>,
        RowValues { fills, conversions, replaced, in_batches }: &RowValues<'_>,
        names: &Names<'_>,
    ) -> Result<Steps, Error> {
        let Self { dialect, forms, from, to, plan } = self;
        let conversions: Vec<Conversion<'_>> = conversions.iter().map(|it| Conversion::new(it, names)).collect();
        let zero_dates = zero_dates::tables(dialect.product(), plan, from.schema());
        let mut steps: Vec<Step> = first.into_iter().map(Step::Rows).collect();
        if fills.is_empty() && conversions.is_empty() {
            steps.extend(dialect::lowered(*dialect, *forms, plan, from.schema(), names)?);
            return Ok(Steps { zero_dates, ..Steps::new(dialect.arrange(steps)) });
        }
        let aside = conversions
            .iter()
            .map(|it| Rename::Column(it.to.table.clone(), Change::new(it.to.column.clone(), it.aside.clone())));
        let renames: Vec<Rename> = plan.renames().cloned().chain(aside).collect();
        let halfway = halfway::halfway(*dialect, (from, to), &renames, fills, &conversions, replaced)?;
        let expand = diff(from, &halfway, &renames);
        steps.extend(dialect::lowered(*dialect, *forms, &expand, from.schema(), names)?);
        let changed = |table: &ObjectName, column: &Name, to: NewValue| {
            let table = halfway.schema().tables.get(table)?.clone();
            Some(Step::Rows(RowStep::Change(Box::new(RowChange { table, column: column.clone(), to }))))
        };
        let table = |it: &Backfill| halfway.schema().tables.get(&it.table);
        for Conversion { to: it, .. } in &conversions {
            let Some(of) = table(it) else { continue };
            let value = as_it_was(*dialect, of, &it.value, &conversions);
            steps.extend(changed(&it.table, &it.column, NewValue::Convert { value, given: it.value.clone() }));
        }
        // The rows that other sessions insert between the fill and the constraint are filled by the same step again.
        let mut again: Vec<(&ObjectName, Step)> = Vec::new();
        for it in fills.iter() {
            let Some(of) = table(it).filter(|of| !halfway::comes_with_it(of, it)) else { continue };
            let value = as_it_was(*dialect, of, &it.value, &conversions);
            let changes = halfway::changes_behind(dialect.product(), (&halfway, to), &value);
            let to = NewValue::Fill { value, given: it.value.clone(), in_batches: *in_batches };
            let fill = changed(&it.table, &it.column, to);
            steps.extend(fill.clone());
            again.extend(fill.filter(|_| !changes).map(|fill| (&it.table, fill)));
        }
        for it in replaced.iter() {
            steps.extend(changed(&it.table, &it.column, it.value()));
        }
        // The constraint already rejects new rows without a value, and is not yet validated.
        let contract = diff(&halfway, to, &[]);
        for step in dialect::lowered(*dialect, *forms, &contract, halfway.schema(), names)? {
            if let Step::Validate(table, _) = &step {
                let (now, later): (Vec<_>, Vec<_>) = again.into_iter().partition(|(of, _)| *of == table);
                steps.extend(now.into_iter().map(|(_, fill)| fill));
                again = later;
            }
            steps.push(step);
        }
        let former = |Conversion { to, aside }: &Conversion<'_>| FormerColumn {
            table: to.table.clone(),
            column: to.column.clone(),
            aside: aside.clone(),
            copied: false,
        };
        Ok(Steps { former: conversions.iter().map(former).collect(), zero_dates, ..Steps::new(dialect.arrange(steps)) })
    }
}

/// The steps of checks.
pub(super) fn checks(checks: Vec<RowCheck>) -> impl Iterator<Item = RowStep> {
    checks.into_iter().map(RowStep::Check)
}

/// The columns of kept tables that become NOT NULL and may hold NULL in existing rows. Identity columns, generated columns
/// and primary keys have their own values; a new column with a default has that.
pub(super) fn without_values(base: &Schema, target: &Schema) -> Vec<(ObjectName, Name)> {
    let mut found = Vec::new();
    for (name, table) in &target.tables {
        // A table shared by both schemas is unchanged.
        let Some(old) = base.tables.get(name).filter(|old| !std::ptr::eq(*old, table)) else { continue };
        for column in table.columns.values().filter(|column| !column.nullable) {
            let given = column.identity.is_some() || column.generated.is_some();
            let in_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
            let bare = match old.columns.get(&column.name) {
                Some(old) => old.nullable,
                None => column.default.is_none(),
            };
            if bare && !given && !in_key {
                found.push((name.clone(), column.name.clone()));
            }
        }
    }
    found
}

/// A converted column, and the name of its former values.
pub(super) struct Conversion<'a> {
    pub(super) to: &'a Backfill,
    pub(super) aside: Name,
}

impl<'a> Conversion<'a> {
    fn new(to: &'a Backfill, names: &Names<'_>) -> Self {
        let shape = Shape { before: "", stem: to.column.as_str(), after: "__old" };
        Self { to, aside: names.invent(&Space::Columns(to.table.clone()), shape) }
    }
}

/// An expression that reads converted columns under the names of their former values.
fn as_it_was(dialect: &dyn Dialect, of: &Table, value: &str, conversions: &[Conversion<'_>]) -> String {
    let product = dialect.product();
    conversions.iter().fold(value.to_owned(), |value, Conversion { to, aside }| {
        let is_own = to.table == of.name;
        let is_read =
            is_own || mentions(product, &value, to.table.name.as_str()) && !of.columns.contains_key(&to.column);
        if is_read { rename_column(product, &value, to.column.as_str(), aside.as_str()) } else { value }
    })
}

/// The value of a column's own default, for an existing nullable column.
pub(super) fn of_default(target: &Schema, table: &ObjectName, column: &Name) -> Option<String> {
    match &target.tables.get(table)?.columns.get(column)?.default {
        Some(DefaultValue::Expression(expression)) => Some(expression.text().to_owned()),
        Some(DefaultValue::Literal(_)) | None => None,
    }
}
