//! The parser, configured to keep the escapes of literals, so that printing loses none.
//!
//! Must not know how trees are rewritten.

use sqlparser::ast::{Expr, Query};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::Token;

use super::grammar::{MySqlGrammar, SqliteGrammar};
use crate::dialect::Product;

/// The maximum nesting depth; explicit parentheses make texts nest deeper than usual.
const DEPTH: usize = 300;

fn dialect(product: Product) -> &'static dyn Dialect {
    match product {
        Product::Postgres => &PostgreSqlDialect {},
        Product::MySql | Product::MariaDb => &MySqlGrammar(MySqlDialect {}),
        Product::Sqlite => &SqliteGrammar(SQLiteDialect {}),
    }
}

fn parser(product: Product, sql: &str) -> Result<Parser<'static>, ParserError> {
    let options = ParserOptions::new().with_unescape(false).with_trailing_commas(false);
    Parser::new(dialect(product)).with_options(options).with_recursion_limit(DEPTH).try_with_sql(sql)
}

/// Parses a whole text as one expression.
pub(super) fn expression(product: Product, sql: &str) -> Option<Expr> {
    let mut parser = parser(product, sql).ok()?;
    let expression = parser.parse_expr().ok()?;
    (parser.peek_token().token == Token::EOF).then_some(expression)
}

/// Parses a whole text as one query.
pub(super) fn query(product: Product, sql: &str) -> Result<Query, ParserError> {
    let mut parser = parser(product, sql)?;
    let query = parser.parse_query()?;
    parser.expect_token(&Token::EOF)?;
    Ok(*query)
}
