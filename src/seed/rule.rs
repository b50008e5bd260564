//! Rules: checks and predicates, parsed and evaluated on rows.
//!
//! Must not know how values are drawn. An expression that could not be parsed decides nothing: `None` is "unknown", never "no".

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value as Written,
};

use crate::dialect::{Product, expression};
use crate::schema::Name;

use super::Value;
use super::limits::{self, Limits};

/// The value of a part of an expression for a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// NULL, or not known.
    Null,
    Number(f64),
    Text(String),
    Boolean(bool),
}

/// A check, a predicate or an expression of an index.
#[derive(Clone, Debug)]
pub(super) struct CheckRule(Expr);

/// A row as a rule sees it.
pub(super) type Row<'a> = dyn Fn(&str) -> Option<Scalar> + 'a;

impl CheckRule {
    /// Parses an expression; `None` if it cannot be parsed.
    pub(super) fn read(product: Product, sql: &str) -> Option<Self> {
        expression::tree(product, sql).map(Self)
    }

    /// Whether the row satisfies it: a check is violated by false, not by unknown. `None` if that cannot be determined.
    pub(super) fn holds(&self, row: &Row<'_>) -> Option<bool> {
        Some(truth(&value(&self.0, row)?)? != Some(false))
    }

    /// Whether it is true of the row, as the predicate of a partial index must be.
    pub(super) fn is_true(&self, row: &Row<'_>) -> Option<bool> {
        Some(truth(&value(&self.0, row)?)? == Some(true))
    }

    /// Its value, as a unique index on an expression compares it.
    pub(super) fn value(&self, row: &Row<'_>) -> Option<Scalar> {
        value(&self.0, row)
    }

    /// Adds the limits of the rule on single columns. Among alternatives, `choose` picks one, given their number.
    pub(super) fn limit(&self, limits: &mut BTreeMap<Name, Limits>, choose: &mut dyn FnMut(usize) -> usize) {
        limits::limit(&self.0, limits, choose);
    }

    /// The pairs of columns of which the first must not be greater than the second.
    pub(super) fn ordered(&self) -> Vec<(Name, Name)> {
        let mut pairs = Vec::new();
        limits::ordered(&self.0, &mut pairs);
        pairs
    }
}

/// The truth of a value: `Some(None)` is unknown, `None` is not a truth value.
#[allow(clippy::option_option, reason = "unknown and not understood are two things")]
fn truth(value: &Scalar) -> Option<Option<bool>> {
    match value {
        Scalar::Null => Some(None),
        Scalar::Boolean(truth) => Some(Some(*truth)),
        Scalar::Number(number) => Some(Some(*number != 0.0)),
        Scalar::Text(_) => None,
    }
}

fn boolean(truth: Option<bool>) -> Scalar {
    truth.map_or(Scalar::Null, Scalar::Boolean)
}

/// A literal, signs included.
pub(super) fn literal(expression: &Expr) -> Option<Scalar> {
    Some(match expression {
        Expr::Nested(inner) => return literal(inner),
        Expr::Cast { expr, .. } => return literal(expr),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match literal(expr)? {
            Scalar::Number(number) => Scalar::Number(-number),
            _ => return None,
        },
        Expr::TypedString(typed) => return written(&typed.value.value),
        Expr::Value(value) => return written(&value.value),
        _ => return None,
    })
}

fn written(value: &Written) -> Option<Scalar> {
    Some(match value {
        Written::Number(digits, _) => Scalar::Number(digits.parse().ok()?),
        Written::SingleQuotedString(text) | Written::EscapedStringLiteral(text) => {
            Scalar::Text(text.replace("''", "'"))
        }
        Written::Boolean(truth) => Scalar::Boolean(*truth),
        Written::Null => Scalar::Null,
        _ => return None,
    })
}

/// A bare column, also if the database has put a cast around it.
pub(super) fn column(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.as_str()),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => column(inner),
        _ => None,
    }
}

