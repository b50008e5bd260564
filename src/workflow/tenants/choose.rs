//! Which migrations each tenant runs, by its history.
//!
//! A history is read as every run reads it: under the ids that the files have now, with the squashed migrations that count for it, and with
//! those held back that remove what the former version of a program uses. Must not know how a history is read, or a migration is run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run::{self, Applicable, Contracts, Held, Order, Record, Target};

use crate::dialect::Product;
use crate::project::find_id;

use super::super::{Failure, applicables};
use super::histories::History;

/// What a tenant has to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// The migrations, in the order in which they run.
    pub(super) ids: Vec<String>,
    /// Whether its history is written in the words of the files: after a merge of branches, or a squash.
    pub(super) follows: bool,
    /// Whether nothing was applied to it yet.
    pub(super) is_new: bool,
    /// The first migration that waits for the former version of a program to go.
    pub(super) held: Option<Held>,
}

/// What each tenant has to do; nothing for those with a history that cannot be read.
pub(super) type Lists = Vec<Result<Chosen, Failure>>;

/// How far the tenants are brought up.
#[derive(Clone, Copy)]
pub(super) struct Upwards<'t> {
    pub(super) target: Option<&'t str>,
    pub(super) order: Order,
    pub(super) contracts: Contracts,
}

/// The end of a run.
enum End<'e> {
    All,
    Id(&'e str),
    /// Only these migrations.
    Of(&'e BTreeSet<String>),
}

/// What is pending for each history.
///
/// # Errors
/// A target that is not there, or that lies behind a migration that waits.
pub(super) fn up(
    migrations: &[Migration],
    found: &[History],
    upwards: Upwards<'_>,
    product: Product,
) -> Result<Lists, Failure> {
    let files = applicables(migrations);
    let to = |end: &End<'_>| by_history(found, |history| pending(history, &files, end, upwards, product));
    let lists = match parsed(upwards.target, migrations)? {
        None => to(&End::All),
        Some(Parsed::Id(id)) => {
            let lists = to(&End::Id(&id));
            if let Some(held) = lists.iter().flatten().find_map(|chosen| chosen.held.as_ref()) {
                return Err(held.refusal().into());
            }
            lists
        }
        // As many as are pending anywhere: whoever failed at one of them does not hold the others back when it is tried again.
        Some(Parsed::Count(count)) => {
            let all = to(&End::All);
            let pending: BTreeSet<&String> = all.iter().flatten().flat_map(|chosen| &chosen.ids).collect();
            to(&End::Of(&pending.into_iter().take(count).cloned().collect()))
        }
    };
    Ok(lists)
}

/// What is pending for one history.
fn pending(
    recorded: &[Record],
    files: &[Applicable<'_>],
    end: &End<'_>,
    Upwards { order, contracts, .. }: Upwards<'_>,
    product: Product,
) -> Result<Chosen, Failure> {
    let history = run::as_filed(recorded, files);
    let standing = run::standing(&history, files)?;
    let target = match end {
        End::All | End::Of(_) => Some(Target::All),
        // Where others count in its place, the last of them is the end.
        End::Id(id) => standing.iter().map(Applicable::id).filter(|other| other.as_str() <= *id).max().map(Target::Id),
    };
    let mut wanted = match &target {
        Some(target) => run::to_apply(&history, &standing, (target, order), product)?,
        None => Vec::new(),
    };
    if let End::Of(ids) = end {
        wanted.retain(|file| ids.contains(&file.id()));
    }
    let (now, held) = run::before_held(&history, wanted, &standing, contracts);
    Ok(Chosen {
        ids: now.into_iter().map(Applicable::id).collect(),
        follows: run::lags_behind(recorded, files),
        is_new: history.is_empty(),
        held,
    })
}

/// What is reverted of each history.
///
/// # Errors
/// A target that is not there.
pub(super) fn down(
    migrations: &[Migration],
    found: &[History],
    target: Option<&str>,
    product: Product,
) -> Result<Lists, Failure> {
    let files = applicables(migrations);
    let kinds: BTreeMap<*const Vec<Record>, &Arc<Vec<Record>>> =
        found.iter().flatten().map(|history| (Arc::as_ptr(history), history)).collect();
    let filed = kinds.values().flat_map(|history| run::as_filed(history, &files));
    let applied: BTreeSet<String> = filed.map(|record| record.id).collect();
    let wanted: BTreeSet<&str> = match parsed(target, migrations)?.unwrap_or(Parsed::Count(1)) {
        Parsed::Count(count) => applied.iter().rev().take(count).map(String::as_str).collect(),
        Parsed::Id(id) => applied.iter().map(String::as_str).filter(|it| *it > id.as_str()).collect(),
    };
    Ok(by_history(found, |recorded| {
        let history = run::as_filed(recorded, &files);
        let count = history.iter().rev().take_while(|record| wanted.contains(record.id.as_str())).count();
        let kept = run::kept(&history, &files, product)?;
        let standing = run::standing(&history, &files)?;
        let all: Vec<Applicable<'_>> = standing.into_iter().chain(kept.iter().map(Applicable::from)).collect();
        let chosen = run::to_revert(&history, &all, &Target::Count(count), product)?;
        Ok(Chosen { ids: chosen.into_iter().map(Applicable::id).collect(), ..Chosen::default() })
    }))
}

/// What follows from each history. Equal histories are one value, and are looked at once.
fn by_history(found: &[History], choose: impl Fn(&[Record]) -> Result<Chosen, Failure>) -> Lists {
    let mut known: BTreeMap<*const Vec<Record>, Chosen> = BTreeMap::new();
    let lists = found.iter().map(|history| {
        let Ok(history) = history else { return Ok(Chosen::default()) };
        if let Some(chosen) = known.get(&Arc::as_ptr(history)) {
            return Ok(chosen.clone());
        }
        let chosen = choose(history)?;
        known.insert(Arc::as_ptr(history), chosen.clone());
        Ok(chosen)
    });
    lists.collect()
}

enum Parsed {
    Count(usize),
    Id(String),
}

fn parsed(target: Option<&str>, migrations: &[Migration]) -> Result<Option<Parsed>, Failure> {
    let Some(text) = target else { return Ok(None) };
    // An id begins with eight digits, so a shorter number is a count.
    if let Ok(count) = text.parse()
        && text.len() < 8
    {
        return Ok(Some(Parsed::Count(count)));
    }
    // A squashed migration may have the name of one that it replaces.
    let replaced: BTreeSet<&MigrationId> = migrations.iter().flat_map(|it| it.merged.replaces.keys()).collect();
    let ids = || migrations.iter().map(|migration| &migration.id);
    let found = find_id(text, ids().filter(|id| !replaced.contains(id))).or_else(|_| find_id(text, ids()))?;
    Ok(Some(Parsed::Id(found.to_string())))
}
