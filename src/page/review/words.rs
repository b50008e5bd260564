//! A change in up to three sentences: what changes, what is lost, and who waits.
//!
//! Must not know how they are shown.

use std::collections::BTreeSet;

use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::ObjectName;

use super::{MigrationReview, ProofState};

/// How many names are listed before they are only counted.
const LISTED: usize = 3;

/// The sentences. `unknown` says why the plan is not known, if it is not.
pub fn summary(plan: &Plan, at_stake: &[String], migrations: &[MigrationReview], unknown: bool) -> Vec<String> {
    let mut sentences = Vec::new();
    let what = changed(plan);
    sentences.push(match (unknown, what.is_empty()) {
        (true, _) => "What changes is not known: only the statements are shown.".to_owned(),
        (false, true) if migrations.is_empty() => return vec!["Nothing changes.".to_owned()],
        (false, true) => "The schema stays as it is.".to_owned(),
        (false, false) => sentence(&what.join("; ")),
    });
    sentences.push(match at_stake.len() {
        0 => "No data is lost.".to_owned(),
        1 => "Data is lost in one place.".to_owned(),
        count => format!("Data is lost in {count} places."),
    });
    sentences.push(sentence(&format!("{}; {}", waiting(migrations), proof(migrations))));
    sentences
}

/// A phrase for each verb: `adds table coupon and an index of book`.
fn changed(plan: &Plan) -> Vec<String> {
    const VERBS: [&str; 4] = ["adds", "renames", "changes", "drops"];
    const KINDS: [&str; 3] = ["table", "column", "enum type"];
    let whole: BTreeSet<ObjectName> = plan.ops().iter().filter_map(whole_table).collect();
    let mut kinds: Vec<(&'static str, &'static str, &'static str, Vec<String>)> = Vec::new();
    // What comes and goes with a table is not told by itself.
    for op in plan.ops().iter().filter(|op| whole_table(op).is_some() || !whole.contains(&op.subject())) {
        let (verb, one, many, name) = told(plan, op);
        match kinds.iter_mut().find(|(of, kind, ..)| *of == verb && *kind == one) {
            Some((.., names)) => names.push(name),
            None => kinds.push((verb, one, many, vec![name])),
        }
    }
    kinds.sort_by_key(|(_, one, ..)| (KINDS.iter().position(|it| it == one).unwrap_or(KINDS.len()), *one));
    let phrase = |verb: &&str| {
        let of_verb = kinds.iter().filter(|(of, ..)| of == verb);
        let named: Vec<String> = of_verb.map(|(_, one, many, names)| counted(one, many, names)).collect();
        (!named.is_empty()).then(|| format!("{verb} {}", joined(&named)))
    };
    VERBS.iter().filter_map(phrase).collect()
}

/// The table that an operation creates or drops.
fn whole_table(op: &Op) -> Option<ObjectName> {
    match op {
        Op::Create(Object::Table(table)) | Op::Drop(Object::Table(table)) => Some(table.name.clone()),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    }
}

/// `table coupon`, `tables a and b`, `5 tables`.
fn counted(one: &str, many: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    names.dedup();
    match names.len() {
        1 => format!("{one} {}", names.concat()),
        count if count <= LISTED => format!("{many} {}", joined(&names)),
        count => format!("{count} {many}"),
    }
}

/// The verb, the kind, and the name of an operation's object.
fn told(plan: &Plan, op: &Op) -> (&'static str, &'static str, &'static str, String) {
    let subject = op.subject();
    let object = match op {
        Op::Create(object) | Op::Drop(object) => Some(object),
        Op::Alter(_) | Op::Rename(_) => None,
    };
    let of_table = |one: &'static str, many: &'static str| (one, many, format!("of {subject}"));
    let (one, many, name) = match (op, object) {
        (_, Some(Object::Table(table))) => ("table", "tables", table.name.to_string()),
        (_, Some(Object::Column(table, column))) => ("column", "columns", format!("{table}.{}", column.name)),
        (_, Some(Object::PrimaryKey(..))) => of_table("the primary key", "primary keys"),
        (_, Some(Object::Unique(..))) => of_table("a unique constraint", "unique constraints"),
        (_, Some(Object::ForeignKey(..))) => of_table("a foreign key", "foreign keys"),
        (_, Some(Object::Check(..))) => of_table("a check", "checks"),
        (_, Some(Object::Index(..))) => of_table("an index", "indexes"),
        (_, Some(Object::Trigger(..))) => of_table("a trigger", "triggers"),
        (_, Some(Object::Enum(it))) => ("enum type", "enum types", it.name.to_string()),
        (_, Some(Object::View(it))) => ("view", "views", it.name.to_string()),
        (_, Some(Object::Routine(it))) => ("routine", "routines", it.name.to_string()),
        (_, Some(Object::Definition(it))) => ("definition", "definitions", it.id.to_string()),
        (Op::Alter(Alter::Column(table, change)), _) => ("column", "columns", format!("{table}.{}", change.to.name)),
        (Op::Alter(Alter::Enum(change)), _) => ("enum type", "enum types", change.to.name.to_string()),
        (Op::Alter(Alter::Routine(change)), _) => ("routine", "routines", change.to.name.to_string()),
        (Op::Alter(Alter::Definition(change)), _) => ("definition", "definitions", change.to.id.to_string()),
        (Op::Alter(Alter::PrimaryKey(..)), _) => of_table("the primary key", "primary keys"),
        (Op::Alter(Alter::Comment(..)), _) => of_table("the comment", "comments of tables"),
        (Op::Alter(Alter::Options(..)), _) => of_table("the options", "options of tables"),
        (Op::Alter(Alter::Rows(_)), _) => of_table("the reference rows", "reference rows"),
        (Op::Rename(Rename::Table(change)), _) => ("table", "tables", format!("{} to {}", change.from, change.to)),
        (Op::Rename(Rename::Column(table, change)), _) => {
            ("column", "columns", format!("{table}.{} to {}", change.from, change.to))
        }
        (Op::Rename(Rename::Enum(change)), _) => {
            ("enum type", "enum types", format!("{} to {}", change.from, change.to))
        }
        (Op::Rename(Rename::EnumValue(..)), _) => of_table("a value", "enum values"),
        (Op::Rename(Rename::Index(..)), _) => of_table("an index", "indexes"),
        (Op::Rename(Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..)), _) => {
            of_table("a constraint", "constraints")
        }
        (Op::Create(_) | Op::Drop(_), None) => of_table("an object", "objects"),
    };
    // What is dropped and created under one name is changed.
    let has_other = |create: bool| {
        plan.ops().iter().any(|other| match (other, op) {
            (Op::Create(new), Op::Drop(old)) if create => new.place() == old.place(),
            (Op::Drop(old), Op::Create(new)) if !create => new.place() == old.place(),
            _ => false,
        })
    };
    let verb = match op {
        Op::Create(_) if has_other(false) => "changes",
        Op::Drop(_) if has_other(true) => "changes",
        Op::Create(_) => "adds",
        Op::Drop(_) => "drops",
        Op::Alter(_) => "changes",
        Op::Rename(_) => "renames",
    };
    (verb, one, many, name)
}

