//! What a file's text says before it is parsed: whether it goes deeper than a parser can follow, and what needs no parsing:
//! bodies of code that say nothing of entities, documentation, attributes that are read as text.
//!
//! Must not know Rust's grammar beyond its words, texts, comments and brackets. What it is not sure of it leaves alone.

use std::ops::Range;

use super::attributes::{is_plain_list, plain};

/// How many brackets may stand in one another before a file is not taken for a program. Rust's own compiler gives up at
/// half as many.
const DEEPEST: usize = 256;

/// How many operators and words like `else` may follow one another before a comma or a semicolon: each may be a level too.
const LONGEST: usize = 1_500;

/// Words that what follows them may stand inside of.
const LEADING: [&[u8]; 16] = [
    b"as", b"async", b"await", b"break", b"dyn", b"else", b"fn", b"for", b"if", b"impl", b"in", b"match", b"move",
    b"return", b"unsafe", b"while",
];

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Where the text goes too deep.
    pub(super) too_deep: Option<usize>,
    /// What stands in the braces of `impl` blocks that say nothing of entities.
    pub(super) bodies: Vec<Range<usize>>,
    /// Comments that are documentation.
    pub(super) comments: Vec<Range<usize>>,
    /// What stands in the parentheses of attributes that are read without a parser.
    pub(super) attributes: Vec<Range<usize>>,
}

/// One pair of brackets that is open.
#[derive(Clone, Copy, Default)]
struct Level {
    links: usize,
    /// Whether these are the tokens of a macro, which nobody parses.
    tokens: bool,
    /// Where the body begins that need not be parsed.
    body: Option<usize>,
}

/// What stood before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Word,
    /// `name!`
    Macro,
    /// `}`
    Block,
    Other,
}

/// Looks through a text. `matters` says of which traits the bodies are read.
pub(super) fn scan(text: &str, matters: impl Fn(&str) -> bool) -> Scan {
    let bytes = text.as_bytes();
    let mut found = Scan::default();
    let (mut above, mut level) = (Vec::<Level>::new(), Level::default());
    let (mut links, mut before, mut at) = (0_usize, Before::Start, 0_usize);
    // Where an `impl` at the top begins.
    let mut head: Option<usize> = None;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if byte == b'#'
            && next == Some(b'[')
            && !level.tokens
            && let Some(inside) = plain_attribute(text, at + 2)
        {
            // The bracket behind it is left to stand for the attribute.
            at = inside.end + 1;
            found.attributes.push(inside);
            above.push(level);
            level = Level { links: 0, tokens: false, body: None };
            continue;
        }
        match byte {
            b' ' | b'\n' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'/' if matches!(next, Some(b'/' | b'*')) => {
                let Some(end) = after_comment(bytes, at) else { return unsure(found) };
                if matches!(bytes.get(at + 2), Some(b'/' | b'*' | b'!')) {
                    found.comments.push(at..end);
                }
                at = end;
                continue;
            }
            b'"' => {
                let Some(end) = after_text(bytes, at) else { return unsure(found) };
                (at, before) = (end, Before::Other);
                continue;
            }
            b'\'' => {
                (at, before) = (after_quote(text, at), Before::Other);
                continue;
            }
            b'(' | b'[' | b'{' => {
                let tokens = level.tokens || before == Before::Macro;
                let body = match head.take() {
                    Some(start) if byte == b'{' && above.is_empty() => {
                        text.get(start..at).filter(|head| !is_read(head, &matters)).map(|_| at + 1)
                    }
                    other => {
                        head = other.filter(|_| above.is_empty() && byte != b'{');
                        None
                    }
                };
                above.push(level);
                level = Level { links: 0, tokens, body };
                before = Before::Other;
            }
            b')' | b']' | b'}' => {
                links = links.saturating_sub(level.links);
                if let Some(start) = level.body {
                    found.bodies.push(start..at);
                }
                // What closes too much is the parser's to say.
                let Some(outer) = above.pop() else { return unsure(found) };
                level = outer;
                before = if byte == b'}' { Before::Block } else { Before::Other };
            }
            b',' | b';' => {
                links = links.saturating_sub(level.links);
                level.links = 0;
                before = if byte == b';' { Before::Block } else { Before::Other };
                head = None;
            }
            b'!' if before == Before::Word && next != Some(b'=') => before = Before::Macro,
            _ if is_letter(byte) => {
                let end = at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_letter(**byte)).count();
                let word = bytes.get(at..end).unwrap_or_default();
                if matches!(word, b"r" | b"br" | b"cr")
                    && let Some(hashes) = raw(bytes, end)
                {
                    let Some(end) = after_raw(text, end, hashes) else { return unsure(found) };
                    (at, before) = (end, Before::Other);
                    continue;
                }
                if before == Before::Block && word != b"else" && word != b"as" {
                    links = links.saturating_sub(level.links);
                    level.links = 0;
                }
                if word == b"impl" && above.is_empty() && matches!(before, Before::Start | Before::Block) {
                    head = Some(end);
                }
                if !level.tokens && LEADING.contains(&word) {
                    (links, level.links) = (links + 1, level.links + 1);
                }
                // `macro_rules! name {`
                before = if before == Before::Macro { Before::Macro } else { Before::Word };
                at = end;
                if links > LONGEST {
                    found.too_deep = Some(at - 1);
                    return unsure(found);
                }
                continue;
            }
            b'#' if before == Before::Block => {
                links = links.saturating_sub(level.links);
                level.links = 0;
            }
            b'#' => {}
            b':' | b'@' | b'$' | b'~' => before = Before::Other,
            _ => {
                if !level.tokens {
                    (links, level.links) = (links + 1, level.links + 1);
                }
                before = Before::Other;
            }
        }
        if above.len() > DEEPEST || links > LONGEST {
            found.too_deep = Some(at);
            return unsure(found);
        }
        // An attribute before an item is as good as nothing.
        if byte == b']' && above.is_empty() {
            before = Before::Block;
        }
        at += 1;
    }
    match above.is_empty() {
        true => found,
        false => unsure(found),
    }
}

