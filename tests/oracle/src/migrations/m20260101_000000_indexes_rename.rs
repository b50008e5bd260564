//! The case `indexes::rename` as a migration in Rust.

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
                            .name("by_title")
                            .table("book")
                            .col("title")
                            .to_owned(),
                    )
                    .await?;

                manager
                    .drop_index(Index::drop().name("by_title").to_owned())
                    .await?;

                manager
                    .create_index(
                        Index::create()
                            .name("book_by_title")
                            .table("book")
                            .col("title")
                            .to_owned(),
                    )
                    .await?;
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
                            .name("by_title")
                            .table("book")
                            .col("title")
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER INDEX "by_title" RENAME TO "book_by_title""#)
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
                            .index(Index::create().name("by_title").col("title"))
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` RENAME INDEX `by_title` TO `book_by_title`",
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
                    .drop_index(Index::drop().name("book_by_title").to_owned())
                    .await?;

                manager
                    .create_index(
                        Index::create()
                            .name("by_title")
                            .table("book")
                            .col("title")
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER INDEX "book_by_title" RENAME TO "by_title""#)
                    .await?;
            }
            DatabaseBackend::MySql => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` RENAME INDEX `book_by_title` TO `by_title`",
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::reverted(&MIGRATIONS, self, manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
