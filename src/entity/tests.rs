//! Tests of the reader as a whole: every diagnostic with the bytes it points at.

use super::*;
use crate::schema::{Facet, ObjectName, Origin, Part};

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.into(), text: text.to_owned() }
}

/// What the reader says of some files: how bad, the message, the bytes, the hint.
pub(super) fn said(files: &[SourceFile], product: Product) -> Vec<(Severity, String, String, String)> {
    let (_, diagnostics) = read(files, product);
    let bytes = |said: &Diagnostic| {
        let file = files.iter().find(|file| file.path == said.file).map_or("", |file| file.text.as_str());
        file.get(said.span.clone()).unwrap_or("(not on a character)").to_owned()
    };
    diagnostics
        .iter()
        .map(|said| (said.severity, said.message.clone(), bytes(said), said.hint.clone().unwrap_or_default()))
        .collect()
}

/// The one thing the reader says of one file.
#[track_caller]
fn only(text: &str) -> (Severity, String, String, String) {
    let said = said(&[file("entities/book.rs", text)], Product::Postgres);
    assert_eq!(said.len(), 1, "{said:#?}");
    said.into_iter().next().unwrap()
}

#[track_caller]
fn error(text: &str, message: &str, bytes: &str) {
    let (severity, said, at, hint) = only(text);
    assert_eq!((severity, said.as_str(), at.as_str()), (Severity::Error, message, bytes), "hint: {hint}");
}

#[track_caller]
fn warning(text: &str, message: &str, bytes: &str) {
    let (severity, said, at, hint) = only(text);
    assert_eq!((severity, said.as_str(), at.as_str()), (Severity::Warning, message, bytes), "hint: {hint}");
}

/// A model with a field of one's own, after a key.
fn model(field: &str) -> String {
    entity(&format!("#[sea_orm(primary_key)] pub id: i32, {field}"), "")
}

fn entity(fields: &str, rest: &str) -> String {
    format!("#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"book\")]\npub struct Model {{ {fields} }}\n{rest}")
}

#[test]
fn a_setting_that_does_not_exist() {
    let text = model("#[sea_orm(index)] pub title: String");
    error(&text, "SeaORM knows no `index` here", "index");
    assert_eq!(only(&text).3, "did you mean `indexed`?");
    warning(&model("#[sea_orm(wobble = 3)] pub title: String"), "SeaORM knows no `wobble` here", "wobble = 3");
}

#[test]
fn settings_that_are_none() {
    error(&model("#[sea_orm(unique, = 3)] pub a: i32"), "this attribute cannot be read", "sea_orm(unique, = 3)");
    error(&model("#[sea_orm(comment = 3)] pub a: i32"), "`comment` takes a string", "comment = 3");
}

#[test]
fn types_that_cannot_be_read() {
    error(&model("#[sea_orm(column_type = \"Txt\")] pub a: String"), "cannot read this `column_type`", "\"Txt\"");
    error(&model("pub a: Option<Strange>"), "cannot tell the column type of `Strange`", "Strange");
    error(
        &model("pub a: HashMap<String, i32>"),
        "cannot tell the column type of `HashMap<String,i32>`",
        "HashMap<String, i32>",
    );
    error(&model("pub a: &'static str"), "cannot tell the column type of `&'staticstr`", "&'static str");
    let (_, _, _, hint) = only(&model("pub a: Strange"));
    let once = "once for all of them in the configuration: `types = { Strange = \"Text\" }`";
    assert_eq!(hint, format!("say the type at the field: `column_type = \"…\"`, or {once}"));
}

#[test]
fn types_that_are_no_values() {
    let plain = "struct Shape(i32);";
    error(&(model("pub a: Shape") + plain), "`Shape` is used as a column, but is no column value", "Shape");
    let plain = "enum Shape { Round }";
    error(&(model("pub a: Shape") + plain), "`Shape` is used as a column, but is no column value", "Shape");
    let derived = "#[derive(DeriveValueType)] #[sea_orm(column_type = \"Chr\")] struct Shape(String);";
    error(&(model("pub a: Shape") + derived), "cannot read this `column_type`", "\"Chr\"");
    let written = "struct Shape; impl ValueType for Shape { fn column_type() -> ColumnType { guess() } }";
    error(&(model("pub a: Shape") + written), "cannot read this column type", "{ guess() }");
    let circle = "type Shape = Other; type Other = Shape;";
    assert_eq!(only(&(model("pub a: Shape") + circle)).0, Severity::Error);
}

