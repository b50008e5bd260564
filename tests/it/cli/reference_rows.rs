//! Reference rows, from an adopted database through migrations to a check of rows that were edited by hand.
//!
//! Must not know how rows are compared.

use sea_gen::schema::Product;
use sea_gen_runner::session::{Missing, Session};

use super::project::Project;
use super::shows;
use crate::support::{Scratch, connection};

const ROLE: &str = r#"use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub code: String,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    pub quota: Option<Decimal>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

const MEMBER: &str = r#"use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub email: String,
    pub role_id: i32,
    #[sea_orm(belongs_to, from = "role_id", to = "id")]
    pub role: HasOne<super::role::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// The rows that a query gives, values parted by `|`.
fn rows(project: &Project, sql: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", project.path("shop.db").display());
        let mut session = Session::connect(&connection(&url), Missing::Refuse).await.unwrap();
        let rows = session.query(sql).await.unwrap();
        let found = rows.iter().map(|row| row.text(0).to_owned()).collect();
        session.close().await;
        found
    })
}

/// The roles in the database.
fn roles(project: &Project) -> Vec<String> {
    rows(project, "SELECT id || '|' || code || '|' || coalesce(quota, 'NULL') FROM role ORDER BY id")
}

/// Two entities and a database that has both tables, with rows.
fn shop() -> Project {
    let project = Project::new();
    std::fs::remove_file(project.path("entities/user.rs")).unwrap();
    project.write("entities/role.rs", ROLE);
    project.write("entities/member.rs", MEMBER);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    project.succeeds(&["up"]);
    project
        .sql("INSERT INTO role VALUES (1, 'admin', 12.5), (2, 'it''s', NULL); INSERT INTO member VALUES (7, 'a@b', 2)");
    project
}

/// The same, with the rows of roles declared and migrated.
fn declared() -> Project {
    let project = shop();
    project.succeeds(&["entities", "--reference-data", "role"]);
    project.succeeds(&["migration", "Roles"]);
    project.succeeds(&["up"]);
    project
}

