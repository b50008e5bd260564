//! SeaORM on the connection of a migration.
//!
//! Must not know what is sent.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::Product;
use crate::run::functions::Step;

#[async_trait]
impl ConnectionTrait for Step<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match self.product() {
            Product::Postgres => DbBackend::Postgres,
            Product::MySql | Product::MariaDb => DbBackend::MySql,
            Product::Sqlite => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.session.lock().await.execute_statement(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.execute_raw(Statement::from_string(self.get_database_backend(), sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.session.lock().await.query_statement(statement).await
    }
}
