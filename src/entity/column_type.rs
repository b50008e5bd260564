//! `column_type = "…"`: the Rust expression after `ColumnType::`, read as the vocabulary of `sea_query::ColumnType`.
//!
//! Must not know which column the expression is for.

use std::rc::Rc;

use syn::{Expr, ExprCall, ExprPath, Lit};

use crate::schema::{EnumType, ObjectName, Product, Type};

use super::attributes::literal;
use super::expanded::returned;
use super::resolve::{Found, FoundValue, Modules, segments};
use super::source::SourceLocation;
use super::{enums, types};

/// What to write instead of an expression that cannot be read.
pub(super) const HINT: &str =
    "write it as `Text`, `String(StringLen::N(80))`, `Decimal(Some((10, 2)))` or `custom(\"…\")`";

/// A type, and the enum types that it brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnType {
    pub(super) data_type: Type,
    /// With the place of each, where it is not the one the type is asked for at.
    pub(super) enums: Vec<(EnumType, Option<SourceLocation>)>,
}

impl From<Type> for ColumnType {
    fn from(data_type: Type) -> Self {
        Self { data_type, enums: Vec::new() }
    }
}

/// Reads an expression in the scope of a module, whose constants and functions it may use. `None`: it is not in the
/// vocabulary.
pub(super) fn read(modules: &Modules<'_>, module: usize, expression: &Expr) -> Option<ColumnType> {
    within(modules, module, expression, DEPTH)
}

/// The same for a nested expression; `depth` is the remaining nesting.
pub(super) fn within(modules: &Modules<'_>, module: usize, expression: &Expr, depth: usize) -> Option<ColumnType> {
    Vocabulary::new(modules, module, depth).column_type(expression)
}

/// The maximum nesting of constants, functions and types.
const DEPTH: usize = 16;

/// Reads a string in any of the forms of identifiers.
pub(super) fn text(modules: &Modules<'_>, module: usize, expression: &Expr) -> Option<String> {
    Vocabulary::new(modules, module, DEPTH).text(expression)
}

#[derive(Clone)]
struct Vocabulary<'m, 'a> {
    modules: &'m Modules<'a>,
    module: usize,
    depth: usize,
    arguments: Arguments<'m, 'a>,
}

/// The arguments of the function whose body is read: name, value, and the code the value is from.
type Arguments<'m, 'a> = Rc<Vec<(String, Expr, Vocabulary<'m, 'a>)>>;

impl<'m, 'a> Vocabulary<'m, 'a> {
    fn new(modules: &'m Modules<'a>, module: usize, depth: usize) -> Self {
        Self { modules, module, depth, arguments: Rc::default() }
    }

