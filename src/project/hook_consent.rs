//! The user's consent to run the commands of `[hooks]`: a file that comes with the code is none. It is stored with the user's own files,
//! for one checkout and these commands; changed ones need another consent.
//!
//! Must not know the commands that need it.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use sea_gen_runner::files::cannot;
use sea_gen_runner::{Error, Result};

use super::consent::{key, state};
use super::{Project, make_folder};

/// The variable by which a user, or a CI job, consents for every checkout: `allow`.
pub const HOOKS_CONSENT: &str = "GEN_HOOKS";

impl Project {
    /// Whether the user has allowed the commands of `[hooks]` as they are.
    pub fn may_run_hooks(&self) -> bool {
        let by_environment = std::env::var(HOOKS_CONSENT).is_ok_and(|value| value == "allow");
        let stored = || self.hooks_consent().and_then(|path| fs::read_to_string(path).ok());
        by_environment || stored().is_some_and(|text| text.lines().next() == Some(&self.config.hooks.checksum()))
    }

    /// Stores the user's consent to these commands.
    ///
    /// # Errors
    /// There is no home folder; it cannot be written.
    pub fn allow_hooks(&self) -> Result<()> {
        let Some(path) = self.hooks_consent() else {
            return Err(Error::new("there is no home folder in which the consent could be kept")
                .hint(format!("in the environment instead: `{HOOKS_CONSENT}=allow`")));
        };
        make_folder(path.parent().unwrap_or(&path))?;
        let text = format!("{}\n{}\n", self.config.hooks.checksum(), self.root.display());
        fs::write(&path, text).map_err(|error| cannot("write", &path, error))
    }

    /// Removes the consent. Returns whether there was one.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn deny_hooks(&self) -> Result<bool> {
        let Some(path) = self.hooks_consent() else { return Ok(false) };
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(cannot("remove", &path, error)),
        }
    }

    fn hooks_consent(&self) -> Option<PathBuf> {
        Some(state(&|name| std::env::var_os(name))?.join("hooks").join(key(&self.root)))
    }
}
