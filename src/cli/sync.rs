//! `gen sync`: synchronises a development database with the entities, without a migration.
//!
//! Must not know how synchronising works.

use sea_gen_runner::migration;
use serde_json::json;

use crate::lint::allow::flag;
use crate::workflow::Failure;
use crate::workflow::apply::RefusedLoss;
use crate::workflow::synchronise::Synchronisation;

use super::arguments::{Common, Sync};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Sync) -> Result<Ending, Failure> {
    let Sync { development, allow, run } = command;
    let mut sync = Synchronisation::plan(common, *development, allow, run.dry_run).await?;
    let product = sync.live.product();
    if run.dry_run {
        for RefusedLoss { finding, line } in &sync.refused {
            paint::talk(format!("note: {line}: needs `{}`", flag(finding)));
        }
        paint::exact(&migration::script(product, &sync.statements));
        return Ok(Ending::Done);
    }
    sync.run().await?;
    let Synchronisation { workspace, live, model, plan, .. } = sync;
    live.session.close().await;
    let root = workspace.root();
    if run.json {
        let report = json!({ "dialect": product.key(), "plan": show::plan_json(&plan, Some(&model), root) });
        paint::exact(&format!("{report:#}\n"));
    } else if plan.is_empty() {
        paint::talk("nothing to do: the database matches the entities");
    } else {
        let heading = format!("{}: {}\n", ink(Ink::Green, "synchronised"), show::plural(plan.ops().len(), "step"));
        paint::result(&(heading + &show::plan(&plan, Some(&model), root)));
        paint::talk(
            "next: `gen migration <Name>` writes this as a migration; this database will be recognised as having it",
        );
    }
    Ok(Ending::Done)
}
