//! The table `prelude`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prelude")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    #[sea_orm(column_name = "2fa")]
    pub n2fa: Option<i32>,
    #[sea_orm(column_name = "self")]
    pub self_: Option<i32>,
    #[sea_orm(column_name = "a b")]
    pub a_b: Option<i32>,
    #[sea_orm(column_name = "a_b")]
    pub a_b_2: Option<i32>,
    #[sea_orm(column_name = "crate")]
    pub crate_: Option<i32>,
    pub line1: Option<i32>,
    #[sea_orm(column_name = "line_1", enum_name = "Line1_2")]
    pub line_1: Option<i32>,
    pub größe: Option<i32>,
    pub r#match: Option<i32>,
    #[sea_orm(column_name = "Model")]
    pub model: Option<i32>,
    #[sea_orm(has_many)]
    pub orders: HasMany<super::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
