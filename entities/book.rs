//! Books. `book.sql` holds the view over them, `book.<database>.sql` the partial index where there is such a thing.

use super::values::{Binding, Grams, Isbn};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "book", comment = "Everything that was ever on sale")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub isbn: Isbn,
    #[sea_orm(indexed)]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub blurb: Option<String>,
    pub category_id: Option<i32>,
    #[sea_orm(default_value = 1)]
    pub binding: Binding,
    pub weight: Option<Grams>,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))", extra = "CHECK (price > 0)")]
    pub price: Decimal,
    #[sea_orm(default_value = 0)]
    pub stock: i32,
    pub cover: Option<Vec<u8>>,
    pub published_on: Option<Date>,
    pub discontinued_at: Option<DateTimeUtc>,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub created_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "category_id", to = "id", on_delete = "SetNull")]
    pub category: BelongsTo<Option<super::category::Entity>>,
    #[sea_orm(has_many, via = "book_author")]
    pub authors: HasMany<super::author::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
