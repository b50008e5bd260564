//! `gen hooks`: shows hooks and whether this machine allows their commands; allows and denies them.
//!
//! Must not know how a hook is run.

use serde_json::json;

use crate::workflow::{Failure, Workspace};

use super::Ending;
use super::arguments::{Common, Consent, Hooks};
use super::paint::{self, Ink, ink};

pub(super) fn run(common: &Common, command: &Hooks) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let project = &workspace.project;
    match command.consent {
        Some(Consent::Allow) => {
            project.allow_hooks()?;
            paint::talk("allowed: the commands of `[hooks]` run on this machine until they change");
        }
        Some(Consent::Deny) => {
            let was_allowed = project.deny_hooks()?;
            paint::talk(if was_allowed { "denied: the commands of `[hooks]` do not run" } else { "nothing to do" });
        }
        None => {}
    }
    let is_allowed = project.may_run_hooks();
    let commands = &project.config.hooks.commands;
    if command.json {
        let files: Vec<String> = files(&workspace)?;
        let commands: serde_json::Map<_, _> =
            commands.iter().map(|(event, words)| (event.key().to_owned(), json!(words))).collect();
        paint::exact(&format!("{:#}\n", json!({ "allowed": is_allowed, "commands": commands, "files": files })));
        return Ok(Ending::Done);
    }
    let mut text = String::new();
    for (event, words) in commands {
        let word = if is_allowed { ink(Ink::Green, "allowed") } else { ink(Ink::Yellow, "not allowed") };
        text.push_str(&format!("{:<12} {}  {word}\n", event.key(), paint::line(&words.join(" "))));
    }
    text.extend(files(&workspace)?.iter().map(|path| format!("{:<12} {path}\n", "SQL")));
    if text.is_empty() {
        paint::talk("there are no hooks");
    }
    paint::result(&text);
    if command.consent.is_none() && !commands.is_empty() && !is_allowed {
        paint::talk("next: read the commands, then `gen hooks allow`");
    }
    Ok(Ending::Done)
}

/// The SQL hooks of all dialects, by path.
fn files(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut paths = Vec::new();
    for product in workspace.products() {
        paths.extend(workspace.project.hooks(*product)?.into_iter().map(|hook| hook.file.path));
    }
    paths.dedup();
    Ok(paths)
}
