//! One writer of a project's files at a time, across processes: the files that it has read do not change before it writes.
//!
//! The lock is the system's own, on the project's folder, and ends with the process. While it is held a file
//! names the holder, for messages only. Must not know what is written.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sea_gen_runner::{Error, Result};

/// The file that names the writer.
const WHO: &str = ".gen-writing";

/// How long a writer waits between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to write the files of a project, until it is dropped.
#[derive(Debug)]
pub struct Writer {
    /// The lock is its.
    _locked: Option<File>,
    who: PathBuf,
}

impl Writer {
    /// Waits until no other process writes in the folder, at most for `wait`. `who` is the name shown to others, and `waiting` is
    /// called once with the name of the holder. Files that were read before must be read again.
    ///
    /// # Errors
    /// Another process writes for longer than that.
    pub fn begin(root: &Path, who: &str, wait: Duration, waiting: impl FnOnce(&str)) -> Result<Self> {
        let path = root.join(WHO);
        let begun = Instant::now();
        let mut waiting = Some(waiting);
        let locked = loop {
            let file = match lockable(root, &path) {
                Ok(file) => file,
                // If the folder cannot be locked, writing fails later with its own error.
                Err(_) => break None,
            };
            match file.try_lock() {
                Ok(()) => break Some(file),
                Err(TryLockError::WouldBlock) => {}
                // Some network file systems know no locks; then each writer has to see to it by himself.
                Err(TryLockError::Error(_)) => break None,
            }
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let holder = if holder.is_empty() { "another gen".to_owned() } else { holder };
            if begun.elapsed() >= wait {
                return Err(Error::new(format!(
                    "{holder} is writing to the project in {}; waited {} s",
                    root.display(),
                    wait.as_secs()
                ))
                .hint("wait for it to end, or answer what it asks, and try again; nothing was written"));
            }
            if let Some(waiting) = waiting.take() {
                waiting(&holder);
            }
            std::thread::sleep(PAUSE);
        };
        let _ = fs::write(&path, format!("`{who}` (process {})", std::process::id()));
        Ok(Self { _locked: locked, who: path })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.who);
    }
}

/// Opens the file to lock: the folder itself if it can be opened, so that no file is left behind.
fn lockable(root: &Path, who: &Path) -> io::Result<File> {
    if cfg!(unix) { File::open(root) } else { File::options().create(true).append(true).open(who) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_and_says_for_whom() {
        let folder = tempfile::tempdir().unwrap();
        let first = Writer::begin(folder.path(), "gen migration", Duration::ZERO, |_| ()).unwrap();
        let mut told = String::new();
        let refused = Writer::begin(folder.path(), "gen lock", PAUSE, |holder| told = holder.to_owned());
        let message = refused.unwrap_err().to_string();
        let holder = format!("`gen migration` (process {})", std::process::id());
        assert!(message.starts_with(&holder), "{message}");
        assert_eq!(told, holder);
        drop(first);
        assert!(list(folder.path()).is_empty(), "nothing is left behind");
        Writer::begin(folder.path(), "gen lock", Duration::ZERO, |_| ()).unwrap();
    }

    #[test]
    fn what_a_dead_writer_left_behind_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(WHO), "somebody").unwrap();
        drop(Writer::begin(folder.path(), "gen lock", Duration::ZERO, |_| ()).unwrap());
        assert!(list(folder.path()).is_empty());
    }

    fn list(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}
