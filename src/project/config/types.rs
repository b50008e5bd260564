//! Adds column types of Rust types to a configuration file, and leaves the rest of its text as it is.
//!
//! Must not know where the types are from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::files::read_text_if_there;

use super::super::CONFIG_FILE;
use super::Config;

impl Config {
    /// The configuration file of a folder with further entries in `types`, and its path. `new` is the text of a `gen.toml` that
    /// is still to be written. `None`: the entries cannot be added.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn with_types(
        folder: &Path,
        new: Option<String>,
        types: &BTreeMap<String, String>,
    ) -> Result<Option<(PathBuf, String)>> {
        let path = folder.join(CONFIG_FILE);
        let own = match new {
            Some(text) => Some(text),
            None => read_text_if_there(&path)?,
        };
        let manifest = folder.join("Cargo.toml");
        if own.is_none()
            && let Some(text) = read_text_if_there(&manifest)?
        {
            let sections = ["package.metadata.gen", "workspace.metadata.gen"];
            if let Some(section) = sections.into_iter().find(|section| text.contains(&format!("[{section}]"))) {
                return Ok(with_types(&text, Some(section), types).map(|text| (manifest, text)));
            }
        }
        let text = own.unwrap_or_default();
        Ok(with_types(&text, None, types).map(|text| (path, text)))
    }
}

/// The entries of a `types` table, one a line.
pub fn type_entries(types: &BTreeMap<String, String>) -> Vec<String> {
    types.iter().map(|(name, of)| format!("{} = {}", key(name), quoted(of))).collect()
}

/// The text of a configuration with further entries in `types`. `section` is the table that holds the settings in a
/// `Cargo.toml`, such as `workspace.metadata.gen`. `None`: the entries that are there are written in a way that is not
/// extended here.
fn with_types(text: &str, section: Option<&str>, types: &BTreeMap<String, String>) -> Option<String> {
    let table = section.map_or_else(|| "types".to_owned(), |section| format!("{section}.types"));
    let entries = type_entries(types);
    let header = format!("[{table}]");
    let lines = || text.split_inclusive('\n');
    let mut at = 0;
    let mut inside = section.is_none();
    for line in lines() {
        let plain = line.trim();
        let end = at + line.len();
        if plain == header {
            let (before, behind) = text.split_at(end);
            let gap = if before.ends_with('\n') { "" } else { "\n" };
            return Some(format!("{before}{gap}{}\n{behind}", entries.join("\n")));
        }
        if plain.starts_with('[') {
            inside = section.is_some_and(|section| plain == format!("[{section}]"));
        }
        let value = plain.strip_prefix("types").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
        if inside && value.is_some_and(|value| value.trim_start().starts_with('{')) {
            let brace = at + line.find('{')? + 1;
            let (before, behind) = text.split_at(brace);
            let comma = if behind.trim_start().starts_with('}') { "" } else { "," };
            return Some(format!("{before} {}{comma}{behind}", entries.join(", ")));
        }
        if inside && plain.starts_with("types.") {
            return None;
        }
        at = end;
    }
    let gap = match text.trim_end() {
        "" => String::new(),
        text => format!("{text}\n\n"),
    };
    Some(format!("{gap}{header}\n{}\n", entries.join("\n")))
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_added_to_whatever_is_there() {
        let types = BTreeMap::from([
            ("Moment".to_owned(), "TimestampWithTimeZone".to_owned()),
            ("user.label".to_owned(), "custom(\"citext\")".to_owned()),
        ]);
        for (text, section) in [
            ("", None),
            ("dialects = [\"sqlite\"]\n\n[type-rules]\njson = \"exact\"\n", None),
            ("types = { A = \"Text\" }\nexclude = [\"x\"]\n", None),
            ("types = {}\n", None),
            ("[types]\nA = \"Text\"\n[type-rules]\n", None),
            (
                "[package]\nname = \"a\"\n[package.metadata.gen]\nproof = \"off\"\n[dependencies]\n",
                Some("package.metadata.gen"),
            ),
            ("[workspace]\n[workspace.metadata.gen]\ntypes = { A = \"Text\" }", Some("workspace.metadata.gen")),
        ] {
            let before: toml::Table = text.parse().unwrap();
            let written = with_types(text, section, &types).unwrap();
            let mut after: toml::Table = written.parse().unwrap_or_else(|error| panic!("{error}: {written}"));
            let of = section.into_iter().flat_map(|section| section.split('.'));
            let table = of.fold(&mut after, |table, key| table.get_mut(key).unwrap().as_table_mut().unwrap());
            let found = table.get_mut("types").unwrap().as_table_mut().unwrap();
            for (name, of) in &types {
                assert_eq!(found.remove(name), Some(toml::Value::String(of.clone())), "{written}");
            }
            if found.is_empty() && !text.contains("types = {}") {
                table.remove("types");
            }
            assert_eq!(after, before, "{written}");
        }
        assert_eq!(with_types("types.A = \"Text\"\n", None, &types), None);
    }
}
