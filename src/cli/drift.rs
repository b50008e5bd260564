//! `gen drift`: what the database has that the snapshot has not, and the reverse.
//!
//! Must not change anything.

use serde_json::json;

use crate::dialect::session::Missing;
use crate::diff::diff;

use super::Ending;
use super::arguments::{Common, Report};
use super::paint;
use super::report::Failure;
use super::show;
use super::states::Workspace;

pub(super) async fn run(common: &Common, command: &Report) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    workspace.sealed_lock()?;
    let mut live = workspace.required(Missing::Refuse).await?;
    let Some(mut sealed) = workspace.sealed(live.product())? else { return Ok(Ending::Done) };
    live.settle(Some(&mut sealed), None).await?;
    let plan = diff(&sealed.schema, &live.schema, &[]);
    if command.json {
        let report = json!({ "drift": show::plan_json(&plan, None, workspace.root()), "unmanaged": live.unmanaged });
        paint::result(&format!("{report:#}\n"));
    } else if plan.is_empty() {
        paint::talk("no drift: the database has exactly what the snapshot says");
    } else {
        paint::result(&format!("from the snapshot to the database:\n{}", show::plan(&plan, None, workspace.root())));
    }
    live.session.close().await;
    Ok(if plan.is_empty() { Ending::Done } else { Ending::Findings })
}
