//! Test databases of SQLite: copies of a file.
//!
//! Must not know servers.

#![allow(clippy::disallowed_methods, reason = "the databases are files")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::migrations::Migrations;
use crate::{Product, Result};

use super::program::{Purpose, TestProgram};
use super::{Place, TestDatabase, fingerprint, on_disk, project};

/// The endings of the files that belong to a database.
const BESIDE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

pub(super) async fn database(migrations: &Migrations, program: &TestProgram) -> Result<TestDatabase> {
    static CLEANED: Once = Once::new();
    CLEANED.call_once(|| clean(program));
    let (project, key) = (project(migrations, Product::Sqlite)?, fingerprint(migrations, Product::Sqlite, "")?);
    let template = program.folder.join(format!("template_{project}_{key}.db"));
    let path = program.folder.join(format!("test_{}.db", program.next()));
    // Another program may replace the template by that of other migrations between the two steps.
    let mut tries = 3;
    loop {
        if !template.exists() {
            make(migrations, &template, &project, program).await?;
        }
        tries -= 1;
        match fs::copy(&template, &path) {
            Ok(_) => break,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && tries > 0 => {}
            Err(error) => return Err(on_disk("copied", &template, error)),
        }
    }
    Ok(TestDatabase { url: url(&path), place: Place::File(path) })
}

/// Makes the template, and removes those of the project's former migrations.
async fn make(migrations: &Migrations, template: &Path, project: &str, program: &TestProgram) -> Result<()> {
    let name = format!("template_{project}");
    let locked = program.locked(&name, Purpose::Make).await?;
    if template.exists() {
        return Ok(());
    }
    let former = files(program).filter(|(found, _)| found.starts_with(&name) && found.ends_with(".db"));
    for (_, path) in former {
        remove(&path)?;
    }
    let made = template.with_extension("new");
    remove(&made)?;
    migrations.up(url(&made).as_str()).await?;
    fs::rename(&made, template).map_err(|error| on_disk("created", template, error))?;
    drop(locked);
    Ok(())
}

/// Removes the databases of programs that are gone.
pub(super) fn clean(program: &TestProgram) {
    for (name, path) in files(program) {
        let owner = name.strip_prefix("test_").and_then(|rest| rest.split('_').nth(1));
        if owner.is_some_and(|owner| program.is_dead(owner)) {
            let _ = remove(&path);
        }
    }
    program.sweep();
}

fn files(program: &TestProgram) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(&program.folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
}

pub(super) fn remove(path: &Path) -> Result<()> {
    for ending in BESIDE {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(on_disk("removed", Path::new(&name), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Every character that ends a path in a URL is written as a number.
fn url(path: &Path) -> String {
    let shown = path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    // A drive of Windows is no host.
    if cfg!(windows) { format!("sqlite:{}", shown.replace('\\', "/")) } else { format!("sqlite://{shown}") }
}
