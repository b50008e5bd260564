//! Adds modules of migrations to the source text of a `Migrator`, and removes those that are gone. Only these lines change:
//! comments, order and everything else in the text stay as they are. What the edit made of the list is read again before it counts.
//!
//! Must not know where the files are, nor what a migration contains.

mod list;
mod place;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use super::is_migration_name;
use list::List;
use place::{Lines, applied};

/// The static that the modules refer to.
const STATIC: &str = "MIGRATIONS";

/// The mark that some editors put at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The source text of a `Migrator`, with the places that modules are added to.
pub struct MigratorText {
    text: String,
    /// The modules that are declared, in their order.
    declared: Vec<Module>,
    list: List,
    /// Where the items begin that belong to the `Migrator`.
    migrator: usize,
    has_static: bool,
    is_marked: bool,
}

/// A declared module and its bytes in the text.
struct Module {
    name: String,
    at: Range<usize>,
}

/// Why a text has no `Migrator` that modules can be added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is no Rust; the line and the reason.
    Syntax(usize, String),
    /// No item implements `MigratorTrait`.
    NoMigrator,
    /// Several items implement it.
    Several,
    /// Its list is not one `vec![…]` that the function returns.
    NoList,
    /// `MIGRATIONS` is something else.
    OtherStatic,
    /// The text that the edit made could not be read.
    Edited,
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(line, reason) => write!(formatter, "line {line}: {reason}"),
            Self::NoMigrator => formatter.write_str("no item of the file itself implements `MigratorTrait`"),
            Self::Several => formatter.write_str("several items implement `MigratorTrait`"),
            Self::NoList => formatter.write_str("the function `migrations` does not return one list `vec![…]`"),
            Self::OtherStatic => write!(formatter, "`{STATIC}` is something else than the migrations of `gen`"),
            Self::Edited => formatter.write_str("the list is written in a way that is not understood"),
        }
    }
}

