//! `gen status`: shows the three states, and how they compare.
//!
//! Must not change anything.

pub(super) mod prometheus;

use sea_gen_runner::ErrorKind;
use serde_json::{Value, json};

use crate::introspect::SEAORM_HISTORY;
use crate::state::Situation;
use crate::workflow::contract;
use crate::workflow::environments::statuses;
use crate::workflow::histories::Compared;
use crate::workflow::status::{Status, status};
use crate::workflow::{Explained, Workspace};

use super::arguments::{self, Common, StatusFormat};
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::{Ending, show, suggestion, tenants};

pub(super) async fn run(common: &Common, command: &arguments::Status) -> Result<Ending, Failure> {
    if let Some(names) = &command.of.tenants {
        return tenants::status(common, names, command).await;
    }
    if common.env.as_deref() == Some(EVERY_ENVIRONMENT) {
        return environments(common, command).await;
    }
    if command.format == StatusFormat::Prometheus {
        let workspace = Workspace::open(common)?;
        let environment = workspace.environment.as_ref().and_then(|environment| environment.name.clone());
        let found = vec![(environment.unwrap_or_default(), status(workspace).await)];
        paint::exact(&prometheus::metrics(found).await?);
        return Ok(Ending::Done);
    }
    let screen = status(Workspace::open(common)?).await?;
    if is_json(command) {
        paint::exact(&format!("{:#}\n", as_json(&screen)));
    } else {
        paint::result(&as_text(&screen, command.all));
    }
    if screen.workspace.has_tenants() {
        let options = screen.workspace.environment_option();
        paint::talk(format!("note: each tenant has a history of its own: `gen status{options} --tenants`"));
    }
    if let Some(live) = screen.live {
        live.session.close().await;
    }
    Ok(Ending::Done)
}

pub(super) fn is_json(command: &arguments::Status) -> bool {
    command.json || command.format == StatusFormat::Json
}

/// What `--env` says for every environment.
const EVERY_ENVIRONMENT: &str = "all";

/// One line for each environment.
async fn environments(common: &Common, command: &arguments::Status) -> Result<Ending, Failure> {
    let found = statuses(&Common { env: None, ..common.clone() }).await?;
    if command.format == StatusFormat::Prometheus {
        paint::exact(&prometheus::metrics(found).await?);
        return Ok(Ending::Done);
    }
    if is_json(command) {
        let environments = found.iter().map(|(name, compared)| match compared {
            Ok(screen) => {
                suggestion::in_environment(name);
                let mut status = as_json(screen);
                status["environment"] = json!(name);
                status
            }
            Err(failure) => json!({ "environment": name, "error": failure.to_string() }),
        });
        paint::exact(&format!("{:#}\n", environments.collect::<Value>()));
        return Ok(Ending::Done);
    }
    let rows: Vec<[String; 4]> = found.iter().map(|(name, compared)| line(name, compared)).collect();
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let (name, url, newest) = (width(0).unwrap_or(0), width(1).unwrap_or(0), width(2).unwrap_or(0));
    for ([own, database, last, verdict], (environment, compared)) in rows.iter().zip(&found) {
        suggestion::in_environment(environment);
        let own = ink(Ink::Bold, format!("{own:name$}"));
        paint::result(&format!("{own}  {database:url$}  {last:newest$}  {verdict}\n"));
        if let Ok(screen) = compared
            && screen.workspace.has_tenants()
        {
            paint::result(&format!("  {}\n", tenants::verdict_of_all(&screen.workspace).await));
        }
    }
    Ok(Ending::Done)
}

/// The name of an environment, its database, the newest migration there, and how it compares.
fn line(name: &str, compared: &Result<Status, Failure>) -> [String; 4] {
    let screen = match compared {
        Ok(screen) => screen,
        Err(failure) => return [name.to_owned(), String::new(), String::new(), ink(Ink::Red, failure)],
    };
    let newest = screen.live.iter().flat_map(|live| &live.history).map(|record| record.id.clone()).max();
    let verdict = match (&screen.obstacle, &screen.silence) {
        (Some(obstacle), _) => ink(Ink::Red, obstacle),
        (None, Some(silence)) => ink(Ink::Yellow, silence),
        (None, None) => verdict(screen),
    };
    let protected = screen.workspace.environment.as_ref().is_some_and(|environment| environment.is_protected);
    let url = screen.workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = if protected { format!("{name} (protected)") } else { name.to_owned() };
    [name, url, newest.unwrap_or_else(|| "nothing applied".to_owned()), verdict]
}

