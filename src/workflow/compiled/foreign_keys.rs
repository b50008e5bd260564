//! Removes foreign keys from SeaORM's `CREATE TABLE` for PostgreSQL, so that they can be added later.
//!
//! Must not change anything else: the statement is split at its commas and joined again.

use sea_gen_runner::sql::{self, Token};

use crate::schema::Product;

/// The statement without foreign keys, and the statements that add them.
pub(super) fn apart(statement: &str) -> (String, Vec<String>) {
    split(statement).unwrap_or_else(|| (statement.to_owned(), Vec::new()))
}

fn split(statement: &str) -> Option<(String, Vec<String>)> {
    let words = sql::words(Product::Postgres, statement);
    let [create, table, rest @ ..] = words.as_slice() else { return None };
    if !(create.is_word("CREATE") && table.is_word("TABLE")) {
        return None;
    }
    let open = rest.iter().position(|word| word.is_symbol('('))?;
    let (name, body) = rest.split_at(open);
    let name = statement.get(name.first()?.start..name.last()?.end())?;
    let mut depth = 0_i32;
    let mut step = |word: &Token<'_>| {
        depth += i32::from(word.is_symbol('(')) - i32::from(word.is_symbol(')'));
        depth
    };
    let close = body.iter().position(|word| step(word) == 0)?;
    let parts: Vec<&[Token<'_>]> = body.get(1..close)?.split(|word| step(word) == 0 && word.is_symbol(',')).collect();
    let (keys, kept): (Vec<&[Token<'_>]>, Vec<&[Token<'_>]>) = parts.into_iter().partition(|part| is_foreign_key(part));
    if keys.is_empty() {
        return None;
    }
    let text = |part: &[Token<'_>]| statement.get(part.first()?.start..part.last()?.end());
    let kept: Vec<&str> = kept.into_iter().filter_map(text).collect();
    let end = statement.get(body.get(close)?.end()..)?;
    let keys = keys.into_iter().filter_map(text).map(|key| format!("ALTER TABLE {name} ADD {key}"));
    Some((format!("CREATE TABLE {name} ( {} ){end}", kept.join(", ")), keys.collect()))
}

fn is_foreign_key(part: &[Token<'_>]) -> bool {
    let unnamed = match part {
        [constraint, _, rest @ ..] if constraint.is_word("CONSTRAINT") => rest,
        _ => part,
    };
    matches!(unnamed, [foreign, key, ..] if foreign.is_word("FOREIGN") && key.is_word("KEY"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_keys_come_apart_and_nothing_else_changes() {
        let statement = "CREATE TABLE \"a (,\" ( \"id\" integer NOT NULL, \"b\" numeric(16, 4) DEFAULT E'it\\'s, (so', \
                         CONSTRAINT \"FOREIGN KEY , b\" UNIQUE (\"b\"), CONSTRAINT \"fk-a, b\" FOREIGN KEY (\"b\", \"id\") \
                         REFERENCES \"a (,\" (\"x\", \"y\") ON DELETE CASCADE )";
        let (table, keys) = apart(statement);
        assert_eq!(
            table,
            "CREATE TABLE \"a (,\" ( \"id\" integer NOT NULL, \"b\" numeric(16, 4) DEFAULT E'it\\'s, (so', \
             CONSTRAINT \"FOREIGN KEY , b\" UNIQUE (\"b\") )"
        );
        assert_eq!(
            keys,
            ["ALTER TABLE \"a (,\" ADD CONSTRAINT \"fk-a, b\" FOREIGN KEY (\"b\", \"id\") REFERENCES \"a (,\" \
              (\"x\", \"y\") ON DELETE CASCADE"]
        );
        for other in ["CREATE TYPE \"a\" AS ENUM ('b')", "CREATE TABLE \"a\" ( \"id\" integer )"] {
            assert_eq!(apart(other), (other.to_owned(), Vec::new()));
        }
    }
}
