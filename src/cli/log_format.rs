//! `--log-format json`: what goes to stderr, as one JSON object a line.
//!
//! Must not know who says what.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::OnceLock;

use jiff::Timestamp;
use sea_gen_runner::hook::Event;
use sea_gen_runner::run::Progress;
use serde_json::{Value, json};

use crate::workflow::tenants::up;

use super::arguments::LogFormat;
use super::up::outcome_json;

static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Decides once, at the start.
pub(super) fn choose(format: LogFormat) {
    let _ = FORMAT.set(format);
}

/// Whether messages are JSON.
pub(super) fn is_json() -> bool {
    FORMAT.get() == Some(&LogFormat::Json)
}

/// Writes a message, whose first word may say what it is: `note: …`.
pub(super) fn message(text: &str) {
    let levels = ["note", "warning", "error", "hint"];
    let found = levels.into_iter().find_map(|level| Some((level, text.strip_prefix(level)?.strip_prefix(": ")?)));
    let (level, message) = found.unwrap_or(("info", text));
    if !message.trim().is_empty() {
        write(level, json!({ "message": message }));
    }
}

/// Writes an error with its reasons and its hints.
pub(super) fn error(message: &str, reasons: &[String], hints: &[Cow<'_, str>]) {
    write("error", json!({ "message": message, "reasons": reasons, "hints": hints }));
}

/// Writes a line that the command of a hook has printed.
pub(super) fn hook_says(event: Event, line: &str) {
    write("info", json!({ "event": "hook_output", "hook": event.key(), "message": line }));
}

/// Writes an event of a run. Statements are named by their numbers: their texts may hold values.
pub(super) fn event(progress: &Progress<'_>) {
    if let Progress::Noting { what } = progress {
        return write("note", json!({ "event": "note", "message": what }));
    }
    let value = match progress {
        Progress::Waiting { holder } => json!({ "event": "waiting", "holder": holder }),
        Progress::Ended { holder } => json!({ "event": "ended", "holder": holder }),
        Progress::Started { id, direction, statements } => {
            json!({ "event": "started", "id": id, "direction": direction.key(), "statements": statements })
        }
        Progress::Statement { number, of, .. } => json!({ "event": "statement", "number": number, "of": of }),
        Progress::Batch { rows } => json!({ "event": "batch", "rows": rows }),
        Progress::Hook { path } => json!({ "event": "hook", "path": path }),
        Progress::Stepping { why } => json!({ "event": "retry", "message": why }),
        Progress::Finished(outcome) => {
            let mut finished = outcome_json(outcome);
            finished["event"] = json!("finished");
            finished
        }
        // Kinds of a later version of the runner.
        _ => return,
    };
    write("info", value);
}

/// Writes an event of a run for tenants.
pub(super) fn tenant(event: &up::Event) {
    let (level, value) = match event {
        up::Event::Begun { tenant, .. } => ("info", json!({ "event": "started", "tenant": tenant.name })),
        up::Event::At { tenant, statement: (id, number, of) } => {
            ("info", json!({ "event": "statement", "tenant": tenant.name, "id": id, "number": number, "of": of }))
        }
        up::Event::Note { tenant, text } => {
            ("note", json!({ "event": "note", "tenant": tenant.name, "message": text }))
        }
        up::Event::Ended(ended) => {
            let status = if ended.failure.is_some() { "failed" } else { "done" };
            ("info", json!({ "event": "finished", "tenant": ended.tenant.name, "status": status }))
        }
    };
    write(level, value);
}

/// Writes a line: time and level, and the rest of the object.
fn write(level: &str, rest: Value) {
    let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let mut line = json!({ "at": at, "level": level });
    if let (Some(line), Value::Object(rest)) = (line.as_object_mut(), rest) {
        line.extend(rest);
    }
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
