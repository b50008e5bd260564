//! Formats of lint findings, for people and for programs.
//!
//! Must not know how findings arise.

use sea_gen_runner::Direction;
use sea_gen_runner::Error;
use serde_json::{Value, json};

use crate::lint::Level;
use crate::lint::script::{RULES, ScriptFinding, ScriptRule};

use super::super::paint::{Ink, ink};
use super::super::show;
use super::Judged;

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

/// Human-readable: file by file the finding, the reason and the alternative; at the end the count.
pub(super) fn text(judged: &[Judged]) -> String {
    let (mut text, mut open, mut silenced) = (String::new(), 0, 0);
    for file in judged.iter().filter(|file| !file.remarks.is_empty()) {
        text.push_str(&format!("{}\n", ink(Ink::Bold, file.path.display())));
        for (line, remark) in &file.remarks {
            if let Some(reason) = &remark.silenced {
                silenced += 1;
                text.push_str(&format!(
                    "  {line}: {}: {} [{}]\n",
                    direction(remark.direction),
                    ink(Ink::Dim, format!("allowed: {reason}")),
                    remark.code
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
                "  {line}: {}: {}: {} [{}]\n      {}\n      instead: {}\n",
                direction(remark.direction),
                ink(colour, word(remark.level)),
                remark.message,
                remark.code,
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
    let remark = |(line, remark): &(usize, ScriptFinding)| {
        json!({
            "rule": remark.code,
            "level": word(remark.level),
            "way": direction(remark.direction),
            "statement": remark.statement.map(|at| at + 1),
            "line": line,
            "message": remark.message,
            "why": remark.why,
            "suggestion": remark.suggestion,
            "allowed": remark.silenced,
        })
    };
    let files = judged.iter().map(|file| {
        json!({
            "file": file.path,
            "dialect": file.product.key(),
            "remarks": file.remarks.iter().map(remark).collect::<Vec<_>>(),
        })
    });
    format!("{:#}\n", json!({ "files": files.collect::<Vec<_>>() }))
}

fn open(file: &Judged) -> impl Iterator<Item = &(usize, ScriptFinding)> {
    file.remarks.iter().filter(|(_, remark)| remark.silenced.is_none())
}

/// GitHub workflow commands that annotate the lines.
pub(super) fn github(judged: &[Judged]) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    let mut text = String::new();
    for file in judged {
        for (line, remark) in open(file) {
            let command = match remark.level {
                Level::Info => "notice",
                Level::Warning => "warning",
                Level::Danger => "error",
            };
            let path = property(&file.path.display().to_string());
            let message = escaped(&format!(
                "{}: {}: {}\ninstead: {}",
                direction(remark.direction),
                remark.message,
                remark.why,
                remark.suggestion
            ));
            text.push_str(&format!("::{command} file={path},line={line},title={}::{message}\n", property(remark.code)));
        }
    }
    text
}

/// SARIF 2.1.0, with silenced findings as suppressed.
pub(super) fn sarif(judged: &[Judged]) -> String {
    let level = |level: Level| match level {
        Level::Info => "note",
        Level::Warning => "warning",
        Level::Danger => "error",
    };
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "shortDescription": { "text": rule.summary },
                "fullDescription": { "text": rule.why },
                "help": { "text": format!("{}\n\nfound:\n{}\n\nnot found:\n{}", rule.suggestion, rule.example.bad, rule.example.good) },
                "defaultConfiguration": { "level": level(rule.level) },
            })
        })
        .collect();
    let results = judged.iter().flat_map(|file| {
        file.remarks.iter().map(move |(line, remark)| {
            let uri = file.path.display().to_string().replace('\\', "/");
            let mut result = json!({
                "ruleId": remark.code,
                "level": level(remark.level),
                "message": { "text": format!("{}: {}: {}", direction(remark.direction), remark.message, remark.why) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri },
                    "region": { "startLine": line },
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

/// The list of rules.
pub(super) fn rules(as_json: bool) -> String {
    if as_json {
        return format!("{:#}\n", Value::Array(RULES.iter().map(|rule| as_data(rule)).collect()));
    }
    let width = RULES.iter().map(|rule| rule.code.len()).max().unwrap_or_default();
    RULES.iter().map(|rule| format!("{:width$}  {:7}  {}\n", rule.code, word(rule.level), rule.summary)).collect()
}

/// The explanation of one rule.
pub(super) fn explained(code: &str, as_json: bool) -> Result<String, Error> {
    let Some(rule) = RULES.iter().find(|rule| rule.code == code) else {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        let error = Error::new(format!("there is no rule `{code}`"));
        return Err(match similar::get_close_matches(code, &codes, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `gen lint --explain {near}`?")),
            None => error.hint("`gen lint --rules` lists them"),
        });
    };
    if as_json {
        return Ok(format!("{:#}\n", as_data(rule)));
    }
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    Ok(format!(
        "{} ({}): {}\n\n  why: {}\n  instead: {}\n\n  found:\n{}\n  not found:\n{}",
        ink(Ink::Bold, rule.code),
        word(rule.level),
        rule.summary,
        rule.why,
        rule.suggestion,
        indented(rule.example.bad),
        indented(rule.example.good)
    ))
}

fn as_data(rule: &ScriptRule) -> Value {
    json!({
        "rule": rule.code,
        "level": word(rule.level),
        "summary": rule.summary,
        "why": rule.why,
        "suggestion": rule.suggestion,
        "dialect": rule.example.product.key(),
        "bad": rule.example.bad,
        "good": rule.example.good,
    })
}
