//! The entities.

pub mod prelude;

pub mod customer;
pub mod customer_2;
pub mod order;
pub mod prelude_2;
pub mod product;
pub mod profile;
pub mod purchase;
pub mod purchase_product;
pub mod sea_orm_active_enums;
