//! The source files of a project, whose modules are outlined once for discovery and for every product that is read.
//!
//! Must not know where files come from.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;
use std::path::Path;

use crate::schema::Product;

use super::reading::Surveyed;
use super::{Context, Diagnostic, Model, SourceFile, read_surveyed};

/// Source files: Rust, SQL sidecars and `Cargo.toml`s.
#[derive(Default)]
pub struct SourceFiles {
    files: Vec<SourceFile>,
    surveyed: Option<Surveyed>,
}

impl SourceFiles {
    /// Files whose modules are outlined already.
    pub(super) fn new(files: Vec<SourceFile>, surveyed: Option<Surveyed>) -> Self {
        Self { files, surveyed }
    }

    /// Files that are not on the disk, or not as they are there.
    pub fn of(files: Vec<SourceFile>) -> Self {
        Self::new(files, None)
    }

    /// Reads the entities and sidecars for one product.
    pub fn read(&self, product: Product, context: &Context) -> (Model, Vec<Diagnostic>) {
        read_surveyed(&self.files, product, context, self.surveyed.as_ref())
    }

    /// Adds SQL sidecars, in place of those with the same paths.
    pub fn put_sidecars(&mut self, sidecars: &[SourceFile]) {
        let paths: BTreeSet<&Path> = sidecars.iter().map(|sidecar| sidecar.path.as_path()).collect();
        self.files.retain(|file| !paths.contains(file.path.as_path()));
        self.files.extend(sidecars.iter().cloned());
    }

    /// Sorts the files by path, with the `Cargo.toml`s last.
    pub(crate) fn sort(&mut self) {
        let is_manifest = |file: &SourceFile| file.path.file_name().is_some_and(|name| name == "Cargo.toml");
        self.files.sort_by(|a, b| (is_manifest(a), &a.path).cmp(&(is_manifest(b), &b.path)));
    }
}

impl Deref for SourceFiles {
    type Target = [SourceFile];

    fn deref(&self) -> &[SourceFile] {
        &self.files
    }
}

impl fmt::Debug for SourceFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(formatter)
    }
}
