//! Each rule on each product: what it is about, and whether what the database has is kept.

use std::collections::BTreeMap;

use super::*;
use crate::schema::Product::{MariaDb, MySql, Postgres, Sqlite};

fn ruled(product: Product, logical: Type, declared: &str, found: &str) -> Option<(&'static str, Strictness)> {
    let native = |spelling: &str| Type::Native(spelling.to_owned());
    let rule = rule(product, &logical, &native(declared), &native(found))?;
    Some((rule.key, TypeRules::default().strictness(rule, product)))
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let mut keys: Vec<&str> = RULES.iter().map(|rule| rule.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), RULES.len());
}

#[test]
fn each_pair_has_its_rule() {
    let loose = |key| Some((key, Strictness::Loose));
    let exact = |key| Some((key, Strictness::Exact));
    for (product, logical, declared, found, expected) in [
        (Postgres, Type::String(None), "character varying", "character varying(80)", loose("length")),
        (Postgres, Type::String(None), "character varying", "text", loose("text")),
        (Postgres, Type::String(None), "character varying", "citext", loose("text")),
        (Postgres, Type::String(None), "character varying", "json", exact("text-as-json")),
        (Postgres, Type::String(None), "character varying", "integer", None),
        (Postgres, Type::Json, "json", "jsonb", loose("json")),
        (Postgres, Type::JsonBinary, "jsonb", "json", loose("json")),
        (Postgres, Type::Json, "json", "text", exact("json-as-text")),
        (
            Postgres,
            Type::TimestampWithTimeZone,
            "timestamp with time zone",
            "timestamp(3) with time zone",
            loose("length"),
        ),
        (
            Postgres,
            Type::TimestampWithTimeZone,
            "timestamp with time zone",
            "timestamp without time zone",
            exact("zone"),
        ),
        (Postgres, Type::DateTime, "timestamp without time zone", "timestamp with time zone", exact("zone")),
        (Postgres, Type::DateTime, "timestamp without time zone", "date", None),
        (Postgres, Type::BigInteger, "bigint", "integer", exact("integer")),
        (Postgres, Type::Integer, "integer", "bigint", exact("integer")),
        (Postgres, Type::Unsigned, "integer", "bigint", loose("unsigned")),
        (Postgres, Type::Unsigned, "bigint", "integer", loose("unsigned")),
        (Postgres, Type::Unsigned, "bigint", "smallint", exact("integer")),
        (Postgres, Type::BigUnsigned, "bigint", "integer", exact("integer")),
        (Postgres, Type::Boolean, "boolean", "smallint", exact("integer")),
        (Postgres, Type::Decimal(None), "numeric", "numeric(16,4)", loose("decimal")),
        (Postgres, Type::Double, "double precision", "numeric", exact("fraction")),
        (Postgres, Type::Float, "real", "double precision", exact("fraction")),
        (Postgres, Type::Uuid, "uuid", "text", exact("uuid")),
        (Postgres, Type::Uuid, "uuid", "character(36)", exact("uuid")),
        (Postgres, Type::Array(Box::new(Type::Text)), "text[]", "character varying(9)[]", loose("text")),
        (Postgres, Type::Array(Box::new(Type::Text)), "text[]", "text", None),
        (MySql, Type::String(None), "varchar(255)", "varchar(80)", loose("length")),
        (MySql, Type::String(None), "varchar(255)", "longtext", loose("text")),
        (MySql, Type::String(None), "varchar(255)", "enum('a','b')", exact("enum")),
        (MySql, Type::String(None), "varchar(255)", "json", exact("text-as-json")),
        (MariaDb, Type::String(None), "varchar(255)", "json", loose("text-as-json")),
        (MySql, Type::Json, "json", "longtext", loose("json-as-text")),
        (MySql, Type::TimestampWithTimeZone, "timestamp", "datetime", loose("zone")),
        (MariaDb, Type::DateTime, "datetime", "timestamp(6)", loose("zone")),
        (MySql, Type::DateTime, "datetime", "datetime(6)", loose("length")),
        (MySql, Type::BigInteger, "bigint", "int", exact("integer")),
        (MySql, Type::Integer, "int", "int unsigned", exact("unsigned")),
        (MySql, Type::Unsigned, "int unsigned", "int", exact("unsigned")),
        (MySql, Type::Unsigned, "int unsigned", "bigint unsigned", exact("integer")),
        (MariaDb, Type::Integer, "int(11)", "int(5)", loose("length")),
        (MySql, Type::Boolean, "tinyint(1)", "tinyint", loose("boolean")),
        (MySql, Type::Boolean, "tinyint(1)", "bit(1)", loose("boolean")),
        (MySql, Type::Boolean, "tinyint(1)", "int", exact("integer")),
        (MariaDb, Type::TinyInteger, "tinyint(4)", "tinyint(1)", loose("boolean")),
        (MySql, Type::Decimal(None), "decimal(10,0)", "decimal(19,4)", loose("decimal")),
        (MySql, Type::Uuid, "binary(16)", "char(36)", exact("uuid")),
        (MySql, Type::Uuid, "binary(16)", "varbinary(16)", loose("bytes")),
        (MariaDb, Type::Uuid, "binary(16)", "uuid", exact("uuid")),
        (MySql, Type::VarBinary(None), "varbinary(255)", "longblob", loose("bytes")),
        (MySql, Type::Enum(crate::schema::ObjectName::local("mood")), "enum('a')", "varchar(9)", exact("enum")),
        (MySql, Type::Enum(crate::schema::ObjectName::local("mood")), "enum('a')", "enum('b')", None),
        (MySql, Type::Date, "date", "varchar(10)", exact("stored-as-text")),
        (Sqlite, Type::String(None), "varchar", "text", loose("text")),
        (Sqlite, Type::BigInteger, "bigint", "integer", loose("integer")),
        (Sqlite, Type::BigInteger, "bigint", "unsigned big int", loose("integer")),
        (Sqlite, Type::Boolean, "boolean", "integer", loose("boolean")),
        (Sqlite, Type::Decimal(None), "real", "decimal(16, 4)", loose("fraction")),
        (Sqlite, Type::Uuid, "uuid_text", "text", loose("uuid")),
        (Sqlite, Type::Uuid, "uuid_text", "blob", loose("uuid")),
        (Sqlite, Type::TimestampWithTimeZone, "timestamp_with_timezone_text", "text", loose("stored-as-text")),
        (Sqlite, Type::TimestampWithTimeZone, "timestamp_with_timezone_text", "datetime", loose("zone")),
        (Sqlite, Type::Json, "json_text", "text", loose("json-as-text")),
        (Sqlite, Type::Integer, "integer", "", loose("untyped")),
        (Sqlite, Type::Integer, "integer", "text", None),
        (Sqlite, Type::Text, "text", "blob", None),
        (Sqlite, Type::Date, "date_text", "time_text", None),
    ] {
        assert_eq!(ruled(product, logical, declared, found), expected, "{product}: {declared} against {found}");
    }
}

