//! Renames as they stand in a migration's statements, where no plan is at hand to say them.
//!
//! Must not know schemas. A rename that is not seen costs the proof of those values only.

use crate::schema::{Name, ObjectName};
use crate::write::Migration;

use super::follow::Renames;

/// A piece of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A word without quotes.
    Word(String),
    /// A quoted name.
    Quoted(String),
    /// Anything else.
    Sign(char),
}

impl Piece {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }
}

fn pieces(sql: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        let close = match letter {
            '"' | '`' | '\'' => letter,
            '[' => ']',
            _ if letter.is_alphanumeric() || letter == '_' => {
                let mut word = letter.to_string();
                while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_' || *next == '$') {
                    word.push(next);
                }
                pieces.push(Piece::Word(word));
                continue;
            }
            _ if letter.is_whitespace() => continue,
            _ => {
                pieces.push(Piece::Sign(letter));
                continue;
            }
        };
        let mut text = String::new();
        while let Some(next) = letters.next() {
            if next == close && letters.next_if_eq(&close).is_none() {
                break;
            }
            text.push(next);
        }
        pieces.push(if close == '\'' { Piece::Sign('\'') } else { Piece::Quoted(text) });
    }
    pieces
}

/// A possibly qualified name at the beginning, and what follows it.
fn name(pieces: &[Piece]) -> Option<(ObjectName, &[Piece])> {
    let one = |piece: &Piece| match piece {
        Piece::Word(text) | Piece::Quoted(text) => Some(Name::from(text.as_str())),
        Piece::Sign(_) => None,
    };
    match pieces {
        [first, Piece::Sign('.'), second, rest @ ..] => {
            Some((ObjectName { schema: Some(one(first)?), name: one(second)? }, rest))
        }
        [first, rest @ ..] => Some((ObjectName { schema: None, name: one(first)? }, rest)),
        [] => None,
    }
}

fn skip<'a>(pieces: &'a [Piece], words: &[&str]) -> &'a [Piece] {
    match pieces.first() {
        Some(first) if words.iter().any(|word| first.is(word)) => skip(pieces.get(1..).unwrap_or_default(), words),
        _ => pieces,
    }
}

impl Renames {
    /// Those the statements on the way up make.
    pub fn written(migration: &Migration) -> Self {
        let mut renames = Self::default();
        for statement in &migration.up {
            let pieces = pieces(&statement.sql);
            match pieces.as_slice() {
                [alter, table, rest @ ..] if alter.is("alter") && table.is("table") => {
                    let Some((table, clauses)) = name(skip(rest, &["if", "exists", "only"])) else { continue };
                    clauses.split(|piece| *piece == Piece::Sign(',')).for_each(|clause| renames.clause(&table, clause));
                }
                [rename, table, rest @ ..] if rename.is("rename") && table.is("table") => {
                    for pair in rest.split(|piece| *piece == Piece::Sign(',')) {
                        if let Some((from, rest)) = name(pair)
                            && let Some((to, _)) = name(skip(rest, &["to"]))
                        {
                            renames.move_table(&from, to);
                        }
                    }
                }
                _ => {}
            }
        }
        renames
    }

    /// One clause of `ALTER TABLE`.
    fn clause(&mut self, table: &ObjectName, clause: &[Piece]) {
        let Some((verb, rest)) = clause.split_first() else { return };
        if verb.is("rename") && rest.first().is_some_and(|next| next.is("to") || next.is("as")) {
            if let Some((to, _)) = name(rest.get(1..).unwrap_or_default()) {
                let schema = to.schema.or_else(|| table.schema.clone());
                self.move_table(table, ObjectName { schema, name: to.name });
            }
            return;
        }
        let not_columns = ["constraint", "index", "key"];
        if !(verb.is("rename") || verb.is("change"))
            || rest.first().is_some_and(|next| not_columns.iter().any(|word| next.is(word)))
        {
            return;
        }
        let rest = skip(rest, &["column", "if", "exists"]);
        if let Some((from, rest)) = name(rest)
            && let Some((to, _)) = name(skip(rest, &["to"]))
            && from != to
        {
            self.move_column(table, &from.name, to.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Product, Statement};

    #[test]
    fn renames_are_read_from_statements() {
        let statements = [
            "ALTER TABLE \"user\" RENAME TO \"customer\"",
            "ALTER TABLE customer RENAME COLUMN \"full name\" TO name",
            "ALTER TABLE customer RENAME COLUMN name TO title",
            "ALTER TABLE customer RENAME CONSTRAINT a TO b",
            "ALTER TABLE `book` CHANGE COLUMN `a` `b` int NOT NULL, RENAME COLUMN `c` TO `d`, RENAME INDEX `i` TO `j`",
            "UPDATE x SET a = 'ALTER TABLE y RENAME TO z'",
        ];
        let migration = Migration {
            id: "20260101_000000_a".parse().unwrap(),
            product: Product::MySql,
            from: None,
            to: None,
            up: statements.map(Statement::new).to_vec(),
            down: Vec::new(),
        };
        let renames = Renames::written(&migration);
        let local = |name: &str| ObjectName::local(name);
        assert_eq!(renames.tables.into_iter().collect::<Vec<_>>(), [(local("user"), local("customer"))]);
        let columns: Vec<_> =
            renames.columns.into_iter().map(|((table, from), to)| format!("{table}.{from} {to}")).collect();
        assert_eq!(columns, ["book.a b", "book.c d", "user.full name title"]);
    }
}
