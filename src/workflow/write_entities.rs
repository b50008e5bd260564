//! `gen entities --write`: writes entities for the tables of a database, and the SQL beside them that says what they cannot.
//!
//! What people added to files stays: tables and fields that are there are left as they are. Must not know how an entity is spelled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sea_gen_runner::Error;
use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::session::Missing;

use crate::diff::diff;
use crate::entity::{Model, SourceFile, SourceFiles};
use crate::introspect::Unmanaged;
use crate::plan::Plan;
use crate::project::{Batch, EntityPaths, EntityReader, FileChange};
use crate::schema::{Name, ObjectName, Origin, Place, Product, Schema};
use crate::state;
use crate::write::entities::{
    self, ENUMS_MODULE, EntityModule, EntityModules, EntityStyle, FoundFormat, comment_on_enum, format_of, with_fields,
    with_lines,
};

use super::{Failure, Live, Workspace, adopt, import};

/// What is to be written.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// How.
    pub style: EntityStyle,
    /// The folder of new files, from the project's root; where the entities are if absent.
    pub folder: Option<PathBuf>,
}

/// What was written.
pub struct WrittenEntities {
    /// The product of the database.
    pub product: Product,
    /// The files, from the project's root.
    pub files: Vec<(PathBuf, FileChange)>,
    /// Columns that got a field in a model that was there.
    pub fields: Vec<Place>,
    /// Declared tables and columns that the database does not have. They were left as they are.
    pub gone: Vec<Place>,
    /// Columns of models whose columns are written out in Rust: an SQL file declares them, and a person adds the field.
    pub by_hand: Vec<Place>,
    /// Tables without a primary key: an SQL file declares them.
    pub without_key: Vec<ObjectName>,
    /// What the database has and no project manages, such as virtual tables of SQLite.
    pub unmanaged: Vec<Unmanaged>,
    /// What neither entities nor SQL files can say.
    pub unsaid: Vec<Place>,
    /// What the files that were there say otherwise than the database: the way from the database to the files.
    pub differences: Plan,
    /// The folder of the entities, if no `mod` declaration reaches it yet.
    pub unreached: Option<PathBuf>,
}

/// Writes entities for the tables of the project's database.
///
/// # Errors
/// The database cannot be read; the entities that are there cannot be read; a file is in the way. Then nothing is written.
pub async fn write(workspace: &mut Workspace, request: &Request) -> Result<WrittenEntities, Failure> {
    if workspace.project.config.reader == EntityReader::Compiled {
        return Err(Error::new(
            "entities are written from their source text, and the configuration asks for `reader = \"compiled\"`",
        )
        .hint("take `reader` out of the configuration while entities are written")
        .into());
    }
    // A project that is not set up takes the dialect of its database.
    let live = match workspace.lock {
        None => workspace.database_to_adopt(&adopt::Request::default()).await?,
        Some(_) => None,
    };
    let mut live = match live {
        Some(live) => live,
        None => workspace.required(Missing::Refuse).await?,
    };
    let product = live.product();
    let there = workspace.project.entities_if_there()?;
    let is_new = there.is_none();
    let folder = match &request.folder {
        Some(folder) => folder.clone(),
        None => workspace.project.entities_folder(there.as_ref().map(|(found, _)| found)),
    };
    let (mut found, files) = there.unwrap_or_default();
    if found.paths.is_empty() {
        found.paths.push(folder.clone());
    }
    let model = match is_new {
        true => Model::default(),
        false => workspace.model(&files, product).await?.0,
    };
    let schema = live.schema.schema();
    let written = entities::entities(product, schema, request.style);
    let mut draft = Draft { workspace, product, folder, files: files.to_vec(), changed: BTreeSet::new() };
    draft.new_entities(&written, &model)?;
    draft.comments_of_enums(&written, &model, schema, &found.sidecar_path(workspace.root(), None, product))?;
    let (fields, by_hand) = draft.new_fields(&written, &model, schema)?;
    let Draft { files: drafted, changed, folder, .. } = draft;
    let files = SourceFiles::of(drafted);
    let imported = import::import(workspace, (&found, &files), &live).await?;
    let differences = differences(workspace, &files, &imported.files, &live).await?;
    let mut batch = Batch::new(workspace.root());
    let texts = files.iter().filter(|file| changed.contains(&file.path)).chain(&imported.files);
    texts.for_each(|file| batch.write(&file.path, file.text.clone()));
    let result = WrittenEntities {
        product,
        files: batch.commit()?,
        fields,
        gone: gone(&model, schema),
        by_hand,
        without_key: written.without_key,
        unmanaged: std::mem::take(&mut live.unmanaged),
        unsaid: imported.unsaid,
        differences,
        unreached: workspace
            .project
            .entities_if_there()?
            .is_none_or(|(found, _)| is_unreached(&found, &folder))
            .then_some(folder),
    };
    live.session.close().await;
    Ok(result)
}

