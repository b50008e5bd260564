//! The case `indexes::include` as a migration in Rust.

use sea_orm_migration::prelude::*;

use super::MIGRATIONS;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
                    .col(ColumnDef::new("shelf").integer().not_null())
                    .to_owned(),
            )
            .await?;

        manager
            .create_index(
                Index::create()
                    .name("book_shelf")
                    .table("book")
                    .col("shelf")
                    .include("title")
                    .concurrently()
                    .to_owned(),
            )
            .await?;

        manager
            .create_index(
                Index::create()
                    .name("book_title_hash")
                    .table("book")
                    .index_type(IndexType::Hash)
                    .col("title")
                    .concurrently()
                    .to_owned(),
            )
            .await?;

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("book_title_hash")
                    .concurrently()
                    .to_owned(),
            )
            .await?;

        manager
            .drop_index(Index::drop().name("book_shelf").concurrently().to_owned())
            .await?;

        sea_gen_runner::migrator::reverted(&MIGRATIONS, self, manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}
