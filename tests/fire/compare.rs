//! What is in a database: its schema by the words of the server or of its own tool, its rows, and the history.
//!
//! Must not know how the database came to this.

use std::collections::BTreeSet;
use std::process::Command;

use sea_gen::schema::Product;
use sea_gen_runner::session::{DatabaseError, Rows, Session};
use tokio::runtime::Runtime;

use crate::databases::Site;

/// Lines about a database; the same lines for the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    lines: Vec<String>,
}

impl Picture {
    /// Reads everything.
    pub fn of(site: &Site) -> Result<Self, DatabaseError> {
        let (session, runtime) = site.session()?;
        let mut camera = Camera { session, runtime, database: site.name().to_owned(), lines: Vec::new() };
        let read = match site.product {
            Product::Postgres => camera.postgres(&site.url(None)),
            Product::MySql | Product::MariaDb => camera.mysql(site.product),
            Product::Sqlite => camera.sqlite(),
        };
        let read = read.and_then(|()| camera.history());
        let Camera { session, lines, .. } = camera;
        runtime.block_on(session.close());
        read.map(|()| Self { lines })
    }

    /// The lines that only one of two has.
    pub fn differences(&self, expected: &Self, server: Server) -> Vec<String> {
        let is_same = |line: &str, it: &str| server == Server::Crashed && is_same_after_a_crash(line, it);
        let expected_line = |line: &String| expected.lines.iter().find(|it| is_same(line, it));
        let lines: Vec<&String> = self.lines.iter().map(|line| expected_line(line).unwrap_or(line)).collect();
        let own: BTreeSet<_> = lines.iter().copied().collect();
        let other: BTreeSet<_> = expected.lines.iter().collect();
        let missing = other.difference(&own).map(|line| format!("- {line}"));
        let mut found: Vec<String> = missing.chain(own.difference(&other).map(|line| format!("+ {line}"))).collect();
        if found.is_empty() && !lines.into_iter().eq(&expected.lines) {
            found.push("the lines are the same in another order".to_owned());
        }
        found
    }
}

/// What has happened to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// It was there all the time.
    Untouched,
    /// It was killed.
    Crashed,
}

/// How the line of a sequence of PostgreSQL begins.
const SEQUENCE: &str = "value of the sequence ";

/// Whether a sequence is where it was, or where a crash of the server has put it: PostgreSQL logs 32 values ahead (`SEQ_LOG_VALS` in
/// its `sequence.c`), and goes on behind those.
fn is_same_after_a_crash(line: &str, expected: &str) -> bool {
    let value = |line: &str| -> Option<(String, i64)> {
        let (name, value) = line.rsplit_once(": ")?;
        Some((name.to_owned(), value.split(" | ").next()?.parse().ok()?))
    };
    let (Some((name, found)), Some((expected_name, expected))) = (value(line), value(expected)) else { return false };
    line.starts_with(SEQUENCE) && name == expected_name && (expected..=expected + 32).contains(&found)
}

struct Camera<'r> {
    session: Session,
    runtime: &'r Runtime,
    /// The name of the database, which is another one every time.
    database: String,
    lines: Vec<String>,
}

fn joined(row: &sea_gen_runner::session::Row<'_>, count: usize) -> String {
    let values: Vec<&str> = (0..count).map(|at| row.get(at).unwrap_or("NULL")).collect();
    values.join(" | ")
}

