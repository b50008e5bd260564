//! The repeatable files and hooks in the lock: one line each.
//!
//! Must not know what they do.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json as value;

use crate::Product;

use super::{Lock, Locked};

/// A file beside the migrations, one line of the lock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Its path below the folder of migrations: `repeatable/active_users.sql`.
    pub file: String,
    /// The checksum of its statements.
    pub checksum: String,
}

/// A difference between the files beside the migrations and the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileMismatch {
    /// The file's statements are not those that were locked.
    Changed(String),
    /// The lock lists it, and there is no file.
    Missing(String),
    /// There is a file that the lock does not list.
    Unlisted(String),
}

/// The changes made by sealing these files again, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResealedFiles {
    /// Those that are sealed now and were not before, or had other statements.
    pub sealed: Vec<String>,
    /// Those that were sealed and no longer exist.
    pub gone: Vec<String>,
}

impl Locked {
    /// Adds the files of another lock that this one lacks.
    pub fn take_in(&mut self, others: &[LockedFile]) {
        let is_new = |other: &&LockedFile| !self.files.iter().any(|own| own.file == other.file);
        let new: Vec<LockedFile> = others.iter().filter(is_new).cloned().collect();
        self.files.extend(new);
        self.files.sort();
    }
}

impl Lock {
    /// Compares the files beside a dialect's migrations, each as its path and checksum, with the lock. In the order of the paths.
    pub fn verify_sql_files<'a>(
        &self,
        product: Product,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<FileMismatch> {
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let locked = self.dialects.get(&product).map(|locked| locked.files.as_slice()).unwrap_or_default();
        let locked: BTreeMap<&str, &str> = locked.iter().map(|it| (it.file.as_str(), it.checksum.as_str())).collect();
        let paths: BTreeSet<&str> = files.keys().chain(locked.keys()).copied().collect();
        let compared = |path: &str| match (files.get(path), locked.get(path)) {
            (Some(file), Some(locked)) => (file != locked).then(|| FileMismatch::Changed(path.to_owned())),
            (None, _) => Some(FileMismatch::Missing(path.to_owned())),
            (Some(_), None) => Some(FileMismatch::Unlisted(path.to_owned())),
        };
        paths.into_iter().filter_map(compared).collect()
    }

    /// Takes over the checksums of the files beside a dialect's migrations.
    pub fn reseal_sql_files(&mut self, product: Product, mut files: Vec<LockedFile>) -> ResealedFiles {
        files.sort();
        let mut resealed = ResealedFiles::default();
        for mismatch in self.verify_sql_files(product, files.iter().map(|it| (it.file.as_str(), it.checksum.as_str())))
        {
            match mismatch {
                FileMismatch::Changed(path) | FileMismatch::Unlisted(path) => resealed.sealed.push(path),
                FileMismatch::Missing(path) => resealed.gone.push(path),
            }
        }
        self.dialects.entry(product).or_default().files = files;
        resealed
    }
}

/// The part of the lock's text behind the migrations: nothing where there are no such files.
pub(super) fn text(dialects: &BTreeMap<Product, Locked>) -> String {
    let with_files = dialects.iter().filter(|(_, locked)| !locked.files.is_empty());
    let of_dialects: Vec<String> = with_files
        .map(|(product, locked)| {
            let line = |it: &LockedFile| {
                format!("\n      {{\"file\": {}, \"checksum\": {}}}", value!(it.file), value!(it.checksum))
            };
            let lines: Vec<String> = locked.files.iter().map(line).collect();
            format!("\n    \"{}\": [{}\n    ]", product.key(), lines.join(","))
        })
        .collect();
    if of_dialects.is_empty() { String::new() } else { format!("\n  }},\n  \"files\": {{{}", of_dialects.join(",")) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn file(path: &str, checksum: &str) -> LockedFile {
        LockedFile { file: path.to_owned(), checksum: checksum.to_owned() }
    }

    #[test]
    fn files_are_sealed_one_a_line_and_a_change_by_hand_is_found() {
        let mut lock = Lock::new(&[Product::Sqlite], "0");
        let without = lock.text();
        let files = vec![file("repeatable/b.sql", "2"), file("repeatable/a.sql", "1")];
        let resealed = lock.reseal_sql_files(Product::Sqlite, files.clone());
        assert_eq!(resealed.sealed, ["repeatable/a.sql", "repeatable/b.sql"]);
        let text = lock.text();
        assert!(text.contains(
            "  \"files\": {\n    \"sqlite\": [\n      {\"file\": \"repeatable/a.sql\", \"checksum\": \"1\"},\n"
        ));
        assert_eq!(Lock::parse(Path::new("lock"), &text).unwrap(), lock);
        let error = Lock::parse(Path::new("lock"), &text.replace("\"checksum\": \"1\"", "\"checksum\": \"3\""));
        assert!(error.unwrap_err().to_string().contains("changed by hand"));
        assert_eq!(lock.reseal_sql_files(Product::Sqlite, Vec::new()).gone.len(), 2);
        assert_eq!(lock.text(), without);
    }

    #[test]
    fn differences_are_named() {
        let mut lock = Lock::new(&[Product::Sqlite], "0");
        lock.reseal_sql_files(Product::Sqlite, vec![file("a", "1"), file("b", "1")]);
        let found = lock.verify_sql_files(Product::Sqlite, [("a", "2"), ("c", "1")]);
        let [a, b, c] = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(found, [FileMismatch::Changed(a), FileMismatch::Missing(b), FileMismatch::Unlisted(c)]);
    }
}
