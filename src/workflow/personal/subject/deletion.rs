//! The statements that delete a person's rows, and remove the personal data in those that stay.
//!
//! Must not know how the rows are found.

use std::collections::BTreeMap;

use sea_gen_runner::{Error, sql};

use crate::dialect;
use crate::plan::type_name;
use crate::schema::{IndexTarget, ObjectName, PersonalData, Place, Product, Table};

use super::super::super::together::together;
use super::super::super::{Failure, text};
use super::Subject;

/// What stands instead of a personal text that must not be NULL, in a row that stays.
const REMOVED: &str = "removed";

/// Which of the person's rows of one table are deleted, and which stay: two conditions, each `None` if there are no such rows.
struct Parts {
    deleted: Option<String>,
    staying: Option<String>,
}

impl Subject {
    /// The statements that delete the rows, and remove the personal data in those that stay, in an order that foreign keys admit. A row
    /// stays if its table is kept, or if a row that stays must refer to it.
    ///
    /// # Errors
    /// A row of others must refer to one that is deleted; a personal column of a row that stays has no value that says nothing;
    /// the database does not answer.
    pub async fn deletion(&mut self) -> Result<Vec<String>, Failure> {
        let dialect = dialect::of(self.live.product());
        let parts = self.parts().await?;
        let deleted = |table: &ObjectName| parts.get(table).and_then(|it| it.deleted.clone());
        let mut statements = Vec::new();
        for way in self.back.clone() {
            let Some(condition) = deleted(&way.key.references) else { continue };
            let refers = way.refers(dialect, &condition);
            let cleared = way.cleared(&self.schema);
            if cleared.is_empty() {
                self.refuse_referring(&way.from, &way.key.name.to_string(), &refers, way.from == way.key.references)
                    .await?;
                continue;
            }
            let set: Vec<String> = cleared.iter().map(|it| format!("{} = NULL", dialect.quote(it))).collect();
            statements.push(format!(
                "UPDATE {} SET {} WHERE {refers}",
                dialect.quote_object(&way.from),
                set.join(", ")
            ));
        }
        for name in self.tables.iter().rev() {
            let (Some(table), Some(own)) = (self.schema.tables.get(name), parts.get(name)) else { continue };
            let owner = dialect.quote_object(name);
            if let Some(condition) = &own.deleted {
                statements.push(format!("DELETE FROM {owner} WHERE {condition}"));
            }
            let Some(condition) = &own.staying else { continue };
            let set = self.without_personal_data(table)?;
            if !set.is_empty() {
                statements.push(format!("UPDATE {owner} SET {} WHERE {condition}", set.join(", ")));
            }
            // Only now: by these references a row is found.
            for way in self.ways.iter().filter(|way| way.from == *name) {
                let Some(condition) = deleted(&way.key.references) else { continue };
                let set: Vec<String> =
                    way.cleared(&self.schema).iter().map(|it| format!("{} = NULL", dialect.quote(it))).collect();
                if !set.is_empty() {
                    let refers = way.refers(dialect, &condition);
                    statements.push(format!("UPDATE {owner} SET {} WHERE {refers}", set.join(", ")));
                }
            }
        }
        Ok(statements)
    }

    /// The parts of each table's rows.
    async fn parts(&mut self) -> Result<BTreeMap<ObjectName, Parts>, Failure> {
        let dialect = dialect::of(self.live.product());
        let mut parts: BTreeMap<ObjectName, Parts> = BTreeMap::new();
        for name in self.tables.clone().iter().rev() {
            let Some(condition) = self.conditions.get(name).cloned() else { continue };
            if self.kept.contains(name) {
                let staying = (self.count(name, &condition).await? > 0).then_some(condition);
                parts.insert(name.clone(), Parts { deleted: None, staying });
                continue;
            }
            let must =
                self.ways.iter().filter(|way| way.key.references == *name && way.cleared(&self.schema).is_empty());
            let needed = must.filter_map(|way| {
                let staying = parts.get(&way.from)?.staying.as_ref()?;
                Some(way.referred(dialect, staying))
            });
            let needed = needed.collect::<Vec<_>>().join(" OR ");
            let staying = format!("({condition}) AND ({needed})");
            let own = match needed.is_empty() || self.count(name, &staying).await? == 0 {
                true => Parts { deleted: Some(condition), staying: None },
                false => {
                    Parts { deleted: Some(format!("({condition}) AND ({needed}) IS NOT TRUE")), staying: Some(staying) }
                }
            };
            parts.insert(name.clone(), own);
        }
        Ok(parts)
    }

