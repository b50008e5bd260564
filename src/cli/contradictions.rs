//! Prints contradictions between entities and a database: a table, and both remedies for each.
//!
//! Must not know how they are found.

use std::path::Path;

use serde_json::{Value, json};

use crate::state::Contradiction;

use super::paint::{Ink, ink};
use super::show;

/// Human-readable.
pub(super) fn text(contradictions: &[Contradiction], root: &Path) -> String {
    if contradictions.is_empty() {
        return String::new();
    }
    let heading = ["entity", "about", "says", "the database has", "change the entity to", "or the next migration"];
    let rows: Vec<[String; 6]> = contradictions
        .iter()
        .map(|it| {
            let line = it.source.as_ref().map_or_else(|| "–".to_owned(), |source| show::location(source, root));
            let has = match it.rule {
                Some(rule) => format!("{} [{rule}]", it.has),
                None => it.has.clone(),
            };
            [line, it.place.to_string(), it.says.clone(), has, it.in_code.clone(), it.in_database.clone()]
        })
        .collect();
    let count = show::plural(contradictions.len(), "contradiction");
    let mut text = format!("\n{} between the entities and the database\n\n", ink(Ink::Yellow, count));
    let widths: Vec<usize> = (0..heading.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(heading.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        format!("  {}", padded.join("  ")).trim_end().to_owned() + "\n"
    };
    text.push_str(&ink(Ink::Bold, line(&mut heading.into_iter())));
    for row in &rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    if contradictions.iter().any(|it| it.rule.is_some()) {
        text.push_str(
            "\n  a rule in brackets can be loosened: `type-rules = { <rule> = \"loose\" }` in the configuration\n",
        );
    }
    text
}

/// JSON.
pub(super) fn as_json(contradictions: &[Contradiction], root: &Path) -> Value {
    let of = |it: &Contradiction| {
        json!({
            "place": it.place.to_string(),
            "source": it.source.as_ref().map(|source| show::location(source, root)),
            "says": it.says,
            "has": it.has,
            "in_code": it.in_code,
            "in_database": it.in_database,
            "rule": it.rule,
        })
    };
    contradictions.iter().map(of).collect()
}
