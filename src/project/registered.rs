//! Migrations in the application's `Migrator`: a module for each, and its line in the list. With `format = "seaorm"` and
//! `format = "rust"`.
//!
//! Must not know what a migration contains.

mod in_rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use sea_gen_runner::files::{read_text, read_text_if_there};
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::{Error, Result};

use crate::entity::migrator::{MigratorText, Unfit};

use super::{BASELINE, Batch, Format, LOCK_FILE, MigratorEdit, Project};

/// The macro of the runner that a registered module consists of.
const MACRO: &str = "sea_orm_migration!(";

/// The width of a line of code.
const WIDTH: usize = 100;

/// Whether the text of a module was written here.
pub(super) fn is_registered(module: &str) -> bool {
    module.contains(MACRO) || in_rust::is_written(module)
}

/// The `Migrator` of a project, and what of the lock is not in its list.
struct Registry {
    /// The file of the `Migrator`.
    path: PathBuf,
    before: String,
    text: MigratorText,
    /// The modules of the locked migrations, oldest first.
    wanted: Vec<String>,
    /// Listed modules of ours whose migrations are not in the lock.
    gone: BTreeSet<String>,
}

impl Project {
    /// Adds the lock file to a batch and, with `format = "seaorm"` or `"rust"`, what its migrations need in the application's
    /// `Migrator`. Call it when all the rest is there: it keeps the former texts of the snapshots' files too.
    ///
    /// # Errors
    /// The `Migrator` is not found, or its list cannot be extended.
    pub fn write_lock(&self, lock: &Lock, batch: &mut Batch) -> Result<()> {
        let mut migrator = None;
        if let Some(registry) = self.registry(lock, batch)? {
            for (path, text) in registry.changes(self, lock, batch)? {
                if let Some(after) = text.clone().filter(|_| path == registry.path) {
                    migrator = Some(MigratorEdit { path: path.clone(), before: registry.before.clone(), after });
                }
                match text {
                    Some(text) => batch.write(path, text),
                    None => batch.delete(path),
                }
            }
        }
        self.keep_former(lock, migrator, batch)?;
        batch.write(self.lock_path(), lock.text());
        Ok(())
    }

    /// Writes the modules of new migrations in this format, whatever the configuration says. Those that are there stay as they are.
    ///
    /// # Errors
    /// The project has no `Migrator` and the format needs one, or the other way round.
    pub fn write_as(&mut self, format: Format) -> Result<()> {
        let configured = self.config.format;
        if format.has_migrator() != configured.has_migrator() {
            let message = format!("`--format {}` does not go with `format = \"{}\"`", format.key(), configured.key());
            return Err(match configured {
                Format::Sql => Error::new(message)
                    .because("a module is part of a `Migrator`, and the project names none")
                    .hint(format!("set `format = \"{}\"` in the configuration", format.key())),
                Format::SeaOrm | Format::Rust => Error::new(message)
                    .because("the `Migrator` runs every migration, and would not know this one")
                    .hint("use `--format seaorm`, or `--format rust`"),
            });
        }
        self.config.format = format;
        Ok(())
    }

    /// How the `Migrator` differs from the lock, a sentence each; with `format = "seaorm"` or `"rust"`, where there are sources.
    ///
    /// # Errors
    /// The `Migrator` is not found, or its list cannot be extended.
    pub fn unregistered(&self, lock: &Lock) -> Result<Vec<String>> {
        if !self.config.format.has_migrator() || self.is_without_sources() {
            return Ok(Vec::new());
        }
        let Some(registry) = self.registry(lock, &Batch::new(&self.root))? else { return Ok(Vec::new()) };
        let shown = self.shown(&registry.path).display();
        let listed: Vec<&str> = registry.text.listed().collect();
        let is_missing = |name: &&String| !listed.contains(&name.as_str());
        let missing = registry
            .wanted
            .iter()
            .filter(is_missing)
            .map(|name| format!("`{shown}` does not list `{name}`: `gen lock`"));
        let gone =
            registry.gone.iter().map(|name| format!("`{shown}` lists `{name}`, which is no migration: `gen lock`"));
        let ours: Vec<&str> =
            listed.iter().copied().filter(|name| registry.wanted.iter().any(|wanted| wanted == name)).collect();
        let order = ours.windows(2).filter_map(|pair| match pair {
            [first, second] if first > second => {
                Some(format!("`{shown}` lists `{first}` before `{second}`: move its line behind that one"))
            }
            _ => None,
        });
        let mut found: Vec<String> = missing.chain(gone).chain(order).collect();
        found.extend(registry.edited(self, lock)?);
        if found.is_empty() {
            let changes = registry.changes(self, lock, &Batch::new(&self.root))?.into_keys();
            found.extend(
                changes.map(|path| format!("`{}` is not as `gen lock` writes it", self.shown(&path).display())),
            );
        }
        Ok(found)
    }

