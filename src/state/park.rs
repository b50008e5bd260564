//! Parking: objects that would be dropped are renamed to a dated name, with their rows and values, until they are purged.
//!
//! Must not know the current date, or who asks for it.

use std::collections::BTreeSet;

use sea_gen_runner::Error;

use crate::dialect::Dialect;
use crate::plan::{Names, Op, Plan, Rename, Shape, Space, apply};
use crate::schema::{Change, Name, Normalized, ObjectName, Origin, Origins, Part, Place, Schema, Table};

use super::places::places_in;
use super::{TargetSchema, follow};

/// Between a name and the day it was parked on.
const MARK: &str = "__parked_";

/// The target in which every table and column that would be dropped is parked instead. A parked table keeps its columns and
/// its primary key; a parked column takes NULL, because nobody fills it any more. `day` is `YYYYMMDD`.
///
/// # Errors
/// A column of a primary key, which cannot be without values.
pub fn park(
    dialect: &dyn Dialect,
    base: &Normalized,
    mut target: TargetSchema,
    day: &str,
) -> Result<TargetSchema, Error> {
    let mut before = base.schema().clone();
    apply(&Plan::new(target.renames.iter().cloned().map(Op::Rename).collect()), &mut before)
        .map_err(|refusal| Error::new(format!("{} cannot be renamed: {}", refusal.place, refusal.reason)))?;
    let mut schema = target.schema.schema().clone();
    let wanted = target.schema.clone();
    let names = Names::new(dialect.product(), [base.schema(), &before, wanted.schema()]);
    let mark = format!("{MARK}{day}");
    for (name, table) in &before.tables {
        if !schema.tables.contains_key(name) {
            let parked = parked(&names, &Space::Objects, &name.name, &mark);
            let change = Change::new(name.clone(), ObjectName { name: parked, ..name.clone() });
            let table = parked_table(&names, table, &change);
            adopt(&mut target.origins, &table);
            schema.tables.insert(change.to.clone(), table);
            target.renames.push(Rename::Table(change));
            continue;
        }
        let Some(later) = schema.tables.get_mut(name) else { continue };
        let gone = table.columns.values().filter(|column| !later.columns.contains_key(&column.name));
        let gone: Vec<_> = gone.filter(|column| column.generated.is_none()).cloned().collect();
        for mut column in gone {
            if table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name)) {
                return Err(Error::new(format!(
                    "column {name}.{} belongs to the primary key and cannot be parked: nobody would fill it",
                    column.name
                ))
                .hint("leave `--keep` out, and allow the drop by `--allow`"));
            }
            let parked = parked(&names, &Space::Columns(name.clone()), &column.name, &mark);
            let change = Change::new(column.name.clone(), parked);
            column.name = change.to.clone();
            (column.nullable, column.default, column.identity) = (true, None, None);
            target.origins.set(Place::column(name, &column.name), Origin::Adopted);
            later.columns.insert(column);
            target.renames.push(Rename::Column(name.clone(), change));
        }
        adopt(&mut target.origins, later);
    }
    keep_types(&mut schema, &before, &mut target.origins);
    target.schema = dialect.normalize(schema)?;
    Ok(target)
}

/// What is parked keeps its enum types, though nobody declares them any more.
fn keep_types(schema: &mut Schema, before: &Schema, origins: &mut Origins) {
    for name in used_enums(schema) {
        if let Some(kept) = before.enums.get(&name).filter(|_| !schema.enums.contains_key(&name)) {
            schema.enums.insert(name.clone(), kept.clone());
            origins.set(Place::Enum(name), Origin::Adopted);
        }
    }
}

/// The enum types that columns are of.
fn used_enums(schema: &Schema) -> BTreeSet<ObjectName> {
    let columns = schema.tables.values().flat_map(|table| table.columns.values());
    columns.filter_map(|column| column.data_type.enum_name()).cloned().collect()
}

/// A parked object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The table or column.
    pub place: Place,
    /// Its former name: `orders`, `orders.note`.
    pub former: String,
    /// When it was parked, `YYYYMMDD`.
    pub day: String,
}

/// What is parked in a schema. What is in a parked table goes with it.
pub fn parked_in(schema: &Schema) -> Vec<Parked> {
    let mut found = Vec::new();
    for table in schema.tables.values() {
        if let Some((former, day)) = unparked(&table.name.name) {
            found.push(Parked { place: Place::table(&table.name), former: former.to_owned(), day: day.to_owned() });
            continue;
        }
        for column in table.columns.values() {
            if let Some((former, day)) = unparked(&column.name) {
                let former = format!("{}.{former}", table.name.name);
                let place = Place::column(&table.name, &column.name);
                found.push(Parked { place, former, day: day.to_owned() });
            }
        }
    }
    found
}

