//! Bringing the three states to the same words, wherever the database says that two expressions mean the same.
//!
//! The snapshot takes the words of the code, the database those of the snapshot. So what lands in the snapshot is what was
//! declared, and the next run finds the same text there, whether or not a database is at hand then. Must not know what a
//! command does with the states.

use sea_gen_runner::session::Session;

use crate::dialect;
use crate::dialect::reprint::{self, ComparedForms, Comparison};
use crate::entity::Model;
use crate::project::fingerprint;
use crate::schema::Normalized;

use super::{Failure, Live, Sealed};

/// `ours` in the words of `theirs`, where that changes anything.
pub async fn reworded(
    session: &mut Session,
    comparison: &mut Comparison,
    ours: &Normalized,
    theirs: &Normalized,
    compared: ComparedForms,
) -> Result<Option<Normalized>, Failure> {
    if ours == theirs {
        return Ok(None);
    }
    let mut schema = ours.schema().clone();
    let answer = reprint::agree_by(session, &mut schema, theirs.schema(), compared).await;
    let changed = answer.same > 0;
    comparison.add(answer);
    Ok(if changed { Some(dialect::of(session.product()).normalize(schema)?) } else { None })
}

impl Live {
    /// Brings snapshot and database to the words of the code (where it is given), and the database to those of the
    /// snapshot. Gives back whether anything was said in other words; then whatever was concluded is to be concluded again.
    pub async fn settle(&mut self, mut sealed: Option<&mut Sealed>, model: Option<&Model>) -> Result<bool, Failure> {
        // A target would not do: what means the same is in it in the words of its base.
        let normalize = |schema| dialect::of(self.product()).normalize(schema);
        let declared = model.map(|model| model.normalized(normalize).cloned()).transpose()?;
        let (by, mut changed) = (ComparedForms::Canonical, false);
        if let (Some(sealed), Some(declared)) = (sealed.as_deref_mut(), &declared)
            && let Some(schema) =
                reworded(&mut self.session, &mut self.comparison, &sealed.schema, declared, by).await?
        {
            sealed.reword(schema);
            changed = true;
        }
        for theirs in [sealed.map(|sealed| &sealed.schema), declared.as_ref()].into_iter().flatten() {
            if let Some(schema) = reworded(&mut self.session, &mut self.comparison, &self.schema, theirs, by).await? {
                self.found.get_or_insert_with(|| fingerprint(self.schema.schema()));
                self.schema = schema;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// The fingerprints of the database: in the words of the snapshot, and in its own. A migration that was written when
    /// the snapshot had other words leads to one of them.
    pub fn fingerprints(&self) -> Vec<String> {
        let mut fingerprints = vec![fingerprint(self.schema.schema())];
        fingerprints.extend(self.found.clone());
        fingerprints
    }
}
