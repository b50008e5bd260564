//! The names that PostgreSQL generates for output columns and for tables read twice.
//!
//! Must not know what expressions mean.

use sqlparser::ast::{DataType, Expr, ObjectNamePart, Select, TableFactor};

use crate::dialect::expression::walk::{Visitor, walk};

/// The name that PostgreSQL generates for an output column without one.
pub(in crate::dialect::expression) fn output_name(tree: &Expr) -> Option<String> {
    Some(match tree {
        Expr::Function(function) => function.name.0.last()?.as_ident()?.value.clone(),
        Expr::Case { else_result, .. } => {
            let named = else_result.as_deref().filter(|other| is_column(other));
            named.and_then(output_name).unwrap_or_else(|| "case".to_owned())
        }
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(parts) => parts.last()?.value.clone(),
        Expr::Cast { expr, data_type, .. } => match output_name(expr) {
            Some(name) if name != "?column?" => name,
            _ => type_name(data_type)?.to_owned(),
        },
        Expr::Exists { negated: false, .. } => "exists".to_owned(),
        Expr::Extract { .. } => "extract".to_owned(),
        Expr::AtTimeZone { .. } => "timezone".to_owned(),
        Expr::Array(_) => "array".to_owned(),
        Expr::Subquery(_) => return None,
        _ => "?column?".to_owned(),
    })
}

fn is_column(tree: &Expr) -> bool {
    matches!(tree, Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Function(_))
}

fn type_name(data_type: &DataType) -> Option<&'static str> {
    Some(match data_type {
        DataType::Text => "text",
        DataType::CharacterVarying(_) => "varchar",
        DataType::Character(_) => "bpchar",
        DataType::Integer(_) => "int4",
        DataType::BigInt(_) => "int8",
        DataType::SmallInt(_) => "int2",
        DataType::Numeric(_) => "numeric",
        DataType::DoublePrecision => "float8",
        DataType::Real => "float4",
        DataType::Boolean => "bool",
        DataType::Date => "date",
        DataType::Uuid => "uuid",
        DataType::JSON => "json",
        DataType::JSONB => "jsonb",
        _ => return None,
    })
}

/// Removes a generated alias: PostgreSQL prints `FROM item item_1` if an outer query reads `item` too.
pub(in crate::dialect::expression) fn rename_back(select: &mut Select) {
    let mut names: Vec<String> = Vec::new();
    let mut renamed: Vec<(String, String)> = Vec::new();
    for factor in select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)))
    {
        let TableFactor::Table { name, alias, .. } = factor else { continue };
        let Some(own) = name.0.last().and_then(ObjectNamePart::as_ident) else { continue };
        match alias {
            None => names.push(own.value.clone()),
            Some(alias) => {
                names.push(alias.name.value.clone());
                let number = alias.name.value.strip_prefix(&own.value).and_then(|rest| rest.strip_prefix('_'));
                if alias.columns.is_empty() && number.is_some_and(|number| number.parse::<u32>().is_ok()) {
                    renamed.push((alias.name.value.clone(), own.value.clone()));
                }
            }
        }
    }
    for (alias, own) in renamed {
        let mut uses = Uses { name: &own, found: names.contains(&own) };
        walk(select, &mut uses);
        if !uses.found {
            walk(select, &mut Renaming { from: &alias, to: &own });
            names.push(own);
        }
    }
}

/// Whether a column is qualified with a name.
struct Uses<'a> {
    name: &'a str,
    found: bool,
}

impl Visitor for Uses<'_> {
    fn expression(&mut self, tree: &mut Expr) {
        self.found |= matches!(tree, Expr::CompoundIdentifier(parts) if parts.first().is_some_and(|part| part.value == self.name));
    }
}

/// Renames a relation everywhere.
struct Renaming<'a> {
    from: &'a str,
    to: &'a str,
}

impl Visitor for Renaming<'_> {
    fn expression(&mut self, tree: &mut Expr) {
        if let Expr::CompoundIdentifier(parts) = tree
            && let Some(first) = parts.first_mut()
            && first.value == self.from
        {
            self.to.clone_into(&mut first.value);
        }
    }

    fn table_factor(&mut self, factor: &mut TableFactor) {
        if let TableFactor::Table { alias, .. } = factor
            && alias.as_ref().is_some_and(|alias| alias.name.value == self.from)
        {
            *alias = None;
        }
    }
}
