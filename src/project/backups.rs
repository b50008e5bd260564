//! Files of backups: readable by their owner only, there as a whole or not at all, and recognised by what they begin with.
//!
//! Must not know how a database is copied.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sea_gen_runner::files::cannot;
use sea_gen_runner::{Error, Result};
use tempfile::NamedTempFile;

use crate::schema::Product;

use super::make_folder;

/// The folder of backups, from the project's root.
pub const BACKUPS: &str = ".gen/backups";

/// A backup that is being written. It is removed unless it is [kept](UnfinishedBackup::keep).
pub struct UnfinishedBackup {
    file: NamedTempFile,
    path: PathBuf,
}

impl UnfinishedBackup {
    /// An empty file in a folder, which is made if it does not exist. The name has a label, of the environment and the
    /// database, and the time.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn begin(folder: &Path, label: &str, product: Product) -> Result<Self> {
        make_folder(folder)?;
        keep_out_of_git(folder)?;
        let plain = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { '_' };
        let name: String = label.chars().map(plain).collect();
        let time = jiff::Timestamp::now().strftime("%Y%m%d_%H%M%S");
        let path = folder.join(format!("{name}_{time}.{}", extension(product)));
        let file = tempfile::Builder::new().prefix(".backup-").tempfile_in(folder);
        Ok(Self { file: file.map_err(|error| cannot("write to", folder, error))?, path })
    }

    /// Where the backup is written.
    pub fn place(&self) -> &Path {
        self.file.path()
    }

    /// Gives the backup its name. Returns its path and its size in bytes.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn keep(self) -> Result<(PathBuf, u64)> {
        let Self { file, path } = self;
        // A program may have put another file in its place.
        let written = open(file.path())?;
        let size = written.metadata().map_err(|error| cannot("read", file.path(), error))?.len();
        written.sync_all().map_err(|error| cannot("write", file.path(), error))?;
        let path = persisted(file, &path)?;
        sync_folder_of(&path)?;
        Ok((path, size))
    }
}

/// Gives a file its name, with a number if another runner has made a backup in the same second.
fn persisted(mut file: NamedTempFile, path: &Path) -> Result<PathBuf> {
    let numbered = |number: usize| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let end = path.extension().unwrap_or_default().to_string_lossy();
        path.with_file_name(format!("{stem}_{number}.{end}"))
    };
    let mut wanted = path.to_owned();
    for number in 2.. {
        match file.persist_noclobber(&wanted) {
            Ok(_) => break,
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(cannot("write", &wanted, error.error)),
        }
        wanted = numbered(number);
    }
    Ok(wanted)
}

/// Backups have the rows of the database, so those in the folder of this program are not for a repository.
fn keep_out_of_git(folder: &Path) -> Result<()> {
    let own = Path::new(BACKUPS).parent().unwrap_or(Path::new(""));
    let Some(parent) = folder.parent().filter(|parent| parent.ends_with(own)) else { return Ok(()) };
    let path = parent.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    std::fs::write(&path, "*\n").map_err(|error| cannot("write", &path, error))
}

/// Makes a new name in a folder survive a power failure.
fn sync_folder_of(path: &Path) -> Result<()> {
    // On other systems a folder cannot be opened, and renaming is durable by itself.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        open(folder)?.sync_all().map_err(|error| cannot("write to", folder, error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn extension(product: Product) -> &'static str {
    match product {
        Product::Postgres => "dump",
        Product::MySql | Product::MariaDb => "sql",
        Product::Sqlite => "sqlite",
    }
}

/// A temporary file that only its owner reads. It is removed with the value.
pub struct PrivateFile(NamedTempFile);