#[apply(test)]
fn an_adopted_database_keeps_its_rows_and_a_fresh_one_gets_them() {
    let project = shop();
    std::fs::remove_dir_all(project.path("migrations")).unwrap();
    std::fs::remove_dir_all(project.path("snapshots")).unwrap();
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    project.sql("DROP TABLE sea_gen_history");
    shows!(project.run(&["init", "--reference-data", "rol"]), @r#"
    exit 1
    --- stderr
    error: the database has no table `rol`

    hint: did you mean `role`?
    "#);
    shows!(project.run(&["init", "--reference-data", "role"]), @r#"
    exit 0
    --- stdout
    set up for sqlite
      entities   entities
      adopted    2 tables as [time]_baseline
      rows       entities/role.rows.json

    next: `gen migration <Name>` writes what the entities declare beyond that
    "#);
    shows!(project.read("entities/role.rows.json"), @r#"
    {
      "table": "role",
      "key": ["id"],
      "rows": [
        {"id": 1, "code": "admin", "quota": "12.5"},
        {"id": 2, "code": "it's", "quota": null}
      ]
    }
    "#);
    shows!(project.run(&["migration", "More"]), @r#"
    exit 0
    --- stderr
    nothing to do: the entities and the snapshot agree
    "#);
    std::fs::remove_file(project.path("shop.db")).unwrap();
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
    assert_eq!(roles(&project), ["1|admin|12.5", "2|it's|NULL"]);
}

#[apply(test)]
fn a_table_that_may_be_reference_data_is_offered_and_one_with_personal_data_is_not() {
    let project = shop();
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    std::fs::remove_dir_all(project.path("migrations")).unwrap();
    std::fs::remove_dir_all(project.path("snapshots")).unwrap();
    project.sql("DROP TABLE sea_gen_history");
    let shown = project.run(&["init"]);
    assert!(shown.contains("few rows   role (2 rows): `--reference-data TABLE`"), "{shown}");
    assert!(!shown.contains("member ("), "{shown}");
}

#[apply(test)]
fn edited_rows_are_named_and_others_are_left_alone() {
    let project = declared();
    project.sql("UPDATE role SET quota = 3 WHERE id = 1; INSERT INTO role VALUES (9, 'own', 1)");
    shows!(project.run(&["check", "--database"]), @r#"
    exit 2
    --- stdout
    fails    database  sqlite
             ~ role: reference rows ~ id 1: quota 12.5 → 3
    "#);
    project.succeeds(&["drift", "revert"]);
    project.succeeds(&["check"]);
    assert_eq!(roles(&project), ["1|admin|12.5", "2|it's|NULL", "9|own|1.0"]);
}

#[apply(test)]
fn a_new_column_without_null_takes_its_values_from_the_rows() {
    let project = declared();
    project.edit("entities/role.rs", "pub code: String,", "pub code: String,\n    pub title: String,");
    shows!(project.refused(&["migration", "Titles", "--no-interactive"]), @r#"
    error: entities/role.rows.json:2: the rows of `role` have no value of `title`, which takes no NULL and has no default

    hint: add `"title": …` to every row
    "#);
    project.edit("entities/role.rows.json", "\"admin\"", "\"admin\", \"title\": \"Admins\"");
    project.edit("entities/role.rows.json", "\"it's\"", "\"it's\", \"title\": \"Others\"");
    project.succeeds(&["migration", "Titles"]);
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
    project.succeeds(&["down", "--allow", "drop-column"]);
    assert_eq!(roles(&project), ["1|admin|12.5", "2|it's|NULL"]);
}

#[apply(test)]
fn test_data_refers_to_declared_rows() {
    let project = declared();
    project.sql("DELETE FROM member");
    project.succeeds(&["seed", "--rows", "20"]);
    assert_eq!(rows(&project, "SELECT count(*) FROM role"), ["2"]);
    assert_eq!(rows(&project, "SELECT count(*) FROM member WHERE role_id IN (1, 2)"), ["20"]);
}

#[apply(test)]
fn bad_rows_are_refused_where_they_stand() {
    let project = declared();
    let refused = |rows: &str| {
        project.write("entities/role.rows.json", format!("{{\n\"table\": \"role\",\n\"rows\": [\n{rows}\n]}}\n"));
        let shown = project.run(&["migration", "Bad", "--dry-run"]);
        assert!(shown.starts_with("exit 1"), "{shown}");
        shown
    };
    for (rows, line, what) in [
        (r#"{"id": 1, "cod": "a"}"#, 2, "table `role` has no column `cod`"),
        (r#"{"id": 1, "code": 5}"#, 4, "`role.code`: 5 is no text"),
        ("{\"id\": 1, \"code\": \"a\"},\n{\"id\": \"x\", \"code\": \"b\"}", 5, "`role.id`: 'x' is no whole number"),
        ("{\"id\": 1, \"code\": \"a\"},\n{\"id\": 1, \"code\": \"b\"}", 5, "two rows have the same key"),
        ("{\"id\": 1, \"code\": \"a\"},\n{\"id\": \"1\", \"code\": \"b\"}", 5, "two rows of `role` have the key 1"),
        (r#"{"id": 1}"#, 2, "the rows of `role` have no value of `code`"),
        (r#"{"id": 1, "code": null}"#, 4, "`role.code` is NULL"),
        (r#"{"code": "a"}"#, 4, "a row has no value of `id`, which belongs to the key"),
        ("{\"id\": 1, \"code\": \"a\"},\n{\"id\": 2}", 5, "this row lacks a value of `code`"),
        (r#"{"id": 1, "code": "a", "quota": "1.5x"}"#, 4, "`role.quota`: '1.5x' is no number"),
        (
            r#"{"id": 1, "code": "a", "quota": 12345678901234567.89}"#,
            4,
            "has more digits than the floating-point number",
        ),
        (r#"{"id": 1, "code": ["a"]}"#, 4, "`code` is no JSON column"),
        (r#"{"id": 1, "code": "a"},"#, 5, "trailing comma"),
    ] {
        let shown = refused(rows);
        assert!(shown.contains(what), "{what}:\n{shown}");
        assert!(shown.contains(&format!("entities/role.rows.json:{line}")), "line {line} of {what}:\n{shown}");
    }
    let many: Vec<String> = (0..1001).map(|id| format!(r#"{{"id": {id}, "code": "{id}"}}"#)).collect();
    let shown = refused(&many.join(",\n"));
    assert!(shown.contains("`role` has 1001 reference rows, and no more than 1000 are taken"), "{shown}");
    project.write(
        "entities/role.rows.json",
        r#"{"table": "role", "key": ["quota"], "rows": [{"id": 1, "code": "a", "quota": 1}]}"#,
    );
    let shown = project.run(&["migration", "Bad", "--dry-run"]);
    assert!(shown.contains("(quota) is no primary key and no unique key of `role`"), "{shown}");
    project.write("entities/role.rows.json", r#"{"table": "rolle", "rows": []}"#);
    let shown = project.run(&["migration", "Bad", "--dry-run"]);
    assert!(shown.contains("no entity declares a table `rolle`"), "{shown}");
}

/// Rows that a server has are adopted without a loss: nothing is proposed, and a fresh database gets the same.
fn adopted_on(product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let scratch = Scratch::create(product).await.unwrap();
        let mut session = scratch.connect().await.unwrap();
        let (bytes, json, moment) = match product {
            Product::Postgres => ("bytea", "jsonb", "timestamptz"),
            Product::MySql | Product::MariaDb => ("varbinary(20)", "json", "datetime(6)"),
            Product::Sqlite => ("blob", "json_text", "datetime_text"),
        };
        let quoted = |bytes: &str| if product == Product::Postgres { format!("'\\x{bytes}'") } else { format!("X'{bytes}'") };
        session
            .execute(&format!(
                "CREATE TABLE sample (id bigint NOT NULL PRIMARY KEY, price decimal(14,4) NOT NULL, ratio double precision NOT NULL, \
                 active boolean NOT NULL, note varchar(255), icon {bytes} NOT NULL, day date NOT NULL, moment {moment} NOT NULL, \
                 settings {json} NOT NULL)"
            ))
            .await
            .unwrap();
        let moment = if product == Product::Postgres { "2024-02-29 23:59:59.5+02" } else { "2024-02-29 23:59:59.5" };
        session
            .execute(&format!(
                "INSERT INTO sample VALUES (9007199254740993, 1234567890.1234, 0.1, true, 'it''s \"ä\" é', {}, '2024-02-29', \
                 '{moment}', '{{\"b\": [1, 2.5], \"a\": \"ü\"}}'), (-1, -0.5, 1e-7, false, NULL, {}, '0099-01-01', '{moment}', '[]')",
                quoted("00ff27"),
                quoted("00")
            ))
            .await
            .unwrap();
        session.close().await;
        let project = Project::empty(&format!("dialects = [\"{}\"]\n", product.key()));
        let moment = if product == Product::Postgres { "DateTimeUtc" } else { "DateTime" };
        project.write("entities/sample.rs", format!(r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sample")]
pub struct Model {{
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[sea_orm(column_type = "Decimal(Some((14, 4)))")]
    pub price: Decimal,
    pub ratio: f64,
    pub active: bool,
    pub note: Option<String>,
    #[sea_orm(column_type = "VarBinary(StringLen::N(20))")]
    pub icon: Vec<u8>,
    pub day: Date,
    pub moment: {moment},
    #[sea_orm(column_type = "JsonBinary")]
    pub settings: Json,
}}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {{}}

impl ActiveModelBehavior for ActiveModel {{}}
"#));
        let url = ["--database-url", scratch.url.as_str()];
        fn with<'a>(arguments: &[&'a str], url: &[&'a str]) -> Vec<&'a str> {
            [arguments, url].concat()
        }
        let shown = project.run(&with(&["init", "--reference-data", "sample"], &url));
        assert!(shown.starts_with("exit 0"), "{shown}");
        let rows = project.read("entities/sample.rows.json");
        for exact in ["9007199254740993", "\"1234567890.1234\"", "0x00ff27", "é", "[1, 2.5]", "2024-02-29"] {
            assert!(rows.contains(exact), "{exact}:\n{rows}");
        }
        let shown = project.run(&with(&["check"], &url));
        assert!(shown.starts_with("exit 0"), "{shown}");
        let shown = project.run(&with(&["migration", "More", "--dry-run"], &url));
        assert!(!shown.contains("reference rows"), "{shown}");
        scratch.remove().await.unwrap();
    });
}

mod rows_are_adopted_without_a_loss {
    crate::support::on_servers!(adopted_on);
}
