//! The three-way rule, on every dialect: silence keeps what nobody declared and drops what somebody did.
//!
//! Must not need a database: the states are built in memory.

use std::collections::BTreeMap;
use std::path::Path;

use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::{Model, Source};
use crate::schema::{
    Action, Check, Column, DefaultValue, Expression, Facet, ForeignKey, Index, Literal, Name, Normalized, ObjectName,
    Origin, Origins, Part, Place, PrimaryKey, Schema, Table, Trigger, Type, Undeclared, Unique,
};

use super::{Policy, Situation, SituationFacts, adopted, found, keeps_what_nobody_declares, reconcile, situate};

fn name(text: &str) -> ObjectName {
    ObjectName::local(text)
}

/// A table of an id and a text column.
fn book() -> Table {
    let mut table = Table::new(name("book"));
    for column in [Column::new("id", Type::Integer), Column::new("title", Type::String(None))] {
        table.columns.insert(column);
    }
    table.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    table
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    Schema { tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(), ..Schema::default() }
}

/// A model in which everything of `tables` is declared by entities, types only implied.
fn model(tables: impl IntoIterator<Item = Table>) -> Model {
    let schema = schema(tables);
    let source = || Source { file: Path::new("book.rs").into(), line: 1, origin: Origin::Entity };
    let sources = adopted(&schema)
        .listed()
        .filter(|(place, _)| !matches!(place, Place::Table(_, Part::Column(_, Facet::Type))))
        .map(|(place, _)| (place.clone(), source()))
        .collect();
    let mut model = Model::of(schema);
    model.sources = sources;
    model
}

fn normalized(product: Product, schema: Schema) -> Normalized {
    dialect::of(product).normalize(schema).unwrap()
}

/// What `gen migration` would propose, operation by operation in words, and who declares what afterwards.
fn propose(
    product: Product,
    model: &Model,
    base: &Normalized,
    origins: &Origins,
) -> (Vec<String>, Normalized, Origins) {
    let target =
        reconcile(dialect::of(product), model, base, origins, &Policy::default().undeclared(Undeclared::Keep)).unwrap();
    let plan = diff(base, &target.schema, &target.renames);
    (plan.ops().iter().map(ToString::to_string).collect(), target.schema, target.origins)
}

/// A database somebody built by hand: more in it than any entity says.
fn handmade() -> Schema {
    let mut table = book();
    let title = table.columns.get_mut("title").unwrap();
    title.default = Some(DefaultValue::Literal(Literal::Text("untitled".into())));
    title.data_type = Type::String(Some(80));
    table.columns.insert(Column { nullable: true, ..Column::new("notes", Type::Text) });
    table.indexes.insert("by_title".into(), Index::on("by_title", [Name::from("title")]));
    let check =
        Check { name: "titled".into(), expression: Expression::new("title <> ''"), options: Default::default() };
    table.checks.insert(check.name.clone(), check);
    let definition = Expression::new("CREATE TRIGGER t AFTER INSERT ON book BEGIN SELECT 1; END");
    table.triggers.insert("t".into(), Trigger { name: "t".into(), definition });
    let mut other = book();
    other.name = name("audit");
    schema([table, other])
}

#[test]
fn what_nobody_declares_is_kept() {
    for product in Product::ALL {
        let base = normalized(product, handmade());
        let origins = adopted(base.schema());
        let (proposed, target, after) = propose(product, &model([book()]), &base, &origins);
        assert_eq!(proposed, Vec::<String>::new(), "{product}");
        assert_eq!(target, base, "{product}");
        assert_eq!(after.of(&Place::table(&name("audit"))), Origin::Adopted);
        assert_eq!(after.of(&Place::column(&name("book"), &"notes".into())), Origin::Adopted);
        assert_eq!(after.of(&Place::column(&name("book"), &"title".into())), Origin::Entity);
        assert_eq!(after.of(&Place::Table(name("book"), Part::Index("by_title".into()))), Origin::Adopted);
        assert_eq!(after.of(&Place::Table(name("book"), Part::Trigger("t".into()))), Origin::Adopted);
    }
}

