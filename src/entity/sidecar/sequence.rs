//! `CREATE SEQUENCE … OWNED BY`: the sequence, and its owning column, which introspection reads as a definition of its own.
//!
//! Must not know the defaults of a database.

use std::ops::Range;

use sea_gen_runner::sql::quoted_where_needed;

use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Place};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{definition, names, privilege, raw};

/// The column that a sequence belongs to.
pub(super) struct Owner {
    table: ObjectName,
    column: Name,
}

/// The statement without `OWNED BY …`, and the owner, if there is one. `head` is the range of tokens before the name.
pub(super) fn parted(
    statement: &Statement<'_>,
    head: Range<usize>,
    output: &mut Output,
) -> Result<(String, Option<Owner>), SourceError> {
    let tokens = statement.tokens();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|(token, _)| is_word(token, word));
    let Some(owned) = (head.end + 1..tokens.len()).find(|at| is(*at, "OWNED") && is(at + 1, "BY")) else {
        return Ok((statement.sql(head.end..tokens.len()), None));
    };
    let names = raw::path_at(statement, owned + 2);
    let at = owned + 1 + 2 * names.len();
    let sql = format!("{} {}", statement.sql(head.end..owned), statement.sql(at..tokens.len()));
    let owner = match names.as_slice() {
        [_] if is(owned + 2, "NONE") => None,
        [table, column] => Some((ObjectName::local(table.clone()), column)),
        [schema, table, column] => Some((ObjectName { schema: Some(schema.clone()), name: table.clone() }, column)),
        _ => return Err(SourceError::new(statement.first_words(), "a sequence is owned by a column", "no column")),
    };
    let owner = match owner {
        Some((table, column)) => {
            Some(Owner { table: privilege::owner(statement, &table, output)?, column: column.clone() })
        }
        None => None,
    };
    Ok((sql.trim_end().to_owned(), owner))
}

/// Adds the owning column of a sequence to the model.
pub(super) fn own(
    statement: &Statement<'_>,
    sequence: &DefinitionId,
    owner: Owner,
    output: &mut Output,
) -> Result<(), SourceError> {
    let name = names::printed(&sequence.name);
    let column = format!("{}.{}", names::printed(&owner.table), quoted_where_needed(owner.column.as_str()));
    let id = DefinitionId::on(DefinitionKind::Setting, owner.table, ObjectName::local(format!("owner of {name}")));
    definition::insert(statement, id.clone(), format!("ALTER SEQUENCE {name} OWNED BY {column}"), output)?;
    if let Some(setting) = output.model.schema.definitions.get_mut(&id) {
        setting.drop = format!("ALTER SEQUENCE {name} OWNED BY NONE");
        setting.needs.insert(Place::Definition(sequence.clone()));
    }
    Ok(())
}
