//! Resolves columns to relations.
//!
//! Must not know how queries are traversed.

use sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName as Path, ObjectNamePart, Query, SelectItem, SetExpr,
    TableAlias,
};

use crate::dialect::Product;
use crate::schema::ObjectName;

/// A table, view or subquery in a FROM clause, under its qualifier.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    pub name: String,
    /// Its columns in order, if known.
    pub columns: Option<Vec<String>>,
    /// The columns merged with another relation's by `USING`.
    pub merged: Vec<String>,
    /// Whether the merged columns resolve to this relation.
    pub leads: bool,
    /// Whether `NATURAL` merges unlisted columns.
    pub natural: bool,
}

impl Relation {
    /// Applies an alias and its column list.
    pub(super) fn rename(&mut self, alias: &TableAlias) {
        self.name.clone_from(&alias.name.value);
        if !alias.columns.is_empty() {
            let mut names: Vec<String> = alias.columns.iter().map(|column| column.name.value.clone()).collect();
            if let Some(columns) = &self.columns {
                names.extend(columns.iter().skip(names.len()).cloned());
            }
            self.columns = Some(names);
        }
    }
}

/// The result of resolving a column.
pub(super) enum Found {
    /// In the relation of this name, and nowhere else.
    Here(String),
    /// In none of them.
    Elsewhere,
    /// It could be in several.
    Unclear,
}

/// Resolves a column among the relations of one FROM clause.
pub(super) fn find(product: Product, relations: &[Relation], column: &str) -> Found {
    let in_list = |columns: &[String]| columns.iter().any(|other| same_column(product, other, column));
    if relations.iter().any(|relation| relation.natural) {
        return Found::Unclear;
    }
    if relations.iter().any(|relation| in_list(&relation.merged)) {
        let lead = relations.iter().find(|relation| relation.leads && in_list(&relation.merged));
        return lead.map_or(Found::Unclear, |lead| Found::Here(lead.name.clone()));
    }
    let mut holders = relations.iter().filter(|relation| relation.columns.as_deref().is_some_and(in_list));
    let unknown = relations.iter().any(|relation| relation.columns.is_none());
    match (holders.next(), holders.next()) {
        // If a relation with unknown columns had it too, the query would be ambiguous, which the database rejects.
        (Some(only), None) if !only.name.is_empty() => Found::Here(only.name.clone()),
        (Some(_), _) => Found::Unclear,
        (None, _) if unknown => Found::Unclear,
        (None, _) => Found::Elsewhere,
    }
}

/// All columns of the relations, qualified, if all are known.
pub(super) fn all(relations: &[&Relation]) -> Option<Vec<Expr>> {
    let mut all = Vec::new();
    for relation in relations {
        if relation.name.is_empty() || relation.natural {
            return None;
        }
        for column in relation.columns.as_ref()? {
            all.push(Expr::CompoundIdentifier(vec![Ident::new(relation.name.clone()), Ident::new(column.clone())]));
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Records the columns that a join merges; `start` is the index of its right side.
pub(super) fn merge(product: Product, join: &Join, relations: &mut [Relation], start: usize) {
    let (constraint, leads) = match &join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint) => (constraint, true),
        JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => (constraint, false),
        _ => return,
    };
    match constraint {
        JoinConstraint::Natural => relations.iter_mut().for_each(|relation| relation.natural = true),
        JoinConstraint::Using(paths) => {
            let used: Vec<String> = paths.iter().filter_map(object).map(|name| name.name.as_str().to_owned()).collect();
            let only_left = start == 1;
            for (index, relation) in relations.iter_mut().enumerate() {
                relation.leads = index == 0 && leads && only_left;
                for name in &used {
                    if !relation.merged.iter().any(|other| same_column(product, other, name)) {
                        relation.merged.push(name.clone());
                    }
                }
            }
        }
        JoinConstraint::On(_) | JoinConstraint::None => {}
    }
}

/// The names of a query's output columns, if all are known.
pub(super) fn of_query(query: &Query) -> Option<Vec<String>> {
    let mut body = query.body.as_ref();
    loop {
        match body {
            SetExpr::SetOperation { left, .. } => body = left,
            SetExpr::Query(inner) => body = &inner.body,
            SetExpr::Select(select) => {
                let names = select.projection.iter().map(|item| match item {
                    SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.clone()),
                    SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                        parts.last().map(|name| name.value.clone())
                    }
                    SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
                    _ => None,
                });
                return names.collect();
            }
            _ => return None,
        }
    }
}

/// A path as an object's name; the first of three parts is the database.
pub(super) fn object(path: &Path) -> Option<ObjectName> {
    let mut parts = path.0.iter().rev().map(|part| match part {
        ObjectNamePart::Identifier(name) => Some(name.value.as_str()),
        ObjectNamePart::Function(_) => None,
    });
    let name = parts.next()??;
    Some(match parts.next() {
        Some(schema) => ObjectName::qualified(schema?, name),
        None => ObjectName::local(name),
    })
}

/// Whether two names of tables or aliases are equal.
pub(super) fn same(product: Product, left: &str, right: &str) -> bool {
    match product {
        Product::Sqlite => left.eq_ignore_ascii_case(right),
        Product::Postgres | Product::MySql | Product::MariaDb => left == right,
    }
}

fn same_column(product: Product, left: &str, right: &str) -> bool {
    match product {
        Product::Postgres => left == right,
        Product::Sqlite | Product::MySql | Product::MariaDb => left.eq_ignore_ascii_case(right),
    }
}
