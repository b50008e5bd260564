//! Resolves names to syntax.
//!
//! Must not know what any of it means. Syntax cannot leave the thread that parsed it and is too large to be kept, so a file is
//! parsed again, once in each thread, when a name in another one leads to it. Names of columns' types seldom do.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use syn::{Expr, Item, ItemEnum, ItemFn, ItemImpl, ItemStruct};

use crate::schema::Product;

use super::conditions::{self, Conditions, Outcome};
use super::outline::{Outline, Target};
use super::source::{RustFile, SourceError};
use super::types::Typed;
use super::{Context, SourceFile};

pub(super) use super::outline::segments;

/// A file, parsed when it is first asked for.
pub(super) struct Held<'s> {
    pub(super) source: &'s SourceFile,
    conditions: &'s Conditions,
    parsed: OnceCell<Option<Box<RustFile>>>,
    kept: &'s Cell<bool>,
}

impl<'s> Held<'s> {
    /// A file of this thread, which notes in `kept` that there is one it keeps.
    pub(super) fn new(source: &'s SourceFile, conditions: &'s Conditions, kept: &'s Cell<bool>) -> Self {
        Self { source, conditions, parsed: OnceCell::new(), kept }
    }

    /// Parses the file, without keeping it, and takes away what its conditions take away.
    pub(super) fn parse(&self) -> Result<(RustFile, Outcome), SourceError> {
        let mut file = RustFile::parse(&self.source.path, &self.source.text)?;
        let outcome = match self.source.text.contains("cfg") {
            true => conditions::apply_conditions(&mut file, self.conditions),
            false => Outcome::default(),
        };
        Ok((file, outcome))
    }

    fn file(&self) -> Option<&RustFile> {
        self.kept.set(true);
        self.parsed.get_or_init(|| self.parse().ok().map(|(file, _)| Box::new(file))).as_deref()
    }
}

/// One thread's view of all modules.
#[derive(Clone, Copy)]
pub(super) struct Modules<'a> {
    pub(super) outline: &'a Outline,
    /// The file that is being read, by its number. No other is kept longer than that.
    pub(super) current: Option<(usize, &'a RustFile)>,
    /// All files, for what names in the current one lead to.
    pub(super) files: &'a [Held<'a>],
    pub(super) context: &'a Context,
    /// The database that is read for.
    pub(super) product: Product,
    /// The active enums this thread has read.
    pub(super) actives: &'a Actives,
}

/// What columns of active enums are, by the module and the number of each: many columns may have one.
pub(super) type Actives = RefCell<HashMap<(usize, usize), Result<Typed, SourceError>>>;

/// One module: a file, or a `mod { … }` inside one.
#[derive(Clone, Copy)]
pub(super) struct Module<'a> {
    pub(super) file: &'a RustFile,
    pub(super) items: &'a [Item],
    /// The struct that makes the module an entity: a model, or a written-out `Entity`.
    pub(super) entity: Option<&'a ItemStruct>,
}

/// The item that a path resolves to.
#[derive(Clone)]
pub(super) enum Found<'a> {
    /// A struct, the module it stands in, and its number there.
    Struct(usize, usize, &'a ItemStruct),
    /// An enum, the module it stands in, and its number there.
    Enum(usize, usize, &'a ItemEnum),
    /// A type alias, and the module it stands in.
    Alias(usize, &'a syn::Type),
    /// Nothing in these files: the path with every `use` followed.
    External(Vec<String>),
    /// An entity, a module, or an item that is none of the above.
    Other,
}

/// The constant or function that a path resolves to, with its module.
#[derive(Clone, Copy)]
pub(super) enum FoundValue<'a> {
    /// A constant or a static.
    Constant(usize, &'a Expr),
    /// A function outside of `impl` blocks.
    Function(usize, &'a ItemFn),
}

impl<'a> Modules<'a> {
    pub(super) fn get(&self, at: usize) -> Option<Module<'a>> {
        let outlined = self.outline.modules.get(at)?;
        let file = match self.current {
            Some((number, file)) if number == outlined.file => file,
            _ => self.files.get(outlined.file)?.file()?,
        };
        let mut items = file.syntax.items.as_slice();
        for index in &outlined.inside {
            match items.get(*index) {
                Some(Item::Mod(module)) => items = module.content.as_ref().map(|(_, items)| items.as_slice())?,
                _ => return None,
            }
        }
        let entity = outlined.entity.as_ref().and_then(|(index, _)| match items.get(*index) {
            Some(Item::Struct(item)) => Some(item),
            _ => None,
        });
        Some(Module { file, items, entity })
    }

    /// Resolves a path relative to a module.
    pub(super) fn find(&self, from: usize, path: &[String]) -> Found<'a> {
        match self.outline.find(from, path) {
            Target::Item(module, index) => match self.item(module, index) {
                Some(Item::Struct(item)) => Found::Struct(module, index, item),
                Some(Item::Enum(item)) => Found::Enum(module, index, item),
                Some(Item::Type(item)) => Found::Alias(module, &item.ty),
                _ => Found::Other,
            },
            Target::External(path) => Found::External(path),
            Target::Entity(_) | Target::Missing | Target::Position(_) => Found::Other,
        }
    }

    /// Resolves the path of a constant or a function relative to a module.
    pub(super) fn find_value(&self, from: usize, path: &[String]) -> Option<FoundValue<'a>> {
        let Target::Item(module, index) = self.outline.find_value(from, path) else { return None };
        match self.item(module, index)? {
            Item::Const(item) => Some(FoundValue::Constant(module, &item.expr)),
            Item::Static(item) => Some(FoundValue::Constant(module, &item.expr)),
            Item::Fn(item) => Some(FoundValue::Function(module, item)),
            _ => None,
        }
    }

    fn item(&self, module: usize, index: usize) -> Option<&'a Item> {
        self.get(module)?.items.get(index)
    }

    /// The written-out `impl ValueType for …` of a type, and the module it stands in.
    pub(super) fn value_type(&self, module: usize, item: usize, name: &str) -> Option<(usize, &'a ItemImpl)> {
        let (at, index) = self.outline.value_type(module, item, name)?;
        match self.item(at, index)? {
            Item::Impl(item) => Some((at, item)),
            _ => None,
        }
    }
}

impl<'a> Module<'a> {
    /// The written-out impls of a trait for a type, by the last names of both.
    pub(super) fn impls(&self, of: &'a str, name: &'a str) -> impl Iterator<Item = &'a ItemImpl> + use<'a> {
        self.items.iter().filter_map(move |item| match item {
            Item::Impl(item) => {
                let (_, path, _) = item.trait_.as_ref()?;
                let syn::Type::Path(target) = &*item.self_ty else { return None };
                (path.segments.last()?.ident == of && target.path.segments.last()?.ident == name).then_some(item)
            }
            _ => None,
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
