//! Backfills: values for existing rows where a column becomes NOT NULL, changes type, or loses an enum value. Plans the
//! intermediate schema and the statements in between; the changes to it and from it are planned like any other.
//!
//! Must not know where the values come from.

use sea_gen_runner::Error;

use crate::dialect::domain::{Domain, domain};
use crate::dialect::expression::{mentions, rename_column};
use crate::dialect::{self, Dialect, Statement, Step};
use crate::diff::diff;
use crate::plan::{Alter, Names, Op, Plan, Rename, Shape, Space};
use crate::schema::{Change, DefaultValue, Literal, Name, Normalized, ObjectName, Place, Product, Schema, Table, Type};

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

/// The developer's answers about existing rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Values for columns that become NOT NULL.
    pub backfills: Vec<Backfill>,
    /// How the values of a column become values of its new type; an expression may name the column itself.
    pub conversions: Vec<Backfill>,
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

/// The statements of one direction.
pub(super) struct DirectionScript {
    pub(super) statements: Vec<Statement>,
    /// The columns that get a value in existing rows.
    pub(super) filled: Vec<Place>,
    /// The columns whose values are converted to another type.
    pub(super) converted: Vec<Place>,
}

/// The statements from one schema to another, through an intermediate schema that has dropped nothing and requires nothing
/// yet. Columns to be filled are added or kept as nullable, filled, and then made NOT NULL. `plan` is the plan without this
/// detour; `looks` returns the preflight checks, given the filled and the converted columns. Fills read the values rows had
/// before, so what is `replaced` is replaced after them.
///
/// # Errors
/// What the database cannot do.
pub(super) fn direction_script(
    dialect: &dyn Dialect,
    (from, to): (&Normalized, &Normalized),
    plan: &Plan,
    fills: &[Backfill],
    (values, replaced): (&Values, &[Replacement]),
    names: &Names<'_>,
    looks: impl FnOnce(&[Place], &[Place]) -> Result<Vec<Statement>, Error>,
) -> Result<DirectionScript, Error> {
    let conversions: Vec<Conversion<'_>> = values.conversions.iter().map(|it| Conversion::new(it, names)).collect();
    let places =
        |of: &[Backfill]| -> Vec<Place> { of.iter().map(|fill| Place::column(&fill.table, &fill.column)).collect() };
    let (filled, converted) = (places(fills), places(&values.conversions));
    let mut steps: Vec<Step> = looks(&filled, &converted)?.into_iter().map(Step::Rows).collect();
    if fills.is_empty() && conversions.is_empty() {
        steps.extend(dialect::steps(dialect, plan, from.schema(), names)?);
        return Ok(DirectionScript { statements: dialect::written(dialect, steps)?, filled, converted });
    }
    let aside = conversions
        .iter()
        .map(|it| Rename::Column(it.to.table.clone(), Change::new(it.to.column.clone(), it.aside.clone())));
    let renames: Vec<Rename> = plan.renames().cloned().chain(aside).collect();
    let halfway = halfway::halfway(dialect, (from, to), &renames, fills, &conversions, replaced)?;
    steps.extend(dialect::steps(dialect, &diff(from, &halfway, &renames), from.schema(), names)?);
    let table = |it: &Backfill| halfway.schema().tables.get(&it.table);
    for it in &conversions {
        let Some(table) = table(it.to) else { continue };
        let value = as_it_was(dialect, table, &it.to.value, &conversions);
        steps.extend(conversion(dialect, table, it, &value).map(Step::Rows));
    }
    let mut again: Vec<(&ObjectName, Step)> = Vec::new();
    for it in fills {
        let Some(table) = table(it) else { continue };
        if !halfway::comes_with_it(table, it) {
            let value = as_it_was(dialect, table, &it.value, &conversions);
            let changes = halfway::changes_behind(dialect.product(), (&halfway, to), &value);
            let fill = Step::Rows(statement(dialect, table, it, &value, values.in_batches));
            steps.push(fill.clone());
            again.extend((!changes).then_some((&it.table, fill)));
        }
    }
    for it in replaced {
        let table = halfway.schema().tables.get(&it.table);
        let statements = table.map(|table| replacement(dialect, (table, &it.column), it));
        steps.extend(statements.into_iter().flatten().map(Step::Rows));
    }
    // Rows inserted meanwhile: the constraint already rejects new rows without a value, and is not yet validated.
    for step in dialect::steps(dialect, &diff(&halfway, to, &[]), halfway.schema(), names)? {
        if let Step::Validate(table, _) = &step {
            let (now, later): (Vec<_>, Vec<_>) = again.into_iter().partition(|(of, _)| *of == table);
            steps.extend(now.into_iter().map(|(_, fill)| fill));
            again = later;
        }
        steps.push(step);
    }
    let statements = dialect::written(dialect, steps)?;
    Ok(DirectionScript {
        statements: statements.into_iter().map(|it| former(it, &conversions)).collect(),
        filled,
        converted,
    })
}

