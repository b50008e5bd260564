//! SQL files beside the entities, which declare objects and facets that have no attribute, and files of reference rows.
//!
//! Must not know Rust. A file for every product is read in a general grammar and its quoted identifiers are requoted for
//! the product; a file for one product is read in that product's own grammar, and taken as it is.

mod attached;
mod clauses;
mod column;
mod comment;
mod definition;
mod index;
mod inherited;
mod names;
mod not_null;
mod numbering;
mod partitions;
pub(super) mod personal;
mod privilege;
mod raw;
pub(super) mod rows;
mod sequence;
mod settings;
mod statement;
mod table;
mod view;

use std::path::Path;

use sqlparser::dialect::{Dialect, GenericDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};

use crate::schema::{DefinitionKind, Product};

use super::SourceFile;
use super::source::{Output, SourceError};
use statement::Text;

pub(super) use names::plain_name;

/// The product that a file is for: `Some(None)` is every product, `Some(Some(_))` this one, `None` another one.
pub(super) fn meant_for(path: &Path, product: Product) -> Option<Option<Product>> {
    let stem = path.file_stem()?.to_str()?;
    match stem.rsplit_once('.').map(|(_, key)| key.parse::<Product>()) {
        Some(Ok(meant)) => (meant == product).then_some(Some(meant)),
        Some(Err(_)) | None => Some(None),
    }
}

/// The grammar of a product, or the general one.
pub(super) fn grammar(product: Option<Product>) -> Box<dyn Dialect> {
    match product {
        None => Box::new(GenericDialect {}),
        Some(Product::Postgres) => Box::new(PostgreSqlDialect {}),
        Some(Product::MySql | Product::MariaDb) => Box::new(MySqlDialect {}),
        Some(Product::Sqlite) => Box::new(SQLiteDialect {}),
    }
}

/// The message of a parser error without the position at its end, which the span shows.
pub(super) fn parted(message: &str) -> (String, Option<u64>) {
    let message = message.strip_prefix("sql parser error: ").unwrap_or(message);
    match message.rsplit_once(" at Line: ") {
        Some((message, position)) => {
            let column = position.rsplit_once("Column: ").and_then(|(_, column)| column.trim().parse().ok());
            (message.to_owned(), column)
        }
        None => (message.to_owned(), None),
    }
}

/// Which statements of the files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SidecarPass {
    /// All except statements on privileges.
    Objects,
    /// Statements on privileges.
    Privileges,
}

/// Reads a file's statements into the model.
pub(super) fn read(
    file: &SourceFile,
    meant: Option<Product>,
    product: Product,
    pass: SidecarPass,
    output: &mut Output,
) {
    let has_privileges = || {
        let text = file.text.to_ascii_uppercase();
        text.contains("GRANT") || text.contains("REVOKE")
    };
    if pass == SidecarPass::Privileges && !has_privileges() {
        return;
    }
    let text = match Text::read(&file.path, &file.text, meant, product) {
        Ok(text) => text,
        // The first pass has reported it.
        Err(_) if pass == SidecarPass::Privileges => return,
        Err(trouble) => return output.error(trouble),
    };
    let of_this_turn = |statement: &statement::Statement<'_>| {
        let on_privileges =
            matches!(statement.kind(), statement::StatementKind::Users(_)) && privilege::is_on_objects(statement);
        on_privileges == (pass == SidecarPass::Privileges)
    };
    for statement in text.statements().into_iter().filter(of_this_turn) {
        if let Err(trouble) = one(&statement, output) {
            output.error(trouble);
        }
        output.flush_places();
    }
}

fn one(statement: &statement::Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    use statement::StatementKind;
    match statement.kind() {
        StatementKind::Index { method } => index::read(statement, method, output),
        StatementKind::View => view::read(statement, output),
        StatementKind::AlterTable if definition::excludes(statement) => {
            definition::read(statement, DefinitionKind::Exclusion, output)
        }
        StatementKind::Definition(kind) => definition::read(statement, kind, output),
        StatementKind::AlterTable if partitions::divides(statement) => partitions::alter(statement, output),
        StatementKind::Table if partitions::is_partition(statement) => partitions::partition(statement, output),
        StatementKind::AlterTable if attached::declares(statement) => attached::read(statement, output),
        StatementKind::AlterTable if not_null::declares(statement) => not_null::read(statement, output),
        StatementKind::AlterTable => table::read(statement, output),
        StatementKind::Comment => comment::read(statement, output),
        StatementKind::Routine(kind) => raw::routine(statement, kind, output),
        StatementKind::Trigger => raw::trigger(statement, output),
        StatementKind::Data(what) => {
            let message = format!("`{what}` touches data, and a declaration has none");
            Err(SourceError::new(statement.first_words(), message, "not a declaration")
                .hint("write it into a migration: `gen migration <Name> --empty`"))
        }
        StatementKind::Users(_) if statement.product() == Product::Postgres && privilege::is_on_objects(statement) => {
            privilege::read(statement, output)
        }
        StatementKind::Users(what) => {
            let message = format!("`{what}` touches users and their rights, which are not declared here");
            Err(SourceError::new(statement.first_words(), message, "not a declaration")
                .hint("write it into a migration: `gen migration <Name> --empty`"))
        }
        StatementKind::Drop => {
            Err(SourceError::new(statement.first_words(), "a declaration says what there is", "drops something")
                .hint("remove the statement that declares it, and this one"))
        }
        StatementKind::Table => column::table(statement, output),
        StatementKind::Type => column::enum_type(statement, output),
        StatementKind::Other => {
            // A misspelled keyword is reported as such, not as an unknown statement.
            statement.parse()?;
            Err(SourceError::new(statement.first_words(), "this statement declares nothing that is known", "not understood")
                .hint("tables, indexes, views, checks, functions and triggers are declared here; for anything else `gen migration <Name> --empty`"))
        }
    }
}

#[cfg(test)]
mod tests;
