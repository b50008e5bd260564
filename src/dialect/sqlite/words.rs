//! Reads SQLite's SQL text by tokens, without parsing it.
//!
//! Must not know any grammar, nor how text is tokenized.

use sea_gen_runner::sql::{self, Token, TokenKind};

use crate::schema::{Name, Product};

/// The tokens of a text, without white space and comments.
pub(super) fn words(text: &str) -> Vec<Token<'_>> {
    sql::words(Product::Sqlite, text)
}

/// The name of a token where the grammar expects one; SQLite also accepts a string.
pub(super) fn name(token: &Token<'_>) -> Option<Name> {
    token.name().or_else(|| token.value(Product::Sqlite.into())).map(Name::new)
}

/// The canonical form of an unparsed statement (a trigger): white space, comments, the case of words and the quoting of
/// names do not count.
pub(super) fn canonical(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    for token in words(sql) {
        if !text.is_empty() {
            text.push(' ');
        }
        match token.kind {
            TokenKind::Word => text.push_str(&token.text.to_lowercase()),
            TokenKind::Name => text.push_str(&canonical_name(&token)),
            TokenKind::String
            | TokenKind::Number
            | TokenKind::Symbol
            | TokenKind::Hint
            | TokenKind::Space
            | TokenKind::Comment => {
                text.push_str(token.text);
            }
        }
    }
    text.trim_end_matches([';', ' ']).to_owned()
}

/// Removes needless quotes of a name. Keywords lose theirs on both sides of a comparison.
fn canonical_name(token: &Token<'_>) -> String {
    let name = name(token).map(|name| name.as_str().to_lowercase()).unwrap_or_default();
    let plain = matches!(words(&name).as_slice(), [only] if only.kind == TokenKind::Word && only.text == name);
    if plain { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The text with every comment replaced by a space, so that it can be put in parentheses.
pub(super) fn without_comments(sql: &str) -> String {
    // Most texts have no comment; a match inside a string is excluded below.
    if !sql.as_bytes().windows(2).any(|pair| pair == b"--" || pair == b"/*") {
        return sql.trim().to_owned();
    }
    let mut text = String::with_capacity(sql.len());
    let mut from = 0;
    for token in words(sql) {
        let gap = sql.get(from..token.start).unwrap_or_default();
        text.push_str(if gap.trim().is_empty() { gap } else { " " });
        text.push_str(token.text);
        from = token.end();
    }
    text.trim().to_owned()
}

/// Whether any token of an expression may be the name of a column.
pub(super) fn mentions(sql: &str, column: &Name) -> bool {
    words(sql).iter().any(|token| name(token).is_some_and(|name| name.as_str().eq_ignore_ascii_case(column.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_spaces() {
        assert_eq!(without_comments("a -- b\n > '--' /* c */"), "a > '--'");
        assert_eq!(without_comments("a\n  + b"), "a\n  + b");
    }

    #[test]
    fn names_lose_their_quotes() {
        let names: Vec<_> = words("a \"b\"\"c\" [d]]").iter().filter_map(name).collect();
        assert_eq!(names, [Name::from("a"), Name::from("b\"c"), Name::from("d")]);
    }

    #[test]
    fn comparing_looks_past_spacing_case_and_needless_quotes() {
        assert_eq!(canonical("INSERT  into \"Log\" -- x\n values ('A b');"), "insert into log values ( 'A b' )");
        assert_ne!(canonical("select 'a'"), canonical("select 'A'"));
        assert_ne!(canonical("select \"a b\""), canonical("select a b"));
    }
}
