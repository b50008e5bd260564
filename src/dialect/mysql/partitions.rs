//! Partitioning of a table: parses the PARTITION BY clause, and alters one partitioning to another.
//!
//! Must not know any statement beyond PARTITION BY.

use sea_gen_runner::sql::{Token, TokenKind};

use crate::dialect::Expected;
use crate::schema::{Columns, Name, ObjectName, PARTITION_BY, Product, Schema};

use super::words::{tokens, words};

pub(super) use bounds::number;

mod bounds;
mod spelling;

/// A parsed PARTITION BY clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Division {
    /// The method, its expression, and the subpartitioning.
    by: String,
    /// The number of partitions, if they are not listed.
    count: Option<u32>,
    /// The listed partitions by name, in order.
    parts: Vec<ListedPartition>,
}

/// One listed partition.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ListedPartition {
    name: String,
    /// The whole definition, `PARTITION` and name included.
    text: String,
    /// What follows `VALUES`.
    values: String,
}

/// How one partitioning is altered to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A clause that may end any `ALTER TABLE`. It assigns every row to a partition again; a row without a partition
    /// makes it fail.
    Anew(String),
    /// Clauses that each need a separate `ALTER TABLE`.
    InPlace(Vec<Step>),
}

/// One clause, and the partitions whose rows it deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) clause: String,
    pub(super) deletes: Vec<String>,
}

impl Division {
    /// The clause, one partition a line, without the engine, which is the table's.
    fn text(&self) -> String {
        let mut text = self.by.clone();
        if let Some(count) = self.count {
            text.push_str(&format!("\nPARTITIONS {count}"));
        }
        if !self.parts.is_empty() {
            let parts: Vec<&str> = self.parts.iter().map(|part| part.text.as_str()).collect();
            text.push_str(&format!("\n({})", parts.join(",\n ")));
        }
        text
    }
}

/// The PARTITION BY clause in the output of `SHOW CREATE TABLE`, if there is one.
pub(super) fn clause(show_create: &str) -> Option<String> {
    // Every line inside the parentheses is indented, and no string spans lines, because the server escapes line breaks.
    let options = show_create.find("\n)")?;
    let tail = show_create.get(options + 1..)?;
    let tail = unconditional(tail.get(tail.find('\n')?..)?);
    Some(tail.trim().strip_prefix("PARTITION BY")?.trim().to_owned())
}

/// The text without the delimiters of executable comments.
pub(super) fn unconditional(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut after_hint = false;
    for token in tokens(text) {
        if token.kind == TokenKind::Hint {
            plain.truncate(if token.text == "*/" { plain.trim_end().len() } else { plain.len() });
        } else if !(after_hint && token.kind == TokenKind::Space) {
            plain.push_str(token.text);
        }
        after_hint = token.kind == TokenKind::Hint && token.text != "*/";
    }
    plain
}

/// The canonical text of a clause, for a table with these columns.
pub(super) fn normal(product: Product, clause: &str, columns: &Columns) -> String {
    read(&spelling::spelled(product, clause, columns)).text()
}

/// Removes partitions that are neither listed in `known` nor expected, from tables with the same partitioning in both
/// schemas. Returns whether any was removed.
pub(super) fn leave_out_new(schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
    let division = |schema: &Schema, name: &ObjectName| Some(read(schema.tables.get(name)?.options.get(PARTITION_BY)?));
    let mut grown: Vec<(ObjectName, String)> = Vec::new();
    for name in schema.tables.keys() {
        let (Some(mut now), Some(then)) = (division(schema, name), division(known, name)) else { continue };
        let count = now.parts.len();
        now.parts.retain(|part| then.parts.contains(part) || expected(&unquoted(&part.name)));
        if now.by == then.by && now.parts.len() < count {
            grown.push((name.clone(), now.text()));
        }
    }
    for (name, clause) in &grown {
        if let Some(table) = schema.tables.get_mut(name) {
            table.options.insert(PARTITION_BY.to_owned(), clause.clone());
        }
    }
    !grown.is_empty()
}

/// How one partitioning is altered to another; `None` for an unpartitioned table.
pub(super) fn change(from: Option<&str>, to: Option<&str>) -> Option<Change> {
    let (from, to) = match (from, to) {
        (None, None) => return None,
        (Some(_), None) => return Some(Change::Anew("REMOVE PARTITIONING".to_owned())),
        (None, Some(to)) => return Some(Change::Anew(format!("PARTITION BY {to}"))),
        (Some(from), Some(to)) if from == to => return None,
        (Some(from), Some(to)) => (from, to),
    };
    let steps = in_place(&read(from), &read(to));
    Some(steps.map_or_else(|| Change::Anew(format!("PARTITION BY {to}")), Change::InPlace))
}

