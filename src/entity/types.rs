//! The Rust type of a field to the column type its `ValueType` has.
//!
//! Must not know attributes of the field itself; a `column_type` there has precedence.

use syn::{GenericArgument, PathArguments};

use crate::schema::Type;

use super::column_type::{self, ColumnType};
use super::enums;
use super::resolve::{Found, Modules, segments};
use super::source::{SourceError, SourceLocation};
use super::values::{self, Value};

/// The column type of a Rust type.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) column: ColumnType,
    /// Whether something declares the exact type, rather than the Rust type alone implying one.
    pub(super) exact: bool,
}

impl Typed {
    fn implied(data_type: Type) -> Self {
        Self { column: data_type.into(), exact: false }
    }
}

/// The hint for a type without a known column type.
pub(super) const HINT: &str = "say the type at the field: `column_type = \"…\"`";

/// How deep types may be nested in one another.
const DEPTH: usize = 16;

/// Reads a type as it stands in a module.
pub(super) fn read(modules: &Modules<'_>, module: usize, of: &syn::Type) -> Result<Typed, SourceError> {
    nested(modules, module, of, DEPTH)
}

/// The same for a type inside another one; `depth` is what is left of the nesting.
pub(super) fn nested(modules: &Modules<'_>, module: usize, of: &syn::Type, depth: usize) -> Result<Typed, SourceError> {
    match of {
        syn::Type::Paren(inner) => nested(modules, module, &inner.elem, depth),
        syn::Type::Group(inner) => nested(modules, module, &inner.elem, depth),
        syn::Type::Path(path) if path.qself.is_none() && depth > 0 => {
            let depth = depth - 1;
            if let Some(answer) = answered(modules, module, of, &path.path) {
                return answer;
            }
            match modules.find(module, &segments(&path.path)) {
                Found::Alias(at, aliased) => nested(modules, at, aliased, depth),
                Found::Struct(at, number, item) => {
                    let value = Value { at, number, ident: &item.ident, attributes: &item.attrs };
                    values::read(modules, &value, Some(&item.fields), depth)
                }
                Found::Enum(at, number, item) if enums::is(modules, at, item) => {
                    if let Some(known) = modules.actives.borrow().get(&(at, number)) {
                        return known.clone();
                    }
                    let typed = enums::read(modules, at, item).map(|active| active.typed);
                    modules.actives.borrow_mut().insert((at, number), typed.clone());
                    typed
                }
                Found::Enum(at, number, item) => {
                    let value = Value { at, number, ident: &item.ident, attributes: &item.attrs };
                    values::read(modules, &value, None, depth)
                }
                Found::External(found) => match known(modules, module, &path.path, &found, depth) {
                    Some(typed) => typed,
                    None => Err(unreadable(modules, module, of)),
                },
                Found::Other => Err(unreadable(modules, module, of)),
            }
        }
        _ => Err(unreadable(modules, module, of)),
    }
}

fn unreadable(modules: &Modules<'_>, module: usize, of: &syn::Type) -> SourceError {
    let spelled = spelled(of);
    let spot = modules.get(module).map_or_else(SourceLocation::nowhere, |module| module.file.spot(of));
    let trouble =
        SourceError::new(spot, format!("cannot tell the column type of `{spelled}`"), "type not found in these files");
    match of {
        syn::Type::Path(_) => {
            let hint = format!("{HINT}, or once for all of them in the configuration: {}", line(&spelled));
            trouble.hint(hint).about(spelled)
        }
        _ => trouble.hint(HINT),
    }
}

