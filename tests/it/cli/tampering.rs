//! Every single change of a project of twenty migrations, of its lock, its snapshots and its history: `gen check` finds it, and
//! `gen up` runs nothing on account of it.
//!
//! The suite tries a sample of every kind of change; with `SEA_GEN_TAMPER=all` every byte is changed. The counts are printed. Must not
//! know how a change is found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sea_gen::workflow::apply::{Bench, Course};
use sea_gen::workflow::check::{Verdict, Wanted, check};
use sea_gen::workflow::{Failure, Open, Workspace};
use sea_gen_runner::Target;
use sea_gen_runner::session::{Missing, Session};

use super::project::Project;

mod changes;

/// The migrations after the generated one: each a kind of its own, with its way back.
const WRITTEN: [(&str, &str, &str); 19] = [
    (
        "author",
        "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER CHECK (age > 0));",
        "DROP TABLE author;",
    ),
    (
        "book",
        "CREATE TABLE book (\n  id INTEGER PRIMARY KEY,\n  author_id INTEGER NOT NULL REFERENCES author (id),\n  title TEXT\n);",
        "DROP TABLE book;",
    ),
    ("by_title", "CREATE INDEX book_title ON book (title);", "DROP INDEX book_title;"),
    ("only_once", "CREATE UNIQUE INDEX author_name ON author (name) WHERE age IS NOT NULL;", "DROP INDEX author_name;"),
    ("price", "ALTER TABLE book ADD COLUMN price INTEGER NOT NULL DEFAULT 7;", "ALTER TABLE book DROP COLUMN price;"),
    (
        "first_rows",
        "INSERT INTO author (id, name, age) VALUES (1, 'Ann', 40), (2, 'Bo', NULL);\n\
         INSERT INTO book (id, author_id, title) VALUES (1, 1, 'It''s -- all; here');",
        "DELETE FROM book;\nDELETE FROM author;",
    ),
    ("older", "UPDATE author SET age = age + 1 WHERE age >= 40;", "UPDATE author SET age = age - 1 WHERE age >= 41;"),
    ("grown", "CREATE VIEW grown AS SELECT name FROM author WHERE age > 17;", "DROP VIEW grown;"),
    (
        "watched",
        "CREATE TABLE watch (id INTEGER PRIMARY KEY, what TEXT);\n\
         CREATE TRIGGER watch_book AFTER UPDATE ON book BEGIN\n  INSERT INTO watch (what) VALUES (old.title);\nEND;",
        "DROP TRIGGER watch_book;\nDROP TABLE watch;",
    ),
    (
        "checked",
        "-- gen: check a book without a title\nSELECT count(*) FROM book WHERE title IS NULL;\n\
         CREATE UNIQUE INDEX book_once ON book (title, author_id);",
        "DROP INDEX book_once;",
    ),
    (
        "alone",
        "-- gen: no transaction\nCREATE INDEX book_price ON book (price);",
        "-- gen: no transaction\nDROP INDEX book_price;",
    ),
    (
        "in_parts",
        "ALTER TABLE book ADD COLUMN pages INTEGER;\n-- STEP fill\n-- gen: batches\n\
         UPDATE book SET pages = 1 WHERE id IN (SELECT id FROM book WHERE pages IS NULL LIMIT 10);",
        "ALTER TABLE book DROP COLUMN pages;",
    ),
    (
        "twice",
        "-- gen: repeatable\nUPDATE book SET pages = 2 WHERE pages = 1;",
        "UPDATE book SET pages = 1 WHERE pages = 2;",
    ),
    ("renamed", "ALTER TABLE book RENAME COLUMN pages TO sheets;", "ALTER TABLE book RENAME COLUMN sheets TO pages;"),
    (
        "rebuilt",
        "CREATE TABLE other (id INTEGER PRIMARY KEY, note TEXT NOT NULL DEFAULT 'x');\n\
         CREATE TABLE new_other (id INTEGER PRIMARY KEY, note TEXT);\n\
         INSERT INTO new_other (id, note) SELECT id, note FROM other;\nDROP TABLE other;\n\
         ALTER TABLE new_other RENAME TO other;",
        "DROP TABLE other;",
    ),
    (
        "computed",
        "ALTER TABLE book ADD COLUMN twice_as_much INTEGER GENERATED ALWAYS AS (price * 2) VIRTUAL;",
        "ALTER TABLE book DROP COLUMN twice_as_much;",
    ),
    ("named", "ALTER TABLE other RENAME TO note;", "ALTER TABLE note RENAME TO other;"),
    (
        "enclosed",
        "-- gen: statement\nCREATE TRIGGER note_set AFTER INSERT ON note BEGIN UPDATE note SET note = ';'; END\n-- gen: end",
        "DROP TRIGGER note_set;",
    ),
    ("by_name", "CREATE INDEX note_note ON note (note);", "DROP INDEX note_note;"),
];

