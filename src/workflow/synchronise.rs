//! Synchronises a development database with the entities, without a migration.
//!
//! Must not touch a database that is not a development one, or a frozen schema.

use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, run};

use crate::dialect::casts::Casts;
use crate::dialect::{self, Forms, Statement};
use crate::diff::diff;
use crate::entity::{Model, SourceFiles};
use crate::lint::allow::Allow;
use crate::lint::{Context, Finding, LOSSY_CAST, Level, lint};
use crate::plan::Plan;
use crate::schema::{Normalized, Product};
use crate::state;

use super::apply::RefusedLoss;
use super::{Failure, Live, Open, Workspace, stakes};

/// The plan that synchronises a development database with the entities.
pub struct Synchronisation {
    /// The project.
    pub workspace: Workspace,
    /// The database.
    pub live: Live,
    /// The declared schema.
    pub model: Model,
    /// The operations.
    pub plan: Plan,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Losses of existing data and failures on it that nobody allowed.
    pub refused: Vec<RefusedLoss>,
    is_rehearsal: bool,
}

impl Synchronisation {
    /// Plans it. `vouched` says that the database is a development database. A rehearsal creates no SQLite file.
    ///
    /// # Errors
    /// The schema is frozen; the database is not a development database; the entities cannot be read.
    pub async fn plan(
        open: impl Into<Open>,
        vouched: bool,
        allow: &[Allow],
        is_rehearsal: bool,
    ) -> Result<Self, Failure> {
        let workspace = Workspace::open(open)?;
        workspace.refuse_frozen()?;
        workspace.refuse_unless_development(vouched).map_err(|failure| match failure {
            Failure::Error(error) => {
                Failure::Error(error.hint("or write a migration: `gen migration <Name>`, then `gen up`"))
            }
            other => other,
        })?;
        let files = workspace.files()?;
        // The entities are read before an SQLite file is created, so that a mistake in them leaves no file behind.
        if workspace.database_is_absent() {
            workspace.model(&files, Product::Sqlite).await?;
        }
        let mut live = match is_rehearsal {
            true => workspace.rehearsed().await?,
            false => workspace.required(Missing::Create).await?,
        };
        let Planned { model, plan, statements, refused } = planned(&workspace, &files, &mut live, allow).await?;
        Ok(Self { workspace, live, model, plan, statements, refused, is_rehearsal })
    }

    /// Plans it for a database that was read already, and that is known to be one for development. If that fails, the session is
    /// given back.
    ///
    /// # Errors
    /// The entities cannot be read.
    #[cfg(feature = "sea-orm")]
    pub(super) async fn on(workspace: Workspace, mut live: Live, allow: &[Allow]) -> Result<Self, Failure> {
        let done = match workspace.files() {
            Ok(files) => planned(&workspace, &files, &mut live, allow).await,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(Planned { model, plan, statements, refused }) => {
                Ok(Self { workspace, live, model, plan, statements, refused, is_rehearsal: false })
            }
            Err(failure) => {
                live.session.close().await;
                Err(failure)
            }
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// A loss that nobody allowed; a statement that fails.
    pub async fn run(&mut self) -> Result<(), Failure> {
        if self.is_rehearsal {
            return Err(Error::new("this was planned as a dry run, so nothing is run").into());
        }
        if !self.refused.is_empty() {
            let lines: Vec<String> = self.refused.iter().map(|it| it.line.clone()).collect();
            let refused: Vec<_> = self.refused.iter().map(|it| &it.finding).collect();
            let what = "synchronising would lose data or fail on existing rows; nothing was run";
            return Err(stakes::refusal(what, "gen sync", &lines, &refused)
                .hint(
                    "or write a migration, which can say what the values become: `gen migration <Name>`, then `gen up`",
                )
                .into());
        }
        Ok(run::execute(&mut self.live.session, &self.statements, run::DEFAULT_WAIT).await?)
    }
}

/// What is planned.
struct Planned {
    model: Model,
    plan: Plan,
    statements: Vec<Statement>,
    refused: Vec<RefusedLoss>,
}

async fn planned(
    workspace: &Workspace,
    files: &SourceFiles,
    live: &mut Live,
    allow: &[Allow],
) -> Result<Planned, Failure> {
    let (product, dialect) = (live.product(), dialect::of(live.product()));
    let (model, warnings) = workspace.model(files, product).await?;
    workspace.listener.diagnostics(&warnings, files);
    // Objects of an earlier synchronisation that the code no longer declares are kept here; a migration drops them.
    let mut sealed = workspace.sealed(product)?;
    live.unify_expressions(sealed.as_mut(), Some(&model)).await?;
    let declared = model.normalized(|schema| dialect.normalize(schema))?.clone();
    live.read_rows(&declared, sealed.as_ref().map(|sealed| &sealed.schema)).await?;
    let origins = match sealed {
        Some(sealed) => state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins),
        None => state::adopted(live.schema.schema()),
    };
    let target = state::reconcile(dialect, &model, &live.schema, &origins, &workspace.keeping())?;
    let plan = diff(&live.schema, &target.schema, &target.renames);
    let statements = dialect::statements(dialect, Forms::Offline, &plan, live.schema.schema())?;
    let refused = refused_losses(live, &target.schema, &plan, allow).await?;
    Ok(Planned { model, plan, statements, refused })
}

/// Losses of existing data and failures on it that nobody allowed.
async fn refused_losses(
    live: &mut Live,
    to: &Normalized,
    plan: &Plan,
    allow: &[Allow],
) -> Result<Vec<RefusedLoss>, Failure> {
    let dialect = dialect::of(live.product());
    let (before, after) = (live.schema.schema(), to.schema());
    let types = Casts { dialect, from: before, to: after };
    let findings = lint(&Context { plan, from: before, to: after, types: &types });
    stakes::refuse_unfit(&findings, allow)?;
    let at_stake = state::stakes(dialect, &live.schema, to, plan);
    let held = stakes::held(lossy(&findings, allow), &at_stake, &mut live.session).await;
    Ok(held.into_iter().map(|(finding, line)| RefusedLoss { finding: finding.clone(), line }).collect())
}

/// The findings whose rows are counted. A lossy cast counts only if some row loses its value.
fn lossy<'a>(findings: &'a [Finding], allowed: &'a [Allow]) -> impl Iterator<Item = &'a Finding> {
    findings.iter().filter(|finding| {
        (finding.level == Level::Danger || finding.rule == LOSSY_CAST)
            && !allowed.iter().any(|allow| allow.covers(finding))
    })
}
