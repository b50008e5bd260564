//! Reference rows that their table cannot hold, or that nothing could find again.
//!
//! Must not know how a row is declared; it is told the lines.

use crate::dialect::rows::value::one_spelling;
use crate::entity::{Model, Source};
use crate::schema::{
    Column, IndexTarget, Name, Part, Place, Product, ReferenceRow, ReferenceRows, RowValue, Schema, Table,
};

/// Something that is wrong with declared rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfitRow {
    /// Where it is declared.
    pub source: Source,
    /// The problem, lower case, no full stop.
    pub message: String,
    /// The hint.
    pub hint: String,
}

/// The declared rows that do not fit the tables of a schema.
pub fn unfit_rows(product: Product, model: &Model, schema: &Schema) -> Vec<UnfitRow> {
    let mut found = Vec::new();
    for declared in model.schema().tables.values() {
        let (Some(rows), Some(table)) = (&declared.rows, schema.tables.get(&declared.name)) else { continue };
        let Some(source) = model.sources.get(&Place::Table(declared.name.clone(), Part::Rows)) else { continue };
        let mut say = |line: Option<usize>, message: String, hint: String| {
            let source = Source { line: line.unwrap_or(source.line), ..source.clone() };
            found.push(UnfitRow { source, message, hint });
        };
        if let Some((message, hint)) = unfit_columns(table, rows) {
            say(None, message, hint);
            continue;
        }
        let lines = model.row_lines.get(&declared.name);
        for (at, row) in rows.rows.iter().enumerate() {
            let line = lines.and_then(|lines| lines.get(at)).copied();
            if let Some((message, hint)) = unfit_row(product, schema, table, rows, row) {
                say(line, message, hint);
            }
        }
    }
    found
}

fn unfit_columns(table: &Table, rows: &ReferenceRows) -> Option<(String, String)> {
    let name = &table.name;
    if let Some(column) = rows.columns().find(|column| !table.columns.contains_key(*column)) {
        let known: Vec<String> = table.columns.keys().map(ToString::to_string).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let hint = match similar::get_close_matches(column.as_str(), &known, 1, 0.6).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its columns are {}", known.join(", ")),
        };
        return Some((format!("table `{name}` has no column `{column}`"), hint));
    }
    let computed = |column: &&Name| table.columns.get(*column).is_some_and(|column| column.generated.is_some());
    if let Some(column) = rows.columns().find(computed) {
        let message = format!("`{name}.{column}` is computed by the database, and takes no value");
        return Some((message, format!("remove `{column}` from the rows")));
    }
    let declared = |column: &Column| rows.columns().any(|name| *name == column.name);
    let missing = table.columns.values().find(|it| !it.nullable && !it.has_value_of_its_own() && !declared(it));
    if let Some(column) = missing {
        let column = &column.name;
        let message =
            format!("the rows of `{name}` have no value of `{column}`, which takes no NULL and has no default");
        return Some((message, format!("add `\"{column}\": …` to every row")));
    }
    if !is_unique(table, &rows.key) {
        let key: Vec<&str> = rows.key.iter().map(Name::as_str).collect();
        let message = format!("({}) is no primary key and no unique key of `{name}`", key.join(", "));
        let hint = match &table.primary_key {
            Some(key) => {
                let names: Vec<String> = key.columns.iter().map(|name| format!("\"{name}\"")).collect();
                format!("write `\"key\": [{}]`", names.join(", "))
            }
            None => "declare a unique key on it, or name another: `\"key\": [\"code\"]`".to_owned(),
        };
        return Some((message, hint));
    }
    None
}

/// Whether no two rows of the table have the same values in these columns.
fn is_unique(table: &Table, key: &[Name]) -> bool {
    let same = |columns: &[Name]| columns.len() == key.len() && columns.iter().all(|name| key.contains(name));
    table.primary_key.iter().any(|primary| same(&primary.columns))
        || table.uniques.values().any(|unique| same(&unique.columns))
        || table.indexes.values().filter(|index| index.unique && index.predicate.is_none()).any(|index| {
            let column = |part: &crate::schema::IndexPart| match &part.target {
                IndexTarget::Column(name) => Some(name.clone()),
                IndexTarget::Expression(_) => None,
            };
            index.parts.iter().map(column).collect::<Option<Vec<Name>>>().is_some_and(|columns| same(&columns))
        })
}

fn unfit_row(
    product: Product,
    schema: &Schema,
    table: &Table,
    rows: &ReferenceRows,
    row: &ReferenceRow,
) -> Option<(String, String)> {
    for (name, value) in row {
        let Some(column) = table.columns.get(name) else { continue };
        let is_counted = matches!(product, Product::MySql | Product::MariaDb) && column.identity.is_some();
        if is_counted && matches!(value, RowValue::Number(number) if number.parse::<f64>() == Ok(0.0)) {
            let message = format!("`{}.{name}`: {product} takes 0 in a counted column for the next number", table.name);
            return Some((message, "give the row another number".to_owned()));
        }
        if let Err(reason) = one_spelling(product, schema, column, value) {
            let of_type = crate::plan::type_name(&column.data_type);
            let place = format!("{}.{name}", table.name);
            let message = match value {
                RowValue::Null => format!("`{place}` {reason}"),
                value => format!("`{place}`: {value} {reason}"),
            };
            return Some((message, format!("the column is {of_type} in {product}")));
        }
    }
    // Two spellings of one value.
    let spelled = |row: &ReferenceRow| -> Vec<Option<RowValue>> {
        let one = |name: &Name| one_spelling(product, schema, table.columns.get(name)?, row.get(name)?).ok();
        rows.key.iter().map(one).collect()
    };
    let own = spelled(row);
    let first = rows.rows.iter().find(|other| spelled(other) == own)?;
    (!std::ptr::eq(first, row)).then(|| {
        let values: Vec<String> = own.iter().flatten().map(ToString::to_string).collect();
        (format!("two rows of `{}` have the key {}", table.name, values.join(", ")), "remove one of them".to_owned())
    })
}
