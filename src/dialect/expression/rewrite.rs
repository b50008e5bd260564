//! Rules that hold in every database: parentheses, names, operators with two spellings.
//!
//! Must not know the rules of one product; those are in `postgres` and `mysql`.

use sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Expr, Ident, ObjectNamePart, OrderByExpr, UnaryOperator,
    Value, VisitMut,
};

use super::pieces::{call, join, take};
use super::walk::{Visitor, walk};
use super::{mysql, postgres, types};
use crate::dialect::Product;

/// Brings an expression to its canonical form, in place.
pub(super) fn expression(product: Product, tree: &mut Expr) {
    fold(product, tree);
    apply(product, tree);
    match product {
        Product::Postgres => postgres::whole(tree),
        Product::MySql | Product::MariaDb => mysql::whole(tree),
        Product::Sqlite => {}
    }
}

/// Applies the rules to every expression in a tree, innermost first.
pub(super) fn apply(product: Product, tree: &mut impl VisitMut) {
    walk(tree, &mut Rules { product });
}

struct Rules {
    product: Product,
}

impl Visitor for Rules {
    fn order_by_expression(&mut self, order: &mut OrderByExpr) {
        direction(self.product, order);
    }

    fn enter_expression(&mut self, tree: &mut Expr) {
        regroup(tree);
    }

    fn expression(&mut self, tree: &mut Expr) {
        common(self.product, tree);
        match self.product {
            Product::Postgres => postgres::rule(tree),
            Product::MySql | Product::MariaDb => mysql::rule(self.product, tree),
            Product::Sqlite => {}
        }
    }
}

/// Folds every name as the database stores it. Must be applied once: a second pass would fold quoted names.
pub(super) fn fold(product: Product, tree: &mut impl VisitMut) {
    walk(tree, &mut Names { product });
}

struct Names {
    product: Product,
}

impl Visitor for Names {
    fn identifier(&mut self, ident: &mut Ident) {
        let quoted = ident.quote_style.take();
        if let Some(mark) = quoted {
            ident.value = ident.value.replace(&format!("{mark}{mark}"), &mark.to_string());
        }
        let folds = match self.product {
            Product::Postgres => quoted.is_none(),
            Product::Sqlite => true,
            // Tables and aliases keep their case, which may be significant; columns are folded at their location.
            Product::MySql | Product::MariaDb => false,
        };
        if folds {
            ident.value = ident.value.to_ascii_lowercase();
        }
    }
}

/// Removes ASC and the default order of NULLs.
fn direction(product: Product, order: &mut OrderByExpr) {
    use sqlparser::ast::OrderBySort;
    if order.options.sort == Some(OrderBySort::Asc) {
        order.options.sort = None;
    }
    let descending = order.options.sort == Some(OrderBySort::Desc);
    let nulls_are_high = product == Product::Postgres;
    if order.options.nulls_first == Some(descending == nulls_are_high) {
        order.options.nulls_first = None;
    }
}

fn common(product: Product, tree: &mut Expr) {
    match tree {
        Expr::Nested(inner) => *tree = take(inner),
        Expr::Identifier(name) => lower_column(product, name),
        Expr::CompoundIdentifier(parts) => {
            if let Some(column) = parts.last_mut() {
                lower_column(product, column);
            }
        }
        Expr::Function(function) => {
            if matches!(product, Product::MySql | Product::MariaDb)
                && let Some(ObjectNamePart::Identifier(name)) = function.name.0.last_mut()
            {
                name.value = name.value.to_ascii_lowercase();
            }
        }
        Expr::Substring { expr, substring_from: Some(from), substring_for, .. } => {
            let mut arguments = vec![take(expr), take(from)];
            arguments.extend(substring_for.as_mut().map(|length| take(length)));
            *tree = call("substring", arguments);
        }
        Expr::Substring { expr, substring_from: None, substring_for: Some(length), .. } => {
            let one = Expr::value(Value::Number("1".to_owned(), false));
            *tree = call("substring", vec![take(expr), one, take(length)]);
        }
        Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            *tree = call("ceil", vec![take(expr)]);
        }
        Expr::Floor { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            *tree = call("floor", vec![take(expr)]);
        }
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } if matches!(expr.as_ref(), Expr::Value(_)) => {
            *tree = take(expr);
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => {
            // Databases print `x NOT IN (SELECT …)` as `NOT (x IN (SELECT …))`.
            match expr.as_mut() {
                Expr::InSubquery { negated, .. } | Expr::Exists { negated, .. } => {
                    *negated = !*negated;
                    *tree = take(expr);
                }
                Expr::IsDistinctFrom(left, right) => {
                    *tree = Expr::IsNotDistinctFrom(Box::new(take(left)), Box::new(take(right)));
                }
                _ => {}
            }
        }
        Expr::Cast { kind, data_type, .. } => {
            if *kind == CastKind::DoubleColon {
                *kind = CastKind::Cast;
            }
            types::unify(product, data_type);
        }
        // The operands are already grouped to the left, and may have become a chain only now.
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } if is_chain(op, right) => {
            let op = op.clone();
            let mut operands = vec![take(left)];
            chain(&op, take(right), &mut operands);
            *tree = join(&op, operands);
        }
        _ => {}
    }
}

/// Groups a whole chain of ANDs or of ORs to the left before its operands are visited.
fn regroup(tree: &mut Expr) {
    if let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), right, .. } = tree
        && is_chain(op, right)
    {
        let (op, mut operands) = (op.clone(), Vec::new());
        chain(&op, take(tree), &mut operands);
        *tree = join(&op, operands);
    }
}

fn is_chain(op: &BinaryOperator, tree: &Expr) -> bool {
    match tree {
        Expr::BinaryOp { op: inner, .. } => inner == op,
        Expr::Nested(inner) => is_chain(op, inner),
        _ => false,
    }
}

/// The operands of a chain of ANDs or of ORs, regardless of grouping.
fn chain(op: &BinaryOperator, tree: Expr, operands: &mut Vec<Expr>) {
    match tree {
        Expr::Nested(inner) if is_chain(op, &inner) => chain(op, *inner, operands),
        Expr::BinaryOp { left, op: inner, right } if inner == *op => {
            chain(op, *left, operands);
            chain(op, *right, operands);
        }
        other => operands.push(other),
    }
}

fn lower_column(product: Product, name: &mut Ident) {
    if product != Product::Postgres {
        name.value = name.value.to_ascii_lowercase();
    }
}
