//! What happens on disk: all or nothing, nothing for nothing, and every bad input with its message.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sea_gen::dialect::{Product, Statement};
use sea_gen::error::{Error, Result};
use sea_gen::project::{Batch, Config, Fate, Lock, Locked, Project, Snapshot};
use sea_gen::schema::{
    Check, Column, Expression, Facet, Name, ObjectName, Options, Origin, Part, Place, Schema, Table, Type, Undeclared,
};
use sea_gen::write::{self, Migration};

/// A folder that is a repository, so that nothing above it is looked at.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn put(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Everything below a folder: files with their content, folders with nothing.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(tree(&path));
            found.insert(path, None);
        } else {
            let content = fs::read(&path).unwrap_or_default();
            found.insert(path, Some(String::from_utf8_lossy(&content).into_owned()));
        }
    }
    found
}

/// The whole error with the folder's name left out.
fn said(root: &Path, error: &Error) -> String {
    let real = root.canonicalize().unwrap();
    let mut text = format!("{error}\n{}", error.hints().join("\n"));
    for root in [real.as_path(), root] {
        text = text.replace(&root.display().to_string(), "ROOT");
    }
    text
}

fn refusal<T: std::fmt::Debug>(root: &Path, result: Result<T>) -> String {
    said(root, &result.unwrap_err())
}

mod batch {
    use super::*;

    fn before(root: &Path) -> Batch {
        put(root, "kept.txt", "kept");
        put(root, "old.txt", "old");
        put(root, "changed.txt", "before");
        let mut batch = Batch::new(root);
        batch.write("changed.txt", "after");
        batch.write("kept.txt", "kept");
        batch.write("new/deep/er.txt", "new");
        batch.delete("old.txt");
        batch.delete("never.txt");
        batch
    }

    #[test]
    fn everything_is_written() {
        let root = folder();
        let done = before(root.path()).commit().unwrap();
        let at = |path: &str| root.path().join(path);
        assert_eq!(
            done,
            [
                (at("changed.txt"), Fate::Changed),
                (at("new/deep/er.txt"), Fate::Created),
                (at("old.txt"), Fate::Deleted)
            ]
        );
        let tree = tree(root.path());
        let content = |path: &str| tree.get(&at(path)).cloned().flatten();
        assert_eq!(content("changed.txt").unwrap(), "after");
        assert_eq!(content("new/deep/er.txt").unwrap(), "new");
        assert_eq!(content("old.txt"), None);
        assert_eq!(tree.len(), 6, "nothing temporary is left: {tree:?}");
    }

    #[test]
    fn what_is_only_staged_changes_nothing() {
        let root = folder();
        let batch = before(root.path());
        let was = tree(root.path());
        let staged = batch.stage().unwrap();
        assert_ne!(tree(root.path()), was);
        drop(staged);
        assert_eq!(tree(root.path()), was);
    }

    #[test]
    fn a_folder_in_the_way_changes_nothing() {
        let root = folder();
        let mut batch = before(root.path());
        fs::create_dir(root.path().join("there")).unwrap();
        batch.write("there", "x");
        let was = tree(root.path());
        assert_eq!(
            refusal(root.path(), batch.commit()),
            "cannot write `ROOT/there`\na folder has that name: rename or remove it"
        );
        assert_eq!(tree(root.path()), was);
    }

    #[test]
    fn a_file_in_place_of_a_folder_changes_nothing() {
        let root = folder();
        let mut batch = before(root.path());
        batch.write("kept.txt/x.txt", "x");
        let was = tree(root.path());
        assert_eq!(
            refusal(root.path(), batch.commit()),
            "cannot write `ROOT/kept.txt/x.txt`\npart of `ROOT/kept.txt` is a file: rename or remove it"
        );
        assert_eq!(tree(root.path()), was);
    }

