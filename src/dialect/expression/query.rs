//! Canonical form of a view's query: every column qualified, every star expanded.
//!
//! Must not know the catalog: the caller supplies the columns of relations; columns of unknown ones are unchanged.

use std::collections::BTreeSet;

use sqlparser::ast::{
    Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, ObjectName as Path, OrderBy, OrderByKind, Query, Select,
    SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableAlias, TableFactor, TableWithJoins, Value,
};

use super::columns::{self, Relation};
use super::postgres::names;
use super::walk::{Visitor, walk};
use super::{mysql, parse, pieces, rewrite, shape, spell, unqualify};
use crate::dialect::Product;
use crate::schema::ObjectName;

/// The columns of a relation, if known.
pub(super) type ColumnsOf<'a> = &'a dyn Fn(&ObjectName) -> Option<Vec<String>>;

/// Brings a query to canonical form, in place, and returns the tables and views it reads.
pub(super) fn query(product: Product, tree: &mut Query, columns_of: ColumnsOf<'_>) -> BTreeSet<ObjectName> {
    rewrite::fold(product, tree);
    shape::apply(product, tree);
    rewrite::apply(product, tree);
    let mut scopes =
        Scopes { product, columns_of, selects: Vec::new(), names: Vec::new(), reads: BTreeSet::new(), ordering: false };
    walk(tree, &mut scopes);
    // Qualification may have made names equal, so that more rules apply.
    rewrite::apply(product, tree);
    scopes.reads
}

/// The relations of each enclosing SELECT, innermost last.
struct Scopes<'a> {
    product: Product,
    columns_of: ColumnsOf<'a>,
    selects: Vec<Vec<Relation>>,
    /// The WITH names of each enclosing query.
    names: Vec<Vec<Relation>>,
    reads: BTreeSet<ObjectName>,
    /// The depth inside ORDER BY, which refers to a SELECT that is no longer on the stack.
    ordering: bool,
}

impl Scopes<'_> {
    fn named(&self, name: &str) -> Option<&Relation> {
        self.names.iter().rev().flatten().find(|named| columns::same(self.product, &named.name, name))
    }

    /// The relations of a FROM clause.
    fn relations(&self, from: &[TableWithJoins]) -> Vec<Relation> {
        let mut relations = Vec::new();
        for table in from {
            self.add(&table.relation, &mut relations);
            for join in &table.joins {
                let start = relations.len();
                self.add(&join.relation, &mut relations);
                columns::merge(self.product, join, &mut relations, start);
            }
        }
        relations
    }

    fn add(&self, factor: &TableFactor, relations: &mut Vec<Relation>) {
        let mut relation = match factor {
            TableFactor::Table { name, args: None, .. } => self.table(name),
            TableFactor::Derived { subquery, .. } => {
                Relation { columns: columns::of_query(subquery), ..Relation::default() }
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                relations.extend(self.relations(std::slice::from_ref(table_with_joins)));
                return;
            }
            _ => Relation::default(),
        };
        if let Some(alias) = alias(factor) {
            relation.rename(alias);
        }
        relations.push(relation);
    }

    fn table(&self, path: &Path) -> Relation {
        let Some(object) = columns::object(path) else { return Relation::default() };
        if object.schema.is_none()
            && let Some(named) = self.named(object.name.as_str())
        {
            return named.clone();
        }
        Relation { name: object.name.as_str().to_owned(), columns: (self.columns_of)(&object), ..Relation::default() }
    }

    /// The relation of an unqualified column, if it is unambiguous.
    fn origin(&self, column: &str) -> Option<String> {
        for relations in self.selects.iter().rev() {
            let found = columns::find(self.product, relations, column);
            match found {
                columns::Found::Here(name) => return Some(name),
                columns::Found::Elsewhere => {}
                columns::Found::Unclear => {
                    // A single relation has the column, even if its columns are unknown.
                    let only = relations.first().filter(|_| relations.len() == 1 && self.selects.len() == 1);
                    return only.filter(|only| !only.name.is_empty()).map(|only| only.name.clone());
                }
            }
        }
        None
    }

    /// A join condition sees only the relations joined so far.
    fn qualify_joins(&mut self, from: &mut [TableWithJoins]) {
        for table in from {
            let mut relations = Vec::new();
            self.add(&table.relation, &mut relations);
            for join in &mut table.joins {
                let start = relations.len();
                self.add(&join.relation, &mut relations);
                columns::merge(self.product, join, &mut relations, start);
                let (JoinOperator::Join(constraint)
                | JoinOperator::LeftOuter(constraint)
                | JoinOperator::RightOuter(constraint)
                | JoinOperator::FullOuter(constraint)) = &mut join.join_operator
                else {
                    continue;
                };
                if let JoinConstraint::On(condition) = constraint {
                    self.selects.push(relations.clone());
                    walk(condition, &mut Qualifier { scopes: self, depth: 0 });
                    self.selects.pop();
                }
            }
        }
    }

    fn qualify(&self, tree: &mut Expr) {
        match tree {
            Expr::Identifier(column) => {
                if let Some(origin) = self.origin(&column.value) {
                    *tree = Expr::CompoundIdentifier(vec![Ident::new(origin), column.clone()]);
                }
            }
            Expr::CompoundIdentifier(parts) if parts.len() > 2 => {
                // `database.table.column`: the schema is redundant, because FROM has it.
                let keep = parts.len() - 2;
                let known = parts.get(keep).is_some_and(|table| {
                    let mut relations = self.selects.iter().flatten();
                    relations.any(|relation| columns::same(self.product, &relation.name, &table.value))
                });
                if known {
                    parts.drain(..keep);
                }
            }
            _ => {}
        }
    }

    /// The columns of `*`, if known.
    fn expand(&self, select: &mut Select) {
        let Some(relations) = self.selects.last() else { return };
        let mut projection = Vec::with_capacity(select.projection.len());
        for item in std::mem::take(&mut select.projection) {
            let relations: Option<Vec<&Relation>> = match &item {
                SelectItem::Wildcard(_) if relations.iter().all(|relation| relation.merged.is_empty()) => {
                    Some(relations.iter().collect())
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(path), _) => {
                    let wanted = columns::object(path);
                    let relation = relations.iter().find(|relation| {
                        wanted
                            .as_ref()
                            .is_some_and(|wanted| columns::same(self.product, &relation.name, wanted.name.as_str()))
                    });
                    relation.map(|relation| vec![relation])
                }
                _ => None,
            };
            let known = relations.and_then(|relations| columns::all(&relations));
            match known {
                Some(all) => projection.extend(all.into_iter().map(SelectItem::UnnamedExpr)),
                None => projection.push(item),
            }
        }
        select.projection = projection;
    }
}

