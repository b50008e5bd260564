//! `extra = "…"`: SQL that SeaORM puts behind a column's definition, read for what it means.
//!
//! Must not know the rest of the entity; only the column the SQL belongs to.

use sqlparser::ast::{ColumnOption, DataType, Expr, GeneratedAs, GeneratedExpressionMode, Statement};
use sqlparser::parser::Parser;

use crate::schema::{Expression, Generated, Identity, Product};

use super::sidecar;

/// What stands in an `extra`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extra {
    /// A check, with the name it may have.
    Check(Option<String>, Expression),
    /// A collation.
    Collation(String),
    /// MySQL's and MariaDB's `ON UPDATE`.
    OnUpdate(Expression),
    /// A generation expression.
    Generated(Generated),
    /// An identity of PostgreSQL's.
    Identity(Identity),
    /// A uniqueness beside the one `unique` says.
    Unique,
    /// A setting only one database knows.
    Option(&'static str, String),
}

/// Reads the SQL behind a column's definition. An error says what cannot be read.
pub(super) fn read(sql: &str, product: Product) -> Result<Vec<Extra>, String> {
    let unknown = |what: &str| format!("{product} knows no {what}");
    match parse(sql, product) {
        Ok(extras) => match extras.iter().find_map(|extra| foreign(extra, product)) {
            Some(what) => Err(unknown(what)),
            None => Ok(extras),
        },
        Err(reason) => {
            let others = Product::ALL.into_iter().filter(|other| *other != product);
            let readings = others.filter_map(|other| Some((other, parse(sql, other).ok()?)));
            Err(match readings.into_iter().next() {
                Some((other, extras)) => match extras.iter().find_map(|extra| foreign(extra, product)) {
                    Some(what) => unknown(what),
                    None => format!("it is written for {other}, and this is read for {product}"),
                },
                None => reason,
            })
        }
    }
}

fn parse(sql: &str, product: Product) -> Result<Vec<Extra>, String> {
    let dialect = sidecar::grammar(Some(product));
    let statement = format!("CREATE TABLE t (c INT {sql})");
    // The parser passes over these where the grammar has none of them.
    let numbered = ["AUTOINCREMENT", "AUTO_INCREMENT"];
    if sql
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .any(|word| numbered.iter().any(|numbered| word.eq_ignore_ascii_case(numbered)))
    {
        return Err("numbering: say it with `auto_increment`".to_owned());
    }
    let statements = Parser::parse_sql(&*dialect, &statement).map_err(|error| message(&error))?;
    let [Statement::CreateTable(table)] = statements.as_slice() else {
        return Err("more than a column's options".to_owned());
    };
    let [column] = table.columns.as_slice() else { return Err("more than one column".to_owned()) };
    // `UNSIGNED`, `[]` and the like would change the type before them.
    if column.data_type != DataType::Int(None) {
        return Err("a part of the type: say it with `column_type`".to_owned());
    }
    if column.options.is_empty() && !sql.trim().is_empty() {
        return Err("nothing that is known".to_owned());
    }
    if !table.constraints.is_empty() {
        return Err("a constraint of the table, not of the column".to_owned());
    }
    column.options.iter().map(|option| meaning(option.name.as_ref(), &option.option)).collect()
}

/// What a product does not know, though a grammar may let it pass.
fn foreign(extra: &Extra, product: Product) -> Option<&'static str> {
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    match extra {
        Extra::OnUpdate(_) if !mysql => Some("`ON UPDATE` of a column"),
        Extra::Identity(_) if product != Product::Postgres => Some("identity: say it with `auto_increment`"),
        Extra::Option("invisible", _) if !mysql => Some("invisible columns"),
        Extra::Option("charset", _) if !mysql => Some("character set of a column"),
        Extra::Check(..)
        | Extra::Collation(_)
        | Extra::OnUpdate(_)
        | Extra::Generated(_)
        | Extra::Identity(_)
        | Extra::Unique
        | Extra::Option(..) => None,
    }
}

fn meaning(name: Option<&sqlparser::ast::Ident>, option: &ColumnOption) -> Result<Extra, String> {
    match option {
        ColumnOption::Check(check) => {
            let name = check.name.as_ref().or(name).map(|name| name.value.clone());
            Ok(Extra::Check(name, expression(&check.expr)))
        }
        ColumnOption::Collation(name) => Ok(Extra::Collation(sidecar::plain_name(name))),
        ColumnOption::OnUpdate(value) => Ok(Extra::OnUpdate(expression(value))),
        ColumnOption::Generated { generated_as, generation_expr: Some(value), generation_expr_mode, .. } => {
            let stored = matches!(generation_expr_mode, Some(GeneratedExpressionMode::Stored))
                || matches!(generated_as, GeneratedAs::ExpStored);
            Ok(Extra::Generated(Generated { expression: expression(value), stored }))
        }
        ColumnOption::Generated { generated_as: GeneratedAs::Always, generation_expr: None, .. } => {
            Ok(Extra::Identity(Identity::Always))
        }
        ColumnOption::Generated { generated_as: GeneratedAs::ByDefault, generation_expr: None, .. } => {
            Ok(Extra::Identity(Identity::ByDefault))
        }
        ColumnOption::Unique(_) => Ok(Extra::Unique),
        ColumnOption::Invisible => Ok(Extra::Option("invisible", "true".to_owned())),
        ColumnOption::CharacterSet(name) => Ok(Extra::Option("charset", sidecar::plain_name(name))),
        ColumnOption::Default(_) => Err("a default: say it with `default_value` or `default_expr`".to_owned()),
        ColumnOption::NotNull | ColumnOption::Null => {
            Err("whether the column takes NULL: say it with `Option<…>`".to_owned())
        }
        ColumnOption::Comment(_) => Err("a comment: say it with `comment`".to_owned()),
        ColumnOption::ForeignKey(_) => Err("a foreign key: say it with a relation".to_owned()),
        ColumnOption::PrimaryKey(_) => Err("a primary key: say it with `primary_key`".to_owned()),
        other => Err(format!("`{other}`")),
    }
}

