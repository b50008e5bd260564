//! Repeats a statement that changes some rows at a time until it changes none.
//!
//! Must not know what the statement writes, or the statements before and after it.

use crate::session::{DatabaseError, Session};
use crate::sql::{self, Token, TokenKind};
use crate::{Product, Statement};

use super::statement::{FailedCheck, StatementError, goes_on};
use super::{Progress, ProgressCallback};

/// After how many batches, and at every doubling of that number, the table's rows are counted. 1,024 of the tool's own
/// batches are ten million rows.
const MANY: u64 = 1_024;

/// How often a row may be changed. Generated statements change each row once; a hand-written one may need several passes.
const TIMES: u64 = 8;

/// Sends the statement until it changes no row. `on_progress` hears how many rows have been changed so far.
///
/// # Errors
/// The database's refusal; or the same rows are changed again and again, because a trigger takes their values back.
pub(super) async fn carry_out(
    session: &mut Session,
    statement: &Statement,
    on_progress: ProgressCallback<'_>,
) -> Result<u64, StatementError> {
    let mut changed = 0;
    for batches in 1_u64.. {
        goes_on()?;
        let batch = session.execute(&statement.sql).await?;
        if batch == 0 {
            break;
        }
        changed += batch;
        on_progress(Progress::Batch { rows: changed });
        if batches >= MANY
            && batches.is_power_of_two()
            && let Some(table) = updated(session.product(), &statement.sql)
        {
            // A user without the privilege to count the rows may still change them.
            let Ok(rows) = rows(session, &table).await else { continue };
            if changed > rows.saturating_mul(TIMES) {
                let message = format!(
                    "the batches change the same rows of {table} again and again: a trigger or a rule takes the values back"
                );
                return Err(StatementError::Found(FailedCheck {
                    message,
                    count: format!("{changed} changes, {rows} rows"),
                }));
            }
        }
    }
    Ok(changed)
}

async fn rows(session: &mut Session, table: &str) -> Result<u64, DatabaseError> {
    let counted = session.query(&format!("SELECT count(*) FROM {table}")).await?;
    Ok(counted.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default())
}

/// The table that an UPDATE names first, as the statement writes it.
fn updated(product: Product, sql: &str) -> Option<String> {
    let tokens = sql::words(product, sql);
    let mut words = tokens.iter().peekable();
    words.next().filter(|first| first.is_word("UPDATE"))?;
    while let Some(word) = words.next_if(|word| word.is_any(&["ONLY", "LOW_PRIORITY", "IGNORE", "OR"])) {
        // `OR REPLACE` and its like.
        words.next_if(|_| word.is_word("OR"));
    }
    let is_name = |token: &&Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Name);
    let mut table = words.next().filter(|it| is_name(it))?.text.to_owned();
    while words.next_if(|word| word.is_symbol('.')).is_some() {
        table = format!("{table}.{}", words.next().filter(|it| is_name(it))?.text);
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_an_update_is_read_as_it_is_written() {
        let table = |product, sql: &str| updated(product, sql);
        for (sql, expected) in [
            ("UPDATE t SET a = 1", Some("t")),
            ("update only \"s\".\"T t\" x set a = 1", Some("\"s\".\"T t\"")),
            ("/* a */ UPDATE s.t AS x SET a = 1", Some("s.t")),
            ("UPDATE OR IGNORE t SET a = 1", Some("t")),
            ("UPDATE LOW_PRIORITY IGNORE t SET a = 1", Some("t")),
            ("DELETE FROM t", None),
            ("UPDATE", None),
        ] {
            assert_eq!(table(Product::Postgres, sql).as_deref(), expected, "{sql}");
        }
        assert_eq!(table(Product::MySql, "UPDATE `a b`.`t` SET a = 1 LIMIT 9").as_deref(), Some("`a b`.`t`"));
    }
}
