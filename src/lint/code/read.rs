//! What a file of migrations says: its migrations, its texts of SQL, the paths it uses, and the list of a migrator.
//!
//! Must not judge it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use super::CodeFile;

/// A file.
#[derive(Default)]
pub struct Code {
    pub(super) migrations: Vec<Migration>,
    /// The migrations that a migrator lists, each with its line.
    pub(super) listed: Vec<(String, usize)>,
    /// Texts that may be SQL.
    pub(super) texts: Vec<(String, usize)>,
    /// Where `.concurrently()` is called.
    pub(super) concurrently: Vec<usize>,
    /// Where a text is split at semicolons.
    pub(super) splits: Vec<usize>,
    /// Used paths of several segments, with what `use` stands for.
    pub(super) paths: Vec<(Vec<String>, usize)>,
    pub(super) depth: usize,
    pub(super) is_own_crate: bool,
}

/// An implementation of `MigrationTrait`.
pub(in crate::lint) struct Migration {
    pub(super) line: usize,
    pub(super) transaction: Transaction,
    pub(super) up: Option<Body>,
    pub(super) down: Option<Body>,
}

/// The body of `up` or `down`.
pub(in crate::lint) struct Body {
    pub(super) line: usize,
    /// Whether it does nothing.
    pub(super) is_empty: bool,
    /// Whether it ends the program: `todo!()`.
    pub(super) panics: bool,
    /// Whether a comment stands in it.
    pub(super) has_comment: bool,
}

/// The answer of `use_transaction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Transaction {
    /// None is given: only on PostgreSQL.
    Unsaid,
    /// `Some(true)`.
    Always,
    /// `Some(false)`.
    Never,
    /// It depends.
    Computed,
}

impl Code {
    pub(super) fn read(file: &CodeFile<'_>) -> Option<Self> {
        let parsed = syn::parse_file(file.text).ok()?;
        let mut reader = Reader {
            code: Self { depth: file.depth, is_own_crate: file.is_own_crate, ..Self::default() },
            file,
            imports: BTreeMap::new(),
            own: BTreeSet::new(),
            has_own_glob: false,
        };
        reader.names(&parsed.items);
        reader.visit_file(&parsed);
        Some(reader.code)
    }
}

struct Reader<'f> {
    code: Code,
    file: &'f CodeFile<'f>,
    /// What a name stands for that a `use` brings in.
    imports: BTreeMap<String, Vec<String>>,
    /// Names that the file defines.
    own: BTreeSet<String>,
    /// Whether a glob brings in names of the project.
    has_own_glob: bool,
}

