//! The case `tables::awkward-names` as a migration in Rust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DatabaseBackend, Statement};

use super::MIGRATIONS;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_mariadb = is_mariadb(manager).await?;
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite | DatabaseBackend::Postgres => {
                manager
                    .create_table(
                        Table::create()
                            .table("order")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("select").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("order")
                            .add_column(ColumnDef::new("Group By").integer())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("order")
                            .add_column(ColumnDef::new("it's").integer())
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                manager
                    .create_table(
                        Table::create()
                            .table("order")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("select").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `order`
  ADD COLUMN `Group By` int,
  ADD COLUMN `it's` int,
  ALGORITHM=INSTANT",
                    )
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                manager
                    .create_table(
                        Table::create()
                            .table("order")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("select").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `order`
  ADD COLUMN `Group By` int(11),
  ADD COLUMN `it's` int(11),
  ALGORITHM=INSTANT",
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
                // loses data: the values of column order.it's
                manager
                    .alter_table(Table::alter().table("order").drop_column("it's").to_owned())
                    .await?;

                // loses data: the values of column order.Group By
                manager
                    .alter_table(
                        Table::alter()
                            .table("order")
                            .drop_column("Group By")
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql => {
                // loses data: the values of column order.it's
                // loses data: the values of column order.Group By
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `order`
  DROP COLUMN `it's`,
  DROP COLUMN `Group By`,
  ALGORITHM=INSTANT",
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

/// Whether the server is MariaDB.
async fn is_mariadb(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let backend = manager.get_database_backend();
    if backend != DatabaseBackend::MySql {
        return Ok(false);
    }
    let query = Statement::from_string(backend, "SELECT VERSION()");
    let row = manager.get_connection().query_one_raw(query).await?;
    let version = row.map(|row| row.try_get_by_index::<String>(0));
    let version = version.transpose()?.unwrap_or_default();
    Ok(version.contains("MariaDB"))
}
