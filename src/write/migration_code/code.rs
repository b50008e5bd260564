//! Rust expressions as a tree, and their text as rustfmt lays it out with its defaults.
//!
//! Must not know SQL, nor what an expression does.

use std::collections::BTreeMap;

use crate::schema::Product;

/// The width of a line.
const LINE: usize = 100;

/// The width of a chain of calls, of arguments and of an array that stay on one line.
const SHORT: usize = 60;

/// The width of the elements of an array of which several stand on a line.
const TINY: usize = 10;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// A literal or a path, verbatim.
    Text(String),
    /// A call of a function.
    Call(String, Vec<Code>),
    /// Calls of methods, one after another.
    Chain(Box<Code>, Vec<Link>),
    /// An array.
    Array(Vec<Code>),
    /// A tuple.
    Tuple(Vec<Code>),
    /// The definition of a column: its name, its type in the words of each product, and the calls behind its type.
    Column(String, BTreeMap<Product, String>, Vec<Link>),
}

/// A call of a method in a chain; `.await?` has no arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    name: String,
    arguments: Option<Vec<Code>>,
}

impl Link {
    /// A call of a method.
    pub(super) fn new(name: &str, arguments: impl IntoIterator<Item = Code>) -> Self {
        Self { name: name.to_owned(), arguments: Some(arguments.into_iter().collect()) }
    }

    /// `.await?`
    pub(super) fn awaited() -> Self {
        Self { name: "await?".to_owned(), arguments: None }
    }

    fn line(&self) -> Option<String> {
        match &self.arguments {
            Some(arguments) => call_line(&self.name, arguments),
            None => Some(self.name.clone()),
        }
    }

    fn text(&self, at: Position) -> String {
        match &self.arguments {
            Some(arguments) => call_text(&self.name, arguments, at),
            None => self.name.clone(),
        }
    }
}

/// Where an expression is written: the indentation of its line, the characters in front of it and behind it on its line.
#[derive(Clone, Copy)]
struct Position {
    indent: usize,
    before: usize,
    after: usize,
}

impl Code {
    /// A string literal, raw where that is easier to read.
    pub(super) fn string(text: &str) -> Self {
        let is_odd = |letter: char| {
            letter.is_control() && letter != '\n' || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        if text.contains(is_odd) {
            return Self::Text(format!("{text:?}"));
        }
        if !text.contains(['"', '\\']) && !text.contains('\n') {
            return Self::Text(format!("\"{text}\""));
        }
        let hashes = (0..).find(|count| !text.contains(&format!("\"{}", "#".repeat(*count)))).unwrap_or_default();
        let hashes = "#".repeat(hashes);
        Self::Text(format!("r{hashes}\"{text}\"{hashes}"))
    }

    /// A call of a function.
    pub(super) fn call(path: &str, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(path.to_owned(), arguments.into_iter().collect())
    }

    /// Calls of methods on a new value.
    pub(super) fn chain(head: Self, links: impl IntoIterator<Item = Link>) -> Self {
        Self::Chain(Box::new(head), links.into_iter().collect())
    }

    /// The expression for both of two sets of products, if nothing but the words for types differ.
    pub(super) fn merged(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Text(own), Self::Text(others)) if own == others => self.clone(),
            (Self::Call(own, arguments), Self::Call(others, other)) if own == others => {
                Self::Call(own.clone(), all_merged(arguments, other)?)
            }
            (Self::Chain(head, links), Self::Chain(other, others)) => {
                Self::Chain(Box::new(head.merged(other)?), links_merged(links, others)?)
            }
            (Self::Array(own), Self::Array(others)) => Self::Array(all_merged(own, others)?),
            (Self::Tuple(own), Self::Tuple(others)) => Self::Tuple(all_merged(own, others)?),
            (Self::Column(name, types, links), Self::Column(other, more, others)) if name == other => {
                let types = types.clone().into_iter().chain(more.clone()).collect();
                Self::Column(name.clone(), types, links_merged(links, others)?)
            }
            _ => return None,
        })
    }

    /// The expression with every column's type in the words of sea-query; `None` if `column` has none for a column. It is given the
    /// name, the types, and whether the database numbers the column.
    pub(super) fn resolved(
        &self,
        column: &impl Fn(&str, &BTreeMap<Product, String>, bool) -> Option<(Self, Link)>,
    ) -> Option<Self> {
        let all = |codes: &[Self]| codes.iter().map(|code| code.resolved(column)).collect::<Option<Vec<_>>>();
        let link = |link: &Link| {
            let arguments = match &link.arguments {
                Some(arguments) => Some(all(arguments)?),
                None => None,
            };
            Some(Link { name: link.name.clone(), arguments })
        };
        let links = |links: &[Link]| links.iter().map(link).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Text(text) => Self::Text(text.clone()),
            Self::Call(path, arguments) => Self::Call(path.clone(), all(arguments)?),
            Self::Chain(head, calls) => Self::Chain(Box::new(head.resolved(column)?), links(calls)?),
            Self::Array(codes) => Self::Array(all(codes)?),
            Self::Tuple(codes) => Self::Tuple(all(codes)?),
            Self::Column(name, types, calls) => {
                let counts = calls.iter().any(|link| link.name == "auto_increment");
                let (head, of) = column(name, types, counts)?;
                Self::Chain(Box::new(head), std::iter::once(of).chain(links(calls)?).collect())
            }
        })
    }

    /// The expression as a statement, with an end such as `;`.
    pub(super) fn statement(&self, indent: usize, end: &str) -> String {
        let text = self.text(Position { indent, before: indent, after: end.len() });
        format!("{}{text}{end}\n", " ".repeat(indent))
    }

    /// The expression on one line, if it may be.
    fn line(&self) -> Option<String> {
        match self {
            Self::Text(text) => (!text.contains('\n')).then(|| text.clone()),
            Self::Call(path, arguments) => call_line(path, arguments),
            Self::Chain(head, links) => {
                let mut line = head.line()?;
                for link in links {
                    line = format!("{line}.{}", link.line()?);
                }
                (links.len() == 1 || width(&line) <= SHORT).then_some(line)
            }
            Self::Array(codes) => Some(format!("[{}]", listed(codes)?)),
            Self::Tuple(codes) => Some(format!("({})", listed(codes)?)),
            Self::Column(name, ..) => Some(name.clone()),
        }
    }

    fn text(&self, at: Position) -> String {
        let Position { indent, before, after } = at;
        if let Some(line) = self.line().filter(|line| before + width(line) + after <= LINE) {
            return line;
        }
        match self {
            Self::Text(text) | Self::Column(text, ..) => text.clone(),
            Self::Call(path, arguments) => call_text(path, arguments, at),
            Self::Chain(head, links) => {
                let mut text = head.text(Position { after: 0, ..at });
                let inner = indent + 4;
                for (index, link) in links.iter().enumerate() {
                    let after = if index + 1 == links.len() { after } else { 0 };
                    let link = link.text(Position { indent: inner, before: inner + 1, after });
                    text.push_str(&format!("\n{}.{link}", " ".repeat(inner)));
                }
                text
            }
            Self::Array(codes) => array(codes, indent),
            Self::Tuple(codes) => format!("({})", lines(codes, indent)),
        }
    }
}

