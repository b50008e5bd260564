//! The lines of the locks of two branches: which migrations keep their places, which come behind them, and under which ids.
//!
//! Must not know schemas or files.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::MigrationId;

use crate::project::id_behind;

/// The migrations of one dialect on both branches.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// The migrations of the branch that comes first, in order; without those that the other branch has removed.
    pub(super) kept: Vec<LockedMigration>,
    /// Those of them that only this branch has.
    pub(super) earlier: Vec<MigrationId>,
    /// The migrations that only the other branch has, in order.
    pub(super) added: Vec<LockedMigration>,
    /// The migrations that both branches have and the base does not.
    pub(super) common: BTreeSet<MigrationId>,
    /// The migrations of the base that the other branch has removed or edited.
    pub(super) rewritten: BTreeSet<MigrationId>,
    /// The migrations that stand for kept ones that were squashed since the base.
    pub(super) squashed: BTreeSet<MigrationId>,
}

impl Lines {
    /// Compares the lines of two branches with those that both start from.
    ///
    /// # Errors
    /// Both branches have edited one migration.
    pub(super) fn new(
        base: &[LockedMigration],
        first: &[LockedMigration],
        later: &[LockedMigration],
    ) -> Result<Self, Error> {
        let mut lines = Self::default();
        for line in first {
            let (before, other) = (find(base, &line.id), find(later, &line.id));
            let line = match (before, other) {
                (Some(_), None) => {
                    lines.rewritten.insert(line.id.clone());
                    continue;
                }
                (Some(before), Some(other)) if other.checksum != before.checksum => {
                    lines.rewritten.insert(line.id.clone());
                    if line.checksum != before.checksum && line.checksum != other.checksum {
                        return Err(Error::new(format!("both branches have edited the migration `{}`", line.id))
                            .hint("let one of them win: `git checkout --ours -- <file>`, then `gen lock` on that branch, and merge again"));
                    }
                    other
                }
                (None, Some(other)) if other.checksum == line.checksum => {
                    lines.common.insert(line.id.clone());
                    line
                }
                (None, _) => {
                    lines.earlier.push(line.id.clone());
                    line
                }
                (Some(_), Some(_)) => line,
            };
            lines.kept.push(line.clone());
        }
        let is_added = |line: &&LockedMigration| {
            find(base, &line.id).is_none() && find(first, &line.id).is_none_or(|same| same.checksum != line.checksum)
        };
        lines.added = later.iter().filter(is_added).cloned().collect();
        Ok(lines)
    }
}

fn find<'l>(lines: &'l [LockedMigration], id: &MigrationId) -> Option<&'l LockedMigration> {
    lines.iter().find(|line| line.id == *id)
}

/// The new ids of the added migrations that do not come behind everything that is kept, of all dialects together.
///
/// # Errors
/// There is no later time.
pub(super) fn new_ids<'l>(
    all: impl Iterator<Item = &'l Lines> + Clone,
) -> Result<BTreeMap<MigrationId, MigrationId>, Error> {
    let squashed = all.clone().flat_map(|lines| &lines.squashed);
    let kept = all.clone().flat_map(|lines| &lines.kept).map(|line| &line.id).chain(squashed);
    let added: BTreeSet<&MigrationId> = all.flat_map(|lines| &lines.added).map(|line| &line.id).collect();
    let (mut last, mut ids) = (kept.max().cloned(), BTreeMap::new());
    for id in added {
        let new = match &last {
            Some(last) if id <= last => id_behind(last, id.name())?,
            Some(_) | None => id.clone(),
        };
        if new != *id {
            ids.insert(id.clone(), new.clone());
        }
        last = Some(new);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, checksum: &str) -> LockedMigration {
        let (from, to, proof) = (None, None, None);
        LockedMigration {
            id: id.parse().unwrap(),
            checksum: checksum.to_owned(),
            from,
            to,
            proof,
            refuted: false,
            replaces: Vec::new(),
        }
    }

    fn ids(lines: &[LockedMigration]) -> Vec<&str> {
        lines.iter().map(|line| line.id.as_str()).collect()
    }

    const BASE: &str = "20260101_000000_base";
    const EARLY: &str = "20260102_000000_early";
    const MIDDLE: &str = "20260103_000000_middle";
    const LATE: &str = "20260104_000000_late";

    #[test]
    fn what_is_first_keeps_its_place() {
        let base = [line(BASE, "0")];
        let first = [line(BASE, "0"), line(MIDDLE, "2")];
        let later = [line(BASE, "0"), line(EARLY, "1"), line(LATE, "3")];
        let lines = Lines::new(&base, &first, &later).unwrap();
        assert_eq!((ids(&lines.kept), ids(&lines.added)), (vec![BASE, MIDDLE], vec![EARLY, LATE]));
        assert_eq!(lines.earlier, [MIDDLE.parse().unwrap()]);
        let new = new_ids([lines].iter()).unwrap();
        let new: Vec<_> = new.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        assert_eq!(new, [(EARLY, "20260103_000001_early")], "the last one comes last as it is");
    }

    #[test]
    fn a_migration_of_both_is_one() {
        let first = [line(EARLY, "1"), line(MIDDLE, "2")];
        let lines = Lines::new(&[], &first, &[line(EARLY, "1"), line(MIDDLE, "other"), line(LATE, "3")]).unwrap();
        assert_eq!((ids(&lines.kept), ids(&lines.added)), (vec![EARLY, MIDDLE], vec![MIDDLE, LATE]));
        assert_eq!((lines.common.len(), lines.earlier.len()), (1, 1));
        let new = new_ids([lines].iter()).unwrap();
        assert_eq!(new.values().map(MigrationId::as_str).collect::<Vec<_>>(), ["20260103_000001_middle"]);
    }

    #[test]
    fn what_one_branch_removes_or_edits_is_removed_or_edited() {
        let base = [line(BASE, "0"), line(EARLY, "1")];
        let lines =
            Lines::new(&base, &[line(BASE, "0"), line(EARLY, "1"), line(LATE, "3")], &[line(BASE, "new")]).unwrap();
        assert_eq!((ids(&lines.kept), lines.rewritten.len()), (vec![BASE, LATE], 2));
        assert_eq!(lines.kept[0].checksum, "new");
        let error = Lines::new(&base, &[line(BASE, "a")], &[line(BASE, "b")]).unwrap_err();
        assert_eq!(error.to_string(), format!("both branches have edited the migration `{BASE}`"));
    }
}
