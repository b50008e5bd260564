//! Inserts rows into a database: one transaction, many rows per statement.
//!
//! Must not know how rows are generated.

use sea_gen_runner::run::goes_on;
use sea_gen_runner::session::{DatabaseError, Session};
use sea_gen_runner::{Error, Result};

use crate::dialect::{self, Product};
use crate::schema::ObjectName;
use crate::seed::{self, Filled, Seeds};

/// The result of inserting rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// The number of inserted rows of each table.
    pub tables: Vec<(ObjectName, usize)>,
    /// Omissions, in words.
    pub notes: Vec<String>,
}

impl SeedReport {
    /// The total number of rows.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Progress callback: the number of rows so far, and the current table.
pub type SeedProgress<'a> = &'a mut (dyn FnMut(usize, &ObjectName) + Send);

/// Inserts rows in one transaction. A row that the database rejects for a reason that the schema does not show is left out
/// and reported.
///
/// # Errors
/// The transaction could not be begun or committed; then nothing is in the database.
pub async fn fill(session: &mut Session, seeds: &Seeds, progress: SeedProgress<'_>) -> Result<SeedReport> {
    let failed = |error| Error::new("the rows could not be written; nothing was changed").because(error);
    session.begin().await.map_err(failed)?;
    let lacking = |report: &SeedReport| {
        let pairs = seeds.tables.iter().zip(&report.tables);
        pairs.into_iter().any(|(filled, (_, rows))| filled.referred && *rows < filled.rows.len())
    };
    let filled = match inside(session, seeds, progress).await {
        // If foreign keys are disabled rather than deferred, a missing row may be a referenced one.
        Ok(report) if seeds.deferred && unchecked(session.product()) && lacking(&report) => {
            Err(DatabaseError { message: report.notes.join("; "), code: None })
        }
        Ok(report) => session.commit().await.map(|()| report),
        Err(error) => Err(error),
    };
    let (_, after) = seed::around(session.product());
    if filled.is_err() {
        let _ = session.rollback().await;
    }
    if let Some(after) = after.filter(|_| seeds.deferred) {
        session.execute(after).await.map_err(failed)?;
    }
    filled.map_err(failed)
}

fn unchecked(product: Product) -> bool {
    matches!(product, Product::MySql | Product::MariaDb)
}

async fn inside(session: &mut Session, seeds: &Seeds, progress: SeedProgress<'_>) -> Result<SeedReport, DatabaseError> {
    let dialect = dialect::of(session.product());
    let mut report = SeedReport { tables: Vec::new(), notes: seeds.notes.clone() };
    if seeds.deferred {
        session.execute(seed::around(session.product()).0).await?;
    }
    let mut so_far = 0;
    for filled in &seeds.tables {
        progress(so_far, &filled.table);
        let rows = insert(session, filled, &mut report.notes).await?;
        so_far += rows;
        report.tables.push((filled.table.clone(), rows));
    }
    for filled in &seeds.tables {
        progress(so_far, &filled.table);
        let mut refused = None;
        for sql in seed::later(dialect, filled) {
            if let Err(error) = tried(session, &sql).await? {
                refused.get_or_insert((error, sql));
            }
        }
        // A table whose rows were all rejected has nothing to number.
        for sql in seed::counters(dialect, filled) {
            let _ = read(session, &sql).await?;
        }
        if let Some((error, _)) = refused {
            report.notes.push(format!("`{}`: some references were rejected: {error}", filled.table));
        }
    }
    Ok(report)
}

async fn insert(session: &mut Session, filled: &Filled, notes: &mut Vec<String>) -> Result<usize, DatabaseError> {
    let mut inserted = 0;
    let mut refused: Option<(usize, DatabaseError)> = None;
    for insert in seed::inserts(dialect::of(session.product()), filled) {
        if tried(session, &insert.sql).await?.is_ok() {
            inserted += insert.rows;
            continue;
        }
        for sql in &insert.single {
            match tried(session, sql).await? {
                Ok(_) => inserted += 1,
                Err(error) => {
                    refused = Some(refused.map_or((1, error), |(count, first)| (count + 1, first)));
                }
            }
        }
    }
    if let Some((count, error)) = refused {
        notes.push(format!("`{}` lacks {count} of {} rows: {error}", filled.table, filled.rows.len()));
    }
    Ok(inserted)
}

/// Executes a statement that may fail without aborting the transaction.
async fn tried(session: &mut Session, sql: &str) -> Result<Result<u64, DatabaseError>, DatabaseError> {
    goes_on()?;
    // Only on PostgreSQL does a failed statement abort the transaction.
    if session.product() != Product::Postgres {
        return Ok(session.execute(sql).await);
    }
    session.execute("SAVEPOINT row").await?;
    let result = session.execute(sql).await;
    session.execute(if result.is_ok() { "RELEASE SAVEPOINT row" } else { "ROLLBACK TO SAVEPOINT row" }).await?;
    Ok(result)
}

async fn read(session: &mut Session, sql: &str) -> Result<bool, DatabaseError> {
    session.execute("SAVEPOINT row").await?;
    let result = session.query(sql).await;
    session.execute(if result.is_ok() { "RELEASE SAVEPOINT row" } else { "ROLLBACK TO SAVEPOINT row" }).await?;
    Ok(result.is_ok())
}