    #[test]
    fn what_gets_in_the_way_later_is_undone() {
        for blocked in ["z.txt", "old.txt"] {
            let root = folder();
            let mut batch = before(root.path());
            batch.write("z.txt", "z");
            let staged = batch.stage().unwrap();
            let path = root.path().join(blocked);
            let _ = fs::remove_file(&path);
            fs::create_dir(&path).unwrap();
            let error = refusal(root.path(), staged.commit());
            assert!(error.starts_with(&format!("cannot write `ROOT/{blocked}`\n")), "{error}");
            assert!(error.ends_with("\nevery file is as it was"), "{error}");
            fs::remove_dir(&path).unwrap();
            let tree = tree(root.path());
            assert_eq!(tree.get(&root.path().join("changed.txt")).cloned().flatten().unwrap(), "before");
            assert!(tree.keys().all(|path| !path.ends_with("new") && !path.ends_with("er.txt")), "{tree:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_changes_nothing() {
        // A limit on the size of files is what a full disk is to a program, and needs no disk. The limit is for a whole
        // process, so this test runs once more in one of its own.
        const INSIDE: &str = "SEA_GEN_TEST_FULL_DISK";
        if let Ok(root) = std::env::var(INSIDE) {
            let root = Path::new(&root);
            let mut batch = before(root);
            batch.write("large.txt", vec![b'x'; 10_000]);
            let was = tree(root);
            let error = refusal(root, batch.commit());
            assert_eq!(error, "cannot write `ROOT/large.txt`\nmake room on the disk: `df -h ROOT`");
            assert_eq!(tree(root), was);
            return;
        }
        let root = folder();
        let output = std::process::Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["files::batch::a_full_disk_changes_nothing", "--exact", "--test-threads=1"])
            .env(INSIDE, root.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_that_cannot_be_written_to_changes_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = folder();
        let mut batch = before(root.path());
        let locked = root.path().join("locked");
        fs::create_dir(&locked).unwrap();
        batch.write("locked/x.txt", "x");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        let was = tree(root.path());
        if fs::write(locked.join("probe"), "").is_ok() {
            // Nothing is closed to root, except what the kernel itself keeps.
            let mut batch = Batch::new("/proc");
            batch.write("sea_gen/x.txt", "x");
            let error = batch.commit().unwrap_err();
            assert_eq!(error.to_string(), "cannot write `/proc/sea_gen/x.txt`");
            return;
        }
        assert_eq!(refusal(root.path(), batch.commit()), "cannot write `ROOT/locked/x.txt`\n`chmod u+w ROOT/locked`");
        assert_eq!(tree(root.path()), was);
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn nothing_is_written_outside() {
        let (root, other) = (folder(), folder());
        put(other.path(), "victim.txt", "x");
        let mut paths = vec!["../x.txt".to_owned(), other.path().join("x.txt").display().to_string(), String::new()];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(other.path(), root.path().join("link")).unwrap();
            std::os::unix::fs::symlink(other.path().join("victim.txt"), root.path().join("file")).unwrap();
            paths.extend(["link/x.txt".to_owned(), "link/new/x.txt".to_owned(), "file".to_owned()]);
        }
        let was = (tree(root.path()), tree(other.path()));
        for path in paths {
            let mut batch = Batch::new(root.path());
            batch.write("fine.txt", "fine");
            batch.write(&path, "x");
            let error = batch.commit().unwrap_err().to_string();
            assert!(error.contains("is outside of the project"), "{path}: {error}");
            assert_eq!((tree(root.path()), tree(other.path())), was);
        }
    }

    #[test]
    #[cfg(unix)]
    fn links_that_stay_inside_are_followed() {
        let root = folder();
        put(root.path(), "real/a.txt", "a");
        std::os::unix::fs::symlink("real", root.path().join("link")).unwrap();
        std::os::unix::fs::symlink("real/a.txt", root.path().join("b.txt")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("dangling")).unwrap();
        let mut batch = Batch::new(root.path());
        batch.write("link/c.txt", "c");
        batch.write("b.txt", "b");
        batch.commit().unwrap();
        assert_eq!(fs::read_to_string(root.path().join("real/a.txt")).unwrap(), "b");
        assert_eq!(fs::read_to_string(root.path().join("real/c.txt")).unwrap(), "c");
        assert!(root.path().join("b.txt").is_symlink());

        let mut batch = Batch::new(root.path());
        batch.write("dangling", "x");
        assert_eq!(
            batch.commit().unwrap_err().to_string(),
            format!("cannot follow the link `{}`", root.path().join("dangling").display())
        );
        let mut batch = Batch::new(root.path());
        batch.delete("b.txt");
        batch.commit().unwrap();
        assert!(!root.path().join("b.txt").exists() && root.path().join("real/a.txt").exists());
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_any_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = folder();
        put(root.path(), "script", "x");
        put(root.path(), "plain", "x");
        let mode = |path: &str| fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(root.path().join("script"), fs::Permissions::from_mode(0o750)).unwrap();
        let mut batch = Batch::new(root.path());
        batch.write("script", "y");
        batch.write("new", "y");
        batch.commit().unwrap();
        assert_eq!((mode("script"), mode("new")), (0o750, mode("plain")));
    }

    #[test]
    fn a_name_that_only_changes_case_survives() {
        let root = folder();
        put(root.path(), "User.json", "old");
        let mut batch = Batch::new(root.path());
        batch.write("user.json", "new");
        batch.delete("User.json");
        let fates: Vec<Fate> = batch.commit().unwrap().into_iter().map(|(_, fate)| fate).collect();
        assert_eq!(fates, [Fate::Deleted, Fate::Created], "deleted first, in case both are one file");
        assert_eq!(fs::read_to_string(root.path().join("user.json")).unwrap(), "new");
    }
}

mod snapshots {
    use super::*;

    fn table(name: &str, check: Expression) -> Table {
        let mut table = Table::new(ObjectName::local(name));
        for name in ["id", "email"] {
            let column = Column::new(name, Type::Native("text".to_owned()));
            table.columns.insert(column.name.clone(), column);
        }
        let name = Name::new("positive");
        table.checks.insert(name.clone(), Check { name, expression: check, options: Options::new() });
        table
    }

    fn snapshot(check: Expression) -> Snapshot {
        let mut schema = Schema::default();
        for name in ["order", "user"] {
            schema.tables.insert(ObjectName::local(name), table(name, check.clone()));
        }
        let user = ObjectName::local("user");
        let origins = [
            (Place::Table(user.clone(), Part::Column(Name::new("email"), Facet::Default)), Origin::Adopted),
            (Place::Table(user, Part::Check(Name::new("positive"))), Origin::Sidecar),
        ];
        Snapshot { schema, origins: origins.into_iter().collect() }
    }

    fn save(root: &Path, snapshot: &Snapshot, before: Option<&Snapshot>) -> Vec<(String, Fate)> {
        let mut batch = Batch::new(root);
        let folder = root.join("snapshots");
        snapshot.write(&folder, before, &mut batch).unwrap();
        let done = batch.commit().unwrap();
        done.into_iter().map(|(path, fate)| (path.strip_prefix(&folder).unwrap().display().to_string(), fate)).collect()
    }

    #[test]
    fn one_file_an_object_that_reads_well() {
        let root = folder();
        let saved = save(root.path(), &snapshot(Expression::new("id > 0")), None);
        assert_eq!(
            saved,
            [("tables/order.json".to_owned(), Fate::Created), ("tables/user.json".to_owned(), Fate::Created)]
        );
        let expected = r#"{
  "checks": [
    {
      "expression": "id > 0",
      "name": "positive"
    }
  ],
  "columns": [
    {
      "name": "id",
      "nullable": false,
      "type": "text"
    },
    {
      "name": "email",
      "nullable": false,
      "type": "text"
    }
  ],
  "name": "user",
  "origins": {
    "adopted": [
      {"column": ["email", "default"]}
    ],
    "sidecar": [
      {"check": "positive"}
    ]
  }
}
"#;
        assert_eq!(fs::read_to_string(root.path().join("snapshots/tables/user.json")).unwrap(), expected);
        let read = Snapshot::read(&root.path().join("snapshots")).unwrap().unwrap();
        assert_eq!(read, snapshot(Expression::new("id > 0")));
        assert_eq!(Snapshot::read(&root.path().join("elsewhere")).unwrap(), None);
        fs::create_dir_all(root.path().join("empty/tables")).unwrap();
        assert_eq!(Snapshot::read(&root.path().join("empty")).unwrap(), None);
    }

    #[test]
    #[cfg(unix)]
    fn what_means_the_same_is_not_touched() {
        use std::os::unix::fs::MetadataExt as _;
        let root = folder();
        let normal = |text: &str| snapshot(Expression::new(text).with_canonical("id>0"));
        let first = normal("id > 0");
        save(root.path(), &first, None);
        let path = root.path().join("snapshots/tables/user.json");
        let touched = || {
            let metadata = fs::metadata(&path).unwrap();
            (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
        };
        let was = touched();

        assert_eq!(save(root.path(), &first, Some(&first)), []);
        assert_eq!(save(root.path(), &first, None), []);
        let mut other = normal("(id > (0)::integer)");
        for table in other.schema.tables.values_mut() {
            table.columns.reverse();
        }
        assert_eq!(save(root.path(), &other, Some(&first)), []);
        assert_eq!(touched(), was);

        let user = ObjectName::local("user");
        let mut changed = other.clone();
        changed.schema.tables.get_mut(&user).unwrap().comment = Some("x".to_owned());
        assert_eq!(save(root.path(), &changed, Some(&first)), [("tables/user.json".to_owned(), Fate::Changed)]);
        assert_ne!(touched(), was);
        let mut declared = changed.clone();
        declared.origins.set(Place::table(&ObjectName::local("order")), Origin::Adopted);
        assert_eq!(save(root.path(), &declared, Some(&changed)), [("tables/order.json".to_owned(), Fate::Changed)]);
        let mut gone = declared.clone();
        gone.schema.tables.remove(&user);
        assert_eq!(save(root.path(), &gone, Some(&declared)), [("tables/user.json".to_owned(), Fate::Deleted)]);
        assert_eq!(save(root.path(), &declared, Some(&declared)), [("tables/user.json".to_owned(), Fate::Created)]);
    }

    #[test]
    fn a_changed_file_is_refused() {
        let root = folder();
        save(root.path(), &snapshot(Expression::new("id > 0")), None);
        let path = root.path().join("snapshots/tables/user.json");
        let good = fs::read_to_string(&path).unwrap();
        let restore = "take it from the last commit: `git checkout -- ROOT/snapshots/tables/user.json`";
        for (text, message) in [
            (String::new(), "line 1: EOF while parsing a value"),
            (good.replace("\"email\",\n", "\"email\"\n"), "line 16: expected `,` or `}`"),
            (good.replacen("nullable", "nulable", 1), "line 13: missing field `nullable`"),
            (
                good.replace("\"name\": \"user\"", "\"comments\": \"x\",\n  \"name\": \"user\""),
                "line 20: `comments` does not belong there",
            ),
            (good.replace("sidecar", "sidecars"), "line 25: unknown field `sidecars`, expected `adopted` or `sidecar`"),
            (
                good.replace("\"default\"", "\"defualt\""),
                "line 23: unknown variant `defualt`, expected one of `whole`, `type`, `default`, `identity`, `generated`, `collation`, `on_update`, `on_delete`, `comment`, `options`",
            ),
            (good.replacen("\"id\"", "\"email\"", 1), "line 19: `email` is listed twice"),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(
                refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
                format!("`ROOT/snapshots/tables/user.json`, {message}\n{restore}")
            );
        }
        fs::write(&path, good.replace("  \"name\": \"user\"", "<<<<<<< HEAD\n  \"name\": \"user\"")).unwrap();
        let error = refusal(root.path(), Snapshot::read(&root.path().join("snapshots")));
        assert!(
            error
                .starts_with("`ROOT/snapshots/tables/user.json`, line 20: two branches have changed the same object\n"),
            "{error}"
        );
        fs::write(&path, good.replace("\"name\": \"user\"", "\"name\": \"users\"")).unwrap();
        assert_eq!(
            refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
            format!("`ROOT/snapshots/tables/user.json` holds `users`, whose file is `users.json`\n{restore}")
        );
        fs::write(&path, good.replace("\"name\": \"user\"", "\"name\": \"order\"")).unwrap();
        assert_eq!(
            refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
            "`ROOT/snapshots/tables/user.json` holds `order`, and so does `ROOT/snapshots/tables/order.json`\nremove the \
             copy: `git clean -n ROOT/snapshots/tables/user.json`"
        );
        fs::write(&path, b"{\n\"\xff\"}").unwrap();
        assert_eq!(
            refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
            "`ROOT/snapshots/tables/user.json` is not UTF-8 text, at line 2\nsave it as UTF-8"
        );
    }
}

mod projects {
    use super::*;

    #[test]
    fn the_nearest_configuration_counts() {
        let root = folder();
        let found = |start: &str| Project::discover(&root.path().join(start)).unwrap().root;
        let at = |path: &str| root.path().join(path).canonicalize().unwrap();
        put(root.path(), "Cargo.toml", "[workspace]\nmembers = []\n");
        put(root.path(), "app/Cargo.toml", "[package]\nname = \"app\"\n");
        put(root.path(), "app/src/main.rs", "");
        assert_eq!(found("app/src"), at("app"));
        put(root.path(), "schema.lock.json", Lock::default().text());
        assert_eq!(found("app/src"), at(""));
        put(root.path(), "app/Cargo.toml", "[package]\nname = \"app\"\n[package.metadata.gen]\n");
        assert_eq!(found("app/src"), at("app"));
        put(root.path(), "app/src/gen.toml", "");
        assert_eq!(found("app/src"), at("app/src"));
        let empty = folder();
        assert_eq!(
            refusal(empty.path(), Project::discover(empty.path())),
            "`ROOT` is in no project: there is no Cargo.toml here or above\ngo to the project's folder, or begin one here: \
             `touch gen.toml && gen init`"
        );
    }

    #[test]
    fn a_repository_is_not_left() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "gen.toml", "migrations = 'outside'");
        put(root.path(), ".env", "DATABASE_URL=postgres://outside/d\n");
        put(root.path(), "inside/.git/HEAD", "");
        put(root.path(), "inside/Cargo.toml", "[package]\nname = \"inside\"\n");
        put(root.path(), "inside/.env", "OTHER=1\n");
        let inside = root.path().join("inside");
        let discover = || Project::discover(&inside).unwrap();
        assert_eq!(discover().root, inside.canonicalize().unwrap());
        assert_eq!(discover().config, Config::default());
        fs::remove_file(inside.join(".env")).unwrap();
        if std::env::var_os("DATABASE_URL").is_none() {
            assert_eq!(discover().database_url(None).unwrap(), None);
        }
        assert_eq!(discover().dialects.len(), 1);
    }

