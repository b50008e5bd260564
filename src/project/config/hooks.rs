//! `[hooks]`: commands that run at certain moments of every run.
//!
//! Must not know how a command is run, or who allows it.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_gen_runner::Result;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::hook::Event;

use super::{File, Setting};

/// The moments at which a command may run. Those of single migrations are for SQL: a command would hold the lock.
const EVENTS: [Event; 5] = [Event::BeforeUp, Event::AfterUp, Event::BeforeDown, Event::AfterDown, Event::OnFailure];

const KEYS: [&str; 6] = ["before_up", "after_up", "before_down", "after_down", "on_failure", "timeout"];

/// How long a command may take by default.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The commands of hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookCommands {
    /// The program and its arguments for each moment.
    pub commands: BTreeMap<Event, Vec<String>>,
    /// How long one may take.
    pub timeout: Duration,
}

impl Default for HookCommands {
    fn default() -> Self {
        Self { commands: BTreeMap::new(), timeout: TIMEOUT }
    }
}

impl HookCommands {
    /// The checksum of the commands: who allows them allows these, and no others.
    pub fn checksum(&self) -> String {
        let commands: BTreeMap<&str, &Vec<String>> =
            self.commands.iter().map(|(event, words)| (event.key(), words)).collect();
        sha256(&serde_json::json!(commands).to_string())
    }
}

impl File<'_> {
    /// `[hooks]`: each command is a list of words, or a line for the shell.
    pub(super) fn hook_commands(&self, value: &Setting<'_>) -> Result<HookCommands> {
        let mut hooks = HookCommands::default();
        for (key, value) in self.table("hooks", value)? {
            let name = key.get_ref().as_ref();
            if name == "timeout" {
                let seconds = value.get_ref().as_integer().and_then(|it| it.as_str().parse().ok()).filter(|it| *it > 0);
                let Some(seconds) = seconds else {
                    return Err(self
                        .error(value.span(), "`timeout` must be a number of seconds")
                        .hint("`timeout = 30`"));
                };
                hooks.timeout = Duration::from_secs(seconds);
                continue;
            }
            let Some(event) = EVENTS.into_iter().find(|event| event.key() == name) else {
                return Err(self.unknown(key, "hooks.", &KEYS));
            };
            let words = match value.get_ref().as_array() {
                Some(words) if words.is_empty() => {
                    return Err(self.error(value.span(), &format!("`{name}` has no command")).hint("remove it"));
                }
                Some(_) => self.texts(key, value)?,
                None => shell(self.text(key, value)?),
            };
            hooks.commands.insert(event, words);
        }
        Ok(hooks)
    }
}

/// A line for the shell as a program and its arguments.
fn shell(line: String) -> Vec<String> {
    let [program, option] = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    vec![program.to_owned(), option.to_owned(), line]
}
