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
        self.kind == Kind::Symbol && self.text.starts_with(symbol)
    }

    /// The name it stands for where a name is wanted; SQLite takes a string for one too.
    pub(super) fn name(&self) -> Option<Name> {
        let quoted = |end: &str| {
            let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
            Name::from(inner.replace(&end.repeat(2), end))
        };
        match self.kind {
            Kind::Word => Some(Name::from(self.text)),
            Kind::Quoted if self.text.starts_with('[') => {
                Some(Name::from(self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default()))
            }
            Kind::Quoted => Some(quoted(self.text.get(..1).unwrap_or_default())),
            Kind::Text if self.text.starts_with('\'') => Some(quoted("'")),
            Kind::Text | Kind::Number | Kind::Symbol => None,
        }
    }
}

/// Cuts a text into tokens; white space and comments are left out.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = blank_len(rest);
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, length) = measure(rest);
        found.push(Token { kind, text: rest.get(..length).unwrap_or(rest), start: at });
        at += length;
    }
    found
}

/// How much white space or comment a text begins with.
fn blank_len(rest: &str) -> usize {
    let spaces = rest.len() - rest.trim_start().len();
    if spaces > 0 {
        spaces
    } else if rest.starts_with("--") {
        rest.find('\n').map_or(rest.len(), |end| end + 1)
    } else if rest.starts_with("/*") {
        rest.find("*/").map_or(rest.len(), |end| end + 2)
    } else {
        0
    }
}

fn measure(rest: &str) -> (Kind, usize) {
    let mut characters = rest.chars();
    let (first, second) = (characters.next().unwrap_or(' '), characters.next());
    match first {
        '\'' => (Kind::Text, quoted_len(rest, '\'')),
        '"' | '`' => (Kind::Quoted, quoted_len(rest, first)),
        '[' => (Kind::Quoted, rest.find(']').map_or(rest.len(), |end| end + 1)),
        'x' | 'X' if second == Some('\'') => (Kind::Text, 1 + quoted_len(rest.get(1..).unwrap_or_default(), '\'')),
        _ if first.is_ascii_digit() || (first == '.' && second.is_some_and(|next| next.is_ascii_digit())) => {
            (Kind::Number, number_len(rest))
        }
        _ if is_word(first) => (Kind::Word, rest.find(|next| !is_word(next)).unwrap_or(rest.len())),
        _ => (Kind::Symbol, first.len_utf8()),
    }
}

/// SQLite takes every character beyond ASCII for a letter.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}

/// The length of a quoted token at the beginning of a text; a doubled quote is one inside.
fn quoted_len(rest: &str, quote: char) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + character.len_utf8();
        }
    }
    rest.len()
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
        name.chars().all(is_word) && !name.starts_with(|first: char| first.is_ascii_digit()) && !name.is_empty();
    if plain { name } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// The same text with every comment turned into a space, so that it can be put inside parentheses.
pub(super) fn without_comments(sql: &str) -> String {
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
