//! Which migration created each table and column, and which ones changed each table: told by the statements of the migrations.
//!
//! Must not know where migrations are read from.

use std::collections::BTreeMap;

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Reading};

/// The migrations behind the current tables, by the names that tables have now: `order`, `audit.log`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeLog {
    tables: BTreeMap<String, TableLog>,
}

/// The migrations behind one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct TableLog {
    /// The ids of the migrations that created or changed it, oldest first.
    migrations: Vec<String>,
    /// The migration that created each column.
    columns: BTreeMap<String, String>,
}

impl ChangeLog {
    /// The ids of the migrations that created and changed a table, oldest first.
    pub fn of_table(&self, table: &str) -> &[String] {
        self.tables.get(table).map(|log| log.migrations.as_slice()).unwrap_or_default()
    }

    /// The id of the migration that created a column.
    pub fn of_column(&self, table: &str, column: &str) -> Option<&str> {
        self.tables.get(table)?.columns.get(column).map(String::as_str)
    }

    /// Adds a migration: its up statements. Migrations are added in the order in which they are applied.
    pub fn add(&mut self, id: &str, up: &[Reading]) {
        // SQLite and others make a table anew and give it the name of the dropped one, which it goes on from.
        let mut dropped: BTreeMap<String, TableLog> = BTreeMap::new();
        for reading in up {
            for clause in &reading.clauses {
                self.add_clause(id, reading, clause, &mut dropped);
            }
        }
    }

    fn add_clause(&mut self, id: &str, reading: &Reading, clause: &Clause, dropped: &mut BTreeMap<String, TableLog>) {
        let table = clause.table.as_str();
        match clause.kind {
            ClauseKind::CreateTable => {
                let of_it = reading.columns().filter(|column| column.table == table);
                let columns = of_it.map(|column| (column.name.clone(), id.to_owned())).collect();
                self.tables.insert(table.to_owned(), TableLog { migrations: vec![id.to_owned()], columns });
            }
            ClauseKind::DropTable => {
                dropped.extend(self.tables.remove(table).map(|log| (table.to_owned(), log)));
            }
            ClauseKind::RenameTable => {
                let mut log = self.tables.remove(table).unwrap_or_default();
                if let Some(former) = dropped.remove(&clause.part) {
                    for (column, made) in &mut log.columns {
                        if let Some(former) = former.columns.get(column) {
                            made.clone_from(former);
                        }
                    }
                    log.migrations = former.migrations;
                }
                log.note(id);
                self.tables.insert(clause.part.clone(), log);
            }
            ClauseKind::Insert | ClauseKind::Update | ClauseKind::Delete => {}
            kind => {
                let Some(log) = self.tables.get_mut(table) else { return };
                log.note(id);
                match kind {
                    ClauseKind::AddColumn
                    | ClauseKind::AddColumnFilled
                    | ClauseKind::AddColumnStored
                    | ClauseKind::AddColumnVirtual
                    | ClauseKind::AddColumnNumbered => {
                        log.columns.insert(clause.part.clone(), id.to_owned());
                    }
                    ClauseKind::DropColumn => drop(log.columns.remove(&clause.part)),
                    ClauseKind::RenameColumn => {
                        for (_, old, new) in reading.renamed_columns().filter(|(of, ..)| *of == table) {
                            if let Some(made) = log.columns.remove(old) {
                                log.columns.insert(new.to_owned(), made);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

impl TableLog {
    fn note(&mut self, id: &str) {
        if self.migrations.last().is_none_or(|last| last != id) {
            self.migrations.push(id.to_owned());
        }
    }
}
