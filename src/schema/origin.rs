//! Origins: who said that something is in the schema, so that silence is not taken for a wish to drop.
//!
//! Must not know how the three states are brought together; `state` does that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Place;

/// Who said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An entity declares it, or did when it came into the snapshot.
    #[default]
    Entity,
    /// An SQL file beside the entities declares it.
    Sidecar,
    /// Nobody declares it: it was found in a database and is kept.
    Adopted,
}

/// What becomes of what nobody ever declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undeclared {
    /// It stays: silence is not a wish to drop.
    #[default]
    Keep,
    /// It is dropped, as Alembic and TypeORM would.
    Drop,
    /// It stays, and is an error.
    Error,
}

/// How a rule on what may mean the same is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// The code leaves it open: what the database has is kept.
    Loose,
    /// It is a contradiction, which the next migration resolves.
    Exact,
}

/// The origin of every object and facet in a schema. What is not listed is [`Origin::Entity`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<Place, Origin>);

impl Origins {
    /// The origin of what stands at `place`.
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
