//! Where the entities of a project are: in the modules of its crates, or in the folders that the configuration names.
//!
//! Must not know how an entity is read; which files are part of a program it is told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sea_gen_runner::files::{entries, list, read_text, read_text_if_there};
use sea_gen_runner::{Error, Result};

use crate::entity::packages::{Packages, plain};
use crate::entity::{Program, ROWS_FILE, SourceFile, SourceFiles};
use crate::schema::Product;

use super::{CONFIG_FILE, Project, parallel};

/// Where most projects have their entities: one of the first two, otherwise any of the others.
const WHOLE: [&str; 2] = ["entities", "entity"];
const PARTS: [&str; 2] = ["src/entities", "src/entity"];

/// How deep folders are searched: `crates/shop/src/models/_entities` and some more.
const DEPTH: usize = 8;

/// Folders without code of the program.
const LEFT_OUT: [&str; 5] = ["target", "node_modules", "tests", "benches", "examples"];

/// The places of the entities, as paths from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityPaths {
    /// Folders and files.
    pub paths: Vec<PathBuf>,
    /// Files with entities that are not part of the program: no `mod` declaration reaches them.
    pub unreached: Vec<PathBuf>,
}

impl EntityPaths {
    /// The path of the SQL file for a table and a product: beside the entity's file, or in the first folder of entities for
    /// an object of no entity. Where an entity's file is beside other code, the SQL file has the name of that file.
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
        // A folder may be still to be made.
        let folder = paths.iter().find(|path| root.join(path).is_dir() || !is_rust(path));
        let first = paths.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        folder.map_or_else(|| beside(first), |folder| folder.join(format!("schema.{key}.sql")))
    }
}

impl EntityPaths {
    /// The path of the file with the reference rows of a table: beside the entity's file, and where that is beside other code,
    /// with its name in front.
    pub fn rows_path(&self, entity: &Path, table: &str) -> PathBuf {
        match self.paths.iter().any(|path| path == entity) {
            true => {
                let stem = entity.file_stem().unwrap_or_default().to_string_lossy();
                entity.with_file_name(format!("{stem}.{table}{ROWS_FILE}"))
            }
            false => entity.with_file_name(format!("{table}{ROWS_FILE}")),
        }
    }
}

impl Project {
    /// Where the entities are: in the configured places, otherwise wherever a module of the project declares one.
    ///
    /// # Errors
    /// There are none, or a file cannot be read.
    pub fn find_entities(&self) -> Result<EntityPaths> {
        Ok(self.discover_entities()?.0)
    }

    /// Every Rust file of the project's crates, the SQL files beside its entities, sorted by path, and the `Cargo.toml`s.
    ///
    /// # Errors
    /// There are no entities, or a file cannot be read.
    pub fn entity_files(&self) -> Result<SourceFiles> {
        Ok(self.discover_entities()?.1)
    }

    /// Both.
    ///
    /// # Errors
    /// There are no entities, or a file cannot be read.
    pub fn discover_entities(&self) -> Result<(EntityPaths, SourceFiles)> {
        self.locate_entities()?
    }

