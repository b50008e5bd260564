//! The case `tables::rename` as a migration in Rust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use super::MIGRATIONS;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite | DatabaseBackend::MySql => {
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
                    .rename_table(Table::rename().table("book", "volume").to_owned())
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
                    .rename_table(Table::rename().table("book", "volume").to_owned())
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER SEQUENCE "book_id_seq" RENAME TO "volume_id_seq""#)
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE "volume" RENAME CONSTRAINT "book_pkey" TO "volume_pkey""#,
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite | DatabaseBackend::MySql => {
                manager
                    .rename_table(Table::rename().table("volume", "book").to_owned())
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .rename_table(Table::rename().table("volume", "book").to_owned())
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER SEQUENCE "volume_id_seq" RENAME TO "book_id_seq""#)
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE "book" RENAME CONSTRAINT "volume_pkey" TO "book_pkey""#,
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
