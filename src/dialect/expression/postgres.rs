//! Differences between written and printed SQL on PostgreSQL: added casts, and operators for LIKE, IN and BETWEEN.
//!
//! Must not know other products, nor the types of columns: a cast is dropped where the catalog adds it, not where it
//! has no effect.

mod interval;
pub(super) mod names;

use sqlparser::ast::{
    Array, ArrayElemTypeDef, BinaryOperator, CastKind, DataType, Expr, FunctionArg, FunctionArgExpr,
    FunctionArgumentClause, FunctionArguments, Ident, ObjectName as Path, ObjectNamePart, TimezoneInfo, TrimWhereField,
    UnaryOperator, Value,
};

use super::pieces::{binary, call, join, plain_call, take, text};
use super::types;
use super::walk::each_expression;
use crate::dialect::Product;

/// Rules for a whole expression: a literal as a default has its column's type.
pub(super) fn whole(tree: &mut Expr) {
    drop_literal_cast(tree);
    loosen(tree);
}

/// Marks casts to text of columns that are not text. Unmarked, they would be dropped like those that the catalog adds.
pub(super) fn keep_casts(tree: &mut Expr, is_no_text: &dyn Fn(&str) -> bool) {
    each_expression(tree, |expression| {
        if let Expr::Cast { expr, data_type, .. } = expression {
            let mut inner = expr.as_ref();
            while let Expr::Nested(nested) = inner {
                inner = nested;
            }
            let column = match inner {
                Expr::Identifier(name) => Some(name),
                Expr::CompoundIdentifier(parts) => parts.last(),
                _ => None,
            };
            let name =
                column.map(|it| if it.quote_style.is_some() { it.value.clone() } else { it.value.to_lowercase() });
            types::unify(Product::Postgres, data_type);
            if types::is_text(data_type) && name.is_some_and(|name| is_no_text(&name)) {
                *data_type = DataType::Custom(Path(vec![ObjectNamePart::Identifier(Ident::new("text"))]), Vec::new());
            }
        }
    });
}

