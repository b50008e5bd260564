//! Values that several entities share.

use sea_orm::entity::prelude::*;

/// An ISBN without hyphens.
#[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "Char(Some(13))")]
pub struct Isbn(pub String);

/// A weight in grams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DeriveValueType)]
pub struct Grams(pub i32);

/// How a book is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Binding {
    /// Soft cover.
    #[sea_orm(num_value = 1)]
    Paperback,
    /// Hard cover.
    #[sea_orm(num_value = 2)]
    Hardback,
}
