//! The rows with which a proof is tried, one filling after the other.
//!
//! Must not know how rows are made or sent.

use std::collections::BTreeSet;

use sea_gen_runner::migration::Migration;

use crate::dialect::Role;
use crate::schema::{Normalized, ObjectName, Schema};

use super::part::TouchedPart;
use super::{Claim, Filling, follow, part};

/// The rows to try in turn until the statements accept them: generated rows refute nothing, so no rows come last.
pub(super) fn fillings(claim: Claim<'_>, part: &TouchedPart) -> Vec<Filling> {
    let from = claim.from.schema();
    let (mut demanding, mut checked) = (BTreeSet::new(), asked(part, from, claim.migration));
    if let Some(to) = claim.to.map(Normalized::schema) {
        demanding = follow::demanding(from, to, claim.renames);
        checked.extend(follow::checked(from, to, claim.renames));
    }
    checked.extend(demanding.iter().cloned());
    let filling = |ends: bool, empty: BTreeSet<ObjectName>| Filling { ends, empty };
    let mut fillings = vec![
        filling(true, BTreeSet::new()),
        filling(false, BTreeSet::new()),
        filling(true, demanding.clone()),
        filling(false, demanding),
        filling(false, checked),
        filling(false, part.of(from).tables.keys().cloned().collect()),
    ];
    let mut tried = Vec::new();
    fillings.retain(|filling| {
        !tried.contains(filling) && {
            tried.push(filling.clone());
            true
        }
    });
    fillings
}

/// The tables that a migration's own checks query: generated rows need not satisfy what people verified.
fn asked(part: &TouchedPart, from: &Schema, migration: &Migration) -> BTreeSet<ObjectName> {
    let statements = migration.up.iter().chain(&migration.down);
    let checks: Vec<_> = statements.filter(|it| matches!(it.role, Role::Check(_))).cloned().collect();
    part::part(&[&part.of(from)], &[&checks]).named
}
