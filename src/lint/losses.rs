//! What of the rows and values that are there the statements of a file throw away, whoever wrote them.
//!
//! Judges statements that are about to run, as the other rules judge a plan that is about to be written, so that both are
//! allowed by the same words. Must not know SQL, or how many rows there are.

use std::collections::BTreeMap;

use sea_gen_runner::reading::deed::Deed;
use sea_gen_runner::reading::{Clause, ColumnRead, Feature, Reading};

use crate::plan::cast::{Stake, Types};
use crate::plan::{Alter, Object, Op, Plan};
use crate::schema::{
    Change, Column, DefinitionId, DefinitionKind, Expression, Generated, Name, ObjectName, Place, Schema, Table,
};

use super::casts::{IMPOSSIBLE_CAST, LOSSY_CAST};
use super::destructive::{DROP_COLUMN, DROP_PARTITION, DROP_TABLE, DROP_VALUE};
use super::{Context, Finding, lint};

/// The rules on what loses rows or values that are there.
const LOSING: [&str; 6] =
    [DROP_TABLE.name, DROP_PARTITION.name, DROP_COLUMN.name, DROP_VALUE.name, LOSSY_CAST.name, IMPOSSIBLE_CAST.name];

/// What the statements throw away of a database with this schema, and the operations that do it, as far as they are operations
/// on tables and columns as they are called now. What the statements bring along themselves is not there yet, and nothing is
/// lost of it.
///
/// `home` is the schema or the database that a name without one is in.
pub fn losses(readings: &[Reading], schema: &Schema, home: &str, types: &dyn Types) -> (Vec<Finding>, Plan) {
    let readings: Vec<Reading> = readings.iter().cloned().map(|reading| reading.at_home(home)).collect();
    let readings = readings.as_slice();
    let (mut names, mut emptied, mut parts, mut ops) = (Names::default(), Vec::new(), Vec::new(), Vec::new());
    // Columns whose values are others by now than those that could be counted.
    let mut updated: Vec<(&ObjectName, Name)> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        for clause in &reading.clauses {
            let found = names.table(&clause.table).and_then(|name| schema.tables.get(&name));
            match (clause.deed, found) {
                (Deed::RenameTable, _) => names.rename_table(&clause.table, &clause.part),
                (Deed::RenameColumn, _) => names.rename_column(clause, reading),
                // A table that comes in the place of one that goes has the rows that were copied.
                (Deed::DropTable, Some(table)) => match names.replacement(table, clause, readings, at) {
                    Some(made) => {
                        ops.extend(made.losses(table, &clause.table, &names, types));
                        // It is that table from here on, and may be made anew once more.
                        let (into, former) = (made.into.to_owned(), names.former(&clause.table));
                        names.tables.insert(into, Some(former));
                    }
                    None => ops.push(Op::Drop(Object::Table(table.clone()))),
                },
                (Deed::Truncate, Some(table)) => emptied.push(empties(table)),
                (Deed::Truncate, None) => {
                    let partition = partition(schema, &clause.table).map(|op| Finding {
                        rule: DROP_PARTITION.name,
                        level: DROP_PARTITION.level,
                        place: op.place(),
                        message: format!("empties partition {}", clause.table),
                        stake: Stake::Rows,
                    });
                    emptied.extend(partition);
                }
                (Deed::Delete, Some(table)) if reading.has(&Feature::EveryRow) => emptied.push(empties(table)),
                (Deed::Update, Some(table)) => {
                    let columns = reading.written().filter_map(|column| names.column(&clause.table, column));
                    updated.extend(columns.map(|column| (&table.name, column)));
                }
                (Deed::DropTable, None) => ops.extend(partition(schema, &clause.table)),
                (Deed::Other, Some(table)) => {
                    parts.extend(reading.dropped("PARTITION").map(|name| dropped(table, name)))
                }
                (Deed::DropColumn, Some(table)) => {
                    let column = names.column(&clause.table, &clause.part).and_then(|name| table.columns.get(&name));
                    ops.extend(column.map(|column| Op::Drop(Object::Column(table.name.clone(), column.clone()))));
                }
                (Deed::RetypeFromUnknown, Some(table)) => {
                    let is_read = |column: &&Column| !updated.contains(&(&table.name, column.name.clone()));
                    let column = names.column(&clause.table, &clause.part).and_then(|name| table.columns.get(&name));
                    let of_it = |read: &&ColumnRead| read.table == clause.table && read.name == clause.part;
                    let read = reading.columns().find(of_it);
                    ops.extend(
                        column.filter(is_read).zip(read).and_then(|(column, read)| changed(table, column, read, types)),
                    );
                }
                (Deed::CreateTable, _) => names.create_table(clause),
                _ => {}
            }
        }
    }
    let mut each: Vec<Op> = Vec::new();
    ops.into_iter().for_each(|op| {
        if !each.contains(&op) {
            each.push(op)
        }
    });
    let plan = Plan::new(each);
    let mut findings = lint(&Context { plan: &plan, from: schema, to: schema, types });
    findings.retain(|finding| LOSING.contains(&finding.rule));
    findings.extend(emptied.into_iter().chain(parts));
    (findings, plan)
}