/// An expression's text, without parentheses of its own.
pub(super) fn expression(of: &Expr) -> Expression {
    match of {
        Expr::Nested(inner) => expression(inner),
        other => Expression::new(other.to_string()),
    }
}

fn message(error: &sqlparser::parser::ParserError) -> String {
    sidecar::parted(&error.to_string()).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_a_check_wherever() {
        for product in Product::ALL {
            let expected = vec![Extra::Check(None, Expression::new("price > 0"))];
            assert_eq!(read("CHECK (price > 0)", product), Ok(expected), "{product}");
        }
    }

    #[test]
    fn a_name_before_a_check_is_the_checks() {
        let expected = vec![Extra::Check(Some("positive".into()), Expression::new("price > 0"))];
        assert_eq!(read("CONSTRAINT positive CHECK (price > 0)", Product::Postgres), Ok(expected));
    }

    #[test]
    fn what_only_one_database_has_is_read_in_its_own_grammar() {
        assert_eq!(
            read("ON UPDATE CURRENT_TIMESTAMP", Product::MySql),
            Ok(vec![Extra::OnUpdate(Expression::new("CURRENT_TIMESTAMP"))])
        );
        assert_eq!(read("COLLATE NOCASE", Product::Sqlite), Ok(vec![Extra::Collation("NOCASE".into())]));
        assert_eq!(read("COLLATE \"C\"", Product::Postgres), Ok(vec![Extra::Collation("C".into())]));
        assert_eq!(
            read("GENERATED ALWAYS AS IDENTITY", Product::Postgres),
            Ok(vec![Extra::Identity(Identity::Always)])
        );
    }

    #[test]
    fn what_another_database_has_is_not_read_as_something_else() {
        for product in [Product::Postgres, Product::Sqlite] {
            for sql in ["ON UPDATE CURRENT_TIMESTAMP", "CHARACTER SET utf8mb4", "INVISIBLE", "UNSIGNED", "ZEROFILL"] {
                assert!(read(sql, product).is_err(), "{sql} on {product}: {:?}", read(sql, product));
            }
        }
        for product in [Product::Sqlite, Product::MySql, Product::MariaDb] {
            for sql in ["GENERATED BY DEFAULT AS IDENTITY", "GENERATED ALWAYS AS IDENTITY"] {
                assert!(read(sql, product).is_err(), "{sql} on {product}: {:?}", read(sql, product));
            }
        }
        for product in [Product::Postgres, Product::MySql, Product::MariaDb] {
            assert!(read("AUTOINCREMENT", product).is_err(), "{product}: {:?}", read("AUTOINCREMENT", product));
        }
        assert_eq!(
            read("ON UPDATE CURRENT_TIMESTAMP", Product::Postgres),
            Err("PostgreSQL knows no `ON UPDATE` of a column".into())
        );
    }

    #[test]
    fn a_generated_column_is_stored_or_not() {
        let generated = |stored| Ok(vec![Extra::Generated(Generated { expression: Expression::new("a + b"), stored })]);
        assert_eq!(read("GENERATED ALWAYS AS (a + b) STORED", Product::Postgres), generated(true));
        assert_eq!(read("GENERATED ALWAYS AS (a + b) VIRTUAL", Product::MySql), generated(false));
        assert_eq!(read("GENERATED ALWAYS AS (a + b)", Product::Sqlite), generated(false));
    }

    #[test]
    fn several_things_may_stand_in_one() {
        let read = read("COLLATE NOCASE CHECK (a <> '')", Product::Sqlite);
        assert_eq!(read.map(|read| read.len()), Ok(2));
    }

    #[test]
    fn what_is_said_elsewhere_is_refused_here() {
        assert_eq!(
            read("DEFAULT 1", Product::Sqlite),
            Err("a default: say it with `default_value` or `default_expr`".into())
        );
        assert!(read("NOT NULL", Product::Sqlite).is_err());
        assert!(read("CHECK (price >", Product::Sqlite).is_err());
        assert!(read("), d INT", Product::Sqlite).is_err());
    }
}
