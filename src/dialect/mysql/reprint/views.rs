//! How MySQL and MariaDB print a view's query: in a scratch database, because there are no temporary views.
//!
//! Must not know what the printed text is compared with, nor leave the scratch database behind.

use std::collections::BTreeSet;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::wording::{ExpressionLocation, Prints, Question};
use crate::schema::{Literal, Name, Schema};

use super::super::{Flavor, quote};
use super::create_table;

/// The name of the scratch database.
const STAND_IN: &str = "sea_gen_reprint";

/// The printed query of each view.
///
/// # Errors
/// The user lacks the privilege to create a database.
pub(super) async fn prints(
    session: &mut Session,
    flavor: Flavor,
    context: &Schema,
    questions: &BTreeSet<Question>,
) -> Result<Prints, DatabaseError> {
    let rows = session.query("SELECT DATABASE(), CONCAT('sea_gen_scratch_', REPLACE(UUID(), '-', '_'))").await?;
    let (home, scratch) = match rows.first().map(|row| (row.get(0), row.get(1))) {
        Some((Some(home), Some(scratch))) => (Name::from(home), Name::from(scratch)),
        _ => return Ok(Prints::new()),
    };
    let collation = session.query("SELECT @@collation_database").await?;
    let collation = collation.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
    let (home, quoted) = (quote::quote(&home), quote::quote(&scratch));
    session.execute(&format!("CREATE DATABASE {quoted} COLLATE {collation}")).await?;
    let answer = match session.execute(&format!("USE {quoted}")).await {
        Ok(_) => within(session, flavor, context, questions, &scratch).await,
        Err(error) => Err(error),
    };
    let back = session.execute(&format!("USE {home}")).await;
    session.execute(&format!("DROP DATABASE {quoted}")).await?;
    back?;
    answer
}

async fn within(
    session: &mut Session,
    flavor: Flavor,
    context: &Schema,
    questions: &BTreeSet<Question>,
    scratch: &Name,
) -> Result<Prints, DatabaseError> {
    for table in context.tables.values() {
        if let Some(create) = create_table(flavor, table.clone()) {
            // If a table cannot be created, the views that read it get no answer.
            let _ = session.execute(&create).await;
        }
    }
    for view in context.views_in_reading_order() {
        let create = format!("CREATE VIEW {} AS {}", quote::quote(&view.name.name), view.query.text());
        let _ = session.execute(&create).await;
    }
    let print = format!(
        "SELECT view_definition FROM information_schema.views WHERE table_name = '{STAND_IN}' AND table_schema = {}",
        quote::literal(&Literal::Text(scratch.as_str().to_owned()))
    );
    let mut prints = Prints::new();
    for question in questions.iter().filter(|question| matches!(question.location, ExpressionLocation::View(_))) {
        if session.execute(&format!("CREATE VIEW {STAND_IN} AS {}", question.text)).await.is_err() {
            continue;
        }
        let rows = session.query(&print).await?;
        session.execute(&format!("DROP VIEW {STAND_IN}")).await?;
        if let Some(printed) = rows.first().and_then(|row| row.get(0)) {
            prints.insert(question.clone(), printed.to_owned());
        }
    }
    Ok(prints)
}
