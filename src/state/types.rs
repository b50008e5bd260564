//! Which column types are accepted for what an entity implies: the one table of rules, each loose or exact.
//!
//! A Rust type leaves much open: `String` says nothing of a length, `Decimal` nothing of digits. A loose rule means that the
//! database may keep the type it has; an exact one that it contradicts the entity, mostly because the driver would refuse
//! the value. What `column_type` spells out is exact but for what no `ColumnType` can say, and on SQLite, where a type is a
//! hint. Must not know how a schema is read or changed.

use std::collections::BTreeMap;

use sea_gen_runner::{Error, Result};

use crate::dialect::postgres;
use crate::schema::{DefaultValue, Product, Schema, Strictness, Type};

/// A pair of different types that may mean the same.
#[derive(Debug, PartialEq, Eq)]
pub struct TypeRule {
    /// Its name in the configuration.
    pub key: &'static str,
    /// What the entity implies, and what the database has.
    pub pair: &'static str,
    /// Where it is loose unless the configuration says otherwise; elsewhere it is exact.
    pub loose_on: &'static [Product],
    /// The reason.
    pub reason: &'static str,
}

const EVERYWHERE: &[Product] = &Product::ALL;
const NOT_POSTGRES: &[Product] = &[Product::Sqlite, Product::MySql, Product::MariaDb];
const SQLITE: &[Product] = &[Product::Sqlite];
const NOWHERE: &[Product] = &[];

/// A rule and the reason for it.
macro_rules! rules {
    ($($name:ident = $key:literal, $pair:literal, $loose_on:expr, $reason:literal;)*) => {
        $(
            #[doc = $pair]
            const $name: TypeRule = TypeRule { key: $key, pair: $pair, loose_on: $loose_on, reason: $reason };)*
        /// Every rule.
        pub const RULES: &[TypeRule] = &[$($name),*];
    };
}

rules! {
    LENGTH = "length", "the same type with another length or precision: `String` and `varchar(80)`", EVERYWHERE,
        "no Rust type says how long it may get";
    TEXT = "text", "`String` and `text`, `citext`, `char(n)`, `mediumtext`", EVERYWHERE,
        "they hold the same values, and every driver reads them as one";
    DECIMAL = "decimal", "`Decimal` and `numeric(p, s)` of any digits", EVERYWHERE,
        "no Rust type says how many digits there are";
    JSON = "json", "`Json` and `jsonb`, either way round", EVERYWHERE,
        "they hold the same values, and every driver reads them as one";
    JSON_AS_TEXT = "json-as-text", "`Json` and `text`, `longtext`", NOT_POSTGRES,
        "the driver reads JSON from text, but on PostgreSQL it refuses to";
    TEXT_AS_JSON = "text-as-json", "`String` and `json`", &[Product::Sqlite, Product::MariaDb],
        "where JSON is text under another name it is read as one";
    ZONE = "zone", "`DateTimeUtc` and `timestamp`, `DateTime` and `timestamptz`", NOT_POSTGRES,
        "PostgreSQL's driver refuses the one for the other; MySQL's `datetime` and `timestamp` are both read as either";
    INTEGER = "integer", "`i64` and `integer`: another width", SQLITE,
        "the driver refuses another width, or a value does not fit; SQLite has one integer";
    UNSIGNED = "unsigned", "`u32` and `integer` or `bigint`, or a sign where there should be none", &[Product::Sqlite, Product::Postgres],
        "PostgreSQL and SQLite have no unsigned types, and which one stands for them has changed; MySQL's driver refuses the other sign";
    BOOLEAN = "boolean", "`bool` and `tinyint`, `bit(1)`, an integer", NOT_POSTGRES,
        "where a truth value is a small number, any small number is read as one";
    FRACTION = "fraction", "`f32`, `f64` and `Decimal` for one another", SQLITE,
        "the driver refuses another kind of number, or digits are lost; SQLite has one";
    BYTES = "bytes", "`Vec<u8>` and `blob`, `longblob`, `varbinary(n)`", EVERYWHERE,
        "they hold the same values, and every driver reads them as one";
    UUID = "uuid", "`Uuid` and `char(36)`, `text`, `uuid`, `blob`", SQLITE,
        "SeaORM binds sixteen bytes on MySQL and MariaDB, which a text column does not give back; SQLite keeps what it is given";
    ENUM = "enum", "an active enum and `varchar`, or `String` and an enum type", NOWHERE,
        "the database would hold values the code cannot read, or refuse values the code has";
    STORED_AS_TEXT = "stored-as-text", "a date or a time and `text`, or another spelling of it: `date_text` and `date`", SQLITE,
        "SQLite has no such types, and the driver reads them from text";
    FOREIGN_KEY_RULE = "foreign-key", "a relation and no foreign key, in the database that is adopted", EVERYWHERE,
        "many relations are for joins only; a relation that is declared later is a foreign key";
    DOMAIN = "domain", "`i32` and a domain over `integer`", EVERYWHERE,
        "the server reports the type below a domain, and no entity names a domain that only narrows it";
    UNTYPED = "untyped", "anything and a column without a type", SQLITE,
        "such a column keeps whatever it is given";
}

