//! Tests of what `#[cfg]` takes away, and of what cannot be told.

use crate::entity::{Context, SourceFile, read_with};
use crate::schema::Product;

const MANIFEST: &str = "[package]\nname = \"shop\"\n[features]\ndefault = [\"full\"]\nfull = [\"tags\", \"dep:serde\"]\ntags = []\nrare = []\n";

/// The columns of all tables, and what is said.
fn columns(files: &[(&str, &str)], context: &Context) -> (Vec<String>, Vec<String>) {
    let files: Vec<SourceFile> =
        files.iter().map(|(path, text)| SourceFile { path: path.into(), text: (*text).to_owned() }).collect();
    let (model, said) = read_with(&files, Product::Sqlite, context);
    let columns = model.schema.tables.values().flat_map(|table| table.columns.keys().map(ToString::to_string));
    (columns.collect(), said.into_iter().map(|said| said.message).collect())
}

fn fields(fields: &str) -> String {
    format!(
        "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"book\")] pub struct Model {{ #[sea_orm(primary_key)] id: i32, {fields} }}"
    )
}

#[track_caller]
fn holds(condition: &str, expected: Option<bool>, context: &Context, manifest: bool) {
    let text = fields(&format!("#[cfg({condition})] a: i32"));
    let mut files = vec![("shop/src/book.rs", text.as_str())];
    if manifest {
        files.push(("shop/Cargo.toml", MANIFEST));
    }
    let (columns, said) = columns(&files, context);
    let found = match said.as_slice() {
        [] => Some(columns == ["id", "a"]),
        _ => None,
    };
    assert_eq!(found, expected, "{condition}: {columns:?} {said:?}");
}

#[test]
fn a_crates_own_default_features_are_on() {
    let nothing = Context::default();
    for (condition, expected) in [
        ("feature = \"full\"", Some(true)),
        ("feature = \"tags\"", Some(true)),
        ("feature = \"default\"", Some(true)),
        ("feature = \"rare\"", Some(false)),
        ("feature = \"unheard-of\"", Some(false)),
        ("not(feature = \"rare\")", Some(true)),
        ("any(feature = \"rare\", feature = \"full\")", Some(true)),
        ("all(feature = \"tags\", not(test))", Some(true)),
        ("test", Some(false)),
        ("any()", Some(false)),
        ("all()", Some(true)),
        ("unix", None),
        ("all(unix, feature = \"rare\")", Some(false)),
        ("any(unix, feature = \"full\")", Some(true)),
        ("any(unix, feature = \"rare\")", None),
        ("not(unix)", None),
    ] {
        holds(condition, expected, &nothing, true);
    }
    holds("feature = \"full\"", None, &nothing, false);
    holds("test", Some(false), &nothing, false);
}

#[test]
fn what_is_configured_is_exact() {
    let list = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    let context =
        Context { features: list(&["rare"]), cfg: list(&["unix", "target_os = \"linux\""]), ..Context::default() };
    for manifest in [true, false] {
        holds("feature = \"rare\"", Some(true), &context, manifest);
        holds("feature = \"full\"", Some(false), &context, manifest);
        holds("unix", Some(true), &context, manifest);
        holds("target_os=\"linux\"", Some(true), &context, manifest);
        holds("windows", Some(false), &context, manifest);
    }
    holds("feature = \"tags\"", Some(true), &Context { features: list(&["default"]), ..Context::default() }, true);
}

#[test]
fn conditions_on_everything() {
    let nothing = Context::default();
    // Attributes behind a condition, one in another.
    let text = "#[cfg_attr(feature = \"full\", derive(DeriveEntityModel), sea_orm(table_name = \"book\"))]
        pub struct Model { #[cfg_attr(feature = \"full\", cfg_attr(not(feature = \"rare\"), sea_orm(primary_key)))] id: i32,
        #[cfg_attr(feature = \"rare\", sea_orm(ignore))] a: i32 }";
    let files = [("shop/src/book.rs", text), ("shop/Cargo.toml", MANIFEST)];
    assert_eq!(columns(&files, &nothing), (vec!["id".to_owned(), "a".to_owned()], vec![]));
    // A whole file, from inside and from outside, and a module inside a file.
    let book = fields("");
    let inner = format!("#![cfg(feature = \"rare\")]\n{book}");
    assert_eq!(columns(&[("shop/src/book.rs", inner.as_str()), ("shop/Cargo.toml", MANIFEST)], &nothing).0, [""; 0]);
    let root = "#[cfg(feature = \"rare\")] mod book; #[cfg(test)] #[path = \"strange.rs\"] mod other;";
    let files = [
        ("shop/src/lib.rs", root),
        ("shop/src/book.rs", book.as_str()),
        ("shop/src/book/more.rs", book.as_str()),
        ("shop/src/strange.rs", book.as_str()),
        ("shop/Cargo.toml", MANIFEST),
    ];
    assert_eq!(columns(&files, &nothing), (vec![], vec![]));
    let inline = format!("#[cfg(feature = \"rare\")] mod a {{ {book} }} #[cfg(feature = \"full\")] mod b {{ {book} }}");
    assert_eq!(columns(&[("shop/src/a.rs", inline.as_str()), ("shop/Cargo.toml", MANIFEST)], &nothing).0, ["id"]);
    // Two forms of one type.
    let text = format!(
        "#[cfg(feature = \"rare\")] type Key = u64; #[cfg(not(feature = \"rare\"))] type Key = i64; {}",
        fields("a: Key")
    );
    assert_eq!(columns(&[("shop/src/a.rs", text.as_str()), ("shop/Cargo.toml", MANIFEST)], &nothing).1, [""; 0]);
}

#[test]
fn what_cannot_be_told_is_said_only_where_it_matters() {
    let said = |text: &str| columns(&[("shop/src/book.rs", text)], &Context::default()).1;
    let unknown = ["whether `feature = \"x\"` holds cannot be told from these files"];
    let gate = "#[cfg(feature = \"x\")]";
    for text in [
        fields(&format!("{gate} a: i32")),
        format!("{gate} {}", fields("")),
        format!("{gate} mod a {{ {} }}", fields("")),
        format!("#![cfg(feature = \"x\")] {}", fields("")),
        fields("#[cfg_attr(feature = \"x\", sea_orm(unique))] a: i32"),
        fields("a: Mood")
            + &format!(
                "#[derive(DeriveActiveEnum)] #[sea_orm(db_type = \"Integer\")] enum Mood {{ A = 1, {gate} B = 2 }}"
            ),
        fields("").replacen(
            "#[derive(DeriveEntityModel)]",
            "#[cfg_attr(feature = \"x\", derive(DeriveEntityModel))]",
            1,
        ),
    ] {
        assert_eq!(said(&text), unknown, "{text}");
    }
    for text in [
        format!("{gate} use a::b; {gate} fn f() {{}} {gate} impl Model {{}} {}", fields("")),
        fields("#[cfg_attr(feature = \"x\", serde(skip))] a: i32"),
        fields("").replacen("pub struct", "#[cfg_attr(feature = \"x\", derive(Serialize, Deserialize))] pub struct", 1),
        format!("{gate} mod tests {{ fn f() {{}} }} {gate} mod elsewhere; {}", fields("")),
    ] {
        assert_eq!(said(&text), [""; 0], "{text}");
    }
}
