//! Looking at SQL text without parsing it: where strings and quoted names end, which names stand outside strings, which
//! parentheses enclose everything.
//!
//! Must not know what the text means. Whatever is compared goes through `dialect::expression`, not through here.

/// The end of the token that starts at byte `at`: a string, a quoted name, a dollar-quoted body, or one character.
fn end_of_token(sql: &str, at: usize) -> usize {
    let rest = sql.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return sql.len() };
    let length = match first {
        '\'' => quoted_length(rest, '\'', is_escape_string(sql, at)),
        '"' => quoted_length(rest, '"', false),
        '$' => dollar_length(rest).unwrap_or(1),
        _ => first.len_utf8(),
    };
    at + length
}

/// Whether the string at byte `at` is written `E'…'`, where a backslash escapes.
fn is_escape_string(sql: &str, at: usize) -> bool {
    let mut before = sql.get(..at).unwrap_or_default().chars().rev();
    matches!(before.next(), Some('e' | 'E')) && !before.next().is_some_and(is_name_character)
}

fn quoted_length(rest: &str, quote: char, backslash: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if backslash && character == '\\' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => {
                    characters.next();
                }
                _ => return at + quote.len_utf8(),
            }
        }
    }
    rest.len()
}

/// The length of `$tag$ … $tag$`; `None` where the dollar opens nothing.
fn dollar_length(rest: &str) -> Option<usize> {
    let tag_end = rest.get(1..)?.find('$')? + 2;
    let tag = rest.get(..tag_end)?;
    let inner = tag.trim_matches('$');
    if !inner.chars().all(is_name_character) || inner.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let body = rest.get(tag_end..)?;
    Some(tag_end + body.find(tag).map_or(body.len(), |at| at + tag.len()))
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// The tokens of a text with the bytes they stand at; words are whole.
fn tokens(sql: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sql.len() {
        let rest = sql.get(at..).unwrap_or_default();
        let starts_word = rest.starts_with(|first: char| first.is_alphanumeric() || first == '_');
        let end = if starts_word {
            at + rest.find(|character| !is_name_character(character)).unwrap_or(rest.len())
        } else {
            end_of_token(sql, at)
        };
        found.push((at, sql.get(at..end).unwrap_or_default()));
        at = end.max(at + 1);
    }
    found
}

/// Whether `name` stands in the text as an identifier, quoted or not.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    tokens(sql).into_iter().any(|(_, token)| match token.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').is_some_and(|inner| inner.replace("\"\"", "\"") == name),
        None => token == name || token.to_lowercase() == name,
    })
}

/// Whether `name` stands in the text behind a schema.
pub(super) fn is_qualified(sql: &str, name: &str) -> bool {
    let tokens = tokens(sql);
    tokens.windows(2).any(|pair| matches!(pair, [(_, "."), (_, token)] if mentions(token, name)))
}

