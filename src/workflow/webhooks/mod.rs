//! Sends word of what goes wrong to the address of the configuration: a failed run, drift, and a run that waits.
//!
//! A run never fails because of it. What is sent holds no statement, no value and no password: only names. Must not know who reads it.

mod post;

use std::time::Duration;

use jiff::Timestamp;
use sea_gen_runner::hook;
use sea_gen_runner::run::Progress;
use sea_gen_runner::sql_file::HOOKS;
use sea_gen_runner::{Attribution, Error, ErrorKind, Result};
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::project::Occasion;

use super::tenants::up::Report;
use super::text::plural;
use super::{Failure, Workspace};
use post::post;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is sent, as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// The whole in one line, which chats show.
    pub text: String,
    /// `failure`, `drift`, `waiting` or `test`.
    pub event: &'static str,
    /// The name of the project.
    pub project: String,
    /// The database, without a password.
    pub database: Option<String>,
    /// The tenant, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The migration, or the path of a hook or a repeatable file, if it is about one.
    pub migration: Option<String>,
    /// The statement, from 1.
    pub statement: Option<usize>,
    /// When, in UTC.
    pub at: String,
    /// The version of the tool.
    pub tool_version: &'static str,
    /// Who, where, and from what.
    #[serde(flatten)]
    pub by: Attribution,
}

/// An address, and what is sent to it.
pub struct Webhook {
    url: String,
}

impl Webhook {
    /// Sends a notice; returns the status of the answer.
    ///
    /// # Errors
    /// No answer within five seconds, or one that refuses it. The error does not have the address, which may be a secret.
    pub async fn send(self, notice: &Notice) -> Result<u16> {
        let failed = |why: String| Error::new("the webhook could not be called").because(why);
        let body = serde_json::to_string(notice).map_err(|error| failed(error.to_string()))?;
        let (answer, answered) = tokio::sync::oneshot::channel();
        // Nobody waits for this thread: names of hosts are looked up without a limit of time.
        std::thread::spawn(move || answer.send(post(&self.url, &body, PATIENCE)));
        let sent = match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(sent)) => sent,
            Ok(Err(_)) | Err(_) => Err(format!("it does not answer within {} seconds", PATIENCE.as_secs())),
        };
        sent.map_err(|why| {
            failed(why).hint("check `url` of `[webhooks]` in the configuration, and try `gen webhook test`")
        })
    }
}

/// Tells that a run failed.
pub(super) async fn failed(workspace: &Workspace, error: &Error) {
    let notice = workspace.notice("failure", &why(error));
    let notice = match error.kind() {
        ErrorKind::Failed { id, statement } => Notice { migration: Some(id.clone()), statement: *statement, ..notice },
        _ => notice,
    };
    tell(workspace, Occasion::Failure, notice).await;
}

/// Why a run failed, without anything that a message of the database may hold.
fn why(error: &Error) -> String {
    let why = match error.kind() {
        ErrorKind::Failed { id, statement } => {
            let what = match id.split_once('/') {
                None => format!("migration {id}"),
                Some((HOOKS, _)) => format!("hook {id}"),
                Some(_) => format!("repeatable file {id}"),
            };
            let at = statement.map(|number| format!(" at statement {number}")).unwrap_or_default();
            return format!("{what} failed{at}");
        }
        ErrorKind::Database => "the database refused or was lost",
        ErrorKind::Busy => "another runner holds the lock",
        ErrorKind::Interrupted => "an earlier run was interrupted in the middle of a migration",
        ErrorKind::Changed => "the file of an applied migration was changed",
        ErrorKind::Missing => "the file of an applied migration is missing",
        ErrorKind::OutOfOrder => "they are out of order",
        ErrorKind::Ahead => "the database is ahead of the files",
        // Kinds of a later version of the runner are refusals too.
        _ => "they were refused",
    };
    format!("migrations could not be run: {why}")
}

/// Tells that the command of a hook failed.
pub(super) async fn command_failed(workspace: &Workspace, event: hook::Event) {
    let notice = workspace.notice("failure", &format!("the command of the hook {event} failed"));
    tell(workspace, Occasion::Failure, notice).await;
}

