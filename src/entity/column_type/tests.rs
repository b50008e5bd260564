//! Tests of the vocabulary of column types.

use super::*;
use crate::entity::resolve::tests::with;

const TEXT: &str = r#"
    const LENGTH: u32 = 12; const NAME: &str = "citext"; const ITSELF: u32 = ITSELF;
    const fn half() -> u32 { LENGTH / 2 }
    const CODE: ColumnType = ColumnType::Char(Some(2));
    struct Key(i64); impl ValueType for Key { fn column_type() -> ColumnType { i64::column_type() } }
    #[derive(DeriveActiveEnum)] #[sea_orm(db_type = "Enum", rename_all = "lowercase")] enum Mood { Ok }
"#;

fn typed(text: &str) -> Option<ColumnType> {
    with(&[("a.rs", TEXT)], |modules| read(&modules, 0, &syn::parse_str(text).ok()?))
}

fn data_type(text: &str) -> Option<Type> {
    typed(text).map(|column| column.data_type)
}

#[test]
fn the_whole_vocabulary_is_read() {
    for (text, expected) in [
        ("Text", Type::Text),
        ("Char(Some(2))", Type::Char(Some(2))),
        ("Char(None)", Type::Char(None)),
        ("String(StringLen::N(80))", Type::String(Some(80))),
        ("String(StringLen::None)", Type::String(None)),
        ("String(sea_orm::prelude::StringLen::Max)", Type::StringMax),
        ("string(Some(7))", Type::String(Some(7))),
        ("Binary(16)", Type::Binary(16)),
        ("VarBinary(StringLen::N(9))", Type::VarBinary(Some(9))),
        ("var_binary(9)", Type::VarBinary(Some(9))),
        ("Bit(Some(3))", Type::Bit(Some(3))),
        ("VarBit(3)", Type::VarBit(3)),
        ("Decimal(Some((10, 2)))", Type::Decimal(Some((10, 2)))),
        ("Decimal(None)", Type::Decimal(None)),
        ("Money(Some((19, 4)))", Type::Money(Some((19, 4)))),
        ("Vector(Some(3))", Type::Vector(Some(3))),
        ("Interval(Some(PgInterval::YearToMonth), None)", Type::Interval(Some("YEAR TO MONTH".into()), None)),
        ("Interval(None, Some(3))", Type::Interval(None, Some(3))),
        ("Custom(\"citext\".into())", Type::Custom("citext".into())),
        ("custom(\"citext\")", Type::Custom("citext".into())),
        ("Custom(SeaRc::new(Alias::new(\"citext\")))", Type::Custom("citext".into())),
        ("custom(NAME)", Type::Custom("citext".into())),
        ("String(StringLen::N(LENGTH))", Type::String(Some(12))),
        ("Array(RcOrArc::new(ColumnType::Integer))", Type::Array(Box::new(Type::Integer))),
        ("Array(ColumnType::Text.into())", Type::Array(Box::new(Type::Text))),
        ("Array(RcOrArc::new(ColumnType::String(StringLen::N(5))))", Type::Array(Box::new(Type::String(Some(5))))),
        ("Text.def()", Type::Text),
        ("ColumnTypeTrait::def(ColumnType::Text)", Type::Text),
        ("VarBinary(StringLen::Max)", Type::VarBinary(None)),
        ("Year", Type::Year),
        ("Blob", Type::Blob),
        ("Cidr", Type::Cidr),
        ("Inet", Type::Inet),
        ("MacAddr", Type::MacAddr),
        ("LTree", Type::LTree),
        ("Char(Some(half()))", Type::Char(Some(6))),
        ("Char(Some(LENGTH * (2 + 1) as u32))", Type::Char(Some(36))),
        ("CODE", Type::Char(Some(2))),
        ("custom(concat!(\"cit\", \"ext\"))", Type::Custom("citext".into())),
        ("<String as ValueType>::column_type()", Type::String(None)),
        ("Key::column_type().def()", Type::BigInteger),
        ("Mood::db_type().get_column_type().to_owned().def()", Type::Enum(ObjectName::local("Mood"))),
        ("Enum { name: Mood::name(), variants: Mood::iden_values() }", Type::Enum(ObjectName::local("Mood"))),
    ] {
        assert_eq!(data_type(text), Some(expected), "{text}");
    }
}

#[test]
fn an_enum_brings_its_values() {
    let column =
        typed("Enum { name: Alias::new(\"mood\").into_iden(), variants: vec![Alias::new(\"ok\").into_iden()] }");
    let mood = ObjectName::local("mood");
    let enums = vec![(EnumType { name: mood.clone(), values: vec!["ok".into()], comment: None }, None)];
    assert_eq!(column, Some(ColumnType { data_type: Type::Enum(mood), enums }));
}

#[test]
fn what_is_none_of_it_is_not_guessed() {
    for text in [
        "Txt",
        "String",
        "String(80)",
        "Decimal(10, 2)",
        "custom(OTHER)",
        "my_type()",
        "Text.not_null()",
        "Binary(ITSELF)",
    ] {
        assert_eq!(data_type(text), None, "{text}");
    }
}
