//! Partitions that a table got while in use: they belong to it, and no migration knows of them.
//!
//! Must not know what a command does with the schema.

use sea_gen_runner::Error;
use sea_gen_runner::migration::MigrationId;

use crate::dialect::expression::mentions;
use crate::dialect::{self, Expected};
use crate::project::{Partitions, fingerprint};

use super::{Live, Workspace};

impl Workspace {
    /// Takes the partitions out of a database's schema that the snapshot does not have, unless they are to be reported.
    /// Without a snapshot there is nothing to tell them by.
    pub fn leave_out_new_partitions(&self, live: &mut Live) -> Result<(), Error> {
        let is_divided = |table: &crate::schema::Table| table.options.contains_key(crate::schema::PARTITION_BY);
        if self.project.config.partitions == Partitions::Report || !live.schema.schema().tables.values().any(is_divided)
        {
            return Ok(());
        }
        // What is wrong with the snapshot is reported by whoever needs it.
        let Ok(Some(sealed)) = self.sealed(live.product()) else { return Ok(()) };
        let product = live.product();
        let left_out = |expected: &Expected<'_>| {
            let mut schema = live.schema.schema().clone();
            let found = dialect::of(product).leave_out_new_partitions(&mut schema, sealed.schema.schema(), expected);
            found.then_some(schema)
        };
        if left_out(&|_| false).is_none() {
            return Ok(());
        }
        // One that a pending migration drops is in no snapshot any more, but is still to be there.
        let is_applied = |id: &MigrationId| live.history.iter().any(|record| record.id == id.as_str());
        let migrations = self.migrations(product).unwrap_or_default();
        let pending = migrations.iter().filter(|migration| !is_applied(&migration.id));
        let texts: Vec<&str> = pending.flat_map(|it| &it.up).map(|statement| statement.sql.as_str()).collect();
        let is_named = |name: &str| texts.iter().any(|text| mentions(product, text, name));
        if let Some(schema) = left_out(&is_named) {
            live.found = Some(fingerprint(live.schema.schema()));
            live.schema = self.known.normalize(product, schema).map_err(Error::from)?;
        }
        Ok(())
    }
}
