//! Prints plans and findings: grouped by table, + − ~, with the source line of each step.
//!
//! Must not know how a plan was made.

pub(super) use crate::workflow::text::{location, plural, source};

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::entity::Model;
use crate::lint::{Finding, Level};
use crate::plan::{Alter, Object, Op, Plan, Sign};
use crate::schema::{Facet, ObjectName, Part, Place, View};

use super::paint::{Ink, ink};

/// An operation, its description, and its source line.
type Line<'a> = (&'a Op, String, Option<String>);

/// A human-readable plan. `model` has the source locations, if the plan comes from entities.
pub(super) fn plan(plan: &Plan, model: Option<&Model>, root: &Path) -> String {
    let mut groups: Vec<(ObjectName, Vec<&Op>)> = Vec::new();
    for op in plan.ops() {
        let subject = op.subject();
        match groups.iter_mut().find(|(name, _)| *name == subject) {
            Some((_, ops)) => ops.push(op),
            None => groups.push((subject, vec![op])),
        }
    }
    let lines: Vec<(String, Vec<Line<'_>>)> = groups
        .into_iter()
        .map(|(subject, ops)| {
            let lines = ops.into_iter().map(|op| {
                let source = model.and_then(|model| source(model, op)).map(|source| location(&source, root));
                (op, op.summary(), source)
            });
            (subject.to_string(), lines.collect())
        })
        .collect();
    let width = lines
        .iter()
        .flat_map(|(_, lines)| lines.iter().map(|(_, summary, _)| summary.chars().count()))
        .filter(|width| *width <= 72)
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (subject, lines) in lines {
        text.push_str(&format!("  {}\n", ink(Ink::Bold, subject)));
        for (op, summary, source) in lines {
            let (colour, sign) = match op.sign() {
                Sign::Plus => (Ink::Green, "+"),
                Sign::Minus => (Ink::Red, "−"),
                Sign::Tilde => (Ink::Yellow, "~"),
            };
            let padding = " ".repeat(width.saturating_sub(summary.chars().count()));
            text.push_str(&format!("    {} {summary}", ink(colour, sign)));
            if let Some(source) = source {
                text.push_str(&format!("{padding}   {}", ink(Ink::Dim, source)));
            }
            text.push('\n');
            text.push_str(&rewritten(plan, op));
        }
    }
    text
}

/// The line diff of a definition; empty for any other object.
fn rewritten(plan: &Plan, op: &Op) -> String {
    let text = |object: &Object| match object {
        Object::Trigger(_, trigger) => Some(trigger.definition.text().to_owned()),
        Object::Routine(routine) => Some(routine.definition.text().to_owned()),
        Object::Definition(definition) => Some(definition.create.text().to_owned()),
        Object::Table(_)
        | Object::Column(..)
        | Object::PrimaryKey(..)
        | Object::Unique(..)
        | Object::ForeignKey(..)
        | Object::Check(..)
        | Object::Index(..)
        | Object::Enum(_)
        | Object::View(_) => None,
    };
    let sides = match op {
        Op::Alter(Alter::Definition(change)) => {
            Some((change.from.create.text().to_owned(), change.to.create.text().to_owned()))
        }
        Op::Alter(Alter::Routine(change)) => {
            Some((change.from.definition.text().to_owned(), change.to.definition.text().to_owned()))
        }
        Op::Create(Object::View(new)) => plan.ops().iter().find_map(|other| match other {
            Op::Drop(Object::View(old)) if old.name == new.name => {
                let with_query = old.query != new.query;
                Some((view_text(old, with_query), view_text(new, with_query)))
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        }),
        Op::Create(new) => {
            let old = plan.ops().iter().find_map(|other| match other {
                Op::Drop(old) if old.place() == new.place() => text(old),
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
            });
            old.zip(text(new))
        }
        Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    };
    let Some((old, new)) = sides else { return String::new() };
    let ended = |text: String| if text.is_empty() { text } else { format!("{}\n", text.trim_end()) };
    let (old, new) = (ended(old), ended(new));
    let mut lines = String::new();
    for change in similar::TextDiff::from_lines(&old, &new).iter_all_changes() {
        let (colour, sign) = match change.tag() {
            similar::ChangeTag::Delete => (Ink::Red, "−"),
            similar::ChangeTag::Insert => (Ink::Green, "+"),
            similar::ChangeTag::Equal => continue,
        };
        lines.push_str(&format!("        {} {}\n", ink(colour, sign), change.value().trim_end()));
    }
    lines
}

/// The line diff of a view: its query unless it is equivalent, its options, and its dependents.
fn view_text(view: &View, with_query: bool) -> String {
    let query = if with_query { view.query.text().to_owned() } else { String::new() };
    let settings = view.options.iter().map(|(key, value)| match value.starts_with("CREATE") {
        true => value.clone(),
        false => format!("{key}: {value}"),
    });
    let comment = view.comment.iter().map(|comment| format!("comment: {comment}"));
    [query].into_iter().filter(|query| !query.is_empty()).chain(settings).chain(comment).collect::<Vec<_>>().join("\n")
}

/// Human-readable findings.
pub(super) fn findings(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let (colour, word) = match finding.level {
            Level::Info => (Ink::Dim, "info"),
            Level::Warning => (Ink::Yellow, "warning"),
            Level::Danger => (Ink::Red, "danger"),
        };
        format!("  {}: {} [{}]\n", ink(colour, word), finding.message, finding.rule)
    };
    findings.iter().map(line).collect()
}

/// A plan as JSON: every operation as data, with its description and its source location.
pub(super) fn plan_json(plan: &Plan, model: Option<&Model>, root: &Path) -> Value {
    let ops = plan.ops().iter().map(|op| {
        json!({
            "op": op,
            "summary": op.to_string(),
            "source": model.and_then(|model| source(model, op)).map(|source| location(&source, root)),
        })
    });
    Value::Array(ops.collect())
}

/// `12 tables, 1 enum, 2 views`, without zero counts.
pub(super) fn counts(schema: &crate::schema::Schema) -> String {
    let kinds = [
        (schema.tables.len(), "table"),
        (schema.enums.len(), "enum"),
        (schema.views.len(), "view"),
        (schema.routines.len(), "routine"),
        (schema.definitions.len(), "definition"),
    ];
    let parts: Vec<String> =
        kinds.into_iter().filter(|(count, _)| *count > 0).map(|(n, kind)| plural(n, kind)).collect();
    if parts.is_empty() { "empty".to_owned() } else { parts.join(", ") }
}

/// The number of undeclared objects by kind: `2 indexes, 1 trigger`. Facets of one column count once, as `column
/// facet`.
pub(super) fn adopted_counts(origins: &crate::schema::Origins) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let is_adopted = |table: &crate::schema::ObjectName, part: Part| {
        origins.of(&Place::Table(table.clone(), part)) == crate::schema::Origin::Adopted
    };
    for (place, origin) in origins.listed() {
        if origin != crate::schema::Origin::Adopted {
            continue;
        }
        let kind = match place {
            Place::Table(table, part) => match part {
                Part::Whole => "table",
                Part::Comment => "table comment",
                Part::Option(_) => "table option",
                Part::PrimaryKey => "primary key",
                Part::Column(_, Facet::Whole) => "column",
                Part::Column(_, Facet::Type) => continue,
                // A column's wording counts with an undeclared column.
                Part::Column(name, Facet::Options) if is_adopted(table, Part::Column(name.clone(), Facet::Whole)) => {
                    continue;
                }
                Part::Column(_, Facet::Default) => "default",
                Part::Column(_, _) => "column facet",
                Part::Unique(_) => "unique",
                Part::ForeignKey(_, Facet::Whole) => "foreign key",
                Part::ForeignKey(..) => "foreign key action",
                Part::Check(_) => "check",
                Part::Index(_) => "index",
                Part::Trigger(_) => "trigger",
                Part::Rows => "reference rows",
            },
            Place::Enum(_) => "enum",
            Place::View(_) => "view",
            Place::Routine(_) => "routine",
            Place::Definition(_) => "definition",
        };
        *counts.entry(kind).or_insert(0) += 1;
    }
    counts
}
