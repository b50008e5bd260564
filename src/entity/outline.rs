//! Rust's names across files: modules, `use`, `super`, `crate`, globs, names of crates.
//!
//! Must not know the syntax behind a name: only its module and item number, so that threads which hold different files can
//! share the names. Knows of SeaORM only that a module with a model holds an `Entity` that no text spells out.

mod imports;
mod tree;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use syn::Item;

use super::attributes::{derives, names};
use super::heads::{Head, heads};
use super::names::plain;
use super::packages::{CrateName, Packages};
use super::source::RustFile;
pub(super) use tree::Standing;

/// One module: a file, or a `mod { … }` inside one.
#[derive(Debug, PartialEq)]
pub(super) struct Outlined {
    /// The file, by its number.
    pub(super) file: usize,
    /// The items to go through from the file's own to this module's.
    pub(super) inside: Vec<usize>,
    pub(super) path: Vec<String>,
    /// The item that makes the module an entity, and what the entity is called.
    pub(super) entity: Option<(usize, String)>,
    /// Types, modules in other places, and imports.
    names: HashMap<String, Named>,
    /// Constants, statics and functions, with their item numbers.
    values: HashMap<String, usize>,
    globs: Vec<Vec<String>>,
    /// The modules that are files of their own: `mod name;`, with `#[path]`.
    declares: Vec<(String, Option<String>)>,
    /// Those that `#[cfg]` disables.
    disabled: Vec<(String, Option<String>)>,
    /// Written-out `impl ValueType for …`: the type's path, and the item.
    value_types: Vec<(Vec<String>, usize)>,
}

#[derive(Debug, PartialEq)]
enum Named {
    Item(usize),
    /// A type alias, with the path it stands for where it is one.
    Alias(usize, Option<Vec<String>>),
    /// A `use`, with the path it stands for.
    Use(Vec<String>),
}

/// The two namespaces of Rust that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Namespace {
    /// Types and modules.
    Types,
    /// Constants and functions.
    Values,
}

/// The item that a path resolves to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A module's entity.
    Entity(usize),
    /// An item: its module, and its number there.
    Item(usize, usize),
    /// Nothing in these files: the path with every `use` followed.
    External(Vec<String>),
    /// Nothing in these files, though it would be an item of one of their crates.
    Missing,
    /// A module, by its place in the tree.
    Position(usize),
}

/// All modules.
pub(super) struct Outline {
    pub(super) modules: Vec<Outlined>,
    pub(super) packages: Packages,
    nodes: Vec<Node>,
    /// The place of each module in the tree; `None` for one that no `mod` reaches.
    node_of: Vec<Option<usize>>,
    /// Modules that no `mod` reaches because `#[cfg]` disables it.
    disabled: HashSet<usize>,
    /// Places in the tree by their last name.
    by_end: HashMap<String, Vec<usize>>,
    /// Crate roots.
    roots: Vec<usize>,
    /// The root of each package's library, by the package's number.
    libraries: HashMap<usize, usize>,
    /// Written-out `impl ValueType for …`, by the last name of the type.
    value_types: HashMap<String, Vec<(usize, Vec<String>, usize)>>,
}

#[derive(Default)]
struct Node {
    parent: Option<usize>,
    name: String,
    children: HashMap<String, usize>,
    module: Option<usize>,
    /// The place where the `mod` declarations that lead here begin.
    begins: Option<usize>,
    /// The root of its crate, where that is known.
    root: Option<usize>,
    /// The package of its crate.
    package: Option<usize>,
}

/// How many `use`s and aliases are followed before a name is taken to go round in a circle.
const DEPTH: usize = 24;

/// How many modules are looked into for one name: globs of globs of globs may be as many as there are paths through them.
const PATIENCE: usize = 10_000;

impl Outlined {
    /// Records a `mod name;` that `#[cfg]` disables.
    pub(super) fn disable(&mut self, name: &str, elsewhere: Option<&str>) {
        self.disabled.push((name.to_owned(), elsewhere.map(str::to_owned)));
    }

    /// The modules of a file, itself first.
    pub(super) fn of(number: usize, file: &RustFile) -> Vec<Self> {
        let mut found = Vec::new();
        add(number, file, module_path(&file.path), Vec::new(), &file.syntax.items, &mut found);
        found
    }

