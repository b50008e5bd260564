//! Reading a folder of migrations.
//!
//! Must not know what the migrations do.

use std::path::{Path, PathBuf};

use crate::Product;
use crate::error::{Error, Result};
use crate::files::{entries, read_beginning, read_text};

use super::parse::{has_heading, heading, parse};
use super::{Heading, Migration, MigrationId};

/// The migrations of a folder, in the order in which they are applied. Files that are not `*.sql` are not migrations. Messages
/// name files as they are called from `root`.
///
/// # Errors
/// A file that cannot be read, with its path.
pub fn migrations(folder: &Path, root: &Path, product: Product) -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    for path in files(folder)? {
        let text = |path: &Path| read_text(path);
        migrations.push(read(shown(&path, root), &path, product, text, parse)?);
    }
    migrations.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(migrations)
}

/// The headers of the migrations of a folder, in the order in which they are applied. Their
/// statements are not read.
///
/// # Errors
/// A file that cannot be read, with its path.
pub fn headings(folder: &Path, root: &Path, product: Product) -> Result<Vec<Heading>> {
    let mut headings = Vec::new();
    for path in files(folder)? {
        let text = |path: &Path| read_beginning(path, has_heading);
        headings.push(read(shown(&path, root), &path, product, text, heading)?);
    }
    headings.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(headings)
}

/// The ids of the migrations of a folder, by the names of their files alone.
///
/// # Errors
/// A folder that cannot be read, or a file that is not named as a migration.
pub fn ids(folder: &Path, root: &Path) -> Result<Vec<MigrationId>> {
    files(folder)?.iter().map(|path| id(shown(path, root), path)).collect()
}

/// The path as people see it: from the root.
fn shown<'a>(path: &'a Path, root: &Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
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
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.strip_prefix('m').unwrap_or(stem);
    let digits: String = stem.chars().filter(char::is_ascii_digit).take(14).collect();
    let (date, time) = digits.split_at_checked(8)?;
    let rest = stem.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '-'));
    let id: MigrationId = format!("{date}_{time}_{}", snake_case(rest)).parse().ok()?;
    Some(format!("{id}.sql"))
}

/// A name in snake case: words in lower case, one `_` between two of them.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    for letter in name.chars() {
        match letter {
            _ if !letter.is_ascii_alphanumeric() => snake.push('_'),
            'A'..='Z' if before.is_ascii_lowercase() || before.is_ascii_digit() => {
                snake.extend(['_', letter.to_ascii_lowercase()]);
            }
            _ => snake.push(letter.to_ascii_lowercase()),
        }
        before = letter;
    }
    snake.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}
