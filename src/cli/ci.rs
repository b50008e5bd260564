//! `gen ci`: writes the workflow for a host of repositories.
//!
//! Must not know what is in it.

use crate::workflow::Workspace;
use crate::workflow::ci::{self, Host, Request};

use super::Ending;
use super::arguments::{self, CiHost, Common};
use super::paint::{self, Ink, ink};
use super::report::Failure;

pub(super) fn run(common: &Common, command: &arguments::Ci) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen ci")?;
    let host = match command.host {
        CiHost::Github => Host::Github,
        CiHost::Gitlab => Host::Gitlab,
    };
    let (out, owner) = (command.out.clone(), command.codeowners.clone());
    let written = ci::write(&workspace, &Request { host, out, owner, force: command.force })?;
    if written.is_empty() {
        paint::talk("nothing to do: the files are as they would be written");
        return Ok(Ending::Done);
    }
    let top = workspace.project.repository();
    let line = |path: &std::path::PathBuf| {
        let shown = path.strip_prefix(&top).unwrap_or(path).display();
        format!("{} {shown}\n", ink(Ink::Green, "wrote"))
    };
    paint::result(&written.iter().map(line).collect::<String>());
    paint::talk("\nnext: read it, and commit it");
    Ok(Ending::Done)
}