#[test]
fn active_enums_that_cannot_be_read() {
    let with = |item: &str| model("pub a: Mood") + "#[derive(DeriveActiveEnum)] " + item;
    error(&with("enum Mood { Good }"), "variant `Good` has no value in the database", "Good");
    let silent = "enum Mood { #[sea_orm(num_value = 1)] Good }";
    error(&with(silent), "enum `Mood` does not say what it is in the database", "Mood");
    let strange = "#[sea_orm(rs_type = \"i32\", db_type = \"Int\")] enum Mood { Good = 1 }";
    error(&with(strange), "cannot read this `db_type`", "\"Int\"");
    let style = "#[sea_orm(db_type = \"Integer\", rename_all = \"loud\")] enum Mood { Good = 1 }";
    error(&with(style), "no such case style", "\"loud\"");
    let unknown = "#[sea_orm(db_type = \"Integer\")] enum Mood { #[sea_orm(number = 1)] Good = 1 }";
    warning(&with(unknown), "SeaORM knows no `number` here", "number = 1");
}

#[test]
fn two_enums_of_one_name() {
    let one = "#[derive(DeriveActiveEnum)] #[sea_orm(db_type = \"Enum\", enum_name = \"mood\")]";
    let text = format!(
        "enum A {{ #[sea_orm(string_value = \"x\")] X }} {one} enum B {{ #[sea_orm(string_value = \"y\")] Y }}"
    );
    error(&(model("pub a: A, pub b: B") + one + &text), "enum `mood` is declared twice, with different values", "B");
}

#[test]
fn defaults_that_cannot_be_read() {
    let text = model("#[sea_orm(default_expr = \"later()\")] pub a: i32");
    error(&text, "cannot read this `default_expr`", "\"later()\"");
    assert_eq!(only(&text).3, "write it as SQL: `default_expr = \"Expr::cust(\\\"…\\\")\"`");
    error(&model("#[sea_orm(default_value = b\"x\")] pub a: i32"), "cannot read this `default_value`", "b\"x\"");
}

#[test]
fn extras_that_cannot_be_read() {
    let text = model("#[sea_orm(extra = \"DEFAULT 1\")] pub a: i32");
    let message = "cannot read this `extra`: a default: say it with `default_value` or `default_expr`";
    error(&text, message, "\"DEFAULT 1\"");
    let (severity, message, at, _) = only(&model("#[sea_orm(extra = \"CHECK (a >\")] pub a: i32"));
    assert_eq!((severity, at.as_str()), (Severity::Error, "\"CHECK (a >\""));
    assert!(message.starts_with("cannot read this `extra`: Expected"), "{message}");
}

#[test]
fn a_file_that_is_not_rust() {
    error("pub struct Model { id i32 }", "this is not Rust", "i32");
    error("/* größer */ pub struct Model { id i32 }", "this is not Rust", "i32");
    error("pub struct Model {\n", "this is not Rust", "{");
    error("\u{feff}pub struct Model { id i32 }", "this is not Rust", "i32");
}

#[test]
fn spans_are_bytes_whatever_stands_before() {
    for before in ["/* größer als 書店 */ ", "\u{feff}", "#!/usr/bin/env gen\n", "// x\r\n", "//! 書\r\n"] {
        let text = before.to_owned() + &model("/* é */ #[sea_orm(index)] pub title: String");
        error(&text, "SeaORM knows no `index` here", "index");
    }
}

#[test]
fn an_entity_that_is_not_whole() {
    error("#[derive(DeriveEntityModel)] pub struct Model { id: i32 }", "this entity does not name its table", "Model");
    error(&entity("pub id: i32", ""), "this entity has no primary key", "Model");
    let style = "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"a\", rename_all = \"x\")] struct Model { #[sea_orm(primary_key)] id: i32 }";
    error(style, "no such case style", "rename_all = \"x\"");
}