    async fn count(&mut self, table: &ObjectName, condition: &str) -> Result<usize, Failure> {
        let dialect = dialect::of(self.live.product());
        let number = if self.live.product() == Product::Postgres { "::text" } else { "" };
        let query = format!("SELECT count(*){number} FROM {} WHERE {condition}", dialect.quote_object(table));
        let rows = self.live.session.query(&query).await;
        let rows = rows.map_err(|error| Error::new(format!("`{table}` cannot be read")).because(error))?;
        Ok(rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default())
    }

    /// Refuses when rows refer back to deleted ones and must refer to something; those that are deleted themselves at the same time may.
    async fn refuse_referring(
        &mut self,
        table: &ObjectName,
        key: &str,
        refers: &str,
        is_of_same_table: bool,
    ) -> Result<(), Failure> {
        let condition = match self.conditions.get(table).filter(|_| is_of_same_table) {
            Some(own) => format!("{refers} AND ({own}) IS NOT TRUE"),
            None => refers.to_owned(),
        };
        match self.count(table, &condition).await? {
            0 => Ok(()),
            count => {
                let rows = text::plural(count, "row");
                Err(Error::new(format!("{rows} of `{table}` must refer to something, and refer back by `{key}`"))
                    .hint("delete or change those rows first; they may be of other persons")
                    .into())
            }
        }
    }

    /// What is set in a row that stays, so that it has no personal data.
    fn without_personal_data(&self, table: &Table) -> Result<Vec<String>, Failure> {
        let dialect = dialect::of(self.live.product());
        let mut set = Vec::new();
        for column in table.columns.values().filter(|column| column.generated.is_none()) {
            let name = dialect.quote(&column.name);
            if !self.said.get(&Place::column(&table.name, &column.name)).is_some_and(PersonalData::is_personal) {
                continue;
            }
            if column.nullable {
                set.push(format!("{name} = NULL"));
                continue;
            }
            let spelling = type_name(&column.data_type).to_lowercase();
            let is_key = table.primary_key.as_ref().is_some_and(|it| it.columns.contains(&column.name))
                || table.uniques.values().any(|it| it.columns.contains(&column.name))
                || table.indexes.values().any(|it| {
                    it.unique && it.parts.iter().any(|part| part.target == IndexTarget::Column(column.name.clone()))
                });
            if is_key || !["char", "text"].iter().any(|it| spelling.contains(it)) {
                return Err(Error::new(format!(
                    "`{}.{}` is personal, must not be NULL, and its row stays",
                    table.name, column.name
                ))
                .hint("let it be NULL, or remove the table from `keep` under `[personal]`")
                .into());
            }
            set.push(format!("{name} = {}", sql::literal(dialect.product(), REMOVED)));
        }
        Ok(set)
    }

    /// Executes the deletion in one transaction. Returns how many rows were changed or deleted.
    ///
    /// # Errors
    /// The database's refusal; then nothing was changed.
    pub async fn delete(&mut self) -> Result<u64, Failure> {
        let statements = self.deletion().await?;
        let done = together(&mut self.live.session, statements.iter().map(String::as_str)).await;
        done.map_err(|(at, error)| {
            let refused = match at.and_then(|at| statements.get(at)) {
                Some(statement) => format!("the rows could not be deleted; nothing was changed: `{statement}` failed"),
                None => "the rows could not be deleted; nothing was changed".to_owned(),
            };
            Error::new(refused).because(error).into()
        })
    }
}
