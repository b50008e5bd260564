//! The history through a connection of SeaORM's, in whatever transaction that is: for migrations that SeaORM has run itself.
//!
//! Must not know what a migration has done, nor hold the lock: SeaORM has none.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};

use crate::session::{history_table, mysql_or_mariadb};
use crate::{Attribution, Product};

use super::Applicable;
use super::history::State;
use super::log::{Details, Event};
use super::table::{Entry, Table};

/// The product that a connection leads to.
pub(crate) async fn product(connection: &impl ConnectionTrait) -> Result<Product, DbErr> {
    match connection.get_database_backend() {
        DbBackend::Postgres => Ok(Product::Postgres),
        DbBackend::Sqlite => Ok(Product::Sqlite),
        DbBackend::MySql => {
            let version = text(ask(connection, "SELECT VERSION()", &[]).await?.as_ref(), 0)?;
            Ok(mysql_or_mariadb(&version.unwrap_or_default()))
        }
        other => Err(DbErr::Migration(format!("migrations of `gen` do not run on {other:?}"))),
    }
}

/// Records that a migration was applied. `history` is the name of the history, if it has one.
pub(crate) async fn applied(
    connection: &impl ConnectionTrait,
    history: Option<&str>,
    file: &Applicable<'_>,
) -> Result<(), DbErr> {
    let table = located(connection, (file.migration.product, history)).await?;
    for sql in table.missing() {
        connection.execute_unprepared(&sql).await?;
    }
    let id = file.id();
    if let Some(state) = text(ask(connection, &table.asking(), &[Some(id.clone())]).await?.as_ref(), 0)? {
        let is_done = State::ALL.iter().any(|known| known.key() == state && known.is_done());
        return match is_done {
            true => Ok(()),
            false => {
                Err(DbErr::Migration(format!("`gen up` has begun migration `{id}` too: it is recorded as `{state}`")))
            }
        };
    }
    let entry = Entry { statements: file.migration.up.len(), ..Entry::resolved(State::Applied) };
    let (sql, values) = table.insertion(file, &entry, file.migration.to.as_deref());
    connection.execute_raw(statement(connection, &sql, &values)).await?;
    let statements = file.migration.up.len() as u64;
    let details = Details { checksum: Some(file.checksum.clone()), statements, ..Details::default() };
    append(connection, &table, (&id, Event::Applied), details).await
}

/// Writes a line to the log.
async fn append(
    connection: &impl ConnectionTrait,
    table: &Table,
    what: (&str, Event),
    details: Details,
) -> Result<(), DbErr> {
    let by = Attribution::of_process();
    let details = Details { tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()), by, ..details };
    let end = ask(connection, &table.log_end(), &[]).await?;
    let [now, hash] = [text(end.as_ref(), 0)?.unwrap_or_default(), text(end.as_ref(), 2)?.unwrap_or_default()];
    let number: Option<i64> = end.map_or(Ok(None), |row| row.try_get_by_index(1))?;
    let number = number.unwrap_or_default().to_string();
    let (sql, values) = table.log_line([&now, &number, &hash], what, &details);
    connection.execute_raw(statement(connection, &sql, &values)).await.map(drop)
}

/// Removes the record of a migration that was reverted.
pub(crate) async fn reverted(
    connection: &impl ConnectionTrait,
    (product, history): (Product, Option<&str>),
    id: &str,
) -> Result<(), DbErr> {
    let table = located(connection, (product, history)).await?;
    if !table.exists() {
        return Ok(());
    }
    let statement = statement(connection, &table.deletion(), &[Some(id.to_owned())]);
    let is_there = connection.execute_raw(statement).await?.rows_affected() > 0;
    match is_there && table.has_log {
        true => append(connection, &table, (id, Event::Reverted), Details::default()).await,
        false => Ok(()),
    }
}

async fn located(
    connection: &impl ConnectionTrait,
    (product, history): (Product, Option<&str>),
) -> Result<Table, DbErr> {
    let table = history_table(history);
    let row = ask(connection, &Table::locating(product, &table), &[]).await?;
    let [home, path, columns] = [text(row.as_ref(), 0)?, text(row.as_ref(), 1)?, text(row.as_ref(), 2)?];
    let logs = match &row {
        Some(row) => row.try_get_by_index::<i64>(3)?.to_string(),
        None => String::new(),
    };
    let home =
        home.ok_or_else(|| DbErr::Migration("the connection has no schema to keep the history in".to_owned()))?;
    let (path, columns) = (path.unwrap_or_default(), columns.unwrap_or_default());
    Ok(Table::located(product, table, [&home, &path, &columns, &logs]))
}

async fn ask(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: &[Option<String>],
) -> Result<Option<QueryResult>, DbErr> {
    connection.query_one_raw(statement(connection, sql, values)).await
}

fn statement(connection: &impl ConnectionTrait, sql: &str, values: &[Option<String>]) -> Statement {
    let values = values.iter().map(|value| Value::from(value.clone()));
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}

fn text(row: Option<&QueryResult>, column: usize) -> Result<Option<String>, DbErr> {
    row.map_or(Ok(None), |row| row.try_get_by_index(column))
}
