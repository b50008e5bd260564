//! Canonical form of joins, set operations and clauses.
//!
//! Must not know columns.

use sqlparser::ast::{
    Join, JoinConstraint, JoinOperator, LimitClause, Offset, OffsetRows, Query, Select, SelectItem, SetExpr,
    SetOperator, SetQuantifier, TableFactor, TableWithJoins,
};

use super::pieces;
use super::walk::{Visitor, walk};
use crate::dialect::Product;

/// Brings a query's clauses to canonical form, in place.
pub(super) fn apply(product: Product, tree: &mut Query) {
    walk(tree, &mut Shape { product });
}

struct Shape {
    product: Product,
}

impl Visitor for Shape {
    fn leave_query(&mut self, query: &mut Query) {
        body(&mut query.body);
        while let SetExpr::Query(inner) = query.body.as_mut() {
            // `(SELECT …) ORDER BY x`: the parentheses are redundant.
            if inner.with.is_some() || !is_plain(inner) {
                break;
            }
            let inner = std::mem::replace(&mut inner.body, Box::new(empty()));
            query.body = inner;
        }
        if let Some(LimitClause::OffsetCommaLimit { offset, limit }) = &mut query.limit_clause {
            query.limit_clause = Some(LimitClause::LimitOffset {
                limit: Some(pieces::take(limit)),
                offset: Some(Offset { value: pieces::take(offset), rows: OffsetRows::None }),
                limit_by: Vec::new(),
            });
        }
        if let Some(LimitClause::LimitOffset { offset: Some(offset), .. }) = &mut query.limit_clause {
            offset.rows = OffsetRows::None;
        }
    }

    fn leave_select(&mut self, select: &mut Select) {
        for from in &mut select.from {
            flatten(from);
        }
        if matches!(self.product, Product::MySql | Product::MariaDb) {
            commas(&mut select.from);
        }
        for join in select.from.iter_mut().flat_map(|from| &mut from.joins) {
            operator(self.product, join);
        }
    }
}

fn empty() -> SetExpr {
    SetExpr::Values(sqlparser::ast::Values { explicit_row: false, value_keyword: false, rows: Vec::new() })
}

/// Whether a query has only a body.
fn is_plain(query: &Query) -> bool {
    query.order_by.is_none() && query.limit_clause.is_none() && query.fetch.is_none() && query.locks.is_empty()
}

/// Removes redundant parentheses around the operands of set operations.
fn body(tree: &mut SetExpr) {
    let SetExpr::SetOperation { op, left, right, set_quantifier } = tree else { return };
    if *set_quantifier == SetQuantifier::Distinct {
        *set_quantifier = SetQuantifier::None;
    }
    body(left);
    body(right);
    unname(right);
    if let SetExpr::Query(inner) = left.as_mut()
        && inner.with.is_none()
        && is_plain(inner)
    {
        let same = match inner.body.as_ref() {
            SetExpr::Select(_) | SetExpr::Values(_) => true,
            SetExpr::SetOperation { .. } => *op != SetOperator::Intersect,
            _ => false,
        };
        if same {
            *left = std::mem::replace(&mut inner.body, Box::new(empty()));
            body(left);
        }
    }
    if let SetExpr::Query(inner) = right.as_mut()
        && inner.with.is_none()
        && is_plain(inner)
        && matches!(inner.body.as_ref(), SetExpr::Select(_) | SetExpr::Values(_))
    {
        *right = std::mem::replace(&mut inner.body, Box::new(empty()));
    }
}

/// The column names of a set operation are those of its first operand.
fn unname(tree: &mut SetExpr) {
    match tree {
        SetExpr::Select(select) => {
            for item in &mut select.projection {
                if let SelectItem::ExprWithAlias { expr, .. } = item {
                    *item = SelectItem::UnnamedExpr(pieces::take(expr));
                }
            }
        }
        SetExpr::SetOperation { left, right, .. } => {
            unname(left);
            unname(right);
        }
        _ => {}
    }
}

/// `(a JOIN b) JOIN c` is `a JOIN b JOIN c`.
fn flatten(from: &mut TableWithJoins) {
    while let TableFactor::NestedJoin { table_with_joins, alias: None } = &mut from.relation {
        let mut joins = std::mem::take(&mut table_with_joins.joins);
        joins.append(&mut from.joins);
        let relation = table_with_joins.relation.clone();
        from.relation = relation;
        from.joins = joins;
    }
    for join in &mut from.joins {
        if let TableFactor::NestedJoin { table_with_joins, alias: None } = &mut join.relation {
            flatten(table_with_joins);
            if table_with_joins.joins.is_empty() {
                let relation = table_with_joins.relation.clone();
                join.relation = relation;
            }
        }
    }
}

/// MySQL prints `FROM a, b` as a join.
fn commas(from: &mut Vec<TableWithJoins>) {
    let mut rest = std::mem::take(from).into_iter();
    let Some(mut first) = rest.next() else { return };
    for other in rest {
        let relation = other.relation;
        let join_operator = JoinOperator::Join(JoinConstraint::None);
        first.joins.push(Join { relation, global: false, join_operator });
        first.joins.extend(other.joins);
    }
    from.push(first);
}

fn operator(product: Product, join: &mut Join) {
    let none = || JoinOperator::Join(JoinConstraint::None);
    let unified = match std::mem::replace(&mut join.join_operator, none()) {
        JoinOperator::Inner(constraint) => JoinOperator::Join(constraint),
        JoinOperator::Left(constraint) => JoinOperator::LeftOuter(constraint),
        JoinOperator::Right(constraint) => JoinOperator::RightOuter(constraint),
        JoinOperator::CrossJoin(constraint) if product != Product::Postgres => JoinOperator::Join(constraint),
        JoinOperator::Join(JoinConstraint::None) if product == Product::Postgres => {
            JoinOperator::CrossJoin(JoinConstraint::None)
        }
        other => other,
    };
    join.join_operator = unified;
    if let TableFactor::NestedJoin { table_with_joins, .. } = &mut join.relation {
        for inner in &mut table_with_joins.joins {
            operator(product, inner);
        }
    }
}
