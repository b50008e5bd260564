//! The files of `tests/lint`, one for each rule and each exception: their findings, and whether the server behaves as the
//! findings say.
//!
//! Comments at the head of a file say what is expected. `finds <code> <direction> <statement>` and `silences …`: what the rules say,
//! and nothing else is said. On PostgreSQL `locks <table> <lock>` is the strongest lock the last statement holds before its
//! transaction ends, which must be the one the table of locks gives for it, `together …` that of all statements in one
//! transaction; `rewrites` and `keeps <table>`: whether the table has another file afterwards. On MySQL and MariaDB `takes
//! <clause>` and `refuses <clause>`: what the server does with the last statement when this is appended. `fails together`: the
//! statements are refused in one transaction.

#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test harness reads its files and says what is wrong"
)]

#[path = "it/support.rs"]
mod support;

use sea_gen_runner::Direction;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use sea_gen::dialect::{Statement, of, reading};
use sea_gen::lint::Finding;
use sea_gen::lint::script::{self, StatementPlace};
use sea_gen::plan::cost::{Cost, Work, cost};
use sea_gen::schema::Product;
use sea_gen::workflow::read_statements::lines;
use sea_gen_runner::migration::{Migration, parse};
use sea_gen_runner::session::Session;

/// The schema before a file's statements, on PostgreSQL.
const POSTGRES: &str = "
    CREATE TABLE p (id int PRIMARY KEY, u int);
    CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10), c text, n numeric(10,2), e int NOT NULL, pid int, ts timestamp,
        CONSTRAINT ck_e CHECK (e >= 0), CONSTRAINT fk_p FOREIGN KEY (pid) REFERENCES p (id));
    CREATE TABLE q (id int);
    CREATE INDEX t_a ON t (a);
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    INSERT INTO p VALUES (1, 1), (2, 2);
    INSERT INTO t (id, a, b, c, n, e, pid) VALUES (1, 1, 'x', 'y', 1, 1, 1), (2, 2, 'x', 'y', 2, 2, 2);
    INSERT INTO q VALUES (1)";

/// The same on MySQL and MariaDB.
const MYSQL: &str = "
    CREATE TABLE p (id int PRIMARY KEY, u int);
    CREATE TABLE k (id int NOT NULL);
    CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10), c text, e int NOT NULL, KEY t_a (a)) DEFAULT CHARSET utf8mb4;
    INSERT INTO p VALUES (1, 1), (2, 2);
    INSERT INTO t VALUES (1, 1, 'x', 'y', 1), (2, 2, 'x', 'y', 2)";

