//! JSON on one line with sorted keys, and reading it with errors that name file and line.
//!
//! Must not know the meaning of the values.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};

/// Prints a value on one line with sorted keys.
pub fn compact(value: &Value) -> String {
    let mut text = String::new();
    write_compact(value, &mut text);
    text
}

fn write_compact(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => {
            text.push('{');
            for (index, (key, value)) in sorted(object).enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(&quoted(key));
                text.push_str(": ");
                write_compact(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_compact(item, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

/// Reads a value, naming `path` and the line in whatever is wrong.
///
/// # Errors
/// Conflict markers of git, text that is not JSON, or JSON that is not a `T`. `hint` is the remedy for the last two.
pub fn read<T: DeserializeOwned>(path: &Path, text: &str, hint: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        Error::new(format!("`{}`, line {}: {message}", path.display(), error.line().max(1))).hint(hint)
    })
}

/// The line, from 1, of the first conflict marker git left in a text.
pub fn conflict(text: &str) -> Option<usize> {
    let marked = |line: &str| ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker));
    text.lines().position(marked).map(|index| index + 1)
}

/// The properties of an object by their keys.
pub fn sorted(object: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let mut properties: Vec<_> = object.iter().collect();
    properties.sort_by_key(|(key, _)| *key);
    properties.into_iter()
}

/// A text as JSON writes it.
pub fn quoted(key: &str) -> String {
    Value::String(key.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflict_markers_are_found() {
        assert_eq!(conflict("{\n<<<<<<< HEAD\n"), Some(2));
        assert_eq!(conflict("{\n \"a\": \"<<<<<<< HEAD\"}"), None);
    }
}
