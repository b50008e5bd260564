//! Proves migrations on scratch databases, and records the proofs in the lock.
//!
//! Must not know how proofs work.

use std::collections::BTreeSet;

use sea_gen_runner::lock_file::{Lock, Proof};
use sea_gen_runner::migration::{Migration, MigrationId};

use crate::dialect::Product;
use crate::plan::Plan;
use crate::project::{Batch, Demand, find_id};
use crate::proof::{Before, Claim, NO_SERVER, Proven, Renames, Verdict, before, prove};
use crate::schema::Normalized;

use super::{Failure, Workspace};

/// The result of a proof of one migration for one dialect.
pub struct Line {
    /// The migration.
    pub id: MigrationId,
    /// The dialect.
    pub product: Product,
    /// The verdict.
    pub verdict: Verdict,
}

/// A migration that is not written yet.
#[derive(Clone, Copy, Debug)]
pub struct UnwrittenMigration<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// The schema it starts from.
    pub from: &'a Normalized,
    /// The schema it leads to.
    pub to: &'a Normalized,
    /// The plan it was made from.
    pub plan: &'a Plan,
}

/// Proves a migration that is not written yet. `None` if the configuration asks for no proof, or the plan is empty.
pub async fn unwritten(workspace: &Workspace, unwritten: UnwrittenMigration<'_>) -> Result<Option<Verdict>, Failure> {
    let UnwrittenMigration { migration, from, to, plan } = unwritten;
    if workspace.project.config.proof == Demand::Off || plan.is_empty() {
        return Ok(None);
    }
    let Some(server) = workspace.scratch_server(migration.product)? else {
        return Ok(Some(Verdict::Unproven(NO_SERVER.to_owned())));
    };
    let claim = Claim { migration, from, to: Some(to), renames: &Renames::of(plan), scope: &workspace.scope() };
    Ok(Some(prove(&server, claim).await?))
}

/// The lock's entry for a proof.
pub fn proof(proven: &Proven) -> Proof {
    Proof { engine: proven.engine.to_string(), version: proven.version.clone() }
}

/// The results of proving some migrations.
pub struct Judged {
    /// One for each migration and dialect.
    pub lines: Vec<Line>,
    /// Migrations whose file differs from the lock.
    pub unsealed: BTreeSet<MigrationId>,
}

/// Proves the chosen migrations of each dialect and records the proofs in the lock.
pub async fn judge(
    workspace: &Workspace,
    chosen_of: Vec<(Product, Vec<Migration>, Vec<usize>)>,
) -> Result<Judged, Failure> {
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    for (product, migrations, chosen) in chosen_of {
        for (index, verdict) in verdicts(workspace, product, &migrations, &chosen).await? {
            let Some(migration) = migrations.get(index) else { continue };
            let proof = match &verdict {
                Verdict::Proven(proven) => Some(Some(proof(proven))),
                // An earlier proof is invalid now.
                Verdict::Refuted(_) => Some(None),
                Verdict::Unproven(_) => None,
            };
            found.extend(proof.map(|proof| (product, migration.id.clone(), migration.checksum(), proof)));
            lines.push(Line { id: migration.id.clone(), product, verdict });
        }
    }
    let unsealed = if found.is_empty() { BTreeSet::new() } else { note(workspace, found)? };
    Ok(Judged { lines, unsealed })
}

/// Records the results in the lock, and returns the migrations of which it seals another text. Proving is slow and does
/// not hold the project's lock, so the lock file is read again.
fn note(
    workspace: &Workspace,
    found: Vec<(Product, MigrationId, String, Option<Proof>)>,
) -> Result<BTreeSet<MigrationId>, Failure> {
    let _writer = workspace.writer("gen verify")?;
    let path = workspace.project.lock_path();
    let before = Lock::read(&path)?.unwrap_or_default();
    let mut lock = before.clone();
    let mut unsealed = BTreeSet::new();
    for (product, id, checksum, proof) in found {
        if !lock.prove(product, &id, &checksum, proof) {
            unsealed.insert(id);
        }
    }
    if lock != before {
        let mut batch = Batch::new(workspace.root());
        batch.write(&path, lock.text());
        batch.commit()?;
    }
    Ok(unsealed)
}

/// The indexes of the migrations to prove.
pub fn chosen(
    workspace: &Workspace,
    (targets, all): (&[String], bool),
    product: Product,
    migrations: &[Migration],
) -> Result<Vec<usize>, Failure> {
    let mut wanted = Vec::new();
    for text in targets {
        wanted.push(find_id(text, migrations.iter().map(|migration| &migration.id))?.clone());
    }
    let lock = workspace.sealed_lock()?;
    let proven = |migration: &Migration| {
        let checksum = migration.checksum();
        let mut lines = lock.migrations(product).iter();
        lines.any(|line| line.id == migration.id && line.checksum == checksum && line.proof.is_some())
    };
    let is_chosen = |migration: &Migration| match wanted.is_empty() {
        true => all || !proven(migration),
        false => wanted.contains(&migration.id),
    };
    Ok(migrations.iter().enumerate().filter(|(_, migration)| is_chosen(migration)).map(|(index, _)| index).collect())
}

/// Proves the chosen migrations, newest first: the snapshot is the result of the newest, and the proof of each gives
/// the result of the one before. Returns them oldest first.
async fn verdicts(
    workspace: &Workspace,
    product: Product,
    migrations: &[Migration],
    chosen: &[usize],
) -> Result<Vec<(usize, Verdict)>, Failure> {
    let mut found = Vec::new();
    let Some(oldest) = chosen.first().copied() else { return Ok(found) };
    let Some(server) = workspace.scratch_server(product)? else {
        return Ok(chosen.iter().map(|index| (*index, Verdict::Unproven(NO_SERVER.to_owned()))).collect());
    };
    let scope = workspace.scope();
    let lock = workspace.sealed_lock()?;
    let is_sealed = |it: &Migration| lock.seals(product, &it.id, &it.checksum());
    let mut to = workspace.sealed(product)?.map(|sealed| sealed.schema);
    if !scope.covers_everything() {
        to = match workspace.kept(product).await {
            Some(kept) => to.map(|to| to.with_kept(&kept)),
            None => to,
        };
    }
    for (index, migration) in migrations.iter().enumerate().skip(oldest).rev() {
        // The result of an edited migration is unknown.
        to = to.filter(|_| migration.to.is_some() && is_sealed(migration));
        let from = match before(&server, migrations, index, to.as_ref(), &scope).await? {
            Before::Known(from) => *from,
            Before::Unknown(reason) => {
                if chosen.contains(&index) {
                    found.push((index, Verdict::Unproven(reason)));
                }
                to = None;
                continue;
            }
        };
        if chosen.contains(&index) {
            let renames = Renames::written(migration);
            let claim = Claim { migration, from: &from, to: to.as_ref(), renames: &renames, scope: &scope };
            found.push((index, prove(&server, claim).await?));
        }
        to = Some(from);
    }
    found.reverse();
    Ok(found)
}
