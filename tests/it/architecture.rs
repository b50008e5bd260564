//! The house rules that a compiler does not hold: who may import whom, who may touch the world, and how files look.
//!
//! Must not know what any module does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit::Visit;

/// Which other modules of the crate a room may import, or which part of one. What is not listed is not allowed.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("plan", &["schema"]),
    ("diff", &["schema", "plan"]),
    ("lint", &["schema", "plan"]),
    ("entity", &["schema", "dialect::expression"]),
    ("state", &["schema", "plan", "diff", "dialect", "entity"]),
    ("dialect", &["schema", "plan"]),
    // What is found in a catalog is the façade's to say; only the files that read one say it.
    ("dialect/introspect", &["schema", "plan", "introspect"]),
    ("introspect", &["schema", "dialect", "run::HISTORY_TABLE"]),
    // It finds the entities' files and hands them on as text.
    ("project", &["schema", "plan", "dialect", "error", "write", "entity::SourceFile"]),
    ("write", &["schema", "plan", "dialect", "error", "project"]),
    ("run", &["schema", "plan", "diff", "dialect", "introspect", "project", "write", "error"]),
    ("error", &["dialect"]),
];

/// Rooms that may import everything.
const EDGES: &[&str] = &["cli", "main", "lib"];

/// Rooms without any input or output.
const PURE: &[&str] = &["schema", "plan", "diff", "lint", "state", "entity", "dialect"];

/// What a pure room never mentions.
const THE_WORLD: &[&str] = &["std :: fs", "std :: env", "std :: time", "tokio", "sqlx"];

/// What may end the program on the spot.
const PANICS: &[&str] = &[". unwrap (", ". expect (", "panic !", "todo !", "unimplemented !", "unreachable !"];

const PRINTS: &[&str] = &["println !", "eprintln !", "print !", "eprint !", "dbg !"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "manager", "common", "misc"];

const MOST_LINES: usize = 500;

/// A file of `src`.
struct File {
    /// Where it is, below `src`, with `/`.
    path: String,
    text: String,
    /// The modules it is in, itself included.
    module: Vec<String>,
    /// The code without what is compiled for tests only.
    items: Vec<syn::Item>,
    /// The code as words, literals and comments left out.
    words: String,
}

impl File {
    fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    /// The one kind of file in a dialect that talks to a database's catalog, or holds its connection.
    fn is_driver(&self) -> bool {
        self.room() == "dialect" && self.module.iter().any(|name| name == "introspect" || name == "session")
    }

    /// Whether the words stand in it one after the other.
    fn says(&self, words: &str) -> bool {
        format!(" {} ", self.words).contains(&format!(" {words} "))
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn for_tests_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|it| it.path().is_ident("cfg") && it.to_token_stream().to_string().contains("(test)"))
}

/// The file an attribute names for a module.
fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    let value = attributes.iter().find(|it| it.path().is_ident("path"))?.meta.require_name_value().ok()?;
    match &value.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) => Some(path.value()),
        _ => None,
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        _ => &[],
    }
}

/// Every file of `src` that is not there for tests only.
fn files() -> Vec<File> {
    let mut paths = Vec::new();
    rust_files(&source(), &mut paths);
    let mut test_modules = BTreeSet::new();
    let mut files = Vec::new();
    for path in paths {
        let below = path.strip_prefix(source()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let module = module_of(below);
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (tests, items): (Vec<_>, Vec<_>) =
            parsed.items.into_iter().partition(|item| for_tests_only(attributes(item)));
        for item in tests {
            if let syn::Item::Mod(item) = item {
                let mut name = module.clone();
                name.retain(|part| part != "lib");
                match path_attribute(&item.attrs) {
                    Some(path) => {
                        name.truncate(below.components().count() - 1);
                        name.extend(module_of(Path::new(&path)));
                    }
                    None => name.push(item.ident.to_string()),
                }
                test_modules.insert(name);
            }
        }
        let mut words = String::new();
        items.iter().for_each(|item| write_words(item.to_token_stream(), &mut words));
        let path = below.to_string_lossy().replace('\\', "/");
        files.push(File { path, text, module, items, words });
    }
    files.retain(|file| !test_modules.iter().any(|tests| file.module.starts_with(tests)));
    assert!(files.len() > 20, "the files were not found");
    files
}

fn write_words(tokens: TokenStream, words: &mut String) {
    let mut previous_colon = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Brace => (" {", " }"),
                    proc_macro2::Delimiter::Bracket => (" [", " ]"),
                    _ => (" (", " )"),
                };
                words.push_str(open);
                write_words(group.stream(), words);
                words.push_str(close);
                previous_colon = false;
            }
            TokenTree::Ident(ident) => {
                words.push(' ');
                words.push_str(&ident.to_string());
                previous_colon = false;
            }
            TokenTree::Punct(punct) => {
                if !(previous_colon && punct.as_char() == ':') {
                    words.push(' ');
                }
                words.push(punct.as_char());
                previous_colon = punct.as_char() == ':' && !previous_colon;
            }
            TokenTree::Literal(_) => {
                words.push_str(" \"\"");
                previous_colon = false;
            }
        }
    }
}

