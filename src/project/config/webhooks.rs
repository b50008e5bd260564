//! `[webhooks]`: where to send word of what goes wrong.
//!
//! Must not know what is sent.

use std::collections::BTreeSet;
use std::time::Duration;

use sea_gen_runner::Result;

use super::{DatabaseUrl, File, Setting};

const KEYS: [&str; 3] = ["url", "on", "waiting-seconds"];

/// What a webhook is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A run failed.
    Failure,
    /// A database differs from its migrations.
    Drift,
    /// A run waits for another runner.
    Waiting,
}

impl Occasion {
    const ALL: [Self; 3] = [Self::Failure, Self::Drift, Self::Waiting];

    /// The word in the configuration, and in what is sent.
    pub fn key(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Drift => "drift",
            Self::Waiting => "waiting",
        }
    }
}

/// Where to send word of what goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// The address, `${VARIABLES}` not yet filled in. It may hold a token, so it has no printed form.
    pub url: DatabaseUrl,
    /// What it is called for.
    pub on: BTreeSet<Occasion>,
    /// How long a run waits for another runner before the webhook is called.
    pub waiting: Duration,
}

impl File<'_> {
    pub(super) fn webhooks(&self, value: &Setting<'_>) -> Result<WebhookSettings> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`webhooks` must be a table");
            return Err(error.hint("`[webhooks]` with `url = \"${GEN_WEBHOOK_URL}\"`"));
        };
        let (mut url, mut on, mut waiting) = (None, BTreeSet::from(Occasion::ALL), Duration::from_secs(15));
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "url" => {
                    let text = self.text(key, value)?;
                    if !["http://", "https://", "${"].iter().any(|start| text.starts_with(start)) {
                        let error = self.error(value.span(), "`url` must begin with https:// or http://");
                        return Err(error.hint("`url = \"${GEN_WEBHOOK_URL}\"` takes it from a variable"));
                    }
                    url = Some(text.into());
                }
                "on" => {
                    on.clear();
                    for word in self.texts(key, value)? {
                        let known = Occasion::ALL.into_iter().find(|occasion| occasion.key() == word);
                        let error = || {
                            let error = self.error(value.span(), &format!("`on` cannot be `{word}`"));
                            error.hint("failure, drift and waiting can be told")
                        };
                        on.insert(known.ok_or_else(error)?);
                    }
                }
                "waiting-seconds" => waiting = self.seconds(key, value)?,
                _ => return Err(self.unknown(key, "webhooks.", &KEYS)),
            }
        }
        let Some(url) = url else {
            let error = self.error(value.span(), "`webhooks` has no `url`");
            return Err(error.hint("`url = \"${GEN_WEBHOOK_URL}\"`"));
        };
        Ok(WebhookSettings { url, on, waiting })
    }
}
