//! One traversal of the AST for all visitors. Visitors are `dyn`: a generic visitor would compile the traversal of the whole
//! grammar again, some 300 KiB each time.
//!
//! Must not know what a visitor does.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, OrderBy, OrderByExpr, Query, Select, TableFactor, VisitMut, VisitorMut};

/// Visitor over the AST; every hook defaults to a no-op. Children are visited between `enter` and `leave`, and before the
/// hooks that have no such pair.
pub(super) trait Visitor {
    fn enter_query(&mut self, _: &mut Query) {}
    fn leave_query(&mut self, _: &mut Query) {}
    fn enter_select(&mut self, _: &mut Select) {}
    fn leave_select(&mut self, _: &mut Select) {}
    fn enter_order_by(&mut self, _: &mut OrderBy) {}
    fn leave_order_by(&mut self, _: &mut OrderBy) {}
    fn order_by_expression(&mut self, _: &mut OrderByExpr) {}
    fn table_factor(&mut self, _: &mut TableFactor) {}
    fn enter_expression(&mut self, _: &mut Expr) {}
    fn expression(&mut self, _: &mut Expr) {}
    fn identifier(&mut self, _: &mut Ident) {}
}

/// Walks a tree.
pub(super) fn walk(tree: &mut impl VisitMut, visitor: &mut dyn Visitor) {
    let _ = tree.visit(&mut Traversal(visitor));
}

/// Calls a function for every expression in a tree, innermost first.
pub(super) fn each_expression(tree: &mut Expr, mut done: impl FnMut(&mut Expr)) {
    walk(tree, &mut EachExpression(&mut done));
}

struct EachExpression<'a>(&'a mut dyn FnMut(&mut Expr));

impl Visitor for EachExpression<'_> {
    fn expression(&mut self, tree: &mut Expr) {
        (self.0)(tree);
    }
}

struct Traversal<'a>(&'a mut dyn Visitor);

/// Forwards one hook of the traversal.
macro_rules! pass {
    ($($hook:ident($part:ty) => $to:ident,)+) => {
        $(fn $hook(&mut self, part: &mut $part) -> ControlFlow<()> {
            self.0.$to(part);
            ControlFlow::Continue(())
        })+
    };
}

impl VisitorMut for Traversal<'_> {
    type Break = ();

    pass! {
        pre_visit_query(Query) => enter_query,
        post_visit_query(Query) => leave_query,
        pre_visit_select(Select) => enter_select,
        post_visit_select(Select) => leave_select,
        pre_visit_order_by(OrderBy) => enter_order_by,
        post_visit_order_by(OrderBy) => leave_order_by,
        post_visit_order_by_expr(OrderByExpr) => order_by_expression,
        post_visit_table_factor(TableFactor) => table_factor,
        pre_visit_expr(Expr) => enter_expression,
        post_visit_expr(Expr) => expression,
        post_visit_ident(Ident) => identifier,
    }
}