impl Visitor for Scopes<'_> {
    fn enter_query(&mut self, query: &mut Query) {
        let mut names = Vec::new();
        if let Some(with) = &query.with {
            for table in &with.cte_tables {
                let mut relation = Relation { columns: columns::of_query(&table.query), ..Relation::default() };
                relation.rename(&table.alias);
                names.push(relation);
            }
        }
        self.names.push(names);
    }

    fn leave_query(&mut self, query: &mut Query) {
        order(self, query);
        self.names.pop();
    }

    fn enter_select(&mut self, select: &mut Select) {
        if self.product == Product::Postgres {
            names::rename_back(select);
        }
        self.qualify_joins(&mut select.from);
        let relations = self.relations(&select.from);
        self.selects.push(relations);
        self.expand(select);
    }

    fn leave_select(&mut self, select: &mut Select) {
        if let GroupByExpr::Expressions(expressions, _) = &mut select.group_by {
            for expression in expressions {
                if let Some(output) = position(expression, &select.projection) {
                    *expression = output;
                }
            }
        }
        for item in &mut select.projection {
            name(self.product, item);
        }
        if matches!(self.product, Product::MySql | Product::MariaDb) {
            for condition in [&mut select.selection, &mut select.having].into_iter().flatten() {
                mysql::condition(condition);
            }
        }
        self.selects.pop();
    }

    fn table_factor(&mut self, factor: &mut TableFactor) {
        if let TableFactor::Table { alias: Some(alias), args: Some(_), .. }
        | TableFactor::Function { alias: Some(alias), .. } = factor
            && matches!(alias.columns.as_slice(), [column] if column.name.value == alias.name.value)
        {
            // PostgreSQL prints `f() g(g)` for `f() g`.
            alias.columns.clear();
        }
        let TableFactor::Table { name, alias, args: None, .. } = factor else { return };
        let Some(object) = columns::object(name) else { return };
        if let Some(given) = alias
            && given.columns.is_empty()
            && columns::same(self.product, &given.name.value, object.name.as_str())
        {
            *alias = None;
        }
        if object.schema.is_some() || self.named(object.name.as_str()).is_none() {
            self.reads.insert(object);
        }
    }

    fn enter_order_by(&mut self, _: &mut OrderBy) {
        self.ordering = true;
    }

    fn leave_order_by(&mut self, _: &mut OrderBy) {
        self.ordering = false;
    }

    fn expression(&mut self, tree: &mut Expr) {
        if !self.ordering {
            self.qualify(tree);
        }
    }
}

