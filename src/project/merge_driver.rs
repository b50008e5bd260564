//! Git's merge driver for one file: the lock, or an object of a snapshot. What cannot be merged gets git's usual conflict markers.
//!
//! Git calls it for each file by itself, so a lock is only put together here, and `gen merge` completes it. Must not know plans.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::fs;
use std::path::Path;
use std::process::Command;

use sea_gen_runner::files::{cannot, read_text};
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::{Error, Result};
use serde_json::{Map, Value};

use super::{json, snapshot};

/// The three versions of a file, in files of git's own.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// The version that both branches start from: `%O`.
    pub base: &'a Path,
    /// The version that is checked out, and the place of the result: `%A`.
    pub ours: &'a Path,
    /// The version that is merged in: `%B`.
    pub theirs: &'a Path,
    /// The path of the file in the repository: `%P`.
    pub path: &'a Path,
}

/// Merges a file. Whether nothing is left to do for it.
///
/// # Errors
/// The result cannot be written, or git cannot be run.
pub fn merge_file(versions: Versions<'_>) -> Result<bool> {
    let texts = [versions.base, versions.ours, versions.theirs].map(|path| read_text(path).unwrap_or_default());
    let [base, ours, theirs] = texts.each_ref().map(String::as_str);
    let write = |text: &str| fs::write(versions.ours, text).map_err(|error| cannot("write", versions.ours, error));
    if snapshot::is_object(versions.path) {
        if let Some(text) = object(versions.path, [base, ours, theirs]) {
            return write(&text).map(|()| true);
        }
    } else if let (Ok(one), Ok(other)) = (Lock::parse(versions.path, ours), Lock::parse(versions.path, theirs)) {
        return write(&one.union(&other)).map(|()| false);
    }
    let mut command = Command::new("git");
    command.args(["merge-file", "-L", "ours", "-L", "base", "-L", "theirs"]);
    let status = command.args([versions.ours, versions.base, versions.theirs]).status();
    Ok(status.map_err(|error| Error::new("git cannot be run").because(error))?.success())
}

/// The text of an object with the changes of both branches; `None` if both change the same part of it to something else.
fn object(path: &Path, texts: [&str; 3]) -> Option<String> {
    let [base, ours, theirs] = texts.map(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let (ours, theirs) = (ours?, theirs?);
    let base = base.unwrap_or_default();
    let mut merged = Map::new();
    for key in ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key))) {
        let value = match picked(base.get(key), ours.get(key), theirs.get(key)) {
            Some(value) => value.cloned(),
            None => Some(listed(base.get(key), ours.get(key)?, theirs.get(key)?)?),
        };
        merged.extend(value.map(|value| (key.clone(), value)));
    }
    let text = json::pretty(&Value::Object(merged));
    // Only what reads as an object is one.
    snapshot::is_valid(path, &text).then_some(text)
}

/// The value of three that a merge takes, which may be none; `None` if both sides have changed it to something else.
fn picked<T: PartialEq>(base: T, ours: T, theirs: T) -> Option<T> {
    match (ours == base, theirs == base || ours == theirs) {
        (true, _) => Some(theirs),
        (false, true) => Some(ours),
        (false, false) => None,
    }
}

/// A list of things with names, or the lists of the origins, with the changes of both sides; each thing is one.
fn listed(base: Option<&Value>, ours: &Value, theirs: &Value) -> Option<Value> {
    if let (Value::Object(ours), Value::Object(theirs)) = (ours, theirs)
        && ours.keys().chain(theirs.keys()).all(|key| ["adopted", "sidecar"].contains(&key.as_str()))
    {
        let mut merged = Map::new();
        for key in ["adopted", "sidecar"] {
            let of = |map: &Map<String, Value>| map.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let base = base.and_then(Value::as_object).map(of).unwrap_or_default();
            let values = things(&base, &of(ours), &of(theirs), &Value::clone)?;
            if !values.is_empty() {
                merged.insert(key.to_owned(), Value::Array(values));
            }
        }
        return Some(Value::Object(merged));
    }
    let (ours, theirs) = (ours.as_array()?, theirs.as_array()?);
    let nothing = Vec::new();
    let base = base.and_then(Value::as_array).unwrap_or(&nothing);
    let is_named = |value: &Value| value.get("name").is_some_and(Value::is_string);
    if ![base, ours, theirs].into_iter().flatten().all(is_named) {
        return None;
    }
    things(base, ours, theirs, &|value| value.get("name").cloned().unwrap_or_default()).map(Value::Array)
}

/// The things of three lists, by their keys: those of ours in their order, then what theirs adds.
fn things(base: &[Value], ours: &[Value], theirs: &[Value], key: &dyn Fn(&Value) -> Value) -> Option<Vec<Value>> {
    let find = |list: &[Value], wanted: &Value| list.iter().find(|value| key(value) == *wanted).cloned();
    let mut merged = Vec::new();
    let added = theirs.iter().filter(|value| find(ours, &key(value)).is_none());
    for wanted in ours.iter().chain(added).map(key) {
        merged.extend(picked(find(base, &wanted), find(ours, &wanted), find(theirs, &wanted))?);
    }
    Some(merged)
}
