//! Making SQL expressions and queries comparable by parsing them, where no database is at hand to ask.
//!
//! Must not know schemas beyond what is handed in. What a parser cannot read is compared by its text.
//!
//! The way of a text: `spell` gives strings, quotes and comments one spelling, `parse` reads it, `rewrite` and the
//! product's own rules (`postgres`, `mysql`) bring the tree to one form, `print` writes it with every grouping explicit.

mod columns;
mod grammar;
mod mysql;
mod parse;
mod pieces;
mod postgres;
mod print;
mod query;
mod rename;
mod requote;
mod rewrite;
mod shape;
mod spell;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use sqlparser::ast::Expr;

use crate::schema::ObjectName;

use super::Product;

pub use rename::{mentions, rename_column, rename_table, spelled};
pub use requote::requote;

/// The form an expression of this database is compared by.
///
/// It errs on the side of a difference where only the types of columns could tell: PostgreSQL's casts of columns between
/// numeric types other than to `numeric`, and the spelling its types give untyped literals (`'2020-01-01'` for a timestamp,
/// `'{"a":1}'` for `jsonb`). A literal's cast is dropped in a comparison and where it makes a whole default.
pub fn canonical_expression(product: Product, sql: &str) -> String {
    if is_plain_literal(sql) {
        return sql.to_owned();
    }
    let known = KNOWN.with_borrow(|known| known.get(&product)?.get(sql).cloned());
    known.unwrap_or_else(|| {
        let form = parsed_expression(product, sql);
        KNOWN.with_borrow_mut(|known| {
            let known = known.entry(product).or_default();
            if known.len() < MOST_KNOWN {
                known.insert(sql.to_owned(), form.clone());
            }
        });
        form
    })
}

/// Defaults repeat and are few; checks that do not are nothing to keep.
const MOST_KNOWN: usize = 256;

thread_local! {
    /// The forms of expressions that were asked for before: every table has its `CURRENT_TIMESTAMP`.
    static KNOWN: RefCell<HashMap<Product, HashMap<String, String>>> = RefCell::default();
}

/// The same where it is known of some columns that a cast of them to text means something, because they are no text.
pub fn canonical_expression_over(product: Product, sql: &str, is_no_text: &dyn Fn(&str) -> bool) -> String {
    let casts = sql.contains("::") || sql.get(..).is_some_and(|sql| sql.to_ascii_lowercase().contains("cast"));
    if product != Product::Postgres || !casts {
        return canonical_expression(product, sql);
    }
    let read = spell::plain(product, sql).and_then(|plain| parse::expression(product, &plain));
    let Some(mut expression) = read else { return canonical_expression(product, sql) };
    postgres::keep_casts(&mut expression, is_no_text);
    rewrite::expression(product, &mut expression);
    print::expression(product, &mut expression)
}

fn parsed_expression(product: Product, sql: &str) -> String {
    let Some(plain) = spell::plain(product, sql) else {
        return sql.trim().to_owned();
    };
    let Some(mut expression) = parse::expression(product, &plain) else {
        return plain;
    };
    rewrite::expression(product, &mut expression);
    print::expression(product, &mut expression)
}

/// An expression of this database as a tree in its canonical form, for whoever asks what it means; `None` where it cannot be
/// read.
pub fn tree(product: Product, sql: &str) -> Option<Expr> {
    let plain = spell::plain(product, sql)?;
    let mut expression = parse::expression(product, &plain)?;
    rewrite::expression(product, &mut expression);
    Some(expression)
}

/// Whether a text is a literal that every database writes in this one way: most defaults are.
fn is_plain_literal(sql: &str) -> bool {
    let number = !sql.is_empty() && sql.bytes().all(|digit| digit.is_ascii_digit());
    let text = sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b' ' | b'_' | b'-' | b'.');
    number || text.is_some_and(|text| text.bytes().all(plain))
}

/// The form a view's query is compared by, and what it reads. `columns_of` gives a relation's columns, where known.
///
/// Names are asked for and given back as PostgreSQL folds them, in lower case for SQLite, and as they are written for MySQL and
/// MariaDB, whose tables may differ by case. A schema is given where the query says one, even if it is the default. A query
/// that cannot be parsed reads nothing as far as is known here.
pub fn canonical_query(
    product: Product,
    sql: &str,
    columns_of: &dyn Fn(&ObjectName) -> Option<Vec<String>>,
) -> (String, BTreeSet<ObjectName>) {
    let Some(plain) = spell::plain(product, sql) else {
        return (sql.trim().to_owned(), BTreeSet::new());
    };
    let plain = plain.trim_end_matches([';', ' ']).to_owned();
    let Ok(mut tree) = parse::query(product, &plain) else {
        return (plain, BTreeSet::new());
    };
    let reads = query::query(product, &mut tree, columns_of);
    (print::query(product, &mut tree), reads)
}

/// Drops what columns are qualified with, where only their own names count.
fn unqualify(tree: &mut Expr) {
    walk::each_expression(tree, |expression| {
        if let Expr::CompoundIdentifier(parts) = expression
            && let Some(column) = parts.pop()
        {
            *expression = Expr::Identifier(column);
        }
    });
}
