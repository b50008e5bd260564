//! What a file declares, told by the heads of its items: enough to know what everything is called before anything is parsed.
//!
//! Must not know what an item is made of. It reads files as most are, and leaves any other to the parser: one with `cfg`, with
//! modules in braces, aliases, constants or macros.

use super::attributes::is_plain_list;
use super::scan::{after_comment, after_quote, after_raw, after_text, is_letter, is_read, raw};

/// The head of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head<'t> {
    /// A struct: its name, and where it derives something, the text of each list.
    Struct(&'t str, [Option<&'t str>; DERIVES]),
    /// An enum.
    Enum(&'t str),
    /// A `use`: its tree.
    Use(&'t str),
    /// A `mod name;`.
    Module(&'t str),
    /// A function.
    Function(&'t str),
    /// An `impl` that is not looked up by name.
    Other,
}

/// How many lists of derives an item may have to be read here.
const DERIVES: usize = 3;

/// The traits whose implementations change what names mean.
const TRAITS: [&str; 3] = ["ValueType", "MigrationTrait", "MigratorTrait"];

/// The heads of all items of a file, in order. `None`: the file is one for the parser.
pub(super) fn heads(text: &str) -> Option<Vec<Head<'_>>> {
    if text.starts_with(['\u{feff}', '#']) && !text.starts_with("#[") && !text.starts_with("#![")
        || text.contains("cfg")
    {
        return None;
    }
    let mut walk = Walk { text, at: 0 };
    let mut heads = Vec::new();
    while let Some(head) = walk.item()? {
        heads.push(head);
    }
    Some(heads)
}

/// A cursor over the items of a text.
struct Walk<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Walk<'t> {
    /// The next item. The inner `None`: there are no more; the outer: this is for the parser.
    fn item(&mut self) -> Option<Option<Head<'t>>> {
        let mut derives = [None; DERIVES];
        let mut lists = 0;
        loop {
            self.space()?;
            let Some(byte) = self.byte() else { return Some(None) };
            if byte != b'#' {
                break;
            }
            let inner = self.text.as_bytes().get(self.at + 1) == Some(&b'!');
            self.at += if inner { 2 } else { 1 };
            let attribute = self.group(b'[')?;
            if let Some(list) = attribute.trim_start().strip_prefix("derive") {
                let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
                *derives.get_mut(lists)? = Some(list).filter(|list| is_plain_list(list));
                derives.get(lists)?.as_ref()?;
                lists += 1;
            } else if attribute.trim_start().starts_with("path") {
                return None;
            }
        }
        let mut word = self.word()?;
        if word == "pub" {
            self.space()?;
            if self.byte() == Some(b'(') {
                self.group(b'(')?;
                self.space()?;
            }
            word = self.word()?;
        }
        if word == "async" {
            self.space()?;
            word = self.word().filter(|word| *word == "fn")?;
        }
        Some(Some(match word {
            "use" => {
                let start = self.at;
                let tree = self.text.get(start..)?.split_once(';')?.0;
                self.at = start + tree.len() + 1;
                (!tree.contains('/')).then(|| Head::Use(tree.trim()))?
            }
            "struct" => {
                self.space()?;
                let name = self.word()?;
                self.rest()?;
                Head::Struct(name, derives)
            }
            "enum" => {
                self.space()?;
                let name = self.word()?;
                self.rest()?;
                Head::Enum(name)
            }
            "mod" => {
                self.space()?;
                let name = self.word()?;
                self.space()?;
                (self.byte()? == b';').then(|| self.at += 1)?;
                Head::Module(name)
            }
            "fn" => {
                self.space()?;
                let name = self.word()?;
                self.rest()?;
                Head::Function(name)
            }
            "impl" => {
                let head = self.text.get(self.at..)?.split_once('{')?.0;
                (!is_read(head, |name| TRAITS.contains(&name))).then_some(())?;
                self.at += head.len();
                self.group(b'{')?;
                Head::Other
            }
            _ => return None,
        }))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips whitespace and comments.
    fn space(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = self.byte() {
            match (byte, bytes.get(self.at + 1)) {
                (b'/', Some(b'/' | b'*')) => self.at = after_comment(bytes, self.at)?,
                (b' ' | b'\n' | b'\t' | b'\r', _) => self.at += 1,
                _ => break,
            }
        }
        Some(())
    }

    /// A word that is no raw identifier.
    fn word(&mut self) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let end = rest.bytes().position(|byte| !is_letter(byte)).unwrap_or(rest.len());
        let word = rest.get(..end).filter(|word| !word.is_empty() && rest.as_bytes().get(end) != Some(&b'#'))?;
        self.at += end;
        Some(word)
    }

    /// The text between the bracket that must come next and its closing bracket.
    fn group(&mut self, open: u8) -> Option<&'t str> {
        self.space()?;
        (self.byte()? == open).then_some(())?;
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut depth = 0_usize;
        loop {
            let byte = self.byte()?;
            self.at = match byte {
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    self.at + 1
                }
                b')' | b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return self.text.get(start..self.at - 1);
                    }
                    self.at + 1
                }
                b'"' => after_text(bytes, self.at)?,
                b'\'' => after_quote(self.text, self.at),
                b'/' if matches!(bytes.get(self.at + 1), Some(b'/' | b'*')) => after_comment(bytes, self.at)?,
                _ if is_letter(byte) => {
                    let rest = bytes.get(self.at..)?;
                    let end = self.at + rest.iter().position(|byte| !is_letter(*byte)).unwrap_or(rest.len());
                    let is_raw = matches!(bytes.get(self.at..end), Some(b"r" | b"br" | b"cr"));
                    match raw(bytes, end).filter(|_| is_raw) {
                        Some(hashes) => after_raw(self.text, end, hashes)?,
                        None => end,
                    }
                }
                _ => self.at + 1,
            };
        }
    }

    /// Skips the rest of an item: to its semicolon, or over its braces.
    fn rest(&mut self) -> Option<()> {
        loop {
            self.space()?;
            match self.byte()? {
                b';' => {
                    self.at += 1;
                    return Some(());
                }
                b'{' => return self.group(b'{').map(|_| ()),
                open @ (b'(' | b'[') => _ = self.group(open)?,
                // Only in what needs the parser.
                b'"' | b'=' | b'#' | b')' | b']' | b'}' => return None,
                b'\'' => self.at = after_quote(self.text, self.at),
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heads_of_a_plain_file_are_told() {
        let text = "//! { \n#![allow(x)]\nuse a::{b, c as d};\n/* } */ #[derive(A, b::C)] #[d = \"}\"]\npub(crate) struct E<'a, T: F(G)> { x: [u8; 2] }\n\
                    struct H;\nstruct I(J);\nenum K { L = '{' as isize }\nmod m;\nimpl N for O { fn p() { r#\"}\"# } }\nasync fn q<R>() -> S where T: U { }";
        let derives = [Some("A, b::C"), None, None];
        let none = [None; DERIVES];
        let expected = [
            Head::Use("a::{b, c as d}"),
            Head::Struct("E", derives),
            Head::Struct("H", none),
            Head::Struct("I", none),
            Head::Enum("K"),
            Head::Module("m"),
            Head::Other,
            Head::Function("q"),
        ];
        assert_eq!(heads(text).as_deref(), Some(&expected[..]));
    }

    #[test]
    fn what_is_not_plain_is_the_parsers() {
        for text in [
            "#!/usr/bin/env rust",
            "\u{feff}struct A;",
            "#[cfg(a)] struct A;",
            "mod a { }",
            "#[path = \"b.rs\"] mod a;",
            "type A = B;",
            "const A: B = C;",
            "macro_rules! a { }",
            "a! { }",
            "impl ValueType for A { }",
            "impl a::MigrationTrait for A { }",
            "struct r#type;",
            "#[derive(a!(b))] struct A;",
            "use a::{ /* ; */ b };",
            "struct A {",
            "const fn a() {}",
            "}",
        ] {
            assert_eq!(heads(text), None, "{text}");
        }
    }
}
