//! Merges one declared table with the current one.
//!
//! Must not know how the target is reached. Constraints and indexes are matched by what they mean before they are matched
//! by name, because the code rarely names them and the database always does.

use std::collections::BTreeSet;

use crate::dialect::expression::mentions;
use crate::schema::{
    Check, Column, Columns, Expression, Facet, ForeignKey, Index, IndexPart, IndexTarget, Name, Origin, Part, Parts,
    Place, PrimaryKey, Product, Table, Unique,
};

use super::merge::MergeRecord;
use super::reconcile::Declaration;
use super::types;

/// Merges one table. `base` is an empty table where the database has none.
pub(super) fn merge(
    declaration: &Declaration<'_>,
    declared: &Table,
    base: &Table,
    record: &mut MergeRecord<'_>,
) -> Table {
    let at = |part: Part| Place::Table(declared.name.clone(), part);
    let mut target = Table::new(declared.name.clone());
    target.columns = Columns::with_capacity(declared.columns.len().max(base.columns.len()));
    for old in base.columns.values() {
        let merged = match declared.columns.get(&old.name) {
            Some(new) => Some(column(declaration, declared, new, base, record)),
            None => kept_column(declared, old, record),
        };
        target.columns.extend(merged);
    }
    for new in declared.columns.values().filter(|new| !base.columns.contains_key(&new.name)) {
        let added = column(declaration, declared, new, base, record);
        target.columns.insert(added);
    }
    let origin = |place: &Place| declaration.origin(place);
    let in_sidecar = origin(&at(Part::PrimaryKey)) == Origin::Sidecar;
    let mut key = primary_key(declared.primary_key.as_ref(), base.primary_key.as_ref(), in_sidecar);
    if let (Some(key), Some(new)) = (&mut key, &declared.primary_key)
        && in_sidecar
        && declaration.names_primary_key(declared)
    {
        key.name.clone_from(&new.name);
    }
    target.primary_key = record.facet(key.as_ref(), base.primary_key.as_ref(), || at(Part::PrimaryKey), origin);
    unique_rules(declaration, declared, base, &mut target, record);
    target.checks = matched(
        declaration,
        (&declared.checks, &base.checks),
        |new: &Check, old: &Check| Check { name: old.name.clone(), ..new.clone() } == *old,
        |name| at(Part::Check(name)),
        record,
    );
    target.triggers = matched(
        declaration,
        (&declared.triggers, &base.triggers),
        |new, old| new == old,
        |name| at(Part::Trigger(name)),
        record,
    );
    foreign_keys(declaration, declared, base, &mut target, record);
    target.comment = record.facet(declared.comment.as_ref(), base.comment.as_ref(), || at(Part::Comment), origin);
    target.rows = record.facet(declared.rows.as_ref(), base.rows.as_ref(), || at(Part::Rows), origin);
    for key in declared.options.keys().chain(base.options.keys()).collect::<BTreeSet<_>>() {
        let place = || at(Part::Option(key.as_str().into()));
        let value = record.facet(declared.options.get(key), base.options.get(key), place, origin);
        target.options.extend(value.map(|value| (key.clone(), value)));
    }
    target
}

/// An undeclared column of the database, if it is kept.
fn kept_column(declared: &Table, old: &Column, record: &mut MergeRecord<'_>) -> Option<Column> {
    let at = |facet| Place::Table(declared.name.clone(), Part::Column(old.name.clone(), facet));
    if !record.keeps(at(Facet::Whole)) {
        return None;
    }
    for facet in COLUMN_FACETS {
        let origin = record.before.of(&at(facet));
        record.after.set(at(facet), origin);
    }
    Some(old.clone())
}

const COLUMN_FACETS: [Facet; 8] = [
    Facet::Type,
    Facet::Default,
    Facet::Identity,
    Facet::Generated,
    Facet::Collation,
    Facet::OnUpdate,
    Facet::Comment,
    Facet::Options,
];

