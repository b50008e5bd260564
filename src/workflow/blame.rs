//! Who made a table, column, index, view or type: which migrations, and which line of the code.
//!
//! Must not know git, or how the result is shown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sea_gen_runner::Error;
use sea_gen_runner::files::read_text;
use sea_gen_runner::migration::{self, MigrationId};

use crate::dialect::Product;
use crate::entity::{Model, Source};
use crate::project::{Authors, LineAuthor};
use crate::schema::{Facet, Name, ObjectName, Part, Place, Schema};
use crate::state::nearest;

use super::object_history::{Event, History, Key};
use super::{Failure, Workspace};

pub use super::object_history::Kind;

/// What made an object what it is.
pub struct Blame {
    /// Its name: `book`, `book.title`.
    pub object: String,
    /// What it is.
    pub kind: Kind,
    /// What migrations did to it, oldest first; none where no migration mentions it.
    pub events: Vec<BlamedLine>,
    /// The line of the code that declares it.
    pub declared: Option<BlamedLine>,
    /// The columns, indexes and constraints of a table.
    pub parts: Vec<Blame>,
}

/// A line of a file, and who wrote it.
pub struct BlamedLine {
    /// The migration, if the file is one.
    pub migration: Option<MigrationId>,
    /// What it does, in words.
    pub what: String,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The author and the commit, where there is git and the line is committed.
    pub author: Option<LineAuthor>,
}

/// Finds a table, a column or another object by its name, `TABLE`, `TABLE.COLUMN` or `VIEW`, in the migrations and in the code.
///
/// # Errors
/// Nothing has the name; a file cannot be read.
pub async fn blame(workspace: &Workspace, name: &str) -> Result<Blame, Failure> {
    let mut told = Told { workspace, authors: Authors::of(workspace.root()), texts: BTreeMap::new() };
    let mut histories = Vec::new();
    for product in workspace.products() {
        histories.push((*product, History::of(&workspace.original_migrations(*product)?)));
    }
    let files = workspace.files()?;
    let (model, _) = workspace.understood(&files, workspace.first()).await?;
    let found = keys(&histories, &model, name);
    let Some(key) = found.first() else { return Err(unknown(&histories, &model, name).into()) };
    let mut blame = told.object(&histories, &model, key)?;
    if key.kind == Kind::Table {
        let parts = all_keys(&histories, &model).into_iter().filter(|it| it.owner == key.owner && !it.part.is_empty());
        for part in parts {
            blame.parts.push(told.object(&histories, &model, &part)?);
        }
    }
    Ok(blame)
}

type Histories = [(Product, History)];

/// Every object that a migration or the code makes, tables first.
fn all_keys(histories: &Histories, model: &Model) -> Vec<Key> {
    let mut keys: Vec<Key> = histories.iter().flat_map(|(_, history)| history.events.keys().cloned()).collect();
    keys.extend(declared_keys(model.schema()));
    keys.sort_by(|a, b| (a.kind, a).cmp(&(b.kind, b)));
    keys.dedup();
    keys
}

fn declared_keys(schema: &Schema) -> Vec<Key> {
    let object = |kind, name: &ObjectName| Key { owner: name.to_string(), kind, part: String::new() };
    let mut keys = Vec::new();
    for table in schema.tables.values() {
        let part = |kind, name: &Name| Key { part: name.to_string(), ..object(kind, &table.name) };
        keys.push(object(Kind::Table, &table.name));
        keys.extend(table.columns.keys().map(|name| part(Kind::Column, name)));
    }
    keys.extend(schema.views.keys().map(|name| object(Kind::View, name)));
    keys.extend(schema.enums.keys().map(|name| object(Kind::Type, name)));
    keys
}

/// The objects of a name: tables first, then columns, then whatever else. The name of an index needs no table.
fn keys(histories: &Histories, model: &Model, name: &str) -> Vec<Key> {
    let is_it = |key: &Key| full_name(key) == name || key.kind == Kind::Part && key.part == name;
    all_keys(histories, model).into_iter().filter(is_it).collect()
}

fn full_name(key: &Key) -> String {
    if key.part.is_empty() { key.owner.clone() } else { format!("{}.{}", key.owner, key.part) }
}

fn unknown(histories: &Histories, model: &Model, name: &str) -> Error {
    let names: Vec<String> = all_keys(histories, model).iter().map(full_name).collect();
    let error = Error::new(format!("neither a migration nor the code has a table, column or other object `{name}`"));
    match nearest(name, &names) {
        Some(near) => error.hint(format!("did you mean `gen blame {near}`?")),
        None => error.hint("name it as the migrations do: `gen blame TABLE` or `gen blame TABLE.COLUMN`"),
    }
}

/// What files say, each read once.
struct Told<'w> {
    workspace: &'w Workspace,
    authors: Authors,
    /// The lines of the up statements of a migration file.
    texts: BTreeMap<PathBuf, Vec<usize>>,
}

impl Told<'_> {
    fn object(&mut self, histories: &Histories, model: &Model, key: &Key) -> Result<Blame, Failure> {
        // Dialects differ in their statements, and seldom in what they do: the first that has the object tells.
        let first = histories.iter().find_map(|(product, history)| Some((*product, history.events.get(key)?)));
        let (product, told) = first.map_or((self.workspace.first(), &[][..]), |(product, told)| (product, told));
        let events = told.iter().map(|event| self.event(product, event)).collect::<Result<Vec<_>, Failure>>()?;
        let declared = source(model, key).map(|source| self.declared(&source));
        Ok(Blame { object: full_name(key), kind: key.kind, events, declared, parts: Vec::new() })
    }

    fn event(&mut self, product: Product, event: &Event) -> Result<BlamedLine, Failure> {
        let path = self.workspace.path_of(product, &event.migration);
        if !self.texts.contains_key(&path) {
            let [up, _] = migration::lines(product, &read_text(&path)?)?;
            self.texts.insert(path.clone(), up);
        }
        let line = self.texts.get(&path).and_then(|up| up.get(event.statement)).copied().unwrap_or(1);
        let (migration, what) = (Some(event.migration.clone()), event.what.clone());
        Ok(BlamedLine { migration, what, author: self.authors.of_line(&path, line), path, line })
    }

    fn declared(&mut self, source: &Source) -> BlamedLine {
        let (path, line) = (self.workspace.root().join(&*source.file), source.line);
        let author = self.authors.of_line(&path, line);
        BlamedLine { migration: None, what: "declared".to_owned(), path, line, author }
    }
}

/// Where the code declares an object.
fn source(model: &Model, key: &Key) -> Option<Source> {
    let owner = match key.owner.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(key.owner.as_str()),
    };
    let part = |part: Part| Place::Table(owner.clone(), part);
    let name = || Name::from(key.part.as_str());
    let places = match key.kind {
        Kind::Table => vec![part(Part::Whole)],
        Kind::Column => vec![part(Part::Column(name(), Facet::Whole))],
        Kind::Part => vec![
            part(Part::Index(name())),
            part(Part::Unique(name())),
            part(Part::ForeignKey(name(), Facet::Whole)),
            part(Part::Check(name())),
        ],
        Kind::View => vec![Place::View(owner.clone())],
        Kind::Type => vec![Place::Enum(owner.clone())],
        Kind::Routine => vec![Place::Routine(owner.clone())],
    };
    places.iter().find_map(|place| model.sources.get(place))
}
