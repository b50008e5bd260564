//! Adds modules of migrations to the source text of a `Migrator`, and removes those that are gone. Only these lines change:
//! comments, order and everything else in the text stay as they are.
//!
//! Must not know where the files are, nor what a migration contains.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use super::{body_among, is_migration_name};

/// The comment before which loco inserts migrations.
const LOCO_MARK: &str = "inject-above";

/// The source text of a `Migrator`, with the places that modules are added to.
pub struct MigratorText {
    text: String,
    /// The modules that are declared, in their order.
    declared: Vec<Place>,
    /// The modules in the list of `migrations`, in its order.
    listed: Vec<Place>,
    /// The list of `migrations`, between its brackets.
    list: Range<usize>,
    /// The first item that is neither an attribute, a `use` nor a module: where items begin that belong to the `Migrator`.
    migrator: usize,
    has_static: bool,
}

/// A module and its bytes in the text.
struct Place {
    name: String,
    at: Range<usize>,
}

impl MigratorText {
    /// Reads the text. `None`: it has no `Migrator` whose function `migrations` is one `vec![…]`.
    pub fn read(text: &str) -> Option<Self> {
        let file = syn::parse_file(text).ok()?;
        let body = body_among(&file.items, "MigratorTrait", "migrations")?;
        let list = vec_of(body)?;
        let list_bytes = list.span_open().byte_range().end..list.span_close().byte_range().start;
        let declared = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if is_migration_name(&module.ident.to_string()) => {
                Some(Place { name: module.ident.to_string(), at: item.span().byte_range() })
            }
            _ => None,
        });
        let is_before =
            |item: &&syn::Item| matches!(item, syn::Item::Use(_) | syn::Item::Mod(_) | syn::Item::ExternCrate(_));
        let migrator = file.items.iter().find(|item| !is_before(item))?.span().byte_range().start;
        let has_static = file.items.iter().any(|item| match item {
            syn::Item::Static(item) => item.ident == STATIC,
            syn::Item::Use(item) => item.to_token_stream().to_string().contains(STATIC),
            _ => false,
        });
        Some(Self {
            declared: declared.collect(),
            listed: elements(list.stream()),
            list: list_bytes,
            migrator,
            has_static,
            text: text.to_owned(),
        })
    }

    /// The modules that are declared or listed.
    pub fn modules(&self) -> BTreeSet<&str> {
        self.declared.iter().chain(&self.listed).map(|place| place.name.as_str()).collect()
    }

    /// The modules in the list, in its order.
    pub fn listed(&self) -> impl Iterator<Item = &str> {
        self.listed.iter().map(|place| place.name.as_str())
    }

    /// The text without the modules `gone`, and with the modules `wanted`, each at the place that its name has in the order of
    /// time. `embedded` are the arguments of `embed!` for the static that the modules refer to.
    pub fn with(&self, wanted: &[String], gone: &BTreeSet<String>, embedded: &str) -> String {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for place in self.declared.iter().chain(&self.listed).filter(|place| gone.contains(&place.name)) {
            edits.push((self.with_its_line(&place.at), String::new()));
        }
        let is_in = |places: &[Place], name: &String| places.iter().any(|place| place.name == *name);
        let declared: Vec<&String> = wanted.iter().filter(|name| !is_in(&self.declared, name)).collect();
        edits.extend(self.declarations(&declared, gone));
        let mut listed: Vec<&String> = wanted.iter().filter(|name| !is_in(&self.listed, name)).collect();
        listed.sort();
        edits.extend(self.entries(&listed, gone));
        if !self.has_static && !wanted.is_empty() {
            // As rustfmt breaks the line.
            let space = if embedded.is_empty() { " " } else { "\n    " };
            let item = format!(
                "/// The migrations of `gen`, sealed by its lock file.\n\
                 pub static {STATIC}: sea_gen_runner::Migrations ={space}sea_gen_runner::embed!({embedded});\n\n"
            );
            edits.push((self.migrator..self.migrator, item));
        }
        applied(&self.text, edits)
    }

    /// The declarations of modules: each before the first one that is newer, otherwise after the last one.
    fn declarations(&self, names: &[&String], gone: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        let kept: Vec<&Place> = self.declared.iter().filter(|place| !gone.contains(&place.name)).collect();
        let line = |name: &String| format!("mod {name};\n");
        let Some(last) = kept.last() else {
            let lines: String = names.iter().copied().map(line).collect();
            let at = self.migrator..self.migrator;
            return if names.is_empty() { Vec::new() } else { vec![(at, format!("{lines}\n"))] };
        };
        let place = |name: &String| match kept.iter().find(|place| place.name > *name) {
            Some(newer) => self.line_start(newer.at.start),
            None => self.line_end(last.at.end),
        };
        names.iter().map(|name| (place(name)..place(name), line(name))).collect()
    }

    /// The entries of modules in the list.
    fn entries(&self, names: &[&String], gone: &BTreeSet<String>) -> Vec<(Range<usize>, String)> {
        if names.is_empty() {
            return Vec::new();
        }
        let inner = self.text.get(self.list.clone()).unwrap_or_default();
        if !inner.contains('\n') {
            return vec![(self.list.clone(), self.on_lines(names, gone))];
        }
        let kept: Vec<&Place> = self.listed.iter().filter(|place| !gone.contains(&place.name)).collect();
        let indent = match kept.first() {
            Some(first) => self.indent(first.at.start).to_owned(),
            None => format!("{}    ", self.indent(self.list.end)),
        };
        let mut edits = Vec::new();
        let mut appended = String::new();
        for name in names {
            let entry = format!("{indent}Box::new({name}::Migration),\n");
            match kept.iter().find(|place| place.name > **name) {
                Some(newer) => {
                    let at = self.above_comments(self.line_start(newer.at.start));
                    edits.push((at..at, entry));
                }
                None => appended.push_str(&entry),
            }
        }
        if !appended.is_empty() {
            if let Some(last) = kept.last() {
                edits.extend(self.missing_comma(last.at.end));
            }
            let at = self.end_of_list();
            edits.push((at..at, appended));
        }
        edits
    }

    /// A list that is on one line, with an entry on each.
    fn on_lines(&self, names: &[&String], gone: &BTreeSet<String>) -> String {
        let outer = self.indent(self.list.start).to_owned();
        let mut entries: Vec<(String, String)> = self
            .listed
            .iter()
            .filter(|place| !gone.contains(&place.name))
            .filter_map(|place| Some((place.name.clone(), self.text.get(place.at.clone())?.to_owned())))
            .collect();
        for name in names {
            let at = entries.iter().position(|(other, _)| other > *name).unwrap_or(entries.len());
            entries.insert(at, ((*name).clone(), format!("Box::new({name}::Migration)")));
        }
        let lines: String = entries.iter().map(|(_, entry)| format!("\n{outer}    {entry},")).collect();
        format!("{lines}\n{outer}")
    }

    /// The comma behind the last entry, if it has none.
    fn missing_comma(&self, end: usize) -> Option<(Range<usize>, String)> {
        let rest = self.text.get(end..self.list.end)?;
        let has_comma = rest.trim_start().starts_with(',');
        (!has_comma).then(|| (end..end, ",".to_owned()))
    }

    /// Where entries are appended: before the mark of loco, otherwise before the closing bracket.
    fn end_of_list(&self) -> usize {
        let inner = self.text.get(self.list.clone()).unwrap_or_default();
        let end = inner.find(LOCO_MARK).map_or(self.list.end, |at| self.list.start + at);
        self.line_start(end)
    }

    /// The beginning of the comment lines above a line.
    fn above_comments(&self, mut line: usize) -> usize {
        while line > self.list.start {
            let before = self.line_start(line - 1);
            let text = self.text.get(before..line).unwrap_or_default().trim();
            if before <= self.list.start || !text.starts_with("//") || text.contains(LOCO_MARK) {
                break;
            }
            line = before;
        }
        line
    }

    /// The bytes of a module with its line, or with the comma and the spaces behind it where the line has more.
    fn with_its_line(&self, at: &Range<usize>) -> Range<usize> {
        let rest = self.text.get(at.end..).unwrap_or_default();
        let comma = usize::from(rest.starts_with(','));
        let end = at.end + comma;
        let (line, after) = (self.line_start(at.start), self.line_end(end));
        let is_alone = self.text.get(line..at.start).unwrap_or_default().trim().is_empty()
            && self.text.get(end..after).unwrap_or_default().trim().is_empty();
        if is_alone {
            return line..after;
        }
        let spaces = self.text.get(end..).unwrap_or_default().len()
            - self.text.get(end..).unwrap_or_default().trim_start_matches(' ').len();
        at.start..end + spaces
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    fn indent(&self, at: usize) -> &str {
        let line = self.text.get(self.line_start(at)..).unwrap_or_default();
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }
}