    /// The only module of a file whose heads tell all that is asked here; the same as the parser would have told. `None`: the
    /// parser is to tell it.
    pub(super) fn plainly(number: usize, path: &Path, text: &str) -> Option<Self> {
        let mut module = Self::new(number, Vec::new(), module_path(path));
        for (index, head) in heads(text)?.into_iter().enumerate() {
            match head {
                Head::Struct(name, derives) => {
                    let derives = |of: &str| derives.iter().flatten().any(|list| names(list, of));
                    if derives("DeriveEntityModel") {
                        module.entity = Some((index, "Entity".to_owned()));
                    } else if derives("DeriveEntity") && module.entity.is_none() {
                        module.entity = Some((index, name.to_owned()));
                    }
                    module.names.insert(name.to_owned(), Named::Item(index));
                }
                Head::Enum(name) => _ = module.names.insert(name.to_owned(), Named::Item(index)),
                Head::Use(tree) => module.import_text(tree)?,
                Head::Module(name) => module.declares.push((name.to_owned(), None)),
                Head::Function(name) => _ = module.values.entry(name.to_owned()).or_insert(index),
                Head::Other => {}
            }
        }
        Some(module)
    }

    /// A module in which nothing is known.
    pub(super) fn new(file: usize, inside: Vec<usize>, path: Vec<String>) -> Self {
        Self {
            file,
            inside,
            path,
            entity: None,
            names: HashMap::new(),
            values: HashMap::new(),
            globs: Vec::new(),
            declares: Vec::new(),
            disabled: Vec::new(),
            value_types: Vec::new(),
        }
    }
}

fn add(
    number: usize,
    file: &RustFile,
    path: Vec<String>,
    inside: Vec<usize>,
    items: &[Item],
    found: &mut Vec<Outlined>,
) {
    // Entities beside a migration are what it needed then.
    if items.iter().any(is_migration) {
        return;
    }
    let mut module = Outlined::new(number, inside.clone(), path.clone());
    let mut inner = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item {
            Item::Struct(item) => {
                if derives(file, &item.attrs, "DeriveEntityModel") {
                    module.entity = Some((index, "Entity".to_owned()));
                } else if derives(file, &item.attrs, "DeriveEntity") && module.entity.is_none() {
                    module.entity = Some((index, plain(&item.ident)));
                }
                module.names.insert(plain(&item.ident), Named::Item(index));
            }
            Item::Enum(item) => _ = module.names.insert(plain(&item.ident), Named::Item(index)),
            Item::Type(item) => {
                let stands_for = match &*item.ty {
                    syn::Type::Path(path) if path.qself.is_none() => Some(segments(&path.path)),
                    _ => None,
                };
                module.names.insert(plain(&item.ident), Named::Alias(index, stands_for));
            }
            Item::Const(item) => _ = module.values.entry(plain(&item.ident)).or_insert(index),
            Item::Static(item) => _ = module.values.entry(plain(&item.ident)).or_insert(index),
            Item::Fn(item) => _ = module.values.entry(plain(&item.sig.ident)).or_insert(index),
            Item::ExternCrate(item) if item.ident != "self" => {
                let name = plain(item.rename.as_ref().map_or(&item.ident, |(_, name)| name));
                module.names.entry(name).or_insert_with(|| Named::Use(vec![plain(&item.ident)]));
            }
            Item::Use(item) => module.import(&item.tree, &mut Vec::new()),
            Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                if of.is_some_and(|of| of.ident == "ValueType")
                    && let syn::Type::Path(target) = &*item.self_ty
                {
                    module.value_types.push((segments(&target.path), index));
                }
            }
            Item::Macro(item) => {
                if let Some(path) = included(item) {
                    module.globs.push(vec!["self".to_owned(), path.clone()]);
                    module.declares.push((path.clone(), Some(path)));
                }
            }
            Item::Mod(item) => {
                if let Some((_, items)) = &item.content {
                    inner.push((plain(&item.ident), index, items.as_slice()));
                } else {
                    module.declares.push((plain(&item.ident), path_attribute(&item.attrs)));
                }
            }
            _ => {}
        }
    }
    found.push(module);
    for (name, index, items) in inner {
        let (mut path, mut inside) = (path.clone(), inside.clone());
        path.push(name);
        inside.push(index);
        add(number, file, path, inside, items, found);
    }
}

/// The file of an `include!("…")`. Its items are as good as in a module of their own, imported by a glob.
fn included(item: &syn::ItemMacro) -> Option<String> {
    let is_include = item.ident.is_none() && item.mac.path.is_ident("include");
    is_include.then(|| item.mac.parse_body::<syn::LitStr>().ok()).flatten().map(|path| path.value())
}

fn is_migration(item: &Item) -> bool {
    match item {
        Item::Impl(item) => {
            let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
            of.is_some_and(|of| of.ident == "MigrationTrait")
        }
        _ => false,
    }
}

