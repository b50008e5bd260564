//! `gen merge`, `gen git install`, and git's merge driver: shows what was merged, or what disagrees, side by side.
//!
//! Must not know how branches are merged.

use std::path::PathBuf;

use serde_json::json;

use crate::plan::Op;
use crate::project::{Project, Side, Versions, merge_file};
use crate::proof::Verdict;
use crate::workflow::merge::{self, Conflict, Dependence, Merged, Moved, OtherOrder, Outcome, Planned, Request};
use crate::workflow::{Failure, Open, Workspace, current_folder};

use super::Ending;
use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::show::plural;

pub(super) async fn run(common: &Common, command: &arguments::Merge) -> Result<Ending, Failure> {
    let request = Request {
        named: command.ours.clone().zip(command.theirs.clone()),
        first: command.first.map(|first| match first {
            arguments::First::Ours => Side::Ours,
            arguments::First::Theirs => Side::Theirs,
        }),
        assume_independent: command.assume_independent,
        no_verify: command.no_verify,
        remake: command.remake,
    };
    let (workspace, outcome) = merge::plan(common, &request).await?;
    match outcome {
        Outcome::InOrder => {
            if command.json {
                paint::exact(&format!("{}\n", json!({ "written": [], "migrations": [] })));
            } else {
                paint::talk(
                    "nothing to do: lock, migrations and snapshots agree, and each migration follows the one before",
                );
            }
            Ok(Ending::Done)
        }
        Outcome::Disagreed(conflict) => {
            show_conflict(&conflict, command.json);
            Ok(Ending::Findings)
        }
        Outcome::Planned(planned) => {
            let written = if command.dry_run { Vec::new() } else { merge::write(&workspace, &planned)? };
            match command.json {
                true => print_json(&workspace, &planned, &written),
                false => print(&workspace, &planned, &written, command.dry_run),
            }
            if !command.json && !command.dry_run && command.ours.is_some() {
                tell_of_entities(&planned);
            }
            Ok(Ending::Done)
        }
    }
}

/// Says that the entities are git's to merge, where it has not done so.
fn tell_of_entities(planned: &Planned) {
    let branches = &planned.branches;
    let is_merged = branches.base.as_ref().is_some_and(|base| base.commit == branches.theirs.commit);
    if !branches.is_begun && !is_merged {
        let theirs = &branches.theirs.name;
        paint::talk(format!(
            "note: only migrations, lock and snapshots were merged; the entities of {theirs} are not here. To merge them too, take this\n      \
             back (`git checkout HEAD -- .`), and let git merge first: `git merge {theirs}`, then `gen merge`"
        ));
    }
}

pub(super) fn install(common: &Common) -> Result<Ending, Failure> {
    let folder = Open::from(common).folder;
    let start = match folder {
        Some(folder) => folder,
        None => current_folder()?,
    };
    let project = Project::discover_unlocked(&start)?;
    let installed = project.install_merge_driver()?;
    if installed.attributes {
        paint::result(&format!("{} .gitattributes\n", ink(Ink::Green, "wrote")));
    }
    if installed.settings {
        paint::result(&format!("{} merge.gen in the configuration of this repository\n", ink(Ink::Green, "set")));
    }
    match installed.attributes || installed.settings {
        true => paint::result("\nnext: commit .gitattributes; everybody runs `gen git install` once in each clone\n"),
        false => paint::talk("nothing to do: the merge driver is set up"),
    }
    Ok(Ending::Done)
}

pub(super) fn driver(command: &arguments::MergeDriver) -> Result<Ending, Failure> {
    let arguments::MergeDriver { base, ours, theirs, path } = command;
    Ok(match merge_file(Versions { base, ours, theirs, path })? {
        true => Ending::Done,
        false => Ending::Findings,
    })
}

