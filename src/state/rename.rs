//! Renames that the developer declares, applied to the base before anything is compared with it. So undeclared objects follow
//! the table or column they belong to.
//!
//! Must not know where the renames come from, or how one is written.

use crate::dialect::expression::{mentions, rename_column, rename_table};
use crate::dialect::{Dialect, Unsupported};
use crate::entity::Model;
use crate::plan::{Names, Naming, Op, Plan, Rename, Shape, Space, apply};
use crate::schema::{
    Change, Check, DefaultValue, Expression, Facet, ForeignKey, Index, IndexTarget, Name, Normalized, ObjectName,
    Origins, Part, Parts, Place, Product, Schema, Table, Unique,
};

use super::follow;

/// The base after the renames.
pub(super) struct Renamed {
    pub(super) base: Normalized,
    pub(super) origins: Origins,
    /// The renames that were applied, in order, including implied ones.
    pub(super) renames: Vec<Rename>,
}

/// The renames that the code declares by `renamed_from` and those the developer answered, tables before what is in them. The
/// code's stay there for as long as somebody likes: one whose old name is gone says nothing any more.
pub(super) fn requested(model: &Model) -> Vec<Rename> {
    let of_the_code = declared_renames(model).into_iter().map(|(_, rename)| rename);
    let mut renames: Vec<Rename> = of_the_code.chain(model.answers.iter().cloned()).collect();
    renames.sort_by_key(|rename| !matches!(rename, Rename::Table(_) | Rename::Enum(_)));
    renames
}

/// The renames declared by `renamed_from`, each with its place.
pub fn declared_renames(model: &Model) -> Vec<(Place, Rename)> {
    let declared = |(place, old)| declared(place, old).map(|rename| (Place::clone(place), rename));
    model.renames.iter().filter_map(declared).collect()
}

/// A rename as a command-line option.
pub fn spelled(rename: &Rename) -> String {
    let within = |kind: &str, owner: &ObjectName, from: &dyn std::fmt::Display, to: &dyn std::fmt::Display| {
        format!("{kind}{owner}.{from}:{to}")
    };
    match rename {
        Rename::Table(change) if change.from.schema.is_none() && change.to.schema.is_none() => {
            format!("{}:{}", change.from, change.to)
        }
        Rename::Table(change) => format!("table:{}:{}", change.from, change.to),
        Rename::Enum(change) => format!("enum:{}:{}", change.from, change.to),
        Rename::Column(owner, change) if owner.schema.is_none() => within("", owner, &change.from, &change.to),
        Rename::Column(owner, change) => within("column:", owner, &change.from, &change.to),
        Rename::Index(owner, change) => within("index:", owner, &change.from, &change.to),
        Rename::Unique(owner, change) => within("unique:", owner, &change.from, &change.to),
        Rename::ForeignKey(owner, change) => within("foreign-key:", owner, &change.from, &change.to),
        Rename::Check(owner, change) => within("check:", owner, &change.from, &change.to),
        Rename::EnumValue(owner, change) => within("value:", owner, &change.from, &change.to),
    }
}

/// Refuses names that go round in a circle by `renamed_from`, which stays in the code: nobody could tell the names before such
/// a migration from those after it, and the next one would exchange them again.
///
/// # Errors
/// The first of them.
pub(super) fn refuse_circles(model: &Model, product: Product) -> Result<(), Unsupported> {
    let renames = declared_renames(model);
    let ends = |rename: &Rename| (rename.place(), rename.clone().inverse().place());
    let before = |place: &Place| renames.iter().map(|(_, it)| it).find(|it| ends(it).1 == *place);
    for (place, rename) in &renames {
        let (from, start) = ends(rename);
        let mut circle = vec![rename];
        let mut at = from.clone();
        for _ in 0..renames.len() {
            if at == start && from != start {
                let reason = format!(
                    "`renamed_from` leads round in a circle from {from} back to it: every migration would go round once more"
                );
                let options: Vec<String> = circle.iter().map(|it| format!(" --rename {}", spelled(it))).collect();
                let hint =
                    format!("remove these attributes, and say it once: `gen migration <Name>{}`", options.concat());
                return Err(Unsupported { product, place: place.clone(), reason, hint });
            }
            match before(&at) {
                Some(former) => {
                    at = ends(former).0;
                    circle.push(former);
                }
                None => break,
            }
        }
    }
    Ok(())
}

