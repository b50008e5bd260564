//! Origins: who declared an object, so that an undeclared object is not mistaken for a dropped one.
//!
//! Must not know how the three states are reconciled; `state` does that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Place;

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

/// The origin of every object and facet in a schema; [`Origin::Entity`] if not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<Place, Origin>);

impl Origins {
    /// The origin of the object at `place`.
    pub fn of(&self, place: &Place) -> Origin {
        self.0.get(place).copied().unwrap_or_default()
    }

    /// Records an origin.
    pub fn set(&mut self, place: Place, origin: Origin) {
        match origin {
            Origin::Entity => self.0.remove(&place),
            Origin::Sidecar | Origin::Adopted => self.0.insert(place, origin),
        };
    }

    /// Everything that no entity declares, in order.
    pub fn listed(&self) -> impl Iterator<Item = (&Place, Origin)> {
        self.0.iter().map(|(place, origin)| (place, *origin))
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
