//! `gen accept`: lists differences that can be accepted, and accepts them.
//!
//! Must not know how a difference is found or recorded.

use crate::workflow::accept::{accept, differences, withdraw};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Accept, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, contradictions, show};

pub(super) async fn run(common: &Common, command: &Accept) -> Result<Ending, Failure> {
    if command.names.is_empty() {
        return list(common).await;
    }
    let workspace = Workspace::open_to_write(common, "gen accept")?;
    let (word, places) = match command.undo {
        true => ("open again", withdraw(&workspace, &command.names).await?),
        false => ("accepted", accept(&workspace, &command.names, &command.because).await?),
    };
    let lines = places.iter().map(|place| format!("{} {place}\n", ink(Ink::Green, word)));
    paint::result(&lines.collect::<String>());
    Ok(Ending::Done)
}

async fn list(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let all = differences(&workspace).await?;
    let several = all.len() > 1;
    let mut text = String::new();
    for it in all.iter().filter(|it| !it.open.is_empty()) {
        if several {
            text.push_str(&format!("\n{}", it.product));
        }
        text.push_str(&contradictions::text(&it.open, workspace.root()));
    }
    let accepted: usize = all.iter().map(|it| it.accepted).sum();
    match all.iter().find_map(|it| it.open.first()) {
        Some(first) => text.push_str(&format!("\nnext: `gen accept \"{}\"` leaves it as it is for now\n", first.place)),
        None => paint::talk("no difference"),
    }
    if accepted > 0 {
        let count = show::plural(accepted, "difference");
        paint::talk(format!("{count} accepted before: `gen status --all` lists them"));
    }
    paint::result(&text);
    Ok(Ending::Done)
}
