//! `gen init`: folders, first snapshot and lock; an existing database is adopted as it is.
//!
//! Must not propose changes: what the entities declare otherwise is the next migration's business.

use serde_json::json;

use crate::dialect::session::Missing;
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::error::Error;
use crate::project::{Batch, Lock, MigrationId, Snapshot, fingerprint};
use crate::run;
use crate::schema::{Normalized, Origins, Undeclared};
use crate::state;
use crate::write::{self, Migration};

use super::Ending;
use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};
use super::show;
use super::states::{Live, Workspace, locked};
use super::up::applicable;

pub(super) async fn run(common: &Common, command: &arguments::Init) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open(common)?;
    if workspace.lock.is_some() {
        return Err(Error::new(format!("{} is set up already", workspace.root().display()))
            .hint("`gen status` shows how things stand")
            .into());
    }
    let mut configuration = None;
    if !command.dialects.is_empty() && command.dialects != workspace.products() {
        if !workspace.project.config.dialects.is_empty() {
            return Err(Error::new("the configuration names other dialects")
                .hint("change `dialects` there, or leave `--dialect` out")
                .into());
        }
        workspace.project.dialects = command.dialects.clone();
        configuration = Some(dialects_line(&command.dialects));
    }
    let files = workspace.files()?;
    let mut models = Vec::new();
    for (index, product) in workspace.products().to_vec().into_iter().enumerate() {
        let (model, warnings) = workspace.model(&files, product)?;
        if index == 0 {
            report::show_diagnostics(&warnings, &files);
        }
        models.push((product, model));
    }
    let mut live = if workspace.database_is_absent() { None } else { workspace.live(Missing::Refuse).await? };
    if let Some(text) = configuration {
        let path = workspace.root().join("gen.toml");
        if path.exists() {
            return Err(Error::new("gen.toml exists and names no dialects")
                .hint(format!("add this line to it: {text}"))
                .into());
        }
        let mut batch = Batch::new(workspace.root());
        batch.write(path, format!("{text}\n"));
        batch.commit()?;
    }
    if let Some(live) = &mut live {
        speak_like(live, &models).await?;
    }
    let baseline = set_up(&mut workspace, &models, live.as_ref())?;
    if let (Some(live), Some(baseline)) = (live.as_mut(), &baseline) {
        let file = applicable(baseline);
        let to = baseline.to.as_deref();
        let recorded = run::mark(&mut live.session, &file, run::Status::Baseline, to, run::DEFAULT_WAIT).await;
        recorded.map_err(|error| {
            error.hint(
                "the files are written; once the role may create the history table, `gen up` records the baseline",
            )
        })?;
    }
    print(&workspace, command.json, live.as_ref(), baseline.as_ref())?;
    if let Some(live) = live {
        live.session.close().await;
    }
    Ok(Ending::Done)
}

fn dialects_line(products: &[Product]) -> String {
    let keys: Vec<String> = products.iter().map(|product| format!("\"{}\"", product.key())).collect();
    format!("dialects = [{}]", keys.join(", "))
}

/// What the code declares is adopted in the words of the code.
pub(super) async fn speak_like(live: &mut Live, models: &[(Product, Model)]) -> Result<(), Failure> {
    let product = live.product();
    if let Some((_, model)) = models.iter().find(|(other, _)| *other == product) {
        live.settle(None, Some(model)).await?;
    }
    Ok(())
}

