//! Types that the code does not tell, and errors in the entities, when a database is adopted.
//!
//! Must not know how a type is found.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(what_the_code_does_not_tell_is_taken_from_the_database);

const ENTITY: &str = r#"use outside::{Id, Label, Money, When};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id,
    pub parent: Option<Id>,
    pub price: Money,
    pub short: Label,
    pub long: Label,
    pub at: When,
    #[sea_orm(column_type = "outside::raw()")]
    pub raw: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

const BAD: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bad")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(default_expr = "unknown()")]
    pub size: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

fn what_the_code_does_not_tell_is_taken_from_the_database(product: Product) {
    let project = Project::new(product);
    let (types, bad) = match product {
        Product::Postgres => (["uuid", "numeric(12,4)", "timestamptz", "text[]"], "serial PRIMARY KEY"),
        Product::MySql | Product::MariaDb => {
            (["binary(16)", "decimal(12,4)", "timestamp", "mediumblob"], "int PRIMARY KEY AUTO_INCREMENT")
        }
        Product::Sqlite => (
            ["uuid_text", "real", "timestamp_with_timezone_text", "blob"],
            "integer PRIMARY KEY AUTOINCREMENT NOT NULL",
        ),
    };
    let [id, price, at, raw] = types;
    project.database.execute(&format!(
        "CREATE TABLE orders (id {id} NOT NULL PRIMARY KEY, parent {id} NULL, price {price} NOT NULL, short varchar(10) NOT NULL, \
         long varchar(20) NOT NULL, at {at} NOT NULL, raw {raw} NOT NULL)"
    )
    .replace(" long ", if matches!(product, Product::MySql | Product::MariaDb) { " `long` " } else { " long " }));
    project.database.execute(&format!("CREATE TABLE bad (id {bad}, size integer NOT NULL DEFAULT 5)"));
    project.entity("orders", ENTITY);
    project.entity("bad", BAD);
    project.run(&["init", "--strict"]).with(1).mentions("the entities have 1 error");
    let said = project.json(&["init"]);
    assert_eq!(said["errors"], 1, "{said:#}");
    assert_eq!(said["contradictions"], serde_json::json!([]), "{said:#}");
    let names: Vec<&str> = said["types"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["Id", "Money", "When", "orders.long", "orders.raw", "orders.short"], "{said:#}");
    // What could not be read is still an error where something is written.
    project.run(&["migration", "Next"]).with(1).mentions("cannot read this `default_expr`");
    project.edit("bad", "default_expr = \"unknown()\"", "default_value = 5");
    // Now the code declares the default too.
    project.run(&["migration", "Next"]).with(0);
    assert_eq!(project.migrations().len(), 1);
    project.finds_nothing();
    project.holds();
}
