//! Computes the target schema of a migration from the declared and the current schema.
//!
//! Must not know how a migration reaches the target.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Unsupported, in_mode_of};
use crate::entity::Model;
use crate::plan::{Naming, Rename, stands_at};
use crate::schema::{
    Column, Definition, DefinitionId, Facet, ForeignKey, Identity, Name, Normalized, ObjectName, Origin, Origins, Part,
    Place, Product, Schema, Strictness, Table, Tables, Type, Undeclared,
};

use super::accepted::{Acceptances, without_accepted};
use super::case::in_another_case;
use super::left_behind::nothing_left_behind;
use super::lookalikes::{self, Question};
use super::merge::MergeRecord;
use super::places::{places_in, stands};
use super::rename::{self, Renamed};
use super::table;
use super::types::{self, TypeRule, TypeRules};

/// The target schema of a migration, with the origin of each object.
#[derive(Clone, Debug)]
pub struct TargetSchema {
    /// The schema.
    pub schema: Normalized,
    /// Its origins.
    pub origins: Origins,
    /// Undeclared objects, if the policy treats them as errors.
    pub violations: Vec<Place>,
    /// Loosely matched column types, and the rules by which the database's type was kept.
    pub loosely_matched: Vec<(Place, &'static TypeRule)>,
    /// The renames from the base, in order; for `diff`.
    pub renames: Vec<Rename>,
    /// Possible renames, to be answered before anything is planned.
    pub questions: Vec<Question>,
}

impl TargetSchema {
    /// A schema that is reached as it is: nobody declares it, and nothing is asked.
    pub fn of(schema: &Normalized, renames: &[Rename]) -> Self {
        Self {
            schema: schema.clone(),
            origins: Origins::default(),
            violations: Vec::new(),
            loosely_matched: Vec::new(),
            renames: renames.to_vec(),
            questions: Vec::new(),
        }
    }
}

/// The policy for undeclared objects and under-specified types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What to do with undeclared objects.
    pub undeclared: Undeclared,
    /// When one type is accepted for another.
    pub types: TypeRules,
    /// The patterns by which parts of tables are named.
    pub naming: Naming,
}

impl Policy {
    /// The same policy with another treatment of undeclared objects.
    #[must_use]
    pub fn undeclared(self, undeclared: Undeclared) -> Self {
        Self { undeclared, ..self }
    }
}

/// Brings the declared model and a base state (the snapshot, or a database) together.
///
/// Declared now: compared, whatever its origin, and a constraint or index that means the same keeps the name it has.
/// Declared before and silent now: dropped. Never declared: kept, unless the policy says otherwise. Before any of that the
/// base is renamed as the code and the developer's answers say.
///
/// # Errors
/// Something declared that this database cannot hold.
pub fn reconcile(
    dialect: &dyn Dialect,
    model: &Model,
    base: &Normalized,
    origins: &Origins,
    policy: &Policy,
) -> Result<TargetSchema, Unsupported> {
    let mut declared = model.normalized(|schema| dialect.normalize(schema))?.schema().clone();
    rename::refuse_circles(model, dialect.product())?;
    let mut requested = rename::requested(model);
    let mut cases = in_another_case(dialect.product(), &declared, base.schema());
    let meet = |request: &Rename, case: &Rename| {
        request.place() == case.place() || request.clone().inverse().place() == case.clone().inverse().place()
    };
    cases.retain(|case| !requested.iter().any(|request| meet(request, case)));
    requested.splice(..0, cases);
    let before = origins;
    let Renamed { base, origins, mut renames } =
        rename::rename(dialect, (&declared, &policy.naming), base, origins, &requested)?;
    let (normal_base, base, origins) = (&base, base.schema(), &origins);
    take_known_needs(&mut declared, base);
    keep_what_hangs_on_views(&mut declared, base);
    keep_modes(dialect.product(), &mut declared, base);
    super::type_schema::take_known(dialect.product(), &mut declared, base);
    keep_order_of_values(&mut declared, base);
    forget_indexes_for_keys(&mut declared, model, base);
    let declaration = Declaration::new(dialect, model, &policy.types, base);
    let mut record = MergeRecord {
        before: origins,
        after: Origins::default(),
        undeclared: policy.undeclared,
        violations: Vec::new(),
        loosely_matched: Vec::new(),
    };
    let mut target = Schema {
        tables: tables(&declaration, &declared, base, &mut record),
        enums: objects(&declaration, &declared.enums, &base.enums, Place::Enum, &mut record),
        views: objects(&declaration, &declared.views, &base.views, Place::View, &mut record),
        routines: objects(&declaration, &declared.routines, &base.routines, Place::Routine, &mut record),
        definitions: objects(&declaration, &declared.definitions, &base.definitions, Place::Definition, &mut record),
        kept: base.kept.clone(),
    };
    let known: BTreeSet<&DefinitionId> = declared.definitions.keys().collect();
    drop_what_lost_its_ground(dialect.product(), &mut target, base, &known);
    // Every state held at the same time costs its memory.
    drop(declared);
    let schema = dialect.normalize(target)?;
    let acceptances = Acceptances { before, after: origins, renames: &renames };
    let (schema, accepted) = without_accepted(dialect, model, normal_base, schema, &acceptances, &policy.types)?;
    // An object that was kept first and then lost a dependency has no origin any more.
    let origins = record.after.listed().filter(|(place, _)| stands(place, schema.schema()));
    let origins = origins.map(|(place, origin)| (place.clone(), origin)).collect::<Origins>().with_accepted(accepted);
    let mut personal = model.personal.clone();
    personal.retain(|place, _| stands(place, schema.schema()));
    let origins = origins.with_personal(personal);
    nothing_left_behind(model, dialect.product(), &renames, base, schema.schema())?;
    renames.extend(rename::same_but_for_the_name(base, schema.schema()));
    let questions = lookalikes::questions(base, schema.schema());
    Ok(TargetSchema {
        schema,
        origins,
        violations: record.violations,
        loosely_matched: record.loosely_matched,
        renames,
        questions,
    })
}

