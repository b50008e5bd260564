//! The options that resolve what `gen migration` refuses, with the names of the objects.
//!
//! Must not know the effect of an answer.

use crate::dialect::casts::{Family, family};
use crate::lint::allow::in_shell;
use crate::lint::{DROP_VALUE, Finding, IMPOSSIBLE_CAST, LOSSY_CAST, NOT_NULL};
use crate::plan::{Alter, Op};
use crate::schema::{Facet, Name, ObjectName, Part, Place, Schema, Type};

use super::generate::MigrationDraft;

/// A hint for every kind of answer to the refused findings.
pub(super) fn answers(drafts: &[MigrationDraft], refused: &[&Finding]) -> Vec<String> {
    let columns = |rules: &[&str], option: &str, value: &str| -> Vec<String> {
        let places = refused.iter().filter(|finding| rules.contains(&finding.rule)).map(|finding| &finding.place);
        let columns = places.filter_map(column);
        columns.map(|column| format!("{option} {}", in_shell(&format!("{column}={value}")))).collect()
    };
    let mut replaced: Vec<String> = Vec::new();
    for finding in refused.iter().filter(|finding| finding.rule == DROP_VALUE) {
        for option in drafts.iter().flat_map(|draft| replacements(draft, &finding.place)) {
            if !replaced.contains(&option) {
                replaced.push(option);
            }
        }
    }
    let said = [
        ("or give existing rows a value", columns(&[NOT_NULL], "--backfill", "VALUE")),
        ("or convert the values", columns(&[LOSSY_CAST, IMPOSSIBLE_CAST], "--using", "EXPRESSION")),
        ("or replace the removed value, for example", replaced),
    ];
    let said = said.into_iter().filter(|(_, options)| !options.is_empty());
    said.map(|(what, options)| format!("{what}: `{}`", options.join(" "))).collect()
}

fn column(place: &Place) -> Option<String> {
    match place {
        Place::Table(table, Part::Column(column, Facet::Whole)) => Some(format!("{table}.{column}")),
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
    }
}

/// For every removed value at a place, a remaining one, in every column that may have it.
fn replacements(draft: &MigrationDraft, place: &Place) -> Vec<String> {
    let (from, to) = (draft.base.schema(), draft.target.schema.schema());
    let values = |schema: &Schema, data_type: &Type| match family(draft.product, schema, data_type) {
        Family::Choice(values) => values,
        _ => Vec::new(),
    };
    let of = |op: &Op| -> Vec<String> {
        let (before, after, columns) = match op {
            Op::Alter(Alter::Enum(change)) => {
                (change.from.values.clone(), change.to.values.clone(), columns_of(to, &change.to.name))
            }
            Op::Alter(Alter::Column(table, change)) => {
                let (before, after) = (values(from, &change.from.data_type), values(to, &change.to.data_type));
                (before, after, vec![(table, &change.to.name)])
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => return Vec::new(),
        };
        let Some(stays) = after.iter().find(|value| before.contains(value)) else { return Vec::new() };
        let gone = before.iter().filter(|value| !after.contains(value));
        let option = |(table, column): &(&ObjectName, &Name), gone: &str| {
            format!("--replace {}", in_shell(&format!("{table}.{column}:{gone}={stays}")))
        };
        gone.flat_map(|gone| columns.iter().map(|column| option(column, gone)).collect::<Vec<_>>()).collect()
    };
    draft.plan.ops().iter().filter(|op| op.place() == *place).flat_map(of).collect()
}

/// The columns of an enum type.
fn columns_of<'s>(schema: &'s Schema, name: &ObjectName) -> Vec<(&'s ObjectName, &'s Name)> {
    let typed =
        schema.tables.values().flat_map(|table| table.columns.values().map(move |column| (&table.name, column)));
    typed
        .filter(|(_, column)| column.data_type.enum_name() == Some(name))
        .map(|(table, it)| (table, &it.name))
        .collect()
}
