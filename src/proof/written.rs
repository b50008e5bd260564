//! Reads renames from a migration's statements, for migrations without a plan.
//!
//! Must not know schemas. An unrecognised rename only exempts its values from the proof.

use std::collections::BTreeSet;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::sql::{self, Token};

use crate::schema::{Name, ObjectName};

use super::follow::Renames;

/// A possibly qualified name at the start, and the rest.
fn name<'t, 'a>(words: &'t [Token<'a>]) -> Option<(ObjectName, &'t [Token<'a>])> {
    let one = |word: &Token<'_>| word.name().map(Name::new);
    match words {
        [first, dot, second, rest @ ..] if dot.is_symbol('.') => {
            Some((ObjectName { schema: Some(one(first)?), name: one(second)? }, rest))
        }
        [first, rest @ ..] => Some((ObjectName { schema: None, name: one(first)? }, rest)),
        [] => None,
    }
}

fn skip<'t, 'a>(words: &'t [Token<'a>], skipped: &[&str]) -> &'t [Token<'a>] {
    let count = words.iter().take_while(|word| word.is_any(skipped)).count();
    words.get(count..).unwrap_or_default()
}

/// The parts between commas outside parentheses.
fn clauses<'t, 'a>(words: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    let mut depth = 0_i32;
    words.split(move |word| {
        depth += i32::from(word.is_symbol('(')) - i32::from(word.is_symbol(')'));
        depth == 0 && word.is_symbol(',')
    })
}

impl Renames {
    /// The renames of the `up` statements.
    pub fn written(migration: &Migration) -> Self {
        let mut renames = Self::default();
        // A table that is made anew takes the place of another one, which keeps its name.
        let mut made: BTreeSet<ObjectName> = BTreeSet::new();
        for statement in &migration.up {
            let words = sql::words(migration.product, &statement.sql);
            match words.as_slice() {
                [create, table, rest @ ..] if create.is_word("create") && table.is_word("table") => {
                    made.extend(name(skip(rest, &["if", "not", "exists"])).map(|(table, _)| table));
                }
                [alter, table, rest @ ..] if alter.is_word("alter") && table.is_word("table") => {
                    let Some((table, rest)) = name(skip(rest, &["if", "exists", "only"])) else { continue };
                    if !made.contains(&table) {
                        clauses(rest).for_each(|clause| renames.clause(&table, clause));
                    } else if rest.first().is_some_and(|verb| verb.is_word("rename")) {
                        made.remove(&table);
                    }
                }
                [rename, table, rest @ ..] if rename.is_word("rename") && table.is_word("table") => {
                    for pair in clauses(rest) {
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
    fn clause(&mut self, table: &ObjectName, clause: &[Token<'_>]) {
        let Some((verb, rest)) = clause.split_first() else { return };
        if verb.is_word("rename") && rest.first().is_some_and(|next| next.is_any(&["to", "as"])) {
            if let Some((to, _)) = name(rest.get(1..).unwrap_or_default()) {
                let schema = to.schema.or_else(|| table.schema.clone());
                self.move_table(table, ObjectName { schema, name: to.name });
            }
            return;
        }
        let is_other = rest.first().is_some_and(|next| next.is_any(&["constraint", "index", "key"]));
        if !verb.is_any(&["rename", "change"]) || is_other {
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
            "ALTER TABLE `user` RENAME TO `customer`",
            "ALTER TABLE customer RENAME COLUMN `full name` TO name",
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
            merged: Default::default(),
            contracts: None,
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
