//! `gen drift revert`: reverts the database to the snapshot.
//!
//! Must not lose data without permission.

use sea_gen_runner::migration;
use serde_json::json;

use crate::lint::allow::flag;
use crate::workflow::drift::Drift;
use crate::workflow::{Failure, Workspace};

use super::super::arguments::{Common, Reverting};
use super::super::paint::{self, Ink, ink};
use super::super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Reverting) -> Result<Ending, Failure> {
    let mut drift = Drift::open(Workspace::open(common)?).await?;
    drift.migrations()?;
    let revert = drift.way_back(&command.allow)?;
    if command.run.dry_run {
        paint::exact(&migration::script(drift.live.product(), &revert.statements));
        for finding in &revert.refused {
            paint::talk(format!("note: {} needs `{}`", finding.message, flag(finding)));
        }
        drift.live.session.close().await;
        return Ok(Ending::Done);
    }
    let left = drift.revert(&revert).await?;
    let (plan, root) = (&revert.plan, drift.workspace.root());
    if command.run.json {
        paint::exact(&format!("{:#}\n", json!({ "reverted": show::plan_json(plan, None, root), "left": left })));
    } else if plan.is_empty() {
        paint::talk("no drift: the database matches the snapshot");
    } else {
        let heading = format!("{}: {}\n", ink(Ink::Green, "reverted"), show::plural(plan.ops().len(), "step"));
        paint::result(&(heading + &show::plan(plan, None, root)));
        left.iter().for_each(|line| paint::talk(format!("still there: {line}")));
    }
    drift.live.session.close().await;
    Ok(if left.is_empty() { Ending::Done } else { Ending::Findings })
}
