//! The order of steps: one graph, one sorter. The rule:
//!
//! 1. A step stands behind whatever it waits for. It says what it needs, makes, reads and ends ([`Claims`]); the edges follow
//!    from that: what makes a thing stands before what needs it, what needs or reads it before what ends it, and what ends a
//!    thing before what makes it anew.
//! 2. Of the steps that wait for nothing, the one with the lowest [`Priority`] is next. What destroys rows or values has a late
//!    turn, so it stands behind everything that can fail; only a step that needs it gone stands behind it.
//! 3. Of those, the one that came first: the order in which the steps were found.
//!
//! The way back is sorted by the same rule. Operations say in [`claims`](super::claims) what they have to do with things; a
//! dialect adds what only it can read in a text. Must not know SQL, or what kind of step it sorts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::schema::{DefinitionId, ObjectName, Place};

use super::claims::{claims, clears};
use super::{Object, Op, Rename};

/// When a step has its turn among those that wait for nothing; lower ones come first.
pub type Priority = u8;

/// Something that steps have to do with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// What stands at a place in a schema.
    Place(Place),
    /// A table, a view, an enum type or what else shares its names with them.
    Named(ObjectName),
    /// The columns a table has in the end, all of them and no other.
    Columns(ObjectName),
    /// A column of a table that stays, whichever.
    SomeColumn(ObjectName),
    /// A word that a text may name something by, with the kind of thing that is meant.
    Word(&'static str, String),
}

/// What a step has to do with things, and so with other steps.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// When it has its turn.
    pub priority: Priority,
    /// It cannot be done while these are not there.
    pub needs: BTreeSet<Resource>,
    /// It is better done when these are there; counts as long as it closes no cycle.
    pub wants: BTreeSet<Resource>,
    /// It cannot be done once these are gone.
    pub reads: BTreeSet<Resource>,
    /// They are there after it.
    pub makes: BTreeSet<Resource>,
    /// They are not there after it.
    pub ends: BTreeSet<Resource>,
    /// It loses nothing and cannot fail, so it may be done as early as what waits for it.
    pub may_be_early: bool,
}

/// Puts operations in order. Whatever only hangs on tables goes before anything is renamed, and is named as it was; all other
/// operations name things as they are called after the renames.
pub fn order(ops: Vec<Op>) -> Vec<Op> {
    let way = making_way(&ops);
    let is_early = |op: &Op| clears(op) || makes_way(op, &way);
    let (cleared, rest): (Vec<Op>, Vec<Op>) = ops.into_iter().partition(is_early);
    let with_claims = |op: Op| {
        let claims = claims(&op);
        (op, claims)
    };
    let sort = |ops: Vec<Op>| sorted(ops.into_iter().map(with_claims).collect());
    let mut ops = sort(cleared);
    ops.extend(sort(rest));
    ops
}

