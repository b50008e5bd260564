//! How a database compares with the snapshot, according to its history and the migration files.
//!
//! Must not know how a command reacts.

use std::collections::BTreeSet;

use sea_gen_runner::migration::Heading;
use sea_gen_runner::run::Record;

use crate::dialect;
use crate::entity::Model;
use crate::project::fingerprint;
use crate::schema::{Origins, Schema};
use crate::state::{self, Situation, SituationFacts};

use super::{Failure, Live, Sealed, Workspace};

impl Workspace {
    /// How the database compares with the snapshot.
    pub fn situation(
        &self,
        sealed: Option<&Sealed>,
        live: Option<&Live>,
        model: Option<&Model>,
        migrations: &[Heading],
    ) -> Result<Situation, Failure> {
        let is_begun = sealed.is_some() || live.is_some_and(|live| self.has_only_migrations(live.product()));
        let mut facts = SituationFacts { snapshot: is_begun, reachable: live.is_some(), ..SituationFacts::default() };
        if let Some(live) = live {
            facts.populated = !live.schema.schema().is_empty();
            // Most databases match the snapshot, and need no further checks.
            let here = std::cell::LazyCell::new(|| live.fingerprints());
            let recorded: BTreeSet<&str> = live.history.iter().map(|record| record.id.as_str()).collect();
            let applied = |migration: &&Heading| recorded.contains(migration.id.as_str());
            let pending: Vec<&Heading> = migrations.iter().filter(|migration| !applied(migration)).collect();
            facts.pending = !pending.is_empty();
            let last = migrations.iter().filter(applied).filter_map(|migration| migration.to.as_ref()).next_back();
            let beginning = fingerprint(&Schema::default());
            facts.at_applied = match (&pending[..], sealed) {
                ([], Some(sealed)) => sealed.schema == live.schema,
                // The state after the last applied migration is the one before the next, possibly with other expression
                // texts.
                _ => {
                    let next = pending.first().and_then(|migration| migration.from.as_ref());
                    // The one that was applied last is not always the newest: after a merge an older one may follow.
                    let done = live.history.iter().filter(|record| record.status.is_done());
                    let recorded = done.max_by_key(|record| (&record.applied_at, &record.id));
                    let mut recorded = recorded.into_iter().flat_map(Record::fingerprints);
                    [Some(last.unwrap_or(&beginning)), next].into_iter().flatten().any(|at| here.contains(at))
                        || recorded.any(|at| here.iter().any(|found| found == at))
                }
            };
            facts.at_pending = pending.iter().filter_map(|migration| migration.to.as_ref()).any(|to| here.contains(to));
            // The entities matter only if the migrations do not explain the database.
            let unaccounted = !facts.at_applied && !facts.at_pending;
            if let (true, Some(model), Some(sealed)) = (unaccounted, model, sealed) {
                let dialect = dialect::of(live.product());
                let target = state::reconcile(dialect, model, &live.schema, &sealed.origins, &self.keeping())?;
                // Whoever synchronised wrote no rows; edited ones are drift.
                let rows = live.schema.rows();
                facts.at_entities = rows == sealed.schema.rows()
                    && target.schema.with_rows(rows) == live.schema
                    && self.untouched(sealed, live, model)?;
            }
        }
        Ok(state::situate(facts))
    }

    /// Whether synchronising may have caused a change of the database: not if the object is undeclared.
    fn untouched(&self, sealed: &Sealed, live: &Live, model: &Model) -> Result<bool, Failure> {
        let dialect = dialect::of(live.product());
        let target = state::reconcile(dialect, model, &sealed.schema, &sealed.origins, &self.keeping())?;
        Ok(state::keeps_what_nobody_declares(live.schema.schema(), sealed.schema.schema(), &target.origins))
    }

    /// Whether a synchronised database would only have objects of the entities or the snapshot.
    pub fn can_be_synchronised(&self, sealed: &Sealed, live: &Live, model: &Model) -> Result<bool, Failure> {
        let dialect = dialect::of(live.product());
        let policy = self.keeping();
        let reach = |origins: &Origins| state::reconcile(dialect, model, &live.schema, origins, &policy);
        let found = state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins);
        Ok(reach(&found)?.schema == reach(&sealed.origins)?.schema && self.untouched(sealed, live, model)?)
    }
}
