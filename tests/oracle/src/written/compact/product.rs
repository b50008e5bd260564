//! The table `product`.

use sea_orm::entity::prelude::*;

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
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::purchase_product::Entity")]
    PurchaseProduct,
}

impl Related<super::purchase_product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PurchaseProduct.def()
    }
}

impl Related<super::purchase::Entity> for Entity {
    fn to() -> RelationDef {
        super::purchase_product::Relation::Purchase.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::purchase_product::Relation::Product.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
