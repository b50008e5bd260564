//! `gen check`: the check for CI. Shows which of entities, snapshot, lock, migrations and database disagree.
//!
//! Must not know how a check works.

use serde_json::json;

use crate::workflow::check::{Line, Verdict, Wanted, check};
use crate::workflow::merge::against;
use crate::workflow::{Failure, Workspace};

use super::Ending;
use super::arguments::{Check, Common};
use super::paint::{self, Ink, ink};

pub(super) async fn run(common: &Common, command: &Check) -> Result<Ending, Failure> {
    let Check { entities, lock, replay, database, against_compiled: compiled, .. } = *command;
    let wanted = Wanted { entities, lock, replay, database, compiled };
    let mut lines = match &command.base {
        Some(base) => against(common, base)?,
        None => Vec::new(),
    };
    // Asked for by itself, as the others are, it is the only one.
    if command.base.is_none() || wanted != Wanted::default() {
        lines.extend(check(&Workspace::open(common)?, wanted).await?);
    }
    print(&lines, command.json);
    let failed = lines.iter().any(|line| matches!(line.verdict, Verdict::Fails(_)));
    Ok(if failed { Ending::Findings } else { Ending::Done })
}

fn print(lines: &[Line], as_json: bool) {
    if as_json {
        let rows = lines.iter().map(|line| {
            let (verdict, details) = match &line.verdict {
                Verdict::Holds => ("holds", Vec::new()),
                Verdict::Fails(details) => ("fails", details.clone()),
                Verdict::Skipped(reason) => ("skipped", vec![reason.clone()]),
            };
            json!({ "check": line.check, "dialect": line.product.key(), "verdict": verdict, "details": details })
        });
        paint::exact(&format!("{:#}\n", json!({ "checks": rows.collect::<Vec<_>>() })));
        return;
    }
    let mut text = String::new();
    for line in lines {
        let (word, details) = match &line.verdict {
            Verdict::Holds => (ink(Ink::Green, "holds  "), String::new()),
            Verdict::Fails(_) => (ink(Ink::Red, "fails  "), String::new()),
            Verdict::Skipped(reason) => (ink(Ink::Yellow, "skipped"), reason.clone()),
        };
        text.push_str(format!("{word}  {:<9} {:<9} {details}", line.check, line.product.key()).trim_end());
        text.push('\n');
        if let Verdict::Fails(details) = &line.verdict {
            for detail in details.iter().flat_map(|detail| detail.lines()) {
                text.push_str(&format!("         {detail}\n"));
            }
        }
    }
    paint::result(&text);
}
