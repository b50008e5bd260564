//! Prints a tree: every grouping in parentheses, names unquoted if possible.
//!
//! Must not know what the tree means.

use sqlparser::ast::{BinaryOperator, Expr, Ident, Query, TableAlias, TableFactor, Value};
use sqlparser::keywords::ALL_KEYWORDS;

use super::walk::{Visitor, walk};
use super::{parse, spell};
use crate::dialect::Product;

/// An expression as text.
pub(super) fn expression(product: Product, tree: &mut Expr) -> String {
    walk(tree, &mut Printer { product });
    if let Expr::Nested(inner) = tree {
        return inner.to_string();
    }
    tree.to_string()
}

/// A query as text.
pub(super) fn query(product: Product, tree: &mut Query) -> String {
    walk(tree, &mut Printer { product });
    tree.to_string()
}

struct Printer {
    product: Product,
}

impl Visitor for Printer {
    fn identifier(&mut self, ident: &mut Ident) {
        if is_bare(self.product, &ident.value) {
            ident.quote_style = None;
        } else {
            let mark = spell::mark(self.product);
            // The printer does not escape values, so their quotes are doubled already.
            ident.value = ident.value.replace(mark, &format!("{mark}{mark}"));
            ident.quote_style = Some(mark);
        }
    }

    fn table_factor(&mut self, factor: &mut TableFactor) {
        if let TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } = factor
        {
            explicit(alias);
        }
    }

    fn expression(&mut self, tree: &mut Expr) {
        if let Expr::Value(value) = tree
            && let Value::HexStringLiteral(digits) = &value.value
            && matches!(self.product, Product::MySql | Product::MariaDb)
        {
            // Next to a number, MariaDB treats `0x10` as a number and `X'10'` as a string.
            value.value = Value::Number(format!("0x{digits}"), false);
        }
        if let Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = tree
            && let Expr::Nested(inner) = left.as_mut()
            && matches!(inner.as_ref(), Expr::BinaryOp { op: inner, .. } if inner == op)
        {
            // `a AND b AND c` is one chain on every product.
            let chain = std::mem::replace(inner.as_mut(), Expr::value(Value::Null));
            **left = chain;
        }
        if let Expr::UnaryOp { expr, .. } = tree
            && matches!(expr.as_ref(), Expr::UnaryOp { .. })
        {
            // Two adjacent signs would start a comment.
            let inner = std::mem::replace(expr.as_mut(), Expr::value(Value::Null));
            **expr = Expr::Nested(Box::new(inner));
        }
        if is_compound(tree) {
            let inner = std::mem::replace(tree, Expr::value(Value::Null));
            *tree = Expr::Nested(Box::new(inner));
        }
    }
}

fn explicit(alias: &mut TableAlias) {
    alias.explicit = true;
}

/// Whether an expression needs parentheses as an operand.
fn is_compound(tree: &Expr) -> bool {
    match tree {
        Expr::Exists { negated, .. } => *negated,
        Expr::BinaryOp { .. }
        | Expr::UnaryOp { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::RLike { .. }
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::InUnnest { .. }
        | Expr::AnyOp { .. }
        | Expr::AllOp { .. }
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::IsJson { .. }
        | Expr::IsNormalized { .. }
        | Expr::Collate { .. }
        | Expr::AtTimeZone { .. }
        | Expr::MemberOf(_) => true,
        _ => false,
    }
}

/// Words that the parser silently treats as something other than a name.
const SPECIAL: &[&str] = &[
    "true",
    "false",
    "null",
    "default",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "user",
    "current_role",
    "current_catalog",
    "current_schema",
    "rowid",
    "date",
    "time",
    "timestamp",
    "datetime",
    "interval",
    "array",
    "row",
    "case",
    "cast",
    "not",
    "exists",
    "any",
    "all",
    "some",
    "lateral",
    "select",
    "with",
    "values",
    "table",
];

/// Whether a name needs no quotes anywhere.
pub(super) fn is_bare(product: Product, name: &str) -> bool {
    let keeps_case = matches!(product, Product::MySql | Product::MariaDb);
    let starts = |first: char| first.is_ascii_lowercase() || first == '_' || (keeps_case && first.is_ascii_uppercase());
    let is_plain = name.starts_with(starts) && name.chars().all(|other| starts(other) || other.is_ascii_digit());
    if !is_plain || SPECIAL.iter().any(|word| word.eq_ignore_ascii_case(name)) {
        return false;
    }
    if ALL_KEYWORDS.binary_search(&name.to_ascii_uppercase().as_str()).is_err() {
        // The word is not a keyword of the parser, so no trial is necessary.
        return true;
    }
    let with = |name: &str| {
        let sql = format!(
            "SELECT {name}, {name}.{name}, {name} = 1 AS {name} FROM {name} AS {name} JOIN x ON {name} WHERE {name} AND ({name} = 1) AND f({name}, ({name})) \
             GROUP BY {name} ORDER BY {name}"
        );
        parse::query(product, &sql).map(|query| query.to_string()).ok()
    };
    with(name).is_some_and(|text| Some(text) == with("zzz").map(|text| text.replace("zzz", name)))
}