    /// The same; `None` where there are no entities, or the configured place is still to be made.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn entities_if_there(&self) -> Result<Option<(EntityPaths, SourceFiles)>> {
        let configured = &self.config.entities;
        if !configured.is_empty() && configured.iter().all(|path| !self.root.join(path).exists()) {
            return Ok(None);
        }
        Ok(self.locate_entities()?.ok())
    }

    /// The folder for new entities, from the root: where the first ones are, otherwise the configured one, otherwise `entities`,
    /// in the sources of a crate.
    pub fn entities_folder(&self, found: Option<&EntityPaths>) -> PathBuf {
        let first = found.and_then(|found| found.paths.first()).or(self.config.entities.first());
        match first {
            Some(file) if is_rust(file) => file.parent().unwrap_or(Path::new("")).to_owned(),
            Some(folder) => self.inside_crate(folder.clone()),
            None if self.root.join("src").is_dir() => Path::new("src").join(WHOLE[0]),
            None => PathBuf::from(WHOLE[0]),
        }
    }

    /// Whether there are no sources here, only what applies migrations: an image for a deployment.
    pub fn is_without_sources(&self) -> bool {
        let is_missing = || self.configured().is_err() || matches!(self.locate_entities(), Ok(Err(_)));
        !self.root.join("Cargo.toml").exists() && is_missing()
    }

    /// Why a file is read for entities or not, in one or two sentences.
    ///
    /// # Errors
    /// There are no entities, or a file cannot be read.
    pub fn why(&self, file: &Path) -> Result<String> {
        let shown = file.display();
        let absolute = if file.is_absolute() { file.to_owned() } else { self.root.join(file) };
        if !absolute.is_file() {
            return Err(Error::new(format!("there is no file `{shown}`")).hint("name it from the project's folder"));
        }
        let path = plain(self.shown(&absolute));
        let files = self.sources()?.files;
        let program = Program::of(&files, &self.config.context);
        if let Some(why) = files.iter().find(|file| file.path == path).and_then(|file| program.why(file)) {
            return Ok(why);
        }
        let left_out = path.parent().into_iter().flat_map(Path::components).find_map(|folder| {
            let name = folder.as_os_str().to_string_lossy();
            (name.starts_with("migration") || name.starts_with('.') || LEFT_OUT.contains(&&*name))
                .then(|| name.into_owned())
        });
        let path = path.display();
        Ok(match left_out {
            Some(name) if name.starts_with("migration") => {
                format!("`{path}` is not read: it is in a folder of migrations, which hold former declarations")
            }
            Some(name) => format!("`{path}` is not read: folders called `{name}` hold no code of the program"),
            None => {
                format!("`{path}` is not read: it is in the sources of no crate of this project, and not in `entities`")
            }
        })
    }

    /// The inner error: there are no entities.
    fn locate_entities(&self) -> Result<Result<(EntityPaths, SourceFiles)>> {
        let Sources { files, places } = self.sources()?;
        let program = Program::of(&files, &self.config.context);
        let (reached, unreached): (Vec<_>, Vec<_>) = program.entity_files().partition(|file| file.reached);
        let unreached: Vec<PathBuf> = unreached.into_iter().map(|file| file.path).collect();
        let mut paths = match places {
            Some(places) => places,
            None => grouped(reached.into_iter().map(|file| file.path)),
        };
        if paths.is_empty() {
            paths = self.usual().into_iter().map(|path| self.inside_crate(path)).collect();
        }
        if paths.is_empty() {
            let error = Error::new("no entities found: no file here declares one by `DeriveEntityModel`");
            return Ok(Err(match unreached.first() {
                Some(file) => error.hint(format!(
                    "`{}` declares one, but no `mod` declaration reaches it: add `mod {};`",
                    file.display(),
                    file.file_stem().unwrap_or_default().to_string_lossy()
                )),
                None => {
                    error.hint(format!("say where they are, in {CONFIG_FILE}: `entities = [\"path/to/entities\"]`"))
                }
            }));
        }
        let mut beside = Vec::new();
        for path in &paths {
            gather(&self.root.join(path), &mut beside)?;
        }
        beside.retain(|path| path.extension().is_some_and(|extension| extension == "sql") || is_rows_file(path));
        beside.sort();
        beside.dedup();
        let read = |path: PathBuf| Ok(SourceFile { text: read_text(&path)?, path: self.shown(&path).to_owned() });
        let sidecars = parallel::map(beside, read).into_iter().collect::<Result<Vec<_>>>()?;
        let mut files = program.into_files(files);
        files.put_sidecars(&sidecars);
        files.sort();
        Ok(Ok((EntityPaths { paths, unreached }, files)))
    }

    /// The usual folders of entities that are there.
    fn usual(&self) -> Vec<PathBuf> {
        let is_there = |path: &&str| self.root.join(path).is_dir();
        match WHOLE.iter().find(|path| is_there(path)) {
            Some(folder) => vec![PathBuf::from(folder)],
            None => PARTS.iter().filter(|path| is_there(path)).map(PathBuf::from).collect(),
        }
    }

    /// A crate is read from its sources, not from its tests or its build script.
    fn inside_crate(&self, path: PathBuf) -> PathBuf {
        let is_crate = self.root.join(&path).join("Cargo.toml").is_file();
        let source = path.join("src");
        if is_crate && self.root.join(&source).is_dir() { source } else { path }
    }

    /// The configured places that are there. A file that was removed is none; a folder that was may be misspelt.
    fn configured(&self) -> Result<Option<Vec<PathBuf>>> {
        let configured = &self.config.entities;
        if configured.is_empty() {
            return Ok(None);
        }
        let is_file = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
        let is_missing = |path: &Path| !self.root.join(path).exists();
        let all_gone = configured.iter().all(|path| is_missing(path));
        if let Some(path) = configured.iter().find(|path| is_missing(path) && (all_gone || !is_file(path))) {
            return Err(Error::new(format!("the entities' folder `{}` does not exist", path.display()))
                .hint("correct `entities` in the configuration"));
        }
        let there = configured.iter().filter(|path| !is_missing(path));
        Ok(Some(there.map(|path| self.inside_crate(path.clone())).collect()))
    }

    /// All Rust files that may matter, and the `Cargo.toml`s.
    fn sources(&self) -> Result<Sources> {
        let configured = self.configured()?;
        let mut found = Found::default();
        search(&self.root, Path::new(""), DEPTH, &mut found)?;
        let starts = configured.clone().unwrap_or_else(|| vec![PathBuf::new()]);
        for start in &starts {
            let above = self.manifests_above(start);
            // The package of a place outside of the project's folder has its sources there.
            let nearest =
                above.first().and_then(|manifest| manifest.parent()).filter(|folder| folder.starts_with(".."));
            found.outside.extend(nearest.map(Path::to_owned));
            found.manifests.extend(above);
        }
        let mut manifests = self.read(std::mem::take(&mut found.manifests), false)?;
        self.follow_dependencies(&mut manifests, &mut found)?;

        let mut wanted = BTreeSet::new();
        let usual = if configured.is_none() { self.usual() } else { Vec::new() };
        for place in configured.iter().flatten().cloned().chain(usual.into_iter().map(|path| self.inside_crate(path))) {
            let mut inside = Vec::new();
            gather(&self.root.join(place), &mut inside)?;
            wanted.extend(inside.iter().map(|path| self.shown(path).to_owned()).filter(|path| is_rust(path)));
        }
        let has_packages = !manifests.is_empty();
        if !has_packages && !wanted.is_empty() {
            found.rust.clear();
        }
        let mut files = self.read(wanted.clone(), true)?;
        let others: BTreeSet<PathBuf> = found.rust.difference(&wanted).cloned().collect();
        files.extend(self.read(others, configured.is_none())?);
        files.extend(manifests);
        if has_packages {
            self.keep_sources(&mut files, &wanted)?;
        }
        // Without a crate, the usual folders are the places.
        let usual = || Some(self.usual()).filter(|usual| !has_packages && !usual.is_empty());
        Ok(Sources { files, places: configured.or_else(usual) })
    }

    /// Keeps the files below crate roots and those that are wanted, and adds the modules in other places.
    fn keep_sources(&self, files: &mut Vec<SourceFile>, wanted: &BTreeSet<PathBuf>) -> Result<()> {
        let packages = Packages::of(files, &self.config.context);
        let folders: BTreeSet<&Path> =
            packages.iter().flat_map(|package| &package.roots).filter_map(|root| root.parent()).collect();
        files.retain(|file| {
            !is_rust(&file.path)
                || wanted.contains(&file.path)
                || file.path.ancestors().skip(1).any(|folder| folders.contains(folder))
        });
        let mut known: BTreeSet<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let mut at = 0;
        while let Some(file) = files.get(at) {
            let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
            let elsewhere: Vec<PathBuf> =
                paths_in(&file.text).map(|path| self.config.context.relative_to_root(&folder.join(path))).collect();
            for path in elsewhere {
                if self.root.join(&path).is_file() && known.insert(path.clone()) {
                    files.extend(self.read(BTreeSet::from([path]), false)?);
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// The `Cargo.toml`s in a folder and above it, up to the border of the repository.
    fn manifests_above(&self, start: &Path) -> Vec<PathBuf> {
        let mut folder = plain(start);
        let mut found = Vec::new();
        loop {
            let manifest = folder.join("Cargo.toml");
            if self.root.join(&manifest).is_file() {
                found.push(manifest);
            }
            let absolute = self.root.join(&folder);
            let is_border = absolute.join(".git").exists();
            let is_top = absolute.canonicalize().is_ok_and(|path| path.parent().is_none());
            if is_border || is_top || folder.components().count() > DEPTH * 2 {
                return found;
            }
            folder = plain(&folder.join(".."));
        }
    }

    /// Adds the packages that others depend on by a path.
    fn follow_dependencies(&self, manifests: &mut Vec<SourceFile>, found: &mut Found) -> Result<()> {
        loop {
            let known: BTreeSet<PathBuf> = manifests.iter().map(|file| file.path.clone()).collect();
            let packages = Packages::of(manifests, &self.config.context);
            let missing: BTreeSet<PathBuf> = packages
                .iter()
                .flat_map(|package| package.local_dependencies())
                .map(|folder| folder.join("Cargo.toml"))
                .filter(|manifest| !known.contains(manifest) && self.root.join(manifest).is_file())
                .collect();
            found.outside.extend(missing.iter().filter_map(|path| path.parent()).map(Path::to_owned));
            for folder in std::mem::take(&mut found.outside) {
                let is_migration = folder.file_name().is_some_and(|name| is_for_migrations(&name.to_string_lossy()));
                if !is_migration && found.folders.insert(folder.clone()) {
                    search(&self.root, &folder, DEPTH, found)?;
                }
            }
            found.manifests.clear();
            if missing.is_empty() {
                return Ok(());
            }
            manifests.extend(self.read(missing, false)?);
        }
    }

    /// Reads files. Those that only explain names may be unreadable.
    fn read(&self, paths: BTreeSet<PathBuf>, is_needed: bool) -> Result<Vec<SourceFile>> {
        let read = |path: PathBuf| read_text(&self.root.join(&path)).map(|text| SourceFile { path, text });
        let files: Vec<Result<SourceFile>> = parallel::map(paths.into_iter().collect(), read);
        match is_needed {
            true => files.into_iter().collect(),
            false => Ok(files.into_iter().flatten().collect()),
        }
    }
}

/// All files, and the places of the entities where they are not found by modules.
struct Sources {
    files: Vec<SourceFile>,
    places: Option<Vec<PathBuf>>,
}

/// The files of a search, as paths from the root.
#[derive(Default)]
struct Found {
    rust: BTreeSet<PathBuf>,
    manifests: BTreeSet<PathBuf>,
    /// Folders of packages that are still to be searched.
    outside: BTreeSet<PathBuf>,
    /// Those that were searched.
    folders: BTreeSet<PathBuf>,
}

/// The folders of entities, and single files beside other code.
fn grouped(files: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
    for file in files {
        let folder = file.parent().unwrap_or(&file).to_owned();
        paths.insert(if is_for_entities(&folder) { folder } else { file });
    }
    let is_inside = |path: &Path| path.ancestors().skip(1).any(|above| paths.contains(above));
    paths.iter().filter(|path| !is_inside(path)).cloned().collect()
}

/// Whether a folder is there for entities: by its name, or as the `src` of a crate with such a name. In any other folder an
/// entity is beside other code, and only its file counts.
fn is_for_entities(folder: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_named_so = |name: &str| {
        let name = name.trim_start_matches('_');
        ["entity", "entities", "model", "models"]
            .iter()
            .any(|word| name == *word || name.ends_with(&format!("_{word}")) || name.ends_with(&format!("-{word}")))
    };
    let own = name(folder);
    let above = folder.parent().map(name).unwrap_or_default();
    is_named_so(&own) || (own == "src" && is_named_so(&above))
}

fn is_for_migrations(name: &str) -> bool {
    name.starts_with("migration")
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// The paths that `#[path = "…"]` attributes and `include!("…")` of a text name.
fn paths_in(text: &str) -> impl Iterator<Item = &str> {
    let attributes = text.split("#[path").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('='));
    let includes = text.split("include!(").skip(1);
    attributes.chain(includes).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
}

/// Searches a folder. Build output, hidden folders, tests, migrations and packages of other languages are left out; a link
/// is not followed, because it may lead around in a circle.
fn search(root: &Path, folder: &Path, depth: usize, found: &mut Found) -> Result<()> {
    for entry in entries(&root.join(folder))? {
        let name = entry.name().to_string_lossy();
        if name.starts_with('.') || entry.is_link() {
            continue;
        }
        let path = folder.join(&*name);
        if entry.is_folder() {
            let is_cache = || read_text_if_there(&entry.path.join("CACHEDIR.TAG")).is_ok_and(|tag| tag.is_some());
            if depth > 0 && !LEFT_OUT.contains(&&*name) && !is_for_migrations(&name) && !is_cache() {
                search(root, &path, depth - 1, found)?;
            }
        } else if is_rust(&path) {
            found.rust.insert(path);
        } else if name == "Cargo.toml" {
            found.manifests.insert(path);
        }
    }
    Ok(())
}

fn is_rows_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ROWS_FILE))
}

/// Adds the entity files at `path`, which is a file or a folder: `*.rs`, `*.sql` and `*.rows.json`. Build output, hidden folders and folders
/// of migrations are left out.
fn gather(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        // Only what is called like it belongs to a single file.
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for beside in list(path.parent().unwrap_or(path))? {
            let name = beside.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let rest = name.strip_suffix(".sql").and_then(|name| name.strip_prefix(&stem));
            if rest
                .is_some_and(|rest| rest.is_empty() || Product::ALL.iter().any(|it| rest == format!(".{}", it.key())))
            {
                found.push(beside);
                continue;
            }
            let rest = name.strip_suffix(ROWS_FILE).and_then(|name| name.strip_prefix(&stem));
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                found.push(beside);
            }
        }
        return Ok(());
    }
    for entry in entries(path)? {
        let name = entry.name().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it may lead around in a circle.
        if entry.is_folder() {
            if !entry.is_link() && name != "target" && !is_for_migrations(&name) {
                gather(&entry.path, found)?;
            }
        } else if entry.path.extension().is_some_and(|extension| extension == "rs" || extension == "sql")
            || is_rows_file(&entry.path)
        {
            found.push(entry.path);
        }
    }
    Ok(())
}
