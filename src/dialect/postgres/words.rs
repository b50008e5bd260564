//! Reads SQL text by tokens, without parsing it: names outside strings, enclosing parentheses, lists.
//!
//! Must not know what the text means, nor how it is tokenized. Texts are compared by `dialect::expression`, not here.

use std::collections::BTreeSet;

use sea_gen_runner::sql::{self, Token, TokenKind};

use crate::schema::Product;

fn words(text: &str) -> Vec<Token<'_>> {
    sql::words(Product::Postgres, text)
}

/// A name as PostgreSQL folds it.
fn folded(token: &Token<'_>) -> Option<String> {
    let name = token.name()?;
    Some(if token.kind == TokenKind::Word { name.to_lowercase() } else { name })
}

/// How many more parentheses and brackets are open after a token.
fn step(token: &Token<'_>) -> i32 {
    let is = |open: char, close: char| i32::from(token.is_symbol(open)) - i32::from(token.is_symbol(close));
    is('(', ')') + is('[', ']')
}

/// Whether `name` occurs in the text as an identifier, quoted or not.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    words(sql)
        .iter()
        .any(|token| token.name().is_some_and(|found| found == name) || folded(token).is_some_and(|it| it == name))
}

/// Whether `name` occurs in the text qualified by a schema.
pub(super) fn is_qualified(sql: &str, name: &str) -> bool {
    let is_name = |token: &Token<'_>| mentions(token.text, name);
    words(sql).windows(2).any(|pair| matches!(pair, [dot, token] if dot.is_symbol('.') && is_name(token)))
}

/// The identifiers in the text outside strings, quoted or not; unquoted ones also as PostgreSQL folds them.
pub(super) fn names(sql: &str) -> Vec<String> {
    let mut found: Vec<String> = words(sql).iter().filter_map(folded).collect();
    found.sort();
    found.dedup();
    found
}

/// The [`names`] without those that stand before a dot and are the name of one of the schemas.
pub(super) fn unqualified_names(sql: &str, schemas: &BTreeSet<String>) -> Vec<String> {
    let words = words(sql);
    let dots = words.iter().skip(1).map(|token| token.is_symbol('.')).chain([false]);
    let named = words.iter().zip(dots).filter_map(|(token, qualifies)| {
        let name = folded(token)?;
        (!qualifies || !schemas.contains(&name)).then_some(name)
    });
    named.collect::<BTreeSet<String>>().into_iter().collect()
}

/// The contents of the strings in the text.
pub(super) fn strings(sql: &str) -> Vec<String> {
    words(sql).iter().filter_map(|token| token.value(Product::Postgres.into())).collect()
}

/// Whether the text has `*` outside strings, which may mean any column.
pub(super) fn has_star(sql: &str) -> bool {
    words(sql).iter().any(|token| token.is_symbol('*'))
}

/// Whether a string of the text is exactly `value`.
pub(super) fn has_string(sql: &str, value: &str) -> bool {
    strings(sql).iter().any(|content| content == value)
}

/// The text without the parentheses that enclose all of it.
pub(super) fn without_parentheses(sql: &str) -> &str {
    let mut text = sql.trim();
    while let Some(inner) = enclosed(text) {
        text = inner.trim();
    }
    text
}

/// The end of the value at the start of the text: parentheses, a name or a call.
pub(super) fn end_of_value(sql: &str) -> usize {
    let (mut depth, mut end) = (0, 0);
    for token in words(sql) {
        let goes_on = end == 0 || depth > 0 || token.is_symbol('.') || token.is_symbol('(');
        let follows_dot = sql.get(..end).is_some_and(|text| text.ends_with('.'));
        if !goes_on && !follows_dot {
            break;
        }
        depth += step(&token);
        end = token.end();
    }
    end
}

fn enclosed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    let closes = words(inner).iter().any(|token| {
        depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
        depth < 0
    });
    (!closes && depth == 0).then_some(inner)
}

/// Splits `literal::type`; `None` if the last cast is not the outermost expression.
pub(super) fn outer_cast(text: &str) -> Option<(&str, &str)> {
    let words = words(text);
    let (mut depth, mut found) = (0, None);
    for pair in words.windows(2) {
        let [token, next] = pair else { continue };
        depth += step(token);
        if depth == 0 && token.is_symbol(':') && next.is_symbol(':') {
            found = Some(token.start);
        }
    }
    let at = found?;
    Some((text.get(..at)?.trim(), text.get(at + 2..)?.trim()))
}

/// The content of a text that is exactly one plain string literal.
pub(super) fn string_content(text: &str) -> Option<String> {
    match words(text).as_slice() {
        [only] if only.text == text => only.value(Product::Postgres.into()),
        _ => None,
    }
}

/// The names of a comma-separated list, unquoted.
pub(super) fn name_list(text: &str) -> Vec<String> {
    names_between(text, ',')
}