    #[test]
    fn every_setting_is_read() {
        let root = folder();
        let settings = "entities = [\"model\"]\ndialects = [\"sqlite\", \"postgresql\"]\ndatabase-url = \"sqlite://x.db\"\n\
                        migrations = \"db/migrations\"\nsnapshots = \"db/snapshots\"\nlock = \"db/lock.json\"\n\
                        undeclared = \"error\"\nexclude = [\"tmp_*\"]\nschemas = [\"audit\"]\ndevelopment = [\"db\"]\n";
        put(root.path(), "gen.toml", settings);
        let project = Project::discover(root.path()).unwrap();
        assert_eq!(project.dialects, [Product::Sqlite, Product::Postgres]);
        assert_eq!(project.config.undeclared, Undeclared::Error);
        assert_eq!(project.config.entities, [PathBuf::from("model")]);
        let shown = |path: &Path| project.shown(path).display().to_string();
        assert_eq!(shown(&project.migrations_folder(Product::Postgres)), "db/migrations/postgres");
        assert_eq!(shown(&project.snapshot_folder(Product::Sqlite)), "db/snapshots/sqlite");
        assert_eq!(shown(&project.lock_path()), "db/lock.json");
        fs::remove_file(root.path().join("gen.toml")).unwrap();
        put(root.path(), "Cargo.toml", format!("[workspace]\n[workspace.metadata.gen]\n{settings}"));
        assert_eq!(Config::read(root.path()).unwrap().unwrap(), project.config);
    }

