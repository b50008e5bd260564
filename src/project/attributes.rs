//! Sets git's merge driver up for the lock and the snapshots: lines in `.gitattributes`, and the program in the repository's
//! configuration, which each clone has for itself.
//!
//! Must not know how a file is merged.

use std::path::Path;

use sea_gen_runner::Result;
use sea_gen_runner::files::read_text_if_there;

use super::{Batch, Project, git};

const FILE: &str = ".gitattributes";

/// The settings of the repository. Git quotes the path of the file for the shell, and names its own files without blanks.
const SETTINGS: [(&str, &str); 2] =
    [("merge.gen.name", "migrations of gen"), ("merge.gen.driver", "gen merge-driver %O %A %B %P")];

/// What was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Whether lines were added to `.gitattributes`.
    pub attributes: bool,
    /// Whether the repository's configuration was changed.
    pub settings: bool,
}

impl Project {
    /// Sets the merge driver up. What is there is kept.
    ///
    /// # Errors
    /// No git or no repository; a file cannot be written.
    pub fn install_merge_driver(&self) -> Result<Installed> {
        let root = self.root.as_path();
        git::git(root, &["rev-parse", "--git-dir"])?;
        let mut settings = false;
        for (key, value) in SETTINGS {
            if git::asked(root, &["config", "--local", key]).as_deref() != Some(value) {
                git::git(root, &["config", "--local", key, value])?;
                settings = true;
            }
        }
        let path = root.join(FILE);
        let before = read_text_if_there(&path)?.unwrap_or_default();
        let wanted = [pattern(&self.config.lock, ""), pattern(&self.config.snapshots, "/**")];
        let missing: Vec<String> = wanted
            .iter()
            .map(|pattern| format!("{pattern} merge=gen"))
            .filter(|line| !before.lines().any(|there| there.trim() == line))
            .collect();
        let attributes = !missing.is_empty();
        if attributes {
            let mut text = before;
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            missing.iter().for_each(|line| text.push_str(&format!("{line}\n")));
            let mut batch = Batch::new(root);
            batch.write(path, text);
            batch.commit()?;
        }
        Ok(Installed { attributes, settings })
    }
}

/// A path from the folder of the file, as a pattern. One with a blank is quoted.
fn pattern(path: &Path, below: &str) -> String {
    let path = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    let pattern = format!("/{}{below}", path.trim_start_matches("./"));
    match pattern.contains(|letter: char| letter.is_whitespace() || letter == '"') {
        true => format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\"")),
        false => pattern,
    }
}