/// MySQL and MariaDB make an index for a foreign key that has none, and normalising makes it explicit. Whether the key has
/// one is known only once the base's indexes are there as well; normalising the target then says so again.
fn forget_indexes_for_keys(declared: &mut Schema, model: &Model, base: &Schema) {
    let of_code = |table: &Table, name: &Name| {
        model.sources.contains(&Place::Table(table.name.clone(), Part::Index(name.clone())))
    };
    let mut forgotten = Vec::new();
    for table in declared.tables.values() {
        let Some(old) = base.tables.get(&table.name) else { continue };
        for (name, index) in &table.indexes {
            let is_implied = !index.unique && table.foreign_keys.contains_key(name) && !of_code(table, name);
            if is_implied && !old.indexes.values().any(|old| old.parts == index.parts) {
                forgotten.push((table.name.clone(), name.clone()));
            }
        }
    }
    for (table, index) in forgotten {
        declared.tables.get_mut(&table).and_then(|table| table.indexes.remove(&index));
    }
}

/// The values of an enum type keep the order of the base where the code lists them by the alphabet, as `sea-orm-cli generate
/// entity` does, and the base does not: that says nothing of their order. New values come last.
fn keep_order_of_values(declared: &mut Schema, base: &Schema) {
    for (name, new) in &mut declared.enums {
        let Some(old) = base.enums.get(name) else { continue };
        if !new.values.is_sorted() || old.values.is_sorted() {
            continue;
        }
        let stays = old.values.iter().filter(|value| new.values.contains(value));
        let comes = new.values.iter().filter(|value| !old.values.contains(value));
        new.values = stays.chain(comes).cloned().collect();
    }
}

/// The code does not list the dependencies of a definition; they are taken from the base if it has the same definition.
fn take_known_needs(declared: &mut Schema, base: &Schema) {
    for (id, definition) in &mut declared.definitions {
        let Some(known) = base.definitions.get(id) else { continue };
        if known.create == definition.create && known.comment == definition.comment {
            definition.needs = known.needs.clone();
        }
    }
}