fn spelled(of: &syn::Type) -> String {
    quote::quote!(#of).to_string().replace(' ', "")
}

/// The line of configuration that speaks for a type.
pub(super) fn line(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let key = if plain { name.to_owned() } else { format!("{name:?}") };
    format!("`types = {{ {key} = \"Text\" }}`")
}

/// The column type that the configuration gives a type: by its whole spelling, its path or its name.
fn answered(
    modules: &Modules<'_>,
    module: usize,
    of: &syn::Type,
    path: &syn::Path,
) -> Option<Result<Typed, SourceError>> {
    if modules.context.types.is_empty() {
        return None;
    }
    let path = segments(path);
    let names = [spelled(of), path.join("::"), path.last()?.clone()];
    let answer = names.iter().find_map(|name| modules.context.types.get(name))?;
    let column = syn::parse_str(answer).ok().and_then(|answer| column_type::read(modules, module, &answer));
    Some(match column {
        Some(column) => Ok(Typed { column, exact: true }),
        None => {
            let spot = modules.get(module).map_or_else(SourceLocation::nowhere, |module| module.file.spot(of));
            let message = format!("cannot read what the configuration says of `{}`: `{answer}`", spelled(of));
            Err(SourceError::new(spot, message, "used here").hint(column_type::HINT))
        }
    })
}

/// Types of the standard library, SeaORM's prelude and the crates it supports. `path` has every `use` followed; the
/// generic arguments stand in the text.
fn known(
    modules: &Modules<'_>,
    module: usize,
    written: &syn::Path,
    path: &[String],
    depth: usize,
) -> Option<Result<Typed, SourceError>> {
    let (name, before) = path.split_last()?;
    let from = |package: &str| before.iter().any(|segment| segment == package);
    let arguments = arguments(written);
    let data_type = match (name.as_str(), arguments.as_slice()) {
        ("bool", []) => Type::Boolean,
        ("i8", []) => Type::TinyInteger,
        ("i16", []) => Type::SmallInteger,
        ("i32", []) => Type::Integer,
        ("i64", []) => Type::BigInteger,
        ("u8", []) => Type::TinyUnsigned,
        ("u16", []) => Type::SmallUnsigned,
        ("u32", []) => Type::Unsigned,
        ("u64", []) => Type::BigUnsigned,
        ("f32", []) => Type::Float,
        ("f64", []) => Type::Double,
        ("char", []) => Type::Char(None),
        ("String", []) | ("Cow", [_]) => Type::String(None),
        ("Vec", [syn::Type::Path(inner)]) if inner.path.is_ident("u8") => Type::VarBinary(None),
        ("Vec", [inner]) => {
            return Some(nested(modules, module, inner, depth).map(|inner| {
                let ColumnType { data_type, enums } = inner.column;
                let data_type = Type::Array(Box::new(data_type));
                Typed { column: ColumnType { data_type, enums }, exact: inner.exact }
            }));
        }
        ("Option", [inner]) => return Some(nested(modules, module, inner, depth)),
        ("Decimal" | "BigDecimal", []) => Type::Decimal(None),
        ("Uuid", []) => Type::Uuid,
        ("Braced" | "Hyphenated" | "Simple" | "Urn", []) if from("uuid") || from("fmt") => Type::Uuid,
        ("TextUuid", []) => Type::String(None),
        ("Json" | "JsonValue", []) => Type::Json,
        ("Value", []) if from("serde_json") => Type::Json,
        ("Date" | "NaiveDate" | "ChronoDate" | "TimeDate", []) => Type::Date,
        ("Time" | "NaiveTime" | "ChronoTime" | "TimeTime", []) => Type::Time,
        ("DateTime", []) if from("jiff") || from("civil") => Type::Timestamp,
        ("DateTime" | "NaiveDateTime" | "ChronoDateTime" | "TimeDateTime" | "PrimitiveDateTime", []) => Type::DateTime,
        ("DateTime", [_])
        | ("DateTimeUtc" | "DateTimeLocal" | "DateTimeWithTimeZone", [])
        | ("ChronoDateTimeUtc" | "ChronoDateTimeLocal" | "ChronoDateTimeWithTimeZone", [])
        | ("TimeDateTimeWithTimeZone" | "OffsetDateTime", []) => Type::TimestampWithTimeZone,
        ("Timestamp", []) if from("jiff") => Type::TimestampWithTimeZone,
        ("ChronoUnixTimestamp" | "ChronoUnixTimestampMillis" | "TimeUnixTimestamp" | "TimeUnixTimestampMillis", []) => {
            Type::BigInteger
        }
        ("PgVector", []) => Type::Vector(None),
        ("Vector", []) if from("pgvector") => Type::Vector(None),
        ("IpNetwork", []) => Type::Inet,
        ("MacAddress", []) => Type::MacAddr,
        _ => return None,
    };
    Some(Ok(Typed::implied(data_type)))
}

fn arguments(path: &syn::Path) -> Vec<&syn::Type> {
    match path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(list)) => list
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(of) => Some(of),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What stands inside `Option<…>`, written just so: SeaORM's macro compares text, and takes `std::option::Option<…>` or an
/// alias for a column that holds no NULL.
pub(super) fn option(of: &syn::Type) -> Option<&syn::Type> {
    match of {
        syn::Type::Path(path) if path.path.segments.len() == 1 && path.path.leading_colon.is_none() => {
            let segment = path.path.segments.first()?;
            (segment.ident == "Option").then(|| arguments(&path.path).into_iter().next()).flatten()
        }
        _ => None,
    }
}
