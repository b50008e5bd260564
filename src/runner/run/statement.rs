//! Executes one statement according to its role: once, as a check, or in batches until it changes no row.
//!
//! Must not know the statements before or after it.

use crate::session::{DatabaseError, Session, interrupted};
use crate::{Product, Role, Statement, sql};

use super::definers::Kept;
use super::functions::{self, Functions};
use super::{Progress, ProgressCallback, batches, confined, grants, indexes, versions};

/// Why a statement was not completed.
pub(super) enum StatementError {
    /// The database refused it, or the connection is lost.
    Database(DatabaseError),
    /// A check found rows that must not exist.
    Found(FailedCheck),
    /// A function of the program failed.
    Function(functions::FailedFunction),
}

/// A failed check: its message, and the number of rows found.
#[derive(Debug, thiserror::Error)]
#[error("{message} (found: {count})")]
pub(super) struct FailedCheck {
    pub(super) message: String,
    pub(super) count: String,
}

/// The query that lists the rows that a check counts.
pub(super) fn counted(product: Product, check: &Statement) -> Option<String> {
    match check.role {
        Role::Check(_) => {
            let tokens = sql::tokens(product, check.sql.strip_prefix("SELECT count(*) FROM ")?).ok()?;
            if tokens.iter().any(|token| token.is_any(&["LIMIT", "HAVING", "GROUP", "FETCH", "UNION"])) {
                return None;
            }
            let words = tokens.iter().map(|token| if token.is_blank() { " " } else { token.text });
            Some(format!("SELECT * FROM {} LIMIT 20", words.collect::<String>()))
        }
        Role::Change | Role::Batches | Role::BatchesBy(_) | Role::Rust { .. } => None,
    }
}

impl From<DatabaseError> for StatementError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Whether the database has done nothing of a statement that failed outside a transaction. A procedure may have run some of
/// its statements, a statement on several objects may have changed some of them, and on MySQL and MariaDB a table of an
/// engine without transactions keeps the rows that were changed before the failing one.
pub(super) fn is_all_or_none(product: Product, statement: &Statement) -> bool {
    match statement.role {
        // Rows that are filled already are not filled again.
        Role::Batches | Role::BatchesBy(_) | Role::Check(_) | Role::Rust { batches: true, .. } => return true,
        Role::Rust { batches: false, .. } => return false,
        Role::Change => {}
    }
    let words = sql::words(product, &statement.sql);
    let may_do_a_part: &[&str] = match product {
        Product::Postgres => &["CALL", "DO", "REINDEX", "VACUUM", "CLUSTER"],
        Product::MySql | Product::MariaDb => &[
            "CALL", "EXECUTE", "BEGIN", "LOAD", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "DROP", "OPTIMIZE",
            "ANALYZE", "REPAIR", "IF", "FOR", "LOOP", "WHILE", "REPEAT", "CASE", "DECLARE", "GRANT", "REVOKE",
        ],
        Product::Sqlite => &[],
    };
    let drops_one =
        words.first().is_some_and(|word| word.is_word("DROP")) && !words.iter().any(|word| word.is_symbol(','));
    drops_one || words.first().is_some_and(|word| !word.is_any(may_do_a_part))
}

/// Refuses to send further statements once an interrupt was requested.
pub fn goes_on() -> Result<(), DatabaseError> {
    if !interrupted() {
        return Ok(());
    }
    Err(DatabaseError::not_sent("it was not sent: an interrupt was requested"))
}

/// Executes a statement, and returns the number of affected rows. `on_progress` gets the number of rows that a batched statement has changed so far, and the reason why a
/// statement is sent in another form.
pub(super) async fn carry_out(
    session: &mut Session,
    statement: &Statement,
    (kept, functions): (&Kept, Option<&Functions>),
    on_progress: ProgressCallback<'_>,
) -> Result<u64, StatementError> {
    confined::refuse(session, statement)?;
    goes_on()?;
    match &statement.role {
        Role::Change => {
            let around = indexes::before(session, statement).await;
            let rights = grants::before(session, statement).await;
            let mut done = kept.send(session, &statement.sql).await;
            if let Err(error) = &done
                && let Some(instead) = versions::instead(session.product(), &statement.sql, error)
            {
                on_progress(Progress::Stepping { why: versions::WHY });
                done = session.execute(&instead).await;
            }
            indexes::after(session, around, done.is_err()).await;
            if let Some(what) = grants::after(session, rights, done.is_err()).await.filter(|_| kept.notes()) {
                on_progress(Progress::Noting { what });
            }
            Ok(done?)
        }
        Role::Check(message) => {
            let found = session.query(&statement.sql).await?;
            let first = found.first().map(|row| row.text(0)).unwrap_or_default();
            if !matches!(first, "" | "0" | "f" | "false") {
                return Err(StatementError::Found(FailedCheck { message: message.clone(), count: first.to_owned() }));
            }
            Ok(0)
        }
        // Whoever records how far it got sends it in portions.
        Role::BatchesBy(_) => Ok(session.execute(&statement.sql).await?),
        Role::Batches => Ok(batches::carry_out(session, statement, on_progress).await?),
        Role::Rust { name, batches } => Ok(functions::call(session, (functions, name), *batches, on_progress).await?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_statement_has_done_nothing_unless_it_may_do_a_part() {
        let is_all_or_none = |product, sql: &str| is_all_or_none(product, &Statement::new(sql));
        for product in Product::ALL {
            for sql in ["ALTER TABLE a ADD b int", "/* x */ CREATE INDEX i ON a (b, c)", "DROP TABLE a"] {
                assert!(is_all_or_none(product, sql), "{product}: {sql}");
            }
        }
        for sql in [
            "CALL p()",
            "/* x */ UPDATE a SET b = b + 1",
            "DROP TABLE a, b",
            "INSERT INTO a SELECT 1",
            "FOR i IN 1..3 DO INSERT INTO a VALUES (i); END FOR",
        ] {
            assert!(!is_all_or_none(Product::MariaDb, sql), "{sql}");
        }
        assert!(
            is_all_or_none(Product::Postgres, "UPDATE a SET b = 1") && !is_all_or_none(Product::Postgres, "CALL p()")
        );
        let filled = Statement { role: Role::Batches, ..Statement::new("UPDATE a SET b = 1 WHERE b IS NULL LIMIT 9") };
        assert!(super::is_all_or_none(Product::MySql, &filled));
    }
}
