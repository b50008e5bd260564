//! Refuses statements that reach beyond a scratch database.
//!
//! Must not know what is proven.

use crate::migration::Migration;
use crate::outside::outside;
use crate::session::{DatabaseError, Session};
use crate::{LineNumber, Statement};

/// Where a migration reaches beyond its database, and how, in words; such a migration is run on no scratch database.
pub fn reaches_beyond(migration: &Migration) -> Option<String> {
    let mut statements = migration.up.iter().chain(&migration.down);
    statements.find_map(|statement| {
        let what = outside(migration.product, &statement.sql)?;
        let line = match statement.line {
            LineNumber(Some(line)) => format!("{}.sql:{line}: ", migration.id),
            LineNumber(None) => String::new(),
        };
        Some(format!("{line}the statement {what}, and nothing but a scratch database may be touched"))
    })
}

/// Refuses a statement that reaches beyond a scratch database.
pub(super) fn refuse(session: &Session, statement: &Statement) -> Result<(), DatabaseError> {
    if !session.is_scratch() {
        return Ok(());
    }
    match outside(session.product(), &statement.sql) {
        None => Ok(()),
        Some(what) => Err(DatabaseError::not_sent(format!(
            "it {what}, and nothing but the scratch database may be touched: it was not sent"
        ))),
    }
}
