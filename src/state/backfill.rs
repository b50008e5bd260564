//! Values for the rows that are there when a column takes no NULL any more: the schema halfway, in which it still does, and the
//! statement in between. What leads there and on is planned as anything else is.
//!
//! Must not know who gives the values.

use crate::dialect::{self, Dialect, Statement, Unsupported};
use crate::diff::diff;
use crate::error::Error;
use crate::plan::{Op, Plan, apply};
use crate::schema::{DefaultValue, Name, Normalized, ObjectName, Place, Schema};

use super::Target;

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

/// The statements of the way there, and the columns that rows which are there get a value in: they are added, or left, taking
/// NULL, are filled, and take none from then on. A column that has a default is filled with that, if nobody says otherwise.
///
/// # Errors
/// A value for a column that needs none; what the database cannot do.
pub fn filled_up(
    dialect: &dyn Dialect,
    base: &Normalized,
    target: &Target,
    plan: &Plan,
    wanted: &[Backfill],
) -> Result<(Vec<Statement>, Vec<Place>), Error> {
    let mut renamed = base.schema().clone();
    apply(&Plan::new(target.renames.iter().cloned().map(Op::Rename).collect()), &mut renamed)
        .map_err(|refusal| Error::new(format!("{} cannot be renamed: {}", refusal.place, refusal.reason)))?;
    let after = target.schema.schema();
    let bare = without_values(&renamed, after);
    if let Some(fill) = wanted.iter().find(|fill| !bare.contains(&(fill.table.clone(), fill.column.clone()))) {
        let column = format!("{}.{}", fill.table, fill.column);
        return Err(Error::new(format!("column {column} needs no backfill in this migration"))
            .hint(format!("only a column that comes without NULL and default, or stops taking NULL, does; drop `--backfill {column}=…`")));
    }
    let fills: Vec<Backfill> = bare
        .into_iter()
        .filter_map(|(table, column)| {
            let given = wanted.iter().find(|fill| fill.table == table && fill.column == column);
            let value = given.map(|fill| fill.value.clone()).or_else(|| of_default(after, &table, &column))?;
            Some(Backfill { table, column, value })
        })
        .collect();
    if fills.is_empty() {
        return Ok((dialect::statements(dialect, plan, base.schema())?, Vec::new()));
    }
    let halfway = halfway(dialect, &target.schema, &fills)?;
    let mut statements = dialect::statements(dialect, &diff(base, &halfway, &target.renames), base.schema())?;
    statements.extend(fills.iter().map(|fill| statement(dialect, fill)));
    let rest = diff(&halfway, &target.schema, &[]);
    statements.extend(dialect::statements(dialect, &rest, halfway.schema())?);
    let places = fills.iter().map(|fill| Place::column(&fill.table, &fill.column)).collect();
    Ok((statements, places))
}

/// The columns that are to take no NULL and that rows which are there may have none in, of tables that stay. One that numbers
/// itself, is computed or belongs to the primary key has its values from elsewhere; one that comes with a default has that.
fn without_values(base: &Schema, target: &Schema) -> Vec<(ObjectName, Name)> {
    let mut found = Vec::new();
    for (name, table) in &target.tables {
        let Some(old) = base.tables.get(name) else { continue };
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

/// The target in which the columns that are filled still take NULL.
///
/// # Errors
/// None for a target this dialect normalised.
fn halfway(dialect: &dyn Dialect, target: &Normalized, fills: &[Backfill]) -> Result<Normalized, Unsupported> {
    let mut schema = target.schema().clone();
    for fill in fills {
        let table = schema.tables.get_mut(&fill.table);
        if let Some(column) = table.and_then(|table| table.columns.get_mut(&fill.column)) {
            column.nullable = true;
        }
    }
    dialect.normalize(schema)
}

/// The statement that fills one column.
fn statement(dialect: &dyn Dialect, fill: &Backfill) -> Statement {
    let (table, column) = (dialect.quote_object(&fill.table), dialect.quote(&fill.column));
    let note = format!("changes data: rows that are there get {} in {}.{}", fill.value, fill.table, fill.column);
    Statement::new(format!("UPDATE {table}\nSET {column} = {}\nWHERE {column} IS NULL", fill.value)).with_note(note)
}

/// What a column's own default gives, for one that is there and took NULL.
fn of_default(target: &Schema, table: &ObjectName, column: &Name) -> Option<String> {
    match &target.tables.get(table)?.columns.get(column)?.default {
        Some(DefaultValue::Expression(expression)) => Some(expression.text().to_owned()),
        Some(DefaultValue::Literal(_)) | None => None,
    }
}
