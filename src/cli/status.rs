//! `gen status`: the three states on one screen, and how they stand to each other.
//!
//! Must not change anything.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::Record;
use sea_gen_runner::session::Missing;
use serde_json::{Value, json};

use crate::diff::diff;
use crate::entity::Model;
use crate::plan::Plan;
use crate::state::Situation;
use crate::workflow::{Live, Sealed, Workspace};

use super::arguments::{Common, Report};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};
use super::{Ending, show};

/// Everything there is to say.
struct Screen {
    workspace: Workspace,
    /// `None` where the sources are not at hand.
    model: Option<Model>,
    sealed: Option<Sealed>,
    migrations: Vec<Migration>,
    /// How the migration files differ from the lock.
    unsealed: Vec<String>,
    live: Option<Live>,
    /// Why the database does not answer.
    silence: Option<String>,
    situation: Situation,
    /// E against S.
    ahead: crate::plan::Plan,
    /// S against D.
    drift: crate::plan::Plan,
}

pub(super) async fn run(common: &Common, command: &Report) -> Result<Ending, Failure> {
    let screen = load(Workspace::open(common)?).await?;
    if command.json {
        paint::exact(&format!("{:#}\n", as_json(&screen)));
    } else {
        paint::result(&as_text(&screen));
    }
    if let Some(live) = screen.live {
        live.session.close().await;
    }
    Ok(Ending::Done)
}

async fn load(workspace: Workspace) -> Result<Screen, Failure> {
    let files = match workspace.project.is_without_sources() && workspace.lock.is_some() {
        true => None,
        false => Some(workspace.files()?),
    };
    let (mut live, silence) = match workspace.database_is_absent() {
        true if workspace.lock.is_none() => (None, Some("does not exist yet".to_owned())),
        true => (None, Some("does not exist yet; `gen up` creates it".to_owned())),
        false => match workspace.live(Missing::Refuse).await {
            Ok(live) => (live, None),
            Err(error) if workspace.explicit => return Err(error.into()),
            Err(error) => (None, Some(error.to_string())),
        },
    };
    let product = live.as_ref().map_or(workspace.first(), Live::product);
    let mut model = None;
    if let Some(files) = &files {
        let (read, warnings) = workspace.model(files, product).await?;
        report::show_diagnostics(&warnings, files);
        model = Some(read);
    }
    let mut sealed = workspace.sealed(product)?;
    let migrations = workspace.migrations(product)?;
    let unsealed = match workspace.lock {
        Some(_) => workspace.unsealed(product, &migrations)?,
        None => Vec::new(),
    };
    let (mut situation, mut ahead, mut drift) =
        stand(&workspace, model.as_ref(), sealed.as_ref(), live.as_ref(), &migrations)?;
    if situation != Situation::Current || !ahead.is_empty() {
        // What differs may only be said in other words.
        if let (Some(live), Some(sealed)) = (&mut live, &mut sealed)
            && live.settle(Some(sealed), model.as_ref()).await?
        {
            (situation, ahead, drift) = stand(&workspace, model.as_ref(), Some(sealed), Some(live), &migrations)?;
        }
    }
    Ok(Screen { workspace, model, sealed, migrations, unsealed, live, silence, situation, ahead, drift })
}

/// How the database stands, what the code is ahead of the snapshot by, and what has drifted.
fn stand(
    workspace: &Workspace,
    model: Option<&Model>,
    sealed: Option<&Sealed>,
    live: Option<&Live>,
    migrations: &[Migration],
) -> Result<(Situation, Plan, Plan), Failure> {
    let headings: Vec<_> = migrations.iter().map(Migration::heading).collect();
    let situation = workspace.situation(sealed, live, model, &headings)?;
    let (mut ahead, mut drift) = Default::default();
    if let Some(sealed) = sealed {
        if let Some(model) = model {
            let product = live.map_or(workspace.first(), Live::product);
            let target = workspace.target(product, model, &sealed.schema, &sealed.origins)?;
            ahead = diff(&sealed.schema, &target.schema, &target.renames);
        }
        if let (Some(live), Situation::Drifted) = (live, situation) {
            drift = diff(&sealed.schema, &live.schema, &[]);
        }
    }
    Ok((situation, ahead, drift))
}

fn record<'a>(screen: &'a Screen, migration: &Migration) -> Option<&'a Record> {
    let history = &screen.live.as_ref()?.history;
    history.iter().find(|record| record.id == migration.id.to_string())
}

