//! Whatever lies in a file or a history, its reader comes back with a value or an error, and what it has read is written as the
//! same.
//!
//! `FILES_FUZZ_SECONDS=600 cargo test --test it -- files::soup` goes on for that long, each reader in its turn.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use sea_gen::project::{Config, NamedDatabase, Project, Snapshot};
use sea_gen::schema::Product;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{self, MigrationId};
use sea_gen_runner::session::{ConnectionOptions, Missing, Session};
use sea_gen_runner::{Error, run, sql};

use super::{folder, put};

/// What a text of a few kilobytes never takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/postgres/20261121_063644_initial.sql"),
    include_str!("../../../migrations/mysql/20261121_063644_initial.sql"),
    "-- UP\n-- gen: check a has none\nSELECT count(*) FROM a;\n-- STEP fill\n-- gen: batches\nUPDATE a SET b = 1 WHERE b IS NULL LIMIT 9;\n\
     -- gen: statement\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = ';'; END\n-- gen: end\n-- DOWN\n\
     -- gen: no transaction\nDROP INDEX CONCURRENTLY i; /* x */ SELECT $$a;b$$, E'\\'', 'it''s';\n",
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN DECLARE a int; IF a THEN SELECT 1; END IF; END //\nDELIMITER ;\n\
     COPY a (b) FROM stdin;\n1\t2\n\\.\n\\connect x\nSELECT `a`, \"b\", q'[x]', N'x', _utf8'y' # z\n;\n",
];

const JSON: &[&str] = &[
    include_str!("../../../schema.lock.json"),
    include_str!("../../../snapshots/postgres/tables/address.json"),
    include_str!("../../../snapshots/mysql/tables/book.json"),
];

const SETTINGS: &[&str] = &[
    "dialects = [\"sqlite\", \"postgres\"]\ndatabase-url = \"sqlite://a.db\"\nentities = [\"e\"]\nschemas = [\"a\"]\n\
     exclude = [\"x_*\"]\nundeclared = \"keep\"\nreader = \"source\"\ntype-rules = { text = \"exact\" }\ntypes = { A = \"Text\" }\n",
    "[package]\nname = \"a\"\n[package.metadata.gen]\ndialects = [\"mysql\"]\n[workspace]\n",
    "# x\nDATABASE_URL=sqlite://a.db\nexport B='it is' # c\nC=\"a${B}\\n\"\n",
];

const WORDS: &[&str] = &[
    "-- UP",
    "-- DOWN",
    "-- STEP",
    "-- gen: ",
    "statement",
    "end",
    "check",
    "batches",
    "no transaction",
    "-- from ",
    " to ",
    "BEGIN",
    "END",
    "CASE",
    "IF",
    "LOOP",
    "DELIMITER",
    "CREATE",
    "FUNCTION",
    "AS",
    "$$",
    "$a$",
    ";",
    "'",
    "\"",
    "`",
    "/*",
    "*/",
    "/*!",
    "--",
    "#",
    "\\",
    "\\.",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "null",
    "true",
    "1e999",
    "-0",
    "\"name\"",
    "\"type\"",
    "\"columns\"",
    "<<<<<<< a",
    "=======",
    ">>>>>>> b",
    "[[",
    "'''",
    "\"\"\"",
    "$",
    "${",
    "export",
    "\0",
    "\r",
    "\r\n",
    "\n",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "é",
    "書",
    "\t",
    " ",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..400)
}

fn words() -> impl Strategy<Value = Vec<u8>> {
    vec((prop::sample::select(WORDS), prop_oneof![Just(" "), Just(""), Just("\n")]), 0..160)
        .prop_map(|words| words.into_iter().flat_map(|(word, space)| [word, space]).collect::<String>().into_bytes())
}

/// A real text, with some of it gone, doubled, or something else.
fn mutated(real: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0_usize..60, 0..4_u8, prop::sample::select(WORDS), any::<u8>());
    (prop::sample::select(real), vec(change, 0..12)).prop_map(|(text, changes)| {
        let mut text = text.as_bytes().to_vec();
        for (at, count, kind, word, byte) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + count).min(text.len());
            match kind {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, word.bytes())),
                2 => drop(text.splice(at..end, [byte])),
                _ => {
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        text
    })
}

/// One thing again and again.
fn deep() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(WORDS), 1_usize..6_000).prop_map(|(word, times)| word.repeat(times).into_bytes())
}