#[test]
fn numbering_what_is_no_number() {
    let text = entity("#[sea_orm(primary_key)] pub day: Date", "");
    warning(&text, "SeaORM takes `day` for a numbered column, but it is no integer", "primary_key");
    assert_eq!(only(&text).3, "auto_increment = false");
}

#[test]
fn an_option_seaorm_does_not_see() {
    let text = model("pub a: std::option::Option<i32>");
    warning(&text, "SeaORM takes this column for NOT NULL", "std::option::Option<i32>");
}

#[test]
fn two_fields_of_one_column() {
    error(&model("pub a: i32, #[sea_orm(column_name = \"a\")] pub b: i32"), "two fields are the column `a`", "b");
}

#[test]
fn two_entities_of_one_table() {
    let text = model("");
    let said = said(&[file("entities/a.rs", &text), file("entities/b.rs", &text)], Product::Sqlite);
    let expected = (
        Severity::Error,
        "two entities are the table `book`".to_owned(),
        "table_name = \"book\"".to_owned(),
        "the first is at entities/a.rs:2; give one of them another `table_name`".to_owned(),
    );
    assert_eq!(said, [expected]);
}

#[test]
fn names_that_collide() {
    let text = model("#[sea_orm(indexed, unique_key = \"a\")] pub a: i32");
    error(&text, "two indexes would be called `idx-book-a`", "unique_key = \"a\"");
    let other = "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"book-a\")] struct Model { #[sea_orm(primary_key, indexed)] b: i32 }";
    let first = model("#[sea_orm(unique_key = \"a-b\")] pub a: i32");
    let said = said(&[file("e/a.rs", &first), file("e/b.rs", other)], Product::Sqlite);
    let message = "tables `book` and `book-a` would both have an index `idx-book-a-b`";
    assert_eq!(said.iter().map(|said| said.1.as_str()).collect::<Vec<_>>(), [message]);
    let relation =
        |to: &str| format!("#[sea_orm(belongs_to = \"Entity\", from = \"Column::A\", to = \"Column::{to}\")]");
    let rest = format!("#[derive(DeriveRelation)] enum Relation {{ {} One, {} Two }}", relation("Id"), relation("A"));
    let text = entity("#[sea_orm(primary_key)] id: i32, a: i32", &rest);
    error(&text, "two foreign keys would be called `fk-book-a`", "Two");
}

#[test]
fn relations_that_cannot_be_read() {
    let relation = |settings: &str| {
        let rest = format!("#[derive(DeriveRelation)] enum Relation {{ #[sea_orm({settings})] To }}");
        entity("#[sea_orm(primary_key)] id: i32, a: i32", &rest)
    };
    let columns = "from = \"Column::A\", to = \"Column::Id\"";
    let unknown = relation(&format!("belongs_to = \"super::author::Entity\", {columns}"));
    error(&unknown, "no entity `super::author::Entity` in these files", "\"super::author::Entity\"");
    error(&relation(&format!("belongs_to = \"&x\", {columns}")), "`belongs_to` takes the path of an entity", "\"&x\"");
    error(&relation("belongs_to = \"Entity\""), "this relation does not say its columns", "To");
    let column = "belongs_to = \"Entity\", from = \"Column::A\", to = \"Column::B\"";
    error(&relation(column), "table `book` has no column `B`", "\"Column::B\"");
    let count = "belongs_to = \"Entity\", from = \"(Column::A, Column::Id)\", to = \"Column::Id\"";
    error(&relation(count), "a relation needs as many columns there as here", "To");
    let spelled = "belongs_to = \"Entity\", from = \"1\", to = \"Column::Id\"";
    error(&relation(spelled), "cannot read the columns of `from`", "\"1\"");
    let action = format!("belongs_to = \"Entity\", {columns}, on_delete = \"cascade\"");
    error(&relation(&action), "`on_delete` takes an action", "\"cascade\"");
    warning(
        &relation(&format!("belongs_to = \"Entity\", {columns}, on_drop = \"x\"")),
        "SeaORM knows no `on_drop` here",
        "on_drop = \"x\"",
    );
}

#[test]
fn dense_relations_that_cannot_be_read() {
    let dense = |field: &str| format!("#[sea_orm::model]\n{}", model(&format!("pub a: i32, {field}")));
    let text = dense("#[sea_orm(belongs_to)] pub author: BelongsTo<Entity>");
    error(&text, "this relation does not say its columns", "author");
    let text =
        dense("#[sea_orm(belongs_to, from = \"a\", to = \"id\")] pub author: BelongsTo<Option<super::author::Entity>>");
    error(&text, "no entity `super::author::Entity` in these files", "super::author::Entity");
}