fn print(workspace: &Workspace, planned: &Planned, written: &[PathBuf], is_rehearsal: bool) {
    let mut text = String::new();
    let (one, other) = names(planned);
    for merged in &planned.dialects {
        let dialect = if planned.dialects.len() > 1 { format!(" ({})", merged.product.key()) } else { String::new() };
        let (moved, earlier) = (plural(merged.moved.len(), "migration"), plural(merged.earlier.len(), "migration"));
        match merged.moved.is_empty() {
            true => text.push_str(&format!("the migrations{dialect} are those of {one}\n")),
            false => text.push_str(&format!(
                "{} behind {earlier} of {one}: {moved} of {other}{dialect}\n",
                ink(Ink::Green, "put")
            )),
        }
        merged.moved.iter().for_each(|moved| text.push_str(&line(moved)));
        text.push_str(&order(merged));
    }
    text.extend(planned.removed.iter().map(|id| format!("{} {id}\n", ink(Ink::Red, "removed"))));
    let project = &workspace.project;
    let snapshots = workspace.root().join(&project.config.snapshots);
    let (changed, files): (Vec<_>, Vec<_>) = written.iter().partition(|path| path.starts_with(&snapshots));
    for path in files {
        let word = if path.exists() { ink(Ink::Green, "wrote") } else { ink(Ink::Red, "deleted") };
        text.push_str(&format!("{word} {}\n", project.shown(path).display()));
    }
    if !changed.is_empty() {
        let count = plural(changed.len(), "file");
        text.push_str(&format!("{} {}/ ({count})\n", ink(Ink::Green, "wrote"), project.config.snapshots.display()));
    }
    if !is_rehearsal {
        text.push_str(&format!("\n{}\n", next(workspace, planned, written)));
    }
    paint::result(&text);
}

/// What is to be done with the result.
fn next(workspace: &Workspace, planned: &Planned, written: &[PathBuf]) -> String {
    let (project, config) = (&workspace.project, &workspace.project.config);
    let folders = [&config.lock, &config.migrations, &config.snapshots];
    // With `format = "seaorm"` modules and the list of the `Migrator` are elsewhere.
    let others = written.iter().map(|path| project.shown(path));
    let others = others.filter(|path| !folders.iter().any(|folder| path.starts_with(folder)));
    let all = folders.iter().map(|path| path.as_path()).chain(others);
    let paths: Vec<String> = all.map(|path| quoted(&path.display().to_string())).collect();
    let add = format!("`git add -A {}`", paths.join(" "));
    if let Some(id) = planned.removed.first() {
        return format!(
            "next: settle the conflicts in the entities, then `gen migration {}` makes it again, and {add}",
            id.title()
        );
    }
    match (planned.branches.is_begun, planned.branches.is_on_top) {
        (true, true) => format!(
            "next: read the changes (`git diff`), then {add}, and go on: `git rebase --continue` or `git cherry-pick --continue`"
        ),
        (true, false) => format!("next: read the changes (`git diff`), then {add} and `git commit`"),
        (false, _) => format!("next: read the changes (`git diff`), then {add}, and commit them"),
    }
}

fn quoted(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("'{path}'") } else { path.to_owned() }
}

fn names(planned: &Planned) -> (&str, &str) {
    let [ours, theirs] = [planned.branches.ours.name.as_str(), planned.branches.theirs.name.as_str()];
    match planned.first {
        Side::Ours => (ours, theirs),
        Side::Theirs => (theirs, ours),
    }
}

fn line(moved: &Moved) -> String {
    let id = &moved.migration.id;
    let mut said = Vec::new();
    if *id != moved.was {
        said.push(format!("was {}", moved.was));
    }
    if moved.is_rewritten {
        said.push("written anew for the tables as they are now".to_owned());
    }
    match &moved.verdict {
        Some(Verdict::Proven(proven)) => said.push(format!("proven on {} {}", proven.engine, proven.version)),
        Some(Verdict::Unproven(reason)) => said.push(format!("not proven: {reason}")),
        Some(Verdict::Refuted(_)) | None => said.push("not proven".to_owned()),
    }
    format!("  {id} ({})\n", said.join("; "))
}

/// Whether databases that have the moved migrations already can apply the earlier ones.
fn order(merged: &Merged) -> String {
    if merged.moved.is_empty() || merged.earlier.is_empty() {
        return String::new();
    }
    let said = match merged.order {
        OtherOrder::Same => {
            "either order leads to the same schema, so `gen up` also goes on where these are applied already"
        }
        OtherOrder::Different => {
            "only this order leads there: take them back first where they are applied already (`git merge --abort`, `gen down`)"
        }
        OtherOrder::Untried => {
            "the other order was not tried, so `gen up` stops where these are applied already, and says what to do"
        }
    };
    format!("  {said}\n")
}

fn print_json(workspace: &Workspace, planned: &Planned, written: &[PathBuf]) {
    let (one, other) = names(planned);
    let migrations = planned.dialects.iter().flat_map(|merged| {
        merged.moved.iter().map(|moved| {
            json!({
                "dialect": merged.product.key(),
                "id": moved.migration.id,
                "was": moved.was,
                "from": moved.migration.from,
                "to": moved.migration.to,
                "rewritten": moved.is_rewritten,
                "proven": matches!(moved.verdict, Some(Verdict::Proven(_))),
                "in_any_order_with": moved.migration.merged.any_order,
            })
        })
    });
    let written: Vec<_> = written.iter().map(|path| workspace.project.shown(path)).collect();
    let report = json!({
        "first": one,
        "later": other,
        "written": written,
        "migrations": migrations.collect::<Vec<_>>(),
        "removed": planned.removed,
    });
    paint::exact(&format!("{report:#}\n"));
}

