//! A review as Markdown that fits a comment on a pull request, with a diagram of Mermaid.
//!
//! The first product is shown whole; of the others, what is told by their statements. Must not know the other formats.

use super::super::markdown::{cell, code, fenced};
use super::super::mermaid::label;
use super::{DialectReview, Mark, MigrationReview, Picture, PictureField, Review, StatementReview, TableChange};

/// The greatest number of characters; GitHub and GitLab take more, but nobody reads it.
const LONGEST: usize = 60_000;

/// The Markdown of a review.
pub fn review_markdown(review: &Review) -> String {
    let mut text = format!("## {}: schema change\n\ncompared with {}\n", cell(&review.title), cell(&review.base));
    let mut parts = review.dialects.iter();
    if let Some(first) = parts.next() {
        text.push_str(&format!("\n{}\n", first.summary.iter().map(|it| cell(it)).collect::<Vec<_>>().join(" ")));
        text.push_str(&whole(first));
    }
    for other in parts {
        let summary = other.summary.iter().map(|it| cell(it)).collect::<Vec<_>>().join(" ");
        text.push_str(&format!(
            "\n<details><summary>{}</summary>\n\n{summary}\n{}\n</details>\n",
            cell(&other.product),
            migrations(other)
        ));
    }
    shortened(text)
}

/// A comment has a greatest length: what is longer ends at a line, and says so.
fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let mut kept = String::new();
    for line in text.lines().take_while({
        let mut length = 0;
        move |line| {
            length += line.len() + 1;
            length < LONGEST
        }
    }) {
        kept.push_str(line);
        kept.push('\n');
    }
    if kept.matches("\n```").count() % 2 == 1 {
        kept.push_str("```\n");
    }
    let open =
        kept.matches("<details>").count() - kept.matches("</details>").count().min(kept.matches("<details>").count());
    kept.push_str(&"\n</details>\n".repeat(open));
    kept.push_str("\n_The rest is left out: `gen review --format html` shows all of it._\n");
    kept
}

fn whole(review: &DialectReview) -> String {
    let mut text = String::new();
    text.extend(review.unknown.as_ref().map(|why| format!("\n{}\n", cell(why))));
    if !review.at_stake.is_empty() {
        let lines: String = review.at_stake.iter().map(|it| format!("> - {}\n", cell(it))).collect();
        text.push_str(&format!("\n> [!CAUTION]\n> **Data at stake**\n{lines}"));
    }
    if !review.diagram.tables.is_empty() {
        text.push_str(&format!("\n```mermaid\n{}```\n", mermaid(&review.diagram)));
    }
    if !review.changes.is_empty() {
        text.push_str("\n### By table\n\n");
        text.extend(review.changes.iter().map(change));
    }
    text.push_str(&migrations(review));
    text
}

fn change(change: &TableChange) -> String {
    let former = change.former.as_ref().map(|it| format!(" (formerly {})", cell(it))).unwrap_or_default();
    let mut text = format!("- `{}` **{}**{former}\n", change.mark.sign(), cell(&change.name));
    for line in &change.lines {
        let source = line.source.as_ref().map(|it| format!(" · {}", code(it))).unwrap_or_default();
        text.push_str(&format!("  - `{}` {}{source}\n", line.mark.sign(), cell(&line.text)));
    }
    text
}

fn migrations(review: &DialectReview) -> String {
    let mut text = String::new();
    for migration in &review.migrations {
        let edited = if migration.edited { ", edited" } else { "" };
        text.push_str(&format!("\n### {}\n\n{}{edited}\n", code(&migration.file), cell(&migration.proof.said())));
        text.push_str(&effects(migration));
        text.push_str(&statements("Up", &migration.up));
        text.push_str(&statements("Down", &migration.down));
    }
    text
}