impl Outline {
    /// Resolves the path of a type or a module relative to a module.
    pub(super) fn find(&self, from: usize, path: &[String]) -> Target {
        self.search(from, path, Namespace::Types)
    }

    /// Resolves the path of a constant or a function relative to a module.
    pub(super) fn find_value(&self, from: usize, path: &[String]) -> Target {
        self.search(from, path, Namespace::Values)
    }

    fn search(&self, from: usize, path: &[String], namespace: Namespace) -> Target {
        let search = Search { outline: self, patience: Cell::new(PATIENCE), followed: RefCell::default() };
        search.follow(from, path, namespace, DEPTH).unwrap_or_else(|| {
            match path.first().is_some_and(|first| matches!(first.as_str(), "crate" | "self" | "super")) {
                true => Target::Missing,
                false => Target::External(path.to_vec()),
            }
        })
    }

    /// The entity a path leads to, by way of type aliases where there are any.
    pub(super) fn entity(&self, mut from: usize, path: &[String]) -> Option<usize> {
        let mut path = path.to_vec();
        for _ in 0..DEPTH {
            match self.find(from, &path) {
                Target::Entity(module) => return Some(module),
                Target::Item(module, item) => {
                    let aliased = self.modules.get(module)?.names.values().find_map(|named| match named {
                        Named::Alias(index, Some(path)) if *index == item => Some(path.clone()),
                        _ => None,
                    })?;
                    (from, path) = (module, aliased);
                }
                Target::External(_) | Target::Missing | Target::Position(_) => return None,
            }
        }
        None
    }

    /// The written-out `impl ValueType for …` of a type: the module and the item.
    pub(super) fn value_type(&self, module: usize, item: usize, name: &str) -> Option<(usize, usize)> {
        let written = self.value_types.get(name)?;
        let (at, _, found) = written.iter().find(
            |(at, path, _)| matches!(self.find(*at, path), Target::Item(there, number) if (there, number) == (module, item)),
        )?;
        Some((*at, *found))
    }

    /// Whether a module declares an entity, itself or in one below it; `child` names one of its own modules.
    pub(super) fn has_entities(&self, path: &[String], child: Option<&str>) -> bool {
        let found = self.modules.iter().position(|module| module.path == path);
        let node = found.and_then(|found| *self.node_of.get(found)?);
        let node = match child {
            None => node,
            Some(name) => node.and_then(|node| self.child(node, name)),
        };
        let below = |at: usize| {
            let mut above = std::iter::successors(Some(at), |at| self.nodes.get(*at)?.parent);
            above.any(|at| Some(at) == node)
        };
        let entities = self.modules.iter().zip(&self.node_of).filter(|(module, _)| module.entity.is_some());
        entities.filter_map(|(_, node)| *node).any(below)
    }
}

/// One search for one name.
struct Search<'o> {
    outline: &'o Outline,
    patience: Cell<usize>,
    /// The globs that are being followed: none of them is found by way of itself.
    followed: RefCell<Vec<(usize, usize)>>,
}

