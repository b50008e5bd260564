//! `column_type = "…"`: the Rust expression after `ColumnType::`, read as the vocabulary of `sea_query::ColumnType`.
//!
//! Must not know where the expression stands.

use syn::{Expr, ExprCall, ExprPath, Lit};

use crate::schema::{EnumType, ObjectName, Type};

use super::attributes::literal;
use super::resolve::{Found, Modules, segments};
use super::source::Spot;

/// What to write instead of an expression that cannot be read.
pub(super) const HINT: &str =
    "write it as `Text`, `String(StringLen::N(80))`, `Decimal(Some((10, 2)))` or `custom(\"…\")`";

/// A type, and the enum types that it brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnType {
    pub(super) data_type: Type,
    /// With the place of each, where it is not the one the type is asked for at.
    pub(super) enums: Vec<(EnumType, Option<Spot>)>,
}

impl From<Type> for ColumnType {
    fn from(data_type: Type) -> Self {
        Self { data_type, enums: Vec::new() }
    }
}

/// Reads an expression as it stands in a module, whose constants it may use. `None`: it is none of the vocabulary.
pub(super) fn read(modules: &Modules<'_>, module: usize, expression: &Expr) -> Option<ColumnType> {
    Vocabulary { modules, module }.column_type(expression)
}

/// Reads a string in any of the forms code makes identifiers of.
pub(super) fn text(modules: &Modules<'_>, module: usize, expression: &Expr) -> Option<String> {
    Vocabulary { modules, module }.text(expression)
}

struct Vocabulary<'m, 'a> {
    modules: &'m Modules<'a>,
    module: usize,
}

impl Vocabulary<'_, '_> {
    fn column_type(&self, expression: &Expr) -> Option<ColumnType> {
        match expression {
            Expr::Path(path) => Some(plain_type(&last(path)?)?.into()),
            Expr::Call(call) => self.call(call),
            Expr::Struct(value) if value.path.segments.last().is_some_and(|last| last.ident == "Enum") => {
                let field = |name: &str| {
                    value.fields.iter().find(|field| matches!(&field.member, syn::Member::Named(is) if is == name))
                };
                let name = ObjectName::local(self.text(&field("name")?.expr)?);
                let values = self.texts(&field("variants")?.expr)?;
                let enums = vec![(EnumType { name: name.clone(), values, comment: None }, None)];
                Some(ColumnType { data_type: Type::Enum(name), enums })
            }
            // `.def()` makes a definition of it, `.into()` and the like change nothing.
            Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
                "def" | "into" | "to_owned" | "clone" => self.column_type(&call.receiver),
                _ => None,
            },
            Expr::Paren(paren) => self.column_type(&paren.expr),
            Expr::Group(group) => self.column_type(&group.expr),
            Expr::Block(block) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(only, None)] => self.column_type(only),
                _ => None,
            },
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall) -> Option<ColumnType> {
        let Expr::Path(function) = &*call.func else { return None };
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let name = last(function)?;
        let data_type = match (name.as_str(), arguments.as_slice()) {
            ("Char", [length]) => Type::Char(self.option(length, Self::number)?),
            ("String", [length]) => match self.length(length)? {
                Length::Exactly(length) => Type::String(Some(length)),
                Length::Max => Type::StringMax,
                Length::Unsaid => Type::String(None),
            },
            ("string", [length]) => Type::String(self.option(length, Self::number)?),
            ("Binary", [length]) => Type::Binary(self.number(length)?),
            ("VarBinary", [length]) => match self.length(length)? {
                Length::Exactly(length) => Type::VarBinary(Some(length)),
                // What SeaORM writes on MySQL; PostgreSQL's `bytea` has no length.
                Length::Max => Type::VarBinary(Some(65_535)),
                Length::Unsaid => Type::VarBinary(None),
            },
            ("var_binary", [length]) => Type::VarBinary(Some(self.number(length)?)),
            ("Bit", [length]) => Type::Bit(self.option(length, Self::number)?),
            ("VarBit", [length]) => Type::VarBit(self.number(length)?),
            ("Decimal", [size]) => Type::Decimal(self.option(size, Self::pair)?),
            ("Money", [size]) => Type::Money(self.option(size, Self::pair)?),
            ("Vector", [size]) => Type::Vector(self.option(size, Self::number)?),
            ("Interval", [fields, precision]) => {
                Type::Interval(self.option(fields, Self::interval)?, self.option(precision, Self::number)?)
            }
            ("Custom" | "custom", [name]) => Type::Custom(self.text(name)?),
            ("Array", [inner]) => {
                let inner = self.shared(inner)?;
                return Some(ColumnType { data_type: Type::Array(Box::new(inner.data_type)), enums: inner.enums });
            }
            // `ColumnType::from(…)` and the like.
            ("from", [inner]) => return self.column_type(inner),
            _ => return None,
        };
        Some(data_type.into())
    }

    /// What stands inside `RcOrArc::new(…)`, `Arc::new(…)`.
    fn shared(&self, expression: &Expr) -> Option<ColumnType> {
        match expression {
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(inner)) if matches!(last(path)?.as_str(), "new" | "from") => self.shared(inner),
                _ => self.call(call),
            },
            Expr::MethodCall(call) if call.args.is_empty() => self.shared(&call.receiver),
            other => self.column_type(other),
        }
    }

    fn length(&self, expression: &Expr) -> Option<Length> {
        match expression {
            Expr::Path(path) => match last(path)?.as_str() {
                "Max" => Some(Length::Max),
                "None" => Some(Length::Unsaid),
                _ => None,
            },
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(length)) if last(path)? == "N" => self.number(length).map(Length::Exactly),
                (Expr::Path(path), None) if last(path)? == "default" => Some(Length::Unsaid),
                _ => None,
            },
            _ => None,
        }
    }

    fn option<T>(&self, expression: &Expr, inner: fn(&Self, &Expr) -> Option<T>) -> Option<Option<T>> {
        match expression {
            Expr::Path(path) if last(path)? == "None" => Some(None),
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(value)) if last(path)? == "Some" => Some(Some(inner(self, value)?)),
                _ => None,
            },
            _ => None,
        }
    }

    fn pair(&self, expression: &Expr) -> Option<(u32, u32)> {
        let Expr::Tuple(tuple) = expression else { return None };
        let mut numbers = tuple.elems.iter();
        let pair = (self.number(numbers.next()?)?, self.number(numbers.next()?)?);
        numbers.next().is_none().then_some(pair)
    }

    fn number(&self, expression: &Expr) -> Option<u32> {
        match literal(expression) {
            Some(Lit::Int(number)) => number.base10_parse().ok(),
            Some(_) => None,
            None => match expression {
                Expr::Path(path) => {
                    let (module, value) = self.constant(path)?;
                    Vocabulary { modules: self.modules, module }.number(value)
                }
                Expr::Cast(cast) => self.number(&cast.expr),
                _ => None,
            },
        }
    }

    fn interval(&self, expression: &Expr) -> Option<String> {
        let Expr::Path(path) = expression else { return None };
        let fields = match last(path)?.as_str() {
            "Year" => "YEAR",
            "Month" => "MONTH",
            "Day" => "DAY",
            "Hour" => "HOUR",
            "Minute" => "MINUTE",
            "Second" => "SECOND",
            "YearToMonth" => "YEAR TO MONTH",
            "DayToHour" => "DAY TO HOUR",
            "DayToMinute" => "DAY TO MINUTE",
            "DayToSecond" => "DAY TO SECOND",
            "HourToMinute" => "HOUR TO MINUTE",
            "HourToSecond" => "HOUR TO SECOND",
            "MinuteToSecond" => "MINUTE TO SECOND",
            _ => return None,
        };
        Some(fields.to_owned())
    }

    /// A string: bare, or wrapped as `Alias::new("…")`, `SeaRc::new(…)`, `"…".into_iden()`, or a constant.
    fn text(&self, expression: &Expr) -> Option<String> {
        if let Some(literal) = literal(expression) {
            return match literal {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            };
        }
        match expression {
            Expr::MethodCall(call) if call.args.is_empty() => self.text(&call.receiver),
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(inner))
                    if matches!(last(path)?.as_str(), "new" | "from" | "Owned" | "Borrowed") =>
                {
                    self.text(inner)
                }
                _ => None,
            },
            Expr::Reference(reference) => self.text(&reference.expr),
            Expr::Path(path) => {
                let (module, value) = self.constant(path)?;
                Vocabulary { modules: self.modules, module }.text(value)
            }
            _ => None,
        }
    }

    fn texts(&self, expression: &Expr) -> Option<Vec<String>> {
        match expression {
            Expr::Array(array) => array.elems.iter().map(|element| self.text(element)).collect(),
            Expr::Macro(made) if made.mac.path.is_ident("vec") => {
                let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
                let elements = made.mac.parse_body_with(parser).ok()?;
                elements.iter().map(|element| self.text(element)).collect()
            }
            Expr::Reference(reference) => self.texts(&reference.expr),
            _ => None,
        }
    }

    fn constant(&self, path: &ExprPath) -> Option<(usize, &Expr)> {
        match self.modules.find(self.module, &segments(&path.path)) {
            Found::Constant(module, value) => Some((module, value)),
            _ => None,
        }
    }
}

