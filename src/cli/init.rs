//! `gen init`: shows the result of setting up.
//!
//! Must not know how a database is adopted.

use serde_json::json;

use crate::introspect::SEAORM_HISTORY;
use crate::workflow::adopt::{Adopted, Request, SeaOrm, set_up_project};
use crate::workflow::{Failure, Live, Workspace};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, contradictions, show};

pub(super) async fn run(common: &Common, command: &arguments::Init) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open_to_write(common, "gen init")?;
    let arguments::Init { dialects, import, strict, .. } = command;
    let request = Request { dialects: dialects.clone(), imports: *import, strict: *strict };
    let (told, live) = set_up_project(&mut workspace, &request).await?;
    print(&workspace, command.json, live.as_ref(), &told);
    if let Some(live) = live {
        live.session.close().await;
    }
    Ok(Ending::Done)
}

fn print(workspace: &Workspace, json: bool, live: Option<&Live>, told: &Adopted) {
    let root = workspace.root();
    let keys: Vec<&str> = workspace.products().iter().map(|product| product.key()).collect();
    let adoption = told.adoption.as_ref();
    let adopted = adoption.map(|adoption| show::adopted_counts(&adoption.origins)).unwrap_or_default();
    let contradictions = adoption.map(|adoption| adoption.contradictions.as_slice()).unwrap_or_default();
    let unsaid: Vec<String> =
        told.imported.iter().flat_map(|imported| &imported.unsaid).map(ToString::to_string).collect();
    if json {
        let report = json!({
            "dialects": keys,
            "entities": told.found.paths,
            "not_part_of_the_program": told.found.unreached,
            "types": told.taken.types,
            "errors": told.errors,
            "baseline": adoption.map(|adoption| &adoption.baseline.id),
            "adopted": adopted,
            "left_open": told.loosely_matched(),
            "contradictions": contradictions::as_json(contradictions, root),
            "imported": told.imported.iter().flat_map(|it| &it.files).map(|file| &file.path).collect::<Vec<_>>(),
            "not_imported": unsaid,
            "seaql_migrations": told.seaorm.as_ref().map(|it| json!({ "applied": it.applied, "pending": it.pending })),
            "unmanaged": live.map(|live| &live.unmanaged),
        });
        paint::exact(&format!("{report:#}\n"));
        return;
    }
    let mut text = format!("{} for {}\n", ink(Ink::Green, "set up"), keys.join(", "));
    for folder in &told.found.paths {
        text.push_str(&format!("  entities   {}\n", folder.display()));
    }
    for file in &told.found.unreached {
        text.push_str(&format!("  left out   {}: not part of the program, no `mod` reaches it\n", file.display()));
    }
    for (name, of) in &told.taken.types {
        let columns = told.taken.columns.get(name).map(|columns| columns.join(", ")).unwrap_or_default();
        text.push_str(&format!("  types      {name} = {of} ({columns})\n"));
    }
    if !told.taken.types.is_empty() {
        let warning = ink(Ink::Yellow, "warning");
        text.push_str(&format!(
            "             {warning}: the code does not declare these types; the database's are now in the configuration\n"
        ));
    }
    if let (Some(live), Some(adoption)) = (live, adoption) {
        let counts = show::counts(live.schema.schema());
        text.push_str(&format!("  adopted    {counts} as {}\n", adoption.baseline.id));
        if let Some(seaorm) = &told.seaorm {
            text.push_str(&seaorm_line(seaorm));
        }
        for file in told.imported.iter().flat_map(|imported| &imported.files) {
            text.push_str(&format!("  imported   {}\n", file.path.display()));
        }
        let list = |counts: &mut dyn Iterator<Item = (&'static str, usize)>| {
            counts.map(|(kind, count)| show::plural(count, kind)).collect::<Vec<_>>().join(", ")
        };
        if !adopted.is_empty() {
            text.push_str(&format!("  undeclared {} (kept)\n", list(&mut adopted.into_iter())));
        }
        if !told.loosely_matched().is_empty() {
            let rules: Vec<String> =
                told.loosely_matched().iter().map(|(rule, count)| format!("{count} by `{rule}`")).collect();
            text.push_str(&format!("  left open  column types: {} (kept)\n", rules.join(", ")));
        }
        let accepted = adoption.origins.accepted().len();
        if accepted > 0 {
            let relations = show::plural(accepted, "relation");
            text.push_str(&format!("  left open  {relations} without a foreign key (`gen status --all` lists them)\n"));
        }
        for place in &unsaid {
            text.push_str(&format!("  not said   {place}: no SQL file can declare it, so it stays adopted\n"));
        }
        for unmanaged in &live.unmanaged {
            text.push_str(&format!("  unmanaged  {}: {}\n", unmanaged.object, unmanaged.reason));
        }
    }
    if told.errors > 0 {
        let errors = show::plural(told.errors, "error");
        text.push_str(&format!("  not read   {errors} in the entities, listed above; the rest is adopted\n"));
    }
    text.push_str(&contradictions::text(contradictions, root));
    let beyond = if adoption.is_some() { " beyond that" } else { "" };
    let name = if adoption.is_some() { "<Name>" } else { "Initial" };
    text.push_str(&format!("\nnext: `gen migration {name}` writes what the entities declare{beyond}\n"));
    paint::result(&text);
}

fn seaorm_line(seaorm: &SeaOrm) -> String {
    let count = show::plural(seaorm.applied.len(), "migration");
    let last = seaorm.applied.last().map(|last| format!(", the last {last}")).unwrap_or_default();
    let mut text = format!("  history    built by {count} of its own{last}; {SEAORM_HISTORY} is left alone\n");
    if !seaorm.pending.is_empty() {
        let pending = seaorm.pending.join(", ");
        text.push_str(&format!("  pending    not applied here, so not adopted: {pending}\n"));
    }
    text
}
