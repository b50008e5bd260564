//! Documents a state: its schema as a page, or in a format that other viewers read.
//!
//! Must not know the formats.

use std::collections::BTreeMap;

use sea_gen_runner::Error;

use crate::dialect::Product;
use crate::page::{self, ChangeLog, Documented, SourceLine};
use crate::project::EntityReader;
use crate::schema::{Normalized, Origins, Place};

use super::change_log::change_log;
use super::compare::{declared_on, product_of};
use super::object_history::History;
use super::side::{Loaded, Loader, State};
use super::{Failure, Open, Sealed, Workspace};

/// The form of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page for a browser, in one file.
    Html,
    /// One Markdown file.
    Markdown,
    /// A diagram of Mermaid.
    Mermaid,
    /// DBML, of dbdiagram.io.
    Dbml,
    /// The JSON of tbls.
    Tbls,
}

impl Format {
    /// The name of a file of this form.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Html => "schema.html",
            Self::Markdown => "schema.md",
            Self::Mermaid => "schema.mmd",
            Self::Dbml => "schema.dbml",
            Self::Tbls => "schema.json",
        }
    }

    /// Whether a document of this form describes one product only.
    fn is_of_one_product(self) -> bool {
        matches!(self, Self::Mermaid | Self::Dbml | Self::Tbls)
    }
}

/// What to document.
#[derive(Clone, Debug)]
pub struct Request {
    /// The state.
    pub of: State,
    /// The only product to document; all of the project if absent, or the first in a form that describes one.
    pub product: Option<Product>,
    /// The form.
    pub format: Format,
}

/// A schema of one product with what is known of its objects.
struct Loading {
    product: Product,
    schema: Normalized,
    /// Unknown of a state that knows no entities.
    origins: Option<Origins>,
    sources: BTreeMap<Place, SourceLine>,
    log: ChangeLog,
}

/// Documents a state. The same state gives the same text.
///
/// # Errors
/// A state that cannot be loaded.
pub async fn document(open: impl Into<Open>, request: &Request) -> Result<String, Failure> {
    let open = open.into();
    let workspace = match request.of.needs_project() {
        true => Some(Workspace::open(open)?),
        false => Workspace::open(open).ok(),
    };
    let mut loaded = Vec::new();
    for product in products(workspace.as_ref(), request).await? {
        loaded.push(load(workspace.as_ref(), request, product).await?);
    }
    let title = match (&workspace, &request.of) {
        (Some(workspace), of) if of.needs_project() => workspace.project.name()?,
        (_, State::Named(connection)) => connection.to_string(),
        (_, State::File(path)) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        _ => "schema".to_owned(),
    };
    let documented: Vec<Documented<'_>> = loaded
        .iter_mut()
        .map(|it| Documented {
            product: it.product,
            schema: it.schema.schema(),
            origins: it.origins.as_ref(),
            sources: std::mem::take(&mut it.sources),
            log: std::mem::take(&mut it.log),
        })
        .collect();
    let Some(first) = documented.first() else { return Ok(String::new()) };
    Ok(match request.format {
        Format::Html => page::schema_html(&title, &documented),
        Format::Markdown => page::markdown(&title, &documented),
        Format::Mermaid => page::mermaid(first.schema),
        Format::Dbml => page::dbml(first.schema),
        Format::Tbls => page::tbls(&title, first.product, first.schema)
            .map_err(|error| Error::new("the schema cannot be written as JSON").because(error))?,
    })
}

/// The products to document.
async fn products(workspace: Option<&Workspace>, request: &Request) -> Result<Vec<Product>, Failure> {
    let of_project = match (&request.of, workspace) {
        (State::Entities | State::Snapshot | State::Git(_), Some(workspace)) => workspace.products().to_vec(),
        (of, workspace) => {
            let server = match of {
                State::Named(connection) => Some(connection),
                _ => None,
            };
            vec![product_of(workspace, server, of, of).await?]
        }
    };
    let mut chosen = of_project.clone();
    if let Some(product) = request.product {
        chosen.retain(|it| *it == product);
        if chosen.is_empty() {
            let keys: Vec<&str> = of_project.iter().map(|it| it.key()).collect();
            return Err(Error::new(format!("there is no schema for {product}"))
                .hint(format!("choose one of {}", keys.join(", ")))
                .into());
        }
    }
    if request.format.is_of_one_product() {
        chosen.truncate(1);
    }
    Ok(chosen)
}

async fn load(workspace: Option<&Workspace>, request: &Request, product: Product) -> Result<Loading, Failure> {
    let scope = workspace.map_or_else(crate::introspect::Scope::everything, Workspace::scope);
    let loader = Loader { workspace, server: None, product, scope };
    let side = loader.load(request.of.clone()).await?;
    let (schema, origins) = match &side.loaded {
        Loaded::Schema(schema, origins) => (schema.as_ref().clone(), origins.clone()),
        Loaded::Model(model) => {
            let sealed = workspace.map(|workspace| workspace.sealed(product)).transpose()?.flatten();
            let sealed = sealed.unwrap_or_else(Sealed::nothing);
            let target = declared_on(&loader, model, &sealed.schema, &sealed.origins)?;
            (target.schema, target.origins)
        }
    };
    side.close().await?;
    let (mut sources, mut log) = (BTreeMap::new(), ChangeLog::default());
    // Only these are what the present code and migrations lead to.
    if let (State::Entities | State::Snapshot | State::Database, Some(workspace)) = (&request.of, workspace) {
        sources = source_lines(workspace, product).await?;
        log = change_log(&History::of(&workspace.original_migrations(product)?));
    }
    let origins = match request.of {
        State::File(_) | State::Named(_) => None,
        State::Entities | State::Snapshot | State::Database | State::Git(_) => Some(origins),
    };
    Ok(Loading { product, schema, origins, sources, log })
}

/// The lines of the declarations. None where they are read by compiling them: a page is not worth a build.
async fn source_lines(workspace: &Workspace, product: Product) -> Result<BTreeMap<Place, SourceLine>, Failure> {
    if workspace.project.config.reader == EntityReader::Compiled {
        return Ok(BTreeMap::new());
    }
    let (model, _) = workspace.understood(&workspace.files()?, product).await?;
    let line = |(place, source): (Place, crate::entity::Source)| {
        let file = source.file.strip_prefix(workspace.root()).unwrap_or(&source.file);
        (place, SourceLine { file: file.display().to_string().replace('\\', "/"), line: source.line })
    };
    Ok(model.sources.iter().map(line).collect())
}
