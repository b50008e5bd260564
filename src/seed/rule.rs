//! Rules: what a check or a predicate says of a row, found by reading it.
//!
//! Must not know how values are drawn. What is not understood says nothing: `None` is "cannot tell", never "no".

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value as Written,
};

use crate::dialect::{Product, expression};
use crate::schema::Name;

use super::Value;

/// What a part of an expression comes to for a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// NULL, or not known.
    Null,
    Number(f64),
    Text(String),
    Boolean(bool),
}

/// What a check asks of one column, for drawing values that hold it.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// The smallest value and whether it is allowed itself.
    pub(super) low: Option<(Scalar, bool)>,
    /// The greatest value and whether it is allowed itself.
    pub(super) high: Option<(Scalar, bool)>,
    /// The only values.
    pub(super) choices: Option<Vec<Scalar>>,
    /// The fewest and the most characters.
    pub(super) length: (u32, Option<u32>),
    /// How it must look: `%` and `_` as LIKE has them.
    pub(super) pattern: Option<String>,
    /// It takes no NULL.
    pub(super) present: bool,
}

/// A check, a predicate or an expression of an index.
#[derive(Clone, Debug)]
pub(super) struct Rule(Expr);

/// A row as a rule sees it.
pub(super) type Row<'a> = dyn Fn(&str) -> Option<Scalar> + 'a;

impl Rule {
    /// Reads an expression; `None` where it cannot be read.
    pub(super) fn read(product: Product, sql: &str) -> Option<Self> {
        expression::tree(product, sql).map(Self)
    }

    /// Whether the row holds it: a check is broken by what is false, not by what is unknown. `None` where that cannot be told.
    pub(super) fn holds(&self, row: &Row<'_>) -> Option<bool> {
        Some(truth(&value(&self.0, row)?)? != Some(false))
    }

    /// Whether it is true of the row, as the predicate of a partial index must be.
    pub(super) fn is_true(&self, row: &Row<'_>) -> Option<bool> {
        Some(truth(&value(&self.0, row)?)? == Some(true))
    }

    /// What it comes to, as a unique index on an expression compares it.
    pub(super) fn value(&self, row: &Row<'_>) -> Option<Scalar> {
        value(&self.0, row)
    }

    /// Adds what the rule asks of single columns. Where there are alternatives, `choose` picks one of so many.
    pub(super) fn limit(&self, limits: &mut BTreeMap<Name, Limits>, choose: &mut dyn FnMut(usize) -> usize) {
        limit(&self.0, limits, choose);
    }

    /// The pairs of columns of which the first must not be greater than the second.
    pub(super) fn ordered(&self) -> Vec<(Name, Name)> {
        let mut pairs = Vec::new();
        ordered(&self.0, &mut pairs);
        pairs
    }
}

/// The truth of a value: `Some(None)` is unknown, `None` no truth at all.
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
fn literal(expression: &Expr) -> Option<Scalar> {
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

/// A column by itself, also where the database has put a cast around it.
fn column(expression: &Expr) -> Option<&str> {
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
                    // Databases differ in whether case counts, so a difference in case alone cannot be told.
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

fn arguments(arguments: &FunctionArguments) -> Option<Vec<&Expr>> {
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

/// AND and OR: one side may decide although the other is not understood.
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

/// Compares as the database would; `None` where that depends on more than the values.
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

fn limit(expression: &Expr, limits: &mut BTreeMap<Name, Limits>, choose: &mut dyn FnMut(usize) -> usize) {
    let of = |limits: &mut BTreeMap<Name, Limits>, name: &str, set: &mut dyn FnMut(&mut Limits)| {
        let known = limits.keys().find(|known| known.as_str().eq_ignore_ascii_case(name)).cloned();
        set(limits.entry(known.unwrap_or_else(|| Name::from(name))).or_default());
    };
    match expression {
        Expr::Nested(inner) => limit(inner, limits, choose),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            limit(left, limits, choose);
            limit(right, limits, choose);
        }
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => {
            let mut branches = Vec::new();
            alternatives(expression, &mut branches);
            // NULLs come anyway, so a branch that asks for one is no alternative.
            branches.retain(|branch| !matches!(branch, Expr::IsNull(_)));
            let chosen = choose(branches.len());
            if let Some(branch) = branches.get(chosen) {
                limit(branch, limits, choose);
            }
        }
        Expr::BinaryOp { left, op, right } => {
            let (side, op, bound) = match (literal(left), literal(right)) {
                (None, Some(bound)) => (left, op.clone(), bound),
                (Some(bound), None) => (right, flipped(op), bound),
                _ => return,
            };
            if let Some(name) = column(side) {
                of(limits, name, &mut |it| it.bound(&op, bound.clone()));
            } else if let (Some(name), Scalar::Number(count)) = (measured(side), &bound) {
                of(limits, name, &mut |it| it.measure(&op, *count));
            }
        }
        Expr::Between { expr, negated: false, low, high } => {
            if let (Some(name), Some(low), Some(high)) = (column(expr), literal(low), literal(high)) {
                of(limits, name, &mut |it| {
                    it.bound(&BinaryOperator::GtEq, low.clone());
                    it.bound(&BinaryOperator::LtEq, high.clone());
                });
            } else if let (Some(name), Some(Scalar::Number(low)), Some(Scalar::Number(high))) =
                (measured(expr), literal(low), literal(high))
            {
                of(limits, name, &mut |it| {
                    it.measure(&BinaryOperator::GtEq, low);
                    it.measure(&BinaryOperator::LtEq, high);
                });
            }
        }
        Expr::InList { expr, list, negated: false } => {
            if let (Some(name), Some(list)) = (column(expr), list.iter().map(literal).collect::<Option<Vec<_>>>()) {
                of(limits, name, &mut |it| it.choose(list.clone()));
            }
        }
        Expr::Like { negated: false, any: false, expr, pattern, escape_char: None } => {
            if let (Some(name), Some(Scalar::Text(pattern))) = (column(expr), literal(pattern)) {
                of(limits, name, &mut |it| it.pattern = Some(pattern.clone()));
            }
        }
        Expr::IsNotNull(inner) => {
            if let Some(name) = column(inner) {
                of(limits, name, &mut |it| it.present = true);
            }
        }
        Expr::IsTrue(inner) => limit(inner, limits, choose),
        Expr::Identifier(name) => of(limits, &name.value, &mut |it| it.choose(vec![Scalar::Boolean(true)])),
        _ => {}
    }
}

fn alternatives<'a>(expression: &'a Expr, found: &mut Vec<&'a Expr>) {
    match expression {
        Expr::Nested(inner) => alternatives(inner, found),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            alternatives(left, found);
            alternatives(right, found);
        }
        other => found.push(other),
    }
}

