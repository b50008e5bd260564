//! What was read from the entities, from where, and what it is in the database.
//!
//! Must not know how an entity is read, or how the result is shown.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::dialect::{self, Unsupported};
use crate::entity::{Diagnostic, Model, Severity, Source, SourceFiles};
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
    pub files: SourceFiles,
    /// What they declare, as far as it could be read.
    pub model: Model,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// Files with entities that are not part of the program.
    pub unreached: Vec<PathBuf>,
}

/// Reads the entities for a product, or for the first of the project. What is wrong with them is a diagnostic, so that the
/// rest can be shown beside it.
///
/// # Errors
/// The files cannot be read, or not be compiled.
pub async fn read(workspace: Workspace, product: Option<Product>) -> Result<Reading, Failure> {
    let product = product.unwrap_or_else(|| workspace.first());
    let (found, files) = workspace.project.discover_entities()?;
    let (model, diagnostics) = match workspace.project.config.reader {
        EntityReader::Source => files.read(product, &workspace.project.config.context),
        EntityReader::Compiled => compiled::model(&workspace, &files, product).await?,
    };
    Ok(Reading { workspace, product, files, model, diagnostics, unreached: found.unreached })
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
        let lines = file.text.lines().skip(source.line.saturating_sub(1)).map(str::trim).map(after_attributes);
        let field = lines.into_iter().find(|line| !line.starts_with("//") && line.contains(": "))?;
        let (_, spelled) = field.split_once(": ")?;
        Some(type_in(spelled).to_owned())
    }

    /// The files that declare something, and all sidecars.
    pub fn declaring(&self) -> BTreeSet<&Path> {
        let sources: BTreeSet<_> = self.model.sources.iter().map(|(_, source)| source.file).collect();
        let is_sidecar = |path: &Path| path.extension().is_some_and(|extension| extension == "sql");
        let files = self.files.iter().map(|file| file.path.as_path());
        files.filter(|path| is_sidecar(path) || sources.contains(*path)).collect()
    }

    /// The line of a diagnostic in its file, from 1.
    pub fn line(&self, diagnostic: &Diagnostic) -> usize {
        let file = self.files.iter().find(|file| file.path == diagnostic.file);
        let before = file.and_then(|file| file.text.get(..diagnostic.span.start)).unwrap_or_default();
        before.matches('\n').count() + 1
    }
}

/// A line of code without the attributes at its beginning.
fn after_attributes(line: &str) -> &str {
    let mut rest = line;
    while let Some(attribute) = rest.strip_prefix("#[") {
        let mut depth = 1_usize;
        let end = attribute.find(|letter| {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = end.and_then(|end| attribute.get(end + 1..)).unwrap_or_default().trim_start();
    }
    rest
}

/// The type at the beginning of a text, without the comma, the brace or the comment behind it.
fn type_in(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(at, letter)| {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(*at..).unwrap_or_default();
        depth == 0 && matches!(letter, ',' | '}') || rest.starts_with("//") || rest.starts_with("/*")
    });
    text.get(..end.map_or(text.len(), |(at, _)| at)).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::{after_attributes, type_in};

    #[test]
    fn a_field_begins_behind_its_attributes() {
        assert_eq!(after_attributes("#[sea_orm(a = \"b[]\")] #[c] pub d: E, // f"), "pub d: E, // f");
        assert_eq!(after_attributes("#[sea_orm("), "");
    }

    #[test]
    fn a_type_ends_before_what_is_behind_it() {
        for (text, expected) in [
            ("Option<String>, // a list, as JSON", "Option<String>"),
            ("i32 /* , */", "i32"),
            ("HashMap<String, Vec<(i32, i64)>>, pub b: i32 }", "HashMap<String, Vec<(i32, i64)>>"),
            ("[u8; 16] }", "[u8; 16]"),
            ("String", "String"),
        ] {
            assert_eq!(type_in(text), expected);
        }
    }
}