/// The rule for relations without a foreign key in the database that is adopted.
pub const FOREIGN_KEY: &TypeRule = &FOREIGN_KEY_RULE;

/// The rules as the project has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeRules(BTreeMap<String, Strictness>);

impl TypeRules {
    /// The rules, with some of them changed.
    ///
    /// # Errors
    /// There is no rule of a name.
    pub fn with(changed: &BTreeMap<String, Strictness>) -> Result<Self> {
        for key in changed.keys() {
            if !RULES.iter().any(|rule| rule.key == key) {
                let keys: Vec<&str> = RULES.iter().map(|rule| rule.key).collect();
                let error = Error::new(format!("there is no rule for types called `{key}`"));
                return Err(match similar::get_close_matches(key.as_str(), &keys, 1, 0.6).first() {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("the rules are {}", keys.join(", "))),
                });
            }
        }
        Ok(Self(changed.clone()))
    }

    /// How a rule is applied on a product.
    pub fn strictness(&self, rule: &TypeRule, product: Product) -> Strictness {
        match self.0.get(rule.key) {
            Some(strictness) => *strictness,
            None if rule.loose_on.contains(&product) => Strictness::Loose,
            None => Strictness::Exact,
        }
    }
}

/// The rule for an implied type and a different one that was found; both are normalised, `logical` is the implied one
/// before that. `None`: they have nothing to do with each other.
pub fn rule(product: Product, logical: &Type, declared: &Type, found: &Type) -> Option<&'static TypeRule> {
    let rule = match (declared, found) {
        (Type::Array(declared), Type::Array(found)) => return rule(product, inside(logical), declared, found),
        (Type::Enum(_), Type::Native(found)) => is_text(product, found).then_some(&ENUM),
        (Type::Native(declared), Type::Enum(_)) => is_text(product, declared).then_some(&ENUM),
        (Type::Native(declared), Type::Native(found)) => {
            match (declared.strip_suffix("[]"), found.strip_suffix("[]")) {
                (Some(declared), Some(found)) => native(product, inside(logical), declared, found),
                (None, None) => native(product, logical, declared, found),
                (Some(_), None) | (None, Some(_)) => None,
            }
        }
        _ => None,
    };
    rule.and_then(|rule| RULES.iter().find(|listed| listed.key == rule.key))
}

/// The rule for an implied type and a domain that was found, or another type.
pub(super) fn rule_with_domains(
    product: Product,
    logical: &Type,
    declared: &Type,
    (found, schema): (&Type, &Schema),
) -> Option<&'static TypeRule> {
    match postgres::type_below_domain(schema, found) {
        Some(below) if below == *declared => RULES.iter().find(|rule| rule.key == DOMAIN.key),
        Some(below) => rule(product, logical, declared, &below),
        None => rule(product, logical, declared, found),
    }
}