fn is_unreached(found: &EntityPaths, folder: &Path) -> bool {
    found.unreached.iter().any(|path| path.starts_with(folder))
}

/// Files as they will be.
struct Draft<'w> {
    workspace: &'w Workspace,
    product: Product,
    folder: PathBuf,
    files: Vec<SourceFile>,
    changed: BTreeSet<PathBuf>,
}

impl Draft<'_> {
    /// Files for the tables that no code declares, and the lines that make them part of the program.
    fn new_entities(&mut self, written: &EntityModules, model: &Model) -> Result<(), Failure> {
        let is_new = |entity: &&EntityModule| !model.schema().tables.contains_key(&entity.table);
        let new: Vec<&EntityModule> = written.entities.iter().filter(is_new).collect();
        for entity in &new {
            self.create(&entity.file_name(), entity.text.clone())?;
        }
        let uses_enum = |name: &str| {
            let path = format!("{ENUMS_MODULE}::{name}");
            new.iter().any(|entity| entity.text.contains(&path))
                || written.entities.iter().any(|entity| entity.fields.values().any(|field| field.contains(&path)))
        };
        let has_enums = self.enums(written, &uses_enum)?;
        let mut modules: Vec<String> = new.iter().map(|entity| entity.declaration()).collect();
        let names: Vec<String> = new.iter().map(|entity| entity.prelude()).collect();
        if new.is_empty() && !has_enums {
            return Ok(());
        }
        if has_enums {
            modules.push(format!("pub mod {ENUMS_MODULE};"));
        }
        match self.module_file() {
            Some(path) => {
                if self.text(&self.folder.join("prelude.rs"))?.is_some() {
                    self.add_lines(&self.folder.join("prelude.rs"), &names)?;
                }
                self.add_lines(&path, &modules)
            }
            None => {
                let names = names.join("\n");
                self.create("prelude.rs", format!("//! The entities by the names of their tables.\n\n{names}\n"))?;
                let modules = modules.join("\n");
                self.create("mod.rs", format!("//! The entities.\n\npub mod prelude;\n\n{modules}\n"))
            }
        }
    }

    /// Adds the active enums that are used and not there yet. Whether their file is new.
    fn enums(&mut self, written: &EntityModules, is_used: &dyn Fn(&str) -> bool) -> Result<bool, Failure> {
        let path = self.folder.join(format!("{ENUMS_MODULE}.rs"));
        let there = self.text(&path)?;
        let known = there.as_deref().unwrap_or_default();
        let is_new = |name: &str| is_used(name) && !known.contains(&format!("enum {name} "));
        let new: Vec<_> = written.enums.iter().filter(|item| is_new(&item.name)).cloned().collect();
        if new.is_empty() {
            return Ok(false);
        }
        match &there {
            Some(text) => {
                let added: Vec<&str> = new.iter().map(|item| item.text.as_str()).collect();
                self.put(&path, format!("{}\n\n{}", text.trim_end(), added.join("\n")));
            }
            None => self.put(&path, EntityModules { enums: new, ..written.clone() }.enums_text()),
        }
        Ok(there.is_none())
    }

    /// What no active enum can say of its type.
    fn comments_of_enums(
        &mut self,
        written: &EntityModules,
        model: &Model,
        schema: &Schema,
        sidecar: &Path,
    ) -> Result<(), Failure> {
        let is_used = |name: &ObjectName| written.uses_enum(name) && !model.schema().enums.contains_key(name);
        let commented = schema.enums.values().filter(|value| value.comment.is_some() && is_used(&value.name));
        let statements: Vec<String> = commented.filter_map(|value| comment_on_enum(self.product, value)).collect();
        if statements.is_empty() {
            return Ok(());
        }
        let before = self.text(sidecar)?.map(|text| format!("{}\n\n", text.trim_end())).unwrap_or_default();
        self.put(sidecar, format!("{before}{}", statements.concat()));
        Ok(())
    }

    /// Fields for the columns that the models of the code do not have; and the columns for which a person adds one.
    fn new_fields(
        &mut self,
        written: &EntityModules,
        model: &Model,
        schema: &Schema,
    ) -> Result<(Vec<Place>, Vec<Place>), Failure> {
        let (mut fields, mut by_hand) = (Vec::new(), Vec::new());
        for entity in &written.entities {
            let (Some(declared), Some(table)) =
                (model.schema().tables.get(&entity.table), schema.tables.get(&entity.table))
            else {
                continue;
            };
            let is_new = |column: &&Name| !declared.columns.contains_key(*column);
            let new: Vec<&Name> = table.columns.keys().filter(is_new).collect();
            let of_rust = |place: Place| {
                let source = model.sources.get(&place)?;
                (source.origin == Origin::Entity).then(|| (source.file.to_path_buf(), source.line))
            };
            let mut sources = declared.columns.keys().map(|column| Place::column(&entity.table, column));
            let Some((path, line)) = sources.find_map(of_rust).filter(|_| !new.is_empty()) else { continue };
            let places = new.iter().map(|column| Place::column(&entity.table, column));
            let text = self.text(&path)?.unwrap_or_default();
            let added: Vec<String> = new.iter().filter_map(|column| entity.fields.get(*column).cloned()).collect();
            match with_fields(&text, line, &added).filter(|_| format_of(&text, line) == FoundFormat::Model) {
                Some(text) => {
                    fields.extend(places);
                    self.put(&path, text);
                }
                None => by_hand.extend(places),
            }
        }
        Ok((fields, by_hand))
    }

    /// The file that declares the modules of the folder.
    fn module_file(&self) -> Option<PathBuf> {
        let inside = ["mod.rs", "lib.rs"].map(|name| self.folder.join(name));
        let beside = self.folder.with_extension("rs");
        inside.into_iter().chain([beside]).find(|path| self.workspace.root().join(path).is_file())
    }

    fn text(&self, path: &Path) -> Result<Option<String>, Failure> {
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => Ok(Some(file.text.clone())),
            None => Ok(read_text_if_there(&self.workspace.root().join(path))?),
        }
    }

    fn add_lines(&mut self, path: &Path, lines: &[String]) -> Result<(), Failure> {
        let text = self.text(path)?.unwrap_or_default();
        let new: Vec<String> = lines.iter().filter(|line| !text.contains(line.as_str())).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let added = with_lines(&text, &new).ok_or_else(|| {
            Error::new(format!("`{}` is no Rust that can be read", path.display()))
                .hint(format!("add these lines yourself: {}", new.join(" ")))
        })?;
        self.put(path, added);
        Ok(())
    }

    /// Adds a new file of the folder.
    fn create(&mut self, name: &str, text: String) -> Result<(), Failure> {
        let path = self.folder.join(name);
        if self.text(&path)?.is_some() {
            return Err(Error::new(format!("`{}` is in the way: it is there, and no part of the program", path.display()))
                .hint(format!("declare the folder's module where the program begins, `mod {};`, or write somewhere else: `--output-dir FOLDER`",
                    self.folder.file_name().unwrap_or_default().to_string_lossy()))
                .into());
        }
        self.put(&path, text);
        Ok(())
    }

    fn put(&mut self, path: &Path, text: String) {
        self.files.retain(|file| file.path != path);
        self.files.push(SourceFile { path: path.to_owned(), text });
        self.changed.insert(path.to_owned());
    }
}

/// What leads from the database to what the files declare.
async fn differences(
    workspace: &Workspace,
    files: &SourceFiles,
    sidecars: &[SourceFile],
    live: &Live,
) -> Result<Plan, Failure> {
    let mut all = SourceFiles::of(files.to_vec());
    all.put_sidecars(sidecars);
    let (model, _) = workspace.model(&all, live.product()).await?;
    let nobody = state::adopted(live.schema.schema());
    let target = workspace.target(live.product(), &model, &live.schema, &nobody)?;
    Ok(diff(&live.schema, &target.schema, &target.renames))
}

/// Declared tables and columns that the database does not have.
fn gone(model: &Model, schema: &Schema) -> Vec<Place> {
    let mut gone = Vec::new();
    for declared in model.schema().tables.values() {
        let Some(table) = schema.tables.get(&declared.name) else {
            gone.push(Place::table(&declared.name));
            continue;
        };
        let missing = declared.columns.keys().filter(|column| !table.columns.contains_key(*column));
        gone.extend(missing.map(|column| Place::column(&declared.name, column)));
    }
    let is_kept = |name: &ObjectName| schema.kept.objects().is_some_and(|kept| kept.tables.contains_key(name));
    gone.retain(|place| !is_kept(place.object()));
    gone
}