#[test]
fn what_was_declared_and_is_silent_now_is_dropped() {
    for product in Product::ALL {
        let base = normalized(product, handmade());
        let mut declares = book();
        declares.indexes.insert("idx-book-title".into(), Index::on("idx-book-title", [Name::from("title")]));
        declares.columns.get_mut("title").unwrap().default =
            Some(DefaultValue::Literal(Literal::Text("untitled".into())));
        // Declared: the same index under the name it has, the same default.
        let (proposed, target, after) = propose(product, &model([declares]), &base, &adopted(base.schema()));
        assert_eq!(proposed, Vec::<String>::new(), "{product}");
        assert_eq!(after.of(&Place::Table(name("book"), Part::Index("by_title".into()))), Origin::Entity);
        // Silent again: now both go, and nothing else does.
        let (proposed, ..) = propose(product, &model([book()]), &target, &after);
        assert_eq!(proposed.len(), 2, "{product}: {proposed:?}");
        assert!(proposed[0].starts_with("- book: index by_title"), "{product}: {proposed:?}");
        assert!(proposed[1].starts_with("~ book: column title: default"), "{product}: {proposed:?}");
    }
}

#[test]
fn an_implied_type_is_served_by_its_family_and_no_other() {
    for product in [Product::Postgres, Product::MySql, Product::MariaDb] {
        let base = normalized(product, handmade());
        let mut wider = book();
        wider.columns.get_mut("id").unwrap().data_type = Type::BigInteger;
        let (proposed, ..) = propose(product, &model([wider]), &base, &adopted(base.schema()));
        assert_eq!(proposed.len(), 1, "{product}: {proposed:?}");
        assert!(proposed[0].starts_with("~ book: column id:"), "{product}: {proposed:?}");
    }
}

#[test]
fn an_explicit_type_is_compared_but_for_sqlite_where_a_type_is_a_hint() {
    for product in Product::ALL {
        let base = normalized(product, handmade());
        let mut declares = model([{
            let mut table = book();
            table.columns.get_mut("title").unwrap().data_type = Type::String(Some(200));
            table
        }]);
        let place = Place::Table(name("book"), Part::Column("title".into(), Facet::Type));
        declares.sources.declare(place, Source { file: Path::new("").into(), line: 1, origin: Origin::Entity });
        let (proposed, ..) = propose(product, &declares, &base, &adopted(base.schema()));
        assert_eq!(proposed.len(), usize::from(product != Product::Sqlite), "{product}: {proposed:?}");
        // What the code said before and says otherwise now is a change everywhere.
        let (proposed, ..) = propose(product, &declares, &base, &Origins::default());
        assert!(proposed.iter().any(|it| it.starts_with("~ book: column title:")), "{product}: {proposed:?}");
    }
}

#[test]
fn a_declared_unique_is_served_by_a_unique_index_and_a_foreign_key_action_is_a_facet() {
    for product in Product::ALL {
        let key = |on_delete| ForeignKey {
            name: "fk-book-parent_id".into(),
            columns: vec!["parent_id".into()],
            references: name("book"),
            referenced_columns: vec!["id".into()],
            on_update: None,
            on_delete,
            options: Default::default(),
        };
        let with_key = |on_delete, name: &str| {
            let mut table = book();
            table.columns.insert(Column { nullable: true, ..Column::new("parent_id", Type::Integer) });
            let key = ForeignKey { name: name.into(), ..key(on_delete) };
            table.foreign_keys.insert(key.name.clone(), key);
            table
        };
        let mut found = with_key(Some(Action::Cascade), "book_parent_fkey");
        let mut index = Index::on("book_title_unique", [Name::from("title")]);
        index.unique = true;
        found.indexes.insert(index.name.clone(), index);
        let mut says = with_key(None, "fk-book-parent_id");
        let unique =
            Unique { name: "book_title_key".into(), columns: vec!["title".into()], options: Default::default() };
        says.uniques.insert(unique.name.clone(), unique);
        let base = normalized(product, schema([found]));
        let (proposed, _, after) = propose(product, &model([says]), &base, &adopted(base.schema()));
        assert_eq!(proposed, Vec::<String>::new(), "{product}");
        let action = Part::ForeignKey("book_parent_fkey".into(), Facet::OnDelete);
        assert_eq!(after.of(&Place::Table(name("book"), action)), Origin::Adopted);
        // Declared otherwise, it is a change; the key keeps its name.
        let says = with_key(Some(Action::SetNull), "fk-book-parent_id");
        let (proposed, ..) = propose(product, &model([says]), &base, &adopted(base.schema()));
        assert_eq!(proposed.len(), 2, "{product}: {proposed:?}");
        assert!(proposed.iter().all(|line| line.contains("book_parent_fkey")), "{product}: {proposed:?}");
    }
}

