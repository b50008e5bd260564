//! Migrations written or edited by hand: where they lead is read from a scratch database and goes into the snapshot, so that
//! entities, snapshot and databases agree about it. What no entity declares of it is adopted.
//!
//! Must not know what a proof is, or who asks.

use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::session::ConnectionOptions;

use crate::dialect::Role;
use crate::diff::diff;
use crate::plan::Plan;
use crate::project::{Batch, Snapshot, fingerprint};
use crate::proof::{Before, NO_SERVER, Reached, before, reached};
use crate::schema::{Normalized, Product};
use crate::state;

use super::{Failure, Open, Sealed, Workspace};

/// Where the migrations of one dialect lead, as far as it could be found out.
pub struct Followed {
    product: Product,
    /// The migrations, each with the states it leads from and to.
    pub migrations: Vec<Migration>,
    /// The snapshot as it is.
    sealed: Sealed,
    /// The schema after the newest migration, or why it cannot be told.
    after: Result<Normalized, Silence>,
}

/// Why it is not known where a migration leads.
#[derive(Debug)]
pub struct Silence {
    /// Why.
    pub reason: String,
    /// The migration fails, so it has to be corrected.
    pub fails: bool,
}

/// What the snapshot of a dialect takes in.
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

/// Finds out where the migrations lead from the one at `first` on. `is_edited` tells of those whose header is not to be
/// believed.
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
        // From here on everything is as it was.
        if index >= last_edited && state.is_ok() && migration.to == known && (is_last || next == known) {
            state = Ok(sealed.schema.clone());
            break;
        }
    }
    Ok(Followed { product, migrations, sealed, after: state })
}

/// The same where nobody is to find out: where the edited ones lead is not known.
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

/// Takes into the snapshot where sealed migrations lead of which that was not known so far. What it took in; `None` where nothing
/// was written.
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
    batch.write(workspace.project.lock_path(), lock.text());
    batch.commit()?;
    Ok(Some(taken))
}

/// The schema before the migration at `first`, in the words of the snapshot, which says where the newest leads. Where one was
/// edited, its new way back may not lead to what was there before: then the header says so, and what is before is replayed.
async fn state_before(
    workspace: &Workspace,
    server: &ConnectionOptions,
    migrations: &[Migration],
    first: usize,
    sealed: &Sealed,
) -> Result<Result<Normalized, Silence>, Failure> {
    // What was written as empty has changed nothing so far, so the snapshot is what it starts from.
    if migrations.get(first).is_some_and(|it| it.from.as_deref() == Some(&sealed.fingerprint)) {
        return Ok(Ok(sealed.schema.clone()));
    }
    let scope = workspace.scope();
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
    /// The migrations among these that change the schema, and can be proven in a moment: one that is sent in batches may not
    /// come to its end with values that are made up.
    pub fn provable<'a>(&'a self, ids: &'a [MigrationId]) -> impl Iterator<Item = &'a MigrationId> {
        let changes = |it: &&Migration| {
            let mut statements = it.up.iter().chain(&it.down);
            it.to.is_some() && it.from != it.to && !statements.any(|statement| statement.role == Role::Batches)
        };
        self.migrations.iter().filter(changes).map(|it| &it.id).filter(|id| ids.contains(id))
    }

    /// What the snapshot does not say yet.
    pub fn news(&self) -> Option<News> {
        let after = self.after.as_ref().ok().filter(|after| **after != self.sealed.schema)?;
        Some(News { product: self.product, plan: diff(&self.sealed.schema, after, &[]) })
    }

    /// Why it could not be found out where the migrations lead, and of which dialect.
    pub fn silence(&self) -> Option<(Product, &Silence)> {
        self.after.as_ref().err().map(|silence| (self.product, silence))
    }

    /// Adds what is to be written: the headers of the files, their lines in the lock, and the snapshot.
    pub fn write(&self, workspace: &Workspace, lock: &mut Lock, batch: &mut Batch) -> Result<(), Failure> {
        let project = &workspace.project;
        for migration in &self.migrations {
            let path = project.migration_path(self.product, &migration.id);
            let text = read_text(&path)?;
            let restated = migration::restate(&text, &migration.heading());
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
