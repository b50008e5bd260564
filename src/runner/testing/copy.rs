//! Copies a database of MySQL or MariaDB by the statements by which the server prints it.
//!
//! Must not know what the copy is for.

use crate::session::{DatabaseError, Session};
use crate::{Product, sql};

/// Creates the database `to` with the tables, rows, views, triggers, routines and events of `from`.
pub(super) async fn database(session: &mut Session, from: &str, to: &str) -> Result<(), DatabaseError> {
    let home = session.database().await?;
    let copied = fill(session, from, to).await;
    let product = session.product();
    let _ = session.execute(&format!("USE {}", sql::quote(product, &home))).await;
    let _ = session.execute("SET SESSION foreign_key_checks = 1").await;
    if copied.is_err() {
        let _ = session.execute(&format!("DROP DATABASE IF EXISTS {}", sql::quote(product, to))).await;
    }
    copied
}

async fn fill(session: &mut Session, from: &str, to: &str) -> Result<(), DatabaseError> {
    let quote = |name: &str| sql::quote(Product::MySql, name);
    let from_schema = |columns: &str, view: &str, schema: &str| {
        format!("SELECT {columns} FROM information_schema.{view} WHERE {schema} = '{from}'")
    };
    let shown = printed(session, &format!("SHOW CREATE DATABASE {}", quote(from)), 1).await?;
    session.execute(&shown.replacen(&quote(from), &quote(to), 1)).await?;
    session.execute(&format!("USE {}", quote(to))).await?;
    session.execute("SET SESSION foreign_key_checks = 0").await?;
    // Views may stand on one another, routines on views: what is refused is tried again once the others are there.
    let mut left = Vec::new();
    let tables = pairs(session, &from_schema("table_name, table_type", "tables", "table_schema")).await?;
    for (table, kind) in tables {
        let name = format!("{}.{}", quote(from), quote(&table));
        if kind == "VIEW" {
            let view = printed(session, &format!("SHOW CREATE VIEW {name}"), 1).await?;
            left.push(view.replace(&format!("{}.", quote(from)), ""));
            continue;
        }
        let create = printed(session, &format!("SHOW CREATE TABLE {name}"), 1).await?;
        session.execute(&create).await?;
        let stored = format!(
            "{} AND table_name = '{}' AND (generation_expression IS NULL OR generation_expression = '')",
            from_schema("column_name, ''", "columns", "table_schema"),
            table.replace('\'', "''")
        );
        let columns = pairs(session, &stored).await?;
        let columns: Vec<String> = columns.iter().map(|(name, _)| quote(name)).collect();
        let columns = columns.join(", ");
        session.execute(&format!("INSERT INTO {} ({columns}) SELECT {columns} FROM {name}", quote(&table))).await?;
    }
    let routines = pairs(session, &from_schema("routine_name, routine_type", "routines", "routine_schema")).await?;
    for (routine, kind) in routines {
        let show = format!("SHOW CREATE {kind} {}.{}", quote(from), quote(&routine));
        left.push(printed(session, &show, 2).await?);
    }
    for (trigger, _) in pairs(session, &from_schema("trigger_name, ''", "triggers", "trigger_schema")).await? {
        left.push(printed(session, &format!("SHOW CREATE TRIGGER {}.{}", quote(from), quote(&trigger)), 2).await?);
    }
    for (event, _) in pairs(session, &from_schema("event_name, ''", "events", "event_schema")).await? {
        left.push(printed(session, &format!("SHOW CREATE EVENT {}.{}", quote(from), quote(&event)), 3).await?);
    }
    while !left.is_empty() {
        let (mut again, mut refusal) = (Vec::new(), None);
        let count = left.len();
        for statement in left {
            if let Err(error) = session.execute(&statement).await {
                refusal = Some(error);
                again.push(statement);
            }
        }
        match refusal {
            Some(error) if again.len() == count => return Err(error),
            _ => left = again,
        }
    }
    Ok(())
}

/// The statement in a column of the only row.
async fn printed(session: &mut Session, show: &str, column: usize) -> Result<String, DatabaseError> {
    Ok(session.query(show).await?.first().map(|row| row.text(column).to_owned()).unwrap_or_default())
}

/// The first two columns of a query.
async fn pairs(session: &mut Session, query: &str) -> Result<Vec<(String, String)>, DatabaseError> {
    let rows = session.query(query).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}
