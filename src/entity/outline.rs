//! Rust's names across files: a file's stem is its module, `mod`, `use`, `super`, `crate`, globs.
//!
//! Must not know the syntax behind a name: only where it stands, so that threads which hold different files can share what
//! all of them are called. Knows of SeaORM only that a module with a model holds an `Entity` no text spells out.

mod imports;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use syn::Item;

use super::attributes::{derives, names};
use super::heads::{Head, heads};
use super::names::plain;
use super::source::RustFile;

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
    names: HashMap<String, Named>,
    globs: Vec<Vec<String>>,
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
    /// A `#[path]` module, with the module its file is.
    Elsewhere(Vec<String>),
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
    /// A module, by its place in the tree.
    Position(usize),
}

/// All modules.
pub(super) struct Outline {
    pub(super) modules: Vec<Outlined>,
    nodes: Vec<Node>,
    /// The place of each module in the tree.
    node_of: Vec<usize>,
    /// Places in the tree by their last name.
    by_end: HashMap<String, Vec<usize>>,
    /// Where crates begin: the folders of `lib.rs` and `main.rs`.
    roots: HashSet<usize>,
    /// Written-out `impl ValueType for …`, by the last name of the type.
    value_types: HashMap<String, Vec<(usize, Vec<String>, usize)>>,
}

#[derive(Default)]
struct Node {
    parent: Option<usize>,
    name: String,
    children: HashMap<String, usize>,
    module: Option<usize>,
}

/// How many `use`s and aliases are followed before a name is taken to go round in a circle.
const DEPTH: usize = 24;

/// How many modules are looked into for one name: globs of globs of globs may be as many as there are paths through them.
const PATIENCE: usize = 10_000;

