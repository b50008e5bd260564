//! `gen report`: what was done to a database, for an audit.
//!
//! Must not know what is in a report, or its forms.

use sea_gen_runner::Error;

use crate::page::audit::{audit_html, audit_markdown};
use crate::project::write_text;
use crate::workflow::audit::report;
use crate::workflow::tenants::Tenants;
use crate::workflow::{Failure, Workspace, current_folder};

use super::Ending;
use super::arguments::{AuditFormat, AuditReport, Common};
use super::paint::{self, Ink, ink};

pub(super) async fn run(common: &Common, command: &AuditReport) -> Result<Ending, Failure> {
    let workspace = match &command.tenant {
        Some(name) => of_tenant(common, name).await?,
        None => Workspace::open(common)?,
    };
    if workspace.has_tenants() && command.tenant.is_none() {
        let option = workspace.environment_option();
        paint::talk(format!("note: each tenant has a history of its own: `gen report{option} --tenant NAME`"));
    }
    let report = report(workspace, command.runs).await?;
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

/// The project with the database of one tenant.
async fn of_tenant(common: &Common, name: &str) -> Result<Workspace, Failure> {
    let tenants = Tenants::open(common, &[name.to_owned()]).await?;
    let found = tenants.tenants.first().map(|tenant| tenants.workspace_of(tenant));
    Ok(found.unwrap_or(tenants.workspace))
}
