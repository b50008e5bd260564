//! Names and values as these servers read them.
//!
//! Must not know statements.

use sea_gen_runner::sql;

use crate::schema::{Literal, Name, ObjectName, Product};

/// Quotes an identifier; the only function of the dialect that does.
pub(super) fn quote(name: &Name) -> String {
    sql::quote(Product::MySql, name.as_str())
}

/// Quotes a possibly qualified name.
pub(super) fn object(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
        None => quote(&name.name),
    }
}

/// Writes a literal; the only function of the dialect that does.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text_literal(text),
        Literal::Number(number) => number.clone(),
        Literal::Boolean(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
    }
}

/// Writes a string.
pub(super) fn text_literal(text: &str) -> String {
    sql::literal(Product::MySql, text)
}
