//! Locations in source text, and diagnostics about them.
//!
//! Must not know Rust's grammar or SQL's; only that text has bytes and lines.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use proc_macro2::LineColumn;

use crate::schema::{EnumType, ObjectName, Origin, Part, Place};

use super::scan::{self, scan};
use super::{Diagnostic, Model, Severity, Source};

/// A byte range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceLocation {
    pub(super) file: Arc<Path>,
    pub(super) span: Range<usize>,
    pub(super) line: usize,
}

impl SourceLocation {
    /// A location for objects without one of their own.
    pub(super) fn nowhere() -> Self {
        Self { file: Path::new("").into(), span: 0..0, line: 1 }
    }

    /// The location as printed.
    pub(super) fn said(&self) -> String {
        format!("{}:{}", self.file.display(), self.line)
    }
}

/// A Rust file that could be parsed.
pub(super) struct RustFile {
    pub(super) path: Arc<Path>,
    pub(super) syntax: syn::File,
    /// The text, with the byte offsets of the parser, and the offsets of its lines.
    text: String,
    lines: Vec<usize>,
    /// The text as it was parsed: some of it is blanked out, offsets are the same.
    parsed: String,
    /// How many bytes the parser skipped before it started counting: a byte order mark.
    skipped: usize,
}

/// The traits whose implementations declare parts of an entity.
pub(super) const TRAITS: [&str; 8] = [
    "EntityName",
    "EntityTrait",
    "ColumnTrait",
    "PrimaryKeyTrait",
    "RelationTrait",
    "ValueType",
    "MigrationTrait",
    "MigratorTrait",
];

/// The mark some editors put before UTF-8 text; the Rust parser drops it before it counts.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl RustFile {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, SourceError> {
        // The parser and the tokenizer below it each drop one of their own accord.
        let stripped = text.trim_start_matches(BYTE_ORDER_MARK);
        let skipped = text.len() - stripped.len();
        // A `#!` line is blanked out rather than cut off, so that every span stays true.
        let readable = match stripped.strip_prefix("#!") {
            Some(rest) if !rest.trim_start().starts_with('[') => {
                let end = stripped.find('\n').unwrap_or(stripped.len());
                " ".repeat(end) + stripped.get(end..).unwrap_or_default()
            }
            _ => stripped.to_owned(),
        };
        let scanned = scan(&readable, |name| TRAITS.contains(&name));
        if let Some(at) = scanned.too_deep {
            let line = readable.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            let spot = SourceLocation { file: path.into(), span: at + skipped..at + skipped + 1, line };
            let trouble = SourceError::new(spot, "this is nested too deep to be read", "too deep");
            return Err(trouble.hint("write it flatter, or let SeaORM tell what is declared: `reader = \"compiled\"`"));
        }
        // What conditions take away is looked for in the attributes themselves.
        let attributes = if readable.contains("cfg") { &[][..] } else { &scanned.attributes };
        let left = scan::without(&readable, scanned.bodies.iter().chain(&scanned.comments).chain(attributes));
        match syn::parse_file(&left) {
            Ok(syntax) => {
                let lines = readable.match_indices('\n').map(|(at, _)| at + 1).collect();
                Ok(Self { path: path.into(), syntax, text: readable, lines, parsed: left, skipped })
            }
            Err(error) => {
                let spot = spot(&path.into(), skipped, error.span());
                let span = match spot.span.is_empty() {
                    true => character(text, spot.span.start, skipped),
                    false => spot.span.clone(),
                };
                let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
                let trouble =
                    SourceError::new(SourceLocation { span, line, ..spot }, "this is not Rust", error.to_string());
                Err(trouble
                    .hint("run `cargo check`; what it takes and this does not is read with `reader = \"compiled\"`"))
            }
        }
    }

    /// Where a piece of this file's syntax stands.
    pub(super) fn spot(&self, of: &impl syn::spanned::Spanned) -> SourceLocation {
        let span = of.span();
        self.spot_at(self.byte(span.start())..self.byte(span.end()))
    }

    /// Whether a word stands anywhere in the file.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.text.contains(word)
    }

    /// The text behind an opening parenthesis, and where it begins. `None` for one that stands nowhere in this file.
    pub(super) fn behind(&self, delimiter: &syn::MacroDelimiter) -> Option<(&str, usize)> {
        let syn::MacroDelimiter::Paren(parentheses) = delimiter else { return None };
        let open = self.byte(parentheses.span.open().start());
        let behind = self.text.get(open..)?.strip_prefix('(')?;
        Some((behind, open + 1))
    }

    /// The byte that a place in the parsed text begins with. The tokenizer could tell it too, by counting letters from the
    /// beginning of the file or from where it was asked last.
    fn byte(&self, place: LineColumn) -> usize {
        let start = match place.line.checked_sub(2) {
            Some(line) => self.lines.get(line).copied().unwrap_or(self.parsed.len()),
            None => 0,
        };
        let line = self.parsed.get(start..).unwrap_or_default();
        match line.as_bytes().get(..place.column) {
            Some(before) if before.is_ascii() => start + place.column,
            _ => start + line.char_indices().nth(place.column).map_or(line.len(), |(at, _)| at),
        }
    }

    /// A place by the bytes of the text as it was parsed.
    pub(super) fn spot_at(&self, bytes: Range<usize>) -> SourceLocation {
        let line = self.lines.partition_point(|start| *start <= bytes.start) + 1;
        SourceLocation { file: self.path.clone(), span: bytes.start + self.skipped..bytes.end + self.skipped, line }
    }
}

