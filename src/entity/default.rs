//! `default_value` and `default_expr`.
//!
//! Must not know the column's type: a constant stays the constant the code has.

use syn::{Expr, ExprCall, ExprMethodCall, Lit};

use crate::schema::{DefaultValue, Expression, Literal};

use super::attributes::{Setting, literal};
use super::column_type;
use super::enums;
use super::expanded::returned;
use super::resolve::{Found, FoundValue, Modules, segments};
use super::source::SourceError;

/// What to write instead of an expression that cannot be read.
const HINT: &str = "write it as SQL: `default_expr = \"Expr::cust(\\\"…\\\")\"`";

/// Reads `default_value = …`.
pub(super) fn value(setting: &Setting) -> Result<DefaultValue, SourceError> {
    match setting.literal().as_ref().and_then(constant) {
        Some(literal) => Ok(DefaultValue::Literal(literal)),
        None => {
            let trouble =
                SourceError::new(setting.value_spot.clone(), "cannot read this `default_value`", "no constant of SQL");
            Err(trouble.hint("a string, a number, `true` or `false`; for anything else `default_expr = \"…\"`"))
        }
    }
}

/// Reads `default_expr = "…"` as it stands in a module.
pub(super) fn expression(modules: &Modules<'_>, module: usize, setting: &Setting) -> Result<DefaultValue, SourceError> {
    let read = setting.expression().and_then(|spelled| DefaultReader { modules, module }.default(&spelled, DEPTH));
    read.ok_or_else(|| {
        SourceError::new(setting.value_spot.clone(), "cannot read this `default_expr`", "not an expression known here")
            .hint(HINT)
    })
}

/// Reads an expression as it stands in a module.
pub(super) fn written(modules: &Modules<'_>, module: usize, of: &Expr) -> Option<DefaultValue> {
    DefaultReader { modules, module }.default(of, DEPTH)
}

/// How many constants may stand for one another.
const DEPTH: usize = 16;

struct DefaultReader<'m, 'a> {
    modules: &'m Modules<'a>,
    module: usize,
}

impl DefaultReader<'_, '_> {
    fn default(&self, of: &Expr, depth: usize) -> Option<DefaultValue> {
        let depth = depth.checked_sub(1)?;
        if let Some(literal) = literal(of) {
            return constant(&literal).map(DefaultValue::Literal);
        }
        match of {
            Expr::Paren(paren) => self.default(&paren.expr, depth),
            Expr::Group(group) => self.default(&group.expr, depth),
            Expr::Reference(reference) => self.default(&reference.expr, depth),
            Expr::Call(call) => self.call(call, depth),
            Expr::MethodCall(call) => self.method(call, depth),
            Expr::Path(path) => self.path(&segments(&path.path), depth),
            Expr::Block(block) => self.default(returned(&block.block)?, depth),
            Expr::Cast(cast) => self.default(&cast.expr, depth),
            Expr::Macro(made) if made.mac.path.is_ident("concat") => {
                let text = column_type::text(self.modules, self.module, of)?;
                Some(DefaultValue::Literal(Literal::Text(text)))
            }
            _ => None,
        }
    }

    /// An expression as SQL, for standing inside another one.
    fn sql(&self, of: &Expr, depth: usize) -> Option<String> {
        Some(match self.default(of, depth)? {
            DefaultValue::Expression(expression) => expression.text().to_owned(),
            // A backslash is a letter in some databases and none in others.
            DefaultValue::Literal(Literal::Text(text)) if text.contains('\\') => return None,
            DefaultValue::Literal(Literal::Text(text)) => format!("'{}'", text.replace('\'', "''")),
            DefaultValue::Literal(Literal::Number(number)) => number,
            DefaultValue::Literal(Literal::Boolean(truth)) => truth.to_string().to_uppercase(),
        })
    }

