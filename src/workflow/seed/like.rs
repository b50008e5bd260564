//! The proportions of a database, without its values: written to a file from one, and read for rows that are like those.
//!
//! Must not know how rows are made.

use std::path::Path;

use sea_gen_runner::Error;
use sea_gen_runner::files::read_text;
use sea_gen_runner::session::Missing;
use serde::{Deserialize, Serialize};

use crate::dialect::{self, Product};
use crate::project::write_text;
use crate::schema::{Name, Schema};
use crate::seed::{Domain, Likeness, SeedRequest, domain};

use super::super::{Failure, Workspace, current_folder};

/// The content of the file. What else is in it is disregarded.
#[derive(Serialize, Deserialize)]
struct Measured {
    tables: Vec<MeasuredTable>,
}

#[derive(Serialize, Deserialize)]
struct MeasuredTable {
    table: String,
    rows: usize,
    #[serde(default)]
    columns: Vec<MeasuredColumn>,
}

#[derive(Serialize, Deserialize)]
struct MeasuredColumn {
    column: String,
    #[serde(default)]
    null_fraction: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distinct: Option<usize>,
    /// The mean number of characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<f64>,
}

/// Gives a request the proportions in a file: the largest table gets as many rows as the request has, the others in proportion.
///
/// # Errors
/// The file cannot be read.
pub(super) fn apply(path: &Path, schema: &Schema, request: &mut SeedRequest) -> Result<(), Failure> {
    let path = current_folder()?.join(path);
    let hint = "`gen seed --measure --out stats.json` writes such a file";
    let measured: Measured = sea_gen_runner::json::read(&path, &read_text(&path)?, hint)?;
    let largest = measured.tables.iter().map(|it| it.rows).max().unwrap_or_default().max(1);
    for of in measured.tables {
        let Some(table) = schema.tables.values().find(|table| table.name.to_string() == of.table) else { continue };
        let share = (request.rows as f64 * of.rows as f64 / largest as f64).round() as usize;
        let rows = if of.rows == 0 { 0 } else { share.max(1) };
        if table.rows.is_none() {
            request.rows_of.entry(table.name.clone()).or_insert(rows);
        }
        for it in of.columns {
            let Some(column) = table.columns.get(it.column.as_str()) else { continue };
            let place = (table.name.clone(), Name::from(it.column.as_str()));
            // Few values are few in a smaller table too; many are as many in proportion.
            let distinct = it.distinct.map(|distinct| match distinct * 10 > of.rows {
                true => ((distinct as f64 / of.rows.max(1) as f64) * rows as f64).ceil() as usize,
                false => distinct,
            });
            let likeness = Likeness { nulls: it.null_fraction, distinct: distinct.map(|it| it.max(1)) };
            request.like.insert(place.clone(), likeness);
            if let (Some(length), Domain::Text(most)) = (it.length, domain(request.product, schema, column)) {
                let usual = (2.0 * length).ceil().max(3.0) as u32;
                request.narrower.insert(place, Domain::Text(Some(most.map_or(usual, |most| most.min(usual)))));
            }
        }
    }
    Ok(())
}

/// Writes the proportions of the database to a file. Returns how many tables there are.
///
/// # Errors
/// The database does not answer; the file cannot be written.
pub async fn measure(workspace: &Workspace, path: &Path) -> Result<usize, Failure> {
    let mut live = workspace.required(Missing::Refuse).await?;
    let (product, schema) = (live.product(), live.schema.schema().clone());
    let dialect = dialect::of(product);
    let number =
        |expression: String| if product == Product::Postgres { format!("({expression})::text") } else { expression };
    let mut tables = Vec::new();
    for table in schema.tables.values() {
        let from = dialect.quote_object(&table.name);
        let failed = |error| Error::new(format!("`{}` cannot be measured", table.name)).because(error);
        let rows = live.session.query(&format!("SELECT {} FROM {from}", number("count(*)".to_owned()))).await;
        let rows: usize = rows.map_err(failed)?.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default();
        let mut columns = Vec::new();
        for column in table.columns.values().filter(|_| rows > 0) {
            let name = dialect.quote(&column.name);
            let length = match domain(product, &schema, column) {
                // On MySQL and MariaDB `length` counts bytes.
                Domain::Text(_) if matches!(product, Product::MySql | Product::MariaDb) => {
                    format!("avg(char_length({name}))")
                }
                Domain::Text(_) => format!("avg(length({name}))"),
                _ => "NULL".to_owned(),
            };
            let facts = [format!("count({name})"), format!("count(DISTINCT {name})"), length].map(number).join(", ");
            // A type without an order has no different values to count.
            let Ok(found) = live.session.query(&format!("SELECT {facts} FROM {from}")).await else { continue };
            let fact = |at: usize| found.first().and_then(|row| row.get(at)?.parse::<f64>().ok());
            let filled = fact(0).unwrap_or_default();
            columns.push(MeasuredColumn {
                column: column.name.to_string(),
                null_fraction: ((1.0 - filled / rows as f64) * 10_000.0).round() / 10_000.0,
                distinct: fact(1).map(|it| it as usize),
                length: fact(2).map(|it| (it * 10.0).round() / 10.0),
            });
        }
        tables.push(MeasuredTable { table: table.name.to_string(), rows, columns });
    }
    live.session.close().await;
    let measured = Measured { tables };
    let text = serde_json::to_string_pretty(&measured)
        .map_err(|error| Error::new("no JSON can be made of it").because(error))?;
    write_text(&current_folder()?, path, "stats.json", &format!("{text}\n"))?;
    Ok(measured.tables.len())
}
