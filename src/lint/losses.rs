//! What of the rows and values that are there the statements of a file throw away, whoever wrote them.
//!
//! Judges statements that are about to run, as the other rules judge a plan that is about to be written, so that both are
//! allowed by the same words. Must not know SQL, or how many rows there are.

use std::collections::BTreeMap;

use crate::plan::cast::Stake;
use crate::plan::deed::Deed;
use crate::plan::reading::{Clause, Reading};
use crate::schema::{Name, ObjectName, Place, Schema, Table};

use super::destructive::{DROP_COLUMN, DROP_TABLE};
use super::{Finding, Rule};

/// What the statements throw away of a database with this schema, in their order. What they bring along themselves is not
/// there yet, and nothing is lost of it.
pub fn losses(readings: &[Reading], schema: &Schema) -> Vec<Finding> {
    let mut names = Names::default();
    let mut findings = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let later = readings.get(at + 1..).unwrap_or_default();
        for clause in &reading.clauses {
            let found = names.table(&clause.table).and_then(|name| schema.tables.get(&name));
            match (clause.deed, found) {
                (Deed::RenameTable, _) => names.rename_table(&clause.table, &clause.part),
                (Deed::RenameColumn, _) => names.rename_column(clause, reading),
                // A table that comes in the place of one that goes has the columns it is created with.
                (Deed::DropTable, Some(table)) => match names.replacement(clause, later) {
                    Some(kept) => findings.extend(gone(table, &kept)),
                    None => findings.push(of_table(table, "drops")),
                },
                (Deed::Truncate, Some(table)) => findings.push(of_table(table, "empties")),
                (Deed::DropColumn, Some(table)) => {
                    let name = names.column(&clause.table, &clause.part);
                    findings.extend(name.and_then(|name| of_column(table, &name)));
                }
                (Deed::CreateTable, _) => names.create_table(clause, reading),
                _ => {}
            }
        }
    }
    findings
}

fn finding(rule: &Rule, place: Place, message: String, stake: Stake) -> Finding {
    Finding { rule: rule.name, level: rule.level, place, message, stake }
}

fn of_table(table: &Table, verb: &str) -> Finding {
    let rows = if verb == "empties" { "" } else { " and its rows" };
    finding(&DROP_TABLE, Place::table(&table.name), format!("{verb} table {}{rows}", table.name), Stake::Rows)
}

fn of_column(table: &Table, name: &Name) -> Option<Finding> {
    let column = table.columns.get(name).filter(|column| column.generated.is_none())?;
    let message = format!("drops column {}.{} and its values", table.name, column.name);
    Some(finding(&DROP_COLUMN, Place::column(&table.name, &column.name), message, Stake::Values))
}

/// The columns of a table that its replacement does not have.
fn gone(table: &Table, kept: &[String]) -> Vec<Finding> {
    let gone =
        table.columns.values().filter(|column| !kept.iter().any(|name| Name::from(name.as_str()) == column.name));
    gone.filter_map(|column| of_column(table, &column.name)).collect()
}

/// What tables and columns were called before the statements began.
#[derive(Default)]
struct Names {
    /// Former names of tables by those they have meanwhile; none for a table that was not there.
    tables: BTreeMap<String, Option<String>>,
    /// Former names of columns, by table and name as they are meanwhile.
    columns: BTreeMap<(String, String), String>,
    /// The columns of tables that were created, by the name they were given then.
    created: BTreeMap<String, Vec<String>>,
}

impl Names {
    fn table(&self, now: &str) -> Option<ObjectName> {
        let former = match self.tables.get(now) {
            Some(former) => former.as_deref()?,
            None => now,
        };
        Some(match former.split_once('.') {
            Some((schema, name)) => ObjectName::qualified(schema, name),
            None => ObjectName::local(former),
        })
    }

    fn column(&self, table: &str, now: &str) -> Option<Name> {
        if now.is_empty() {
            return None;
        }
        let former = self.columns.get(&(table.to_owned(), now.to_owned()));
        Some(Name::from(former.map_or(now, String::as_str)))
    }

    fn create_table(&mut self, clause: &Clause, reading: &Reading) {
        self.tables.insert(clause.table.clone(), None);
        let columns = reading.names.iter().filter(|name| **name != clause.table).cloned().collect();
        self.created.insert(clause.table.clone(), columns);
    }

