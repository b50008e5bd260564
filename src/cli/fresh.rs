//! `gen fresh` and `gen reset`: empties a development database, and `fresh` applies every migration.
//!
//! Must not touch a database that is not a development one.

use sea_gen_runner::migration;
use sea_gen_runner::run::{self, DEFAULT_WAIT, Target};
use sea_gen_runner::session::Missing;

use crate::dialect::{self, Forms};
use crate::diff::diff;
use crate::workflow::{Workspace, applicables};

use super::arguments::{Common, Emptying};
use super::progress::Talk;
use super::report::Failure;
use super::up::{print, script};
use super::{Ending, paint};

/// Drops everything in the database and applies every migration.
pub(super) async fn fresh(common: &Common, command: &Emptying) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    workspace.sealed_lock()?;
    workspace.refuse_unless_development(command.development)?;
    let mut live = match command.run.dry_run {
        true => workspace.rehearsed().await?,
        false => workspace.required(Missing::Create).await?,
    };
    let product = live.product();
    let migrations = workspace.migrations(product)?;
    workspace.refuse_unsealed(product, &migrations)?;
    let files = applicables(&migrations);
    let drop = diff(&live.schema, &dialect::nothing(), &[]);
    let statements = dialect::statements(dialect::of(product), Forms::Offline, &drop, live.schema.schema())?;
    if command.run.dry_run {
        let all = migrations.iter().map(|migration| (migration, run::Direction::Up)).collect::<Vec<_>>();
        paint::exact(&format!("{}\n{}", migration::script(product, &statements), script(&all)));
        return Ok(Ending::Done);
    }
    run::execute(&mut live.session, &statements, DEFAULT_WAIT).await?;
    run::forget_all(&mut live.session, DEFAULT_WAIT).await?;
    let mut talk = Talk::new();
    let outcomes =
        run::go(&mut live.session, &files, run::Course::Up(&Target::All), DEFAULT_WAIT, &mut |it| talk.show(&it)).await;
    talk.done();
    print(&command.run, &outcomes?);
    live.session.close().await;
    Ok(Ending::Done)
}

/// Reverts every migration.
pub(super) async fn reset(common: &Common, command: &Emptying) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    workspace.sealed_lock()?;
    workspace.refuse_unless_development(command.development)?;
    let mut live = workspace.required(Missing::Refuse).await?;
    let product = live.product();
    let migrations = workspace.migrations(product)?;
    workspace.refuse_unsealed(product, &migrations)?;
    let files = applicables(&migrations);
    let chosen = run::to_revert(&live.history, &files, &Target::All, product);
    let chosen = chosen.map_err(|error| error.hint("`gen fresh` empties the database without reverting"))?;
    if command.run.dry_run {
        let all: Vec<_> = chosen.into_iter().map(|file| (file.migration, run::Direction::Down)).collect();
        paint::exact(&script(&all));
        return Ok(Ending::Done);
    }
    let mut talk = Talk::new();
    let outcomes =
        run::go(&mut live.session, &files, run::Course::Down(&Target::All), DEFAULT_WAIT, &mut |it| talk.show(&it))
            .await;
    talk.done();
    print(&command.run, &outcomes?);
    live.session.close().await;
    Ok(Ending::Done)
}
