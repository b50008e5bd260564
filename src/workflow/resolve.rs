//! Corrects the history by what a person knows: a migration that was applied or reverted by other means, a statement that was
//! done although nobody saw it, a database that has everything already.
//!
//! Must not know arguments, terminals or what is printed.

use sea_gen_runner::run::{self, Applicable, DEFAULT_WAIT, Direction, State};
use sea_gen_runner::session::{Missing, connect};
use sea_gen_runner::{Error, ErrorKind};

use crate::diff::diff;
use crate::project::find_id;

use super::{Failure, Known, Live, Workspace, applicable, applicables, histories, occupied, recognise};

/// What a person knows about a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was applied.
    Applied,
    /// It was not applied, or it was reverted.
    NotApplied,
    /// It was interrupted, and the statement at which it was interrupted was done.
    Done,
    /// It was interrupted, and the statement at which it was interrupted was not done.
    NotDone,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The migration.
    pub id: String,
    /// Whether the database has the schema that the verdict leads to; `None` if the file does not say which one that is.
    pub agrees: Option<bool>,
    /// How many of its statements are done, if it goes on, and in which direction.
    pub goes_on: Option<(usize, Direction)>,
}

/// Records a verdict on a migration, which is named by id, name or prefix. The database is compared first; nothing in it but the
/// history is changed.
///
/// # Errors
/// There is no such migration; the verdict is about an interrupted migration, and this one is not; the lock cannot be had.
pub async fn resolve(workspace: &Workspace, name: &str, verdict: Verdict) -> Result<Resolved, Failure> {
    workspace.refuse_protected()?;
    let mut live = workspace.required(Missing::Refuse).await?;
    let migrations = workspace.standing(live.product(), &live.history)?;
    let found = find_id(name, migrations.iter().map(|migration| &migration.id));
    // The row of a migration whose file is gone can be removed.
    let row =
        live.history.iter().find(|record| record.id == name || record.name == name).map(|record| record.id.clone());
    let id = match (found, row, verdict) {
        (Ok(id), ..) => id.to_string(),
        (Err(_), Some(id), Verdict::NotApplied | Verdict::Done | Verdict::NotDone) => id,
        (Err(error), ..) => return Err(error.into()),
    };
    let migration = migrations.iter().find(|migration| migration.id.as_str() == id);
    // A migration that was being reverted may have no file any more.
    let kept = run::kept(&live.history, &applicables(&migrations), live.product())?;
    let kept = kept.iter().find(|(migration, _)| migration.id.as_str() == id).map(Applicable::from);
    let fingerprints = fingerprints(workspace, &mut live).await?;
    let is_at = |state: Option<&String>| state.map(|state| fingerprints.contains(state));
    let mut resolved = Resolved { id, agrees: None, goes_on: None };
    let session = &mut live.session;
    workspace.attribute(session);
    match (verdict, migration.map(applicable).or(kept)) {
        (Verdict::NotApplied, file) => {
            if !live.history.iter().any(|record| record.id == resolved.id) {
                let error = Error::new(format!("migration `{}` is not recorded in this database", resolved.id));
                return Err(error.of(ErrorKind::Refused).hint("`gen status` shows the state of each migration").into());
            }
            resolved.agrees = file.and_then(|file| is_at(file.migration.from.as_ref()));
            run::forget(session, &resolved.id, DEFAULT_WAIT).await?;
        }
        (Verdict::Applied, Some(file)) => {
            resolved.agrees = is_at(file.migration.to.as_ref());
            run::mark(session, &file, State::Applied, file.migration.to.as_deref(), DEFAULT_WAIT).await?;
        }
        (Verdict::Done | Verdict::NotDone, Some(file)) => {
            let done = run::resolve(session, &file, verdict == Verdict::Done, DEFAULT_WAIT).await?;
            resolved.goes_on = Some(done);
        }
        (Verdict::Applied | Verdict::Done | Verdict::NotDone, None) => {}
    }
    histories::follow(&mut live.session, workspace).await?;
    live.session.close().await;
    Ok(resolved)
}