fn declared(place: &Place, old: &Name) -> Option<Rename> {
    let object = |to: &ObjectName| Change::new(ObjectName { schema: to.schema.clone(), name: old.clone() }, to.clone());
    let part = |to: &Name| Change::new(old.clone(), to.clone());
    Some(match place {
        Place::Enum(name) => Rename::Enum(object(name)),
        Place::Table(table, within) => match within {
            Part::Whole => Rename::Table(object(table)),
            Part::Column(name, Facet::Whole) => Rename::Column(table.clone(), part(name)),
            Part::Index(name) => Rename::Index(table.clone(), part(name)),
            Part::Unique(name) => Rename::Unique(table.clone(), part(name)),
            Part::ForeignKey(name, Facet::Whole) => Rename::ForeignKey(table.clone(), part(name)),
            Part::Check(name) => Rename::Check(table.clone(), part(name)),
            _ => return None,
        },
        _ => return None,
    })
}

/// Applies the requested renames to the base, in an order in which each new name is free; cyclic renames go through an
/// intermediate name. A rename whose old name does not exist, or whose new name is taken for good, is left out. Names made by
/// convention follow (`idx-user-mail` becomes `idx-user-email`), unless `declared` has them unchanged.
///
/// # Errors
/// None for a base that this dialect normalised.
pub(super) fn rename(
    dialect: &dyn Dialect,
    (declared, naming): (&Schema, &Naming),
    base: &Normalized,
    origins: &Origins,
    requested: &[Rename],
) -> Result<Renamed, Unsupported> {
    let mut work = Renaming {
        product: dialect.product(),
        declared,
        naming,
        schema: base.schema().clone(),
        origins: origins.clone(),
        renames: Vec::new(),
    };
    let names = Names::new(dialect.product(), [base.schema(), declared]);
    let mut open: Vec<Rename> = requested.to_vec();
    loop {
        let before = open.len();
        open.retain(|request| !work.carry_out(request));
        if open.len() < before {
            continue;
        }
        match open.iter().position(|request| work.is_blocked_by_another(request, &open)) {
            None => break,
            Some(index) => {
                let (first, second) = by_way_of(open.remove(index), &names);
                if work.carry_out(&first) {
                    open.push(second);
                }
            }
        }
    }
    let base = if work.renames.is_empty() { base.clone() } else { dialect.normalize(work.schema)? };
    Ok(Renamed { base, origins: work.origins, renames: work.renames })
}

/// Constraints and indexes that are the same on both sides but for their names: renaming one costs nothing, creating it anew
/// may take hours.
pub(super) fn same_but_for_the_name(base: &Schema, target: &Schema) -> Vec<Rename> {
    let mut renames = Vec::new();
    for (name, new) in target.tables.shared().filter(|(_, table)| !base.tables.holds(table)) {
        let Some(old) = base.tables.get(name) else { continue };
        let uniques = pairs(&old.uniques, &new.uniques, |it: &Unique, name| Unique { name, ..it.clone() });
        renames.extend(uniques.into_iter().map(|change| Rename::Unique(name.clone(), change)));
        let keys =
            pairs(&old.foreign_keys, &new.foreign_keys, |it: &ForeignKey, name| ForeignKey { name, ..it.clone() });
        renames.extend(keys.into_iter().map(|change| Rename::ForeignKey(name.clone(), change)));
        let checks = pairs(&old.checks, &new.checks, |it: &Check, name| Check { name, ..it.clone() });
        renames.extend(checks.into_iter().map(|change| Rename::Check(name.clone(), change)));
        let indexes = pairs(&old.indexes, &new.indexes, |it: &Index, name| Index { name, ..it.clone() });
        renames.extend(indexes.into_iter().map(|change| Rename::Index(name.clone(), change)));
    }
    renames
}

fn pairs<T: Clone + PartialEq>(old: &Parts<T>, new: &Parts<T>, called: impl Fn(&T, Name) -> T) -> Vec<Change<Name>> {
    let mut gone: Vec<&Name> = old.keys().filter(|name| !new.contains_key(*name)).collect();
    let mut changes = Vec::new();
    for (name, object) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let same = |before: &&Name| old.get(*before).is_some_and(|old| called(old, name.clone()) == *object);
        if let Some(index) = gone.iter().position(same) {
            changes.push(Change::new(gone.remove(index).clone(), name.clone()));
        }
    }
    changes
}

