//! Every change to try: of migrations, lock, snapshots and history, by kind.
//!
//! Must not know which of them are found.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sea_gen_runner::session::{Missing, Session};

use super::super::project::Project;
use super::{Tampering, rows, url, wait};

/// The history: each row by its columns.
fn history(project: &Project) -> Vec<BTreeMap<&'static str, Option<String>>> {
    const COLUMNS: [&str; 13] = [
        "id",
        "name",
        "checksum",
        "applied_at",
        "execution_ms",
        "status",
        "direction",
        "statements",
        "tool_version",
        "fingerprint",
        "owner",
        "journal",
        "down",
    ];
    wait(async {
        let mut session = Session::connect(&crate::support::connection(&url(project)), Missing::Refuse).await.unwrap();
        let sql = format!("SELECT {} FROM sea_gen_history ORDER BY id", COLUMNS.join(", "));
        let found = rows(&mut session, &sql, COLUMNS.len()).await;
        session.close().await;
        found.into_iter().map(|row| COLUMNS.into_iter().zip(row).collect()).collect()
    })
}

/// The text with another byte at this place: never a blank, and never a letter in the other case.
fn with_other_byte(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = match bytes[at] ^ 1 {
        other @ b'!'..=b'~' => other,
        _ => b'x',
    };
    String::from_utf8(bytes).unwrap()
}

/// The text after a line was removed, repeated, or swapped with the next, with what was done and the line.
fn with_other_lines(text: &str) -> Vec<(String, &str, String)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut removed = lines.clone();
        removed.remove(at);
        found.push((format!("line {} removed", at + 1), *line, removed.concat()));
        let mut repeated = lines.clone();
        repeated.insert(at, line);
        found.push((format!("line {} repeated", at + 1), *line, repeated.concat()));
        if at + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            found.push((format!("line {} swapped with the next", at + 1), *line, swapped.concat()));
        }
    }
    found
}

/// What a line of a migration file is.
fn kind_of_line(line: &str) -> &'static str {
    let line = line.trim();
    match line.strip_prefix("--").map(str::trim) {
        None if line.is_empty() => "comments and blank lines",
        None => "statement",
        Some(mark) if ["UP", "DOWN", "STEP", "gen:"].iter().any(|word| mark.starts_with(word)) => "mark",
        Some(heading) if heading.starts_with("from ") => "heading",
        Some(_) => "comments and blank lines",
    }
}

/// Where the words of a mark begin that only people read.
fn named_from(line: &str) -> usize {
    let found = ["-- gen: check ", "-- STEP "].iter().find(|mark| line.starts_with(**mark));
    found.map_or(line.len(), |mark| mark.len())
}

/// The lines that say what a migration does. A mark that stands there twice says no more than once.
fn telling(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| kind_of_line(line) != "comments and blank lines").collect();
    lines.dedup_by(|next, before| next == before && kind_of_line(next) != "statement");
    lines
}