#[test]
fn what_no_column_type_says_is_left_open_where_it_is_spelled_out() {
    let custom = |spelling: &str| Type::Custom(spelling.to_owned());
    for (product, logical, declared, found, expected) in [
        (Postgres, Type::Time, "time without time zone", "time(3) without time zone", true),
        (MySql, Type::Timestamp, "timestamp", "timestamp(3)", true),
        (MySql, custom("datetime"), "datetime", "datetime(3)", false),
        (MySql, Type::DateTime, "datetime", "timestamp", false),
        (MySql, Type::String(Some(80)), "varchar(80)", "varchar(255)", false),
        (MySql, Type::TinyInteger, "tinyint", "tinyint(1)", true),
        (MySql, Type::Boolean, "tinyint(1)", "tinyint", false),
        (MariaDb, Type::Unsigned, "int(10) unsigned", "int(6) unsigned zerofill", true),
        (MariaDb, Type::Unsigned, "int(10) unsigned", "bigint(20) unsigned zerofill", false),
        (MySql, Type::Binary(255), "binary(255)", "blob", true),
        (MySql, Type::Binary(16), "binary(16)", "blob", false),
        (MariaDb, custom("LONGTEXT"), "longtext", "json", true),
        (MySql, custom("LONGTEXT"), "longtext", "json", false),
        (MariaDb, Type::Text, "text", "json", false),
        (Sqlite, Type::Text, "text", "varchar(80)", true),
    ] {
        let rule =
            rule(product, &logical, &Type::Native(declared.to_owned()), &Type::Native(found.to_owned())).unwrap();
        let decides = decides_on_spelled(product, &logical, rule);
        assert_eq!(decides, expected, "{product}: {declared} against {found}");
    }
}

#[test]
fn an_enum_type_is_one_thing_and_text_another() {
    let mood = Type::Enum(crate::schema::ObjectName::local("mood"));
    let text = Type::Native("character varying".to_owned());
    assert_eq!(rule(Postgres, &mood, &mood, &text).map(|rule| rule.key), Some("enum"));
    assert_eq!(rule(Postgres, &Type::String(None), &text, &mood).map(|rule| rule.key), Some("enum"));
    assert_eq!(rule(Postgres, &mood, &mood, &Type::Native("integer".to_owned())), None);
}

#[test]
fn a_rule_can_be_turned_round() {
    let rules = |key: &str, strictness| TypeRules::with(&BTreeMap::from([(key.to_owned(), strictness)]));
    let loosened = rules("zone", Strictness::Loose).unwrap();
    assert_eq!(loosened.strictness(&ZONE, Postgres), Strictness::Loose);
    assert_eq!(loosened.strictness(&INTEGER, Postgres), Strictness::Exact);
    assert_eq!(rules("length", Strictness::Exact).unwrap().strictness(&LENGTH, Sqlite), Strictness::Exact);
    let error = rules("zones", Strictness::Loose).unwrap_err();
    assert_eq!(error.to_string(), "there is no rule for types called `zones`");
    assert_eq!(error.hints(), ["did you mean `zone`?"]);
}

#[test]
fn the_code_can_say_what_the_database_has() {
    for (product, found, expected) in [
        (Postgres, "integer", "the type `i32`"),
        (MySql, "int unsigned", "the type `u32`"),
        (Postgres, "timestamp without time zone", "the type `DateTime`"),
        (Postgres, "text", "`column_type = \"Text\"`"),
        (MySql, "varchar(80)", "`column_type = \"String(StringLen::N(80))\"`"),
        (MySql, "char(36)", "`column_type = \"Char(Some(36))\"`"),
        (MariaDb, "inet6", "`column_type = \"custom(\\\"inet6\\\")\"`"),
    ] {
        assert_eq!(in_rust(product, &Type::Native(found.to_owned())), expected, "{found}");
    }
}
