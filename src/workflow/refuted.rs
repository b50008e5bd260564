//! Refuted migrations are not applied, unless an option allows it.
//!
//! Must not know how proofs work.

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::run::Applicable;

use super::Failure;

/// Refuses migrations that are refuted according to the lock.
///
/// # Errors
/// The first of them.
pub(crate) fn refuse<'a>(lock: &Lock, mut chosen: impl Iterator<Item = &'a Applicable<'a>>) -> Result<(), Failure> {
    let is_refuted = |file: &&Applicable<'_>| {
        let mut lines = lock.migrations(file.migration.product).iter();
        lines.any(|line| line.refuted && line.id == file.migration.id && line.checksum == file.checksum)
    };
    match chosen.find(is_refuted) {
        None => Ok(()),
        Some(file) => {
            let id = &file.migration.id;
            Err(Error::new(format!("migration `{id}` failed its proof on a scratch database, so nothing was applied"))
                .hint(format!(
                    "`gen verify {id}` shows how it failed; correct the file, then `gen lock` and `gen verify`"
                ))
                .hint("apply it all the same: `gen up --unproven`")
                .into())
        }
    }
}
