//! Columns in SQL files: `CREATE TABLE`, `ADD COLUMN`, `MODIFY COLUMN`, `ALTER COLUMN … SET DATA TYPE`, `CREATE TYPE`.
//!
//! Entities declare tables and columns; SQL files declare tables without an entity, and facets that entities leave open.
//! Must not know the native form of a type.

use sqlparser::ast::{
    ColumnOption, DataType, Expr, GeneratedAs, GeneratedExpressionMode, SequenceOptions, Statement as Parsed,
    TableConstraint, UserDefinedTypeRepresentation,
};

use crate::schema::{
    Column, DefaultValue, EnumType, Facet, Generated, Identity, Name, Origin, Part, Place, PrimaryKey, Product, Table,
    Type,
};

use super::super::extra::expression;
use super::super::source::{Output, SourceError};
use super::clauses::Clauses;
use super::statement::Statement;
use super::{inherited, names, numbering, partitions, settings};

/// Declares the identity of a column.
pub(super) fn set_numbering(
    column: &mut Column,
    way: &GeneratedAs,
    settings: Option<&[SequenceOptions]>,
) -> Vec<Facet> {
    let always = matches!(way, GeneratedAs::Always);
    column.identity = Some(if always { Identity::Always } else { Identity::ByDefault });
    let clauses = numbering::clauses(settings.unwrap_or_default());
    if clauses.is_empty() {
        return vec![Facet::Identity];
    }
    column.options.insert("sequence_options".to_owned(), clauses);
    vec![Facet::Identity, Facet::Options]
}

/// `CREATE TABLE`, for a table that no entity declares.
pub(super) fn table(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let (head, division) = partitions::apart(statement)?.unzip();
    let statement = head.as_ref().unwrap_or(statement);
    let clauses = Clauses::inside(statement);
    let Parsed::CreateTable(written) = statement.parse_without(|at, _| clauses.has(at))? else {
        return Err(SourceError::new(statement.first_words(), "this is no table", "not understood"));
    };
    let product = statement.product();
    let Some(name) = names::object(&written.name, product) else {
        return Err(SourceError::new(
            statement.spot(),
            "a table's name has at most a schema before it",
            "too many parts",
        ));
    };
    if let Some(known) = names::table(&mut output.model.schema, &name, product) {
        let place = Place::table(&known.name);
        let first = output.model.sources.get(&place).map(|at| format!("{}:{}", at.file.display(), at.line));
        let message = format!("table `{name}` is declared already");
        let trouble = SourceError::new(statement.spot_of(name.name.as_str()), message, "the second");
        return Err(trouble.hint(format!("the first is at {}", first.unwrap_or_default())));
    }
    let mut table = Table::new(name.clone());
    let mut parts = vec![Part::Whole];
    for definition in &written.columns {
        let options = definition.options.iter().map(|option| &option.option);
        let (column, facets, key) =
            new(statement, names::folded(&definition.name, product), &definition.data_type, options)?;
        parts.extend(facets.into_iter().map(|facet| Part::Column(column.name.clone(), facet)));
        if key {
            table.primary_key = Some(PrimaryKey::new(None, vec![column.name.clone()]));
        }
        table.columns.insert(column);
    }
    for constraint in &written.constraints {
        let TableConstraint::PrimaryKey(key) = constraint else {
            let trouble = SourceError::new(
                statement.spot(),
                "only columns and the primary key stand inside a table here",
                "something else does",
            );
            return Err(trouble.hint("ALTER TABLE … ADD CONSTRAINT …"));
        };
        let idents = key.columns.iter().map(|column| match &column.column.expr {
            Expr::Identifier(ident) => {
                Some(names::column(&table, ident, product).unwrap_or_else(|| names::folded(ident, product)))
            }
            _ => None,
        });
        let Some(columns) = idents.collect::<Option<Vec<Name>>>() else {
            return Err(SourceError::new(statement.spot(), "a primary key is made of columns", "not a column"));
        };
        let name = key.name.as_ref().map(|name| names::folded(name, product));
        let options = super::table::characteristics(key.characteristics.as_ref());
        table.primary_key = Some(PrimaryKey { name, columns, options });
    }
    if table.primary_key.is_some() {
        clauses.add(&mut table, &Part::PrimaryKey);
        parts.push(Part::PrimaryKey);
    }
    parts.extend(settings::of_table(statement, &written, &mut table)?);
    if let Some(parents) = &written.inherits {
        parts.extend(inherited::take(statement, &mut table, parents, &mut output.model.schema)?);
    }
    parts.extend(division.map(|division| partitions::divide(&mut table, division)));
    output.model.schema.tables.insert(name.clone(), table);
    for part in parts {
        output.declare(Place::Table(name.clone(), part), &statement.spot(), Origin::Sidecar);
    }
    Ok(())
}

