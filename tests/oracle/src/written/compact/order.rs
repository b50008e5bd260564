//! The table `order`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub prelude_2: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::prelude_2::Entity",
        from = "Column::Prelude2",
        to = "super::prelude_2::Column::Id"
    )]
    Prelude2,
}

impl Related<super::prelude_2::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Prelude2.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