#[test]
fn what_stands_on_a_dropped_column_goes_with_it() {
    for product in Product::ALL {
        let mut origins = adopted(&handmade());
        // The column was an entity's once; index and check on it never were.
        origins.set(Place::column(&name("book"), &"title".into()), Origin::Entity);
        let base = normalized(product, handmade());
        let mut silent = book();
        silent.columns.remove("title");
        let (proposed, target, _) = propose(product, &model([silent]), &base, &origins);
        assert!(proposed.iter().any(|line| line.starts_with("- book: index by_title")), "{product}: {proposed:?}");
        assert!(proposed.iter().any(|line| line.starts_with("- book: check titled")), "{product}: {proposed:?}");
        assert!(target.schema().tables.get(&name("book")).unwrap().columns.contains_key("notes"));
    }
}

#[test]
fn undeclared_can_be_dropped_or_refused() {
    let base = normalized(Product::Sqlite, handmade());
    let origins = adopted(base.schema());
    let dialect = dialect::of(Product::Sqlite);
    let dropped =
        reconcile(dialect, &model([book()]), &base, &origins, &Policy::default().undeclared(Undeclared::Drop)).unwrap();
    assert!(!dropped.schema.schema().tables.contains_key(&name("audit")));
    let refused =
        reconcile(dialect, &model([book()]), &base, &origins, &Policy::default().undeclared(Undeclared::Error))
            .unwrap();
    assert!(refused.violations.contains(&Place::table(&name("audit"))));
}

#[test]
fn each_situation() {
    let reachable = SituationFacts { reachable: true, ..SituationFacts::default() };
    let with_snapshot = SituationFacts { snapshot: true, ..reachable };
    for (facts, expected) in [
        (SituationFacts::default(), Situation::Beginning),
        (reachable, Situation::Beginning),
        (SituationFacts { populated: true, ..reachable }, Situation::Adoptable),
        (SituationFacts { reachable: false, ..with_snapshot }, Situation::Unreachable),
        (SituationFacts { at_applied: true, ..with_snapshot }, Situation::Current),
        (SituationFacts { at_applied: true, at_entities: true, ..with_snapshot }, Situation::Current),
        (SituationFacts { at_applied: true, pending: true, ..with_snapshot }, Situation::Behind),
        (SituationFacts { at_pending: true, pending: true, ..with_snapshot }, Situation::Ahead),
        (SituationFacts { at_entities: true, ..with_snapshot }, Situation::Synchronised),
        (SituationFacts { at_entities: true, pending: true, ..with_snapshot }, Situation::Synchronised),
        (with_snapshot, Situation::Drifted),
        (SituationFacts { pending: true, ..with_snapshot }, Situation::Drifted),
    ] {
        assert_eq!(situate(facts), expected, "{facts:?}");
    }
}

#[test]
fn origins_are_of_what_is_there() {
    for product in Product::ALL {
        let mut old = handmade();
        let table = old.tables.get_mut(&name("book")).unwrap();
        let index = Index::on("by_notes", [Name::from("notes")]);
        table.indexes.insert(index.name.clone(), index);
        let base = normalized(product, old);
        let column = Place::column(&name("book"), &"notes".into());
        // Somebody declared the column and is silent on it now; nobody ever declared the index, and it goes with it.
        let mut origins = adopted(base.schema());
        origins.set(column, Origin::Entity);
        let (_, target, after) = propose(product, &model([book()]), &base, &origins);
        assert!(!target.schema().tables.get(&name("book")).unwrap().columns.contains_key("notes"), "{product}");
        let there: BTreeMap<Place, Origin> =
            adopted(target.schema()).listed().map(|(place, origin)| (place.clone(), origin)).collect();
        for (place, _) in after.listed() {
            assert!(there.contains_key(place), "{product}: {place}");
        }
    }
}

#[test]
fn what_only_a_database_has_is_nobodys() {
    let snapshot = normalized(Product::Postgres, schema([book()]));
    let database = normalized(Product::Postgres, handmade());
    let origins = found(database.schema(), snapshot.schema(), &Origins::default());
    let notes = Place::column(&name("book"), &"notes".into());
    let title = Place::column(&name("book"), &"title".into());
    assert_eq!((origins.of(&notes), origins.of(&title)), (Origin::Adopted, Origin::Entity));
    let nobody = adopted(snapshot.schema());
    assert!(keeps_what_nobody_declares(snapshot.schema(), snapshot.schema(), &nobody));
    // The title has a default now, which the snapshot is silent on; its type is another one, and that nobody declared.
    assert!(!keeps_what_nobody_declares(database.schema(), snapshot.schema(), &nobody));
    assert!(keeps_what_nobody_declares(database.schema(), snapshot.schema(), &Origins::default()));
}
