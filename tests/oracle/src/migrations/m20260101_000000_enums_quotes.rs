//! The case `enums::quotes` as a migration in Rust.

use sea_orm_migration::prelude::extension::postgres::Type;
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
                            .col(ColumnDef::new("mood").custom("enum_text").not_null())
                            .to_owned(),
                    )
                    .await?;
            }
            DatabaseBackend::Postgres => {
                manager
                    .create_type(Type::create().as_enum("mood").values(["glad"]).to_owned())
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
                            .col(ColumnDef::new("mood").custom(r#""mood""#).not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .alter_type(Type::alter().name("mood").add_value("it's"))
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(r#"ALTER TYPE "mood" ADD VALUE 'back\slash'"#)
                    .await?;

                manager
                    .alter_type(Type::alter().name("mood").add_value("a,b"))
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
                            .col(ColumnDef::new("mood").custom("enum('glad')").not_null())
                            .to_owned(),
                    )
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r"ALTER TABLE `book` MODIFY COLUMN `mood` enum('glad','it''s','back\\slash','a,b') NOT NULL, ALGORITHM=INSTANT",
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
                // who owns and may use what is made anew below, to be given back at the end
                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"WITH made_anew (kind, name, owner, acl, letter, part, class, id) AS (
    SELECT 'TYPE', made.name, o.typowner, o.typacl, 'T'::"char", NULL::text, 'pg_type'::regclass, o.oid
      FROM (VALUES ('"mood"'::regtype, '"mood"')) AS made (id, name) JOIN pg_type o ON o.oid = made.id
)
SELECT set_config('gen.kept', coalesce(string_agg(said, '; ' ORDER BY turn, place), ''), false)
  FROM (
    SELECT 1, 0, format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(owner))
      FROM made_anew
     WHERE part IS NULL AND pg_get_userbyid(owner) <> current_user
    UNION ALL
    SELECT 2, 0, format('REVOKE ALL ON %s %s FROM PUBLIC, %I%s', kind, name, pg_get_userbyid(owner),
             (SELECT string_agg(format(', %I', pg_get_userbyid(g.grantee)), '')
                FROM pg_default_acl d, aclexplode(d.defaclacl) g WHERE g.grantee <> 0))
      FROM made_anew
     WHERE part IS NULL AND (acl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl))
    UNION ALL
    SELECT 3, g.place, format(
             CASE WHEN g.grantor <> owner AND pg_has_role(g.grantor, 'MEMBER')
                  THEN 'SET LOCAL ROLE %6$I; GRANT %1$s ON %2$s %3$s TO %4$s%5$s; SET LOCAL ROLE %7$I'
                  ELSE 'GRANT %1$s ON %2$s %3$s TO %4$s%5$s' END,
             g.privilege || coalesce(' (' || part || ')', ''), kind, name,
             CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
             CASE WHEN g.grantable THEN ' WITH GRANT OPTION' END, pg_get_userbyid(g.grantor), current_setting('role'))
      FROM made_anew, aclexplode(coalesce(acl, acldefault(letter, owner)))
           WITH ORDINALITY AS g (grantor, grantee, privilege, grantable, place)
     WHERE acl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl)
    UNION ALL
    SELECT 4, 0, format('SECURITY LABEL FOR %I ON %s %s IS %L', s.provider, upper(s.objtype), s.objname, s.label)
      FROM made_anew m JOIN pg_seclabels s ON s.classoid = m.class AND s.objoid = m.id
       ) AS kept (turn, place, said)"#,
                    )
                    .await?;

                // rows that hold 'it''s' or 'back\slash' or 'a,b' stop this migration
                manager
                    .alter_type(Type::alter().name("mood").rename_to("mood_old"))
                    .await?;

                manager
                    .create_type(Type::create().as_enum("mood").values(["glad"]).to_owned())
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        r#"ALTER TABLE "book" ALTER COLUMN "mood" TYPE "mood" USING "mood"::text::"mood""#,
                    )
                    .await?;

                manager
                    .drop_type(Type::drop().name("mood_old").to_owned())
                    .await?;

                manager
                    .get_connection()
                    .execute_unprepared(
                        "DO $$ BEGIN EXECUTE current_setting('gen.kept'); PERFORM set_config('gen.kept', '', false); END $$",
                    )
                    .await?;
            }
            DatabaseBackend::MySql if !is_mariadb => {
                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `mood` enum('glad') NOT NULL, ALGORITHM=COPY, LOCK=SHARED",
                    )
                    .await?;
            }
            DatabaseBackend::MySql if is_mariadb => {
                // copies the table row by row; who writes to it may have to wait until the last one is copied
                manager
                    .get_connection()
                    .execute_unprepared(
                        "ALTER TABLE `book` MODIFY COLUMN `mood` enum('glad') NOT NULL, ALGORITHM=COPY",
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
