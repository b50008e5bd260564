//! The rows of repeatable files in the history.
//!
//! Must not know why a file is run.

use crate::Result;
use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;

use super::super::table::Table;
use super::objects::{Made, made};

/// The state of a repeatable file that was run completely.
const APPLIED: &str = "applied";

/// The row of a repeatable file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileRecord {
    /// Its path: `repeatable/active_users.sql`.
    pub path: String,
    /// The checksum of the file that was run.
    pub checksum: String,
    /// When it was run: UTC by the database's clock, `2026-11-20T20:13:00.123Z`.
    pub applied_at: String,
    /// How long it took.
    pub execution_ms: u64,
    /// `applied`, `running`, `failed`, or `outdated` where something that it names was made anew since.
    pub status: String,
    /// The objects that it made.
    pub made: Vec<Made>,
}

impl FileRecord {
    /// Whether the file was run completely, and nothing that it names was made anew since.
    pub fn is_done(&self) -> bool {
        self.status == APPLIED
    }
}

/// What is recorded of a run of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Standing {
    /// It is being run, or was interrupted.
    Running,
    /// A statement failed.
    Failed,
    /// It was run completely, in this many milliseconds.
    Applied(u64),
}

impl Table {
    /// The rows of repeatable files, by path.
    pub(in crate::run) async fn read_files(&self, session: &mut Session) -> Result<Vec<FileRecord>> {
        let Some(name) = self.found() else { return Ok(Vec::new()) };
        let journal = if self.has("journal") { "journal" } else { "NULL" };
        let sql =
            format!("SELECT id, checksum, applied_at, execution_ms, status, {journal} FROM {name} WHERE id LIKE '%/%'");
        let rows = session.query(&sql).await.map_err(|error| self.unreadable(&error))?;
        let mut records = Vec::new();
        for row in &rows {
            records.push(FileRecord {
                path: row.text(0).to_owned(),
                checksum: row.text(1).to_owned(),
                applied_at: row.text(2).to_owned(),
                execution_ms: row.text(3).parse().unwrap_or_default(),
                status: row.text(4).to_owned(),
                made: row.get(5).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            });
        }
        records.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(records)
    }

    /// Writes the row of a file in place of an earlier one.
    pub(super) async fn record_file(
        &self,
        session: &mut Session,
        (file, owner): (&SqlFile, &str),
        standing: Standing,
    ) -> Result<(), DatabaseError> {
        let Some(name) = self.found() else { return Ok(()) };
        self.forget_file(session, &file.path).await?;
        let (status, execution_ms) = match standing {
            Standing::Running => ("running", 0),
            Standing::Failed => ("failed", 0),
            Standing::Applied(execution_ms) => (APPLIED, execution_ms),
        };
        let value: Vec<String> = (1..=6).map(|index| session.placeholder(index)).collect();
        let [id, short, checksum, version, own, journal] = value.as_slice() else { return Ok(()) };
        let sql = format!(
            "INSERT INTO {name} (id, name, checksum, applied_at, execution_ms, status, direction, statements, tool_version, owner, \
             journal) VALUES ({id}, {short}, {checksum}, {}, {execution_ms}, '{status}', 'up', {}, {version}, {own}, {journal})",
            session.now(),
            file.statements.len(),
        );
        let made = serde_json::to_string(&made(file)).unwrap_or_default();
        let values = [&*file.path, file.name(), &file.checksum, env!("CARGO_PKG_VERSION"), owner, &made];
        session.execute_with(&sql, &values.map(Some)).await.map(drop)
    }

    /// Records that files have to be run again, because something that they name was made anew.
    pub(super) async fn outdate_files(&self, session: &mut Session, files: &[&SqlFile]) -> Result<(), DatabaseError> {
        let Some(name) = self.found() else { return Ok(()) };
        for file in files {
            let id = session.placeholder(1);
            let sql = format!("UPDATE {name} SET status = 'outdated' WHERE id = {id} AND status = '{APPLIED}'");
            session.execute_with(&sql, &[Some(&file.path)]).await?;
        }
        Ok(())
    }

    /// Removes the rows of all files.
    pub(super) async fn forget_files(&self, session: &mut Session) -> Result<(), DatabaseError> {
        let Some(name) = self.found() else { return Ok(()) };
        session.execute(&format!("DELETE FROM {name} WHERE id LIKE '%/%'")).await.map(drop)
    }

    /// Removes the row of a file.
    pub(super) async fn forget_file(&self, session: &mut Session, path: &str) -> Result<(), DatabaseError> {
        let Some(name) = self.found() else { return Ok(()) };
        let sql = format!("DELETE FROM {name} WHERE id = {}", session.placeholder(1));
        session.execute_with(&sql, &[Some(path)]).await.map(drop)
    }
}
