//! `gen webhook test`: calls the webhook of the configuration.
//!
//! Must not know what calls it otherwise.

use sea_gen_runner::Error;

use crate::workflow::{Failure, Workspace};

use super::Ending;
use super::arguments::Common;
use super::paint::{self, Ink, ink};

pub(super) async fn test(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let webhook = workspace.webhook()?.ok_or_else(|| {
        Error::new("the configuration has no webhook")
            .hint("add `[webhooks]` with `url = \"${GEN_WEBHOOK_URL}\"` to it, and set that variable")
    })?;
    let status = webhook.send(&workspace.notice("test", "this is a test of the webhook")).await?;
    paint::result(&format!("{} the webhook answers with status {status}\n", ink(Ink::Green, "ok")));
    Ok(Ending::Done)
}
