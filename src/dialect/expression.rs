//! Canonical forms of SQL expressions and queries, obtained by parsing, without a database.
//!
//! Must not know schemas beyond its arguments. The canonical form of an unparsed text is its text.
//!
//! Passes: `spell` unifies strings, quotes and comments, `parse` parses, `rewrite` and the product's rules (`postgres`,
//! `mysql`) bring the tree to canonical form, `print` prints it with every grouping explicit.

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

/// The canonical form of an expression of this product.
///
/// Two equivalent expressions may differ if only the types of columns could show that they are equivalent: PostgreSQL's
/// casts of columns between numeric types other than `numeric`, and its normalisation of untyped literals
/// (`'2020-01-01'` for a timestamp, `'{"a":1}'` for `jsonb`). The cast of a literal is dropped in a comparison, and if
/// it is a whole default.
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

/// Defaults are few and repeat; distinct checks are not worth caching.
const MOST_KNOWN: usize = 256;

thread_local! {
    /// A cache of canonical forms: every table has its `CURRENT_TIMESTAMP`.
    static KNOWN: RefCell<HashMap<Product, HashMap<String, String>>> = RefCell::default();
}

/// The same, if some columns are known not to be text, so that casting them to text has an effect.
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

/// The canonical form of an expression as a tree; `None` if it cannot be parsed.
pub fn tree(product: Product, sql: &str) -> Option<Expr> {
    let plain = spell::plain(product, sql)?;
    let mut expression = parse::expression(product, &plain)?;
    rewrite::expression(product, &mut expression);
    Some(expression)
}

/// Whether a text is a literal with the same spelling on every product: most defaults are.
fn is_plain_literal(sql: &str) -> bool {
    let number = !sql.is_empty() && sql.bytes().all(|digit| digit.is_ascii_digit());
    let text = sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b' ' | b'_' | b'-' | b'.');
    number || text.is_some_and(|text| text.bytes().all(plain))
}

/// The canonical form of a view's query, and the relations it reads. `columns_of` gives a relation's columns, if known.
///
/// Names are passed and returned as PostgreSQL folds them, in lower case for SQLite, and as written for MySQL and
/// MariaDB, whose tables may differ by case. A name is qualified if it is in the query, even by the default schema. A
/// query that cannot be parsed has no known relations.
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

/// Removes the qualifiers of columns.
fn unqualify(tree: &mut Expr) {
    walk::each_expression(tree, |expression| {
        if let Expr::CompoundIdentifier(parts) = expression
            && let Some(column) = parts.pop()
        {
            *expression = Expr::Identifier(column);
        }
    });
}
