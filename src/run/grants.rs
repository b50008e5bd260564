//! Who may use a table or a column of MySQL and MariaDB may use it under its new name: the servers keep such rights by name, and
//! leave them with the old one.
//!
//! Must not know why something is renamed.

use std::collections::BTreeMap;

use crate::dialect::session::{DatabaseError, Session};
use crate::dialect::{self, Product, Statement, reading};
use crate::plan::deed::Deed;
use crate::schema::{Literal, Name};

/// Why rights stay with the old name.
pub(super) const WHY: &str = "this user may not see or change who may use what is renamed: rights granted on the table or the column alone stay with its old name";

/// What carries rights over to new names, once they are there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    statements: Vec<String>,
    unseen: bool,
}

/// New names by old ones: of tables, and of columns by their tables.
#[derive(Debug, Default, PartialEq, Eq)]
struct Renames {
    tables: BTreeMap<String, String>,
    columns: Vec<(String, String, String)>,
}

impl Renames {
    fn read(product: Product, sql: &str) -> Self {
        let mut found = Self::default();
        let reading = reading::read(product, sql);
        let renaming = |deed: Deed| matches!(deed, Deed::RenameTable | Deed::RenameColumn);
        // Each rename gives one name; where something else gives some, nobody can tell which is whose.
        let clauses: Vec<_> = reading.clauses.iter().filter(|it| renaming(it.deed)).collect();
        if clauses.len() != reading.names.len() {
            return found;
        }
        for (clause, new) in clauses.into_iter().zip(reading.names) {
            let is_local = !clause.table.contains('.') && !new.contains('.');
            match clause.deed {
                Deed::RenameTable if is_local => {
                    let old = found.tables.iter().find(|(_, now)| **now == clause.table).map(|(old, _)| old.clone());
                    found.tables.insert(old.unwrap_or_else(|| clause.table.clone()), new);
                }
                Deed::RenameColumn if is_local => found.columns.push((clause.table.clone(), clause.part.clone(), new)),
                _ => {}
            }
        }
        found
    }
}

/// Reads the rights that a statement would leave behind.
pub(super) async fn before(session: &mut Session, statement: &Statement) -> Rights {
    let product = session.product();
    let text = statement.sql.to_ascii_uppercase();
    if matches!(product, Product::Postgres | Product::Sqlite) || !(text.contains("RENAME") || text.contains("CHANGE")) {
        return Rights::default();
    }
    let renames = Renames::read(product, &statement.sql);
    let (mut taken, mut given) = (Vec::new(), Vec::new());
    for (old, new) in &renames.tables {
        match of_table(session, old, new, None).await {
            Ok((take, give)) => (taken.extend(take), given.extend(give)).1,
            Err(_) => return Rights { unseen: true, ..Rights::default() },
        }
    }
    for (table, old, new) in &renames.columns {
        match of_table(session, table, table, Some((old, new))).await {
            Ok((take, give)) => (taken.extend(take), given.extend(give)).1,
            Err(_) => return Rights { unseen: true, ..Rights::default() },
        }
    }
    // Given first, nobody is without them if that fails; where names change places, what is given would be taken again.
    let reused =
        |new: &String| renames.tables.contains_key(new) || renames.columns.iter().any(|(_, old, _)| old == new);
    let swaps = renames.tables.values().chain(renames.columns.iter().map(|(.., new)| new)).any(reused);
    let (first, then) = if swaps { (taken, given) } else { (given, taken) };
    Rights { statements: first.into_iter().chain(then).collect(), unseen: false }
}

/// Carries the rights over; whether that could not be done.
pub(super) async fn after(session: &mut Session, rights: Rights, failed: bool) -> bool {
    if failed {
        return false;
    }
    for sql in &rights.statements {
        if session.execute(sql).await.is_err() {
            return true;
        }
    }
    rights.unseen
}

/// What takes the rights from a table or one of its columns, and what gives them under the new name.
async fn of_table(
    session: &mut Session,
    old: &str,
    new: &str,
    column: Option<(&String, &String)>,
) -> Result<(Vec<String>, Vec<String>), DatabaseError> {
    let product = session.product();
    let dialect = dialect::of(product);
    let text = |text: &str| dialect.literal(&Literal::Text(text.to_owned()));
    let quote = |name: &str| dialect.quote(&Name::from(name));
    let condition = format!("db = DATABASE() AND table_name = {}", text(old));
    let of_tables = format!("SELECT user, host, table_priv, '' FROM mysql.tables_priv WHERE {condition}");
    let of_columns = format!("SELECT user, host, column_priv, column_name FROM mysql.columns_priv WHERE {condition}");
    let sql = match column {
        None => format!("{of_tables} UNION ALL {of_columns}"),
        Some((column, _)) => format!("{of_columns} AND column_name = {}", text(column)),
    };
    let (mut taken, mut given) = (Vec::new(), Vec::new());
    for row in &session.query(&sql).await? {
        let user = match (product, row.text(1)) {
            // A role of MariaDB has no host.
            (Product::MariaDb, "") => quote(row.text(0)),
            (_, host) => format!("{}@{}", text(row.text(0)), text(host)),
        };
        let (options, rights): (Vec<&str>, Vec<&str>) =
            row.text(2).split(',').filter(|right| !right.is_empty()).partition(|right| *right == "Grant");
        if rights.is_empty() && options.is_empty() {
            continue;
        }
        let said = |column: &str| {
            let of = if column.is_empty() { String::new() } else { format!(" ({})", quote(column)) };
            let right = |right: &&str| match *right {
                "Delete versioning rows" => "DELETE HISTORY".to_owned(),
                right => format!("{}{of}", right.to_uppercase()),
            };
            let rights: Vec<String> = rights.iter().map(right).collect();
            if rights.is_empty() { "USAGE".to_owned() } else { rights.join(", ") }
        };
        let later = match (row.text(3), column) {
            (own, Some((from, to))) if own.eq_ignore_ascii_case(from) => to.as_str(),
            (own, _) => own,
        };
        if !rights.is_empty() {
            taken.push(format!("REVOKE {} ON {} FROM {user}", said(row.text(3)), quote(old)));
        }
        if !options.is_empty() {
            taken.push(format!("REVOKE GRANT OPTION ON {} FROM {user}", quote(old)));
        }
        let option = if options.is_empty() { "" } else { " WITH GRANT OPTION" };
        given.push(format!("GRANT {} ON {} TO {user}{option}", said(later), quote(new)));
    }
    Ok((taken, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gets_another_name_is_told_by_the_statement() {
        let read = |sql: &str| {
            let Renames { tables, columns } = Renames::read(Product::MySql, sql);
            let tables = tables.into_iter().map(|(old, new)| format!("{old}>{new}"));
            let columns = columns.into_iter().map(|(table, old, new)| format!("{table}.{old}>{new}"));
            tables.chain(columns).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read("RENAME TABLE `a` TO c, b TO a, c TO b"), "a>b b>a");
        assert_eq!(read("ALTER TABLE a RENAME TO b"), "a>b");
        assert_eq!(read("ALTER TABLE a RENAME COLUMN x TO y, RENAME COLUMN z TO `w`"), "a.x>y a.z>w");
        assert_eq!(read("ALTER TABLE a CHANGE x y int NOT NULL"), "a.x>y");
        assert_eq!(read("ALTER TABLE a CHANGE x x int, ADD COLUMN z int"), "");
        assert_eq!(read("ALTER TABLE a RENAME INDEX x TO y"), "");
    }
}
