//! Migrations written or edited by hand: their resulting schema is read from a scratch database and added to the
//! snapshot, so that entities, snapshot and databases agree. Undeclared objects in it are adopted.
//!
//! Must not know proofs.

use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::session::ConnectionOptions;

use crate::dialect::Role;
use crate::diff::diff;
use crate::plan::Plan;
use crate::project::{Batch, Snapshot, fingerprint};
use crate::proof::{Before, NO_SERVER, Reached, before, reached};
use crate::schema::{Normalized, Product, Schema};
use crate::state;

use super::{Failure, Open, Sealed, Workspace};

/// The resulting schemas of the migrations of one dialect, as far as known.
pub struct Followed {
    product: Product,
    /// The migrations, each with the schema before and after it.
    pub migrations: Vec<Migration>,
    /// The current snapshot.
    sealed: Sealed,
    /// The schema after the newest migration, or why it is unknown.
    after: Result<Normalized, Silence>,
}

/// Why the result of a migration is unknown.
#[derive(Debug)]
pub struct Silence {
    /// The reason.
    pub reason: String,
    /// Whether the migration fails and must be corrected.
    pub fails: bool,
}

/// The changes that are added to the snapshot of a dialect.
pub struct News {
    /// The dialect.
    pub product: Product,
    /// The operations.
    pub plan: Plan,
}

impl Silence {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), fails: false }
    }
}

/// Determines the results of the migrations from `first` on. `is_edited` marks those whose header is not valid any
/// more.
pub async fn follow(
    workspace: &Workspace,
    product: Product,
    mut migrations: Vec<Migration>,
    first: usize,
    is_edited: &dyn Fn(&Migration) -> bool,
) -> Result<Followed, Failure> {
    let sealed = workspace.sealed(product)?.unwrap_or_else(Sealed::nothing);
    let scope = workspace.scope();
    let server = workspace.scratch_server(product)?;
    let mut state = match &server {
        Some(server) => state_before(workspace, server, &migrations, first, &sealed).await?,
        None => Err(Silence::new(NO_SERVER)),
    };
    let last_edited = migrations.iter().rposition(is_edited).unwrap_or(first);
    for index in first..migrations.len() {
        let next = migrations.get(index + 1).and_then(|next| next.from.clone());
        let is_last = index + 1 == migrations.len();
        let Some(migration) = migrations.get_mut(index) else { break };
        if let (Ok(from), Some(server)) = (&state, &server) {
            migration.from = Some(sealed.fingerprint_of(from));
            state = match reached(server, migration, from, &sealed.schema, &scope).await? {
                Reached::Known(to) => Ok(*to),
                Reached::Unknown(reason) => Err(Silence::new(reason)),
                Reached::Fails(reason) => Err(Silence { reason, fails: true }),
            };
        }
        let known = migration.to.take();
        match &state {
            Ok(to) => migration.to = Some(sealed.fingerprint_of(to)),
            Err(_) if !is_edited(migration) => migration.to.clone_from(&known),
            Err(_) => {}
        }
        // All later migrations are unchanged.
        if index >= last_edited && state.is_ok() && migration.to == known && (is_last || next == known) {
            state = Ok(sealed.schema.clone());
            break;
        }
    }
    Ok(Followed { product, migrations, sealed, after: state })
}

/// The same without scratch databases: the results of edited migrations are unknown.
pub fn unfollowed(
    workspace: &Workspace,
    product: Product,
    mut migrations: Vec<Migration>,
    is_edited: &dyn Fn(&Migration) -> bool,
) -> Result<Followed, Failure> {
    let sealed = workspace.sealed(product)?.unwrap_or_else(Sealed::nothing);
    migrations.iter_mut().filter(|it| is_edited(it)).for_each(|migration| migration.to = None);
    Ok(Followed { product, migrations, sealed, after: Err(Silence::new("`--no-verify`")) })
}

/// Adds the unknown results of sealed migrations to the snapshot, and returns them; `None` if nothing was written.
pub async fn take_in(workspace: &Workspace, open: impl Into<Open>) -> Result<Option<Vec<News>>, Failure> {
    let lock = workspace.sealed_lock()?;
    let mut is_needed = false;
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        is_needed |= migrations.iter().any(|it| it.to.is_none() && lock.seals(*product, &it.id, &it.checksum()));
    }
    if !is_needed {
        return Ok(None);
    }
    let workspace = &Workspace::open_to_write(open, "gen verify")?;
    let mut taken = Vec::new();
    let mut lock = workspace.sealed_lock()?.clone();
    let mut batch = Batch::new(workspace.root());
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        let is_open = |it: &Migration| it.to.is_none() && lock.seals(*product, &it.id, &it.checksum());
        let Some(first) = migrations.iter().position(is_open) else { continue };
        let followed = follow(workspace, *product, migrations, first, &is_open).await?;
        if let Some(news) = followed.news() {
            workspace.refuse_frozen()?;
            taken.push(news);
        }
        followed.write(workspace, &mut lock, &mut batch)?;
    }
    if Some(&lock) == workspace.lock.as_ref() {
        return Ok(None);
    }
    workspace.project.write_lock(&lock, &mut batch)?;
    batch.commit()?;
    Ok(Some(taken))
}