/// Records that a database has everything up to a migration, by default the newest one, after comparing it. Nothing in it but the
/// history is changed. Returns the migration's id.
///
/// # Errors
/// The database has another schema, with the differences, unless `force`; the migration is recorded already.
pub async fn baseline(workspace: &Workspace, name: Option<&str>, force: bool) -> Result<String, Failure> {
    workspace.refuse_protected()?;
    let mut live = workspace.required(Missing::Refuse).await?;
    let product = live.product();
    let migrations = workspace.standing(product, &live.history)?;
    let newest = migrations.last().ok_or_else(|| {
        Error::new("there is no migration to stamp this database with").hint("adopt the database: `gen init`")
    })?;
    let chosen = match name {
        Some(name) => {
            let id = find_id(name, migrations.iter().map(|migration| &migration.id))?;
            migrations.iter().find(|migration| migration.id == *id).unwrap_or(newest)
        }
        None => newest,
    };
    let id = chosen.id.to_string();
    run::pending(&live.history, &applicables(&migrations))?;
    if let Some(record) = live.history.iter().find(|record| record.id >= id) {
        let error = Error::new(format!("migration `{}` is recorded as {} here already", record.id, record.status));
        return Err(error.of(ErrorKind::Refused).hint("`gen status` shows the state of each migration").into());
    }
    let own = live.fingerprints();
    let fingerprints = fingerprints(workspace, &mut live).await?;
    let is_there = chosen.to.as_ref().is_some_and(|to| fingerprints.contains(to));
    if !is_there && !force {
        let mut error = Error::new(format!("this database does not have the schema that `{id}` leads to"));
        if chosen.id == newest.id
            && let Some(mut sealed) = workspace.sealed_if_here(product)?
        {
            live.unify_expressions(Some(&mut sealed), None).await?;
            error = error.because(occupied::listed(&diff(&live.schema, &sealed.schema, &[])));
        }
        let command = name.map_or_else(String::new, |name| format!(" {name}"));
        return Err(error
            .of(ErrorKind::Refused)
            .hint(
                "bring it to that schema: `gen diff --from database --to snapshot --format sql` prints the statements",
            )
            .hint(format!("or stamp it as it is, and `gen drift` shows what differs: `gen baseline{command} --force`"))
            .into());
    }
    let (file, scope) = (applicable(chosen), workspace.scope());
    workspace.attribute(&mut live.session);
    let Live { session, schema, history, .. } = &mut live;
    // The comparison was made before the lock was taken.
    let known = Known { history, schema: schema.schema(), fingerprints: &own };
    let (files, status) = (&[&file], State::Baseline);
    if !recognise(session, (files, status), known, &scope, DEFAULT_WAIT, &mut |_| ()).await? {
        return Err(Error::new("another process has changed this database meanwhile; nothing was recorded")
            .of(ErrorKind::Busy)
            .hint("wait for it to end and try again")
            .into());
    }
    live.session.close().await;
    Ok(id)
}

/// The runner that holds the lock of a database, in words; with `force` its session is ended, and the server rolls back what it runs.
/// On SQLite nothing is held between two statements.
///
/// # Errors
/// The user lacks the privilege to end that session.
pub async fn unlock(workspace: &Workspace, force: bool) -> Result<Option<String>, Failure> {
    if force {
        workspace.refuse_protected()?;
    }
    let connection = workspace.connection().ok_or_else(|| {
        Error::new("no database URL is set")
            .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
    })?;
    let mut session = connect(connection, Missing::Refuse).await?;
    session.name_history(workspace.project.config.history.as_deref());
    let holder = if force { run::end_holder(&mut session).await? } else { run::holder(&mut session).await };
    session.close().await;
    Ok(holder)
}

/// The fingerprints of the database, with the expression texts of the snapshot too.
async fn fingerprints(workspace: &Workspace, live: &mut Live) -> Result<Vec<String>, Failure> {
    let mut found = live.fingerprints();
    let mut sealed = workspace.sealed_if_here(live.product())?;
    if live.unify_expressions(sealed.as_mut(), None).await? {
        found.extend(live.fingerprints());
    }
    Ok(found)
}
