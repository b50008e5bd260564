//! Reading a folder of migrations.
//!
//! Must not know what the migrations do.

use std::path::{Path, PathBuf};

use super::parse::{has_heading, heading};
use super::{Heading, Migration, parse};
use crate::dialect::Product;
use crate::error::{Error, Result};
use crate::project::{MigrationId, Project, entries, read_beginning, read_text};

/// The migrations of a project for one product, in the order in which they are applied. Files that are not `*.sql` are not
/// migrations.
///
/// # Errors
/// A file that cannot be read, with its path.
pub fn migrations(project: &Project, product: Product) -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    for path in files(project, product)? {
        let text = |path: &Path| read_text(path);
        migrations.push(read(project.shown(&path), &path, product, text, parse)?);
    }
    migrations.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(migrations)
}

/// What the migrations of a project for one product say of themselves, in the order in which they are applied. Their
/// statements are not read.
///
/// # Errors
/// A file that cannot be read, with its path.
pub fn headings(project: &Project, product: Product) -> Result<Vec<Heading>> {
    let mut headings = Vec::new();
    for path in files(project, product)? {
        let text = |path: &Path| read_beginning(path, has_heading);
        headings.push(read(project.shown(&path), &path, product, text, heading)?);
    }
    headings.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(headings)
}

/// The ids of a project's migrations for one product, by the names of their files alone.
///
/// # Errors
/// A folder that cannot be read, or a file that is not named as a migration.
pub fn ids(project: &Project, product: Product) -> Result<Vec<MigrationId>> {
    files(project, product)?.iter().map(|path| id(project.shown(path), path)).collect()
}

fn files(project: &Project, product: Product) -> Result<Vec<PathBuf>> {
    let mut found = entries(&project.migrations_folder(product))?;
    found.retain(|entry| {
        let hidden = entry.name().to_string_lossy().starts_with('.');
        let sql = entry.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        // Whatever has the name of a migration is read as one, so that none is passed over in silence.
        sql && !hidden
    });
    Ok(found.into_iter().map(|entry| entry.path).collect())
}

fn id(shown: &Path, path: &Path) -> Result<MigrationId> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // `.SQL` would be the same file as `.sql` on one machine and another one on the next.
    name.strip_suffix(".sql").unwrap_or(&name).parse::<MigrationId>().map_err(|_| {
        Error::new(format!("`{}` is not named as a migration", shown.display())).hint(match suggestion(&name) {
            Some(better) => format!("`git mv {} {}`", shown.display(), shown.with_file_name(better).display()),
            None => "a migration's file is named by a time and a name, as in `20261120_201300_add_email_index.sql`; \
                         other SQL files go elsewhere"
                .to_owned(),
        })
    })
}

fn read<T>(
    shown: &Path,
    path: &Path,
    product: Product,
    text: impl FnOnce(&Path) -> Result<String>,
    parse: impl FnOnce(MigrationId, Product, &str) -> Result<T>,
) -> Result<T> {
    parse(id(shown, path)?, product, &text(path)?).map_err(|error| {
        let hints = error.hints().to_vec();
        hints.into_iter().fold(Error::new(format!("`{}`: {error}", shown.display())), Error::hint)
    })
}

/// The name the file should have, where it has a time and a name in it.
fn suggestion(name: &str) -> Option<String> {
    use heck::ToSnakeCase as _;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_prefix('m').unwrap_or(stem);
    let digits: String = stem.chars().filter(char::is_ascii_digit).take(14).collect();
    let (date, time) = digits.split_at_checked(8)?;
    let rest = stem.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '-'));
    let id: MigrationId = format!("{date}_{time}_{}", rest.to_snake_case()).parse().ok()?;
    Some(format!("{id}.sql"))
}
