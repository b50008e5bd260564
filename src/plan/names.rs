//! Generated names: one function makes them all, free in every known state and within the product's length limit.
//!
//! Must not know what a name is for.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::schema::{Name, ObjectName, Part, Place, Product, Schema, Table};

use super::{Object, Op, Plan, Rename};

/// The namespace that a generated name must not collide in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// Everything that has a name beside tables or within them, except columns. Which of these share a namespace differs
    /// between databases, so a generated name avoids all of them, in every schema.
    Objects,
    /// The columns of a table, which may have another name in each state.
    Columns(ObjectName),
    /// The values of an enum type.
    Values(ObjectName),
}

/// The parts of a generated name: `before`, as much of `stem` as fits, a number if one is needed, `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape<'a> {
    /// What it begins with.
    pub before: &'a str,
    /// What it is made of.
    pub stem: &'a str,
    /// What it ends in.
    pub after: &'a str,
}

impl Shape<'_> {
    /// The name with a number, or without one for 1, shortened at the stem.
    fn numbered(&self, product: Option<Product>, number: u32) -> String {
        let number = if number > 1 { number.to_string() } else { String::new() };
        let room =
            room(product).saturating_sub([self.before, &number, self.after].map(|it| size(product, it)).iter().sum());
        let mut left = room;
        let fits = |letter: &char| {
            let rest = left.checked_sub(size(product, letter.encode_utf8(&mut [0; 4])));
            left = rest.unwrap_or(0);
            rest.is_some()
        };
        let stem: String = self.stem.chars().take_while(fits).collect();
        format!("{}{stem}{number}{}", self.before, self.after)
    }
}

/// The size of the longest name.
fn room(product: Option<Product>) -> usize {
    match product {
        Some(Product::Postgres) | None => 63,
        Some(Product::MySql | Product::MariaDb) => 64,
        Some(Product::Sqlite) => usize::MAX,
    }
}

/// PostgreSQL counts bytes, the others characters.
fn size(product: Option<Product>, text: &str) -> usize {
    match product {
        Some(Product::Postgres) | None => text.len(),
        Some(Product::MySql | Product::MariaDb | Product::Sqlite) => text.chars().count(),
    }
}

/// The names in use and those already generated. The same request returns the same name, so up and down share their names.
#[derive(Debug)]
pub struct Names<'a> {
    /// `None` for names that every product takes.
    product: Option<Product>,
    states: Vec<&'a Schema>,
    plan: Option<&'a Plan>,
    objects: OnceCell<HashSet<String>>,
    given: RefCell<BTreeMap<(Space, [String; 3]), Name>>,
    /// The same names, folded.
    taken: RefCell<BTreeSet<(Space, String)>>,
}

impl<'a> Names<'a> {
    /// Names that are free in each of the states.
    pub fn new(product: Product, states: impl IntoIterator<Item = &'a Schema>) -> Self {
        let states = states.into_iter().collect();
        Self { product: Some(product), ..Self::free_in(states) }
    }

    /// Names that are free in a schema and in what a plan makes of it, whatever the product.
    pub fn for_any(plan: &'a Plan, from: &'a Schema) -> Self {
        Self { plan: Some(plan), ..Self::free_in(vec![from]) }
    }

    fn free_in(states: Vec<&'a Schema>) -> Self {
        let (given, taken) = (RefCell::default(), RefCell::default());
        Self { product: None, states, plan: None, objects: OnceCell::new(), given, taken }
    }

    /// Names that are free in a schema and in what a plan makes of it.
    pub fn around(product: Product, plan: &'a Plan, from: &'a Schema) -> Self {
        Self { plan: Some(plan), ..Self::new(product, [from]) }
    }

    /// The name of a shape, or the first with a number that is free.
    pub fn invent(&self, space: &Space, shape: Shape<'_>) -> Name {
        let mut given = self.given.borrow_mut();
        let asked = (space.clone(), [shape.before, shape.stem, shape.after].map(str::to_owned));
        if let Some(name) = given.get(&asked) {
            return name.clone();
        }
        let mut taken = self.taken.borrow_mut();
        let is_free = |candidate: &String| {
            let folded = self.folded(candidate);
            !self.is_taken(space, &folded) && !taken.contains(&(space.clone(), folded))
        };
        // There are more numbers than names.
        let name = (1..).map(|number| shape.numbered(self.product, number)).find(is_free);
        let name = Name::from(name.unwrap_or_default());
        taken.insert((space.clone(), self.folded(name.as_str())));
        given.insert(asked, name.clone());
        name
    }

