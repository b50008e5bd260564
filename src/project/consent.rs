//! The user's consent to run cargo for a checkout: building entities executes build scripts and macros of their crates, and a
//! configuration that comes with the code is not a consent. It is stored with the user's own files, never in the project.
//!
//! Must not know the commands that need it.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::files::cannot;

use super::{Project, make_folder};

/// The variable by which a user consents for every checkout.
pub const CONSENT: &str = "SEA_GEN_RUN_CARGO";

impl Project {
    /// Whether the user has consented before, for this checkout or by the environment for all.
    pub fn may_run_cargo(&self) -> bool {
        let by_environment = std::env::var(CONSENT).is_ok_and(|value| matches!(value.as_str(), "1" | "yes" | "true"));
        by_environment || self.consent().is_some_and(|path| path.is_file())
    }

    /// Stores the user's consent for this checkout. Without a home folder it is not stored, and counts once.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn let_cargo_run(&self) -> Result<()> {
        let Some(path) = self.consent() else { return Ok(()) };
        make_folder(path.parent().unwrap_or(&path))?;
        fs::write(&path, format!("{}\n", self.root.display())).map_err(|error| cannot("write", &path, error))
    }

    fn consent(&self) -> Option<PathBuf> {
        Some(state(&|name| std::env::var_os(name))?.join("cargo").join(key(&self.root)))
    }
}

/// The folder for the state of a user's programs.
pub(super) fn state(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_STATE_HOME")
        .or_else(|| Some(folder("HOME")?.join(".local").join("state")))
        .or_else(|| folder("LOCALAPPDATA"))?;
    Some(base.join("sea-gen"))
}

/// The name of the checkout: a later checkout at the same path has another one.
pub(super) fn key(root: &Path) -> String {
    let found = fs::metadata(root).ok();
    let made = found.as_ref().and_then(|found| found.created().ok());
    let made = made.and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
    #[cfg(unix)]
    let number = found.map(|found| std::os::unix::fs::MetadataExt::ino(&found));
    #[cfg(not(unix))]
    let number: Option<u64> = None;
    sha256(&format!("{} {number:?} {made:?}", root.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_kept_by_the_user_and_for_one_checkout() {
        let variables = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        let place = |pairs| state(&variables(pairs)).map(|path| path.display().to_string());
        assert_eq!(place(&[("HOME", "/home/a")]).as_deref(), Some("/home/a/.local/state/sea-gen"));
        assert_eq!(place(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "/s")]).as_deref(), Some("/s/sea-gen"));
        // A relative path could be inside the checkout.
        assert_eq!(place(&[("XDG_STATE_HOME", "state")]), None);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        fs::create_dir(&root).unwrap();
        let first = key(&root);
        assert_eq!(key(&root), first);
        fs::rename(&root, folder.path().join("old")).unwrap();
        fs::create_dir(&root).unwrap();
        assert_ne!(key(&root), first);
    }
}
