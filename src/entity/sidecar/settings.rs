//! The table options of `CREATE TABLE`: each is read or refused.
//!
//! Must not know the meaning of an option.

use sqlparser::ast::{CommentDef, CreateTable, CreateTableOptions, SqlOption};

use crate::schema::{Part, Product, Table};

use super::super::source::SourceError;
use super::names;
use super::statement::Statement;

/// Adds the options to the table.
pub(super) fn of_table(
    statement: &Statement<'_>,
    written: &CreateTable,
    table: &mut Table,
) -> Result<Vec<Part>, SourceError> {
    let product = statement.product();
    let refused = |what: &str| {
        let message = format!("`{what}` of a table is not declared here");
        SourceError::new(statement.first_words(), message, "not understood")
            .hint("declare the columns, and the rest in a migration: `gen migration <Name> --empty`")
    };
    let unknown = [
        ("TEMPORARY", written.temporary),
        ("AS SELECT", written.query.is_some()),
        ("LIKE", written.like.is_some()),
        ("ON COMMIT", written.on_commit.is_some()),
    ];
    if let Some((what, _)) = unknown.into_iter().find(|(_, is_said)| *is_said) {
        return Err(refused(what));
    }
    let marks = [("unlogged", written.unlogged), ("without_rowid", written.without_rowid), ("strict", written.strict)];
    let mut parts = Vec::new();
    for (key, _) in marks.into_iter().filter(|(_, is_said)| *is_said) {
        table.options.insert(key.to_owned(), "true".to_owned());
        parts.push(Part::Option(key.into()));
    }
    let settings = match &written.table_options {
        CreateTableOptions::None => return Ok(parts),
        CreateTableOptions::With(settings) => {
            let mut said: Vec<String> =
                settings.iter().map(|it| it.to_string().replace(" = ", "=").replace('\'', "")).collect();
            said.sort();
            table.options.insert("with".to_owned(), said.join(", "));
            parts.push(Part::Option("with".into()));
            return Ok(parts);
        }
        CreateTableOptions::Plain(settings) => settings,
        other => return Err(refused(&other.to_string())),
    };
    for setting in settings {
        match setting {
            SqlOption::KeyValue { key, value } => {
                let Some(key) = key_of(&key.value) else { continue };
                let value = value.to_string();
                let value = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(&value);
                table.options.insert(key.clone(), names::unescaped(value, product));
                parts.push(Part::Option(key.into()));
            }
            SqlOption::NamedParenthesizedList(engine)
                if engine.key.value.eq_ignore_ascii_case("engine") && engine.values.is_empty() =>
            {
                if let Some(name) = &engine.name {
                    table.options.insert("engine".to_owned(), name.value.clone());
                    parts.push(Part::Option("engine".into()));
                }
            }
            SqlOption::Comment(CommentDef::WithEq(text) | CommentDef::WithoutEq(text))
                if matches!(product, Product::MySql | Product::MariaDb) =>
            {
                table.comment = Some(names::unescaped(text, product));
                parts.push(Part::Comment);
            }
            other => return Err(refused(&other.to_string())),
        }
    }
    Ok(parts)
}

/// The option of a table; `None` for the first number of rows, which is not part of a schema.
fn key_of(written: &str) -> Option<String> {
    let key = written.to_lowercase();
    let key = key.strip_prefix("default ").unwrap_or(&key);
    match key {
        "auto_increment" => None,
        "character set" => Some("charset".to_owned()),
        "collate" => Some("collation".to_owned()),
        other => Some(other.to_owned()),
    }
}