/// `CREATE TYPE … AS ENUM`.
pub(super) fn enum_type(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let product = statement.product();
    let Parsed::CreateType { name, representation: Some(UserDefinedTypeRepresentation::Enum { labels }) } =
        statement.parse()?
    else {
        return Err(SourceError::new(statement.first_words(), "only enum types are declared here", "not understood"));
    };
    if product != Product::Postgres {
        let trouble = SourceError::new(statement.first_words(), format!("{product} has no enum types"), "a type");
        return Err(trouble.hint("move it to a file for PostgreSQL: `<name>.postgres.sql`"));
    }
    let Some(name) = names::object(&name, product) else {
        return Err(SourceError::new(
            statement.spot(),
            "a type's name has at most a schema before it",
            "too many parts",
        ));
    };
    if output.model.schema.enums.contains_key(&name) {
        let message = format!("enum `{name}` is declared already");
        return Err(SourceError::new(statement.spot_of(name.name.as_str()), message, "the second"));
    }
    let values = labels.iter().map(|label| names::unescaped(&label.value, product)).collect();
    output.declare(Place::Enum(name.clone()), &statement.spot(), Origin::Sidecar);
    output.model.schema.enums.insert(name.clone(), EnumType { name, values, comment: None });
    Ok(())
}

/// Declares the column of `ADD COLUMN`.
pub(super) fn add<'o>(
    statement: &Statement<'_>,
    table: &mut Table,
    name: Name,
    data_type: &DataType,
    options: impl Iterator<Item = &'o ColumnOption>,
) -> Result<Vec<Part>, SourceError> {
    if table.columns.contains_key(&name) {
        let message = format!("table `{}` has a column `{name}` already", table.name);
        let trouble = SourceError::new(statement.spot_of(name.as_str()), message, "the second");
        return Err(trouble.hint("what the entity leaves open is said by `ALTER TABLE … MODIFY COLUMN …`"));
    }
    let (column, facets, _) = new(statement, name, data_type, options)?;
    let parts = facets.into_iter().map(|facet| Part::Column(column.name.clone(), facet)).collect();
    table.columns.insert(column);
    Ok(parts)
}

/// `MODIFY COLUMN`: declares more facets of a column of an entity. Only the entity declares whether it takes NULL.
pub(super) fn modify<'o>(
    statement: &Statement<'_>,
    column: &mut Column,
    data_type: &DataType,
    options: impl Iterator<Item = &'o ColumnOption>,
) -> Result<Vec<Part>, SourceError> {
    let nullable = column.nullable;
    set_type(column, data_type, statement.product());
    let mut facets = vec![Facet::Type];
    for option in options {
        facets.extend(set(statement, column, option)?);
    }
    column.nullable = nullable;
    if column.identity.is_some() && !facets.contains(&Facet::Identity) && is_serial(data_type, statement.product()) {
        facets.push(Facet::Identity);
    }
    Ok(facets.into_iter().map(|facet| Part::Column(column.name.clone(), facet)).collect())
}

