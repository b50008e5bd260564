//! `gen init --import`: writes undeclared objects into sidecars.
//!
//! Must not know how a statement is written or parsed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sea_gen_runner::Error;

use crate::dialect;
use crate::diff::diff;
use crate::entity::{self, Model, Severity, SourceFile, SourceFiles};
use crate::plan::Op;
use crate::project::EntityPaths;
use crate::schema::{Facet, Name, ObjectName, Origin, Origins, Part, Place, Schema};
use crate::state::{self, TargetSchema};
use crate::write::{self, Declaration};

use super::{Failure, Live, Workspace};

/// The result of an import.
pub struct Imported {
    /// The files to write; existing ones keep their content.
    pub files: Vec<SourceFile>,
    /// The objects that no sidecar can declare.
    pub unsaid: Vec<Place>,
}

/// Writes a statement for every undeclared object in the database and reads it back: a statement that cannot be parsed,
/// or that is parsed as another object, is left out. The remaining objects stay adopted.
pub(crate) async fn import(
    workspace: &Workspace,
    (found, files): (&EntityPaths, &SourceFiles),
    live: &Live,
) -> Result<Imported, Failure> {
    let product = live.product();
    let dialect = dialect::of(product);
    let nobody = state::adopted(live.schema.schema());
    let (model, _) = workspace.model(files, product).await?;
    let reconciled = |model: &Model| -> Result<TargetSchema, Failure> {
        Ok(state::reconcile(dialect, model, &live.schema, &nobody, &workspace.keeping())?)
    };
    let ops = |target: &TargetSchema| diff(&live.schema, &target.schema, &target.renames).ops().to_vec();
    let before = reconciled(&model)?;
    let mut contradictions: BTreeMap<Place, Vec<Op>> = BTreeMap::new();
    for op in ops(&before) {
        contradictions.entry(op.place()).or_default().push(op);
    }
    let is_known = |op: &Op| contradictions.get(&op.place()).is_some_and(|known| known.contains(op));
    let mut origins = adopted_by(&nobody, &before);
    let declared = model.normalized(|schema| dialect.normalize(schema))?;
    for place in named_otherwise(declared.schema(), live.schema.schema(), &before) {
        origins.set(place, Origin::Adopted);
    }
    let (mut declarations, _) = write::declarations(dialect, live.schema.schema(), &origins);
    // Where the code says the same of an object otherwise, the statement is there from an earlier time, and changes nothing.
    let is_there = |it: &Declaration| {
        let statement = format!("{};", it.sql);
        files
            .iter()
            .any(|file| file.path.extension().is_some_and(|ending| ending == "sql") && file.text.contains(&statement))
    };
    declarations.retain(|declaration| !is_there(declaration));
    // Each round leaves out at least one statement, so the loop ends.
    loop {
        let draft = SidecarFiles::of((workspace, found), files, &declarations, &model, product);
        let (read, diagnostics) = entity::read_with(&draft.all(files), product, &workspace.project.config.context);
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let mut refused: BTreeSet<usize> = BTreeSet::new();
        for error in errors {
            let Some(index) = draft.statement_at(&error.file, error.span.start) else {
                return Err(Error::new(format!("{}: {}", error.file.display(), error.message)).into());
            };
            refused.insert(index);
        }
        let mut unsaid = Vec::new();
        if refused.is_empty() {
            match state::reconcile(dialect, &read, &live.schema, &nobody, &workspace.keeping()) {
                Ok(target) => {
                    // All objects that the files declare must exist already.
                    let of_objects = of_objects(&declarations);
                    for op in ops(&target).into_iter().filter(|op| !is_known(op)) {
                        refused.extend(behind(&declarations, &of_objects, &op));
                    }
                    unsaid = adopted_by(&nobody, &target).listed().map(|(place, _)| place.clone()).collect();
                }
                Err(unsupported) => {
                    refused.extend(of_object(&declarations, &of_objects(&declarations), &unsupported.place));
                }
            }
        }
        if refused.is_empty() {
            unsaid.retain(|place| origins.of(place) == Origin::Adopted);
            return Ok(Imported { files: draft.files, unsaid });
        }
        let mut index = 0;
        declarations.retain(|_| {
            index += 1;
            !refused.contains(&(index - 1))
        });
    }
}