pub fn change_migrations(tampering: &mut Tampering) {
    let texts = tampering.texts("migrations");
    for (path, text) in &texts {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            for at in start..start + line.len() {
                let byte = char::from(text.as_bytes()[at]);
                let kind = match kind_of_line(line) {
                    "statement" => "migration: byte of a statement",
                    "mark" if at >= start + named_from(line) => "migration: words of a check or step",
                    // Other punctuation around the words makes the same mark.
                    "mark" if byte.is_ascii_alphanumeric() => "migration: letter of a mark",
                    "heading" => "migration: byte of the heading",
                    _ => "migration: comments and blank lines",
                };
                tampering.file(kind, path, format!("byte {at} ({byte:?}) changed"), with_other_byte(text, at));
                if kind == "migration: byte of a statement" && byte.is_ascii_alphabetic() {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes[at] ^= 0x20;
                    tampering.file("migration: letter in the other case", path, format!("byte {at} ({byte:?})"), bytes);
                }
            }
            start += line.len();
        }
        for (what, line, changed) in with_other_lines(text) {
            let kind = match kind_of_line(line) {
                _ if telling(&changed) == telling(text) => "migration: comments and blank lines",
                "statement" => "migration: line of a statement",
                "heading" => "migration: line of the heading",
                _ => "migration: line of a mark",
            };
            tampering.file(kind, path, format!("{what}: {}", line.trim()), changed);
        }
        let content = text.clone().into_bytes();
        tampering.files("migration: file deleted", path.display().to_string(), vec![(path.clone(), None)]);
        tampering.file("migration: file emptied", path, "emptied", "");
        let other = path.with_file_name(path.file_name().unwrap().to_string_lossy().replace(".sql", "_2.sql"));
        let copied = vec![(other.clone(), Some(content.clone()))];
        tampering.files("migration: file copied", other.display().to_string(), copied);
        for renamed in [other, path.with_extension("txt")] {
            let files = vec![(path.clone(), None), (renamed.clone(), Some(content.clone()))];
            tampering.files("migration: file renamed", renamed.display().to_string(), files);
        }
    }
    for (one, other) in texts.iter().zip(texts.iter().skip(1)) {
        let bytes = |text: &String| Some(text.clone().into_bytes());
        let swapped = vec![(one.0.clone(), bytes(&other.1)), (other.0.clone(), bytes(&one.1))];
        tampering.files("migration: files swapped", one.0.display().to_string(), swapped);
    }
    for name in ["20000101_000000_old", "21000101_000005_between", "21990101_000000_new"] {
        let text = "-- UP\nCREATE TABLE stray (id INTEGER);\n-- DOWN\nDROP TABLE stray;\n";
        for (end, text) in [("", text), ("_empty", "-- UP\n-- DOWN\n")] {
            let path = PathBuf::from(format!("migrations/{name}{end}.sql"));
            tampering.files("migration: file added", path.display().to_string(), vec![(path, Some(text.into()))]);
        }
    }
}

/// The kinds of changes of a JSON file: of a byte, of a blank, of a line, of the whole file.
type JsonKinds = [&'static str; 4];

pub fn change_json(tampering: &mut Tampering, folder: &str, [byte, blank, line, file]: JsonKinds) {
    for (path, text) in tampering.texts(folder) {
        let origins = text.find("\n  \"origins\"").map_or(text.len()..text.len(), |start| {
            let rest = &text[start..];
            start..start + rest.find("\n  }").map_or(rest.len(), |end| end + 4)
        });
        // What is not sealed has kinds of its own.
        let kind = |at: usize, other: &'static str| {
            let begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
            match text[begin..].trim_start().starts_with("\"wording\"") {
                true => "snapshot: wording",
                false if origins.contains(&at) => "snapshot: origins",
                false => other,
            }
        };
        for at in 0..text.len() {
            let found = char::from(text.as_bytes()[at]);
            let kind = kind(at, if found.is_ascii_whitespace() { blank } else { byte });
            tampering.file(kind, &path, format!("byte {at} ({found:?}) changed"), with_other_byte(&text, at));
        }
        let mut start = 0;
        for (what, changed_line, changed) in with_other_lines(&text) {
            if what.ends_with("removed") {
                start = text[start..].find(changed_line).map_or(start, |at| start + at);
            }
            // The same JSON in another order of lines is the same.
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            if value(&changed) != value(&text) {
                tampering.file(kind(start + 1, line), &path, format!("{what}: {}", changed_line.trim()), changed);
            }
        }
        tampering.files(file, format!("{} deleted", path.display()), vec![(path.clone(), None)]);
        tampering.file(file, &path, "emptied", "");
        if folder == "snapshots" {
            let copy = path.with_file_name("copy.json");
            tampering.files(file, format!("{} copied", path.display()), vec![(copy, Some(text.into_bytes()))]);
        }
    }
}

/// The checksums of the lock, byte by byte.
pub fn change_checksums(tampering: &mut Tampering) {
    let (path, text) = tampering.texts("schema.lock.json").remove(0);
    let digits = |text: &str| text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut start = 0;
    for part in text.split('"') {
        if digits(part) {
            for at in [0, part.len() / 2, part.len() - 1] {
                let changed = with_other_byte(&text, start + at);
                tampering.file("lock: byte of a checksum", &path, format!("byte {at} of {part}"), changed);
            }
        }
        start += part.len() + 1;
    }
}

