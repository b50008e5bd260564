//! Why a migration is written, by whom and when.
//!
//! Must not know what it contains.

use sea_gen_runner::Error;
use sea_gen_runner::migration::{About, MigrationId};

use crate::project::Description;

use super::super::{Failure, Workspace};
use super::{Content, Request};

/// What the header of a migration says of it. One that is made again keeps what its file says, unless another message is given.
/// Without a message nothing is said.
pub(super) fn about(workspace: &Workspace, request: &Request, id: &MigrationId) -> Result<About, Failure> {
    let Some(message) = &request.message else { return Ok(workspace.amended_about()) };
    if message.trim().is_empty() {
        return Err(Error::new("the message is empty").hint("say why the migration is written: `-m \"…\"`").into());
    }
    let stamp = id.stamp();
    let part = |range: std::ops::Range<usize>| stamp.get(range).unwrap_or_default();
    let date = format!("{}-{}-{}", part(0..4), part(4..6), part(6..8));
    Ok(About { message: Some(message.trim().to_owned()), author: workspace.project.author(), date: Some(date) })
}

/// Refuses a migration without a message, if the configuration requires one.
pub(super) fn refuse_missing(workspace: &Workspace, request: &Request) -> Result<(), Failure> {
    let is_said = request.message.is_some() || workspace.amended_about().message.is_some();
    let is_needed =
        workspace.project.config.description == Description::Required && !matches!(request.content, Content::Purged(_));
    match is_needed && !is_said && !request.is_rehearsal {
        false => Ok(()),
        true => Err(Error::new("this project describes its migrations: `description = \"required\"`")
            .hint(format!("say why it is written: `gen migration {} -m \"…\"`", request.name))
            .into()),
    }
}
