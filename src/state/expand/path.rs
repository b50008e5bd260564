//! A path of schemas, with changes of rows between them, as steps.
//!
//! Must not know why it leads there.

use std::collections::BTreeSet;

use sea_gen_runner::Error;

use crate::dialect::rows::RowStep;
use crate::dialect::{self, Dialect, FormerColumn, Forms, Step, Steps, zero_dates};
use crate::diff::diff;
use crate::plan::{Names, Rename};
use crate::schema::Normalized;

use super::TwoStep;

/// One part of a path: a change of the schema, and what is done to rows when it is done.
pub(super) struct Leg<'a> {
    from: &'a Normalized,
    to: &'a Normalized,
    renames: Vec<Rename>,
    rows: Vec<RowStep>,
    former: Vec<FormerColumn>,
}

impl<'a> Leg<'a> {
    pub(super) fn new(from: &'a Normalized, to: &'a Normalized) -> Self {
        Self { from, to, renames: Vec::new(), rows: Vec::new(), former: Vec::new() }
    }

    /// Objects are renamed instead of dropped and created.
    pub(super) fn renaming(self, renames: Vec<Rename>) -> Self {
        Self { renames, ..self }
    }

    /// Rows are changed afterwards.
    pub(super) fn then(self, rows: Vec<RowStep>) -> Self {
        Self { rows, ..self }
    }

    /// The old columns of the changes are dropped: a remark names them by what has their values now.
    pub(super) fn dropping(self, changes: &[TwoStep]) -> Self {
        let former = changes.iter().filter_map(|change| match change {
            TwoStep::Moved(it) => Some(FormerColumn {
                table: it.table.clone(),
                column: it.twins.new.clone(),
                aside: it.twins.old.clone(),
                copied: true,
            }),
            TwoStep::Required(_) => None,
        });
        Self { former: former.collect(), ..self }
    }
}

/// The steps of a path, with `first` before everything else.
///
/// # Errors
/// What the database cannot do.
pub(super) fn steps(
    (dialect, forms, names): (&dyn Dialect, Forms, &Names<'_>),
    first: Vec<RowStep>,
    legs: &[Leg<'_>],
) -> Result<Steps, Error> {
    let mut steps: Vec<Step> = first.into_iter().map(Step::Rows).collect();
    let (mut former, mut zero_dates) = (Vec::new(), BTreeSet::new());
    for leg in legs {
        let plan = diff(leg.from, leg.to, &leg.renames);
        zero_dates.extend(zero_dates::tables(dialect.product(), &plan, leg.from.schema()));
        steps.extend(dialect::lowered(dialect, forms, &plan, leg.from.schema(), names)?);
        steps.extend(leg.rows.iter().cloned().map(Step::Rows));
        former.extend(leg.former.iter().cloned());
    }
    Ok(Steps { former, zero_dates, ..Steps::new(steps) })
}