/// Indexes, triggers and column comments belong to a view, and its declaration cannot mention them: they are kept.
fn keep_what_hangs_on_views(declared: &mut Schema, base: &Schema) {
    for (name, view) in &mut declared.views {
        let known = base.views.get(name).into_iter().flat_map(|known| &known.options);
        for (key, value) in known.filter(|(key, _)| key.contains(':')) {
            view.options.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// An object with a body keeps the `sql_mode` it was created under, unless the code declares another one.
fn keep_modes(product: Product, declared: &mut Schema, base: &Schema) {
    if matches!(product, Product::Postgres | Product::Sqlite) {
        return;
    }
    for (name, routine) in &mut declared.routines {
        if let Some(known) = base.routines.get(name) {
            routine.definition = in_mode_of(product, &routine.definition, &known.definition);
        }
    }
    let known = |table: &ObjectName| base.tables.get(table).filter(|table| !table.triggers.is_empty());
    let with_triggers: Vec<ObjectName> =
        declared.tables.keys().filter(|table| known(table).is_some()).cloned().collect();
    for name in with_triggers {
        let (Some(table), Some(known)) = (declared.tables.get_mut(&name), known(&name)) else { continue };
        for trigger in table.triggers.values_mut() {
            if let Some(known) = known.triggers.get(&trigger.name) {
                trigger.definition = in_mode_of(product, &trigger.definition, &known.definition);
            }
        }
    }
}

/// The declaration as the merge needs it.
pub(super) struct Declaration<'a> {
    pub(super) dialect: &'a dyn Dialect,
    model: &'a Model,
    /// What no entity declares: little beside the sources, and asked for at every place.
    others: BTreeMap<Place, Origin>,
    types: &'a TypeRules,
    /// The schema that the code is merged with.
    base: &'a Schema,
}

impl<'a> Declaration<'a> {
    fn new(dialect: &'a dyn Dialect, model: &'a Model, types: &'a TypeRules, base: &'a Schema) -> Self {
        Self { dialect, model, others: model.sources.beside_entities().collect(), types, base }
    }

    /// Entity or sidecar. What a dialect's `normalize` made explicit has no source of its own and counts as the entity's.
    pub(super) fn origin(&self, place: &Place) -> Origin {
        self.others.get(place).copied().unwrap_or_default()
    }

    /// Whether entities declare everything in a table.
    fn is_of_entities_alone(&self, table: &ObjectName) -> bool {
        let from = Place::table(table);
        let first = self.others.range(&from..).next();
        !first.is_some_and(|(place, _)| matches!(place, Place::Table(name, _) if name == table))
    }

    /// Whether the place itself is spelled out in the code.
    pub(super) fn spells_out(&self, place: &Place) -> bool {
        self.model.sources.contains(place)
    }

    /// Whether the code gives the primary key of a table a name.
    pub(super) fn names_primary_key(&self, table: &Table) -> bool {
        let declared = self.model.schema().tables.get(&table.name).and_then(|table| table.primary_key.as_ref());
        declared.is_some_and(|key| key.name.is_some())
    }

    /// Whether the code says in which of a database's ways a column is numbered.
    pub(super) fn says_how_numbered(&self, table: &Table, column: &Name) -> bool {
        let declared = self.model.schema().tables.get(&table.name).and_then(|table| table.columns.get(column));
        declared.and_then(|column| column.identity).is_some_and(|identity| identity != Identity::AutoIncrement)
    }

    /// The loose rule by which a column of another type is accepted for the declared one, if any.
    pub(super) fn loosely_matched(&self, table: &Table, new: &Column, old: &Column) -> Option<&'static TypeRule> {
        if new.data_type == old.data_type {
            return None;
        }
        let declared = self.model.schema().tables.get(&table.name).and_then(|table| table.columns.get(&new.name));
        let logical = declared.map_or(&new.data_type, |column| &column.data_type);
        let product = self.dialect.product();
        let found = (&old.data_type, self.base);
        let rule = types::rule_with_domains(product, logical, &new.data_type, found)?;
        let place = Place::Table(table.name.clone(), Part::Column(new.name.clone(), Facet::Type));
        let open = !self.spells_out(&place) || types::decides_on_spelled(product, logical, rule);
        (open && self.types.strictness(rule, product) == Strictness::Loose).then_some(rule)
    }
}

fn tables(declaration: &Declaration<'_>, declared: &Schema, base: &Schema, record: &mut MergeRecord<'_>) -> Tables {
    let mut target = Tables::new();
    for (name, new) in &declared.tables {
        let bare = Table::new(name.clone());
        let old = base.tables.get(name).unwrap_or(&bare);
        // Most tables are unchanged: nothing to merge, and no second copy to hold.
        let shared = || base.tables.share(new);
        if let Some(shared) = declaration.is_of_entities_alone(name).then(shared).flatten() {
            target.insert(name.clone(), shared);
            continue;
        }
        record.after.set(Place::table(name), declaration.origin(&Place::table(name)));
        let merged = table::merge(declaration, new, old, record);
        target.insert(name.clone(), base.tables.share(&merged).unwrap_or_else(|| merged.into()));
    }
    for (name, old) in base.tables.shared() {
        if !declared.tables.contains_key(name) && record.keeps(Place::table(name)) {
            for place in places_in(old) {
                record.after.set(place, Origin::Adopted);
            }
            target.insert(name.clone(), old.clone());
        }
    }
    target
}

/// Objects compared as a whole: enum types, views, routines, definitions.
fn objects<K: Clone + Ord, T: Clone + PartialEq>(
    declaration: &Declaration<'_>,
    declared: &BTreeMap<K, T>,
    base: &BTreeMap<K, T>,
    place: impl Fn(K) -> Place,
    record: &mut MergeRecord<'_>,
) -> BTreeMap<K, T> {
    let names: BTreeSet<&K> = declared.keys().chain(base.keys()).collect();
    let mut target = BTreeMap::new();
    for name in names {
        let object =
            record.facet(declared.get(name), base.get(name), || place(name.clone()), |place| declaration.origin(place));
        if let Some(object) = object {
            target.insert(name.clone(), object);
        }
    }
    target
}

/// An undeclared object that was kept may depend on a dropped one: then it is dropped too, and the plan says so. An enum type
/// that a kept column uses stays even if its last declaration is gone.
fn drop_what_lost_its_ground(product: Product, target: &mut Schema, base: &Schema, declared: &BTreeSet<&DefinitionId>) {
    let shrunk: Vec<ObjectName> = target
        .tables
        .shared()
        .filter(|(_, table)| !base.tables.holds(table))
        .filter(|(name, table)| base.tables.get(name).is_some_and(|base| table::has_lost_columns(table, base)))
        .map(|(name, _)| name.clone())
        .collect();
    for name in shrunk {
        if let (Some(table), Some(base)) = (target.tables.get_mut(&name), base.tables.get(&name)) {
            table::drop_what_lost_its_columns(product, table, base);
        }
    }
    let stands = |key: &ForeignKey| match target.tables.get(&key.references) {
        Some(table) => key.referenced_columns.iter().all(|column| table.columns.contains_key(column)),
        // An object that was never in the schema is not lost: it is not managed.
        None => !base.tables.contains_key(&key.references),
    };
    let mut fallen = Vec::new();
    for (name, table) in &target.tables {
        fallen
            .extend(table.foreign_keys.values().filter(|key| !stands(key)).map(|key| (name.clone(), key.name.clone())));
    }
    for (table, key) in fallen {
        target.tables.get_mut(&table).and_then(|table| table.foreign_keys.remove(&key));
    }
    while drop_groundless(target, base, declared) {}
    for column in target.tables.values().flat_map(|table| table.columns.values()) {
        if let Some(name) = enum_name(&column.data_type)
            && !target.enums.contains_key(name)
            && let Some(kept) = base.enums.get(name)
        {
            target.enums.insert(name.clone(), kept.clone());
        }
    }
}

/// Removes the views and definitions that lost a dependency; `false` if there are none. The dependencies of a declared
/// definition were read from its text only, so it stays.
fn drop_groundless(target: &mut Schema, base: &Schema, declared: &BTreeSet<&DefinitionId>) -> bool {
    let is_relation = |schema: &Schema, name: &ObjectName| {
        schema.tables.contains_key(name) || schema.views.contains_key(name) || schema.relation_beside(name).is_some()
    };
    let gone = |name: &ObjectName| is_relation(base, name) && !is_relation(target, name);
    let groundless = |definition: &&Definition| {
        definition.id.on.as_ref().is_some_and(gone)
            || !declared.contains(&definition.id)
                && definition.needs.iter().any(|need| stands_at(base, need) && !stands_at(target, need))
    };
    let views: Vec<ObjectName> =
        target.views.values().filter(|view| view.reads.iter().any(gone)).map(|view| view.name.clone()).collect();
    let definitions: Vec<DefinitionId> =
        target.definitions.values().filter(groundless).map(|definition| definition.id.clone()).collect();
    views.iter().for_each(|name| drop(target.views.remove(name)));
    definitions.iter().for_each(|id| drop(target.definitions.remove(id)));
    !(views.is_empty() && definitions.is_empty())
}

fn enum_name(data_type: &Type) -> Option<&ObjectName> {
    match data_type {
        Type::Enum(name) => Some(name),
        Type::Array(element) => enum_name(element),
        _ => None,
    }
}
