//! Two branches that start from one state: the state with the changes of both, if either order of the changes leads to it, or the
//! changes that disagree.
//!
//! Must not know migrations, files, or which of the branches is merged into which.

use std::collections::BTreeSet;

use crate::dialect::{Dialect, Unsupported};
use crate::diff::diff;
use crate::plan::{Op, Plan, Rename, Resource, apply, claims};
use crate::schema::{Acceptance, Normalized, ObjectName, Origins, Place, Schema};

/// The state that a branch leads to.
#[derive(Clone, Copy, Debug)]
pub struct BranchState<'a> {
    /// The schema.
    pub schema: &'a Normalized,
    /// Who declares its objects.
    pub origins: &'a Origins,
    /// The renames on the way there, in order.
    pub renames: &'a [Rename],
}

/// The state of both branches together.
#[derive(Clone, Debug)]
pub struct Together {
    /// The schema.
    pub schema: Normalized,
    /// Who declares its objects.
    pub origins: Origins,
}

/// Changes of two branches to one object of which one does not apply after the other, or leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The object.
    pub subject: ObjectName,
    /// The changes of one branch.
    pub one: Vec<Op>,
    /// The changes of the other.
    pub other: Vec<Op>,
    /// Why they do not go together.
    pub because: String,
}

/// The changes between two states.
pub fn changes(base: &Normalized, branch: BranchState<'_>) -> Plan {
    diff(base, branch.schema, branch.renames)
}

/// The state with the changes of two branches that start from `base`. With `common`, both may have made the same changes, because
/// they have migrations in common that the base does not have.
///
/// # Errors
/// A state that the database cannot hold.
pub fn together(
    dialect: &dyn Dialect,
    base: BranchState<'_>,
    (one, other): (BranchState<'_>, BranchState<'_>),
    common: bool,
) -> Result<Result<Together, Vec<Disagreement>>, Unsupported> {
    let plans = [changes(base.schema, one), changes(base.schema, other)];
    let (first, second) = match both(plans.each_ref(), (one.schema.schema(), other.schema.schema()), common) {
        Ok(ways) => ways,
        Err(found) => return Ok(Err(found)),
    };
    let (first, second) = (dialect.normalize(first)?, dialect.normalize(second)?);
    if first != second {
        let mut found = Vec::new();
        for op in diff(&first, &second, &[]).ops() {
            let [of_one, of_other] = plans.each_ref().map(|plan| related(plan.ops(), op));
            add(&mut found, op.subject(), (of_one, of_other), "the order of the changes decides what comes of it");
        }
        return Ok(Err(found));
    }
    let origins = origins(base.origins, one.origins, other.origins);
    Ok(Ok(Together { schema: first.with_kept(&one.schema.schema().kept), origins }))
}

/// The schemas that the changes of both branches lead to: those of the second plan after the first, and those of the first after the
/// second.
///
/// # Errors
/// The changes that do not apply after those of the other branch.
pub(crate) fn both(
    plans: [&Plan; 2],
    (one, other): (&Schema, &Schema),
    common: bool,
) -> Result<(Schema, Schema), Vec<Disagreement>> {
    let is_common = |op: &Op| common && plans.iter().all(|plan| plan.ops().contains(op));
    let [of_one, of_other] =
        plans.map(|plan| plan.ops().iter().filter(|op| !is_common(op)).cloned().collect::<Vec<Op>>());
    let (first, refused) = applied(&of_other, one);
    let (second, refused_back) = applied(&of_one, other);
    let mut found = Vec::new();
    for (op, reason) in refused {
        let against = related(&of_one, &op);
        let because = words(&op, &against, reason);
        add(&mut found, op.subject(), (against, vec![op]), because);
    }
    for (op, reason) in refused_back {
        let against = related(&of_other, &op);
        let because = words(&op, &against, reason);
        add(&mut found, op.subject(), (vec![op], against), because);
    }
    if found.is_empty() { Ok((first, second)) } else { Err(found) }
}