    #[test]
    fn one_dialect_needs_no_folder_of_its_own() {
        let root = folder();
        put(root.path(), "gen.toml", "dialects = [\"mysql\"]");
        let project = Project::discover(root.path()).unwrap();
        let id = "20260101_000000_a".parse().unwrap();
        let path = project.migration_path(Product::MySql, &id);
        assert_eq!(project.shown(&path), Path::new("migrations/20260101_000000_a.sql"));
        assert_eq!(project.shown(&project.snapshot_folder(Product::MySql)), Path::new("snapshots"));
    }

    #[test]
    fn dialects_are_those_of_the_lock_where_none_are_configured() {
        let root = folder();
        put(root.path(), "gen.toml", "");
        let dialects = [(Product::MariaDb, Locked::default())].into();
        put(root.path(), "schema.lock.json", Lock { frozen: None, dialects }.text());
        assert_eq!(Project::discover(root.path()).unwrap().dialects, [Product::MariaDb]);
    }

    #[test]
    fn a_bad_setting_is_named() {
        let root = folder();
        for (text, message) in [
            ("\nentites = []", "`ROOT/gen.toml`, line 2: there is no setting `entites`\ndid you mean `entities`?"),
            (
                "database_url = 'x'",
                "`ROOT/gen.toml`, line 1: there is no setting `database_url`\ndid you mean `database-url`?",
            ),
            (
                "xyz = 1",
                "`ROOT/gen.toml`, line 1: there is no setting `xyz`\nthe settings are entities, dialects, database-url, \
                 migrations, snapshots, lock, undeclared, exclude, schemas, development",
            ),
            ("entities = 'x'", "`ROOT/gen.toml`, line 1: `entities` must be a list of texts\n`entities = [\"…\"]`"),
            ("entities = [\n'x',\n1]", "`ROOT/gen.toml`, line 3: `entities` must be a text\n"),
            ("lock = ''", "`ROOT/gen.toml`, line 1: `lock` must be a text\n"),
            (
                "lock = '../x'",
                "`ROOT/gen.toml`, line 1: `lock` must be a path inside the project\nwrite it from the project's folder, without `..`",
            ),
            (
                "dialects = ['oracle']",
                "`ROOT/gen.toml`, line 1: unknown dialect `oracle`: sqlite, postgres, mysql or mariadb\n",
            ),
            ("dialects = ['mysql', 'mysql']", "`ROOT/gen.toml`, line 1: `mysql` is listed twice\n"),
            ("undeclared = 'no'", "`ROOT/gen.toml`, line 1: `undeclared` cannot be `no`: keep, drop or error\n"),
            ("a = 1\nb", "`ROOT/gen.toml`, line 2: key with no value, expected `=`\n"),
        ] {
            put(root.path(), "gen.toml", text);
            assert_eq!(refusal(root.path(), Config::read(root.path())), message);
        }
        put(root.path(), "gen.toml", "");
        put(root.path(), "Cargo.toml", "[package.metadata.gen]\n");
        assert_eq!(
            refusal(root.path(), Project::discover(root.path())),
            "`ROOT` is configured twice: in gen.toml and in [package.metadata.gen] of Cargo.toml\nmove what is in \
             [package.metadata.gen] of Cargo.toml to gen.toml"
        );
        fs::remove_file(root.path().join("gen.toml")).unwrap();
        put(root.path(), "Cargo.toml", "[package.metadata]\ngen = 1\n");
        assert_eq!(
            refusal(root.path(), Config::read(root.path())),
            "`ROOT/Cargo.toml`, line 2: [package.metadata.gen] of Cargo.toml must be a table\n"
        );
    }

