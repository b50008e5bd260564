//! Formats of lint findings, for people and for programs.
//!
//! Must not know how findings arise.

use std::collections::BTreeMap;

use sea_gen_runner::Direction;
use sea_gen_runner::Error;
use sea_gen_runner::checksum::sha256;
use serde_json::{Value, json};

use crate::dialect::Product;
use crate::lint::house::HOUSE_RULES;
use crate::lint::{Level, RULES, Rule};

use super::super::paint::{Ink, ink};
use super::super::show;
use super::{Judged, Remark};

fn word(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Danger => "danger",
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

/// Where a remark is: its line, and its direction in an SQL file.
fn place(remark: &Remark) -> String {
    match remark.direction {
        Some(of) => format!("{}: {}", remark.line, direction(of)),
        None => remark.line.to_string(),
    }
}

/// A message with its direction, where it has one.
fn said(remark: &Remark) -> String {
    match remark.direction {
        Some(of) => format!("{}: {}", direction(of), remark.message),
        None => remark.message.clone(),
    }
}

/// For eyes: file by file, what, why and what instead; at the end how many.
pub(super) fn text(judged: &[Judged]) -> String {
    let (mut text, mut open, mut silenced) = (String::new(), 0, 0);
    for file in judged.iter().filter(|file| !file.remarks.is_empty()) {
        text.push_str(&format!("{}\n", ink(Ink::Bold, file.path.display())));
        for remark in &file.remarks {
            if let Some(reason) = &remark.silenced {
                silenced += 1;
                text.push_str(&format!(
                    "  {}: {} [{}]\n",
                    place(remark),
                    ink(Ink::Dim, format!("allowed: {reason}")),
                    remark.rule
                ));
                continue;
            }
            open += 1;
            let colour = match remark.level {
                Level::Info => Ink::Dim,
                Level::Warning => Ink::Yellow,
                Level::Danger => Ink::Red,
            };
            text.push_str(&format!(
                "  {}: {}: {} [{}]\n      {}\n      instead: {}\n",
                place(remark),
                ink(colour, word(remark.level)),
                remark.message,
                remark.rule,
                ink(Ink::Dim, remark.why),
                remark.suggestion,
            ));
        }
    }
    if judged.is_empty() {
        return text;
    }
    let allowed = if silenced > 0 { format!(", {silenced} allowed") } else { String::new() };
    text.push_str(&format!("{}, {}{allowed}\n", show::plural(judged.len(), "file"), show::plural(open, "remark")));
    text
}

/// JSON.
pub(super) fn json(judged: &[Judged]) -> String {
    let remark = |remark: &Remark| {
        json!({
            "rule": remark.rule,
            "level": word(remark.level),
            "way": remark.direction.map(direction),
            "statement": remark.statement.map(|at| at + 1),
            "line": remark.line,
            "message": remark.message,
            "why": remark.why,
            "suggestion": remark.suggestion,
            "allowed": remark.silenced,
        })
    };
    let files = judged.iter().map(|file| {
        json!({
            "file": file.path,
            "dialect": file.product.map(|product| product.key()),
            "remarks": file.remarks.iter().map(remark).collect::<Vec<_>>(),
        })
    });
    format!("{:#}\n", json!({ "files": files.collect::<Vec<_>>() }))
}

fn open(file: &Judged) -> impl Iterator<Item = &Remark> {
    file.remarks.iter().filter(|remark| remark.silenced.is_none())
}

/// GitHub workflow commands that annotate the lines.
pub(super) fn github(judged: &[Judged]) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let mut text = String::new();
    for file in judged {
        for remark in open(file) {
            let command = match remark.level {
                Level::Info => "notice",
                Level::Warning => "warning",
                Level::Danger => "error",
            };
            let line = remark.line;
            let path = property(&file.path.display().to_string());
            let message = escaped(&format!("{}: {}\ninstead: {}", said(remark), remark.why, remark.suggestion));
            text.push_str(&format!("::{command} file={path},line={line},title={}::{message}\n", property(remark.rule)));
        }
    }
    text
}

