//! The entity reader: from the Rust source text of SeaORM entities, and the SQL sidecars beside them, to a declared schema.
//!
//! Must not know files (it is handed text), databases (it is told which product to read for, and only picks sidecars and
//! identifier quotes by it), or what is done with the schema. It cannot fail: it reads what it can and says, at the line,
//! what it cannot.

mod attributes;
mod column_type;
mod columns;
mod conditions;
mod default;
mod enums;
mod expanded;
mod extra;
mod heads;
mod keys;
pub mod migrator;
mod names;
mod naming;
mod outline;
pub(crate) mod packages;
mod program;
mod reading;
mod relations;
mod resolve;
mod scan;
mod sidecar;
mod source;
mod source_files;
mod sources;
mod table;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::dialect::expression::spelled;
use crate::plan::Rename;
use crate::schema::{
    Definition, DefinitionId, DefinitionKind, Name, Normalized, ObjectName, PersonalData, Place, Product, Schema,
};

use attributes::{ON_VALUE, Settings, derives};
use conditions::Conditions;
use packages::Packages;
pub use program::{EntityFile, Program};
use reading::{Input, Surveyed};
use resolve::Module;
pub use sidecar::rows::MOST_ROWS;
use source::{Output, SourceError};
pub use source_files::SourceFiles;
pub use sources::{Source, Sources};

/// How the name of a file of reference rows ends.
pub const ROWS_FILE: &str = ".rows.json";

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, for module resolution and messages.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// The declared schema, with its sources.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// See [`Model::schema`]. It is private because `normal` is computed from it.
    schema: Schema,
    /// Where each object and facet is declared. `Facet::Type` of a column is listed only where the exact type is declared
    /// (`column_type`, a `DeriveValueType` with one, an enum), not where the Rust type alone implies it.
    pub sources: Sources,
    /// Former names of tables and columns, from `renamed_from`.
    pub renames: BTreeMap<Place, Name>,
    /// Columns whose type could not be read (it is `Text` in the schema), with the Rust type that is the reason, if one is.
    pub untyped: BTreeMap<Place, Option<String>>,
    /// Further renames, from the developer's answers; the reader leaves this empty.
    pub answers: Vec<Rename>,
    /// The foreign keys and checks whose names the code gives; those of other parts of entities are made.
    pub given_names: BTreeSet<Place>,
    /// The lines of the reference rows of a table, in the order of the rows in the schema.
    pub row_lines: BTreeMap<ObjectName, Vec<usize>>,
    /// What SQL files and the configuration say of columns about personal data.
    pub personal: BTreeMap<Place, PersonalData>,
    /// The normalised schema, computed on first use.
    normal: OnceLock<Normalized>,
}

impl Model {
    /// A model with a schema and no sources.
    pub fn of(schema: Schema) -> Self {
        Self { schema, ..Self::default() }
    }

    /// The declared schema, not normalised: logical types, literal defaults. A missing facet means that the code does not
    /// declare it, not that it should be dropped.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Changes what is declared.
    pub fn change(&mut self, change: impl FnOnce(&mut Schema)) {
        self.normal = OnceLock::new();
        change(&mut self.schema);
    }

    /// The declared schema in the form `normalize` gives it. It is made once, until the declared one changes.
    ///
    /// # Errors
    /// Those of `normalize`.
    pub fn normalized<E>(&self, normalize: impl FnOnce(Schema) -> Result<Normalized, E>) -> Result<&Normalized, E> {
        if let Some(normal) = self.normal.get() {
            return Ok(normal);
        }
        let normal = normalize(self.schema.clone())?;
        Ok(self.normal.get_or_init(|| normal))
    }
}

/// Facts that source text does not tell, from the project's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The features that are on, `default` among them where it is meant. Where this is not said, a crate's own default
    /// features are on, if its `Cargo.toml` is among the files.
    pub features: Option<Vec<String>>,
    /// What else holds in `#[cfg(…)]`: `unix`, `target_os = "linux"`. Where this is not said, it cannot be told.
    pub cfg: Option<Vec<String>>,
    /// Column types of Rust types, by the type's name or path, or by a column's `table.column`, as they would be written in
    /// `column_type`.
    pub types: BTreeMap<String, String>,
    /// Folders and files whose entities are read; empty for all. Other files only explain names.
    pub scope: Vec<PathBuf>,
    /// The version of SeaORM in the lock file of cargo: major and minor.
    pub sea_orm: Option<(u64, u64)>,
    /// The folder that paths begin at, from the top of the file system, if it is known.
    pub root: PathBuf,
}

