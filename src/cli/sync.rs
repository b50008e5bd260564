//! `gen sync`: brings a development database to what the entities declare, without a migration.
//!
//! Must not touch a database that is not a development one, or a frozen schema.

use sea_gen_runner::session::{Missing, Session};
use sea_gen_runner::{migration, run};
use serde_json::json;

use crate::dialect::casts::Casts;
use crate::diff::diff;
use crate::lint::allow::{Allow, flag};
use crate::lint::{Context, Finding, LOSSY_CAST, Level, lint};
use crate::plan::Plan;
use crate::schema::Normalized;
use crate::workflow::{Workspace, stakes};
use crate::{dialect, state};

use super::arguments::{Common, Sync};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Sync) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    workspace.refuse_frozen()?;
    workspace.refuse_unless_development(command.development).map_err(|failure| match failure {
        Failure::Error(error) => {
            Failure::Error(error.hint("or write a migration: `gen migration <Name>`, then `gen up`"))
        }
        other => other,
    })?;
    let files = workspace.files()?;
    // A mistake in the entities is found before an SQLite file is made.
    if workspace.database_is_absent() {
        workspace.model(&files, crate::schema::Product::Sqlite).await?;
    }
    let mut live = match command.run.dry_run {
        true => workspace.rehearsed().await?,
        false => workspace.required(Missing::Create).await?,
    };
    let product = live.product();
    let (model, warnings) = workspace.model(&files, product).await?;
    report::show_diagnostics(&warnings, &files);
    // What came in by an earlier synchronisation and is gone from the code is kept here, and left to a migration.
    let mut sealed = workspace.sealed(product)?;
    live.settle(sealed.as_mut(), Some(&model)).await?;
    let origins = match sealed {
        Some(sealed) => state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins),
        None => state::adopted(live.schema.schema()),
    };
    let target = state::reconcile(dialect::of(product), &model, &live.schema, &origins, &workspace.keeping())?;
    let plan = diff(&live.schema, &target.schema, &target.renames);
    let statements = dialect::statements(dialect::of(product), &plan, live.schema.schema())?;
    let refusal = refuse(command, (&live.schema.clone(), &target.schema), &plan, &mut live.session).await;
    if command.run.dry_run {
        paint::exact(&migration::script(product, &statements));
        return refusal.map(|()| Ending::Done);
    }
    refusal?;
    run::execute(&mut live.session, &statements, run::DEFAULT_WAIT).await?;
    live.session.close().await;
    if command.run.json {
        let report =
            json!({ "dialect": product.key(), "plan": show::plan_json(&plan, Some(&model), workspace.root()) });
        paint::exact(&format!("{report:#}\n"));
    } else if plan.is_empty() {
        paint::talk("nothing to do: the database has what the entities declare");
    } else {
        let heading = format!("{}: {}\n", ink(Ink::Green, "synchronised"), show::plural(plan.ops().len(), "step"));
        paint::result(&(heading + &show::plan(&plan, Some(&model), workspace.root())));
        paint::talk(
            "next: `gen migration <Name>` writes this as a migration; this database will be recognised as having it",
        );
    }
    Ok(Ending::Done)
}

/// Refuses what loses rows or values that are there, or fails on them, and that nobody allowed. A dry run only says so.
async fn refuse(
    command: &Sync,
    (from, to): (&Normalized, &Normalized),
    plan: &Plan,
    session: &mut Session,
) -> Result<(), Failure> {
    let dialect = dialect::of(session.product());
    let schemas = (from.schema(), to.schema());
    let types = Casts { dialect, from: schemas.0, to: schemas.1 };
    let findings = lint(&Context { plan, from: schemas.0, to: schemas.1, types: &types });
    stakes::refuse_unfit(&findings, &command.allow)?;
    let at_stake = state::stakes(dialect, from, to, plan);
    let held = stakes::held(lossy(&findings, &command.allow), &at_stake, session).await;
    if command.run.dry_run {
        held.iter().for_each(|(it, line)| paint::talk(format!("note: {line}: needs `{}`", flag(it))));
        return Ok(());
    }
    if held.is_empty() {
        return Ok(());
    }
    let (refused, lines): (Vec<&Finding>, Vec<String>) = held.into_iter().unzip();
    let what = "synchronising would lose what is there, or fail on it; nothing was run";
    Err(stakes::refusal(what, "gen sync", &lines, &refused)
        .hint("or write a migration, which can say what the values become: `gen migration <Name>`, then `gen up`")
        .into())
}

/// What is to be counted: a cast that may lose is no danger until some row loses.
fn lossy<'a>(findings: &'a [Finding], allowed: &'a [Allow]) -> impl Iterator<Item = &'a Finding> {
    findings.iter().filter(|finding| {
        (finding.level == Level::Danger || finding.rule == LOSSY_CAST)
            && !allowed.iter().any(|allow| allow.covers(finding))
    })
}