/// The report on code quality that GitLab shows in a merge request. What is found is known by its fingerprint, also when it has
/// moved to another line.
pub(super) fn gitlab(judged: &[Judged]) -> String {
    let severity = |level: Level| match level {
        Level::Info => "info",
        Level::Warning => "minor",
        Level::Danger => "critical",
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for file in judged {
        let path = file.path.display().to_string().replace('\\', "/");
        for remark in open(file) {
            let said = format!("{path}: {}: {}", remark.rule, said(remark));
            let count = seen.entry(said.clone()).or_default();
            *count += 1;
            found.push(json!({
                "description": format!("{}: {}", self::said(remark), remark.suggestion),
                "check_name": remark.rule,
                "fingerprint": sha256(&format!("{said} {count}")),
                "severity": severity(remark.level),
                "location": { "path": path, "lines": { "begin": remark.line } },
            }));
        }
    }
    format!("{:#}\n", Value::Array(found))
}

/// SARIF 2.1.0, with silenced findings as suppressed.
pub(super) fn sarif(judged: &[Judged]) -> String {
    let level = |level: Level| match level {
        Level::Info => "note",
        Level::Warning => "warning",
        Level::Danger => "error",
    };
    let rules: Vec<Value> = told()
        .filter_map(|rule| {
            let advice = rule.advice.first()?;
            Some(json!({
                "id": rule.id,
                "shortDescription": { "text": rule.summary },
                "fullDescription": { "text": rule.why },
                "help": { "text": format!("{}\n\nfound:\n{}\n\nnot found:\n{}", advice.suggestion, advice.bad, advice.good) },
                "defaultConfiguration": { "level": level(advice.level) },
            }))
        })
        .collect();
    let results = judged.iter().flat_map(|file| {
        file.remarks.iter().map(move |remark| {
            let uri = file.path.display().to_string().replace('\\', "/");
            let mut result = json!({
                "ruleId": remark.rule,
                "level": level(remark.level),
                "message": { "text": format!("{}: {}", said(remark), remark.why) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri },
                    "region": { "startLine": remark.line },
                } }],
            });
            if let (Some(reason), Some(fields)) = (&remark.silenced, result.as_object_mut()) {
                let suppressions = json!([{ "kind": "inSource", "justification": reason }]);
                fields.insert("suppressions".to_owned(), suppressions);
            }
            result
        })
    });
    let driver = json!({
        "name": "gen",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "results": results.collect::<Vec<_>>() }],
    });
    format!("{report:#}\n")
}

/// A rule that `gen lint` reports.
struct Told {
    id: &'static str,
    summary: &'static str,
    why: &'static str,
    advice: Vec<Advice>,
}

/// The rules that `gen lint` reports, last those that a project sets for itself.
fn told() -> impl Iterator<Item = Told> {
    let rules = RULES.iter().filter(|rule| rule.script.is_some() || rule.code.is_some());
    let rules = rules.map(|rule| Told { id: rule.id, summary: rule.summary, why: rule.why, advice: advice(rule) });
    rules.chain(HOUSE_RULES.into_iter().map(|rule| Told {
        id: rule.id,
        summary: rule.summary,
        why: rule.why,
        advice: vec![Advice {
            language: Product::Postgres.key(),
            level: rule.level,
            suggestion: rule.suggestion,
            bad: rule.bad,
            good: rule.good,
        }],
    }))
}

/// What a rule says of one kind of file.
struct Advice {
    /// The dialect of the examples, or Rust.
    language: &'static str,
    level: Level,
    suggestion: &'static str,
    bad: &'static str,
    good: &'static str,
}

/// What a rule says of SQL files, and of migrations in Rust.
fn advice(rule: &Rule) -> Vec<Advice> {
    let of_script = rule.script.iter().map(|script| Advice {
        language: script.example.product.key(),
        level: script.level,
        suggestion: script.suggestion,
        bad: script.example.bad,
        good: script.example.good,
    });
    let of_code = rule.code.iter().map(|code| Advice {
        language: "rust",
        level: code.level,
        suggestion: code.suggestion,
        bad: code.bad,
        good: code.good,
    });
    of_script.chain(of_code).collect()
}

/// The list of rules.
pub(super) fn rules(as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", told().filter_map(|rule| as_data(&rule)).collect::<Value>());
    }
    let width = told().map(|rule| rule.id.len()).max().unwrap_or_default();
    let line = |rule: Told| {
        let level = rule.advice.first().map_or("", |advice| word(advice.level));
        format!("{:width$}  {level:7}  {}\n", rule.id, rule.summary)
    };
    told().map(line).collect()
}

/// All there is to know of one rule.
pub(super) fn explained(id: &str, as_json: bool) -> Result<String, Error> {
    let Some(rule) = told().find(|rule| rule.id == id) else {
        let ids: Vec<&str> = told().map(|rule| rule.id).collect();
        let error = Error::new(format!("there is no rule `{id}`"));
        return Err(match similar::get_close_matches(id, &ids, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `gen lint --explain {near}`?")),
            None => error.hint("`gen lint --rules` lists them"),
        });
    };
    if as_json {
        return Ok(format!("{:#}\n", as_data(&rule).unwrap_or_default()));
    }
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let advice = &rule.advice;
    let level = advice.first().map_or("", |advice| word(advice.level));
    let mut text = format!("{} ({level}): {}\n\n  why: {}\n", ink(Ink::Bold, rule.id), rule.summary, rule.why);
    for (number, advice) in advice.iter().enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        text.push_str(&format!(
            "{gap}  instead: {}\n\n  found:\n{}\n  not found:\n{}",
            advice.suggestion,
            indented(advice.bad),
            indented(advice.good)
        ));
    }
    Ok(text)
}

fn as_data(rule: &Told) -> Option<Value> {
    let mut advice = rule.advice.iter();
    let first = advice.next()?;
    let mut data = json!({
        "rule": rule.id,
        "level": word(first.level),
        "summary": rule.summary,
        "why": rule.why,
        "suggestion": first.suggestion,
        "dialect": first.language,
        "bad": first.bad,
        "good": first.good,
    });
    if let (Some(other), Some(fields)) = (advice.next(), data.as_object_mut()) {
        let other = json!({ "suggestion": other.suggestion, "bad": other.bad, "good": other.good });
        fields.insert("in_rust".to_owned(), other);
    }
    Some(data)
}
