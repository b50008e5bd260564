//! A statement on the rows of one table, cut into portions by a key.
//!
//! Must not know how many rows a portion has, or how it is sent.

use crate::sql::{self, Token, TokenKind};
use crate::{Product, Statement};

/// A statement that changes or deletes the rows of one table for which a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portions<'a> {
    product: Product,
    /// The table, as the statement writes it.
    table: &'a str,
    /// The statement up to the word WHERE.
    before: &'a str,
    condition: &'a str,
    /// The key, as the mark writes it.
    key: &'a str,
}

impl<'a> Portions<'a> {
    /// Reads a statement; `None` if it has no key, or another form than `UPDATE table SET … WHERE …` or `DELETE FROM table WHERE …`.
    pub fn of(product: Product, statement: &'a Statement) -> Option<Self> {
        match &statement.role {
            super::Role::BatchesBy(key) => Self::read(product, &statement.sql, key),
            super::Role::Change | super::Role::Check(_) | super::Role::Batches | super::Role::Rust { .. } => None,
        }
    }

    pub(super) fn read(product: Product, sql: &'a str, key: &'a str) -> Option<Self> {
        let words = sql::words(product, sql);
        let mut at = match words.first()? {
            first if first.is_word("UPDATE") => 1,
            first if first.is_word("DELETE") && words.get(1)?.is_word("FROM") => 2,
            _ => return None,
        };
        at += usize::from(words.get(at)?.is_word("ONLY"));
        let name = words.get(at)?;
        let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::Name);
        let mut end = name;
        while is_name(end) && words.get(at + 1).is_some_and(|word| word.is_symbol('.')) {
            at += 2;
            end = words.get(at)?;
        }
        // An alias would stand here.
        if !is_name(end) || !words.get(at + 1)?.is_any(&["SET", "WHERE"]) {
            return None;
        }
        let (mut depth, mut found, mut last, mut before_last) = (0_i32, None, end, end);
        for word in words.iter().skip(at + 1) {
            depth += i32::from(word.is_symbol('(')) - i32::from(word.is_symbol(')'));
            if depth == 0 {
                match word {
                    it if it.is_word("WHERE") => found = found.or(Some(it)),
                    it if it.is_word("FROM") && last.is_word("DISTINCT") => {}
                    it if it.is_any(&["FROM", "USING", "ORDER", "LIMIT", "RETURNING"]) => return None,
                    // Rows that it moves behind the key would be changed again.
                    it if it.is_symbol('=')
                        && found.is_none()
                        && is_column(last.text, key)
                        && (before_last.is_word("SET") || before_last.is_symbol(',') || before_last.is_symbol('.')) =>
                    {
                        return None;
                    }
                    _ => {}
                }
            }
            (before_last, last) = (last, word);
        }
        let found = found?;
        Some(Self {
            product,
            table: sql.get(name.start..end.end())?,
            before: sql.get(..found.end())?,
            condition: sql.get(found.end()..)?.trim(),
            key,
        })
    }

    /// The query for a row without a key, which no portion would have.
    pub fn without_key(&self) -> String {
        let Self { table, key, .. } = self;
        format!("SELECT 1 FROM {table} WHERE {key} IS NULL LIMIT 1")
    }

    /// The query for the key at which a portion of so many rows of the table ends; no row if fewer are left.
    pub fn end(&self, after: Option<&str>, rows: u32) -> String {
        let Self { table, key, .. } = self;
        let from = self.greater(after).map(|it| format!(" WHERE {it}")).unwrap_or_default();
        format!("SELECT {key} FROM {table}{from} ORDER BY {key} LIMIT 1 OFFSET {}", rows.saturating_sub(1))
    }

    /// The statement for the rows whose key is greater than `after`, and not greater than `until`.
    pub fn between(&self, after: Option<&str>, until: Option<&str>) -> String {
        let Self { before, condition, key, .. } = self;
        let to = until.map(|until| format!("{key} <= {}", sql::literal(self.product, until)));
        let bounds: Vec<String> = self.greater(after).into_iter().chain(to).collect();
        match bounds.is_empty() {
            true => format!("{before} {condition}"),
            // The condition may end with a comment.
            false => format!("{before} ({condition}\n) AND {}", bounds.join(" AND ")),
        }
    }

    fn greater(&self, after: Option<&str>) -> Option<String> {
        after.map(|after| format!("{} > {}", self.key, sql::literal(self.product, after)))
    }
}

/// Whether a name is the column that a key names, perhaps with its table.
fn is_column(name: &str, key: &str) -> bool {
    let plain = |text: &str| text.trim_matches(['"', '`']).to_lowercase();
    plain(name) == plain(key.rsplit('.').next().unwrap_or(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_on_one_table_is_cut_by_its_key() {
        let sql = "UPDATE s.\"T t\"\nSET a = (SELECT b FROM c WHERE d), e = f IS DISTINCT FROM g\nWHERE a IS NULL -- or not\n  OR h";
        let portions = Portions::read(Product::Postgres, sql, "id").unwrap();
        assert_eq!(portions.end(None, 100), "SELECT id FROM s.\"T t\" ORDER BY id LIMIT 1 OFFSET 99");
        assert_eq!(portions.between(None, None), sql);
        let cut = portions.between(Some("it's"), Some("9"));
        assert!(cut.ends_with("WHERE (a IS NULL -- or not\n  OR h\n) AND id > 'it''s' AND id <= '9'"), "{cut}");
        let delete = Portions::read(Product::MySql, "DELETE FROM `t` WHERE a < 3", "`t`.`id`").unwrap();
        assert_eq!(
            delete.end(Some("7"), 2),
            "SELECT `t`.`id` FROM `t` WHERE `t`.`id` > '7' ORDER BY `t`.`id` LIMIT 1 OFFSET 1"
        );
        assert_eq!(delete.between(Some("7"), None), "DELETE FROM `t` WHERE (a < 3\n) AND `t`.`id` > '7'");
    }

    #[test]
    fn what_reads_other_rows_or_has_its_own_order_is_not_cut() {
        for sql in [
            "UPDATE t x SET a = 1 WHERE a = 2",
            "UPDATE t AS x SET a = 1 WHERE a = 2",
            "UPDATE t SET a = 1",
            "UPDATE t SET a = u.a FROM u WHERE u.id = t.id",
            "UPDATE t, u SET t.a = u.a WHERE u.id = t.id",
            "UPDATE t SET a = 1 WHERE a = 2 LIMIT 3",
            "UPDATE t SET a = 1 WHERE a = 2 RETURNING a",
            "UPDATE t SET id = id + 1 WHERE a = 2",
            "UPDATE t SET a = 1, t.`ID` = id + 1 WHERE a = 2",
            "DELETE FROM t USING u WHERE u.id = t.id",
            "DELETE t FROM t WHERE a = 1",
            "INSERT INTO t SELECT 1 WHERE true",
            "WITH x AS (SELECT 1) UPDATE t SET a = 1 WHERE a = 2",
        ] {
            assert_eq!(Portions::read(Product::MySql, sql, "id"), None, "{sql}");
        }
    }
}
