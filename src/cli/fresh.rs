//! `gen fresh` and `gen reset`: empties a development database, and `fresh` applies every migration.
//!
//! Must not know how a database is emptied or reverted.

use sea_gen_runner::migration;
use sea_gen_runner::run::{self, Direction, Progress};
use sea_gen_runner::sql_file::SqlFile;

use crate::workflow::Failure;
use crate::workflow::fresh::{Fresh, Reset};

use super::arguments::{Common, Emptying};
use super::progress::Talk;
use super::up::{Report, file_script, print, script};
use super::{Ending, paint};

/// Drops everything in the database and applies every migration.
pub(super) async fn fresh(common: &Common, command: &Emptying) -> Result<Ending, Failure> {
    let mut fresh = Fresh::plan(common, command.development, command.run.dry_run).await?;
    if command.run.dry_run {
        let drops = migration::script(fresh.live.product(), &fresh.drops);
        let up: Vec<_> = fresh.migrations.iter().map(|migration| (migration, Direction::Up)).collect();
        let repeatables: Vec<&SqlFile> = run::in_order(&fresh.repeatables);
        paint::exact(&format!("{drops}\n{}{}", script(&up), file_script(&repeatables)));
        return Ok(Ending::Done);
    }
    let (mut talk, mut report) = (Talk::new(), Report::begin(&command.run));
    let mut watch = |it: Progress<'_>| {
        report.hear(&it);
        talk.show(&it);
    };
    let done = fresh.run(&mut watch).await;
    talk.done();
    done?;
    print(&command.run, &report);
    fresh.live.session.close().await;
    Ok(Ending::Done)
}

/// Reverts every migration.
pub(super) async fn reset(common: &Common, command: &Emptying) -> Result<Ending, Failure> {
    let mut reset = Reset::plan(common, command.development).await?;
    if command.run.dry_run {
        let down: Vec<_> = reset.chosen()?.into_iter().map(|migration| (migration, Direction::Down)).collect();
        paint::exact(&script(&down));
        return Ok(Ending::Done);
    }
    let (mut talk, mut report) = (Talk::new(), Report::begin(&command.run));
    let mut watch = |it: Progress<'_>| {
        report.hear(&it);
        talk.show(&it);
    };
    let done = reset.run(&mut watch).await;
    talk.done();
    done?;
    print(&command.run, &report);
    reset.live.session.close().await;
    Ok(Ending::Done)
}