fn spot(path: &Arc<Path>, skipped: usize, span: proc_macro2::Span) -> SourceLocation {
    let range = span.byte_range();
    SourceLocation { file: path.clone(), span: range.start + skipped..range.end + skipped, line: span.start().line }
}

/// The character of a text at a byte. The parser says the start where no token is left; the last character stands for that.
fn character(text: &str, at: usize, zero: usize) -> Range<usize> {
    let visible = text.trim_end();
    let at = match visible.get(at..).is_some_and(|rest| at > zero && !rest.is_empty()) {
        true => at,
        false => visible.char_indices().next_back().map_or(0, |(start, _)| start),
    };
    let width = visible.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    at..at + width
}

/// A construct that could not be read, before its severity is decided.
///
/// Boxed, because it travels as the error of nearly everything here.
#[derive(Clone, Debug)]
pub(super) struct SourceError(Box<SourceErrorDetails>);

#[derive(Clone, Debug)]
struct SourceErrorDetails {
    spot: SourceLocation,
    message: String,
    label: String,
    hint: Option<String>,
    /// The Rust type whose column type is not known.
    rust_type: Option<String>,
}

impl SourceError {
    pub(super) fn new(spot: SourceLocation, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self(Box::new(SourceErrorDetails {
            spot,
            message: message.into(),
            label: label.into(),
            hint: None,
            rust_type: None,
        }))
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Names the Rust type that is the reason: all columns of it are reported once.
    #[must_use]
    pub(super) fn about(mut self, rust_type: impl Into<String>) -> Self {
        self.0.rust_type = Some(rust_type.into());
        self
    }
}

/// The schema read so far, and its diagnostics.
#[derive(Default)]
pub(super) struct Output {
    pub(super) model: Model,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The table whose parts are being declared, and those that are not in the model yet.
    recent: Option<(ObjectName, Vec<(Part, Source)>)>,
    /// Enum types, as often as columns have them.
    enums: Vec<(SourceLocation, EnumType)>,
    /// Columns whose type could not be read, with the reason.
    untyped: Vec<(Place, SourceError)>,
}

impl Output {
    pub(super) fn error(&mut self, trouble: SourceError) {
        self.say(Severity::Error, trouble);
    }

    pub(super) fn warning(&mut self, trouble: SourceError) {
        self.say(Severity::Warning, trouble);
    }

    fn say(&mut self, severity: Severity, trouble: SourceError) {
        let SourceErrorDetails { spot, message, label, hint, .. } = *trouble.0;
        let file = spot.file.to_path_buf();
        self.diagnostics.push(Diagnostic { severity, message, file, span: spot.span, label, hint });
    }

    /// Records the location of a declaration; the first one counts.
    pub(super) fn declare(&mut self, place: Place, spot: &SourceLocation, origin: Origin) {
        let source = Source { file: spot.file.clone(), line: spot.line, origin };
        match (place, &mut self.recent) {
            (Place::Table(table, part), Some((recent, parts))) if table == *recent => parts.push((part, source)),
            (Place::Table(table, part), _) => {
                self.flush_places();
                self.recent = Some((table, vec![(part, source)]));
            }
            (other, _) => self.model.sources.declare(other, source),
        }
    }

