//! The case `types::every-type` as a migration in Rust.

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
                            .table("sample")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("small").small_integer().not_null())
                            .col(ColumnDef::new("normal").integer().not_null())
                            .col(ColumnDef::new("large").integer().not_null())
                            .col(ColumnDef::new("tiny").tiny_integer().not_null())
                            .col(ColumnDef::new("natural").integer().not_null())
                            .col(ColumnDef::new("single").float().not_null())
                            .col(ColumnDef::new("double").double().not_null())
                            .col(ColumnDef::new("truth").boolean().not_null())
                            .col(ColumnDef::new("text").string().not_null())
                            .col(ColumnDef::new("letter").char().not_null())
                            .col(ColumnDef::new("bytes").custom("varbinary_blob").not_null())
                            .col(ColumnDef::new("amount").decimal().not_null())
                            .col(ColumnDef::new("day").date().not_null())
                            .col(ColumnDef::new("clock").time().not_null())
                            .col(ColumnDef::new("moment").date_time().not_null())
                            .col(
                                ColumnDef::new("instant")
                                    .timestamp_with_time_zone()
                                    .not_null(),
                            )
                            .col(
                                ColumnDef::new("zoned")
                                    .timestamp_with_time_zone()
                                    .not_null(),
                            )
                            .col(ColumnDef::new("document").json().not_null())
                            .col(ColumnDef::new("key").uuid().not_null())
                            .col(ColumnDef::new("perhaps").integer())
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .create_table(
                        Table::create()
                            .table("sample")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("small").small_integer().not_null())
                            .col(ColumnDef::new("normal").integer().not_null())
                            .col(ColumnDef::new("large").big_integer().not_null())
                            .col(ColumnDef::new("tiny").small_integer().not_null())
                            .col(ColumnDef::new("natural").big_integer().not_null())
                            .col(ColumnDef::new("single").float().not_null())
                            .col(ColumnDef::new("double").double().not_null())
                            .col(ColumnDef::new("truth").boolean().not_null())
                            .col(ColumnDef::new("text").string().not_null())
                            .col(ColumnDef::new("letter").char().not_null())
                            .col(ColumnDef::new("bytes").blob().not_null())
                            .col(ColumnDef::new("amount").decimal().not_null())
                            .col(ColumnDef::new("day").date().not_null())
                            .col(ColumnDef::new("clock").time().not_null())
                            .col(ColumnDef::new("moment").date_time().not_null())
                            .col(
                                ColumnDef::new("instant")
                                    .timestamp_with_time_zone()
                                    .not_null(),
                            )
                            .col(
                                ColumnDef::new("zoned")
                                    .timestamp_with_time_zone()
                                    .not_null(),
                            )
                            .col(ColumnDef::new("document").json().not_null())
                            .col(ColumnDef::new("key").uuid().not_null())
                            .col(ColumnDef::new("perhaps").big_integer())
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql => {
                manager
                    .create_table(
                        Table::create()
                            .table("sample")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("small").small_integer().not_null())
                            .col(ColumnDef::new("normal").integer().not_null())
                            .col(ColumnDef::new("large").big_integer().not_null())
                            .col(ColumnDef::new("tiny").tiny_integer().not_null())
                            .col(ColumnDef::new("natural").unsigned().not_null())
                            .col(ColumnDef::new("single").float().not_null())
                            .col(ColumnDef::new("double").double().not_null())
                            .col(ColumnDef::new("truth").boolean().not_null())
                            .col(ColumnDef::new("text").string().not_null())
                            .col(ColumnDef::new("letter").char().not_null())
                            .col(ColumnDef::new("bytes").var_binary(255).not_null())
                            .col(ColumnDef::new("amount").decimal().not_null())
                            .col(ColumnDef::new("day").date().not_null())
                            .col(ColumnDef::new("clock").time().not_null())
                            .col(ColumnDef::new("moment").date_time().not_null())
                            .col(ColumnDef::new("instant").timestamp().not_null())
                            .col(ColumnDef::new("zoned").timestamp().not_null())
                            .col(ColumnDef::new("document").json().not_null())
                            .col(ColumnDef::new("key").uuid().not_null())
                            .col(ColumnDef::new("perhaps").big_integer())
                            .to_owned(),
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // loses data: the rows of table sample
        manager
            .drop_table(Table::drop().table("sample").to_owned())
            .await?;

        sea_gen_runner::migrator::reverted(&MIGRATIONS, self, manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