impl PrivateFile {
    /// A file with this text.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn with(text: &str) -> Result<Self> {
        let file = NamedTempFile::new().and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file));
        file.map(Self).map_err(|error| cannot("write to", &std::env::temp_dir(), error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The product of which a file is a backup, by what it begins with. MySQL and MariaDB write the same.
///
/// # Errors
/// The file cannot be read, or is no backup.
pub fn product_of(path: &Path) -> Result<Product> {
    let mut beginning = Vec::new();
    let read = open(path)?.take(64).read_to_end(&mut beginning);
    read.map_err(|error| cannot("read", path, error))?;
    if beginning.starts_with(b"PGDMP") {
        return Ok(Product::Postgres);
    }
    if beginning.starts_with(b"SQLite format 3\0") {
        return Ok(Product::Sqlite);
    }
    let is_script = [&b"-- MariaDB dump"[..], b"-- MySQL dump", b"/*M!999999"];
    if is_script.iter().any(|words| beginning.starts_with(words)) {
        return Ok(Product::MySql);
    }
    Err(Error::new(format!("`{}` is no backup", path.display()))
        .hint("a backup is a file of `gen up --backup`, `pg_dump -Fc`, `mysqldump`, or an SQLite database"))
}

/// Opens a backup for reading.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| cannot("read", path, error))
}

/// The file that takes the place of a database's file. It is removed unless it is [put there](Replacement::put).
pub struct Replacement {
    new: NamedTempFile,
    path: PathBuf,
}

impl Replacement {
    /// An empty file beside the other one; a link is followed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn begin(path: &Path) -> Result<Self> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        make_folder(folder)?;
        let new = tempfile::Builder::new().prefix(".restore-").tempfile_in(folder);
        let new = new.map_err(|error| cannot("write to", folder, error))?;
        Ok(Self { new, path })
    }

    /// Where the new file is written.
    pub fn place(&self) -> &Path {
        self.new.path()
    }

    /// Puts the new file in place of the other one, with its permissions. That one is kept beside it; returns where it is now.
    ///
    /// # Errors
    /// A file cannot be written; then the other one is where it was.
    pub fn put(self) -> Result<Option<PathBuf>> {
        let Self { new, path } = self;
        let is_there = path.exists();
        if is_there {
            take_permissions(&path, new.path())?;
        }
        open(new.path())?.sync_all().map_err(|error| cannot("write", new.path(), error))?;
        let former = is_there.then(|| free_beside(&path));
        // What SQLite has not written into the database itself yet would be taken for a part of the new one.
        let beside = former.iter().flat_map(|former| ENDS.map(|end| (with_end(&path, end), with_end(former, end))));
        let mut moved = Vec::new();
        let move_away = || -> Result<()> {
            for (from, to) in beside.filter(|(from, _)| from.exists()) {
                std::fs::rename(&from, &to).map_err(|error| cannot("rename", &from, error))?;
                moved.push((from, to));
            }
            Ok(())
        };
        let done = move_away().and_then(|()| match new.persist(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(cannot("write", &path, error.error)),
        });
        if let Err(error) = done {
            for (from, to) in moved {
                let _ = std::fs::rename(to, from);
            }
            return Err(error);
        }
        sync_folder_of(&path)?;
        Ok(former)
    }
}

/// The ends of the files of one SQLite database.
const ENDS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A name beside a file that no file has: with the time, and with a number if that second has one already.
fn free_beside(path: &Path) -> PathBuf {
    let time = jiff::Timestamp::now().strftime("%Y%m%d_%H%M%S");
    let first = with_end(path, &format!(".replaced_{time}"));
    let others = (2_u32..).map(|number| with_end(&first, &format!("_{number}")));
    let is_free = |name: &PathBuf| ENDS.iter().all(|end| !with_end(name, end).exists());
    std::iter::once(first.clone()).chain(others).find(is_free).unwrap_or(first)
}

/// Gives a file the mode of another one, and its owner where this user may.
fn take_permissions(of: &Path, file: &Path) -> Result<()> {
    let metadata = std::fs::metadata(of).map_err(|error| cannot("read", of, error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let _ = chown(file, Some(metadata.uid()), Some(metadata.gid()));
    }
    std::fs::set_permissions(file, metadata.permissions()).map_err(|error| cannot("write", file, error))
}

/// A path with something behind its name.
fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.db");
        std::fs::write(&path, "0").unwrap();
        let replace = |text: &str| {
            let replacement = Replacement::begin(&path).unwrap();
            std::fs::write(replacement.place(), text).unwrap();
            replacement.put().unwrap().unwrap()
        };
        let kept: Vec<PathBuf> = ["1", "2", "3"].map(replace).to_vec();
        let texts: Vec<String> = kept.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert_eq!(texts, ["0", "1", "2"], "{kept:?}");
        // What lies beside such a file is a part of it.
        let other = free_beside(&path);
        std::fs::write(with_end(&other, "-wal"), "").unwrap();
        assert_ne!(free_beside(&path), other);
    }
}