/// The same text with nothing in some places: every line and every other byte stays where it is.
pub(super) fn without<'p>(text: &str, places: impl IntoIterator<Item = &'p Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for place in places {
        for byte in bytes.get_mut(place.clone()).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Only whole characters stood there.
    String::from_utf8(bytes).unwrap_or_default()
}

/// How deep a piece of code goes that stands in a text.
pub(super) fn is_too_deep(text: &str) -> bool {
    scan(text, |_| true).too_deep.is_some()
}

fn unsure(found: Scan) -> Scan {
    Scan { too_deep: found.too_deep, ..Scan::default() }
}

/// What stands in the parentheses of an attribute, if it is one that is read without a parser and nothing is behind them.
fn plain_attribute(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let (name, open) = ["derive(", "sea_orm("].into_iter().find_map(|name| Some((name, rest.strip_prefix(name)?)))?;
    let length = match name {
        "derive(" => open.split(')').next().filter(|list| is_plain_list(list))?.len(),
        _ => plain(open, |_, _| {})?,
    };
    let start = at + name.len();
    open.get(length + 1..)?.starts_with(']').then_some(start..start + length)
}

/// Whether what stands between `impl` and its brace is of a trait that is read, or cannot be told.
pub(super) fn is_read(head: &str, matters: impl Fn(&str) -> bool) -> bool {
    let plain = |byte: u8| is_letter(byte) || byte.is_ascii_whitespace() || b":<>,".contains(&byte);
    // Braces may stand in arguments too.
    let balanced = head.matches('<').count() == head.matches('>').count();
    if !head.starts_with(char::is_whitespace) || !head.bytes().all(plain) || !balanced {
        return true;
    }
    let mut words = head.split_whitespace();
    if words.clone().any(|word| matches!(word, "where" | "const" | "unsafe" | "default")) {
        return true;
    }
    let of = words.next().unwrap_or_default();
    match words.next() {
        None => false,
        Some("for") => {
            let path = of.split('<').next().unwrap_or_default();
            matters(path.rsplit("::").next().unwrap_or_default())
        }
        Some(_) => true,
    }
}

pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

