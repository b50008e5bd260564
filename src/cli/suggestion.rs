//! The commands that messages suggest, completed by the options of this call that name the project, the database and the tenants:
//! what is pasted works on the same ones.
//!
//! Messages hold a command as `gen up` in backticks, wherever they are made. Every text for a person comes through here, from
//! [`paint`](super::paint). Must not know the messages.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::lint::allow::in_shell;
use crate::project::NamedDatabase;

use super::arguments::{Arguments, Common};

/// Commands that work on no database.
const WITHOUT_DATABASE: [&str; 7] = ["ci", "completions", "freeze", "git", "hooks", "merge-driver", "thaw"];

/// Commands that write files. The server of a database is of use to them for scratch databases only.
const WRITING: [&str; 9] =
    ["accept", "entities", "generate", "lock", "merge", "migration", "purge", "squash", "verify"];

/// Commands that read a database.
const READING: [&str; 14] = [
    "blame", "check", "diff", "docs", "grants", "history", "lint", "log", "personal", "report", "review", "status",
    "unlock", "webhook",
];

/// Commands that run what is written, mostly on databases on which nobody tries anything out.
const RUNNING: [&str; 9] = ["baseline", "down", "goto", "redo", "resolve", "restore", "takeover", "unlock", "up"];

static CALL: Mutex<Call> = Mutex::new(Call::nothing());

fn call() -> MutexGuard<'static, Call> {
    CALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the options of a command line, which begins with the program.
pub(super) fn choose(words: Vec<OsString>) {
    if let Some(given) = Call::of(words, &|name| std::env::var(name).ok()) {
        *call() = given;
    }
}

/// The command works on another project from now on.
pub(super) fn in_project(folder: &Path) {
    call().project = option("--project", &folder.display().to_string());
}

/// The command speaks of the database of this environment from now on.
pub(super) fn in_environment(name: &str) {
    call().env = option("--env", name);
}

/// The command works on the project that its tenants have in common, until that is done.
pub(super) async fn in_shared<T, E>(folder: &Path, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let former = call().clone();
    in_project(folder);
    call().tenants.clear();
    let done = work.await;
    if done.is_ok() {
        *call() = former;
    }
    done
}

/// A text with the options of this call in every command.
pub(super) fn completed(text: &str) -> Cow<'_, str> {
    if text.contains("gen ") { Cow::Owned(call().completed(text)) } else { Cow::Borrowed(text) }
}

/// One command with the options of this call.
pub(super) fn command(command: &str) -> String {
    call().completed(&format!("`{command}`")).trim_matches('`').to_owned()
}

/// A text about a tenant, with the options that name it.
pub(super) fn of_tenant(name: &str, text: &str) -> String {
    let all = call().clone();
    Call { tenants: option("--tenants", name), is_of_tenant: true, ..all }.completed(text)
}

/// The options of a call, each with a blank in front as a command repeats it; empty where it was not given.
#[derive(Clone)]
struct Call {
    /// The command.
    verb: String,
    project: String,
    env: String,
    url: String,
    /// Whether that is several databases, which only `gen init` takes.
    has_several: bool,
    confirmed: String,
    tenants: String,
    /// Whether the text is about one of the tenants.
    is_of_tenant: bool,
}

impl Call {
    const fn nothing() -> Self {
        Self {
            verb: String::new(),
            project: String::new(),
            env: String::new(),
            url: String::new(),
            has_several: false,
            confirmed: String::new(),
            tenants: String::new(),
            is_of_tenant: false,
        }
    }

    fn of(words: Vec<OsString>, variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let matches = Arguments::command().try_get_matches_from(words).ok()?;
        let Common { database_url, env, yes_protected, project, run_cargo: _ } =
            Arguments::from_arg_matches(&matches).ok()?.common;
        let (verb, of_verb) = matches.subcommand()?;
        let is_for_tenants = takes_tenants(verb) && of_verb.value_source("tenants") == Some(ValueSource::CommandLine);
        let tenants = is_for_tenants.then(|| of_verb.get_many::<String>("tenants").unwrap_or_default());
        let tenants = tenants.map(|names| names.map(String::as_str).collect::<Vec<_>>().join(","));
        let said = |name: &str, value: Option<String>| value.map(|value| option(name, &value)).unwrap_or_default();
        let env = NamedDatabase { environment: env, url: None }.environment_name(variable);
        let variables = || {
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        };
        Some(Self {
            verb: verb.to_owned(),
            project: said("--project", project.map(|folder| folder.display().to_string())),
            // `gen status --env all` names no environment.
            env: said("--env", env.filter(|name| name != "all")),
            url: database_url.iter().map(|url| format!(" --database-url {}", url.as_argument(variables()))).collect(),
            has_several: database_url.len() > 1,
            confirmed: said("--yes-protected", yes_protected),
            tenants: match tenants.as_deref() {
                Some("") => " --tenants".to_owned(),
                names => said("--tenants", names.map(str::to_owned)),
            },
            is_of_tenant: false,
        })
    }

