//! Attributes that no schema holds and that are lost when an object is created again: its owner, privileges, security labels.
//!
//! Must not know how they are read.

use crate::dialect::Step;
use crate::plan::{Alter, Op, Rename};
use crate::schema::{Change, DefinitionKind, Part, Place};

use super::super::render;
use super::called;

/// The steps, with one before the first and one behind the last of those that make something anew. A migration may be lowered
/// in halves, one of which drops what the other creates, so the steps of the whole pass here once more.
pub(super) fn with_kept(mut steps: Vec<Step>) -> Vec<Step> {
    steps.retain(|step| !matches!(step, Step::Keep(_) | Step::GiveBack));
    let Some((first, last, _)) = span(&steps) else { return steps };
    // What is committed in between would be missing its privileges if the rest failed, so values are added before.
    if !steps.iter().any(|step| matches!(step, Step::Direct(Op::Rename(Rename::Enum(_))))) {
        let between = steps.splice(first..=last, []).collect::<Vec<_>>();
        let adds = |step: &Step| matches!(step, Step::Apart(Op::Alter(Alter::Enum(_))));
        let (added, others): (Vec<Step>, Vec<Step>) = between.into_iter().partition(adds);
        steps.splice(first..first, added.into_iter().chain(others));
    }
    let Some((first, last, mut kept)) = span(&steps) else { return steps };
    let mut all = Vec::with_capacity(steps.len() + 2);
    for (at, step) in steps.into_iter().enumerate() {
        if at == first {
            all.push(Step::Keep(std::mem::take(&mut kept)));
        }
        all.push(step);
        if at == last {
            all.push(Step::GiveBack);
        }
    }
    all
}

/// The first and the last of the steps that make something anew, and what they make so.
fn span(steps: &[Step]) -> Option<(usize, usize, Vec<Change<Place>>)> {
    let gone = places(steps, goes);
    let made = places(steps, comes);
    let (mut first, mut last, mut kept) = (usize::MAX, 0, Vec::new());
    for (from, old) in gone.iter().filter(|(_, place)| has_belongings(place)) {
        let same = made.iter().find(|(_, new)| new == old);
        let Some((to, new)) = same.or_else(|| overload(old, &gone, &made)) else { continue };
        // A routine with other arguments may be there before the one it replaces goes.
        (first, last) = (first.min(*from), last.max(*to).max(*from));
        kept.push(Change::new(old.clone(), new.clone()));
    }
    (!kept.is_empty()).then_some((first, last, kept))
}

fn places(steps: &[Step], of: impl Fn(&Step) -> Option<Place>) -> Vec<(usize, Place)> {
    steps.iter().enumerate().filter_map(|(at, step)| Some((at, of(step)?))).collect()
}

/// What a step drops, if only to create it again.
fn goes(step: &Step) -> Option<Place> {
    match step {
        Step::Direct(Op::Drop(object)) => Some(object.place()),
        Step::Direct(op) => replaced(op),
        Step::SwapEnum(change, ..) => Some(Place::Enum(change.from.name.clone())),
        Step::Repartition(table) => Some(Place::table(&table.to.name)),
        Step::Apart(_)
        | Step::Together(..)
        | Step::Rebuild(_)
        | Step::Online(..)
        | Step::Validate(..)
        | Step::Attach(_)
        | Step::Keep(_)
        | Step::GiveBack
        | Step::AttachPartition(_)
        | Step::DetachPartition(_)
        | Step::Rows(_) => None,
    }
}

/// What a step creates, if only because it dropped it.
fn comes(step: &Step) -> Option<Place> {
    match step {
        Step::Direct(Op::Create(object)) => Some(object.place()),
        Step::Direct(Op::Drop(_)) => None,
        other => goes(other),
    }
}

/// What an operation drops and creates in one.
fn replaced(op: &Op) -> Option<Place> {
    match op {
        Op::Alter(Alter::Definition(change)) => {
            (!render::changes_in_place(change)).then(|| Place::Definition(change.to.id.clone()))
        }
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// The only created routine of the name of a dropped one with other arguments.
fn overload<'a>(old: &Place, gone: &[(usize, Place)], made: &'a [(usize, Place)]) -> Option<&'a (usize, Place)> {
    let Place::Routine(old) = old else { return None };
    let is_called = |place: &Place| matches!(place, Place::Routine(name) if name.schema == old.schema && called(name) == called(old));
    let mut news = made.iter().filter(|(_, place)| is_called(place));
    let new = news.next()?;
    let alone = news.next().is_none() && gone.iter().filter(|(_, place)| is_called(place)).count() == 1;
    alone.then_some(new)
}

/// Whether the database keeps an owner or privileges of what stands there.
fn has_belongings(place: &Place) -> bool {
    match place {
        Place::Table(_, part) => matches!(part, Part::Whole | Part::Column(..)),
        Place::Enum(_) | Place::View(_) | Place::Routine(_) => true,
        Place::Definition(id) => match id.kind {
            DefinitionKind::Domain
            | DefinitionKind::CompositeType
            | DefinitionKind::RangeType
            | DefinitionKind::Sequence
            | DefinitionKind::Aggregate
            | DefinitionKind::Partition
            | DefinitionKind::ForeignTable => true,
            DefinitionKind::Schema
            | DefinitionKind::Extension
            | DefinitionKind::Collation
            | DefinitionKind::Operator
            | DefinitionKind::Server
            | DefinitionKind::PartitionPart
            | DefinitionKind::Partitioning
            | DefinitionKind::Exclusion
            | DefinitionKind::Policy
            | DefinitionKind::Rule
            | DefinitionKind::ViewIndex
            | DefinitionKind::ViewTrigger
            | DefinitionKind::Statistics
            | DefinitionKind::Event
            | DefinitionKind::EventTrigger
            | DefinitionKind::Publication
            | DefinitionKind::Setting
            | DefinitionKind::Comment
            | DefinitionKind::Privilege => false,
        },
    }
}
