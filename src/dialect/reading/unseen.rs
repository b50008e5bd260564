//! Decides whether a schema shows that statements ran: a database with that schema need not run them again.
//!
//! A schema has no rows, so a statement that changes rows is never shown, unless the schema leaves it no rows to
//! change. A doubtful case counts as not shown. Must not know migrations, or how the result is used.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Cursor, Reading, words};
use sea_gen_runner::sql::TokenKind;

use crate::dialect::{Product, Role, Statement};
use crate::schema::{Definition, DefinitionKind, Name, ObjectName, Schema};

/// Kinds of objects that a schema represents completely, so that it shows that they were created, altered or dropped.
const OBJECTS: &[&str] = &[
    "VIEW",
    "MATERIALIZED VIEW",
    "RECURSIVE VIEW",
    "TYPE",
    "DOMAIN",
    "SEQUENCE",
    "FUNCTION",
    "PROCEDURE",
    "AGGREGATE",
    "OPERATOR",
    "EVENT",
    "POLICY",
    "RULE",
    "STATISTICS",
    "COLLATION",
    "EXTENSION",
    "SCHEMA",
];

/// The first statement that the resulting schema does not show.
pub fn unseen(product: Product, statements: &[Statement], reached: &Schema) -> Option<usize> {
    every_unseen(product, statements, reached).into_iter().next()
}

/// The statements that the resulting schema does not show, by index.
pub fn every_unseen(product: Product, statements: &[Statement], reached: &Schema) -> Vec<usize> {
    let readings: Vec<Reading> = statements.iter().map(|statement| super::read(product, &statement.sql)).collect();
    let clauses: Vec<&Clause> = readings.iter().flat_map(|reading| &reading.clauses).collect();
    let is_shown = |(statement, reading): (&Statement, &Reading)| match &statement.role {
        Role::Check(_) => true,
        Role::Rust { .. } => false,
        Role::Change | Role::Batches | Role::BatchesBy(_) => {
            let Some(words) = words(product, &statement.sql) else { return false };
            let cursor = Cursor::new(&words);
            match &reading.clauses[..] {
                _ if reading.unread.is_some() => false,
                [] => shows_object(cursor) || shows_privilege(cursor, reached) || is_of_the_session(cursor),
                [change] if change.kind == ClauseKind::Update => has_nothing_to_fill(&change.table, cursor, reached),
                [change] if change.kind == ClauseKind::Insert || change.kind == ClauseKind::Delete => {
                    product == Product::Sqlite && carries_over(cursor, change, &clauses)
                }
                several => several.iter().all(|clause| shows_clause(clause.kind)) && converts_nothing(cursor, several),
            }
        }
    };
    statements.iter().zip(&readings).enumerate().filter(|(_, pair)| !is_shown(*pair)).map(|(at, _)| at).collect()
}

/// Whether the schema shows the effect of a clause on a table, except on rows.
fn shows_clause(kind: ClauseKind) -> bool {
    match kind {
        ClauseKind::CreateTable
        | ClauseKind::DropTable
        | ClauseKind::RenameTable
        | ClauseKind::AddColumn
        | ClauseKind::AddColumnFilled
        | ClauseKind::AddColumnStored
        | ClauseKind::AddColumnVirtual
        | ClauseKind::AddColumnNumbered
        | ClauseKind::DropColumn
        | ClauseKind::RenameColumn
        | ClauseKind::SetNotNull
        | ClauseKind::SetNotNullProven
        | ClauseKind::DropNotNull
        | ClauseKind::SetDefault
        | ClauseKind::Widen
        | ClauseKind::Retype
        | ClauseKind::RetypeFromUnknown
        | ClauseKind::AppendValue
        | ClauseKind::Reorder
        | ClauseKind::AddForeignKey
        | ClauseKind::AddForeignKeyUnchecked
        | ClauseKind::AddCheck
        | ClauseKind::AddCheckUnchecked
        | ClauseKind::AddExclusion
        | ClauseKind::AddUnique
        | ClauseKind::AddUniqueReady
        | ClauseKind::AddsUniqueness
        | ClauseKind::AddPrimaryKey
        | ClauseKind::AddPrimaryKeyReady
        | ClauseKind::ReplacePrimaryKey
        | ClauseKind::DropPrimaryKey
        | ClauseKind::Validate
        | ClauseKind::DropForeignKey
        | ClauseKind::DropConstraint
        | ClauseKind::RenameConstraint
        | ClauseKind::CreateIndex
        | ClauseKind::CreateIndexConcurrently
        | ClauseKind::CreateSpecialIndex
        | ClauseKind::DropIndex
        | ClauseKind::DropIndexConcurrently
        | ClauseKind::RenameIndex
        | ClauseKind::Reindex
        | ClauseKind::ReindexConcurrently
        | ClauseKind::Repack
        | ClauseKind::ConvertCharacters
        | ClauseKind::Comment
        | ClauseKind::Setting
        | ClauseKind::CreateTrigger
        | ClauseKind::DropTrigger
        | ClauseKind::RowSecurity
        | ClauseKind::Other => true,
        ClauseKind::Truncate | ClauseKind::Insert | ClauseKind::Update | ClauseKind::Delete => false,
    }
}

