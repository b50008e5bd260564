//! Transfers privileges to new names. MySQL and MariaDB keep the privileges on a table or column by name and leave them with the
//! old name. On PostgreSQL a column whose values are converted is replaced by another column, which gets its privileges.
//!
//! Must not know why something is renamed.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::clause_kind::ClauseKind;
use crate::reading::{self, Reading};
use crate::session::{DatabaseError, Session};
use crate::{Product, Statement, sql};

/// Why privileges stay with the old name.
pub(super) const UNSEEN: &str = "this user may not see who may use what is renamed: rights granted on the table or the column alone stay with its old name";

/// Why some privileges may be missing.
pub(super) const REFUSED: &str = "this user may not change all rights granted on the table or the column alone: some of them stay with its old name, or are gone";

/// The suffix of the name of a column whose values are converted, until the column is dropped.
const GIVES_WAY: &str = "__old";

/// The columns that are dropped after their values were converted: the table, the column, and its replacement.
fn converted(reading: &Reading) -> impl Iterator<Item = (&str, &str, &str)> {
    reading.clauses.iter().filter(|clause| clause.kind == ClauseKind::DropColumn).filter_map(|clause| {
        let at = clause.part.rfind(GIVES_WAY)?;
        Some((clause.table.as_str(), clause.part.as_str(), clause.part.get(..at)?))
    })
}

/// The statements that transfer privileges to new names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    statements: Vec<String>,
    unseen: bool,
}

/// New names by old names: of tables, and of columns by the old names of their tables.
#[derive(Debug, Default, PartialEq, Eq)]
struct Renames {
    tables: BTreeMap<String, String>,
    columns: BTreeMap<(String, String), String>,
}

impl Renames {
    fn read(product: Product, sql: &str) -> Self {
        let reading = reading::read(product, sql);
        let mut found = Self::default();
        for clause in reading.clauses.iter().filter(|clause| clause.kind == ClauseKind::RenameTable) {
            // A statement may rename a table twice, to change two names.
            let old = found.tables.iter().find(|(_, now)| **now == clause.table).map(|(old, _)| old.clone());
            found.tables.insert(old.unwrap_or_else(|| clause.table.clone()), clause.part.clone());
        }
        for (table, old, new) in reading.renamed_columns() {
            found.columns.insert((table.to_owned(), old.to_owned()), new.to_owned());
        }
        for (table, column, heir) in converted(&reading) {
            found.columns.insert((table.to_owned(), column.to_owned()), heir.to_owned());
        }
        found
    }

    /// The tables that are renamed, or of which a column is renamed.
    fn touched(&self) -> BTreeSet<&String> {
        self.tables.keys().chain(self.columns.keys().map(|(table, _)| table)).collect()
    }

    /// Whether a new name is the old name of another object in the same statement.
    fn swap(&self) -> bool {
        let column = |((table, _), new): (&(String, String), &String)| (table.clone(), new.clone());
        self.tables.values().any(|new| self.tables.contains_key(new))
            || self.columns.iter().map(column).any(|new| self.columns.contains_key(&new))
    }
}

/// Reads the privileges that a statement would leave with an old name.
pub(super) async fn before(session: &mut Session, statement: &Statement) -> Rights {
    let product = session.product();
    if product == Product::Postgres && statement.sql.contains(GIVES_WAY) {
        return of_converted(session, statement).await;
    }
    let text = statement.sql.to_ascii_uppercase();
    let is_of_interest = text.contains("RENAME") || text.contains("CHANGE") || statement.sql.contains(GIVES_WAY);
    if matches!(product, Product::Postgres | Product::Sqlite) || !is_of_interest {
        return Rights::default();
    }
    let renames = Renames::read(product, &statement.sql);
    let (mut taken, mut given) = (Vec::new(), Vec::new());
    for table in renames.touched() {
        match of_table(session, table, &renames).await {
            Ok(rights) => rights.into_iter().for_each(|(take, give)| {
                taken.extend(take);
                given.push(give);
            }),
            Err(_) => return Rights { unseen: true, ..Rights::default() },
        }
    }
    // Granting before revoking keeps the privileges if a grant fails; where two names are swapped, it would revoke the new grants.
    let (first, then) = if renames.swap() { (taken, given) } else { (given, taken) };
    Rights { statements: first.into_iter().chain(then).collect(), unseen: false }
}

impl Rights {
    /// The statements that transfer the privileges.
    pub(super) fn statements(&self) -> &[String] {
        &self.statements
    }
}

/// Transfers the privileges; returns the reason if it could not.
pub(super) async fn after(session: &mut Session, rights: Rights, failed: bool) -> Option<&'static str> {
    if failed {
        return None;
    }
    let mut refused = false;
    for sql in &rights.statements {
        refused |= session.execute(sql).await.is_err();
    }
    if refused { Some(REFUSED) } else { rights.unseen.then_some(UNSEEN) }
}

