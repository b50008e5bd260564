//! `gen log`: lists all migrations, the newest first.
//!
//! Must not know where their descriptions are.

use sea_gen_runner::lock_file::{LockedMigration, Proof};
use serde_json::{Value, json};

use crate::workflow::log::{Entry, Log, log};
use crate::workflow::{Failure, Workspace};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &arguments::Report) -> Result<Ending, Failure> {
    let log = log(&Workspace::open(common)?).await?;
    if command.json {
        let entries: Vec<Value> = log.entries.iter().map(|entry| as_json(entry, &log)).collect();
        paint::exact(&format!("{:#}\n", json!({ "migrations": entries, "silence": log.silence })));
        return Ok(Ending::Done);
    }
    let entries: Vec<String> = log.entries.iter().map(|entry| as_text(entry, &log)).collect();
    paint::result(&entries.join("\n"));
    if log.entries.is_empty() {
        paint::talk("there is no migration yet");
    }
    if let Some(silence) = &log.silence {
        paint::talk(format!("note: it is not known which are applied: {silence}"));
    }
    Ok(Ending::Done)
}

fn as_text(entry: &Entry, log: &Log) -> String {
    let Entry { id, about, lines, record } = entry;
    let mut text = format!("{}\n", ink(Ink::Bold, format!("migration {id}")));
    let mut row = |name: &str, value: String| text.push_str(&format!("{name:<9} {value}\n"));
    let who: Vec<&str> = [&about.author, &about.date].into_iter().flatten().map(String::as_str).collect();
    if !who.is_empty() {
        row("author", paint::line(&who.join(", ")));
    }
    for (product, line) in lines {
        let dialect = if lines.len() > 1 { format!("{}: ", product.key()) } else { String::new() };
        row("proof", format!("{dialect}{}", proof(line)));
        if !line.replaces.is_empty() {
            row("replaces", format!("{dialect}{}", show::plural(line.replaces.len(), "migration")));
        }
    }
    match record {
        Some(record) => row("database", format!("{} {}", ink(Ink::Green, record.status.key()), record.applied_at)),
        None if log.has_history => row("database", ink(Ink::Yellow, "pending")),
        None => {}
    }
    if let Some(message) = &about.message {
        text.push('\n');
        text.extend(message.lines().map(|line| format!("    {}\n", paint::line(line))));
    }
    text
}

fn proof(line: &LockedMigration) -> String {
    match &line.proof {
        Some(Proof { engine, version }) => format!("{engine} {version}"),
        None if line.refuted => ink(Ink::Red, "refuted"),
        None => "none".to_owned(),
    }
}

fn as_json(entry: &Entry, log: &Log) -> Value {
    let Entry { id, about, lines, record } = entry;
    let dialects = lines.iter().map(|(product, line)| {
        json!({ "dialect": product.key(), "proof": line.proof, "refuted": line.refuted, "from": line.from, "to": line.to, "replaces": line.replaces.iter().map(|it| &it.id).collect::<Vec<_>>() })
    });
    let status = match record {
        Some(record) => Some(record.status.key()),
        None => log.has_history.then_some("pending"),
    };
    json!({
        "id": id,
        "message": about.message,
        "author": about.author,
        "date": about.date,
        "dialects": dialects.collect::<Vec<_>>(),
        "status": status,
        "applied_at": record.as_ref().map(|record| &record.applied_at),
    })
}
