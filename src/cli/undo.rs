//! `gen undo`: shows what was taken back.
//!
//! Must not know how a migration is taken back.

use serde_json::json;

use crate::project::count;
use crate::workflow::undo::{self, Source, TakenBack, Undo, Which};
use crate::workflow::{Failure, Workspace};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, show, squash, up};

pub(super) async fn run(common: &Common, command: &arguments::Undo) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen undo")?;
    if let Some(id) = undo::squashed(&workspace, &which(command.target.as_deref()))? {
        return squash::restore(&workspace, &id, command).await;
    }
    let undo = undo::plan(&workspace, &which(command.target.as_deref()), command.force).await?;
    if command.down && !undo.applied.is_empty() {
        up::revert(common, &undo.applied, &command.allow, &undo.command("--down")).await?;
    } else {
        undo.refuse_applied()?;
    }
    let taken = undo::write(&workspace, &undo)?;
    if command.json {
        paint::exact(&format!("{:#}\n", as_json(&workspace, &undo, &taken)));
    } else {
        paint::result(&as_text(&workspace, &undo, &taken));
        tell(&workspace, &undo, &taken);
    }
    Ok(Ending::Done)
}

fn which(target: Option<&str>) -> Which {
    let Some(text) = target else { return Which::Newest(1) };
    count(text).map_or_else(|| Which::Named(text.to_owned()), Which::Newest)
}

fn as_text(workspace: &Workspace, undo: &Undo, taken: &TakenBack) -> String {
    let reverted = undo.applied.iter().rev().map(|id| format!("{} {id}\n", ink(Ink::Red, "reverted")));
    let undone = undo.ids.iter().rev().map(|id| format!("{} {id}\n", ink(Ink::Green, "took back")));
    let snapshots = workspace.root().join(&workspace.project.config.snapshots);
    let (changed, files): (Vec<_>, Vec<_>) = taken.written.iter().partition(|path| path.starts_with(&snapshots));
    let files = files.into_iter().map(|path| {
        let word = if path.exists() { ink(Ink::Green, "wrote") } else { ink(Ink::Red, "deleted") };
        format!("{word} {}\n", workspace.project.shown(path).display())
    });
    let folder = workspace.project.shown(&snapshots).display();
    let count = show::plural(changed.len(), "file");
    let changed = (!changed.is_empty()).then(|| format!("{} {folder}/ ({count})\n", ink(Ink::Green, "wrote")));
    let next = "\nnext: `gen migration <Name>` writes what the entities declare again\n".to_owned();
    reverted.chain(undone).chain(files).chain(changed).chain([next]).collect()
}

/// Says where the former state is from, and where edits are kept.
fn tell(workspace: &Workspace, undo: &Undo, taken: &TakenBack) {
    match &undo.source {
        Source::Kept => {}
        Source::Commit(commit) => {
            let short = commit.get(..12).unwrap_or(commit);
            paint::talk(format!("note: the snapshot before it is that of commit {short}"));
        }
        Source::Replayed => {
            paint::talk(
                "note: the snapshot before it was read from a scratch database, on which the earlier migrations ran",
            );
        }
    }
    for path in &taken.kept {
        let shown = workspace.project.shown(path).display();
        paint::talk(format!("note: the text of its file, which may have been edited, is kept in {shown}"));
    }
}

fn as_json(workspace: &Workspace, undo: &Undo, taken: &TakenBack) -> serde_json::Value {
    let shown = |path: &std::path::PathBuf| workspace.project.shown(path).display().to_string();
    json!({
        "undone": undo.ids,
        "reverted": undo.applied,
        "snapshot": match &undo.source {
            Source::Kept => "kept".to_owned(),
            Source::Commit(commit) => commit.clone(),
            Source::Replayed => "replayed".to_owned(),
        },
        "written": taken.written.iter().map(shown).collect::<Vec<_>>(),
        "kept": taken.kept.iter().map(shown).collect::<Vec<_>>(),
    })
}
