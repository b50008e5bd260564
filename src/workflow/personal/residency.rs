//! Residency: a column whose personal data belongs into one region is not created in another one.
//!
//! Must not know how migrations are executed.

use std::collections::BTreeSet;

use sea_gen_runner::files::read_text;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::run::Direction;
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;

use super::super::apply::{Bench, Chosen};
use super::super::object_history::{Event, History, Key, Kind};
use super::{Failure, Workspace, column_of};

impl Bench {
    /// Refuses to apply a migration that creates a column whose personal data may only be stored in another region than that of
    /// the environment.
    ///
    /// # Errors
    /// Those of [`Workspace::refuse_elsewhere`].
    pub fn refuse_elsewhere(&self, chosen: &[Chosen]) -> Result<(), Failure> {
        let up = chosen.iter().filter(|(_, direction)| *direction == Direction::Up).copied().collect::<Vec<_>>();
        let up: BTreeSet<&MigrationId> =
            self.migrations_at(&up).into_iter().map(|(migration, _)| &migration.id).collect();
        self.workspace.refuse_elsewhere(self.live.product(), &self.migrations, &up)
    }
}

impl Workspace {
    /// Refuses to apply `up`, some of the migrations, if one of them creates a column whose personal data may only be stored in another
    /// region than that of the environment. An environment without a region refuses nothing.
    ///
    /// # Errors
    /// The first of them, with its file and line; there is no snapshot, which says where the data of a column may be stored.
    pub fn refuse_elsewhere(
        &self,
        product: Product,
        migrations: &[Migration],
        up: &BTreeSet<&MigrationId>,
    ) -> Result<(), Failure> {
        let environment = self.environment.as_ref();
        let Some((here, environment)) = environment.and_then(|it| Some((it.region.as_ref()?, it))) else {
            return Ok(());
        };
        if up.is_empty() {
            return Ok(());
        }
        let name = environment.name.as_deref().unwrap_or_default();
        let Some(sealed) = self.sealed_if_here(product)? else {
            let folder = self.project.snapshot_folder(product);
            let shown = self.project.shown(&folder).display().to_string();
            return Err(Error::new(format!(
                "the environment `{name}` is in region `{here}`, and where the personal data of a column may be stored stands in `{shown}`, which is not here; nothing was run"
            ))
            .of(ErrorKind::Refused)
            .hint(format!("deploy `{shown}` with the migrations: `COPY {shown} {shown}`"))
            .into());
        };
        let mut said = sealed.origins.personal().clone();
        said.extend(self.project.config.personal.columns.clone());
        let history = History::of(migrations);
        for (place, data) in said {
            let Some((table, column)) = column_of(&place).filter(|_| data.is_personal()) else { continue };
            let Some(region) = data.region.as_ref().filter(|region| *region != here) else { continue };
            let key = Key { owner: table.to_string(), kind: Kind::Column, part: column.to_string() };
            let events = history.events.get(&key).into_iter().flatten();
            let makes = |event: &&Event| event.is_creation() || event.what.starts_with("renamed from ");
            let Some(event) = events.filter(makes).find(|event| up.contains(&event.migration)) else { continue };
            let path = self.path_of(product, &event.migration);
            let [lines, _] = migration::lines(product, &read_text(&path)?)?;
            let line = lines.get(event.statement).copied().unwrap_or(1);
            return Err(Error::new(format!(
                "{}:{line} creates `{table}.{column}`, whose personal data ({}) may be stored in region `{region}` only; the environment `{name}` is in region `{here}`; nothing was run",
                self.project.shown(&path).display(),
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
