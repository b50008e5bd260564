//! `--log-format json`: what goes to stderr, as one JSON object a line.
//!
//! Must not know who says what.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::OnceLock;

use jiff::Timestamp;
use sea_gen_runner::run::Progress;
use serde_json::{Value, json};

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

/// Writes an event of a run. Statements are named by their numbers: their texts may hold values.
pub(super) fn event(progress: &Progress<'_>) {
    let value = match progress {
        Progress::Waiting { holder } => json!({ "event": "waiting", "holder": holder }),
        Progress::Ended { holder } => json!({ "event": "ended", "holder": holder }),
        Progress::Started { id, direction, statements } => {
            json!({ "event": "started", "id": id, "direction": direction.key(), "statements": statements })
        }
        Progress::Statement { number, of, .. } => json!({ "event": "statement", "number": number, "of": of }),
        Progress::Batch { rows } => json!({ "event": "batch", "rows": rows }),
        Progress::Noting { what } => json!({ "event": "note", "message": what }),
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

/// Writes a line: time and level, and the rest of the object.
fn write(level: &str, rest: Value) {
    let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let mut line = json!({ "at": at, "level": level });
    if let (Some(line), Value::Object(rest)) = (line.as_object_mut(), rest) {
        line.extend(rest);
    }
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