fn value(expression: &Expr, row: &Row<'_>) -> Option<Scalar> {
    if let Some(literal) = literal(expression) {
        return Some(literal);
    }
    if let Some(name) = column(expression) {
        return row(name);
    }
    let each = |negated: bool, found: Option<bool>| boolean(found.map(|found| found != negated));
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => value(inner, row),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => Some(boolean(truth(&value(expr, row)?)?.map(|truth| !truth))),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => junction(left, right, row, false),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => junction(left, right, row, true),
        Expr::BinaryOp { left, op, right } => binary(&value(left, row)?, op, &value(right, row)?),
        Expr::IsNull(inner) => Some(Scalar::Boolean(value(inner, row)? == Scalar::Null)),
        Expr::IsNotNull(inner) => Some(Scalar::Boolean(value(inner, row)? != Scalar::Null)),
        Expr::IsTrue(inner) => Some(Scalar::Boolean(truth(&value(inner, row)?)? == Some(true))),
        Expr::IsFalse(inner) => Some(Scalar::Boolean(truth(&value(inner, row)?)? == Some(false))),
        Expr::IsNotTrue(inner) => Some(Scalar::Boolean(truth(&value(inner, row)?)? != Some(true))),
        Expr::IsNotFalse(inner) => Some(Scalar::Boolean(truth(&value(inner, row)?)? != Some(false))),
        Expr::Between { expr, negated, low, high } => {
            let it = value(expr, row)?;
            let above = truth(&binary(&it, &BinaryOperator::GtEq, &value(low, row)?)?)?;
            let below = truth(&binary(&it, &BinaryOperator::LtEq, &value(high, row)?)?)?;
            Some(each(*negated, and(above, below)))
        }
        Expr::InList { expr, list, negated } => {
            let it = value(expr, row)?;
            let mut found = Some(false);
            for item in list {
                found = or(found, truth(&binary(&it, &BinaryOperator::Eq, &value(item, row)?)?)?);
            }
            Some(each(*negated, found))
        }
        Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
            match (value(expr, row)?, literal(pattern)?) {
                (Scalar::Text(text), Scalar::Text(pattern)) if !pattern.contains('\\') => {
                    // Databases differ in whether case counts, so a difference in case alone decides nothing.
                    let matched = like(&pattern, &text);
                    if matched != like(&pattern.to_lowercase(), &text.to_lowercase()) {
                        return None;
                    }
                    Some(each(*negated, Some(matched)))
                }
                (Scalar::Null, _) => Some(Scalar::Null),
                _ => None,
            }
        }
        Expr::Trim { trim_what: None, trim_characters: None, expr, .. } => match value(expr, row)? {
            Scalar::Text(text) => Some(Scalar::Text(text.trim().to_owned())),
            Scalar::Null => Some(Scalar::Null),
            _ => None,
        },
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let arguments = arguments(&function.args)?;
            let values = arguments.iter().map(|argument| value(argument, row)).collect::<Option<Vec<_>>>()?;
            call(&name, &values)
        }
        _ => None,
    }
}

pub(super) fn arguments(arguments: &FunctionArguments) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = arguments else { return None };
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
            _ => None,
        })
        .collect()
}

fn call(name: &str, values: &[Scalar]) -> Option<Scalar> {
    if name == "coalesce" {
        return values.iter().find(|value| **value != Scalar::Null).cloned().or(Some(Scalar::Null));
    }
    if values.contains(&Scalar::Null) {
        return Some(Scalar::Null);
    }
    match (name, values) {
        ("length" | "char_length" | "character_length", [Scalar::Text(text)]) => {
            Some(Scalar::Number(text.chars().count() as f64))
        }
        ("octet_length", [Scalar::Text(text)]) => Some(Scalar::Number(text.len() as f64)),
        ("lower" | "lcase", [Scalar::Text(text)]) => Some(Scalar::Text(text.to_lowercase())),
        ("upper" | "ucase", [Scalar::Text(text)]) => Some(Scalar::Text(text.to_uppercase())),
        ("trim" | "btrim", [Scalar::Text(text)]) => Some(Scalar::Text(text.trim().to_owned())),
        ("abs", [Scalar::Number(number)]) => Some(Scalar::Number(number.abs())),
        ("json_valid", [Scalar::Text(text)]) => {
            Some(Scalar::Boolean(serde_json::from_str::<serde_json::Value>(text).is_ok()))
        }
        _ => None,
    }
}

/// AND and OR: one side may decide although the other could not be parsed.
fn junction(left: &Expr, right: &Expr, row: &Row<'_>, decisive: bool) -> Option<Scalar> {
    let of = |side| value(side, row).and_then(|value| truth(&value));
    match (of(left), of(right)) {
        (Some(Some(one)), _) | (_, Some(Some(one))) if one == decisive => Some(Scalar::Boolean(decisive)),
        (Some(one), Some(two)) => Some(boolean(if decisive { or(one, two) } else { and(one, two) })),
        _ => None,
    }
}

