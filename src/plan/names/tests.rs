//! Made-up names among names that are taken, long and odd.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::schema::{
    Check, Column, EnumType, Expression, ForeignKey, Index, Options, PrimaryKey, Trigger, Type, Unique, View,
};

use super::*;

const PRODUCTS: [Product; 4] = [Product::Postgres, Product::MySql, Product::MariaDb, Product::Sqlite];

/// Names of one family: what would be made up first, in both cases, numbered, long, with quotes, not in ASCII, reserved.
fn name() -> impl Strategy<Value = String> {
    let stem = prop_oneof![
        Just("x".to_owned()),
        Just("X".to_owned()),
        Just("select".to_owned()),
        Just("it's \"odd\" `one`.two".to_owned()),
        Just("é".repeat(31)),
        Just("é".repeat(32)),
        Just("ÄÖ".repeat(30)),
        (55_usize..70).prop_map(|length| "n".repeat(length)),
        Just(String::new()),
    ];
    (
        prop_oneof![Just(""), Just("_new_")],
        stem,
        1_u32..5,
        prop_oneof![Just(""), Just("__old"), Just("_OLD"), Just("_old")],
    )
        .prop_map(|(before, stem, number, after)| match number {
            1 => format!("{before}{stem}{after}"),
            number => format!("{before}{stem}{number}{after}"),
        })
}

/// A schema in which each name is that of another kind of object, and all of them are columns and values.
fn schema(names: &[String]) -> Schema {
    let mut schema = Schema::default();
    let mut table = Table::new(ObjectName::local("t"));
    let mut values = Vec::new();
    for (number, text) in names.iter().enumerate() {
        let name = Name::from(text.as_str());
        let object = ObjectName::local(name.clone());
        table.columns.insert(Column::new(name.clone(), Type::Native("int".to_owned())));
        values.push(text.clone());
        match number % 10 {
            0 => drop(schema.tables.insert(object.clone(), Table::new(object))),
            1 => drop(table.indexes.insert(name.clone(), Index::on(name, []))),
            2 => {
                drop(table.uniques.insert(name.clone(), Unique { name, columns: Vec::new(), options: Options::new() }))
            }
            3 => drop(
                table
                    .checks
                    .insert(name.clone(), Check { name, expression: Expression::new("true"), options: Options::new() }),
            ),
            4 => {
                let key = ForeignKey {
                    name: name.clone(),
                    columns: Vec::new(),
                    references: ObjectName::local("t"),
                    referenced_columns: Vec::new(),
                    on_update: None,
                    on_delete: None,
                    options: Options::new(),
                };
                table.foreign_keys.insert(name, key);
            }
            5 => {
                let mut keyed = Table::new(ObjectName::local(format!("keyed {number}")));
                keyed.primary_key = Some(PrimaryKey { name: Some(name), columns: Vec::new() });
                schema.tables.insert(keyed.name.clone(), keyed);
            }
            6 => drop(table.triggers.insert(name.clone(), Trigger { name, definition: Expression::new("") })),
            7 => {
                let view = View {
                    name: object.clone(),
                    query: Expression::new("SELECT 1"),
                    reads: Default::default(),
                    materialized: false,
                    comment: None,
                    options: Options::new(),
                };
                schema.views.insert(object, view);
            }
            8 => {
                let name = ObjectName::qualified("other", name);
                schema.enums.insert(name.clone(), EnumType { name, values: Vec::new(), comment: None });
            }
            _ => {
                let mut column = Column::new(format!("numbered {number}"), Type::Native("int".to_owned()));
                column.options.insert("sequence".to_owned(), format!("\"{text}\""));
                table.columns.insert(column);
            }
        }
    }
    schema.tables.insert(table.name.clone(), table);
    let mood = ObjectName::local("mood");
    schema.enums.insert(mood.clone(), EnumType { name: mood, values, comment: None });
    schema
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn made_up_names_are_free_in_both_states_and_fit(
        before in proptest::collection::vec(name(), 0..40),
        after in proptest::collection::vec(name(), 0..40),
        asked in proptest::collection::vec((name(), 0_usize..3), 1..8),
    ) {
        let (from, to) = (schema(&before), schema(&after));
        for product in PRODUCTS {
            let (there, back) = (Names::new(product, [&from, &to]), Names::new(product, [&to, &from]));
            let fold = |name: &str| if product == Product::Postgres { name.to_owned() } else { name.to_lowercase() };
            let mut given = BTreeSet::new();
            for (stem, kind) in &asked {
                let space = match kind {
                    0 => Space::Objects,
                    1 => Space::Columns(ObjectName::local("t")),
                    _ => Space::Values(ObjectName::local("mood")),
                };
                for (start, end) in [("", "__old"), ("_new_", ""), ("", "_old")] {
                    let shape = Shape { before: start, stem, after: end };
                    let made = there.invent(&space, shape);
                    let text = made.as_str();
                    prop_assert_eq!(&made, &back.invent(&space, shape));
                    prop_assert_eq!(&made, &there.invent(&space, shape));
                    prop_assert!(before.iter().chain(&after).all(|name| fold(name) != fold(text)), "{} is taken", text);
                    prop_assert!(text.starts_with(start) && text.ends_with(end));
                    match product {
                        Product::Postgres => prop_assert!(text.len() <= 63, "{}", text),
                        Product::MySql | Product::MariaDb => prop_assert!(text.chars().count() <= 64, "{}", text),
                        Product::Sqlite => {}
                    }
                    given.insert((space.clone(), fold(text), (start, stem.clone(), end)));
                }
            }
            let apart: BTreeSet<_> = given.iter().map(|(space, text, _)| (space, text)).collect();
            prop_assert_eq!(apart.len(), given.len(), "one name was given twice");
        }
    }
}

#[test]
fn a_name_is_numbered_where_it_is_taken_and_shortened_at_its_stem() {
    let taken = schema(&["x__old".to_owned(), "X2__OLD".to_owned()]);
    let invent = |product, stem: &str| {
        let names = Names::new(product, [&taken]);
        names.invent(&Space::Columns(ObjectName::local("t")), Shape { before: "", stem, after: "__old" }).to_string()
    };
    assert_eq!(invent(Product::Postgres, "x"), "x2__old");
    assert_eq!(invent(Product::MySql, "x"), "x3__old");
    assert_eq!(invent(Product::Sqlite, "y"), "y__old");
    assert_eq!(invent(Product::Postgres, &"é".repeat(40)), format!("{}__old", "é".repeat(29)));
    assert_eq!(invent(Product::MariaDb, &"é".repeat(64)), format!("{}__old", "é".repeat(59)));
}

#[test]
fn what_a_plan_makes_is_taken_too() {
    let from = schema(&[]);
    let table = Table::new(ObjectName::local("_new_t"));
    let plan = Plan::new(vec![Op::Create(Object::Table(table))]);
    let names = Names::around(Product::Sqlite, &plan, &from);
    let made = names.invent(&Space::Objects, Shape { before: "_new_", stem: "t", after: "" });
    assert_eq!(made.as_str(), "_new_t2");
}
