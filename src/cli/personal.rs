//! `gen personal`: the columns with personal data.
//!
//! Must not know how they are found.

use serde_json::json;

use crate::workflow::personal::inventory::{Entry, inventory};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Personal, PersonalFormat};
use super::{Ending, paint, show};

const HEADS: [&str; 5] = ["table", "column", "kind", "since", "region"];

pub(super) async fn run(common: &Common, command: &Personal) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let entries = inventory(&workspace).await?;
    let open = entries.iter().filter(|entry| entry.kind.is_none()).count();
    match if command.json { PersonalFormat::Json } else { command.format } {
        PersonalFormat::Json => paint::exact(&format!("{:#}\n", json!(entries))),
        PersonalFormat::Markdown => paint::exact(&markdown(&entries)),
        PersonalFormat::Text => {
            paint::result(&text(&entries));
            if entries.is_empty() {
                paint::talk("no column has personal data, as far as anybody has said");
            }
        }
    }
    if let Some(entry) = entries.iter().find(|entry| entry.kind.is_none()) {
        let (table, column) = (&entry.table, &entry.column);
        paint::talk(format!(
            "{} personal, and nobody has said whether it is; answer in gen.toml: [personal] \"{table}.{column}\" = \"none\", or a kind",
            if open == 1 { "1 column looks".to_owned() } else { format!("{} look", show::plural(open, "column")) }
        ));
    }
    Ok(if open > 0 && command.exit_code { Ending::Findings } else { Ending::Done })
}

fn cells(entry: &Entry) -> [String; 5] {
    let kind = entry.kind.map_or_else(|| "?".to_owned(), |kind| kind.to_string());
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [entry.table.clone(), entry.column.clone(), kind, or_dash(&entry.since), or_dash(&entry.region)]
}

fn text(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 5]> = std::iter::once(HEADS.map(str::to_owned)).chain(entries.iter().map(cells)).collect();
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let line = |row: &[String; 5]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn markdown(entries: &[Entry]) -> String {
    let row = |cells: [String; 5]| format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let head = row(HEADS.map(str::to_owned));
    let rows: String = entries.iter().map(|entry| row(cells(entry))).collect();
    format!("{head}|---|---|---|---|---|\n{rows}")
}
