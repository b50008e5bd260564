//! `gen history`: lists what was done to the history of a database, and finds lines that somebody changed or removed.
//!
//! Must not know how lines are chained.

use std::sync::Arc;

use sea_gen_runner::run::{Details, Line};
use sea_gen_runner::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::workflow::audit::{Ledger, ledger};
use crate::workflow::tenants::Tenants;
use crate::workflow::{Failure, Silent, Workspace};

use super::arguments::{Common, History};
use super::paint::{self, Ink, ink};
use super::{Ending, show, tenants as of_each};

pub(super) async fn run(common: &Common, command: &History) -> Result<Ending, Failure> {
    if let Some(names) = &command.of.tenants {
        return of_tenants(common, names, command).await;
    }
    let workspace = Workspace::open(common)?;
    let ledger = ledger(&workspace, command.expect.as_ref()).await?;
    if ledger.lines.is_empty() && workspace.has_tenants() {
        let option = workspace.environment_option();
        return Err(Error::new("the database has no log of its own: each of its tenants has one")
            .of(ErrorKind::Refused)
            .hint(format!(
                "`gen history{option} --tenants` lists all of them, `gen history{option} --tenants NAME` one"
            ))
            .into());
    }
    match command.json {
        true => paint::exact(&format!("{:#}\n", ledger_json(&ledger, command))),
        false => print(&ledger, command),
    }
    Ok(ending(&ledger, command))
}

/// The logs of tenants, one after the other.
async fn of_tenants(common: &Common, names: &[String], command: &History) -> Result<Ending, Failure> {
    let mut tenants = Tenants::open(common, names).await?;
    // Several databases are read at once.
    tenants.workspace.listener = Arc::new(Silent);
    let read = async |workspace: Workspace| ledger(&workspace, None).await;
    let found = tenants.each(move |_, workspace| read(workspace), &mut |_| ()).await;
    let is_broken = found.iter().any(|(_, it)| it.as_ref().is_ok_and(|it| ending(it, command) == Ending::Findings));
    if command.json {
        let rows = found.iter().map(|(tenant, found)| {
            let mut row = match found {
                Ok(ledger) => ledger_json(ledger, command),
                Err(failure) => json!({ "error": of_each::failure_json(tenant, failure)["error"] }),
            };
            row["tenant"] = json!(tenant.name);
            row
        });
        paint::exact(&format!("{:#}\n", json!({ "tenants": rows.collect::<Vec<_>>() })));
    } else {
        for (tenant, ledger) in &found {
            if let Ok(ledger) = ledger {
                paint::result(&format!("{}\n", ink(Ink::Bold, &tenant.name)));
                print(ledger, command);
            }
        }
    }
    of_each::refuse_failed(&tenants, &found)?;
    Ok(if is_broken { Ending::Findings } else { Ending::Done })
}

fn ending(ledger: &Ledger, command: &History) -> Ending {
    if command.verify && !ledger.flaws.is_empty() { Ending::Findings } else { Ending::Done }
}

fn ledger_json(Ledger { lines, flaws }: &Ledger, command: &History) -> Value {
    let flaws: Vec<Value> = flaws.iter().map(|flaw| json!({ "line": flaw.line, "what": flaw.what })).collect();
    let listed: Vec<Value> = if command.verify { Vec::new() } else { lines.iter().map(as_json).collect() };
    let last = lines.last().map(|line| json!({ "number": line.number, "hash": line.hash }));
    json!({ "lines": listed, "count": lines.len(), "last": last, "flaws": flaws })
}

fn print(Ledger { lines, flaws }: &Ledger, command: &History) {
    if !command.verify {
        let width = lines.iter().map(|line| line.id.chars().count()).max().unwrap_or_default();
        let listed: String = lines.iter().map(|line| as_text(line, width)).collect();
        paint::result(&listed);
    }
    for flaw in flaws {
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