    fn column_type(&self, expression: &Expr) -> Option<ColumnType> {
        match expression {
            Expr::Path(path) => match plain_type(&last(path)?) {
                Some(plain) => Some(plain.into()),
                None => {
                    let (vocabulary, value) = self.constant(path)?;
                    vocabulary.column_type(&value)
                }
            },
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
                "def" | "into" | "to_owned" | "clone" | "get_column_type" => self.column_type(&call.receiver),
                _ => None,
            },
            Expr::Paren(paren) => self.column_type(&paren.expr),
            Expr::Group(group) => self.column_type(&group.expr),
            Expr::Reference(reference) => self.column_type(&reference.expr),
            Expr::Block(block) => self.column_type(returned(&block.block)?),
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall) -> Option<ColumnType> {
        let Expr::Path(function) = &*call.func else { return None };
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let name = last(function)?;
        if arguments.is_empty() {
            return self.of_type(function, &name).or_else(|| {
                let (vocabulary, value) = self.function(call)?;
                vocabulary.column_type(&value)
            });
        }
        // A function of the project may have the name of a variant.
        if let Some((vocabulary, value)) = self.function(call) {
            return vocabulary.column_type(&value);
        }
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
                Length::Max => match self.modules.product {
                    Product::MySql | Product::MariaDb => Type::VarBinary(Some(65_535)),
                    // `bytea` and `varbinary_blob` have no length.
                    Product::Postgres | Product::Sqlite => Type::VarBinary(None),
                },
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
            // `ColumnType::from(…)`, `ColumnTypeTrait::def(…)` and the like.
            ("from" | "def", [inner]) => return self.column_type(inner),
            _ => return None,
        };
        Some(data_type.into())
    }

    /// `<String as ValueType>::column_type()`, `Mood::db_type()`: what another type has.
    fn of_type(&self, function: &ExprPath, name: &str) -> Option<ColumnType> {
        let depth = self.depth.checked_sub(1)?;
        if !matches!(name, "column_type" | "db_type") {
            return None;
        }
        types::nested(self.modules, self.module, &owner(function)?, depth).ok().map(|typed| typed.column)
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
                _ => {
                    let (vocabulary, value) = self.constant(path)?;
                    vocabulary.length(&value)
                }
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
            Expr::Path(path) => {
                let (vocabulary, value) = self.constant(path)?;
                vocabulary.option(&value, inner)
            }
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(path), Some(value)) if last(path)? == "Some" => Some(Some(inner(self, value)?)),
                _ => None,
            },
            _ => None,
        }
    }

    fn pair(&self, expression: &Expr) -> Option<(u32, u32)> {
        if let Expr::Path(path) = expression {
            let (vocabulary, value) = self.constant(path)?;
            return vocabulary.pair(&value);
        }
        let Expr::Tuple(tuple) = expression else { return None };
        let mut numbers = tuple.elems.iter();
        let pair = (self.number(numbers.next()?)?, self.number(numbers.next()?)?);
        numbers.next().is_none().then_some(pair)
    }

    fn number(&self, expression: &Expr) -> Option<u32> {
        if let Some(literal) = literal(expression) {
            return match literal {
                Lit::Int(number) => number.base10_parse().ok(),
                _ => None,
            };
        }
        match expression {
            Expr::Path(path) => {
                let (vocabulary, value) = self.constant(path)?;
                vocabulary.number(&value)
            }
            Expr::Call(call) => {
                let (vocabulary, value) = self.function(call)?;
                vocabulary.number(&value)
            }
            Expr::Cast(cast) => self.number(&cast.expr),
            Expr::Paren(paren) => self.number(&paren.expr),
            Expr::Group(group) => self.number(&group.expr),
            Expr::Block(block) => self.number(returned(&block.block)?),
            Expr::Binary(binary) => {
                let (left, right) = (self.number(&binary.left)?, self.number(&binary.right)?);
                match binary.op {
                    syn::BinOp::Add(_) => left.checked_add(right),
                    syn::BinOp::Sub(_) => left.checked_sub(right),
                    syn::BinOp::Mul(_) => left.checked_mul(right),
                    syn::BinOp::Div(_) => left.checked_div(right),
                    syn::BinOp::Shl(_) => left.checked_shl(right),
                    _ => None,
                }
            }
            _ => None,
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
                (Expr::Path(path), None) => match last(path)?.as_str() {
                    // An active enum's own name.
                    "name" => Some(self.active_enum(path)?.1.name.name.to_string()),
                    _ => {
                        let (vocabulary, value) = self.function(call)?;
                        vocabulary.text(&value)
                    }
                },
                _ => {
                    let (vocabulary, value) = self.function(call)?;
                    vocabulary.text(&value)
                }
            },
            Expr::Reference(reference) => self.text(&reference.expr),
            Expr::Paren(paren) => self.text(&paren.expr),
            Expr::Group(group) => self.text(&group.expr),
            Expr::Block(block) => self.text(returned(&block.block)?),
            Expr::Macro(made) if made.mac.path.is_ident("concat") => {
                let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
                made.mac.parse_body_with(parser).ok()?.iter().map(|part| self.text(part)).collect()
            }
            Expr::Path(path) => {
                let (vocabulary, value) = self.constant(path)?;
                vocabulary.text(&value)
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
            Expr::MethodCall(call) if call.args.is_empty() => self.texts(&call.receiver),
            Expr::Call(call) => match (&*call.func, call.args.is_empty()) {
                (Expr::Path(path), true) if matches!(last(path)?.as_str(), "iden_values" | "values") => {
                    Some(self.active_enum(path)?.1.values)
                }
                _ => None,
            },
            Expr::Path(path) => {
                let (vocabulary, value) = self.constant(path)?;
                vocabulary.texts(&value)
            }
            _ => None,
        }
    }

    /// The active enum a function belongs to.
    fn active_enum(&self, function: &ExprPath) -> Option<(usize, EnumType)> {
        let syn::Type::Path(owner) = owner(function)? else { return None };
        match self.modules.find(self.module, &segments(&owner.path)) {
            Found::Enum(at, _, item) if enums::is(self.modules, at, item) => {
                let (value, _) = enums::read(self.modules, at, item).ok()?.typed.column.enums.into_iter().next()?;
                Some((at, value))
            }
            _ => None,
        }
    }

    /// The value of a constant, or of an argument of the function whose body this is.
    fn constant(&self, path: &ExprPath) -> Option<(Self, Expr)> {
        let depth = self.depth.checked_sub(1)?;
        let argument = self.arguments.iter().find(|(name, ..)| path.path.is_ident(name));
        if let Some((_, value, from)) = argument {
            return Some((Self { depth: from.depth.min(depth), ..from.clone() }, value.clone()));
        }
        match self.modules.find_value(self.module, &segments(&path.path))? {
            FoundValue::Constant(module, value) => {
                Some((Self { module, depth, arguments: Rc::default(), ..self.clone() }, value.clone()))
            }
            FoundValue::Function(..) => None,
        }
    }

    /// The result of a function of one expression.
    fn function(&self, call: &ExprCall) -> Option<(Self, Expr)> {
        let depth = self.depth.checked_sub(1)?;
        let Expr::Path(path) = &*call.func else { return None };
        let FoundValue::Function(module, function) = self.modules.find_value(self.module, &segments(&path.path))?
        else {
            return None;
        };
        if function.sig.inputs.len() != call.args.len() {
            return None;
        }
        let arguments = function.sig.inputs.iter().zip(&call.args).map(|(parameter, value)| match parameter {
            syn::FnArg::Typed(typed) => match &*typed.pat {
                syn::Pat::Ident(name) => Some((name.ident.to_string(), value.clone(), self.clone())),
                _ => None,
            },
            syn::FnArg::Receiver(_) => None,
        });
        let arguments = Rc::new(arguments.collect::<Option<Vec<_>>>()?);
        Some((Self { module, depth, arguments, modules: self.modules }, returned(&function.block)?.clone()))
    }
}

enum Length {
    Exactly(u32),
    Max,
    Unsaid,
}

/// The type a function belongs to: `T` in `T::f` and in `<T as Trait>::f`.
fn owner(function: &ExprPath) -> Option<syn::Type> {
    if let Some(own) = &function.qself {
        return Some((*own.ty).clone());
    }
    let mut path = function.path.clone();
    path.segments.pop()?;
    path.segments.pop_punct();
    (!path.segments.is_empty()).then_some(syn::Type::Path(syn::TypePath { qself: None, path }))
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
mod tests;