/// The kinds of changes that need not be found: the guide lists them.
const NOT_HELD: [&str; 9] = [
    "migration: comments and blank lines",
    "migration: words of a check or step",
    "snapshot: origins",
    "snapshot: wording",
    "history: time",
    "history: duration",
    "history: version",
    "history: owner",
    "history: fingerprint",
];

/// How many changes of a kind the suite tries.
const SAMPLE: usize = 8;

/// One change of the project or of its history.
struct Change {
    kind: &'static str,
    what: String,
    /// The new contents of files; `None` deletes.
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// A statement on the database.
    sql: Option<String>,
}

/// The project as it was, and the changes to try.
struct Tampering {
    project: Project,
    sound: BTreeMap<PathBuf, Option<Vec<u8>>>,
    dump: String,
    changes: Vec<Change>,
}

const DATABASE: &str = "shop.db";

impl Tampering {
    fn new() -> Self {
        let project = Project::begun();
        for (at, (name, up, down)) in WRITTEN.iter().enumerate() {
            let text = format!("-- UP\n\n-- by hand\n{up}\n\n-- DOWN\n{down}\n");
            project.write(format!("migrations/21000101_0000{:02}_{name}.sql", at + 1), text);
        }
        project.succeeds(&["lock"]);
        project.succeeds(&["up"]);
        assert_eq!(project.migrations().len(), 20);
        let sound = project.tree();
        let dump = dump(&project);
        Self { project, sound, dump, changes: Vec::new() }
    }

    fn texts(&self, folder: &str) -> Vec<(PathBuf, String)> {
        let files = self.sound.iter().filter(|(path, content)| path.starts_with(folder) && content.is_some());
        files.map(|(path, content)| (path.clone(), String::from_utf8(content.clone().unwrap()).unwrap())).collect()
    }

    fn file(&mut self, kind: &'static str, path: &Path, what: impl Into<String>, content: impl Into<Vec<u8>>) {
        let content = content.into();
        if self.sound.get(path) == Some(&Some(content.clone())) {
            return;
        }
        let what = format!("{}: {}", path.display(), what.into());
        self.changes.push(Change { kind, what, files: vec![(path.to_owned(), Some(content))], sql: None });
    }

    fn files(&mut self, kind: &'static str, what: impl Into<String>, files: Vec<(PathBuf, Option<Vec<u8>>)>) {
        self.changes.push(Change { kind, what: what.into(), files, sql: None });
    }

    fn history(&mut self, kind: &'static str, sql: impl Into<String>) {
        let sql = sql.into();
        self.changes.push(Change { kind, what: sql.clone(), files: Vec::new(), sql: Some(sql) });
    }

    /// Makes the change.
    fn change(&self, change: &Change) {
        for (path, content) in &change.files {
            match content {
                Some(content) => self.project.write(path, content),
                None => fs::remove_file(self.project.path(path)).unwrap(),
            }
        }
        if let Some(sql) = &change.sql {
            execute(&self.project, sql);
        }
    }

    /// Undoes it, with whatever a command has done since.
    fn undo(&self, change: &Change) {
        for (path, _) in &change.files {
            self.restore(path);
        }
        self.restore(Path::new(DATABASE));
        for end in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(self.project.path(format!("{DATABASE}{end}")));
        }
    }

    fn restore(&self, path: &Path) {
        match self.sound.get(path) {
            Some(Some(content)) => self.project.write(path, content),
            Some(None) | None => drop(fs::remove_file(self.project.path(path))),
        }
    }
}

