//! Replaces the personal data in a copy of a database, in batches that go on after an interruption.
//!
//! | file | holds |
//! |---|---|
//! | `columns` | which columns, by which rule, and which get the same new values |
//! | `values` | new values for old ones |
//! | `mapping` | the new value of each old one, in a table of the database |
//! | `sql` | the statements of each product |
//! | `run` | changing the rows |
//! | `remaining` | looking whether a value is left that was not made |
//!
//! Must not know arguments, or what is printed.

mod columns;
mod mapping;
mod remaining;
mod run;
mod sql;
mod values;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, ErrorKind};
use serde::Serialize;

use crate::lint::house::{PersonalDemand, unanswered};
use crate::project::{AnonymizeRule, PersonalSettings};
use crate::schema::{Name, ObjectName, PersonalData, PersonalKind, Place, Product, Schema, Table};

use super::super::{Failure, Live, Workspace};
use super::column_of;
use columns::Selection;
pub use remaining::Strange;
use sql::Sql;
pub use values::ValueClass;

/// A column whose values are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReplacedColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The kind of the personal data; of a column that only refers to such data, that of the other one.
    pub kind: PersonalKind,
    /// What is done with the values.
    #[serde(serialize_with = "word")]
    pub rule: AnonymizeRule,
    /// How many rows have a value.
    pub rows: u64,
}

fn word<S: serde::Serializer>(rule: &AnonymizeRule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.key())
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many values are replaced.
    pub done: usize,
    /// How many there are.
    pub all: usize,
    /// The columns at hand.
    pub columns: String,
}

/// Receives the progress after each transaction. After a `Break` the run ends, and the next one goes on from there.
pub type Watch<'a> = &'a mut (dyn FnMut(&Progress) -> ControlFlow<()> + Send);

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many different values were replaced; those that were only removed do not count.
    pub values: usize,
    /// The columns.
    pub columns: Vec<ReplacedColumn>,
    /// The columns of tables with triggers that have values which were neither there before nor made.
    pub unverified: Vec<Strange>,
}

/// What is to be replaced in a database.
pub struct Anonymization {
    /// The database.
    pub live: Live,
    /// The columns, in the order in which they are changed.
    pub columns: Vec<ReplacedColumn>,
    /// What is to be said beforehand.
    pub notes: Vec<String>,
    /// The name by which the database is confirmed.
    pub name: String,
    schema: Schema,
    selection: Selection,
}

impl Anonymization {
    /// Finds out what is to be replaced. Nothing is changed.
    ///
    /// # Errors
    /// The environment is protected; no column is marked; a rule does not fit a column; the database does not answer.
    pub async fn plan(workspace: &Workspace) -> Result<Self, Failure> {
        if let Some(environment) = workspace.environment.as_ref().filter(|it| it.is_protected) {
            let name = environment.name.as_deref().unwrap_or_default();
            return Err(Error::new(format!("the environment `{name}` is protected, and its data is not replaced"))
                .of(ErrorKind::Refused)
                .hint("make a copy, such as by `gen restore`, and name that: `--env` or `--database-url`")
                .into());
        }
        let mut live = workspace.required(Missing::Refuse).await?;
        let product = live.product();
        let (declared, said) = workspace.said_of_columns(product).await?;
        let schema = live.schema.schema().clone();
        workspace.refuse_unknown_columns(&[&declared, &schema])?;
        let selection = columns::select(product, &schema, &said, &workspace.project.config.personal)?;
        let mut notes = selection.notes.clone();
        let open = unanswered(PersonalDemand::Warn, &schema, &said);
        // What refers to personal data is replaced with it.
        let is_replaced = |(table, column): &(&ObjectName, &Name)| {
            let keys = selection.groups.iter().flat_map(|group| &group.columns);
            keys.into_iter().any(|key| (&key.0, &key.1) == (*table, *column))
        };
        let open = open.iter().filter_map(|finding| column_of(&finding.place)).filter(|place| !is_replaced(place));
        notes.extend(open.map(|(table, column)| {
            format!("`{table}.{column}` looks personal and stays as it is: nobody has said what it is")
        }));
        let sql = Sql::of(product);
        let mut columns = Vec::new();
        for group in &selection.groups {
            for key in &group.columns {
                let rows = live.session.query(&sql.count(key)).await;
                let rows = rows.map_err(|error| Error::new(format!("`{}` cannot be read", key.0)).because(error))?;
                let rows = rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default();
                let (table, column) = (key.0.to_string(), key.1.to_string());
                columns.push(ReplacedColumn { table, column, kind: group.kind, rule: group.rule, rows });
            }
        }
        if columns.is_empty() {
            return Err(Error::new("no column of this database is marked as personal")
                .hint("`gen personal` lists the columns that look so; mark them: [personal] \"user.email\" = \"email\"")
                .into());
        }
        notes.extend(triggers(&schema, &columns));
        let name = match workspace.environment.as_ref().and_then(|it| it.name.clone()) {
            Some(name) => name,
            None => database(&mut live).await?,
        };
        Ok(Self { live, columns, notes, name, schema, selection })
    }

