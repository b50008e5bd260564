//! A table with a date of zeros as its default, as it is usual in older MySQL databases, is adopted, executed anew and altered.
//!
//! Must not know `sql_mode`.

use sea_gen::schema::Product;

use super::project::Project;

const ITEM: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

fn a_zero_date_is_adopted_and_altered(product: Product) {
    let project = Project::new(product);
    project.database.execute(
        "SET sql_mode = '';
         CREATE TABLE item (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(255) NOT NULL,
                            since date NOT NULL DEFAULT '0000-00-00', seen datetime NOT NULL DEFAULT '0000-00-00 00:00:00');
         INSERT INTO item (name) VALUES ('old');",
    );
    project.entity("item", ITEM);
    project.run(&["init"]).with(0).mentions("adopted");
    project.run(&["check", "--replay"]).with(0).keeps_silent_on("Invalid default");
    project.edit("item", "    pub name: String,", "    pub name: String,\n    pub color: Option<String>,");
    project.run(&["migration", "AddColor"]).with(0).mentions("proven");
    project.run(&["up"]).with(0).mentions("verified");
    project.run(&["down", "--allow", "*"]).with(0).mentions("verified");
    let rows = project.database.query("SELECT since FROM item WHERE name = 'old'");
    assert_eq!(rows.first().map(|row| row.text(0)), Some("0000-00-00"));
}

#[apply(test_on_mysql)]
fn a_zero_date_is_adopted_and_altered_on_mysql() {
    a_zero_date_is_adopted_and_altered(Product::MySql);
}

#[apply(test_on_mariadb)]
fn a_zero_date_is_adopted_and_altered_on_mariadb() {
    a_zero_date_is_adopted_and_altered(Product::MariaDb);
}
