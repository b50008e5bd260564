//! `gen check`: the check for CI. Shows which of entities, snapshot, lock, migrations and database disagree.
//!
//! Must not know how a check works.

use serde_json::json;

use crate::workflow::check::{Line, Verdict, Wanted, check};
use crate::workflow::merge::against;
use crate::workflow::tenants::Tenants;
use crate::workflow::tenants::check::check as check_tenants;
use crate::workflow::{Failure, Workspace};

use super::arguments::{Check, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, show, suggestion};

pub(super) async fn run(common: &Common, command: &Check) -> Result<Ending, Failure> {
    let Check { entities, lock, replay, database, against_compiled: compiled, json, .. } = *command;
    let wanted = Wanted { entities, lock, replay, database, compiled };
    let mut lines = match &command.base {
        Some(base) => against(common, base)?,
        None => Vec::new(),
    };
    // Asked for by itself, as the others are, it is the only one.
    if command.base.is_none() || wanted != Wanted::default() {
        lines.extend(match &command.of.tenants {
            Some(names) => check_tenants(&Tenants::open(common, names).await?, wanted).await?,
            None => check(&Workspace::open(common)?, wanted).await?,
        });
    }
    print(&lines, json);
    let failed = lines.iter().any(|line| matches!(line.verdict, Verdict::Fails(_)));
    Ok(if failed { Ending::Findings } else { Ending::Done })
}

/// A detail, with whole commands.
fn said(line: &Line, detail: &str) -> String {
    match &line.tenant {
        Some(tenant) => suggestion::of_tenant(tenant, detail),
        None => suggestion::completed(detail).into_owned(),
    }
}

fn print(lines: &[Line], as_json: bool) {
    if as_json {
        let rows = lines.iter().map(|line| {
            let (verdict, details) = match &line.verdict {
                Verdict::Holds => ("holds", Vec::new()),
                Verdict::Fails(details) => ("fails", details.iter().map(|detail| said(line, detail)).collect()),
                Verdict::Skipped(reason) => ("skipped", vec![said(line, reason)]),
            };
            let mut row =
                json!({ "check": line.check, "dialect": line.product.key(), "verdict": verdict, "details": details });
            if let Some(tenant) = &line.tenant {
                row["tenant"] = json!(tenant);
            }
            row
        });
        paint::exact(&format!("{:#}\n", json!({ "checks": rows.collect::<Vec<_>>() })));
        return;
    }
    let mut text = String::new();
    // Those that hold are counted: there may be a thousand.
    let of_tenants = lines.iter().filter(|line| line.tenant.is_some()).count();
    let holds = |line: &Line| line.tenant.is_some() && matches!(line.verdict, Verdict::Holds);
    let held = lines.iter().filter(|line| holds(line)).count();
    for line in lines.iter().filter(|line| !holds(line)) {
        let verdict = &line.verdict;
        let (word, details) = match verdict {
            Verdict::Holds => (ink(Ink::Green, "holds  "), String::new()),
            Verdict::Fails(_) => (ink(Ink::Red, "fails  "), String::new()),
            Verdict::Skipped(reason) => (ink(Ink::Yellow, "skipped"), said(line, reason)),
        };
        let of = line.tenant.as_deref().map(|name| format!("{name} ")).unwrap_or_default();
        let head = format!("{word}  {:<9} {:<9} {of}{details}", line.check, line.product.key());
        text.push_str(head.trim_end());
        text.push('\n');
        if let Verdict::Fails(details) = verdict {
            let details = details.iter().map(|detail| said(line, detail)).collect::<Vec<_>>();
            for detail in details.iter().flat_map(|detail| detail.lines()) {
                text.push_str(&format!("         {detail}\n"));
            }
        }
    }
    if held > 0 {
        let word = ink(Ink::Green, "holds  ");
        text.push_str(&format!("{word}  database  for {held} of {}\n", show::plural(of_tenants, "tenant")));
    }
    paint::result(&text);
}
