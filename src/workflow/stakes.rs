//! Refused findings, with the number of rows or values that would be lost.
//!
//! Must not know the operation that would be executed.

use sea_gen_runner::Error;
use sea_gen_runner::session::Session;

use crate::dialect::{self, rows};
use crate::lint::Finding;
use crate::lint::allow::{Allow, flag, in_shell, unfit};
use crate::plan::cast::Stake;
use crate::schema::{Facet, Part, Place};
use crate::state::Stakes;

use super::text;

/// The messages of the refused findings, one line each, with the number of rows or values if a database is connected.
pub(crate) async fn lines(refused: &[&Finding], stakes: &Stakes, mut session: Option<&mut Session>) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in refused {
        let count = match session.as_deref_mut() {
            Some(session) => at_stake(session, stakes, finding).await,
            None => None,
        };
        lines.push(line(finding, count));
    }
    lines
}

/// The findings about a loss of existing data, with the number of rows or values; findings that cannot be counted are
/// included.
pub(crate) async fn held<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    stakes: &Stakes,
    session: &mut Session,
) -> Vec<(&'a Finding, String)> {
    let mut held = Vec::new();
    for finding in findings {
        let count = at_stake(session, stakes, finding).await;
        if count.as_ref().is_none_or(|(count, _)| *count > 0) {
            held.push((finding, line(finding, count)));
        }
    }
    held
}

fn line(finding: &Finding, count: Option<(usize, &str)>) -> String {
    let count = count.map(|(count, noun)| format!(" ({})", text::plural(count, noun)));
    format!("{}{}", finding.message, count.unwrap_or_default())
}

/// The losses that a call allows already, as a command to suggest repeats them.
pub(crate) fn allowing(allow: &[Allow]) -> String {
    allow.iter().map(|allow| format!(" --allow {}", in_shell(&allow.to_string()))).collect()
}

/// The error that lists the losses and the options that allow them.
pub(crate) fn refusal(what: &str, command: &str, lines: &[String], refused: &[&Finding]) -> Error {
    let flags: Vec<String> = refused.iter().map(|finding| flag(finding)).collect();
    Error::new(what).because(lines.join("\n")).hint(format!("allow it: `{command} {}`", flags.join(" ")))
}

/// Refuses an `allow` option that matches no finding: it is misspelt.
pub(crate) fn refuse_unfit(findings: &[Finding], allowed: &[Allow]) -> Result<(), Error> {
    match unfit(findings, allowed).into_iter().next() {
        None => Ok(()),
        Some((allow, near)) => {
            let hint = near.map_or("correct it, or leave it out".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(Error::new(format!("`--allow {allow}` matches nothing: there is no finding to allow")).hint(hint))
        }
    }
}

/// The number and the kind of what would be lost; empty if it cannot be counted.
async fn at_stake(session: &mut Session, stakes: &Stakes, finding: &Finding) -> Option<(usize, &'static str)> {
    let noun = if finding.stake == Stake::Values { "value" } else { "row" };
    Some((count(session, stakes, finding).await?, noun))
}

/// The number of rows or values that would be lost; `None` if it cannot be counted.
pub(crate) async fn count(session: &mut Session, stakes: &Stakes, finding: &Finding) -> Option<usize> {
    let sql = match stakes.query(&finding.place, finding.stake) {
        Some(query) => rows::query_text(dialect::of(session.product()), query),
        None if finding.stake == Stake::Nothing => return None,
        None => of_a_whole(session, &finding.place)?,
    };
    number(session, &sql).await
}

/// The rows of a table or the values of a column; `None` where they cannot be counted.
pub(crate) async fn count_whole(session: &mut Session, place: &Place) -> Option<usize> {
    let sql = of_a_whole(session, place)?;
    number(session, &sql).await
}

async fn number(session: &mut Session, sql: &str) -> Option<usize> {
    session.query(sql).await.ok()?.first()?.text(0).parse().ok()
}

/// Counts the rows of a table or the values of a column, without a plan.
fn of_a_whole(session: &Session, place: &Place) -> Option<String> {
    let dialect = dialect::of(session.product());
    match place {
        Place::Table(table, Part::Whole) => Some(format!("SELECT count(*) FROM {}", dialect.quote_object(table))),
        Place::Table(table, Part::Column(column, Facet::Whole)) => {
            Some(format!("SELECT count({}) FROM {}", dialect.quote(column), dialect.quote_object(table)))
        }
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
    }
}
