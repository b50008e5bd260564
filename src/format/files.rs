//! Reading files and folders, with errors that name them.
//!
//! Must not know their content.

#![allow(clippy::disallowed_methods, reason = "files are read here and nowhere else")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The text of a file.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    match read_text_if_there(path)? {
        Some(text) => Ok(text),
        None => Err(Error::new(format!("`{}` does not exist", path.display())).hint("check the path")),
    }
}

/// The text of a file, if there is one.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read_text_if_there(path: &Path) -> Result<Option<String>> {
    // Most files fit into this, and asking for the length takes longer than reading past the end.
    const ROOM: usize = 8192;
    let read = open(path)?.map(|file| {
        let mut bytes = Vec::with_capacity(ROOM);
        // A file by itself would ask for its length.
        file.take(MOST + 1).read_to_end(&mut bytes)?;
        bytes.shrink_to_fit();
        Ok(bytes)
    });
    let bytes = match read.transpose() {
        Ok(Some(bytes)) if bytes.len() as u64 > MOST => return Err(too_large(path)),
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) => return Err(cannot("read", path, error)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let ends = before.iter().zip(before.iter().skip(1).map(Some).chain([None]));
            let line = 1 + ends
                .filter(|(byte, next)| match byte {
                    b'\n' => true,
                    b'\r' => *next != Some(&b'\n'),
                    _ => false,
                })
                .count();
            Err(Error::new(format!("`{}` is not UTF-8 text, at line {line}", path.display())).hint("save it as UTF-8"))
        }
    }
}

/// How many bytes a file may have. Nothing a person writes or reads is longer.
const MOST: u64 = 256 << 20;

fn too_large(path: &Path) -> Error {
    Error::new(format!("`{}` is longer than {} MiB", path.display(), MOST >> 20)).hint(
        "check the path; rows of a dump can be left out, as with `pg_dump --schema-only` or `mysqldump --no-data`",
    )
}

/// Opens a file for reading, if it exists. Anything but a file is refused: opening a pipe waits for a writer, and a device may
/// never end.
fn open(path: &Path) -> Result<Option<fs::File>> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() > MOST => Err(too_large(path)),
        // For a folder, reading gives the better error.
        Ok(found) if found.is_file() || found.is_dir() => match fs::File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot("read", path, error)),
        },
        Ok(_) => Err(Error::new(format!("`{}` is a pipe or a device, not a file", path.display()))
            .hint("remove it, or write what it gives to a file first")),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
            let target = fs::read_link(path).unwrap_or_default();
            Err(Error::new(format!("`{}` is a link to `{}`, which does not exist", path.display(), target.display()))
                .hint("correct the link, or remove it"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, error)),
    }
}

/// The first lines of a file if they are `enough`, otherwise its whole text. The rest is not read.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read_beginning(path: &Path, enough: impl Fn(&str) -> bool) -> Result<String> {
    const MUCH: u64 = 4096;
    let mut bytes = Vec::new();
    let Some(file) = open(path)? else { return read_text(path) };
    let read = file.take(MUCH).read_to_end(&mut bytes);
    let whole_lines = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    bytes.truncate(whole_lines);
    match String::from_utf8(bytes) {
        Ok(beginning) if read.is_ok() && enough(&beginning) => Ok(beginning),
        _ => read_text(path),
    }
}

/// What lies directly in a folder, sorted; nothing when there is no such folder.
///
/// # Errors
/// The folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().map(|entry| entry.path).collect())
}

/// An entry of a folder.
#[derive(Debug)]
pub struct Entry {
    /// Its path.
    pub path: PathBuf,
    /// Its type, if the folder listing has it.
    kind: Option<fs::FileType>,
}

impl Entry {
    /// Its name.
    pub fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// Whether it is a link.
    pub fn is_link(&self) -> bool {
        self.kind.map_or_else(|| self.path.is_symlink(), |kind| kind.is_symlink())
    }

    /// Whether it is a folder, or a link to one.
    pub fn is_folder(&self) -> bool {
        self.end().map_or_else(|| self.path.is_dir(), |kind| kind.is_dir())
    }

    /// Whether it is a file, or a link to one.
    pub fn is_file(&self) -> bool {
        self.end().map_or_else(|| self.path.is_file(), |kind| kind.is_file())
    }

    /// Its type; `None` for a link, whose target has to be looked up.
    fn end(&self) -> Option<fs::FileType> {
        self.kind.filter(|kind| !kind.is_symlink())
    }
}

/// The same, with the types from the folder listing.
///
/// # Errors
/// The folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot("read", folder, error)),
    };
    let named = entries.map(|entry| entry.map(|entry| (entry.file_name(), entry.file_type().ok())));
    let named: io::Result<Vec<(OsString, Option<fs::FileType>)>> = named.collect();
    let mut named = named.map_err(|error| cannot("read", folder, error))?;
    // In one folder the names alone make the order, and are compared at once.
    named.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(named.into_iter().map(|(name, kind)| Entry { path: folder.join(name), kind }).collect())
}

/// An error of the file system, with its path and a hint.
pub fn cannot(what: &str, path: &Path, error: io::Error) -> Error {
    let message = format!("cannot {what} `{}`", path.display());
    let folder = path.parent().unwrap_or(path).display();
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied if what == "read" => Some(format!("`chmod u+r {}`", path.display())),
        io::ErrorKind::PermissionDenied => Some(format!("`chmod u+w {folder}`")),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Some(format!("make room on the disk: `df -h {folder}`"))
        }
        io::ErrorKind::ReadOnlyFilesystem => Some(format!("`{folder}` is on a disk that cannot be written to")),
        io::ErrorKind::IsADirectory => Some("a folder has that name: rename or remove it".to_owned()),
        io::ErrorKind::NotADirectory => Some(format!("part of `{folder}` is a file: rename or remove it")),
        _ => None,
    };
    let error = Error::new(message).because(error);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests;
