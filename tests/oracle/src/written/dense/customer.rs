//! The table `customer`.

use super::sea_orm_active_enums::Mood;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customer", comment = "who buys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(
        column_type = "String(StringLen::N(80))",
        comment = "as \"they\" write it"
    )]
    pub name: String,
    #[sea_orm(column_type = "String(StringLen::N(255))", unique)]
    pub email: String,
    #[sea_orm(default_value = true)]
    pub is_active: bool,
    pub score: Option<f64>,
    #[sea_orm(column_type = "Text")]
    pub notes: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Option<Json>,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub created: DateTimeWithTimeZone,
    pub friend: Option<i32>,
    #[sea_orm(default_value = 3)]
    pub r#type: i16,
    pub mood: Option<Mood>,
    #[sea_orm(
        column_type = "Array(RcOrArc::new(ColumnType::String(StringLen::N(20))))"
    )]
    pub handle: Option<Vec<String>>,
    #[sea_orm(column_type = "Inet", select_as = "text", save_as = "inet")]
    pub place: Option<String>,
    #[sea_orm(default_value = "2000-01-01")]
    pub born: Date,
    #[sea_orm(default_expr = "Expr::cust(\"gen_random_uuid()\")")]
    pub token: Uuid,
    #[sea_orm(self_ref, relation_enum = "SelfRef", from = "friend", to = "id")]
    pub customer: BelongsTo<Option<Entity>>,
    #[sea_orm(has_one)]
    pub profile: HasOne<super::profile::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