impl Search<'_> {
    fn follow(&self, from: usize, path: &[String], namespace: Namespace, depth: usize) -> Option<Target> {
        let node = (*self.outline.node_of.get(from)?)?;
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "self" => self.descend(node, rest, namespace, depth),
            "super" => self.descend(self.outline.parent(node), rest, namespace, depth),
            "crate" => match self.outline.nodes.get(node)?.root {
                Some(root) => self.descend(root, rest, namespace, depth),
                None => self.anywhere(rest, namespace, depth),
            },
            name => match self.member(node, name, in_path(rest, namespace), depth) {
                Some(found) => self.onwards(found, rest, namespace, depth),
                None => Some(self.by_crate(node, path, namespace, depth)),
            },
        }
    }

    /// A path that begins with the name of a crate.
    fn by_crate(&self, node: usize, path: &[String], namespace: Namespace, depth: usize) -> Target {
        let external = || Target::External(path.to_vec());
        let Some((first, rest)) = path.split_first() else { return external() };
        let package = self.outline.nodes.get(node).and_then(|node| node.package);
        let found = match self.outline.packages.named(package, first) {
            CrateName::Package(number) => match self.outline.libraries.get(&number) {
                Some(root) => return self.descend(*root, rest, namespace, depth).unwrap_or(Target::Missing),
                None => self.anywhere(rest, namespace, depth),
            },
            CrateName::External => None,
            CrateName::Unknown if package.is_some() => None,
            // Code whose package is not known may mean any crate.
            CrateName::Unknown => self.anywhere(rest, namespace, depth),
        };
        found.unwrap_or_else(external)
    }

    fn onwards(&self, found: Target, rest: &[String], namespace: Namespace, depth: usize) -> Option<Target> {
        match found {
            Target::Position(node) => self.descend(node, rest, namespace, depth),
            Target::External(mut path) => {
                path.extend_from_slice(rest);
                Some(Target::External(path))
            }
            found if rest.is_empty() => Some(found),
            Target::Entity(_) | Target::Item(..) | Target::Missing => None,
        }
    }

    fn descend(&self, node: usize, rest: &[String], namespace: Namespace, depth: usize) -> Option<Target> {
        match rest.split_first() {
            None => Some(Target::Position(node)),
            Some((first, rest)) if first == "super" => self.descend(self.outline.parent(node), rest, namespace, depth),
            Some((first, rest)) => {
                let found = self.member(node, first, in_path(rest, namespace), depth)?;
                self.onwards(found, rest, namespace, depth)
            }
        }
    }

    /// A name inside a module, declared or imported there.
    fn member(&self, node: usize, name: &str, namespace: Namespace, depth: usize) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        self.patience.set(self.patience.get().checked_sub(1)?);
        let number = self.outline.nodes.get(node)?.module;
        let module = number.and_then(|number| Some((number, self.outline.modules.get(number)?)));
        if let Some((number, module)) = module {
            if let (Namespace::Values, Some(item)) = (namespace, module.values.get(name)) {
                return Some(Target::Item(number, *item));
            }
            if module.entity.as_ref().is_some_and(|(_, entity)| entity == name) {
                return Some(Target::Entity(number));
            }
            match module.names.get(name) {
                Some(Named::Item(item) | Named::Alias(item, _)) => return Some(Target::Item(number, *item)),
                Some(Named::Use(path)) => {
                    // `use uuid;` imports a crate: looked up here again, it would lead to itself.
                    let itself = path.len() == 1 && path.first().is_some_and(|only| only == name);
                    return match itself {
                        true => Some(self.by_crate(node, path, namespace, depth)),
                        false => self.follow(number, path, namespace, depth),
                    };
                }
                None => {}
            }
        }
        if let Some(child) = self.outline.child(node, name) {
            return Some(Target::Position(child));
        }
        let (number, module) = module?;
        module.globs.iter().enumerate().find_map(|(index, glob)| {
            if self.followed.borrow().contains(&(number, index)) {
                return None;
            }
            self.followed.borrow_mut().push((number, index));
            let reached = self.follow(number, glob, Namespace::Types, depth);
            self.followed.borrow_mut().pop();
            match reached? {
                Target::Position(reached) if reached != node => self.member(reached, name, namespace, depth),
                _ => None,
            }
        })
    }

    /// A path from the root of a crate whose root is not among the files: the one module that ends so.
    fn anywhere(&self, path: &[String], namespace: Namespace, depth: usize) -> Option<Target> {
        let (name, folder) = path.split_last()?;
        let mut roots = self.outline.roots.iter();
        if let Some(found) = roots.find_map(|root| self.descend(*root, path, namespace, depth)) {
            return Some(found);
        }
        let ends = |node: &&usize| {
            let mut above = std::iter::successors(Some(**node), |node| self.outline.nodes.get(*node)?.parent);
            folder.iter().rev().all(|name| {
                above.next().and_then(|node| self.outline.nodes.get(node)).is_some_and(|node| node.name == *name)
            })
        };
        let mut ending = self.outline.by_end.get(folder.last()?)?.iter().filter(ends);
        let only = ending.next()?;
        match ending.next() {
            None => self.member(*only, name, namespace, depth),
            Some(_) => None,
        }
    }
}

/// The namespace of a path's segment: all but the last are modules and types.
fn in_path(rest: &[String], namespace: Namespace) -> Namespace {
    if rest.is_empty() { namespace } else { Namespace::Types }
}

/// A file's module: its folders and its stem, where the stem is not just the folder's own file.
pub(super) fn module_path(path: &Path) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    for component in path.with_extension("").components() {
        match component {
            Component::Normal(segment) => segments.push(segment.to_string_lossy().into_owned()),
            Component::ParentDir => _ = segments.pop(),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    if matches!(segments.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        segments.pop();
    }
    segments
}

/// Where `#[path = "…"]` says a module's file is.
pub(super) fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match super::attributes::literal(&pair.value)? {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// A path's segments as text, generic arguments left out.
pub(super) fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect()
}

#[cfg(test)]
mod tests;
