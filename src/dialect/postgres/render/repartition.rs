//! A change of partitioning: the old table is renamed, and the new one and its partitions take its rows.
//!
//! Must not know what depends on the table; lowering has detached it.

use crate::dialect::{Repartition, Statement};
use crate::schema::{Name, ObjectName, Table};

use super::{create, definitions, quote, quote_list, quote_object};

pub(super) fn statements(repartition: &Repartition) -> Vec<Statement> {
    let Repartition { from, to, aside, partitions } = repartition;
    let mut statements: Vec<Statement> = Vec::new();
    // A policy that holds for the owner too would hide rows from the one who copies them.
    let forced = |table: &Table| table.options.contains_key(FORCED);
    if forced(from) {
        statements.push(force("NO FORCE", &from.name));
    }
    for change in aside {
        let sql = format!("ALTER TABLE {} RENAME TO {}", quote_object(&change.from), quote(&change.to.name));
        statements.push(Statement::new(sql));
    }
    let note =
        format!("table {} is made anew with its rows: PostgreSQL cannot partition it otherwise where it is", to.name);
    if let Some(first) = statements.first_mut() {
        *first = std::mem::replace(first, Statement::new("")).with_note(note);
    }
    statements.extend(create::table(&bare(to)));
    statements.extend(partitions.iter().flat_map(definitions::create));
    let Some(old) = aside.first().map(|change| quote_object(&change.to)) else { return statements };
    let stored =
        to.columns.values().filter(|column| column.generated.is_none() && from.columns.contains_key(&column.name));
    let columns: Vec<Name> = stored.map(|column| column.name.clone()).collect();
    if !columns.is_empty() {
        let (columns, new) = (quote_list(&columns), quote_object(&to.name));
        statements.push(Statement::new(format!("INSERT INTO {new} ({columns})\nSELECT {columns}\nFROM {old}")));
    }
    statements.push(Statement::new(format!("DROP TABLE {old}")));
    if forced(to) {
        statements.push(force("FORCE", &to.name));
    }
    statements
}

/// The setting of a table whose policies hold for its owner too.
const FORCED: &str = "force_row_security";

fn force(how: &str, table: &ObjectName) -> Statement {
    Statement::new(format!("ALTER TABLE {} {how} ROW LEVEL SECURITY", quote_object(table)))
}

/// A table with nothing but its columns and settings: the rest is made when the rows are there.
fn bare(table: &Table) -> Table {
    let mut bare = Table::new(table.name.clone());
    bare.columns = table.columns.clone();
    bare.comment.clone_from(&table.comment);
    bare.options = table.options.clone();
    bare.options.remove(FORCED);
    bare
}
