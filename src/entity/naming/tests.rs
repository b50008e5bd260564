//! Names by patterns in random schemas: free, short enough, stable.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use crate::plan::LONGEST;
use crate::schema::{Column, Expression, Options, PrimaryKey, Trigger, Type};

use super::*;
use crate::entity::Source;

/// Names of tables and columns that are alike, long, in two cases, not in ASCII, or joined to the same text.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a".to_owned()),
        Just("a_b".to_owned()),
        Just("b".to_owned()),
        Just("B".to_owned()),
        Just("b_c".to_owned()),
        Just("é".repeat(31)),
        Just("n".repeat(60)),
        (0_usize..4).prop_map(|end| format!("{}{end}", "m".repeat(58))),
        Just("{table}".to_owned()),
        Just("*".to_owned()),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{columns}".to_owned()),
        Just("_".to_owned()),
        Just("ix".to_owned()),
        Just("é".repeat(20)),
        Just("x".repeat(70)),
        Just("a_b".to_owned()),
    ];
    (proptest::collection::vec(piece, 0..3), any::<bool>()).prop_map(|(pieces, first)| match first {
        true => format!("{{table}}{}", pieces.concat()),
        false => format!("{}{{table}}", pieces.concat()),
    })
}

/// A table with each of its columns in an index, a unique key, a check and a foreign key.
fn table(name: &str, columns: &[String]) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    for column in columns {
        let column = Name::from(column.as_str());
        table.columns.insert(Column::new(column.clone(), Type::Text));
        let index = Index::on(format!("idx-{name}-{column}"), [column.clone()]);
        table.indexes.insert(index.name.clone(), index);
        let unique = format!("{name}_{column}_key");
        let unique = Unique { name: unique.into(), columns: vec![column.clone()], options: Options::new() };
        table.uniques.insert(unique.name.clone(), unique);
        let check = format!("{name}_{column}_check");
        let check = Check { name: check.into(), expression: Expression::new("true"), options: Options::new() };
        table.checks.insert(check.name.clone(), check);
        let key = ForeignKey {
            name: format!("fk-{name}-{column}").into(),
            columns: vec![column.clone()],
            references: ObjectName::local("a"),
            referenced_columns: vec![column],
            on_update: None,
            on_delete: None,
            options: Options::new(),
        };
        table.foreign_keys.insert(key.name.clone(), key);
    }
    table.primary_key = Some(PrimaryKey::new(None, columns.iter().map(|it| Name::from(it.as_str())).collect()));
    table
}

fn model(tables: &[(String, Vec<String>)]) -> Model {
    let mut model = Model::default();
    for (name, columns) in tables {
        let table = table(name, columns);
        model.change(|schema| _ = schema.tables.insert(table.name.clone(), table));
    }
    model
}

