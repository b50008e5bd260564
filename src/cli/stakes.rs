//! What is refused until somebody allows it, and how much is at stake.
//!
//! Must not know what would be done once it is allowed.

use crate::dialect::session::Session;
use crate::error::Error;
use crate::lint::Finding;
use crate::lint::allow::flag;
use crate::plan::cast::Stake;
use crate::state::Stakes;

use super::show;

/// What the refused findings say, a line each, with the number of rows or values where a database is at hand.
pub(super) async fn lines(refused: &[&Finding], stakes: &Stakes, mut session: Option<&mut Session>) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in refused {
        let count = match session.as_deref_mut() {
            Some(session) => count(session, stakes, finding).await,
            None => None,
        };
        let noun = if finding.stake == Stake::Values { "value" } else { "row" };
        let count = count.map_or_else(String::new, |count| format!(" ({})", show::plural(count, noun)));
        lines.push(format!("{}{count}", finding.message));
    }
    lines
}

/// The refusal: what would be lost, and the options that allow it.
pub(super) fn refusal(what: &str, command: &str, lines: &[String], refused: &[&Finding]) -> Error {
    let flags: Vec<String> = refused.iter().map(|finding| flag(finding)).collect();
    Error::new(what).because(lines.join("\n")).hint(format!("allow it: `{command} {}`", flags.join(" ")))
}

/// How much is at stake; `None` where it cannot be counted.
pub(super) async fn count(session: &mut Session, stakes: &Stakes, finding: &Finding) -> Option<usize> {
    let sql = stakes.query(&finding.place, finding.stake)?;
    let rows = session.query(sql).await.ok()?;
    rows.first().and_then(|row| row.text(0).parse().ok())
}
