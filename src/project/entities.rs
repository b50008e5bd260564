//! Finds the entities of a project: in the configured folders, otherwise in the usual ones, otherwise by a search.
//!
//! Must not know how an entity is read; a file with one is recognised by a keyword.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sea_gen_runner::files::{entries, read_text};
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{CONFIG_FILE, Project};

/// The usual folders: one of the first two, otherwise any of the others.
const WHOLE: [&str; 2] = ["entities", "entity"];
const PARTS: [&str; 2] = ["src/entities", "src/entity"];

/// How deep folders are searched: `crates/shop/src/models/_entities` and some more.
const DEPTH: usize = 8;

/// Keywords by which a file declares an entity, or a type of its columns.
const ENTITY: [&str; 3] = ["DeriveEntityModel", "DeriveEntity,", "DeriveEntity)"];
const VALUE: [&str; 2] = ["DeriveActiveEnum", "DeriveValueType"];

/// The result of the search, as paths from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityPaths {
    /// Folders and files.
    pub paths: Vec<PathBuf>,
    /// Whether they were found by a search: neither configured nor in a usual folder.
    pub searched: bool,
}

impl EntityPaths {
    /// The path of the sidecar of a table for a product: beside the entity's file, or in the first folder of entities if it
    /// belongs to no entity. If an entity's file is among other code, the sidecar has its name.
    pub fn sidecar_path(&self, root: &Path, entity: Option<(&Path, &str)>, product: Product) -> PathBuf {
        let Self { paths, .. } = self;
        let key = product.key();
        let beside = |file: &Path| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            file.with_file_name(format!("{stem}.{key}.sql"))
        };
        if let Some((file, table)) = entity {
            return match paths.iter().any(|path| path == file) {
                true => beside(file),
                false => file.with_file_name(format!("{table}.{key}.sql")),
            };
        }
        let folder = paths.iter().find(|path| root.join(path).is_dir());
        let first = paths.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        folder.map_or_else(|| beside(first), |folder| folder.join(format!("schema.{key}.sql")))
    }
}

impl Project {
    /// Finds the entities: in the configured folders, otherwise in the usual ones, otherwise by a search. Paths from the root.
    ///
    /// # Errors
    /// There are none.
    pub fn find_entities(&self) -> Result<EntityPaths> {
        if !self.config.entities.is_empty() {
            let paths = self.config.entities.clone();
            if let Some(path) = paths.iter().find(|path| !self.root.join(path).exists()) {
                return Err(Error::new(format!("the entities' folder `{}` does not exist", path.display()))
                    .hint("correct `entities` in the configuration"));
            }
            return Ok(EntityPaths { paths: self.sources(paths), searched: false });
        }
        let there = |path: &&str| self.root.join(path).is_dir();
        let usual: Vec<PathBuf> = match WHOLE.iter().find(|path| there(path)) {
            Some(folder) => vec![PathBuf::from(folder)],
            None => PARTS.iter().filter(|path| there(path)).map(PathBuf::from).collect(),
        };
        if !usual.is_empty() {
            return Ok(EntityPaths { paths: self.sources(usual), searched: false });
        }
        let mut found = Found::default();
        search(&self.root, DEPTH, &mut found)?;
        let paths = found.paths().into_iter().map(|path| self.shown(&path).to_owned()).collect::<Vec<_>>();
        if paths.is_empty() {
            return Err(Error::new("no entities found: no file here declares one by `DeriveEntityModel`")
                .hint(format!("say where they are, in {CONFIG_FILE}: `entities = [\"path/to/entities\"]`")));
        }
        Ok(EntityPaths { paths, searched: true })
    }

    /// Whether there are migrations but no sources, as in a deployment image.
    pub fn is_without_sources(&self) -> bool {
        !self.root.join("Cargo.toml").exists() && self.find_entities().is_err()
    }

    /// A crate is read from its sources, not from its tests or its build script.
    fn sources(&self, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        let source = |path: PathBuf| {
            let crate_like = self.root.join(&path).join("Cargo.toml").is_file();
            let source = path.join("src");
            if crate_like && self.root.join(&source).is_dir() { source } else { path }
        };
        paths.into_iter().map(source).collect()
    }
}

#[derive(Default)]
struct Found {
    entities: BTreeSet<PathBuf>,
    /// Files with enums and newtypes but no entity. Columns may be of these types, wherever they are.
    values: BTreeSet<PathBuf>,
}

impl Found {
    /// The folders of entities, and single files beside other code.
    fn paths(self) -> Vec<PathBuf> {
        let Self { entities, values } = self;
        let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
        for file in entities {
            let folder = file.parent().unwrap_or(&file).to_owned();
            paths.insert(if is_for_entities(&folder) { folder } else { file });
        }
        let inside =
            |paths: &BTreeSet<PathBuf>, path: &Path| path.ancestors().skip(1).any(|above| paths.contains(above));
        if !paths.is_empty() {
            for file in values {
                if !inside(&paths, &file) {
                    paths.insert(file);
                }
            }
        }
        paths.iter().filter(|path| !inside(&paths, path)).cloned().collect()
    }
}

/// Whether a folder is for entities: it has such a name, or it is the `src` of a crate that has one. In any other folder an
/// entity is among other code, and only its file counts.
fn is_for_entities(folder: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let called_so = |name: &str| {
        let name = name.trim_start_matches('_');
        ["entity", "entities", "model", "models"]
            .iter()
            .any(|word| name == *word || name.ends_with(&format!("_{word}")) || name.ends_with(&format!("-{word}")))
    };
    let own = name(folder);
    let above = folder.parent().map(name).unwrap_or_default();
    called_so(&own) || (own == "src" && called_so(&above))
}

/// Searches a folder. Build output, hidden folders, tests, migrations and packages of other languages are left out; a link
/// is not followed, because it may be circular.
fn search(folder: &Path, depth: usize, found: &mut Found) -> Result<()> {
    const LEFT_OUT: [&str; 5] = ["target", "node_modules", "tests", "benches", "examples"];
    for entry in entries(folder)? {
        let name = entry.name().to_string_lossy();
        if name.starts_with('.') || entry.is_link() {
            continue;
        }
        if entry.is_folder() {
            if depth > 0 && !LEFT_OUT.contains(&&*name) && !name.starts_with("migration") {
                search(&entry.path, depth - 1, found)?;
            }
        } else if entry.path.extension().is_some_and(|extension| extension == "rs") {
            let Ok(text) = read_text(&entry.path) else { continue };
            if ENTITY.iter().any(|word| text.contains(word)) {
                found.entities.insert(entry.path);
            } else if VALUE.iter().any(|word| text.contains(word)) {
                found.values.insert(entry.path);
            }
        }
    }
    Ok(())
}
