//! A table rebuild: the statements of SQLite's own procedure, inside the migration's transaction.
//!
//! Must not know which operations need it. The runner disables foreign keys, which is impossible inside a transaction,
//! so that dropping the old table deletes no rows of others.

use crate::dialect::{Rebuild, Statement};
use crate::schema::{Column, DefaultValue, Identity, Literal, Name, Table};

use super::ddl;

pub(super) fn statements(rebuild: &Rebuild) -> Vec<Statement> {
    let Rebuild { from, to, meanwhile } = rebuild;
    let (old, new) = (ddl::quote(&from.name.name), ddl::quote(meanwhile));
    let create = ddl::create_table(to, meanwhile);
    let note = format!("table {} is rebuilt: SQLite cannot alter it in place", to.name);
    let mut statements = vec![Statement::new(create).with_note(note)];
    let mut then = |sql: String| statements.push(Statement::new(sql));
    then(copy(from, to, &old, &new));
    if numbered(from) && numbered(to) {
        // The copy sets the counter only to the highest existing number; a number must not be assigned twice.
        let (old, new) = (text(&from.name.name), text(meanwhile));
        then(format!("DELETE FROM sqlite_sequence WHERE name = {new}"));
        then(format!(
            "INSERT INTO sqlite_sequence (name, seq)\nSELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        ));
    }
    then(format!("DROP TABLE {old}"));
    // Otherwise the rename would check views and triggers that read the table, which does not exist at this point.
    then("PRAGMA legacy_alter_table = ON".to_owned());
    then(format!("ALTER TABLE {new} RENAME TO {}", ddl::quote(&to.name.name)));
    then("PRAGMA legacy_alter_table = OFF".to_owned());
    statements.extend(ddl::belongings(to));
    statements
}

fn text(name: &Name) -> String {
    ddl::literal(&Literal::Text(name.to_string()))
}

fn numbered(table: &Table) -> bool {
    table.columns.values().any(|column| column.identity == Some(Identity::AutoIncrement))
}

/// Copies the columns that both tables have. Values are not converted: one that the new table rejects makes the
/// migration fail. New columns get their defaults.
fn copy(from: &Table, to: &Table, old: &str, new: &str) -> String {
    let stored = |column: &&Column| column.generated.is_none();
    let common: Vec<Name> = to
        .columns
        .values()
        .filter(stored)
        .filter(|column| from.columns.contains_key(&column.name))
        .map(|column| column.name.clone())
        .collect();
    if !common.is_empty() {
        let columns = ddl::quoted(&common);
        return format!("INSERT INTO {new} ({columns})\nSELECT {columns}\nFROM {old}");
    }
    // Without a common column, every row is kept by inserting the default of one new column.
    let first = to.columns.values().find(stored);
    let name = first.map(|column| ddl::quote(&column.name)).unwrap_or_default();
    let value = match first.and_then(|column| column.default.as_ref()) {
        Some(DefaultValue::Expression(expression)) => expression.text().to_owned(),
        Some(DefaultValue::Literal(literal)) => ddl::literal(literal),
        None => "NULL".to_owned(),
    };
    format!("INSERT INTO {new} ({name})\nSELECT {value}\nFROM {old}")
}