fn column(
    declaration: &Declaration<'_>,
    table: &Table,
    new: &Column,
    base: &Table,
    record: &mut MergeRecord<'_>,
) -> Column {
    let at = |facet| Place::Table(table.name.clone(), Part::Column(new.name.clone(), facet));
    let origin = |place: &Place| declaration.origin(place);
    record.after.set(at(Facet::Whole), origin(&at(Facet::Whole)));
    let bare = Column::new(new.name.clone(), new.data_type.clone());
    let old = base.columns.get(&new.name).unwrap_or(&bare);
    /// One facet of the column by the three-way rule.
    macro_rules! facet {
        ($field:ident, $facet:ident) => {
            record.facet(new.$field.as_ref(), old.$field.as_ref(), || at(Facet::$facet), origin)
        };
    }
    // The code mostly declares that a column is numbered, and not by which of the database's mechanisms.
    let numbering = match (new.identity, old.identity) {
        (Some(_), Some(found)) if !declaration.says_how_numbered(table, &new.name) => Some(found),
        (Some(_), None) if declaration.dialect.numbers_itself(base, &new.name) => None,
        (declared, _) => declared,
    };
    let default = match (&new.default, &old.default) {
        (Some(declared), Some(found))
            if types::same_default(declaration.dialect.product(), &old.data_type, declared, found) =>
        {
            Some(found)
        }
        (declared, _) => declared.as_ref(),
    };
    let mut merged = Column {
        name: new.name.clone(),
        data_type: new.data_type.clone(),
        nullable: new.nullable,
        default: record.facet(default, old.default.as_ref(), || at(Facet::Default), origin),
        identity: record.facet(numbering.as_ref(), old.identity.as_ref(), || at(Facet::Identity), origin),
        generated: facet!(generated, Generated),
        collation: facet!(collation, Collation),
        on_update: facet!(on_update, OnUpdate),
        comment: facet!(comment, Comment),
        options: new.options.clone(),
        wording: new.wording.clone(),
    };
    record.after.set(at(Facet::Type), origin(&at(Facet::Type)));
    record.after.set(at(Facet::Options), origin(&at(Facet::Options)));
    if let Some(rule) = declaration.loosely_matched(table, new, old)
        && record.keeps(at(Facet::Type))
    {
        merged.data_type = old.data_type.clone();
        record.loosely_matched.push((at(Facet::Type), rule));
    }
    if new.options.is_empty() && !old.options.is_empty() && record.keeps(at(Facet::Options)) {
        merged.options = old.options.clone();
    }
    if merged == *old {
        merged.wording = old.wording.clone();
    }
    merged
}

/// Whether two keys have the same columns. Their order does not count: an entity lists its fields in the order of the table,
/// and cannot say in which order a key has them.
fn same_columns(one: &[Name], other: &[Name]) -> bool {
    one.len() == other.len() && one.iter().all(|name| other.contains(name))
}

/// A key on the same columns keeps their order, the name it has, and the settings that the code does not mention.
fn primary_key(declared: Option<&PrimaryKey>, base: Option<&PrimaryKey>, says_order: bool) -> Option<PrimaryKey> {
    match (declared, base) {
        (Some(new), Some(old))
            if new.columns == old.columns || !says_order && same_columns(&new.columns, &old.columns) =>
        {
            let options = if new.options.is_empty() { &old.options } else { &new.options };
            Some(PrimaryKey { options: options.clone(), ..old.clone() })
        }
        (new, _) => new.cloned(),
    }
}