    /// Whether a name from elsewhere is free and short enough.
    pub fn is_free(&self, space: &Space, name: &Name) -> bool {
        size(self.product, name.as_str()) <= room(self.product) && !self.is_taken(space, &self.folded(name.as_str()))
    }

    /// Whether something in one of the states, or made by the plan, has the name, folded.
    fn is_taken(&self, space: &Space, folded: &str) -> bool {
        match space {
            Space::Objects => self.objects.get_or_init(|| self.objects()).contains(folded),
            Space::Columns(table) => {
                let tables = self.states.iter().filter_map(|state| state.tables.get(table));
                let columns = tables.flat_map(|table| table.columns.keys());
                columns.chain(self.made_columns(table)).any(|column| self.folded(column.as_str()) == folded)
            }
            Space::Values(name) => {
                let types = self.states.iter().filter_map(|state| state.enums.get(name));
                types.flat_map(|of| &of.values).any(|value| self.folded(value) == folded)
            }
        }
    }

    /// A name as the product compares it.
    fn folded(&self, name: &str) -> String {
        match self.product {
            Some(Product::Postgres) => name.to_owned(),
            Some(Product::MySql | Product::MariaDb | Product::Sqlite) | None => name.to_lowercase(),
        }
    }

    /// The columns that the plan gives a table.
    fn made_columns(&self, table: &ObjectName) -> impl Iterator<Item = &Name> {
        self.plan.iter().flat_map(|plan| plan.ops()).flat_map(move |op| match op {
            Op::Create(Object::Table(new)) if new.name == *table => new.columns.keys().collect(),
            Op::Create(Object::Column(of, column)) if of == table => vec![&column.name],
            Op::Rename(Rename::Column(of, change)) if of == table => vec![&change.to],
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => Vec::new(),
        })
    }

    /// The names of all objects, folded.
    fn objects(&self) -> HashSet<String> {
        let mut names = HashSet::new();
        let mut take = |name: &str| names.extend([self.folded(name)]);
        for state in &self.states {
            state.tables.values().for_each(|table| of_table(table, &mut take));
            state.enums.keys().chain(state.views.keys()).for_each(|name| take(name.name.as_str()));
            state.routines.keys().for_each(|name| take(bare(name.name.as_str())));
            state.definitions.keys().for_each(|id| take(bare(id.name.name.as_str())));
            if let Some(kept) = state.kept.objects() {
                kept.tables.values().for_each(|table| of_table(table, &mut take));
                kept.views.keys().for_each(|name| take(name.name.as_str()));
            }
        }
        for op in self.plan.iter().flat_map(|plan| plan.ops()) {
            if let Op::Create(Object::Table(table)) = op {
                of_table(table, &mut take);
            }
            match op.place() {
                Place::Table(table, part) => {
                    take(table.name.as_str());
                    match part {
                        Part::Unique(name)
                        | Part::ForeignKey(name, _)
                        | Part::Check(name)
                        | Part::Index(name)
                        | Part::Trigger(name) => take(name.as_str()),
                        Part::Whole
                        | Part::Comment
                        | Part::Option(_)
                        | Part::PrimaryKey
                        | Part::Column(..)
                        | Part::Rows => {}
                    }
                }
                place @ (Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_)) => {
                    take(bare(place.object().name.as_str()));
                }
            }
        }
        names
    }
}

/// The names of a table and of everything in it but its columns.
fn of_table(table: &Table, take: &mut impl FnMut(&str)) {
    take(table.name.name.as_str());
    table.primary_key.iter().filter_map(|key| key.name.as_ref()).for_each(|name| take(name.as_str()));
    let constraints = table.uniques.keys().chain(table.foreign_keys.keys()).chain(table.checks.keys());
    constraints.chain(table.indexes.keys()).chain(table.triggers.keys()).for_each(|name| take(name.as_str()));
    // A sequence is held as it is written, perhaps with its schema; a dot may stand in either name.
    for written in table.columns.values().filter_map(|column| column.options.get("sequence")) {
        let names = written.match_indices('.').map(|(at, _)| at + 1).chain([0]).filter_map(|at| written.get(at..));
        names.for_each(|name| take(&name.trim_matches('"').replace("\"\"", "\"")));
    }
}

/// The name of a routine without its arguments.
fn bare(name: &str) -> &str {
    name.split('(').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
