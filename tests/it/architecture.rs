//! The house rules that a compiler does not hold: who may import whom, who may touch the world, and how files look.
//!
//! Must not know what any module does.

mod circles;
mod packages;
mod sql_text;
mod weight;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit::Visit;

/// What is not in the table of rooms: the crate's own page and the binary.
const ABOVE: &[&str] = &["lib", "main"];

/// The rooms that print.
const EDGES: &[&str] = &["cli", "main", "lib"];

/// The rooms that touch files.
const ON_DISK: &[&str] = &["project", "write"];

/// The files of other rooms that touch files.
const ALSO_ON_DISK: &[&str] = &[
    // The names of the machine and of the user, which Linux has in files.
    "runner/attribution.rs",
    "format/files.rs",
    "runner/testing/program.rs",
    "runner/testing/sqlite.rs",
];

/// The rooms that are packages of their own, each with the name that others import it by.
const PACKAGES: &[(&str, &str)] =
    &[("format", "sea_gen_format"), ("macros", "sea_gen_macros"), ("runner", "sea_gen_runner")];

/// What touches files.
const FILES: &[&str] = &["fs ::", "std :: fs", "tokio :: fs", "tempfile"];

/// Rooms without any input or output.
const PURE: &[&str] = &["schema", "plan", "diff", "lint", "state", "entity", "dialect", "page"];

/// What a pure room never mentions.
const THE_WORLD: &[&str] = &["std :: fs", "std :: env", "std :: time", "tokio", "sqlx"];

/// What may end the program on the spot.
const PANICS: &[&str] = &[". unwrap (", ". expect (", "panic !", "todo !", "unimplemented !", "unreachable !"];

const PRINTS: &[&str] = &["println !", "eprintln !", "print !", "eprint !", "dbg !"];

/// Files that spell a name as a database does, or that use one as a key of their own.
const SPELL_NAMES: &[&str] = &[
    "dialect/mysql/names.rs",
    "dialect/mysql/normalize.rs",
    "dialect/mysql/safe.rs",
    "dialect/postgres/normalize.rs",
    "dialect/sqlite/names.rs",
    "entity/sidecar/raw.rs",
    "proof/follow.rs",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "manager", "common", "misc"];

const MOST_LINES: usize = 500;

/// A file of `src`.
struct File {
    /// Where it is, below `src`, with `/`.
    path: String,
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
        self.room() == "dialect" && self.module.iter().any(|name| name == "introspect" || name == "reprint")
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
                name.push(item.ident.to_string());
                test_modules.insert(name);
            }
        }
        let mut words = String::new();
        items.iter().for_each(|item| write_words(item.to_token_stream(), &mut words));
        let path = below.to_string_lossy().replace('\\', "/");
        files.push(File { path, module, items, words });
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

/// Every path a file imports or mentions that starts at the root of its crate, without `crate`; those of another package begin with
/// its room.
struct Mentions<'a> {
    module: &'a [String],
    found: BTreeSet<Vec<String>>,
}

