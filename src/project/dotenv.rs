//! The variables of `.env`. The process's environment stays as it is.
//!
//! Must not know which variables matter. No line is ever repeated: it may hold a password.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::{Error, Result};

/// The variables of the nearest `.env` of the project. If one occurs twice the first counts, as for the application.
pub(super) fn read(root: &Path) -> Result<BTreeMap<String, String>> {
    for folder in folders(root) {
        let path = folder.join(".env");
        // A folder may have this name; anything but a file is refused otherwise.
        if !path.is_dir()
            && let Some(text) = read_text_if_there(&path)?
        {
            return variables(&path, text.strip_prefix('\u{feff}').unwrap_or(&text));
        }
    }
    Ok(BTreeMap::new())
}

/// The root and its parent folders in the project: up to its repository, otherwise its Cargo workspace.
fn folders(root: &Path) -> Vec<PathBuf> {
    let is_workspace = |folder: &&Path| {
        let manifest = read_text_if_there(&folder.join("Cargo.toml")).ok().flatten();
        let manifest = manifest.as_deref().and_then(|text| toml::de::DeTable::parse(text).ok());
        manifest.is_some_and(|manifest| manifest.get_ref().contains_key("workspace"))
    };
    let top = root.ancestors().find(|folder| folder.join(".git").exists());
    let top = top.or_else(|| root.ancestors().find(is_workspace)).unwrap_or(root);
    root.ancestors().take_while(|folder| folder.starts_with(top)).map(Path::to_owned).collect()
}

fn variables(path: &Path, text: &str) -> Result<BTreeMap<String, String>> {
    let taken = Cell::new(0);
    let mut found = BTreeMap::new();
    for entry in dotenvy::from_read_iter(Lines { rest: text.as_bytes(), taken: &taken }) {
        let (name, value) = entry.map_err(|error| {
            // The library's error repeats the line.
            let lines = match &error {
                dotenvy::Error::LineParse(line, _) => line.lines().count().max(1),
                _ => 1,
            };
            let (line, end) = (taken.get() + 1 - lines.min(taken.get()), taken.get());
            let place = if line == end { format!("line {line}") } else { format!("lines {line} to {end}") };
            Error::new(format!("`{}`, {place}: it is not `NAME=value`", path.display()))
                .hint("put a value with spaces, `#` or quotes in it between single quotes, and close them")
        })?;
        found.entry(name).or_insert(value);
    }
    Ok(found)
}

/// Yields a text line by line and counts them, so that the line of an error is the last one.
struct Lines<'a> {
    rest: &'a [u8],
    taken: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self.rest.iter().position(|byte| *byte == b'\n').map_or(self.rest.len(), |end| end + 1);
        let (now, later) = self.rest.split_at(line.min(buffer.len()));
        if now.len() == line && line > 0 {
            self.taken.set(self.taken.get() + 1);
        }
        self.rest = later;
        let mut now = now;
        now.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match variables(Path::new(".env"), text) {
            Ok(variables) => format!("{variables:?}"),
            Err(error) => {
                assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
                error.to_string()
            }
        }
    }

    #[test]
    fn an_odd_line_is_named() {
        assert_eq!(said("# a\n\nA=1\nA=2\nexport B='x y' # z\n"), r#"{"A": "1", "B": "x y"}"#);
        assert_eq!(said("A=1\n\n# c\nB s3cret\nC=1\n"), "`.env`, line 4: it is not `NAME=value`");
        assert_eq!(said("A=1\r\nB=s3cret two\r\n"), "`.env`, line 2: it is not `NAME=value`");
        assert_eq!(said("A=1\nB='s3cret\nC=2\nD=3"), "`.env`, lines 2 to 4: it is not `NAME=value`");
        let long = format!("A={}\nB s3cret", "x".repeat(20_000));
        assert_eq!(said(&long), "`.env`, line 2: it is not `NAME=value`");
    }
}
