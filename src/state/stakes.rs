//! Queries that count the rows and values that a plan would destroy.
//!
//! Must not know the SQL of a query, how it is run, or who refuses what.

use crate::dialect::Dialect;
use crate::dialect::rows::RowQuery;
use crate::plan::cast::Stake;
use crate::plan::{Alter, Object, Op, Plan};
use crate::schema::{Normalized, Place};

use super::preflight::BaseLookup;

/// The queries, each with the place and the kind of what it counts.
#[derive(Clone, Debug, Default)]
pub struct Stakes(Vec<(Place, Stake, RowQuery)>);

impl Stakes {
    /// The query that counts what is at stake at a place.
    pub fn query(&self, place: &Place, stake: Stake) -> Option<&RowQuery> {
        self.0.iter().find(|(of, kind, _)| of == place && *kind == stake).map(|(_, _, query)| query)
    }
}

/// What can be counted of a plan, in the schema it starts from.
pub fn stakes(dialect: &dyn Dialect, base: &Normalized, target: &Normalized, plan: &Plan) -> Stakes {
    let lookup = BaseLookup::new(dialect, base.schema(), target.schema(), plan);
    let of = |op: &Op| -> Vec<(Place, Stake, RowQuery)> {
        let place = op.place();
        let found = match op {
            Op::Drop(Object::Table(table)) => vec![(Stake::Rows, lookup.rows(&table.name))],
            Op::Drop(Object::Definition(it)) => vec![(Stake::Rows, BaseLookup::rows_of_partition(it))],
            Op::Drop(Object::Column(table, column)) => vec![(Stake::Values, lookup.values(table, &column.name))],
            Op::Create(Object::Column(table, _)) => vec![(Stake::Rows, lookup.rows(table))],
            Op::Alter(Alter::Column(table, change)) => vec![
                (Stake::Nulls, lookup.nulls(table, &change.to.name)),
                (Stake::Values, lookup.values(table, &change.to.name)),
                (Stake::Lost, lookup.changed(table, change)),
            ],
            Op::Alter(Alter::Options(table, change)) => {
                vec![(Stake::Rows, lookup.rows_of(table, dialect.dropped_partitions(change)))]
            }
            Op::Alter(Alter::Enum(change)) => vec![(Stake::Lost, lookup.without_value_of(change))],
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => Vec::new(),
        };
        found.into_iter().filter_map(|(stake, query)| Some((place.clone(), stake, query?))).collect()
    };
    Stakes(plan.ops().iter().flat_map(of).collect())
}
