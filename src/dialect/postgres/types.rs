//! Types: the catalog's name of a declared type, and which types serve the same Rust type.
//!
//! Must not know columns or tables.

use sea_gen_runner::sql;

use crate::schema::{Definition, DefinitionKind, EnumType, Name, ObjectName, Product, Schema, Type};

use super::words;

/// The type as the catalog reports it. `Err` has the reason why PostgreSQL has no such type.
pub(super) fn normalize<'a>(
    declared: &Type,
    enums: &'a dyn Fn(&ObjectName) -> Option<&'a EnumType>,
) -> Result<Type, &'static str> {
    let native = |spelling: String| Ok(Type::Native(catalog_spelling(&spelling)));
    match declared {
        Type::Enum(name) => Ok(Type::Enum(name.clone())),
        Type::Array(element) => Ok(match normalize(element, enums)? {
            // PostgreSQL has the same array type for every number of dimensions.
            Type::Native(element) if element.ends_with("[]") => Type::Native(element),
            Type::Native(element) => Type::Native(format!("{element}[]")),
            array @ Type::Array(_) => array,
            other => Type::Array(Box::new(other)),
        }),
        Type::Custom(text) | Type::Native(text) => Ok(named(text, enums)),
        Type::Char(length) => native(sized("char", *length)),
        Type::String(length) => native(sized("varchar", *length)),
        Type::StringMax => native("varchar".to_owned()),
        Type::Text => native("text".to_owned()),
        Type::Blob | Type::Binary(_) | Type::VarBinary(_) => native("bytea".to_owned()),
        Type::Bit(length) => native(sized("bit", *length)),
        Type::VarBit(length) => native(sized("varbit", Some(*length))),
        Type::TinyInteger | Type::TinyUnsigned | Type::SmallInteger => native("smallint".to_owned()),
        Type::Integer | Type::SmallUnsigned => native("integer".to_owned()),
        Type::BigInteger | Type::Unsigned | Type::BigUnsigned => native("bigint".to_owned()),
        Type::Float => native("real".to_owned()),
        Type::Double => native("double precision".to_owned()),
        Type::Decimal(None) => native("numeric".to_owned()),
        Type::Decimal(Some((precision, scale))) => native(format!("numeric({precision},{scale})")),
        // PostgreSQL refuses a precision here.
        Type::Money(_) => native("money".to_owned()),
        Type::Boolean => native("boolean".to_owned()),
        Type::DateTime | Type::Timestamp => native("timestamp without time zone".to_owned()),
        Type::TimestampWithTimeZone => native("timestamp with time zone".to_owned()),
        Type::Time => native("time".to_owned()),
        Type::Date => native("date".to_owned()),
        Type::Year => Err("it has no type for a year"),
        Type::Interval(fields, precision) => {
            let fields = fields.as_ref().map(|fields| format!(" {fields}")).unwrap_or_default();
            native(sized(&format!("interval{fields}"), *precision))
        }
        Type::Json => native("json".to_owned()),
        Type::JsonBinary => native("jsonb".to_owned()),
        Type::Uuid => native("uuid".to_owned()),
        Type::Cidr => native("cidr".to_owned()),
        Type::Inet => native("inet".to_owned()),
        Type::MacAddr => native("macaddr".to_owned()),
        Type::LTree => native("ltree".to_owned()),
        Type::Vector(length) => native(sized("vector", *length)),
    }
}

fn sized(name: &str, size: Option<u32>) -> String {
    size.map_or_else(|| name.to_owned(), |size| format!("{name}({size})"))
}

/// A type written by hand: an enum type of the schema, an array of one, or any other.
fn named<'a>(text: &str, enums: &'a dyn Fn(&ObjectName) -> Option<&'a EnumType>) -> Type {
    let spelling = catalog_spelling(text);
    let (element, array) = match spelling.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (spelling.as_str(), false),
    };
    match enum_name(element).filter(|name| enums(name).is_some()) {
        Some(name) if array => Type::Array(Box::new(Type::Enum(name))),
        Some(name) => Type::Enum(name),
        None => Type::Native(spelling),
    }
}

