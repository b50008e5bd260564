//! `gen drift`: shows the differences between the database and the snapshot.
//!
//! Must not know how drift is found; `adopt` turns it into a migration, `revert` reverts it.

mod adopt;
mod revert;

use serde_json::json;

use crate::workflow::{Workspace, drift, webhooks};

use super::arguments::{Common, Drift, DriftWay};
use super::report::Failure;
use super::{Ending, paint, show, tenants};

pub(super) async fn run(common: &Common, command: &Drift) -> Result<Ending, Failure> {
    match &command.way {
        None => match &command.of.tenants {
            Some(names) => tenants::drift(common, names, command.json).await,
            None => list(common, command.json).await,
        },
        Some(DriftWay::Adopt(command)) => adopt::run(common, command).await,
        Some(DriftWay::Revert(command)) => revert::run(common, command).await,
    }
}

async fn list(common: &Common, as_json: bool) -> Result<Ending, Failure> {
    let drift::Drift { workspace, live, plan, is_behind, .. } = drift::Drift::open(Workspace::open(common)?).await?;
    if as_json {
        let report = json!({
            "drift": show::plan_json(&plan, None, workspace.root()),
            "compared": live.comparison,
            "unmanaged": live.unmanaged,
        });
        paint::exact(&format!("{report:#}\n"));
    } else if is_behind {
        paint::talk("no drift: the database matches its last applied migration; `gen status` shows what is pending");
    } else if plan.is_empty() {
        paint::talk("no drift: the database matches the snapshot");
    } else {
        paint::result(&format!("from the snapshot to the database:\n{}", show::plan(&plan, None, workspace.root())));
    }
    live.session.close().await;
    if !plan.is_empty() {
        webhooks::drifted(&workspace, Some(plan.ops().len())).await;
    }
    Ok(if plan.is_empty() { Ending::Done } else { Ending::Findings })
}