/// The parts of a qualified name, unquoted.
pub(super) fn name_path(text: &str) -> Vec<String> {
    names_between(text, '.')
}

fn names_between(text: &str, separator: char) -> Vec<String> {
    let mut names = vec![String::new()];
    for token in words(text) {
        if token.is_symbol(separator) {
            names.push(String::new());
        } else if let Some(name) = names.last_mut() {
            name.push_str(&token.name().unwrap_or_else(|| token.text.to_owned()));
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The parts of a comma-separated list as they are written.
pub(super) fn split_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for token in sql::Tokens::new(Product::Postgres, text) {
        if token.is_symbol(',') {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(token.text);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Splits a text before each of these keywords (given in upper case) outside parentheses: each clause's keyword and the
/// text after it. The first has no keyword.
pub(super) fn clauses<'a>(sql: &'a str, keywords: &[&str]) -> Vec<(String, &'a str)> {
    let mut found: Vec<(String, usize, usize)> = vec![(String::new(), 0, sql.len())];
    let mut depth = 0;
    for token in words(sql) {
        depth = (depth + step(&token)).max(0);
        if depth == 0 && token.is_any(keywords) {
            if let Some(last) = found.last_mut() {
                last.2 = token.start;
            }
            found.push((token.text.to_uppercase(), token.end(), sql.len()));
        }
    }
    found.into_iter().map(|(word, from, to)| (word, sql.get(from..to).unwrap_or_default().trim())).collect()
}

/// The parts of a comma-separated list; commas in parentheses do not separate.
pub(super) fn items(sql: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0);
    for token in words(sql) {
        depth = (depth + step(&token)).max(0);
        if depth == 0 && token.is_symbol(',') {
            found.push(sql.get(start..token.start).unwrap_or_default().trim());
            start = token.end();
        }
    }
    found.push(sql.get(start..).unwrap_or_default().trim());
    found.retain(|item| !item.is_empty());
    found
}

/// The text after the first occurrence of a word.
pub(super) fn after_word<'a>(sql: &'a str, word: &str) -> Option<&'a str> {
    let found = words(sql).into_iter().find(|token| token.is_word(word))?;
    sql.get(found.end()..)
}

/// A possibly qualified name as written, and the rest of the text.
pub(super) fn cut_name(sql: &str) -> Option<(&str, &str)> {
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Name | TokenKind::Word);
    let mut tokens = sql::Tokens::new(Product::Postgres, sql);
    let mut end = tokens.next().filter(is_name)?.end();
    while tokens.next().is_some_and(|dot| dot.is_symbol('.')) {
        end = tokens.next().filter(is_name)?.end();
    }
    Some((sql.get(..end)?, sql.get(end..)?))
}

/// The types in a composite type's text, without the names of its attributes.
pub(super) fn types_of_attributes(sql: &str) -> String {
    let inside = sql.split_once('(').map_or("", |(_, inside)| inside.trim_end().trim_end_matches(')'));
    let types = items(inside).into_iter().filter_map(|item| Some(cut_name(item)?.1));
    types.collect::<Vec<_>>().join(" ")
}

/// The canonical form of a text that is not parsed: folded, single spaces between tokens, no needless quotes around
/// names.
pub(super) fn plain(sql: &str) -> String {
    let words = words(sql);
    let folded = words.iter().map(|token| match (token.kind, token.name()) {
        (TokenKind::String, _) => token.text.to_owned(),
        (TokenKind::Name, Some(name)) => sql::quoted_where_needed(&name),
        _ => token.text.to_lowercase(),
    });
    folded.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_outside_strings_only() {
        assert!(mentions("(price > 0)", "price"));
        assert!(mentions(r#"("Odd ""Name" > 0)"#, "Odd \"Name"));
        assert!(!mentions("(kind = 'price')", "price"));
        assert!(!mentions("(price_list > 0)", "price"));
        assert!(!mentions("$$price$$", "price"));
        assert!(mentions("E'it\\'s' || price", "price"));
    }

    #[test]
    fn only_enclosing_parentheses_go() {
        assert_eq!(without_parentheses("((a > 0))"), "a > 0");
        assert_eq!(without_parentheses("(a > 0) OR (b > 0)"), "(a > 0) OR (b > 0)");
        assert_eq!(without_parentheses("(a = ')')"), "a = ')'");
    }

    #[test]
    fn the_outer_cast_is_cut() {
        assert_eq!(outer_cast("'x::y'::character varying"), Some(("'x::y'", "character varying")));
        assert_eq!(outer_cast("f('x'::text)"), None);
    }

    #[test]
    fn lists_of_names_are_unquoted() {
        assert_eq!(name_list(r#""a,b", c , "d""e""#), ["a,b", "c", "d\"e"]);
        assert_eq!(name_path(r#""a.b"."c"".""d""#), ["a.b", "c\".\"d"]);
    }
}
