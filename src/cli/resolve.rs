//! `gen resolve`, `gen baseline`, `gen unlock`: correct the history and the lock by what a person knows.
//!
//! Must not know how the history is written.

use crate::workflow::resolve::{Resolved, Verdict, baseline, resolve, unlock as end};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Baseline, Common, Flags, Resolve, Unlock};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Resolve) -> Result<Ending, Failure> {
    let Flags { applied, reverted, not_applied, done, not_done: _ } = command.verdict;
    let (verdict, word) = match (applied, reverted || not_applied, done) {
        (true, ..) => (Verdict::Applied, "applied"),
        (_, true, _) => (Verdict::NotApplied, "not applied"),
        (.., true) => (Verdict::Done, "done"),
        _ => (Verdict::NotDone, "not done"),
    };
    let Resolved { id, agrees, goes_on } = resolve(&Workspace::open(common)?, &command.migration, verdict).await?;
    let mut line = format!("{} {id} as {word}", ink(Ink::Green, "recorded"));
    if let Some((statements, direction)) = goes_on {
        let count = show::plural(statements, "statement");
        line.push_str(&format!(": {count} done; `gen {direction}` goes on from there"));
    }
    paint::result(&format!("{line}\n"));
    match agrees {
        Some(true) => paint::talk("the database has the schema that goes with it"),
        Some(false) => {
            paint::talk("note: the database has another schema than goes with it; `gen status` shows how they compare");
        }
        None => {}
    }
    Ok(Ending::Done)
}

pub(super) async fn stamp(common: &Common, command: &Baseline) -> Result<Ending, Failure> {
    let id = baseline(&Workspace::open(common)?, command.migration.as_deref(), command.force).await?;
    paint::result(&format!(
        "{} {id} as baseline: this database has everything up to it\n",
        ink(Ink::Green, "recorded")
    ));
    Ok(Ending::Done)
}

pub(super) async fn unlock(common: &Common, command: &Unlock) -> Result<Ending, Failure> {
    match end(&Workspace::open(common)?, command.force).await? {
        None => paint::talk("no runner holds the lock"),
        Some(holder) if command.force => paint::result(&format!("{} {holder}\n", ink(Ink::Red, "ended"))),
        Some(holder) => {
            paint::result(&format!("held by {holder}\n"));
            paint::talk("if it is dead: `gen unlock --force` ends its session");
        }
    }
    Ok(Ending::Done)
}
