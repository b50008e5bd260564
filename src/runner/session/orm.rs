//! Statements of SeaORM on a session.
//!
//! Must not know who sends them.

use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement};

use super::{DatabaseError, Session, interrupt};

/// How a statement of SeaORM failed: what SeaORM says, and what the runner judges by.
pub(crate) type OrmError = (DbErr, DatabaseError);

impl Session {
    pub(crate) async fn execute_statement(&mut self, statement: Statement) -> Result<ExecResult, OrmError> {
        // The driver's error is what SeaORM shows, so that it is kept beside the one that ends the waiting.
        let work = async { Ok(self.driver.execute_statement(statement).await) };
        told(interrupt::wait(&self.ending, work).await, DbErr::Exec)
    }

    pub(crate) async fn execute_text(&mut self, sql: &str) -> Result<ExecResult, OrmError> {
        let work = async { Ok(self.driver.execute_text(sql).await) };
        told(interrupt::wait(&self.ending, work).await, DbErr::Exec)
    }

    pub(crate) async fn query_statement(&mut self, statement: Statement) -> Result<Vec<QueryResult>, OrmError> {
        let work = async { Ok(self.driver.query_statement(statement).await) };
        told(interrupt::wait(&self.ending, work).await, DbErr::Query)
    }
}

fn told<T>(
    waited: Result<Result<T, sqlx::Error>, DatabaseError>,
    kind: fn(RuntimeErr) -> DbErr,
) -> Result<T, OrmError> {
    match waited {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            let judged = judged(&error);
            Err((kind(RuntimeErr::SqlxError(error.into())), judged))
        }
        Err(error) => Err((kind(RuntimeErr::Internal(error.message.clone())), error)),
    }
}

fn judged(error: &sqlx::Error) -> DatabaseError {
    let database = error.as_database_error();
    DatabaseError {
        message: database.map_or_else(|| error.to_string(), |it| it.message().to_owned()),
        code: database.and_then(|it| it.code()).map(std::borrow::Cow::into_owned),
    }
}