    /// Refuses to go on unless the database is confirmed by its name. A person is asked for it.
    ///
    /// # Errors
    /// It is not confirmed, or another name is given.
    pub fn refuse_unconfirmed(&self, workspace: &Workspace, confirmed: Option<&str>) -> Result<(), Failure> {
        let name = &self.name;
        let said = match confirmed {
            Some(confirmed) => Some(confirmed.to_owned()),
            None => workspace.listener.text(&format!(
                "personal data in {} columns of `{name}` is replaced and cannot be got back; type its name to go on: ",
                self.columns.len()
            ))?,
        };
        match said {
            Some(said) if said == *name => Ok(()),
            Some(other) => {
                Err(Error::new(format!("the database is `{name}`, and `{other}` was confirmed; nothing was changed"))
                    .of(ErrorKind::Refused)
                    .into())
            }
            None => Err(Error::new(format!("personal data in `{name}` would be replaced; nothing was changed"))
                .of(ErrorKind::Refused)
                .hint("`--dry-run` shows the columns and rules")
                .hint(format!("confirm it by its name: `--yes {name}`"))
                .into()),
        }
    }

    /// Replaces the values, `batch` different ones in each transaction, and looks whether a column has others than those that were made.
    /// A run that was interrupted goes on. Without a salt, nobody can make the same values again.
    ///
    /// # Errors
    /// A value or a check does not allow it (then no row was changed); the database's refusal, or a `Break` of `watch` (then the next run goes
    /// on); a value is left that was not made.
    pub async fn run(&mut self, salt: Option<&str>, batch: usize, watch: Watch<'_>) -> Result<Report, Failure> {
        let done = run::run(&mut self.live.session, (&self.schema, &self.selection), (salt, batch), watch).await?;
        let (values, unverified) = done;
        Ok(Report { values, columns: self.columns.clone(), unverified })
    }
}

/// A column with its rule.
pub(super) struct RuledColumn {
    pub(super) table: ObjectName,
    pub(super) column: Name,
    pub(super) kind: PersonalKind,
    pub(super) class: ValueClass,
    pub(super) rule: AnonymizeRule,
}

/// The columns of a schema with personal data, each with its rule.
///
/// # Errors
/// A rule does not fit a column.
pub(super) fn rules(
    product: Product,
    schema: &Schema,
    said: &BTreeMap<Place, PersonalData>,
    settings: &PersonalSettings,
) -> Result<Vec<RuledColumn>, Error> {
    let groups = columns::select(product, schema, said, settings)?.groups;
    let of = |group: columns::Group| {
        let columns::Group { kind, rule, class, columns, .. } = group;
        columns.into_iter().map(move |(table, column)| RuledColumn { table, column, kind, class, rule })
    };
    Ok(groups.into_iter().flat_map(of).collect())
}

/// The name of a database: of SQLite that of its file.
async fn database(live: &mut Live) -> Result<String, Failure> {
    let name = live.session.database().await.map_err(|error| Error::new("the database has no name").because(error))?;
    Ok(match live.product() {
        Product::Sqlite => {
            let path = std::path::Path::new(&name);
            path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or(name)
        }
        Product::Postgres | Product::MySql | Product::MariaDb => name,
    })
}

/// Triggers see the old values, and may write them somewhere else.
fn triggers(schema: &Schema, columns: &[ReplacedColumn]) -> Vec<String> {
    let of = |table: &&Table| {
        let name = table.name.to_string();
        !table.triggers.is_empty() && columns.iter().any(|column| column.table == name)
    };
    let tables = schema.tables.values().filter(of);
    tables
        .map(|table| format!("the triggers of `{}` are fired, and may keep old values elsewhere", table.name))
        .collect()
}
