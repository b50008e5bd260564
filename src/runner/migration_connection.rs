//! SeaORM on the connection of a migration.
//!
//! Must not know what is sent.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::Product;
use crate::run::functions::MigrationConnection;
use crate::session::orm::OrmError;

impl MigrationConnection<'_> {
    /// The result as SeaORM shows it.
    fn told<T>(&self, done: Result<T, OrmError>) -> Result<T, DbErr> {
        done.map_err(|(shown, judged)| {
            self.note(judged);
            shown
        })
    }
}

#[async_trait]
impl ConnectionTrait for MigrationConnection<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match self.product() {
            Product::Postgres => DbBackend::Postgres,
            Product::MySql | Product::MariaDb => DbBackend::MySql,
            Product::Sqlite => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.allow(&statement.sql).map_err(|error| DbErr::Custom(error.to_string()))?;
        let done = self.session().lock().await.execute_statement(statement).await;
        self.told(done)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.allow(sql).map_err(|error| DbErr::Custom(error.to_string()))?;
        let done = self.session().lock().await.execute_text(sql).await;
        self.told(done)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.allow(&statement.sql).map_err(|error| DbErr::Custom(error.to_string()))?;
        let found = self.session().lock().await.query_statement(statement).await;
        self.told(found)
    }
}