/// Objects of one kind: each declared one takes the place (and the name) of one that means the same; what is left over of
/// the base stays if nobody ever declared it and its name is free.
fn matched<T: Clone + PartialEq>(
    declaration: &Declaration<'_>,
    (declared, base): (&Parts<T>, &Parts<T>),
    means_the_same: impl Fn(&T, &T) -> bool,
    place: impl Fn(Name) -> Place,
    record: &mut MergeRecord<'_>,
) -> Parts<T> {
    let mut target = Parts::new();
    let mut taken: BTreeSet<&Name> = BTreeSet::new();
    // Exact matches first, so that of two that mean the same each declared one finds its own.
    let (exact, rest): (Vec<_>, Vec<_>) = declared.iter().partition(|(name, new)| base.get(*name) == Some(new));
    for (name, _) in &exact {
        taken.insert(name);
    }
    for (name, new) in exact.into_iter().chain(rest) {
        let origin = declaration.origin(&place(name.clone()));
        let same = match base.get_key_value(name) {
            Some((name, old)) if old == new => Some((name, old)),
            // A sidecar always names its objects, so there the name counts.
            _ if origin == Origin::Sidecar => None,
            _ => base.iter().find(|(name, old)| !taken.contains(name) && means_the_same(new, old)),
        };
        let (name, object) = same.unwrap_or((name, new));
        taken.insert(name);
        record.after.set(place(name.clone()), origin);
        target.insert(name.clone(), object.clone());
    }
    for (name, old) in base {
        if !taken.contains(name) && !target.contains_key(name) && record.keeps(place(name.clone())) {
            target.insert(name.clone(), old.clone());
        }
    }
    target
}

/// Unique constraints and indexes. A declared unique constraint is served by a plain unique index and the other way round:
/// both forbid the same rows.
fn unique_rules(
    declaration: &Declaration<'_>,
    declared: &Table,
    base: &Table,
    target: &mut Table,
    record: &mut MergeRecord<'_>,
) {
    let at = |part: Part| Place::Table(declared.name.clone(), part);
    let mut uniques = declared.uniques.clone();
    let mut indexes = declared.indexes.clone();
    // A sidecar says in which order the columns are.
    let is_the_same = |part: Part, old: &[Name], new: &[Name]| match declaration.origin(&at(part)) {
        Origin::Sidecar => old == new,
        Origin::Entity | Origin::Adopted => same_columns(old, new),
    };
    for unique in declared.uniques.values() {
        let served = |old: &[Name]| is_the_same(Part::Unique(unique.name.clone()), old, &unique.columns);
        if base.uniques.values().any(|old| served(&old.columns)) {
            continue;
        }
        if let Some(old) = base.indexes.values().find(|old| plain_unique(old).is_some_and(|on| served(&on))) {
            uniques.remove(&unique.name);
            indexes.insert(old.name.clone(), old.clone());
        }
    }
    for index in declared.indexes.values() {
        let Some(columns) = plain_unique(index) else { continue };
        if base.indexes.values().any(|old| plain_unique(old).as_ref() == Some(&columns)) {
            continue;
        }
        let served = |old: &Unique| is_the_same(Part::Index(index.name.clone()), &old.columns, &columns);
        if let Some(old) = base.uniques.values().find(|old| served(old) && old.options.is_empty()) {
            indexes.remove(&index.name);
            uniques.insert(old.name.clone(), old.clone());
        }
    }
    target.uniques = matched(
        declaration,
        (&uniques, &base.uniques),
        |new: &Unique, old: &Unique| same_columns(&new.columns, &old.columns) && new.options == old.options,
        |name| at(Part::Unique(name)),
        record,
    );
    target.indexes = matched(
        declaration,
        (&indexes, &base.indexes),
        |new: &Index, old: &Index| {
            let same_keys = plain_unique(new).zip(plain_unique(old)).is_some_and(|(new, old)| same_columns(&new, &old));
            same_keys || Index { name: old.name.clone(), comment: old.comment.clone(), ..new.clone() } == *old
        },
        |name| at(Part::Index(name)),
        record,
    );
}

/// The columns of a unique index that does nothing a unique constraint does not.
fn plain_unique(index: &Index) -> Option<Vec<Name>> {
    if !index.unique || index.predicate.is_some() || index.method.is_some() || !index.include.is_empty() {
        return None;
    }
    index
        .parts
        .iter()
        .map(|part| match part {
            IndexPart { target: IndexTarget::Column(name), descending: false, options } if options.is_empty() => {
                Some(name.clone())
            }
            _ => None,
        })
        .collect()
}

