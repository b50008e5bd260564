//! `INHERITS`: the columns that a table has of others, and what it has otherwise of them (PostgreSQL).
//!
//! Must not know columns that a table declares itself.

use sqlparser::ast;

use crate::schema::{Column, Columns, Facet, Identity, Part, Product, Schema, Table};

use super::super::source::SourceError;
use super::names;
use super::statement::Statement;

/// The option of a column that a table has of another one.
const INHERITED: &str = "inherited";

/// Adds the columns of the inherited tables, which stand before its own.
pub(super) fn take(
    statement: &Statement<'_>,
    table: &mut Table,
    parents: &[ast::ObjectName],
    schema: &mut Schema,
) -> Result<Vec<Part>, SourceError> {
    let product = statement.product();
    if product != Product::Postgres {
        let trouble = SourceError::new(statement.first_words(), format!("{product} inherits no columns"), "`INHERITS`");
        return Err(trouble.hint("move it to a file for PostgreSQL: `<name>.postgres.sql`"));
    }
    let own = std::mem::take(&mut table.columns);
    let mut columns = Columns::default();
    let (mut parts, mut inherited) = (vec![Part::Option("inherits".into())], Vec::new());
    for written in parents {
        let name = names::object(written, product);
        let parent = name.as_ref().and_then(|name| names::table(schema, name, product));
        let Some(parent) = parent else {
            let spelled = names::plain_name(written);
            let message = format!("no table `{spelled}` is declared before");
            let trouble = SourceError::new(statement.spot_of(&spelled), message, "not found");
            return Err(trouble.hint("declare the table before those that inherit it, or correct its name"));
        };
        inherited.push(names::quoted(&parent.name));
        for column in parent.columns.values().filter(|it| !columns.contains_key(&it.name)).cloned().collect::<Vec<_>>()
        {
            if let Some(own) = own.get(&column.name) {
                columns.insert(own.clone());
                continue;
            }
            let facets = [Facet::Whole, Facet::Type, Facet::Generated, Facet::Collation, Facet::Options];
            parts.extend(facets.map(|facet| Part::Column(column.name.clone(), facet)));
            // The default of a numbered column names its sequence, which only the database knows.
            if column.identity.is_none() {
                parts.push(Part::Column(column.name.clone(), Facet::Default));
            }
            columns.insert(of_parent(column));
        }
    }
    for column in own.values().filter(|column| !columns.contains_key(&column.name)).cloned().collect::<Vec<_>>() {
        columns.insert(column);
    }
    table.columns = columns;
    table.options.insert("inherits".to_owned(), inherited.join(", "));
    Ok(parts)
}

/// A column as a table has it of another one: with its default, but neither numbered nor commented.
fn of_parent(mut column: Column) -> Column {
    if column.identity.take() == Some(Identity::Serial) {
        column.default = None;
    }
    column.comment = None;
    column.options.retain(|key, _| matches!(key.as_str(), "storage" | "compression"));
    column.options.insert(INHERITED.to_owned(), "true".to_owned());
    column
}

/// Whether a table has the column of another one, so that it may say otherwise.
pub(super) fn is_inherited(column: &Column) -> bool {
    column.options.contains_key(INHERITED)
}
