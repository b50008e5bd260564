//! The case `defaults::quotes` as a migration in Rust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

use super::MIGRATIONS;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite | DatabaseBackend::Postgres => {
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
                            .col(ColumnDef::new("pages").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .add_column(
                                ColumnDef::new("motto")
                                    .string()
                                    .not_null()
                                    .default(r#"it's "so""#),
                            )
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
                            .col(ColumnDef::new("pages").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE `book` ADD COLUMN `motto` varchar(255) NOT NULL DEFAULT 'it''s "so"', ALGORITHM=INSTANT"#,
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite | DatabaseBackend::Postgres => {
                // loses data: the values of column book.motto
                manager
                    .alter_table(Table::alter().table("book").drop_column("motto").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql => {
                // loses data: the values of column book.motto
                manager
                    .get_connection()
                    .execute_unprepared("ALTER TABLE `book` DROP COLUMN `motto`, ALGORITHM=INSTANT")
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
