//! Converts SQL identifiers to names as the catalog stores them.
//!
//! Must not know the kind of the named object. Declared tables and columns keep their own spelling.

use sea_gen_runner::sql;
use sqlparser::ast::{Ident, ObjectName as Written, ObjectNamePart};

use crate::schema::{Name, ObjectName, Product, Schema, Table};

use super::super::schema_of;

/// An identifier as the product's catalog stores it.
pub(super) fn folded(ident: &Ident, product: Product) -> Name {
    match (ident.quote_style, product) {
        (None, Product::Postgres) => Name::from(ident.value.to_lowercase()),
        (Some(quote), _) => Name::from(ident.value.replace(&format!("{quote}{quote}"), &quote.to_string())),
        (None, Product::Sqlite | Product::MySql | Product::MariaDb) => Name::from(ident.value.as_str()),
    }
}

/// A name of one or two parts.
pub(super) fn object(name: &Written, product: Product) -> Option<ObjectName> {
    let part = |part: &ObjectNamePart| part.as_ident().map(|ident| folded(ident, product));
    match name.0.as_slice() {
        [only] => Some(ObjectName { schema: None, name: part(only)? }),
        [schema, name] => Some(ObjectName { schema: schema_of(product, part(schema)?), name: part(name)? }),
        _ => None,
    }
}

/// The text between two quotes, unescaped: the parser leaves it as written. On MySQL and MariaDB a backslash escapes too.
pub(super) fn unescaped(text: &str, product: Product) -> String {
    let plain = text.replace("''", "'");
    match product {
        Product::MySql | Product::MariaDb => sql::unescaped(&plain),
        Product::Postgres | Product::Sqlite => plain,
    }
}

/// A name as PostgreSQL prints it.
pub(super) fn printed(name: &ObjectName) -> String {
    let quoted = |name: &Name| sql::quoted_where_needed(name.as_str());
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// A name in quotes, as introspection writes it into lists.
pub(super) fn quoted(name: &ObjectName) -> String {
    let quoted = |name: &Name| sql::quote(Product::Postgres, name.as_str());
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// A name's last part as text: a collation, an operator class.
pub(in super::super) fn plain_name(name: &Written) -> String {
    name.0.last().and_then(ObjectNamePart::as_ident).map(|ident| ident.value.clone()).unwrap_or_default()
}

/// The declared table of a name. Outside PostgreSQL the names of tables and columns are compared without case.
pub(super) fn table<'s>(schema: &'s mut Schema, name: &ObjectName, product: Product) -> Option<&'s mut Table> {
    if schema.tables.contains_key(name) || product == Product::Postgres {
        return schema.tables.get_mut(name);
    }
    let same = |known: &ObjectName| {
        known.schema == name.schema && known.name.as_str().eq_ignore_ascii_case(name.name.as_str())
    };
    let known = schema.tables.keys().find(|known| same(known))?.clone();
    schema.tables.get_mut(&known)
}

/// The declared column of an identifier.
pub(super) fn column(table: &Table, ident: &Ident, product: Product) -> Option<Name> {
    let name = folded(ident, product);
    if table.columns.contains_key(&name) || product == Product::Postgres {
        return table.columns.contains_key(&name).then_some(name);
    }
    table.columns.keys().find(|known| known.as_str().eq_ignore_ascii_case(name.as_str())).cloned()
}
