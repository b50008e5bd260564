//! The table `order`.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub prelude_2: Option<i32>,
    #[sea_orm(belongs_to, from = "prelude_2", to = "id")]
    pub related_prelude_2: BelongsTo<Option<super::prelude_2::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
