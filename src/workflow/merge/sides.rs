//! The two branches that are merged: which of them comes first, and what both say of a release.
//!
//! Must not know schemas or files.

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Frozen, Lock};
use sea_gen_runner::migration::MigrationId;

use crate::dialect::Product;
use crate::project::{Branches, Revision, Side};

use super::Failure;

/// The branch whose migrations are on a main branch already, else ours.
pub(super) fn first_side(branches: &Branches) -> Side {
    if branches.is_on_top {
        return Side::Ours;
    }
    let base = branches.base.as_ref().and_then(|base| base.lock.as_ref());
    let new = |side: &Revision| -> Vec<(Product, MigrationId)> {
        let dialects = side.lock.iter().flat_map(|lock| &lock.dialects);
        let all =
            dialects.flat_map(|(product, locked)| locked.migrations.iter().map(|line| (*product, line.id.clone())));
        let is_new = |(product, id): &(Product, MigrationId)| !base.is_some_and(|base| has(base, *product, id));
        all.filter(is_new).collect()
    };
    let (ours, theirs) = (new(&branches.ours), new(&branches.theirs));
    for main in branches.main.iter().filter_map(|main| main.lock.as_ref()) {
        let is_there =
            |ids: &[(Product, MigrationId)]| !ids.is_empty() && ids.iter().all(|(product, id)| has(main, *product, id));
        match (is_there(&ours), is_there(&theirs)) {
            (true, false) => return Side::Ours,
            (false, true) => return Side::Theirs,
            _ => {}
        }
    }
    Side::Ours
}

fn has(lock: &Lock, product: Product, id: &MigrationId) -> bool {
    lock.migrations(product).iter().any(|line| line.id == *id)
}

/// The lock of the first branch, frozen if either branch has frozen the schema since.
pub(super) fn locked(branches: &Branches, first: Side) -> Result<Lock, Failure> {
    let [first, later] = [first, first.other()].map(|it| side(branches, it).lock.clone());
    let frozen = |lock: &Option<Lock>| lock.as_ref().and_then(|lock| lock.frozen.clone());
    let before: Option<Frozen> = branches.base.as_ref().and_then(|base| frozen(&base.lock));
    let [own, other] = [frozen(&first), frozen(&later)];
    let Some(mut lock) = first.or(later) else {
        return Err(Error::new("neither branch has a lock").hint("run `gen init` to set the project up").into());
    };
    lock.frozen = if own == before { other } else { own };
    Ok(lock)
}

pub(super) fn side(branches: &Branches, side: Side) -> &Revision {
    match side {
        Side::Ours => &branches.ours,
        Side::Theirs => &branches.theirs,
    }
}
