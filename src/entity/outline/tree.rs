//! The tree of modules: from crate roots along `mod` declarations to files, as rustc goes.
//!
//! Must not know what a module declares beside other modules.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::super::packages::{Packages, plain};
use super::{Node, Outline, Outlined};

/// Whether a file is part of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Standing {
    /// It is the root of a crate.
    Root,
    /// `mod` declarations reach it: the crate's root, and the names of the modules.
    Reached(PathBuf, Vec<String>),
    /// No crate root is known for it, so it counts.
    Loose,
    /// `#[cfg]` disables the `mod` declaration that reaches it.
    Disabled,
    /// No `mod` declaration reaches it.
    Unreached,
}

/// A module that is to be put in the tree.
struct Planting {
    /// The place of the module; `None` where `#[cfg]` disables it.
    node: Option<usize>,
    module: usize,
    /// The folder of the files of its child modules.
    children: PathBuf,
    /// The folder that `#[path]` of its child modules starts from.
    base: PathBuf,
    /// The files on the way to it: a `#[path]` may lead back.
    above: Vec<usize>,
}

impl Outline {
    /// Builds the tree. `files` are the paths of the files by their numbers; `migrators` are the paths of modules whose
    /// code is history.
    pub(in super::super) fn of(
        mut modules: Vec<Outlined>,
        files: &[&Path],
        packages: Packages,
        migrators: &[Vec<String>],
    ) -> Self {
        modules.retain(|module| !migrators.iter().any(|migrator| module.path.starts_with(migrator)));
        let mut outline = Self {
            node_of: vec![None; modules.len()],
            disabled: HashSet::new(),
            modules,
            packages,
            nodes: vec![Node::default()],
            by_end: HashMap::new(),
            roots: Vec::new(),
            libraries: HashMap::new(),
            value_types: HashMap::new(),
        };
        let paths: Vec<PathBuf> = files.iter().map(|path| plain(path)).collect();
        let whole = |module: &Outlined| module.inside.is_empty();
        let of_file: HashMap<&Path, usize> = outline
            .modules
            .iter()
            .enumerate()
            .filter(|(_, module)| whole(module))
            .filter_map(|(number, module)| Some((paths.get(module.file)?.as_path(), number)))
            .collect();
        let inner = outline.inner();
        // Folders whose files count only where a `mod` reaches them.
        let mut rooted: HashSet<PathBuf> = HashSet::new();
        let mut plantings: Vec<(Option<usize>, usize, PathBuf, bool)> = Vec::new();
        for (number, package) in outline.packages.iter().enumerate() {
            for root in &package.roots {
                let (Some(folder), Some(module)) = (root.parent(), of_file.get(root.as_path())) else { continue };
                rooted.insert(folder.to_owned());
                let is_library =
                    !root.ends_with("main.rs") && plantings.iter().all(|(other, ..)| *other != Some(number));
                plantings.push((Some(number), *module, folder.to_owned(), is_library));
            }
        }
        for (root, folder) in unpackaged(&of_file, &outline.packages, &rooted) {
            if let Some(module) = of_file.get(root.as_path()) {
                plantings.push((None, *module, folder.clone(), false));
            }
            rooted.insert(folder);
        }
        for (package, module, folder, is_library) in plantings {
            let path = outline.modules.get(module).map(|module| module.path.clone()).unwrap_or_default();
            let node = match package {
                // Without a package only the folders tell what a path from elsewhere means.
                None => outline.grow(&path),
                Some(_) => outline.add(None, path.last().cloned().unwrap_or_default()),
            };
            let is_crate = package.is_some()
                || outline
                    .modules
                    .get(module)
                    .is_some_and(|module| paths.get(module.file).is_some_and(|path| !path.ends_with("mod.rs")));
            if is_crate {
                outline.roots.push(node);
            }
            if let Some(at) = outline.nodes.get_mut(node) {
                (at.begins, at.root, at.package) = (Some(node), is_crate.then_some(node), package);
            }
            if let (true, Some(package)) = (is_library, package) {
                outline.libraries.insert(package, node);
            }
            let (node, above) = (Some(node), Vec::new());
            let planting = Planting { node, module, children: folder.clone(), base: folder, above };
            outline.plant(planting, &of_file, &inner);
        }
        outline.place_loose(&paths, &rooted);
        outline.index_value_types();
        outline
    }

