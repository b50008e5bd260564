//! Statements of SeaORM on a session.
//!
//! Must not know who calls them.

use super::Session;

impl Session {
    pub(crate) async fn execute_statement(
        &mut self,
        statement: sea_orm::Statement,
    ) -> Result<sea_orm::ExecResult, sqlx::Error> {
        self.driver.execute_statement(statement).await
    }

    pub(crate) async fn query_statement(
        &mut self,
        statement: sea_orm::Statement,
    ) -> Result<Vec<sea_orm::QueryResult>, sqlx::Error> {
        self.driver.query_statement(statement).await
    }
}
