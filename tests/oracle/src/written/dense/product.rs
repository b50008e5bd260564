//! The table `product`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(
        primary_key,
        auto_increment = false,
        column_type = "String(StringLen::N(12))"
    )]
    pub sku: String,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    pub price: Decimal,
    #[sea_orm(has_many)]
    pub purchase_products: HasMany<super::purchase_product::Entity>,
    #[sea_orm(has_many, via = "purchase_product")]
    pub purchases: HasMany<super::purchase::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
