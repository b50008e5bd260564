//! The case `columns::several` as a migration in Rust.

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
                            .col(ColumnDef::new("pages").integer().not_null())
                            .col(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .add_column(ColumnDef::new("isbn").string())
                            .to_owned(),
                    )
                    .await?;

                // loses data: the values of column book.shelf
                manager
                    .alter_table(Table::alter().table("book").drop_column("shelf").to_owned())
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
                            .col(ColumnDef::new("pages").integer().not_null())
                            .col(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .add_column(ColumnDef::new("isbn").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .modify_column(ColumnDef::new("pages").big_integer())
                            .to_owned(),
                    )
                    .await?;

                // loses data: the values of column book.shelf
                manager
                    .alter_table(Table::alter().table("book").drop_column("shelf").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
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
                            .col(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` ADD COLUMN `isbn` varchar(255), ALGORITHM=INSTANT",
                    )
                    .await?;

                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `pages` bigint NOT NULL, ALGORITHM=COPY, LOCK=SHARED",
                    )
                    .await?;

                // loses data: the values of column book.shelf
                manager
                    .get_connection()
                    .execute_unprepared("ALTER TABLE `book` DROP COLUMN `shelf`, ALGORITHM=INSTANT")
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
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
                            .col(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` ADD COLUMN `isbn` varchar(255), ALGORITHM=INSTANT",
                    )
                    .await?;

                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `pages` bigint(20) NOT NULL, ALGORITHM=COPY",
                    )
                    .await?;

                // loses data: the values of column book.shelf
                manager
                    .get_connection()
                    .execute_unprepared("ALTER TABLE `book` DROP COLUMN `shelf`, ALGORITHM=INSTANT")
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_mariadb = is_mariadb(manager).await?;
        match manager.get_database_backend() {
            DatabaseBackend::Sqlite => {
                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .add_column(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                // loses data: the values of column book.isbn
                manager
                    .alter_table(Table::alter().table("book").drop_column("isbn").to_owned())
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .add_column(ColumnDef::new("shelf").string())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .modify_column(ColumnDef::new("pages").integer())
                            .to_owned(),
                    )
                    .await?;

                // loses data: the values of column book.isbn
                manager
                    .alter_table(Table::alter().table("book").drop_column("isbn").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` ADD COLUMN `shelf` varchar(255), ALGORITHM=INSTANT",
                    )
                    .await?;

                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `pages` int NOT NULL, ALGORITHM=COPY, LOCK=SHARED",
                    )
                    .await?;

                // loses data: the values of column book.isbn
                manager
                    .get_connection()
                    .execute_unprepared("ALTER TABLE `book` DROP COLUMN `isbn`, ALGORITHM=INSTANT")
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` ADD COLUMN `shelf` varchar(255), ALGORITHM=INSTANT",
                    )
                    .await?;

                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `pages` int(11) NOT NULL, ALGORITHM=COPY",
                    )
                    .await?;

                // loses data: the values of column book.isbn
                manager
                    .get_connection()
                    .execute_unprepared("ALTER TABLE `book` DROP COLUMN `isbn`, ALGORITHM=INSTANT")
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
