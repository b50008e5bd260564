//! `CREATE INDEX`.
//!
//! Must not know the normal form of an index.

use std::ops::Range;

use sqlparser::ast::{self, Expr, FunctionArguments, IndexOption, IndexType, OrderBySort, Statement as Parsed};
use sqlparser::tokenizer::Token;

use crate::schema::{
    DefinitionId, DefinitionKind, Index, IndexPart, IndexTarget, Name, ObjectName, Origin, Part, Place, Product, Table,
};

use super::super::extra::expression;
use super::super::source::{Output, SourceError};
use super::statement::Statement;
use super::{definition, names};

pub(super) fn read(
    statement: &Statement<'_>,
    method: Option<&'static str>,
    output: &mut Output,
) -> Result<(), SourceError> {
    let of_vectors = if method == Some("vector") { vector_options(statement) } else { Vec::new() };
    let is_option = |at: usize| of_vectors.iter().any(|(first, ..)| (*first..first + 3).contains(&at));
    let Parsed::CreateIndex(written) = statement.parse_without(|at, _| at == 1 && method.is_some() || is_option(at))?
    else {
        return Err(SourceError::new(statement.first_words(), "this is no index", "not understood"));
    };
    let product = statement.product();
    let Some(ident) = written.name.as_ref().and_then(|name| name.0.last()).and_then(|part| part.as_ident()) else {
        let trouble = SourceError::new(statement.first_words(), "an index needs a name of its own", "no name");
        return Err(trouble.hint("CREATE INDEX book_title ON book (title)"));
    };
    let name = names::folded(ident, product);
    let target = names::object(&written.table_name, product);
    let table = target.as_ref().and_then(|target| names::table(&mut output.model.schema, target, product));
    let Some(table) = table else {
        let spelled = names::plain_name(&written.table_name);
        if let Some(view) = target.filter(|target| output.model.schema.views.contains_key(target)) {
            let is_materialized = output.model.schema.views.get(&view).is_some_and(|view| view.materialized);
            if !is_materialized || product != Product::Postgres {
                let message = format!("`{spelled}` is a view, and only materialized views of PostgreSQL have indexes");
                let trouble = SourceError::new(statement.spot_of(&spelled), message, "a view");
                return Err(trouble.hint("declare the index on the table the view reads"));
            }
            let id = DefinitionId::on(DefinitionKind::ViewIndex, view, ObjectName::local(name));
            return definition::insert(statement, id, statement.whole(), output);
        }
        let trouble = SourceError::new(
            statement.spot_of(&spelled),
            format!("no entity declares a table `{spelled}`"),
            "not found",
        );
        return Err(trouble.hint(
            "declare the table by an entity, or correct its name; on a table nobody declares, an index is made by a migration: `gen migration <Name> --empty`",
        ));
    };
    let mut index = Index::on(name.clone(), []);
    index.unique = written.unique;
    index.method = method.map(str::to_owned).or_else(|| written.using.as_ref().and_then(method_name));
    index.predicate = written.predicate.as_ref().map(expression);
    for column in &written.columns {
        index.parts.push(part(statement, table, column, product)?);
    }
    for ident in &written.include {
        index.include.push(column(statement, table, ident, product)?);
    }
    if written.nulls_distinct == Some(false) {
        index.options.insert("nulls_not_distinct".to_owned(), "true".to_owned());
    }
    // The catalog lists them in the order of their names.
    let mut storage: Vec<String> = Vec::new();
    for setting in &written.with {
        if let Expr::BinaryOp { left, right, .. } = setting {
            storage.push(format!("{}={}", left.to_string().to_lowercase(), right.to_string().trim_matches('\'')));
        }
    }
    storage.sort();
    if !storage.is_empty() {
        index.options.insert("with".to_owned(), storage.join(", "));
    }
    for option in &written.index_options {
        match option {
            IndexOption::Using(method) => index.method = index.method.or_else(|| method_name(method)),
            IndexOption::Comment(comment) => index.comment = Some(comment.clone()),
        }
    }
    index.options.extend(of_vectors.into_iter().map(|(_, option, value)| (option, value)));
    // An entity names an index by convention. SQL names it explicitly, so the name is part of the declaration.
    let at = |part| Place::Table(table.name.clone(), part);
    let of_entity = |place: &Place| output.model.sources.get(place).is_none_or(|it| it.origin == Origin::Entity);
    let twins: Vec<Name> = table
        .indexes
        .values()
        .filter(|known| Index { name: name.clone(), comment: index.comment.clone(), ..(*known).clone() } == index)
        .map(|known| known.name.clone())
        .filter(|known| *known != name && of_entity(&at(Part::Index(known.clone()))))
        .collect();
    let plain = index == Index { unique: true, ..Index::on(name.clone(), columns_of(&index)) };
    let served: Vec<Name> = table
        .uniques
        .values()
        .filter(|known| {
            plain && known.columns == columns_of(&index) && of_entity(&at(Part::Unique(known.name.clone())))
        })
        .map(|known| known.name.clone())
        .collect();
    table.indexes.retain(|known, _| !twins.contains(known));
    table.uniques.retain(|known, _| !served.contains(known));
    let place = Place::Table(table.name.clone(), Part::Index(name.clone()));
    let taken = table.indexes.contains_key(&name);
    if !taken {
        table.indexes.insert(name.clone(), index);
        output.declare(place, &statement.spot(), Origin::Sidecar);
        return Ok(());
    }
    let first = output.model.sources.get(&place).map(|source| format!("{}:{}", source.file.display(), source.line));
    let trouble =
        SourceError::new(statement.spot_of(&ident.value), format!("two indexes are called `{name}`"), "the second");
    Err(trouble.hint(format!("the first is at {}", first.unwrap_or_default())))
}

