//! What was read from the entities, from where, and what it is in the database.
//!
//! Must not know how an entity is read, or how the result is shown.

use crate::dialect::{self, Unsupported};
use crate::entity::{self, Diagnostic, Model, Severity, Source, SourceFile};
use crate::project::EntityReader;
use crate::schema::{Column, Normalized, Origin, Place, Product, Schema, Table};

use super::{Failure, Workspace, compiled, text};

/// The entities of a project as one product holds them.
pub struct Reading {
    /// The project.
    pub workspace: Workspace,
    /// The product.
    pub product: Product,
    /// The entity files.
    pub files: Vec<SourceFile>,
    /// What they declare, as far as it could be read.
    pub model: Model,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the entities for a product, or for the first of the project. What is wrong with them is a diagnostic, so that the
/// rest can be shown beside it.
///
/// # Errors
/// The files cannot be read, or not be compiled.
pub async fn read(workspace: Workspace, product: Option<Product>) -> Result<Reading, Failure> {
    let product = product.unwrap_or_else(|| workspace.first());
    let files = workspace.files()?;
    let (model, diagnostics) = match workspace.project.config.reader {
        EntityReader::Source => entity::read_with(&files, product, &workspace.project.config.context),
        EntityReader::Compiled => compiled::model(&workspace, &files, product).await?,
    };
    Ok(Reading { workspace, product, files, model, diagnostics })
}

impl Reading {
    /// The schema as the database would report it.
    ///
    /// # Errors
    /// The product does not have something that is declared.
    pub fn normalized(&self) -> Result<&Normalized, Unsupported> {
        self.model.normalized(|schema| dialect::of(self.product).normalize(schema))
    }

    /// The schema as the database would report it, or as it is declared where that cannot be said.
    pub fn schema(&self) -> &Schema {
        self.normalized().map_or(self.model.schema(), Normalized::schema)
    }

    /// Whether something is wrong with the entities that ends a command.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Where something is declared: `entities/customer.rs:14`, relative to the project.
    pub fn location(&self, place: &Place) -> Option<String> {
        self.source(place).map(|source| text::location(&source, self.workspace.root()))
    }

    fn source(&self, place: &Place) -> Option<Source> {
        self.model.sources.get(place)
    }

    /// The type of a column's field, as it is written in the entity; `None` for what a sidecar declares.
    pub fn rust_type(&self, table: &Table, column: &Column) -> Option<String> {
        let source = self.source(&Place::column(&table.name, &column.name))?;
        if source.origin != Origin::Entity {
            return None;
        }
        let file = self.files.iter().find(|file| file.path == *source.file)?;
        // The attributes of a field stand before it.
        let field = file.text.lines().skip(source.line.saturating_sub(1)).map(str::trim).find(|line| {
            let plain = line.strip_prefix("pub ").unwrap_or(line);
            !line.starts_with('#') && !line.starts_with("//") && plain.contains(": ")
        })?;
        let (_, spelled) = field.split_once(": ")?;
        Some(spelled.trim_end_matches(',').to_owned())
    }

    /// The line of a diagnostic in its file, from 1.
    pub fn line(&self, diagnostic: &Diagnostic) -> usize {
        let file = self.files.iter().find(|file| file.path == diagnostic.file);
        let before = file.and_then(|file| file.text.get(..diagnostic.span.start)).unwrap_or_default();
        before.matches('\n').count() + 1
    }
}
