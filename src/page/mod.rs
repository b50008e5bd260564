//! Pages about a schema and about a change of it: values in, one text out, in the form of HTML, Markdown, Mermaid, DBML or tbls.
//!
//! | file | holds |
//! |---|---|
//! | `audit/` | what was done to a database, and it as HTML and Markdown |
//! | `change_log` | which migrations created and changed a table |
//! | `html` | the frame of both HTML pages: `page.html`, `page.css`, `diagram.js` |
//! | `schema_html` | a schema as an HTML page, with `schema.js`; its data in `schema_data` |
//! | `markdown`, `mermaid`, `dbml`, `tbls` | a schema in these formats |
//! | `facts` | columns, keys and indexes in words, for all of them |
//! | `review/` | the change itself, its words, its diagram, and it as HTML (with `review.js`) and Markdown |
//!
//! An HTML page is one file. It loads nothing, and its script writes text only, never markup. Must not know files, databases, git or
//! the command line.

pub mod audit;
mod change_log;
mod dbml;
mod facts;
mod html;
mod markdown;
mod mermaid;
pub mod review;
mod schema_data;
mod schema_html;
mod tbls;

use std::collections::BTreeMap;

use crate::schema::{Origin, Origins, Place, Product, Schema};

pub use change_log::ChangeLog;
pub use dbml::dbml;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use schema_html::schema_html;
pub use tbls::tbls;

/// A schema and what is known about its objects.
pub struct Documented<'a> {
    /// The product that the schema is for.
    pub product: Product,
    /// The schema.
    pub schema: &'a Schema,
    /// Who declares each object, if that is known.
    pub origins: Option<&'a Origins>,
    /// The source line of each declared place, if the declarations are known.
    pub sources: BTreeMap<Place, SourceLine>,
    /// The migrations that led to the schema, if they are known.
    pub log: ChangeLog,
}

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file, from the root of the project.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl Documented<'_> {
    /// The line that declares a place, or who declares it, if that is known.
    fn declared(&self, place: &Place) -> Option<String> {
        let line = self.sources.get(place).map(|source| format!("{}:{}", source.file, source.line));
        line.or_else(|| {
            Some(match self.origins?.of(place) {
                Origin::Adopted => "adopted".to_owned(),
                Origin::Sidecar => "SQL file".to_owned(),
                Origin::Entity => "entity".to_owned(),
            })
        })
    }

    /// The personal data in a column, in words: `personal: email in eu`.
    fn personal(&self, place: &Place) -> Option<String> {
        let data = self.origins?.personal().get(place).filter(|data| data.is_personal())?;
        Some(format!("personal: {data}"))
    }

    /// Whether nothing declares a place.
    fn is_adopted(&self, place: &Place) -> bool {
        self.origins.is_some_and(|origins| origins.of(place) == Origin::Adopted)
    }
}

#[cfg(test)]
mod tests;