/// The statement that drops the former values of a converted column, which only exist under a generated name.
fn former(mut statement: Statement, conversions: &[Conversion<'_>]) -> Statement {
    for Conversion { to, aside } in conversions {
        let meanwhile = format!("the values of column {}.{aside}", to.table);
        let known = format!("the former values of column {}.{}", to.table, to.column);
        statement.note = statement.note.map(|note| note.replace(&meanwhile, &known));
    }
    statement
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

/// The statement that converts the values of one column, and a check that no trigger or rule kept a row unchanged: the former
/// values are dropped later.
fn conversion(
    dialect: &dyn Dialect,
    of: &Table,
    Conversion { to: it, .. }: &Conversion<'_>,
    value: &str,
) -> [Statement; 2] {
    let (table, column) = (dialect.quote_object(&it.table), dialect.quote(&it.column));
    let others = unchanged(dialect, of);
    let value = typed(dialect, of, &it.column, value.to_owned());
    let note = format!("changes data: the values of {}.{} become {}", it.table, it.column, it.value);
    let convert = Statement::new(format!("UPDATE {table}\nSET {column} = {value}{others}")).with_note(note);
    let left = format!("SELECT count(*) FROM {table} WHERE {}", without(&column, &value));
    let message = format!("a trigger or rule of {} keeps values of {} from being converted", it.table, it.column);
    [convert, Statement::check(left, message)]
}

/// The rows without a value in a column although the expression gives one.
fn without(column: &str, value: &str) -> String {
    format!("{column} IS NULL AND ({value}) IS NOT NULL")
}

/// Casts the value to the column's type where PostgreSQL does not accept text.
fn typed(dialect: &dyn Dialect, of: &Table, column: &Name, value: String) -> String {
    let Some(column) = of.columns.get(column).filter(|_| dialect.product() == Product::Postgres) else { return value };
    fn spelled(dialect: &dyn Dialect, data_type: &Type) -> Option<String> {
        match data_type {
            Type::Enum(name) => Some(dialect.quote_object(name)),
            Type::Array(element) => Some(format!("{}[]", spelled(dialect, element)?)),
            Type::Native(spelling) => Some(spelling.clone()),
            _ => None,
        }
    }
    let of_its_own = matches!(column.data_type, Type::Enum(_) | Type::Array(_))
        || matches!(
            domain(Product::Postgres, &Schema::default(), column),
            Domain::Date
                | Domain::Time
                | Domain::DateTime(..)
                | Domain::Json
                | Domain::Uuid
                | Domain::Address(_)
                | Domain::Address6
                | Domain::Mac(_)
        );
    match spelled(dialect, &column.data_type).filter(|_| of_its_own) {
        Some(spelling) => format!("({value})::{spelling}"),
        None => value,
    }
}

/// The statement that replaces one value by another, and a check that no trigger or rule kept a row unchanged: the value is
/// removed from the type later.
pub(super) fn replacement(dialect: &dyn Dialect, (of, column): (&Table, &Name), it: &Replacement) -> [Statement; 2] {
    let text = |value: &str| dialect.literal(&Literal::Text(value.to_owned()));
    let note = format!("changes data: {}.{} is {} where it was {}", it.table, it.column, it.to, it.from);
    let is_array = of.columns.get(column).is_some_and(|column| matches!(column.data_type, Type::Array(_)));
    let (table, column, others) = (dialect.quote_object(&of.name), dialect.quote(column), unchanged(dialect, of));
    let (from, to) = (text(&it.from), text(&it.to));
    let (value, held) = match is_array {
        true => (format!("array_replace({column}, {from}, {to})"), format!("{from} = ANY ({column})")),
        false => (to, format!("{column} = {from}")),
    };
    let replace = Statement::new(format!("UPDATE {table}\nSET {column} = {value}{others}\nWHERE {held}"));
    let message = format!("a trigger or rule of {} keeps {} in {} from being replaced", it.table, it.from, it.column);
    let left = Statement::check(format!("SELECT count(*) FROM {table} WHERE {held}"), message);
    [replace.with_note(note), left]
}

/// Assigns columns with `ON UPDATE CURRENT_TIMESTAMP` to themselves, so that the update leaves them unchanged.
fn unchanged(dialect: &dyn Dialect, table: &Table) -> String {
    let moving = table.columns.values().filter(|column| column.on_update.is_some());
    moving.map(|column| dialect.quote(&column.name)).map(|name| format!(", {name} = {name}")).collect()
}

/// The number of rows a batch changes, and thus locks at a time.
const BATCH: u32 = 10_000;

/// The statement that fills one column. In batches it is repeated outside a transaction, so that other sessions wait for one
/// batch at most; a row for which the expression gives no value is left to the next step, which reports it.
fn statement(dialect: &dyn Dialect, table: &Table, fill: &Backfill, value: &str, batched: bool) -> Statement {
    let (name, column) = (dialect.quote_object(&fill.table), dialect.quote(&fill.column));
    let note = format!("changes data: rows that are there get {} in {}.{}", fill.value, fill.table, fill.column);
    let left = without(&column, value);
    let value = typed(dialect, table, &fill.column, value.to_owned());
    let set = format!("UPDATE {name}\nSET {column} = {value}{}", unchanged(dialect, table));
    let statement = match dialect.product() {
        // Rows of several partitions can be in one place; the condition stands outside too, for a row that somebody else has
        // filled meanwhile and for those of tables that inherit.
        Product::Postgres if batched && !table.options.contains_key(crate::schema::PARTITION_BY) => {
            Statement::batches(format!(
                "{set}\nWHERE {column} IS NULL\n  AND ctid = ANY (ARRAY(SELECT ctid FROM {name} WHERE {left} LIMIT {BATCH}))"
            ))
        }
        Product::MySql | Product::MariaDb if batched => {
            Statement::batches(format!("{set}\nWHERE {left}\nLIMIT {BATCH}"))
        }
        // SQLite has one writer at a time, whatever it writes.
        Product::Postgres | Product::MySql | Product::MariaDb | Product::Sqlite => {
            Statement::new(format!("{set}\nWHERE {column} IS NULL"))
        }
    };
    statement.with_note(note)
}

/// The value of a column's own default, for an existing nullable column.
pub(super) fn of_default(target: &Schema, table: &ObjectName, column: &Name) -> Option<String> {
    match &target.tables.get(table)?.columns.get(column)?.default {
        Some(DefaultValue::Expression(expression)) => Some(expression.text().to_owned()),
        Some(DefaultValue::Literal(_)) | None => None,
    }
}