/// Declared objects that the database has under another name, or with another numbering: the entities accept them, but
/// would not create them so.
fn named_otherwise(declared: &Schema, live: &Schema, target: &TargetSchema) -> Vec<Place> {
    let mut places = Vec::new();
    for table in live.tables.values() {
        let Some(of_code) = declared.tables.get(&table.name) else { continue };
        let names = |known: &dyn Fn(&Name) -> bool, found: Vec<&Name>, part: &dyn Fn(Name) -> Part| -> Vec<Place> {
            let other = found.into_iter().filter(|name| !known(name));
            other.map(|name| Place::Table(table.name.clone(), part(name.clone()))).collect()
        };
        let keys = |name| Part::ForeignKey(name, Facet::Whole);
        let known = |name: &Name| of_code.foreign_keys.contains_key(name);
        places.extend(names(&known, table.foreign_keys.keys().collect(), &keys));
        let known = |name: &Name| of_code.uniques.contains_key(name);
        places.extend(names(&known, table.uniques.keys().collect(), &Part::Unique));
        let known = |name: &Name| of_code.indexes.contains_key(name);
        places.extend(names(&known, table.indexes.keys().collect(), &Part::Index));
        if table.primary_key != of_code.primary_key {
            places.push(Place::Table(table.name.clone(), Part::PrimaryKey));
        }
        for column in table.columns.values() {
            if of_code.columns.get(&column.name).is_some_and(|it| it.identity != column.identity) {
                let part = Part::Column(column.name.clone(), Facet::Identity);
                places.push(Place::Table(table.name.clone(), part));
            }
        }
    }
    places.retain(|place| target.origins.of(place) == Origin::Entity);
    places
}

/// The objects that stay adopted, given a target.
fn adopted_by(nobody: &Origins, target: &TargetSchema) -> Origins {
    let left = nobody.listed().map(|(place, _)| (place.clone(), target.origins.of(place)));
    left.filter(|(_, origin)| *origin == Origin::Adopted).collect()
}

/// The statements of a step: those of its place, otherwise those of its object.
fn behind(declarations: &[Declaration], of_objects: &OfObjects<'_>, op: &Op) -> BTreeSet<usize> {
    let place = op.place();
    let same = |declared: &Place| match (declared, &place) {
        (Place::Table(table, part), Place::Table(other, of)) => {
            use crate::schema::Part::{Column, ForeignKey};
            table == other
                && match (part, of) {
                    (Column(name, _), Column(of, _)) | (ForeignKey(name, _), ForeignKey(of, _)) => name == of,
                    (part, of) => part == of,
                }
        }
        (declared, place) => declared == place,
    };
    let near = of_object(declarations, of_objects, &place);
    let is_exact = |index: &&usize| declarations.get(**index).is_some_and(|it| it.places.iter().any(same));
    let exact: BTreeSet<usize> = near.iter().filter(is_exact).copied().collect();
    if exact.is_empty() { near } else { exact }
}

/// The statements about each object, by their numbers.
type OfObjects<'a> = BTreeMap<&'a ObjectName, Vec<usize>>;

fn of_objects(declarations: &[Declaration]) -> OfObjects<'_> {
    let mut found = OfObjects::new();
    for (index, declaration) in declarations.iter().enumerate() {
        for place in &declaration.places {
            let of_object = found.entry(place.object()).or_default();
            if of_object.last() != Some(&index) {
                of_object.push(index);
            }
        }
    }
    found
}

fn of_object(declarations: &[Declaration], of_objects: &OfObjects<'_>, place: &Place) -> BTreeSet<usize> {
    match of_objects.get(place.object()) {
        Some(found) => found.iter().copied().collect(),
        // No declaration is known for it, so all of them are suspect.
        None => (0..declarations.len()).collect(),
    }
}

/// Sidecar files, and the location of each statement in them.
struct SidecarFiles {
    files: Vec<SourceFile>,
    /// By file: the span of each statement in file order, and the number of its declaration.
    statements: BTreeMap<PathBuf, Vec<(Range<usize>, usize)>>,
}

impl SidecarFiles {
    fn of(
        (workspace, found): (&Workspace, &EntityPaths),
        files: &[SourceFile],
        declarations: &[Declaration],
        model: &Model,
        product: dialect::Product,
    ) -> Self {
        let there: BTreeMap<&Path, &str> = files.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect();
        let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
        let mut statements: BTreeMap<PathBuf, Vec<(Range<usize>, usize)>> = BTreeMap::new();
        for (index, declaration) in declarations.iter().enumerate() {
            let entity = declaration.table.as_ref().and_then(|table| {
                let source = model.sources.get(&Place::table(table))?;
                Some((source.file, table.name.as_str()))
            });
            let entity = entity.as_ref().map(|(file, table)| (&**file, *table));
            let path = found.sidecar_path(workspace.root(), entity, product);
            // The statements are appended to the existing text.
            let before =
                || there.get(path.as_path()).map(|text| format!("{}\n\n", text.trim_end())).unwrap_or_default();
            let text = texts.entry(path.clone()).or_insert_with(before);
            let start = text.len();
            text.push_str(&declaration.sql);
            text.push_str(";\n");
            statements.entry(path).or_default().push((start..text.len(), index));
        }
        Self { files: texts.into_iter().map(|(path, text)| SourceFile { path, text }).collect(), statements }
    }

    /// These files and all other source files.
    fn all(&self, files: &[SourceFile]) -> Vec<SourceFile> {
        let others = files.iter().filter(|file| !self.statements.contains_key(&file.path));
        others.chain(&self.files).cloned().collect()
    }

    fn statement_at(&self, file: &Path, at: usize) -> Option<usize> {
        let of_file = self.statements.get(file)?;
        let (span, index) = of_file.get(of_file.partition_point(|(span, _)| span.end <= at))?;
        span.contains(&at).then_some(*index)
    }
}
