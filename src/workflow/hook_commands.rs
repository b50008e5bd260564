//! Runs the commands of `[hooks]`, if this machine allows them, with JSON on their standard input.
//!
//! Must not know SQL hooks, or how a run is made.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sea_gen_runner::hook::Event;
use sea_gen_runner::run::Outcome;
use sea_gen_runner::{Error, ErrorKind, Result};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{Workspace, webhooks};

/// The pause between two questions whether a command has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a line is waited for once a command has ended: what it left running may hold the pipe open.
const REST: Duration = Duration::from_millis(200);

/// How many lines that a command has printed wait to be handed on. One that prints more has to wait.
const LINES: usize = 1_024;

/// What a command is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'t> {
    /// The migrations and repeatable files that were run.
    pub outcomes: &'t [Outcome],
    /// The tenants of the run, each with what was run for it.
    pub tenants: &'t [(String, Vec<Outcome>)],
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
    consent: Consent,
}

/// Whether the commands may run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consent {
    Given,
    /// The user has not allowed them as they are.
    Missing,
    /// They are left out of this run.
    Skipped,
}

/// The commands before a run decide whether it may begin.
fn is_gate(event: Event) -> bool {
    matches!(event, Event::BeforeUp | Event::BeforeDown)
}

impl<'w> HookRunner<'w> {
    /// The commands of a project. With `skips` none runs. Without the user's consent a run that has a command before it does not begin;
    /// the others are left out, and that is said.
    pub fn new(workspace: &'w Workspace, skips: bool) -> Self {
        let commands = &workspace.project.config.hooks.commands;
        let consent = match skips || commands.is_empty() {
            true => Consent::Skipped,
            false if workspace.project.may_run_hooks() => Consent::Given,
            false => Consent::Missing,
        };
        let left_out: Vec<&str> = commands.keys().filter(|event| !is_gate(**event)).map(|event| event.key()).collect();
        if consent == Consent::Missing && !left_out.is_empty() {
            workspace.note(&format!(
                "note: the commands of `[hooks]` ({}) are not run: they were not allowed on this machine, or changed since; \
                 `gen hooks` shows them, `gen hooks allow` allows them, `--no-hooks` leaves them out",
                left_out.join(", ")
            ));
        }
        Self { workspace, consent }
    }

    /// Refuses a run before which a command runs that is not allowed on this machine.
    ///
    /// # Errors
    /// There is one.
    pub fn refuse(&self, event: Event) -> Result<()> {
        let is_there = self.workspace.project.config.hooks.commands.contains_key(&event);
        match self.consent == Consent::Missing && is_gate(event) && is_there {
            true => Err(not_allowed(event)),
            false => Ok(()),
        }
    }

    /// Runs the command of a moment, if there is one.
    ///
    /// # Errors
    /// It cannot be started, fails, or takes longer than it may; one before a run is not allowed on this machine.
    pub async fn run(&self, event: Event, told: Told<'_>) -> Result<()> {
        self.refuse(event)?;
        let words = self.workspace.project.config.hooks.commands.get(&event);
        let Some([program, arguments @ ..]) = words.map(Vec::as_slice) else { return Ok(()) };
        if self.consent != Consent::Given {
            return Ok(());
        }
        let done = self.execute(event, (program, arguments), told).await;
        if done.is_err() {
            webhooks::command_failed(self.workspace, event).await;
        }
        done
    }

    async fn execute(&self, event: Event, (program, arguments): (&str, &[String]), told: Told<'_>) -> Result<()> {
        let failed = |what: String| {
            Error::new(format!("the command of the hook `{event}` {what}"))
                .of(ErrorKind::Refused)
                .hint("correct it in `[hooks]` and allow it again: `gen hooks allow`; or leave it out: `--no-hooks`")
        };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.workspace.root());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| failed(format!("cannot be started: `{program}`")).because(error))?;
        if let Some(mut input) = child.stdin.take() {
            let text = format!("{}\n", self.told(event, told));
            // A command need not read it, and may print before it does.
            std::thread::spawn(move || input.write_all(text.as_bytes()));
        }
        let (says, mut said) = channel(LINES);
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        output.into_iter().for_each(|it| forward(it, says.clone()));
        errors.into_iter().for_each(|it| forward(it, says.clone()));
        drop(says);
        let ended = self.wait(&mut child, (event, &mut said)).await;
        let (since, limit) = (Instant::now(), self.workspace.project.config.hooks.timeout);
        while since.elapsed() < limit
            && let Ok(Some(line)) = tokio::time::timeout(REST, said.recv()).await
        {
            self.workspace.listener.hook_says(event, &line);
        }
        match ended {
            Ok(Some(status)) if status.success() => Ok(()),
            Ok(Some(status)) => Err(failed(format!("failed: {status}"))),
            Err(error) => Err(failed("cannot be waited for".to_owned()).because(error)),
            Ok(None) => {
                let seconds = self.workspace.project.config.hooks.timeout.as_secs();
                Err(failed(format!("took longer than {seconds} s and was ended"))
                    .hint("give it more time: `timeout = 120` in `[hooks]`"))
            }
        }
    }

    /// Waits for a command, and hands on what it prints. `None`: it was ended, because it took too long.
    async fn wait(
        &self,
        child: &mut Child,
        (event, said): (Event, &mut Receiver<String>),
    ) -> std::io::Result<Option<std::process::ExitStatus>> {
        let begun = Instant::now();
        loop {
            let mut heard = 0;
            while heard < LINES
                && let Ok(line) = said.try_recv()
            {
                self.workspace.listener.hook_says(event, &line);
                heard += 1;
            }
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if begun.elapsed() >= self.workspace.project.config.hooks.timeout {
                end(child);
                return Ok(None);
            }
            if heard < LINES {
                tokio::time::sleep(PAUSE).await;
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
        let ran = |outcome: &Outcome| json!({ "id": outcome.id, "direction": outcome.direction.key(), "execution_ms": outcome.execution_ms });
        let of_tenants = told.tenants.iter().flat_map(|(tenant, outcomes)| {
            outcomes.iter().map(move |outcome| {
                let mut line = ran(outcome);
                line["tenant"] = json!(tenant);
                line
            })
        });
        let migrations: Vec<Value> = told.outcomes.iter().map(ran).chain(of_tenants).collect();
        let mut all = json!({
            "event": event.key(),
            "environment": environment.and_then(|environment| environment.name.clone()),
            "database": environment.map(ToString::to_string),
            "planned": told.planned,
            "migrations": migrations,
            "elapsed_ms": told.elapsed_ms,
            "error": told.error,
        });
        if !told.tenants.is_empty() {
            all["tenants"] = told.tenants.iter().map(|(tenant, _)| tenant).cloned().collect();
        }
        all
    }
}

/// The error on a command that decides whether a run may begin, and that nobody has allowed.
fn not_allowed(event: Event) -> Error {
    Error::new(format!(
        "the command of the hook `{event}` decides whether the run may begin, and it was not allowed on this machine, or changed since"
    ))
    .of(ErrorKind::Refused)
    .hint("`gen hooks` shows the commands, `gen hooks allow` allows them; in CI: `GEN_HOOKS=allow`")
    .hint("or leave them out of this run: `--no-hooks`")
}

/// Reads a stream to its end on another thread, and sends its lines.
fn forward(stream: impl Read + Send + 'static, says: Sender<String>) {
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            if says.blocking_send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// Ends a command.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
