//! File names, and what is read back.

use proptest::prelude::*;
use serde_json::json;

use super::stem::LONGEST_STEM;
use super::*;
use crate::schema::{Column, EnumType, Expression, Facet, Name, Table, Type, View};

/// How many objects are in a value, itself counted.
fn objects(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(objects).sum(),
        Value::Object(properties) => 1 + properties.values().map(objects).sum::<usize>(),
        _ => 0,
    }
}

/// Adds a property to the object of a number.
fn add_stray(value: &mut Value, number: &mut usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add_stray(item, number)),
        Value::Object(properties) => {
            properties.values_mut().for_each(|value| add_stray(value, number));
            if *number == 0 {
                properties.insert("stray".to_owned(), Value::Null);
            }
            *number = number.wrapping_sub(1);
        }
        _ => {}
    }
}

/// The value with one of its properties called otherwise, for each of them. Settings may be called anything.
fn misspelt(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(misspelt(item).into_iter().map(|item| {
                    let mut items = items.clone();
                    items[index] = item;
                    Value::Array(items)
                }));
            }
        }
        Value::Object(properties) => {
            for (key, value) in properties {
                let mut renamed = properties.clone();
                renamed.remove(key);
                renamed.insert("stray".to_owned(), value.clone());
                found.push(Value::Object(renamed));
                let inside = if key == "options" { Vec::new() } else { misspelt(value) };
                found.extend(inside.into_iter().map(|value| {
                    let mut properties = properties.clone();
                    properties.insert(key.clone(), value);
                    Value::Object(properties)
                }));
            }
        }
        _ => {}
    }
    found
}

/// Everything that can be said of an object, and as little as can be.
fn fixtures() -> Vec<(ObjectKind, Value)> {
    let options = json!({"a": "b"});
    let table = json!({
        "name": {"schema": "s", "name": "t"}, "comment": "c", "options": options,
        "columns": [
            {"name": "bare", "type": "text", "nullable": false},
            {
                "name": "full", "type": {"enum": "mood"}, "nullable": true, "default": "1", "identity": "always",
                "generated": {"expression": "1", "stored": true}, "collation": "C", "on_update": "now()", "comment": "c",
                "options": options, "wording": "w",
            },
        ],
        "primary_key": {"name": "k", "columns": ["bare"]},
        "uniques": [{"name": "u", "columns": ["bare"], "options": options}, {"name": "v", "columns": ["bare"]}],
        "foreign_keys": [
            {"name": "f", "columns": ["bare"], "references": "o", "referenced_columns": ["id"]},
            {
                "name": "g", "columns": ["bare"], "references": {"schema": "s", "name": "o"}, "referenced_columns": ["id"],
                "on_update": "cascade", "on_delete": "set_null", "options": options,
            },
        ],
        "checks": [{"name": "c", "expression": "1 = 1", "options": options}, {"name": "d", "expression": "1 = 1"}],
        "indexes": [
            {"name": "i", "parts": [{"column": "bare"}, {"expression": "lower(bare)"}]},
            {
                "name": "j", "parts": [{"column": "bare", "descending": true, "options": options}], "unique": true,
                "predicate": "1 = 1", "method": "gin", "include": ["full"], "comment": "c", "options": options, "wording": "w",
            },
        ],
        "triggers": [{"name": "t", "definition": "CREATE TRIGGER"}],
    });
    let view = json!({
        "name": "v", "query": "SELECT 1", "reads": ["t"], "materialized": true, "comment": "c", "options": options,
    });
    let need = json!({"table": ["t", "whole"]});
    let policy = json!({
        "kind": "policy", "on": "t", "name": "p", "create": "CREATE POLICY", "drop": "DROP POLICY", "needs": [need],
        "comment": "c",
    });
    vec![
        (ObjectKind::Table, table),
        (ObjectKind::Table, json!({"name": "t", "columns": []})),
        (ObjectKind::Enum, json!({"name": "e", "values": ["a"], "comment": "c"})),
        (ObjectKind::View, view),
        (ObjectKind::View, json!({"name": "v", "query": "SELECT 1"})),
        (ObjectKind::Routine, json!({"name": "f()", "kind": "function", "definition": "CREATE FUNCTION"})),
        (ObjectKind::Definition(DefinitionKind::Policy), policy),
    ]
}

