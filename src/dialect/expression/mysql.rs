//! What MySQL and MariaDB print differently from how it is written.
//!
//! Must not know other databases.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArguments, UnaryOperator};

use super::rewrite::{call, plain_call, take};
use crate::dialect::Product;

/// One expression, what is inside it done already.
pub(super) fn rule(product: Product, tree: &mut Expr) {
    match tree {
        Expr::Function(_) => function(tree),
        Expr::UnaryOp { op: op @ UnaryOperator::BangNot, .. } => {
            *op = UnaryOperator::Not;
            rule(product, tree);
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
            // `x NOT LIKE y` is printed as `not(x like y)`.
            match expr.as_mut() {
                Expr::Like { negated, .. }
                | Expr::InList { negated, .. }
                | Expr::Between { negated, .. }
                | Expr::RLike { negated, .. } => {
                    *negated = !*negated;
                    *tree = take(expr);
                }
                _ => {}
            }
        }
        Expr::BinaryOp { left, op: op @ (BinaryOperator::Arrow | BinaryOperator::LongArrow), right } => {
            let unquotes = *op == BinaryOperator::LongArrow;
            let extract = call("json_extract", vec![take(left), take(right)]);
            *tree = if unquotes { call("json_unquote", vec![extract]) } else { extract };
        }
        _ => {}
    }
}

/// A whole condition.
pub(super) fn condition(_tree: &mut Expr) {}

fn function(tree: &mut Expr) {
    let Some((name, _)) = plain_call(tree) else { return };
    let unified = match name.value.as_str() {
        "now" | "localtime" | "localtimestamp" => "current_timestamp",
        "curdate" => "current_date",
        "curtime" => "current_time",
        "lcase" => "lower",
        "ucase" => "upper",
        "substring" | "mid" => "substr",
        "character_length" => "char_length",
        "octet_length" => "length",
        "ceil" => "ceiling",
        "power" => "pow",
        "schema" => "database",
        "day" => "dayofmonth",
        _ => name.value.as_str(),
    }
    .to_owned();
    let is_clock = matches!(unified.as_str(), "current_timestamp" | "current_date" | "current_time");
    name.value = unified;
    if is_clock
        && let Expr::Function(function) = tree
        && matches!(&function.args, FunctionArguments::List(list) if list.args.is_empty())
    {
        function.args = FunctionArguments::None;
    }
}

/// Whether an output column's name is its own expression as it was written: what MySQL names a column nobody named.
pub(super) fn names_itself(product: Product, tree: &Expr, name: &str) -> bool {
    let mut written = tree.clone();
    super::unqualify(&mut written);
    let Some(plain) = super::spell::plain(product, name) else { return false };
    let Some(mut expression) = super::parse::expression(product, &plain) else { return false };
    super::rewrite::expression(product, &mut expression);
    super::unqualify(&mut expression);
    !matches!(expression, Expr::Identifier(_)) && expression == written
}