/// One rename as two, by a name that is free.
fn by_way_of(rename: Rename, names: &Names<'_>) -> (Rename, Rename) {
    let between = |space: Space, stem: &str| names.invent(&space, Shape { before: "", stem, after: "_between" });
    let part = |space: Space, change: Change<Name>| {
        let middle = between(space, change.from.as_str());
        (Change::new(change.from, middle.clone()), Change::new(middle, change.to))
    };
    let object = |change: Change<ObjectName>| {
        let name = between(Space::Objects, change.from.name.as_str());
        let middle = ObjectName { schema: change.from.schema.clone(), name };
        (Change::new(change.from, middle.clone()), Change::new(middle, change.to))
    };
    macro_rules! of_table {
        ($kind:ident, $space:expr, $table:ident, $change:ident) => {{
            let (first, second) = part($space, $change);
            (Rename::$kind($table.clone(), first), Rename::$kind($table, second))
        }};
    }
    match rename {
        Rename::Table(change) => {
            let (first, second) = object(change);
            (Rename::Table(first), Rename::Table(second))
        }
        Rename::Enum(change) => {
            let (first, second) = object(change);
            (Rename::Enum(first), Rename::Enum(second))
        }
        Rename::EnumValue(name, change) => {
            let middle = between(Space::Values(name.clone()), &change.from).as_str().to_owned();
            let first = Rename::EnumValue(name.clone(), Change::new(change.from, middle.clone()));
            (first, Rename::EnumValue(name, Change::new(middle, change.to)))
        }
        Rename::Column(table, change) => of_table!(Column, Space::Columns(table.clone()), table, change),
        Rename::Index(table, change) => of_table!(Index, Space::Objects, table, change),
        Rename::Unique(table, change) => of_table!(Unique, Space::Objects, table, change),
        Rename::ForeignKey(table, change) => of_table!(ForeignKey, Space::Objects, table, change),
        Rename::Check(table, change) => of_table!(Check, Space::Objects, table, change),
    }
}

struct Renaming<'a> {
    product: Product,
    declared: &'a Schema,
    naming: &'a Naming,
    schema: Schema,
    origins: Origins,
    renames: Vec<Rename>,
}

