//! Phrases in the messages of several jobs.
//!
//! Must not know how messages are shown.

use std::error::Error as _;
use std::path::Path;

use sea_gen_runner::Error;

use crate::entity::{Model, Source};
use crate::plan::{Object, Op, Sign};
use crate::schema::{Facet, IndexTarget, Name, ObjectName, Part, Place};

/// `entities/customer.rs:14`, relative to the project.
pub(crate) fn location(source: &Source, root: &Path) -> String {
    let file = source.file.strip_prefix(root).unwrap_or(&source.file);
    format!("{}:{}", file.display(), source.line)
}

/// The source location of an operation's object, or of its owner. A drop has none.
pub(crate) fn source(model: &Model, op: &Op) -> Option<Source> {
    if op.sign() == Sign::Minus {
        return None;
    }
    let place = op.place();
    let column = |table: &ObjectName, name: &Name| model.sources.get(&Place::column(table, name));
    model
        .sources
        .get(&place)
        .or_else(|| match op {
            // An implied object, or one with another name, has the location of its first column.
            Op::Create(Object::Index(table, index)) => match &index.parts.first()?.target {
                IndexTarget::Column(name) => column(table, name),
                IndexTarget::Expression(_) => None,
            },
            Op::Create(Object::Unique(table, unique)) => column(table, unique.columns.first()?),
            Op::Create(Object::ForeignKey(table, key)) => column(table, key.columns.first()?),
            _ => None,
        })
        .or_else(|| match &place {
            Place::Table(table, Part::Column(name, facet)) if *facet != Facet::Whole => column(table, name),
            _ => None,
        })
        .or_else(|| match &place {
            Place::Table(table, _) => model.sources.get(&Place::table(table)),
            place @ (Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_)) => {
                model.sources.get(place)
            }
        })
}

/// `1 table`, `2 tables`; `1 index`, `2 indexes`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match (count, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "index") => format!("{count} indexes"),
        (_, "unique") => format!("{count} unique constraints"),
        _ => format!("{count} {noun}s"),
    }
}

/// An error, and below it its causes, line by line.
pub(crate) fn with_reasons(error: &Error) -> Vec<String> {
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(reason) = source {
        lines.extend(reason.to_string().lines().map(str::to_owned));
        source = reason.source();
    }
    lines
}
