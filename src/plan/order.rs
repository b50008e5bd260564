//! The order of steps: one graph, one sorter. The rule:
//!
//! 1. A step comes after every step it depends on. It declares what it needs, makes, reads and ends ([`Claims`]), and the
//!    edges follow: the step that makes a resource comes before those that need it, a step that needs or reads it before the
//!    one that ends it, and the step that ends a resource before the one that makes it again.
//! 2. Of the steps with no open dependency, the one with the lowest [`Priority`] is next. Steps that destroy rows or values
//!    have a late priority, so they come after every step that can fail; only a step that depends on the destruction comes
//!    later.
//! 3. Among equals, the step that was found first.
//!
//! The down plan is sorted by the same rule. Operations declare their claims in [`claims`](super::claims); a dialect adds
//! those that it alone can read from a text. Must not know SQL, or what kind of step it sorts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::schema::{Definition, DefinitionId, DefinitionKind, ObjectName, Place};

use super::claims::{claims, clears};
use super::{Object, Op, Rename};

/// The priority of a step among those with no open dependency; lower ones come first.
pub type Priority = u8;

/// A resource that steps need, make, read or end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The object at a place in a schema.
    Place(Place),
    /// The name of a table, a view, an enum type or another object of their namespace.
    Named(ObjectName),
    /// The final set of a table's columns, all of them and no other.
    Columns(ObjectName),
    /// Any column of a table that is not dropped.
    SomeColumn(ObjectName),
    /// A word by which a text may name an object, with the kind of the object.
    Word(&'static str, String),
}

/// The resources that a step needs, makes, reads and ends.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// Its priority among steps with no open dependency.
    pub priority: Priority,
    /// The step fails unless these exist.
    pub needs: BTreeSet<Resource>,
    /// The step should follow those that make these; ignored where that would close a cycle.
    pub wants: BTreeSet<Resource>,
    /// The step fails once these are dropped.
    pub reads: BTreeSet<Resource>,
    /// These exist after the step.
    pub makes: BTreeSet<Resource>,
    /// These do not exist after the step.
    pub ends: BTreeSet<Resource>,
    /// The step loses nothing and cannot fail, so it may take the priority of the first step that depends on it.
    pub may_be_early: bool,
}

/// Sorts operations. Objects that depend on tables are dropped before any rename and use the old names; all other operations
/// use the names after the renames.
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

/// The definitions that must be dropped before the renames because a rename takes their name: an object beside tables cannot
/// be renamed. Definitions that depend on such a one are dropped before it.
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
            .filter(|it| takes_name(it) && given.contains(&it.id.name) || it.needs.iter().any(is_within))
            .map(|it| it.id.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Whether a table or an enum type cannot have the definition's name beside it.
fn takes_name(definition: &Definition) -> bool {
    !matches!(definition.id.kind, DefinitionKind::Schema | DefinitionKind::Extension | DefinitionKind::Server)
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

/// Sorts steps by the rule above.
pub fn sorted<T>(steps: Vec<(T, Claims)>) -> Vec<T> {
    let (steps, claims): (Vec<T>, Vec<Claims>) = steps.into_iter().unzip();
    let order = Graph::of(&claims).sorted();
    let mut steps: Vec<Option<T>> = steps.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| steps.get_mut(at).and_then(Option::take)).collect()
}

/// The dependency graph; steps are identified by their index.
struct Graph {
    priorities: Vec<Priority>,
    /// The steps that must come before each step.
    before: Vec<BTreeSet<usize>>,
    /// The steps that should come before each step.
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
                // No step makes this resource, so it exists from the start and must be used before it is dropped.
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

    /// A step that may be early takes the priority of the first step that depends on it.
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

    /// All remaining steps are in a cycle or depend on one. Picks the first that is held back by soft dependencies only, else
    /// the first.
    fn break_cycle(&self, left: &BTreeSet<usize>) -> Option<usize> {
        let priority = |at: &&usize| (self.priorities.get(**at).copied().unwrap_or_default(), **at);
        let free = |at: &&usize| self.before.get(**at).is_some_and(|before| before.is_disjoint(left));
        left.iter().filter(free).min_by_key(priority).or_else(|| left.iter().min_by_key(priority)).copied()
    }
}

/// The steps that claim each resource.
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

/// The steps that claim the resource, or the table it is part of.
fn found(index: &Index<'_>, resource: &Resource) -> Vec<usize> {
    let mut found = index.get(resource).cloned().unwrap_or_default();
    if let Resource::Place(Place::Table(table, part)) = resource
        && *part != crate::schema::Part::Whole
    {
        found.extend(index.get(&Resource::Place(Place::table(table))).into_iter().flatten());
    }
    found
}
