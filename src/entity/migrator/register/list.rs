//! The list of a `Migrator`: `vec![…]`, which its function `migrations` returns, perhaps with methods called on it.
//!
//! Must not know anything else of the file.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};

use super::super::{collect, is_migration_name};
use super::place::{LOCO_MARK, Lines};

/// The entries between the brackets, and where they are.
pub(super) struct List {
    /// The text between the brackets.
    inner: Range<usize>,
    pub(super) entries: Vec<Entry>,
}

/// One entry.
pub(super) struct Entry {
    /// The migration's module, if it is named by the convention of `sea-orm-cli`.
    pub(super) module: Option<String>,
    at: Range<usize>,
    /// The end of the comma behind it.
    comma: Option<usize>,
    /// Its tokens, for comparing.
    tokens: String,
}

impl List {
    /// The list of an implementation of `MigratorTrait`.
    pub(super) fn of(item: &syn::ItemImpl) -> Option<Self> {
        let function = item.items.iter().find_map(|item| match item {
            syn::ImplItem::Fn(function) if function.sig.ident == "migrations" => Some(function),
            _ => None,
        })?;
        let list = match function.block.stmts.last()? {
            syn::Stmt::Expr(expression, _) => list_in(expression)?,
            syn::Stmt::Macro(item) => &item.mac,
            syn::Stmt::Local(_) | syn::Stmt::Item(_) => return None,
        };
        let syn::MacroDelimiter::Bracket(brackets) = &list.delimiter else { return None };
        if !list.path.is_ident("vec") {
            return None;
        }
        let inner = brackets.span.open().byte_range().end..brackets.span.close().byte_range().start;
        Some(Self { inner, entries: entries(list.tokens.clone()) })
    }

    /// The tokens of its entries.
    pub(super) fn contents(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.tokens.clone()).collect()
    }

    /// The tokens of its entries without the modules `gone` and with the modules `names`.
    pub(super) fn with(&self, names: &[&String], gone: &BTreeSet<String>) -> Vec<String> {
        let kept = |index: &usize| !self.entries.get(*index).is_some_and(|entry| entry.is_among(gone));
        let new = |name: &String| entry_of(name).parse::<TokenStream>().map(|it| it.to_string()).unwrap_or_default();
        let mut found = Vec::new();
        for index in 0..=self.entries.len() {
            found.extend(names.iter().filter(|name| self.place(name, gone) == index).map(|name| new(name)));
            found.extend(self.entries.get(index).filter(|_| kept(&index)).map(|entry| entry.tokens.clone()));
        }
        found
    }

    /// The index of the entry before which a module belongs: the first one that is newer.
    fn place(&self, name: &str, gone: &BTreeSet<String>) -> usize {
        let is_newer = |entry: &Entry| entry.module.as_deref().is_some_and(|module| module > name);
        let newer = self.entries.iter().position(|entry| is_newer(entry) && !entry.is_among(gone));
        newer.unwrap_or(self.entries.len())
    }

    /// What makes of the list one without the modules `gone` and with the modules `names`, which are in their order.
    pub(super) fn edits(&self, text: &str, names: &[&String], gone: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        let (lines, inner) = (Lines(text), text.get(self.inner.clone()).unwrap_or_default());
        let mut edits = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.is_among(gone)) {
            edits.push((lines.whole(&(entry.at.start..entry.comma.unwrap_or(entry.at.end))), String::new()));
        }
        if names.is_empty() {
            return edits;
        }
        let has_comment = inner.contains("//") || inner.contains("/*");
        if !inner.contains('\n') && !has_comment {
            return vec![(self.inner.clone(), self.on_lines(text, names, gone))];
        }
        let mut appended = Vec::new();
        for name in names {
            match self.entries.get(self.place(name, gone)) {
                Some(newer) if lines.begins(newer.at.start) => {
                    let at = lines.above_comments(newer.at.start).max(self.inner.start);
                    edits.push((at..at, format!("{}{},\n", lines.indent(newer.at.start), entry_of(name))));
                }
                Some(newer) => edits.push((newer.at.start..newer.at.start, format!("{}, ", entry_of(name)))),
                None => appended.push(*name),
            }
        }
        edits.extend(self.append(lines, &appended, gone));
        edits
    }

    /// Adds entries behind the last one.
    fn append(&self, lines: Lines<'_>, names: &[&String], gone: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        let Some(first) = names.first() else { return Vec::new() };
        let mut edits = Vec::new();
        let last = self.entries.iter().rfind(|entry| !entry.is_among(gone));
        let end = last.map_or(self.inner.start, |last| last.comma.unwrap_or(last.at.end));
        let mark = lines.0.get(end..self.inner.end).and_then(|rest| rest.find(LOCO_MARK)).map(|at| end + at);
        // The line of loco's mark, otherwise that of the closing bracket, where entries end before it.
        let line = mark.map(|at| lines.start(at)).filter(|at| *at >= end);
        let line =
            line.or_else(|| Some(lines.start(self.inner.end)).filter(|at| *at >= end && lines.begins(self.inner.end)));
        if let Some(last) = last.filter(|last| last.comma.is_none()) {
            edits.push((last.at.end..last.at.end, ",".to_owned()));
        }
        match line {
            Some(at) => {
                let indent = match last.filter(|last| lines.begins(last.at.start)) {
                    Some(last) => lines.indent(last.at.start).to_owned(),
                    None => deeper(lines.indent(self.inner.end)),
                };
                let new: String = names.iter().map(|name| format!("{indent}{},\n", entry_of(name))).collect();
                edits.push((at..at, new));
            }
            // In the line of the last entry, or of the opening bracket.
            None => {
                let space = if last.is_some() { " " } else { "" };
                let rest: String = names.iter().skip(1).map(|name| format!(" {},", entry_of(name))).collect();
                edits.push((end..end, format!("{space}{},{rest}", entry_of(first))));
            }
        }
        edits
    }

    /// A list that is on one line, with an entry on each.
    fn on_lines(&self, text: &str, names: &[&String], gone: &BTreeSet<String>) -> String {
        let outer = Lines(text).indent(self.inner.start).to_owned();
        let inner = deeper(&outer);
        let mut found = String::new();
        for index in 0..=self.entries.len() {
            let new = names.iter().filter(|name| self.place(name, gone) == index).map(|name| entry_of(name));
            found.extend(new.map(|entry| format!("\n{inner}{entry},")));
            if let Some(entry) = self.entries.get(index).filter(|entry| !entry.is_among(gone)) {
                found.push_str(&format!("\n{inner}{},", text.get(entry.at.clone()).unwrap_or_default()));
            }
        }
        format!("{found}\n{outer}")
    }
}

