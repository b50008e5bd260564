//! The case `defaults::every-kind` as a migration in Rust.

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
                            .col(ColumnDef::new("rank").integer().not_null().default(-1))
                            .col(
                                ColumnDef::new("weight")
                                    .double()
                                    .not_null()
                                    .default(Expr::custom_keyword("2.5")),
                            )
                            .col(ColumnDef::new("genre").string().not_null().default(""))
                            .col(ColumnDef::new("sold").boolean().not_null().default(false))
                            .col(ColumnDef::new("views").big_integer().not_null().default(0))
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
                            .col(ColumnDef::new("rank").integer().not_null().default(-1))
                            .col(
                                ColumnDef::new("weight")
                                    .double()
                                    .not_null()
                                    .default(Expr::cust("2.5")),
                            )
                            .col(ColumnDef::new("genre").string().not_null().default(""))
                            .col(ColumnDef::new("sold").boolean().not_null().default(false))
                            .col(ColumnDef::new("views").big_integer().not_null().default(0))
                            .to_owned(),
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // loses data: the rows of table book
        manager
            .drop_table(Table::drop().table("book").to_owned())
            .await?;

        sea_gen_runner::migrator::reverted(&MIGRATIONS, self, manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
