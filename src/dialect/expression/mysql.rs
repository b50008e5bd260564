//! Differences between written and printed SQL on MySQL and MariaDB.
//!
//! Must not know other products.

use sqlparser::ast::{
    BinaryOperator, CastKind, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, LimitClause, Query,
    TrimWhereField, UnaryOperator, Value,
};

use super::pieces::{binary, call, join, plain_call, take};
use crate::dialect::Product;

/// The rules for one expression whose children are already canonical.
pub(super) fn rule(product: Product, tree: &mut Expr) {
    match tree {
        Expr::Value(value) if product == Product::MariaDb => plain_text(&mut value.value),
        Expr::Function(_) => function(tree),
        Expr::UnaryOp { op: UnaryOperator::Not | UnaryOperator::BangNot, expr } => *tree = negated(take(expr)),
        Expr::InList { expr, list, negated } => {
            if let [only] = list.as_mut_slice() {
                let op = if *negated { BinaryOperator::NotEq } else { BinaryOperator::Eq };
                *tree = binary(take(expr), op, take(only));
                rule(product, tree);
            }
        }
        Expr::RLike { negated, expr, pattern, regexp } => {
            *regexp = true;
            if product == Product::MySql {
                let not = *negated;
                let like = call("regexp_like", vec![take(expr), take(pattern)]);
                *tree = if not { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(like) } } else { like };
            }
        }
        Expr::Position { expr, r#in } => *tree = call("locate", vec![take(expr), take(r#in)]),
        Expr::Convert { expr, data_type: Some(data_type), charset: None, styles, .. } if styles.is_empty() => {
            let (expr, data_type) = (Box::new(take(expr)), data_type.clone());
            *tree = Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None };
        }
        Expr::Trim { trim_where: trim_where @ Some(TrimWhereField::Both), trim_what: None, .. } => *trim_where = None,
        Expr::Exists { subquery, .. } => unlimited(subquery),
        Expr::IsTrue(operand) | Expr::IsNotTrue(operand) | Expr::IsFalse(operand) | Expr::IsNotFalse(operand) => {
            truth(operand);
        }
        Expr::Case { operand: None, conditions, .. } => {
            for case in conditions {
                truth(&mut case.condition);
            }
        }
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::Arrow | BinaryOperator::LongArrow => {
                let unquotes = *op == BinaryOperator::LongArrow;
                let extract = call("json_extract", vec![take(left), take(right)]);
                *tree = if unquotes { call("json_unquote", vec![extract]) } else { extract };
            }
            BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor => {
                truth(left);
                truth(right);
            }
            BinaryOperator::Eq | BinaryOperator::NotEq => comparison(product, tree),
            _ => {}
        },
        _ => {}
    }
}

/// An equality: booleans become numbers, zero is on the right, rows are compared column by column.
fn comparison(product: Product, tree: &mut Expr) {
    let Expr::BinaryOp { left, op, right } = tree else { return };
    if product == Product::MariaDb {
        for operand in [&mut *left, &mut *right] {
            number(operand);
        }
    }
    if is_zero(left) && !is_zero(right) {
        std::mem::swap(left, right);
    }
    if let (BinaryOperator::Eq, Expr::Tuple(lefts), Expr::Tuple(rights)) = (&*op, left.as_mut(), right.as_mut())
        && lefts.len() == rights.len()
    {
        let pairs = std::mem::take(lefts).into_iter().zip(std::mem::take(rights));
        let equal = pairs.map(|(left, right)| binary(left, BinaryOperator::Eq, right)).collect();
        *tree = join(&BinaryOperator::And, equal);
    }
}

/// Replaces TRUE and FALSE by one and zero.
fn number(tree: &mut Expr) {
    if let Expr::Value(value) = tree
        && let Value::Boolean(truth) = value.value
    {
        *tree = Expr::value(Value::Number(u8::from(truth).to_string(), false));
    }
}

/// A hexadecimal literal of printable text, which MariaDB 11.8 prints as a string.
fn plain_text(value: &mut Value) {
    let Value::HexStringLiteral(digits) = value else { return };
    let digit = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(digit).collect();
    // Quotes and backslashes have more than one spelling.
    let is_plain = |byte: &u8| (byte.is_ascii_graphic() || *byte == b' ') && !matches!(byte, b'\'' | b'\\');
    if let Some(text) = bytes.filter(|bytes| !bytes.is_empty() && bytes.iter().all(is_plain))
        && let Ok(text) = String::from_utf8(text)
    {
        *value = Value::SingleQuotedString(text);
    }
}

fn is_zero(tree: &Expr) -> bool {
    matches!(tree, Expr::Value(value) if matches!(&value.value, Value::Number(number, _) if number == "0"))
}

fn zero() -> Expr {
    Expr::value(Value::Number("0".to_owned(), false))
}

/// Compares a value in a boolean context with zero, as the servers print it in some places.
fn truth(tree: &mut Expr) {
    if is_value(tree) {
        *tree = binary(take(tree), BinaryOperator::NotEq, zero());
    }
}

fn is_value(tree: &Expr) -> bool {
    match tree {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Cast { .. } => true,
        Expr::Function(function) => function.name.to_string() != "regexp_like",
        _ => false,
    }
}

