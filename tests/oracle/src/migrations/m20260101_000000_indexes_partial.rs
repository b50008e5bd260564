//! The case `indexes::partial` as a migration in Rust.

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
                            .col(ColumnDef::new("sold").boolean().not_null())
                            .col(ColumnDef::new("shelf").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 0"))
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .drop_index(Index::drop().name("book_on_shelf").to_owned())
                    .await?;

                transaction
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 9"))
                            .to_owned(),
                    )
                    .await?;

                transaction.commit().await?;
            }
            DatabaseBackend::Postgres => {
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
                            .col(ColumnDef::new("sold").boolean().not_null())
                            .col(ColumnDef::new("shelf").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 0"))
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .drop_index(Index::drop().name("book_on_shelf").to_owned())
                    .await?;

                transaction.commit().await?;

                manager
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 9"))
                            .concurrently()
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
                let transaction = manager.begin().await?;

                transaction
                    .drop_index(Index::drop().name("book_on_shelf").to_owned())
                    .await?;

                transaction
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 0"))
                            .to_owned(),
                    )
                    .await?;

                transaction.commit().await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .drop_index(Index::drop().name("book_on_shelf").to_owned())
                    .await?;

                manager
                    .create_index(
                        Index::create()
                            .name("book_on_shelf")
                            .table("book")
                            .col("shelf")
                            .and_where(Expr::cust("shelf > 0"))
                            .concurrently()
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
