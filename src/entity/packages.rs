//! The packages of a project, from their `Cargo.toml`s: crate roots, names of dependencies, enabled features.
//!
//! Must not know modules or entities; it only says where the modules of a crate begin.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::{Context, SourceFile};

/// All packages whose `Cargo.toml` is among some files.
#[derive(Default)]
pub(crate) struct Packages(Vec<Package>);

/// One package.
pub(crate) struct Package {
    /// The folder of its `Cargo.toml`.
    pub(crate) folder: PathBuf,
    /// The name of its library crate in code.
    pub(crate) library: String,
    /// The root files of its crates: the library first.
    pub(crate) roots: Vec<PathBuf>,
    /// Whether SeaORM's migration crate is a dependency, and SeaORM itself is not.
    pub(crate) only_migrates: bool,
    /// Dependencies by their name in code.
    dependencies: BTreeMap<String, Dependency>,
    features: BTreeMap<String, Vec<String>>,
    /// Enabled features.
    enabled: BTreeSet<String>,
}

/// One dependency of a package.
struct Dependency {
    /// The name of the package.
    package: String,
    /// Where `path` says it is. `None`: it comes from a registry.
    path: Option<PathBuf>,
    features: Vec<String>,
}

/// What the name of a crate leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CrateName {
    /// The library of one of the packages, by its number.
    Package(usize),
    /// A crate from elsewhere.
    External,
    /// No dependency has this name.
    Unknown,
}

impl Packages {
    /// Reads the `Cargo.toml`s among some files. The others say which crate roots exist.
    pub(crate) fn of(files: &[SourceFile], context: &Context) -> Self {
        let manifests: Vec<(&Path, toml::Table)> = files
            .iter()
            .filter(|file| file.path.file_name().is_some_and(|name| name == "Cargo.toml"))
            .filter_map(|file| Some((file.path.parent()?, file.text.parse().ok()?)))
            .collect();
        let sources: BTreeSet<PathBuf> = files.iter().map(|file| plain(&file.path)).collect();
        let mut packages = Vec::new();
        for (folder, manifest) in &manifests {
            // Without a name it is a workspace, or one that is not whole; its features count all the same.
            let is_workspace = manifest.contains_key("workspace") && !manifest.contains_key("package");
            if !is_workspace {
                packages.push(Package::of(folder, manifest, (&manifests, &sources), context));
            }
        }
        let mut packages = Self(packages);
        packages.enable_features(context);
        packages
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Package> {
        self.0.iter()
    }

    /// The package that a file belongs to, by its number: the one with the nearest `Cargo.toml`.
    pub(crate) fn of_file(&self, file: &Path) -> Option<usize> {
        let file = plain(file);
        let folders = file.ancestors().skip(1);
        folders.filter_map(|folder| self.0.iter().position(|package| package.folder == folder)).next()
    }

    /// The features of the package a file belongs to, if its `Cargo.toml` is known.
    pub(crate) fn features_of(&self, file: &Path) -> Option<&BTreeSet<String>> {
        self.0.get(self.of_file(file)?).map(|package| &package.enabled)
    }

    /// What a name at the beginning of a path leads to in the code of a package; `None`: in code of no package.
    pub(crate) fn named(&self, from: Option<usize>, name: &str) -> CrateName {
        let own = from.and_then(|from| self.0.get(from));
        if let Some(dependency) = own.and_then(|package| package.dependencies.get(name)) {
            return match self.dependency(dependency) {
                Some(number) => CrateName::Package(number),
                None => CrateName::External,
            };
        }
        // The programs of a package see its library; and a manifest that is not whole may leave a dependency out.
        match self.0.iter().position(|package| package.library == name) {
            Some(number) => CrateName::Package(number),
            None if EXTERNAL.contains(&name) => CrateName::External,
            None => CrateName::Unknown,
        }
    }

    fn dependency(&self, of: &Dependency) -> Option<usize> {
        let path = of.path.as_ref()?;
        let at = self.0.iter().position(|package| package.folder == *path);
        at.or_else(|| self.0.iter().position(|package| package.library == in_code(&of.package)))
    }

    /// Cargo builds a package once, with all the features that anything of the workspace asks for.
    fn enable_features(&mut self, context: &Context) {
        let first = context.features.clone().unwrap_or_else(|| vec!["default".to_owned()]);
        let mut waiting: Vec<(usize, String)> = Vec::new();
        for (number, package) in self.0.iter().enumerate() {
            waiting.extend(first.iter().map(|feature| (number, feature.clone())));
            for dependency in package.dependencies.values() {
                if let Some(of) = self.dependency(dependency) {
                    waiting.extend(dependency.features.iter().map(|feature| (of, feature.clone())));
                }
            }
        }
        while let Some((number, feature)) = waiting.pop() {
            // `other/feature` and `other?/feature` are features of a dependency.
            if let Some((name, feature)) = feature.split_once('/') {
                let name = in_code(name.trim_end_matches('?'));
                let dependency = self.0.get(number).and_then(|package| package.dependencies.get(&name));
                waiting.extend(dependency.and_then(|it| self.dependency(it)).map(|of| (of, feature.to_owned())));
                continue;
            }
            let Some(package) = self.0.get_mut(number) else { continue };
            if package.enabled.insert(feature.clone()) {
                let brings = package.features.get(&feature).into_iter().flatten();
                waiting.extend(brings.map(|feature| (number, feature.clone())));
            }
        }
    }
}

/// Crates that are none of the project's, known where no `Cargo.toml` says so.
const EXTERNAL: [&str; 20] = [
    "sea_orm",
    "sea_query",
    "sea_orm_migration",
    "std",
    "core",
    "alloc",
    "chrono",
    "time",
    "uuid",
    "serde",
    "serde_json",
    "rust_decimal",
    "bigdecimal",
    "ipnetwork",
    "mac_address",
    "pgvector",
    "jiff",
    "strum",
    "async_trait",
    "url",
];

impl Package {
    /// The folders of the dependencies that a path is given for.
    pub(crate) fn local_dependencies(&self) -> impl Iterator<Item = &Path> {
        self.dependencies.values().filter_map(|dependency| dependency.path.as_deref())
    }