#[test]
fn written_relations_that_cannot_be_read() {
    let written = |body: &str| {
        let rest = format!("impl RelationTrait for Relation {{ fn def(&self) -> RelationDef {{ {body} }} }}");
        entity("#[sea_orm(primary_key)] id: i32, a: i32", &rest)
    };
    error(&written("make(self)"), "cannot read this relation", "make(self)");
    error(&written("match self { Self::A => helper() }"), "cannot read this relation", "helper()");
    let chain = "match self { Self::A => Entity::belongs_to(Entity).from(Column::A).to(Column::Id).twice().into() }";
    error(&written(chain), "cannot read this relation", "twice");
    let chain = "match self { Self::A => Entity::belongs_to(super::x::Entity).from(Column::A).to(Column::Id).into() }";
    error(&written(chain), "no entity `super::x::Entity` in these files", "super::x::Entity");
    assert_eq!(said(&[file("e/a.rs", &written("panic!(\"none\")"))], Product::Sqlite), []);
}

#[test]
fn entities_that_are_not_seen() {
    let text = "macro_rules! table { () => { #[derive(DeriveEntityModel)] struct Model {} } }";
    warning(text, "entities made by a macro are not read", "macro_rules");
}

#[test]
fn what_is_no_entity_is_let_be() {
    let files = [
        file("entities/lib.rs", "pub mod a; fn main() {}"),
        file("entities/notes.md", "not Rust"),
        file("entities/migrations/m1.rs", &model("pub a: Strange")),
        file("entities/a.rs", "#[cfg(test)] mod tests { #[derive(DeriveEntityModel)] struct Model { a: Strange } }"),
    ];
    let (model, diagnostics) = read(&files, Product::Sqlite);
    assert_eq!(diagnostics, []);
    assert!(model.schema.is_empty() && model.sources.is_empty());
}

#[test]
fn what_the_folder_of_all_files_is_called_does_not_matter() {
    let (model, _) = read(&[file("/home/migration-demo/entities/book.rs", &model(""))], Product::Sqlite);
    assert_eq!(model.schema.tables.len(), 1);
}

#[test]
fn everything_has_its_line() {
    let text = r#"use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(DeriveEntityModel)]
#[sea_orm(
    table_name = "book",
    comment = "Books"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(
        indexed,
        default_value = "x",
        comment = "y",
        column_type = "Text",
        extra = "CHECK (title <> '')"
    )]
    pub title: String,
    #[sea_orm(unique)]
    pub code: i32,
    #[sea_orm(unique_key = "k")]
    pub a: i32,
    #[sea_orm(unique_key = "k")]
    pub b: i32,
    pub mood: Option<Mood>,
    #[sea_orm(self_ref, relation_enum = "Parent", from = "a", to = "id",
        on_delete = "Cascade",
        on_update = "NoAction")]
    pub parent: HasOne<Entity>,
}

