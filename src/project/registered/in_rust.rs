//! Modules that say in Rust what a migration's files do, and what each was written from.
//!
//! Must not know how the code is found, nor the list of the `Migrator`.

use std::collections::BTreeMap;

use sea_gen_runner::Result;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{self, Migration, MigrationId};

use crate::schema::Product;
use crate::write::migration_code;

use super::super::{Batch, Project};

/// The first line: the checksum of the files, and that of the code.
const MARK: &str = "// gen: from ";

/// What ends the functions of a module.
const END: &str = "sea_gen_runner::migrator::applied(";

/// How many digits of a checksum are written.
const DIGITS: usize = 12;

/// Whether a module was written here, whatever became of it.
pub(super) fn is_written(module: &str) -> bool {
    module.starts_with(MARK) || module.contains(END)
}

/// Whether nobody changed a module after it was written.
pub(super) fn is_as_written(module: &str) -> bool {
    marked(module).is_some_and(|(_, of_code, code)| of_code == code_checksum(code))
}

/// Whether a module that nobody changed is to be written anew, because its migration was changed.
pub(super) fn is_stale(module: &str, lock: &Lock, id: &str) -> bool {
    marked(module).is_some_and(|(of_files, ..)| of_files != files_checksum(lock, id)) && is_as_written(module)
}

/// Whether a module was changed, and then its migration.
pub(super) fn is_left_behind(module: &str, lock: &Lock, id: &str) -> bool {
    marked(module).is_some_and(|(of_files, ..)| of_files != files_checksum(lock, id)) && !is_as_written(module)
}

/// The text of a migration's module. `None`: a migration of SeaORM cannot do what its files do.
///
/// # Errors
/// A file cannot be read.
pub(super) fn text(project: &Project, lock: &Lock, batch: &Batch, id: &str) -> Result<Option<String>> {
    let mut files: BTreeMap<Product, Option<Migration>> = BTreeMap::new();
    for (product, locked) in &lock.dialects {
        let own: Option<&MigrationId> = locked.migrations.iter().map(|it| &it.id).find(|own| own.as_str() == id);
        let file = match own {
            Some(own) => {
                let path = project.migration_path(*product, own);
                let text = match batch.text(&path) {
                    Some(text) => text.to_owned(),
                    None => read_text(&path)?,
                };
                Some(migration::parse(own.clone(), *product, &text)?)
            }
            None => None,
        };
        files.insert(*product, file);
    }
    let files = files.iter().map(|(product, file)| (*product, file.as_ref())).collect();
    Ok(migration_code::module(id, &files).map(|code| {
        let code = format!(
            "//! The migration `{id}`, written by `gen` from its SQL file. When that changes, `gen lock` writes this\n\
             //! module anew, unless it was changed by hand.\n\n{code}"
        );
        format!("{MARK}{} {}\n{code}", files_checksum(lock, id), code_checksum(&code))
    }))
}

/// The checksums in the first line, and what follows it.
fn marked(module: &str) -> Option<(&str, &str, &str)> {
    let (line, code) = module.strip_prefix(MARK)?.split_once('\n')?;
    let (files, of_code) = line.trim_end().split_once(' ')?;
    Some((files, of_code, code))
}

fn files_checksum(lock: &Lock, id: &str) -> String {
    let of = |(product, locked): (&Product, &sea_gen_runner::lock_file::Locked)| {
        let own = locked.migrations.iter().find(|own| own.id.as_str() == id);
        own.map(|own| format!("{product} {}\n", own.checksum))
    };
    short(&lock.dialects.iter().filter_map(of).collect::<String>())
}

/// What rustfmt changes, by whatever configuration, does not count.
fn code_checksum(code: &str) -> String {
    short(&code.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect::<String>())
}

fn short(text: &str) -> String {
    let sum = sha256(text);
    let sum = sum.rsplit(':').next().unwrap_or(&sum);
    sum.chars().take(DIGITS).collect()
}
