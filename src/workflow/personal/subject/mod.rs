//! One person's rows: those of a table, and everything that refers to them by foreign keys, to be exported or deleted.
//!
//! What a person's rows refer to is not followed, and no way leads back to a table that it came from: those rows are of others.
//!
//! | file | holds |
//! |---|---|
//! | `key` | the one row that the person is named by |
//! | `ways` | the foreign keys by which the others are found |
//! | `value` | values as text, and how they are compared |
//! | `deletion` | the statements that delete rows, and what stays |
//!
//! Must not know how statements or rows are printed.

mod deletion;
mod key;
mod value;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::Error;
use sea_gen_runner::session::{Missing, Row};

use crate::dialect;
use crate::schema::{ObjectName, PersonalData, Place, Schema, Table};

use super::super::{Failure, Live, Workspace};
pub use value::ExportedValue;
use value::Read;
use ways::{Found, Way, follow};

/// One person's rows in a database.
pub struct Subject {
    /// The database.
    pub live: Live,
    schema: Schema,
    said: BTreeMap<Place, PersonalData>,
    /// The tables, each before those that refer to it.
    tables: Vec<ObjectName>,
    /// The foreign keys by which their rows are found.
    ways: Vec<Way>,
    /// The foreign keys between the tables that lead back, or to the same table.
    back: Vec<Way>,
    /// The condition by which the rows of a table are found.
    conditions: BTreeMap<ObjectName, String>,
    /// The tables whose rows stay.
    kept: BTreeSet<ObjectName>,
}

/// The rows of one table: its columns, and the values of each row.
pub struct Exported {
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<ExportedValue>>,
}

impl Subject {
    /// Finds the rows of a person: `key` is the primary key of the row in `table`, or `column=value`, of several columns with commas.
    ///
    /// # Errors
    /// There is no such table or column; a kept table does not exist; the database does not answer, has no such row, or has several.
    pub async fn find(workspace: &Workspace, table: &str, key: &str) -> Result<Self, Failure> {
        let mut live = workspace.required(Missing::Refuse).await?;
        let product = live.product();
        let (_, said) = workspace.said_of_columns(product).await?;
        let schema = live.schema.schema().clone();
        let root = named(&schema, table)?;
        let mut kept = BTreeSet::new();
        for text in &workspace.project.config.personal.keep {
            kept.insert(named(&schema, text)?.name.clone());
        }
        let first = key::one_row(&mut live.session, &schema, root, key).await?;
        let Found { tables, ways, back } = follow(&schema, &root.name);
        let dialect = dialect::of(product);
        let mut conditions = BTreeMap::from([(root.name.clone(), first)]);
        for name in tables.iter().skip(1) {
            let of = ways.iter().filter(|way| way.from == *name);
            let all: Vec<String> =
                of.filter_map(|way| Some(way.refers(dialect, conditions.get(&way.key.references)?))).collect();
            conditions.insert(name.clone(), all.join(" OR "));
        }
        Ok(Self { live, schema, said, tables, ways, back, conditions, kept })
    }

    /// The queries of the rows, one a table.
    pub fn queries(&self) -> Vec<String> {
        let dialect = dialect::of(self.live.product());
        let query = |table: &ObjectName| {
            Some(format!("SELECT * FROM {} WHERE {}", dialect.quote_object(table), self.conditions.get(table)?))
        };
        self.tables.iter().filter_map(query).collect()
    }

    /// Reads the rows; tables without any are left out.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn export(&mut self) -> Result<Vec<Exported>, Failure> {
        let product = self.live.product();
        let dialect = dialect::of(product);
        let mut exported = Vec::new();
        for name in &self.tables {
            let (Some(table), Some(condition)) = (self.schema.tables.get(name), self.conditions.get(name)) else {
                continue;
            };
            let columns = table.columns.values().map(|column| Read::of(product, &self.schema, table, column));
            let columns: Vec<Read<'_>> = columns.collect();
            let list: Vec<String> = columns.iter().flat_map(Read::expressions).collect();
            let query = format!("SELECT {} FROM {} WHERE {condition}", list.join(", "), dialect.quote_object(name));
            let rows = self.live.session.query(&query).await;
            let rows = rows.map_err(|error| Error::new(format!("`{name}` cannot be read")).because(error))?;
            let values = |row: Row<'_>| columns.iter().enumerate().map(|(at, it)| it.value(row, 2 * at)).collect();
            let rows: Vec<Vec<ExportedValue>> = rows.iter().map(values).collect();
            if !rows.is_empty() {
                let columns = columns.iter().map(|it| it.column.name.to_string()).collect();
                exported.push(Exported { table: name.to_string(), columns, rows });
            }
        }
        Ok(exported)
    }
}

fn named<'s>(schema: &'s Schema, text: &str) -> Result<&'s Table, Failure> {
    schema.tables.values().find(|table| table.name.to_string() == text).ok_or_else(|| {
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        let error = Error::new(format!("there is no table `{text}`"));
        match crate::state::nearest(text, &names) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
        .into()
    })
}