/// A type as SQL spells it. PostgreSQL's `serial` is a type and an identity.
pub(super) fn set_type(column: &mut Column, data_type: &DataType, product: Product) {
    let spelled = data_type.to_string();
    if is_serial(data_type, product) {
        column.identity = Some(Identity::Serial);
        column.data_type = match spelled.to_lowercase().as_str() {
            "smallserial" | "serial2" => Type::SmallInteger,
            "bigserial" | "serial8" => Type::BigInteger,
            _ => Type::Integer,
        };
    } else {
        column.data_type = Type::Custom(match data_type {
            // SQLite takes any words for a type, and several may be quoted as one.
            DataType::Custom(name, arguments) if product == Product::Sqlite => {
                let words = names::plain_name(name);
                if arguments.is_empty() { words } else { format!("{words}({})", arguments.join(",")) }
            }
            _ => spelled,
        });
    }
}

fn is_serial(data_type: &DataType, product: Product) -> bool {
    let spelled = data_type.to_string().to_lowercase();
    product == Product::Postgres
        && ["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"].contains(&spelled.as_str())
}

/// A column, the facets that its definition declares, and whether it is the primary key.
fn new<'o>(
    statement: &Statement<'_>,
    name: Name,
    data_type: &DataType,
    options: impl Iterator<Item = &'o ColumnOption>,
) -> Result<(Column, Vec<Facet>, bool), SourceError> {
    let mut column = Column::new(name, Type::Text);
    column.nullable = true;
    set_type(&mut column, data_type, statement.product());
    let mut facets = vec![Facet::Whole, Facet::Type];
    if column.identity.is_some() {
        facets.push(Facet::Identity);
    }
    let mut key = false;
    for option in options {
        key |= matches!(option, ColumnOption::PrimaryKey(_));
        facets.extend(set(statement, &mut column, option)?);
    }
    column.nullable &= !key;
    Ok((column, facets, key))
}

/// Applies one option after the type of a column.
fn set(statement: &Statement<'_>, column: &mut Column, option: &ColumnOption) -> Result<Vec<Facet>, SourceError> {
    Ok(match option {
        ColumnOption::Null | ColumnOption::PrimaryKey(_) => Vec::new(),
        ColumnOption::NotNull => {
            column.nullable = false;
            Vec::new()
        }
        ColumnOption::Default(value) => {
            column.default = Some(DefaultValue::Expression(expression(value)));
            vec![Facet::Default]
        }
        ColumnOption::Collation(name) => {
            column.collation = Some(names::plain_name(name));
            vec![Facet::Collation]
        }
        ColumnOption::OnUpdate(value) => {
            column.on_update = Some(expression(value));
            vec![Facet::OnUpdate]
        }
        ColumnOption::Comment(text) => {
            column.comment = Some(names::unescaped(text, statement.product()));
            vec![Facet::Comment]
        }
        ColumnOption::Generated { generated_as, generation_expr: Some(value), generation_expr_mode, .. } => {
            let stored = matches!(generation_expr_mode, Some(GeneratedExpressionMode::Stored))
                || matches!(generated_as, GeneratedAs::ExpStored);
            column.generated = Some(Generated { expression: expression(value), stored });
            vec![Facet::Generated]
        }
        ColumnOption::Generated { generated_as, generation_expr: None, sequence_options, .. } => {
            set_numbering(column, generated_as, sequence_options.as_deref())
        }
        ColumnOption::DialectSpecific(tokens)
            if tokens.iter().any(|token| {
                let word = token.to_string().to_uppercase();
                word == "AUTO_INCREMENT" || word == "AUTOINCREMENT"
            }) =>
        {
            column.identity = Some(Identity::AutoIncrement);
            vec![Facet::Identity]
        }
        ColumnOption::Invisible => {
            column.options.insert("invisible".to_owned(), "true".to_owned());
            vec![Facet::Options]
        }
        other => {
            let message = format!("`{other}` does not stand behind a column here");
            return Err(SourceError::new(statement.spot(), message, "not understood")
                .hint("constraints and indexes are statements of their own"));
        }
    })
}

#[cfg(test)]
mod tests;