/// Every name of a part, with the place it is at, by the columns.
fn names(model: &Model) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for table in model.schema().tables.values() {
        let mut take = |name: &Name, kind: &str, columns: String| {
            names.push((format!("{} {kind} {columns}", table.name), name.to_string()));
        };
        let joined = |columns: &[Name]| columns.iter().map(Name::as_str).collect::<Vec<_>>().join(",");
        table.primary_key.iter().filter_map(|key| key.name.as_ref()).for_each(|name| take(name, "key", String::new()));
        table.uniques.values().for_each(|it| take(&it.name, "unique", joined(&it.columns)));
        table.foreign_keys.values().for_each(|it| take(&it.name, "foreign key", joined(&it.columns)));
        table.indexes.values().for_each(|it| take(&it.name, "index", format!("{:?}", it.parts)));
        table.checks.keys().for_each(|it| take(it, "check", String::new()));
    }
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn names_by_any_pattern_are_free_short_and_stable(
        tables in proptest::collection::vec((name(), proptest::collection::vec(name(), 1..4)), 1..5),
        patterns in proptest::collection::vec(pattern(), NameKind::ALL.len()),
    ) {
        let mut naming = Naming::default();
        for (kind, pattern) in NameKind::ALL.into_iter().zip(&patterns) {
            naming.set(kind, pattern.parse().unwrap());
        }
        let plain = model(&tables);
        let mut named = plain.clone();
        named.name_by(&naming);
        let given = names(&named);
        // Nothing was lost on the way, and every table still has each of its parts.
        let parts = plain.schema().tables.values().map(|it| 1 + it.uniques.len() + it.indexes.len() + it.checks.len() + it.foreign_keys.len());
        prop_assert_eq!(given.len(), parts.sum::<usize>());
        let mut taken: BTreeSet<String> = plain.schema().tables.keys().map(|it| it.name.as_str().to_lowercase()).collect();
        for (place, name) in &given {
            prop_assert!(name.len() <= LONGEST, "{} at {}", name, place);
            prop_assert!(taken.insert(name.to_lowercase()), "{} at {} is taken", name, place);
        }
        // The order of declarations does not count.
        let reversed: Vec<_> = tables.iter().rev().cloned().collect();
        if tables.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len() == tables.len() {
            let mut other = model(&reversed);
            other.name_by(&naming);
            prop_assert_eq!(names(&other), given);
        }
    }

    /// A table that is added later, alike in its names, changes no name that was free without it.
    #[test]
    fn a_name_that_stays_free_does_not_change(
        tables in proptest::collection::vec((name(), proptest::collection::vec(name(), 1..4)), 1..4),
        pattern in pattern(),
    ) {
        let mut naming = Naming::default();
        naming.set(NameKind::Index, pattern.parse().unwrap());
        let mut before = model(&tables);
        before.name_by(&naming);
        let mut after = model(&tables);
        let another = table("quite another", &["column".to_owned()]);
        after.change(|schema| _ = schema.tables.insert(another.name.clone(), another));
        after.name_by(&naming);
        let (before, after) = (names(&before), names(&after));
        prop_assert!(before.iter().all(|name| after.contains(name)));
    }
}

#[test]
fn what_the_code_names_keeps_its_name() {
    let mut model = model(&[("book".to_owned(), vec!["title".to_owned(), "page".to_owned()])]);
    let book = ObjectName::local("book");
    let given = Place::Table(book.clone(), Part::ForeignKey("fk-book-page".into(), Facet::Whole));
    model.given_names.insert(given.clone());
    let in_sql = Part::Index("idx-book-page".into());
    let source = |origin| Source { file: Path::new("book.sql").into(), line: 1, origin };
    model.sources.declare(Place::Table(book.clone(), in_sql), source(Origin::Sidecar));
    model.sources.declare(Place::Table(book.clone(), Part::Index("idx-book-title".into())), source(Origin::Entity));
    // What has the name of the pattern already is in the way of none but its own.
    model.change(|schema| {
        let table = schema.tables.get_mut(&book).unwrap();
        let name = Name::from("idx_book_title");
        table.triggers.insert(name.clone(), Trigger { name, definition: Expression::new("") });
    });
    let mut naming = Naming::default();
    naming.set(NameKind::Index, "idx_{table}_{columns}".parse().unwrap());
    naming.set(NameKind::ForeignKey, "fk_{table}_{columns}".parse().unwrap());
    model.name_by(&naming);
    let table = model.schema().tables.get(&book).unwrap();
    let indexes: Vec<&str> = table.indexes.keys().map(Name::as_str).collect();
    assert_eq!(indexes.len(), 2);
    assert!(indexes.contains(&"idx-book-page"));
    let title = indexes.iter().find(|name| name.starts_with("idx_book_title_")).unwrap();
    assert!(model.sources.contains(&Place::Table(book.clone(), Part::Index((*title).into()))));
    let keys: Vec<&str> = table.foreign_keys.keys().map(Name::as_str).collect();
    assert_eq!(keys, ["fk-book-page", "fk_book_title"]);
    assert!(table.uniques.contains_key("book_title_key"));
}
