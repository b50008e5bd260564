//! The table `audit.customer`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "audit", table_name = "customer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    #[sea_orm(
        column_type = "custom(\"audit.level\")",
        select_as = "text",
        save_as = "audit.level",
        default_value = "low"
    )]
    pub level: String,
    #[sea_orm(
        column_type = "custom(\"audit.level[]\")",
        select_as = "text",
        save_as = "audit.level[]"
    )]
    pub levels: Option<String>,
    #[sea_orm(column_type = "Text", unique)]
    pub r#type: Option<String>,
    #[sea_orm(unique_key = "match in")]
    pub r#match: Option<i32>,
    #[sea_orm(unique_key = "match in")]
    pub r#in: Option<i32>,
    #[sea_orm(
        column_type = "custom(\"answer\")",
        select_as = "text",
        save_as = "answer"
    )]
    pub said: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
