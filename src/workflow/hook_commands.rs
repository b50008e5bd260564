//! Runs the commands of `[hooks]`, if this machine allows them, with JSON on their standard input.
//!
//! Must not know SQL hooks, or how a run is made.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use sea_gen_runner::hook::Event;
use sea_gen_runner::run::Outcome;
use sea_gen_runner::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::Workspace;

/// The pause between two questions whether a command has ended.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// What a command is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'t> {
    /// The migrations and repeatable files of the run: those to be run before it, those that were run after it.
    pub outcomes: &'t [Outcome],
    /// The ids of what is going to be run.
    pub planned: &'t [String],
    /// Milliseconds since the run began.
    pub elapsed_ms: u64,
    /// The error, after a failure.
    pub error: Option<&'t str>,
}

/// The commands of a run.
pub struct HookRunner<'w> {
    workspace: &'w Workspace,
    is_allowed: bool,
}

impl<'w> HookRunner<'w> {
    /// The commands of a project. With `skips` none runs; without the user's consent none runs either, and that is said once.
    pub fn new(workspace: &'w Workspace, skips: bool) -> Self {
        let hooks = &workspace.project.config.hooks;
        let is_allowed = !skips && !hooks.commands.is_empty() && workspace.project.may_run_hooks();
        if !skips && !hooks.commands.is_empty() && !is_allowed {
            workspace.note(
                "note: the commands of `[hooks]` are not run: they were not allowed on this machine, or changed since; \
                 `gen hooks` shows them, `gen hooks allow` allows them, `--no-hooks` leaves them out",
            );
        }
        Self { workspace, is_allowed }
    }

    /// Runs the command of a moment, if there is one.
    ///
    /// # Errors
    /// It cannot be started, fails, or takes longer than it may.
    pub async fn run(&self, event: Event, told: Told<'_>) -> Result<()> {
        let hooks = &self.workspace.project.config.hooks;
        let Some(words) = hooks.commands.get(&event).filter(|_| self.is_allowed) else { return Ok(()) };
        let [program, arguments @ ..] = words.as_slice() else { return Ok(()) };
        let failed = |what: String| {
            Error::new(format!("the command of the hook `{event}` {what}"))
                .of(ErrorKind::Refused)
                .hint("correct it in `[hooks]` and allow it again: `gen hooks allow`; or leave it out: `--no-hooks`")
        };
        let mut command = Command::new(program);
        // Standard output is for results.
        command.args(arguments).current_dir(self.workspace.root()).stdin(Stdio::piped()).stdout(std::io::stderr());
        let mut child =
            command.spawn().map_err(|error| failed(format!("cannot be started: `{program}`")).because(error))?;
        if let Some(mut input) = child.stdin.take() {
            // A command need not read it.
            let _ = input.write_all(format!("{}\n", self.told(event, told)).as_bytes());
        }
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(failed(format!("failed: {status}"))),
                Err(error) => return Err(failed("cannot be waited for".to_owned()).because(error)),
                Ok(None) if begun.elapsed() >= hooks.timeout => {
                    end(&mut child);
                    let seconds = hooks.timeout.as_secs();
                    return Err(failed(format!("took longer than {seconds} s and was ended"))
                        .hint("give it more time: `timeout = 120` in `[hooks]`"));
                }
                Ok(None) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Runs the command of a failure. Its own failure is a note: it must not hide the first error.
    pub async fn after_failure(&self, told: Told<'_>) {
        if let Err(error) = self.run(Event::OnFailure, told).await {
            self.workspace.note(&format!("note: {error}"));
        }
    }

    /// What a command reads, on one line.
    fn told(&self, event: Event, told: Told<'_>) -> Value {
        let environment = self.workspace.environment.as_ref();
        let migrations = told.outcomes.iter().map(|outcome| {
            json!({ "id": outcome.id, "direction": outcome.direction.key(), "execution_ms": outcome.execution_ms })
        });
        json!({
            "event": event.key(),
            "environment": environment.and_then(|environment| environment.name.clone()),
            "database": environment.map(ToString::to_string),
            "planned": told.planned,
            "migrations": migrations.collect::<Vec<_>>(),
            "elapsed_ms": told.elapsed_ms,
            "error": told.error,
        })
    }
}

/// Ends a command.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