/// The privileges on columns that are dropped because another column replaces them.
async fn of_converted(session: &mut Session, statement: &Statement) -> Rights {
    let text = |text: &str| sql::literal(Product::Postgres, text);
    let quote = |name: &str| sql::quote(Product::Postgres, name);
    let mut rights = Rights::default();
    for (table, dropped, column) in converted(&reading::read(Product::Postgres, &statement.sql)) {
        let table = table.split('.').map(quote).collect::<Vec<_>>().join(".");
        let sql = format!(
            "SELECT e.privilege_type, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, \
                    e.is_grantable::int \
               FROM pg_attribute o \
               JOIN pg_attribute n ON n.attrelid = o.attrelid AND n.attname = {} AND NOT n.attisdropped \
              CROSS JOIN LATERAL aclexplode(o.attacl) e \
              WHERE o.attrelid = to_regclass({}) AND o.attname = {}",
            text(column),
            text(&table),
            text(dropped),
        );
        let Ok(found) = session.query(&sql).await else { continue };
        for row in &found {
            let option = if row.text(2) == "1" { " WITH GRANT OPTION" } else { "" };
            let (right, column) = (row.text(0), quote(column));
            rights.statements.push(format!("GRANT {right} ({column}) ON {table} TO {}{option}", row.text(1)));
        }
    }
    rights
}

/// The statements that revoke privileges on a table or its columns, each with the one that grants them under the new names.
async fn of_table(
    session: &mut Session,
    table: &str,
    renames: &Renames,
) -> Result<Vec<(Vec<String>, String)>, DatabaseError> {
    let product = session.product();
    let text = |text: &str| sql::literal(product, text);
    let quote = |name: &str| sql::quote(product, name);
    let object = |path: &str| path.split('.').map(quote).collect::<Vec<_>>().join(".");
    let (database, name) = match table.split_once('.') {
        Some((database, name)) => (text(database), name),
        None => ("DATABASE()".to_owned(), table),
    };
    let condition = format!("db = {database} AND table_name = {}", text(name));
    let rows = session
        .query(&format!(
            "SELECT user, host, table_priv, '' FROM mysql.tables_priv WHERE {condition} \
             UNION ALL SELECT user, host, column_priv, column_name FROM mysql.columns_priv WHERE {condition}"
        ))
        .await?;
    let renamed_table = renames.tables.get(table);
    let new_column = |column: &str| {
        let is_it = |((of, old), _): &(&(String, String), &String)| of == table && old.eq_ignore_ascii_case(column);
        renames.columns.iter().find(is_it).map(|(_, new)| new.as_str())
    };
    let mut found = Vec::new();
    for row in &rows {
        let column = row.text(3);
        if renamed_table.is_none() && new_column(column).is_none() {
            continue;
        }
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
        let mut taken = Vec::new();
        if !rights.is_empty() {
            taken.push(format!("REVOKE {} ON {} FROM {user}", said(column), object(table)));
        }
        if !options.is_empty() {
            taken.push(format!("REVOKE GRANT OPTION ON {} FROM {user}", object(table)));
        }
        let option = if options.is_empty() { "" } else { " WITH GRANT OPTION" };
        let new_table = object(renamed_table.map_or(table, String::as_str));
        let new_column = new_column(column).unwrap_or(column);
        found.push((taken, format!("GRANT {} ON {new_table} TO {user}{option}", said(new_column))));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gets_another_name_is_told_by_the_statement() {
        let read = |sql: &str| {
            let Renames { tables, columns } = Renames::read(Product::MySql, sql);
            let tables = tables.into_iter().map(|(old, new)| format!("{old}>{new}"));
            let columns = columns.into_iter().map(|((table, old), new)| format!("{table}.{old}>{new}"));
            tables.chain(columns).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read("RENAME TABLE `a` TO c, b TO a, c TO b"), "a>b b>a");
        assert_eq!(read("ALTER TABLE a RENAME TO b"), "a>b");
        assert_eq!(read("ALTER TABLE a RENAME COLUMN x TO y, RENAME COLUMN z TO `w`"), "a.x>y a.z>w");
        assert_eq!(read("ALTER TABLE a CHANGE x y int NOT NULL"), "a.x>y");
        assert_eq!(read("ALTER TABLE a CHANGE x x int, ADD COLUMN z int"), "");
        assert_eq!(read("ALTER TABLE a RENAME b"), "a>b");
        assert_eq!(read("ALTER TABLE a RENAME COLUMN x TO y, RENAME TO b"), "a>b a.x>y");
        assert_eq!(read("ALTER TABLE a ADD COLUMN z int, RENAME COLUMN x TO y, ADD INDEX w (z)"), "a.x>y");
        assert_eq!(read("RENAME TABLE s.a TO s.b"), "s.a>s.b");
        assert_eq!(read("ALTER TABLE a RENAME COLUMN x TO x__old"), "a.x>x__old");
        assert_eq!(read("ALTER TABLE a DROP COLUMN x__old, DROP COLUMN y"), "a.x__old>x");
        assert_eq!(read("ALTER TABLE a RENAME INDEX x TO y"), "");
    }
}