fn alias(factor: &TableFactor) -> Option<&TableAlias> {
    match factor {
        TableFactor::Table { alias, .. }
        | TableFactor::Derived { alias, .. }
        | TableFactor::TableFunction { alias, .. }
        | TableFactor::Function { alias, .. }
        | TableFactor::UNNEST { alias, .. }
        | TableFactor::JsonTable { alias, .. }
        | TableFactor::NestedJoin { alias, .. }
        | TableFactor::XmlTable { alias, .. } => alias.as_ref(),
        _ => None,
    }
}

/// Whether an output column's name is the text of its own expression: the name MySQL gives where none is written.
fn names_itself(product: Product, tree: &Expr, name: &str) -> bool {
    let mut written = tree.clone();
    unqualify(&mut written);
    let Some(plain) = spell::plain(product, name) else { return false };
    let Some(mut expression) = parse::expression(product, &plain) else { return false };
    rewrite::expression(product, &mut expression);
    unqualify(&mut expression);
    !matches!(expression, Expr::Identifier(_)) && expression == written
}

/// Drops the name of an output column that it would have anyway.
fn name(product: Product, item: &mut SelectItem) {
    let SelectItem::ExprWithAlias { expr, alias } = item else { return };
    let own = match &*expr {
        Expr::Identifier(column) => Some(column.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|column| column.value.clone()),
        other => match product {
            Product::Postgres => names::output_name(other),
            Product::MySql | Product::MariaDb => {
                names_itself(product, other, &alias.value).then(|| alias.value.clone())
            }
            Product::Sqlite => None,
        },
    };
    let same = own.is_some_and(|own| match product {
        Product::Postgres => own == alias.value,
        Product::MySql | Product::MariaDb | Product::Sqlite => own.eq_ignore_ascii_case(&alias.value),
    });
    if same {
        *item = SelectItem::UnnamedExpr(pieces::take(expr));
    }
}

/// The output column of a number in GROUP BY or ORDER BY.
fn position(expression: &Expr, projection: &[SelectItem]) -> Option<Expr> {
    let Expr::Value(value) = expression else { return None };
    let Value::Number(number, _) = &value.value else { return None };
    let index = number.parse::<usize>().ok()?.checked_sub(1)?;
    // A preceding star may expand to any number of columns.
    let before = projection.get(..=index)?;
    before.iter().map(output).collect::<Option<Vec<_>>>()?.pop().map(|(expression, _)| expression)
}

/// An output column's expression and its alias.
fn output(item: &SelectItem) -> Option<(Expr, Option<&Ident>)> {
    match item {
        SelectItem::UnnamedExpr(expression) => Some((expression.clone(), None)),
        SelectItem::ExprWithAlias { expr, alias } => Some((expr.clone(), Some(alias))),
        _ => None,
    }
}

/// Replaces the number or name of an output column in ORDER BY by its expression.
fn order(scopes: &Scopes<'_>, query: &mut Query) {
    let SetExpr::Select(select) = query.body.as_ref() else { return };
    let Some(OrderBy { kind: OrderByKind::Expressions(orders), .. }) = &mut query.order_by else { return };
    let relations = scopes.relations(&select.from);
    let inner = Scopes {
        product: scopes.product,
        columns_of: scopes.columns_of,
        selects: scopes.selects.iter().cloned().chain([relations]).collect(),
        names: scopes.names.clone(),
        reads: BTreeSet::new(),
        ordering: false,
    };
    for order in orders {
        if let Some(output) = position(&order.expr, &select.projection) {
            order.expr = output;
            continue;
        }
        if let Expr::Identifier(name) = &order.expr {
            let named =
                select.projection.iter().filter_map(output).find(|(expression, alias)| match (alias, expression) {
                    (Some(alias), _) => columns::same(scopes.product, &alias.value, &name.value),
                    (None, Expr::CompoundIdentifier(parts)) => {
                        parts.last().is_some_and(|column| columns::same(scopes.product, &column.value, &name.value))
                    }
                    (None, _) => false,
                });
            if let Some((expression, _)) = named {
                order.expr = expression;
                continue;
            }
        }
        walk(&mut order.expr, &mut Qualifier { scopes: &inner, depth: 0 });
    }
}

/// Qualifies the columns of an expression outside its SELECT.
struct Qualifier<'a, 'b> {
    scopes: &'a Scopes<'b>,
    /// The depth of subqueries, which have their own relations.
    depth: usize,
}

impl Visitor for Qualifier<'_, '_> {
    fn enter_query(&mut self, _: &mut Query) {
        self.depth += 1;
    }

    fn leave_query(&mut self, _: &mut Query) {
        self.depth -= 1;
    }

    fn expression(&mut self, tree: &mut Expr) {
        if self.depth == 0 {
            self.scopes.qualify(tree);
        }
    }
}
