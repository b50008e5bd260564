//! Files on disk: all or nothing, no change without a reason, and every invalid input with its message.

mod batch;
mod migrations;
mod projects;
mod snapshots;
mod soup;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sea_gen::dialect::{Product, Statement};
use sea_gen::project::{Batch, Config, FileChange, Project, Snapshot};
use sea_gen::schema::{
    Check, Column, Expression, Facet, Name, ObjectName, Options, Origin, Part, Place, Schema, Table, Type, Undeclared,
};
use sea_gen_runner::lock_file::{Lock, Locked};
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::{Error, Result};

/// A folder that is a repository, so that its parent folders are not searched.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn put(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Everything below a folder: files with their content, folders with nothing.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(tree(&path));
            found.insert(path, None);
        } else {
            let content = fs::read(&path).unwrap_or_default();
            found.insert(path, Some(String::from_utf8_lossy(&content).into_owned()));
        }
    }
    found
}

/// The whole error with the folder's name left out.
fn said(root: &Path, error: &Error) -> String {
    let real = root.canonicalize().unwrap();
    let mut text = format!("{error}\n{}", error.hints().join("\n"));
    for root in [real.as_path(), root] {
        text = text.replace(&root.display().to_string(), "ROOT");
    }
    text
}

fn refusal<T: std::fmt::Debug>(root: &Path, result: Result<T>) -> String {
    said(root, &result.unwrap_err())
}