impl Context {
    /// The path from the root, in its only form: the workspace of a project in `crates/db` calls a folder of it
    /// `../../crates/db/entity`, which is `entity`.
    pub(crate) fn relative_to_root(&self, path: &Path) -> PathBuf {
        let path = packages::plain(path);
        let ups = path.components().take_while(|part| *part == Component::ParentDir).count();
        let above: Vec<_> = self.root.components().rev().take(ups).collect();
        let below = path.components().skip(ups).zip(above.into_iter().rev());
        let back = below.take_while(|(part, own)| part == own).count();
        let outside = std::iter::repeat_n(Component::ParentDir, ups - back);
        outside.chain(path.components().skip(ups + back)).collect()
    }

    /// Whether a file stands beside one that is listed by itself.
    fn is_beside_scope(&self, file: &Path) -> bool {
        let folder = packages::plain(file).parent().map(Path::to_owned);
        self.scope.iter().any(|path| has_extension(path, "rs") && packages::plain(path).parent() == folder.as_deref())
    }

    fn is_in_scope(&self, file: &Path) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|path| packages::plain(file).starts_with(packages::plain(path)))
    }
}

/// The severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A warning: the model matches the code.
    Warning,
    /// An error: the model would be wrong, so nothing may be generated from it.
    Error,
}

/// A diagnostic about a piece of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The severity.
    pub severity: Severity,
    /// The message, lower case, no full stop.
    pub message: String,
    /// The file.
    pub file: PathBuf,
    /// The byte range in the file.
    pub span: Range<usize>,
    /// The label of the byte range.
    pub label: String,
    /// The hint, something that can be pasted where possible.
    pub hint: Option<String>,
}

/// Reads all files for one product: `*.rs` as entities, `*.sql` as sidecars for every product, `*.<product>.sql` as
/// sidecars for that product only, `Cargo.toml` for the features of its crate. What lies in a folder named `migration…` is
/// history, not a declaration, and is left out.
pub fn read(files: &[SourceFile], product: Product) -> (Model, Vec<Diagnostic>) {
    read_with(files, product, &Context::default())
}

/// The same, with facts that the files do not tell.
pub fn read_with(files: &[SourceFile], product: Product, context: &Context) -> (Model, Vec<Diagnostic>) {
    read_surveyed(files, product, context, None)
}

/// The same, where the modules of the Rust files may be outlined already.
fn read_surveyed(
    files: &[SourceFile],
    product: Product,
    context: &Context,
    surveyed: Option<&Surveyed>,
) -> (Model, Vec<Diagnostic>) {
    let packages = Packages::of(files, context);
    let root = common_folder(files);
    let inputs = inputs(files, context, &packages);
    let mut files: Vec<&SourceFile> = files.iter().filter(|file| !is_history(&root, &file.path)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut output = Output::default();

    let own;
    let surveyed = match surveyed.filter(|surveyed| surveyed.is_of(&inputs)) {
        Some(surveyed) => surveyed,
        None => {
            own = reading::survey(&inputs, packages, &mut output);
            &own
        }
    };
    let readings = reading::read(&inputs, surveyed, product, context, &mut output);
    keys::complete(&surveyed.outline, readings, context, &mut output);
    output.merge_enums();
    output.report_untyped();
    output.flush_places();

    sidecars(&files, product, &mut output);
    schemas(product, &mut output.model);
    output.diagnostics.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
    (output.model, output.diagnostics)
}

/// The schema something is put in; `None` for the one it would be in anyway. Every database of PostgreSQL comes with
/// `public`, which is where a name without a schema leads: spelled out or not, it is the same table.
fn schema_of(product: Product, written: Name) -> Option<Name> {
    Some(written).filter(|name| product != Product::Postgres || name.as_str() != "public")
}

/// Declares the schemas of the entities' tables, which must exist before the tables. On other
/// products a schema is a database, which is not created here.
fn schemas(product: Product, model: &mut Model) {
    if product != Product::Postgres {
        return;
    }
    let mut found = BTreeMap::new();
    for name in model.schema.tables.keys() {
        if let (Some(schema), Some(source)) = (&name.schema, model.sources.get(&Place::table(name))) {
            found.entry(schema.clone()).or_insert_with(|| source.clone());
        }
    }
    for (schema, source) in found {
        let written = spelled(product, schema.as_str());
        let id = DefinitionId::new(DefinitionKind::Schema, ObjectName { schema: None, name: schema });
        model.sources.declare(Place::Definition(id.clone()), source);
        let definition = || Definition::new(id.clone(), format!("CREATE SCHEMA {written}"));
        model.schema.definitions.entry(id.clone()).or_insert_with(definition);
    }
}

/// Reads the sidecars among the files on top of a model that is there already.
pub fn read_sidecars(files: &[SourceFile], product: Product, model: Model) -> (Model, Vec<Diagnostic>) {
    let mut output = Output::default();
    let root = common_folder(files);
    let mut files: Vec<&SourceFile> = files.iter().filter(|file| !is_history(&root, &file.path)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    output.model = model;
    sidecars(&files, product, &mut output);
    schemas(product, &mut output.model);
    output.diagnostics.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
    (output.model, output.diagnostics)
}

fn sidecars(files: &[&SourceFile], product: Product, output: &mut Output) {
    // Privileges come last: their objects may be declared in any of the files.
    for turn in [sidecar::SidecarPass::Objects, sidecar::SidecarPass::Privileges] {
        for file in files.iter().filter(|file| has_extension(&file.path, "sql")) {
            if let Some(grammar) = sidecar::meant_for(&file.path, product) {
                sidecar::read(file, grammar, product, turn, output);
            }
        }
    }
    for file in files.iter().filter(|file| sidecar::rows::is_meant_for(&file.path, product)) {
        sidecar::rows::read(file, output);
    }
    for file in files.iter().filter(|file| has_extension(&file.path, "sql")) {
        if let Some(grammar) = sidecar::meant_for(&file.path, product) {
            sidecar::personal::read(file, grammar, product, output);
        }
    }
}

/// The Rust files that are no history, sorted by path, with the conditions of their crates.
fn inputs<'f>(files: &'f [SourceFile], context: &Context, packages: &Packages) -> Vec<Input<'f>> {
    let root = common_folder(files);
    let mut rust: Vec<&SourceFile> =
        files.iter().filter(|file| has_extension(&file.path, "rs") && !is_history(&root, &file.path)).collect();
    rust.sort_by(|a, b| a.path.cmp(&b.path));
    let mut known: BTreeMap<Option<usize>, Arc<Conditions>> = BTreeMap::new();
    rust.into_iter()
        .map(|source| {
            let of = || Arc::new(Conditions::of(context, packages.features_of(&source.path)));
            let conditions = known.entry(packages.of_file(&source.path)).or_insert_with(of).clone();
            Input { source, conditions }
        })
        .collect()
}