#[derive(DeriveActiveEnum)]
#[sea_orm(db_type = "Enum", enum_name = "mood")]
pub enum Mood {
    #[sea_orm(string_value = "good")]
    Good,
}
"#;
    let sidecar = "\nCREATE INDEX book_code ON book (code);\nCREATE VIEW codes AS SELECT code FROM book;\n";
    let files = [file("e/book.rs", text), file("e/book.sql", sidecar)];
    let (model, diagnostics) = read(&files, Product::Postgres);
    assert_eq!(diagnostics, []);
    let book = ObjectName::local("book");
    let place = |part: Part| Place::Table(book.clone(), part);
    let column = |name: &str, facet: Facet| place(Part::Column(name.into(), facet));
    let key = |facet: Facet| place(Part::ForeignKey("fk-book-a".into(), facet));
    let entity = [
        (place(Part::Whole), 6),
        (place(Part::Comment), 7),
        (place(Part::PrimaryKey), 10),
        (column("id", Facet::Whole), 11),
        (column("id", Facet::Identity), 10),
        (column("title", Facet::Whole), 19),
        (column("title", Facet::Default), 14),
        (column("title", Facet::Comment), 15),
        (column("title", Facet::Type), 16),
        (place(Part::Check("book_title_check".into())), 17),
        (place(Part::Index("idx-book-title".into())), 19),
        (column("code", Facet::Whole), 21),
        (place(Part::Unique("book_code_key".into())), 20),
        (column("a", Facet::Whole), 23),
        (column("b", Facet::Whole), 25),
        (place(Part::Index("idx-book-k".into())), 22),
        (column("mood", Facet::Whole), 26),
        (column("mood", Facet::Type), 26),
        (Place::Enum(ObjectName::local("mood")), 35),
        (key(Facet::Whole), 30),
        (key(Facet::OnDelete), 28),
        (key(Facet::OnUpdate), 29),
    ];
    let sidecar = [(place(Part::Index("book_code".into())), 2), (Place::View(ObjectName::local("codes")), 3)];
    let source = |path: &'static str, origin| {
        move |(place, line)| (place, Source { file: Path::new(path).into(), line, origin })
    };
    let expected: Sources = entity
        .into_iter()
        .map(source("e/book.rs", Origin::Entity))
        .chain(sidecar.into_iter().map(source("e/book.sql", Origin::Sidecar)))
        .collect();
    assert_eq!(model.sources, expected);
    let key = model.schema.tables.get(&book).and_then(|table| table.foreign_keys.get("fk-book-a"));
    assert_eq!(key.map(|key| (key.on_delete, key.on_update)), Some((Some(crate::schema::Action::Cascade), None)));
}

#[test]
fn what_the_columns_own_extra_says_is_in_the_table() {
    let text = model(
        "#[sea_orm(extra = \"COLLATE \\\"C\\\" CONSTRAINT short CHECK (length(a) < 9) CHECK (a <> '')\")] pub a: String,
         #[sea_orm(extra = \"GENERATED ALWAYS AS (id * 2) STORED\")] pub b: i32",
    );
    let (model, diagnostics) = read(&[file("e/a.rs", &text)], Product::Postgres);
    assert_eq!(diagnostics, []);
    let Some(table) = model.schema.tables.get(&ObjectName::local("book")) else { panic!("no table") };
    assert_eq!(table.checks.keys().map(Name::as_str).collect::<Vec<_>>(), ["book_a_check", "short"]);
    assert_eq!(table.columns.get("a").and_then(|column| column.collation.as_deref()), Some("C"));
    assert!(table.columns.get("b").is_some_and(|column| column.generated.as_ref().is_some_and(|value| value.stored)));
}

#[test]
fn what_the_configuration_says_of_a_type_counts() {
    let text = model("pub a: Option<Secret<String>>, pub b: crate::deep::Other, pub c: Vec<Known>") + "struct Known;";
    let types = [
        ("Secret", "VarBinary(StringLen::N(60))"),
        ("crate::deep::Other", "Custom(\"citext\")"),
        ("Known", "<i64 as ValueType>::column_type()"),
    ];
    let types = types.map(|(name, of)| (name.to_owned(), of.to_owned())).into();
    let context = Context { types, ..Context::default() };
    let (model, diagnostics) = read_with(&[file("e/a.rs", &text)], Product::Postgres, &context);
    assert_eq!(diagnostics, []);
    let Some(table) = model.schema.tables.get(&ObjectName::local("book")) else { panic!("no table") };
    let types: Vec<_> = table.columns.values().skip(1).map(|column| column.data_type.clone()).collect();
    use crate::schema::Type;
    let expected = [Type::VarBinary(Some(60)), Type::Custom("citext".into()), Type::Array(Box::new(Type::BigInteger))];
    assert_eq!(types, expected);
    assert!(table.columns.get("a").is_some_and(|column| column.nullable));

    let wrong = Context { types: [("Secret".to_owned(), "Txt".to_owned())].into(), ..Context::default() };
    let (_, diagnostics) = read_with(&[file("e/a.rs", &self::model("pub a: Secret"))], Product::Postgres, &wrong);
    let said: Vec<_> = diagnostics.iter().map(|said| said.message.as_str()).collect();
    assert_eq!(said, ["cannot read what the configuration says of `Secret`: `Txt`"]);
}