/// The partitions that are dropped with their rows.
pub(super) fn dropped(from: Option<&str>, to: Option<&str>) -> Vec<Name> {
    let plain = |name: String| Name::from(unquoted(&name));
    match change(from, to) {
        Some(Change::InPlace(steps)) => steps.into_iter().flat_map(|step| step.deletes).map(plain).collect(),
        Some(Change::Anew(_)) | None => Vec::new(),
    }
}

fn unquoted(name: &str) -> String {
    name.trim_matches('`').replace("``", "`")
}

fn step(clause: String) -> Vec<Step> {
    vec![Step { clause, deletes: Vec::new() }]
}

fn in_place(from: &Division, to: &Division) -> Option<Vec<Step>> {
    if from.by != to.by || from.parts.is_empty() != to.parts.is_empty() {
        return None;
    }
    if to.parts.is_empty() {
        let (old, new) = (from.count.unwrap_or(1), to.count.unwrap_or(1));
        return Some(step(match new.checked_sub(old) {
            Some(more) => format!("ADD PARTITION PARTITIONS {more}"),
            None => format!("COALESCE PARTITION {}", old - new),
        }));
    }
    let method = from.by.to_ascii_uppercase();
    if method.starts_with("RANGE") {
        ranges(&from.parts, &to.parts)
    } else if method.starts_with("LIST") {
        lists(&from.parts, &to.parts)
    } else {
        None
    }
}

