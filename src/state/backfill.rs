//! Values for the rows that are there: where a column takes no NULL any more, where its values become values of another type,
//! where a value of an enum type goes. The schema halfway and the statements in between; what leads there and on is planned as
//! anything else is.
//!
//! Must not know who gives the values.

use sea_gen_runner::Error;

use crate::dialect::domain::{Domain, domain};
use crate::dialect::expression::{mentions, rename_column};
use crate::dialect::{self, Dialect, Statement, Step};
use crate::diff::diff;
use crate::plan::{Alter, Names, Op, Plan, Rename, Shape, Space};
use crate::schema::{Change, DefaultValue, Literal, Name, Normalized, ObjectName, Place, Product, Schema, Table, Type};

use super::halfway;

/// A value for the rows that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table, by its later name.
    pub table: ObjectName,
    /// The column, by its later name.
    pub column: Name,
    /// The value, as an SQL expression that may name other columns of the row.
    pub value: String,
}

/// What rows that hold a value of an enum type which goes get instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The table, by its later name.
    pub table: ObjectName,
    /// The column, by its later name.
    pub column: Name,
    /// The value that goes.
    pub from: String,
    /// The value that stays.
    pub to: String,
}

/// What the developer says of the rows that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Values for columns that take no NULL any more.
    pub backfills: Vec<Backfill>,
    /// How the values of a column become values of its new type; an expression may name the column itself.
    pub conversions: Vec<Backfill>,
    /// Values that take the place of others.
    pub replacements: Vec<Replacement>,
    /// Columns whose values may change with their type.
    pub lossy: Vec<Place>,
    /// They are said for several products, each of which needs some of them.
    pub for_several: bool,
    /// Values are given to some rows at a time, where others work with the table meanwhile.
    pub in_batches: bool,
}

impl Values {
    /// Whether an expression says how the values of a column become values of its new type.
    pub fn converts(&self, place: &Place) -> bool {
        self.conversions.iter().any(|it| Place::column(&it.table, &it.column) == *place)
    }

    /// Whether every value that goes from the enum type at a place is replaced somewhere. Where it is not, looking first finds it.
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

/// One way between two schemas, as statements.
pub(super) struct DirectionScript {
    pub(super) statements: Vec<Statement>,
    /// The columns that rows which are there get a value in.
    pub(super) filled: Vec<Place>,
    /// The columns whose values become values of another type.
    pub(super) converted: Vec<Place>,
}

/// The statements from one schema to another, by way of one in which nothing is gone yet and nothing is demanded yet. Columns
/// that are to be filled are added, or left, taking NULL, are filled, and take none from then on. `plan` leads there without
/// that; `looks` says what is asked of the rows before anything, given the columns that are filled and converted. Whatever is
/// given to rows is read from the values they had: what is `replaced` is so behind that.
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
    // Rows that came since: the constraint lets none in any more that has no value, and is not yet checked.
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

/// The statement that drops a converted column's former values, which nobody knows by the name they have meanwhile.
fn former(mut statement: Statement, conversions: &[Conversion<'_>]) -> Statement {
    for Conversion { to, aside } in conversions {
        let meanwhile = format!("the values of column {}.{aside}", to.table);
        let known = format!("the former values of column {}.{}", to.table, to.column);
        statement.note = statement.note.map(|note| note.replace(&meanwhile, &known));
    }
    statement
}

/// The columns that are to take no NULL and that rows which are there may have none in, of tables that stay. One that numbers
/// itself, is computed or belongs to the primary key has its values from elsewhere; one that comes with a default has that.
pub(super) fn without_values(base: &Schema, target: &Schema) -> Vec<(ObjectName, Name)> {
    let mut found = Vec::new();
    for (name, table) in &target.tables {
        // A table that is one and the same in both takes what it took.
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

/// A column whose values are converted, and what it is called as it was until then.
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

/// An expression that reads converted columns by the names under which they still hold what they held.
fn as_it_was(dialect: &dyn Dialect, of: &Table, value: &str, conversions: &[Conversion<'_>]) -> String {
    let product = dialect.product();
    conversions.iter().fold(value.to_owned(), |value, Conversion { to, aside }| {
        let is_own = to.table == of.name;
        let is_read =
            is_own || mentions(product, &value, to.table.name.as_str()) && !of.columns.contains_key(&to.column);
        if is_read { rename_column(product, &value, to.column.as_str(), aside.as_str()) } else { value }
    })
}

/// The statement that converts the values of one column, and a check that no trigger or rule kept a row as it was: the former
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

/// The rows that have no value in a column although there is one for them.
fn without(column: &str, value: &str) -> String {
    format!("{column} IS NULL AND ({value}) IS NOT NULL")
}

/// The value as one of the column's type, where PostgreSQL does not take a text for one.
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

/// The statement that puts one value in the place of another, and a check that no trigger or rule kept a row as it was: its
/// value goes from the type later.
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

/// Columns that would change by themselves with every update (`ON UPDATE CURRENT_TIMESTAMP`), told not to.
fn unchanged(dialect: &dyn Dialect, table: &Table) -> String {
    let moving = table.columns.values().filter(|column| column.on_update.is_some());
    moving.map(|column| dialect.quote(&column.name)).map(|name| format!(", {name} = {name}")).collect()
}

/// How many rows a batch changes, which is how many are locked at a time.
const BATCH: u32 = 10_000;

/// The statement that fills one column. In batches it is sent again and again, outside a transaction, so that nobody waits for
/// more than one of them; a row for which there is no value is left to the step that follows to complain about.
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

/// What a column's own default gives, for one that is there and took NULL.
pub(super) fn of_default(target: &Schema, table: &ObjectName, column: &Name) -> Option<String> {
    match &target.tables.get(table)?.columns.get(column)?.default {
        Some(DefaultValue::Expression(expression)) => Some(expression.text().to_owned()),
        Some(DefaultValue::Literal(_)) | None => None,
    }
}
