//! Which test databases belong to a program that still runs.
//!
//! Each program holds the lock of a file as long as it lives; the system lets go of it when the program ends, however it ends.
//! Must not know databases.

#![allow(clippy::disallowed_methods, reason = "a file whose lock tells that this program lives")]

use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

use super::{on_disk, short};

/// How long to wait for the program that makes a template.
const WAIT: Duration = Duration::from_secs(300);

/// What a template is locked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Make,
    Copy,
}

/// A program that makes databases for its tests.
#[derive(Debug)]
pub(super) struct TestProgram {
    /// The folder of all programs.
    pub(super) folder: PathBuf,
    /// The name of this machine: several may use one server.
    pub(super) machine: String,
    /// The name of this program's run.
    pub(super) name: String,
    count: AtomicU64,
    /// Locked until the program ends.
    _lock: File,
}

/// Eight characters that nobody else has.
fn token() -> String {
    let digits = format!("{:016x}", RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now())));
    digits.chars().take(8).collect()
}

impl TestProgram {
    /// This program. Its lock is taken at the first call.
    pub(super) fn this() -> Result<&'static Self> {
        static THIS: OnceLock<TestProgram> = OnceLock::new();
        if let Some(program) = THIS.get() {
            return Ok(program);
        }
        let made = Self::new()?;
        Ok(THIS.get_or_init(|| made))
    }

    fn new() -> Result<Self> {
        // A temporary folder may be everybody's.
        let user = ["USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
        let folder = std::env::temp_dir().join(format!("sea-gen-tests-{user}").trim_end_matches('-'));
        fs::create_dir_all(&folder).map_err(|error| on_disk("created", &folder, error))?;
        let machine = machine(&folder)?;
        let name = token();
        // The file gets its name when it is locked: whoever finds it unlocked may take its program for dead.
        let (made, path) = (folder.join(format!("{name}.new")), folder.join(format!("{name}.lock")));
        let create = || {
            let file = File::create_new(&made)?;
            file.lock()?;
            fs::rename(&made, &path)?;
            Ok(file)
        };
        let lock = create().map_err(|error| on_disk("created", &path, error))?;
        Ok(Self { folder, machine, name, count: AtomicU64::new(0), _lock: lock })
    }

    /// The name of one more database of this program.
    pub(super) fn next(&self) -> String {
        format!("{}_{}_{}", self.machine, self.name, self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether the program of this name is gone. Its file is removed then.
    pub(super) fn is_dead(&self, name: &str) -> bool {
        if name == self.name {
            return false;
        }
        let path = self.folder.join(format!("{name}.lock"));
        let Ok(file) = File::open(&path) else { return true };
        let is_dead = file.try_lock().is_ok();
        if is_dead {
            // Another program may have been faster.
            let _ = fs::remove_file(&path);
        }
        is_dead
    }

    /// Removes the files of programs that are gone.
    pub(super) fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for name in entries.filter_map(|entry| entry.file_name().into_string().ok()) {
            if let Some(owner) = name.strip_suffix(".lock") {
                self.is_dead(owner);
            }
        }
    }

    /// Locks a name among all programs of this machine, until the file is dropped: for one program that makes a template, or for
    /// all that copy it. Waits on another thread, since who holds it may be another task of this one.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] after some minutes.
    pub(super) async fn locked(&self, name: &str, to: Purpose) -> Result<File> {
        let path = self.folder.join(format!("{name}.making"));
        let open = {
            let path = path.clone();
            move || {
                let file = File::options().create(true).append(true).open(path)?;
                match to {
                    Purpose::Make => file.lock()?,
                    Purpose::Copy => file.lock_shared()?,
                }
                Ok(file)
            }
        };
        match tokio::time::timeout(WAIT, tokio::task::spawn_blocking(open)).await {
            Ok(Ok(opened)) => opened.map_err(|error| on_disk("locked", &path, error)),
            Ok(Err(_)) | Err(_) => {
                Err(Error::new(format!("another program has been making a template for {} s", WAIT.as_secs()))
                    .of(ErrorKind::Busy)
                    .hint(format!("end it, or see who holds `{}`", path.display())))
            }
        }
    }
}

/// What tells this program from others built of the same sources: its length and its time, of the file.
pub(super) fn build() -> Option<String> {
    let about = fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some(format!("{} {:?}", about.len(), about.modified().ok()?))
}

/// The name of this machine. Copies of its disk have other host names.
fn machine(folder: &Path) -> Result<String> {
    let host = fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok());
    Ok(short(&format!("{} {}", disk(folder)?, host.unwrap_or_default()), 8))
}

/// The name of this disk, made by the first program.
fn disk(folder: &Path) -> Result<String> {
    let path = folder.join("machine");
    let read = || fs::read_to_string(&path).ok().filter(|name| name.len() == 8);
    if let Some(name) = read() {
        return Ok(name);
    }
    let made = folder.join(format!("{}.machine", token()));
    let write = || {
        fs::write(&made, token())?;
        // A hard link is made by one program only; the others read what it has written.
        let linked = fs::hard_link(&made, &path);
        fs::remove_file(&made)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => fs::read_to_string(&path),
        }
    };
    write().map_err(|error| on_disk("created", &path, error))
}
