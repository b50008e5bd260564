//! `gen check`: the gate for CI. Entities, snapshot, lock, migrations and database agree, or it says which do not.
//!
//! Must not change anything but a scratch database of its own.

use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, run};
use serde_json::json;

use crate::dialect::reprint::Comparison;
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::introspect;
use crate::project::{Compiled, Demand};
use crate::proof::{self, Scratch};
use crate::state::Situation;
use crate::workflow::{Live, Workspace, applicables, compiled, reworded};

use super::Ending;
use super::arguments::{Check, Common};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};

/// How one check of one dialect ended.
enum Verdict {
    /// It holds.
    Holds,
    /// It does not, and these are the lines that say why.
    Fails(Vec<String>),
    /// It could not be looked at.
    Skipped(String),
}

struct Line {
    check: &'static str,
    product: Product,
    verdict: Verdict,
}

pub(super) async fn run(common: &Common, command: &Check) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let all = !(command.entities || command.lock || command.replay || command.database || command.against_compiled);
    // What SeaORM makes of the entities can be asked before there is a lock.
    if all || command.entities || command.lock || command.replay || command.database {
        workspace.sealed_lock()?;
    }
    let mut lines = Vec::new();
    // Building takes minutes the first time, so it is asked for by name.
    let compiled = if command.against_compiled { Some(Compiled::build(&workspace.project)?) } else { None };
    let mut live = None;
    let mut silence = "no database is named".to_owned();
    if all || command.replay || command.database {
        if workspace.database_is_absent() {
            silence = "the database does not exist".to_owned();
        } else {
            match workspace.live(Missing::Refuse).await {
                Ok(found) => live = found,
                Err(error) if workspace.explicit || command.database || workspace.answers().await => {
                    return Err(error.into());
                }
                Err(error) => silence = error.to_string(),
            }
        }
    }
    for product in workspace.products().to_vec() {
        let mut live = live.as_mut().filter(|live| live.product() == product);
        if all || command.entities {
            lines.push(Line {
                check: "entities",
                product,
                verdict: match !command.entities && workspace.project.is_without_sources() {
                    true => Verdict::Skipped("there are no entities here".to_owned()),
                    false => entities(&workspace, product, live.as_deref_mut()).await?,
                },
            });
        }
        if let Some(compiled) = &compiled {
            let verdict = match compiled::differences(&workspace, compiled, product).await? {
                Some(lines) => verdict(lines),
                None => Verdict::Skipped(format!("no {product} server at hand for a scratch database")),
            };
            lines.push(Line { check: "compiled", product, verdict });
        }
        if all || command.lock {
            lines.push(Line { check: "lock", product, verdict: lock(&workspace, product)? });
        }
        if all || command.replay {
            lines.push(Line { check: "replay", product, verdict: replay(&workspace, product, live.as_deref()).await? });
        }
        if all || command.database {
            let verdict = match live {
                Some(live) => database(&workspace, live).await?,
                None => Verdict::Skipped(silence.clone()),
            };
            lines.push(Line { check: "database", product, verdict });
        }
    }
    if let Some(live) = live {
        live.session.close().await;
    }
    print(&lines, command.json);
    let failed = lines.iter().any(|line| matches!(line.verdict, Verdict::Fails(_)));
    Ok(if failed { Ending::Findings } else { Ending::Done })
}

/// E = S.
async fn entities(workspace: &Workspace, product: Product, live: Option<&mut Live>) -> Result<Verdict, Failure> {
    let files = workspace.files()?;
    let (model, warnings) = workspace.model(&files, product).await?;
    if workspace.products().first() == Some(&product) {
        report::show_diagnostics(&warnings, &files);
    }
    let Some(mut sealed) = workspace.sealed(product)? else { return Ok(Verdict::Skipped("no snapshot".to_owned())) };
    let mut target = workspace.target(product, &model, &sealed.schema, &sealed.origins)?;
    if let Some(live) = live
        && target.schema != sealed.schema
        && live.settle(Some(&mut sealed), Some(&model)).await?
    {
        target = workspace.target(product, &model, &sealed.schema, &sealed.origins)?;
    }
    let mut lines: Vec<String> =
        diff(&sealed.schema, &target.schema, &target.renames).ops().iter().map(ToString::to_string).collect();
    lines.extend(target.offences.iter().map(|place| format!("{place} is declared by nobody")));
    Ok(verdict(lines))
}

/// The lock is whole (reading it has proven that), lists just the files that are there, and has a proof of each where the
/// configuration demands one.
fn lock(workspace: &Workspace, product: Product) -> Result<Verdict, Failure> {
    let migrations = workspace.migrations(product)?;
    let mut findings = workspace.unsealed(product, &migrations)?;
    if workspace.project.config.proof == Demand::Required {
        let unproven = workspace.sealed_lock()?.migrations(product).iter().filter(|line| line.proof.is_none());
        findings.extend(unproven.map(|line| format!("{} is not proven: `gen verify {}`", line.id, line.id)));
    }
    Ok(verdict(findings))
}