/// A partition that is no table to the model, as an operation.
fn partition(schema: &Schema, name: &str) -> Option<Op> {
    let id = DefinitionId::new(DefinitionKind::Partition, object(name));
    schema.definitions.get(&id).map(|it| Op::Drop(Object::Definition(it.clone())))
}

/// A partition that a table has as an option.
fn dropped(table: &Table, name: &str) -> Finding {
    Finding {
        rule: DROP_PARTITION.name,
        message: format!("drops partition {name} of {} and its rows", table.name),
        stake: Stake::Nothing,
        ..empties(table)
    }
}

fn empties(table: &Table) -> Finding {
    Finding {
        rule: DROP_TABLE.name,
        level: DROP_TABLE.level,
        place: Place::table(&table.name),
        message: format!("empties table {}", table.name),
        stake: Stake::Rows,
    }
}

/// The change of a column to what a statement says of it, if that is understood.
fn changed(table: &Table, from: &Column, read: &ColumnRead, types: &dyn Types) -> Option<Op> {
    let mut to = from.clone();
    if read.computed {
        to.generated = Some(Generated { expression: Expression::new(""), stored: true });
    } else if !read.converted {
        to.data_type = types.read(&read.data_type)?;
    }
    Some(Op::Alter(Alter::Column(table.name.clone(), Change::new(from.clone(), to))))
}

/// A table that takes the place of another.
struct Made<'r> {
    into: &'r str,
    columns: Vec<&'r ColumnRead>,
    /// The columns that rows are copied into.
    filled: &'r [String],
}

impl Made<'_> {
    /// What is lost of the values of a table. `now` is what that is called meanwhile.
    fn losses(&self, table: &Table, now: &str, names: &Names, types: &dyn Types) -> Vec<Op> {
        let of = |column: &Column| {
            let is_it = |name: &str| names.column(now, name).is_some_and(|former| former == column.name);
            let read = self.columns.iter().find(|read| is_it(&read.name));
            let is_filled = self.filled.is_empty() || self.filled.iter().any(|name| is_it(name));
            match read {
                Some(read) if is_filled || read.computed => changed(table, column, read, types),
                _ => Some(Op::Drop(Object::Column(table.name.clone(), column.clone()))),
            }
        };
        table.columns.values().filter_map(of).collect()
    }
}

/// What tables and columns were called before the statements began.
#[derive(Default)]
struct Names {
    /// Former names of tables by those they have meanwhile; none for a table that was not there.
    tables: BTreeMap<String, Option<String>>,
    /// Former names of columns, by table and name as they are meanwhile.
    columns: BTreeMap<(String, String), String>,
}

impl Names {
    fn table(&self, now: &str) -> Option<ObjectName> {
        let former = match self.tables.get(now) {
            Some(former) => former.as_deref()?,
            None => now,
        };
        Some(object(former))
    }

