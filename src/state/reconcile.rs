//! From what is declared and what is there to what shall be there: the target of a migration.
//!
//! Must not know how the target is reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Unsupported};
use crate::entity::{Model, Source};
use crate::schema::{Normalized, ObjectName, Origin, Origins, Place, Schema, Table, Type, Undeclared};

use super::merge::Ledger;
use super::places::{places_in, stands};
use super::table;

/// What shall be there, and who says so.
#[derive(Clone, Debug)]
pub struct Target {
    /// The schema.
    pub schema: Normalized,
    /// Its origins.
    pub origins: Origins,
    /// What nobody declares, where that is an error.
    pub offences: Vec<Place>,
}

/// Brings the declared model and a base state (the snapshot, or a database) together.
///
/// Declared now: compared, whatever its origin, and a constraint or index that means the same keeps the name it has.
/// Declared before and silent now: dropped. Never declared: kept, unless `undeclared` says otherwise.
///
/// # Errors
/// Something declared that this database cannot hold.
pub fn reconcile(
    dialect: &dyn Dialect,
    model: &Model,
    base: &Normalized,
    origins: &Origins,
    undeclared: Undeclared,
) -> Result<Target, Unsupported> {
    let declared = dialect.normalize(model.schema.clone())?.into_schema();
    let base = base.schema();
    let declaration = Declaration::new(dialect, &model.sources);
    let mut ledger = Ledger { before: origins, after: Origins::default(), undeclared, offences: Vec::new() };
    let mut target = Schema {
        tables: tables(&declaration, &declared, base, &mut ledger),
        enums: objects(&declaration, &declared.enums, &base.enums, Place::Enum, &mut ledger),
        views: objects(&declaration, &declared.views, &base.views, Place::View, &mut ledger),
        routines: objects(&declaration, &declared.routines, &base.routines, Place::Routine, &mut ledger),
    };
    drop_what_lost_its_ground(&mut target, base);
    let schema = dialect.normalize(target)?;
    // What was kept at first and then lost its ground has no origin any more.
    let origins = ledger.after.listed().filter(|(place, _)| stands(place, schema.schema()));
    let origins = origins.map(|(place, origin)| (place.clone(), origin)).collect();
    Ok(Target { schema, origins, offences: ledger.offences })
}

/// What the merge needs to know of the declaration beside the schema itself.
pub(super) struct Declaration<'a> {
    pub(super) dialect: &'a dyn Dialect,
    sources: &'a BTreeMap<Place, Source>,
    /// What no entity declares: little beside the sources, and asked for at every place.
    others: BTreeMap<&'a Place, Origin>,
}

impl<'a> Declaration<'a> {
    fn new(dialect: &'a dyn Dialect, sources: &'a BTreeMap<Place, Source>) -> Self {
        let others = sources.iter().filter(|(_, source)| source.origin != Origin::Entity);
        Self { dialect, sources, others: others.map(|(place, source)| (place, source.origin)).collect() }
    }

    /// Entity or sidecar. What a dialect's `normalize` made explicit has no source of its own and counts as the entity's.
    pub(super) fn origin(&self, place: &Place) -> Origin {
        self.others.get(place).copied().unwrap_or_default()
    }

    /// Whether the place itself is spelled out in the code.
    pub(super) fn spells_out(&self, place: &Place) -> bool {
        self.sources.contains_key(place)
    }
}

fn tables(
    declaration: &Declaration<'_>,
    declared: &Schema,
    base: &Schema,
    ledger: &mut Ledger<'_>,
) -> BTreeMap<ObjectName, Table> {
    let mut target = BTreeMap::new();
    for (name, new) in &declared.tables {
        let bare = Table::new(name.clone());
        let old = base.tables.get(name).unwrap_or(&bare);
        ledger.after.set(Place::table(name), declaration.origin(&Place::table(name)));
        target.insert(name.clone(), table::merge(declaration, new, old, ledger));
    }
    for (name, old) in &base.tables {
        if !declared.tables.contains_key(name) && ledger.keeps(Place::table(name)) {
            for place in places_in(old) {
                ledger.after.set(place, Origin::Adopted);
            }
            target.insert(name.clone(), old.clone());
        }
    }
    target
}

/// Objects compared as a whole: enum types, views, routines.
fn objects<T: Clone + PartialEq>(
    declaration: &Declaration<'_>,
    declared: &BTreeMap<ObjectName, T>,
    base: &BTreeMap<ObjectName, T>,
    place: impl Fn(ObjectName) -> Place,
    ledger: &mut Ledger<'_>,
) -> BTreeMap<ObjectName, T> {
    let names: BTreeSet<&ObjectName> = declared.keys().chain(base.keys()).collect();
    let mut target = BTreeMap::new();
    for name in names {
        let object =
            ledger.facet(declared.get(name), base.get(name), || place(name.clone()), |place| declaration.origin(place));
        if let Some(object) = object {
            target.insert(name.clone(), object);
        }
    }
    target
}

/// What was kept although undeclared may stand on something that is dropped: then it goes too, and the plan says so.
/// An enum type that a kept column still has stays even if its last declaration is gone.
fn drop_what_lost_its_ground(target: &mut Schema, base: &Schema) {
    for table in target.tables.values_mut() {
        table::drop_what_lost_its_columns(table, base.tables.get(&table.name));
    }
    let standing: BTreeMap<ObjectName, BTreeSet<_>> =
        target.tables.iter().map(|(name, table)| (name.clone(), table.columns.keys().cloned().collect())).collect();
    for table in target.tables.values_mut() {
        table.foreign_keys.retain(|_, key| {
            let referenced = standing.get(&key.references);
            referenced.is_some_and(|columns| key.referenced_columns.iter().all(|column| columns.contains(column)))
        });
    }
    loop {
        let gone = |name: &ObjectName| {
            let was = base.tables.contains_key(name) || base.views.contains_key(name);
            was && !target.tables.contains_key(name) && !target.views.contains_key(name)
        };
        let groundless: Vec<ObjectName> =
            target.views.values().filter(|view| view.reads.iter().any(gone)).map(|view| view.name.clone()).collect();
        if groundless.is_empty() {
            break;
        }
        for name in groundless {
            target.views.remove(&name);
        }
    }
    for column in target.tables.values().flat_map(|table| table.columns.values()) {
        if let Some(name) = enum_name(&column.data_type)
            && !target.enums.contains_key(name)
            && let Some(kept) = base.enums.get(name)
        {
            target.enums.insert(name.clone(), kept.clone());
        }
    }
}

fn enum_name(data_type: &Type) -> Option<&ObjectName> {
    match data_type {
        Type::Enum(name) => Some(name),
        Type::Array(element) => enum_name(element),
        _ => None,
    }
}
