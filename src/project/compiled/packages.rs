//! Which packages hold the entities, and which SeaORM they use, in the words of `cargo metadata`.
//!
//! Must not know what is built from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sea_gen_runner::{Error, Result};
use serde::Deserialize;

/// A workspace as far as it matters here.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) root: PathBuf,
    pub(super) target: PathBuf,
    /// The packages that hold entities.
    pub(super) packages: Vec<Package>,
    pub(super) sea_orm: Source,
}

/// A package that holds entities.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// Its library, as Rust calls it.
    pub(super) library: String,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Registry { version: String },
    Git { url: String, revision: String },
    Folder(PathBuf),
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    resolve: Option<Resolve>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    version: String,
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl MetadataPackage {
    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    fn library(&self) -> Option<String> {
        let kinds = ["lib", "rlib", "dylib"];
        let is_library = |target: &&Target| target.kind.iter().any(|kind| kinds.contains(&kind.as_str()));
        self.targets.iter().find(is_library).map(|target| target.name.replace('-', "_"))
    }

    fn source(&self) -> Source {
        match self.source.as_deref() {
            None => Source::Folder(self.folder().to_owned()),
            Some(source) => match source.strip_prefix("git+").and_then(|git| git.split_once('#')) {
                Some((url, revision)) => {
                    Source::Git { url: url.split('?').next().unwrap_or(url).to_owned(), revision: revision.to_owned() }
                }
                None => Source::Registry { version: self.version.clone() },
            },
        }
    }
}

impl Workspace {
    /// Finds the packages that hold the given paths.
    ///
    /// # Errors
    /// A path in no package, a package without a library or without a SeaORM that registers entities, or two SeaORMs.
    pub(super) fn read(metadata: &str, paths: &[PathBuf]) -> Result<Self> {
        let metadata: Metadata = serde_json::from_str(metadata)
            .map_err(|error| Error::new("`cargo metadata` said something unexpected").because(error))?;
        let by_id: BTreeMap<&str, &MetadataPackage> =
            metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect();
        let mut packages: Vec<Package> = Vec::new();
        let mut sea_orm: Option<Source> = None;
        for path in paths {
            let path = path.canonicalize().unwrap_or_else(|_| path.clone());
            let own = metadata.packages.iter().filter(|package| package.source.is_none());
            let Some(package) = own
                .filter(|package| path.starts_with(package.folder()))
                .max_by_key(|package| package.folder().components().count())
            else {
                return Err(Error::new(format!("`{}` belongs to no package of this workspace", path.display())).hint(
                    "entities can be compiled only as part of a crate: add a Cargo.toml, or list it in `members`",
                ));
            };
            let Some(library) = package.library() else {
                return Err(Error::new(format!(
                    "the package `{}` has no library, so its entities cannot be linked",
                    package.name
                ))
                .hint("move them to a library: `src/lib.rs`, or a crate of their own"));
            };
            if packages.iter().any(|known| known.name == package.name) {
                continue;
            }
            let used = used_by(&metadata, &by_id, package)?;
            if sea_orm.as_ref().is_some_and(|known| *known != used) {
                return Err(Error::new("the packages that hold entities use two different SeaORMs")
                    .hint("let them use one version; `cargo tree -i sea-orm` shows which there are"));
            }
            sea_orm = Some(used);
            packages.push(Package { name: package.name.clone(), folder: package.folder().to_owned(), library });
        }
        let Some(sea_orm) = sea_orm else { return Err(Error::new("no package holds entities")) };
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, packages, sea_orm })
    }
}

/// The SeaORM a package uses.
fn used_by(metadata: &Metadata, by_id: &BTreeMap<&str, &MetadataPackage>, package: &MetadataPackage) -> Result<Source> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let dependencies = nodes.filter(|node| node.id == package.id).flat_map(|node| &node.dependencies);
    let found = dependencies.filter_map(|id| by_id.get(id.as_str())).find(|found| found.name == "sea-orm");
    let Some(sea_orm) = found else {
        return Err(Error::new(format!("the package `{}` does not depend on sea-orm", package.name))
            .hint(format!("add it: `cargo add sea-orm -p {}`", package.name)));
    };
    let major = sea_orm.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < 2) {
        let message =
            format!("`{}` uses SeaORM {}, which keeps no registry of entities", package.name, sea_orm.version);
        return Err(Error::new(message).hint("SeaORM 2.0 has one; until then leave `reader` at \"source\""));
    }
    Ok(sea_orm.source())
}
