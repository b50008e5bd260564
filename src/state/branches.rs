//! Two branches that start from one state: the state with the changes of both, if either order of the changes leads to it, or the
//! changes that disagree.
//!
//! Must not know migrations, files, or which of the branches is merged into which.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Unsupported};
use crate::diff::diff;
use crate::plan::{Alter, Object, Op, Plan, Rename, Resource, apply, claims};
use crate::schema::{
    Acceptance, Column, Index, IndexTarget, Name, Normalized, ObjectName, Origins, PersonalData, Place, Schema,
};

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
    for (op, against) in dependents(&of_one, &of_other) {
        add(&mut found, op.subject(), (vec![op.clone()], vec![against.clone()]), USED);
    }
    for (op, against) in dependents(&of_other, &of_one) {
        add(&mut found, op.subject(), (vec![against.clone()], vec![op.clone()]), USED);
    }
    if found.is_empty() { Ok((first, second)) } else { Err(found) }
}

/// Why what one branch drops or renames does not go with what the other one adds.
const USED: &str = "one branch drops or renames what the other one names";

/// The operations that drop or rename something, each with one of the other branch whose text names it. The interpreter does not read
/// the texts of views, checks, triggers and expressions, and a database may follow a rename there or not.
fn dependents<'o>(ops: &'o [Op], others: &'o [Op]) -> Vec<(&'o Op, &'o Op)> {
    let mut found = Vec::new();
    for op in ops {
        let gone: Option<(&ObjectName, Option<&Name>)> = match op {
            Op::Drop(Object::Column(table, column)) => Some((table, Some(&column.name))),
            Op::Rename(Rename::Column(table, change)) => Some((table, Some(&change.from))),
            Op::Drop(Object::Table(table)) => Some((&table.name, None)),
            Op::Drop(Object::View(view)) => Some((&view.name, None)),
            Op::Drop(Object::Enum(enum_type)) => Some((&enum_type.name, None)),
            Op::Drop(Object::Routine(routine)) => Some((&routine.name, None)),
            Op::Drop(Object::Definition(definition)) => Some((&definition.id.name, None)),
            Op::Rename(Rename::Table(change) | Rename::Enum(change)) => Some((&change.from, None)),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        };
        let Some((name, column)) = gone else { continue };
        let is_named = |other: &&Op| {
            texts(other).iter().any(|(table, text)| {
                let is_there = *table == Some(name) || column.is_some() && says(text, &name.name);
                match column {
                    // A view with `*` has every column.
                    Some(column) => is_there && (says(text, column) || text.contains('*')),
                    None => says(text, &name.name),
                }
            })
        };
        found.extend(others.iter().filter(is_named).map(|other| (op, other)));
    }
    found
}

/// The texts of what an operation makes, each with its table.
fn texts(op: &Op) -> Vec<(Option<&ObjectName>, &str)> {
    match op {
        Op::Create(object) => match object {
            Object::Table(table) => {
                let checks = table.checks.values().map(|check| check.expression.text());
                let triggers = table.triggers.values().map(|trigger| trigger.definition.text());
                let generated = table.columns.values().filter_map(generated);
                let indexes = table.indexes.values().flat_map(expressions);
                checks.chain(triggers).chain(generated).chain(indexes).map(|text| (Some(&table.name), text)).collect()
            }
            Object::Column(table, column) => generated(column).map(|text| (Some(table), text)).into_iter().collect(),
            Object::Check(table, check) => vec![(Some(table), check.expression.text())],
            Object::Trigger(table, trigger) => vec![(Some(table), trigger.definition.text())],
            Object::Index(table, index) => expressions(index).map(|text| (Some(table), text)).collect(),
            Object::View(view) => vec![(None, view.query.text())],
            Object::Routine(routine) => vec![(None, routine.definition.text())],
            Object::Definition(definition) => vec![(definition.id.on.as_ref(), definition.create.text())],
            Object::PrimaryKey(..) | Object::Unique(..) | Object::ForeignKey(..) | Object::Enum(_) => Vec::new(),
        },
        Op::Alter(Alter::Column(table, change)) => {
            generated(&change.to).map(|text| (Some(table), text)).into_iter().collect()
        }
        Op::Alter(Alter::Routine(change)) => vec![(None, change.to.definition.text())],
        Op::Alter(Alter::Definition(change)) => vec![(change.to.id.on.as_ref(), change.to.create.text())],
        Op::Alter(_) | Op::Drop(_) | Op::Rename(_) => Vec::new(),
    }
}

fn generated(column: &Column) -> Option<&str> {
    column.generated.as_ref().map(|generated| generated.expression.text())
}

fn expressions(index: &Index) -> impl Iterator<Item = &str> {
    let parts = index.parts.iter().filter_map(|part| match &part.target {
        IndexTarget::Column(_) => None,
        IndexTarget::Expression(expression) => Some(expression.text()),
    });
    parts.chain(index.predicate.as_ref().map(|it| it.text()))
}

/// Whether a text contains a name as a word, in any case. A name of a routine is what stands before its arguments.
fn says(text: &str, name: &Name) -> bool {
    let name = name.as_str().to_lowercase();
    let name = name.split('(').next().unwrap_or_default();
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let text = text.to_lowercase();
    match name.chars().all(is_letter) {
        true => text.split(|letter| !is_letter(letter)).any(|word| word == name),
        false => text.contains(name),
    }
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
    merged.with_personal(personal([base, one, other].map(Origins::personal)))
}

/// What both sides say of personal data. Where they contradict each other, the first counts until the code is read again.
fn personal([base, one, other]: [&BTreeMap<Place, PersonalData>; 3]) -> BTreeMap<Place, PersonalData> {
    let places: BTreeSet<&Place> = [base, one, other].into_iter().flat_map(BTreeMap::keys).collect();
    let of = |place: &Place| {
        let [before, one, other] = [base, one, other].map(|it| it.get(place));
        picked(&before, &one, &other).copied().unwrap_or(one).cloned()
    };
    places.into_iter().filter_map(|place| Some((place.clone(), of(place)?))).collect()
}

/// The value of three that a merge takes; `None` if both sides have changed it to something else.
fn picked<'v, T: PartialEq>(base: &'v T, one: &'v T, other: &'v T) -> Option<&'v T> {
    if one == base {
        return Some(other);
    }
    (other == base || one == other).then_some(one)
}
