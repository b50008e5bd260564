//! Handing over between SeaORM's `Migrator` and `gen`: `gen` adopts what the `Migrator` has applied, and gives it back.
//!
//! Must not know how a database is adopted, nor how a `Migrator` is written.

use sea_gen_runner::session::Missing;
use sea_gen_runner::{Error, ErrorKind};

use super::adopt::{Adopted, Request, set_up_project};
use super::histories::{self, Compared};
use super::seaorm::SeaOrm;
use super::{Failure, Live, Workspace};

/// Adopts what SeaORM's `Migrator` has applied, as `gen init` does, where all of its migrations are applied and the database has
/// their history: so the baseline remembers them.
///
/// # Errors
/// The database has no history of SeaORM's; migrations of the `Migrator` are not applied in it; the project is set up already;
/// those of setting up. Then nothing is written.
pub async fn take(workspace: &mut Workspace, request: Request) -> Result<(Adopted, Option<Live>), Failure> {
    let mut live = workspace.required(Missing::Refuse).await?;
    let is_set_up = workspace.lock.as_ref().is_some_and(|lock| lock.dialects.contains_key(&live.product()));
    if is_set_up && !workspace.unadopted().contains(&live.product()) {
        return Err(Error::new("the project is set up already")
            .of(ErrorKind::Refused)
            .hint("`gen status` compares the history of the `Migrator` with its own")
            .hint("to record that another database has everything already: `gen baseline`")
            .hint("to leave `gen`: `gen takeover seaorm --back`")
            .into());
    }
    let found = SeaOrm::of(&mut live.session, workspace, None).await?;
    live.session.close().await;
    let pending = found.map(|seaorm| seaorm.pending).unwrap_or_default();
    if !pending.is_empty() {
        return Err(Error::new(format!(
            "the `Migrator` has migrations that are not applied in this database: {}",
            pending.join(", ")
        ))
        .of(ErrorKind::Refused)
        .hint("apply them first, so that the baseline has what they make: `sea-orm-cli migrate up`")
        .hint("or take over from a database that has them: `--database-url …`")
        .into());
    }
    set_up_project(workspace, &Request { seaorm_history: Some(true), ..request }).await
}

/// Fills SeaORM's history with what is applied, so that the `Migrator` goes on by itself. Returns how the histories compared before.
///
/// # Errors
/// The `Migrator` does not list the migrations, so that it would refuse a history that has them; a migration is partially applied;
/// the database's refusal.
pub async fn give_back(workspace: &Workspace) -> Result<Compared, Failure> {
    let lock = workspace.sealed_lock()?;
    if !workspace.project.config.format.has_migrator() {
        return Err(Error::new(
            "the `Migrator` does not list the migrations of `gen`, so it would refuse a history that has them",
        )
        .of(ErrorKind::Refused)
        .hint("`format = \"rust\"` in the configuration, then `gen lock` writes a module for each")
        .into());
    }
    let missing = workspace.project.unregistered(lock)?;
    if !missing.is_empty() {
        return Err(Error::new("the `Migrator` does not list what is applied")
            .of(ErrorKind::Refused)
            .because(missing.join("\n"))
            .hint("`gen lock` adds what is missing")
            .into());
    }
    let mut live = workspace.required(Missing::Refuse).await?;
    if let Some(begun) = live.history.iter().find(|record| !record.status.is_done()) {
        return Err(Error::new(format!("migration `{}` is partially applied", begun.id))
            .of(ErrorKind::Interrupted)
            .hint("`gen up` goes on with it")
            .into());
    }
    histories::create(&mut live.session).await?;
    let ours = live.history.clone();
    let compared = Compared::of(&mut live.session, workspace, &ours).await.ok_or_else(|| {
        Error::new("the history of SeaORM in this database is that of another application, or the `Migrator` has one of another name")
            .of(ErrorKind::Refused)
            .hint("`gen status` shows which migrations are applied")
    })?;
    histories::follow(&mut live.session, workspace).await?;
    live.session.close().await;
    Ok(compared)
}
