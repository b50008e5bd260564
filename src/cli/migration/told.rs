//! The output of `gen migration`: for people and as JSON.
//!
//! Must not know how a migration is generated.

use std::path::PathBuf;

use sea_gen_runner::migration;
use serde_json::json;

use crate::workflow::Workspace;
use crate::workflow::generate::{Content, MigrationDraft, Planned, Request};

use super::super::paint::{self, Ink, ink};
use super::super::show;
use super::Output;

pub(super) fn tell_nothing(workspace: &Workspace, request: &Request, output: &Output, written: &[PathBuf]) {
    if output.json {
        let written: Vec<_> = written.iter().map(|path| workspace.project.shown(path)).collect();
        paint::exact(&format!("{}\n", json!({ "id": null, "written": written, "migrations": [] })));
        return;
    }
    if matches!(request.content, Content::Purged(_)) {
        paint::talk("nothing to do: nothing is parked");
        return;
    }
    paint::talk("nothing to do: the entities and the snapshot agree");
    if !written.is_empty() {
        let folder = workspace.project.config.snapshots.display();
        let count = show::plural(written.len(), "file");
        paint::talk(format!("{folder}/ now says which of it the code declares ({count})"));
    }
}

pub(super) fn print_json(workspace: &Workspace, planned: &Planned, written: &[PathBuf]) {
    let Planned { id, drafts, .. } = planned;
    let project = &workspace.project;
    let root = workspace.root();
    let migrations = drafts.iter().map(|draft| {
        json!({
            "dialect": draft.product.key(),
            "from": draft.migration.from,
            "to": draft.migration.to,
            "plan": show::plan_json(&draft.plan, Some(&draft.model), root),
            "findings": draft.findings,
            "expand": draft.expansion.as_ref().map(|expand| {
                json!({
                    "id": expand.migration.id,
                    "from": expand.migration.from,
                    "to": expand.migration.to,
                    "up": expand.migration.up,
                    "down": expand.migration.down,
                    "proof": expand.proof,
                })
            }),
            "up": draft.migration.up,
            "down": draft.migration.down,
            "proof": draft.proof,
        })
    });
    let written: Vec<_> = written.iter().map(|path| project.shown(path)).collect();
    let report = json!({ "id": id, "written": written, "migrations": migrations.collect::<Vec<_>>() });
    paint::exact(&format!("{report:#}\n"));
}

pub(super) fn print_text(
    workspace: &Workspace,
    (request, output): (&Request, &Output),
    planned: &Planned,
    written: &[PathBuf],
) {
    let Planned { id, drafts, .. } = planned;
    let root = workspace.root();
    let mut text = String::new();
    for (draft, others) in alike(drafts) {
        let mut keys = vec![draft.product.key()];
        keys.extend(others.iter().map(|other| other.product.key()));
        let steps = show::plural(draft.plan.ops().len(), "step");
        let dialects = if drafts.len() > 1 { format!(" ({})", keys.join(", ")) } else { String::new() };
        text.push_str(&format!("{}: {steps}{dialects}\n", ink(Ink::Bold, id.title())));
        text.push_str(&show::plan(&draft.plan, Some(&draft.model), root));
        text.push_str(&show::findings(&draft.findings));
        text.push('\n');
    }
    let snapshots = workspace.root().join(&workspace.project.config.snapshots);
    let (changed, files): (Vec<_>, Vec<_>) = written.iter().partition(|path| path.starts_with(&snapshots));
    for path in files {
        text.push_str(&format!("{} {}\n", ink(Ink::Green, "wrote"), workspace.project.shown(path).display()));
    }
    if !changed.is_empty() {
        let folder = workspace.project.shown(&snapshots).display();
        let count = show::plural(changed.len(), "file");
        text.push_str(&format!("{} {folder}/ ({count})\n", ink(Ink::Green, "wrote")));
    }
    if output.dry_run {
        if let Some(draft) = drafts.first() {
            if let Some(expansion) = &draft.expansion {
                text.push_str(&planned.about.written_into(&migration::text(&expansion.migration)));
                text.push('\n');
            }
            text.push_str(&planned.about.written_into(&migration::text(&draft.migration)));
        }
    } else {
        text.push_str(match request.content == Content::Empty {
            _ if drafts.iter().any(|draft| draft.expansion.is_some()) => {
                "\nnext: read both migrations; `gen up` applies the first, and `gen up --contract` the second, when the former version \
                 of the program runs nowhere any more\n"
            }
            true => "\nnext: write its statements, seal it with `gen lock`, then `gen up` applies it\n",
            false => "\nnext: read the migration, then `gen up` applies it and `gen status` shows it\n",
        });
    }
    paint::result(&text);
}

/// Groups drafts with equal operations on equal places, which are shown once.
fn alike(drafts: &[MigrationDraft]) -> Vec<(&MigrationDraft, Vec<&MigrationDraft>)> {
    let places =
        |draft: &MigrationDraft| -> Vec<_> { draft.plan.ops().iter().map(|op| (op.sign(), op.place())).collect() };
    let mut groups: Vec<(&MigrationDraft, Vec<&MigrationDraft>)> = Vec::new();
    for draft in drafts {
        match groups.iter_mut().find(|(first, _)| places(first) == places(draft)) {
            Some((_, others)) => others.push(draft),
            None => groups.push((draft, Vec::new())),
        }
    }
    groups
}
