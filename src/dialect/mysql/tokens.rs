//! The smallest reader of SQL text these servers need: strings, quoted names, words, comments, and everything else.
//!
//! Must not know what a statement means. Joining the tokens gives the text back, byte for byte.

use std::collections::BTreeSet;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space.
    Space,
    /// A comment.
    Comment,
    /// A string in single or double quotes.
    Text,
    /// A name in backticks.
    Name,
    /// A word or number.
    Word,
    /// One other character.
    Symbol,
}

/// One piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
}

impl Token<'_> {
    /// The name, unquoted, where the token can be one.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Name => Some(inside(self.text).replace("``", "`")),
            Kind::Word => Some(self.text.to_owned()),
            Kind::Space | Kind::Comment | Kind::Text | Kind::Symbol => None,
        }
    }

    fn is(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
}

/// Cuts a text into tokens.
pub(super) fn tokens(mut text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    while let Some(first) = text.chars().next() {
        let (kind, length) = match first {
            _ if first.is_whitespace() => (Kind::Space, span(text, char::is_whitespace)),
            '\'' | '"' => (Kind::Text, quoted(text, first, true)),
            '`' => (Kind::Name, quoted(text, first, false)),
            '#' => (Kind::Comment, text.find('\n').unwrap_or(text.len())),
            '-' if text.starts_with("-- ") || text.starts_with("--\n") => {
                (Kind::Comment, text.find('\n').unwrap_or(text.len()))
            }
            '/' if text.starts_with("/*") => (Kind::Comment, text.find("*/").map_or(text.len(), |at| at + 2)),
            _ if is_word(first) => (Kind::Word, span(text, is_word)),
            _ => (Kind::Symbol, first.len_utf8()),
        };
        let (token, rest) = text.split_at(length);
        found.push(Token { kind, text: token });
        text = rest;
    }
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '@')
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

/// The length of a quoted text that begins here; one that never ends takes all there is.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if backslash && character == '\\' {
            characters.next();
        } else if character == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + 1;
            }
        }
    }
    text.len()
}

/// What stands between the first and the last character.
fn inside(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.next_back();
    characters.as_str()
}

/// The content of a string literal, if the whole text is one; an introducer (`_utf8mb4'x'`) is passed over.
pub(super) fn string(text: &str) -> Option<String> {
    let found = tokens(text.trim());
    let literal = match found.as_slice() {
        [literal] => literal,
        [introducer, literal] if introducer.kind == Kind::Word && introducer.text.starts_with('_') => literal,
        _ => return None,
    };
    let quote = literal.text.chars().next()?;
    if literal.kind != Kind::Text || literal.text.len() < 2 {
        return None;
    }
    let mut content = String::new();
    let mut characters = inside(literal.text).chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            content.extend(characters.next().map(escaped));
        } else {
            content.push(character);
            if character == quote {
                characters.next();
            }
        }
    }
    Some(content)
}

/// What a backslash and a character stand for.
fn escaped(character: char) -> char {
    match character {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        other => other,
    }
}

/// Takes off one level of backslashes, as MySQL's catalog puts one on every expression.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            plain.extend(characters.next().map(escaped));
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The text without the introducers of string literals that a session speaking utf8mb4 does not need.
pub(super) fn without_introducers(text: &str) -> String {
    let found = tokens(text);
    let followers = found.iter().skip(1).map(Some).chain(std::iter::once(None));
    let kept = found.iter().zip(followers).filter(|(token, next)| {
        let is_introducer = matches!(token.text, "_utf8mb4" | "_utf8mb3" | "_utf8");
        !(is_introducer && next.is_some_and(|next| next.kind == Kind::Text))
    });
    kept.map(|(token, _)| token.text).collect()
}

/// The text without white space and parentheses around the whole of it.
pub(super) fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let mut depth = 0i32;
        let balanced = tokens(inner).iter().all(|token| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            depth >= 0
        });
        if !balanced {
            break;
        }
        text = inner.trim();
    }
    text
}

