//! Changes the rows batch by batch.
//!
//! What is done is in the table of new values too, so that an interrupted run goes on. Must not know how new values are made.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

use sea_gen_runner::checksum::sha256;
use sea_gen_runner::run::goes_on;
use sea_gen_runner::session::{DatabaseError, Session};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::catalog::REPLACEMENTS_TABLE;
use crate::project::AnonymizeRule;
use crate::schema::Schema;

use super::columns::{Group, Key, Selection};
use super::remaining::{Strange, remaining};
use super::sql::Sql;
use super::{Progress, Watch, mapping};

/// The part of the table in which the state of the run is.
const STATE: usize = 0;

/// What the state says under these names: the columns and rules, the salt as a hash, that all new values are there.
const PLAN: &str = "plan";
const SALT: &str = "salt";
const READY: &str = "ready";

/// How statements begin that are executed at the end.
const AFTERWARDS: &str = "afterwards ";

/// One run.
struct Run<'a> {
    session: &'a mut Session,
    sql: Sql,
    schema: &'a Schema,
    selection: &'a Selection,
}

/// Replaces the values. Returns how many different ones there were, and what a trigger may have written.
pub(super) async fn run(
    session: &mut Session,
    (schema, selection): (&Schema, &Selection),
    (salt, batch): (Option<&str>, usize),
    watch: Watch<'_>,
) -> Result<(usize, Vec<Strange>), Error> {
    let sql = Sql::of(session.product());
    let mut run = Run { session, sql, schema, selection };
    run.prepare(salt).await?;
    let (before, _, after) = sql.deferred();
    if let Some(before) = before {
        run.execute(before).await?;
    }
    let replaced = run.replace(batch, watch).await;
    if let Some(after) = after {
        run.execute(after).await?;
    }
    let values = replaced?;
    let strange = run.refuse_left().await?;
    run.end().await?;
    Ok((values, strange))
}