pub fn change_history(tampering: &mut Tampering) {
    let rows = history(&tampering.project);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    for (at, row) in rows.iter().enumerate() {
        let id = row["id"].clone().unwrap();
        let here = format!("WHERE id = '{id}'");
        tampering.history("history: row deleted", format!("DELETE FROM sea_gen_history {here}"));
        let columns: Vec<&str> = row.keys().copied().collect();
        let others: Vec<String> =
            columns.iter().map(|name| if *name == "id" { format!("'{id}_2'") } else { (*name).to_owned() }).collect();
        tampering.history(
            "history: row added",
            format!(
                "INSERT INTO sea_gen_history ({}) SELECT {} FROM sea_gen_history {here}",
                columns.join(", "),
                others.join(", ")
            ),
        );
        let next = &rows[(at + 1) % rows.len()];
        for (column, value) in row {
            let kind = match *column {
                "id" => "history: id",
                "name" => "history: name",
                "checksum" => "history: checksum",
                "applied_at" => "history: time",
                "execution_ms" => "history: duration",
                "status" => "history: status",
                "direction" => "history: direction",
                "statements" => "history: number of statements",
                "tool_version" => "history: version",
                "fingerprint" => "history: fingerprint",
                "owner" => "history: owner",
                "journal" => "history: journal",
                _ => "history: DOWN text",
            };
            let mut values: Vec<String> = Vec::new();
            match *column {
                "execution_ms" | "statements" => {
                    let number: i64 = value.as_deref().unwrap().parse().unwrap();
                    values.extend([number + 1, number - 1, 0, -1, 99].map(|it| it.to_string()));
                }
                "status" => {
                    values.extend(["applied", "recognised", "baseline", "running", "failed", "other"].map(quoted));
                }
                "direction" => values.extend(["up", "down", "other"].map(quoted)),
                "journal" => values.extend([quoted("{}"), quoted("{\"done\":\"x\"}"), quoted("x")]),
                _ => {}
            }
            if let Some(text) = value
                && values.is_empty()
            {
                // In the way back, a byte of its last statement.
                let at = if *column == "down" { text.trim_end().len() - 2 } else { text.len() / 2 };
                values
                    .extend([with_other_byte(text, at), format!("{text}x"), String::new()].iter().map(|it| quoted(it)));
                values.extend(next[column].as_deref().map(quoted));
                if *column == "down" {
                    let changed = with_other_lines(text).into_iter();
                    let telling = changed.filter(|(_, _, changed)| telling(changed) != telling(text));
                    let statements = telling.filter(|(_, line, _)| kind_of_line(line) == "statement");
                    values.extend(statements.map(|(_, _, changed)| quoted(&changed)));
                }
            }
            if ["fingerprint", "owner", "journal", "down"].contains(column) {
                values.push("NULL".to_owned());
            }
            values.sort();
            values.dedup();
            let before = value.as_deref().map_or("NULL".to_owned(), quoted);
            values.retain(|it| *it != before && it.trim_matches('\'') != before.trim_matches('\''));
            // The id is a primary key.
            values.retain(|it| {
                *column != "id" || !rows.iter().any(|row| row["id"].as_deref().map(quoted) == Some(it.clone()))
            });
            for value in values {
                tampering.history(kind, format!("UPDATE sea_gen_history SET {column} = {value} {here}"));
            }
        }
    }
    tampering.history("history: emptied", "DELETE FROM sea_gen_history");
    tampering.history("history: table dropped", "DROP TABLE sea_gen_history");
    for (name, status) in [("20000101_000000_ghost", "applied"), ("21990101_000000_ghost", "recognised")] {
        tampering.history(
            "history: row added",
            format!(
                "INSERT INTO sea_gen_history (id, name, checksum, applied_at, execution_ms, status, direction, statements, tool_version) \
                 VALUES ('{name}', 'ghost', 'x', '', 0, '{status}', 'up', 1, '0.1.0')"
            ),
        );
    }
}