impl MigratorText {
    /// Reads the text.
    ///
    /// # Errors
    /// It has no `Migrator` that modules can be added to.
    pub fn read(text: &str) -> Result<Self, Unfit> {
        let plain = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let file =
            syn::parse_file(plain).map_err(|error| Unfit::Syntax(error.span().start().line, error.to_string()))?;
        let mut migrators = file.items.iter().filter_map(migrator);
        let list = match (migrators.next(), migrators.next()) {
            (Some(item), None) => List::of(item).ok_or(Unfit::NoList)?,
            (Some(_), Some(_)) => return Err(Unfit::Several),
            (None, _) => return Err(Unfit::NoMigrator),
        };
        let declared = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if is_migration_name(&module.ident.to_string()) => {
                Some(Module { name: module.ident.to_string(), at: item.span().byte_range() })
            }
            _ => None,
        });
        let is_before =
            |item: &&syn::Item| matches!(item, syn::Item::Use(_) | syn::Item::Mod(_) | syn::Item::ExternCrate(_));
        let first = file.items.iter().find(|item| !is_before(item)).ok_or(Unfit::NoMigrator)?;
        Ok(Self {
            declared: declared.collect(),
            list,
            migrator: first.span().byte_range().start,
            has_static: has_static(&file.items)?,
            is_marked: plain.len() < text.len(),
            text: plain.to_owned(),
        })
    }

    /// The modules that are declared or listed.
    pub fn modules(&self) -> BTreeSet<&str> {
        self.declared.iter().map(|module| module.name.as_str()).chain(self.listed()).collect()
    }

    /// The modules in the list, in its order.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        self.list.entries.iter().filter_map(|entry| entry.module.as_deref())
    }

    /// The entries of the list, in its order: the module that an entry names by the convention of `sea-orm-cli`, if it does.
    pub fn entries(&self) -> impl Iterator<Item = Option<&str>> {
        self.list.entries.iter().map(|entry| entry.module.as_deref())
    }

    /// The text without the modules `gone`, and with the modules `wanted`, each at the place that its name has in the order of
    /// time. `embedded` are the arguments of `embed!` for the static that the modules refer to.
    ///
    /// # Errors
    /// The list is written in a way that is not understood.
    pub fn with(&self, wanted: &[String], gone: &BTreeSet<String>, embedded: &str) -> Result<String, Unfit> {
        let lines = Lines(&self.text);
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for module in self.declared.iter().filter(|module| gone.contains(&module.name)) {
            edits.push((lines.whole(&module.at), String::new()));
        }
        let is_declared = |name: &&String| self.declared.iter().any(|module| module.name == **name);
        let declared: Vec<&String> = wanted.iter().filter(|name| !is_declared(name)).collect();
        edits.extend(self.declarations(&declared, gone));
        let is_listed = |name: &&String| self.listed().any(|listed| listed == name.as_str());
        let mut listed: Vec<&String> = wanted.iter().filter(|name| !is_listed(name)).collect();
        listed.sort();
        edits.extend(self.list.edits(&self.text, &listed, gone));
        if !self.has_static && !wanted.is_empty() {
            // As rustfmt breaks the line.
            let space = if embedded.is_empty() { " " } else { "\n    " };
            let item = format!(
                "/// The migrations of `gen`, sealed by its lock file.\n\
                 pub static {STATIC}: sea_gen_runner::Migrations ={space}sea_gen_runner::embed!({embedded});\n\n"
            );
            let at = lines.above_comments(self.migrator);
            edits.push((at..at, item));
        }
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let edited = applied(&self.text, edits, newline);
        let edited = if self.is_marked { format!("{BYTE_ORDER_MARK}{edited}") } else { edited };
        let expected = self.list.with(&listed, gone);
        match Self::read(&edited) {
            Ok(found) if found.list.contents() == expected => Ok(edited),
            Ok(_) | Err(_) => Err(Unfit::Edited),
        }
    }

    /// The declarations of modules: each before the first one that is newer, otherwise after the last one.
    fn declarations(&self, names: &[&String], gone: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        let lines = Lines(&self.text);
        let kept: Vec<&Module> = self.declared.iter().filter(|module| !gone.contains(&module.name)).collect();
        let line = |name: &String| format!("mod {name};\n");
        let Some(last) = kept.last() else {
            let all: String = names.iter().copied().map(line).collect();
            let at = lines.above_comments(self.migrator);
            return if names.is_empty() { Vec::new() } else { vec![(at..at, format!("{all}\n"))] };
        };
        let after_last = |name: &String| match lines.ends_with_comment(last.at.end) {
            true => (lines.end(last.at.end), line(name)),
            false => (last.at.end, format!("\nmod {name};")),
        };
        let place = |name: &String| match kept.iter().find(|module| module.name > *name) {
            Some(newer) => match lines.begins(newer.at.start) {
                true => (lines.above_comments(newer.at.start), line(name)),
                false => (newer.at.start, format!("mod {name}; ")),
            },
            None => after_last(name),
        };
        let edit = |name: &&String| {
            let (at, text) = place(name);
            (at..at, text)
        };
        names.iter().map(edit).collect()
    }
}

/// The implementation of `MigratorTrait`, if the item is one.
fn migrator(item: &syn::Item) -> Option<&syn::ItemImpl> {
    match item {
        syn::Item::Impl(item) => {
            let last = item.trait_.as_ref()?.1.segments.last()?;
            (last.ident == "MigratorTrait").then_some(item)
        }
        _ => None,
    }
}

/// Whether the file has the static already.
fn has_static(items: &[syn::Item]) -> Result<bool, Unfit> {
    let is_ours = |of: &syn::Type| of.to_token_stream().to_string().contains("Migrations");
    for item in items {
        let found = match item {
            syn::Item::Static(item) if item.ident == STATIC => is_ours(&item.ty),
            syn::Item::Const(item) if item.ident == STATIC => is_ours(&item.ty),
            syn::Item::Use(item) if imports(&item.tree) => true,
            _ => continue,
        };
        return if found { Ok(true) } else { Err(Unfit::OtherStatic) };
    }
    Ok(false)
}

fn imports(tree: &syn::UseTree) -> bool {
    match tree {
        syn::UseTree::Path(path) => imports(&path.tree),
        syn::UseTree::Name(name) => name.ident == STATIC,
        syn::UseTree::Rename(name) => name.rename == STATIC,
        syn::UseTree::Group(group) => group.items.iter().any(imports),
        syn::UseTree::Glob(_) => false,
    }
}

#[cfg(test)]
mod tests;