/// The rules for one expression whose children are already canonical.
pub(super) fn rule(tree: &mut Expr) {
    match tree {
        Expr::Cast { .. } => cast(tree),
        Expr::TypedString(typed) => {
            let mut data_type = typed.data_type.clone();
            types::unify(Product::Postgres, &mut data_type);
            *tree = cast_to(Expr::Value(typed.value.clone()), data_type);
            cast(tree);
        }
        Expr::Interval(interval) if interval.leading_field.is_none() && interval.last_field.is_none() => {
            let data_type = DataType::Interval { fields: None, precision: None };
            *tree = cast_to(take(&mut interval.value), data_type);
            cast(tree);
        }
        Expr::Interval(interval) if interval.last_field.is_none() && interval.leading_precision.is_none() => {
            let Some(count) = text(Product::Postgres, &interval.value) else { return };
            let Some(unit) = &interval.leading_field else { return };
            if count.parse::<u32>().is_ok() {
                let spelled =
                    Expr::value(Value::SingleQuotedString(format!("{count} {}", unit.to_string().to_lowercase())));
                *tree = cast_to(spelled, DataType::Interval { fields: None, precision: None });
                cast(tree);
            }
        }
        Expr::Function(_) => function(tree),
        Expr::Trim { trim_where, expr, trim_what, trim_characters } => {
            let name = match trim_where {
                None | Some(TrimWhereField::Both) => "btrim",
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
            };
            let mut arguments = vec![take(expr)];
            arguments.extend(trim_what.as_mut().map(|what| take(what)));
            arguments.extend(trim_characters.take().unwrap_or_default());
            *tree = call(name, arguments);
            function(tree);
        }
        Expr::Collate { expr, .. } => drop_text_cast(expr),
        Expr::Value(value) => {
            if let Value::SingleQuotedByteStringLiteral(bits) = &value.value {
                let bits = Expr::value(Value::SingleQuotedString(bits.clone()));
                *tree = cast_to(
                    bits,
                    DataType::Custom(Path(vec![ObjectNamePart::Identifier(Ident::new("bit"))]), Vec::new()),
                );
            }
        }
        Expr::Position { expr, r#in } => {
            drop_text_cast(expr);
            drop_text_cast(r#in);
        }
        Expr::BinaryOp { left, op, right } => {
            if let Some((negated, folds)) = like(op) {
                *tree = like_of(negated, folds, take(left), take(right));
                return;
            }
            if *op == BinaryOperator::PGRegexMatch
                && let Some((name, arguments)) = plain_call(right)
                && matches!(name.value.as_str(), "similar_to_escape" | "similar_escape")
            {
                let mut arguments = arguments.into_iter().map(take);
                let pattern = arguments.next().unwrap_or_else(|| Expr::value(Value::Null));
                let escape_char = arguments.next().map(Box::new);
                let (expr, pattern) = (Box::new(take(left)), Box::new(pattern));
                *tree = Expr::SimilarTo { negated: false, expr, pattern, escape_char };
                rule(tree);
                return;
            }
            operands(left, &op.clone(), right);
        }
        Expr::Like { expr, pattern, .. }
        | Expr::ILike { expr, pattern, .. }
        | Expr::SimilarTo { expr, pattern, .. } => {
            drop_text_cast(expr);
            drop_text_cast(pattern);
        }
        Expr::Between { expr, negated, low, high } => {
            let (lower, upper, op) = if *negated {
                (BinaryOperator::Lt, BinaryOperator::Gt, BinaryOperator::Or)
            } else {
                (BinaryOperator::GtEq, BinaryOperator::LtEq, BinaryOperator::And)
            };
            let value = take(expr);
            *tree = binary(compare(value.clone(), lower, take(low)), op, compare(value, upper, take(high)));
        }
        Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
            operands(left, &BinaryOperator::Eq, right);
        }
        Expr::InList { expr, list, negated } => *tree = in_list(take(expr), std::mem::take(list), *negated),
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
            if let Some(list) = array_elements(right) {
                *tree = in_list(take(left), list, false);
            }
        }
        Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => {
            if let Some(list) = array_elements(right) {
                *tree = in_list(take(left), list, true);
            }
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            if let Some(operand) = operand {
                drop_text_cast(operand);
                for case in conditions.iter_mut() {
                    drop_literal_cast(&mut case.condition);
                }
            }
            for case in conditions.iter_mut() {
                drop_added_cast(&mut case.result);
            }
            if let Some(result) = else_result {
                drop_added_cast(result);
            }
        }
        _ => {}
    }
}

fn cast_to(tree: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(tree), data_type, format: None }
}

/// Drops the cast of a literal to its own type.
fn cast(tree: &mut Expr) {
    let Expr::Cast { expr, data_type, .. } = tree else { return };
    if is_number(expr) {
        if types::is_of_number(&expr.to_string(), data_type) {
            *tree = take(expr);
        }
        return;
    }
    if *data_type == DataType::Text && matches!(expr.as_ref(), Expr::Value(value) if value.value == Value::Null) {
        *tree = take(expr);
        return;
    }
    let Some(content) = text(Product::Postgres, expr) else { return };
    if types::is_text(data_type) {
        *tree = take(expr);
    } else if types::is_number(data_type) {
        let content = content.trim();
        let digits = content.strip_prefix('-').unwrap_or(content);
        let is_plain = digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.chars().all(|character| character.is_ascii_digit() || character == '.');
        if is_plain {
            let number = Expr::value(Value::Number(digits.to_owned(), false));
            **expr = if digits.len() < content.len() {
                Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) }
            } else {
                number
            };
            cast(tree);
        }
    } else if matches!(data_type, DataType::Interval { fields: None, precision: None }) {
        if let Some(printed) = interval::printed(&content) {
            **expr = Expr::value(Value::SingleQuotedString(printed));
        }
    } else if matches!(data_type, DataType::Timestamp(..)) {
        let is_date =
            content.len() == 10 && content.chars().all(|character| character.is_ascii_digit() || character == '-');
        if is_date && matches!(data_type, DataType::Timestamp(_, TimezoneInfo::None)) {
            **expr = Expr::value(Value::SingleQuotedString(format!("{content} 00:00:00")));
        }
    } else if *data_type == DataType::Boolean {
        match content.as_str() {
            "t" | "true" => *tree = Expr::value(Value::Boolean(true)),
            "f" | "false" => *tree = Expr::value(Value::Boolean(false)),
            _ => {}
        }
    }
}