fn open(project: &Project) -> Open {
    Open { folder: Some(project.path("")), ..Open::default() }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Whether one of these checks of `gen check` fails, or cannot be made.
async fn fails(project: &Project, wanted: Wanted) -> bool {
    let lines = match Workspace::open(open(project)) {
        Ok(workspace) => check(&workspace, wanted).await,
        Err(failure) => Err(failure),
    };
    lines.map_or(true, |lines| lines.iter().any(|line| matches!(line.verdict, Verdict::Fails(_))))
}

/// Whether `gen check` finds something. The slow check comes last.
fn is_found(project: &Project) -> bool {
    wait(async {
        fails(project, Wanted { lock: true, ..Wanted::default() }).await
            || fails(project, Wanted { database: true, ..Wanted::default() }).await
            || fails(project, Wanted { entities: true, ..Wanted::default() }).await
            || fails(project, Wanted { replay: true, ..Wanted::default() }).await
    })
}

/// What `gen up` does.
async fn up(project: &Project) -> Result<(), Failure> {
    let mut bench = Bench::open(open(project), true, false).await?;
    let course = Course::Up { target: Target::All, recognises_rows: false, unproven: false, order: Default::default() };
    let recognised = bench.recognise(&course, false, &mut |_| ()).await?;
    let chosen = bench.chosen(&course, &recognised)?;
    bench.refuse_refuted(&course, &chosen)?;
    bench.run(&course, &mut |_| ()).await?;
    bench.live.session.close().await;
    Ok(())
}

fn url(project: &Project) -> String {
    format!("sqlite://{}", project.path(DATABASE).display())
}

fn execute(project: &Project, sql: &str) {
    wait(async {
        let mut session = Session::connect(&crate::support::connection(&url(project)), Missing::Refuse).await.unwrap();
        session.execute(sql).await.unwrap();
        session.close().await;
    });
}

async fn rows(session: &mut Session, sql: &str, columns: usize) -> Vec<Vec<Option<String>>> {
    let found = session.query(sql).await.unwrap();
    found.iter().map(|row| (0..columns).map(|at| row.get(at).map(str::to_owned)).collect()).collect()
}

/// The schema and the rows of a database, but for the history.
fn dump(project: &Project) -> String {
    wait(async {
        let mut session = Session::connect(&crate::support::connection(&url(project)), Missing::Refuse).await.unwrap();
        let sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%sea_gen%' ORDER BY 1, 2";
        let objects = rows(&mut session, sql, 3).await;
        let mut text = format!("{objects:?}");
        for object in objects.iter().filter(|object| object[0].as_deref() == Some("table")) {
            let name = object[1].as_deref().unwrap();
            let sql = format!("SELECT count(*) FROM pragma_table_xinfo('{name}')");
            let width = rows(&mut session, &sql, 1).await[0][0].as_deref().unwrap().parse().unwrap();
            let listed = rows(&mut session, &format!("SELECT * FROM \"{name}\" ORDER BY 1"), width).await;
            text.push_str(&format!("\n{name} {listed:?}"));
        }
        session.close().await;
        text
    })
}

#[apply(test)]
fn every_change_is_found_and_nothing_runs_on_account_of_it() {
    let mut tampering = Tampering::new();
    assert!(!is_found(&tampering.project), "{}", tampering.project.run(&["check"]));
    changes::change_migrations(&mut tampering);
    changes::change_json(&mut tampering, "schema.lock.json", ["lock: byte", "lock: blank", "lock: line", "lock: file"]);
    changes::change_checksums(&mut tampering);
    changes::change_json(
        &mut tampering,
        "snapshots",
        ["snapshot: byte", "snapshot: blank", "snapshot: line", "snapshot: file"],
    );
    changes::change_history(&mut tampering);

    let mut kinds: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &tampering.changes {
        kinds.entry(change.kind).or_default().push(change);
    }
    let tries_all = std::env::var_os("SEA_GEN_TAMPER").is_some();
    let mut wrong = Vec::new();
    for (kind, changes) in kinds {
        let step = if tries_all { 1 } else { changes.len().div_ceil(SAMPLE) };
        let (mut tried, mut found) = (0, 0);
        for change in changes.into_iter().step_by(step) {
            tampering.change(change);
            tried += 1;
            if is_found(&tampering.project) {
                found += 1;
            } else if !NOT_HELD.contains(&kind) {
                wrong.push(format!("not found: {kind}: {}", change.what));
            }
            let before = fs::read(tampering.project.path(DATABASE)).unwrap();
            let outcome = wait(up(&tampering.project));
            let has_written = fs::read(tampering.project.path(DATABASE)).unwrap() != before;
            if has_written && dump(&tampering.project) != tampering.dump {
                wrong.push(format!("`gen up` ran something ({:?}): {kind}: {}", outcome.is_ok(), change.what));
            }
            tampering.undo(change);
        }
        println!("{found:>6} of {tried:>6} found  {kind}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