impl Reader<'_> {
    /// The names that the file brings in and defines.
    fn names(&mut self, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Use(item) => self.import(&item.tree, &mut Vec::new()),
                syn::Item::Mod(item) => {
                    // The modules of a migrator's file are its migrations.
                    self.own.insert(item.ident.to_string());
                    self.names(item.content.as_ref().map_or(&[], |(_, items)| items));
                }
                syn::Item::Struct(item) => _ = self.own.insert(item.ident.to_string()),
                syn::Item::Enum(item) => _ = self.own.insert(item.ident.to_string()),
                _ => {}
            }
        }
    }

    fn import(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Name(name) => {
                let mut path = before.clone();
                // `use a::{self}` brings in `a`.
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                if let Some(last) = path.last().cloned() {
                    self.imports.insert(last, path);
                }
            }
            syn::UseTree::Rename(name) => {
                let path = before.iter().cloned().chain([name.ident.to_string()]).collect();
                self.imports.insert(name.rename.to_string(), path);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
            syn::UseTree::Glob(_) => {
                // Those of SeaORM bring in no module of entities.
                self.has_own_glob |= before.first().is_some_and(|first| !first.starts_with("sea_orm"));
            }
        }
    }

    /// A path with its first name as `use` has it. `None`: the file defines it, or a glob may bring it in.
    fn resolved(&self, path: &syn::Path) -> Option<Vec<String>> {
        let mut segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let first = segments.first()?;
        if self.own.contains(first) {
            return None;
        }
        if let Some(import) = self.imports.get(first) {
            segments.splice(..1, import.iter().cloned());
        } else if self.has_own_glob && !matches!(first.as_str(), "crate" | "super" | "self") {
            return None;
        }
        Some(segments)
    }

    fn migration(&mut self, item: &syn::ItemImpl) {
        let method = |name: &str| {
            item.items.iter().find_map(|item| match item {
                syn::ImplItem::Fn(function) if function.sig.ident == name => Some(function),
                _ => None,
            })
        };
        let body = |name: &str| method(name).map(|function| self.body(function));
        let transaction = method("use_transaction").map_or(Transaction::Unsaid, |function| {
            let text = function.block.to_token_stream().to_string().replace([' ', '\n', '{', '}'], "");
            match text.as_str() {
                "Some(true)" => Transaction::Always,
                "Some(false)" => Transaction::Never,
                "None" => Transaction::Unsaid,
                _ => Transaction::Computed,
            }
        });
        let line = item.impl_token.span.start().line;
        let migration = Migration { line, transaction, up: body("up"), down: body("down") };
        self.code.migrations.push(migration);
    }

    fn body(&self, function: &syn::ImplItemFn) -> Body {
        let inside = function.block.to_token_stream().to_string();
        let inside = inside.trim_start_matches('{').trim_end_matches('}').replace(char::is_whitespace, "");
        let is_empty = matches!(inside.as_str(), "" | "Ok(())" | "returnOk(());" | "Ok::<(),DbErr>(())");
        let panics = ["todo!(", "unimplemented!(", "panic!(", "unreachable!("].iter().any(|it| inside.starts_with(it));
        let text = self.file.text.get(function.block.span().byte_range()).unwrap_or_default();
        let has_comment = text.lines().any(|line| line.contains("//") || line.contains("/*"));
        Body { line: function.sig.fn_token.span.start().line, is_empty, panics, has_comment }
    }

    /// The migrations named in the body of `migrations`: `m20220101_000001_create_user::Migration`.
    fn list(&mut self, item: &syn::ItemImpl) {
        for item in &item.items {
            if let syn::ImplItem::Fn(function) = item
                && function.sig.ident == "migrations"
            {
                let mut idents = Vec::new();
                collect_idents(function.block.to_token_stream(), &mut idents);
                let pairs = idents.iter().zip(idents.iter().skip(1));
                let listed = pairs.filter(|(_, next)| *next == "Migration");
                self.code.listed.extend(listed.map(|(ident, _)| (ident.to_string(), ident.span().start().line)));
            }
        }
    }

    fn text(&mut self, text: String, line: usize) {
        self.code.texts.push((text, line));
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    // What documentation and attributes say is not run.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).map(|last| last.ident.to_string());
        match of.as_deref() {
            Some("MigrationTrait") => self.migration(item),
            Some("MigratorTrait") => self.list(item),
            _ => {}
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut paths = Vec::new();
        leaves(&item.tree, &mut Vec::new(), &mut paths);
        self.code.paths.extend(paths);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(resolved) = self.resolved(path) {
            self.code.paths.push((resolved, path.span().start().line));
        }
        visit::visit_path(self, path);
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.text(literal.value(), literal.span().start().line);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let line = call.method.span().start().line;
        match call.method.to_string().as_str() {
            "concurrently" => self.code.concurrently.push(line),
            "split" | "split_terminator" => {
                let at = call.args.first().map(|argument| argument.to_token_stream().to_string());
                if at.is_some_and(|at| matches!(at.as_str(), "';'" | "\";\"" | "\";\\n\"")) {
                    self.code.splits.push(line);
                }
            }
            _ => {}
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        let line = found.path.span().start().line;
        if found.path.segments.last().is_some_and(|last| last.ident == "include_str") {
            let path = syn::parse2::<syn::LitStr>(found.tokens.clone()).ok();
            let text = path.and_then(|path| (self.file.included)(&path.value()));
            text.into_iter().for_each(|text| self.text(text, line));
            return;
        }
        let mut literals = Vec::new();
        collect_literals(found.tokens.clone(), &mut literals);
        self.code.texts.extend(literals);
        // `vec![…]` and the like hold expressions.
        let parser = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(expressions) = found.parse_body_with(parser) {
            let texts = self.code.texts.len();
            expressions.iter().for_each(|expression| self.visit_expr(expression));
            // Their literals have been collected.
            self.code.texts.truncate(texts);
        }
    }
}

/// The paths that a `use` brings in; of a glob, the module with `*`.
fn leaves(tree: &syn::UseTree, before: &mut Vec<String>, found: &mut Vec<(Vec<String>, usize)>) {
    let mut leaf = |name: String, line: usize| {
        found.push((before.iter().cloned().chain([name]).collect(), line));
    };
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Name(name) => leaf(name.ident.to_string(), name.ident.span().start().line),
        syn::UseTree::Rename(name) => leaf(name.ident.to_string(), name.ident.span().start().line),
        syn::UseTree::Glob(glob) => leaf("*".to_owned(), glob.star_token.span.start().line),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

fn collect_idents(tokens: TokenStream, found: &mut Vec<proc_macro2::Ident>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_idents(group.stream(), found),
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn collect_literals(tokens: TokenStream, found: &mut Vec<(String, usize)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok();
                found.extend(text.map(|text| (text.value(), literal.span().start().line)));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}
