//! Tests that the heads of a file's items tell the same as the parser.

use proptest::prelude::*;

use super::*;

/// Items as people write them, the odd ones too.
const ITEMS: [&str; 40] = [
    "use a::b::C;",
    "pub use self::a::*;",
    "use a::{b::{c, d as e}, *};",
    "use super::a as b;",
    "use ::a::b;",
    "use a::self;",
    "use r#type::r#fn;",
    "use a /* ; */ :: b;",
    "pub(in super::a) use b;",
    "#[derive(Clone, DeriveEntityModel)] #[sea_orm(table_name = \"}\")] pub struct Model { id: i32 }",
    "#[derive(sea_orm::DeriveEntityModel)]\n/// {\npub struct Model<'a> { #[b] id: &'a [u8; { 1 }] }",
    "#[derive(Copy)] #[derive(DeriveEntity)] pub struct Entity;",
    "#[derive(DeriveEntity,)]struct E(pub A<'static>, [u8; 2]);",
    "#[derive(a::b!())] struct A;",
    "struct r#struct;",
    "struct A<const N: usize = 3>;",
    "struct A where B: C<'_>, { d: fn(e: F) -> G }",
    "#[derive(EnumIter, DeriveRelation)] pub enum Relation {}",
    "enum A { #[b = '{'] C(D), E = b'}' as isize, F { g: \"}\\\"\" } }",
    "enum Ä { Ö }",
    "mod a;",
    "pub mod b;",
    "mod a { use b::C; struct D; }",
    "#[path = \"x/y.rs\"] mod z;",
    "#[cfg(feature = \"a\")] mod b;",
    "type A = b::C;",
    "pub const A: B = { 1 };",
    "static A: &str = \";\";",
    "const fn a() -> B { C }",
    "pub async fn a<B>(c: D) -> E where F: G { r#\"}\"#; 'h'; 'i: loop { break 'i } }",
    "fn a() { // }\n }",
    "impl ActiveModelBehavior for ActiveModel {}",
    "impl Related<super::a::Entity> for Entity { fn to() -> B { \"{\" } }",
    "impl sea_orm::sea_query::ValueType for a::B { }",
    "impl<T> A<T> { }",
    "impl MigrationTrait for A { }",
    "impl EntityName for Entity { fn table_name(&self) -> &str { \"a\" } }",
    "a! { struct B; }",
    "macro_rules! a { () => { } }",
    "//! no inner\n",
];

proptest! {
    #[test]
    fn heads_tell_what_the_parser_tells(picks in prop::collection::vec(prop::sample::select(&ITEMS[..]), 0..8)) {
        let (path, text) = (Path::new("entities/a.rs"), picks.join("\n"));
        if let (Some(plain), Ok(file)) = (Outlined::plainly(7, path, &text), RustFile::parse(path, &text)) {
            prop_assert_eq!(vec![plain], Outlined::of(7, &file), "{}", text);
        }
    }
}

#[test]
fn most_files_need_no_parser() {
    let plain: Vec<&str> =
        ITEMS.into_iter().filter(|item| Outlined::plainly(0, Path::new("a.rs"), item).is_some()).collect();
    assert_eq!(plain.len(), 24, "{plain:#?}");
}
