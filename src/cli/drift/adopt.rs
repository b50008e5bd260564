//! `gen drift adopt`: writes the drift as a migration that is recorded as applied in this database.
//!
//! Must not change the database beyond its history.

use sea_gen_runner::migration;
use serde_json::json;

use crate::workflow::drift::Drift;
use crate::workflow::{Failure, Workspace};

use super::super::arguments::{Adopt, Common};
use super::super::paint::{self, Ink, ink};
use super::super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Adopt) -> Result<Ending, Failure> {
    let mut drift = Drift::open(Workspace::open_to_write(common, "gen drift adopt")?).await?;
    drift.workspace.refuse_frozen()?;
    drift.migrations()?;
    if drift.plan.is_empty() {
        match command.run.json {
            true => paint::exact(&format!("{:#}\n", json!({ "id": null, "written": [], "drift": [] }))),
            false => paint::talk("no drift: the database matches the snapshot"),
        }
        drift.live.session.close().await;
        return Ok(Ending::Done);
    }
    let migration = drift.migration(&command.name)?;
    if command.run.dry_run {
        paint::exact(&migration::text(&migration));
        drift.live.session.close().await;
        return Ok(Ending::Done);
    }
    let written = drift.adopt(&migration).await?;
    let project = &drift.workspace.project;
    let shown: Vec<String> = written.iter().map(|path| project.shown(path).display().to_string()).collect();
    let (plan, root) = (&drift.plan, drift.workspace.root());
    if command.run.json {
        let report = json!({ "id": migration.id, "written": shown, "drift": show::plan_json(plan, None, root) });
        paint::exact(&format!("{report:#}\n"));
    } else {
        let steps = show::plural(plan.ops().len(), "step");
        let mut text = format!("{}: {steps}\n", ink(Ink::Green, format!("adopted as {}", migration.id)));
        text.push_str(&show::plan(plan, None, root));
        text.extend(shown.iter().map(|path| format!("{} {path}\n", ink(Ink::Green, "wrote"))));
        paint::result(&text);
        paint::talk("this database is recorded as having it; the others get it by their next run");
        paint::talk(format!("unproven: `gen verify {}` runs it on a scratch database", migration.id));
        for finding in drift.losses() {
            paint::talk(format!("note: where it is applied, it {}", finding.message));
        }
    }
    drift.live.session.close().await;
    Ok(Ending::Done)
}