/// The options of an index of vectors, which the parser does not know (`M=8`), with their positions.
fn vector_options(statement: &Statement<'_>) -> Vec<(usize, String, String)> {
    let tokens = statement.tokens();
    let close = tokens.iter().rposition(|(token, _)| *token == Token::RParen).unwrap_or_default();
    let option = |(at, triple): (usize, &[(Token, Range<usize>)])| match triple {
        [(Token::Word(name), _), (Token::Eq, _), (value, _)] if at > close => {
            let value = value.to_string().trim_matches('\'').to_lowercase();
            Some((at, name.value.to_lowercase(), value))
        }
        _ => None,
    };
    tokens.windows(3).enumerate().filter_map(option).collect()
}

fn columns_of(index: &Index) -> Vec<Name> {
    let column = |part: &IndexPart| match &part.target {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    };
    index.parts.iter().filter_map(column).collect()
}

fn part(
    statement: &Statement<'_>,
    table: &Table,
    written: &ast::IndexColumn,
    product: Product,
) -> Result<IndexPart, SourceError> {
    let mut part = IndexPart::column(Name::from(""));
    let mut of = &written.column.expr;
    if let Expr::Collate { expr, collation } = of {
        part.options.insert("collation".to_owned(), names::plain_name(collation));
        of = expr;
    }
    part.target = match of {
        Expr::Identifier(ident) => IndexTarget::Column(column(statement, table, ident, product)?),
        Expr::Function(function) if prefix(function, product).is_some() => {
            let ident = function.name.0.last().and_then(|part| part.as_ident());
            let Some(ident) = ident else {
                return Err(SourceError::new(statement.spot(), "this is no column", "not understood"));
            };
            part.options.insert("prefix".to_owned(), prefix(function, product).unwrap_or_default());
            IndexTarget::Column(column(statement, table, ident, product)?)
        }
        other => IndexTarget::Expression(expression(other)),
    };
    part.descending = matches!(written.column.options.sort, Some(OrderBySort::Desc));
    // PostgreSQL's default is NULLs last when ascending, first when descending.
    match (written.column.options.nulls_first, part.descending) {
        (Some(true), false) => _ = part.options.insert("nulls".to_owned(), "first".to_owned()),
        (Some(false), true) => _ = part.options.insert("nulls".to_owned(), "last".to_owned()),
        (Some(true), true) | (Some(false), false) | (None, _) => {}
    }
    if let Some(class) = &written.operator_class {
        part.options.insert("opclass".to_owned(), names::plain_name(class));
    }
    Ok(part)
}

/// MySQL's and MariaDB's `title(20)`, which the parser reads as a function call.
fn prefix(function: &ast::Function, product: Product) -> Option<String> {
    if !matches!(product, Product::MySql | Product::MariaDb) {
        return None;
    }
    let FunctionArguments::List(list) = &function.args else { return None };
    let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(Expr::Value(value)))] = list.args.as_slice() else {
        return None;
    };
    match &value.value {
        ast::Value::Number(number, _) => Some(number.to_string()),
        _ => None,
    }
}

fn column(statement: &Statement<'_>, table: &Table, ident: &ast::Ident, product: Product) -> Result<Name, SourceError> {
    names::column(table, ident, product).ok_or_else(|| {
        let message = format!("table `{}` has no column `{}`", table.name, ident.value);
        let known: Vec<&str> = table.columns.keys().map(Name::as_str).collect();
        SourceError::new(statement.spot_of(&ident.value), message, "no such column")
            .hint(format!("one of {}", known.join(", ")))
    })
}

/// The access method, if it is not the default of every database.
fn method_name(method: &IndexType) -> Option<String> {
    match method {
        IndexType::BTree => None,
        other => Some(other.to_string().to_lowercase()),
    }
}