pub(super) fn after_comment(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at + 1) == Some(&b'/') {
        let rest = bytes.get(at..)?;
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    let (mut depth, mut at) = (0_usize, at);
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (depth, at) = (depth + 1, at + 2),
            (b'*', Some(b'/')) => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

pub(super) fn after_text(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Behind a character, or behind the quote of a lifetime.
pub(super) fn after_quote(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    if bytes.get(at + 1) == Some(&b'\\') {
        let rest = bytes.get(at + 3..).unwrap_or_default();
        return at + 3 + rest.iter().position(|byte| *byte == b'\'').map_or(rest.len(), |end| end + 1);
    }
    let Some(letter) = text.get(at + 1..).and_then(|rest| rest.chars().next()) else { return at + 1 };
    let end = at + 1 + letter.len_utf8();
    match bytes.get(end) {
        Some(b'\'') => end + 1,
        _ => at + 1,
    }
}

/// How many `#` there are before a raw text's quote. `None`: this is no raw text.
pub(super) fn raw(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes.get(at..)?.iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(at + hashes) == Some(&b'"')).then_some(hashes)
}

pub(super) fn after_raw(text: &str, at: usize, hashes: usize) -> Option<usize> {
    let end = format!("\"{}", "#".repeat(hashes));
    let start = at + hashes + 1;
    Some(start + text.get(start..)?.find(&end)? + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<&str> {
        let found = scan(text, |name| name == "ValueType");
        assert_eq!(found.too_deep, None, "{text}");
        found.bodies.into_iter().map(|body| &text[body]).collect()
    }

    #[test]
    fn bodies_that_say_nothing_are_found() {
        assert_eq!(bodies("impl A { fn a() {} }"), [" fn a() {} "]);
        assert_eq!(bodies("struct A;\nimpl a::Related<super::b::B> for A { x }"), [" x "]);
        assert_eq!(bodies("#[a] impl A {b} #[c(d)] impl E for F {g} impl H {}"), ["b", "g", ""]);
        assert_eq!(bodies("impl A { '{' '\\'' \"}\\\"\" r#\"\"}\"# 'a b'}' /* } /* */ */ // }\n }").len(), 1);
        assert_eq!(bodies("impl A { fn é() { '書' } }"), [" fn é() { '書' } "]);
    }

    #[test]
    fn what_is_read_or_unsure_is_left() {
        for text in [
            "impl ValueType for A { x }",
            "impl a::ValueType for A { x }",
            "impl<T> A<T> { x }",
            "impl A<{ 1 }> { x }",
            "fn a() -> impl B { x }",
            "mod a { impl B { x } }",
            "m! { impl B { x } }",
            "impl A where A: B { x }",
            "impl A { x",
            "impl A { x } }",
            "impl A { \" }",
            "impl A { /* }",
        ] {
            assert_eq!(bodies(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn documentation_and_plain_attributes_are_found() {
        let text = "//! a\n#[derive(B, c::D)]\n/// e\n#[sea_orm(f, g = \"h)\", i = true,)] struct J { /** k */ #[sea_orm()] l: M } // n\n\
                    #[sea_orm(o = 1)] #[derive(p!())] #[serde(q)] struct R; m! { #[derive(S)] } const T: &str = \"#[derive(U)]\";";
        let found = scan(text, |_| true);
        let texts = |places: &[Range<usize>]| places.iter().map(|it| text[it.clone()].to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(&found.comments), ["//! a", "/// e", "/** k */"]);
        assert_eq!(texts(&found.attributes), ["B, c::D", "f, g = \"h)\", i = true,", ""]);
    }

    #[test]
    fn what_goes_too_deep_is_said() {
        for unit in ["(", "a = ", "return ", "if a {} else ", "fn() -> ", "x as ", "|a| ", "<A as ", "!", "a."] {
            assert!(is_too_deep(&unit.repeat(6_000)), "{unit}");
        }
        for unit in ["impl A for B {} ", "a = b;", "if a {} ", "a!{ < > = } ", "(a) ", "a,|b|", "#[a = 1] fn a() {}"] {
            assert!(!is_too_deep(&unit.repeat(6_000)), "{unit}");
        }
    }

    #[test]
    fn a_body_that_is_taken_out_leaves_every_line_where_it_is() {
        let text = "impl A {\n é\n}\nstruct B;";
        let found = scan(text, |_| false);
        let left = without(text, &found.bodies);
        assert_eq!(left, "impl A {\n   \n}\nstruct B;");
    }
}
