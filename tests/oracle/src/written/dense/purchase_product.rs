//! The table `purchase_product`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase_product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub purchase_id: i32,
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(12))"
    )]
    pub product_sku: String,
    #[sea_orm(belongs_to, from = "product_sku", to = "sku")]
    pub product: BelongsTo<super::product::Entity>,
    #[sea_orm(belongs_to, from = "purchase_id", to = "id")]
    pub purchase: BelongsTo<super::purchase::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
