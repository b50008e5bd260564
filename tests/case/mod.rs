//! A case file: its content, and rewriting its blessed part.
//!
//! Must not know how the blessed part is computed.

pub mod live;
pub mod outcome;
pub mod rust;

use std::path::{Path, PathBuf};

use sea_gen::entity::SourceFile;
use sea_gen::plan::Rename;
use sea_gen::schema::{Change, ObjectName, Product};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `<topic>::<name>`.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The products it is about.
    pub products: Vec<Product>,
    /// The developer's answers about renames.
    pub renames: Vec<Rename>,
    /// The products on which nothing changes. A case has to say so: it could as well be one that was not read.
    pub unchanged: Vec<Product>,
    /// The code before.
    pub before: Vec<SourceFile>,
    /// The code after.
    pub after: Vec<SourceFile>,
    /// The part written by hand: title, intent and code.
    pub head: String,
    /// The rest, written by blessing.
    pub blessed: String,
}

/// Reads every case under a folder, in order of their names.
pub fn read_all(folder: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for topic in entries(folder)? {
        for path in entries(&topic)? {
            if path.extension().is_some_and(|extension| extension == "md") {
                cases.push(read(&path)?);
            }
        }
    }
    Ok(cases)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let listed = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<Case, String> {
    let at = |reason: &str| format!("{}: {reason}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| at(&error.to_string()))?;
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut case = Case {
        name: format!("{}::{}", path.parent().map(stem).unwrap_or_default(), stem(path)),
        path: path.to_owned(),
        products: Product::ALL.to_vec(),
        renames: Vec::new(),
        unchanged: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        head: String::new(),
        blessed: String::new(),
    };
    let mut lines = text.split_inclusive('\n').peekable();
    let mut end_of_head = 0;
    let mut position = 0;
    while let Some(line) = lines.next() {
        position += line.len();
        let line = line.trim_end();
        if let Some(listed) = line.strip_prefix("products: ") {
            case.products = products(listed).map_err(|error| at(&error))?;
        } else if let Some(listed) = line.strip_prefix("renames: ") {
            case.renames =
                listed.split(", ").map(rename).collect::<Option<_>>().ok_or_else(|| at("a rename reads `old:new`"))?;
        } else if let Some(listed) = line.strip_prefix("unchanged: ") {
            case.unchanged = products(listed).map_err(|error| at(&error))?;
        } else if let Some(info) = line.strip_prefix("```") {
            let mut body = String::new();
            loop {
                let line = lines.next().ok_or_else(|| at("a block is not closed"))?;
                position += line.len();
                if line.trim_end() == "```" {
                    break;
                }
                body.push_str(line);
            }
            match info.split(' ').collect::<Vec<_>>()[..] {
                ["rust", "before"] => case.before.extend(files(&body)),
                ["rust", "after"] => case.after.extend(files(&body)),
                ["sql" | "json", "before", name] => case.before.push(file(name, body)),
                ["sql" | "json", "after", name] => case.after.push(file(name, body)),
                _ => continue,
            }
            end_of_head = position;
        }
    }
    let (head, blessed) = text.split_at(end_of_head);
    (case.head, case.blessed) = (head.to_owned(), blessed.to_owned());
    Ok(case)
}

fn products(listed: &str) -> Result<Vec<Product>, String> {
    listed.split(", ").map(str::parse).collect()
}

fn file(name: &str, text: String) -> SourceFile {
    SourceFile { path: Path::new("entities").join(name), text }
}

/// Cuts a block at its `// file: book.rs` lines.
fn files(body: &str) -> Vec<SourceFile> {
    let mut found: Vec<SourceFile> = Vec::new();
    for line in body.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("// file: ") {
            found.push(file(name.trim(), String::new()));
            continue;
        }
        match found.last_mut() {
            Some(last) => last.text.push_str(line),
            None => found.push(file("entity.rs", line.to_owned())),
        }
    }
    found
}

/// `book:volume` is a table, `book.title:name` a column, `index book.old:new`, `enum mood:temper`, `value mood.ok:fine`.
fn rename(text: &str) -> Option<Rename> {
    let (kind, text) = text.split_once(' ').unwrap_or(("", text));
    let (from, to) = text.split_once(':')?;
    if let Some((owner, from)) = from.split_once('.') {
        let owner = ObjectName::local(owner);
        return Some(match kind {
            "index" => Rename::Index(owner, Change::new(from.into(), to.into())),
            "value" => Rename::EnumValue(owner, Change::new(from.to_owned(), to.to_owned())),
            _ => Rename::Column(owner, Change::new(from.into(), to.into())),
        });
    }
    let change = Change::new(ObjectName::local(from), ObjectName::local(to));
    Some(if kind == "enum" { Rename::Enum(change) } else { Rename::Table(change) })
}