    /// Records the location of a part of a table in a sidecar, in place of the entity that declares the part too.
    pub(super) fn declare_again(&mut self, table: &ObjectName, part: Part, spot: &SourceLocation) {
        self.flush_places();
        let source = Source { file: spot.file.clone(), line: spot.line, origin: Origin::Sidecar };
        self.model.sources.declare_again(table, part, source);
    }

    /// Flushes all recorded locations into the model.
    pub(super) fn flush_places(&mut self) {
        if let Some((table, parts)) = self.recent.take() {
            self.model.sources.declare_parts(table, parts);
        }
    }

    /// Records that a column is of an enum type.
    pub(super) fn declare_enum(&mut self, value: EnumType, spot: &SourceLocation) {
        if !self.enums.iter().rev().take(RECENT).any(|(known, other)| known == spot && *other == value) {
            self.enums.push((spot.clone(), value));
        }
    }

    /// Merges the output of another thread.
    pub(super) fn absorb(&mut self, mut other: Self) {
        other.flush_places();
        self.diagnostics.extend(other.diagnostics);
        self.model.sources.absorb(other.model.sources);
        self.model.renames.extend(other.model.renames);
        self.model.given_names.extend(other.model.given_names);
        self.enums.extend(other.enums);
        self.untyped.extend(other.untyped);
    }

    /// Records that the type of a column could not be read.
    pub(super) fn untyped(&mut self, column: Place, trouble: SourceError) {
        self.untyped.push((column, trouble));
    }

    /// Reports the columns without a type: those of one Rust type in one message.
    pub(super) fn report_untyped(&mut self) {
        let mut untyped = std::mem::take(&mut self.untyped);
        untyped.sort_by(|(_, a), (_, b)| {
            (&a.0.spot.file, a.0.spot.span.start).cmp(&(&b.0.spot.file, b.0.spot.span.start))
        });
        let mut causes: Vec<(SourceError, Vec<Place>)> = Vec::new();
        for (column, trouble) in untyped {
            self.model.untyped.insert(column.clone(), trouble.0.rust_type.clone());
            let is_same = |(known, _): &&mut (SourceError, Vec<Place>)| {
                trouble.0.rust_type.is_some()
                    && (&known.0.rust_type, &known.0.message) == (&trouble.0.rust_type, &trouble.0.message)
            };
            match causes.iter_mut().find(is_same) {
                Some((_, columns)) => columns.push(column),
                None => causes.push((trouble, vec![column])),
            }
        }
        for (mut trouble, columns) in causes {
            if columns.len() > 1 {
                let named: Vec<String> = columns.iter().take(SHOWN).map(column_name).collect();
                let more = match columns.len().checked_sub(SHOWN) {
                    None | Some(0) => String::new(),
                    Some(more) => format!(" and {more} more"),
                };
                trouble.0.message = format!("{}: {}{more}", trouble.0.message, named.join(", "));
            }
            self.error(trouble);
        }
    }

    /// The enum types, each once: two Rust enums may describe one database type, but only in the same words.
    pub(super) fn merge_enums(&mut self) {
        let mut enums = std::mem::take(&mut self.enums);
        // Not the order of the threads, but that of the text decides which is the second.
        enums.sort_by(|(a, _), (b, _)| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
        enums.dedup();
        let mut seen: BTreeMap<ObjectName, (SourceLocation, EnumType)> = BTreeMap::new();
        for (spot, value) in enums {
            match seen.get(&value.name) {
                Some((_, known)) if known.values == value.values => {}
                Some((first, _)) => {
                    let message = format!("enum `{}` is declared twice, with different values", value.name);
                    let hint = format!("the first is at {}; give one of them another `enum_name`", first.said());
                    self.error(SourceError::new(spot, message, "a second enum of this name").hint(hint));
                }
                None => {
                    self.declare(Place::Enum(value.name.clone()), &spot, Origin::Entity);
                    seen.insert(value.name.clone(), (spot, value));
                }
            }
        }
        self.model.schema.enums = seen.into_iter().map(|(name, (_, value))| (name, value)).collect();
    }
}

/// How many columns of one Rust type are named.
const SHOWN: usize = 5;

fn column_name(place: &Place) -> String {
    match place {
        Place::Table(table, Part::Column(column, _)) => format!("{table}.{column}"),
        other => other.to_string(),
    }
}

/// How many enums back the same one is looked for, so that an enum of a thousand columns is not kept a thousand times.
const RECENT: usize = 8;