/// Whether a rule also decides on a type that `column_type` spells out. `logical` is the type in the code, `rule` the one of
/// [`rule`] for it. It does on SQLite, where a type is a hint; for an enum, which is always spelled out; and where the
/// difference is one that no `ColumnType` says, so that neither a person nor `sea-orm-cli` can write it.
pub(super) fn decides_on_spelled(product: Product, logical: &Type, rule: &TypeRule) -> bool {
    let is_mysql = matches!(product, Product::MySql | Product::MariaDb);
    let is_of_fixed_length = matches!(
        logical,
        Type::Time
            | Type::DateTime
            | Type::Timestamp
            | Type::TimestampWithTimeZone
            | Type::TinyInteger
            | Type::SmallInteger
            | Type::Integer
            | Type::BigInteger
            | Type::TinyUnsigned
            | Type::SmallUnsigned
            | Type::Unsigned
            | Type::BigUnsigned
    );
    match rule.key {
        _ if product == Product::Sqlite || matches!(logical, Type::Enum(_)) => true,
        key if key == LENGTH.key => is_of_fixed_length,
        key if key == DOMAIN.key => true,
        // `tinyint(1)` is `tinyint` and the width in which it is shown.
        key if key == BOOLEAN.key => is_mysql && *logical == Type::TinyInteger,
        // `sea-orm-cli` writes it for a `blob`.
        key if key == BYTES.key => is_mysql && *logical == Type::Binary(255),
        // MariaDB's `json` is `longtext` and a check, which `sea-orm-cli` does not read.
        key if key == TEXT_AS_JSON.key => {
            let is_longtext = |spelling: &str| spelling.eq_ignore_ascii_case("longtext");
            product == Product::MariaDb && matches!(logical, Type::Custom(spelling) if is_longtext(spelling))
        }
        _ => false,
    }
}

fn inside(logical: &Type) -> &Type {
    match logical {
        Type::Array(element) => element,
        other => other,
    }
}

fn is_text(product: Product, spelling: &str) -> bool {
    class(product, spelling) == Class::Text
}

fn native(product: Product, logical: &Type, declared: &str, found: &str) -> Option<&'static TypeRule> {
    use Class::{
        Anything, Bits, Boolean, Bytes, Choice, Date, Decimal, Double, Float, Integer, Json, JsonBinary, Local, Text,
        Time, Uuid, Zoned,
    };
    let unsigned = match logical {
        Type::TinyUnsigned => Some(1),
        Type::SmallUnsigned => Some(2),
        Type::Unsigned => Some(4),
        Type::BigUnsigned => Some(8),
        _ => None,
    };
    let number = |class: &Class| matches!(class, Float | Double | Decimal);
    let (wanted, there) = (class(product, declared), class(product, found));
    match (&wanted, &there) {
        (Choice, Choice) => None,
        (_, Anything) => Some(&UNTYPED),
        _ if *logical == Type::Uuid && wanted != there => matches!(there, Text | Bytes | Uuid).then_some(&UUID),
        (Bytes, Bytes) => Some(&BYTES),
        (Decimal, Decimal) if base(declared) == base(found) => Some(&DECIMAL),
        _ if base(declared) == base(found) && wanted == there => Some(&LENGTH),
        (Text, Text) => Some(&TEXT),
        (Json | JsonBinary, Json | JsonBinary) => Some(&JSON),
        (Json | JsonBinary, Text) => Some(&JSON_AS_TEXT),
        (Text, Json | JsonBinary) => Some(&TEXT_AS_JSON),
        (Local | Zoned, Local | Zoned) => Some(&ZONE),
        (Integer { signed, .. }, Integer { width: found, signed: has_sign }) => match signed == has_sign {
            true if *signed && unsigned.is_some_and(|width| *found >= width) => Some(&UNSIGNED),
            true => Some(&INTEGER),
            false => Some(&UNSIGNED),
        },
        (Boolean, Integer { width: 1, .. } | Bits) | (Integer { width: 1, .. }, Boolean) => Some(&BOOLEAN),
        (Boolean, Integer { .. }) => Some(if product == Product::Sqlite { &BOOLEAN } else { &INTEGER }),
        (declared, found) if number(declared) && number(found) => Some(&FRACTION),
        (Text, Choice) | (Choice, Text) => Some(&ENUM),
        (Local | Zoned | Date | Time, Text) | (Date, Date) | (Time, Time) => Some(&STORED_AS_TEXT),
        _ => None,
    }
}

