//! A review as an HTML page. The text is in the page, so it is read without its script; the script draws the diagrams.
//!
//! Must not know the other formats.

use super::super::html::{self, Page, escaped};
use super::{DialectReview, LockNote, Mark, MigrationReview, ProofState, Remark, Review, StatementReview, TableChange};

const SCRIPT: &str = include_str!("../review.js");

/// One HTML file about a change.
///
/// # Errors
/// Those of writing JSON.
pub fn review_html(review: &Review) -> serde_json::Result<String> {
    let title = format!("{}: schema change", review.title);
    let diagrams: Vec<_> = review.dialects.iter().map(|it| serde_json::json!({ "diagram": it.diagram })).collect();
    let data = serde_json::to_string(&diagrams)?;
    let sections: String = review.dialects.iter().map(dialect).collect();
    let body = format!(
        "<main>\n<header><div><h1>{}</h1><p class=\"quiet\">compared with {}</p></div>\
         <div id=\"dialects\" class=\"choice\" role=\"group\" aria-label=\"Database\"></div></header>\n{sections}</main>",
        escaped(&title),
        escaped(&review.base),
    );
    Ok(html::page(&Page { title: &title, kind: "review", body: &body, data: &data, script: SCRIPT }))
}

fn dialect(review: &DialectReview) -> String {
    let key = review.dialect;
    let sentences: String = review.summary.iter().map(|it| format!("<span>{}</span> ", escaped(it))).collect();
    let mut text = format!(
        "<section class=\"dialect\" data-dialect=\"{key}\" data-name=\"{0}\" aria-label=\"{0}\">\n<p class=\"summary\">{sentences}</p>\n",
        escaped(&review.product),
    );
    text.extend(review.unknown.as_ref().map(|why| format!("<p class=\"quiet\">{}</p>\n", escaped(why))));
    if !review.at_stake.is_empty() {
        let lines: String = review.at_stake.iter().map(|it| format!("<li>{}</li>", escaped(it))).collect();
        text.push_str(&format!("<div class=\"stake\"><h2>Data at stake</h2><ul>{lines}</ul></div>\n"));
    }
    if !review.diagram.tables.is_empty() {
        let legend: String = [
            (Mark::Added, "added"),
            (Mark::Removed, "removed"),
            (Mark::Altered, "changed"),
            (Mark::Renamed, "renamed"),
        ]
        .into_iter()
        .map(|(mark, word)| format!("<li>{}{word}</li>", sign(mark, "")))
        .collect();
        text.push_str(&format!(
            "<ul class=\"legend\" aria-label=\"Signs\">{legend}</ul>\n<div class=\"picture\"></div>\n"
        ));
    }
    if !review.changes.is_empty() {
        text.push_str("<h2>By table</h2>\n");
        text.extend(review.changes.iter().map(|it| change(key, it)));
    }
    if !review.migrations.is_empty() {
        text.push_str("<h2>Migrations</h2>\n");
        text.extend(review.migrations.iter().map(migration));
    }
    text.push_str("</section>\n");
    text
}

/// A sign; for a screen reader the word. `word` is empty where the word stands beside it.
fn sign(mark: Mark, word: &str) -> String {
    let spoken = if word.is_empty() { String::new() } else { format!("<span class=\"unseen\">{word}: </span>") };
    format!("<span class=\"mark {}\" aria-hidden=\"true\">{}</span>{spoken}", mark.key(), mark.sign())
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "added",
        Mark::Removed => "removed",
        Mark::Altered => "changed",
        Mark::Renamed => "renamed",
    }
}

fn change(dialect: &str, change: &TableChange) -> String {
    let lines = change.lines.iter().map(|line| {
        let source = line.source.as_ref().map(|it| format!("<code>{}</code>", escaped(it))).unwrap_or_default();
        format!(
            "<li>{}<span class=\"what\">{}</span>{source}</li>\n",
            sign(line.mark, word(line.mark)),
            escaped(&line.text)
        )
    });
    let former =
        change.former.as_ref().map(|it| format!("<small>formerly {}</small>", escaped(it))).unwrap_or_default();
    format!(
        "<section class=\"change\" id=\"{dialect}/{name}\"><h3 tabindex=\"-1\">{}{name}{former}</h3><ul>\n{}</ul></section>\n",
        sign(change.mark, word(change.mark)),
        lines.collect::<String>(),
        name = escaped(&change.name),
    )
}

fn migration(migration: &MigrationReview) -> String {
    let kind = match migration.proof {
        ProofState::Proven(_) => "good",
        ProofState::Refuted => "bad",
        ProofState::Unproven | ProofState::Unsealed => "warn",
    };
    let edited = if migration.edited { " <span class=\"tag warn\">edited</span>" } else { "" };
    format!(
        "<article class=\"migration\"><h3><code>{}</code> <span class=\"tag {kind}\">{}</span>{edited}</h3>\n{}\
         <h4>Up</h4>\n{}<details><summary>Down, {}</summary>\n{}</details></article>\n",
        escaped(&migration.file),
        escaped(&migration.proof.said()),
        migration.findings.iter().map(finding).collect::<String>(),
        statements(&migration.up),
        count(migration.down.len(), "statement"),
        statements(&migration.down),
    )
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn statements(statements: &[StatementReview]) -> String {
    if statements.is_empty() {
        return "<p class=\"quiet\">No statement.</p>\n".to_owned();
    }
    let items: String = statements.iter().map(statement).collect();
    format!("<ol class=\"statements\">\n{items}</ol>\n")
}

fn statement(statement: &StatementReview) -> String {
    let note = statement.note.iter().map(|note| format!("<span class=\"note\">{}</span>", escaped(note.trim_end())));
    let runs = statement.runs.iter().map(|runs| format!("<p>{}</p>", escaped(runs)));
    let locks: String = match statement.locks.as_slice() {
        [] => "<p>Nobody waits.</p>".to_owned(),
        notes => notes.iter().map(lock).collect(),
    };
    let findings: String = statement.findings.iter().map(finding).collect();
    format!(
        "<li><pre>{}{};</pre><div class=\"effects\">{locks}{}{findings}</div></li>\n",
        note.collect::<String>(),
        escaped(statement.sql.trim_end()),
        runs.collect::<String>(),
    )
}

/// Text with code between backticks.
fn prose(text: &str) -> String {
    let part = |(at, part): (usize, &str)| match at % 2 {
        0 => escaped(part),
        _ => format!("<code>{}</code>", escaped(part)),
    };
    text.split('`').enumerate().map(part).collect()
}

fn lock(note: &LockNote) -> String {
    let kind = if note.grows { "slow" } else { "" };
    format!(
        "<p class=\"{kind}\"><strong>{}</strong> on {} wait {} <code>{}</code></p>",
        escaped(note.blocks),
        escaped(&note.table),
        escaped(note.time),
        escaped(&note.lock),
    )
}

fn finding(remark: &Remark) -> String {
    if let Some(reason) = &remark.allowed {
        return format!(
            "<div class=\"finding\"><span class=\"tag\">allowed</span> {}: {}</div>",
            escaped(remark.rule),
            escaped(reason)
        );
    }
    let kind = match remark.level {
        "danger" => "bad",
        "warning" => "warn",
        _ => "",
    };
    format!(
        "<div class=\"finding\"><span class=\"tag {kind}\">{}</span> <strong>{}</strong><p>{}</p><p>Instead: {} <code>{}</code></p></div>",
        escaped(remark.level),
        escaped(&remark.message),
        prose(remark.why),
        prose(remark.suggestion),
        escaped(remark.rule),
    )
}