/// The names that stand in the text outside strings, quoted or not; unquoted ones also as PostgreSQL folds them.
pub(super) fn names(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (_, token) in tokens(sql) {
        match token.strip_prefix('"') {
            Some(quoted) => found.extend(quoted.strip_suffix('"').map(|inner| inner.replace("\"\"", "\""))),
            None if token.starts_with(|first: char| first.is_alphabetic() || first == '_') => {
                found.push(token.to_lowercase());
            }
            None => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The contents of the strings in the text.
pub(super) fn strings(sql: &str) -> Vec<String> {
    tokens(sql).into_iter().filter_map(|(_, token)| string_content(token)).collect()
}

/// Whether the text has `*` outside strings, which may stand for any column.
pub(super) fn has_star(sql: &str) -> bool {
    tokens(sql).into_iter().any(|(_, token)| token == "*")
}

/// Whether a string of the text is exactly `value`.
pub(super) fn has_string(sql: &str, value: &str) -> bool {
    tokens(sql).into_iter().any(|(_, token)| string_content(token).is_some_and(|content| content == value))
}

/// The text without the parentheses that enclose all of it.
pub(super) fn without_parentheses(sql: &str) -> &str {
    let mut text = sql.trim();
    while let Some(inner) = enclosed(text) {
        text = inner.trim();
    }
    text
}

fn enclosed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_usize;
    for (_, token) in tokens(inner) {
        match token {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(inner)
}

/// Cuts `literal::type` in two; `None` where the last cast is not the outermost thing of the text.
pub(super) fn outer_cast(text: &str) -> Option<(&str, &str)> {
    let tokens = tokens(text);
    let mut depth = 0_usize;
    let mut found = None;
    for pair in tokens.windows(2) {
        let [(at, token), (_, next)] = pair else { continue };
        match *token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            ":" if *next == ":" && depth == 0 => found = Some(*at),
            _ => {}
        }
    }
    let at = found?;
    Some((text.get(..at)?.trim(), text.get(at + 2..)?.trim()))
}

/// The content of a text that is one plain string literal and nothing else.
pub(super) fn string_content(text: &str) -> Option<String> {
    if !text.starts_with('\'') || end_of_token(text, 0) != text.len() || text.len() < 2 {
        return None;
    }
    Some(text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

/// The names of a comma-separated list, unquoted.
pub(super) fn name_list(text: &str) -> Vec<String> {
    names_between(text, ",")
}

/// The parts of a qualified name, unquoted.
pub(super) fn name_path(text: &str) -> Vec<String> {
    names_between(text, ".")
}

fn names_between(text: &str, separator: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    for (_, token) in tokens(text) {
        match (token, names.last_mut()) {
            (token, _) if token == separator => names.push(String::new()),
            (_, Some(name)) => match token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(quoted) => name.push_str(&quoted.replace("\"\"", "\"")),
                None => name.push_str(token.trim()),
            },
            (_, None) => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The parts of a comma-separated list as they are written.
pub(super) fn split_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (_, token) in tokens(text) {
        match (token, parts.last_mut()) {
            (",", _) => parts.push(String::new()),
            (_, Some(part)) => part.push_str(token),
            (_, None) => {}
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// A text cut before every one of these words (given in capitals) that stands outside parentheses: each clause's word, and
/// what follows it. The first has no word.
pub(super) fn clauses<'a>(sql: &'a str, keywords: &[&str]) -> Vec<(String, &'a str)> {
    let mut found: Vec<(String, usize, usize)> = vec![(String::new(), 0, sql.len())];
    let mut depth = 0_usize;
    for (at, token) in tokens(sql) {
        match token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ if depth == 0 && keywords.iter().any(|word| token.eq_ignore_ascii_case(word)) => {
                if let Some(last) = found.last_mut() {
                    last.2 = at;
                }
                found.push((token.to_uppercase(), at + token.len(), sql.len()));
            }
            _ => {}
        }
    }
    found.into_iter().map(|(word, from, to)| (word, sql.get(from..to).unwrap_or_default().trim())).collect()
}

/// The parts of a comma-separated list, whatever stands in parentheses being one.
pub(super) fn items(sql: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens(sql) {
        match token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                found.push(sql.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(sql.get(start..).unwrap_or_default().trim());
    found.retain(|item| !item.is_empty());
    found
}

/// What follows the first occurrence of a word.
pub(super) fn after_word<'a>(sql: &'a str, word: &str) -> Option<&'a str> {
    let (at, token) = tokens(sql).into_iter().find(|(_, token)| token.eq_ignore_ascii_case(word))?;
    sql.get(at + token.len()..)
}

/// A name, perhaps behind its schema, as it is written, and the rest of the text.
pub(super) fn cut_name(sql: &str) -> Option<(&str, &str)> {
    let is_name = |token: &str| token.starts_with(|first: char| first == '"' || is_name_character(first));
    let mut end = end_of_name(sql, 0).filter(|end| is_name(sql.get(..*end).unwrap_or_default()))?;
    while sql.get(end..).is_some_and(|rest| rest.starts_with('.')) {
        end = end_of_name(sql, end + 1)?;
    }
    Some((sql.get(..end)?, sql.get(end..)?))
}

fn end_of_name(sql: &str, at: usize) -> Option<usize> {
    let rest = sql.get(at..)?;
    match rest.starts_with('"') {
        true => Some(end_of_token(sql, at)),
        false => Some(at + rest.find(|character| !is_name_character(character)).unwrap_or(rest.len())),
    }
}

/// The types in a composite type's text, without the names of its attributes.
pub(super) fn types_of_attributes(sql: &str) -> String {
    let inside = sql.split_once('(').map_or("", |(_, inside)| inside.trim_end().trim_end_matches(')'));
    let types = items(inside).into_iter().filter_map(|item| Some(cut_name(item)?.1));
    types.collect::<Vec<_>>().join(" ")
}

/// A text as it is compared where nothing in it is taken apart: folded, one space between its tokens, no quotes around names
/// that need none.
pub(super) fn plain(sql: &str) -> String {
    let tokens = tokens(sql).into_iter().filter(|(_, token)| !token.trim().is_empty());
    let folded = tokens.map(|(_, token)| match token.chars().next() {
        Some('\'' | '$') => token.to_owned(),
        Some('"') => name_list(token).first().map(|name| quoted_where_needed(name)).unwrap_or_default(),
        _ => token.to_lowercase(),
    });
    folded.collect::<Vec<_>>().join(" ")
}

/// A name as it is written with as few quotes as can be. A keyword may need them all the same.
pub(super) fn quoted_where_needed(name: &str) -> String {
    let letter = |character: char| character.is_ascii_lowercase() || character == '_';
    let is_plain = name.starts_with(letter)
        && name.chars().all(|character| letter(character) || character.is_ascii_digit() || character == '$');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
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
