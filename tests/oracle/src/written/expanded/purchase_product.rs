//! The table `purchase_product`.

use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "purchase_product"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub purchase_id: i32,
    pub product_sku: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    PurchaseId,
    ProductSku,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::PurchaseId => ColumnType::Integer.def(),
            Self::ProductSku => ColumnType::String(StringLen::N(12)).def(),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey {
    PurchaseId,
    ProductSku,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = (i32, String);

    fn auto_increment() -> bool {
        false
    }
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    Product,
    Purchase,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Product => Entity::belongs_to(super::product::Entity)
                .from(Column::ProductSku)
                .to(super::product::Column::Sku)
                .into(),
            Self::Purchase => Entity::belongs_to(super::purchase::Entity)
                .from(Column::PurchaseId)
                .to(super::purchase::Column::Id)
                .into(),
        }
    }
}

impl Related<super::product::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Product.def()
    }
}

impl Related<super::purchase::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Purchase.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
