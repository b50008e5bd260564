//! Indexes that are built concurrently, and the invalid index that a failed build leaves.
//!
//! Must not know why a build failed, or what follows.

use crate::Product;
use crate::session::{DatabaseError, Session};
use crate::sql::{self, Token, TokenKind};

/// An index that a statement builds concurrently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concurrent {
    /// Its name, as in the catalog; `None` if the statement leaves it to the database.
    pub index: Option<String>,
    /// Its table, as the statement writes it.
    pub table: String,
}

/// Whether a statement builds or drops an index concurrently.
pub fn is_concurrent(sql: &str) -> bool {
    let Ok(pieces) = sql::tokens(Product::Postgres, sql) else { return false };
    let mut words = pieces.iter().filter(|piece| !piece.is_blank()).take(5);
    words.next().is_some_and(|first| ["CREATE", "DROP", "REINDEX"].iter().any(|word| first.is_word(word)))
        && words.any(|piece| piece.is_word("CONCURRENTLY"))
}

/// The index that a statement builds concurrently, if it does.
pub fn concurrent(sql: &str) -> Option<Concurrent> {
    let pieces = sql::tokens(Product::Postgres, sql).ok()?;
    let mut pieces = pieces.into_iter().filter(|piece| !piece.is_blank()).peekable();
    pieces.next().filter(|piece| piece.is_word("CREATE"))?;
    pieces.next_if(|piece| piece.is_word("UNIQUE"));
    pieces.next().filter(|piece| piece.is_word("INDEX"))?;
    pieces.next().filter(|piece| piece.is_word("CONCURRENTLY"))?;
    for word in ["IF", "NOT", "EXISTS"] {
        pieces.next_if(|piece| piece.is_word(word));
    }
    let index = match pieces.next_if(|piece| !piece.is_word("ON")) {
        Some(name) => Some(catalog_name(&name)?),
        None => None,
    };
    pieces.next().filter(|piece| piece.is_word("ON"))?;
    pieces.next_if(|piece| piece.is_word("ONLY"));
    let name = |piece: &Token<'_>| matches!(piece.kind, TokenKind::Word | TokenKind::Name) || piece.text == ".";
    let table: String = std::iter::from_fn(|| pieces.next_if(|piece| name(piece) && !piece.is_word("USING")))
        .map(|piece| piece.text)
        .collect();
    Some(Concurrent { index, table })
}

/// A name as in the catalog: folded unless it is quoted.
fn catalog_name(piece: &Token<'_>) -> Option<String> {
    let name = piece.name()?;
    Some(if piece.kind == TokenKind::Word { name.to_lowercase() } else { name })
}

/// Drops the index if it is there, not valid, and nobody is building it. One without a name is known by that which the database
/// makes up: the beginning of the table's, and `_idx`.
///
/// # Errors
/// The database's refusal.
pub async fn drop_invalid(session: &mut Session, built: &Concurrent) -> Result<(), DatabaseError> {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let is_it = match &built.index {
        Some(name) => format!("c.relname = {}", text(name)),
        None => "c.relname ~ '_idx[0-9]*$' AND starts_with(c.relname, left(t.relname, 20))".to_owned(),
    };
    let found = session
        .query(&format!(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
               JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
               JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
              WHERE NOT i.indisvalid AND c.relkind = 'i' AND {is_it} AND i.indrelid = to_regclass({}) \
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid)",
            text(&built.table)
        ))
        .await?;
    for row in &found {
        session.execute(&format!("DROP INDEX CONCURRENTLY {}", row.text(0))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_read_off_the_statement() {
        let named =
            |index: &str, table: &str| Some(Concurrent { index: Some(index.to_owned()), table: table.to_owned() });
        let unnamed = Some(Concurrent { index: None, table: "t".to_owned() });
        for (sql, expected) in [
            ("CREATE INDEX CONCURRENTLY \"a\"\"b\" ON \"s\".\"t\" (x)", named("a\"b", "\"s\".\"t\"")),
            ("create unique index concurrently if not exists Ab on only t using gin (x)", named("ab", "t")),
            ("CREATE INDEX a ON t (x)", None),
            ("DROP INDEX CONCURRENTLY a", None),
            ("CREATE INDEX CONCURRENTLY ON t (x)", unnamed),
        ] {
            assert_eq!(concurrent(sql), expected, "{sql}");
        }
    }
}