/// Ranges are ordered, so the differing partitions are contiguous. Reorganising them to the same upper bound loses no
/// rows. Ranges at the end that no other covers are dropped with their rows.
fn ranges(from: &[ListedPartition], to: &[ListedPartition]) -> Option<Vec<Step>> {
    let head = from.iter().zip(to).take_while(|(old, new)| old == new).count();
    let tail = from.iter().skip(head).rev().zip(to.iter().skip(head).rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (from.get(head..from.len() - tail)?, to.get(head..to.len() - tail)?);
    let ends_alike = old.last().map(|part| &part.values) == new.last().map(|part| &part.values);
    if tail > 0 && (old.is_empty() || new.is_empty() || !ends_alike) {
        // The next partition's range shrinks or grows.
        return Some(reorganize(from.get(head..=from.len() - tail)?, to.get(head..=to.len() - tail)?));
    }
    match (old, new) {
        ([], new) => Some(step(format!("ADD PARTITION {}", listed(new)))),
        (old, []) => Some(dropping(old)),
        (old, new) if ends_alike => Some(reorganize(old, new)),
        _ => None,
    }
}

/// Lists are unordered. If some are removed and others added, all rows are partitioned again, unless the values are the
/// same.
fn lists(from: &[ListedPartition], to: &[ListedPartition]) -> Option<Vec<Step>> {
    let old: Vec<ListedPartition> = from.iter().filter(|part| !to.contains(part)).cloned().collect();
    let new: Vec<ListedPartition> = to.iter().filter(|part| !from.contains(part)).cloned().collect();
    let values = |parts: &[ListedPartition]| {
        let mut all: Vec<String> = parts.iter().flat_map(|part| values_of(&part.values)).collect();
        all.sort();
        all
    };
    match (old.as_slice(), new.as_slice()) {
        ([], []) => None,
        ([], new) => Some(step(format!("ADD PARTITION {}", listed(new)))),
        (old, []) => Some(dropping(old)),
        (old, new) if values(old) == values(new) => Some(reorganize(old, new)),
        _ => None,
    }
}

fn dropping(parts: &[ListedPartition]) -> Vec<Step> {
    let clause = format!("DROP PARTITION {}", names(parts));
    vec![Step { clause, deletes: parts.iter().map(|part| part.name.clone()).collect() }]
}

fn reorganize(from: &[ListedPartition], to: &[ListedPartition]) -> Vec<Step> {
    step(format!("REORGANIZE PARTITION {} INTO {}", names(from), listed(to)))
}

fn names(parts: &[ListedPartition]) -> String {
    parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn listed(parts: &[ListedPartition]) -> String {
    format!("({})", parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(", "))
}

fn is(token: Option<&Token<'_>>, word: &str) -> bool {
    token.is_some_and(|token| token.text.eq_ignore_ascii_case(word))
}

fn text(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(|token| token.text).collect::<String>().trim().to_owned()
}

fn read(clause: &str) -> Division {
    // Runs of white space outside strings become one space, so that positions are those of tokens.
    let mut found: Vec<Token<'_>> = Vec::new();
    for token in tokens(clause.trim()) {
        match token.kind {
            TokenKind::Space if found.last().is_some_and(|last| last.kind == TokenKind::Space) => {}
            TokenKind::Space if token.text.contains('\n') => found.push(Token { text: "\n", ..token }),
            TokenKind::Space => found.push(Token { text: " ", ..token }),
            TokenKind::Comment | TokenKind::Hint => {}
            TokenKind::String | TokenKind::Name | TokenKind::Word | TokenKind::Number | TokenKind::Symbol => {
                found.push(token)
            }
        }
    }
    let list = (0..found.len()).find(|at| {
        let next = found.iter().skip(at + 1).find(|token| token.kind != TokenKind::Space);
        is(found.get(*at), "(") && is(next, "PARTITION")
    });
    let (head, rest) = found.split_at(list.unwrap_or(found.len()));
    let mut division = Division::default();
    let words: Vec<usize> =
        (0..head.len()).filter(|at| head.get(*at).is_some_and(|it| it.kind != TokenKind::Space)).collect();
    // `PARTITIONS n` comes last.
    let mut end = head.len();
    if let [.., count, number] = words.as_slice()
        && is(head.get(*count), "PARTITIONS")
    {
        division.count = head.get(*number).and_then(|token| token.text.parse().ok());
        if division.count.is_some() {
            end = *count;
        }
    }
    division.by = text(head.get(..end).unwrap_or_default());
    division.parts = rest.get(1..).map(parts).unwrap_or_default();
    division
}

/// Keywords that may follow a partition's values.
const SETTINGS: [&str; 9] =
    ["ENGINE", "COMMENT", "DATA", "INDEX", "TABLESPACE", "NODEGROUP", "MAX_ROWS", "MIN_ROWS", "SUBPARTITION"];

/// The listed partitions, from after the opening parenthesis.
fn parts(found: &[Token<'_>]) -> Vec<ListedPartition> {
    let mut parts = Vec::new();
    for tokens in cut(found) {
        let words: Vec<&Token<'_>> = tokens.iter().filter(|token| token.kind != TokenKind::Space).collect();
        let Some(name) = words.get(1).filter(|_| is(words.first().copied(), "PARTITION")) else { continue };
        let at = |word: &str| tokens.iter().position(|token| is(Some(token), word));
        let values = at("VALUES").and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
        let end = values.iter().position(|it| SETTINGS.iter().any(|word| is(Some(it), word)));
        let values = text(values.get(..end.unwrap_or(values.len())).unwrap_or_default());
        // Subpartitions are listed in parentheses.
        let values = values.strip_suffix('(').unwrap_or(&values).trim_end().to_owned();
        parts.push(ListedPartition { name: name.text.to_owned(), text: without_engine(&tokens), values });
    }
    parts
}

/// Splits at the commas outside parentheses, up to the parenthesis that closes the list.
fn cut<'a>(found: &[Token<'a>]) -> Vec<Vec<Token<'a>>> {
    let mut pieces = vec![Vec::new()];
    let mut depth = 0i32;
    for token in found {
        depth += i32::from(token.text == "(") - i32::from(token.text == ")");
        if depth < 0 {
            break;
        }
        if depth == 0 && token.text == "," {
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(*token);
        }
    }
    pieces
}

/// The words of one partition without `ENGINE = …`, its own and those of its subpartitions.
fn without_engine(tokens: &[Token<'_>]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut words = tokens.iter().peekable();
    while let Some(token) = words.next() {
        if token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case("ENGINE") {
            while words.next_if(|next| next.kind == TokenKind::Space || next.text == "=").is_some() {}
            words.next();
            while kept.last().is_some_and(|last| last.trim().is_empty()) {
                kept.pop();
            }
        } else {
            kept.push(token.text);
        }
    }
    kept.concat().trim().replace('\n', " ")
}

/// The values of a list: `IN (1,2,(3,4))` holds three.
fn values_of(text: &str) -> Vec<String> {
    let found = words(text);
    let inside = found.iter().position(|token| token.text == "(").and_then(|at| found.get(at + 1..));
    let pieces = inside.map(cut).unwrap_or_default();
    pieces.iter().map(|piece| piece.iter().map(|token| token.text).collect()).collect()
}

#[cfg(test)]
mod tests;
