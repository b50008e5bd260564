//! How MySQL and MariaDB print an expression: in temporary tables, and for views in a scratch database.
//!
//! DDL commits implicitly here, so it cannot be rolled back; a temporary table is visible to this session only and is
//! dropped with it. Must not know what the printed text is compared with.

mod views;

use std::collections::BTreeSet;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::wording::{ExpressionLocation, Prints, Question, TableExpressionLocation};
use crate::dialect::{Product, Step};
use crate::plan::{Object, Op};
use crate::schema::{Check, DefaultValue, Expression, Generated, Name, ObjectName, Schema, Table};

use super::{Flavor, render};

/// The name of the temporary table. A temporary table hides one of the same name, so it cannot collide.
const STAND_IN: &str = "sea_gen_reprint";

/// The printed text of each question that the server can answer.
///
/// # Errors
/// The user lacks the privilege to create temporary tables.
pub(in crate::dialect) async fn prints(
    session: &mut Session,
    context: &Schema,
    questions: &BTreeSet<Question>,
) -> Result<Prints, DatabaseError> {
    let flavor = if session.product() == Product::MariaDb { Flavor::MariaDb } else { Flavor::MySql };
    let mut prints = Prints::new();
    let mut refusal = None;
    for question in questions {
        let Some(create) = ask(flavor, context, question) else { continue };
        match printed(session, &create).await {
            Ok(text) => {
                prints.insert(question.clone(), text);
            }
            Err(error) => refusal = Some(error),
        }
    }
    if questions.iter().any(|question| matches!(question.location, ExpressionLocation::View(_))) {
        match views::prints(session, flavor, context, questions).await {
            Ok(views) => prints.extend(views),
            Err(error) => refusal = Some(error),
        }
    }
    match refusal {
        Some(error) if prints.is_empty() => Err(error),
        _ => Ok(prints),
    }
}

async fn printed(session: &mut Session, create: &str) -> Result<String, DatabaseError> {
    session.execute(create).await?;
    let rows = session.query(&format!("SHOW CREATE TABLE {STAND_IN}")).await;
    session.execute(&format!("DROP TEMPORARY TABLE {STAND_IN}")).await?;
    Ok(rows?.first().map(|row| row.text(1).to_owned()).unwrap_or_default())
}

/// A temporary table with the expression at its location and nothing else, so that all of its printed text is compared.
fn ask(flavor: Flavor, context: &Schema, question: &Question) -> Option<String> {
    let ExpressionLocation::Table(name, table_location) = &question.location else { return None };
    let mut table = context.tables.get(name)?.clone();
    let expression = Expression::new(&question.text);
    let mut condition = |condition: Expression| {
        let check = Check { name: Name::from(STAND_IN), expression: condition, options: Default::default() };
        table.checks.insert(check.name.clone(), check);
    };
    match table_location {
        TableExpressionLocation::Default(column) => {
            table.columns.get_mut(column)?.default = Some(DefaultValue::Expression(expression));
        }
        TableExpressionLocation::Generated(column) => {
            table.columns.get_mut(column)?.generated = Some(Generated { expression, stored: true });
        }
        TableExpressionLocation::Check(_) | TableExpressionLocation::Predicate(_) => condition(expression),
        TableExpressionLocation::Part(..) => condition(Expression::new(format!("({}) IS NOT NULL", question.text))),
        TableExpressionLocation::Trigger(_) => return None,
    }
    table.name = ObjectName::local(STAND_IN);
    let statement = create_table(flavor, table)?;
    statement.strip_prefix("CREATE TABLE").map(|rest| format!("CREATE TEMPORARY TABLE{rest}"))
}

/// The `CREATE TABLE` statement of a migration.
pub(super) fn create_table(flavor: Flavor, table: Table) -> Option<String> {
    let statements = render::render(flavor, &Step::Direct(Op::Create(Object::Table(table)))).ok()?;
    statements.into_iter().next().map(|statement| statement.sql)
}