fn and(one: Option<bool>, two: Option<bool>) -> Option<bool> {
    match (one, two) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(one: Option<bool>, two: Option<bool>) -> Option<bool> {
    and(one.map(|truth| !truth), two.map(|truth| !truth)).map(|truth| !truth)
}

/// Compares as the database would; `None` if that depends on more than the values.
pub(super) fn compare(one: &Scalar, two: &Scalar) -> Option<Ordering> {
    let number = |scalar: &Scalar| match scalar {
        Scalar::Number(number) => Some(*number),
        Scalar::Boolean(truth) => Some(f64::from(u8::from(*truth))),
        Scalar::Text(text) => text.parse().ok(),
        Scalar::Null => None,
    };
    match (one, two) {
        (Scalar::Text(one), Scalar::Text(two)) => Some(one.cmp(two)),
        _ => number(one)?.partial_cmp(&number(two)?),
    }
}

fn binary(one: &Scalar, operator: &BinaryOperator, two: &Scalar) -> Option<Scalar> {
    if *one == Scalar::Null || *two == Scalar::Null {
        return match operator {
            BinaryOperator::Spaceship => Some(Scalar::Boolean(one == two)),
            _ => Some(Scalar::Null),
        };
    }
    let arithmetic = |work: fn(f64, f64) -> f64| match (one, two) {
        (Scalar::Number(one), Scalar::Number(two)) => Some(Scalar::Number(work(*one, *two))),
        _ => None,
    };
    let ordering = || compare(one, two);
    Some(Scalar::Boolean(match operator {
        BinaryOperator::Eq | BinaryOperator::Spaceship => ordering()? == Ordering::Equal,
        BinaryOperator::NotEq => ordering()? != Ordering::Equal,
        BinaryOperator::Lt => ordering()? == Ordering::Less,
        BinaryOperator::LtEq => ordering()? != Ordering::Greater,
        BinaryOperator::Gt => ordering()? == Ordering::Greater,
        BinaryOperator::GtEq => ordering()? != Ordering::Less,
        BinaryOperator::Plus => return arithmetic(|one, two| one + two),
        BinaryOperator::Minus => return arithmetic(|one, two| one - two),
        BinaryOperator::Multiply => return arithmetic(|one, two| one * two),
        BinaryOperator::Modulo => return arithmetic(|one, two| one % two),
        _ => return None,
    }))
}

/// LIKE without escapes.
fn like(pattern: &str, text: &str) -> bool {
    let mut letters = pattern.chars();
    match letters.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = letters.as_str();
            text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|text| like(rest, text))) || like(rest, "")
        }
        Some(wanted) => {
            let mut found = text.chars();
            found.next().is_some_and(|found| wanted == '_' || wanted == found) && like(letters.as_str(), found.as_str())
        }
    }
}

impl Scalar {
    /// A value for a rule; `None` for types that rules do not cover.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::Number(number.parse().ok()?),
            Value::Text(text) => Self::Text(text.clone()),
            Value::Boolean(truth) => Self::Boolean(*truth),
            Value::Bytes(_) | Value::Expression(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(product: Product, sql: &str, row: &[(&str, Scalar)]) -> Option<bool> {
        let rule = CheckRule::read(product, sql).unwrap();
        rule.holds(&|name| row.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
    }

    #[test]
    fn rows_are_judged_as_the_database_would() {
        let row = [("a", Scalar::Number(5.0)), ("s", Scalar::Text("Berlin".into())), ("n", Scalar::Null)];
        for (sql, expected) in [
            ("a > 4 AND a <= 5", Some(true)),
            ("a BETWEEN 6 AND 9", Some(false)),
            ("n > 3", Some(true)),
            ("n IS NOT NULL", Some(false)),
            ("s IN ('Rome', 'Berlin')", Some(true)),
            ("length(s) < 3 OR a * 2 = 10", Some(true)),
            ("s LIKE 'Be%n'", Some(true)),
            ("s LIKE '_erlin_'", Some(false)),
            ("f(a) > 3", None),
            ("f(a) > 3 OR a = 5", Some(true)),
            ("coalesce(n, a) = 5", Some(true)),
        ] {
            assert_eq!(holds(Product::Sqlite, sql, &row), expected, "{sql}");
        }
        let anys = "((s)::text = ANY ((ARRAY['Rome'::character varying, 'it''s'::character varying])::text[]))";
        assert_eq!(holds(Product::Postgres, anys, &row), Some(false));
    }
}
