//! Checks that entities, snapshot, lock, migrations and database agree.
//!
//! Must not change anything but its own scratch database.

use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, run};

use crate::dialect::reprint::{ComparedForms, Comparison};
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::introspect;
use crate::project::{Compiled, Demand};
use crate::proof::{self, Scratch};
use crate::state::Situation;

use super::contract;
use super::histories::Compared;
use super::sealed::forked;
use super::status::obstacle;
use super::text::with_reasons;
use super::{Failure, Live, Workspace, applicables, compiled, reworded, webhooks};

/// The requested checks. None means all but the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The entities match the snapshot.
    pub entities: bool,
    /// The migration files match the lock.
    pub lock: bool,
    /// The migrations, replayed on a scratch database, lead to the snapshot.
    pub replay: bool,
    /// The database matches the snapshot.
    pub database: bool,
    /// The parsed source text matches the compiled entities. Building them takes minutes the first time.
    pub compiled: bool,
}

/// The result of one check of one dialect.
pub enum Verdict {
    /// Ok.
    Holds,
    /// Failed, with the reasons.
    Fails(Vec<String>),
    /// Skipped.
    Skipped(String),
}

/// One check of one dialect.
pub struct Line {
    /// Its name: `entities`, `lock`, `replay`, `database` or `compiled`.
    pub check: &'static str,
    /// The dialect.
    pub product: Product,
    /// The result.
    pub verdict: Verdict,
    /// The tenant whose database it is about.
    pub tenant: Option<String>,
}

/// Runs the checks.
///
/// # Errors
/// A check cannot run: the entities cannot be read, or a required database is not reachable.
pub async fn check(workspace: &Workspace, wanted: Wanted) -> Result<Vec<Line>, Failure> {
    // On the heap: a program of somebody else may run on a small stack.
    Box::pin(lines(workspace, wanted)).await
}

async fn lines(workspace: &Workspace, wanted: Wanted) -> Result<Vec<Line>, Failure> {
    let all = !(wanted.entities || wanted.lock || wanted.replay || wanted.database || wanted.compiled);
    // This check needs no lock.
    if all || wanted.entities || wanted.lock || wanted.replay || wanted.database {
        workspace.sealed_lock()?;
    }
    let mut lines = Vec::new();
    // Building takes minutes the first time, so this check runs only on request.
    let compiled = if wanted.compiled { Some(Compiled::build(&workspace.project)?) } else { None };
    let mut live = None;
    let mut silence = "no database URL is set".to_owned();
    if all || wanted.replay || wanted.database {
        if workspace.database_is_absent() {
            silence = "the database does not exist".to_owned();
        } else {
            match workspace.live(Missing::Refuse).await {
                Ok(found) => live = found,
                Err(error) if workspace.is_database_named() || wanted.database || workspace.answers().await => {
                    return Err(error.into());
                }
                Err(error) => silence = error.to_string(),
            }
        }
    }
    let is_nowhere = live.is_none();
    for product in workspace.products().to_vec() {
        let mut live = live.as_mut().filter(|live| live.product() == product);
        if all || wanted.entities {
            lines.push(Line {
                check: "entities",
                product,
                verdict: match !wanted.entities && workspace.project.is_without_sources() {
                    true => Verdict::Skipped("there are no entities here".to_owned()),
                    false => entities(workspace, product, live.as_deref_mut()).await?,
                },
                tenant: None,
            });
        }
        if let Some(compiled) = &compiled {
            let verdict = match compiled::differences(workspace, compiled, product).await? {
                Some(lines) => verdict(lines),
                None => Verdict::Skipped(format!("no {product} server available for a scratch database")),
            };
            lines.push(Line { check: "compiled", product, verdict, tenant: None });
        }
        if all || wanted.lock {
            lines.push(Line { check: "lock", product, verdict: lock(workspace, product)?, tenant: None });
        }
        if all || wanted.replay {
            lines.push(Line {
                check: "replay",
                product,
                verdict: replay(workspace, product, live.as_deref()).await?,
                tenant: None,
            });
        }
        if all || wanted.database {
            let verdict = match live {
                Some(live) => database(workspace, live).await?,
                // Whoever asks for this check alone must not take "not checked" for "passed".
                None if wanted.database && is_nowhere => Verdict::Fails(vec![silence.clone()]),
                None => Verdict::Skipped(silence.clone()),
            };
            lines.push(Line { check: "database", product, verdict, tenant: None });
        }
    }
    if let Some(live) = live {
        live.session.close().await;
    }
    Ok(lines)
}

