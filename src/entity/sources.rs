//! Where everything is declared.
//!
//! Must not know what is declared there, or how it was read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::schema::{ObjectName, Origin, Part, Place};

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Source {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: usize,
    /// Entity or sidecar.
    pub origin: Origin,
}

/// Where each object and facet is declared. Every column has a place or two, so those of one table stand together: a map with
/// an entry for each of them takes longer to build than the entities take to parse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// In the order of the parts.
    tables: BTreeMap<ObjectName, Vec<(Part, Source)>>,
    others: BTreeMap<Place, Source>,
}

impl Sources {
    /// Where a place is declared.
    pub fn get(&self, place: &Place) -> Option<&Source> {
        match place {
            Place::Table(name, part) => {
                let parts = self.tables.get(name)?;
                let at = parts.binary_search_by(|(other, _)| other.cmp(part)).ok()?;
                parts.get(at).map(|(_, source)| source)
            }
            Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => self.others.get(place),
        }
    }

    /// Whether a place is declared.
    pub fn contains(&self, place: &Place) -> bool {
        self.get(place).is_some()
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.others.is_empty()
    }

    /// The places that no entity declares, and who does.
    pub fn beside_entities(&self) -> impl Iterator<Item = (Place, Origin)> {
        let beside = |source: &Source| source.origin != Origin::Entity;
        let tables = self.tables.iter().flat_map(move |(name, parts)| {
            let parts = parts.iter().filter(move |(_, source)| beside(source));
            parts.map(move |(part, source)| (Place::Table(name.clone(), part.clone()), source.origin))
        });
        let others = self.others.iter().filter(move |(_, source)| beside(source));
        tables.chain(others.map(|(place, source)| (place.clone(), source.origin)))
    }

    /// All places with their sources.
    pub fn iter(&self) -> impl Iterator<Item = (Place, &Source)> {
        let tables = self.tables.iter().flat_map(|(name, parts)| {
            parts.iter().map(move |(part, source)| (Place::Table(name.clone(), part.clone()), source))
        });
        tables.chain(self.others.iter().map(|(place, source)| (place.clone(), source)))
    }

    /// Records where something is declared. The first source of a place counts.
    pub fn declare(&mut self, place: Place, source: Source) {
        match place {
            Place::Table(name, part) => self.declare_parts(name, vec![(part, source)]),
            other => _ = self.others.entry(other).or_insert(source),
        }
    }

    /// The same for parts of one table, in whatever order.
    pub(super) fn declare_parts(&mut self, table: ObjectName, mut parts: Vec<(Part, Source)>) {
        let known = self.tables.entry(table).or_default();
        if known.is_empty() {
            parts.sort_by(|(a, _), (b, _)| a.cmp(b));
            parts.dedup_by(|(later, _), (first, _)| later == first);
            parts.shrink_to_fit();
            *known = parts;
            return;
        }
        for (part, source) in parts {
            if let Err(at) = known.binary_search_by(|(other, _)| other.cmp(&part)) {
                known.insert(at, (part, source));
            }
        }
    }

    /// Takes over what is declared elsewhere.
    pub(super) fn absorb(&mut self, other: Self) {
        other.tables.into_iter().for_each(|(table, parts)| self.declare_parts(table, parts));
        other.others.into_iter().for_each(|(place, source)| self.declare(place, source));
    }
}

impl FromIterator<(Place, Source)> for Sources {
    fn from_iter<I: IntoIterator<Item = (Place, Source)>>(places: I) -> Self {
        let mut sources = Self::default();
        places.into_iter().for_each(|(place, source)| sources.declare(place, source));
        sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Facet, Name};

    #[test]
    fn the_first_source_of_a_place_counts() {
        let table = ObjectName::local("book");
        let part = |name: &str| Part::Column(Name::from(name), Facet::Whole);
        let at = |line| Source { file: Path::new("book.rs").into(), line, origin: Origin::Entity };
        let mut sources = Sources::default();
        sources.declare_parts(table.clone(), vec![(part("b"), at(2)), (part("a"), at(1)), (part("b"), at(3))]);
        sources.declare_parts(table.clone(), vec![(part("c"), at(4)), (part("a"), at(5))]);
        let mut other = Sources::default();
        other.declare(Place::Enum(table.clone()), at(6));
        other.declare(Place::Table(table.clone(), part("c")), at(7));
        sources.absorb(other);
        let lines: Vec<usize> = sources.iter().map(|(_, source)| source.line).collect();
        assert_eq!(lines, [1, 2, 4, 6]);
        assert_eq!(sources.get(&Place::Table(table.clone(), part("c"))).map(|source| source.line), Some(4));
        assert!(!sources.contains(&Place::table(&table)));
    }
}
