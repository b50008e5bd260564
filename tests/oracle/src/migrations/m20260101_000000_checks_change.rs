//! The case `checks::change` as a migration in Rust.

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
                            .col(ColumnDef::new("pages").integer().not_null())
                            .check(Check::named("pages_count", Expr::cust("pages > 0")))
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .drop_constraint("pages_count")
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE "book"
    ADD CONSTRAINT "pages_count" CHECK (pages BETWEEN 1 AND 9999) NOT VALID"#,
                    )
                    .await?;

                transaction.commit().await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER TABLE "book" VALIDATE CONSTRAINT "pages_count""#)
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
                            .check(Check::named("pages_count", Expr::cust("pages > 0")))
                            .to_owned(),
                    )
                    .await?;

                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book`
  DROP CHECK `pages_count`,
  ADD CONSTRAINT `pages_count` CHECK (pages BETWEEN 1 AND 9999),
  ALGORITHM=COPY, LOCK=SHARED",
                    )
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
                            .check(Check::named("pages_count", Expr::cust("pages > 0")))
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book`
  DROP CONSTRAINT `pages_count`,
  ADD CONSTRAINT `pages_count` CHECK (pages BETWEEN 1 AND 9999)",
                    )
                    .await?;
            }
            _ => {}
        }

        sea_gen_runner::migrator::applied(&MIGRATIONS, self, manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_mariadb = is_mariadb(manager).await?;
        match manager.get_database_backend() {
            DatabaseBackend::Postgres => {
                let transaction = manager.begin().await?;

                transaction
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .drop_constraint("pages_count")
                            .to_owned(),
                    )
                    .await?;

                transaction
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE "book"
    ADD CONSTRAINT "pages_count" CHECK (pages > 0) NOT VALID"#,
                    )
                    .await?;

                transaction.commit().await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER TABLE "book" VALIDATE CONSTRAINT "pages_count""#)
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book`
  DROP CHECK `pages_count`,
  ADD CONSTRAINT `pages_count` CHECK (pages > 0),
  ALGORITHM=COPY, LOCK=SHARED",
                    )
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book`
  DROP CONSTRAINT `pages_count`,
  ADD CONSTRAINT `pages_count` CHECK (pages > 0)",
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
