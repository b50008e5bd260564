//! Types: SeaORM's types as sea-query spells them for SQLite, and which spellings serve the same Rust type.
//!
//! Must not know columns, tables or expressions.

use sea_gen_runner::sql::TokenKind;

use crate::schema::Type;

use super::words::words;

/// The type in the catalog's spelling.
///
/// # Errors
/// A reason and a hint, for what sea-query cannot write on SQLite.
pub(super) fn native(data_type: &Type) -> Result<String, (String, String)> {
    let sized = |name: &str, length: &Option<u32>| match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    };
    let scaled = |name: &str, bare: &str, scale: &Option<(u32, u32)>| match scale {
        Some((precision, scale)) => format!("{name}({precision}, {scale})"),
        None => bare.to_owned(),
    };
    let missing = |what: &str| {
        let hint = "store it as text: `#[sea_orm(column_type = \"Text\")]`, or leave SQLite out of the dialects";
        Err((format!("it has no {what} type"), hint.to_owned()))
    };
    Ok(match data_type {
        Type::Char(length) => sized("char", length),
        Type::String(length) => sized("varchar", length),
        Type::StringMax => "varchar".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Blob => "blob".to_owned(),
        Type::Binary(length) => format!("blob({length})"),
        Type::VarBinary(length) => sized("varbinary_blob", length),
        Type::TinyInteger | Type::TinyUnsigned => "tinyint".to_owned(),
        Type::SmallInteger | Type::SmallUnsigned => "smallint".to_owned(),
        Type::Integer | Type::Unsigned | Type::BigInteger | Type::BigUnsigned => "integer".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Double => "double".to_owned(),
        Type::Decimal(scale) => scaled("real", "real_decimal", scale),
        Type::Money(scale) => scaled("real_money", "real_money", scale),
        Type::Boolean => "boolean".to_owned(),
        Type::DateTime => "datetime_text".to_owned(),
        Type::Timestamp => "timestamp_text".to_owned(),
        Type::TimestampWithTimeZone => "timestamp_with_timezone_text".to_owned(),
        Type::Time => "time_text".to_owned(),
        Type::Date => "date_text".to_owned(),
        Type::Json => "json_text".to_owned(),
        Type::JsonBinary => "jsonb_text".to_owned(),
        Type::Uuid => "uuid_text".to_owned(),
        Type::Enum(_) => "enum_text".to_owned(),
        Type::Custom(spelling) | Type::Native(spelling) => plain(spelling),
        Type::Bit(_) | Type::VarBit(_) => return missing("bit string"),
        Type::Year => return missing("year"),
        Type::Interval(..) => return missing("interval"),
        Type::Cidr | Type::Inet => return missing("network address"),
        Type::MacAddr => return missing("MAC address"),
        Type::LTree => return missing("label tree"),
        Type::Vector(_) => return missing("vector"),
        Type::Array(_) => return missing("array"),
    })
}

/// The normal spelling of a type: lower case, single spaces, none around parentheses, no needless quotes.
fn plain(spelling: &str) -> String {
    let mut text = String::with_capacity(spelling.len());
    let mut glued = true;
    for token in words(spelling) {
        let closing = token.is_symbol('(') || token.is_symbol(')') || token.is_symbol(',');
        if !glued && !closing {
            text.push(' ');
        }
        let name = token.name().filter(|name| token.kind == TokenKind::Name && !needs_quotes(name));
        let word = name.map_or_else(|| token.text.to_owned(), |name| name.to_string());
        text.push_str(&if token.kind == TokenKind::Name && word == token.text { word } else { word.to_lowercase() });
        glued = token.is_symbol('(') || token.is_symbol('-') || token.is_symbol('+');
    }
    text
}

/// Keywords that end a type.
fn needs_quotes(name: &str) -> bool {
    const OTHER: [&str; 12] = [
        "constraint",
        "primary",
        "not",
        "null",
        "unique",
        "check",
        "default",
        "collate",
        "references",
        "generated",
        "as",
        "on",
    ];
    name.is_empty()
        || name.split(' ').any(|word| {
            let plain = word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            !plain
                || word.is_empty()
                || word.starts_with(|first: char| first.is_ascii_digit())
                || OTHER.contains(&word.to_ascii_lowercase().as_str())
        })
}

#[cfg(test)]
mod tests {
    use sea_query::{Alias, ColumnDef, ColumnType, IntoIden, SqliteQueryBuilder, StringLen, Table};

    use super::*;
    use crate::schema::ObjectName;

    /// The spelling of sea-query.
    fn written(column_type: ColumnType) -> String {
        let mut column = ColumnDef::new_with_type(Alias::new("c"), column_type);
        let sql = Table::create().table(Alias::new("t")).col(&mut column).to_string(SqliteQueryBuilder);
        sql.trim_start_matches("CREATE TABLE \"t\" ( \"c\" ").trim_end_matches(" )").to_owned()
    }

    #[test]
    fn types_are_spelled_as_sea_query_spells_them() {
        let pairs = [
            (Type::Char(None), ColumnType::Char(None)),
            (Type::Char(Some(3)), ColumnType::Char(Some(3))),
            (Type::String(None), ColumnType::String(StringLen::None)),
            (Type::String(Some(80)), ColumnType::String(StringLen::N(80))),
            (Type::StringMax, ColumnType::String(StringLen::Max)),
            (Type::Text, ColumnType::Text),
            (Type::Blob, ColumnType::Blob),
            (Type::Binary(16), ColumnType::Binary(16)),
            (Type::VarBinary(None), ColumnType::VarBinary(StringLen::None)),
            (Type::VarBinary(Some(9)), ColumnType::VarBinary(StringLen::N(9))),
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
            (Type::Money(Some((10, 2))), ColumnType::Money(Some((10, 2)))),
            (Type::Boolean, ColumnType::Boolean),
            (Type::DateTime, ColumnType::DateTime),
            (Type::Timestamp, ColumnType::Timestamp),
            (Type::TimestampWithTimeZone, ColumnType::TimestampWithTimeZone),
            (Type::Time, ColumnType::Time),
            (Type::Date, ColumnType::Date),
            (Type::Json, ColumnType::Json),
            (Type::JsonBinary, ColumnType::JsonBinary),
            (Type::Uuid, ColumnType::Uuid),
            (Type::Custom("citext".into()), ColumnType::custom("citext")),
            (
                Type::Enum(ObjectName::local("mood")),
                ColumnType::Enum { name: Alias::new("mood").into_iden(), variants: Vec::new() },
            ),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(native(&ours), Ok(written(theirs)), "{ours:?}");
        }
    }

    #[test]
    fn what_sea_query_cannot_write_is_refused() {
        for data_type in [Type::Year, Type::Inet, Type::Vector(None), Type::Array(Box::new(Type::Integer))] {
            assert!(native(&data_type).is_err(), "{data_type:?}");
        }
    }

    #[test]
    fn hand_written_spellings_come_to_one_form() {
        for (written, form) in [
            ("VARCHAR ( 10,2 )", "varchar(10, 2)"),
            ("[nvarchar](50)", "nvarchar(50)"),
            ("UNSIGNED   BIG INT", "unsigned big int"),
            ("\"my type\"", "my type"),
            ("\"not null\"", "\"not null\""),
            ("decimal(10, -2)", "decimal(10, -2)"),
            ("", ""),
        ] {
            assert_eq!(plain(written), form);
            assert_eq!(plain(form), form);
        }
    }
}
