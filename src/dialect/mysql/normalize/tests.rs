//! One form for what means the same.

use super::*;
use crate::schema::{Check, PrimaryKey};

/// A schema whose tables are not noted as normalised.
fn unnoted(schema: &Schema) -> Schema {
    Schema { tables: schema.tables.clone().into_iter().collect(), ..schema.clone() }
}

fn table(change: impl FnOnce(&mut Table)) -> Schema {
    let mut table = Table::new(ObjectName::local("t"));
    for name in ["a", "b"] {
        table.columns.insert(Column::new(name, Type::Integer));
    }
    change(&mut table);
    let mut schema = Schema::default();
    schema.tables.insert(table.name.clone(), table);
    schema
}

fn key(name: &str, column: &str) -> ForeignKey {
    ForeignKey {
        name: name.into(),
        columns: vec![column.into()],
        references: ObjectName::local("p"),
        referenced_columns: vec!["id".into()],
        on_update: Some(Action::Restrict),
        on_delete: None,
        options: Options::new(),
    }
}

fn normal(schema: Schema) -> Table {
    let normalized = normalize(Flavor::MySql, schema).unwrap();
    let again = normalize(Flavor::MySql, unnoted(normalized.schema())).unwrap();
    assert_eq!(normalized, again, "normalising twice is normalising once");
    normalized.into_schema().tables.into_values().next().unwrap()
}

#[test]
fn a_foreign_key_gets_the_index_the_server_makes() {
    let found = normal(table(|it| {
        it.foreign_keys.insert("f".into(), key("f", "a"));
    }));
    assert_eq!(found.indexes.get("f"), Some(&Index::on("f", [Name::from("a")])));
    assert_eq!(found.foreign_keys.values().next().unwrap().on_update, None);
}

#[test]
fn a_foreign_key_stands_on_an_index_that_begins_with_its_columns() {
    let found = normal(table(|it| {
        it.foreign_keys.insert("f".into(), key("f", "a"));
        it.indexes.insert("i".into(), Index::on("i", ["a".into(), "b".into()]));
    }));
    assert_eq!(found.indexes.len(), 1);
    let found = normal(table(|it| {
        it.foreign_keys.insert("f".into(), key("f", "b"));
        it.indexes.insert("f".into(), Index::on("f", ["a".into(), "b".into()]));
    }));
    assert!(found.indexes.contains_key("f_2"), "an index that begins with another column does not serve");
    let found = normal(table(|it| {
        it.foreign_keys.insert("f".into(), key("f", "a"));
        it.primary_key = Some(PrimaryKey::new(Some("pk-t".into()), vec!["a".into()]));
    }));
    assert!(found.indexes.is_empty());
    assert_eq!(found.primary_key.unwrap().name, None);
}

#[test]
fn a_unique_constraint_is_a_unique_index() {
    let found = normal(table(|it| {
        let unique = Unique { name: "u".into(), columns: vec!["a".into()], options: Options::new() };
        it.uniques.insert("u".into(), unique);
    }));
    assert!(found.uniques.is_empty());
    assert!(found.indexes.get("u").unwrap().unique);
}

#[test]
fn an_enum_is_part_of_its_column() {
    let mut schema = table(|it| {
        it.columns.insert(Column::new("e", Type::Enum(ObjectName::local("mood"))));
    });
    let mood = ObjectName::local("mood");
    let values = vec!["it's".to_owned(), "b".to_owned()];
    schema.enums.insert(mood.clone(), EnumType { name: mood, values, comment: None });
    let found = normalize(Flavor::MariaDb, schema).unwrap().into_schema();
    assert!(found.enums.is_empty());
    let column = found.tables.values().next().unwrap().columns.get("e").unwrap();
    assert_eq!(column.data_type, Type::Native("enum('it''s','b')".into()));
}

#[test]
fn what_there_is_not_is_refused_with_a_hint() {
    let partial = table(|it| {
        let mut index = Index::on("i", ["a".into()]);
        index.predicate = Some(Expression::new("a > 0"));
        it.indexes.insert("i".into(), index);
    });
    let refusal = normalize(Flavor::MySql, partial).unwrap_err();
    assert!(refusal.to_string().contains("t"), "{refusal}");
    assert!(!refusal.hint.is_empty());
    let soft = || {
        table(|it| {
            let options = Options::from([("not_enforced".to_owned(), "true".to_owned())]);
            it.checks.insert("c".into(), Check { name: "c".into(), expression: Expression::new("a > 0"), options });
        })
    };
    assert!(normalize(Flavor::MySql, soft()).is_ok());
    assert!(normalize(Flavor::MariaDb, soft()).is_err());
}

/// Names by convention are shortened, each to one of its own; what somebody chose is refused.
#[test]
fn a_name_fits_into_64_characters() {
    let long = "account_access_consent_bank_registration_settings";
    let build = |names: &[&str]| {
        let mut table = Table::new(ObjectName::local(long));
        for name in ["a", "b"] {
            table.columns.insert(Column::new(name, Type::Integer));
        }
        for name in names {
            let mut index = Index::on(*name, ["a".into()]);
            index.unique = name.ends_with('1');
            table.indexes.insert((*name).into(), index);
        }
        let fk = format!("fk-{long}-parent_account_access");
        table.foreign_keys.insert(fk.as_str().into(), key(&fk, "a"));
        let mut schema = Schema::default();
        schema.tables.insert(table.name.clone(), table);
        schema
    };
    let (one, other) = (format!("idx-{long}-external_reference_1"), format!("idx-{long}-external_reference_2"));
    let table = normal(build(&[&one, &other, "short"]));
    let names: Vec<&str> = table.indexes.keys().chain(table.foreign_keys.keys()).map(Name::as_str).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.iter().all(|name| name.chars().count() <= 64), "{names:?}");
    let chosen = format!("chosen_{long}_external_reference");
    let error = normalize(Flavor::MariaDb, build(&[&chosen])).unwrap_err();
    assert_eq!(error.reason, "the name is longer than 64 characters");
}