impl Mentions<'_> {
    fn mention(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let own = PACKAGES.iter().find(|(room, _)| self.module.first().is_some_and(|first| first == room));
        let named = PACKAGES.iter().find(|(_, package)| path.first().is_some_and(|first| first == package));
        let of = |room: &str| [&[room.to_owned()], &path[1..]].concat();
        match (path.first().map(String::as_str), own, named) {
            (Some("crate"), Some((room, _)), _) => self.found.insert(of(room)),
            (Some("crate"), None, _) => self.found.insert(path[1..].to_vec()),
            (Some(_), _, Some((room, _))) => self.found.insert(of(room)),
            (Some("super"), ..) if supers > 0 => {
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
        for (at, _) in words.iter().enumerate().filter(|(_, word)| matches!(**word, "crate" | "sea_gen_runner")) {
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

/// What the table of rooms in `lib.rs` lets a room import: modules of the crate, or parts of one.
struct Room {
    name: String,
    /// `None` is everything.
    may_import: Option<Vec<String>>,
}

/// The table of rooms: rows of three cells of which the first names a room and the last what it may import.
fn rooms() -> Vec<Room> {
    let page = fs::read_to_string(source().join("lib.rs")).unwrap();
    let coded = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rooms: Vec<Room> = page
        .lines()
        .filter_map(|line| line.strip_prefix("//! |")?.strip_suffix('|'))
        .map(|row| row.split('|').map(str::trim).collect::<Vec<_>>())
        .skip_while(|cells| cells.last() != Some(&"may import"))
        .skip(2)
        .map(|cells| {
            let [name, _, may_import] = cells[..] else { panic!("a row of three cells: {cells:?}") };
            let may_import = match (may_import, coded(may_import)) {
                ("everything", _) => None,
                ("nothing", _) => Some(Vec::new()),
                (cell, names) => {
                    assert!(!names.is_empty(), "`{cell}` lists nothing");
                    Some(names)
                }
            };
            Room { name: coded(name).concat(), may_import }
        })
        .collect();
    assert!(rooms.len() > 10, "the table of rooms was not found");
    rooms
}

#[apply(test)]
fn the_table_lists_every_room() {
    let listed: BTreeSet<String> =
        rooms().into_iter().map(|room| room.name).filter(|name| !name.contains("::")).collect();
    let there: BTreeSet<String> =
        files().iter().map(|file| file.room().to_owned()).filter(|room| !ABOVE.contains(&room.as_str())).collect();
    assert_eq!(listed, there);
}

#[apply(test)]
fn rooms_import_only_what_they_may() {
    let rooms = rooms();
    let mut breaches = Vec::new();
    for file in files().iter().filter(|file| !ABOVE.contains(&file.room())) {
        let reads_a_catalog = file.is_driver();
        let name = if reads_a_catalog { "dialect::*::introspect" } else { file.room() };
        let Some(room) = rooms.iter().find(|room| room.name == name) else {
            breaches.push(format!("{}: the room `{name}` is not in the table", file.path));
            continue;
        };
        let Some(allowed) = &room.may_import else { continue };
        let mut mentions = Mentions { module: &file.module, found: BTreeSet::new() };
        file.items.iter().for_each(|item| mentions.visit_item(item));
        for path in mentions.found.iter().filter(|path| !path.is_empty()) {
            let path = path.join("::");
            let within = |prefix: &str| path == prefix || path.starts_with(&format!("{prefix}::"));
            // What stands at the root of these packages are the words that everybody uses: products, statements, errors.
            let of_a_package = path.strip_prefix("runner::").or_else(|| path.strip_prefix("format::"));
            let is_vocabulary = of_a_package.is_some_and(|rest| rest.starts_with(char::is_uppercase));
            let own = within(file.room()) || is_vocabulary;
            if !own && !allowed.iter().any(|prefix| within(prefix)) {
                breaches.push(format!("{}: crate::{path}", file.path));
            }
        }
    }
    assert_none("rooms import only what the table in `lib.rs` lists", breaches);
}

/// An arrow from a lower room to a higher one would close a circle.
#[apply(test)]
fn rooms_import_one_another_in_no_circle() {
    let rooms = rooms();
    let names: BTreeSet<&str> = rooms.iter().map(|room| room.name.as_str()).filter(|it| !it.contains("::")).collect();
    let of = |path: &str| path.split("::").next().unwrap_or_default().to_owned();
    let mut arrows: BTreeSet<(String, String)> = BTreeSet::new();
    for room in &rooms {
        let targets = room.may_import.iter().flatten().map(|path| of(path));
        arrows.extend(targets.map(|target| (of(&room.name), target)));
    }
    arrows.retain(|(from, to)| from != to && names.contains(to.as_str()));
    // Rooms that import nobody who is left are taken away, again and again.
    let mut left = names;
    loop {
        let free: Vec<&str> = left
            .iter()
            .copied()
            .filter(|room| !arrows.iter().any(|(from, to)| from == room && left.contains(to.as_str())))
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|room| !free.contains(room));
    }
    assert!(left.is_empty(), "these rooms import one another in a circle: {left:?}");
}

#[apply(test)]
fn only_project_and_write_touch_files() {
    sayings("only `project` and `write` touch files", FILES, |file| {
        !ON_DISK.contains(&file.room()) && !ALSO_ON_DISK.contains(&file.path.as_str())
    });
}

#[apply(test)]
fn the_core_does_no_input_or_output() {
    sayings("pure rooms do not touch the world", THE_WORLD, |file| PURE.contains(&file.room()) && !file.is_driver());
}

#[apply(test)]
fn the_driver_is_named_only_where_connections_are_held() {
    sayings("only a session knows the driver", &["sqlx"], |file| !file.path.starts_with("runner/session/"));
}

/// What was judged by another reading of a URL than the driver's was judged wrongly.
#[apply(test)]
fn only_the_connection_options_read_a_url() {
    const OWNERS: &[&str] = &[
        "runner/session/options.rs",
        "runner/session/options/clients.rs",
        "runner/session/options/parameters.rs",
        "runner/session/driver.rs",
        // An address that is no database's.
        "workflow/webhooks/post.rs",
    ];
    sayings("only the connection options read a URL", &["url ::", "Url", "percent_encoding"], |file| {
        !OWNERS.contains(&file.path.as_str())
    });
}

#[apply(test)]
fn only_a_dialect_normalises() {
    sayings("only a dialect builds a normalised schema", &["Normalized :: by_dialect"], |file| {
        file.room() != "dialect"
    });
}

#[apply(test)]
fn names_are_made_up_in_one_place() {
    let made_up = ["Name :: from ( format !", "Name :: new ( format !"];
    sayings("a name is made up by `plan::Names`", &made_up, |file| !SPELL_NAMES.contains(&file.path.as_str()));
}

#[apply(test)]
fn only_the_command_line_prints() {
    sayings("only `cli` prints", PRINTS, |file| !EDGES.contains(&file.room()));
}

#[apply(test)]
fn nothing_panics() {
    sayings("nothing ends the program on the spot", PANICS, |_| true);
}

#[apply(test)]
fn files_say_what_they_are_for_and_stay_short() {
    let mut breaches = Vec::new();
    let mut paths = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    rust_files(&root.join("src"), &mut paths);
    rust_files(&root.join("tests"), &mut paths);
    let code: BTreeSet<String> = files().into_iter().map(|file| format!("src/{}", file.path)).collect();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        if !text.starts_with("//! ") {
            breaches.push(format!("{name}: does not open with `//!`"));
        }
        // A test knows what it tests, and the crate's own page tells the rules: they have nothing not to know or do.
        let header: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if code.contains(&name) && name != "src/lib.rs" && !header.contains("ust not ") {
            breaches.push(format!("{name}: does not say what it must not know or do"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            breaches.push(format!("{name}: {lines} lines"));
        }
    }
    assert_none("files open with what they are for and what they must not know, and stay short", breaches);
}

/// `harness = false` removes a function with a plain `#[test]` without a word.
#[apply(test)]
fn tests_have_the_attribute_of_their_harness() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut paths = vec![root.join("beside.rs")];
    rust_files(&root.join("it"), &mut paths);
    let breaches = paths.iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let plain: Vec<usize> =
            (1..).zip(text.lines()).filter(|(_, line)| line.trim().ends_with("test]")).map(|(at, _)| at).collect();
        plain.into_iter().map(|line| format!("{}:{line}", path.display()))
    });
    assert_none("tests have `#[apply(test)]`, not `#[test]`", breaches.collect());
}

#[apply(test)]
fn names_say_something() {
    let files = files();
    let breaches = files.iter().flat_map(|file| {
        let own = file.module.iter().filter(|name| EMPTY_NAMES.contains(&name.as_str()));
        let inner = EMPTY_NAMES.iter().filter(|name| file.says(&format!("mod {name}")));
        own.map(|name| format!("{}: {name}", file.path)).chain(inner.map(|name| format!("{}: mod {name}", file.path)))
    });
    assert_none("no module is a drawer", breaches.collect());
}
