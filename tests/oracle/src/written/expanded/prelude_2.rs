//! The table `prelude`.

use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "prelude"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub id: i32,
    pub n2fa: Option<i32>,
    pub self_: Option<i32>,
    pub a_b: Option<i32>,
    pub a_b_2: Option<i32>,
    pub crate_: Option<i32>,
    pub line1: Option<i32>,
    #[sea_orm(enum_name = "Line1_2")]
    pub line_1: Option<i32>,
    pub größe: Option<i32>,
    pub r#match: Option<i32>,
    pub model: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Id,
    #[sea_orm(column_name = "2fa")]
    N2fa,
    Self_,
    #[sea_orm(column_name = "a b")]
    AB,
    #[sea_orm(column_name = "a_b")]
    AB2,
    Crate,
    Line1,
    #[sea_orm(column_name = "line_1")]
    Line1_2,
    Größe,
    Match,
    #[sea_orm(column_name = "Model")]
    Model,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::Integer.def(),
            Self::N2fa => ColumnType::Integer.def().null(),
            Self::Self_ => ColumnType::Integer.def().null(),
            Self::AB => ColumnType::Integer.def().null(),
            Self::AB2 => ColumnType::Integer.def().null(),
            Self::Crate => ColumnType::Integer.def().null(),
            Self::Line1 => ColumnType::Integer.def().null(),
            Self::Line1_2 => ColumnType::Integer.def().null(),
            Self::Größe => ColumnType::Integer.def().null(),
            Self::Match => ColumnType::Integer.def().null(),
            Self::Model => ColumnType::Integer.def().null(),
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
        false
    }
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    Order,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::Order => Entity::has_many(super::order::Entity).into(),
        }
    }
}

impl Related<super::order::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Order.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
