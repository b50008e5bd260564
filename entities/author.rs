//! Authors.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "author")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique_key = "full_name")]
    pub family_name: String,
    #[sea_orm(unique_key = "full_name")]
    pub given_name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub biography: Option<String>,
    pub born_on: Option<Date>,
    #[sea_orm(has_many, via = "book_author")]
    pub books: HasMany<super::book::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
