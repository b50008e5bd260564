//! Rust's names across files: a file's stem is its module, `mod`, `use`, `super`, `crate`, globs.
//!
//! Must not know SeaORM, except that a module with a model holds an `Entity` no text spells out.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use syn::{Expr, Item, ItemEnum, ItemImpl, ItemStruct, UseTree};

use super::attributes::{derives, for_tests};
use super::names::plain;
use super::source::RustFile;

/// One module: a file, or a `mod { … }` inside one.
pub(super) struct Module<'a> {
    pub(super) file: &'a RustFile,
    pub(super) path: Vec<String>,
    pub(super) items: &'a [Item],
    /// The struct that derives `DeriveEntityModel`, if the module is an entity.
    pub(super) model: Option<&'a ItemStruct>,
    /// Written-out `impl ValueType for …`, by the type's name.
    pub(super) value_types: BTreeMap<String, &'a ItemImpl>,
    names: BTreeMap<String, Named<'a>>,
    globs: Vec<Vec<String>>,
}

#[derive(Clone)]
enum Named<'a> {
    Struct(&'a ItemStruct),
    Enum(&'a ItemEnum),
    Alias(&'a syn::Type),
    Constant(&'a Expr),
    /// A `use`, with the path it stands for.
    Use(Vec<String>),
    /// A `#[path]` module, with the module its file is.
    Elsewhere(Vec<String>),
}

/// What a path leads to.
#[derive(Clone)]
pub(super) enum Found<'a> {
    /// A module's entity.
    Entity(usize),
    /// A struct, and the module it stands in.
    Struct(usize, &'a ItemStruct),
    /// An enum, and the module it stands in.
    Enum(usize, &'a ItemEnum),
    /// A type alias, and the module it stands in.
    Alias(usize, &'a syn::Type),
    /// A constant, and the module it stands in.
    Constant(usize, &'a Expr),
    /// Nothing in these files: the path with every `use` followed.
    External(Vec<String>),
    /// A module.
    Position(Vec<String>),
}

/// All modules.
#[derive(Default)]
pub(super) struct Modules<'a> {
    pub(super) list: Vec<Module<'a>>,
    by_path: BTreeMap<Vec<String>, usize>,
    /// Every path by its last name, in the order of the paths.
    by_end: BTreeMap<String, Vec<Vec<String>>>,
    /// Where crates begin: the folders of `lib.rs` and `main.rs`.
    roots: Vec<Vec<String>>,
}

/// How many `use`s and aliases are followed before a name is taken to go round in a circle.
const DEPTH: usize = 24;

impl<'a> Modules<'a> {
    pub(super) fn of(files: &'a [RustFile]) -> Self {
        let mut modules = Self::default();
        for file in files {
            let path = module_path(&file.path);
            if matches!(file.path.file_stem().and_then(|stem| stem.to_str()), Some("lib" | "main")) {
                modules.roots.push(path.clone());
            }
            modules.add(file, path, &file.syntax.items);
        }
        for path in modules.by_path.keys() {
            if let Some(end) = path.last() {
                modules.by_end.entry(end.clone()).or_default().push(path.clone());
            }
        }
        modules
    }

    fn add(&mut self, file: &'a RustFile, path: Vec<String>, items: &'a [Item]) {
        let mut module = Module {
            file,
            path: path.clone(),
            items,
            model: None,
            value_types: BTreeMap::new(),
            names: BTreeMap::new(),
            globs: Vec::new(),
        };
        let mut inner = Vec::new();
        for item in items {
            match item {
                Item::Struct(item) => {
                    if derives(&item.attrs, "DeriveEntityModel") && !for_tests(&item.attrs) {
                        module.model.get_or_insert(item);
                    }
                    module.names.insert(plain(&item.ident), Named::Struct(item));
                }
                Item::Enum(item) => _ = module.names.insert(plain(&item.ident), Named::Enum(item)),
                Item::Type(item) => _ = module.names.insert(plain(&item.ident), Named::Alias(&item.ty)),
                Item::Const(item) => _ = module.names.insert(plain(&item.ident), Named::Constant(&item.expr)),
                Item::Use(item) => module.import(&item.tree, &mut Vec::new()),
                Item::Impl(item) => {
                    let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                    if of.is_some_and(|of| of.ident == "ValueType")
                        && let syn::Type::Path(target) = &*item.self_ty
                        && let Some(last) = target.path.segments.last()
                    {
                        module.value_types.insert(plain(&last.ident), item);
                    }
                }
                Item::Mod(item) if !for_tests(&item.attrs) => {
                    if let Some((_, items)) = &item.content {
                        inner.push((plain(&item.ident), items.as_slice()));
                    } else if let Some(elsewhere) = path_attribute(&item.attrs) {
                        let folder = file.path.parent().unwrap_or(Path::new(""));
                        let target = Named::Elsewhere(module_path(&folder.join(elsewhere)));
                        module.names.insert(plain(&item.ident), target);
                    }
                }
                _ => {}
            }
        }
        self.by_path.insert(path.clone(), self.list.len());
        self.list.push(module);
        for (name, items) in inner {
            let mut path = path.clone();
            path.push(name);
            self.add(file, path, items);
        }
    }

    /// Follows a path as it stands in a module.
    pub(super) fn find(&self, from: usize, path: &[String]) -> Found<'a> {
        self.follow(from, path, DEPTH).unwrap_or_else(|| Found::External(path.to_vec()))
    }

    fn follow(&self, from: usize, path: &[String], depth: usize) -> Option<Found<'a>> {
        let module = self.list.get(from)?;
        let depth = depth.checked_sub(1)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "self" => self.descend(&module.path, rest, depth),
            "super" => self.descend(parent(&module.path), rest, depth),
            "crate" => {
                let root = self.roots.iter().filter(|root| module.path.starts_with(root)).max_by_key(|root| root.len());
                root.and_then(|root| self.descend(root, rest, depth)).or_else(|| self.anywhere(rest, depth))
            }
            name => match self.member(&module.path, name, depth) {
                Some(found) => self.onwards(found, rest, depth),
                // The name of a crate: one of these files' own packages, or somebody else's.
                None => Some(self.anywhere(rest, depth).unwrap_or_else(|| Found::External(path.to_vec()))),
            },
        }
    }

    fn onwards(&self, found: Found<'a>, rest: &[String], depth: usize) -> Option<Found<'a>> {
        match found {
            Found::Position(path) => self.descend(&path, rest, depth),
            Found::External(mut path) => {
                path.extend_from_slice(rest);
                Some(Found::External(path))
            }
            found if rest.is_empty() => Some(found),
            _ => None,
        }
    }

    fn descend(&self, position: &[String], rest: &[String], depth: usize) -> Option<Found<'a>> {
        match rest.split_first() {
            None => Some(Found::Position(position.to_vec())),
            Some((first, rest)) if first == "super" => self.descend(parent(position), rest, depth),
            Some((first, rest)) => self.onwards(self.member(position, first, depth)?, rest, depth),
        }
    }

    /// A name inside a module, by whatever way it came there.
    fn member(&self, position: &[String], name: &str, depth: usize) -> Option<Found<'a>> {
        let depth = depth.checked_sub(1)?;
        if let Some(&index) = self.by_path.get(position)
            && let Some(module) = self.list.get(index)
        {
            match module.names.get(name) {
                Some(Named::Struct(item)) if name == "Entity" && module.model.is_none() => {
                    return Some(Found::Struct(index, item));
                }
                Some(Named::Struct(item)) if name != "Entity" => return Some(Found::Struct(index, item)),
                Some(Named::Enum(item)) => return Some(Found::Enum(index, item)),
                Some(Named::Alias(aliased)) => return Some(Found::Alias(index, aliased)),
                Some(Named::Constant(value)) => return Some(Found::Constant(index, value)),
                Some(Named::Use(path)) => {
                    // `use uuid;` and the like stand for themselves: looked up again, they would go round in a circle.
                    let itself = path.len() == 1 && path.first().is_some_and(|only| only == name);
                    return match itself {
                        true => Some(Found::External(path.clone())),
                        false => self.follow(index, path, depth),
                    };
                }
                Some(Named::Elsewhere(path)) => return Some(Found::Position(path.clone())),
                Some(Named::Struct(_)) | None => {}
            }
            if name == "Entity" && module.model.is_some() {
                return Some(Found::Entity(index));
            }
        }
        let mut child = position.to_vec();
        child.push(name.to_owned());
        if self.holds(&child) {
            return Some(Found::Position(child));
        }
        let module = self.list.get(*self.by_path.get(position)?)?;
        let index = *self.by_path.get(position)?;
        module.globs.iter().find_map(|glob| match self.follow(index, glob, depth)? {
            Found::Position(path) if path != position => self.member(&path, name, depth),
            _ => None,
        })
    }

    /// A path from the root of a crate whose root is not among the files: the one module that ends so.
    fn anywhere(&self, path: &[String], depth: usize) -> Option<Found<'a>> {
        if path.is_empty() {
            return None;
        }
        let mut found = self.roots.iter().filter_map(|root| self.descend(root, path, depth));
        if let Some(first) = found.next() {
            return Some(first);
        }
        let (name, folder) = path.split_last()?;
        if folder.is_empty() {
            return None;
        }
        let mut ending = self.by_end.get(folder.last()?)?.iter().filter(|known| known.ends_with(folder));
        let only = ending.next()?;
        match ending.next() {
            None => self.member(only, name, depth),
            Some(_) => None,
        }
    }

    fn holds(&self, position: &[String]) -> bool {
        self.by_path.range(position.to_vec()..).next().is_some_and(|(path, _)| path.starts_with(position))
    }
}

