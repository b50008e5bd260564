//! Which files are part of the program, and why.
//!
//! Must not know what an entity declares.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::outline::Standing;
use super::packages::Packages;
use super::reading::{Surveyed, survey};
use super::source::Output;
use super::{Context, SourceFile, SourceFiles, common_folder, has_extension, inputs, is_history};

/// The Rust files of a project, and how the modules reach them.
pub struct Program {
    files: Vec<Examined>,
    /// `None` where a thread of the survey ended early: reading reports it.
    surveyed: Option<Surveyed>,
    migrators: Vec<Vec<String>>,
}

/// One file.
struct Examined {
    path: PathBuf,
    /// Whether an item in it is an entity.
    declares: bool,
    in_scope: bool,
    standing: Option<Standing>,
    module: Vec<String>,
    is_history: bool,
}

/// A file with entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityFile {
    /// Its path.
    pub path: PathBuf,
    /// Whether it is part of the program: a `mod` reaches it, or no crate root is known for it.
    pub reached: bool,
}

impl Program {
    /// Examines some files; their `Cargo.toml`s are among them.
    pub fn of(files: &[SourceFile], context: &Context) -> Self {
        let packages = Packages::of(files, context);
        let inputs = inputs(files, context, &packages);
        let mut output = Output::default();
        let surveyed = survey(&inputs, packages, &mut output);
        let outline = &surveyed.outline;
        let paths: Vec<&Path> = inputs.iter().map(|input| input.source.path.as_path()).collect();
        let root = common_folder(files);
        let mut whole: HashMap<&Path, usize> = HashMap::new();
        let mut declaring: HashSet<&Path> = HashSet::new();
        for (at, module) in outline.modules.iter().enumerate() {
            let Some(path) = paths.get(module.file) else { continue };
            if module.inside.is_empty() {
                whole.insert(path, at);
            }
            if module.entity.is_some() {
                declaring.insert(path);
            }
        }
        let examined = files.iter().filter(|file| has_extension(&file.path, "rs")).map(|file| {
            let path = file.path.as_path();
            Examined {
                path: file.path.clone(),
                declares: declaring.contains(path),
                in_scope: context.is_in_scope(&file.path),
                standing: whole.get(path).map(|at| outline.standing(*at, &paths)),
                module: super::outline::module_path(&file.path),
                is_history: is_history(&root, &file.path),
            }
        });
        let (files, migrators) = (examined.collect(), surveyed.migrators.clone());
        Self { files, surveyed: Some(surveyed).filter(|_| output.diagnostics.is_empty()), migrators }
    }

    /// The examined files, for reading.
    pub fn into_files(self, files: Vec<SourceFile>) -> SourceFiles {
        SourceFiles::new(files, self.surveyed)
    }

    /// The files with entities, in the order of the files.
    pub fn entity_files(&self) -> impl Iterator<Item = EntityFile> {
        self.files.iter().filter(|file| file.declares && file.in_scope).filter_map(|file| {
            let reached = match file.standing.as_ref()? {
                Standing::Root | Standing::Reached(..) | Standing::Loose => true,
                Standing::Unreached => false,
                Standing::Disabled => return None,
            };
            Some(EntityFile { path: file.path.clone(), reached })
        })
    }

    /// Why a file is read for entities or not, in one or two sentences. `None`: it is not among the examined files.
    pub fn why(&self, source: &SourceFile) -> Option<String> {
        let file = self.files.iter().find(|file| file.path == source.path)?;
        let has = |word: &str| source.text.contains(word);
        let shown = source.path.display();
        if file.is_history {
            return Some(format!(
                "`{shown}` is not read: it is in a folder of migrations, which hold former declarations"
            ));
        }
        if self.migrators.iter().any(|migrator| file.module.starts_with(migrator)) {
            return Some(format!(
                "`{shown}` is not read: it belongs to a `MigratorTrait`, whose code holds former declarations"
            ));
        }
        let Some(standing) = &file.standing else {
            return Some(format!(
                "`{shown}` is not read: it implements `MigrationTrait`, so its entities are former ones"
            ));
        };
        let reached = match standing {
            Standing::Root => "it is the root of a crate".to_owned(),
            Standing::Reached(root, modules) => {
                format!("`{}` reaches it by `mod {}`", root.display(), modules.join("::"))
            }
            Standing::Loose => "no crate root is known for it, so it counts by its folder".to_owned(),
            Standing::Disabled => {
                return Some(format!(
                    "`{shown}` is not read: `#[cfg(…)]` disables its `mod` declaration with the features that are enabled"
                ));
            }
            Standing::Unreached => {
                return Some(format!(
                    "`{shown}` is not part of the program: no `mod` declaration reaches it from a crate root"
                ));
            }
        };
        Some(match (file.declares, file.in_scope) {
            (true, true) => format!("`{shown}` is an entity source: {reached}"),
            (true, false) => {
                format!("`{shown}` declares an entity and {reached}, but `entities` of the configuration leaves it out")
            }
            (false, _) if has("DeriveEntity") => format!(
                "`{shown}` is no entity source: it only mentions `DeriveEntityModel`, no item derives it; {reached}"
            ),
            (false, _) if has("DeriveActiveEnum") || has("DeriveValueType") => {
                format!("`{shown}` declares types of columns, but no entity; {reached}")
            }
            (false, _) => format!("`{shown}` declares no entity; {reached}"),
        })
    }
}