/// Foreign keys: the same columns referring to the same columns are the same key; its actions are facets of their own.
fn foreign_keys(
    declaration: &Declaration<'_>,
    declared: &Table,
    base: &Table,
    target: &mut Table,
    record: &mut MergeRecord<'_>,
) {
    let at = |name: &Name, facet| Place::Table(declared.name.clone(), Part::ForeignKey(name.clone(), facet));
    let mut taken: BTreeSet<&Name> = BTreeSet::new();
    for new in declared.foreign_keys.values() {
        let pairs = |key: &ForeignKey| -> BTreeSet<(Name, Name)> {
            key.columns.iter().cloned().zip(key.referenced_columns.iter().cloned()).collect()
        };
        let refers = |old: &&ForeignKey| old.references == new.references && pairs(old) == pairs(new);
        let same = base.foreign_keys.values().filter(refers).find(|old| !taken.contains(&old.name));
        let name = same.map_or(&new.name, |old| &old.name);
        taken.insert(name);
        let origin = |facet| declaration.origin(&at(&new.name, facet));
        record.after.set(at(name, Facet::Whole), origin(Facet::Whole));
        let old = same.unwrap_or(new);
        let (columns, referenced_columns) = (old.columns.clone(), old.referenced_columns.clone());
        let mut merged = ForeignKey { name: name.clone(), columns, referenced_columns, ..new.clone() };
        merged.on_update = record.facet(
            new.on_update.as_ref(),
            old.on_update.as_ref(),
            || at(name, Facet::OnUpdate),
            |_| origin(Facet::OnUpdate),
        );
        merged.on_delete = record.facet(
            new.on_delete.as_ref(),
            old.on_delete.as_ref(),
            || at(name, Facet::OnDelete),
            |_| origin(Facet::OnDelete),
        );
        record.after.set(at(name, Facet::Options), origin(Facet::Options));
        if new.options.is_empty() && !old.options.is_empty() && record.keeps(at(name, Facet::Options)) {
            merged.options = old.options.clone();
        }
        target.foreign_keys.insert(name.clone(), merged);
    }
    for (name, old) in &base.foreign_keys {
        if !taken.contains(name) && !target.foreign_keys.contains_key(name) && record.keeps(at(name, Facet::Whole)) {
            for facet in [Facet::OnUpdate, Facet::OnDelete, Facet::Options] {
                let origin = record.before.of(&at(name, facet));
                record.after.set(at(name, facet), origin);
            }
            target.foreign_keys.insert(name.clone(), old.clone());
        }
    }
}

/// Whether a column of the base is not in the table any more.
pub(super) fn has_lost_columns(table: &Table, base: &Table) -> bool {
    lost_columns(table, base).next().is_some()
}

fn lost_columns<'b>(table: &Table, base: &'b Table) -> impl Iterator<Item = &'b Name> {
    base.columns.keys().filter(|name| !table.columns.contains_key(*name))
}

/// Removes keys, indexes and checks that were kept although one of their columns is dropped.
pub(super) fn drop_what_lost_its_columns(product: Product, table: &mut Table, base: &Table) {
    let gone: Vec<Name> = lost_columns(table, base).cloned().collect();
    let loses = |expression: &Expression| gone.iter().any(|name| mentions(product, expression.text(), name.as_str()));
    let stands = |columns: &[Name]| columns.iter().all(|column| table.columns.contains_key(column));
    if table.primary_key.as_ref().is_some_and(|key| !stands(&key.columns)) {
        table.primary_key = None;
    }
    let columns = &table.columns;
    let stands = |names: &[Name]| names.iter().all(|name| columns.contains_key(name));
    table.uniques.retain(|_, unique| stands(&unique.columns));
    table.foreign_keys.retain(|_, key| stands(&key.columns));
    table.checks.retain(|_, check| !loses(&check.expression));
    table.indexes.retain(|_, index| {
        let on_columns = index.parts.iter().all(|part| match &part.target {
            IndexTarget::Column(name) => columns.contains_key(name),
            IndexTarget::Expression(expression) => !loses(expression),
        });
        let predicate = index.predicate.as_ref();
        on_columns && stands(&index.include) && !predicate.is_some_and(loses)
    });
}