/// E = S.
async fn entities(workspace: &Workspace, product: Product, live: Option<&mut Live>) -> Result<Verdict, Failure> {
    let files = workspace.files()?;
    let (model, warnings) = workspace.model(&files, product).await?;
    if workspace.products().first() == Some(&product) {
        workspace.listener.diagnostics(&warnings, &files);
    }
    let Some(mut sealed) = workspace.sealed(product)? else { return Ok(Verdict::Skipped("no snapshot".to_owned())) };
    let mut target = workspace.target(product, &model, &sealed.schema, &sealed.origins)?;
    if let Some(live) = live
        && target.schema != sealed.schema
        && live.unify_expressions(Some(&mut sealed), Some(&model)).await?
    {
        target = workspace.target(product, &model, &sealed.schema, &sealed.origins)?;
    }
    let mut lines: Vec<String> =
        diff(&sealed.schema, &target.schema, &target.renames).ops().iter().map(ToString::to_string).collect();
    lines.extend(target.violations.iter().map(|place| format!("{place} is not declared")));
    Ok(verdict(lines))
}

/// The lock is intact (verified on reading), matches the files, and has a proof of each if the configuration demands
/// one.
fn lock(workspace: &Workspace, product: Product) -> Result<Verdict, Failure> {
    let migrations = workspace.migrations(product)?;
    let mut findings = workspace.unsealed(product, &migrations)?;
    findings.extend(workspace.wrong_headings(product, &migrations)?);
    if let Some(id) = forked(&migrations) {
        findings.push(format!(
            "{id} starts from a schema that another migration has left: two branches were merged, run `gen merge`"
        ));
    }
    if workspace.products().first() == Some(&product) {
        findings.extend(workspace.project.unregistered(workspace.sealed_lock()?)?);
    }
    if workspace.project.config.proof == Demand::Required {
        let unproven = workspace.sealed_lock()?.migrations(product).iter().filter(|line| line.proof.is_none());
        findings.extend(unproven.map(|line| format!("{} is not proven: `gen verify {}`", line.id, line.id)));
    }
    Ok(verdict(findings))
}

