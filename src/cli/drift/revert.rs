//! `gen drift revert`: brings the database back to what the snapshot says.
//!
//! Must not lose anything that was not allowed to go.

use serde_json::json;

use crate::dialect::session::Session;
use crate::dialect::{self, Dialect};
use crate::diff::diff;
use crate::error::Error;
use crate::lint::allow::{flag, refused};
use crate::lint::{Finding, lint};
use crate::run;
use crate::schema::{Facet, Part, Place};
use crate::write;

use super::super::Ending;
use super::super::arguments::{Common, Revert};
use super::super::paint::{self, Ink, ink};
use super::super::report::Failure;
use super::super::show;
use super::super::states;
use super::super::wording::reworded;
use super::Scene;

pub(super) async fn run(common: &Common, command: &Revert) -> Result<Ending, Failure> {
    let scene = Scene::open(common).await?;
    scene.migrations()?;
    let Scene { workspace, sealed, mut live, .. } = scene;
    let product = live.product();
    let dialect = dialect::of(product);
    // From where the database is, and not the way here turned round: that is what a plan's start has to be.
    let plan = diff(&live.schema, &sealed.schema, &[]);
    let statements = dialect::statements(dialect, &plan, live.schema.schema())?;
    let findings = lint(&plan, live.schema.schema());
    let refused = refused(&findings, &command.allow);
    if command.run.dry_run {
        paint::result(&write::script(product, &statements));
        for finding in &refused {
            paint::talk(format!("note: {} needs `{}`", finding.message, flag(finding)));
        }
        live.session.close().await;
        return Ok(Ending::Done);
    }
    if !refused.is_empty() {
        let mut lines = Vec::new();
        for finding in &refused {
            lines.push(format!("{}{}", finding.message, at_stake(dialect, &mut live.session, finding).await));
        }
        live.session.close().await;
        let error = Error::new("reverting the drift would lose what cannot be brought back").because(lines.join("\n"));
        let flags: Vec<String> = refused.iter().map(|finding| flag(finding)).collect();
        return Err(error
            .hint(format!("allow it: `gen drift revert {}`", flags.join(" ")))
            .hint("or keep it: `gen drift adopt` writes it as a migration")
            .into());
    }
    run::execute(&mut live.session, &statements, run::DEFAULT_WAIT).await?;
    let left = left(&workspace, &sealed, &mut live).await?;
    live.session.close().await;
    if command.run.json {
        let report = json!({ "reverted": show::plan_json(&plan, None, workspace.root()), "left": left });
        paint::result(&format!("{report:#}\n"));
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
async fn left(
    workspace: &states::Workspace,
    sealed: &states::Sealed,
    live: &mut states::Live,
) -> Result<Vec<String>, Failure> {
    let catalog = crate::introspect::introspect(&mut live.session, &workspace.scope()).await;
    let catalog = catalog.map_err(|error| Error::new("cannot read the catalog again").because(error))?;
    let reached = dialect::of(live.product()).normalize(catalog.schema)?;
    let worded = reworded(&mut live.session, &mut live.comparison, &reached, &sealed.schema).await?;
    let plan = diff(&sealed.schema, &worded.unwrap_or(reached), &[]);
    Ok(plan.ops().iter().map(ToString::to_string).collect())
}

/// How much would be lost: ` (12 rows)`. Nothing where it cannot be counted.
async fn at_stake(dialect: &dyn Dialect, session: &mut Session, finding: &Finding) -> String {
    let (sql, noun) = match &finding.place {
        Place::Table(table, Part::Whole) => (format!("SELECT count(*) FROM {}", dialect.quote_object(table)), "row"),
        Place::Table(table, Part::Column(column, Facet::Whole)) => {
            (format!("SELECT count({}) FROM {}", dialect.quote(column), dialect.quote_object(table)), "value")
        }
        _ => return String::new(),
    };
    let rows = session.query(&sql).await.unwrap_or_default();
    let count = rows.first().and_then(|row| row.text(0).parse::<usize>().ok());
    count.map_or_else(String::new, |count| format!(" ({})", show::plural(count, noun)))
}
