//! Reads SQL text of these servers by tokens, without parsing it.
//!
//! Must not know what a statement means, nor how text is tokenized.

use std::collections::BTreeSet;

use sea_gen_runner::sql::{self, Rules, Token, TokenKind};

use crate::schema::Product;

use super::quote::text_literal;
use super::{Flavor, mode};

/// The tokens of a text without white space and comments. The two servers differ only in which comments they execute,
/// and these texts contain none that only one of them executes.
pub(super) fn words(text: &str) -> Vec<Token<'_>> {
    sql::words(Product::MariaDb, text)
}

/// All tokens of a text.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    sql::Tokens::new(Product::MariaDb, text)
}

/// The content of a string literal, if the whole text is one; an introducer (`_utf8mb4'x'`) is skipped.
pub(super) fn string(text: &str) -> Option<String> {
    match words(text).as_slice() {
        [literal] => literal.value(Product::MySql.into()),
        [introducer, literal] if introducer.kind == TokenKind::Word && introducer.text.starts_with('_') => {
            literal.value(Product::MySql.into())
        }
        _ => None,
    }
}

/// The text without the introducers of string literals that are redundant in a utf8mb4 session.
pub(super) fn without_introducers(text: &str) -> String {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let followers = found.iter().skip(1).map(Some).chain(std::iter::once(None));
    let kept = found.iter().zip(followers).filter(|(token, next)| {
        let is_introducer = matches!(token.text, "_utf8mb4" | "_utf8mb3" | "_utf8");
        !(is_introducer && next.is_some_and(|next| next.kind == TokenKind::String))
    });
    kept.map(|(token, _)| token.text).collect()
}

/// The text without outer white space and parentheses.
pub(super) fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let mut depth = 0i32;
        let balanced = words(inner).iter().all(|token| {
            depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
            depth >= 0
        });
        if !balanced {
            break;
        }
        text = inner.trim();
    }
    text
}

/// The text without the name of its database, with which the servers qualify every table, column and function, and the
/// relations it qualified.
///
/// `known` has the database's tables, views and routines: in a name of two parts, the first may also be an alias
/// spelled like the database.
pub(super) fn without_database(text: &str, database: &str, known: &BTreeSet<String>) -> (String, BTreeSet<String>) {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let (mut kept, mut named) = (String::new(), BTreeSet::new());
    let mut at = 0;
    let mut begins = true;
    while let Some(token) = found.get(at) {
        let is_dotted = |offset: usize| found.get(at + offset).is_some_and(|token| token.is_symbol('.'));
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
        begins = !token.is_symbol('.');
        kept.push_str(token.text);
        at += 1;
    }
    (kept, named)
}

/// The canonical form of a definition (a trigger, a routine): without definer, comments, spacing, letter case outside
/// quotes and needless quotes around names. The `sql_mode` counts if it is not the product's default.
pub(super) fn canonical_statement(flavor: Flavor, text: &str) -> String {
    let (mode, create) = match sql::mode_before(flavor.product(), text) {
        Some((mode, create)) => (Some(mode), create),
        None => (None, text),
    };
    let rules = Rules::under(flavor.product(), mode.as_deref().unwrap_or_default());
    let create = canonical(&sql::words(rules, create.trim().trim_end_matches(';')), rules);
    match mode.and_then(|mode| mode::canonical(flavor, &mode)) {
        Some(mode) => format!("sql_mode '{mode}' {create}"),
        None => create,
    }
}

fn canonical(found: &[Token<'_>], rules: Rules) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = found.get(at) {
        let follows = |offset: usize, symbol: char| found.get(at + offset).is_some_and(|token| token.is_symbol(symbol));
        if token.is_word("DEFINER") && follows(1, '=') {
            // A definer is `user`@`host`, `user`, 'user'@'host', CURRENT_USER or CURRENT_USER().
            at += match () {
                () if follows(3, '@') => 5,
                () if follows(3, '(') => 5,
                () => 3,
            };
            continue;
        }
        let name = token.name().filter(|_| token.kind == TokenKind::Name);
        kept.push(match (token.kind, name) {
            (TokenKind::Name, Some(name)) if is_one_word(&name) => name.to_lowercase(),
            (TokenKind::Word | TokenKind::Number, _) => token.text.to_lowercase(),
            (TokenKind::String, _) => match token.value(rules) {
                Some(text) => text_literal(&text),
                None => token.text.to_owned(),
            },
            (TokenKind::Name | TokenKind::Symbol | TokenKind::Space | TokenKind::Comment | TokenKind::Hint, _) => {
                token.text.to_owned()
            }
        });
        at += 1;
    }
    kept.join(" ")
}

fn is_one_word(name: &str) -> bool {
    matches!(words(name).as_slice(), [only] if only.kind == TokenKind::Word && only.text == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_join_to_the_text() {
        for text in ["a+`b``c` 'it''s' \"x\\\"\" -- end\n/* c */ # x", "'open", "`open", "/* open", "ü'é'", "'a\\"] {
            assert_eq!(tokens(text).map(|token| token.text).collect::<String>(), text);
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
        assert_eq!(canonical_statement(Flavor::MySql, shown), canonical_statement(Flavor::MySql, written));
        assert_ne!(
            canonical_statement(Flavor::MySql, shown),
            canonical_statement(Flavor::MySql, "create trigger tr before insert on c for each row set new.p = 'a'")
        );
    }
}
