//! The case `keys::composite` as a migration in Rust.

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
                    .get_connection()
                    .execute_unprepared(
                        r#"CREATE TABLE "book_tag" (
  "book_id" integer NOT NULL,
  "tag_id" integer NOT NULL,
  PRIMARY KEY ("book_id", "tag_id"),
  CONSTRAINT "fk-book_tag-book_id" FOREIGN KEY ("book_id") REFERENCES "book" ("id"),
  CONSTRAINT "fk-book_tag-tag_id" FOREIGN KEY ("tag_id") REFERENCES "tag" ("id")
)"#,
                    )
                    .await?;

                manager
                    .create_table(
                        Table::create()
                            .table("tag")
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
                    .create_table(
                        Table::create()
                            .table("book_tag")
                            .col(ColumnDef::new("book_id").integer().not_null())
                            .col(ColumnDef::new("tag_id").integer().not_null())
                            .primary_key(
                                Index::create()
                                    .name("pk-book_tag")
                                    .col("book_id")
                                    .col("tag_id"),
                            )
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_table(
                        Table::create()
                            .table("tag")
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
                    .create_foreign_key(
                        ForeignKey::create()
                            .name("fk-book_tag-book_id")
                            .from_tbl("book_tag")
                            .from_col("book_id")
                            .to_tbl("book")
                            .to_col("id")
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_foreign_key(
                        ForeignKey::create()
                            .name("fk-book_tag-tag_id")
                            .from_tbl("book_tag")
                            .from_col("tag_id")
                            .to_tbl("tag")
                            .to_col("id")
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
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_table(
                        Table::create()
                            .table("book_tag")
                            .col(ColumnDef::new("book_id").integer().not_null())
                            .col(ColumnDef::new("tag_id").integer().not_null())
                            .primary_key(Index::create().col("book_id").col("tag_id"))
                            .index(Index::create().name("fk-book_tag-tag_id").col("tag_id"))
                            .to_owned(),
                    )
                    .await?;

                manager
                    .create_table(
                        Table::create()
                            .table("tag")
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
                        r"ALTER TABLE `book_tag`
  ADD CONSTRAINT `fk-book_tag-book_id` FOREIGN KEY (`book_id`) REFERENCES `book` (`id`),
  ADD CONSTRAINT `fk-book_tag-tag_id` FOREIGN KEY (`tag_id`) REFERENCES `tag` (`id`)",
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
                // loses data: the rows of table tag
                manager
                    .drop_table(Table::drop().table("tag").to_owned())
                    .await?;

                // loses data: the rows of table book_tag
                manager
                    .drop_table(Table::drop().table("book_tag").to_owned())
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .alter_table(
                        Table::alter()
                            .table("book_tag")
                            .drop_constraint("fk-book_tag-tag_id")
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_table(
                        Table::alter()
                            .table("book_tag")
                            .drop_constraint("fk-book_tag-book_id")
                            .to_owned(),
                    )
                    .await?;

                // loses data: the rows of table tag
                manager
                    .drop_table(Table::drop().table("tag").to_owned())
                    .await?;

                // loses data: the rows of table book_tag
                manager
                    .drop_table(Table::drop().table("book_tag").to_owned())
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book_tag`
  DROP FOREIGN KEY `fk-book_tag-tag_id`,
  DROP FOREIGN KEY `fk-book_tag-book_id`,
  ALGORITHM=INPLACE, LOCK=NONE",
                    )
                    .await?;

                // loses data: the rows of table tag
                manager
                    .drop_table(Table::drop().table("tag").to_owned())
                    .await?;

                // loses data: the rows of table book_tag
                manager
                    .drop_table(Table::drop().table("book_tag").to_owned())
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book_tag`
  DROP FOREIGN KEY `fk-book_tag-tag_id`,
  DROP FOREIGN KEY `fk-book_tag-book_id`,
  ALGORITHM=INSTANT",
                    )
                    .await?;

                // loses data: the rows of table tag
                manager
                    .drop_table(Table::drop().table("tag").to_owned())
                    .await?;

                // loses data: the rows of table book_tag
                manager
                    .drop_table(Table::drop().table("book_tag").to_owned())
                    .await?;

                // loses data: the rows of table book
                manager
                    .drop_table(Table::drop().table("book").to_owned())
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
