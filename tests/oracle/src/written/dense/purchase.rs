//! The table `purchase`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub customer: i32,
    pub seller: i32,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    pub total: Option<Decimal>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Customer1",
        from = "seller",
        to = "id",
        on_update = "Cascade"
    )]
    pub customer_1: BelongsTo<super::customer::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Customer2",
        from = "customer",
        to = "id",
        on_delete = "Cascade"
    )]
    pub customer_2: BelongsTo<super::customer::Entity>,
    #[sea_orm(has_many)]
    pub purchase_products: HasMany<super::purchase_product::Entity>,
    #[sea_orm(has_many, via = "purchase_product")]
    pub products: HasMany<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
