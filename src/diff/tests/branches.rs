//! The laws of merging two branches, held against random ones.
//!
//! Must not know how a schema is drawn.

use proptest::prelude::*;

use super::random::Draw;
use super::{Normalized, Plan, Schema, apply, config, diff, normal, random};
use crate::state::both;

/// Some of the changes from one schema to another, as a branch makes them. What does not lead to a schema that could exist, as a view
/// of a table that is dropped, is no branch.
fn branch(base: &Schema, other: &Schema, chosen: &[u8]) -> Schema {
    let mut schema = base.clone();
    let plan = diff(&normal(base), &normal(other), &[]);
    for (op, chosen) in plan.ops().iter().zip(chosen.iter().chain(std::iter::repeat(&0))) {
        let mut next = schema.clone();
        if chosen % 4 == 0 && apply(&Plan::new(vec![op.clone()]), &mut next).is_ok() {
            schema = next;
        }
    }
    let mut there = base.clone();
    let is_possible = apply(&changes(&normal(base), &schema), &mut there).is_ok() && there == schema;
    if is_possible { schema } else { base.clone() }
}

fn changes(base: &Normalized, to: &Schema) -> Plan {
    diff(base, &normal(to), &[])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..config() })]

    #[test]
    fn merging_is_the_same_from_both_sides(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        chosen in prop::collection::vec(any::<u8>(), 80),
    ) {
        let mut draw = Draw(bytes.iter());
        let [base, first, second] = [(); 3].map(|()| random::schema(&mut draw));
        let (one, other) = (branch(&base, &first, &chosen[..40]), branch(&base, &second, &chosen[40..]));
        let base = normal(&base);
        let plans = [changes(&base, &one), changes(&base, &other)];
        let way = both([&plans[0], &plans[1]], (&one, &other), false);
        let turned = both([&plans[1], &plans[0]], (&other, &one), false);
        match (way, turned) {
            (Ok((after_one, after_other)), Ok((turned_one, turned_other))) => {
                prop_assert_eq!(&after_one, &turned_other);
                prop_assert_eq!(&after_other, &turned_one);
                prop_assert_eq!(&after_one, &after_other, "either order leads to the same schema");
                // Nothing that a branch does not touch is touched.
                for (name, table) in after_one.tables.shared() {
                    let of = |schema: &Schema| schema.tables.get(name).cloned();
                    if of(base.schema()) == of(&one) && of(base.schema()) == of(&other) {
                        prop_assert_eq!(of(base.schema()), Some((***table).clone()));
                    }
                }
            }
            (Err(found), Err(turned)) => {
                let objects = |found: &[crate::state::Disagreement]| {
                    found.iter().map(|it| it.subject.clone()).collect::<std::collections::BTreeSet<_>>()
                };
                prop_assert_eq!(objects(&found), objects(&turned));
            }
            (way, turned) => prop_assert!(false, "{way:#?} and {turned:#?}"),
        }
        prop_assert_eq!(both([&plans[0], &Plan::new(Vec::new())], (&one, base.schema()), false), Ok((one.clone(), one)));
    }
}