/// Whether a statement on tables computes no values and has no effect outside the schema: no table created from a
/// query, no `USING` beyond a cast, no restarted sequence, no owner.
fn converts_nothing(cursor: Cursor<'_>, clauses: &[Clause]) -> bool {
    if clauses.iter().any(|clause| clause.kind == ClauseKind::CreateTable) {
        return !cursor.holds("AS") && !cursor.holds("SELECT");
    }
    let retypes = |clause: &Clause| clause.kind == ClauseKind::RetypeFromUnknown;
    if ["RESTART", "AUTO_INCREMENT =", "OWNER TO"].iter().any(|words| cursor.holds(words)) {
        return false;
    }
    match cursor.holds("USING") && clauses.iter().any(retypes) {
        true => cursor.parts().iter().filter_map(|part| part.after("USING")).all(|using| is_a_cast(using, clauses)),
        false => true,
    }
}

/// Exactly `column::type`.
fn is_a_cast(mut using: Cursor<'_>, clauses: &[Clause]) -> bool {
    let column = using.name();
    let is_own = clauses.iter().any(|clause| clause.part == column);
    let mut rest = using.rest().iter();
    is_own
        && rest.next().is_none_or(|word| word.text.starts_with(':'))
        && rest.all(|word| match word.kind {
            TokenKind::Word | TokenKind::Name => true,
            TokenKind::Number => is_number(&word.text),
            TokenKind::Symbol => word.text.chars().all(|letter| ":.,()[]".contains(letter)),
            TokenKind::String | TokenKind::Space | TokenKind::Comment | TokenKind::Hint => false,
        })
}

fn is_number(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_digit())
}

/// `CREATE VIEW`, `ALTER TYPE`, `DROP FUNCTION` and the like. Sequence values are not in the schema.
fn shows_object(mut cursor: Cursor<'_>) -> bool {
    let Some(verb) = cursor.take_any(&["CREATE", "ALTER", "DROP"]) else { return false };
    if verb == "ALTER" && cursor.holds("RESTART") {
        return false;
    }
    cursor.take("OR REPLACE");
    // MySQL and MariaDB have the definer and the algorithm before the kind.
    let belongings = ["DEFINER", "ALGORITHM", "SQL SECURITY"];
    let stands_before = belongings.iter().any(|word| cursor.is_at(word)) || cursor.is_at("SQL");
    OBJECTS.iter().any(|kind| cursor.take(kind) || (stands_before && cursor.holds(kind)))
}

/// Privileges, if the schema has them.
fn shows_privilege(mut cursor: Cursor<'_>, reached: &Schema) -> bool {
    let is_privilege = |definition: &Definition| definition.id.kind == DefinitionKind::Privilege;
    cursor.take_any(&["GRANT", "REVOKE"]).is_some() && reached.definitions.values().any(is_privilege)
}

/// A session setting.
fn is_of_the_session(mut cursor: Cursor<'_>) -> bool {
    if cursor.take("PRAGMA") {
        return ["LEGACY_ALTER_TABLE", "FOREIGN_KEYS", "DEFER_FOREIGN_KEYS"].iter().any(|name| cursor.is_at(name));
    }
    let reaches_further = ["GLOBAL", "PERSIST", "PASSWORD", "@@GLOBAL"];
    // Parentheses may contain a call of a function with side effects.
    cursor.take("SET") && cursor.inside().is_none() && !reaches_further.iter().any(|word| cursor.holds(word))
}

/// `UPDATE t SET c = … WHERE c IS NULL`, if column c is now NOT NULL.
fn has_nothing_to_fill(table: &str, cursor: Cursor<'_>, reached: &Schema) -> bool {
    let (Some(mut set), Some(condition)) = (cursor.after("SET"), cursor.after("WHERE")) else { return false };
    let column = set.name();
    let table = match table.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(table),
    };
    let found = reached.tables.get(&table).and_then(|table| table.columns.get(&Name::from(column.as_str())));
    let mut condition_on_it = condition;
    let begins = condition_on_it.name() == column && condition_on_it.take("IS NULL");
    begins && !condition.holds("OR") && !condition.holds("XOR") && found.is_some_and(|column| !column.nullable)
}

/// The copy of rows into a replacement table, and its sequence value: a table rebuild on SQLite.
fn carries_over(cursor: Cursor<'_>, change: &Clause, clauses: &[&Clause]) -> bool {
    if change.table == "sqlite_sequence" {
        return true;
    }
    let takes_place = clauses.iter().any(|it| it.kind == ClauseKind::CreateTable && it.table == change.table)
        && clauses.iter().any(|it| it.kind == ClauseKind::RenameTable && it.table == change.table);
    let (Some(columns), Some(query), Some(mut source)) =
        (cursor.inside(), cursor.after("SELECT"), cursor.after("FROM"))
    else {
        return false;
    };
    let selected = query.rest().len().checked_sub(source.rest().len() + 1).and_then(|end| query.rest().get(..end));
    let table = source.object();
    let is_dropped = clauses.iter().any(|it| it.kind == ClauseKind::DropTable && it.table == table);
    change.kind == ClauseKind::Insert
        && takes_place
        && is_dropped
        && source.rest().is_empty()
        && selected == Some(columns.rest())
}

#[cfg(test)]
mod tests;
