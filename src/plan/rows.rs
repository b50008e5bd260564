//! What a change of reference rows does to each row.
//!
//! Must not know SQL.

use std::collections::BTreeSet;

use crate::schema::{Change, Name, ReferenceRow, ReferenceRows, RowValue};

use super::RowsChange;

/// The difference of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowDifference<'a> {
    /// The row is declared afterwards only.
    Added(&'a ReferenceRows, &'a ReferenceRow),
    /// The row was declared before only.
    Removed(&'a ReferenceRows, &'a ReferenceRow),
    /// The row has other values: the column, the value before, if it was declared, and the value after.
    Changed(&'a ReferenceRows, &'a ReferenceRow, Vec<(&'a Name, Option<&'a RowValue>, &'a RowValue)>),
}

impl<'a> RowDifference<'a> {
    /// The differences of all rows: the removed ones first, then the others in the order of their keys.
    pub fn all(change: &'a Change<Option<ReferenceRows>>) -> Vec<Self> {
        let rows_of = |rows: &'a Option<ReferenceRows>| {
            rows.as_ref().into_iter().flat_map(|it| it.rows.iter().map(move |row| (it, row)))
        };
        let mut found = Vec::new();
        let both = change.from.as_ref().zip(change.to.as_ref());
        let both = both.and_then(|(from, to)| Some((from, to, from.common_key(to)?)));
        for (rows, row) in rows_of(&change.from) {
            if both.is_none_or(|(_, to, key)| to.same_row(row, key).is_none()) {
                found.push(Self::Removed(rows, row));
            }
        }
        for (rows, row) in rows_of(&change.to) {
            let Some(before) = both.and_then(|(from, _, key)| from.same_row(row, key)) else {
                found.push(Self::Added(rows, row));
                continue;
            };
            let differs = |(name, value): (&'a Name, &'a RowValue)| {
                let old = before.get(name);
                (old != Some(value)).then_some((name, old, value))
            };
            let values: Vec<_> = row.iter().filter_map(differs).collect();
            if !values.is_empty() {
                found.push(Self::Changed(rows, row, values));
            }
        }
        found
    }
}

impl RowsChange {
    /// Whether it removes rows.
    pub fn removes(&self) -> bool {
        RowDifference::all(&self.rows).iter().any(|it| matches!(it, RowDifference::Removed(..)))
    }

    /// The columns that it writes.
    pub fn written(&self) -> BTreeSet<&Name> {
        let mut names = BTreeSet::new();
        for it in RowDifference::all(&self.rows) {
            match it {
                RowDifference::Added(_, row) => names.extend(row.keys()),
                RowDifference::Changed(_, _, values) => names.extend(values.into_iter().map(|(name, ..)| name)),
                RowDifference::Removed(..) => {}
            }
        }
        names
    }

    /// Whether it adds rows without a value of a column that was declared before, and may be dropped.
    pub(super) fn adds_without_a_column(&self) -> bool {
        let before: BTreeSet<&Name> =
            self.rows.from.iter().flat_map(|rows| &rows.rows).flat_map(|row| row.keys()).collect();
        let all = RowDifference::all(&self.rows);
        all.iter()
            .any(|it| matches!(it, RowDifference::Added(_, row) if before.iter().any(|name| !row.contains_key(*name))))
    }

    /// Whether it adds or changes rows, or the declared columns.
    pub fn adds(&self) -> bool {
        let all = RowDifference::all(&self.rows);
        all.is_empty() || all.iter().any(|it| !matches!(it, RowDifference::Removed(..)))
    }
}
