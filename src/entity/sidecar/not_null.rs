//! `ALTER TABLE … ADD CONSTRAINT … NOT NULL column`: what a NOT NULL says beyond that (PostgreSQL 18).
//!
//! Must not know whether a column takes NULL: its entity says so.

use crate::schema::{Facet, Name, Origin, Part, Place, Product};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{names, raw};

/// The positions of the table's name, of the constraint's name if it has one, and of the column's.
fn positions(statement: &Statement<'_>) -> Option<(usize, Option<usize>, usize)> {
    let is = |at: usize, word: &str| statement.tokens().get(at).is_some_and(|(token, _)| is_word(token, word));
    let table = 2 + usize::from(is(2, "ONLY"));
    let (_, add) = raw::name_at(statement, table)?;
    let named = is(add + 1, "CONSTRAINT");
    let not = add + 1 + if named { 2 } else { 0 };
    (is(add, "ADD") && is(not, "NOT") && is(not + 1, "NULL")).then_some((table, named.then_some(add + 2), not + 2))
}

/// Whether a statement declares one.
pub(super) fn declares(statement: &Statement<'_>) -> bool {
    statement.product() == Product::Postgres && positions(statement).is_some()
}

pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let unclear = || {
        SourceError::new(statement.first_words(), "this NOT NULL is not declared here", "not understood")
            .hint("ALTER TABLE book ADD CONSTRAINT book_has_title NOT NULL title")
    };
    let (table, constraint, column) = positions(statement).ok_or_else(unclear)?;
    let at = |at: usize| raw::name_at(statement, at).ok_or_else(unclear);
    let (target, column) = (at(table)?.0, at(column)?);
    let name = constraint.map(at).transpose()?.map(|(name, _)| name.name);
    let rest = statement.tokens().get(column.1..).unwrap_or_default();
    let words: Vec<String> = rest.iter().map(|(token, _)| token.to_string().to_uppercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != ";").collect();
    let terms: &[&str] = match words.as_slice() {
        [] => &[],
        ["NO", "INHERIT"] => &["not_null_no_inherit"],
        ["NOT", "VALID"] => &["not_null_not_valid"],
        ["NO", "INHERIT", "NOT", "VALID"] => &["not_null_no_inherit", "not_null_not_valid"],
        _ => return Err(unclear()),
    };
    let (spelled, column) = (target.to_string(), column.0.name);
    let unknown =
        |what: &Name, message: String| SourceError::new(statement.spot_of(what.as_str()), message, "not found");
    let Some(table) = names::table(&mut output.model.schema, &target, statement.product()) else {
        return Err(unknown(&target.name, format!("no entity declares a table `{spelled}`"))
            .hint("declare the table by an entity, or correct its name"));
    };
    let Some(declared) = table.columns.get_mut(&column) else {
        return Err(unknown(&column, format!("table `{spelled}` has no column `{column}`"))
            .hint("declare the column by an entity, or correct its name"));
    };
    if declared.nullable {
        let message = format!("the entity says that `{spelled}.{column}` may be NULL");
        return Err(SourceError::new(statement.spot_of(column.as_str()), message, "NULL or not")
            .hint("declare the field without `Option`"));
    }
    declared.options.extend(name.map(|name| ("not_null".to_owned(), name.as_str().to_owned())));
    declared.options.extend(terms.iter().map(|term| ((*term).to_owned(), "true".to_owned())));
    let place = Place::Table(table.name.clone(), Part::Column(column, Facet::Options));
    output.declare(place, &statement.spot(), Origin::Sidecar);
    Ok(())
}