/// Why a change does not apply after those of the other branch to the same object.
fn words(op: &Op, against: &[Op], reason: &'static str) -> &'static str {
    let is_here = against.iter().any(|other| is_at_one_place(other, op));
    let is_gone = against.iter().any(|other| matches!(other, Op::Drop(_)) && other.subject() == op.subject());
    match op {
        _ if against.contains(op) => "both branches make the same change",
        Op::Create(_) if is_here => "both branches add it, but not the same",
        Op::Alter(_) | Op::Rename(_) if is_here && !is_gone => "both branches change it",
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => reason,
    }
}

/// The schema after the operations that apply to it, and the others with the reasons.
fn applied(ops: &[Op], schema: &Schema) -> (Schema, Vec<(Op, &'static str)>) {
    let plan = Plan::new(ops.to_vec());
    let mut all = schema.clone();
    if apply(&plan, &mut all).is_ok() {
        return (all, Vec::new());
    }
    let (mut schema, mut refused) = (schema.clone(), Vec::new());
    for op in plan.ops() {
        let mut next = schema.clone();
        match apply(&Plan::new(vec![op.clone()]), &mut next) {
            Ok(()) => schema = next,
            Err(refusal) => refused.push((op.clone(), refusal.reason)),
        }
    }
    (schema, refused)
}

/// The operations that name an object that `op` names, too: those at its own place if there are any.
fn related(ops: &[Op], op: &Op) -> Vec<Op> {
    let here: Vec<Op> = ops.iter().filter(|other| is_at_one_place(other, op)).cloned().collect();
    if !here.is_empty() {
        return here;
    }
    let names = named(op);
    ops.iter().filter(|other| !named(other).is_disjoint(&names)).cloned().collect()
}

/// Whether two operations work on one place, under its former or its new name.
fn is_at_one_place(one: &Op, other: &Op) -> bool {
    let places = |op: &Op| [op.place(), op.clone().inverse().place()];
    let there = places(other);
    places(one).iter().any(|place| there.contains(place))
}

/// The objects that an operation names.
fn named(op: &Op) -> BTreeSet<ObjectName> {
    let claims = claims(op);
    let resources =
        claims.needs.iter().chain(&claims.wants).chain(&claims.reads).chain(&claims.makes).chain(&claims.ends);
    let objects = resources.filter_map(|resource| match resource {
        Resource::Place(place) => Some(place.object().clone()),
        Resource::Named(name) | Resource::Columns(name) | Resource::SomeColumn(name) => Some(name.clone()),
        Resource::Word(..) => None,
    });
    let renamed = match op {
        Op::Rename(Rename::Table(change) | Rename::Enum(change)) => Some(change.from.clone()),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    };
    objects.chain(renamed).chain([op.subject()]).collect()
}

fn add(found: &mut Vec<Disagreement>, subject: ObjectName, (one, other): (Vec<Op>, Vec<Op>), because: &str) {
    let at = found.iter().position(|it| it.subject == subject).unwrap_or_else(|| {
        let (one, other) = (Vec::new(), Vec::new());
        found.push(Disagreement { subject, one, other, because: because.to_owned() });
        found.len() - 1
    });
    let Some(disagreement) = found.get_mut(at) else { return };
    for (ops, known) in [(one, &mut disagreement.one), (other, &mut disagreement.other)] {
        let news: Vec<Op> = ops.into_iter().filter(|op| !known.contains(op)).collect();
        known.extend(news);
    }
}

/// The origins with the changes of both sides. Where both changed one, the one that is declared more counts.
fn origins(base: &Origins, one: &Origins, other: &Origins) -> Origins {
    let places: BTreeSet<&Place> =
        [base, one, other].into_iter().flat_map(Origins::listed).map(|(place, _)| place).collect();
    let mut merged = Origins::default();
    for place in places {
        let (before, one, other) = (base.of(place), one.of(place), other.of(place));
        merged.set(place.clone(), picked(&before, &one, &other).copied().unwrap_or(one.min(other)));
    }
    let places: BTreeSet<&Place> = [base, one, other].into_iter().flat_map(|it| it.accepted().keys()).collect();
    for place in places {
        let [before, one, other] = [base, one, other].map(|it| it.accepted().get(place));
        let age = |it: &Option<&Acceptance>| it.map(|it| (it.since.clone(), it.says.clone(), it.because.clone()));
        let later = [one, other].into_iter().max_by_key(age).flatten();
        if let Some(acceptance) = picked(&before, &one, &other).copied().unwrap_or(later) {
            merged.accept(place.clone(), acceptance.clone());
        }
    }
    merged
}

/// The value of three that a merge takes; `None` if both sides have changed it to something else.
fn picked<'v, T: PartialEq>(base: &'v T, one: &'v T, other: &'v T) -> Option<&'v T> {
    if one == base {
        return Some(other);
    }
    (other == base || one == other).then_some(one)
}