fn enum_name(text: &str) -> Option<ObjectName> {
    let parts = words::name_list(&dots_to_commas(text));
    match parts.as_slice() {
        [name] => Some(ObjectName::local(name.as_str())),
        [schema, name] => Some(ObjectName { schema: Some(Name::new(schema)), name: Name::new(name) }),
        _ => None,
    }
}

fn dots_to_commas(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .map(|character| {
            quoted ^= character == '"';
            if character == '.' && !quoted { ',' } else { character }
        })
        .collect()
}

/// A type as `format_type` prints it. A type that is not built in is only trimmed and folded.
pub(super) fn catalog_spelling(text: &str) -> String {
    let text = text.trim();
    if let Some(element) = array_element(text) {
        return format!("{}[]", catalog_spelling(element).trim_end_matches("[]"));
    }
    if text.contains('"') {
        return text.to_owned();
    }
    let folded = text.to_lowercase();
    let folded = folded.strip_prefix("pg_catalog.").unwrap_or(&folded);
    let (base, arguments) = parts(folded);
    let first = arguments.first().map(String::as_str);
    let bracketed = || if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(",")) };
    match base.as_str() {
        "int" | "int4" | "integer" => "integer".to_owned(),
        "int2" | "smallint" => "smallint".to_owned(),
        "int8" | "bigint" => "bigint".to_owned(),
        "float4" | "real" => "real".to_owned(),
        "float8" | "double precision" => "double precision".to_owned(),
        "float" => match first.and_then(|digits| digits.parse::<u32>().ok()) {
            Some(digits) if digits <= 24 => "real".to_owned(),
            _ => "double precision".to_owned(),
        },
        "decimal" | "dec" | "numeric" => match arguments.as_slice() {
            [precision] => format!("numeric({precision},0)"),
            _ => format!("numeric{}", bracketed()),
        },
        "bool" | "boolean" => "boolean".to_owned(),
        "varchar"
        | "character varying"
        | "char varying"
        | "nchar varying"
        | "national character varying"
        | "national char varying" => format!("character varying{}", bracketed()),
        "bpchar" if arguments.is_empty() => "bpchar".to_owned(),
        "char" | "character" | "bpchar" | "nchar" | "national character" | "national char" => {
            format!("character({})", first.unwrap_or("1"))
        }
        "bit" => format!("bit({})", first.unwrap_or("1")),
        "varbit" | "bit varying" => format!("bit varying{}", bracketed()),
        "timestamptz" | "timestamp with time zone" => format!("timestamp{} with time zone", bracketed()),
        "timestamp" | "timestamp without time zone" => format!("timestamp{} without time zone", bracketed()),
        "timetz" | "time with time zone" => format!("time{} with time zone", bracketed()),
        "time" | "time without time zone" => format!("time{} without time zone", bracketed()),
        "money" => "money".to_owned(),
        _ => format!("{base}{}", bracketed()),
    }
}

/// The element type of an array type: `x[]`, `x[3]`, `x ARRAY`.
fn array_element(text: &str) -> Option<&str> {
    if let Some(open) = text.strip_suffix(']').and_then(|head| head.rfind('[')) {
        return text.get(..open);
    }
    let (head, tail) = text.rsplit_once(char::is_whitespace)?;
    tail.eq_ignore_ascii_case("array").then_some(head)
}

/// A folded type name without its arguments, and the arguments: `timestamp(3) with time zone` has the argument `3`.
fn parts(folded: &str) -> (String, Vec<String>) {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((head, rest)) = folded.split_once('(') else { return (squeeze(folded), Vec::new()) };
    let (inside, tail) = rest.split_once(')').unwrap_or((rest, ""));
    let arguments = inside.split(',').map(squeeze).filter(|argument| !argument.is_empty()).collect();
    (squeeze(&format!("{head} {tail}")), arguments)
}