impl Module<'_> {
    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(plain(&path.ident));
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = prefix.last() {
                    self.names.entry(last.clone()).or_insert_with(|| Named::Use(prefix.clone()));
                }
            }
            UseTree::Name(name) => {
                let name = plain(&name.ident);
                let path = prefix.iter().cloned().chain([name.clone()]).collect();
                self.names.entry(name).or_insert(Named::Use(path));
            }
            UseTree::Rename(rename) => {
                let mut path = prefix.clone();
                if rename.ident != "self" {
                    path.push(plain(&rename.ident));
                }
                self.names.entry(plain(&rename.rename)).or_insert(Named::Use(path));
            }
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, prefix);
                }
            }
        }
    }
}

/// A file's module: its folders and its stem, where the stem is not just the folder's own file.
fn module_path(path: &Path) -> Vec<String> {
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

fn parent(path: &[String]) -> &[String] {
    path.split_last().map_or(&[], |(_, parent)| parent)
}

fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
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
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Vec<RustFile> {
        texts.iter().filter_map(|(path, text)| RustFile::parse(Path::new(path), text).ok()).collect()
    }

    const MODEL: &str = "#[derive(DeriveEntityModel)] pub struct Model { id: i32 }";

    /// The file whose entity a path in the last file leads to.
    fn entity(texts: &[(&str, &str)], path: &str) -> Option<String> {
        let files = files(texts);
        let modules = Modules::of(&files);
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        match modules.find(modules.list.len() - 1, &path) {
            Found::Entity(index) => modules.list.get(index).map(|module| module.path.join("/")),
            _ => None,
        }
    }

    #[test]
    fn a_sibling_is_found_without_the_file_that_declares_it() {
        let texts = [("entities/a.rs", MODEL), ("entities/b.rs", MODEL)];
        assert_eq!(entity(&texts, "super::a::Entity").as_deref(), Some("entities/a"));
        assert_eq!(entity(&texts, "Entity").as_deref(), Some("entities/b"));
        assert_eq!(entity(&texts, "self::Entity").as_deref(), Some("entities/b"));
        assert_eq!(entity(&texts, "super::c::Entity"), None);
    }

    #[test]
    fn crate_is_the_nearest_root() {
        let texts = [("x/src/lib.rs", ""), ("x/src/entity/a.rs", MODEL), ("x/src/entity/b.rs", MODEL)];
        assert_eq!(entity(&texts, "crate::entity::a::Entity").as_deref(), Some("x/src/entity/a"));
    }

    #[test]
    fn crate_without_a_root_is_the_one_module_that_ends_so() {
        let texts = [("src/models/a.rs", MODEL), ("src/models/b.rs", MODEL)];
        assert_eq!(entity(&texts, "crate::models::a::Entity").as_deref(), Some("src/models/a"));
        assert_eq!(entity(&texts, "shop::models::a::Entity").as_deref(), Some("src/models/a"));
    }

    #[test]
    fn renames_and_preludes_are_followed() {
        let prelude = "pub use super::a::Entity as A; pub use super::a as other;";
        let b = format!("use super::prelude::*; use super::a::{{self as aa, Entity as Renamed}}; {MODEL}");
        let texts = [("e/a.rs", MODEL), ("e/prelude.rs", prelude), ("e/b.rs", b.as_str())];
        for path in ["A", "Renamed", "aa::Entity", "other::Entity", "super::prelude::A"] {
            assert_eq!(entity(&texts, path).as_deref(), Some("e/a"), "{path}");
        }
    }

    #[test]
    fn a_path_attribute_and_an_inline_module_are_modules() {
        let root = format!("#[path = \"strange.rs\"] pub mod a; pub mod inner {{ {MODEL} }}");
        let b = format!("use crate::a::Entity as A; {MODEL}");
        let texts = [("e/lib.rs", root.as_str()), ("e/strange.rs", MODEL), ("e/b.rs", b.as_str())];
        assert_eq!(entity(&texts, "A").as_deref(), Some("e/strange"));
        assert_eq!(entity(&texts, "super::inner::Entity").as_deref(), Some("e/inner"));
    }

    #[test]
    fn a_circle_of_imports_ends() {
        let texts = [("e/a.rs", "pub use super::b::X;"), ("e/b.rs", "pub use super::a::X;")];
        assert_eq!(entity(&texts, "X"), None);
    }
}