/// The static that the modules refer to.
const STATIC: &str = "MIGRATIONS";

/// The group of the only `vec![…]` of a function.
fn vec_of(body: TokenStream) -> Option<Group> {
    let mut found = Vec::new();
    find_vec(body, &mut found);
    match found.len() {
        1 => found.pop(),
        _ => None,
    }
}

fn find_vec(tokens: TokenStream, found: &mut Vec<Group>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match (token, tokens.get(at), tokens.get(at + 1)) {
            (TokenTree::Ident(name), Some(TokenTree::Punct(mark)), Some(TokenTree::Group(group)))
                if name == "vec" && mark.as_char() == '!' && group.delimiter() == Delimiter::Bracket =>
            {
                found.push(group.clone());
                // A list of lists is none that could be extended.
                find_vec(group.stream(), found);
                at += 2;
            }
            (TokenTree::Group(group), _, _) => find_vec(group.stream(), found),
            _ => {}
        }
    }
}

/// The entries of a list that name a module of a migration.
fn elements(tokens: TokenStream) -> Vec<Place> {
    let mut places = Vec::new();
    let mut entry: Vec<TokenTree> = Vec::new();
    let mut end = |entry: &mut Vec<TokenTree>| {
        if let (Some(first), Some(last)) = (entry.first(), entry.last())
            && let Some(name) = module_in(entry.iter().cloned().collect())
        {
            places.push(Place { name, at: first.span().byte_range().start..last.span().byte_range().end });
        }
        entry.clear();
    };
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => end(&mut entry),
            _ => entry.push(token),
        }
    }
    end(&mut entry);
    places
}

/// The module that an entry names.
fn module_in(tokens: TokenStream) -> Option<String> {
    let mut name = None;
    super::collect(tokens, &mut |token| {
        if let TokenTree::Ident(ident) = token
            && is_migration_name(&ident.to_string())
        {
            name.get_or_insert(ident.to_string());
        }
    });
    name
}

/// The text with the edits, of which none reaches into another. Those at one place are made in their order.
fn applied(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(&new);
        at = at.max(range.end);
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests;
