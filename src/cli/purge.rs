//! `gen purge`: writes the migration that drops the objects parked by `gen migration --keep`, after confirmation.
//!
//! Must not know what is parked, or how a migration is written.

use std::io::{BufRead, IsTerminal};

use sea_gen_runner::Error;

use crate::plan::cast::Stake;
use crate::workflow::purge::{self, Chosen, Selection};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Purge};
use super::migration::Output;
use super::{Ending, log_format, migration, paint, show};

pub(super) async fn run(common: &Common, command: &Purge) -> Result<Ending, Failure> {
    let Purge { name, older_than, only, yes, dry_run, no_verify, json } = command;
    let workspace = Workspace::open(common)?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let selection = Selection { only: only.clone(), older_than: *older_than, today };
    let chosen = purge::choose(&workspace, &selection).await?;
    chosen.iter().for_each(|it| paint::talk(line(it)));
    if chosen.is_empty() {
        paint::talk("nothing is parked");
    } else if !yes && !dry_run && std::io::stdin().is_terminal() && !log_format::is_json() {
        ask()?;
    }
    let request = purge::request(&workspace, name, &chosen, *dry_run)?;
    let output = Output { dry_run: *dry_run, no_verify: *no_verify, exit_code: false, json: *json };
    migration::generate(common, &request, &output).await
}

fn line(chosen: &Chosen) -> String {
    let noun = if chosen.stake() == Stake::Values { "value" } else { "row" };
    let count = chosen.count.map(|count| format!(" ({})", show::plural(count, noun))).unwrap_or_default();
    format!("goes: {}, parked {}{count}", chosen.parked.former, ago(chosen.age))
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
