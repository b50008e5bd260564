//! Names the parts of entities by the patterns of a project, instead of as SeaORM does.
//!
//! Must not know where the patterns are written. What the code names, in an entity or in SQL, keeps its name.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{NameKind, NameParts, Naming};
use crate::schema::{
    Check, Facet, ForeignKey, Index, Name, Named, ObjectName, Origin, Part, Parts, Place, Table, Unique,
};

use super::Model;

/// A part that no code names, with its name by the pattern.
struct Made {
    table: ObjectName,
    part: Part,
    name: Name,
    /// The name where `name` is another part's too.
    distinct: Name,
}

impl Model {
    /// Renames what no code names by the patterns. Each name is free: where two parts would have the same one, each gets a hash
    /// of its own, whatever else is declared.
    pub fn name_by(&mut self, naming: &Naming) {
        if naming.is_empty() {
            return;
        }
        let tables = self.schema.tables.values();
        let mut made: Vec<Made> = tables.flat_map(|table| self.made(table, naming)).collect();
        self.make_free(&mut made);
        let mut names: BTreeMap<ObjectName, BTreeMap<Part, Name>> = BTreeMap::new();
        for Made { table, part, name, .. } in made {
            names.entry(table).or_default().insert(part, name);
        }
        for (table, names) in &names {
            self.change(|schema| _ = schema.tables.get_mut(table).map(|table| rename(table, names)));
            self.sources.rename(table, names);
        }
    }

    /// The parts of a table that no code names, where there is a pattern for them.
    fn made(&self, table: &Table, naming: &Naming) -> Vec<Made> {
        let owner = table.name.name.as_str();
        let mut found = Vec::new();
        let mut take = |part: Part, kind: NameKind, of: NameParts<'_>| {
            let place = Place::Table(table.name.clone(), part.clone());
            let of_entity = self.sources.get(&place).is_none_or(|source| source.origin == Origin::Entity);
            if !of_entity || self.given_names.contains(&place) {
                return;
            }
            let names = naming.name(kind, &of).zip(naming.distinct_name(kind, &of, &place.to_string()));
            found.extend(names.map(|(name, distinct)| Made { table: table.name.clone(), part, name, distinct }));
        };
        if let Some(key) = &table.primary_key {
            take(Part::PrimaryKey, NameKind::PrimaryKey, NameParts::new(owner, &key.columns));
        }
        for unique in table.uniques.values() {
            take(Part::Unique(unique.name.clone()), NameKind::Unique, NameParts::new(owner, &unique.columns));
        }
        for index in table.indexes.values() {
            take(Part::Index(index.name.clone()), NameKind::of_index(index), NameParts::of_index(owner, index));
        }
        for key in table.foreign_keys.values() {
            let part = Part::ForeignKey(key.name.clone(), Facet::Whole);
            take(part, NameKind::ForeignKey, NameParts::of_foreign_key(owner, key));
        }
        for check in table.checks.values() {
            let bare = check.name.as_str().trim_end_matches(|letter: char| letter.is_ascii_digit());
            let of = |column: &&Name| bare == format!("{owner}_{column}_check");
            let column = table.columns.keys().find(of);
            take(Part::Check(check.name.clone()), NameKind::Check, NameParts::new(owner, column));
        }
        found
    }

    /// Takes the distinct name where another is not free.
    fn make_free(&self, made: &mut [Made]) {
        let mut taken = self.other_names(made);
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for one in made.iter() {
            *wanted.entry(folded(&one.name)).or_default() += 1;
        }
        let is_free = |one: &Made| wanted.get(&folded(&one.name)) == Some(&1) && !taken.contains(&folded(&one.name));
        let (free, clashing): (Vec<&mut Made>, Vec<&mut Made>) = made.iter_mut().partition(|one| is_free(one));
        taken.extend(free.iter().map(|one| folded(&one.name)));
        for one in clashing {
            let numbered = (1_u32..).map(|number| format!("{}{number}", one.distinct)).map(Name::from);
            let free = std::iter::once(one.distinct.clone()).chain(numbered).find(|it| !taken.contains(&folded(it)));
            one.name = free.unwrap_or_else(|| one.distinct.clone());
            taken.insert(folded(&one.name));
        }
    }

    /// The names of everything else, folded: products differ in what shares a space of names.
    fn other_names(&self, made: &[Made]) -> BTreeSet<String> {
        let renamed: BTreeSet<(&ObjectName, &Part)> = made.iter().map(|one| (&one.table, &one.part)).collect();
        let schema = &self.schema;
        let objects = schema.tables.keys().chain(schema.views.keys()).chain(schema.enums.keys());
        let mut names: BTreeSet<String> = objects.map(|name| folded(&name.name)).collect();
        for table in schema.tables.values() {
            let mut take = |part: Part, name: &Name| {
                if !renamed.contains(&(&table.name, &part)) {
                    names.insert(folded(name));
                }
            };
            table.primary_key.iter().filter_map(|key| key.name.as_ref()).for_each(|it| take(Part::PrimaryKey, it));
            table.uniques.keys().for_each(|name| take(Part::Unique(name.clone()), name));
            table.indexes.keys().for_each(|name| take(Part::Index(name.clone()), name));
            table.foreign_keys.keys().for_each(|name| take(Part::ForeignKey(name.clone(), Facet::Whole), name));
            table.checks.keys().for_each(|name| take(Part::Check(name.clone()), name));
            table.triggers.keys().for_each(|name| take(Part::Trigger(name.clone()), name));
        }
        names
    }
}

fn folded(name: &Name) -> String {
    name.as_str().to_lowercase()
}

/// Renames all parts at once: one may have the former name of another.
fn rename(table: &mut Table, names: &BTreeMap<Part, Name>) {
    if let (Some(key), Some(name)) = (&mut table.primary_key, names.get(&Part::PrimaryKey)) {
        key.name = Some(name.clone());
    }
    let name = |old: Name, part: fn(Name) -> Part| names.get(&part(old.clone())).cloned().unwrap_or(old);
    called(&mut table.uniques, |it| Unique { name: name(it.name, Part::Unique), ..it });
    called(&mut table.indexes, |it| Index { name: name(it.name, Part::Index), ..it });
    let whole = |name| Part::ForeignKey(name, Facet::Whole);
    called(&mut table.foreign_keys, |it| ForeignKey { name: name(it.name, whole), ..it });
    called(&mut table.checks, |it| Check { name: name(it.name, Part::Check), ..it });
}

fn called<T: Named>(parts: &mut Parts<T>, with: impl Fn(T) -> T) {
    for part in std::mem::take(parts).into_values().map(with) {
        parts.insert(part.name().clone(), part);
    }
}

#[cfg(test)]
mod tests;
