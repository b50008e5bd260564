//! The table `purchase`.

use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "purchase"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub id: i32,
    pub customer: i32,
    pub seller: i32,
    pub total: Option<Decimal>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Id,
    Customer,
    Seller,
    Total,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::Integer.def(),
            Self::Customer => ColumnType::Integer.def(),
            Self::Seller => ColumnType::Integer.def(),
            Self::Total => ColumnType::Decimal(Some((10, 2))).def().null(),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey {
    Id,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i32;

    fn auto_increment() -> bool {
        true
    }
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    Customer1,
    Customer2,
    PurchaseProduct,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Customer1 => Entity::belongs_to(super::customer::Entity)
                .from(Column::Seller)
                .to(super::customer::Column::Id)
                .on_update(ForeignKeyAction::Cascade)
                .into(),
            Self::Customer2 => Entity::belongs_to(super::customer::Entity)
                .from(Column::Customer)
                .to(super::customer::Column::Id)
                .on_delete(ForeignKeyAction::Cascade)
                .into(),
            Self::PurchaseProduct => Entity::has_many(super::purchase_product::Entity).into(),
        }
    }
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