/// The definitions that are dropped before the renames, because one of those takes the name: what is beside tables cannot be
/// renamed. What stands on such a definition is dropped before it.
pub(super) fn making_way(ops: &[Op]) -> BTreeSet<DefinitionId> {
    let given: BTreeSet<&ObjectName> = ops.iter().filter_map(given_name).collect();
    let mut found: BTreeSet<DefinitionId> = BTreeSet::new();
    loop {
        let is_within = |need: &Place| matches!(need, Place::Definition(id) if found.contains(id));
        let more: Vec<DefinitionId> = ops
            .iter()
            .filter_map(|op| match op {
                Op::Drop(Object::Definition(it)) => Some(it),
                Op::Drop(_) | Op::Create(_) | Op::Alter(_) | Op::Rename(_) => None,
            })
            .filter(|it| !found.contains(&it.id))
            .filter(|it| given.contains(&it.id.name) || it.needs.iter().any(is_within))
            .map(|it| it.id.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Whether the operation drops one of these definitions.
pub(super) fn makes_way(op: &Op, way: &BTreeSet<DefinitionId>) -> bool {
    matches!(op, Op::Drop(Object::Definition(it)) if way.contains(&it.id))
}

/// The name that a rename gives a table or an enum type.
fn given_name(op: &Op) -> Option<&ObjectName> {
    match op {
        Op::Rename(Rename::Table(change) | Rename::Enum(change)) => Some(&change.to),
        Op::Rename(_) | Op::Create(_) | Op::Drop(_) | Op::Alter(_) => None,
    }
}

/// Puts steps in order, by the rule above.
pub fn sorted<T>(steps: Vec<(T, Claims)>) -> Vec<T> {
    let (steps, claims): (Vec<T>, Vec<Claims>) = steps.into_iter().unzip();
    let order = Graph::of(&claims).sorted();
    let mut steps: Vec<Option<T>> = steps.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| steps.get_mut(at).and_then(Option::take)).collect()
}

/// Steps by their numbers, and which wait for which.
struct Graph {
    priorities: Vec<Priority>,
    /// What cannot be done before each step.
    before: Vec<BTreeSet<usize>>,
    /// The same, with what is only better done later.
    better_before: Vec<BTreeSet<usize>>,
}

impl Graph {
    fn of(claims: &[Claims]) -> Self {
        let making = index(claims, |it| &it.makes);
        let ending = index(claims, |it| &it.ends);
        let mut graph = Self {
            priorities: claims.iter().map(|it| it.priority).collect(),
            before: vec![BTreeSet::new(); claims.len()],
            better_before: vec![BTreeSet::new(); claims.len()],
        };
        for (at, step) in claims.iter().enumerate() {
            for resource in &step.needs {
                let makers = found(&making, resource);
                // What is there from the beginning has to be used before it goes.
                if makers.is_empty() {
                    found(&ending, resource).into_iter().for_each(|end| graph.edge(at, end));
                }
                makers.into_iter().for_each(|maker| graph.edge(maker, at));
            }
            step.reads.iter().flat_map(|it| found(&ending, it)).for_each(|end| graph.edge(at, end));
            step.makes.iter().flat_map(|it| found(&ending, it)).for_each(|end| graph.edge(end, at));
            for maker in step.wants.iter().flat_map(|it| found(&making, it)).filter(|maker| *maker != at) {
                graph.better_before.get_mut(at).map(|before| before.insert(maker));
            }
        }
        graph.advance(claims);
        graph
    }

    fn edge(&mut self, first: usize, then: usize) {
        if first != then {
            self.before.get_mut(then).map(|before| before.insert(first));
        }
    }

    /// What may be done early has the turn of the first step that waits for it.
    fn advance(&mut self, claims: &[Claims]) {
        loop {
            let mut changed = false;
            for then in 0..self.before.len() {
                let Some(priority) = self.priorities.get(then).copied() else { continue };
                for first in self.before.get(then).into_iter().flatten() {
                    let may_be_early = claims.get(*first).is_some_and(|it| it.may_be_early);
                    if let Some(own) = self.priorities.get_mut(*first).filter(|own| may_be_early && **own > priority) {
                        *own = priority;
                        changed = true;
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn sorted(&self) -> Vec<usize> {
        let mut waiting: Vec<BTreeSet<usize>> = self
            .before
            .iter()
            .zip(&self.better_before)
            .map(|(hard, soft)| hard.union(soft).copied().collect())
            .collect();
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); waiting.len()];
        for (at, before) in waiting.iter().enumerate() {
            for first in before {
                if let Some(behind) = behind.get_mut(*first) {
                    behind.push(at);
                }
            }
        }
        let key = |at: usize| Reverse((self.priorities.get(at).copied().unwrap_or_default(), at));
        let mut left: BTreeSet<usize> = (0..waiting.len()).collect();
        let is_free = |at: &usize, waiting: &[BTreeSet<usize>]| waiting.get(*at).is_none_or(BTreeSet::is_empty);
        let mut ready: BinaryHeap<Reverse<(Priority, usize)>> =
            left.iter().filter(|at| is_free(at, &waiting)).map(|at| key(*at)).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while !left.is_empty() {
            let next = match ready.pop() {
                Some(Reverse((_, at))) => at,
                None => match self.break_cycle(&left) {
                    Some(at) => at,
                    None => break,
                },
            };
            if !left.remove(&next) {
                continue;
            }
            order.push(next);
            for then in behind.get(next).into_iter().flatten() {
                if let Some(before) = waiting.get_mut(*then)
                    && before.remove(&next)
                    && before.is_empty()
                {
                    ready.push(key(*then));
                }
            }
        }
        order
    }

    /// Every step that is left is in a cycle, or waits for one: the first that waits only for what would be better done before it, else
    /// the first.
    fn break_cycle(&self, left: &BTreeSet<usize>) -> Option<usize> {
        let priority = |at: &&usize| (self.priorities.get(**at).copied().unwrap_or_default(), **at);
        let free = |at: &&usize| self.before.get(**at).is_some_and(|before| before.is_disjoint(left));
        left.iter().filter(free).min_by_key(priority).or_else(|| left.iter().min_by_key(priority)).copied()
    }
}

/// The steps that claim each thing.
type Index<'a> = BTreeMap<&'a Resource, Vec<usize>>;

fn index(claims: &[Claims], of: impl Fn(&Claims) -> &BTreeSet<Resource>) -> Index<'_> {
    let mut index = Index::new();
    for (at, step) in claims.iter().enumerate() {
        for resource in of(step) {
            index.entry(resource).or_default().push(at);
        }
    }
    index
}

/// Those that claim the thing, or the table it is part of.
fn found(index: &Index<'_>, resource: &Resource) -> Vec<usize> {
    let mut found = index.get(resource).cloned().unwrap_or_default();
    if let Resource::Place(Place::Table(table, part)) = resource
        && *part != crate::schema::Part::Whole
    {
        found.extend(index.get(&Resource::Place(Place::table(table))).into_iter().flatten());
    }
    found
}
