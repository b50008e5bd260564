//! `-- personal: user.email email`: comments in SQL files that say which columns have personal data.
//!
//! Must not know what is done with such a column.

use sea_gen_runner::sql::{Lines, Rules, TokenKind, Tokens};

use crate::schema::{Name, ObjectName, PersonalData, Place, Product};

use super::super::source::{Output, SourceError, SourceLocation};
use super::super::{SourceFile, schema_of};
use super::names;

/// How such a comment begins, after its dashes.
const MARK: &str = "personal:";

/// Reads the marks of a file. The tables are declared before.
pub(in super::super) fn read(file: &SourceFile, meant: Option<Product>, product: Product, output: &mut Output) {
    if !file.text.contains(MARK) {
        return;
    }
    let rules = if meant.is_none() { Rules::portable(product) } else { Rules::of(product) };
    let lines = Lines::of(&file.text);
    for token in Tokens::new(rules, &file.text).filter(|token| token.kind == TokenKind::Comment) {
        let Some(said) = token.text.strip_prefix("--").and_then(|text| text.trim_start().strip_prefix(MARK)) else {
            continue;
        };
        let span = token.start..token.start + token.text.trim_end().len();
        let spot = SourceLocation { file: file.path.as_path().into(), line: lines.line(token.start), span };
        match one(said.trim(), product, &spot, output) {
            Ok((place, data)) => drop(output.model.personal.insert(place, data)),
            Err(error) => output.error(error),
        }
    }
}

/// `user.email email`, `user.email email in eu`.
fn one(
    said: &str,
    product: Product,
    spot: &SourceLocation,
    output: &mut Output,
) -> Result<(Place, PersonalData), SourceError> {
    let wrong = |message: String| {
        SourceError::new(spot.clone(), message, "not understood").hint("-- personal: user.email email")
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    let (column, kind, region) = match words.as_slice() {
        [column, kind] => (*column, *kind, None),
        [column, kind, "in", region] => (*column, *kind, Some((*region).to_owned())),
        _ => return Err(wrong("a mark of personal data has a column and a kind".to_owned())),
    };
    let kind = kind.parse().map_err(&wrong)?;
    let Some((owner, column)) = column.rsplit_once('.') else {
        return Err(wrong(format!("`{column}` is no column of a table")));
    };
    let owner = match owner.split_once('.') {
        Some((schema, name)) => ObjectName { schema: schema_of(product, Name::from(schema)), name: Name::from(name) },
        None => ObjectName::local(owner),
    };
    let Some(table) = names::table(&mut output.model.schema, &owner, product) else {
        return Err(SourceError::new(spot.clone(), format!("nothing declares a table `{owner}`"), "not found").hint(
            format!("correct its name, or, if the database has it, say so in gen.toml: [personal] \"{owner}.{column}\" = \"{kind}\""),
        ));
    };
    if !table.columns.contains_key(column) {
        let known: Vec<&str> = table.columns.keys().map(Name::as_str).collect();
        let error = SourceError::new(spot.clone(), format!("table `{owner}` has no column `{column}`"), "not found");
        let error = error.hint(format!("its columns are {}", known.join(", ")));
        return Err(error.hint(format!(
            "while a database still has it, say so in gen.toml: [personal] \"{owner}.{column}\" = \"{kind}\""
        )));
    }
    Ok((Place::column(&table.name, &Name::from(column)), PersonalData { kind, region }))
}