fn as_text(screen: &Status, all: bool) -> String {
    let workspace = &screen.workspace;
    let row = |name: &str, what: String, verdict: String| {
        format!("{}  {what:<34}  {verdict}\n", ink(Ink::Bold, format!("{name:<9}")))
    };
    let behind = match screen.ahead.ops().len() {
        _ if has_lost_its_lock(screen) => ink(Ink::Red, "not compared: the lock is missing"),
        _ if screen.sealed.is_none() => ink(Ink::Yellow, "no snapshot yet: `gen init`"),
        0 => ink(Ink::Green, "up to date with the snapshot"),
        steps => {
            ink(Ink::Yellow, format!("{} ahead of the snapshot: `gen migration <Name>`", show::plural(steps, "step")))
        }
    };
    let mut text = match &screen.model {
        Some(model) => row("entities", show::counts(model.schema()), behind),
        None => row("entities", "not here".to_owned(), "only the migrations are".to_owned()),
    };
    if !screen.ahead.is_empty() {
        text.push_str(&show::plan(&screen.ahead, screen.model.as_ref(), workspace.root()));
    }
    if let Some(sealed) = &screen.sealed {
        let frozen = workspace.lock.as_ref().and_then(|lock| lock.frozen.as_ref());
        let verdict = match frozen {
            Some(frozen) => ink(Ink::Yellow, format!("frozen for release {}", frozen.release)),
            None => show::plural(screen.migrations.len(), "migration"),
        };
        text.push_str(&row("snapshot", show::counts(sealed.schema.schema()), verdict));
        let adopted = show::adopted_counts(&sealed.origins);
        if !adopted.is_empty() {
            let parts: Vec<String> = adopted.iter().map(|(kind, count)| show::plural(*count, kind)).collect();
            text.push_str(&format!("  {} undeclared, kept\n", parts.join(", ")));
        }
        let accepted = &screen.accepted;
        if !accepted.is_empty() {
            let more = if all { "" } else { ": `gen status --all` lists them" };
            text.push_str(&format!("  {} accepted{more}\n", show::plural(accepted.len(), "difference")));
        }
        for (place, it) in accepted.iter().filter(|_| all) {
            text.push_str(&format!("    {place}  the code says {}; since {}: {}\n", it.says, it.since, it.because));
        }
    }
    let named = workspace.environment.as_ref().map_or_else(|| "none named".to_owned(), ToString::to_string);
    let verdict = match (&screen.live, &screen.silence) {
        (Some(_), _) => verdict(screen),
        (None, Some(silence)) => ink(Ink::Yellow, silence),
        (None, None) => "pass --database-url or set DATABASE_URL".to_owned(),
    };
    text.push_str(&row("database", named, verdict));
    if let Some(live) = &screen.live {
        text.push_str(&format!("  {} {}\n", live.product(), live.session.version()));
    }
    text.push_str(&show::plan(&screen.drift, None, workspace.root()));
    for migration in &screen.migrations {
        text.push_str(&match (screen.record(migration), &screen.live) {
            (Some(record), _) => format!(
                "  {} {}  {}  {} ms{}\n",
                ink(Ink::Green, format!("{:<10}", record.status.key())),
                migration.id,
                record.applied_at,
                record.execution_ms,
                match record.checksum == migration.checksum() {
                    true => String::new(),
                    false => ink(Ink::Red, "  file modified after it was applied"),
                }
            ),
            (None, Some(_)) => format!("  {} {}\n", ink(Ink::Yellow, format!("{:<10}", "pending")), migration.id),
            (None, None) => format!("  {:<10} {}\n", "", migration.id),
        });
    }
    for record in screen.missing() {
        let status = ink(Ink::Red, format!("{:<10}", record.status.key()));
        text.push_str(&format!("  {status} {}  {}\n", record.id, ink(Ink::Red, "its file is missing")));
    }
    text.push_str(&repeatable(screen));
    if let Some(compared) = &screen.seaorm {
        text.push_str(&migrator(compared, row));
    }
    for Explained { what, command, .. } in &screen.explained {
        text.push_str(&format!("  {}: `{command}`\n", ink(Ink::Red, what)));
    }
    let is_explained = screen.explained.iter().any(|it| it.stops_the_database);
    if let Some(obstacle) = screen.obstacle.as_ref().filter(|_| !is_explained) {
        text.push_str(&format!("  {}\n", ink(Ink::Red, obstacle)));
        let hints = obstacle.hints().iter().map(|hint| format!("    {hint}\n"));
        text.extend(hints);
    }
    text
}

