//! How a database stands to the snapshot, by what its history and the migration files say.
//!
//! Must not know what a command does about it.

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
    /// How the database stands to the snapshot.
    pub fn situation(
        &self,
        sealed: Option<&Sealed>,
        live: Option<&Live>,
        model: Option<&Model>,
        migrations: &[Heading],
    ) -> Result<Situation, Failure> {
        let mut facts =
            SituationFacts { snapshot: sealed.is_some(), reachable: live.is_some(), ..SituationFacts::default() };
        if let Some(live) = live {
            facts.populated = !live.schema.schema().is_empty();
            // Most databases are where the snapshot is, and then nobody asks.
            let here = std::cell::LazyCell::new(|| live.fingerprints());
            let recorded: BTreeSet<&str> = live.history.iter().map(|record| record.id.as_str()).collect();
            let applied = |migration: &&Heading| recorded.contains(migration.id.as_str());
            let pending: Vec<&Heading> = migrations.iter().filter(|migration| !applied(migration)).collect();
            facts.pending = !pending.is_empty();
            let last = migrations.iter().filter(applied).filter_map(|migration| migration.to.as_ref()).next_back();
            let beginning = fingerprint(&Schema::default());
            facts.at_applied = match (&pending[..], sealed) {
                ([], Some(sealed)) => sealed.schema == live.schema,
                // Where the last one left it and where the next one starts are one state, in two wordings perhaps.
                _ => {
                    let next = pending.first().and_then(|migration| migration.from.as_ref());
                    let recorded = live.history.iter().rfind(|record| record.status.is_done());
                    let mut recorded = recorded.into_iter().flat_map(Record::fingerprints);
                    [Some(last.unwrap_or(&beginning)), next].into_iter().flatten().any(|at| here.contains(at))
                        || recorded.any(|at| here.iter().any(|found| found == at))
                }
            };
            facts.at_pending = pending.iter().filter_map(|migration| migration.to.as_ref()).any(|to| here.contains(to));
            // What the entities say matters only where the migrations do not account for the database.
            let unaccounted = !facts.at_applied && !facts.at_pending;
            if let (true, Some(model), Some(sealed)) = (unaccounted, model, sealed) {
                let dialect = dialect::of(live.product());
                let target = state::reconcile(dialect, model, &live.schema, &sealed.origins, &self.keeping())?;
                facts.at_entities = target.schema == live.schema && self.untouched(sealed, live, model)?;
            }
        }
        Ok(state::situate(facts))
    }

    /// Whether a change of the database may have come from synchronising: not if it is of something the code is silent on.
    fn untouched(&self, sealed: &Sealed, live: &Live, model: &Model) -> Result<bool, Failure> {
        let dialect = dialect::of(live.product());
        let target = state::reconcile(dialect, model, &sealed.schema, &sealed.origins, &self.keeping())?;
        Ok(state::keeps_what_nobody_declares(live.schema.schema(), sealed.schema.schema(), &target.origins))
    }

    /// Whether synchronising would leave the database with nothing that the entities or the snapshot do not account for.
    pub fn can_be_synchronised(&self, sealed: &Sealed, live: &Live, model: &Model) -> Result<bool, Failure> {
        let dialect = dialect::of(live.product());
        let policy = self.keeping();
        let reach = |origins: &Origins| state::reconcile(dialect, model, &live.schema, origins, &policy);
        let found = state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins);
        Ok(reach(&found)?.schema == reach(&sealed.origins)?.schema && self.untouched(sealed, live, model)?)
    }
}