impl Run<'_> {
    async fn execute(&mut self, sql: &str) -> Result<u64, Error> {
        goes_on().map_err(stopped)?;
        self.session.execute(sql).await.map_err(stopped)
    }

    /// What the state says under a name.
    async fn state(&mut self) -> Option<Vec<(String, String)>> {
        let rows = self.session.query(&self.sql.part(STATE)).await.ok()?;
        Some(rows.iter().map(|row| (row.text(1).to_owned(), row.text(2).to_owned())).collect())
    }

    async fn note(&mut self, number: usize, name: &str, text: &str) -> Result<(), Error> {
        let row = (number, name.to_owned(), text.to_owned());
        let sql = self.sql.insert(STATE, &[row]);
        self.execute(&sql).await.map(drop)
    }

    /// Makes the table of new values, unless an interrupted run has left it complete.
    async fn prepare(&mut self, salt: Option<&str>) -> Result<(), Error> {
        let plan = self.plan();
        if let Some(state) = self.state().await {
            let of = |name: &str| state.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str());
            if of(READY).is_some() {
                let is_other = |name: &str, text: &str| of(name).is_some_and(|known| known != text);
                if is_other(PLAN, &plan) {
                    return Err(other("other columns or rules"));
                }
                return match salt {
                    Some(salt) if is_other(SALT, &sha256(salt)) => Err(other("another salt")),
                    _ => Ok(()),
                };
            }
            // Nothing was changed yet.
            let drop = self.sql.drop();
            self.execute(&drop).await?;
        }
        for sql in self.sql.create() {
            self.execute(&sql).await?;
        }
        let salt = salt.map_or_else(any_salt, str::to_owned);
        let made = self.fill(&plan, &salt).await;
        if made.is_err() {
            for (_, sql) in self.afterwards().await {
                let _ = self.session.execute(&sql).await;
            }
            let drop = self.sql.drop();
            let _ = self.session.execute(&drop).await;
        }
        made
    }

    async fn fill(&mut self, plan: &str, salt: &str) -> Result<(), Error> {
        mapping::write(self.session, self.schema, self.selection, salt).await?;
        self.note(0, PLAN, plan).await?;
        self.note(1, SALT, &sha256(salt)).await?;
        let mut deferred = Vec::new();
        for (key, number) in self.deferred().into_iter().zip(10..) {
            self.note(number, &format!("{AFTERWARDS}{number}"), &key.1).await?;
            deferred.push(key.0);
        }
        self.note(2, READY, "").await?;
        for sql in deferred {
            self.execute(&sql).await?;
        }
        Ok(())
    }

    /// The columns and rules as one text.
    fn plan(&self) -> String {
        let column = |(table, column): &Key| format!("{table}.{column}");
        let group = |group: &Group| {
            let columns: Vec<String> = group.columns.iter().map(column).collect();
            format!("{} {}: {}", group.kind, group.rule, columns.join(", "))
        };
        let groups: Vec<String> = self.selection.groups.iter().map(group).collect();
        sha256(&groups.join("\n"))
    }

    /// The statements that let foreign keys be checked at the end of a transaction, each with the one that takes it back.
    fn deferred(&self) -> Vec<(String, String)> {
        let is_replaced = |table: &crate::schema::ObjectName, column: &crate::schema::Name| {
            let all = self.selection.groups.iter().flat_map(|group| &group.columns);
            all.into_iter().any(|key| (&key.0, &key.1) == (table, column))
        };
        let keys =
            self.schema.tables.values().flat_map(|table| table.foreign_keys.values().map(move |key| (table, key)));
        keys.filter(|(table, key)| key.columns.iter().any(|column| is_replaced(&table.name, column)))
            .filter_map(|(table, key)| self.sql.defer(&table.name, key))
            .collect()
    }

    async fn size(&mut self, part: usize) -> Result<usize, Error> {
        let rows = self.session.query(&self.sql.size(part)).await.map_err(stopped)?;
        Ok(rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default())
    }

    async fn replace(&mut self, batch: usize, watch: Watch<'_>) -> Result<usize, Error> {
        let mut sizes = Vec::new();
        for part in 1..=self.selection.groups.len() {
            sizes.push(self.size(part).await?);
        }
        let done: Vec<String> = self.state().await.unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        let mut progress = Progress { done: 0, all: sizes.iter().sum(), columns: String::new() };
        let mut step = 0;
        for ((group, part), size) in self.selection.groups.iter().zip(1..).zip(sizes) {
            let columns = group.columns.iter().map(|(table, column)| format!("{table}.{column}"));
            progress.columns = columns.collect::<Vec<_>>().join(", ");
            let batches: Vec<(usize, usize)> = match group.rule {
                AnonymizeRule::Null => vec![(0, 0)],
                _ => (1..=size).step_by(batch.max(1)).map(|from| (from, (from + batch.max(1) - 1).min(size))).collect(),
            };
            for (from, to) in batches {
                step += 1;
                let name = format!("part {part} from {from} to {to}");
                if !done.contains(&name) {
                    self.transaction((group, part), (from, to), (1000 + step, &name)).await?;
                }
                progress.done += if to == 0 { 0 } else { to - from + 1 };
                if watch(&progress).is_break() {
                    return Err(Error::new("it was stopped").hint("run it again: it goes on"));
                }
            }
        }
        Ok(progress.all)
    }

    /// Replaces a batch in all columns of a group, so that references fit at its end.
    async fn transaction(
        &mut self,
        (group, part): (&Group, usize),
        batch: (usize, usize),
        (number, name): (usize, &str),
    ) -> Result<(), Error> {
        goes_on().map_err(stopped)?;
        self.session.begin().await.map_err(stopped)?;
        let changed = self.changes((group, part), batch, (number, name)).await;
        let changed = match changed {
            Ok(()) => self.session.commit().await.map_err(stopped),
            Err(error) => Err(error),
        };
        if changed.is_err() {
            let _ = self.session.rollback().await;
        }
        changed
    }

    async fn changes(
        &mut self,
        (group, part): (&Group, usize),
        batch: (usize, usize),
        (number, name): (usize, &str),
    ) -> Result<(), Error> {
        if let (_, Some(defer), _) = self.sql.deferred() {
            self.session.execute(defer).await.map_err(stopped)?;
        }
        for (table, column) in &group.columns {
            let Some(table) = self.schema.tables.get(table) else { continue };
            let Some(column) = table.columns.get(column) else { continue };
            let sql = match group.rule {
                AnonymizeRule::Null => self.sql.remove(table, &column.name),
                _ => self.sql.update(part, batch, table, column),
            };
            let changed = self.session.execute(&sql).await;
            changed.map_err(|error| {
                let (rule, table, column) = (group.rule, &table.name, &column.name);
                Error::new(format!(
                    "`{table}.{column}` does not take what the rule `{rule}` makes, so the run is not complete"
                ))
                .because(error)
                .hint("remove what refuses it, and run it again: it goes on where it stopped")
            })?;
        }
        self.note(number, name, "").await
    }

    /// Refuses when a column has a value that the run has not made. Returns those that a trigger of the table may have made.
    async fn refuse_left(&mut self) -> Result<Vec<Strange>, Error> {
        let found = remaining(self.session, self.schema, self.selection).await?;
        let (strange, left): (Vec<Strange>, Vec<Strange>) = found.into_iter().partition(|it| it.may_be_of_trigger);
        if left.is_empty() {
            return Ok(strange);
        }
        self.end().await?;
        let left: Vec<String> = left.iter().map(ToString::to_string).collect();
        Err(Error::new(
            "columns have values that this run has not made: somebody else, or a trigger, has written to the database meanwhile",
        )
        .because(left.join("\n"))
        .hint("stop whoever writes to it, and run it again"))
    }

    /// The statements that take back what was done to foreign keys.
    async fn afterwards(&mut self) -> Vec<(String, String)> {
        let state = self.state().await.unwrap_or_default();
        state.into_iter().filter(|(name, _)| name.starts_with(AFTERWARDS)).collect()
    }

    /// Takes back what was done to foreign keys, and drops the table of new values.
    async fn end(&mut self) -> Result<(), Error> {
        for (_, sql) in self.afterwards().await {
            self.execute(&sql).await?;
        }
        let drop = self.sql.drop();
        self.execute(&drop).await?;
        if self.sql.is_sqlite() {
            // What a file has dropped is in it until it is written anew.
            self.execute("VACUUM").await?;
        }
        Ok(())
    }
}

/// The error of an interrupted run.
pub(super) fn stopped(error: DatabaseError) -> Error {
    Error::new("the run is not complete").because(error).hint("run it again: it goes on where it stopped")
}

fn other(what: &str) -> Error {
    Error::new(format!("an interrupted run with {what} has not ended"))
        .of(ErrorKind::Refused)
        .hint("end it with the same columns, rules and salt")
        .hint(format!("if the copy was made anew since: `DROP TABLE {REPLACEMENTS_TABLE}`"))
}

/// A salt that nobody knows.
fn any_salt() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}