    /// Whether the `Migrator` has SeaORM's usual history: then it is kept in line with ours.
    ///
    /// # Errors
    /// The `Migrator` is not found or cannot be read.
    pub fn has_usual_history(&self) -> Result<bool> {
        Ok(!read_text(&self.migrator()?)?.contains("fn migration_table_name"))
    }

    /// The modules of migrations that somebody has changed: they are neither written again nor deleted.
    ///
    /// # Errors
    /// The `Migrator` is not found; a file cannot be read.
    pub fn edited_modules(&self, ids: &[MigrationId]) -> Result<Vec<PathBuf>> {
        if !self.config.format.has_migrator() || self.is_without_sources() {
            return Ok(Vec::new());
        }
        let migrator = self.migrator()?;
        let mut found = Vec::new();
        for id in ids {
            let path = beside(&migrator, &module(id.as_str()));
            if read_text_if_there(&path)?.is_some_and(|text| !is_as_written(&text, id.as_str())) {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn registry(&self, lock: &Lock, batch: &Batch) -> Result<Option<Registry>> {
        if !self.config.format.has_migrator() {
            return Ok(None);
        }
        let path = self.migrator()?;
        let before = read_text(&path)?;
        let mut wanted: Vec<String> = lock
            .dialects
            .values()
            .flat_map(|locked| &locked.migrations)
            .map(|locked| module(locked.id.as_str()))
            .collect();
        wanted.extend(self.listed_with_replaced(lock, batch)?);
        wanted.sort();
        wanted.dedup();
        let text = MigratorText::read(&before).map_err(|unfit| self.unfit(&path, &unfit))?;
        let mut gone = BTreeSet::new();
        for name in text.modules() {
            if !wanted.iter().any(|wanted| wanted == name) && is_ours(&path, name)? {
                gone.insert(name.to_owned());
            }
        }
        Ok(Some(Registry { path, before, text, wanted, gone }))
    }

    /// The modules of squashed migrations whose files are kept: SeaORM stops at the row of a migration that is not in the list. They
    /// do nothing where the squashed one counts. With `format = "rust"` SeaORM would run them, so there they are not listed.
    fn listed_with_replaced(&self, lock: &Lock, batch: &Batch) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for product in lock.dialects.keys().filter(|_| self.config.format == Format::SeaOrm) {
            for line in lock.replaced(*product) {
                let path = self.replaced_path(*product, &line.id);
                let is_kept = match batch.content(&path) {
                    Some(content) => content.is_some(),
                    None => path.is_file(),
                };
                found.extend(is_kept.then(|| module(line.id.as_str())));
            }
        }
        Ok(found)
    }

    fn unfit(&self, path: &Path, unfit: &Unfit) -> Error {
        let error =
            Error::new(format!("no migration can be added to the `Migrator` in `{}`", self.shown(path).display()))
                .because(unfit.to_string());
        match unfit {
            Unfit::Syntax(..) if has_conflict(path) => error.hint(format!(
                "two branches have changed it: keep one side, `git checkout --ours {}`; the list is written from the lock",
                self.shown(path).display()
            )),
            Unfit::Syntax(..) => error.hint("correct it: `cargo check` shows the place"),
            Unfit::NoMigrator => error.hint("name the file that has it: `migrator = \"migration/src/lib.rs\"`"),
            Unfit::Several => error.hint("move all but one into other files"),
            Unfit::NoList | Unfit::Edited => error.hint(
                "let the function end with the list, an entry on each line: `vec![\n    Box::new(m20220101_000001_create_user::Migration),\n]`",
            ),
            Unfit::OtherStatic => error.hint("rename it: the modules of the migrations refer to `super::MIGRATIONS`"),
        }
    }

    /// The file of the `Migrator`: the configured one, or the only one.
    fn migrator(&self) -> Result<PathBuf> {
        if let Some(path) = &self.config.migrator {
            let path = self.root.join(path);
            return match path.is_file() {
                true => Ok(path),
                false => Err(Error::new(format!(
                    "`migrator` of the configuration names `{}`, which is no file",
                    self.shown(&path).display()
                ))
                .hint("name the file of the `Migrator`: `migrator = \"migration/src/lib.rs\"`")),
            };
        }
        let found = self.migrators()?;
        match found.as_slice() {
            [only] if only.starts_with(&self.root) => Ok(only.clone()),
            [] => Err(Error::new(format!(
                "`format = \"{}\"`, and no file implements `MigratorTrait`",
                self.config.format.key()
            ))
            .hint("`sea-orm-cli migrate init` writes a package with one")
            .hint("if a macro or another trait makes it, leave `format` out")),
            [outside] => {
                Err(Error::new(format!("the `Migrator` is outside of the project, in `{}`", outside.display()))
                    .hint("let the project begin in a folder above both: move `gen.toml` and the files of `gen` there"))
            }
            several => {
                let shown: Vec<String> = several.iter().map(|path| self.shown(path).display().to_string()).collect();
                Err(Error::new(format!("there are several migrators: {}", shown.join(", ")))
                    .hint(format!("name one: `migrator = \"{}\"`", shown.first().map_or("", String::as_str))))
            }
        }
    }

    /// The arguments of `embed!` in the package of the `Migrator`; empty for the usual ones.
    fn embedded(&self, migrator: &Path) -> String {
        let package = migrator.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file());
        let package = package.or_else(|| migrator.parent()).unwrap_or(&self.root);
        let from_package = |path: &Path| slashes(&relative(package, &self.root.join(path)));
        let (folder, lock) = (from_package(&self.config.migrations), from_package(&self.config.lock));
        match (folder.as_str(), lock.as_str()) {
            ("migrations", LOCK_FILE) => String::new(),
            _ => format!("{folder:?}, {lock:?}"),
        }
    }
}

impl Registry {
    /// The files to be written, and those to be deleted. Migrations are read from the batch, or from their files.
    fn changes(&self, project: &Project, lock: &Lock, batch: &Batch) -> Result<BTreeMap<PathBuf, Option<String>>> {
        let mut changes = BTreeMap::new();
        for name in &self.gone {
            let (path, id) = (beside(&self.path, name), name.strip_prefix('m').unwrap_or(name));
            let text = read_text_if_there(&path)?;
            // A module to which somebody added something stays.
            if text.is_some_and(|text| is_as_written(&text, id)) {
                changes.insert(path, None);
            }
        }
        for name in &self.wanted {
            let path = beside(&self.path, name);
            let folder = path.with_extension("").join("mod.rs");
            let (before, is_folder) = (read_text_if_there(&path)?, read_text_if_there(&folder)?.is_some());
            let id = name.strip_prefix('m').unwrap_or(name);
            let is_stale = before.as_ref().is_some_and(|text| in_rust::is_stale(text, lock, id));
            if before.is_none() && !is_folder || is_stale {
                let stands = self.stands_for_others(id, lock)?;
                let in_rust = match !stands && (is_stale || project.config.format == Format::Rust) {
                    true => in_rust::text(project, lock, batch, id)?,
                    false => None,
                };
                changes.insert(path, Some(in_rust.unwrap_or_else(|| module_text(id, stands))));
            }
        }
        let after = self.text.with(&self.wanted, &self.gone, &project.embedded(&self.path));
        let after = after.map_err(|unfit| project.unfit(&self.path, &unfit))?;
        if after != self.before {
            changes.insert(self.path.clone(), Some(after));
        }
        Ok(changes)
    }

