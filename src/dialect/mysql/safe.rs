//! Safe forms: every `ALTER TABLE` says by which algorithm the server is to do it and who may go on meanwhile, so that it
//! refuses where it would otherwise copy the table without a word; what can be done at once does not wait for what cannot.
//!
//! Where it is not certain what a server does, nothing is said, and the server chooses. Must not know SQL.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::dialect::{Online, Step};
use crate::plan::cost::{Blocks, Cost, cost};
use crate::plan::{Alter, Object, Op, Plan, Rename, apply, destroys};
use crate::schema::{Action, Change, Column, DefaultValue, Index, IndexTarget, Name, ObjectName, Schema, Table, Type};

use super::casts::{appended, widened};
use super::{Flavor, locks};

/// Settings of a table beside which every line of the table of locks holds.
const HARMLESS: &[&str] = &["collation", "stats_persistent", "stats_auto_recalc", "stats_sample_pages"];

/// The steps in safe forms.
pub(super) fn safe(flavor: Flavor, steps: Vec<Step>, plan: &Plan, from: &Schema) -> Vec<Step> {
    let mut to = from.clone();
    // A plan that does not fit shows when it is proven.
    let _ = apply(plan, &mut to);
    let mut originals: BTreeMap<ObjectName, ObjectName> =
        from.tables.keys().map(|name| (name.clone(), name.clone())).collect();
    let mut safe = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if let Step::Direct(Op::Rename(Rename::Table(change))) = step
            && let Some(original) = originals.remove(&change.from)
        {
            originals.insert(change.to.clone(), original);
        }
        let Step::Together(name, ops) = step else {
            safe.push(step.clone());
            continue;
        };
        let last = steps.iter().skip(at + 1).fold(name.clone(), |name, step| match step {
            Step::Direct(Op::Rename(Rename::Table(change))) if change.from == name => change.to.clone(),
            _ => name,
        });
        let before = originals.get(name).and_then(|original| from.tables.get(original));
        let is_certain = |before: &Table| {
            let after = to.tables.get(&last);
            is_plain(before) && after.is_none_or(|after| is_plain(after) && serving(before) == serving(after))
        };
        match before {
            Some(before) if is_certain(before) => {
                safe.extend(altered(flavor, before, name, ops));
            }
            Some(_) | None => safe.push(step.clone()),
        }
    }
    safe
}

/// Whether nothing about a table keeps a server from what it does with others.
fn is_plain(table: &Table) -> bool {
    let is_known = |(key, value): (&String, &String)| {
        HARMLESS.contains(&key.as_str()) || (key == "engine" && value.eq_ignore_ascii_case("innodb"))
    };
    // An index on an expression stands on a computed column that nobody sees.
    let computed = |part: &crate::schema::IndexPart| matches!(part.target, IndexTarget::Expression(_));
    let is_special = |index: &Index| {
        index.method.as_deref().is_some_and(|method| method != "btree") || index.parts.iter().any(computed)
    };
    table.options.iter().all(is_known)
        && table.columns.values().all(|column| column.generated.is_none())
        && !table.indexes.values().any(is_special)
}

/// The unique indexes of which one orders the rows of a table without a primary key. A server may have to copy the table where
/// they are others than before.
fn serving(table: &Table) -> Option<Vec<&Index>> {
    let is_whole = |part: &crate::schema::IndexPart| match &part.target {
        IndexTarget::Column(name) => {
            !part.options.contains_key("prefix") && table.columns.get(name).is_some_and(|column| !column.nullable)
        }
        IndexTarget::Expression(_) => false,
    };
    let serves = |index: &&Index| index.unique && index.parts.iter().all(is_whole);
    let serving: Vec<&Index> = table.indexes.values().filter(serves).collect();
    (table.primary_key.is_none() && !serving.is_empty()).then_some(serving)
}

/// One alteration of a table, as one step for each group of operations that belong together, those done by one algorithm in
/// one step again.
fn altered(flavor: Flavor, before: &Table, name: &ObjectName, ops: &[Op]) -> Vec<Step> {
    let groups = groups(ops);
    let mut steps: Vec<(Option<Online>, Vec<Op>)> = Vec::new();
    // What destroys comes last, and not into a statement before that.
    let (lossy, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group: &Vec<Op>| group.iter().any(destroys));
    let kept = others.len();
    for (at, group) in others.into_iter().chain(lossy).enumerate() {
        let online = online(flavor, before, &group);
        let mergeable =
            if at < kept { steps.iter_mut().rev().find(|(same, _)| *same == online) } else { steps.last_mut() };
        match mergeable.filter(|(same, _)| *same == online) {
            Some((_, ops)) => ops.extend(group),
            None => steps.push((online, group)),
        }
    }
    // Where one group's algorithm is not certain, the server chooses for all of them, as it would have.
    if steps.iter().any(|(online, _)| online.is_none()) {
        return vec![Step::Together(name.clone(), ops.to_vec())];
    }
    let step = |(online, ops): (Option<Online>, Vec<Op>)| match online {
        Some(online) => Step::Online(name.clone(), ops, online),
        None => Step::Together(name.clone(), ops),
    };
    steps.into_iter().map(step).collect()
}