impl Outlined {
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
                Head::Other => {}
            }
        }
        Some(module)
    }

    fn new(file: usize, inside: Vec<usize>, path: Vec<String>) -> Self {
        Self { file, inside, path, entity: None, names: HashMap::new(), globs: Vec::new(), value_types: Vec::new() }
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
            Item::Const(item) => _ = module.names.insert(plain(&item.ident), Named::Item(index)),
            Item::Static(item) => _ = module.names.insert(plain(&item.ident), Named::Item(index)),
            // What may stand in a constant. Other functions have names that modules may have too.
            Item::Fn(item) if item.sig.constness.is_some() => {
                module.names.entry(plain(&item.sig.ident)).or_insert(Named::Item(index));
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
            Item::Mod(item) => {
                if let Some((_, items)) = &item.content {
                    inner.push((plain(&item.ident), index, items.as_slice()));
                } else if let Some(elsewhere) = path_attribute(&item.attrs) {
                    let folder = file.path.parent().unwrap_or(Path::new(""));
                    let target = Named::Elsewhere(module_path(&folder.join(elsewhere)));
                    module.names.insert(plain(&item.ident), target);
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
    /// `absent` are the paths of modules that `#[cfg]` takes away.
    pub(super) fn of(mut modules: Vec<Outlined>, absent: &[Vec<String>]) -> Self {
        modules.retain(|module| !absent.iter().any(|absent| module.path.starts_with(absent)));
        let mut outline = Self {
            modules,
            nodes: vec![Node::default()],
            node_of: Vec::new(),
            by_end: HashMap::new(),
            roots: HashSet::new(),
            value_types: HashMap::new(),
        };
        let modules = std::mem::take(&mut outline.modules);
        for (number, module) in modules.iter().enumerate() {
            let node = outline.grow(&module.path);
            if let Some(node) = outline.nodes.get_mut(node) {
                node.module = Some(number);
            }
            outline.node_of.push(node);
            for (path, item) in &module.value_types {
                if let Some(last) = path.last() {
                    outline.value_types.entry(last.clone()).or_default().push((number, path.clone(), *item));
                }
            }
        }
        outline.modules = modules;
        outline
    }

    /// Says where a crate begins.
    pub(super) fn root(&mut self, file: &Path) {
        if matches!(file.file_stem().and_then(|stem| stem.to_str()), Some("lib" | "main")) {
            let node = self.grow(&module_path(file));
            self.roots.insert(node);
        }
    }

    fn grow(&mut self, path: &[String]) -> usize {
        let mut at = 0;
        for name in path {
            at = match self.child(at, name) {
                Some(child) => child,
                None => {
                    let child = self.nodes.len();
                    self.nodes.push(Node { parent: Some(at), name: name.clone(), ..Node::default() });
                    if let Some(node) = self.nodes.get_mut(at) {
                        node.children.insert(name.clone(), child);
                    }
                    self.by_end.entry(name.clone()).or_default().push(child);
                    child
                }
            };
        }
        at
    }

    fn child(&self, node: usize, name: &str) -> Option<usize> {
        self.nodes.get(node)?.children.get(name).copied()
    }

    fn parent(&self, node: usize) -> usize {
        self.nodes.get(node).and_then(|node| node.parent).unwrap_or_default()
    }

    /// Resolves a path relative to a module.
    pub(super) fn find(&self, from: usize, path: &[String]) -> Target {
        let search = Search { outline: self, patience: Cell::new(PATIENCE), followed: RefCell::default() };
        search.follow(from, path, DEPTH).unwrap_or_else(|| Target::External(path.to_vec()))
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
                Target::External(_) | Target::Position(_) => return None,
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

    /// Whether anything at or below a path declares an entity.
    pub(super) fn has_entities(&self, path: &[String]) -> bool {
        self.modules.iter().any(|module| module.entity.is_some() && module.path.starts_with(path))
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
    fn follow(&self, from: usize, path: &[String], depth: usize) -> Option<Target> {
        let node = *self.outline.node_of.get(from)?;
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "self" => self.descend(node, rest, depth),
            "super" => self.descend(self.outline.parent(node), rest, depth),
            "crate" => {
                let mut above = std::iter::successors(Some(node), |node| self.outline.nodes.get(*node)?.parent);
                let root = above.find(|node| self.outline.roots.contains(node));
                root.and_then(|root| self.descend(root, rest, depth)).or_else(|| self.anywhere(rest, depth))
            }
            name => match self.member(node, name, depth) {
                Some(found) => self.onwards(found, rest, depth),
                // The name of a crate: one of these files' own packages, or somebody else's.
                None => Some(self.anywhere(rest, depth).unwrap_or_else(|| Target::External(path.to_vec()))),
            },
        }
    }

    fn onwards(&self, found: Target, rest: &[String], depth: usize) -> Option<Target> {
        match found {
            Target::Position(node) => self.descend(node, rest, depth),
            Target::External(mut path) => {
                path.extend_from_slice(rest);
                Some(Target::External(path))
            }
            found if rest.is_empty() => Some(found),
            Target::Entity(_) | Target::Item(..) => None,
        }
    }

    fn descend(&self, node: usize, rest: &[String], depth: usize) -> Option<Target> {
        match rest.split_first() {
            None => Some(Target::Position(node)),
            Some((first, rest)) if first == "super" => self.descend(self.outline.parent(node), rest, depth),
            Some((first, rest)) => self.onwards(self.member(node, first, depth)?, rest, depth),
        }
    }

    /// A name inside a module, by whatever way it came there.
    fn member(&self, node: usize, name: &str, depth: usize) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        self.patience.set(self.patience.get().checked_sub(1)?);
        let number = self.outline.nodes.get(node)?.module;
        let module = number.and_then(|number| Some((number, self.outline.modules.get(number)?)));
        if let Some((number, module)) = module {
            if module.entity.as_ref().is_some_and(|(_, entity)| entity == name) {
                return Some(Target::Entity(number));
            }
            match module.names.get(name) {
                Some(Named::Item(item) | Named::Alias(item, _)) => return Some(Target::Item(number, *item)),
                Some(Named::Use(path)) => {
                    // `use uuid;` and the like stand for themselves: looked up again, they would go round in a circle.
                    let itself = path.len() == 1 && path.first().is_some_and(|only| only == name);
                    return match itself {
                        true => Some(Target::External(path.clone())),
                        false => self.follow(number, path, depth),
                    };
                }
                Some(Named::Elsewhere(path)) => {
                    let reached = path.iter().try_fold(0, |node, name| self.outline.child(node, name));
                    return reached.map(Target::Position);
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
            let reached = self.follow(number, glob, depth);
            self.followed.borrow_mut().pop();
            match reached? {
                Target::Position(reached) if reached != node => self.member(reached, name, depth),
                _ => None,
            }
        })
    }

    /// A path from the root of a crate whose root is not among the files: the one module that ends so.
    fn anywhere(&self, path: &[String], depth: usize) -> Option<Target> {
        let (name, folder) = path.split_last()?;
        // The nearest root first would be a guess: the first in the order of the files is what it always was.
        let mut roots: Vec<usize> = self.outline.roots.iter().copied().collect();
        roots.sort_unstable();
        if let Some(found) = roots.into_iter().find_map(|root| self.descend(root, path, depth)) {
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
            None => self.member(*only, name, depth),
            Some(_) => None,
        }
    }
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
