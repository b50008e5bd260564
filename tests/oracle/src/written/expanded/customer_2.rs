//! The table `audit.customer`.

use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn schema_name(&self) -> Option<&str> {
        Some("audit")
    }

    fn table_name(&self) -> &'static str {
        "customer"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub id: i64,
    pub note: Option<String>,
    pub level: String,
    pub levels: Option<String>,
    pub r#type: Option<String>,
    pub r#match: Option<i32>,
    pub r#in: Option<i32>,
    pub said: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Id,
    Note,
    Level,
    Levels,
    Type,
    Match,
    In,
    Said,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::BigInteger.def(),
            Self::Note => ColumnType::Text.def().null(),
            Self::Level => ColumnType::custom("audit.level").def().default("low"),
            Self::Levels => ColumnType::custom("audit.level[]").def().null(),
            Self::Type => ColumnType::Text.def().null().unique(),
            Self::Match => ColumnType::Integer.def().null().unique_key("match in"),
            Self::In => ColumnType::Integer.def().null().unique_key("match in"),
            Self::Said => ColumnType::custom("answer").def().null(),
        }
    }

    fn select_as(&self, value: Expr) -> Expr {
        match self {
            Self::Level => sea_orm::sea_query::ExprTrait::cast_as(value, "text"),
            Self::Levels => sea_orm::sea_query::ExprTrait::cast_as(value, "text"),
            Self::Said => sea_orm::sea_query::ExprTrait::cast_as(value, "text"),
            _ => self.select_enum_as(value),
        }
    }

    fn save_as(&self, value: Expr) -> Expr {
        match self {
            Self::Level => sea_orm::sea_query::ExprTrait::cast_as(value, "audit.level"),
            Self::Levels => sea_orm::sea_query::ExprTrait::cast_as(value, "audit.level[]"),
            Self::Said => sea_orm::sea_query::ExprTrait::cast_as(value, "answer"),
            _ => self.save_enum_as(value),
        }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey {
    Id,
}

impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i64;

    fn auto_increment() -> bool {
        false
    }
}

#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match *self {}
    }
}

impl ActiveModelBehavior for ActiveModel {}