fn is_number(tree: &Expr) -> bool {
    match tree {
        Expr::Value(value) => matches!(value.value, Value::Number(..)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => is_number(expr),
        _ => false,
    }
}

/// Whether the expression is a literal, cast or not.
fn is_literal(tree: &Expr) -> bool {
    match tree {
        Expr::Value(_) => true,
        Expr::Cast { expr, .. } => is_literal(expr),
        _ => is_number(tree),
    }
}

/// Drops the cast of a literal whose type follows from its location.
fn drop_literal_cast(tree: &mut Expr) {
    if let Expr::Cast { expr, data_type, .. } = tree
        && (matches!(expr.as_ref(), Expr::Value(_)) || is_number(expr))
        && types::is_open(data_type)
    {
        *tree = take(expr);
    }
}

/// Drops the cast of a literal operand, but not that of a number, whose type decides how the rest is computed (`x / 2`
/// and `x / 2::numeric`).
fn drop_operand_cast(tree: &mut Expr) {
    let is_of_number = matches!(tree, Expr::Cast { data_type, .. } if types::is_number(data_type));
    if !is_of_number {
        drop_literal_cast(tree);
    }
}

/// Drops the casts to `numeric` in sums and products that are only compared or stored: without a division the values are
/// the same in any type that holds them.
fn loosen(tree: &mut Expr) {
    match tree {
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply, right }
            if !(is_literal(left) && is_literal(right)) =>
        {
            for operand in [left, right] {
                drop_numeric_cast(operand);
                if matches!(operand.as_ref(), Expr::Cast { data_type, .. } if types::is_number(data_type)) {
                    drop_literal_cast(operand);
                }
                loosen(operand);
            }
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => loosen(expr),
        _ => {}
    }
}

/// Drops the casts to text that make a `varchar` comparable, matchable, or an argument of a text function.
fn drop_text_cast(tree: &mut Expr) {
    if let Expr::Cast { expr, data_type, .. } = tree
        && types::is_text(data_type)
    {
        *tree = take(expr);
    }
}

fn drop_added_cast(tree: &mut Expr) {
    drop_text_cast(tree);
    drop_literal_cast(tree);
}

/// Drops the cast of an integer column to `numeric`, which the catalog adds next to a `numeric` operand.
fn drop_numeric_cast(tree: &mut Expr) {
    if let Expr::Cast { expr, data_type, .. } = tree
        && matches!(data_type, DataType::Numeric(sqlparser::ast::ExactNumberInfo::None))
        && matches!(expr.as_ref(), Expr::Identifier(_) | Expr::CompoundIdentifier(_))
    {
        *tree = take(expr);
    }
}

/// Drops the casts the catalog adds around the operands of an operator.
fn operands(left: &mut Expr, op: &BinaryOperator, right: &mut Expr) {
    // The types of two literal operands follow only from their casts.
    let decided = !(is_literal(left) && is_literal(right));
    match op {
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Lt
        | BinaryOperator::LtEq
        | BinaryOperator::Gt
        | BinaryOperator::GtEq => {
            for operand in [left, right] {
                drop_text_cast(operand);
                drop_numeric_cast(operand);
                loosen(operand);
                if decided {
                    drop_literal_cast(operand);
                }
            }
        }
        BinaryOperator::StringConcat
        | BinaryOperator::PGStartsWith
        | BinaryOperator::PGRegexMatch
        | BinaryOperator::PGRegexIMatch
        | BinaryOperator::PGRegexNotMatch
        | BinaryOperator::PGRegexNotIMatch => {
            for operand in [left, right] {
                drop_text_cast(operand);
                if decided {
                    drop_literal_cast(operand);
                }
            }
        }
        _ if decided => {
            drop_operand_cast(left);
            drop_operand_cast(right);
        }
        _ => {}
    }
}

fn compare(mut left: Expr, op: BinaryOperator, mut right: Expr) -> Expr {
    operands(&mut left, &op, &mut right);
    binary(left, op, right)
}

/// Whether an operator is a spelling of LIKE: negated, and whether it ignores case.
fn like(op: &BinaryOperator) -> Option<(bool, bool)> {
    match op {
        BinaryOperator::PGLikeMatch => Some((false, false)),
        BinaryOperator::PGNotLikeMatch => Some((true, false)),
        BinaryOperator::PGILikeMatch => Some((false, true)),
        BinaryOperator::PGNotILikeMatch => Some((true, true)),
        _ => None,
    }
}

fn like_of(negated: bool, folds: bool, mut left: Expr, mut right: Expr) -> Expr {
    let mut escape_char = None;
    if let Some((name, arguments)) = plain_call(&mut right)
        && name.value == "like_escape"
        && let [pattern, escape] = arguments.into_iter().collect::<Vec<_>>().as_mut_slice()
    {
        escape_char = Some(Box::new(take(escape)));
        let pattern = take(pattern);
        right = pattern;
    }
    drop_text_cast(&mut left);
    drop_text_cast(&mut right);
    let (expr, pattern) = (Box::new(left), Box::new(right));
    if folds {
        Expr::ILike { negated, any: false, expr, pattern, escape_char }
    } else {
        Expr::Like { negated, any: false, expr, pattern, escape_char }
    }
}

/// The elements of `ARRAY[…]`, cast or not.
fn array_elements(tree: &mut Expr) -> Option<Vec<Expr>> {
    match tree {
        Expr::Array(Array { elem, .. }) => Some(std::mem::take(elem)),
        Expr::Cast { expr, data_type: DataType::Array(ArrayElemTypeDef::SquareBracket(element, _)), .. }
            if types::is_open(element) =>
        {
            array_elements(expr)
        }
        _ => None,
    }
}

/// PostgreSQL prints two or more list elements without columns as an array, and compares the others one by one.
fn in_list(mut value: Expr, mut list: Vec<Expr>, negated: bool) -> Expr {
    drop_text_cast(&mut value);
    for element in &mut list {
        drop_added_cast(element);
    }
    let (op, joined_by) =
        if negated { (BinaryOperator::NotEq, BinaryOperator::And) } else { (BinaryOperator::Eq, BinaryOperator::Or) };
    let constant = list.iter().filter(|element| !reads_column(element)).count();
    if constant == list.len() && constant != 1 {
        return Expr::InList { expr: Box::new(value), list, negated };
    }
    let mut operands = Vec::new();
    let singles = if constant > 1 {
        let (columns, constants) = list.into_iter().partition(reads_column);
        operands.push(Expr::InList { expr: Box::new(value.clone()), list: constants, negated });
        columns
    } else {
        list
    };
    for element in singles {
        operands.push(compare(value.clone(), op.clone(), element));
    }
    join(&joined_by, operands)
}

fn reads_column(tree: &Expr) -> bool {
    let mut reads = false;
    // The only traversal takes a mutable tree.
    each_expression(&mut tree.clone(), |expression| {
        reads |= matches!(expression, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    });
    reads
}

fn function(tree: &mut Expr) {
    if let Expr::Function(function) = tree
        && let FunctionArguments::List(list) = &mut function.args
    {
        for argument in &mut list.args {
            if let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument {
                drop_text_cast(argument);
            }
        }
        for clause in &mut list.clauses {
            if let FunctionArgumentClause::OrderBy(orders) = clause {
                orders.iter_mut().for_each(|order| drop_text_cast(&mut order.expr));
            }
        }
    }
    let Some((name, mut arguments)) = plain_call(tree) else { return };
    let name = name.value.clone();
    let any_literal = matches!(name.as_str(), "coalesce" | "greatest" | "least" | "nullif")
        && !arguments.iter().all(|argument| is_literal(argument));
    for argument in &mut arguments {
        if any_literal || is_regclass(argument) {
            drop_literal_cast(argument);
        }
    }
    match (name.as_str(), arguments.as_mut_slice()) {
        ("row", [_, _, ..]) => *tree = Expr::Tuple(arguments.into_iter().map(take).collect()),
        ("current_timestamp", []) => {
            if let Expr::Function(function) = tree
                && matches!(function.args, FunctionArguments::None)
            {
                *tree = call("now", Vec::new());
            }
        }
        _ => {}
    }
}

fn is_regclass(tree: &Expr) -> bool {
    match tree {
        Expr::Cast { data_type: DataType::Regclass, .. } => true,
        Expr::Cast { data_type: DataType::Custom(name, _), .. } => name.to_string() == "regconfig",
        _ => false,
    }
}
