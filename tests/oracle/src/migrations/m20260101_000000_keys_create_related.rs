//! The case `keys::create-related` as a migration in Rust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DatabaseBackend, Statement};

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
                            .table("author")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("name").string().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"CREATE TABLE "book" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "title" varchar NOT NULL,
  "author_id" integer NOT NULL,
  CONSTRAINT "fk-book-author_id" FOREIGN KEY ("author_id") REFERENCES "author" ("id")
)"#,
                    )
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .create_table(
                        Table::create()
                            .table("author")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("name").string().not_null())
                            .to_owned(),
                    )
                    .await?;

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
                            .col(ColumnDef::new("author_id").integer().not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_foreign_key(
                        ForeignKey::create()
                            .name("fk-book-author_id")
                            .from_tbl("book")
                            .from_col("author_id")
                            .to_tbl("author")
                            .to_col("id")
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::MySql => {
                manager
                    .create_table(
                        Table::create()
                            .table("author")
                            .col(
                                ColumnDef::new("id")
                                    .integer()
                                    .not_null()
                                    .auto_increment()
                                    .primary_key(),
                            )
                            .col(ColumnDef::new("name").string().not_null())
                            .to_owned(),
                    )
                    .await?;

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
                            .col(ColumnDef::new("author_id").integer().not_null())
                            .index(Index::create().name("fk-book-author_id").col("author_id"))
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_foreign_key(
                        ForeignKey::create()
                            .name("fk-book-author_id")
                            .from_tbl("book")
                            .from_col("author_id")
                            .to_tbl("author")
                            .to_col("id")
                            .to_owned(),
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
            DatabaseBackend::Sqlite => {
                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;

                // loses data: the rows of table author
                manager
                    .drop_table(Table::drop().table("author").to_owned())
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .alter_table(
                        Table::alter()
                            .table("book")
                            .drop_constraint("fk-book-author_id")
                            .to_owned(),
                    )
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;

                // loses data: the rows of table author
                manager
                    .drop_table(Table::drop().table("author").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` DROP FOREIGN KEY `fk-book-author_id`, ALGORITHM=INPLACE, LOCK=NONE",
                    )
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;

                // loses data: the rows of table author
                manager
                    .drop_table(Table::drop().table("author").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` DROP FOREIGN KEY `fk-book-author_id`, ALGORITHM=INSTANT",
                    )
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;

                // loses data: the rows of table author
                manager
                    .drop_table(Table::drop().table("author").to_owned())
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
