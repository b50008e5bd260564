//! Formats of lint findings, for people and for programs.
//!
//! Must not know how findings arise.

use sea_gen_runner::Direction;
use sea_gen_runner::Error;
use serde_json::{Value, json};

use crate::lint::script::{self, ScriptCheck, StatementPlace};
use crate::lint::{Finding, Level, Rule};

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

/// Why the finding is a hazard, and what to do instead.
fn advice(finding: &Finding<StatementPlace>) -> (&'static str, &'static str) {
    let rule = script::rules().find(|(rule, _)| rule.id == finding.rule);
    rule.map(|(rule, script)| (rule.why, script.suggestion)).unwrap_or_default()
}

/// For eyes: file by file, what, why and what instead; at the end how many.
pub(super) fn text(judged: &[Judged]) -> String {
    let (mut text, mut open, mut silenced) = (String::new(), 0, 0);
    for file in judged.iter().filter(|file| !file.remarks.is_empty()) {
        text.push_str(&format!("{}\n", ink(Ink::Bold, file.path.display())));
        for (line, remark) in &file.remarks {
            if let Some(reason) = &remark.place.silenced {
                silenced += 1;
                text.push_str(&format!(
                    "  {line}: {}: {} [{}]\n",
                    direction(remark.place.direction),
                    ink(Ink::Dim, format!("allowed: {reason}")),
                    remark.rule
                ));
                continue;
            }
            open += 1;
            let (why, suggestion) = advice(remark);
            let colour = match remark.level {
                Level::Info => Ink::Dim,
                Level::Warning => Ink::Yellow,
                Level::Danger => Ink::Red,
            };
            text.push_str(&format!(
                "  {line}: {}: {}: {} [{}]\n      {}\n      instead: {}\n",
                direction(remark.place.direction),
                ink(colour, word(remark.level)),
                remark.message,
                remark.rule,
                ink(Ink::Dim, why),
                suggestion,
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
    let remark = |(line, remark): &(usize, Finding<StatementPlace>)| {
        let (why, suggestion) = advice(remark);
        json!({
            "rule": remark.rule,
            "level": word(remark.level),
            "way": direction(remark.place.direction),
            "statement": remark.place.statement.map(|at| at + 1),
            "line": line,
            "message": remark.message,
            "why": why,
            "suggestion": suggestion,
            "allowed": remark.place.silenced,
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

fn open(file: &Judged) -> impl Iterator<Item = &(usize, Finding<StatementPlace>)> {
    file.remarks.iter().filter(|(_, remark)| remark.place.silenced.is_none())
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
            let (why, suggestion) = advice(remark);
            let path = property(&file.path.display().to_string());
            let message = escaped(&format!(
                "{}: {}: {why}\ninstead: {suggestion}",
                direction(remark.place.direction),
                remark.message,
            ));
            text.push_str(&format!("::{command} file={path},line={line},title={}::{message}\n", property(remark.rule)));
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
    let rules: Vec<Value> = script::rules()
        .map(|(rule, script)| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.summary },
                "fullDescription": { "text": rule.why },
                "help": { "text": format!("{}\n\nfound:\n{}\n\nnot found:\n{}", script.suggestion, script.example.bad, script.example.good) },
                "defaultConfiguration": { "level": level(script.level) },
            })
        })
        .collect();
    let results = judged.iter().flat_map(|file| {
        file.remarks.iter().map(move |(line, remark)| {
            let uri = file.path.display().to_string().replace('\\', "/");
            let mut result = json!({
                "ruleId": remark.rule,
                "level": level(remark.level),
                "message": { "text": format!("{}: {}: {}", direction(remark.place.direction), remark.message, advice(remark).0) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": uri },
                    "region": { "startLine": line },
                } }],
            });
            if let (Some(reason), Some(fields)) = (&remark.place.silenced, result.as_object_mut()) {
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
        return format!("{:#}\n", script::rules().map(|(rule, script)| as_data(rule, script)).collect::<Value>());
    }
    let width = script::rules().map(|(rule, _)| rule.id.len()).max().unwrap_or_default();
    let line = |(rule, script): (&Rule, &ScriptCheck)| {
        format!("{:width$}  {:7}  {}\n", rule.id, word(script.level), rule.summary)
    };
    script::rules().map(line).collect()
}

/// All there is to know of one rule.
pub(super) fn explained(id: &str, as_json: bool) -> Result<String, Error> {
    let Some((rule, script)) = script::rules().find(|(rule, _)| rule.id == id) else {
        let ids: Vec<&str> = script::rules().map(|(rule, _)| rule.id).collect();
        let error = Error::new(format!("there is no rule `{id}`"));
        return Err(match similar::get_close_matches(id, &ids, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `gen lint --explain {near}`?")),
            None => error.hint("`gen lint --rules` lists them"),
        });
    };
    if as_json {
        return Ok(format!("{:#}\n", as_data(rule, script)));
    }
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    Ok(format!(
        "{} ({}): {}\n\n  why: {}\n  instead: {}\n\n  found:\n{}\n  not found:\n{}",
        ink(Ink::Bold, rule.id),
        word(script.level),
        rule.summary,
        rule.why,
        script.suggestion,
        indented(script.example.bad),
        indented(script.example.good)
    ))
}

fn as_data(rule: &Rule, script: &ScriptCheck) -> Value {
    json!({
        "rule": rule.id,
        "level": word(script.level),
        "summary": rule.summary,
        "why": rule.why,
        "suggestion": script.suggestion,
        "dialect": script.example.product.key(),
        "bad": script.example.bad,
        "good": script.example.good,
    })
}