/// The column of which a length is taken.
fn measured(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Nested(inner) => measured(inner),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let is_length = matches!(name.as_str(), "length" | "char_length" | "character_length" | "octet_length");
            match arguments(&function.args)?.as_slice() {
                [Expr::Function(inner)] if is_length => match arguments(&inner.args)?.as_slice() {
                    [only] => column(only),
                    _ => None,
                },
                [Expr::Trim { expr, .. }] if is_length => column(expr),
                [only] if is_length => column(only),
                _ => None,
            }
        }
        _ => None,
    }
}

fn flipped(operator: &BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Lt => BinaryOperator::Gt,
        BinaryOperator::LtEq => BinaryOperator::GtEq,
        BinaryOperator::Gt => BinaryOperator::Lt,
        BinaryOperator::GtEq => BinaryOperator::LtEq,
        other => other.clone(),
    }
}

fn ordered(expression: &Expr, pairs: &mut Vec<(Name, Name)>) {
    match expression {
        Expr::Nested(inner) => ordered(inner, pairs),
        Expr::BinaryOp { left, op: BinaryOperator::And | BinaryOperator::Or, right } => {
            ordered(left, pairs);
            ordered(right, pairs);
        }
        Expr::BinaryOp { left, op, right } => {
            if let (Some(left), Some(right)) = (column(left), column(right)) {
                match op {
                    BinaryOperator::Lt | BinaryOperator::LtEq => pairs.push((left.into(), right.into())),
                    BinaryOperator::Gt | BinaryOperator::GtEq => pairs.push((right.into(), left.into())),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

impl Limits {
    fn bound(&mut self, operator: &BinaryOperator, bound: Scalar) {
        let (side, tighter, allowed) = match operator {
            BinaryOperator::Eq => return self.choose(vec![bound]),
            BinaryOperator::NotEq if bound == Scalar::Text(String::new()) => {
                self.length.0 = self.length.0.max(1);
                return;
            }
            BinaryOperator::Gt => (&mut self.low, Ordering::Greater, false),
            BinaryOperator::GtEq => (&mut self.low, Ordering::Greater, true),
            BinaryOperator::Lt => (&mut self.high, Ordering::Less, false),
            BinaryOperator::LtEq => (&mut self.high, Ordering::Less, true),
            _ => return,
        };
        let replaces = match &*side {
            None => true,
            Some((old, was_allowed)) => match compare(&bound, old) {
                Some(Ordering::Equal) => *was_allowed,
                ordering => ordering == Some(tighter),
            },
        };
        if replaces {
            *side = Some((bound, allowed));
        }
    }

    fn measure(&mut self, operator: &BinaryOperator, count: f64) {
        let count = if count <= 0.0 { 0 } else { count.min(1e9) as u32 };
        let least = |most: Option<u32>, count: u32| Some(most.map_or(count, |most| most.min(count)));
        match operator {
            BinaryOperator::Gt | BinaryOperator::NotEq => self.length.0 = self.length.0.max(count + 1),
            BinaryOperator::GtEq => self.length.0 = self.length.0.max(count),
            BinaryOperator::Lt => self.length.1 = least(self.length.1, count.saturating_sub(1)),
            BinaryOperator::LtEq => self.length.1 = least(self.length.1, count),
            BinaryOperator::Eq => self.length = (count, Some(count)),
            _ => {}
        }
    }

    fn choose(&mut self, list: Vec<Scalar>) {
        self.choices = Some(match self.choices.take() {
            None => list,
            Some(before) => before.into_iter().filter(|value| list.contains(value)).collect(),
        });
    }
}

impl Scalar {
    /// A value as a rule sees it; `None` for what rules are not about.
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
        let rule = Rule::read(product, sql).unwrap();
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

    #[test]
    fn limits_are_read() {
        let mut limits = BTreeMap::new();
        let sql = "((price > (0)::numeric) AND (price < 10) AND (char_length(name) >= 3) AND (mail ~~ '%@%'::text))";
        Rule::read(Product::Postgres, sql).unwrap().limit(&mut limits, &mut |_| 0);
        assert_eq!(limits["price"].low, Some((Scalar::Number(0.0), false)));
        assert_eq!(limits["price"].high, Some((Scalar::Number(10.0), false)));
        assert_eq!(limits["name"].length, (3, None));
        assert_eq!(limits["mail"].pattern.as_deref(), Some("%@%"));
    }
}