/// Who waits for the migrations that are applied.
fn waiting(migrations: &[MigrationReview]) -> String {
    let notes = migrations.iter().flat_map(|it| &it.up).flat_map(|it| &it.locks);
    let slow: Vec<&super::LockNote> = notes.clone().filter(|note| note.grows).collect();
    let Some(first) = slow.first() else {
        return match notes.count() {
            0 => "nobody waits for it".to_owned(),
            _ => "others wait for a moment only".to_owned(),
        };
    };
    let mut tables: Vec<String> = slow.iter().map(|note| note.table.clone()).collect();
    tables.sort();
    tables.dedup();
    let on = if tables.len() <= LISTED { joined(&tables) } else { format!("{} tables", tables.len()) };
    format!("{} on {on} wait {}", first.blocks, first.time)
}

fn proof(migrations: &[MigrationReview]) -> String {
    let is = |state: fn(&ProofState) -> bool| migrations.iter().filter(|it| state(&it.proof)).count();
    let (proven, refuted) = (is(|it| matches!(it, ProofState::Proven(_))), is(|it| *it == ProofState::Refuted));
    match migrations.len() {
        0 => "there is no migration".to_owned(),
        1 => migrations.iter().map(|it| format!("the migration is {}", it.proof.said())).collect(),
        all if proven == all => format!("all {all} migrations are proven"),
        all if refuted > 0 => format!("{refuted} of {all} migrations failed their proof"),
        all => format!("{proven} of {all} migrations are proven"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn joined(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}
