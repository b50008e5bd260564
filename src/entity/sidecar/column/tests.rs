//! What SQL files say of tables and columns, and of what an entity leaves open.

use crate::entity::{Diagnostic, Model, SourceFile, read};
use crate::schema::{
    Action, DefaultValue, Expression, Facet, Identity, Name, ObjectName, Origin, Part, Place, Product, Table, Type,
};

const NOTE: &str = r#"
    #[derive(DeriveEntityModel)]
    #[sea_orm(table_name = "note")]
    pub struct Model {
        #[sea_orm(primary_key)] pub id: i32,
        #[sea_orm(unique)] pub title: String,
        #[sea_orm(indexed)] pub page: i32,
        pub book_id: i32,
    }
    #[derive(DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::book::Entity", from = "Column::BookId", to = "super::book::Column::Id")]
        Book,
    }
"#;

const BOOK: &str = r#"
    #[derive(DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model { #[sea_orm(primary_key)] pub id: i32 }
"#;

fn reading(sql: &str, product: Product) -> (Model, Vec<Diagnostic>) {
    let file = |path: String, text: &str| SourceFile { path: path.into(), text: text.to_owned() };
    let sidecar = format!("e/note.{}.sql", product.key());
    read(&[file("e/book.rs".into(), BOOK), file("e/note.rs".into(), NOTE), file(sidecar, sql)], product)
}

#[track_caller]
fn model(sql: &str, product: Product) -> Model {
    let (model, diagnostics) = reading(sql, product);
    assert_eq!(diagnostics, [], "{sql}");
    model
}

#[track_caller]
fn note(sql: &str, product: Product) -> Table {
    model(sql, product).schema.tables.remove(&ObjectName::local("note")).unwrap()
}

#[track_caller]
fn refused(sql: &str, product: Product) -> String {
    let (_, diagnostics) = reading(sql, product);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    diagnostics.into_iter().next().unwrap().message
}

fn default(text: &str) -> Option<DefaultValue> {
    Some(DefaultValue::Expression(Expression::new(text)))
}

#[test]
fn a_table_that_no_entity_has() {
    let sql = "CREATE TABLE log (id bigserial, said varchar(9) COLLATE \"C\" NOT NULL DEFAULT 'it''s', mood mood, \
               CONSTRAINT log_pk PRIMARY KEY (id, said)); CREATE TYPE mood AS ENUM ('glad', 'it''s odd'); \
               CREATE INDEX said ON log (said); COMMENT ON COLUMN log.said IS 'it''s'";
    let model = model(sql, Product::Postgres);
    let log = model.schema.tables.get(&ObjectName::local("log")).unwrap();
    let key = log.primary_key.as_ref().unwrap();
    assert_eq!((key.name.as_ref().map(Name::as_str), key.columns.len()), (Some("log_pk"), 2));
    assert_eq!(
        (&log.columns.get("id").unwrap().data_type, log.columns.get("id").unwrap().identity),
        (&Type::BigInteger, Some(Identity::Serial))
    );
    let said = log.columns.get("said").unwrap();
    assert_eq!(said.data_type, Type::Custom("VARCHAR(9)".into()));
    assert_eq!((said.nullable, said.collation.as_deref(), said.comment.as_deref()), (false, Some("C"), Some("it's")));
    assert_eq!(said.default, default("'it''s'"));
    assert!(log.indexes.contains_key("said"));
    assert_eq!(model.schema.enums[&ObjectName::local("mood")].values, ["glad", "it's odd"]);
    let origin = |part| model.sources.get(&Place::Table(log.name.clone(), part)).map(|source| source.origin);
    for part in [Part::Whole, Part::PrimaryKey, Part::Column("said".into(), Facet::Type)] {
        assert_eq!(origin(part), Some(Origin::Sidecar));
    }
    let again = refused("CREATE TABLE note (id int)", Product::Postgres);
    assert_eq!(again, "table `note` is declared already");
    let inside = refused("CREATE TABLE log (id int, UNIQUE (id))", Product::MySql);
    assert_eq!(inside, "only columns and the primary key stand inside a table here");
    assert_eq!(refused("CREATE TYPE a AS ENUM ('b')", Product::MySql), "MySQL has no enum types");
}