    /// The modules in braces of each module.
    fn inner(&self) -> HashMap<usize, Vec<usize>> {
        let numbers: HashMap<(usize, &[usize]), usize> = self
            .modules
            .iter()
            .enumerate()
            .map(|(number, module)| ((module.file, module.inside.as_slice()), number))
            .collect();
        let mut inner: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, module) in self.modules.iter().enumerate() {
            if let Some((_, outer)) = module.inside.split_last()
                && let Some(outer) = numbers.get(&(module.file, outer))
            {
                inner.entry(*outer).or_default().push(number);
            }
        }
        inner
    }

    /// Puts a module into the tree, with all modules below it.
    fn plant(&mut self, root: Planting, of_file: &HashMap<&Path, usize>, inner: &HashMap<usize, Vec<usize>>) {
        let mut waiting = vec![root];
        while let Some(Planting { node, module, children, base, above }) = waiting.pop() {
            match node {
                Some(node) => {
                    if let Some(at) = self.nodes.get_mut(node) {
                        at.module.get_or_insert(module);
                    }
                    if let Some(first) = self.node_of.get_mut(module) {
                        first.get_or_insert(node);
                    }
                }
                None => _ = self.disabled.insert(module),
            }
            let Some(outlined) = self.modules.get(module) else { continue };
            let on = outlined.declares.iter().map(|declared| (declared, true));
            let off = outlined.disabled.iter().map(|declared| (declared, false));
            let declared: Vec<_> = on.chain(off).map(|((name, path), on)| (name.clone(), path.clone(), on)).collect();
            for (name, elsewhere, is_on) in declared {
                let candidates = match &elsewhere {
                    Some(path) => vec![plain(&base.join(path))],
                    None => vec![children.join(format!("{name}.rs")), children.join(&name).join("mod.rs")],
                };
                let found = candidates.iter().find_map(|path| Some((path, *of_file.get(path.as_path())?)));
                let Some((path, file)) = found.filter(|(_, file)| *file != module && !above.contains(file)) else {
                    continue;
                };
                let folder = path.parent().unwrap_or(Path::new("")).to_owned();
                let is_own_folder = elsewhere.is_some() || path.ends_with("mod.rs");
                let inside = if is_own_folder { folder.clone() } else { children.join(&name) };
                let above = above.iter().copied().chain([module]).collect();
                let child = node.filter(|_| is_on).map(|node| self.add(Some(node), name));
                waiting.push(Planting { node: child, module: file, children: inside, base: folder, above });
            }
            for number in inner.get(&module).into_iter().flatten() {
                let Some(name) = self.modules.get(*number).and_then(|module| module.path.last().cloned()) else {
                    continue;
                };
                let folder = children.join(&name);
                let child = node.map(|node| self.add(Some(node), name));
                let above = above.clone();
                waiting.push(Planting { node: child, module: *number, children: folder.clone(), base: folder, above });
            }
        }
    }

    /// Modules that no crate root is known for stand in the tree where their files are.
    fn place_loose(&mut self, paths: &[PathBuf], rooted: &HashSet<PathBuf>) {
        let named = |module: &Outlined, name: &String| module.path.iter().chain([name]).cloned().collect::<Vec<_>>();
        let absent: Vec<Vec<String>> = self
            .modules
            .iter()
            .flat_map(|module| module.disabled.iter().map(move |(name, _)| named(module, name)))
            .collect();
        for number in 0..self.modules.len() {
            let Some(module) = self.modules.get(number) else { continue };
            let is_rooted = paths.get(module.file).is_some_and(|path| is_below(path, rooted));
            let is_absent = absent.iter().any(|absent| module.path.starts_with(absent));
            if self.node_of.get(number).is_some_and(Option::is_some) || is_rooted || is_absent {
                continue;
            }
            let path = module.path.clone();
            let package = paths.get(module.file).and_then(|path| self.packages.of_file(path));
            let package = package.filter(|package| self.libraries.contains_key(package));
            let node = self.grow(&path);
            if let Some(at) = self.nodes.get_mut(node) {
                (at.module, at.package) = (Some(number), package);
            }
            if let Some(at) = self.node_of.get_mut(number) {
                *at = Some(node);
            }
        }
    }

    fn index_value_types(&mut self) {
        for (number, module) in self.modules.iter().enumerate() {
            for (path, item) in &module.value_types {
                if let Some(last) = path.last() {
                    self.value_types.entry(last.clone()).or_default().push((number, path.clone(), *item));
                }
            }
        }
    }

    fn grow(&mut self, path: &[String]) -> usize {
        path.iter().fold(0, |at, name| match self.child(at, name) {
            Some(child) => child,
            None => self.add(Some(at), name.clone()),
        })
    }

    /// A new place below another one, or the one that has the name there.
    fn add(&mut self, parent: Option<usize>, name: String) -> usize {
        if let Some(known) = parent.and_then(|parent| self.child(parent, &name)) {
            return known;
        }
        let number = self.nodes.len();
        let (mut begins, mut root, mut package) = (None, None, None);
        if let Some(above) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
            (begins, root, package) = (above.begins, above.root, above.package);
            above.children.insert(name.clone(), number);
        }
        self.by_end.entry(name.clone()).or_default().push(number);
        self.nodes.push(Node { parent, name, begins, root, package, ..Node::default() });
        number
    }

    pub(super) fn child(&self, node: usize, name: &str) -> Option<usize> {
        self.nodes.get(node)?.children.get(name).copied()
    }

    pub(super) fn parent(&self, node: usize) -> usize {
        self.nodes.get(node).and_then(|node| node.parent).unwrap_or(node)
    }

    /// Whether a module is part of a program.
    pub(in super::super) fn is_reached(&self, module: usize) -> bool {
        self.node_of.get(module).is_some_and(Option::is_some)
    }

    /// Whether no crate root is known for a module.
    pub(in super::super) fn is_loose(&self, module: usize) -> bool {
        let node = self.node_of.get(module).copied().flatten();
        node.and_then(|node| self.nodes.get(node)).is_some_and(|node| node.begins.is_none())
    }

    /// How a module's file is part of a program. `files` are the paths of the files by their numbers.
    pub(in super::super) fn standing(&self, module: usize, files: &[&Path]) -> Standing {
        let Some(Some(node)) = self.node_of.get(module) else {
            return if self.disabled.contains(&module) { Standing::Disabled } else { Standing::Unreached };
        };
        let Some(first) = self.nodes.get(*node).and_then(|node| node.begins) else { return Standing::Loose };
        let mut names = Vec::new();
        let mut at = *node;
        while at != first {
            names.push(self.nodes.get(at).map(|node| node.name.clone()).unwrap_or_default());
            at = self.parent(at);
        }
        names.reverse();
        let root = self.nodes.get(first).and_then(|node| self.modules.get(node.module?));
        match root.and_then(|root| files.get(root.file)) {
            Some(root) if !names.is_empty() => Standing::Reached(root.to_path_buf(), names),
            _ => Standing::Root,
        }
    }
}