/// A file, and the expectations in its head.
struct File {
    path: PathBuf,
    product: Product,
    migration: Migration,
    expected: Vec<(String, String)>,
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let files = match read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")) {
        Ok(files) => files,
        Err(reason) => {
            eprintln!("{reason}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let mut trials = vec![];
    let covered: BTreeSet<String> = files.iter().flat_map(|file| file.words("finds")).map(|it| code(&it)).collect();
    let count = files.len();
    trials.push(Trial::test("every_rule_has_a_file", move || every_rule(count, &covered).map_err(Failed::from)));
    trials.push(Trial::test("every_rule_shows_what_it_finds", || every_example().map_err(Failed::from)));
    for file in files {
        let file = Arc::new(file);
        let name = format!("{}::{}", file.product.key(), file.path.file_stem().unwrap_or_default().to_string_lossy());
        let text = Arc::clone(&file);
        trials.push(Trial::test(format!("{name}::said"), move || said(&text).map_err(Failed::from)));
        let claims = ["locks", "together", "rewrites", "keeps", "takes", "refuses", "fails"];
        if file.expected.iter().any(|(key, _)| claims.contains(&key.as_str())) {
            let product = file.product;
            let trial = Trial::test(format!("{name}::done"), move || done(&file).map_err(Failed::from));
            trials.push(trial.with_ignored_flag(!support::is_at_hand(product)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn read_all(root: &Path) -> Result<Vec<File>, String> {
    let told = |error: std::io::Error| error.to_string();
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).map_err(told)? {
        let folder = folder.map_err(told)?;
        let product: Product = folder.file_name().to_string_lossy().parse()?;
        for entry in std::fs::read_dir(folder.path()).map_err(told)? {
            let path = entry.map_err(told)?.path();
            let text = std::fs::read_to_string(&path).map_err(told)?;
            let id = "20260101_000000_file".parse().map_err(|error| format!("{error}"))?;
            let migration = parse(id, product, &text).map_err(|error| format!("{}: {error}", path.display()))?;
            let head = text.lines().take_while(|line| *line != "-- UP").skip(1);
            let expected = head.map(|line| {
                let line = line.trim_start_matches("-- ");
                let (key, rest) = line.split_once(' ').unwrap_or((line, ""));
                (key.to_owned(), rest.to_owned())
            });
            files.push(File { expected: expected.collect(), path, product, migration });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn code(finding: &str) -> String {
    finding.split(' ').next().unwrap_or_default().to_owned()
}

impl File {
    fn words(&self, key: &str) -> Vec<String> {
        self.expected.iter().filter(|(it, _)| it == key).map(|(_, rest)| rest.clone()).collect()
    }
}

fn every_rule(count: usize, covered: &BTreeSet<String>) -> Result<(), String> {
    if count < 120 {
        return Err(format!("only {count} files"));
    }
    let missing: Vec<&str> = script::rules().map(|(rule, _)| rule.id).filter(|id| !covered.contains(*id)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no file finds {}", missing.join(", "))) }
}

/// The findings in a file.
fn remarks(product: Product, migration: &Migration) -> Vec<Finding<StatementPlace>> {
    let (up, down) = lines(migration);
    script::lint(product, of(product).costs(), &up, &down)
}

/// Every rule finds its bad example and does not find its good one.
fn every_example() -> Result<(), String> {
    let mut faults = Vec::new();
    for (rule, check) in script::rules().filter(|(rule, _)| rule.id != script::MISSING_DOWN.id) {
        let example = &check.example;
        for (text, is_found) in [(example.bad, true), (example.good, false)] {
            let id = "20260101_000000_file".parse().map_err(|error| format!("{error}"))?;
            let file = format!("-- UP\n{text}\n\n-- DOWN\nSELECT 1;\n");
            let migration = parse(id, example.product, &file).map_err(|error| format!("{}: {error}", rule.id))?;
            let found = remarks(example.product, &migration);
            if found.iter().any(|it| it.rule == rule.id && it.place.silenced.is_none()) != is_found {
                let said: Vec<&str> = found.iter().map(|it| it.rule).collect();
                faults.push(format!(
                    "{}: {}\n{text}\nsays {said:?}",
                    rule.id,
                    if is_found { "not found" } else { "found" }
                ));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// The findings in a file are those that its head expects.
fn said(file: &File) -> Result<(), String> {
    let remarks = remarks(file.product, &file.migration);
    let mut found: Vec<String> = remarks
        .iter()
        .map(|it| {
            let direction = if it.place.direction == Direction::Up { "up" } else { "down" };
            let key = if it.place.silenced.is_some() { "silences" } else { "finds" };
            format!("{key} {} {direction} {}", it.rule, it.place.statement.map_or(0, |at| at + 1))
        })
        .collect();
    let told = |key: &'static str| file.words(key).into_iter().map(move |rest| format!("{key} {rest}"));
    let mut expected: Vec<String> = told("finds").chain(told("silences")).collect();
    found.sort();
    expected.sort();
    if found == expected {
        return Ok(());
    }
    let messages: Vec<String> = remarks.iter().map(|it| format!("{}: {}", it.rule, it.message)).collect();
    Err(format!("expected {expected:#?}\nfound {found:#?}\n{}", messages.join("\n")))
}

/// The server behaves as the head expects.
fn done(file: &File) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let scratch = support::Scratch::create(file.product).await.map_err(|error| error.to_string())?;
        let outcome = async {
            let mut session = scratch.connect().await.map_err(|error| error.to_string())?;
            let outcome = match file.product {
                Product::Postgres => on_postgres(file, &mut session).await,
                _ => on_mysql(file, &mut session).await,
            };
            session.close().await;
            outcome
        };
        let outcome = outcome.await;
        let removed = scratch.remove().await.map_err(|error| error.to_string());
        outcome.and(removed)
    })
}

async fn send(session: &mut Session, sql: &str) -> Result<(), String> {
    session.execute(sql).await.map(|_| ()).map_err(|error| format!("{sql}: {error}"))
}

async fn set_up(session: &mut Session, script: &str) -> Result<(), String> {
    for sql in script.split(';') {
        send(session, sql).await?;
    }
    Ok(())
}

async fn node(session: &mut Session, table: &str) -> Result<String, String> {
    let rows = session.query(&format!("SELECT pg_relation_filenode('{table}')")).await;
    Ok(rows.map_err(|error| error.to_string())?.first().map(|row| row.text(0).to_owned()).unwrap_or_default())
}

/// The strongest lock this session holds on a table, in the manual's words.
async fn lock(session: &mut Session, table: &str) -> Result<String, String> {
    const STRENGTH: &[&str] = &[
        "AccessShareLock",
        "RowShareLock",
        "RowExclusiveLock",
        "ShareUpdateExclusiveLock",
        "ShareLock",
        "ShareRowExclusiveLock",
        "ExclusiveLock",
        "AccessExclusiveLock",
    ];
    let sql = format!(
        "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND granted AND locktype = 'relation' \
         AND relation = '{table}'::regclass"
    );
    let rows = session.query(&sql).await.map_err(|error| error.to_string())?;
    let held = rows.iter().filter_map(|row| STRENGTH.iter().position(|mode| *mode == row.text(0))).max();
    let mode = held.and_then(|at| STRENGTH.get(at)).copied().unwrap_or_default();
    let mut words = String::new();
    for letter in mode.trim_end_matches("Lock").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_uppercase());
    }
    Ok(words)
}

async fn on_postgres(file: &File, session: &mut Session) -> Result<(), String> {
    set_up(session, POSTGRES).await?;
    let Some((last, first)) = file.migration.up.split_last() else { return Err("no statement".to_owned()) };
    let together = file.words("together");
    if !file.words("fails").is_empty() || !together.is_empty() || !file.words("refuses").is_empty() {
        send(session, "BEGIN").await?;
        let mut outcome = Ok(());
        for statement in &file.migration.up {
            if outcome.is_ok() {
                outcome = send(session, &statement.sql).await;
            }
        }
        if together.is_empty() {
            let _ = session.execute("ROLLBACK").await;
            return if outcome.is_err() { Ok(()) } else { Err("the server takes it".to_owned()) };
        }
        outcome?;
        for claim in together {
            let (table, expected) = claim.split_once(' ').unwrap_or_default();
            same(&claim, expected, &lock(session, table).await?)?;
        }
        return send(session, "ROLLBACK").await;
    }
    for statement in first {
        send(session, &statement.sql).await?;
    }
    // The statement may drop the table, so the values from before are kept.
    let (kept, rewritten) = (file.words("keeps"), file.words("rewrites"));
    let mut before = Vec::new();
    for table in kept.iter().chain(&rewritten) {
        before.push((table.clone(), node(session, table).await?));
    }
    send(session, "BEGIN").await?;
    send(session, &last.sql).await?;
    for claim in file.words("locks") {
        let (table, expected) = claim.split_once(' ').unwrap_or_default();
        same(&claim, expected, &lock(session, table).await?)?;
        same(&format!("the table of locks on {claim}"), expected, &in_table(file, last, table, expected))?;
    }
    for (table, old) in before {
        let changed = node(session, &table).await? != old;
        if changed != rewritten.contains(&table) {
            return Err(format!("{table} has {} file", if changed { "another" } else { "the same" }));
        }
    }
    // Exactly the tables that the table of costs lists as rewritten are rewritten.
    let clauses = reading::read(file.product, &last.sql).clauses;
    let costs = clauses.iter().filter_map(|clause| cost(of(file.product).costs(), clause.kind));
    let says = costs.map(|cost| cost.work).any(|work| work == Work::Rewrite);
    let measured = !(kept.is_empty() && rewritten.is_empty());
    if measured && says == rewritten.is_empty() {
        return Err(format!("the table of locks says otherwise: rewritten is {says}"));
    }
    send(session, "ROLLBACK").await
}

/// The strongest lock the table of locks gives for a statement. A table it only refers to has the same.
fn in_table(file: &File, statement: &Statement, table: &str, measured: &str) -> String {
    let clauses = reading::read(file.product, &statement.sql).clauses;
    let on = clauses
        .iter()
        .filter(|clause| clause.table == table || clause.table.is_empty() || table == "p" || clause.part == "t_a");
    let costs: Vec<&Cost> = on.filter_map(|clause| cost(of(file.product).costs(), clause.kind)).collect();
    let is_measured = |cost: &&&Cost| cost.lock == measured;
    let strongest = costs.iter().max_by_key(|cost| cost.blocks);
    let found =
        strongest.filter(is_measured).or_else(|| costs.iter().find(is_measured).filter(|_| strongest.is_none()));
    found.or(strongest).map_or_else(String::new, |cost| cost.lock.to_owned())
}

fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: found {found}")) }
}

async fn on_mysql(file: &File, session: &mut Session) -> Result<(), String> {
    set_up(session, MYSQL).await?;
    let Some((last, first)) = file.migration.up.split_last() else { return Err("no statement".to_owned()) };
    for statement in first {
        send(session, &statement.sql).await?;
    }
    let with = |clause: &str| if clause.is_empty() { last.sql.clone() } else { format!("{}, {clause}", last.sql) };
    for clause in file.words("refuses") {
        if send(session, &with(&clause)).await.is_ok() {
            return Err(format!("the server takes {clause}"));
        }
    }
    for clause in file.words("takes") {
        send(session, &with(&clause)).await?;
    }
    Ok(())
}