/// The migrations, replayed on a scratch database, lead to S, and back to the empty schema.
async fn replay(workspace: &Workspace, product: Product, live: Option<&Live>) -> Result<Verdict, Failure> {
    let server = workspace.scratch_server(product)?.filter(|_| live.is_some() || product == Product::Sqlite);
    let Some(server) = server else {
        return Ok(Verdict::Skipped(format!("no {product} server available for a scratch database")));
    };
    let Some(sealed) = workspace.sealed_if_here(product)? else {
        return Ok(Verdict::Skipped("no snapshot".to_owned()));
    };
    let migrations = workspace.migrations(product)?;
    if let Some(reason) = migrations.iter().find_map(run::reaches_beyond) {
        return Ok(Verdict::Skipped(reason));
    }
    let (files, repeatables) = (applicables(&migrations), workspace.repeatables(product)?);
    let (scratch, mut session) = match Scratch::create(&server).await {
        Ok(made) => made,
        Err(error) => return Ok(Verdict::Skipped(error.to_string())),
    };
    let outcome = async {
        let schema = match workspace.kept(product).await {
            Some(kept) => sealed.schema.with_kept(&kept),
            None => sealed.schema.clone(),
        };
        let beside = proof::build_beside(&mut session, schema.schema(), &migrations).await?;
        let files = run::Files { migrations: &files, repeatables: &repeatables, ..run::Files::default() };
        run::go(&mut session, files, run::Course::Up(&run::Target::All), run::DEFAULT_WAIT, &mut |_| ()).await?;
        let catalog = introspect::introspect(&mut session, &workspace.scope()).await;
        let mut catalog = catalog.map_err(|error| Error::new("cannot read the scratch database").because(error))?;
        catalog.schema.tables.retain(|name, _| !beside.contains(name));
        let reached = dialect::of(product).normalize(catalog.schema)?;
        let worded =
            reworded(&mut session, &mut Comparison::default(), &reached, &sealed.schema, ComparedForms::Canonical)
                .await?;
        let reached = worded.unwrap_or(reached);
        let rows = introspect::reference_rows(&mut session, &reached, sealed.schema.schema(), &[]).await;
        let rows = rows.map_err(|error| Error::new("cannot read the scratch database").because(error))?;
        Ok::<_, Failure>(reached.with_rows(rows))
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    let reached = match outcome {
        Ok(reached) => reached,
        Err(Failure::Error(error)) => return Ok(Verdict::Fails(with_reasons(&error))),
        Err(failure) => return Err(failure),
    };
    let lines = diff(&sealed.schema, &reached, &[]);
    Ok(verdict(lines.ops().iter().map(ToString::to_string).collect()))
}

/// D = S.
async fn database(workspace: &Workspace, live: &mut Live) -> Result<Verdict, Failure> {
    let product = live.product();
    let mut sealed = workspace.sealed_if_here(product)?;
    let migrations = match workspace.standing(product, &live.history) {
        Ok(migrations) => migrations,
        Err(Failure::Error(error)) => return Ok(Verdict::Fails(with_reasons(&error))),
        Err(failure) => return Err(failure),
    };
    let headings: Vec<_> = migrations.iter().map(|migration| migration.heading()).collect();
    let mut situation = workspace.situation(sealed.as_ref(), Some(live), None, &headings)?;
    if situation != Situation::Current && live.unify_expressions(sealed.as_mut(), None).await? {
        situation = workspace.situation(sealed.as_ref(), Some(live), None, &headings)?;
    }
    if sealed.is_none() && !workspace.has_only_migrations(product) {
        return Ok(Verdict::Skipped("no snapshot".to_owned()));
    }
    // A condition that stops `gen up` fails the check, even if the schema matches.
    if let Some(error) = obstacle(live, &migrations) {
        return Ok(Verdict::Fails(with_reasons(&error)));
    }
    let mut contradictions = run::contradictions(&live.history, &applicables(&migrations));
    let history = live.history.clone();
    if let Some(compared) = Compared::of(&mut live.session, workspace, &history).await {
        contradictions.extend(compared.contradictions());
        compared.warnings().for_each(|warning| workspace.note(&format!("warning: {warning}")));
    }
    if !contradictions.is_empty() {
        return Ok(Verdict::Fails(contradictions));
    }
    Ok(match situation {
        Situation::Behind if !contract::serves(workspace, live)? => {
            Verdict::Fails(vec!["migrations are pending: `gen up`".to_owned()])
        }
        Situation::Current | Situation::Behind => {
            let due = run::repeatables(&mut live.session, &workspace.repeatables(product)?).await?.due;
            verdict(due.iter().map(|file| format!("{} has to be run: {}: `gen up`", file.path, file.reason)).collect())
        }
        Situation::Ahead => Verdict::Fails(vec![
            "the database already has the result of pending migrations: `gen up` records them".to_owned(),
        ]),
        _ => {
            webhooks::drifted(workspace, None).await;
            match sealed {
                Some(sealed) => {
                    verdict(diff(&sealed.schema, &live.schema, &[]).ops().iter().map(ToString::to_string).collect())
                }
                None => Verdict::Fails(vec![
                    "the schema is not the one after the last applied migration: `gen drift`, where the snapshots are, lists what differs"
                        .to_owned(),
                ]),
            }
        }
    })
}

fn verdict(lines: Vec<String>) -> Verdict {
    if lines.is_empty() { Verdict::Holds } else { Verdict::Fails(lines) }
}
