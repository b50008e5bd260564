//! Residency: a column whose personal data belongs into one region is not created in another one.
//!
//! Must not know how migrations are executed.

use std::collections::BTreeSet;

use sea_gen_runner::files::read_text;
use sea_gen_runner::migration::{self, MigrationId};
use sea_gen_runner::run::Direction;
use sea_gen_runner::{Error, ErrorKind};

use super::super::apply::{Bench, Chosen};
use super::super::object_history::{Event, History, Key, Kind};
use super::{Failure, column_of};

impl Bench {
    /// Refuses to apply a migration that creates a column whose personal data may only be stored in another region than that of
    /// the environment. An environment without a region refuses nothing.
    ///
    /// # Errors
    /// The first of them, with its file and line.
    pub fn refuse_elsewhere(&self, chosen: &[Chosen]) -> Result<(), Failure> {
        let workspace = &self.workspace;
        let environment = workspace.environment.as_ref();
        let Some((here, environment)) = environment.and_then(|it| Some((it.region.as_ref()?, it))) else {
            return Ok(());
        };
        let product = self.live.product();
        let sealed = workspace.sealed_if_here(product)?;
        let mut said = sealed.map(|sealed| sealed.origins.personal().clone()).unwrap_or_default();
        said.extend(workspace.project.config.personal.columns.clone());
        let up = chosen.iter().filter(|(_, direction)| *direction == Direction::Up).copied().collect::<Vec<_>>();
        let up: BTreeSet<&MigrationId> =
            self.migrations_at(&up).into_iter().map(|(migration, _)| &migration.id).collect();
        if up.is_empty() {
            return Ok(());
        }
        let history = History::of(&self.migrations);
        for (place, data) in said {
            let Some((table, column)) = column_of(&place).filter(|_| data.is_personal()) else { continue };
            let Some(region) = data.region.as_ref().filter(|region| *region != here) else { continue };
            let key = Key { owner: table.to_string(), kind: Kind::Column, part: column.to_string() };
            let events = history.events.get(&key).into_iter().flatten();
            let makes = |event: &&Event| event.is_creation() || event.what.starts_with("renamed from ");
            let Some(event) = events.filter(makes).find(|event| up.contains(&event.migration)) else { continue };
            let path = workspace.path_of(product, &event.migration);
            let [lines, _] = migration::lines(product, &read_text(&path)?)?;
            let line = lines.get(event.statement).copied().unwrap_or(1);
            let name = environment.name.as_deref().unwrap_or_default();
            return Err(Error::new(format!(
                "{}:{line} creates `{table}.{column}`, whose personal data ({}) may be stored in region `{region}` only; the environment `{name}` is in region `{here}`; nothing was run",
                workspace.project.shown(&path).display(),
                data.kind,
            ))
            .of(ErrorKind::Refused)
            .hint(format!("apply it in an environment of region `{region}`: `gen up --env …`"))
            .hint(format!("if it may be stored here too, say so without a region: [personal] \"{table}.{column}\" = \"{}\"", data.kind))
            .into());
        }
        Ok(())
    }
}
