//! The table `customer`.

use super::sea_orm_active_enums::Mood;
use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "customer"
    }

    fn comment(&self) -> Option<&str> {
        Some("who buys")
    }
}

#[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    pub id: i32,
    pub name: String,
    pub email: String,
    pub is_active: bool,
    pub score: Option<f64>,
    pub notes: Option<String>,
    pub data: Option<Json>,
    pub created: DateTimeWithTimeZone,
    pub friend: Option<i32>,
    pub r#type: i16,
    pub mood: Option<Mood>,
    pub handle: Option<Vec<String>>,
    pub place: Option<String>,
    pub born: Date,
    pub token: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Id,
    Name,
    Email,
    IsActive,
    Score,
    Notes,
    Data,
    Created,
    Friend,
    Type,
    Mood,
    Handle,
    Place,
    Born,
    Token,
}

impl ColumnTrait for Column {
    type EntityName = Entity;

    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::Integer.def(),
            Self::Name => ColumnType::String(StringLen::N(80)).def().comment("as \"they\" write it"),
            Self::Email => ColumnType::String(StringLen::N(255)).def().unique(),
            Self::IsActive => ColumnType::Boolean.def().default(true),
            Self::Score => ColumnType::Double.def().null(),
            Self::Notes => ColumnType::Text.def().null(),
            Self::Data => ColumnType::JsonBinary.def().null(),
            Self::Created => ColumnType::TimestampWithTimeZone.def().default(Expr::current_timestamp()),
            Self::Friend => ColumnType::Integer.def().null(),
            Self::Type => ColumnType::SmallInteger.def().default(3),
            Self::Mood => Mood::db_type().get_column_type().to_owned().def().null(),
            Self::Handle => ColumnType::Array(RcOrArc::new(ColumnType::String(StringLen::N(20)))).def().null(),
            Self::Place => ColumnType::Inet.def().null(),
            Self::Born => ColumnType::Date.def().default("2000-01-01"),
            Self::Token => ColumnType::Uuid.def().default(Expr::cust("gen_random_uuid()")),
        }
    }

    fn select_as(&self, value: Expr) -> Expr {
        match self {
            Self::Place => sea_orm::sea_query::ExprTrait::cast_as(value, "text"),
            _ => self.select_enum_as(value),
        }
    }

    fn save_as(&self, value: Expr) -> Expr {
        match self {
            Self::Place => sea_orm::sea_query::ExprTrait::cast_as(value, "inet"),
            _ => self.save_enum_as(value),
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
    SelfRef,
    Profile,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match self {
            Self::SelfRef => Entity::belongs_to(Entity)
                .from(Column::Friend)
                .to(Column::Id)
                .into(),
            Self::Profile => Entity::has_one(super::profile::Entity).into(),
        }
    }
}

impl Related<super::profile::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Profile.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