    fn completed(&self, text: &str) -> String {
        let (mut done, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, command)) = beginning(rest).and_then(|at| rest.split_at_checked(at)) {
            let (command, after) = command.split_at_checked(end(command)).unwrap_or((command, ""));
            done.push_str(before);
            done.push_str(command);
            done.push_str(&self.missing(command));
            rest = after;
        }
        done + rest
    }

    /// The options that a command lacks. One that names its own database, or has none yet (`gen init --dialect sqlite --empty`), gets no other.
    fn missing(&self, command: &str) -> String {
        let mut words = command.split_whitespace().skip(1);
        let letters =
            |word: &str| -> String { word.chars().take_while(|it| it.is_ascii_alphabetic() || *it == '-').collect() };
        let (verb, way) = (words.next().map(letters).unwrap_or_default(), words.next().unwrap_or_default());
        if !is_known(&verb) {
            return String::new();
        }
        let has = |option: &str| command.split_whitespace().any(|word| word.split('=').next() == Some(option));
        let mut said = String::new();
        if !has("--project") {
            said.push_str(&self.project);
        }
        let names_its_own = ["--env", "--database-url", "--dialect"].into_iter().any(has);
        if names_its_own || !self.shares_database(&verb) {
            return said;
        }
        if takes_tenants(&verb) && !has("--tenants") {
            said.push_str(&self.tenants);
        }
        said.push_str(&self.env);
        if self.is_of_tenant && !takes_tenants(&verb) && !WRITING.contains(&verb.as_str()) {
            said.push_str(" --database-url …");
        } else if !self.has_several || verb == "init" {
            said.push_str(&self.url);
        }
        let only_lists = verb == "drift" && !matches!(way, "adopt" | "revert");
        let only_reads = READING.contains(&verb.as_str()) && !has("--force") || WRITING.contains(&verb.as_str());
        if !only_lists && !only_reads && !has("--yes-protected") {
            said.push_str(&self.confirmed);
        }
        said
    }

    /// Whether a command is for the database of this call. A file that is written because of a run is not planned and not tried out
    /// where that ran.
    fn shares_database(&self, verb: &str) -> bool {
        match self.verb.as_str() {
            _ if WITHOUT_DATABASE.contains(&verb) => false,
            own if WRITING.contains(&verb) => {
                !RUNNING.contains(&own) && (self.env.is_empty() || !READING.contains(&own))
            }
            _ => true,
        }
    }
}

fn option(name: &str, value: &str) -> String {
    format!(" {name} {}", in_shell(value))
}

fn is_known(verb: &str) -> bool {
    Arguments::command().find_subcommand(verb).is_some()
}

fn takes_tenants(verb: &str) -> bool {
    let command = Arguments::command();
    command.find_subcommand(verb).is_some_and(|it| it.get_arguments().any(|argument| argument.get_id() == "tenants"))
}

/// Where the first command of a text begins: behind a backtick, or behind another command.
fn beginning(text: &str) -> Option<usize> {
    let is_command =
        |at: &usize| text.get(..*at).is_some_and(|before| before.ends_with('`') || before.ends_with("&& "));
    text.match_indices("gen ").map(|(at, _)| at).find(is_command)
}

/// Where a command ends: at its backtick, or before what a shell does with it.
fn end(command: &str) -> usize {
    let mut quote = None;
    for (at, letter) in command.char_indices() {
        match (letter, quote) {
            ('`' | '\n', _) => return at,
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            (' ', None) => {
                let behind = command.get(at..).unwrap_or_default();
                if [" && ", " || ", " | ", " > "].iter().any(|word| behind.starts_with(word)) {
                    return at;
                }
            }
            _ => {}
        }
    }
    command.len()
}

#[cfg(test)]
mod tests;
