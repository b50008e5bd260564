//! `gen drift adopt`: writes what has drifted as a migration, which this database is recorded as having.
//!
//! Must not change the database beyond its history.

use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::run::{self, State};
use serde_json::json;

use crate::dialect::casts::Casts;
use crate::lint::{Context, Level, lint};
use crate::project::{Batch, Snapshot, fingerprint};
use crate::workflow::{Workspace, applicable, locked};
use crate::{dialect, state};

use super::super::arguments::{Adopt, Common};
use super::super::paint::{self, Ink, ink};
use super::super::report::Failure;
use super::super::{Ending, show};
use super::Scene;
use crate::workflow::generate::next_id;

pub(super) async fn run(common: &Common, command: &Adopt) -> Result<Ending, Failure> {
    let scene = Scene::open(Workspace::open_to_write(common, "gen drift adopt")?).await?;
    scene.workspace.refuse_frozen()?;
    scene.migrations()?;
    let Scene { workspace, sealed, mut live, plan } = scene;
    let product = live.product();
    if plan.is_empty() {
        match command.run.json {
            true => paint::exact(&format!("{:#}\n", json!({ "id": null, "written": [], "drift": [] }))),
            false => paint::talk("no drift: the database has exactly what the snapshot says"),
        }
        live.session.close().await;
        return Ok(Ending::Done);
    }
    let dialect = workspace.dialect(product, false);
    let migration = Migration {
        id: next_id(&workspace, &command.name)?,
        product,
        from: Some(fingerprint(sealed.schema.schema())),
        to: Some(fingerprint(live.schema.schema())),
        up: dialect::statements(dialect, &plan, sealed.schema.schema())?,
        down: dialect::statements(dialect, &plan.inverse(sealed.schema.schema()), live.schema.alone().schema())?,
    };
    if command.run.dry_run {
        paint::exact(&migration::text(&migration));
        live.session.close().await;
        return Ok(Ending::Done);
    }
    // What the snapshot knew keeps its origin: where the code says otherwise, the next migration says so too.
    let origins = state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins);
    let project = &workspace.project;
    let mut batch = Batch::new(&project.root);
    batch.write(project.migration_path(product, &migration.id), migration::text(&migration));
    let before = Snapshot { schema: sealed.schema.schema().clone(), origins: sealed.origins.clone() };
    let after = Snapshot { schema: live.schema.schema().clone(), origins };
    after.write(&project.snapshot_folder(product), Some(&before), &mut batch)?;
    let mut lock = workspace.sealed_lock()?.clone();
    lock.append(product, locked(&migration), fingerprint(live.schema.schema()));
    batch.write(project.lock_path(), lock.text());
    let written: Vec<_> = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    let to = migration.to.as_deref();
    let file = applicable(&migration);
    let marked = run::mark(&mut live.session, &file, State::Recognised, to, run::DEFAULT_WAIT).await;
    marked.map_err(|error| {
        error.hint("the files are written; once the role may write the history table, `gen up` records the migration")
    })?;
    live.session.close().await;
    let shown: Vec<String> = written.iter().map(|path| project.shown(path).display().to_string()).collect();
    if command.run.json {
        let report = json!({
            "id": migration.id,
            "written": shown,
            "drift": show::plan_json(&plan, None, workspace.root()),
        });
        paint::exact(&format!("{report:#}\n"));
    } else {
        let steps = show::plural(plan.ops().len(), "step");
        let mut text = format!("{}: {steps}\n", ink(Ink::Green, format!("adopted as {}", migration.id)));
        text.push_str(&show::plan(&plan, None, workspace.root()));
        text.extend(shown.iter().map(|path| format!("{} {path}\n", ink(Ink::Green, "wrote"))));
        paint::result(&text);
        paint::talk("this database is recorded as having it; `gen up` applies it elsewhere");
        paint::talk(format!("unproven: `gen verify {}` runs it on a scratch database", migration.id));
        let (from, to) = (sealed.schema.schema(), live.schema.schema());
        let types = Casts { dialect, from, to };
        for finding in
            lint(&Context { plan: &plan, from, to, types: &types }).iter().filter(|it| it.level == Level::Danger)
        {
            paint::talk(format!("note: where it is applied, it {}", finding.message));
        }
    }
    Ok(Ending::Done)
}