/// The folder that contains all files. Its name and those of the folders above it are not evaluated.
fn common_folder(files: &[SourceFile]) -> PathBuf {
    let declaring = files.iter().filter(|file| has_extension(&file.path, "rs") || has_extension(&file.path, "sql"));
    let mut folders = declaring.filter_map(|file| file.path.parent());
    let first = folders.next().unwrap_or(Path::new("")).to_owned();
    folders.fold(first, |common, folder| {
        let same = common.components().zip(folder.components()).take_while(|(a, b)| a == b);
        same.map(|(component, _)| component).collect()
    })
}

fn is_history(root: &Path, path: &Path) -> bool {
    path.strip_prefix(root).ok().and_then(Path::parent).is_some_and(|folders| {
        folders.components().any(|folder| match folder {
            Component::Normal(name) => name.to_string_lossy().starts_with("migration"),
            _ => false,
        })
    })
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// Reports problems of a module beside its entity: settings that SeaORM does not know, and entities that are not read.
fn remarks(module: &Module<'_>, is_in_scope: bool, output: &mut Output) {
    // Most files have neither, and looking through a text is little work beside looking at every item.
    let (enums, values) = (module.file.mentions("DeriveActiveEnum"), module.file.mentions("DeriveValueType"));
    for item in module.items {
        match item {
            syn::Item::Enum(item) if enums && derives(module.file, &item.attrs, "DeriveActiveEnum") => {
                enums::check(module.file, item, output)
            }
            syn::Item::Struct(item) if values && derives(module.file, &item.attrs, "DeriveValueType") => {
                Settings::read(module.file, &item.attrs, &[ON_VALUE], output);
            }
            syn::Item::Enum(item) if values && derives(module.file, &item.attrs, "DeriveValueType") => {
                Settings::read(module.file, &item.attrs, &[ON_VALUE], output);
            }
            // Beside a model, the `Entity` written out belongs to it.
            syn::Item::Struct(item)
                if module.entity.is_some_and(|entity| {
                    entity.ident != item.ident
                        && derives(module.file, &item.attrs, "DeriveEntity")
                        && !derives(module.file, &entity.attrs, "DeriveEntityModel")
                }) =>
            {
                let trouble =
                    SourceError::new(module.file.spot(&item.ident), "two entities are in one module", "the second");
                output.error(trouble.hint("give it a module of its own: `mod … { … }`"));
            }
            syn::Item::Macro(item) if is_in_scope && makes_entities(item) => {
                let trouble = SourceError::new(
                    module.file.spot(&item.mac.path),
                    "entities made by a macro are not read",
                    "makes an entity",
                );
                output.warning(
                    trouble.hint("write the entity out, or let SeaORM tell what is declared: `reader = \"compiled\"`"),
                );
            }
            _ => {}
        }
    }
}

/// Whether a macro with an entity in it is defined or called.
fn makes_entities(item: &syn::ItemMacro) -> bool {
    let text = item.mac.tokens.to_string();
    ["DeriveEntity", "sea_orm :: model", "sea_orm::model", "EntityTrait for"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