/// A property in the place of another one leaves as many as there were: what is missing must be missed then.
#[test]
fn no_property_can_be_called_otherwise() {
    let parse = |kind, value: &Value| Object::parse(kind, Path::new("a.json"), &json::pretty(value));
    let mut tried = 0;
    for (kind, value) in fixtures() {
        if let Err(error) = parse(kind, &value) {
            panic!("{error}: {value}");
        }
        for value in misspelt(&value) {
            assert!(parse(kind, &value).is_err(), "{value}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
}

fn stems_of(names: &[ObjectName]) -> Vec<String> {
    let mut schema = Schema::default();
    for name in names {
        schema.tables.insert(name.clone(), Table::new(name.clone()));
    }
    let stems = stems(&schema);
    names.iter().map(|name| stems[&(ObjectKind::Table, None, name)].clone()).collect()
}

#[test]
fn a_file_name_is_safe_and_reads_well() {
    for (name, stem) in [
        (ObjectName::local("user"), "user"),
        (ObjectName::local("User_2-x"), "User_2-x"),
        (ObjectName::qualified("audit", "user"), "audit.user"),
        (ObjectName::local("audit.user"), "audit%2Euser"),
        (ObjectName::local("../etc/passwd"), "%2E%2E%2Fetc%2Fpasswd"),
        (ObjectName::local("größe"), "gr%C3%B6%C3%9Fe"),
        (ObjectName::local("a%2Eb"), "a%252Eb"),
        (ObjectName::local("price_of(integer)"), "price_of%28integer%29"),
        (ObjectName::local("con"), "%63on"),
        (ObjectName::local("LPT1"), "%4CPT1"),
        (ObjectName::local("console"), "console"),
        (ObjectName::local(""), "~"),
    ] {
        assert_eq!(stems_of(&[name]), [stem]);
    }
    let long = stems_of(&[ObjectName::local("é".repeat(64)), ObjectName::local(format!("{}e", "é".repeat(63)))]);
    assert!(long.iter().all(|stem| stem.len() <= LONGEST_STEM) && long[0] != long[1], "{long:?}");
}

#[test]
fn names_that_differ_in_case_have_files_that_do_not() {
    let names =
        [ObjectName::local("user"), ObjectName::local("User"), ObjectName::local("USER"), ObjectName::local("Other")];
    assert_eq!(stems_of(&names), ["user", "%55ser", "%55%53%45%52", "Other"]);
}

fn name() -> impl Strategy<Value = ObjectName> {
    let text = || prop_oneof!["[aAbB.%~]{1,3}", any::<String>()];
    (prop::option::of(text()), text())
        .prop_map(|(schema, name)| ObjectName { schema: schema.map(Name::new), name: Name::new(name) })
}

fn part() -> impl Strategy<Value = Part> {
    let facet = prop_oneof![Just(Facet::Whole), Just(Facet::Default), Just(Facet::Comment), Just(Facet::OnDelete)];
    prop_oneof![
        Just(Part::Whole),
        Just(Part::Comment),
        Just(Part::PrimaryKey),
        any::<String>().prop_map(|key| Part::Option(key.into())),
        (any::<String>(), facet.clone()).prop_map(|(name, facet)| Part::Column(Name::new(name), facet)),
        (any::<String>(), facet).prop_map(|(name, facet)| Part::ForeignKey(Name::new(name), facet)),
        any::<String>().prop_map(|name| Part::Index(Name::new(name))),
    ]
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let names = prop::collection::btree_set(name(), 1..6);
    let parts = prop::collection::vec((part(), prop_oneof![Just(Origin::Adopted), Just(Origin::Sidecar)]), 0..6);
    (names, parts, any::<String>()).prop_map(|(names, parts, text)| {
        let mut snapshot = Snapshot::default();
        for (index, name) in names.into_iter().enumerate() {
            match index % 3 {
                0 => {
                    let mut table = Table::new(name.clone());
                    let column = Column::new(text.as_str(), Type::Native(text.clone()));
                    table.columns.insert(column);
                    snapshot.schema.tables.insert(name.clone(), table);
                    for (part, origin) in &parts {
                        snapshot.origins.set(Place::Table(name.clone(), part.clone()), *origin);
                    }
                }
                1 => {
                    let value = EnumType { name: name.clone(), values: vec![text.clone()], comment: None };
                    snapshot.schema.enums.insert(name.clone(), value);
                    snapshot.origins.set(Place::Enum(name), Origin::Adopted);
                }
                _ => {
                    let view = View {
                        name: name.clone(),
                        query: Expression::new(text.as_str()),
                        reads: BTreeSet::from([name.clone()]),
                        materialized: true,
                        comment: Some(text.clone()),
                        options: Default::default(),
                    };
                    snapshot.schema.views.insert(name.clone(), view);
                    snapshot.origins.set(Place::View(name), Origin::Sidecar);
                }
            }
        }
        snapshot
    })
}

/// Nothing is written beside the code: a failure that was found becomes a test of its own.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_what_is_read(snapshot in snapshot()) {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = Batch::new(folder.path());
        snapshot.write(&folder.path().join("snapshots"), None, &mut batch).unwrap();
        batch.commit().unwrap();
        let read = Snapshot::read(&folder.path().join("snapshots")).unwrap();
        prop_assert_eq!(read, Some(snapshot));
    }

    #[test]
    fn what_would_not_be_written_is_refused(snapshot in snapshot(), at in any::<prop::sample::Index>()) {
        for (path, text) in snapshot.texts().unwrap() {
            let mut value: Value = serde_json::from_str(&text).unwrap();
            let mut number = at.index(objects(&value));
            add_stray(&mut value, &mut number);
            let kind = ObjectKind::all().find(|kind| path.starts_with(kind.folder())).unwrap();
            prop_assert!(Object::parse(kind, &path, &text).is_ok());
            prop_assert!(Object::parse(kind, &path, &json::pretty(&value)).is_err(), "{value}");
        }
    }

    #[test]
    fn no_two_objects_share_a_file(names in prop::collection::btree_set(name(), 0..12)) {
        let names: Vec<ObjectName> = names.into_iter().collect();
        let stems: BTreeSet<String> = stems_of(&names).iter().map(|stem| stem.to_ascii_lowercase()).collect();
        prop_assert_eq!(stems.len(), names.len());
    }
}