/// Operations that have to stand in one statement, because they are about the same columns. Where that cannot be told, all
/// of them.
fn groups(ops: &[Op]) -> Vec<Vec<Op>> {
    let mut groups: Vec<(BTreeSet<Name>, Vec<Op>)> = Vec::new();
    for op in ops {
        let Some(mut names) = columns(op) else { return vec![ops.to_vec()] };
        let mut joined = Vec::new();
        let (same, others): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(other, _)| names.iter().any(|name| other.contains(name)));
        for (other, ops) in same {
            names.extend(other);
            joined.extend(ops);
        }
        joined.push(op.clone());
        groups = others;
        groups.push((names, joined));
    }
    groups.into_iter().map(|(_, ops)| ops).collect()
}

/// The columns an operation is about.
fn columns(op: &Op) -> Option<BTreeSet<Name>> {
    match op {
        Op::Create(Object::Column(_, column)) | Op::Drop(Object::Column(_, column)) => {
            Some([column.name.clone()].into())
        }
        Op::Alter(Alter::Column(_, change)) => Some([change.to.name.clone()].into()),
        Op::Create(Object::Index(_, index)) | Op::Drop(Object::Index(_, index)) => {
            let of_part = |part: &crate::schema::IndexPart| match &part.target {
                IndexTarget::Column(name) => Some(name.clone()),
                IndexTarget::Expression(_) => None,
            };
            // An index that takes another's name stays with it.
            let own = Name::new(format!("index {}", index.name));
            index.parts.iter().map(of_part).chain([Some(own)]).collect()
        }
        Op::Alter(Alter::Comment(..)) => Some(BTreeSet::new()),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// By which algorithm the server does a group of operations, if that is certain.
fn online(flavor: Flavor, before: &Table, ops: &[Op]) -> Option<Online> {
    let costs = match flavor {
        Flavor::MySql => locks::MYSQL,
        Flavor::MariaDb => locks::MARIADB,
    };
    let costs: Option<Vec<&'static Cost>> = ops.iter().map(|op| cost(costs, kind(flavor, before, op)?)).collect();
    let rank = |cost: &&Cost| match (cost.algorithm, cost.blocks) {
        ("INSTANT", _) => 0,
        ("INPLACE", Blocks::Nobody) => 1,
        ("INPLACE", _) => 2,
        _ => 3,
    };
    let worst = costs?.into_iter().max_by_key(rank)?;
    // Rows that a foreign key changes by itself keep the server from letting writers go on; it says so where that is so.
    let cascades = |action: Option<Action>| action.is_some_and(|action| action != Action::Restrict);
    let mut keys = before.foreign_keys.values();
    let has_cascades = keys.any(|key| cascades(key.on_delete) || cascades(key.on_update));
    let lock = match worst.algorithm {
        // MariaDB copies while writers go on where it can, and chooses by itself.
        "COPY" if flavor == Flavor::MariaDb => "",
        "INPLACE" if has_cascades => "",
        _ => worst.lock,
    };
    Some(Online { algorithm: worst.algorithm, lock, copies: worst.algorithm == "COPY" })
}

/// The kind of clause an operation becomes, if it is one whose cost is known.
fn kind(flavor: Flavor, before: &Table, op: &Op) -> Option<ClauseKind> {
    let is_indexed = |column: &Name| {
        let on = |index: &Index| index.parts.iter().any(|part| part.target == IndexTarget::Column(column.clone()));
        let in_key = before.primary_key.as_ref().is_some_and(|key| key.columns.contains(column));
        in_key || before.indexes.values().any(on)
    };
    match op {
        Op::Create(Object::Column(_, column)) => match &column.default {
            _ if column.identity.is_some() => Some(ClauseKind::AddColumnNumbered),
            Some(DefaultValue::Expression(default)) if differs_by_row(default.text()) => None,
            Some(_) | None if column.options.is_empty() => Some(ClauseKind::AddColumn),
            Some(_) | None => None,
        },
        // With its index goes more than the catalog's line.
        Op::Drop(Object::Column(_, column)) if is_indexed(&column.name) => Some(ClauseKind::DropIndex),
        // MySQL only hides the column, under a longer name that it may cut in the middle of a letter, and fails.
        Op::Drop(Object::Column(_, column)) if !column.name.as_str().is_ascii() && column.name.as_str().len() > 32 => {
            Some(ClauseKind::DropIndex)
        }
        Op::Drop(Object::Column(..)) => Some(ClauseKind::DropColumn),
        Op::Alter(Alter::Column(_, change)) => changed(change, is_indexed(&change.from.name)),
        Op::Create(Object::Index(_, index)) => match index.method.as_deref() {
            Some("fulltext" | "vector") => Some(ClauseKind::CreateSpecialIndex),
            Some("btree") | None if flavor == Flavor::MariaDb && is_hashed(before, index) => None,
            Some("btree") | None => Some(if index.unique { ClauseKind::AddUnique } else { ClauseKind::CreateIndex }),
            Some(_) => None,
        },
        Op::Drop(Object::Index(_, index)) if index.method.is_none() => Some(ClauseKind::DropIndex),
        Op::Create(Object::PrimaryKey(..)) => Some(ClauseKind::AddPrimaryKey),
        Op::Alter(Alter::PrimaryKey(..)) => Some(ClauseKind::ReplacePrimaryKey),
        Op::Drop(Object::PrimaryKey(..)) => Some(ClauseKind::DropPrimaryKey),
        Op::Create(Object::ForeignKey(..)) => Some(ClauseKind::AddForeignKey),
        Op::Drop(Object::ForeignKey(..)) => Some(ClauseKind::DropForeignKey),
        // MariaDB's checks may belong to a column, which is written anew with them.
        Op::Create(Object::Check(_, check)) if flavor == Flavor::MySql && check.options.is_empty() => {
            Some(ClauseKind::AddCheck)
        }
        Op::Drop(Object::Check(..)) if flavor == Flavor::MySql => Some(ClauseKind::DropConstraint),
        Op::Alter(Alter::Comment(..)) => Some(ClauseKind::Comment),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// Whether MariaDB makes a hash of the columns of a unique index, in a computed column that nobody sees, because they may be
/// longer than an index takes (manual, "Unique Indexes with BLOB or TEXT columns"; 3,072 bytes of InnoDB).
fn is_hashed(before: &Table, index: &Index) -> bool {
    let is_long = |column: &Column| {
        let Type::Native(spelling) = &column.data_type else { return false };
        let length = || spelling.strip_prefix("varchar(")?.split(')').next()?.parse::<u32>().ok();
        ["text", "blob"].iter().any(|word| spelling.contains(word)) || length().is_some_and(|length| length > 768)
    };
    index.unique
        && index.parts.iter().any(|part| match &part.target {
            IndexTarget::Column(name) => {
                !part.options.contains_key("prefix") && before.columns.get(name).is_some_and(is_long)
            }
            IndexTarget::Expression(_) => true,
        })
}

/// What a change of a column comes to.
fn changed(change: &Change<Column>, indexed: bool) -> Option<ClauseKind> {
    let (from, to) = (&change.from, &change.to);
    let bare = |column: &Column| Column {
        default: None,
        comment: None,
        nullable: true,
        wording: crate::schema::Wording::default(),
        ..column.clone()
    };
    let (old, new) = (bare(from), bare(to));
    if (Column { data_type: old.data_type.clone(), ..new.clone() }) != old {
        return None;
    }
    let (Type::Native(before), Type::Native(after)) = (&from.data_type, &to.data_type) else { return None };
    match (before == after, from.nullable == to.nullable) {
        (true, true) if from.default.is_some() || to.default.is_some() || from.comment != to.comment => {
            Some(ClauseKind::SetDefault)
        }
        (true, true) => None,
        (true, false) => Some(if to.nullable { ClauseKind::DropNotNull } else { ClauseKind::SetNotNull }),
        (false, same_null) => match (widened(before, after), appended(before, after)) {
            (Some(true), _) if same_null && !indexed => Some(ClauseKind::Widen),
            (None, true) if same_null => Some(ClauseKind::AppendValue),
            (Some(_), _) | (None, true) => None,
            (None, false) => Some(ClauseKind::Retype),
        },
    }
}

/// Whether a default may give every row another value.
fn differs_by_row(default: &str) -> bool {
    let lower = default.to_lowercase();
    let steady = lower.starts_with("current_timestamp") || lower.starts_with("now(") || lower.starts_with('\'');
    lower.contains('(') && !steady
}

#[cfg(test)]
mod tests;
