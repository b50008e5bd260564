//! Partitions that were created outside migrations while a table was in use.
//!
//! Must not know the use of the schema.

use sea_gen_runner::Error;
use sea_gen_runner::migration::MigrationId;

use crate::dialect::expression::mentions;
use crate::dialect::{self, Expected};
use crate::project::{Partitions, fingerprint};

use super::{Live, Workspace};

impl Workspace {
    /// Removes from a database's schema the partitions that the snapshot lacks, unless they are to be reported. Without
    /// a snapshot, all are kept.
    pub fn leave_out_new_partitions(&self, live: &mut Live) -> Result<(), Error> {
        let is_divided = |table: &crate::schema::Table| table.options.contains_key(crate::schema::PARTITION_BY);
        if self.project.config.partitions == Partitions::Report || !live.schema.schema().tables.values().any(is_divided)
        {
            return Ok(());
        }
        // An error in the snapshot is reported where the snapshot is used.
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
        // A partition that a pending migration drops is no longer in the snapshot, but still expected.
        let is_applied = |id: &MigrationId| live.history.iter().any(|record| record.id == id.as_str());
        let migrations = self.migrations(product).unwrap_or_default();
        let pending = migrations.iter().filter(|migration| !is_applied(&migration.id));
        let texts: Vec<&str> = pending.flat_map(|it| &it.up).map(|statement| statement.sql.as_str()).collect();
        let is_named = |name: &str| texts.iter().any(|text| mentions(product, text, name));
        if let Some(schema) = left_out(&is_named) {
            live.found = Some(fingerprint(live.schema.schema()));
            live.schema = self.tables.normalize(product, schema).map_err(Error::from)?;
        }
        Ok(())
    }
}
