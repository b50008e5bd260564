//! The table `purchase`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub customer: i32,
    pub seller: i32,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    pub total: Option<Decimal>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::customer::Entity",
        from = "Column::Seller",
        to = "super::customer::Column::Id",
        on_update = "Cascade"
    )]
    Customer1,
    #[sea_orm(
        belongs_to = "super::customer::Entity",
        from = "Column::Customer",
        to = "super::customer::Column::Id",
        on_delete = "Cascade"
    )]
    Customer2,
    #[sea_orm(has_many = "super::purchase_product::Entity")]
    PurchaseProduct,
}

impl Related<super::purchase_product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PurchaseProduct.def()
    }
}

impl Related<super::product::Entity> for Entity {
    fn to() -> RelationDef {
        super::purchase_product::Relation::Product.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::purchase_product::Relation::Purchase.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