#[test]
fn what_an_entity_leaves_open_of_a_column() {
    let typed = note("ALTER TABLE note ALTER COLUMN title SET DATA TYPE varchar(9)", Product::Sqlite);
    assert_eq!(typed.columns.get("title").unwrap().data_type, Type::Custom("VARCHAR(9)".into()));
    let sql = "ALTER TABLE note MODIFY COLUMN page int NOT NULL DEFAULT (1 + 1) ON UPDATE CURRENT_TIMESTAMP INVISIBLE";
    let table = note(sql, Product::MySql);
    let page = table.columns.get("page").unwrap();
    assert_eq!(page.default, default("1 + 1"));
    assert!(page.on_update.is_some() && page.options.contains_key("invisible"));
    // Whether it takes NULL is the entity's to say.
    assert!(!note("ALTER TABLE note MODIFY COLUMN page int", Product::MySql).columns.get("page").unwrap().nullable);
    let serial = note("ALTER TABLE note MODIFY COLUMN id serial", Product::Postgres);
    assert_eq!(serial.columns.get("id").unwrap().identity, Some(Identity::Serial));
    let added = note("ALTER TABLE note ADD COLUMN twice int GENERATED ALWAYS AS (page * 2) STORED", Product::MySql);
    assert!(
        added
            .columns
            .get("twice")
            .unwrap()
            .generated
            .as_ref()
            .is_some_and(|it| it.stored && it.expression.text() == "page * 2")
    );
    let twice = refused("ALTER TABLE note ADD COLUMN page int", Product::Sqlite);
    assert_eq!(twice, "table `note` has a column `page` already");
    let set = note("ALTER TABLE note SET (engine = 'it''s', row_format = 'DYNAMIC')", Product::MariaDb);
    assert_eq!(set.options["engine"], "it's");
    let commented = note("COMMENT ON TABLE note IS 'it''s a \\\\ and a \\n'", Product::MySql);
    assert_eq!(commented.comment.as_deref(), Some("it's a \\ and a \n"));
}

/// In SQL a name is written, so there it counts: what the entity has by convention gets that name.
#[test]
fn what_an_entity_declares_gets_the_name_and_the_rest() {
    let sql = "ALTER TABLE note ADD CONSTRAINT of_book FOREIGN KEY (book_id) REFERENCES book (id) ON DELETE CASCADE";
    let model = model(sql, Product::Postgres);
    let table = model.schema.tables.get(&ObjectName::local("note")).unwrap();
    let keys: Vec<_> = table.foreign_keys.values().map(|key| (key.name.as_str(), key.on_delete)).collect();
    assert_eq!(keys, [("of_book", Some(Action::Cascade))]);
    let place = Place::Table(table.name.clone(), Part::ForeignKey("of_book".into(), Facet::OnDelete));
    assert_eq!(model.sources.get(&place).map(|source| source.origin), Some(Origin::Sidecar));

    let named = note("CREATE INDEX pages ON note (page)", Product::Sqlite);
    assert_eq!(named.indexes.keys().map(Name::as_str).collect::<Vec<_>>(), ["pages"]);
    let named = note("CREATE INDEX pages ON note (page DESC)", Product::Sqlite);
    assert_eq!(named.indexes.len(), 2);
    let named = note("ALTER TABLE note ADD CONSTRAINT titles UNIQUE (title)", Product::Postgres);
    assert_eq!(named.uniques.keys().map(Name::as_str).collect::<Vec<_>>(), ["titles"]);
    let named = note("CREATE UNIQUE INDEX titles ON note (title)", Product::Sqlite);
    assert!(named.uniques.is_empty() && named.indexes.contains_key("titles"));
}