    fn of(
        folder: &Path,
        manifest: &toml::Table,
        (manifests, sources): (&[(&Path, toml::Table)], &BTreeSet<PathBuf>),
        context: &Context,
    ) -> Self {
        let folder = plain(folder);
        let text = |table: Option<&toml::Value>, key: &str| Some(table?.get(key)?.as_str()?.to_owned());
        let name = text(manifest.get("package"), "name").unwrap_or_default();
        let library = text(manifest.get("lib"), "name").unwrap_or_else(|| in_code(&name));
        let mut roots = Vec::new();
        let mut root = |path: String| {
            let path = plain(&folder.join(path));
            if sources.contains(&path) && !roots.contains(&path) {
                roots.push(path);
            }
        };
        root(text(manifest.get("lib"), "path").unwrap_or_else(|| "src/lib.rs".to_owned()));
        root("src/main.rs".to_owned());
        for program in manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten() {
            match (text(Some(program), "path"), text(Some(program), "name")) {
                (Some(path), _) => root(path),
                (None, Some(name)) => root(format!("src/bin/{name}.rs")),
                (None, None) => {}
            }
        }
        let programs = folder.join("src/bin");
        for path in sources {
            let is_program = path.parent() == Some(&programs)
                || path.file_name().is_some_and(|name| name == "main.rs")
                    && path.parent().and_then(Path::parent) == Some(&programs);
            if is_program && path.extension().is_some_and(|extension| extension == "rs") && !roots.contains(path) {
                roots.push(path.clone());
            }
        }
        let workspace =
            || manifests.iter().find(|(at, table)| table.contains_key("workspace") && is_above(&plain(at), &folder));
        let dependencies = dependencies(&folder, manifest, workspace().map(|(at, table)| (*at, table)), context);
        let features = manifest.get("features").and_then(toml::Value::as_table).into_iter().flatten();
        let features = features.map(|(name, brings)| {
            let brings = brings.as_array().into_iter().flatten().filter_map(toml::Value::as_str);
            (name.clone(), brings.map(str::to_owned).collect())
        });
        Self {
            library,
            roots,
            only_migrates: dependencies.contains_key("sea_orm_migration") && !dependencies.contains_key("sea_orm"),
            dependencies,
            features: features.collect(),
            enabled: BTreeSet::new(),
            folder,
        }
    }
}

fn dependencies(
    folder: &Path,
    manifest: &toml::Table,
    workspace: Option<(&Path, &toml::Table)>,
    context: &Context,
) -> BTreeMap<String, Dependency> {
    let table = |of: &toml::Table| of.get("dependencies").and_then(toml::Value::as_table).cloned();
    let mut tables: Vec<toml::Table> = table(manifest).into_iter().collect();
    // A dependency on some platforms only has the same name everywhere.
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    tables.extend(targets.into_iter().flatten().filter_map(|(_, target)| target.as_table().and_then(table)));
    let shared = workspace.and_then(|(at, of)| Some((at, table(of.get("workspace")?.as_table()?)?)));
    let mut found = BTreeMap::new();
    for (key, value) in tables.iter().flatten() {
        let is_shared = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        let (base, at) = match &shared {
            Some((at, shared)) if is_shared => (shared.get(key).unwrap_or(value), *at),
            _ => (value, folder),
        };
        let text = |name: &str| base.get(name).and_then(toml::Value::as_str);
        let asked = [Some(value), is_shared.then_some(base)].into_iter().flatten();
        let features = asked.filter_map(|of| of.get("features")?.as_array()).flatten().filter_map(toml::Value::as_str);
        let dependency = Dependency {
            package: text("package").unwrap_or(key).to_owned(),
            path: text("path").map(|path| context.relative_to_root(&at.join(path))),
            features: features.map(str::to_owned).collect(),
        };
        found.insert(in_code(key), dependency);
    }
    found
}

/// Whether a folder is above another one or the same; both may begin with `..`.
fn is_above(folder: &Path, other: &Path) -> bool {
    let ups = |path: &Path| path.components().take_while(|it| *it == Component::ParentDir).count();
    let is_ups_alone = ups(folder) == folder.components().count();
    other.starts_with(folder) || (is_ups_alone && ups(folder) > ups(other))
}

fn in_code(name: &str) -> String {
    name.replace('-', "_")
}

/// A path without `.`, and without `..` where something is before it.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(texts: &[(&str, &str)]) -> Packages {
        let files: Vec<SourceFile> =
            texts.iter().map(|(path, text)| SourceFile { path: path.into(), text: (*text).to_owned() }).collect();
        Packages::of(&files, &Context::default())
    }

    #[test]
    fn a_folder_of_the_project_has_one_path() {
        let context = Context { root: "/home/me/shop/crates/db".into(), ..Context::default() };
        for (path, expected) in [
            ("../../crates/db/entity", "entity"),
            ("../../crates/db", ""),
            ("../../crates/web", "../web"),
            ("../../tools", "../../tools"),
            ("../db/src", "src"),
            ("src/../entity", "entity"),
            ("../../../shop/crates/db/src", "src"),
        ] {
            assert_eq!(context.relative_to_root(Path::new(path)), Path::new(expected), "{path}");
        }
        // Where the root is not known, a path stays what it is.
        assert_eq!(Context::default().relative_to_root(Path::new("../db/src")), Path::new("../db/src"));
    }

    #[test]
    fn crate_roots_are_those_of_cargo() {
        let packages = packages(&[
            ("shop/Cargo.toml", "[package]\nname = \"my-shop\"\n[[bin]]\nname = \"x\"\npath = \"x.rs\""),
            ("shop/src/lib.rs", ""),
            ("shop/src/main.rs", ""),
            ("shop/src/bin/a.rs", ""),
            ("shop/src/bin/b/main.rs", ""),
            ("shop/src/bin/b/part.rs", ""),
            ("shop/x.rs", ""),
            ("core/Cargo.toml", "[package]\nname = \"core\"\n[lib]\nname = \"base\"\npath = \"all.rs\""),
            ("core/all.rs", ""),
        ]);
        let roots: Vec<String> = packages.0[0].roots.iter().map(|root| root.display().to_string()).collect();
        assert_eq!(
            roots,
            ["shop/src/lib.rs", "shop/src/main.rs", "shop/x.rs", "shop/src/bin/a.rs", "shop/src/bin/b/main.rs"]
        );
        assert_eq!((packages.0[0].library.as_str(), packages.0[1].library.as_str()), ("my_shop", "base"));
        assert_eq!(packages.0[1].roots, [PathBuf::from("core/all.rs")]);
        assert_eq!(packages.of_file(Path::new("core/all.rs")), Some(1));
        assert_eq!(packages.of_file(Path::new("x.rs")), None);
    }

    #[test]
    fn names_of_crates_are_those_of_the_dependencies() {
        let packages = packages(&[
            (
                "Cargo.toml",
                "[workspace]\n[workspace.dependencies]\nshared = { package = \"a-b\", path = \"ab\", features = [\"x\"] }",
            ),
            ("ab/Cargo.toml", "[package]\nname = \"a-b\"\n[features]\nx = [\"y\"]\ny = []\nz = []"),
            (
                "app/Cargo.toml",
                "[package]\nname = \"app\"\n[dependencies]\nshared = { workspace = true, features = [\"z\"] }\n\
                 other = { package = \"far-away\", path = \"../far\" }\nuuid = \"1\"\nab = { path = \"../ab\", package = \"a-b\" }",
            ),
            ("far/Cargo.toml", "[package]\nname = \"far-away\"\n[features]\ndefault = [\"d\"]"),
            ("uuid/Cargo.toml", "[package]\nname = \"uuid\""),
        ]);
        for (name, expected) in [
            ("shared", CrateName::Package(0)),
            ("ab", CrateName::Package(0)),
            ("other", CrateName::Package(2)),
            ("uuid", CrateName::External),
            ("far_away", CrateName::Package(2)),
            ("nothing", CrateName::Unknown),
        ] {
            assert_eq!(packages.named(Some(1), name), expected, "{name}");
        }
        let features = |number: usize| packages.0[number].enabled.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(features(0), ["default", "x", "y", "z"]);
        assert_eq!(features(2), ["d", "default"]);
    }
}
