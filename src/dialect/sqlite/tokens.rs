//! SQLite's SQL cut into tokens, so that what only a `CREATE` text says can be read.
//!
//! Must not know any grammar. Never fails: what it does not know is a symbol.

use crate::schema::Name;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or an identifier without quotes.
    Word,
    /// An identifier in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A string in `'…'`, or a blob in `x'…'`.
    Text,
    /// A number.
    Number,
    /// One character of anything else.
    Symbol,
}

/// One token and where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    /// The position after the token.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character.
    pub(super) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol && self.text.chars().next() == Some(symbol)
    }

    /// The name it stands for where a name is wanted; SQLite takes a string for one too.
    pub(super) fn name(&self) -> Option<Name> {
        let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        match (self.kind, self.text.bytes().next()) {
            (Kind::Word, _) => Some(Name::from(self.text)),
            (Kind::Quoted | Kind::Text, Some(end @ (b'"' | b'`' | b'\''))) if inner.as_bytes().contains(&end) => {
                let end = char::from(end).to_string();
                Some(Name::from(inner.replace(&end.repeat(2), &end)))
            }
            (Kind::Quoted, _) | (Kind::Text, Some(b'\'')) => Some(Name::from(inner)),
            (Kind::Text | Kind::Number | Kind::Symbol, _) => None,
        }
    }
}

/// Cuts a text into tokens; white space and comments are left out.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::with_capacity(sql.len() / 5);
    let mut at = 0;
    while let Some(first) = sql.as_bytes().get(at) {
        if matches!(first, b' ' | b'\n') {
            at += 1;
            continue;
        }
        let rest = sql.get(at..).unwrap_or_default();
        let blank = blank_len(rest);
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, length) = measure(rest);
        found.push(Token { kind, text: rest.get(..length).unwrap_or(rest), start: at });
        at += length.max(1);
    }
    found
}

/// How much white space or comment a text begins with.
fn blank_len(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'-', b'-', ..] => rest.find('\n').map_or(rest.len(), |end| end + 1),
        [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
        [b'!'..=b'~', ..] => 0,
        _ => rest.len() - rest.trim_start().len(),
    }
}

fn measure(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let up_to = |end: Option<usize>| end.unwrap_or(rest.len());
    match *bytes {
        [b'\'', ..] => (Kind::Text, quoted_len(bytes)),
        [b'"' | b'`', ..] => (Kind::Quoted, quoted_len(bytes)),
        [b'[', ..] => (Kind::Quoted, up_to(rest.find(']').map(|end| end + 1))),
        [b'x' | b'X', b'\'', ..] => (Kind::Text, 1 + quoted_len(bytes.get(1..).unwrap_or_default())),
        [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => (Kind::Number, number_len(rest)),
        [first, ..] if is_word(first) => (Kind::Word, up_to(bytes.iter().position(|next| !is_word(*next)))),
        _ => (Kind::Symbol, 1),
    }
}

/// SQLite takes every character beyond ASCII, and so every byte of one, for a letter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

/// The length of a quoted token at the beginning of a text; a doubled quote is one inside.
fn quoted_len(text: &[u8]) -> usize {
    let Some(quote) = text.first() else { return 0 };
    let mut at = 1;
    while let Some(inside) = text.get(at..).and_then(|rest| rest.iter().position(|byte| byte == quote)) {
        at += inside + 1;
        if text.get(at) != Some(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn number_len(rest: &str) -> usize {
    let mut previous = ' ';
    for (at, character) in rest.char_indices() {
        let sign = matches!(character, '+' | '-') && matches!(previous, 'e' | 'E') && !rest.starts_with("0x");
        if !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_') || sign) {
            return at;
        }
        previous = character;
    }
    rest.len()
}

/// The form two statements are compared by where no parser reads them (triggers): white space, comments, the case of words
/// and the way names are quoted do not count.
pub(super) fn canonical(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    for token in tokens(sql) {
        if !text.is_empty() {
            text.push(' ');
        }
        match token.kind {
            Kind::Word => text.push_str(&token.text.to_lowercase()),
            Kind::Quoted => text.push_str(&canonical_name(&token)),
            Kind::Text | Kind::Number | Kind::Symbol => text.push_str(token.text),
        }
    }
    text.trim_end_matches([';', ' ']).to_owned()
}

/// A quoted name that needs no quotes loses them; keywords that lose theirs do so on both sides of a comparison.
fn canonical_name(token: &Token<'_>) -> String {
    let name = token.name().map(|name| name.as_str().to_lowercase()).unwrap_or_default();
    let plain =
        name.bytes().all(is_word) && !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty();
    if plain { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The same text with every comment turned into a space, so that it can be put inside parentheses.
pub(super) fn without_comments(sql: &str) -> String {
    // Most have none, and one inside of a string is looked at more closely.
    if !sql.as_bytes().windows(2).any(|pair| pair == b"--" || pair == b"/*") {
        return sql.trim().to_owned();
    }
    let mut text = String::with_capacity(sql.len());
    let mut from = 0;
    for token in tokens(sql) {
        let gap = sql.get(from..token.start).unwrap_or_default();
        text.push_str(if gap.trim().is_empty() { gap } else { " " });
        text.push_str(token.text);
        from = token.end();
    }
    text.trim().to_owned()
}

/// Whether an expression names a column, by any of its tokens that could be one.
pub(super) fn mentions(sql: &str, column: &Name) -> bool {
    tokens(sql).iter().any(|token| token.name().is_some_and(|name| name.as_str().eq_ignore_ascii_case(column.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn everything_is_cut_where_sqlite_cuts_it() {
        assert_eq!(
            texts("a\"b\"\"c\"[d e]`f`'it''s'x'00' -- no\n1.5e-3>=/* no */.5 größe 0x1e-2"),
            [
                "a",
                "\"b\"\"c\"",
                "[d e]",
                "`f`",
                "'it''s'",
                "x'00'",
                "1.5e-3",
                ">",
                "=",
                ".5",
                "größe",
                "0x1e",
                "-",
                "2"
            ]
        );
    }

    #[test]
    fn an_unfinished_text_is_read_to_its_end() {
        assert_eq!(texts("'a"), ["'a"]);
        assert_eq!(texts("[a"), ["[a"]);
        assert_eq!(texts("a /* b"), ["a"]);
        assert_eq!(texts("\""), ["\""]);
    }

    #[test]
    fn comments_become_spaces() {
        assert_eq!(without_comments("a -- b\n > '--' /* c */"), "a > '--'");
        assert_eq!(without_comments("a\n  + b"), "a\n  + b");
    }

    #[test]
    fn names_lose_their_quotes() {
        let names: Vec<_> = tokens("a \"b\"\"c\" [d]]").iter().filter_map(Token::name).collect();
        assert_eq!(names, [Name::from("a"), Name::from("b\"c"), Name::from("d")]);
    }

    #[test]
    fn comparing_looks_past_spacing_case_and_needless_quotes() {
        assert_eq!(canonical("INSERT  into \"Log\" -- x\n values ('A b');"), "insert into log values ( 'A b' )");
        assert_ne!(canonical("select 'a'"), canonical("select 'A'"));
        assert_ne!(canonical("select \"a b\""), canonical("select a b"));
    }
}
