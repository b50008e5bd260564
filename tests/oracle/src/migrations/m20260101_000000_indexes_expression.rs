//! The case `indexes::expression` as a migration in Rust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use super::MIGRATIONS;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite => {
                let transaction = manager.begin().await?;

                transaction
                    .create_table(
                        Table::create()
                            .table("book")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("title").string().not_null())
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .get_connection()
                    .execute_unprepared(
                        r#"CREATE UNIQUE INDEX "book_lower_title" ON "book" (lower(title))"#,
                    )
                    .await?;

                transaction.commit().await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .create_table(
                        Table::create()
                            .table("book")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("title").string().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_index(
                        Index::create()
                            .unique()
                            .name("book_lower_title")
                            .table("book")
                            .col(Expr::cust("lower(title)"))
                            .concurrently()
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql => {
                manager
                    .create_table(
                        Table::create()
                            .table("book")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("title").string().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_index(
                        Index::create()
                            .unique()
                            .name("book_lower_title")
                            .table("book")
                            .col(Expr::cust("lower(title)"))
                            .to_owned(),
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite => {
                manager
                    .drop_index(Index::drop().name("book_lower_title").to_owned())
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .drop_index(
                        Index::drop()
                            .name("book_lower_title")
                            .concurrently()
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql => {
                manager
                    .drop_index(
                        Index::drop()
                            .name("book_lower_title")
                            .table("book")
                            .to_owned(),
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::reverted(&MIGRATIONS, self, manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}