/// The text without the name of the database it was read in, which the servers put before every table, column and function,
/// and the relations it names so.
///
/// `known` holds the database's tables, views and routines: where only two names stand, the first may be an alias that
/// happens to be spelled like the database.
pub(super) fn without_database(text: &str, database: &str, known: &BTreeSet<String>) -> (String, BTreeSet<String>) {
    let found = tokens(text);
    let (mut kept, mut named) = (String::new(), BTreeSet::new());
    let mut at = 0;
    let mut begins = true;
    while let Some(token) = found.get(at) {
        let is_dotted = |offset: usize| found.get(at + offset).is_some_and(|token| token.is("."));
        let second = found.get(at + 2).and_then(Token::name).filter(|_| is_dotted(1));
        if let Some(second) = second.filter(|_| begins && token.name().is_some_and(|name| name == database))
            && (is_dotted(3) || known.contains(&second))
        {
            if !is_dotted(3) {
                named.insert(second);
            }
            at += 2;
            continue;
        }
        begins = !token.is(".");
        kept.push_str(token.text);
        at += 1;
    }
    (kept, named)
}

/// The form a whole statement (a trigger, a routine) is compared by: without definer, comments, spacing, letter case
/// outside quotes, and quotes around names that need none.
pub(super) fn canonical_statement(text: &str) -> String {
    let found: Vec<Token<'_>> = tokens(text.trim().trim_end_matches(';'))
        .into_iter()
        .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
        .collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = found.get(at) {
        let upper = token.text.to_ascii_uppercase();
        if upper == "DEFINER" && found.get(at + 1).is_some_and(|token| token.is("=")) {
            // A definer is `user`@`host`, `user`, 'user'@'host' or CURRENT_USER; the `@` may belong to a word.
            at += 3;
            while found.get(at).is_some_and(|token| token.text.starts_with('@')) {
                at += if found.get(at).is_some_and(|token| token.text == "@") { 2 } else { 1 };
            }
            continue;
        }
        words.push(match token.kind {
            Kind::Name if tokens(inside(token.text)).len() == 1 && !inside(token.text).contains('`') => {
                inside(token.text).to_lowercase()
            }
            Kind::Word => token.text.to_lowercase(),
            Kind::Text => string(token.text).map_or_else(|| token.text.to_owned(), |text| format!("'{text}'")),
            Kind::Name | Kind::Symbol | Kind::Space | Kind::Comment => token.text.to_owned(),
        });
        at += 1;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_join_to_the_text() {
        for text in ["a+`b``c` 'it''s' \"x\\\"\" -- end\n/* c */ # x", "'open", "`open", "/* open", "ü'é'", "'a\\"] {
            assert_eq!(tokens(text).iter().map(|token| token.text).collect::<String>(), text);
        }
    }

    #[test]
    fn a_string_is_read_back() {
        assert_eq!(string("'it''s'").as_deref(), Some("it's"));
        assert_eq!(string("_utf8mb4'a\\'b\\\\c\\n'").as_deref(), Some("a'b\\c\n"));
        assert_eq!(string("'a' 'b'"), None);
        assert_eq!(string("a"), None);
    }

    #[test]
    fn parentheses_go_only_when_they_enclose_everything() {
        assert_eq!(bare("((a) + (b))"), "(a) + (b)");
        assert_eq!(bare("(a) + (b)"), "(a) + (b)");
        assert_eq!(bare("(a = ')')"), "a = ')'");
    }

    #[test]
    fn the_database_is_taken_off() {
        let known = BTreeSet::from(["t".to_owned()]);
        let strip = |text| without_database(text, "d", &known).0;
        assert_eq!(strip("select `d`.`t`.`a`,'`d`.`t`' from `d`.`t`"), "select `t`.`a`,'`d`.`t`' from `t`");
        assert_eq!(strip("select `d`.`a` from `d`.`t` `d`"), "select `d`.`a` from `t` `d`");
    }

    #[test]
    fn statements_are_compared_without_their_definer() {
        let shown = "CREATE DEFINER=`root`@`localhost` TRIGGER `tr` BEFORE INSERT ON `c` FOR EACH ROW set new.p = 'A'";
        let written = "create trigger tr before insert on c\n for each row set NEW.p='A';";
        assert_eq!(canonical_statement(shown), canonical_statement(written));
        assert_ne!(
            canonical_statement(shown),
            canonical_statement("create trigger tr before insert on c for each row set new.p = 'a'")
        );
    }
}