/// The schema without what is parked at these places, and its origins.
///
/// # Errors
/// None for a schema this dialect normalised.
pub fn purged(
    dialect: &dyn Dialect,
    from: &Normalized,
    origins: &Origins,
    places: &[Place],
) -> Result<(Normalized, Origins), Error> {
    let mut schema: Schema = from.schema().clone();
    let used = used_enums(&schema);
    let goes_there = |place: &Place| places.contains(place);
    schema.tables.retain(|name, _| !goes_there(&Place::table(name)));
    for table in schema.tables.values_mut() {
        let name = table.name.clone();
        table.columns.retain(|column| !goes_there(&Place::column(&name, &column.name)));
    }
    // Types that only what was parked had go with it, if nobody declares them.
    let still = used_enums(&schema);
    let goes = |name: &ObjectName| {
        used.contains(name) && !still.contains(name) && origins.of(&Place::Enum(name.clone())) == Origin::Adopted
    };
    schema.enums.retain(|name, _| !goes(name));
    let is_gone = |place: &Place| match place {
        Place::Table(table, part) => {
            !schema.tables.contains_key(table)
                || matches!(part, Part::Column(name, _) if goes_there(&Place::column(table, name)))
        }
        Place::Enum(name) => goes(name),
        Place::View(_) | Place::Routine(_) | Place::Definition(_) => false,
    };
    let stays = |place: &Place| !is_gone(place);
    let left = origins.listed().filter(|(place, _)| stays(place));
    let listed: Origins = left.map(|(place, origin)| (place.clone(), origin)).collect();
    let mut personal = origins.personal().clone();
    personal.retain(|place, _| stays(place));
    let origins = listed.beside(origins).with_personal(personal);
    Ok((dialect.normalize(schema)?, origins))
}

/// Whether what stands at a place is parked, or belongs to what is.
pub(super) fn is_parked_place(place: &Place) -> bool {
    match place {
        Place::Table(table, part) => {
            is_parked(&table.name)
                || match part {
                    Part::Column(name, _) => is_parked(name),
                    Part::Whole
                    | Part::Comment
                    | Part::Option(_)
                    | Part::PrimaryKey
                    | Part::Unique(_)
                    | Part::ForeignKey(..)
                    | Part::Check(_)
                    | Part::Index(_)
                    | Part::Trigger(_)
                    | Part::Rows => false,
                }
        }
        Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => false,
    }
}

fn is_parked(name: &Name) -> bool {
    unparked(name).is_some()
}

/// What a parked table or column was called, and the day.
fn unparked(name: &Name) -> Option<(&str, &str)> {
    let parts = name.as_str().rsplit_once(MARK);
    parts.filter(|(_, day)| day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What something is called once it is parked.
fn parked(names: &Names<'_>, space: &Space, name: &Name, mark: &str) -> Name {
    names.invent(space, Shape { before: "", stem: name.as_str(), after: mark })
}

/// The table under its new name, with nothing in it that another table of the old name would collide with, or that would go
/// on working on other tables.
fn parked_table(names: &Names<'_>, table: &Table, change: &Change<ObjectName>) -> Table {
    let mut parked =
        Table { columns: table.columns.clone(), options: table.options.clone(), ..Table::new(change.to.clone()) };
    parked.comment = table.comment.clone();
    parked.primary_key = table.primary_key.clone();
    if let Some(key) = &mut parked.primary_key
        && let Some(name) = &mut key.name
        && follow::primary_key(name, change).is_some()
    {
        *name = names.invent(&Space::Objects, Shape { before: "", stem: change.to.name.as_str(), after: "_pkey" });
    }
    parked
}

/// Parked objects are undeclared.
fn adopt(origins: &mut Origins, table: &Table) {
    let parked = places_in(table).into_iter().chain([Place::table(&table.name)]).filter(is_parked_place);
    for place in parked {
        origins.set(place, Origin::Adopted);
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Product;

    use super::*;

    #[test]
    fn a_parked_name_is_dated_and_short_enough() {
        let names = Names::new(Product::Postgres, []);
        let parked = |name: &str| parked(&names, &Space::Objects, &Name::from(name), "__parked_20261121");
        assert_eq!(parked("orders").as_str(), "orders__parked_20261121");
        for name in ["orders".to_owned(), "é".repeat(60), "e\u{301}".repeat(30)] {
            assert!(parked(&name).as_str().len() <= 63 && is_parked(&parked(&name)), "{name}");
        }
        for other in ["orders", "orders__parked_", "orders__parked_soon", "orders__parked_2026112"] {
            assert!(!is_parked(&Name::from(other)), "{other}");
        }
    }
}
