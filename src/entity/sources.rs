//! Source locations of declarations.
//!
//! Must not know what is declared, or how it was read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;

use crate::schema::{Facet, Name, ObjectName, Origin, Part, Place};

/// The source of a declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Source {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: usize,
    /// Entity or sidecar.
    pub origin: Origin,
}

/// Where each object and facet is declared. Every column has a place or two, so those of one table stand together, and nearly
/// all of them in one file: an entry of its own for each takes longer to build than the entities take to parse, and more room
/// than their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    tables: BTreeMap<ObjectName, OfTable>,
    others: BTreeMap<Place, Source>,
}

/// Where the parts of one table are declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct OfTable {
    files: Vec<Arc<Path>>,
    /// In the order of the parts.
    parts: Vec<(Part, At)>,
}

/// A source in little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    line: u32,
    /// Which of the table's files.
    file: u16,
    origin: Origin,
}

impl OfTable {
    fn source(&self, at: At) -> Option<Source> {
        let file = self.files.get(usize::from(at.file))?.clone();
        Some(Source { file, line: at.line as usize, origin: at.origin })
    }

    fn shortened(&mut self, source: Source) -> At {
        let known = self.files.iter().position(|file| *file == source.file);
        let file = known.unwrap_or_else(|| {
            self.files.reserve_exact(1);
            self.files.push(source.file);
            self.files.len() - 1
        });
        // Neither are there files of four thousand million lines, nor tables that are declared in so many of them.
        let (line, file) = (u32::try_from(source.line).unwrap_or(u32::MAX), u16::try_from(file).unwrap_or(u16::MAX));
        At { line, file, origin: source.origin }
    }

    fn at(&self, part: &Part) -> Option<At> {
        let at = self.parts.binary_search_by(|(other, _)| other.cmp(part)).ok()?;
        self.parts.get(at).map(|(_, at)| *at)
    }

    fn iter(&self) -> impl Iterator<Item = (&Part, Source)> {
        self.parts.iter().filter_map(|(part, at)| Some((part, self.source(*at)?)))
    }
}

impl Sources {
    /// The source of a place.
    pub fn get(&self, place: &Place) -> Option<Source> {
        match place {
            Place::Table(name, part) => {
                let table = self.tables.get(name)?;
                table.at(part).and_then(|at| table.source(at))
            }
            Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => {
                self.others.get(place).cloned()
            }
        }
    }

    /// Whether a place is declared.
    pub fn contains(&self, place: &Place) -> bool {
        match place {
            Place::Table(name, part) => self.tables.get(name).is_some_and(|table| table.at(part).is_some()),
            Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => {
                self.others.contains_key(place)
            }
        }
    }

    /// Whether there are no sources.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.others.is_empty()
    }

    /// The places that no entity declares, with their origins.
    pub fn beside_entities(&self) -> impl Iterator<Item = (Place, Origin)> {
        let tables = self.tables.iter().flat_map(|(name, table)| {
            let parts = table.parts.iter().filter(|(_, at)| at.origin != Origin::Entity);
            parts.map(move |(part, at)| (Place::Table(name.clone(), part.clone()), at.origin))
        });
        let others = self.others.iter().filter(|(_, source)| source.origin != Origin::Entity);
        tables.chain(others.map(|(place, source)| (place.clone(), source.origin)))
    }

    /// All places with their sources.
    pub fn iter(&self) -> impl Iterator<Item = (Place, Source)> {
        let tables = self.tables.iter().flat_map(|(name, table)| {
            table.iter().map(move |(part, source)| (Place::Table(name.clone(), part.clone()), source))
        });
        tables.chain(self.others.iter().map(|(place, source)| (place.clone(), source.clone())))
    }

    /// Records the source of a place. The first one counts.
    pub fn declare(&mut self, place: Place, source: Source) {
        match place {
            Place::Table(name, part) => self.declare_parts(name, vec![(part, source)]),
            other => _ = self.others.entry(other).or_insert(source),
        }
    }

    /// The same for parts of one table, in whatever order.
    pub(super) fn declare_parts(&mut self, name: ObjectName, mut parts: Vec<(Part, Source)>) {
        let table = self.tables.entry(name).or_default();
        if table.parts.is_empty() {
            parts.sort_by(|(a, _), (b, _)| a.cmp(b));
            parts.dedup_by(|(later, _), (first, _)| later == first);
            table.parts.reserve_exact(parts.len());
        }
        for (part, source) in parts {
            let at = match table.parts.last() {
                Some((last, _)) if *last >= part => table.parts.binary_search_by(|(other, _)| other.cmp(&part)),
                _ => Err(table.parts.len()),
            };
            if let Err(place) = at {
                let at = table.shortened(source);
                table.parts.insert(place, (part, at));
            }
        }
    }

    /// Records the source of a part of a table that another source may have declared before. The last one counts.
    pub(super) fn declare_again(&mut self, name: &ObjectName, part: Part, source: Source) {
        if let Some(table) = self.tables.get_mut(name) {
            table.parts.retain(|(other, _)| *other != part);
        }
        self.declare_parts(name.clone(), vec![(part, source)]);
    }

    /// Lists parts of a table, with their facets, under other names.
    pub(super) fn rename(&mut self, table: &ObjectName, names: &BTreeMap<Part, Name>) {
        let Some(table) = self.tables.get_mut(table) else { return };
        for (part, _) in &mut table.parts {
            let whole = match &*part {
                Part::ForeignKey(name, _) => Part::ForeignKey(name.clone(), Facet::Whole),
                other => other.clone(),
            };
            if let (Some(new), Part::Unique(it) | Part::Index(it) | Part::ForeignKey(it, _) | Part::Check(it)) =
                (names.get(&whole), part)
            {
                *it = new.clone();
            }
        }
        table.parts.sort_by(|(a, _), (b, _)| a.cmp(b));
    }

    /// Merges other sources.
    pub(super) fn absorb(&mut self, other: Self) {
        for (name, table) in other.tables {
            if let Entry::Vacant(free) = self.tables.entry(name.clone()) {
                free.insert(table);
                continue;
            }
            let parts = table.iter().map(|(part, source)| (part.clone(), source)).collect();
            self.declare_parts(name, parts);
        }
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