/// The schema before the migration at `first`, with the expression texts of the snapshot, which is the result of the
/// newest. The `down` of an edited migration may not restore the earlier schema: then the header shows that, and the
/// earlier migrations are replayed.
pub(super) async fn state_before(
    workspace: &Workspace,
    server: &ConnectionOptions,
    migrations: &[Migration],
    first: usize,
    sealed: &Sealed,
) -> Result<Result<Normalized, Silence>, Failure> {
    // A migration generated as empty has had no effect so far, so it starts from the snapshot.
    if migrations.get(first).is_some_and(|it| it.from.as_deref() == Some(&sealed.fingerprint)) {
        return Ok(Ok(sealed.schema.clone()));
    }
    let scope = workspace.scope();
    // Where a migration before it was removed, its header names a schema that nothing leads to.
    let begins_at = match first.checked_sub(1) {
        Some(before) => migrations.get(before).and_then(|before| before.to.clone()),
        None => Some(fingerprint(&Schema::default())),
    };
    let from = migrations.get(first).and_then(|it| it.from.as_ref());
    if let (Some(at), Some(from)) = (begins_at, from)
        && at != *from
    {
        let earlier = migrations.get(..first).unwrap_or_default();
        return Ok(match before(server, earlier, first, Some(&sealed.schema), &scope).await? {
            Before::Known(from) => Ok(*from),
            Before::Unknown(reason) => Err(Silence::new(reason)),
        });
    }
    let mut to = Some(sealed.schema.clone());
    let last = migrations.len().saturating_sub(1).max(first);
    for index in (first..=last).rev() {
        to = match before(server, migrations, index, to.as_ref(), &scope).await? {
            Before::Known(from) => Some(*from),
            Before::Unknown(reason) if index == first => return Ok(Err(Silence::new(reason))),
            Before::Unknown(_) => None,
        };
    }
    Ok(to.ok_or_else(|| Silence::new("the schema before it is not known")))
}

impl Followed {
    /// The migrations that change the schema and can be proven quickly: one that runs in batches may not end with
    /// generated rows.
    pub fn provable<'a>(&'a self, ids: &'a [MigrationId]) -> impl Iterator<Item = &'a MigrationId> {
        let changes = |it: &&Migration| {
            let mut statements = it.up.iter().chain(&it.down);
            it.to.is_some()
                && it.from != it.to
                && !statements.any(|statement| matches!(statement.role, Role::Batches | Role::BatchesBy(_)))
        };
        self.migrations.iter().filter(changes).map(|it| &it.id).filter(|id| ids.contains(id))
    }

    /// The changes that the snapshot lacks.
    pub fn news(&self) -> Option<News> {
        let after = self.after.as_ref().ok().filter(|after| **after != self.sealed.schema)?;
        Some(News { product: self.product, plan: diff(&self.sealed.schema, after, &[]) })
    }

    /// Why the results of the migrations are unknown, and of which dialect.
    pub fn silence(&self) -> Option<(Product, &Silence)> {
        self.after.as_ref().err().map(|silence| (self.product, silence))
    }

    /// Adds the files to write: migrations with new headers, the lock, and the snapshot.
    pub fn write(&self, workspace: &Workspace, lock: &mut Lock, batch: &mut Batch) -> Result<(), Failure> {
        let project = &workspace.project;
        for migration in &self.migrations {
            let path = project.migration_path(self.product, &migration.id);
            let text = read_text(&path)?;
            let restated = migration.restated(&text);
            if restated != text {
                batch.write(path, restated);
            }
        }
        lock.lead(self.product, self.migrations.iter().map(|it| (it.id.clone(), it.from.clone(), it.to.clone())));
        let Ok(after) = &self.after else { return Ok(()) };
        if *after == self.sealed.schema {
            return Ok(());
        }
        let snapshot = &self.sealed;
        let origins = state::found(after.schema(), snapshot.schema.schema(), &snapshot.origins);
        let before = Snapshot { schema: snapshot.schema.schema().clone(), origins: snapshot.origins.clone() };
        let after = Snapshot { schema: after.schema().clone(), origins };
        after.write(&project.snapshot_folder(self.product), Some(&before), batch)?;
        lock.dialects.entry(self.product).or_default().fingerprint = fingerprint(&after.schema);
        Ok(())
    }
}