fn fuzz(real: &'static [&'static str], check: fn(&[u8])) {
    let long = std::env::var("FILES_FUZZ_SECONDS").ok().map(|seconds| seconds.parse::<u64>().expect("seconds"));
    let deadline = Instant::now() + Duration::from_secs(long.unwrap_or_default());
    let text = prop_oneof![1 => bytes(), 2 => words(), 4 => mutated(real), 1 => deep()];
    let mut read = 0_u64;
    loop {
        let runs = Runs { cases: 60, failure_persistence: None, max_shrink_iters: 2_000, ..Runs::default() };
        let outcome = TestRunner::new(runs).run(&text, |text| {
            let (done, wait) = mpsc::channel();
            let given = text.clone();
            std::thread::spawn(move || {
                check(&given);
                _ = done.send(());
            });
            let came_back = wait.recv_timeout(PATIENCE);
            prop_assert!(came_back.is_ok(), "{came_back:?}: {:?}", String::from_utf8_lossy(&text));
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
        read += 60;
        if Instant::now() >= deadline {
            break;
        }
    }
    if long.is_some() {
        eprintln!("{read} cases");
    }
}

/// An error says something.
fn said(error: &Error) {
    assert!(!error.to_string().is_empty());
}

#[apply(test)]
fn migrations() {
    fuzz(MIGRATIONS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let id: MigrationId = "20260101_000000_a".parse().unwrap();
        for product in Product::ALL {
            let _ = migration::lines(product, &text);
            let _ = migration::explains_missing_down(product, &text);
            match migration::parse(id.clone(), product, &text) {
                Err(error) => said(&error),
                Ok(migration) => {
                    let again = migration::parse(id.clone(), product, &migration::text(&migration));
                    let again =
                        again.unwrap_or_else(|error| panic!("{error}: {text:?}: {}", migration::text(&migration)));
                    assert_eq!(again.checksum(), migration.checksum(), "{text:?}");
                }
            }
        }
    });
}

#[apply(test)]
fn dumps() {
    fuzz(MIGRATIONS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for product in Product::ALL {
            for statement in sql::dump::statements(product, &text).unwrap_or_default() {
                let _ = sea_gen::dialect::reading::read(product, &statement);
            }
        }
    });
}

#[apply(test)]
fn locks() {
    fuzz(JSON, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match Lock::parse(Path::new("schema.lock.json"), &text) {
            Err(error) => said(&error),
            Ok(lock) => assert_eq!(Lock::parse(Path::new("schema.lock.json"), &lock.text()).unwrap(), lock),
        }
    });
}

#[apply(test)]
fn snapshots() {
    fuzz(JSON, |bytes| {
        let root = folder();
        for kind in ["tables", "views", "enums", "policies"] {
            put(root.path(), &format!("{kind}/address.json"), bytes);
        }
        if let Err(error) = Snapshot::read(root.path()) {
            said(&error);
        }
        std::fs::remove_dir_all(root.path().join("views")).unwrap();
        std::fs::remove_dir_all(root.path().join("enums")).unwrap();
        let _ = std::fs::remove_dir_all(root.path().join("policies"));
        if let Err(error) = Snapshot::read(root.path()) {
            said(&error);
        }
    });
}

#[apply(test)]
fn configurations() {
    fuzz(SETTINGS, |bytes| {
        for name in ["gen.toml", "Cargo.toml", ".env"] {
            let root = folder();
            put(root.path(), name, bytes);
            if let Err(error) = Config::read(root.path()) {
                said(&error);
            }
            if let Ok(project) = Project::discover(root.path()) {
                let _ = project.environment(&NamedDatabase::default());
                let _ = project.entity_files();
            }
        }
    });
}

#[apply(test)]
fn histories() {
    fuzz(MIGRATIONS, |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let parts: Vec<&str> = text.split('\n').collect();
        let part = |number: usize| parts.get(number % parts.len()).copied();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let memory = ConnectionOptions::in_memory().unwrap();
            let mut session = Session::connect(&memory, Missing::Create).await.unwrap();
            let columns = "id, name, checksum, applied_at, execution_ms, status, direction, statements, tool_version, fingerprint";
            session.execute(&format!("CREATE TABLE sea_gen_history ({columns})")).await.unwrap();
            for row in 0..3 {
                let places: Vec<String> = (1..=10).map(|number| format!("?{number}")).collect();
                let insert = format!("INSERT INTO sea_gen_history VALUES ({})", places.join(", "));
                let status = if row == 1 { Some("applied") } else { part(row + 5) };
                let direction = if row == 1 { Some("up") } else { part(row + 6) };
                let values: Vec<Option<&str>> =
                    (0..10).map(|at| match at { 5 => status, 6 => direction, at => part(row * 10 + at) }).collect();
                session.execute_with(&insert, &values).await.unwrap();
            }
            match run::history(&mut session).await {
                Err(error) => said(&error),
                Ok(records) => {
                    if let Err(error) = run::pending(&records, &[]) {
                        said(&error);
                    }
                }
            }
            session.close().await;
        });
    });
}