    /// What a table was called.
    fn former(&self, now: &str) -> String {
        self.tables.get(now).cloned().flatten().unwrap_or_else(|| now.to_owned())
    }

    /// Whether a table was not there before.
    fn is_new(&self, now: &str) -> bool {
        self.tables.get(now).is_some_and(Option::is_none)
    }

    fn column(&self, table: &str, now: &str) -> Option<Name> {
        if now.is_empty() {
            return None;
        }
        let former = self.columns.get(&(table.to_owned(), now.to_owned()));
        Some(Name::from(former.map_or(now, String::as_str)))
    }

    fn create_table(&mut self, clause: &Clause) {
        self.tables.insert(clause.table.clone(), None);
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
        let is_it = |(table, old, _): &(&str, &str, &str)| *table == clause.table && *old == clause.part;
        let Some((_, _, to)) = reading.renamed_columns().find(is_it) else { return };
        let table = clause.table.clone();
        let former = self.columns.remove(&(table.clone(), clause.part.clone()));
        self.columns.insert((table, to.to_owned()), former.unwrap_or_else(|| clause.part.clone()));
    }

    /// The table that gets the rows of one that is dropped, and has its name in the end: that is the table made anew.
    fn replacement<'r>(&self, table: &Table, dropped: &Clause, readings: &'r [Reading], at: usize) -> Option<Made<'r>> {
        let (before, after) = readings.split_at_checked(at)?;
        let copies = before.iter().filter_map(|reading| {
            let into = reading.clauses.iter().find(|it| it.deed == Deed::Insert)?;
            let copied = |feature: &'r Feature| match feature {
                Feature::Copies { from, columns } if *from == dropped.table => Some(columns.as_slice()),
                _ => None,
            };
            Some((into.table.as_str(), reading.features.iter().find_map(copied)?))
        });
        let renames = || after.iter().flat_map(|reading| &reading.clauses).filter(|it| it.deed == Deed::RenameTable);
        let takes_its_name = |into: &str| {
            let name = renames().find(|it| it.table == into).map_or(into, |it| it.part.as_str());
            name == dropped.table || object(name) == table.name
        };
        let (into, filled) = copies.into_iter().find(|(into, _)| self.is_new(into) && takes_its_name(into))?;
        let columns = before.iter().flat_map(Reading::columns).filter(|read| read.table == into).collect();
        Some(Made { into, columns, filled })
    }
}