/// The repeatable files: those that have to be run, those that were, and those that were removed. Then the hooks that are not sealed.
fn repeatable(screen: &Status) -> String {
    let line = |colour: Ink, word: &str, path: &str, what: &str| {
        format!("  {} {path}  {what}\n", ink(colour, format!("{word:<10}")))
    };
    let unsealed = |path: &str| {
        let why = screen.unsealed.iter().find_map(|line| line.strip_prefix(path));
        why.map(|why| ink(Ink::Red, format!("; it{why}: `gen lock`"))).unwrap_or_default()
    };
    let mut text = String::new();
    for file in &screen.repeatables {
        let due = screen.repeated.due.iter().find(|due| due.path == file.path);
        let record = screen.repeated.records.iter().find(|record| record.path == file.path);
        text.push_str(&match (due, record) {
            (Some(due), _) => {
                line(Ink::Yellow, "to run", &file.path, &format!("{}{}", due.reason, unsealed(&file.path)))
            }
            (None, Some(record)) => {
                let what = format!("{}  {} ms{}", record.applied_at, record.execution_ms, unsealed(&file.path));
                line(Ink::Green, "run", &file.path, &what)
            }
            (None, None) => format!("  {:<10} {}{}\n", "", file.path, unsealed(&file.path)),
        });
    }
    let gone = screen.repeated.gone(&screen.repeatables);
    text.extend(gone.map(|record| {
        let made: Vec<String> = record.made.iter().map(ToString::to_string).collect();
        let stays = if made.is_empty() { String::new() } else { format!(", and {} stays", made.join(", ")) };
        line(Ink::Red, "removed", &record.path, &format!("its file is gone{stays}"))
    }));
    let hooks = screen.unsealed.iter().filter(|line| line.starts_with("hooks/"));
    text.extend(hooks.map(|line| format!("  {}\n", ink(Ink::Red, format!("{:<10} {line}: `gen lock`", "hook")))));
    text
}

/// The history of the application's own `Migrator`.
fn migrator(compared: &Compared, row: impl Fn(&str, String, String) -> String) -> String {
    let is_missing = !compared.only_in_gen.is_empty();
    let verdict = match (compared.only_in_seaql.len(), compared.after_baseline.len()) {
        (0, 0) if is_missing => {
            ink(Ink::Yellow, "lacks migrations that are applied: `gen up` or the `Migrator` adds them")
        }
        (0, 0) => ink(Ink::Green, "agrees with the history"),
        (0, later) => ink(Ink::Yellow, format!("{} ran after the baseline", show::plural(later, "migration"))),
        _ => ink(Ink::Red, "contradicts the history: `gen up` brings it in line"),
    };
    let applied = format!("{} in {SEAORM_HISTORY}", show::plural(compared.applied, "migration"));
    let mut text = row("migrator", applied, verdict);
    let lists = [
        (&compared.after_baseline, Ink::Yellow, "no snapshot has its changes; if they are drift: `gen drift adopt`"),
        (&compared.only_in_seaql, Ink::Red, "is not applied according to `gen`"),
        (&compared.only_in_gen, Ink::Yellow, "is applied, and not in the list of the migrator yet"),
    ];
    for (names, colour, what) in lists {
        text.extend(
            names.iter().map(|name| format!("  {} {name}  {what}\n", ink(colour, format!("{:<10}", "migrator")))),
        );
    }
    text
}

/// Whether there are migrations without a lock.
fn has_lost_its_lock(screen: &Status) -> bool {
    screen.workspace.lock.is_none() && !screen.migrations.is_empty()
}