impl Camera<'_> {
    fn ask(&mut self, sql: &str) -> Result<Rows, DatabaseError> {
        self.runtime.block_on(self.session.query(sql))
    }

    fn list(&mut self, what: &str, columns: usize, sql: &str) -> Result<(), DatabaseError> {
        let rows = self.ask(sql)?;
        let mut lines: Vec<String> = rows.iter().map(|row| format!("{what}: {}", joined(&row, columns))).collect();
        lines.sort();
        self.lines.extend(lines);
        Ok(())
    }

    fn history(&mut self) -> Result<(), DatabaseError> {
        self.list(
            "history",
            6,
            "SELECT id, checksum, status, direction, statements, CASE WHEN journal IS NULL THEN 'no journal' ELSE journal END \
               FROM sea_gen_history ORDER BY id",
        )
    }

    fn postgres(&mut self, url: &str) -> Result<(), DatabaseError> {
        let output = Command::new("pg_dump").args(["-s", "-T", "public.sea_gen_history*", "-d", url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut block = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            // Newer versions of pg_dump write a random word.
            if line.starts_with("--") || line.starts_with('\\') {
                continue;
            }
            if line.is_empty() {
                self.lines.extend((!block.is_empty()).then(|| block.join("\n    ")));
                block.clear();
            } else {
                block.push(line.to_owned());
            }
        }
        self.list(
            "index that is not valid",
            1,
            "SELECT indexrelid::regclass FROM pg_catalog.pg_index WHERE NOT indisvalid OR NOT indisready",
        )?;
        self.list(
            "partition that is being detached",
            1,
            "SELECT inhrelid::regclass FROM pg_catalog.pg_inherits WHERE inhdetachpending",
        )?;
        let tables = self.ask(
            "SELECT c.oid::regclass, c.relkind, string_agg(quote_ident(a.attname), ' ' ORDER BY a.attnum) \
                      FILTER (WHERE a.atttypid IN (20, 21, 23) AND NOT a.attisdropped) \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
              WHERE c.relkind IN ('r', 'm', 'S') AND n.nspname NOT LIKE 'pg\\_%' \
                AND n.nspname <> 'information_schema' AND c.relname NOT LIKE 'sea_gen_history%' \
              GROUP BY c.oid, c.relkind ORDER BY 1",
        )?;
        for table in tables.iter() {
            let (name, columns) = (table.text(0), table.text(2));
            if table.text(1) == "S" {
                self.list(&format!("{SEQUENCE}{name}"), 2, &format!("SELECT last_value, is_called FROM {name}"))?;
                continue;
            }
            let sums: String = columns.split_whitespace().map(|it| format!(", sum({it})")).collect();
            let sql = format!(
                "SELECT count(*), md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')){sums} FROM {name} t"
            );
            self.list(
                &format!("rows of {name}, checksum, sums of {columns}"),
                2 + columns.split_whitespace().count(),
                &sql,
            )?;
        }
        Ok(())
    }

    fn mysql(&mut self, product: Product) -> Result<(), DatabaseError> {
        let tables = self.ask(
            "SELECT table_name, table_type FROM information_schema.tables \
              WHERE table_schema = DATABASE() AND table_name NOT LIKE 'sea_gen_history%' AND table_name <> 'sea_gen_lease' ORDER BY table_name",
        )?;
        for table in tables.iter() {
            let (name, kind) = (table.text(0), table.text(1));
            let word = match kind {
                "VIEW" => "VIEW",
                "SEQUENCE" => "SEQUENCE",
                _ => "TABLE",
            };
            self.show(word, name, 1)?;
            if word == "TABLE" {
                self.rows(name)?;
            } else if word == "SEQUENCE" {
                self.list(name, 3, &format!("SELECT next_not_cached_value, increment, cycle_count FROM `{name}`"))?;
            }
        }
        for (view, column, words, at) in [
            ("routines WHERE routine_schema", "routine_name, routine_type", "", 2),
            ("triggers WHERE trigger_schema", "trigger_name", "TRIGGER", 2),
            ("events WHERE event_schema", "event_name", "EVENT", 3),
        ] {
            let found = self.ask(&format!("SELECT {column} FROM information_schema.{view} = DATABASE() ORDER BY 1"))?;
            for row in found.iter() {
                let word = if words.is_empty() { row.text(1).to_owned() } else { words.to_owned() };
                self.show(&word, row.text(0), at)?;
            }
        }
        self.list(
            "may on a routine",
            5,
            "SELECT routine_name, routine_type, user, host, proc_priv FROM mysql.procs_priv WHERE db = DATABASE()",
        )?;
        self.list(
            "may on a table",
            5,
            "SELECT table_name, user, host, table_priv, column_priv FROM mysql.tables_priv WHERE db = DATABASE()",
        )?;
        self.list(
            "may on a column",
            5,
            "SELECT table_name, column_name, user, host, column_priv FROM mysql.columns_priv WHERE db = DATABASE()",
        )?;
        debug_assert!(matches!(product, Product::MySql | Product::MariaDb));
        Ok(())
    }

    /// What the server says it would take to make an object, without the next number of a counting column.
    fn show(&mut self, word: &str, name: &str, at: usize) -> Result<(), DatabaseError> {
        let rows = self.ask(&format!("SHOW CREATE {word} `{name}`"))?;
        let text = rows.first().map(|row| row.text(at).replace(&self.database, "")).unwrap_or_default();
        // A node of a cluster disables the events that another one has made.
        let text = text.replace("DISABLE ON SLAVE", "DISABLE");
        let text: Vec<&str> = text.split_whitespace().filter(|it| !it.starts_with("AUTO_INCREMENT=")).collect();
        self.lines.push(format!("{word} {name}: {}", text.join(" ")));
        Ok(())
    }

    fn rows(&mut self, table: &str) -> Result<(), DatabaseError> {
        let found = self.ask(&format!(
            "SELECT column_name, data_type FROM information_schema.columns \
              WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY ordinal_position"
        ))?;
        let all: Vec<String> = found.iter().map(|row| format!("COALESCE(`{}`, '~')", row.text(0))).collect();
        let counted: Vec<&str> =
            found.iter().filter(|row| row.text(1).ends_with("int")).map(|row| row.text(0)).collect();
        let sums: String = counted.iter().map(|it| format!(", SUM(`{it}`)")).collect();
        let sql = format!("SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', {}))){sums} FROM `{table}`", all.join(", "));
        self.list(&format!("rows of {table}, checksum, sums of {}", counted.join(" ")), 2 + counted.len(), &sql)
    }

    fn sqlite(&mut self) -> Result<(), DatabaseError> {
        let objects = self.ask(
            "SELECT type, name, replace(coalesce(sql, ''), '\"', '') FROM sqlite_schema \
              WHERE tbl_name NOT LIKE 'sea_gen_history%' AND tbl_name NOT IN ('sqlite_stat1', 'sqlite_stat4') ORDER BY type, name",
        )?;
        for object in objects.iter() {
            let (kind, name) = (object.text(0), object.text(1));
            let text: String = object.text(2).split_whitespace().collect();
            self.lines.push(format!("{kind} {name}: {text}"));
            if kind == "table" {
                let order = if name == "sqlite_sequence" { "1" } else { "rowid" };
                let rows = self.ask(&format!("SELECT * FROM \"{name}\" ORDER BY {order}"))?;
                let mut text = String::new();
                for row in rows.iter() {
                    text.push_str(&joined(&row, 8));
                    text.push('\n');
                }
                let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
                    (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
                });
                let sums: Vec<i128> =
                    (1..8).map(|at| rows.iter().filter_map(|row| row.get(at)?.parse::<i128>().ok()).sum()).collect();
                self.lines.push(format!("rows of {name}: {}, checksum {digest:x}, sums {sums:?}", rows.len()));
            }
        }
        self.list("journal mode", 1, "PRAGMA journal_mode")?;
        self.list("integrity", 1, "PRAGMA integrity_check")?;
        self.list("foreign keys", 4, "PRAGMA foreign_key_check")
    }
}