impl Renaming<'_> {
    /// Renames and takes along what follows; `false` if it cannot be done now.
    fn carry_out(&mut self, rename: &Rename) -> bool {
        if !self.has_old(rename) || !self.apply(rename) {
            return false;
        }
        match rename {
            Rename::Column(table, change) => self.rename_in_expressions(table, change),
            Rename::Table(change) => {
                let free = Names::new(self.product, [&self.schema]);
                let key = self.schema.tables.get(&change.to).and_then(|table| table.primary_key.as_ref());
                let followed = key.and_then(|key| follow::primary_key(key.name.as_ref()?, change));
                let followed = followed.filter(|name| free.is_free(&Space::Objects, name));
                let key = self.schema.tables.get_mut(&change.to).and_then(|table| table.primary_key.as_mut());
                // No operation renames a primary key; the differ sees one that changed in its name only.
                if let (Some(name), Some(key)) = (followed, key) {
                    key.name = Some(name);
                }
                self.rename_in_statements(change);
            }
            _ => {}
        }
        if let Some(table) = follow::table_of(rename).and_then(|name| self.schema.tables.get(name)) {
            let declared = self.declared.tables.get(&table.name);
            let mut followers = follow::names(table, rename, declared, self.naming);
            // What follows by convention only stays as it is where its new name is taken, or too long.
            if !followers.is_empty() {
                let free = Names::new(self.product, [&self.schema]);
                followers.retain(|it| follow::new_name(it).is_none_or(|name| free.is_free(&Space::Objects, name)));
            }
            for follower in followers {
                self.apply(&follower);
            }
        }
        true
    }

    fn apply(&mut self, rename: &Rename) -> bool {
        let plan = Plan::new(vec![Op::Rename(rename.clone())]);
        let mut changed = self.schema.clone();
        if apply(&plan, &mut changed).is_err() {
            return false;
        }
        self.schema = changed;
        let accepted = self.origins.accepted().iter().map(|(place, it)| (renamed(place, rename), it.clone())).collect();
        let listed = self.origins.listed().map(|(place, origin)| (renamed(place, rename), origin));
        let personal = self.origins.personal().iter().map(|(place, it)| (renamed(place, rename), it.clone())).collect();
        self.origins = listed.collect::<Origins>().with_accepted(accepted).with_personal(personal);
        self.renames.push(rename.clone());
        true
    }

    fn has_old(&self, rename: &Rename) -> bool {
        let table = |name: &ObjectName| self.schema.tables.get(name);
        match rename {
            Rename::Table(change) => table(&change.from).is_some(),
            Rename::Column(owner, change) => table(owner).is_some_and(|it| it.columns.contains_key(&change.from)),
            Rename::Index(owner, change) => table(owner).is_some_and(|it| it.indexes.contains_key(&change.from)),
            Rename::Unique(owner, change) => table(owner).is_some_and(|it| it.uniques.contains_key(&change.from)),
            Rename::ForeignKey(owner, change) => {
                table(owner).is_some_and(|it| it.foreign_keys.contains_key(&change.from))
            }
            Rename::Check(owner, change) => table(owner).is_some_and(|it| it.checks.contains_key(&change.from)),
            Rename::Enum(change) => self.schema.enums.contains_key(&change.from),
            Rename::EnumValue(name, change) => {
                self.schema.enums.get(name).is_some_and(|it| it.values.contains(&change.from))
            }
        }
    }

    /// Whether only another open rename has the new name.
    fn is_blocked_by_another(&self, request: &Rename, open: &[Rename]) -> bool {
        let vacates = |other: &Rename| match (request, other) {
            (Rename::Table(request), Rename::Table(other)) => request.to == other.from,
            (Rename::Enum(request), Rename::Enum(other)) => request.to == other.from,
            (Rename::Column(table, request), Rename::Column(owner, other))
            | (Rename::Index(table, request), Rename::Index(owner, other))
            | (Rename::Unique(table, request), Rename::Unique(owner, other))
            | (Rename::ForeignKey(table, request), Rename::ForeignKey(owner, other))
            | (Rename::Check(table, request), Rename::Check(owner, other)) => {
                table == owner && request.to == other.from
            }
            (Rename::EnumValue(name, request), Rename::EnumValue(owner, other)) => {
                name == owner && request.to == other.from
            }
            _ => false,
        };
        self.has_old(request) && open.iter().any(vacates)
    }

    /// In views and triggers, of whichever table: they name a renamed one where a statement names tables.
    fn rename_in_statements(&mut self, change: &Change<ObjectName>) {
        let product = self.product;
        let renamed = |text: &str| rename_table(product, text, change.from.name.as_str(), change.to.name.as_str());
        let follow = |expression: &mut Expression| {
            let text = renamed(expression.text());
            if text != expression.text() {
                *expression = Expression::new(text);
            }
        };
        let reading = self.schema.views.values_mut().filter(|view| view.reads.contains(&change.to));
        reading.for_each(|view| follow(&mut view.query));
        // SQLite's views have their triggers among their options.
        let options = self.schema.views.values_mut().filter(|view| !view.options.is_empty());
        options.flat_map(|view| view.options.values_mut()).for_each(|text| *text = renamed(text));
        let names = |table: &Table| {
            table.triggers.values().any(|it| mentions(product, it.definition.text(), change.from.name.as_str()))
        };
        let owners: Vec<ObjectName> =
            self.schema.tables.values().filter(|table| names(table)).map(|it| it.name.clone()).collect();
        for table in owners {
            let table = self.schema.tables.get_mut(&table);
            table.into_iter().flat_map(|table| table.triggers.values_mut()).for_each(|it| follow(&mut it.definition));
        }
    }

    fn rename_in_expressions(&mut self, table: &ObjectName, change: &Change<Name>) {
        let product = self.product;
        let Some(table) = self.schema.tables.get_mut(table) else { return };
        let follow = |expression: &mut Expression| {
            let text = rename_column(product, expression.text(), change.from.as_str(), change.to.as_str());
            if text != expression.text() {
                *expression = Expression::new(text);
            }
        };
        table.checks.values_mut().for_each(|check| follow(&mut check.expression));
        for column in table.columns.values_mut() {
            column.generated.iter_mut().for_each(|generated| follow(&mut generated.expression));
            if let Some(DefaultValue::Expression(expression)) = &mut column.default {
                follow(expression);
            }
        }
        for index in table.indexes.values_mut() {
            index.predicate.iter_mut().for_each(follow);
            for part in &mut index.parts {
                if let IndexTarget::Expression(expression) = &mut part.target {
                    follow(expression);
                }
            }
        }
    }
}

/// A place after a rename.
fn renamed(place: &Place, rename: &Rename) -> Place {
    let object = |name: &ObjectName, change: &Change<ObjectName>| {
        if *name == change.from { change.to.clone() } else { name.clone() }
    };
    let part = |name: &Name, change: &Change<Name>| if *name == change.from { change.to.clone() } else { name.clone() };
    match (place, rename) {
        (Place::Table(name, within), Rename::Table(change)) => Place::Table(object(name, change), within.clone()),
        (Place::Enum(name), Rename::Enum(change)) => Place::Enum(object(name, change)),
        (Place::Table(name, within), rename) if follow::table_of(rename) == Some(name) => {
            let within = match (within, rename) {
                (Part::Column(name, facet), Rename::Column(_, change)) => Part::Column(part(name, change), *facet),
                (Part::Index(name), Rename::Index(_, change)) => Part::Index(part(name, change)),
                (Part::Unique(name), Rename::Unique(_, change)) => Part::Unique(part(name, change)),
                (Part::ForeignKey(name, facet), Rename::ForeignKey(_, change)) => {
                    Part::ForeignKey(part(name, change), *facet)
                }
                (Part::Check(name), Rename::Check(_, change)) => Part::Check(part(name, change)),
                (within, _) => within.clone(),
            };
            Place::Table(name.clone(), within)
        }
        (place, _) => place.clone(),
    }
}