fn verdict(screen: &Status) -> String {
    if has_lost_its_lock(screen) {
        return ink(Ink::Red, "not compared: the lock is missing");
    }
    let pending = screen.migrations.iter().filter(|migration| screen.record(migration).is_none()).count();
    if screen.obstacle.as_ref().is_some_and(|it| it.kind() == &ErrorKind::Interrupted) {
        return ink(Ink::Red, "is between two schemas: a migration was interrupted");
    }
    match screen.situation {
        Situation::Current => ink(Ink::Green, "matches the snapshot"),
        Situation::Behind if is_half_way(screen) => {
            ink(Ink::Yellow, "serves two versions; when the former one runs nowhere any more: `gen up --contract`")
        }
        Situation::Behind => ink(Ink::Yellow, format!("{} pending: `gen up`", show::plural(pending, "migration"))),
        Situation::Ahead => ink(Ink::Yellow, "already has the result of the pending migrations: `gen up` records them"),
        Situation::Synchronised => {
            ink(Ink::Yellow, "was synchronised with the entities: `gen migration <Name>` writes the migration")
        }
        Situation::Drifted => ink(Ink::Red, "has drifted: `gen drift`"),
        Situation::Adoptable => ink(Ink::Yellow, "can be adopted: `gen init`"),
        Situation::Beginning => "empty".to_owned(),
        Situation::Unreachable => ink(Ink::Red, "does not answer"),
    }
}

/// Whether all that is pending waits for the former version of the program to go.
fn is_half_way(screen: &Status) -> bool {
    screen.live.as_ref().is_some_and(|live| contract::serves(&screen.workspace, live).is_ok_and(|serves| serves))
}

fn as_json(screen: &Status) -> Value {
    let root = screen.workspace.root();
    let migrations = screen.migrations.iter().map(|migration| match screen.record(migration) {
        Some(record) => json!({
            "id": migration.id,
            "status": record.status.key(),
            "applied_at": record.applied_at,
            "execution_ms": record.execution_ms,
            "changed": record.checksum != migration.checksum(),
        }),
        None => json!({ "id": migration.id, "status": screen.live.as_ref().map(|_| "pending") }),
    });
    json!({
        "situation": screen.situation,
        "obstacle": screen.obstacle.as_ref().map(ToString::to_string),
        "entities": screen.model.as_ref().map(|model| json!({ "ahead": show::plan_json(&screen.ahead, Some(model), root) })),
        "snapshot": screen.sealed.as_ref().map(|sealed| json!({
            "frozen": screen.workspace.lock.as_ref().and_then(|lock| lock.frozen.as_ref()).map(|it| &it.release),
            "adopted": show::adopted_counts(&sealed.origins),
            "accepted": screen.accepted.iter().map(|(place, it)| json!({
                "place": place.to_string(), "says": it.says, "since": it.since, "because": it.because, "rule": it.rule,
            })).collect::<Vec<_>>(),
            "unsealed": screen.unsealed,
        })),
        "explained": screen.explained.iter().map(|it| json!({ "what": it.what, "command": suggestion::command(&it.command) })).collect::<Vec<_>>(),
        "database": {
            "url": screen.workspace.environment.as_ref().map(ToString::to_string),
            "product": screen.live.as_ref().map(|live| live.product().key()),
            "version": screen.live.as_ref().map(|live| live.session.version()),
            "silence": screen.silence,
            "drift": show::plan_json(&screen.drift, None, root),
            "unmanaged": screen.live.as_ref().map(|live| &live.unmanaged),
            "without_file": screen.missing().map(|record| &record.id).collect::<Vec<_>>(),
        },
        "migrations": migrations.collect::<Vec<_>>(),
        "repeatable": repeatable_json(screen),
        "migrator": screen.seaorm.as_ref().map(|it| json!({
            "applied": it.applied, "after_baseline": it.after_baseline, "only_in_seaql": it.only_in_seaql, "only_in_gen": it.only_in_gen,
        })),
    })
}

fn repeatable_json(screen: &Status) -> Value {
    let files = screen.repeatables.iter().map(|file| {
        let due = screen.repeated.due.iter().find(|due| due.path == file.path);
        let record = screen.repeated.records.iter().find(|record| record.path == file.path);
        json!({
            "file": file.path,
            "to_run": due.map(|due| due.reason.to_string()),
            "status": record.map(|record| &record.status),
            "applied_at": record.map(|record| &record.applied_at),
        })
    });
    let gone = screen.repeated.gone(&screen.repeatables).map(|record| {
        let made: Vec<String> = record.made.iter().map(ToString::to_string).collect();
        json!({ "file": record.path, "status": "removed", "applied_at": record.applied_at, "made": made })
    });
    files.chain(gone).collect()
}
