//! What is looked at after a run besides the schema: the queries of the user's own, sequences, indexes and constraints, and the numbers of
//! rows that should not have changed.
//!
//! Must not know how migrations are run, or who is told.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::migration::{Migration, verifications};
use sea_gen_runner::run::{Direction, Outcome};
use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::{self, Product};
use crate::schema::ObjectName;

mod postgres;

use super::Workspace;
use super::apply::{Bench, Chosen};

/// How many rows of a table are counted at most.
const MOST_ROWS: u64 = 100_000;

/// How many tables are counted at most.
const MOST_TABLES: usize = 200;

/// How many rows of a failed query are shown.
const SHOWN: usize = 3;

/// A query whose rows must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataCheck {
    /// The migration whose file has it; `None` for one of the command line.
    pub migration: Option<String>,
    /// The query.
    pub sql: String,
    /// What it found.
    pub result: DataResult,
}

/// What a query found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataResult {
    /// No row.
    Holds,
    /// The first rows, and whether there are more.
    Rows(Vec<String>, bool),
    /// The database refuses it.
    Refused(String),
}

/// What was found after a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// The queries.
    pub data: Vec<DataCheck>,
    /// What is wrong or incomplete in the database, a sentence each.
    pub warnings: Vec<String>,
    /// How many tables have as many rows as before, of those that the run does not name.
    pub counted: usize,
    /// The tables that were not counted, because they are large.
    pub uncounted: Vec<String>,
}

impl Afterwards {
    /// The queries that found rows, or were refused.
    pub fn failed(&self) -> impl Iterator<Item = &DataCheck> {
        self.data.iter().filter(|check| check.result != DataResult::Holds)
    }
}

/// The numbers of rows before a run of the tables that it does not name; `None` for a large one.
#[derive(Clone, Debug, Default)]
pub struct RowCounts(BTreeMap<ObjectName, Option<u64>>);

impl Bench {
    /// Counts the rows of the tables that the chosen migrations do not name.
    pub async fn count_rows(&mut self, chosen: &[Chosen]) -> RowCounts {
        if chosen.is_empty() {
            return RowCounts::default();
        }
        let texts: Vec<String> = self
            .migrations_at(chosen)
            .into_iter()
            .flat_map(|(migration, direction)| match direction {
                Direction::Up => migration.up.iter(),
                Direction::Down => migration.down.iter(),
            })
            .map(|statement| statement.sql.to_lowercase())
            .collect();
        let is_named = |name: &ObjectName| texts.iter().any(|text| text.contains(&name.name.as_str().to_lowercase()));
        let names: Vec<ObjectName> = self.live.schema.schema().tables.keys().cloned().collect();
        let mut counts = BTreeMap::new();
        for name in names.into_iter().filter(|name| !is_named(name)).take(MOST_TABLES) {
            if let Ok(count) = count(&mut self.live.session, &name).await {
                counts.insert(name, count);
            }
        }
        RowCounts(counts)
    }

    /// Looks at the database after a run; at nothing if nothing was run and nothing is asked.
    pub async fn afterwards(&mut self, outcomes: &[Outcome], before: &RowCounts) -> Afterwards {
        let mut found = Afterwards::default();
        if outcomes.is_empty() && self.verify_data.is_empty() {
            return found;
        }
        let applied: BTreeSet<&str> = outcomes
            .iter()
            .filter(|outcome| outcome.direction == Direction::Up)
            .map(|outcome| outcome.id.as_str())
            .collect();
        let applied = self.migrations.iter().filter(|migration| applied.contains(migration.id.as_str()));
        let mut queries: Vec<(Option<String>, String)> = applied.flat_map(|it| of_file(&self.workspace, it)).collect();
        queries.extend(self.verify_data.iter().map(|sql| (None, sql.clone())));
        let session = &mut self.live.session;
        for (migration, sql) in queries {
            let result = ask(session, &sql).await;
            found.data.push(DataCheck { migration, sql, result });
        }
        let mut changed = Vec::new();
        for (name, then) in &before.0 {
            let Some(then) = then else {
                found.uncounted.push(name.to_string());
                continue;
            };
            match count(session, name).await {
                Ok(Some(now)) if now == *then => found.counted += 1,
                Ok(Some(now)) => changed.push(format!("`{name}` {then} → {now}")),
                // The run dropped it, or it has become too large.
                Ok(None) | Err(_) => {}
            }
        }
        if !changed.is_empty() {
            found.warnings.push(format!(
                "the number of rows changed in tables that no migration of the run names, by another session or a trigger: {}",
                changed.join(", ")
            ));
        }
        if session.product() == Product::Postgres {
            found.warnings.extend(postgres::unfinished(session, self.live.schema.schema()).await.unwrap_or_default());
        }
        found
    }
}

/// The queries in the file of a migration.
fn of_file(workspace: &Workspace, migration: &Migration) -> Vec<(Option<String>, String)> {
    let path = workspace.project.migration_path(migration.product, &migration.id);
    let text = read_text_if_there(&path).ok().flatten().unwrap_or_default();
    let found = verifications(migration.product, &text).into_iter();
    found.map(|sql| (Some(migration.id.to_string()), sql)).collect()
}

/// Asks a query in a transaction that can only read.
async fn ask(session: &mut Session, sql: &str) -> DataResult {
    let (begin, end) = match session.product() {
        Product::Postgres => ("BEGIN READ ONLY", "ROLLBACK"),
        Product::MySql | Product::MariaDb => ("START TRANSACTION READ ONLY", "ROLLBACK"),
        Product::Sqlite => ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    };
    let rows = match session.execute(begin).await {
        Ok(_) => session.query(sql).await,
        Err(error) => Err(error),
    };
    let _ = session.execute(end).await;
    match rows {
        Err(error) => DataResult::Refused(error.to_string()),
        Ok(rows) if rows.is_empty() => DataResult::Holds,
        Ok(rows) => {
            let shown = rows.iter().take(SHOWN).map(|row| {
                let values = (0..row.width()).map(|at| row.get(at).unwrap_or("NULL"));
                values.collect::<Vec<_>>().join(", ")
            });
            DataResult::Rows(shown.collect(), rows.len() > SHOWN)
        }
    }
}

/// The number of rows of a table; `None` where there are more than are counted.
async fn count(session: &mut Session, name: &ObjectName) -> Result<Option<u64>, DatabaseError> {
    let quoted = dialect::of(session.product()).quote_object(name);
    let limit = MOST_ROWS + 1;
    let rows =
        session.query(&format!("SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT {limit}) AS counted")).await?;
    let count = rows.first().and_then(|row| row.text(0).parse().ok());
    Ok(count.filter(|count| *count <= MOST_ROWS))
}
