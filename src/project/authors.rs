//! Who wrote a line of a file, as git tells.
//!
//! Must not know what the line is about. Without git, or outside a repository, nobody has written it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::git::git;

/// The author of a line, and the commit it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineAuthor {
    /// The author's name.
    pub name: String,
    /// The commit, as 40 digits.
    pub commit: String,
    /// The first line of its message.
    pub summary: String,
    /// When the author wrote it, in seconds since 1970.
    pub seconds: i64,
}

/// The authors of the lines of files; each file is asked for once.
pub struct Authors {
    root: PathBuf,
    files: BTreeMap<PathBuf, Vec<Option<LineAuthor>>>,
}

impl Authors {
    /// Of files in a folder.
    pub fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), files: BTreeMap::new() }
    }

    /// The author of a line, from 1. `None` if it is not committed, or git cannot tell.
    pub fn of_line(&mut self, path: &Path, line: usize) -> Option<LineAuthor> {
        if !self.files.contains_key(path) {
            let shown = path.display().to_string();
            let text = git(&self.root, &["blame", "--line-porcelain", "--", &shown]).unwrap_or_default();
            self.files.insert(path.to_owned(), lines(&text));
        }
        self.files.get(path)?.get(line.checked_sub(1)?)?.clone()
    }
}

/// What `git blame --line-porcelain` prints: for each line a commit, its facts, and behind a tab the line.
fn lines(text: &str) -> Vec<Option<LineAuthor>> {
    let mut found = Vec::new();
    let mut author = LineAuthor { name: String::new(), commit: String::new(), summary: String::new(), seconds: 0 };
    for line in text.lines() {
        if line.starts_with('\t') {
            let is_committed = author.commit.bytes().any(|digit| digit != b'0');
            found.push(is_committed.then(|| author.clone()));
            author.commit.clear();
            continue;
        }
        match line.split_once(' ').unwrap_or((line, "")) {
            (commit, _) if author.commit.is_empty() => author.commit = commit.to_owned(),
            ("author", name) => author.name = name.to_owned(),
            ("author-time", seconds) => author.seconds = seconds.parse().unwrap_or_default(),
            ("summary", summary) => author.summary = summary.to_owned(),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_author_and_none_where_it_is_not_committed() {
        let hash = "0123456789".repeat(4);
        let text = format!(
            "{hash} 1 1 1\nauthor Ada L\nauthor-mail <a@b>\nauthor-time 1700000000\nauthor-tz +0100\nsummary Books\n\
             filename x\n\tauthor Nobody\n{} 2 2 1\nauthor Not Committed Yet\nauthor-time 1\nsummary x\n\t\n",
            "0".repeat(40)
        );
        let expected =
            LineAuthor { name: "Ada L".into(), commit: hash, summary: "Books".into(), seconds: 1_700_000_000 };
        assert_eq!(lines(&text), [Some(expected), None]);
        assert_eq!(lines(""), []);
    }
}