/// Pushes NOT inwards as the servers do.
fn negated(tree: Expr) -> Expr {
    match tree {
        Expr::Like { negated, any, expr, pattern, escape_char } => {
            Expr::Like { negated: !negated, any, expr, pattern, escape_char }
        }
        Expr::InList { negated, expr, list } => Expr::InList { negated: !negated, expr, list },
        Expr::InSubquery { negated, expr, subquery } => Expr::InSubquery { negated: !negated, expr, subquery },
        Expr::Exists { negated, subquery } => Expr::Exists { negated: !negated, subquery },
        Expr::Between { negated, expr, low, high } => Expr::Between { negated: !negated, expr, low, high },
        Expr::RLike { negated, expr, pattern, regexp } => Expr::RLike { negated: !negated, expr, pattern, regexp },
        Expr::IsNull(expr) => Expr::IsNotNull(expr),
        Expr::IsNotNull(expr) => Expr::IsNull(expr),
        Expr::IsDistinctFrom(left, right) => Expr::IsNotDistinctFrom(left, right),
        Expr::IsNotDistinctFrom(left, right) => Expr::IsDistinctFrom(left, right),
        Expr::BinaryOp { left, op, right } => {
            let opposite = match op {
                BinaryOperator::Eq => BinaryOperator::NotEq,
                BinaryOperator::NotEq => BinaryOperator::Eq,
                BinaryOperator::Lt => BinaryOperator::GtEq,
                BinaryOperator::LtEq => BinaryOperator::Gt,
                BinaryOperator::Gt => BinaryOperator::LtEq,
                BinaryOperator::GtEq => BinaryOperator::Lt,
                BinaryOperator::And => BinaryOperator::Or,
                BinaryOperator::Or => BinaryOperator::And,
                _ => {
                    let tree = Expr::BinaryOp { left, op, right };
                    return Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(tree) };
                }
            };
            if matches!(opposite, BinaryOperator::And | BinaryOperator::Or) {
                let operands = vec![negated(*left), negated(*right)];
                return join(&opposite, operands);
            }
            Expr::BinaryOp { left, op: opposite, right }
        }
        value if is_value(&value) => binary(value, BinaryOperator::Eq, zero()),
        other => Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(other) },
    }
}

/// Removes the redundant `LIMIT 1` that MariaDB adds inside EXISTS.
fn unlimited(query: &mut Query) {
    let one = |limit: &Expr| limit.to_string() == "1";
    if matches!(&query.limit_clause, Some(LimitClause::LimitOffset { limit: Some(limit), offset: None, .. }) if one(limit))
    {
        query.limit_clause = None;
    }
}

/// Rules for a whole expression: the value of a default or of a generated column.
pub(super) fn whole(tree: &mut Expr) {
    number(tree);
}

/// Rules for a whole condition, in which NULL is the same as false.
pub(super) fn condition(tree: &mut Expr) {
    truth(tree);
    match tree {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            condition(left);
            condition(right);
        }
        // MariaDB 11.8's spelling of `WHERE x`.
        Expr::IsTrue(operand) => {
            *tree = take(operand);
            condition(tree);
        }
        Expr::IsFalse(operand) => {
            // MySQL's optimizer prints `x IN (SELECT …) IS FALSE` for `x NOT IN (SELECT …)`.
            if let Expr::InSubquery { negated: negated @ false, .. } = operand.as_mut() {
                *negated = true;
                *tree = take(operand);
            }
        }
        _ => {}
    }
}

fn function(tree: &mut Expr) {
    let Some((name, mut arguments)) = plain_call(tree) else { return };
    let replaced = match (name.value.as_str(), arguments.as_mut_slice()) {
        ("isnull", [operand]) => Some(Expr::IsNull(Box::new(take(operand)))),
        ("mod", [left, right]) => Some(binary(take(left), BinaryOperator::Modulo, take(right))),
        ("instr", [whole, part]) => Some(call("locate", vec![take(part), take(whole)])),
        ("datediff", [left, right]) => {
            let (left, right) = (call("to_days", vec![take(left)]), call("to_days", vec![take(right)]));
            Some(binary(left, BinaryOperator::Minus, right))
        }
        ("date_add" | "adddate", [day, span @ Expr::Interval(_)]) => {
            Some(binary(take(day), BinaryOperator::Plus, take(span)))
        }
        ("date_sub" | "subdate", [day, span @ Expr::Interval(_)]) => {
            Some(binary(take(day), BinaryOperator::Minus, take(span)))
        }
        ("if", [condition, ..]) => {
            truth(condition);
            None
        }
        _ => None,
    };
    if let Some(replaced) = replaced {
        *tree = replaced;
        return;
    }
    if let Expr::Function(function) = tree
        && function.name.to_string() == "count"
        && let FunctionArguments::List(list) = &mut function.args
        && let [FunctionArg::Unnamed(argument)] = list.args.as_mut_slice()
        && matches!(argument, FunctionArgExpr::Expr(counted) if is_zero(counted))
    {
        *argument = FunctionArgExpr::Wildcard;
        return;
    }
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