/// What the statements of a migration do to others, and what the lint finds in them.
fn effects(migration: &MigrationReview) -> String {
    let mut rows = Vec::new();
    for statement in &migration.up {
        for note in &statement.locks {
            let line = statement.line.map(|line| line.to_string()).unwrap_or_default();
            let lock = code(&note.lock);
            rows.push(format!("| {line} | {} on {} wait {} | {lock} |\n", note.blocks, cell(&note.table), note.time));
        }
    }
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&format!("\n| line | who waits | lock |\n|--:|---|---|\n{}", rows.concat()));
    }
    let up = migration.up.iter().map(|it| ("up", it));
    let down = migration.down.iter().map(|it| ("down", it));
    let placed = up.chain(down).flat_map(|(way, it)| it.findings.iter().map(move |remark| (way, it.line, remark)));
    let of_file = migration.findings.iter().map(|remark| ("file", None, remark));
    let found: Vec<String> = of_file
        .chain(placed)
        .map(|(way, line, remark)| {
            let line = line.map(|line| format!(" {line}")).unwrap_or_default();
            match &remark.allowed {
                Some(reason) => format!("- {way}{line}: allowed: {} (`{}`)\n", cell(reason), remark.rule),
                None => format!(
                    "- {way}{line}: **{}**: {}. Instead: {} (`{}`)\n",
                    remark.level,
                    cell(&remark.message),
                    remark.suggestion,
                    remark.rule
                ),
            }
        })
        .collect();
    if !found.is_empty() {
        text.push_str(&format!("\n{}", found.concat()));
    }
    text
}

fn statements(way: &str, statements: &[StatementReview]) -> String {
    let sql: Vec<String> = statements.iter().map(|it| format!("{};", it.sql.trim_end())).collect();
    let count = match sql.len() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    };
    format!("\n<details><summary>{way}, {count}</summary>\n\n{}\n</details>\n", fenced(&sql.join("\n\n")))
}

/// A flow chart, because its nodes have colours in every version of Mermaid. Each table tells its change by a sign too.
fn mermaid(picture: &Picture) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let id = |name: &str| picture.tables.iter().position(|table| table.id == name).map(|at| format!("t{at}"));
    for table in &picture.tables {
        let Some(own) = id(&table.id) else { continue };
        let sign = table.mark.map(|mark| format!("{} ", mark.sign())).unwrap_or_default();
        let mut lines = vec![format!("<b>{sign}{}</b>", label(&table.title))];
        lines.extend(table.fields.iter().map(field));
        lines.extend((table.left > 0).then(|| format!("{} more", table.left)));
        let class = table.mark.map_or("same", Mark::key);
        text.push_str(&format!("  {own}[\"{}\"]:::{class}\n", lines.join("<br/>")));
    }
    for link in &picture.links {
        let (Some(from), Some(to)) = (id(&link.from), id(&link.to)) else { continue };
        let sign = link.mark.map(|mark| format!("{} ", mark.sign())).unwrap_or_default();
        text.push_str(&format!("  {from} -->|\"{sign}{}\"| {to}\n", label(&link.from_field)));
    }
    text.push_str(
        "  classDef added fill:#e8f3ec,stroke:#1b7048,color:#1e2126\n  classDef removed fill:#faecea,stroke:#a8322c,color:#1e2126,stroke-dasharray:5 3\n  \
         classDef altered fill:#fbf2df,stroke:#8a5a00,color:#1e2126\n  classDef renamed fill:#f0ebf8,stroke:#6545a4,color:#1e2126\n  \
         classDef same fill:#f5f5f1,stroke:#cfcfc6,color:#5d636d\n",
    );
    text
}

fn field(field: &PictureField) -> String {
    // The former name of a renamed column has an arrow already.
    let sign = field.mark.filter(|_| field.label.is_none()).map(|mark| format!("{} ", mark.sign())).unwrap_or_default();
    format!("{sign}{} <i>{}</i>", label(field.label.as_ref().unwrap_or(&field.name)), label(&field.kind))
}
