//! Limits that a rule puts on single columns, so that drawn values satisfy it.
//!
//! Must not know how values are drawn. A limit only saves tries: the rule itself decides.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sqlparser::ast::{BinaryOperator, Expr};

use crate::schema::Name;

use super::rule::{Scalar, arguments, column, compare, literal};

/// The limits of a check on one column.
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
    /// Its LIKE pattern.
    pub(super) pattern: Option<String>,
    /// It must not be NULL.
    pub(super) present: bool,
}

/// Adds the limits of an expression on single columns. Among alternatives, `choose` picks one, given their number.
pub(super) fn limit(expression: &Expr, limits: &mut BTreeMap<Name, Limits>, choose: &mut dyn FnMut(usize) -> usize) {
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
            // NULLs are drawn anyway, so a branch that requires one is not an alternative.
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

/// The pairs of columns of which the first must not be greater than the second.
pub(super) fn ordered(expression: &Expr, pairs: &mut Vec<(Name, Name)>) {
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

#[cfg(test)]
mod tests {
    use super::super::rule::CheckRule;
    use super::*;
    use crate::dialect::Product;

    #[test]
    fn limits_are_read() {
        let mut limits = BTreeMap::new();
        let sql = "((price > (0)::numeric) AND (price < 10) AND (char_length(name) >= 3) AND (mail ~~ '%@%'::text))";
        CheckRule::read(Product::Postgres, sql).unwrap().limit(&mut limits, &mut |_| 0);
        assert_eq!(limits["price"].low, Some((Scalar::Number(0.0), false)));
        assert_eq!(limits["price"].high, Some((Scalar::Number(10.0), false)));
        assert_eq!(limits["name"].length, (3, None));
        assert_eq!(limits["mail"].pattern.as_deref(), Some("%@%"));
    }
}
