//! Finds the application's own migrations in the repository: the modules that each `Migrator` lists, and their files.
//!
//! Must not know which of them were applied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::files::{entries, read_text_if_there};

use crate::entity::migrator::{is_migration_name, listed_migrations, own_name};

use super::registered::is_registered;

use super::Project;

/// Folders that hold no code of the program.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// How deep folders are searched.
const DEPTH: usize = 8;

impl Project {
    /// The files of the migrators of the cargo workspace.
    ///
    /// # Errors
    /// A file or a folder cannot be read.
    pub(super) fn migrators(&self) -> Result<Vec<PathBuf>> {
        let mut found = Found::default();
        found.search(&self.workspace_root()?, DEPTH)?;
        Ok(found.migrators.into_keys().collect())
    }

    /// The names of the application's own migrations, a list for each migrator of the cargo workspace. Where a migrator does not
    /// list them in its text, they are all those in its folder. Those that `gen` registered are left out.
    ///
    /// # Errors
    /// A file or a folder cannot be read.
    pub fn own_migrations(&self) -> Result<Vec<Vec<String>>> {
        let mut found = Found::default();
        found.search(&self.workspace_root()?, DEPTH)?;
        let Found { migrators, mut modules } = found;
        let mut lists = Vec::new();
        for (file, listed) in migrators {
            let folder = file.parent().unwrap_or(&file).to_owned();
            let below: BTreeMap<String, PathBuf> = modules
                .iter()
                .filter(|(_, path)| path.starts_with(&folder))
                .map(|(n, p)| (n.clone(), p.clone()))
                .collect();
            modules.retain(|(_, path)| !path.starts_with(&folder));
            lists.push((below, listed));
        }
        // A migrator may be expanded from a macro: then its modules are beside one another.
        let mut beside: BTreeMap<PathBuf, BTreeMap<String, PathBuf>> = BTreeMap::new();
        for (name, path) in modules {
            let is_folder = path.file_name().is_some_and(|file| file == "mod.rs");
            let folder = path.ancestors().nth(if is_folder { 2 } else { 1 }).unwrap_or(&path).to_owned();
            beside.entry(folder).or_default().insert(name, path);
        }
        lists.extend(beside.into_values().map(|below| (below, None)));
        lists.into_iter().map(|(below, listed)| names(&below, listed)).collect()
    }

    /// The files of the cargo workspace that define migrations or a migrator, sorted by path.
    ///
    /// # Errors
    /// A file or a folder cannot be read.
    pub fn migration_code(&self) -> Result<Vec<MigrationCode>> {
        let mut found = Vec::new();
        code_in(&self.workspace_root()?, DEPTH, &mut found)?;
        let bases: Vec<(PathBuf, bool)> = found
            .iter()
            .filter(|(_, text)| text.contains("MigratorTrait for"))
            .map(|(path, _)| {
                let is_root = is_module_root(path);
                let base = if is_root { path.parent().unwrap_or(path).to_owned() } else { path.with_extension("") };
                let is_crate = is_root && base.ends_with("src") && base.with_file_name("Cargo.toml").exists();
                (base, is_crate)
            })
            .collect();
        let mut code = Vec::new();
        for (path, text) in found {
            let around = bases.iter().filter(|(base, _)| path.starts_with(base) || path.with_extension("") == *base);
            let nearest = around.max_by_key(|(base, _)| base.components().count());
            let beside = (path.parent().unwrap_or(&path).to_owned(), false);
            let (base, is_own_crate) = nearest.unwrap_or(&beside);
            let below = path.strip_prefix(base).map_or(0, |below| below.components().count());
            let depth = if is_module_root(&path) { below.saturating_sub(1) } else { below };
            let name = own_name(&text).or_else(|| module_name(&path));
            code.push(MigrationCode { depth, is_own_crate: *is_own_crate, name: name.unwrap_or_default(), path, text });
        }
        code.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(code)
    }

