//! `gen purge`: writes the migration that drops the objects parked by `gen migration --keep`, after confirmation.
//!
//! Must not know how a migration is written.

use std::io::{BufRead, IsTerminal};

use heck::ToSnakeCase;
use jiff::civil::Date;
use sea_gen_runner::Error;
use sea_gen_runner::session::Missing;

use crate::lint::{self, Finding};
use crate::plan::cast::Stake;
use crate::schema::{Part, Place, matches};
use crate::state::{Parked, Stakes, parked_in};
use crate::workflow::answers::Given;
use crate::workflow::generate::{Content, Request};
use crate::workflow::{Workspace, stakes};

use super::arguments::{Common, Purge, USUAL_PURGE};
use super::migration::Output;
use super::report::Failure;
use super::{Ending, migration, paint, show};

pub(super) async fn run(common: &Common, command: &Purge) -> Result<Ending, Failure> {
    let Purge { name, dry_run, no_verify, json, .. } = command;
    let chosen = choose(common, command).await?;
    if chosen.is_empty() {
        paint::talk("nothing is parked");
    }
    let request = Request {
        name: free(&Workspace::open(common)?, name)?,
        content: Content::Purged(chosen),
        start: None,
        strict: false,
        keep: false,
        offline: false,
        // `purge` has asked for confirmation.
        allow: ["drop-table", "drop-column"].iter().filter_map(|rule| rule.parse().ok()).collect(),
        given: Given::default(),
        is_rehearsal: *dry_run,
    };
    let output = Output { dry_run: *dry_run, no_verify: *no_verify, exit_code: false, json: *json };
    migration::generate(common, &request, &output).await
}

/// The name, with a number appended if it is the default and already used.
fn free(workspace: &Workspace, name: &str) -> Result<String, Failure> {
    if name != USUAL_PURGE {
        return Ok(name.to_owned());
    }
    let mut taken = Vec::new();
    for product in workspace.products() {
        taken.extend(workspace.project.migration_ids(*product)?);
    }
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let is_free = |name: &String| !taken.iter().any(|id| id.name() == name.to_snake_case());
    Ok(std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default())
}

/// Shows the selected parked objects with age and content, and asks for confirmation on a terminal.
async fn choose(common: &Common, command: &Purge) -> Result<Vec<Place>, Failure> {
    let workspace = Workspace::open(common)?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut live = match workspace.database_is_absent() {
        true => None,
        false => workspace.live(Missing::Refuse).await.ok().flatten(),
    };
    let mut all: Vec<Parked> = Vec::new();
    for product in workspace.products() {
        let sealed = workspace.sealed(*product)?;
        let parked = sealed.iter().flat_map(|sealed| parked_in(sealed.schema.schema()));
        for it in parked {
            if !all.contains(&it) {
                all.push(it);
            }
        }
    }
    for pattern in &command.only {
        if !all.iter().any(|it| is_named(it, pattern)) {
            let known: Vec<&str> = all.iter().map(|it| it.former.as_str()).collect();
            let error = Error::new(format!("no parked object matches `{pattern}`"));
            return Err(match known.is_empty() {
                true => error.hint("nothing is parked: `gen migration --keep` parks what would be dropped"),
                false => error.hint(format!("parked are {}", known.join(", "))),
            }
            .into());
        }
    }
    let is_old = |it: &Parked| command.older_than.is_none_or(|days| age(it, today).is_none_or(|age| age >= days));
    let is_wanted = |it: &&Parked| command.only.is_empty() || command.only.iter().any(|pattern| is_named(it, pattern));
    let chosen: Vec<Parked> = all.iter().filter(is_wanted).filter(|it| is_old(it)).cloned().collect();
    let mut lines = Vec::new();
    for it in &chosen {
        let finding = Finding {
            rule: "drop-table",
            level: lint::Level::Danger,
            place: it.place.clone(),
            message: format!("{}, parked {}", it.former, ago(age(it, today))),
            stake: if matches!(it.place, Place::Table(_, Part::Whole)) { Stake::Rows } else { Stake::Values },
        };
        let counted = stakes::lines(&[&finding], &Stakes::default(), live.as_mut().map(|live| &mut live.session)).await;
        lines.extend(counted);
    }
    if let Some(live) = live {
        live.session.close().await;
    }
    if chosen.is_empty() && !all.is_empty() {
        return Err(Error::new("no parked object is that old").hint("`gen purge --dry-run` shows all of it").into());
    }
    lines.iter().for_each(|line| paint::talk(format!("goes: {line}")));
    if !command.yes && !command.dry_run && !chosen.is_empty() && std::io::stdin().is_terminal() {
        ask()?;
    }
    Ok(chosen.into_iter().map(|it| it.place).collect())
}

/// Whether a pattern matches the original or the parked name.
fn is_named(parked: &Parked, pattern: &str) -> bool {
    let now = match &parked.place {
        Place::Table(table, crate::schema::Part::Column(column, _)) => format!("{table}.{column}"),
        place => place.object().to_string(),
    };
    matches(pattern, &parked.former) || matches(pattern, &now)
}

/// The number of days since it was parked.
fn age(parked: &Parked, today: Date) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| parked.day.get(range)?.parse::<i8>().ok();
    let day = Date::new(parked.day.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?).ok()?;
    Some(i64::from(day.until(today).ok()?.get_days()))
}

fn ago(age: Option<i64>) -> String {
    match age {
        None => "on a day that is none".to_owned(),
        Some(0) => "today".to_owned(),
        Some(days) => format!("{} ago", show::plural(usize::try_from(days).unwrap_or_default(), "day")),
    }
}

fn ask() -> Result<(), Failure> {
    paint::prompt("write a migration that drops it? [y/n] ");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Error::new("cannot read the answer").because(error))?;
    match line.trim() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::new("nothing was written").hint("choose by `--only` and `--older-than`").into()),
    }
}
