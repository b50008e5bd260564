//! Statements of SeaORM on a session.
//!
//! Must not know who sends them.

use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement};

use super::Session;

impl Session {
    pub(crate) async fn execute_statement(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = self.driver.execute_statement(statement).await;
        done.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    pub(crate) async fn query_statement(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let found = self.driver.query_statement(statement).await;
        found.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }
}
