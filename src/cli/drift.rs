//! `gen drift`: what the database has that the snapshot has not, and the reverse; and the two ways out of it.
//!
//! Must not change anything itself: `adopt` writes the drift as a migration, `revert` undoes it in the database.

mod adopt;
mod revert;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, run};
use serde_json::json;

use crate::diff::diff;
use crate::plan::Plan;
use crate::workflow::{Live, Sealed, Workspace, applicables};

use super::arguments::{Common, Drift, DriftWay};
use super::report::Failure;
use super::{Ending, paint, show};

pub(super) async fn run(common: &Common, command: &Drift) -> Result<Ending, Failure> {
    match &command.way {
        None => list(common, command.json).await,
        Some(DriftWay::Adopt(command)) => adopt::run(common, command).await,
        Some(DriftWay::Revert(command)) => revert::run(common, command).await,
    }
}

async fn list(common: &Common, as_json: bool) -> Result<Ending, Failure> {
    let Scene { workspace, live, plan, .. } = Scene::open(Workspace::open(common)?).await?;
    if as_json {
        let report = json!({
            "drift": show::plan_json(&plan, None, workspace.root()),
            "compared": live.comparison,
            "unmanaged": live.unmanaged,
        });
        paint::exact(&format!("{report:#}\n"));
    } else if plan.is_empty() {
        paint::talk("no drift: the database has exactly what the snapshot says");
    } else {
        paint::result(&format!("from the snapshot to the database:\n{}", show::plan(&plan, None, workspace.root())));
    }
    live.session.close().await;
    Ok(if plan.is_empty() { Ending::Done } else { Ending::Findings })
}

/// The snapshot, the database, and what leads from the one to the other.
struct Scene {
    workspace: Workspace,
    sealed: Sealed,
    live: Live,
    plan: Plan,
}

impl Scene {
    async fn open(workspace: Workspace) -> Result<Self, Failure> {
        workspace.sealed_lock()?;
        let mut live = workspace.required(Missing::Refuse).await?;
        let sealed = workspace.sealed(live.product())?;
        let mut sealed = sealed.ok_or_else(|| Error::new("there is no snapshot yet").hint("run `gen init`"))?;
        live.settle(Some(&mut sealed), None).await?;
        let plan = diff(&sealed.schema, &live.schema, &[]);
        Ok(Self { workspace, sealed, live, plan })
    }

    /// The migrations, all of them applied: while some are pending, what they would do cannot be told from drift.
    fn migrations(&self) -> Result<Vec<Migration>, Failure> {
        let migrations = self.workspace.migrations(self.live.product())?;
        self.workspace.refuse_unsealed(self.live.product(), &migrations)?;
        let pending = run::pending(&self.live.history, &applicables(&migrations))?.len();
        if pending > 0 {
            let count = show::plural(pending, "migration");
            let error =
                Error::new(format!("{count} pending on this database, so drift cannot be told from what they do"));
            return Err(error.hint("apply them first: `gen up`").into());
        }
        Ok(migrations)
    }
}
