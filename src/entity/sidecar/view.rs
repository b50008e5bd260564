//! `CREATE [MATERIALIZED] VIEW`.
//!
//! Must not know the meaning of the query; it is kept as text.

use sqlparser::ast::{CreateTableOptions, SelectItem, SetExpr, SqlOption, Statement as Parsed, ViewColumnDef};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use crate::schema::{Expression, Options, Origin, Place, Product, View};

use super::super::source::{Output, SourceError};
use super::names;
use super::statement::{Statement, is};

pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let tail = Tail::of(statement);
    let Parsed::CreateView(written) = tail.parse(statement)? else {
        return Err(SourceError::new(statement.first_words(), "this is no view", "not understood"));
    };
    let product = statement.product();
    let Some(name) = names::object(&written.name, product) else {
        return Err(SourceError::new(
            statement.spot(),
            "a view's name has at most a schema before it",
            "too many parts",
        ));
    };
    if written.temporary {
        return Err(SourceError::new(statement.first_words(), "a temporary view is not part of a schema", "temporary"));
    }
    if written.materialized && product != Product::Postgres {
        let message = format!("{product} has no materialized views");
        let trouble = SourceError::new(statement.first_words(), message, "materialized");
        return Err(trouble.hint("move it to a file for PostgreSQL: `<name>.postgres.sql`"));
    }
    let mut options = Options::new();
    if let Some(check) = tail.check {
        options.insert("check_option".to_owned(), check.to_owned());
    }
    if let CreateTableOptions::With(settings) = &written.options {
        for setting in settings {
            match setting {
                SqlOption::KeyValue { key, value } => {
                    let value = value.to_string().trim_matches('\'').to_lowercase();
                    options.insert(key.value.to_lowercase(), value);
                }
                SqlOption::Ident(key) => _ = options.insert(key.value.to_lowercase(), "true".to_owned()),
                other => {
                    return Err(SourceError::new(statement.spot(), format!("cannot read `{other}`"), "not understood"));
                }
            }
        }
    }
    if let Some(parameters) = &written.params {
        if parameters.definer.is_some() {
            let trouble = SourceError::new(
                statement.first_words(),
                "a definer is a user, and users are not declared here",
                "names a user",
            );
            return Err(trouble.hint("remove `DEFINER = …`"));
        }
        if let Some(algorithm) = &parameters.algorithm {
            options.insert("algorithm".to_owned(), algorithm.to_string().to_lowercase());
        }
        if let Some(security) = &parameters.security {
            options.insert("security".to_owned(), security.to_string().to_lowercase());
        }
    }
    let query = match written.columns.as_slice() {
        [] => statement.sql(tail.query),
        columns => {
            let mut query = written.query.clone();
            rename(&mut query.body, columns).map_err(|trouble| {
                let first = columns.first().map_or("", |column| column.name.value.as_str());
                SourceError::new(statement.spot_of(first), trouble, "named before it").hint("SELECT … AS name")
            })?;
            query.to_string()
        }
    };
    let place = Place::View(name.clone());
    if let Some(first) = output.model.sources.get(&place) {
        let first = format!("{}:{}", first.file.display(), first.line);
        let trouble = SourceError::new(statement.first_words(), format!("two views are called `{name}`"), "the second");
        return Err(trouble.hint(format!("the first is at {first}")));
    }
    output.declare(place, &statement.spot(), Origin::Sidecar);
    let view = View {
        name: name.clone(),
        query: Expression::new(query),
        reads: std::collections::BTreeSet::new(),
        materialized: written.materialized,
        comment: None,
        options,
    };
    output.model.schema.views.insert(name, view);
    Ok(())
}

/// Moves the column names of a view into its query, as every catalog prints it.
fn rename(body: &mut SetExpr, columns: &[ViewColumnDef]) -> Result<(), &'static str> {
    match body {
        SetExpr::Select(select) => {
            if select.projection.len() != columns.len() {
                return Err("a view's columns are as many as its query has");
            }
            for (item, column) in select.projection.iter_mut().zip(columns) {
                let expr = match item {
                    SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => expr.clone(),
                    SelectItem::ExprWithAliases { .. }
                    | SelectItem::QualifiedWildcard(..)
                    | SelectItem::Wildcard(_) => return Err("names before a view's query need a query without `*`"),
                };
                *item = SelectItem::ExprWithAlias { expr, alias: column.name.clone() };
            }
            Ok(())
        }
        // The first query of a set operation names the columns.
        SetExpr::SetOperation { left, .. } => rename(left, columns),
        SetExpr::Query(query) => rename(&mut query.body, columns),
        _ => Err("a view's columns are named in its query"),
    }
}

/// The query after the `AS` of a view.
struct Tail {
    /// The tokens of the query.
    query: std::ops::Range<usize>,
    check: Option<&'static str>,
}

impl Tail {
    fn of(statement: &Statement<'_>) -> Self {
        let tokens = statement.tokens();
        let mut depth = 0_usize;
        let mut start = tokens.len();
        for (index, (token, _)) in tokens.iter().enumerate() {
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                token if depth == 0 && is(token, Keyword::AS) => {
                    start = index + 1;
                    break;
                }
                _ => {}
            }
        }
        let ends = |words: &[&str]| {
            let tail = tokens.len().checked_sub(words.len()).filter(|tail| *tail > start)?;
            let found = tokens.get(tail..)?.iter().zip(words);
            found.into_iter().all(|((token, _), word)| token.to_string().eq_ignore_ascii_case(word)).then_some(tail)
        };
        let options: [(&[&str], Option<&'static str>); 4] = [
            (&["WITH", "LOCAL", "CHECK", "OPTION"], Some("local")),
            (&["WITH", "CASCADED", "CHECK", "OPTION"], Some("cascaded")),
            (&["WITH", "CHECK", "OPTION"], Some("cascaded")),
            // `WITH DATA` is not part of the schema.
            (&["WITH", "DATA"], None),
        ];
        for (words, check) in options {
            if let Some(end) = ends(words) {
                return Self { query: start..end, check };
            }
        }
        let end = ends(&["WITH", "NO", "DATA"]).unwrap_or(tokens.len());
        Self { query: start..end, check: None }
    }

    fn parse(&self, statement: &Statement<'_>) -> Result<Parsed, SourceError> {
        statement.first(self.query.end).parse()
    }
}