fn show_conflict(conflict: &Conflict, as_json: bool) {
    let Conflict { names: [ours, theirs], objects, rows, first, later } = conflict;
    if as_json {
        let lines = |ops: &[Op]| ops.iter().map(ToString::to_string).collect::<Vec<_>>();
        let objects = objects.iter().map(|(product, it)| {
            json!({ "dialect": product.key(), "object": it.subject.to_string(), "ours": lines(&it.one), "theirs": lines(&it.other), "because": it.because })
        });
        let rows = rows.iter().map(|(product, Dependence { one, other, because })| {
            json!({ "dialect": product.key(), "ours": one, "theirs": other, "because": because })
        });
        let (objects, rows): (Vec<_>, Vec<_>) = (objects.collect(), rows.collect());
        let report = json!({ "ours": ours, "theirs": theirs, "objects": objects, "statements": rows, "later": later });
        paint::exact(&format!("{report:#}\n"));
        return;
    }
    let mut text = String::new();
    let mut told: Vec<&merge::ObjectDisagreement> = Vec::new();
    for (_, it) in objects {
        // What every dialect has is told once.
        if told.iter().any(|other| other.subject == it.subject && other.because == it.because) {
            continue;
        }
        told.push(it);
        text.push_str(&format!("  {}: {}\n", ink(Ink::Bold, &it.subject), it.because));
        let lines = |ops: &[Op]| ops.iter().map(|op| format!("{} {}", op.sign(), op.summary())).collect::<Vec<_>>();
        text.push_str(&side_by_side((ours, &lines(&it.one)), (theirs, &lines(&it.other))));
    }
    let mut shown: Vec<&Dependence> = Vec::new();
    for (_, it) in rows.iter() {
        if !shown.contains(&it) {
            shown.push(it);
            text.push_str(&format!("  {}: {}\n", ink(Ink::Bold, "rows"), it.because));
            let cell = |said: &Option<String>| said.iter().cloned().collect::<Vec<_>>();
            text.push_str(&side_by_side((ours, &cell(&it.one)), (theirs, &cell(&it.other))));
        }
    }
    paint::result(&text);
    let word = paint::ink_talk(Ink::Red, "error");
    paint::talk(format!("{word}: the order of the branches decides what comes of this; nothing was written"));
    let hint = paint::ink_talk(Ink::Green, "hint");
    if !rows.is_empty() {
        paint::talk(format!(
            "{hint}: if the order of these statements does not matter: `gen merge --assume-independent`"
        ));
    }
    let (kept, gone) = if *first == Side::Ours { (ours, theirs) } else { (theirs, ours) };
    let ids: Vec<&str> = later.iter().map(|id| id.as_str()).collect();
    paint::talk(format!(
        "{hint}: or keep the migrations of {kept}, and make those of {gone} again from the merged entities: `gen merge --remake` removes {}, then `gen migration` writes what is left to do",
        ids.join(", ")
    ));
}

/// The greatest width of a column of the picture.
const WIDEST: usize = 72;

fn clipped(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some(_) => line.chars().take(WIDEST - 1).chain(['…']).collect(),
        None => line.to_owned(),
    }
}

/// Two lists of lines beside each other, under the names of the branches.
fn side_by_side((ours, one): (&str, &[String]), (theirs, other): (&str, &[String])) -> String {
    let lines = one.len().max(other.len());
    let width = |lines: &[String], name: &str| {
        let widths = lines.iter().map(String::as_str).chain([name]).map(|line| line.chars().count());
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let (width, right_width) = (width(one, ours), width(other, theirs));
    let row = |left: &str, right: &str| {
        let padding = " ".repeat(width.saturating_sub(left.chars().count()));
        format!("    {left}{padding} | {right}").trim_end().to_owned() + "\n"
    };
    let mut text = row(ours, theirs);
    text.push_str(&format!("    {}-+-{}\n", "-".repeat(width), "-".repeat(right_width)));
    for index in 0..lines {
        let cell = |lines: &[String]| clipped(lines.get(index).map(String::as_str).unwrap_or_default());
        text.push_str(&row(&cell(one), &cell(other)));
    }
    text
}
