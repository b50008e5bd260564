//! `gen history`: lists what was done to the history of a database, and finds lines that somebody changed or removed.
//!
//! Must not know how lines are chained.

use sea_gen_runner::run::{Details, Line};
use serde_json::{Value, json};

use crate::workflow::audit::{Ledger, ledger};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, History};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &History) -> Result<Ending, Failure> {
    let Ledger { lines, flaws } = ledger(&Workspace::open(common)?, command.expect.as_ref()).await?;
    let ending = if command.verify && !flaws.is_empty() { Ending::Findings } else { Ending::Done };
    if command.json {
        let flaws: Vec<Value> = flaws.iter().map(|flaw| json!({ "line": flaw.line, "what": flaw.what })).collect();
        let listed: Vec<Value> = if command.verify { Vec::new() } else { lines.iter().map(as_json).collect() };
        let last = lines.last().map(|line| json!({ "number": line.number, "hash": line.hash }));
        let all = json!({ "lines": listed, "count": lines.len(), "last": last, "flaws": flaws });
        paint::exact(&format!("{all:#}\n"));
        return Ok(ending);
    }
    if !command.verify {
        let width = lines.iter().map(|line| line.id.chars().count()).max().unwrap_or_default();
        let listed: String = lines.iter().map(|line| as_text(line, width)).collect();
        paint::result(&listed);
    }
    for flaw in &flaws {
        match command.verify {
            true => paint::result(&format!("{} {}\n", ink(Ink::Red, "broken"), flaw.what)),
            false => paint::talk(format!("note: {}", flaw.what)),
        }
    }
    match lines.last() {
        None => paint::talk("there is no line yet: `gen up` writes the first"),
        Some(last) if command.verify && flaws.is_empty() => {
            let what = format!("the chain of {} holds", show::plural(lines.len(), "line"));
            paint::result(&format!(
                "{} {what}; the last one is {}:{}\n",
                ink(Ink::Green, "ok"),
                last.number,
                last.hash
            ));
        }
        Some(_) => {}
    }
    Ok(ending)
}

/// One line: number, time, what was done to which migration, how long and how much, by whom, from which commit.
fn as_text(line: &Line, width: usize) -> String {
    let colour = match line.event.as_str() {
        "applied" | "recognised" | "baseline" => Ink::Green,
        "failed" | "lost" | "reverted" => Ink::Red,
        _ => Ink::Yellow,
    };
    let Line { number, id, event, recorded_at, details, .. } = line;
    let event = ink(colour, format!("{event:<10}"));
    let rest: Vec<String> = [amounts(details), who(details), what(details)].into_iter().flatten().collect();
    format!("{number:>5}  {recorded_at}  {event}  {id:width$}  {}\n", paint::line(&rest.join("  ")))
}

fn amounts(details: &Details) -> Option<String> {
    let parts = [
        (details.statements > 0).then(|| format!("{} ms", details.execution_ms)),
        (details.rows > 0).then(|| show::plural(usize::try_from(details.rows).unwrap_or(usize::MAX), "row")),
        (details.waited_ms > 0).then(|| format!("waited {} ms", details.waited_ms)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `ada@laptop as deploy`.
fn who(details: &Details) -> Option<String> {
    let by = &details.by;
    let person = by.actor.as_ref().or(by.os_user.as_ref());
    let host = by.host.as_ref().map(|host| format!("@{host}")).unwrap_or_default();
    let user = details.database_user.as_ref().map(|user| format!(" as {user}")).unwrap_or_default();
    person.map(|person| format!("{person}{host}{user}"))
}

fn what(details: &Details) -> Option<String> {
    let by = &details.by;
    let commit = by.commit.as_ref().map(|commit| match commit.split_once('-') {
        Some((hash, rest)) => format!("{}-{rest}", hash.chars().take(10).collect::<String>()),
        None => commit.chars().take(10).collect(),
    });
    let parts = [
        commit,
        by.environment.as_ref().map(|name| format!("env {name}")),
        details.formerly.as_ref().map(|id| format!("was {id}")),
        details.statement.map(|number| format!("at statement {number}")),
        details.code.as_ref().map(|code| format!("error {code}")),
        by.backup.as_ref().map(|path| format!("backup {path}")),
        (!by.exceptions.is_empty()).then(|| by.exceptions.join(" ")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

pub(super) fn as_json(line: &Line) -> Value {
    let mut value = json!({
        "number": line.number,
        "id": line.id,
        "event": line.event,
        "recorded_at": line.recorded_at,
        "hash": line.hash,
    });
    // The details are texts, numbers and lists, so they can always be written.
    if let (Some(all), Ok(Value::Object(details))) = (value.as_object_mut(), serde_json::to_value(&line.details)) {
        all.extend(details);
    }
    value
}