fn object(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::casts::Casts;
    use crate::dialect::{self, Product, reading};
    use crate::schema::{Definition, Type};

    /// Tables `t` and `u`, both with texts `id`, `a` and `b`, a number and a mood.
    fn schema(product: Product) -> Schema {
        let mut schema = Schema::default();
        let is_server = matches!(product, Product::MySql | Product::MariaDb);
        for name in ["t", "u"] {
            let mut table = Table::new(ObjectName::local(name));
            let mut column = |name: &str, words: &str| {
                table.columns.insert(Column::new(name, Type::Custom(words.to_owned())));
            };
            ["id", "a", "b"].iter().for_each(|name| column(name, "text"));
            column("n", "decimal(12, 2)");
            column("mood", if is_server { "enum('glad','lost')" } else { "text" });
            schema.tables.insert(table.name.clone(), table);
        }
        if product == Product::Postgres {
            let id = DefinitionId::new(DefinitionKind::Partition, ObjectName::local("part"));
            let part = Definition::new(id.clone(), "CREATE TABLE part PARTITION OF t DEFAULT");
            schema.definitions.insert(id, part);
        }
        dialect::of(product).normalize(schema).expect("a schema").schema().clone()
    }

    #[track_caller]
    fn lost(product: Product, statements: &[&str], expected: &[&str]) {
        let readings: Vec<Reading> = statements.iter().map(|sql| reading::read(product, sql)).collect();
        let (schema, dialect) = (schema(product), dialect::of(product));
        let types = Casts { dialect, from: &schema, to: &schema };
        let found: Vec<String> =
            losses(&readings, &schema, "public", &types).0.into_iter().map(|it| it.message).collect();
        assert_eq!(found, expected, "{statements:?}");
    }

    #[test]
    fn what_is_there_and_goes_is_lost() {
        let both = ["drops column t.a and its values", "drops column t.b and its values"];
        lost(Product::Postgres, &["ALTER TABLE \"t\" DROP COLUMN \"a\", DROP COLUMN b"], &both);
        lost(Product::MySql, &["ALTER TABLE `t`\n  DROP COLUMN `a`,\n  DROP COLUMN `b`,\n  ALGORITHM=COPY"], &both);
        lost(Product::Postgres, &["DROP TABLE t"], &["drops table t and its rows"]);
        lost(Product::Postgres, &["TRUNCATE t"], &["empties table t"]);
        lost(Product::Postgres, &["DROP TABLE public.t"], &["drops table t and its rows"]);
        lost(Product::Postgres, &["DROP TABLE other.t"], &[]);
        lost(Product::Postgres, &["ALTER TABLE \"public\".t DROP COLUMN a"], &both[..1]);
        lost(Product::Postgres, &["TRUNCATE public.t, part"], &["empties table t", "empties partition part"]);
        lost(Product::MySql, &["DROP TABLES t, u"], &["drops table t and its rows", "drops table u and its rows"]);
        lost(Product::MySql, &["/*!50000 DROP TABLE t */"], &["drops table t and its rows"]);
        lost(Product::MariaDb, &["CREATE OR REPLACE TABLE t (id int)"], &["drops table t and its rows"]);
        lost(Product::Postgres, &["ALTER TABLE t DROP CONSTRAINT a, ADD COLUMN c int"], &[]);
        lost(Product::Postgres, &["CREATE TABLE w (id int)", "DROP TABLE w"], &[]);
        lost(Product::Postgres, &["ALTER TABLE t ADD COLUMN c int", "ALTER TABLE t DROP COLUMN c"], &[]);
    }

    #[test]
    fn a_partition_takes_its_rows_along() {
        lost(Product::MySql, &["ALTER TABLE t DROP PARTITION `p`"], &["drops partition p of t and its rows"]);
        lost(Product::MariaDb, &["ALTER TABLE t REORGANIZE PARTITION p INTO (PARTITION q VALUES IN (1))"], &[]);
        lost(Product::Postgres, &["DROP TABLE part"], &["drops partition part and its rows"]);
        lost(Product::Postgres, &["ALTER TABLE t DETACH PARTITION part"], &[]);
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
            "CREATE TABLE \"_new_t\" (\n  \"id\" text NOT NULL PRIMARY KEY,\n  \"a\" text,\n  CHECK (\"a\" <> ''),\n  n decimal(12, 2), mood text)",
            "INSERT INTO \"_new_t\" (\"id\", \"a\", n, mood) SELECT \"id\", \"a\", n, mood FROM \"t\"",
            "DROP TABLE \"t\"",
            "ALTER TABLE \"_new_t\" RENAME TO \"t\"",
        ];
        lost(Product::Sqlite, &statements, &["drops column t.b and its values"]);
    }

    #[test]
    fn a_table_made_anew_twice_loses_what_each_leaves_out() {
        let anew = |name: &str, columns: &str, of: &str| {
            [
                format!("CREATE TABLE {name} ({})", columns.replace(", n", ", n decimal(12, 2)")),
                format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {of}"),
                format!("DROP TABLE {of}"),
                format!("ALTER TABLE {name} RENAME TO {of}"),
            ]
        };
        let (one, two) = (anew("one", "id, a, n, mood", "t"), anew("two", "id, n, mood", "t"));
        let both: Vec<&str> = one.iter().chain(&two).map(String::as_str).collect();
        lost(Product::Sqlite, &both, &["drops column t.b and its values", "drops column t.a and its values"]);
    }

    #[test]
    fn values_that_another_type_has_no_room_for_are_lost() {
        let narrows = "column t.n becomes numeric(10,0), and values are lost in rows where it has values beyond 10 digits before and 0 behind the point";
        lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 0)"], &[narrows]);
        lost(Product::Postgres, &["ALTER TABLE t ALTER n TYPE numeric(10, 0) USING n::numeric(10, 0)"], &[narrows]);
        lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(14, 2)"], &[]);
        lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 0) USING n / 100"], &[]);
        let decimal = narrows.replace("numeric", "decimal");
        lost(Product::MySql, &["ALTER TABLE t MODIFY COLUMN n decimal(10, 0) NOT NULL"], &[&decimal]);
        lost(Product::MariaDb, &["ALTER TABLE t CHANGE n m decimal(10, 0)"], &[&decimal]);
        lost(Product::MariaDb, &["UPDATE t SET n = 0 WHERE n > 9", "ALTER TABLE t MODIFY n decimal(10, 0)"], &[]);
        let other = ["UPDATE t AS x SET x.a = 'n = 0', b = 'y' WHERE n > 9", "ALTER TABLE t MODIFY n decimal(10, 0)"];
        lost(Product::MariaDb, &other, &[&decimal]);
        let renamed = [
            "ALTER TABLE t RENAME COLUMN n TO m",
            "UPDATE t SET (a, m) = ('x', 0)",
            "ALTER TABLE t ALTER m TYPE numeric(10, 0)",
        ];
        lost(Product::Postgres, &renamed, &[]);
        let fewer = "removes lost from column t.mood";
        lost(Product::MySql, &["ALTER TABLE t MODIFY mood enum('glad')"], &[fewer]);
    }

    #[test]
    fn values_that_give_way_to_computed_ones_are_lost() {
        let computed = "computes column t.a and drops its values";
        for (product, statement) in [
            (Product::MySql, "ALTER TABLE t MODIFY a int GENERATED ALWAYS AS (b * 2) STORED"),
            (Product::MariaDb, "ALTER TABLE t MODIFY a int AS (b * 2) PERSISTENT COMMENT 'x'"),
        ] {
            lost(product, &[statement], &[computed]);
        }
        lost(Product::MySql, &["ALTER TABLE t MODIFY a text COMMENT 'as (b)'"], &[]);
        let rebuilt = |columns: &str| {
            [
                format!("CREATE TABLE new_t (id text, n decimal(12, 2), mood text, {columns})"),
                "INSERT INTO new_t (id, n, mood, b) SELECT id, n, mood, b FROM t".to_owned(),
                "DROP TABLE t".to_owned(),
                "ALTER TABLE new_t RENAME TO t".to_owned(),
            ]
        };
        let computes = rebuilt("a text AS (b || b) STORED, b text");
        lost(Product::Sqlite, &computes.each_ref().map(String::as_str), &[computed]);
        // It comes anew, and nothing is copied into it.
        let empty = rebuilt("a text DEFAULT 'x', b text");
        lost(Product::Sqlite, &empty.each_ref().map(String::as_str), &["drops column t.a and its values"]);
    }

    #[test]
    fn rows_that_nobody_copies_are_lost() {
        let drops = "drops table t and its rows";
        let swap = ["CREATE TABLE w (id int)", "DROP TABLE t", "ALTER TABLE w RENAME TO t"];
        lost(Product::Postgres, &swap, &[drops]);
        let archive = ["CREATE TABLE w (id int)", "INSERT INTO w SELECT id FROM t", "DROP TABLE t"];
        lost(Product::Postgres, &archive, &[drops]);
        let aside = [
            "ALTER TABLE u RENAME TO u_old",
            "CREATE TABLE u (id text, a text, n numeric(12, 2), mood text)",
            "INSERT INTO u SELECT id, a, n, mood FROM u_old",
            "DROP TABLE u_old",
        ];
        lost(Product::Postgres, &aside, &["drops column u.b and its values"]);
        lost(Product::Sqlite, &["DELETE FROM t"], &["empties table t"]);
        lost(Product::Sqlite, &["DELETE FROM t WHERE id = 1"], &[]);
    }
}