    /// A constant, a variant of an active enum, or a keyword of SQL.
    fn path(&self, path: &[String], depth: usize) -> Option<DefaultValue> {
        let (last, before) = path.split_last()?;
        if before.last().is_some_and(|kind| kind == "Keyword") {
            return keyword(last);
        }
        if last == "None" && before.last().is_none_or(|kind| kind == "Option") {
            return keyword("Null");
        }
        if let Some(FoundValue::Constant(module, value)) = self.modules.find_value(self.module, path) {
            return DefaultReader { modules: self.modules, module }.default(value, depth);
        }
        match self.modules.find(self.module, before) {
            Found::Enum(at, _, item) if enums::is(self.modules, at, item) => {
                let active = enums::read(self.modules, at, item).ok()?;
                let (_, value) = active.variants.into_iter().find(|(name, _)| name == last)?;
                Some(DefaultValue::Literal(value))
            }
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall, depth: usize) -> Option<DefaultValue> {
        let Expr::Path(function) = &*call.func else { return None };
        let path = segments(&function.path);
        let (name, before) = path.split_last()?;
        let of = before.last().map_or("", String::as_str);
        let arguments: Vec<&Expr> = call.args.iter().collect();
        match (of, name.as_str(), arguments.as_slice()) {
            ("Expr" | "SimpleExpr", "current_timestamp", []) => keyword("CurrentTimestamp"),
            ("Expr" | "SimpleExpr", "current_date", []) => keyword("CurrentDate"),
            ("Expr" | "SimpleExpr", "current_time", []) => keyword("CurrentTime"),
            ("Expr" | "SimpleExpr", "null", []) => keyword("Null"),
            ("Expr" | "SimpleExpr", "cust", [sql]) | ("SimpleExpr" | "Expr" | "Keyword", "Custom", [sql]) => {
                let sql = column_type::text(self.modules, self.module, sql)?;
                Some(DefaultValue::Expression(Expression::new(sql.trim())))
            }
            ("Expr" | "SimpleExpr", "custom_keyword", [sql]) => {
                let sql = column_type::text(self.modules, self.module, sql)?;
                Some(DefaultValue::Expression(Expression::new(sql.trim())))
            }
            ("Expr" | "SimpleExpr", "val" | "value" | "expr" | "from" | "Value" | "Keyword" | "Constant", [inner])
            | ("Value" | "String" | "Box", "from" | "new", [inner]) => self.default(inner, depth),
            ("Expr" | "SimpleExpr", "FunctionCall", [inner]) => self.default(inner, depth),
            // `Value::Int(Some(1))`, and what stands in it.
            ("Value", _, [inner]) => match inner {
                Expr::Path(none) if none.path.is_ident("None") => keyword("Null"),
                other => self.default(other, depth),
            },
            (_, "Some", [inner]) => self.default(inner, depth),
            ("String", "new", []) => Some(DefaultValue::Literal(Literal::Text(String::new()))),
            ("Func", "cust", [name]) => {
                let name = column_type::text(self.modules, self.module, name)?;
                Some(DefaultValue::Expression(Expression::new(format!("{name}()"))))
            }
            ("Func", function @ ("lower" | "upper" | "abs"), [inner]) => {
                let sql = format!("{}({})", function.to_uppercase(), self.sql(inner, depth)?);
                Some(DefaultValue::Expression(Expression::new(sql)))
            }
            ("PgFunc", "gen_random_uuid", []) => Some(DefaultValue::Expression(Expression::new("gen_random_uuid()"))),
            (_, _, []) => match self.modules.find_value(self.module, &path) {
                Some(FoundValue::Function(module, function)) if function.sig.inputs.is_empty() => {
                    DefaultReader { modules: self.modules, module }.default(returned(&function.block)?, depth)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn method(&self, call: &ExprMethodCall, depth: usize) -> Option<DefaultValue> {
        let sql = |of: &Expr| self.sql(of, depth);
        let text = match (call.method.to_string().as_str(), call.args.first(), call.args.len()) {
            // None of these changes the value.
            ("into" | "to_owned" | "to_string" | "clone" | "into_simple_expr" | "into_expr", None, _)
            | ("to_value" | "into_value" | "as_str", None, _) => return self.default(&call.receiver, depth),
            ("cast_as", Some(of), 1) => {
                let of = column_type::text(self.modules, self.module, of)?;
                format!("CAST({} AS {of})", sql(&call.receiver)?)
            }
            // `Func::cust("f").arg(1)`: the call so far ends with its closing parenthesis.
            ("arg", Some(argument), 1) => {
                let function = sql(&call.receiver)?;
                let open = function.strip_suffix(')')?;
                let comma = if open.ends_with('(') { "" } else { ", " };
                format!("{open}{comma}{})", sql(argument)?)
            }
            (operation @ ("add" | "sub" | "mul" | "div"), Some(other), 1) => {
                // Of more than two there are parentheses, and who writes that may as well write SQL.
                if [&*call.receiver, other].into_iter().any(is_operation) {
                    return None;
                }
                let sign = match operation {
                    "add" => "+",
                    "sub" => "-",
                    "mul" => "*",
                    _ => "/",
                };
                format!("{} {sign} {}", sql(&call.receiver)?, sql(other)?)
            }
            _ => return None,
        };
        Some(DefaultValue::Expression(Expression::new(text)))
    }
}

fn is_operation(of: &Expr) -> bool {
    matches!(of, Expr::MethodCall(call) if ["add", "sub", "mul", "div"].iter().any(|name| call.method == name))
}

fn keyword(name: &str) -> Option<DefaultValue> {
    let sql = match name {
        "Null" => "NULL",
        "CurrentTimestamp" => "CURRENT_TIMESTAMP",
        "CurrentDate" => "CURRENT_DATE",
        "CurrentTime" => "CURRENT_TIME",
        _ => return None,
    };
    Some(DefaultValue::Expression(Expression::new(sql)))
}

fn constant(literal: &Lit) -> Option<Literal> {
    match literal {
        Lit::Str(text) => Some(Literal::Text(text.value())),
        Lit::Char(letter) => Some(Literal::Text(letter.value().to_string())),
        Lit::Int(number) => Some(Literal::Number(enums::digits(number))),
        Lit::Float(number) => Some(Literal::Number(number.base10_digits().to_owned())),
        Lit::Bool(truth) => Some(Literal::Boolean(truth.value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::resolve::tests::with;

    const TEXT: &str = r#"
        const LIMIT: i32 = 10;
        const CIRCLE: i32 = CIRCLE;
        const fn twice() -> i32 { 20 }
        #[derive(DeriveActiveEnum)]
        #[sea_orm(rs_type = "i32", db_type = "Integer")]
        enum Level { Low = -1, High = 7 }
    "#;

    fn read(text: &str) -> Option<DefaultValue> {
        with(&[("a.rs", TEXT)], |modules| written(&modules, 0, &syn::parse_str(text).ok()?))
    }

    fn number(text: &str) -> Option<DefaultValue> {
        Some(DefaultValue::Literal(Literal::Number(text.into())))
    }

    fn sql(text: &str) -> Option<DefaultValue> {
        Some(DefaultValue::Expression(Expression::new(text)))
    }

    #[test]
    fn expressions_of_the_builder_are_sql() {
        assert_eq!(read("Expr::current_timestamp()"), sql("CURRENT_TIMESTAMP"));
        assert_eq!(read("sea_orm::sea_query::Expr::current_date()"), sql("CURRENT_DATE"));
        assert_eq!(read("SimpleExpr::Keyword(Keyword::CurrentTime)"), sql("CURRENT_TIME"));
        assert_eq!(read("Expr::cust(\"now()\")"), sql("now()"));
        assert_eq!(read("SimpleExpr::Custom(\"now()\".to_owned())"), sql("now()"));
        assert_eq!(read("Func::cust(Alias::new(\"uuid_generate_v4\"))"), sql("uuid_generate_v4()"));
        assert_eq!(read("Func::cust(\"f\").arg(1).arg(\"it's\")"), sql("f(1, 'it''s')"));
        assert_eq!(read("SimpleExpr::FunctionCall(Func::cust(\"f\"))"), sql("f()"));
        assert_eq!(read("Expr::val(\"a\").cast_as(Alias::new(\"citext\"))"), sql("CAST('a' AS citext)"));
        assert_eq!(read("Expr::current_timestamp().add(1)"), sql("CURRENT_TIMESTAMP + 1"));
        assert_eq!(read("Expr::Keyword(Keyword::CurrentTimestamp)"), sql("CURRENT_TIMESTAMP"));
        assert_eq!(read("Value::Int(None)"), sql("NULL"));
        assert_eq!(read("Expr::value(Option::<i32>::None)"), sql("NULL"));
        assert_eq!(read("None::<i32>"), sql("NULL"));
    }

    #[test]
    fn constants_stay_constants() {
        assert_eq!(read("Expr::val(-1_000i64)"), number("-1000"));
        assert_eq!(read("0.5"), number("0.5"));
        assert_eq!(read("Expr::value(LIMIT)"), number("10"));
        assert_eq!(read("Level::High"), number("7"));
        assert_eq!(read("Expr::val(Level::Low)"), number("-1"));
        assert_eq!(read("Expr::val(\"it's\").into()"), Some(DefaultValue::Literal(Literal::Text("it's".into()))));
        assert_eq!(read("Value::Int(Some(3))"), number("3"));
        assert_eq!(read("SimpleExpr::Value(Value::BigInt(Some(3)))"), number("3"));
        assert_eq!(read("twice()"), number("20"));
        assert_eq!(read("Level::High.to_value()"), number("7"));
        assert_eq!(read("String::new()"), Some(DefaultValue::Literal(Literal::Text(String::new()))));
        assert_eq!(read("true"), Some(DefaultValue::Literal(Literal::Boolean(true))));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for text in [
            "now()",
            "Expr::val(1).add(2).mul(3)",
            "CIRCLE",
            "Expr::cust_with_values(\"?\", [1])",
            "OTHER",
            "Level::None",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
