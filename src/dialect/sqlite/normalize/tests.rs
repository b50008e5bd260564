//! One form for what means the same.
//!
//! Must not know a database.

use super::*;
use crate::schema::{IndexPart, PrimaryKey};

/// A schema whose tables are not noted as normalised.
fn unnoted(schema: &Schema) -> Schema {
    Schema { tables: schema.tables.clone().into_iter().collect(), ..schema.clone() }
}

fn table(change: impl FnOnce(&mut Table)) -> Table {
    let mut table = Table::new(ObjectName::local("t"));
    for (name, data_type) in [("id", Type::Integer), ("a", Type::Text)] {
        let mut column = Column::new(name, data_type);
        column.nullable = true;
        table.columns.insert(column);
    }
    change(&mut table);
    table
}

fn normal(table: Table) -> Result<Table, Unsupported> {
    let mut schema = Schema::default();
    schema.tables.insert(table.name.clone(), table);
    let once = normalize(schema)?;
    assert_eq!(normalize(unnoted(once.schema()))?, once, "idempotent");
    Ok(once.into_schema().tables.into_values().next().unwrap())
}

fn key(columns: &[&str]) -> Option<PrimaryKey> {
    Some(PrimaryKey::new(Some("pk-t".into()), columns.iter().map(|name| Name::from(*name)).collect()))
}

#[test]
fn the_row_id_takes_no_null_and_other_keys_do_as_they_say() {
    let of = |columns: &[&str], option: &str| {
        let table = normal(table(|table| {
            table.primary_key = key(columns);
            table
                .options
                .insert(option.to_owned(), if option.ends_with("orders") { "desc" } else { "true" }.to_owned());
        }));
        let table = table.unwrap();
        assert_eq!(table.primary_key.unwrap().name, None);
        table.columns.values().map(|column| column.nullable).collect::<Vec<_>>()
    };
    assert!(!normal(table(|table| table.primary_key = key(&["ID"]))).unwrap().columns.get("id").unwrap().nullable);
    assert_eq!(of(&["id"], "primary_key_orders"), [true, true]);
    assert_eq!(of(&["id"], "strict"), [false, true]);
    assert_eq!(of(&["id", "a"], "without_rowid"), [false, false]);
    assert_eq!(of(&["a"], "primary_key_on_conflict"), [true, true]);
}

#[test]
fn numbering_makes_the_type_what_it_must_be() {
    let numbered = |data_type: Type, columns: &[&str]| {
        normal(table(|table| {
            table.primary_key = key(columns);
            let id = table.columns.get_mut("id").unwrap();
            (id.data_type, id.identity) = (data_type, Some(Identity::ByDefault));
        }))
    };
    let id = numbered(Type::SmallInteger, &["id"]).unwrap().columns.get("id").unwrap().clone();
    assert_eq!((id.data_type, id.identity), (Type::Native("integer".into()), Some(Identity::AutoIncrement)));
    assert!(numbered(Type::Uuid, &["id"]).is_err());
    assert!(numbered(Type::Integer, &["id", "a"]).is_err());
}

#[test]
fn nobodys_names_are_filled_in() {
    let table = normal(table(|table| {
        let unique = Unique { name: "".into(), columns: vec!["A".into()], options: Options::new() };
        table.uniques.insert(unique.name.clone(), unique);
        let key = ForeignKey {
            name: "".into(),
            columns: vec!["a".into()],
            references: ObjectName::qualified("main", "T"),
            referenced_columns: Vec::new(),
            on_update: None,
            on_delete: None,
            options: Options::from([("initially_deferred".into(), "true".into())]),
        };
        table.foreign_keys.insert(key.name.clone(), key);
        table.primary_key = key_of_id();
    }))
    .unwrap();
    assert_eq!(table.uniques.get("t_a_key").unwrap().columns, [Name::from("a")]);
    let key = &table.foreign_keys.get("fk-t-a").unwrap();
    assert_eq!((&key.references, &key.referenced_columns), (&ObjectName::local("t"), &vec![Name::from("id")]));
    assert!(key.options.contains_key("deferrable"));
}

fn key_of_id() -> Option<PrimaryKey> {
    key(&["id"])
}

#[test]
fn collations_are_said_where_they_differ() {
    let table = normal(table(|table| {
        table.columns.get_mut("a").unwrap().collation = Some("nocase".to_owned());
        table.columns.get_mut("id").unwrap().collation = Some("binary".to_owned());
        for (name, collation) in [("own", "NoCase"), ("other", "binary")] {
            let mut part = IndexPart::column("a".into());
            part.options.insert("collation".to_owned(), collation.to_owned());
            let mut index = Index::on(name, []);
            index.parts.push(part);
            table.indexes.insert(index.name.clone(), index);
        }
    }))
    .unwrap();
    assert_eq!(table.columns.get("a").unwrap().collation.as_deref(), Some("NOCASE"));
    assert_eq!(table.columns.get("id").unwrap().collation, None);
    assert!(table.indexes.get("own").unwrap().parts[0].options.is_empty());
    assert_eq!(table.indexes.get("other").unwrap().parts[0].options["collation"], "BINARY");
}

#[test]
fn a_default_of_null_is_none() {
    let table = normal(table(|table| {
        table.columns.get_mut("a").unwrap().default = Some(DefaultValue::Expression(Expression::new("null")));
    }));
    assert_eq!(table.unwrap().columns.get("a").unwrap().default, None);
}
