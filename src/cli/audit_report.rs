//! `gen report`: what was done to a database, for an audit.
//!
//! Must not know what is in a report, or its forms.

use sea_gen_runner::Error;

use crate::page::audit::{audit_html, audit_markdown};
use crate::project::write_text;
use crate::workflow::audit::report;
use crate::workflow::{Failure, Workspace, current_folder};

use super::Ending;
use super::arguments::{AuditFormat, AuditReport, Common};
use super::paint::{self, Ink, ink};

pub(super) async fn run(common: &Common, command: &AuditReport) -> Result<Ending, Failure> {
    let report = report(Workspace::open(common)?, command.runs).await?;
    let format = if command.json { AuditFormat::Json } else { command.format };
    let (text, name) = match format {
        AuditFormat::Markdown => (audit_markdown(&report), "migration_audit_report.md"),
        AuditFormat::Html => (audit_html(&report), "migration_audit_report.html"),
        AuditFormat::Json => {
            let text = serde_json::to_string_pretty(&report);
            let unwritable = |error| Error::new("the report cannot be written as JSON").because(error);
            (format!("{}\n", text.map_err(unwritable)?), "migration_audit_report.json")
        }
    };
    match &command.out {
        None => paint::exact(&text),
        Some(path) => {
            let written = write_text(&current_folder()?, path, name, &text)?;
            paint::result(&format!("{} {}\n", ink(Ink::Green, "wrote"), written.display()));
        }
    }
    Ok(Ending::Done)
}