/// Tells, once, for which tenants a run failed.
pub(super) async fn tenants_failed(workspace: &Workspace, report: &Report) {
    let failed: Vec<_> = report.failed().collect();
    let Some(first) = failed.first() else { return };
    let name = first.tenant.name.clone();
    let error = match &first.failure {
        Some(Failure::Error(error)) => Some(error),
        Some(Failure::Unanswered(..) | Failure::Entities(..)) | None => None,
    };
    let reason = error.map(|error| format!(": {}", why(error))).unwrap_or_default();
    let left = match report.not_begun.len() {
        0 => String::new(),
        count => format!("; {} not begun", plural(count, "tenant")),
    };
    let what = format!("{} failed, first {name}{reason}{left}", plural(failed.len(), "tenant"));
    let notice = workspace.notice("failure", &what);
    let notice = match error.map(Error::kind) {
        Some(ErrorKind::Failed { id, statement }) => {
            Notice { migration: Some(id.clone()), statement: *statement, ..notice }
        }
        _ => notice,
    };
    tell(workspace, Occasion::Failure, Notice { tenant: Some(name), ..notice }).await;
}

/// Tells that a database differs from its migrations, in this many operations if that is known.
pub async fn drifted(workspace: &Workspace, operations: Option<usize>) {
    let count = operations.map(|count| format!(" in {}", plural(count, "operation"))).unwrap_or_default();
    let notice = workspace.notice("drift", &format!("the database differs from its migrations{count}"));
    tell(workspace, Occasion::Drift, notice).await;
}

async fn tell(workspace: &Workspace, occasion: Occasion, notice: Notice) {
    let result = match workspace.webhook_for(occasion) {
        Ok(Some(webhook)) => webhook.send(&notice).await.map(drop),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
        workspace.listener.note(&format!("note: {error}{why}"));
    }
}

impl Workspace {
    /// The webhook of the configuration; `None` if there is none.
    ///
    /// # Errors
    /// Its address has a variable that is not set.
    pub fn webhook(&self) -> Result<Option<Webhook>> {
        let url = self.project.webhook_url()?;
        Ok(url.map(|url| Webhook { url }))
    }

    /// The same, if it is to be called for this.
    fn webhook_for(&self, occasion: Occasion) -> Result<Option<Webhook>> {
        match &self.project.config.webhooks {
            Some(settings) if settings.on.contains(&occasion) => self.webhook(),
            Some(_) | None => Ok(None),
        }
    }

    /// A notice about the database at hand.
    pub fn notice(&self, event: &'static str, what: &str) -> Notice {
        let by = self.attribution();
        let database = self.environment.as_ref().map(ToString::to_string);
        let project = self.project.name().unwrap_or_default();
        let tenant = self.environment.as_ref().and_then(|environment| environment.tenant.clone());
        let place = [by.environment.clone().or_else(|| database.clone()), tenant.clone()];
        let place: Vec<String> = place.into_iter().flatten().collect();
        let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
        Notice {
            text: format!("{project}: {what}{place}"),
            event,
            project,
            database,
            tenant,
            migration: None,
            statement: None,
            at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            tool_version: env!("CARGO_PKG_VERSION"),
            by,
        }
    }
}

/// Tells of a run that waits for another runner, once it has waited for as long as the configuration says.
#[derive(Default)]
pub(super) struct Alarm {
    armed: Option<(Duration, String, Box<Notice>)>,
    running: Option<JoinHandle<()>>,
}

impl Alarm {
    pub(super) fn of(workspace: &Workspace) -> Self {
        let settings = workspace.project.config.webhooks.as_ref();
        let webhook = workspace.webhook_for(Occasion::Waiting).ok().flatten();
        let armed = settings.zip(webhook).map(|(settings, webhook)| {
            let what = format!("a run waits for another runner for {} s", settings.waiting.as_secs());
            (settings.waiting, webhook.url, Box::new(workspace.notice("waiting", &what)))
        });
        Self { armed, running: None }
    }

    /// The same for one tenant of a run.
    pub(super) fn of_tenant(&self, name: &str) -> Self {
        let named = |(after, url, notice): &(Duration, String, Box<Notice>)| {
            let text = format!("{}, tenant {name}", notice.text);
            (*after, url.clone(), Box::new(Notice { text, tenant: Some(name.to_owned()), ..(**notice).clone() }))
        };
        Self { armed: self.armed.as_ref().map(named), running: None }
    }

    /// Hears how a run goes on.
    pub(super) fn hear(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Waiting { .. } => {
                if let Some((after, url, notice)) = self.armed.take() {
                    self.running = Some(tokio::spawn(async move {
                        tokio::time::sleep(after).await;
                        // Nobody listens to an error any more.
                        let _ = Webhook { url }.send(&notice).await;
                    }));
                }
            }
            Progress::Started { .. } => self.stop(),
            _ => {}
        }
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.stop();
    }
}