/// The migrations, replayed on a scratch database, lead to S, and back to nothing.
async fn replay(workspace: &Workspace, product: Product, live: Option<&Live>) -> Result<Verdict, Failure> {
    let server = workspace.scratch_server(product)?.filter(|_| live.is_some() || product == Product::Sqlite);
    let Some(server) = server else {
        return Ok(Verdict::Skipped(format!("no {product} server at hand for a scratch database")));
    };
    let Some(sealed) = workspace.sealed(product)? else { return Ok(Verdict::Skipped("no snapshot".to_owned())) };
    let migrations = workspace.migrations(product)?;
    if let Some(reason) = migrations.iter().find_map(run::reaches_beyond) {
        return Ok(Verdict::Skipped(reason));
    }
    let files = applicables(&migrations);
    let (scratch, mut session) = match Scratch::create(&server).await {
        Ok(made) => made,
        Err(error) => return Ok(Verdict::Skipped(error.to_string())),
    };
    let outcome = async {
        let beside = proof::build_beside(&mut session, sealed.schema.schema(), &migrations).await?;
        run::up(&mut session, &files, &run::Target::All, run::DEFAULT_WAIT, &mut |_| ()).await?;
        let catalog = introspect::introspect(&mut session, &workspace.scope()).await;
        let mut catalog = catalog.map_err(|error| Error::new("cannot read the scratch database").because(error))?;
        catalog.schema.tables.retain(|name, _| !beside.contains(name));
        let reached = dialect::of(product).normalize(catalog.schema)?;
        let worded = reworded(&mut session, &mut Comparison::default(), &reached, &sealed.schema).await?;
        Ok::<_, Failure>(worded.unwrap_or(reached))
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    let reached = match outcome {
        Ok(reached) => reached,
        Err(Failure::Error(error)) => return Ok(Verdict::Fails(report::with_reasons(&error))),
        Err(failure) => return Err(failure),
    };
    let lines = diff(&sealed.schema, &reached, &[]);
    Ok(verdict(lines.ops().iter().map(ToString::to_string).collect()))
}

/// D = S.
async fn database(workspace: &Workspace, live: &mut Live) -> Result<Verdict, Failure> {
    let product = live.product();
    let mut sealed = workspace.sealed(product)?;
    let headings = workspace.headings(product)?;
    let mut situation = workspace.situation(sealed.as_ref(), Some(live), None, &headings)?;
    if situation != Situation::Current && live.settle(sealed.as_mut(), None).await? {
        situation = workspace.situation(sealed.as_ref(), Some(live), None, &headings)?;
    }
    let Some(sealed) = sealed else { return Ok(Verdict::Skipped("no snapshot".to_owned())) };
    // Whatever would stop `gen up` fails the check, though the schema is what it should be.
    let migrations = workspace.migrations(product)?;
    if let Err(error) = run::pending(&live.history, &applicables(&migrations)) {
        return Ok(Verdict::Fails(report::with_reasons(&error)));
    }
    Ok(match situation {
        Situation::Current => Verdict::Holds,
        Situation::Behind => Verdict::Fails(vec!["migrations are pending: `gen up`".to_owned()]),
        Situation::Ahead => {
            Verdict::Fails(vec!["pending migrations are already there: `gen up` records them".to_owned()])
        }
        _ => verdict(diff(&sealed.schema, &live.schema, &[]).ops().iter().map(ToString::to_string).collect()),
    })
}

fn verdict(lines: Vec<String>) -> Verdict {
    if lines.is_empty() { Verdict::Holds } else { Verdict::Fails(lines) }
}

fn print(lines: &[Line], as_json: bool) {
    if as_json {
        let rows = lines.iter().map(|line| {
            let (verdict, details) = match &line.verdict {
                Verdict::Holds => ("holds", Vec::new()),
                Verdict::Fails(details) => ("fails", details.clone()),
                Verdict::Skipped(reason) => ("skipped", vec![reason.clone()]),
            };
            json!({ "check": line.check, "dialect": line.product.key(), "verdict": verdict, "details": details })
        });
        paint::exact(&format!("{:#}\n", json!({ "checks": rows.collect::<Vec<_>>() })));
        return;
    }
    let mut text = String::new();
    for line in lines {
        let (word, details) = match &line.verdict {
            Verdict::Holds => (ink(Ink::Green, "holds  "), String::new()),
            Verdict::Fails(_) => (ink(Ink::Red, "fails  "), String::new()),
            Verdict::Skipped(reason) => (ink(Ink::Yellow, "skipped"), reason.clone()),
        };
        text.push_str(format!("{word}  {:<9} {:<9} {details}", line.check, line.product.key()).trim_end());
        text.push('\n');
        if let Verdict::Fails(details) = &line.verdict {
            for detail in details.iter().flat_map(|detail| detail.lines()) {
                text.push_str(&format!("         {detail}\n"));
            }
        }
    }
    paint::result(&text);
}
