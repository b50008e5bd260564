//! Unifies the expression texts of the three states, wherever the database prints two expressions alike.
//!
//! The snapshot takes the texts of the code, the database those of the snapshot. So the snapshot gets the declared
//! texts, and the next run finds equal texts, with or without a database. Must not know the use of the states.

use sea_gen_runner::Error;
use sea_gen_runner::session::Session;

use crate::dialect;
use crate::dialect::reprint::{self, ComparedForms, Comparison};
use crate::entity::Model;
use crate::introspect;
use crate::project::fingerprint;
use crate::schema::{Normalized, Schema};

use super::{Failure, Live, Sealed};

/// `ours` with the expression texts of `theirs`; `None` if that changes nothing.
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
    /// Replaces the expression texts of snapshot and database by those of the code (if given), and those of the
    /// database by those of the snapshot, and reads the reference rows that the snapshot declares, which no catalog has.
    /// Returns whether any of this changed a state, so that earlier conclusions must be drawn again.
    pub async fn unify_expressions(
        &mut self,
        mut sealed: Option<&mut Sealed>,
        model: Option<&Model>,
    ) -> Result<bool, Failure> {
        let mut changed = match &sealed {
            Some(sealed) => self.read_rows(&sealed.schema, None).await?,
            None => false,
        };
        // A target is not suitable: its equivalent expressions have the texts of its base.
        let normalize = |schema| dialect::of(self.product()).normalize(schema);
        let declared = model.map(|model| model.normalized(normalize).cloned()).transpose()?;
        let by = ComparedForms::Canonical;
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

    /// Reads the reference rows that a schema declares. Returns whether the database was not known to have them so.
    pub(super) async fn read_rows(&mut self, wanted: &Normalized, also: Option<&Normalized>) -> Result<bool, Failure> {
        if !(wanted.has_rows() || also.is_some_and(Normalized::has_rows) || self.schema.has_rows()) {
            return Ok(false);
        }
        let also: Vec<&Schema> = also.into_iter().map(Normalized::schema).collect();
        let rows = introspect::reference_rows(&mut self.session, &self.schema, wanted.schema(), &also).await;
        let rows = rows.map_err(|error| {
            Error::new("the reference rows of the database cannot be read")
                .hint("the role needs the right to select from their tables")
                .because(error)
        })?;
        let schema = self.schema.with_rows(rows);
        let changed = schema != self.schema;
        self.schema = schema;
        Ok(changed)
    }

    /// The fingerprints of the database: with the expression texts of the snapshot, and with its own. A migration that
    /// was written when the snapshot had other texts has one of them as its result.
    pub fn fingerprints(&self) -> Vec<String> {
        let mut fingerprints = vec![fingerprint(self.schema.schema())];
        fingerprints.extend(self.found.clone());
        fingerprints
    }
}
