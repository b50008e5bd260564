//! The operations of a plan, by table, each with a sign and the line of its declaration.
//!
//! Must not know how they are shown.

use serde::Serialize;

use crate::plan::{Object, Op, Plan, Rename};

use super::Mark;

/// What changes in a table, or the change of another object.
#[derive(Clone, Debug, Serialize)]
pub struct TableChange {
    /// The name after the change, or before it if it is removed.
    pub name: String,
    /// The name before, if it is renamed.
    pub former: Option<String>,
    /// How it differs.
    pub mark: Mark,
    /// What changes, in the order of the plan.
    pub lines: Vec<ChangeLine>,
}

/// One operation in words.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeLine {
    /// How its object differs.
    pub mark: Mark,
    /// In words: `column email text not null`.
    pub text: String,
    /// The line that declares it: `entities/user.rs:14`.
    pub source: Option<String>,
}

/// How the object of an operation differs.
pub(super) fn mark(op: &Op) -> Mark {
    match op {
        Op::Create(_) => Mark::Added,
        Op::Drop(_) => Mark::Removed,
        Op::Alter(_) => Mark::Altered,
        Op::Rename(_) => Mark::Renamed,
    }
}

/// The operations of a plan, grouped by what they belong to, sorted by name. `source` tells the line that declares one.
pub fn changes(plan: &Plan, source: impl Fn(&Op) -> Option<String>) -> Vec<TableChange> {
    let mut groups: Vec<TableChange> = Vec::new();
    for op in plan.ops() {
        let name = op.subject().to_string();
        let at = groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
            groups.push(TableChange { name, former: None, mark: Mark::Altered, lines: Vec::new() });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(at) else { continue };
        match op {
            Op::Create(object) | Op::Drop(object) if is_whole(object) => {
                // Dropped and created under its name, it is altered.
                let is_first = group.lines.iter().all(|line| line.text != op.summary());
                group.mark = if is_first { mark(op) } else { Mark::Altered };
            }
            Op::Rename(Rename::Table(change) | Rename::Enum(change)) => {
                group.former = Some(change.from.to_string());
                group.mark = Mark::Renamed;
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => {}
        }
        group.lines.push(ChangeLine { mark: mark(op), text: op.summary(), source: source(op) });
    }
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

/// Whether an object is what its operations are grouped by.
fn is_whole(object: &Object) -> bool {
    match object {
        Object::Table(_) | Object::Enum(_) | Object::View(_) | Object::Routine(_) => true,
        Object::Definition(definition) => definition.id.on.is_none(),
        Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Trigger(..) => false,
    }
}