    #[test]
    fn entities_are_found() {
        let root = folder();
        put(root.path(), "gen.toml", "");
        let project = Project::discover(root.path()).unwrap();
        let found = || -> Vec<String> {
            project.entity_files().unwrap().iter().map(|file| file.path.display().to_string()).collect()
        };
        assert_eq!(
            refusal(root.path(), project.entity_files()),
            "no entities found: there is no `entities`, `entity`, `src/entities` or `src/entity`\nsay where they are, in \
             gen.toml: `entities = [\"path/to/entities\"]`"
        );
        put(root.path(), "src/entity/b.rs", "b");
        put(root.path(), "src/entities/a.rs", "a");
        assert_eq!(found(), ["src/entities/a.rs", "src/entity/b.rs"]);
        for path in ["user.rs", "user.sql", "user.postgres.sql", "deep/er.rs", "notes.md", ".hidden/x.rs", ".x.rs"] {
            put(root.path(), &format!("entities/{path}"), "x");
        }
        for path in ["target/x.rs", "migration/x.rs", "migrations/x.sql"] {
            put(root.path(), &format!("entities/{path}"), "x");
        }
        assert_eq!(
            found(),
            ["entities/deep/er.rs", "entities/user.postgres.sql", "entities/user.rs", "entities/user.sql"]
        );
        put(root.path(), "entities/Cargo.toml", "");
        put(root.path(), "entities/src/lib.rs", "lib");
        assert_eq!(found(), ["entities/src/lib.rs"]);
        assert_eq!(project.entity_files().unwrap()[0].text, "lib");

        put(root.path(), "entities/src/bad.rs", b"\n\xff");
        assert_eq!(
            refusal(root.path(), project.entity_files()),
            "`ROOT/entities/src/bad.rs` is not UTF-8 text, at line 2\nsave it as UTF-8"
        );
        put(root.path(), "gen.toml", "entities = ['entities/src/lib.rs', 'src/entity', 'src']");
        let project = Project::discover(root.path()).unwrap();
        let files = project.entity_files().unwrap();
        let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
        assert_eq!(paths, ["entities/src/lib.rs", "src/entities/a.rs", "src/entity/b.rs"]);
        put(root.path(), "gen.toml", "entities = ['gone']");
        let project = Project::discover(root.path()).unwrap();
        assert_eq!(
            refusal(root.path(), project.entity_files()),
            "the entities' folder `gone` does not exist\ncorrect `entities` in the configuration"
        );
    }