    /// Modules in Rust that somebody changed, and whose migrations were changed later, a sentence each.
    fn edited(&self, project: &Project, lock: &Lock) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for name in &self.wanted {
            let path = beside(&self.path, name);
            let id = name.strip_prefix('m').unwrap_or(name);
            if read_text_if_there(&path)?.is_some_and(|text| in_rust::is_left_behind(&text, lock, id)) {
                found.push(format!(
                    "`{}` was changed by hand, and its SQL file later: change it accordingly and delete its first line, or delete it and `gen lock`",
                    project.shown(&path).display()
                ));
            }
        }
        Ok(found)
    }

    /// Whether a migration is the baseline of a database that migrations of the application itself have made: those in the list that
    /// are not newer.
    fn stands_for_others(&self, id: &str, lock: &Lock) -> Result<bool> {
        let mut baselines = lock.dialects.values().filter_map(|locked| locked.migrations.first());
        if !baselines.any(|first| first.id.as_str() == id && first.id.name() == BASELINE) {
            return Ok(false);
        }
        for entry in self.text.entries() {
            let is_older = match entry {
                Some(name) => name < module(id).as_str() && !is_ours(&self.path, name)?,
                None => true,
            };
            if is_older {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether git has left conflict markers in a file.
fn has_conflict(path: &Path) -> bool {
    read_text(path).is_ok_and(|text| text.lines().any(|line| line.starts_with("<<<<<<< ")))
}

/// Whether nobody has changed the module of a migration since it was written.
fn is_as_written(text: &str, id: &str) -> bool {
    [true, false].iter().any(|stands| *text == module_text(id, *stands)) || in_rust::is_as_written(text)
}

/// Whether `gen` wrote a module.
fn is_ours(migrator: &Path, name: &str) -> Result<bool> {
    Ok(read_text_if_there(&beside(migrator, name))?.is_some_and(|text| is_registered(&text)))
}

/// The name of a migration's module.
fn module(id: &str) -> String {
    format!("m{id}")
}

/// Where Rust looks for a module of the file.
fn beside(migrator: &Path, module: &str) -> PathBuf {
    let is_root = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| migrator.ends_with(name));
    let folder = if is_root { migrator.with_file_name("") } else { migrator.with_extension("") };
    folder.join(format!("{module}.rs"))
}

fn module_text(id: &str, stands_for_others: bool) -> String {
    let about = match stands_for_others {
        true => "the migrations before it have made its schema, so it is recorded here and not executed.",
        false => "`gen` wrote it, and its SQL file is what runs.",
    };
    let argument = if stands_for_others { format!("baseline {id:?}") } else { format!("{id:?}") };
    let line = format!("sea_gen_runner::{MACRO}super::MIGRATIONS, {argument});");
    let call = match line.len() > WIDTH {
        true => format!("sea_gen_runner::{MACRO}\n    super::MIGRATIONS,\n    {argument}\n);"),
        false => line,
    };
    format!("//! The migration `{id}`: {about}\n\n{call}\n")
}

/// The way from a folder to a path; both are absolute.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(left, right)| left == right).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_a_folder() {
        for (from, to, expected) in [
            ("/shop/migration", "/shop/migrations", "../migrations"),
            ("/shop", "/shop/migrations", "migrations"),
            ("/shop/crates/migration", "/shop/migration/sql", "../../migration/sql"),
            ("/shop/migration", "/shop/migration/sql", "sql"),
        ] {
            assert_eq!(slashes(&relative(Path::new(from), Path::new(to))), expected, "{from}");
        }
    }

    #[test]
    fn a_module_is_formatted() {
        assert_eq!(
            module_text("20261128_101500_add_email", false),
            "//! The migration `20261128_101500_add_email`: `gen` wrote it, and its SQL file is what runs.\n\n\
             sea_gen_runner::sea_orm_migration!(super::MIGRATIONS, \"20261128_101500_add_email\");\n"
        );
        let long = module_text("20261128_101500_add_email_and_telephone_of_customers", true);
        assert!(long.ends_with(
            "!(\n    super::MIGRATIONS,\n    baseline \"20261128_101500_add_email_and_telephone_of_customers\"\n);\n"
        ));
    }
}
