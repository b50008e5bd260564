//! Notes on large tables that a migration blocks: neither its file nor its proof shows their size, so it is read from
//! the target database.
//!
//! Must not know the locks of a statement: the rules on statements do.

use std::collections::BTreeMap;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::Direction;
use sea_gen_runner::session::Session;

use crate::dialect;
use crate::lint::Finding;
use crate::lint::script::{self, StatementPlace};

use super::read_statements::lines;

/// The number of rows from which a table gets a note.
const ROWS: u64 = 1_000_000;

/// The number of bytes from which a table gets a note: 1 GiB.
const BYTES: u64 = 1 << 30;

/// Rows and bytes, both as the database estimates them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    rows: u64,
    bytes: u64,
}

/// Notes on statements that block other sessions on a large table, with its size; none if the database does not report
/// sizes.
pub(crate) async fn notes(session: &mut Session, migrations: &[(&Migration, Direction)]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut found: Option<BTreeMap<String, Size>> = None;
    for (migration, direction) in migrations {
        for (table, message) in waits(migration, *direction) {
            if found.is_none() {
                found = Some(sizes(session).await);
            }
            let size = found.as_ref().and_then(|sizes| sizes.get(&table));
            if let Some(size) = size.filter(|size| size.rows >= ROWS || size.bytes >= BYTES) {
                notes.push(format!("{}: {message} ({})", migration.id, said(*size)));
            }
        }
    }
    notes
}

/// The tables on which the blocking time grows with the number of rows, with the reason.
fn waits(migration: &Migration, direction: Direction) -> Vec<(String, String)> {
    let (up, down) = lines(migration);
    let costs = dialect::of(migration.product).costs();
    let of_way = match direction {
        Direction::Up => &up,
        Direction::Down => &down,
    };
    let waits = |it: &Finding<StatementPlace>| it.place.direction == direction && script::BLOCKING.contains(&it.rule);
    let remarks = script::lint(migration.product, costs, &up, &down).into_iter().filter(waits);
    let table = |remark: Finding<StatementPlace>| {
        let clauses = &of_way.get(remark.place.statement?)?.reading.clauses;
        let table = clauses.iter().map(|clause| &clause.table).find(|table| !table.is_empty())?;
        Some((table.clone(), remark.message))
    };
    remarks.filter_map(table).collect()
}

/// The sizes of the tables, by qualified and unqualified name.
async fn sizes(session: &mut Session) -> BTreeMap<String, Size> {
    let Some(query) = dialect::of(session.product()).sizes() else { return BTreeMap::new() };
    // A missing privilege to read the catalog does not prevent the migration.
    let Ok(rows) = session.query(query).await else { return BTreeMap::new() };
    let number = |text: &str| text.parse().unwrap_or_default();
    let mut found = BTreeMap::new();
    for row in &rows {
        let size = Size { rows: number(row.text(3)), bytes: number(row.text(4)) };
        found.insert(format!("{}.{}", row.text(0), row.text(1)), size);
        if row.text(2) == "1" {
            found.insert(row.text(1).to_owned(), size);
        }
    }
    found
}

fn said(size: Size) -> String {
    let rows = match size.rows {
        rows if rows >= 10_000_000 => format!("{} million", rows / 1_000_000),
        rows if rows >= 1_000_000 => format!("{}.{} million", rows / 1_000_000, rows % 1_000_000 / 100_000),
        rows => rows.to_string(),
    };
    let bytes = match size.bytes {
        bytes if bytes >= 10 * BYTES => format!("{} GiB", bytes / BYTES),
        bytes if bytes >= BYTES => format!("{}.{} GiB", bytes / BYTES, bytes % BYTES * 10 / BYTES),
        bytes => format!("{} MiB", bytes >> 20),
    };
    format!("about {rows} rows, {bytes}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_round_numbers() {
        assert_eq!(said(Size { rows: 1_250_000, bytes: 90 << 20 }), "about 1.2 million rows, 90 MiB");
        assert_eq!(said(Size { rows: 31_000_000, bytes: (12 << 30) + 5 }), "about 31 million rows, 12 GiB");
        assert_eq!(said(Size { rows: 9_000, bytes: 3 << 29 }), "about 9000 rows, 1.5 GiB");
    }
}
