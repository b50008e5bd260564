//! What is refused until somebody allows it, and how much is at stake.
//!
//! Must not know what would be done once it is allowed.

use crate::dialect::session::Session;
use crate::dialect::{self, Dialect};
use crate::error::Error;
use crate::lint::Finding;
use crate::lint::allow::flag;
use crate::schema::{Facet, Part, Place};

use super::show;

/// What the refused findings say, a line each, with the number of rows or values where a database is at hand.
pub(super) async fn lines(refused: &[&Finding], mut session: Option<&mut Session>) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in refused {
        let count = match session.as_deref_mut() {
            Some(session) => at_stake(dialect::of(session.product()), session, finding).await,
            None => String::new(),
        };
        lines.push(format!("{}{count}", finding.message));
    }
    lines
}

/// The refusal: what would be lost, and the options that allow it.
pub(super) fn refusal(what: &str, command: &str, lines: &[String], refused: &[&Finding]) -> Error {
    let flags: Vec<String> = refused.iter().map(|finding| flag(finding)).collect();
    Error::new(what).because(lines.join("\n")).hint(format!("allow it: `{command} {}`", flags.join(" ")))
}

/// How much would be lost: ` (12 rows)`. Nothing where it cannot be counted.
async fn at_stake(dialect: &dyn Dialect, session: &mut Session, finding: &Finding) -> String {
    let (sql, noun) = match &finding.place {
        Place::Table(table, Part::Whole) => (format!("SELECT count(*) FROM {}", dialect.quote_object(table)), "row"),
        Place::Table(table, Part::Column(column, Facet::Whole)) => {
            (format!("SELECT count({}) FROM {}", dialect.quote(column), dialect.quote_object(table)), "value")
        }
        _ => return String::new(),
    };
    let rows = session.query(&sql).await.unwrap_or_default();
    let count = rows.first().and_then(|row| row.text(0).parse::<usize>().ok());
    count.map_or_else(String::new, |count| format!(" ({})", show::plural(count, noun)))
}
