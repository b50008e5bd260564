//! Recognises commands for a database's own client (psql, sqlite3, mysql), and statements whose rows the client sends or
//! receives.
//!
//! Must not know how they are handled.

use crate::Product;

use super::{Token, TokenKind, is_first_in_line};

/// Commands of the clients of MySQL and MariaDB. No statement of a server begins so.
const MYSQL: [&str; 20] = [
    "SOURCE",
    "SYSTEM",
    "TEE",
    "NOTEE",
    "PAGER",
    "NOPAGER",
    "EDIT",
    "EGO",
    "CONNECT",
    "STATUS",
    "PROMPT",
    "REHASH",
    "RESETCONNECTION",
    "WARNINGS",
    "NOWARNING",
    "CHARSET",
    "CLEAR",
    "EXIT",
    "QUIT",
    "PRINT",
];

/// Whether a command for a client begins with this token, which is the first of a statement.
pub(super) fn is_command(product: Product, text: &str, token: &Token<'_>) -> bool {
    if !is_first_in_line(text, token.start) {
        return false;
    }
    // `GO` is a line of its own for SQL Server's clients, and a command of MySQL's.
    if token.is_word("GO") {
        let rest = text.get(token.end()..).unwrap_or_default();
        let line = rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len())).unwrap_or_default();
        return line.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
    }
    match product {
        Product::Postgres => token.is_symbol('\\'),
        Product::Sqlite => token.is_symbol('.'),
        Product::MySql | Product::MariaDb => token.is_symbol('\\') || token.is_any(&MYSQL),
    }
}

/// The place in a statement where a client would do something: a backslash command behind it (`\gexec`), or the rows that
/// `COPY` takes from the client or gives to it.
pub fn needs_client<'t, 'a>(product: Product, tokens: &'t [Token<'a>]) -> Option<&'t Token<'a>> {
    let words = || tokens.iter().filter(|token| !token.is_blank());
    let command =
        words().find(|token| token.is_symbol('\\') && !(product == Product::MariaDb && is_null(tokens, token)));
    let streams = || {
        let mut before: Option<&Token<'_>> = None;
        words().find(|token| {
            let way = before.replace(token);
            token.is_any(&["STDIN", "STDOUT"]) && way.is_some_and(|way| way.is_any(&["FROM", "TO"]))
        })
    };
    let copies = product == Product::Postgres && words().next().is_some_and(|first| first.is_word("COPY"));
    command.or_else(|| if copies { streams() } else { None })
}

/// `\N` is NULL to MariaDB.
fn is_null(tokens: &[Token<'_>], backslash: &Token<'_>) -> bool {
    tokens.iter().any(|token| token.start == backslash.end() && token.kind == TokenKind::Word && token.text == "N")
}

/// Whether rows follow the statement, up to a line `\.`.
pub(super) fn copies_rows(product: Product, tokens: &[Token<'_>]) -> bool {
    needs_client(product, tokens).is_some_and(|token| token.is_word("STDIN"))
}

/// The hint for a client command of this product in a file that is sent to a server.
pub fn hint(product: Product) -> &'static str {
    match product {
        Product::Postgres => {
            "only psql understands it: write SQL instead, rows as `INSERT INTO … VALUES …`, or run the file with psql"
        }
        Product::MySql | Product::MariaDb => {
            "only the `mysql` or `mariadb` client understands it: write the SQL itself here"
        }
        Product::Sqlite => "only the `sqlite3` shell understands it: write the SQL itself here",
    }
}
