//! SQL files beside the migrations that the lock seals too: repeatable files, and hooks.
//!
//! Must not know when they are run.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::files::{entries, read_text};
use crate::migration::{self, Statement};
use crate::{Product, Role};

/// The folder of the files that are run again when they changed, below the folder of a product's migrations.
pub const REPEATABLE: &str = "repeatable";

/// The folder of hooks, below the folder of all migrations.
pub const HOOKS: &str = "hooks";

/// An SQL file beside the migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlFile {
    /// Its folder and its name: `repeatable/active_users.sql`. The history and the lock know it by that.
    pub path: String,
    /// The product it is written for.
    pub product: Product,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// The paths of the files that its header says it needs: they are run before it.
    pub needs: Vec<String>,
    /// SHA-256 of what it does; comments, line endings and white space between words do not count.
    pub checksum: String,
}

impl SqlFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// It cannot be cut into statements without guessing, with the line; it calls a function of the program.
    pub fn parse(path: &str, product: Product, text: &str) -> Result<Self> {
        let statements = migration::statements(product, text)?;
        if let Some(statement) = statements.iter().find(|it| matches!(it.role, Role::Rust { .. })) {
            let line = statement.line.0.unwrap_or_default();
            return Err(Error::new(format!("line {line}: only a migration calls functions of the program"))
                .hint("write a migration for it: `gen migration --empty <Name>`"));
        }
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let needs = needs(text).map(|name| format!("{folder}/{name}")).collect();
        let checksum = migration::checksum(product, &statements);
        Ok(Self { path: path.to_owned(), product, statements, needs, checksum })
    }

    /// Its name, without the folder.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// The file names of the lines `-- needs: other.sql, another.sql` above the first statement.
fn needs(text: &str) -> impl Iterator<Item = &str> {
    let header = text.lines().take_while(|line| line.trim().is_empty() || line.starts_with("--"));
    let named = header.filter_map(|line| line.strip_prefix("--")?.trim().strip_prefix("needs:"));
    named.flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty())
}

/// The repeatable files of a product, by name; `folder` has its migrations. Messages name files as they are called from `root`.
///
/// # Errors
/// A file that cannot be read, with its path; one that needs a file that does not exist; two names that differ only in upper and lower
/// case.
pub fn repeatable(folder: &Path, root: &Path, product: Product) -> Result<Vec<SqlFile>> {
    let mut found = Vec::new();
    let folder = folder.join(REPEATABLE);
    for entry in entries(&folder)? {
        let name = entry.name().to_string_lossy().into_owned();
        if name.starts_with('.') || !name.to_lowercase().ends_with(".sql") || entry.is_folder() {
            continue;
        }
        let shown = entry.path.strip_prefix(root).unwrap_or(&entry.path).display().to_string();
        let file = SqlFile::parse(&format!("{REPEATABLE}/{name}"), product, &read_text(&entry.path)?);
        found.push(file.map_err(|error| in_file(&shown, &error))?);
    }
    refuse_unknown_needs(&found)?;
    refuse_same_names(&found)?;
    Ok(found)
}

/// Refuses names that differ only in upper and lower case: the history of MySQL and MariaDB takes them for one.
///
/// # Errors
/// The first two of them.
pub(crate) fn refuse_same_names(files: &[SqlFile]) -> Result<()> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for SqlFile { path, .. } in files {
        if let Some(other) = names.insert(path.to_lowercase(), path) {
            return Err(Error::new(format!("`{other}` and `{path}` differ only in upper and lower case"))
                .of(ErrorKind::Refused)
                .hint("rename one of them"));
        }
    }
    Ok(())
}

/// The error of a file, with its path.
pub(crate) fn in_file(shown: &str, error: &Error) -> Error {
    error.hints().iter().fold(Error::new(format!("`{shown}`: {error}")), Error::hint)
}

/// Refuses a header that names a file which does not exist.
///
/// # Errors
/// The first of them.
pub(crate) fn refuse_unknown_needs(files: &[SqlFile]) -> Result<()> {
    let is_there = |path: &String| files.iter().any(|file| file.path == *path);
    let unknown = files.iter().find_map(|file| Some((file, file.needs.iter().find(|path| !is_there(path))?)));
    match unknown {
        None => Ok(()),
        Some((file, needed)) => Err(Error::new(format!("`{}` needs `{needed}`, which does not exist", file.path))
            .of(ErrorKind::Missing)
            .hint("correct the line `-- needs: …`, or remove it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SqlFile> {
        SqlFile::parse("repeatable/v.sql", Product::Postgres, text)
    }

    #[test]
    fn comments_and_line_endings_do_not_count() {
        let one =
            parse("-- needs: a.sql, b.sql\n-- who\nCREATE OR REPLACE VIEW v AS\n  SELECT 1;\nSELECT 2\n").unwrap();
        let other = parse("CREATE OR REPLACE VIEW v AS\r\n SELECT 1; -- why\r\nSELECT 2;\r\n").unwrap();
        assert_eq!(one.statements.len(), 2);
        assert_eq!(one.checksum, other.checksum);
        assert_eq!((one.needs, other.needs), (vec!["repeatable/a.sql".into(), "repeatable/b.sql".into()], vec![]));
        assert_ne!(one.checksum, parse("CREATE OR REPLACE VIEW v AS SELECT 2; SELECT 2").unwrap().checksum);
    }

    #[test]
    fn sections_and_functions_of_the_program_belong_into_migrations() {
        for (text, said) in [
            ("-- UP\nSELECT 1;\n", "line 1: `-- UP` belongs into a migration"),
            ("SELECT 1;\n-- DOWN\nSELECT 2;\n", "line 2: `-- DOWN` belongs into a migration"),
            ("-- gen: rust fill\n", "line 1: only a migration calls functions of the program"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.to_string(), said);
            assert!(!error.hints().is_empty());
        }
    }

    #[test]
    fn names_that_a_database_takes_for_one_are_refused() {
        let file = |name: &str| SqlFile::parse(&format!("repeatable/{name}"), Product::MariaDb, "SELECT 1").unwrap();
        assert!(refuse_same_names(&[file("view.sql"), file("views.sql")]).is_ok());
        let error = refuse_same_names(&[file("View.sql"), file("other.sql"), file("view.sql")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`repeatable/View.sql` and `repeatable/view.sql` differ only in upper and lower case"
        );
    }

    #[test]
    fn what_does_not_exist_cannot_be_needed() {
        let error = refuse_unknown_needs(&[parse("-- needs: w.sql\nSELECT 1").unwrap()]).unwrap_err();
        assert_eq!(error.to_string(), "`repeatable/v.sql` needs `repeatable/w.sql`, which does not exist");
    }
}