    #[test]
    fn a_database_for_development_is_told_from_another() {
        let root = folder();
        put(root.path(), "gen.toml", "development = ['db.dev']");
        let project = Project::discover(root.path()).unwrap();
        let is_development = |url: &str| {
            let url = project.database_url(Some(url)).unwrap().unwrap();
            project.is_development(&url)
        };
        assert!(is_development("postgres://x@localhost/d") && is_development("postgres://x@db.dev/d"));
        assert!(!is_development("postgres://x@db.live/d"));
    }
}

mod migrations {
    use super::*;

    #[test]
    fn a_folder_is_read_in_order() {
        let root = folder();
        put(root.path(), "gen.toml", "dialects = ['sqlite']");
        let project = Project::discover(root.path()).unwrap();
        assert_eq!(write::migrations(&project, Product::Sqlite).unwrap(), []);
        let mut batch = Batch::new(&project.root);
        let mut written = Vec::new();
        for id in ["20260102_000000_b", "20260101_000000_z"] {
            let id: sea_gen::project::MigrationId = id.parse().unwrap();
            let up = vec![Statement::new("SELECT 1")];
            let migration = Migration { id, product: Product::Sqlite, from: None, to: None, up, down: Vec::new() };
            batch.write(project.migration_path(Product::Sqlite, &migration.id), write::text(&migration));
            written.insert(0, migration);
        }
        batch.commit().unwrap();
        for path in ["README.md", ".hidden.sql", "postgres/20260101_000000_z.sql"] {
            put(root.path(), &format!("migrations/{path}"), "x");
        }
        assert_eq!(write::migrations(&project, Product::Sqlite).unwrap(), written);
    }