/// A catalog spelling without its arguments.
pub(super) fn base(spelling: &str) -> String {
    match spelling.strip_suffix("[]") {
        Some(element) => format!("{}[]", base(element)),
        None if spelling.contains('"') => spelling.to_owned(),
        None => parts(spelling).0,
    }
}

/// Type families: types of one family hold the same Rust values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Strings of any length.
    Text,
    /// Integers of any width.
    Integer,
    /// Exact and floating numbers.
    Fraction,
    /// Booleans.
    Boolean,
    /// Dates and times that cast to each other.
    Moment,
    /// Both kinds of JSON.
    Json,
    /// Anything else.
    Other,
}

/// Whether a type is built in and its values are not compared as text. `citext` is not compared as text either.
pub(super) fn is_no_text(spelling: &str) -> bool {
    let own = [
        "uuid",
        "bytea",
        "inet",
        "cidr",
        "macaddr",
        "xml",
        "money",
        "tsvector",
        "tsquery",
        "bit",
        "bit varying",
        "citext",
    ];
    let base = base(spelling);
    spelling.ends_with("[]")
        || own.contains(&base.as_str())
        || !matches!(family(spelling), Family::Text | Family::Other)
}

/// The family of a catalog spelling.
pub(super) fn family(spelling: &str) -> Family {
    match base(spelling).as_str() {
        "character varying" | "character" | "bpchar" | "text" | "citext" | "name" => Family::Text,
        "smallint" | "integer" | "bigint" => Family::Integer,
        "numeric" | "real" | "double precision" => Family::Fraction,
        "boolean" => Family::Boolean,
        "timestamp with time zone" | "timestamp without time zone" | "date" => Family::Moment,
        "json" | "jsonb" => Family::Json,
        _ => Family::Other,
    }
}