fn all_merged(own: &[Code], others: &[Code]) -> Option<Vec<Code>> {
    let is_as_long = own.len() == others.len();
    is_as_long.then(|| own.iter().zip(others).map(|(own, other)| own.merged(other)).collect())?
}

fn links_merged(own: &[Link], others: &[Link]) -> Option<Vec<Link>> {
    let merged = |(own, other): (&Link, &Link)| {
        let arguments = match (&own.arguments, &other.arguments) {
            (Some(own), Some(others)) => Some(all_merged(own, others)?),
            (None, None) => None,
            _ => return None,
        };
        (own.name == other.name).then(|| Link { name: own.name.clone(), arguments })
    };
    let is_as_long = own.len() == others.len();
    is_as_long.then(|| own.iter().zip(others).map(merged).collect())?
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Codes on one line, if they are short.
fn listed(codes: &[Code]) -> Option<String> {
    let codes: Vec<String> = codes.iter().map(Code::line).collect::<Option<_>>()?;
    Some(codes.join(", ")).filter(|line| width(line) <= SHORT)
}

/// A call on one line; a single literal may be as long as the line.
fn call_line(path: &str, arguments: &[Code]) -> Option<String> {
    match arguments {
        [only @ Code::Text(_)] => Some(format!("{path}({})", only.line()?)),
        _ => Some(format!("{path}({})", listed(arguments)?)),
    }
}

fn call_text(path: &str, arguments: &[Code], at: Position) -> String {
    let Position { indent, before, after } = at;
    if let Some(line) = call_line(path, arguments).filter(|line| before + width(line) + after <= LINE) {
        return line;
    }
    match arguments {
        // The parentheses of the only argument take the place of the call's own.
        [Code::Call(inner, arguments)] if !arguments.is_empty() => {
            format!("{path}({inner}({}))", lines(arguments, indent))
        }
        [Code::Tuple(codes)] => format!("{path}(({}))", lines(codes, indent)),
        _ => format!("{path}({})", lines(arguments, indent)),
    }
}

/// Codes on lines of their own, and the indentation of what closes them.
fn lines(codes: &[Code], indent: usize) -> String {
    let inner = indent + 4;
    let line = |code: &Code| {
        let text = code.text(Position { indent: inner, before: inner, after: 1 });
        format!("\n{}{text},", " ".repeat(inner))
    };
    let all: String = codes.iter().map(line).collect();
    format!("{all}\n{}", " ".repeat(indent))
}

fn array(codes: &[Code], indent: usize) -> String {
    let elements: Option<Vec<String>> = codes.iter().map(Code::line).collect();
    let Some(elements) = elements.filter(|elements| elements.iter().all(|element| width(element) <= TINY)) else {
        return format!("[{}]", lines(codes, indent));
    };
    let inner = " ".repeat(indent + 4);
    let mut rows: Vec<String> = Vec::new();
    for element in elements {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(&element) < LINE => row.push_str(&format!(" {element},")),
            _ => rows.push(format!("{inner}{element},")),
        }
    }
    format!("[\n{}\n{}]", rows.join("\n"), " ".repeat(indent))
}