    #[test]
    fn a_bad_file_is_named() {
        let root = folder();
        put(root.path(), "gen.toml", "dialects = ['sqlite']");
        let project = Project::discover(root.path()).unwrap();
        let elsewhere = "a migration's file is named by a time and a name, as in \
                         `20261120_201300_add_email_index.sql`; other SQL files go elsewhere";
        let rename = |from: &str, to: &str| format!("`git mv migrations/{from} migrations/{to}`");
        for (name, hint) in [
            ("seed.sql", elsewhere.to_owned()),
            ("20261320_000000_a.sql", elsewhere.to_owned()),
            ("20260101_000000_AddEmail.sql", rename("20260101_000000_AddEmail.sql", "20260101_000000_add_email.sql")),
            ("20260101_000000_a.SQL", rename("20260101_000000_a.SQL", "20260101_000000_a.sql")),
            ("20260101000000-a.sql", rename("20260101000000-a.sql", "20260101_000000_a.sql")),
        ] {
            put(root.path(), &format!("migrations/{name}"), "-- UP\n");
            assert_eq!(
                refusal(root.path(), write::migrations(&project, Product::Sqlite)),
                format!("`migrations/{name}` is not named as a migration\n{hint}")
            );
            fs::remove_file(root.path().join("migrations").join(name)).unwrap();
        }
        put(root.path(), "migrations/20260101_000000_a.sql", "SELECT 1;\n-- UP\n");
        assert_eq!(
            refusal(root.path(), write::migrations(&project, Product::Sqlite)),
            "`migrations/20260101_000000_a.sql`: line 1: a statement stands before `-- UP`\nput the line `-- UP` above the \
             first statement"
        );
    }
}