enum Length {
    Exactly(u32),
    Max,
    Unsaid,
}

fn last(path: &ExprPath) -> Option<String> {
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

fn plain_type(name: &str) -> Option<Type> {
    Some(match name {
        "Text" => Type::Text,
        "Blob" => Type::Blob,
        "TinyInteger" => Type::TinyInteger,
        "SmallInteger" => Type::SmallInteger,
        "Integer" => Type::Integer,
        "BigInteger" => Type::BigInteger,
        "TinyUnsigned" => Type::TinyUnsigned,
        "SmallUnsigned" => Type::SmallUnsigned,
        "Unsigned" => Type::Unsigned,
        "BigUnsigned" => Type::BigUnsigned,
        "Float" => Type::Float,
        "Double" => Type::Double,
        "Boolean" => Type::Boolean,
        "DateTime" => Type::DateTime,
        "Timestamp" => Type::Timestamp,
        "TimestampWithTimeZone" => Type::TimestampWithTimeZone,
        "Time" => Type::Time,
        "Date" => Type::Date,
        "Year" => Type::Year,
        "Json" => Type::Json,
        "JsonBinary" => Type::JsonBinary,
        "Uuid" => Type::Uuid,
        "Cidr" => Type::Cidr,
        "Inet" => Type::Inet,
        "MacAddr" => Type::MacAddr,
        "LTree" => Type::LTree,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::source::RustFile;
    use std::path::Path;

    fn typed(text: &str) -> Option<ColumnType> {
        let file = RustFile::parse(Path::new("a.rs"), "const LENGTH: u32 = 12; const NAME: &str = \"citext\";").ok()?;
        let files = [file];
        read(&Modules::of(&files), 0, &syn::parse_str(text).ok()?)
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
        for text in ["Txt", "String", "String(80)", "Decimal(10, 2)", "custom(OTHER)", "my_type()", "Text.not_null()"] {
            assert_eq!(data_type(text), None, "{text}");
        }
    }
}