/// Root files of folders that belong to no package: the `lib.rs`, `main.rs` or `mod.rs` above which there is no other.
fn unpackaged(
    of_file: &HashMap<&Path, usize>,
    packages: &Packages,
    rooted: &HashSet<PathBuf>,
) -> Vec<(PathBuf, PathBuf)> {
    const ROOTS: [&str; 3] = ["lib.rs", "main.rs", "mod.rs"];
    let has_root = |folder: &Path| ROOTS.iter().any(|root| of_file.contains_key(folder.join(root).as_path()));
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    for path in of_file.keys() {
        let is_named_so = path.file_name().is_some_and(|name| ROOTS.iter().any(|root| name == *root));
        let Some(folder) = path.parent().filter(|_| is_named_so) else { continue };
        let is_topmost = !folder.ancestors().skip(1).any(has_root);
        // In a package whose roots are known, `mod.rs` is a module like any other.
        let is_packaged = is_below(path, rooted)
            || packages.of_file(path).is_some_and(|number| {
                packages.iter().nth(number).is_some_and(|package| package.roots.iter().any(|root| root == path))
            });
        if is_topmost && !is_packaged {
            found.push((path.to_path_buf(), folder.to_owned()));
        }
    }
    found.sort();
    found
}

fn is_below(path: &Path, folders: &HashSet<PathBuf>) -> bool {
    path.ancestors().skip(1).any(|folder| folders.contains(folder))
}
