//! Origins: who declared an object, so that an undeclared object is not mistaken for a dropped one, and what else is recorded
//! beside a schema.
//!
//! Must not know how the three states are reconciled; `state` does that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PersonalData, Place};

/// Who declared it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An entity declares it, or did when it was added to the snapshot.
    #[default]
    Entity,
    /// An SQL file beside the entities declares it.
    Sidecar,
    /// Undeclared: it was found in a database and is kept.
    Adopted,
}

/// What to do with objects that were never declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undeclared {
    /// They are kept.
    #[default]
    Keep,
    /// They are dropped, as by Alembic and TypeORM.
    Drop,
    /// They are kept and reported as an error.
    Error,
}

/// How strictly a type rule is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// Loose: the code does not specify it, so the database's value is kept.
    Loose,
    /// Exact: a difference is resolved by the next migration.
    Exact,
}

/// A difference between the code and the database that is left as it is for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// What the code says at the place, in words. It covers nothing else that the code may say there later.
    pub says: String,
    /// The text of the view, trigger, routine or other definition that the code declares there.
    pub text: Option<String>,
    /// The day it was accepted: `2026-11-29`.
    pub since: String,
    /// The reason.
    pub because: String,
    /// The rule by which it was accepted when the database was adopted. An exact rule takes it back.
    pub rule: Option<String>,
}

/// The origin of every object and facet in a schema, [`Origin::Entity`] if not listed, the differences that are accepted, and what is
/// said of personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    listed: BTreeMap<Place, Origin>,
    accepted: BTreeMap<Place, Acceptance>,
    personal: BTreeMap<Place, PersonalData>,
}

impl Origins {
    /// The origin of the object at `place`.
    pub fn of(&self, place: &Place) -> Origin {
        self.listed.get(place).copied().unwrap_or_default()
    }

    /// Accepts the difference at a place.
    pub fn accept(&mut self, place: Place, acceptance: Acceptance) {
        self.accepted.insert(place, acceptance);
    }

    /// The accepted differences.
    pub fn accepted(&self) -> &BTreeMap<Place, Acceptance> {
        &self.accepted
    }

    /// The same origins with other accepted differences.
    #[must_use]
    pub fn with_accepted(mut self, accepted: BTreeMap<Place, Acceptance>) -> Self {
        self.accepted = accepted;
        self
    }

    /// What is said of columns about personal data.
    pub fn personal(&self) -> &BTreeMap<Place, PersonalData> {
        &self.personal
    }

    /// The same origins with other words on personal data.
    #[must_use]
    pub fn with_personal(mut self, personal: BTreeMap<Place, PersonalData>) -> Self {
        self.personal = personal;
        self
    }

    /// The same origins with the accepted differences and the personal data of others.
    #[must_use]
    pub fn beside(self, other: &Self) -> Self {
        self.with_accepted(other.accepted.clone()).with_personal(other.personal.clone())
    }

    /// Records an origin.
    pub fn set(&mut self, place: Place, origin: Origin) {
        match origin {
            Origin::Entity => self.listed.remove(&place),
            Origin::Sidecar | Origin::Adopted => self.listed.insert(place, origin),
        };
    }

    /// Everything that no entity declares, in order.
    pub fn listed(&self) -> impl Iterator<Item = (&Place, Origin)> {
        self.listed.iter().map(|(place, origin)| (place, *origin))
    }
}

impl FromIterator<(Place, Origin)> for Origins {
    fn from_iter<I: IntoIterator<Item = (Place, Origin)>>(listed: I) -> Self {
        let mut origins = Self::default();
        for (place, origin) in listed {
            origins.set(place, origin);
        }
        origins
    }
}
