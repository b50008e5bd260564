//! `gen takeover seaorm`: takes the migrations over from SeaORM's `Migrator`, or gives them back.
//!
//! Must not know how either is done.

use serde_json::json;

use crate::introspect::SEAORM_HISTORY;
use crate::workflow::adopt::Request;
use crate::workflow::takeover::{give_back, take};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Takeover};
use super::paint::{self, Ink, ink};
use super::{Ending, init, show};

pub(super) async fn run(common: &Common, command: &Takeover) -> Result<Ending, Failure> {
    if command.back {
        return back(common, command.json).await;
    }
    let mut workspace = Workspace::open_to_write(common, "gen takeover")?;
    let request = Request { format: command.format, ..Request::default() };
    let (told, live) = take(&mut workspace, request).await?;
    init::tell(&workspace, live.as_ref(), &told, command.json);
    if let Some(live) = live {
        live.session.close().await;
    }
    Ok(Ending::Done)
}

async fn back(common: &Common, as_json: bool) -> Result<Ending, Failure> {
    let compared = give_back(&Workspace::open(common)?).await?;
    if as_json {
        let report = json!({ "added": compared.only_in_gen, "removed": compared.only_in_seaql });
        paint::exact(&format!("{report:#}\n"));
        return Ok(Ending::Done);
    }
    let added = show::plural(compared.only_in_gen.len(), "migration");
    let mut text = format!("{} {added} to {SEAORM_HISTORY}\n", ink(Ink::Green, "added"));
    for name in &compared.only_in_gen {
        text.push_str(&format!("  {name}\n"));
    }
    for name in &compared.only_in_seaql {
        text.push_str(&format!("  {} {name}: it is not applied\n", ink(Ink::Red, "removed")));
    }
    paint::result(&text);
    paint::talk("next: the `Migrator` goes on by itself; `gen` is not needed to run it any more");
    Ok(Ending::Done)
}