impl Entry {
    fn is_among(&self, modules: &BTreeSet<String>) -> bool {
        self.module.as_ref().is_some_and(|module| modules.contains(module))
    }
}

/// An indent that is one step deeper.
fn deeper(indent: &str) -> String {
    if indent.contains('\t') { format!("{indent}\t") } else { format!("{indent}    ") }
}

fn entry_of(module: &str) -> String {
    format!("Box::new({module}::Migration)")
}

/// The macro that an expression is, or that methods are called on.
fn list_in(expression: &syn::Expr) -> Option<&syn::Macro> {
    match expression {
        syn::Expr::Macro(expression) => Some(&expression.mac),
        syn::Expr::MethodCall(call) => list_in(&call.receiver),
        syn::Expr::Return(returned) => list_in(returned.expr.as_ref()?),
        _ => None,
    }
}

/// The entries between commas.
fn entries(tokens: TokenStream) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut entry: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                found.extend(ended(&mut entry, Some(comma.span().byte_range().end)));
            }
            _ => entry.push(token),
        }
    }
    found.extend(ended(&mut entry, None));
    found
}

fn ended(tokens: &mut Vec<TokenTree>, comma: Option<usize>) -> Option<Entry> {
    let at = tokens.first()?.span().byte_range().start..tokens.last()?.span().byte_range().end;
    let tokens: TokenStream = std::mem::take(tokens).into_iter().collect();
    let text = tokens.to_string();
    let mut module = None;
    collect(tokens, &mut |token| {
        if let TokenTree::Ident(ident) = token
            && is_migration_name(&ident.to_string())
        {
            module.get_or_insert(ident.to_string());
        }
    });
    Some(Entry { module, at, comma, tokens: text })
}
