//! `gen anonymize`: replaces the personal data in a copy of a database.
//!
//! Must not know how values are made or rows are changed.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::workflow::personal::anonymize::{Anonymization, Progress, ReplacedColumn};
use crate::workflow::personal::labels::labels;
use crate::workflow::{Failure, Workspace};

use super::arguments::{Anonymize, AnonymizeFormat, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

/// The variable that has the salt.
const SALT: &str = "GEN_SALT";

pub(super) async fn run(common: &Common, command: &Anonymize) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    if command.format == Some(AnonymizeFormat::AnonLabels) {
        paint::exact(&labels(&workspace).await?);
        return Ok(Ending::Done);
    }
    let mut anonymization = Anonymization::plan(&workspace).await?;
    anonymization.notes.iter().for_each(|note| paint::talk(format!("note: {note}")));
    let name = anonymization.name.clone();
    if command.dry_run {
        let columns = &anonymization.columns;
        match command.json {
            true => paint::exact(&format!("{:#}\n", json!({ "database": name, "columns": columns }))),
            false => {
                paint::result(&text(columns));
                paint::talk(format!("nothing was changed; next: `gen anonymize --yes {name}`"));
            }
        }
        anonymization.live.session.close().await;
        return Ok(Ending::Done);
    }
    anonymization.refuse_unconfirmed(&workspace, command.yes.as_deref())?;
    let salt = command.salt.clone().or_else(|| std::env::var(SALT).ok()).filter(|salt| !salt.is_empty());
    let bar = paint::stderr_is_terminal().then(|| ProgressBar::new(0));
    if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template("{bar:30} {pos}/{len} values {msg}")) {
        bar.set_style(style);
    }
    let mut watch = |progress: &Progress| {
        if let Some(bar) = &bar {
            bar.set_length(progress.all as u64);
            bar.set_position(progress.done as u64);
            bar.set_message(progress.columns.clone());
        }
        ControlFlow::Continue(())
    };
    let report = anonymization.run(salt.as_deref(), command.batch as usize, &mut watch).await;
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let report = report?;
    anonymization.live.session.close().await;
    if command.json {
        let report = json!({ "database": name, "values": report.values, "columns": report.columns, "unverified": report.unverified });
        paint::exact(&format!("{report:#}\n"));
        return Ok(Ending::Done);
    }
    let (columns, values) = (show::plural(report.columns.len(), "column"), show::plural(report.values, "value"));
    paint::result(&format!(
        "{}{} {values} in {columns} of {name}\n",
        text(&report.columns),
        ink(Ink::Green, "replaced")
    ));
    match report.unverified.is_empty() {
        true => paint::talk("verified: these columns have no value that this run has not made"),
        false => {
            paint::talk("verified: no row of these columns has a value that was there before");
            for strange in &report.unverified {
                paint::talk(format!(
                    "note: {strange} values are not of this run: see whether a trigger of the table makes them"
                ));
            }
        }
    }
    if salt.is_none() {
        paint::talk(format!(
            "note: the salt is not kept; the same `--salt` or {SALT} makes the same values in another copy"
        ));
    }
    Ok(Ending::Done)
}

fn text(columns: &[ReplacedColumn]) -> String {
    let name = |it: &ReplacedColumn| format!("{}.{}", it.table, it.column);
    let width = columns.iter().map(|it| name(it).chars().count()).max().unwrap_or_default();
    let line = |it: &ReplacedColumn| {
        let rows = show::plural(usize::try_from(it.rows).unwrap_or(usize::MAX), "row");
        format!("  {:<width$}  {:<8}  {:<10}  {rows}\n", name(it), it.kind.key(), it.rule.key())
    };
    columns.iter().map(line).collect()
}
