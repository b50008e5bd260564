//! Places in source text, and what there is to say about them.
//!
//! Must not know Rust's grammar or SQL's; only that text has bytes and lines.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::schema::{EnumType, ObjectName, Origin, Place};

use super::{Diagnostic, Model, Severity, Source};

/// Some bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: PathBuf,
    pub(super) span: Range<usize>,
    pub(super) line: usize,
}

/// A Rust file that could be parsed.
pub(super) struct RustFile {
    pub(super) path: PathBuf,
    pub(super) syntax: syn::File,
    /// How many bytes the parser skipped before it started counting: a byte order mark.
    skipped: usize,
}

/// The mark some editors put before UTF-8 text; the Rust parser drops it before it counts.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl RustFile {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Trouble> {
        let stripped = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let skipped = text.len() - stripped.len();
        // A `#!` line is blanked out rather than cut off, so that every span stays true.
        let readable = match stripped.strip_prefix("#!") {
            Some(rest) if !rest.trim_start().starts_with('[') => {
                let end = stripped.find('\n').unwrap_or(stripped.len());
                " ".repeat(end) + stripped.get(end..).unwrap_or_default()
            }
            _ => stripped.to_owned(),
        };
        match syn::parse_file(&readable) {
            Ok(syntax) => Ok(Self { path: path.to_owned(), syntax, skipped }),
            Err(error) => {
                let spot = spot(path, skipped, error.span());
                // At the end of the file there is no token to point at; the last byte stands for it.
                let span = match spot.span.is_empty() {
                    true => text.trim_end().len().saturating_sub(1)..text.trim_end().len(),
                    false => spot.span.clone(),
                };
                let line = text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
                Err(Trouble::new(Spot { span, line, ..spot }, "this is not Rust", error.to_string()))
            }
        }
    }

    /// Where a piece of this file's syntax stands.
    pub(super) fn spot(&self, of: &impl syn::spanned::Spanned) -> Spot {
        spot(&self.path, self.skipped, of.span())
    }
}

fn spot(path: &Path, skipped: usize, span: proc_macro2::Span) -> Spot {
    let range = span.byte_range();
    Spot { file: path.to_owned(), span: range.start + skipped..range.end + skipped, line: span.start().line }
}

/// Something that could not be read, before it is decided how bad that is.
///
/// Boxed, because it travels as the error of nearly everything here.
#[derive(Clone, Debug)]
pub(super) struct Trouble(Box<Words>);

#[derive(Clone, Debug)]
struct Words {
    spot: Spot,
    message: String,
    label: String,
    hint: Option<String>,
}

impl Trouble {
    pub(super) fn new(spot: Spot, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self(Box::new(Words { spot, message: message.into(), label: label.into(), hint: None }))
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}

/// What has been read so far: the model, what there is to say, and where each enum was first seen.
#[derive(Default)]
pub(super) struct Output {
    pub(super) model: Model,
    pub(super) diagnostics: Vec<Diagnostic>,
    enums: std::collections::BTreeMap<ObjectName, Spot>,
}

impl Output {
    pub(super) fn error(&mut self, trouble: Trouble) {
        self.say(Severity::Error, trouble);
    }

    pub(super) fn warning(&mut self, trouble: Trouble) {
        self.say(Severity::Warning, trouble);
    }

    fn say(&mut self, severity: Severity, trouble: Trouble) {
        let Words { spot, message, label, hint } = *trouble.0;
        self.diagnostics.push(Diagnostic { severity, message, file: spot.file, span: spot.span, label, hint });
    }

    /// Records where something is declared; the first place counts.
    pub(super) fn declare(&mut self, place: Place, spot: &Spot, origin: Origin) {
        let source = Source { file: spot.file.clone(), line: spot.line, origin };
        self.model.sources.entry(place).or_insert(source);
    }

    /// Adds an enum type; two Rust enums may describe one database type, but only in the same words.
    pub(super) fn declare_enum(&mut self, value: EnumType, spot: &Spot) {
        if let Some(known) = self.model.schema.enums.get(&value.name)
            && known.values != value.values
        {
            let first = self.enums.get(&value.name).map(|first| format!("{}:{}", first.file.display(), first.line));
            let message = format!("enum `{}` is declared twice, with different values", value.name);
            let trouble = Trouble::new(spot.clone(), message, "a second enum of this name")
                .hint(format!("the first is at {}; give one of them another `enum_name`", first.unwrap_or_default()));
            return self.error(trouble);
        }
        self.declare(Place::Enum(value.name.clone()), spot, Origin::Entity);
        self.enums.entry(value.name.clone()).or_insert_with(|| spot.clone());
        self.model.schema.enums.insert(value.name.clone(), value);
    }
}