/// The type below a domain of the schema; `None` for other types.
pub fn type_below_domain(schema: &Schema, found: &Type) -> Option<Type> {
    const ENDS: [&str; 6] = ["COLLATE", "DEFAULT", "CONSTRAINT", "NOT", "NULL", "CHECK"];
    let Type::Native(spelling) = found else { return None };
    let is_it = |it: &&Definition| it.id.kind == DefinitionKind::Domain && it.id.name.to_string() == *spelling;
    let create = schema.definitions.values().find(is_it)?.create.text();
    let words = sql::words(Product::Postgres, create);
    let mut below = words.iter().skip_while(|word| !word.is_word("AS")).skip(1).take_while(|word| !word.is_any(&ENDS));
    let first = below.next()?;
    let end = below.last().unwrap_or(first).end();
    Some(Type::Native(create.get(first.start..end)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use sea_query::{ColumnDef, ColumnType, PostgresQueryBuilder, StringLen, Table};

    use super::*;

    fn normal(declared: Type) -> String {
        match normalize(&declared, &|_| None) {
            Ok(Type::Native(spelling)) => spelling,
            other => format!("{other:?}"),
        }
    }

    /// The type that sea-query writes, as the catalog would print it.
    fn written(column_type: ColumnType) -> String {
        let sql =
            Table::create().table("t").col(ColumnDef::new_with_type("c", column_type)).to_string(PostgresQueryBuilder);
        let spelling = sql.split_once("\"c\" ").and_then(|(_, rest)| rest.strip_suffix(" )"));
        catalog_spelling(spelling.unwrap_or_default())
    }

    #[test]
    fn declared_types_are_what_sea_query_writes() {
        let pairs = [
            (Type::Char(None), ColumnType::Char(None)),
            (Type::Char(Some(3)), ColumnType::Char(Some(3))),
            (Type::String(None), ColumnType::String(StringLen::None)),
            (Type::String(Some(80)), ColumnType::String(StringLen::N(80))),
            (Type::StringMax, ColumnType::String(StringLen::Max)),
            (Type::Text, ColumnType::Text),
            (Type::Blob, ColumnType::Blob),
            (Type::Binary(16), ColumnType::Binary(16)),
            (Type::VarBinary(Some(16)), ColumnType::VarBinary(StringLen::N(16))),
            (Type::Bit(None), ColumnType::Bit(None)),
            (Type::Bit(Some(4)), ColumnType::Bit(Some(4))),
            (Type::VarBit(4), ColumnType::VarBit(4)),
            (Type::TinyInteger, ColumnType::TinyInteger),
            (Type::SmallInteger, ColumnType::SmallInteger),
            (Type::Integer, ColumnType::Integer),
            (Type::BigInteger, ColumnType::BigInteger),
            (Type::TinyUnsigned, ColumnType::TinyUnsigned),
            (Type::SmallUnsigned, ColumnType::SmallUnsigned),
            (Type::Unsigned, ColumnType::Unsigned),
            (Type::BigUnsigned, ColumnType::BigUnsigned),
            (Type::Float, ColumnType::Float),
            (Type::Double, ColumnType::Double),
            (Type::Decimal(None), ColumnType::Decimal(None)),
            (Type::Decimal(Some((10, 2))), ColumnType::Decimal(Some((10, 2)))),
            (Type::Money(None), ColumnType::Money(None)),
            (Type::Boolean, ColumnType::Boolean),
            (Type::DateTime, ColumnType::DateTime),
            (Type::Timestamp, ColumnType::Timestamp),
            (Type::TimestampWithTimeZone, ColumnType::TimestampWithTimeZone),
            (Type::Time, ColumnType::Time),
            (Type::Date, ColumnType::Date),
            (Type::Interval(None, Some(3)), ColumnType::Interval(None, Some(3))),
            (Type::Json, ColumnType::Json),
            (Type::JsonBinary, ColumnType::JsonBinary),
            (Type::Uuid, ColumnType::Uuid),
            (Type::Cidr, ColumnType::Cidr),
            (Type::Inet, ColumnType::Inet),
            (Type::MacAddr, ColumnType::MacAddr),
            (Type::LTree, ColumnType::LTree),
            (Type::Vector(Some(3)), ColumnType::Vector(Some(3))),
            (Type::Custom("CITEXT".to_owned()), ColumnType::custom("CITEXT")),
        ];
        for (declared, column_type) in pairs {
            assert_eq!(normal(declared.clone()), written(column_type), "{declared:?}");
        }
    }

    #[test]
    fn aliases_are_spelled_as_the_catalog_does() {
        let pairs = [
            ("int8", "bigint"),
            ("VARCHAR(20)", "character varying(20)"),
            ("decimal( 10, 2 )", "numeric(10,2)"),
            ("numeric(5)", "numeric(5,0)"),
            ("bool", "boolean"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp (3) with time zone", "timestamp(3) with time zone"),
            ("time", "time without time zone"),
            ("char", "character(1)"),
            ("\"char\"", "\"char\""),
            ("bpchar", "bpchar"),
            ("int[][]", "integer[]"),
            ("int4 array", "integer[]"),
            ("float(10)", "real"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("\"Odd\"", "\"Odd\""),
        ];
        for (written, catalog) in pairs {
            assert_eq!(catalog_spelling(written), catalog);
        }
    }

    #[test]
    fn a_custom_type_may_be_an_enum_of_the_schema() {
        let mood = EnumType { name: ObjectName::qualified("app", "Mood"), values: Vec::new(), comment: None };
        let enums = |name: &ObjectName| (*name == mood.name).then_some(&mood);
        let found = normalize(&Type::Custom("app.\"Mood\"[]".to_owned()), &enums);
        assert_eq!(found, Ok(Type::Array(Box::new(Type::Enum(mood.name.clone())))));
    }
}