/// Writes the first snapshot of every dialect and the lock. A database that has something in it is adopted: its schema is
/// the snapshot, what no entity declares is marked as adopted, and a baseline migration produces it elsewhere. Gives back
/// that baseline, which is still to be recorded in the database.
pub(super) fn set_up(
    workspace: &mut Workspace,
    models: &[(Product, Model)],
    live: Option<&Live>,
) -> Result<Option<Migration>, Failure> {
    let project = &workspace.project;
    let mut lock = Lock::new(&project.dialects);
    let mut batch = Batch::new(&project.root);
    let mut baseline = None;
    for (product, model) in models {
        let folder = project.snapshot_folder(*product);
        let adopted = live.filter(|live| live.product() == *product && !live.schema.schema().is_empty());
        let Some(live) = adopted else {
            Snapshot::default().write(&folder, None, &mut batch)?;
            continue;
        };
        let origins = adopted_origins(*product, model, &live.schema)?;
        let migration = baseline_migration(*product, &live.schema)?;
        batch.write(project.migration_path(*product, &migration.id), write::text(&migration));
        Snapshot { schema: live.schema.schema().clone(), origins }.write(&folder, None, &mut batch)?;
        lock.append(*product, locked(&migration), fingerprint(live.schema.schema()));
        baseline = Some(migration);
    }
    batch.write(project.lock_path(), lock.text());
    batch.commit()?;
    workspace.lock = Some(lock);
    Ok(baseline)
}

/// Who declares what of a database's schema: whatever an entity or an SQL file declares is theirs, all else is adopted.
fn adopted_origins(product: Product, model: &Model, schema: &Normalized) -> Result<Origins, Failure> {
    let nobody = state::adopted(schema.schema());
    let target = state::reconcile(dialect::of(product), model, schema, &nobody, Undeclared::Keep)?;
    Ok(nobody.listed().map(|(place, _)| (place.clone(), target.origins.of(place))).collect())
}

fn baseline_migration(product: Product, schema: &Normalized) -> Result<Migration, Failure> {
    let nothing = dialect::nothing();
    let plan = diff(&nothing, schema, &[]);
    let dialect = dialect::of(product);
    Ok(Migration {
        id: MigrationId::new("baseline", jiff::Timestamp::now(), &[])?,
        product,
        from: Some(fingerprint(nothing.schema())),
        to: Some(fingerprint(schema.schema())),
        up: dialect::statements(dialect, &plan, nothing.schema())?,
        down: dialect::statements(dialect, &plan.inverse(), schema.schema())?,
    })
}

fn print(workspace: &Workspace, json: bool, live: Option<&Live>, baseline: Option<&Migration>) -> Result<(), Failure> {
    let keys: Vec<&str> = workspace.products().iter().map(|product| product.key()).collect();
    let folders = workspace.project.entity_paths()?;
    let adopted = match baseline {
        Some(migration) => {
            workspace.sealed(migration.product)?.map(|sealed| show::adopted_counts(&sealed.origins)).unwrap_or_default()
        }
        None => Default::default(),
    };
    if json {
        let report = json!({
            "dialects": keys,
            "entities": folders,
            "baseline": baseline.map(|migration| &migration.id),
            "adopted": adopted,
            "unmanaged": live.map(|live| &live.unmanaged),
        });
        paint::result(&format!("{report:#}\n"));
        return Ok(());
    }
    let mut text = format!("{} for {}\n", ink(Ink::Green, "set up"), keys.join(", "));
    for folder in folders {
        text.push_str(&format!("  entities   {}\n", folder.display()));
    }
    if let (Some(live), Some(baseline)) = (live, baseline) {
        text.push_str(&format!("  adopted    {} as {}\n", show::counts(live.schema.schema()), baseline.id));
        if !adopted.is_empty() {
            let parts: Vec<String> = adopted.iter().map(|(kind, count)| show::plural(*count, kind)).collect();
            text.push_str(&format!("  undeclared {} (kept)\n", parts.join(", ")));
        }
        for unmanaged in &live.unmanaged {
            text.push_str(&format!("  unmanaged  {}: {}\n", unmanaged.object, unmanaged.reason));
        }
    }
    let beyond = if baseline.is_some() { " beyond that" } else { "" };
    let name = if baseline.is_some() { "<Name>" } else { "Initial" };
    text.push_str(&format!("\nnext: `gen migration {name}` writes what the entities declare{beyond}\n"));
    paint::result(&text);
    Ok(())
}