/// What is applied and has no file.
fn missing(screen: &Screen) -> impl Iterator<Item = &Record> {
    let history = screen.live.iter().flat_map(|live| &live.history);
    history.filter(|record| screen.migrations.iter().all(|migration| migration.id.as_str() != record.id))
}

fn as_text(screen: &Screen) -> String {
    let workspace = &screen.workspace;
    let row = |name: &str, what: String, verdict: String| {
        format!("{}  {what:<34}  {verdict}\n", ink(Ink::Bold, format!("{name:<9}")))
    };
    let behind = match screen.ahead.ops().len() {
        _ if screen.sealed.is_none() => ink(Ink::Yellow, "no snapshot yet: `gen init`"),
        0 => ink(Ink::Green, "the snapshot has all of it"),
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
            text.push_str(&format!("  {} declared by nobody, kept\n", parts.join(", ")));
        }
    }
    let named = workspace.connection.as_ref().map_or_else(|| "none named".to_owned(), ToString::to_string);
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
        text.push_str(&match (record(screen, migration), &screen.live) {
            (Some(record), _) => format!(
                "  {} {}  {}  {} ms{}\n",
                ink(Ink::Green, format!("{:<10}", record.status.key())),
                migration.id,
                record.applied_at,
                record.execution_ms,
                match record.checksum == migration.checksum() {
                    true => String::new(),
                    false => ink(Ink::Red, "  its file was changed since"),
                }
            ),
            (None, Some(_)) => format!("  {} {}\n", ink(Ink::Yellow, format!("{:<10}", "pending")), migration.id),
            (None, None) => format!("  {:<10} {}\n", "", migration.id),
        });
    }
    for record in missing(screen) {
        let status = ink(Ink::Red, format!("{:<10}", record.status.key()));
        text.push_str(&format!("  {status} {}  {}\n", record.id, ink(Ink::Red, "its file is missing")));
    }
    if !screen.unsealed.is_empty() {
        text.push_str(&row(
            "lock",
            "does not seal these files".to_owned(),
            ink(Ink::Red, "`gen check --lock`, `gen lock`"),
        ));
        for finding in &screen.unsealed {
            text.push_str(&format!("  {finding}\n"));
        }
    }
    text
}

fn verdict(screen: &Screen) -> String {
    let pending = screen.migrations.iter().filter(|migration| record(screen, migration).is_none()).count();
    match screen.situation {
        Situation::Current => ink(Ink::Green, "has exactly what the snapshot says"),
        Situation::Behind => ink(Ink::Yellow, format!("{} pending: `gen up`", show::plural(pending, "migration"))),
        Situation::Ahead => ink(Ink::Yellow, "already has what is pending: `gen up` records it"),
        Situation::Synchronised => {
            ink(Ink::Yellow, "was synchronised with the entities: `gen migration <Name>` writes it down")
        }
        Situation::Drifted => ink(Ink::Red, "has drifted: `gen drift`"),
        Situation::Adoptable => ink(Ink::Yellow, "can be adopted: `gen init`"),
        Situation::Beginning => "empty".to_owned(),
        Situation::Unreachable => ink(Ink::Red, "does not answer"),
    }
}

fn as_json(screen: &Screen) -> Value {
    let root = screen.workspace.root();
    let migrations = screen.migrations.iter().map(|migration| match record(screen, migration) {
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
        "entities": screen.model.as_ref().map(|model| json!({ "ahead": show::plan_json(&screen.ahead, Some(model), root) })),
        "snapshot": screen.sealed.as_ref().map(|sealed| json!({
            "frozen": screen.workspace.lock.as_ref().and_then(|lock| lock.frozen.as_ref()).map(|it| &it.release),
            "adopted": show::adopted_counts(&sealed.origins),
            "unsealed": screen.unsealed,
        })),
        "database": {
            "url": screen.workspace.connection.as_ref().map(ToString::to_string),
            "product": screen.live.as_ref().map(|live| live.product().key()),
            "version": screen.live.as_ref().map(|live| live.session.version()),
            "silence": screen.silence,
            "drift": show::plan_json(&screen.drift, None, root),
            "unmanaged": screen.live.as_ref().map(|live| &live.unmanaged),
            "without_file": missing(screen).map(|record| &record.id).collect::<Vec<_>>(),
        },
        "migrations": migrations.collect::<Vec<_>>(),
    })
}