    fn rename_table(&mut self, from: &str, to: &str) {
        // Where only the name is given, the table stays in its schema.
        let to = match (from.rsplit_once('.'), to.contains('.')) {
            (Some((schema, _)), false) => format!("{schema}.{to}"),
            _ => to.to_owned(),
        };
        let former = self.tables.remove(from).unwrap_or_else(|| Some(from.to_owned()));
        self.tables.insert(to.clone(), former);
        let of_it = |(table, column): &(String, String), name: &String| {
            (table == from).then(|| ((to.clone(), column.clone()), name.clone()))
        };
        let renamed: Vec<_> = self.columns.iter().filter_map(|(key, name)| of_it(key, name)).collect();
        self.columns.extend(renamed);
    }

    fn rename_column(&mut self, clause: &Clause, reading: &Reading) {
        // Several are renamed in one statement where nothing else is done in it.
        let renames = reading.clauses.iter().filter(|it| it.deed == Deed::RenameColumn);
        let Some(to) = renames.zip(&reading.names).find(|(it, _)| *it == clause).map(|(_, to)| to) else { return };
        let table = clause.table.clone();
        let former = self.columns.remove(&(table.clone(), clause.part.clone()));
        self.columns.insert((table, to.clone()), former.unwrap_or_else(|| clause.part.clone()));
    }

    /// The columns of the table that takes the name of one that is dropped, if one does: that is the table made anew.
    fn replacement(&self, dropped: &Clause, later: &[Reading]) -> Option<Vec<String>> {
        let renamed = later.iter().flat_map(|reading| &reading.clauses);
        let mut renamed = renamed.filter(|it| it.deed == Deed::RenameTable && it.part == dropped.table);
        renamed.find_map(|it| self.created.get(&it.table)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Product, reading};
    use crate::schema::{Column, Type};

    /// Tables `t` and `u`, both with columns `id`, `a` and `b`.
    fn schema() -> Schema {
        let mut schema = Schema::default();
        for name in ["t", "u"] {
            let mut table = Table::new(ObjectName::local(name));
            for column in ["id", "a", "b"] {
                table.columns.insert(Column::new(column, Type::Text));
            }
            schema.tables.insert(table.name.clone(), table);
        }
        schema
    }

    #[track_caller]
    fn lost(product: Product, statements: &[&str], expected: &[&str]) {
        let readings: Vec<Reading> = statements.iter().map(|sql| reading::read(product, sql)).collect();
        let found: Vec<String> = losses(&readings, &schema()).into_iter().map(|it| it.message).collect();
        assert_eq!(found, expected, "{statements:?}");
    }

    #[test]
    fn what_is_there_and_goes_is_lost() {
        let both = ["drops column t.a and its values", "drops column t.b and its values"];
        lost(Product::Postgres, &["ALTER TABLE \"t\" DROP COLUMN \"a\", DROP COLUMN b"], &both);
        lost(Product::MySql, &["ALTER TABLE `t`\n  DROP COLUMN `a`,\n  DROP COLUMN `b`,\n  ALGORITHM=COPY"], &both);
        lost(Product::Postgres, &["DROP TABLE t"], &["drops table t and its rows"]);
        lost(Product::Postgres, &["TRUNCATE t"], &["empties table t"]);
        lost(Product::Postgres, &["ALTER TABLE t DROP CONSTRAINT a, ADD COLUMN c int"], &[]);
        lost(Product::Postgres, &["CREATE TABLE w (id int)", "DROP TABLE w"], &[]);
        lost(Product::Postgres, &["ALTER TABLE t ADD COLUMN c int", "ALTER TABLE t DROP COLUMN c"], &[]);
    }

    #[test]
    fn what_was_renamed_is_known_by_the_name_it_had() {
        let renamed =
            ["ALTER TABLE t RENAME TO w", "ALTER TABLE w RENAME COLUMN a TO c", "ALTER TABLE w DROP COLUMN c"];
        lost(Product::Postgres, &renamed, &["drops column t.a and its values"]);
        lost(Product::MySql, &["RENAME TABLE `t` TO `w`", "DROP TABLE `w`"], &["drops table t and its rows"]);
        let then = ["ALTER TABLE t RENAME COLUMN a TO c", "ALTER TABLE t RENAME TO w", "ALTER TABLE w DROP COLUMN c"];
        lost(Product::Postgres, &then, &["drops column t.a and its values"]);
    }

    #[test]
    fn a_table_made_anew_loses_the_columns_it_has_no_more() {
        let statements = [
            "CREATE TABLE \"_new_t\" (\n  \"id\" integer NOT NULL PRIMARY KEY,\n  \"a\" text,\n  CHECK (\"a\" <> '')\n)",
            "INSERT INTO \"_new_t\" (\"id\", \"a\") SELECT \"id\", \"a\" FROM \"t\"",
            "DROP TABLE \"t\"",
            "ALTER TABLE \"_new_t\" RENAME TO \"t\"",
        ];
        lost(Product::Sqlite, &statements, &["drops column t.b and its values"]);
    }
}