#[test]
fn every_type_that_tells_nothing_has_its_line_of_configuration() {
    let written = "struct Shape; impl ValueType for Shape { fn column_type() -> ColumnType { guess() } }";
    for (field, item, line) in [
        ("Strange", "", "types = { Strange = \"Text\" }"),
        ("a::Strange<i32>", "", "types = { \"a::Strange<i32>\" = \"Text\" }"),
        ("Shape", "struct Shape(i32);", "types = { Shape = \"Text\" }"),
        ("Shape", written, "types = { Shape = \"Text\" }"),
    ] {
        let hint = only(&(model(&format!("pub a: {field}")) + item)).3;
        let Some((_, found)) = hint.split_once("configuration: `") else { panic!("{hint}") };
        assert_eq!(found.strip_suffix('`'), Some(line));
        let name = line.split(['{', '=']).nth(2).map(|name| name.trim().trim_matches('"').to_owned());
        let context = Context { types: [(name.unwrap_or_default(), "Text".to_owned())].into(), ..Context::default() };
        let text = model(&format!("pub a: {field}")) + item;
        assert_eq!(read_with(&[file("e/a.rs", &text)], Product::Postgres, &context).1, [], "{line}");
    }
}

#[test]
fn a_value_type_is_read_wherever_it_is_written() {
    let value = "pub struct Secret(pub String);";
    let written = "use super::value::Secret; impl sea_orm::sea_query::ValueType for Secret { fn column_type() -> sea_orm::ColumnType { use sea_orm::ColumnType; return ColumnType::Blob; } }";
    let other =
        "pub struct Secret(i32); impl ValueType for Secret { fn column_type() -> ColumnType { ColumnType::Date } }";
    let text = "use super::value::Secret;".to_owned() + &model("pub a: Secret");
    let files =
        [file("e/other.rs", other), file("e/value.rs", value), file("e/written.rs", written), file("e/book.rs", &text)];
    let (model, diagnostics) = read(&files, Product::Postgres);
    assert_eq!(diagnostics, []);
    let table = model.schema.tables.get(&ObjectName::local("book"));
    let found = table.and_then(|table| table.columns.get("a")).map(|column| &column.data_type);
    assert_eq!(found, Some(&crate::schema::Type::Blob));
}

#[test]
fn what_is_beside_a_migration_is_history() {
    let history = "mod old { #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"old\")] struct Model { #[sea_orm(primary_key)] id: i32 } }";
    let migration = format!("pub struct Migration; impl MigrationTrait for Migration {{}} {history}");
    let migrator = "mod m1; impl MigratorTrait for Migrator {}";
    let files = [
        file("app/db/versions/m1.rs", &migration),
        file("app/steps/mod.rs", migrator),
        file("app/steps/shapes.rs", &model("")),
        file("app/entity/book.rs", &model("")),
    ];
    let (model, diagnostics) = read(&files, Product::Sqlite);
    assert_eq!(diagnostics, []);
    assert_eq!(model.schema.tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["book"]);
}

#[test]
fn the_number_of_threads_shows_nowhere() {
    let names: Vec<String> = (0..120).map(|number| format!("e/m{number}.rs")).collect();
    let text = |number: usize| {
        let entity = format!(
            "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"t{number}\")] struct Model {{ #[sea_orm(primary_key)] id: i32, mood: super::m{}::Mood, a: Strange }}",
            (number + 7) % 120
        );
        let mood = format!(
            "#[derive(DeriveActiveEnum)] #[sea_orm(db_type = \"Enum\", enum_name = \"mood{}\")] pub enum Mood {{ #[sea_orm(string_value = \"{number}\")] A }}",
            number / 2
        );
        format!("{entity} {mood}")
    };
    let files: Vec<SourceFile> = names.iter().enumerate().map(|(number, name)| file(name, &text(number))).collect();
    let (model, said) = read(&files, Product::Postgres);
    let mut shuffled = files.clone();
    shuffled.reverse();
    let (again, said_again) = read(&shuffled, Product::Postgres);
    assert_eq!((model.schema, model.sources, &said), (again.schema, again.sources, &said_again));
    // All columns of `Strange` are one message; sixty enums are declared twice.
    assert_eq!(said.len(), 61);
}
