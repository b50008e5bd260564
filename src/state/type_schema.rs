//! The schema of an extension's type that the code names without one: the code reaches it through a search path, and the
//! catalog, read without that path, qualifies it.
//!
//! Must not know where the base was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{DefinitionKind, ObjectName, Product, Schema, Type};

/// Qualifies declared types that the base has in one other schema only and the default schema has not.
pub(super) fn take_known(product: Product, declared: &mut Schema, base: &Schema) {
    if product != Product::Postgres {
        return;
    }
    let known = qualified(base);
    if known.is_empty() {
        return;
    }
    let own: BTreeSet<ObjectName> = [&*declared, base]
        .into_iter()
        .flat_map(|schema| schema.enums.keys().chain(schema.definitions.keys().map(|id| &id.name)))
        .cloned()
        .collect();
    let spelled = |spelling: &str| {
        let at = end_of_name(spelling);
        let (name, rest) = (spelling.get(..at)?, spelling.get(at..)?);
        let [only] = known.get(name)?.iter().collect::<Vec<_>>()[..] else { return None };
        // An extension may have the name of its type, and is none.
        let is_own = own.contains(&ObjectName::local(name)) && !is_extension(base, name);
        (!is_own).then(|| Type::Native(format!("{only}{rest}")))
    };
    let changed: Vec<ObjectName> = (declared.tables.values())
        .filter(|table| table.columns.values().any(|column| native(&column.data_type).and_then(spelled).is_some()))
        .map(|table| table.name.clone())
        .collect();
    for name in changed {
        let Some(table) = declared.tables.get_mut(&name) else { continue };
        for column in table.columns.values_mut() {
            if let Some(found) = native(&column.data_type).and_then(spelled) {
                column.data_type = found;
            }
        }
    }
}

fn native(data_type: &Type) -> Option<&str> {
    match data_type {
        Type::Native(spelling) => Some(spelling),
        _ => None,
    }
}

fn is_extension(schema: &Schema, name: &str) -> bool {
    schema.definitions.keys().any(|id| id.kind == DefinitionKind::Extension && id.name.name.as_str() == name)
}

/// Where a type's arguments or brackets begin.
fn end_of_name(spelling: &str) -> usize {
    spelling.find(['(', '[']).unwrap_or(spelling.len())
}

/// By their bare names, the types with a schema: those of columns, and those that an extension of their name brings.
fn qualified(base: &Schema) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let columns = base.tables.values().flat_map(|table| table.columns.values());
    for spelling in columns.filter_map(|column| native(&column.data_type)) {
        let name = spelling.get(..end_of_name(spelling)).unwrap_or(spelling);
        if let Some((_, bare)) = name.rsplit_once('.') {
            found.entry(bare.to_owned()).or_default().insert(name.to_owned());
        }
    }
    let extensions = base.kept.objects().into_iter().flat_map(|kept| &kept.extensions);
    for (extension, schema) in extensions {
        let bare = extension.to_string();
        found.entry(bare.clone()).or_default().insert(format!("{schema}.{bare}"));
    }
    found
}
