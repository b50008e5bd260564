//! `gen drift revert`: brings the database back to what the snapshot says.
//!
//! Must not lose anything that was not allowed to go.

use sea_gen_runner::{Error, migration, run};
use serde_json::json;

use crate::dialect::casts::Casts;
use crate::diff::diff;
use crate::lint::allow::{flag, refused};
use crate::lint::{Context, lint};
use crate::workflow::{Live, Sealed, Workspace, reworded, stakes};
use crate::{dialect, state};

use super::super::arguments::{Common, Reverting};
use super::super::paint::{self, Ink, ink};
use super::super::report::Failure;
use super::super::{Ending, show};
use super::Scene;

pub(super) async fn run(common: &Common, command: &Reverting) -> Result<Ending, Failure> {
    let scene = Scene::open(Workspace::open(common)?).await?;
    scene.migrations()?;
    let Scene { workspace, sealed, mut live, .. } = scene;
    let product = live.product();
    let dialect = dialect::of(product);
    // From where the database is, and not the way here turned round: that is what a plan's start has to be.
    let plan = diff(&live.schema, &sealed.schema, &[]);
    let statements = dialect::statements(dialect, &plan, live.schema.schema())?;
    let (from, to) = (live.schema.schema(), sealed.schema.schema());
    let findings = lint(&Context { plan: &plan, from, to, types: &Casts { dialect, from, to } });
    let stakes = state::stakes(dialect, &live.schema, &sealed.schema, &plan);
    stakes::refuse_unfit(&findings, &command.allow)?;
    let refused = refused(&findings, &command.allow);
    if command.run.dry_run {
        paint::exact(&migration::script(product, &statements));
        for finding in &refused {
            paint::talk(format!("note: {} needs `{}`", finding.message, flag(finding)));
        }
        live.session.close().await;
        return Ok(Ending::Done);
    }
    if !refused.is_empty() {
        let lines = stakes::lines(&refused, &stakes, Some(&mut live.session)).await;
        live.session.close().await;
        let what = "reverting the drift would lose what cannot be brought back";
        return Err(stakes::refusal(what, "gen drift revert", &lines, &refused)
            .hint("or keep it: `gen drift adopt` writes it as a migration")
            .into());
    }
    run::execute(&mut live.session, &statements, run::DEFAULT_WAIT).await?;
    let left = left(&workspace, &sealed, &mut live).await?;
    live.session.close().await;
    if command.run.json {
        let report = json!({ "reverted": show::plan_json(&plan, None, workspace.root()), "left": left });
        paint::exact(&format!("{report:#}\n"));
    } else if plan.is_empty() {
        paint::talk("no drift: the database has exactly what the snapshot says");
    } else {
        let heading = format!("{}: {}\n", ink(Ink::Green, "reverted"), show::plural(plan.ops().len(), "step"));
        paint::result(&(heading + &show::plan(&plan, None, workspace.root())));
        left.iter().for_each(|line| paint::talk(format!("still there: {line}")));
    }
    Ok(if left.is_empty() { Ending::Done } else { Ending::Findings })
}

/// What is drift still, by the catalog's word.
async fn left(workspace: &Workspace, sealed: &Sealed, live: &mut Live) -> Result<Vec<String>, Failure> {
    let catalog = crate::introspect::introspect(&mut live.session, &workspace.scope()).await;
    let catalog = catalog.map_err(|error| Error::new("cannot read the catalog again").because(error))?;
    let reached = dialect::of(live.product()).normalize(catalog.schema)?;
    let worded = reworded(&mut live.session, &mut live.comparison, &reached, &sealed.schema).await?;
    let plan = diff(&sealed.schema, &worded.unwrap_or(reached), &[]);
    Ok(plan.ops().iter().map(ToString::to_string).collect())
}
