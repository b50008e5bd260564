//! The model reader: Rust source text of SeaORM entities, and the SQL sidecars beside them, to a declared schema.
//!
//! Must not know files (it is handed text), databases (it is told which product to read for, and only picks sidecars and
//! identifier quotes by it), or what is done with the schema. It cannot fail: it reads what it can and says, at the line,
//! what it cannot.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use crate::schema::{Origin, Place, Product, Schema};

/// One file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, for module resolution and messages.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Source {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// Entity or sidecar.
    pub origin: Origin,
}

/// What the code declares.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The declared schema, not normalised: logical types, literal defaults. An absent facet is silence, not a wish.
    pub schema: Schema,
    /// Where each object and facet is declared. `Facet::Type` of a column is listed only where the exact type is declared
    /// (`column_type`, a `DeriveValueType` with one, an enum), not where the Rust type alone implies it.
    pub sources: BTreeMap<Place, Source>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The model is what the code says; something is worth knowing.
    Warning,
    /// The model would be wrong: nothing may be generated from it.
    Error,
}

/// Something the reader has to say about a piece of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// The file.
    pub file: PathBuf,
    /// The bytes of the file it is about.
    pub span: Range<usize>,
    /// A word or two to stand under the bytes.
    pub label: String,
    /// What can be done about it, as something that can be pasted where possible.
    pub hint: Option<String>,
}

/// Reads all files for one product: `*.rs` as entities, `*.sql` as sidecars for every product, `*.<product>.sql` as
/// sidecars for that product only.
pub fn read(files: &[SourceFile], product: Product) -> (Model, Vec<Diagnostic>) {
    let _ = (files, product);
    (Model::default(), Vec::new())
}