/// Whether a declared default and another one of the database give a column the same value. SQLite makes a number of a quoted one
/// in a column of numbers, and its truth values are 0 and 1. `default_value = "false"` can only mean false; the database's `'false'`
/// is a text all the same.
pub(super) fn same_default(product: Product, data_type: &Type, declared: &DefaultValue, found: &DefaultValue) -> bool {
    let Type::Native(spelling) = data_type else { return false };
    let (DefaultValue::Expression(declared), DefaultValue::Expression(found)) = (declared, found) else { return false };
    if product != Product::Sqlite {
        return false;
    }
    let bare = |text: &str| {
        let inside = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        inside.unwrap_or(text).to_ascii_lowercase()
    };
    let (declared, found) = (bare(declared.text()), (bare(found.text()), found.text()));
    let same_number = |one: &str, other: &str| match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.parse::<f64>().is_ok_and(|one| other.parse::<f64>().is_ok_and(|other| one == other)),
    };
    match class(product, spelling) {
        Class::Integer { .. } | Class::Float | Class::Double | Class::Decimal => same_number(&declared, &found.0),
        Class::Boolean => {
            let truth = |text: &str| match text {
                "false" | "0" => Some(false),
                "true" | "1" => Some(true),
                _ => None,
            };
            let is_quoted_word = found.1.starts_with('\'') && found.0.parse::<i64>().is_err();
            !is_quoted_word && truth(&declared).is_some() && truth(&declared) == truth(&found.0)
        }
        Class::Text
        | Class::Local
        | Class::Zoned
        | Class::Date
        | Class::Time
        | Class::Json
        | Class::JsonBinary
        | Class::Uuid
        | Class::Bytes
        | Class::Bits
        | Class::Choice
        | Class::Anything
        | Class::Other(_) => false,
    }
}

/// What to write at a field so that it says a type the database has: the Rust type where one implies it, else
/// `column_type`.
pub(super) fn in_rust(product: Product, found: &Type) -> String {
    let Type::Native(spelling) = found else { return "the enum's `db_type = \"Enum\"`".to_owned() };
    let arguments = spelling.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside);
    let column_type = |text: String| format!("`column_type = \"{text}\"`");
    let field = |name: &str| format!("the type `{name}`");
    match (class(product, spelling), base(spelling).as_str()) {
        (Class::Text, "char" | "character") => {
            column_type(arguments.map_or_else(|| "Char(None)".to_owned(), |length| format!("Char(Some({length}))")))
        }
        (Class::Text, "text") => column_type("Text".to_owned()),
        (Class::Text, "varchar" | "character varying") => match arguments {
            Some(length) => column_type(format!("String(StringLen::N({length}))")),
            None => field("String"),
        },
        (Class::Integer { width, signed }, _) => match (width, signed) {
            (3, _) => column_type(format!("custom(\\\"{spelling}\\\")")),
            (width, true) => field(&format!("i{}", u32::from(width) * 8)),
            (width, false) => field(&format!("u{}", u32::from(width) * 8)),
        },
        (Class::Boolean, _) => field("bool"),
        (Class::Float, _) => field("f32"),
        (Class::Double, _) => field("f64"),
        (Class::Decimal, _) => field("Decimal"),
        (Class::Local, _) => field("DateTime"),
        (Class::Zoned, _) => field("DateTimeUtc"),
        (Class::Date, _) => field("Date"),
        (Class::Time, _) => field("Time"),
        (Class::Json, _) => column_type("Json".to_owned()),
        (Class::JsonBinary, _) => column_type("JsonBinary".to_owned()),
        (Class::Uuid, _) if product == Product::Postgres => field("Uuid"),
        _ => column_type(format!("custom(\\\"{spelling}\\\")")),
    }
}

/// The type of a field that holds the values of a native type, by its name in SeaORM's prelude. `None`: none does, so they are
/// read and written as text.
pub fn field_type(product: Product, spelling: &str) -> Option<&'static str> {
    let is_mysql = matches!(product, Product::MySql | Product::MariaDb);
    Some(match class(product, spelling) {
        Class::Text | Class::Choice | Class::Anything => "String",
        Class::Integer { width: 1, signed: true } => "i8",
        Class::Integer { width: 2, signed: true } => "i16",
        Class::Integer { width: 8, signed: true } => "i64",
        Class::Integer { signed: true, .. } => "i32",
        Class::Integer { width: 1, signed: false } => "u8",
        Class::Integer { width: 2, signed: false } => "u16",
        Class::Integer { width: 8, signed: false } => "u64",
        Class::Integer { signed: false, .. } => "u32",
        Class::Boolean => "bool",
        // On SQLite a real is a double, and what SeaORM calls `real_decimal` is read as a decimal.
        Class::Float if product == Product::Sqlite && spelling.contains("real") => "f64",
        Class::Double if spelling.contains("decimal") => "Decimal",
        Class::Float => "f32",
        Class::Double => "f64",
        Class::Decimal => "Decimal",
        Class::Local => "DateTime",
        Class::Zoned if is_mysql => "DateTimeUtc",
        Class::Zoned => "DateTimeWithTimeZone",
        Class::Date => "Date",
        Class::Time => "Time",
        Class::Json | Class::JsonBinary => "Json",
        // MariaDB's own type is text for the driver; SeaORM binds sixteen bytes there.
        Class::Uuid if is_mysql => "String",
        Class::Uuid => "Uuid",
        Class::Bytes => "Vec<u8>",
        Class::Bits if is_mysql => "u64",
        Class::Other(name) if is_mysql && name == "year" => "u16",
        Class::Other(_) if is_mysql => "Vec<u8>",
        Class::Other(_) if product == Product::Sqlite => "String",
        Class::Bits | Class::Other(_) => return None,
    })
}

