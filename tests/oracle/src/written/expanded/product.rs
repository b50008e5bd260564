//! The table `product`.

use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "product"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub sku: String,
    pub price: Decimal,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Sku,
    Price,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Sku => ColumnType::String(StringLen::N(12)).def(),
            Self::Price => ColumnType::Decimal(Some((10, 2))).def(),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey {
    Sku,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = String;

    fn auto_increment() -> bool {
        false
    }
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    PurchaseProduct,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::PurchaseProduct => Entity::has_many(super::purchase_product::Entity).into(),
        }
    }
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