/// Every path a file imports or mentions that starts at the crate's root, without `crate`.
struct Mentions<'a> {
    module: &'a [String],
    found: BTreeSet<Vec<String>>,
}

impl Mentions<'_> {
    fn mention(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first().map(String::as_str) {
            Some("crate") => self.found.insert(path[1..].to_vec()),
            Some("super") if supers > 0 => {
                let kept = self.module.len().saturating_sub(supers);
                self.found.insert([&self.module[..kept], &path[supers..]].concat())
            }
            _ => false,
        };
    }

    fn mention_tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        match tree {
            syn::UseTree::Path(it) => {
                path.push(it.ident.to_string());
                self.mention_tree(&it.tree, path);
            }
            syn::UseTree::Group(it) => it.items.iter().for_each(|tree| self.mention_tree(tree, path.clone())),
            syn::UseTree::Name(it) => {
                path.extend(Some(it.ident.to_string()).filter(|name| name != "self"));
                self.mention(&path);
            }
            syn::UseTree::Rename(it) => {
                path.extend(Some(it.ident.to_string()).filter(|name| name != "self"));
                self.mention(&path);
            }
            syn::UseTree::Glob(_) => self.mention(&path),
        }
    }
}

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.mention_tree(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.mention(&parts);
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // The words of a macro are not parsed; a path in them is still a path.
        let mut words = String::new();
        write_words(item.tokens.clone(), &mut words);
        let words: Vec<&str> = words.split_whitespace().collect();
        for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == "crate") {
            let path: Vec<String> = words[at..].iter().take(5).step_by(2).map(|word| (*word).to_owned()).collect();
            self.mention(&path);
        }
    }
}

fn assert_none(rule: &str, breaches: Vec<String>) {
    assert!(breaches.is_empty(), "{rule}:\n  {}", breaches.join("\n  "));
}

/// Each breach of a rule about words, as `file: words`.
fn sayings(rule: &str, words: &[&str], applies: impl Fn(&File) -> bool) {
    let files = files();
    let breaches = files
        .iter()
        .filter(|file| applies(file))
        .flat_map(|file| words.iter().filter(|words| file.says(words)).map(|words| format!("{}: {words}", file.path)));
    assert_none(rule, breaches.collect());
}

#[test]
fn rooms_import_only_what_they_may() {
    let mut breaches = Vec::new();
    for file in files() {
        let room = if file.is_driver() && file.module.iter().any(|name| name == "introspect") {
            "dialect/introspect"
        } else {
            file.room()
        };
        if EDGES.contains(&room) {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            breaches.push(format!("{}: the room `{room}` is not in the table", file.path));
            continue;
        };
        let mut mentions = Mentions { module: &file.module, found: BTreeSet::new() };
        file.items.iter().for_each(|item| mentions.visit_item(item));
        for path in mentions.found.iter().filter(|path| !path.is_empty()) {
            let path = path.join("::");
            let within = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}::"));
            if !within(file.room()) && !allowed.iter().any(|prefix| within(prefix)) {
                breaches.push(format!("{}: crate::{path}", file.path));
            }
        }
    }
    assert_none("rooms import only what the table lists", breaches);
}

#[test]
fn the_core_does_no_input_or_output() {
    sayings("pure rooms do not touch the world", THE_WORLD, |file| PURE.contains(&file.room()) && !file.is_driver());
}

#[test]
fn the_driver_is_named_only_where_connections_are_held() {
    sayings("only a session knows the driver", &["sqlx"], |file| {
        !(file.room() == "dialect" && file.module.iter().any(|name| name == "session"))
    });
}

#[test]
fn only_a_dialect_normalises() {
    sayings("only a dialect builds a normalised schema", &["Normalized :: by_dialect"], |file| {
        file.room() != "dialect"
    });
}

#[test]
fn only_the_command_line_prints() {
    sayings("only `cli` prints", PRINTS, |file| !EDGES.contains(&file.room()));
}

#[test]
fn nothing_panics() {
    sayings("nothing ends the program on the spot", PANICS, |_| true);
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut breaches = Vec::new();
    for file in files() {
        if !file.text.starts_with("//! ") {
            breaches.push(format!("{}: does not open with `//!`", file.path));
        }
        // The crate's own page tells the rules; it has nothing not to know.
        if !file.text.contains("ust not know") && file.room() != "lib" {
            breaches.push(format!("{}: does not say what it must not know", file.path));
        }
    }
    let mut paths = Vec::new();
    rust_files(&source(), &mut paths);
    for path in paths {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines > MOST_LINES {
            breaches.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert_none("files open with what they are for and what they must not know, and stay short", breaches);
}

#[test]
fn names_say_something() {
    let files = files();
    let breaches = files.iter().flat_map(|file| {
        let own = file.module.iter().filter(|name| EMPTY_NAMES.contains(&name.as_str()));
        let inner = EMPTY_NAMES.iter().filter(|name| file.says(&format!("mod {name}")));
        own.map(|name| format!("{}: {name}", file.path)).chain(inner.map(|name| format!("{}: mod {name}", file.path)))
    });
    assert_none("no module is a drawer", breaches.collect());
}
