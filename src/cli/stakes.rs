//! What is refused until somebody allows it, and how much is at stake.
//!
//! Must not know what would be done once it is allowed.

use crate::dialect;
use crate::dialect::session::Session;
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
            Some(session) => at_stake(session, finding).await,
            None => None,
        };
        lines.push(line(finding, count));
    }
    lines
}

/// The findings that throw something away that is there, with the number of rows or values; those for which nobody can tell
/// are among them.
pub(super) async fn held<'a>(findings: &'a [Finding], session: &mut Session) -> Vec<(&'a Finding, String)> {
    let mut held = Vec::new();
    for finding in findings {
        let count = at_stake(session, finding).await;
        if count.as_ref().is_none_or(|(count, _)| *count > 0) {
            held.push((finding, line(finding, count)));
        }
    }
    held
}

fn line(finding: &Finding, count: Option<(usize, &str)>) -> String {
    let count = count.map(|(count, noun)| format!(" ({})", show::plural(count, noun)));
    format!("{}{}", finding.message, count.unwrap_or_default())
}

/// The refusal: what would be lost, and the options that allow it.
pub(super) fn refusal(what: &str, command: &str, lines: &[String], refused: &[&Finding]) -> Error {
    let flags: Vec<String> = refused.iter().map(|finding| flag(finding)).collect();
    Error::new(what).because(lines.join("\n")).hint(format!("allow it: `{command} {}`", flags.join(" ")))
}

/// How much would be lost, and of what. Nothing where it cannot be counted.
async fn at_stake(session: &mut Session, finding: &Finding) -> Option<(usize, &'static str)> {
    let dialect = dialect::of(session.product());
    let (sql, noun) = match &finding.place {
        Place::Table(table, Part::Whole) => (format!("SELECT count(*) FROM {}", dialect.quote_object(table)), "row"),
        Place::Table(table, Part::Column(column, Facet::Whole)) => {
            (format!("SELECT count({}) FROM {}", dialect.quote(column), dialect.quote_object(table)), "value")
        }
        _ => return None,
    };
    let rows = session.query(&sql).await.ok()?;
    Some((rows.first()?.text(0).parse().ok()?, noun))
}
