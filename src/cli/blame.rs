//! `gen blame`: which migrations and which line of the code made an object, and who wrote them.
//!
//! Must not know how they are found.

use std::path::Path;

use serde_json::{Value, json};

use crate::workflow::Workspace;
use crate::workflow::blame::{self, Blame, BlamedLine};

use super::Ending;
use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::report::Failure;

pub(super) async fn run(common: &Common, command: &arguments::Blame) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let found = blame::blame(&workspace, &command.object).await?;
    if command.json {
        paint::exact(&format!("{:#}\n", as_json(&found, workspace.root())));
    } else {
        paint::result(&as_text(&found, workspace.root()));
    }
    Ok(Ending::Done)
}

fn as_text(blame: &Blame, root: &Path) -> String {
    let mut text = format!("{} {}\n", blame.kind.word(), ink(Ink::Bold, &blame.object));
    let mut rows: Vec<[String; 3]> = blame.events.iter().chain(&blame.declared).map(|line| row(line, root)).collect();
    if blame.events.is_empty() {
        rows.insert(0, ["no migration mentions it".to_owned(), String::new(), String::new()]);
    }
    text.push_str(&aligned(&rows));
    if blame.parts.is_empty() {
        return text;
    }
    // Of a part only its beginning and its last change: the rest is told by its own name.
    let within =
        |part: &Blame| part.object.strip_prefix(&format!("{}.", blame.object)).unwrap_or(&part.object).to_owned();
    let rows: Vec<[String; 3]> = blame
        .parts
        .iter()
        .map(|part| {
            let [what, place, author] = match part.events.last().or(part.declared.as_ref()) {
                Some(line) => row(line, root),
                None => Default::default(),
            };
            [within(part), format!("{what}  {place}"), author]
        })
        .collect();
    text.push('\n');
    text.push_str(&aligned(&rows));
    text
}

/// Rows of three columns, each as wide as its widest cell.
fn aligned(rows: &[[String; 3]]) -> String {
    let width =
        |of: fn(&[String; 3]) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (first, second) = (width(|[first, ..]| first), width(|[_, second, _]| second));
    let line = |[one, two, three]: &[String; 3]| {
        format!("  {one:first$}  {two:second$}  {three}").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// What was done, where, and by whom.
fn row(line: &BlamedLine, root: &Path) -> [String; 3] {
    let place = format!("{}:{}", shown(line, root), line.line);
    let author = line.author.as_ref().map(|author| {
        let commit = author.commit.get(..8).unwrap_or_default();
        format!("{} {commit} {}: {}", date(author.seconds), author.name, author.summary)
    });
    [line.what.clone(), place, author.unwrap_or_default()]
}

fn shown(line: &BlamedLine, root: &Path) -> String {
    line.path.strip_prefix(root).unwrap_or(&line.path).display().to_string()
}

/// A day, by universal time.
fn date(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string();
    moment.split('T').next().unwrap_or_default().to_owned()
}

fn as_json(blame: &Blame, root: &Path) -> Value {
    let line = |line: &BlamedLine| {
        json!({
            "migration": line.migration.as_ref().map(ToString::to_string),
            "what": line.what,
            "file": shown(line, root),
            "line": line.line,
            "author": line.author.as_ref().map(|author| json!({
                "name": author.name,
                "commit": author.commit,
                "summary": author.summary,
                "date": date(author.seconds),
            })),
        })
    };
    json!({
        "object": blame.object,
        "kind": blame.kind.word(),
        "events": blame.events.iter().map(line).collect::<Vec<_>>(),
        "declared": blame.declared.as_ref().map(line),
        "parts": blame.parts.iter().map(|part| as_json(part, root)).collect::<Vec<_>>(),
    })
}