/// What a type is good for. The four vocabularies hardly overlap, so one reading does for all.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    Text,
    Integer {
        width: u8,
        signed: bool,
    },
    Boolean,
    Float,
    Double,
    Decimal,
    /// A moment without a zone.
    Local,
    /// A moment in time.
    Zoned,
    Date,
    Time,
    Json,
    JsonBinary,
    Uuid,
    Bytes,
    Bits,
    /// MySQL's and MariaDB's enums and sets.
    Choice,
    Anything,
    Other(String),
}

/// A spelling without what stands in parentheses, and without how a number is shown: `timestamp(3) with time zone` is
/// `timestamp with time zone`, `int(6) unsigned zerofill` is `int unsigned`.
fn base(spelling: &str) -> String {
    let spelling = spelling.strip_suffix(" zerofill").unwrap_or(spelling);
    let Some((head, rest)) = spelling.split_once('(') else { return spelling.to_owned() };
    let tail = rest.rsplit_once(')').map_or("", |(_, tail)| tail).trim();
    if tail.is_empty() { head.trim().to_owned() } else { format!("{} {tail}", head.trim()) }
}

fn class(product: Product, spelling: &str) -> Class {
    let base = base(&spelling.to_lowercase());
    let (name, signed) = match base.strip_suffix(" unsigned") {
        Some(name) => (name, false),
        None => (base.as_str(), true),
    };
    let integer = |width| Class::Integer { width, signed };
    match name {
        "" | "any" if product == Product::Sqlite => Class::Anything,
        "tinyint" if spelling == "tinyint(1)" && product != Product::Sqlite => Class::Boolean,
        "tinyint" => integer(1),
        "smallint" => integer(2),
        "mediumint" => integer(3),
        "int" | "integer" => integer(4),
        "bigint" => integer(8),
        "bool" | "boolean" => Class::Boolean,
        "real" | "float" => Class::Float,
        "double" | "double precision" => Class::Double,
        "numeric" | "decimal" => Class::Decimal,
        "timestamp with time zone" | "timestamptz" | "timestamp_with_timezone_text" => Class::Zoned,
        "timestamp" if matches!(product, Product::MySql | Product::MariaDb) => Class::Zoned,
        "timestamp" | "timestamp without time zone" | "datetime" | "datetime_text" | "timestamp_text" => Class::Local,
        "date" | "date_text" => Class::Date,
        "time" | "time without time zone" | "time_text" => Class::Time,
        "json" | "json_text" => Class::Json,
        "jsonb" | "jsonb_text" => Class::JsonBinary,
        "uuid" | "uuid_text" => Class::Uuid,
        "bytea" | "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Class::Bytes,
        "bit" => Class::Bits,
        "enum" | "set" => Class::Choice,
        "character varying" | "character" | "bpchar" | "char" | "varchar" | "citext" | "name" | "tinytext" | "text"
        | "mediumtext" | "longtext" => Class::Text,
        // SQLite takes any words for a type and goes by their parts.
        _ if product == Product::Sqlite => by_parts(&base),
        _ => Class::Other(base),
    }
}

fn by_parts(base: &str) -> Class {
    let has = |parts: &[&str]| parts.iter().any(|part| base.contains(part));
    if base.contains("int") {
        Class::Integer { width: 8, signed: true }
    } else if has(&["char", "clob", "text"]) {
        Class::Text
    } else if has(&["blob", "binary", "bytea"]) {
        Class::Bytes
    } else if has(&["real", "floa", "doub", "dec", "numeric", "number", "money"]) {
        Class::Double
    } else {
        Class::Other(base.to_owned())
    }
}

#[cfg(test)]
mod tests;