    /// The folder of the cargo workspace that the project is in, otherwise its own.
    fn workspace_root(&self) -> Result<PathBuf> {
        let mut root = self.root.clone();
        for folder in self.root.ancestors() {
            let manifest = read_text_if_there(&folder.join("Cargo.toml"))?;
            if manifest.is_some_and(|text| text.lines().any(|line| line.trim().starts_with("[workspace"))) {
                root = folder.to_owned();
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(root)
    }
}

/// A file that defines migrations or a migrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationCode {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The name by which the history of SeaORM knows its migration.
    pub name: String,
    /// How many modules it is below that of the migrator.
    pub depth: usize,
    /// Whether its crate begins at the migrator, so that there is nothing but migrations in it.
    pub is_own_crate: bool,
}

/// Folders whose migrations no application runs.
const FOR_TESTS: [&str; 2] = ["tests", "benches"];

fn code_in(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, String)>) -> Result<()> {
    for entry in entries(folder)? {
        let name = entry.name().to_string_lossy();
        if name.starts_with('.') || entry.is_link() {
            continue;
        }
        if entry.is_folder() {
            let is_left_out = LEFT_OUT.contains(&&*name) || FOR_TESTS.contains(&&*name);
            if depth > 0 && !is_left_out && !entry.path.join("CACHEDIR.TAG").exists() {
                code_in(&entry.path, depth - 1, found)?;
            }
        } else if name.ends_with(".rs")
            && let Ok(Some(text)) = read_text_if_there(&entry.path)
            && (text.contains("MigrationTrait for") && !is_registered(&text) || text.contains("MigratorTrait for"))
        {
            found.push((entry.path.clone(), text));
        }
    }
    Ok(())
}

fn is_module_root(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib" || stem == "main")
}

/// The name of the module that a file is.
fn module_name(path: &Path) -> Option<String> {
    let named = if is_module_root(path) { path.parent()?.file_name()? } else { path.file_stem()? };
    Some(named.to_string_lossy().into_owned())
}

/// The names by which the history knows the migrations of modules.
fn names(modules: &BTreeMap<String, PathBuf>, listed: Option<Vec<String>>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for module in listed.unwrap_or_else(|| modules.keys().cloned().collect()) {
        let text = match modules.get(&module) {
            Some(path) => read_text_if_there(path)?,
            None => None,
        };
        if !text.as_deref().is_some_and(is_registered) {
            names.push(text.as_deref().and_then(own_name).unwrap_or(module));
        }
    }
    Ok(names)
}

#[derive(Default)]
struct Found {
    /// The file of each migrator, and the modules that it lists.
    migrators: BTreeMap<PathBuf, Option<Vec<String>>>,
    /// Modules that are named as migrations, with their files.
    modules: BTreeSet<(String, PathBuf)>,
}

impl Found {
    fn search(&mut self, folder: &Path, depth: usize) -> Result<()> {
        for entry in entries(folder)? {
            let name = entry.name().to_string_lossy();
            if name.starts_with('.') || entry.is_link() {
                continue;
            }
            if entry.is_folder() {
                let module = entry.path.join("mod.rs");
                if is_migration_name(&name) && module.exists() {
                    self.modules.insert((name.into_owned(), module));
                } else if depth > 0 && !LEFT_OUT.contains(&&*name) && !entry.path.join("CACHEDIR.TAG").exists() {
                    self.search(&entry.path, depth - 1)?;
                }
                continue;
            }
            let Some(stem) = name.strip_suffix(".rs") else { continue };
            if is_migration_name(stem) {
                self.modules.insert((stem.to_owned(), entry.path.clone()));
            } else if let Ok(Some(text)) = read_text_if_there(&entry.path)
                && text.contains("MigratorTrait for")
            {
                self.migrators.insert(entry.path.clone(), listed_migrations(&text));
            }
        }
        Ok(())
    }
}
