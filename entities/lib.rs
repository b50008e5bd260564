//! A bookshop, as ordinary SeaORM entities.
//!
//! Half of them are written in the dense format (`#[sea_orm::model]`), half in the classic one (`Relation` enum), so that
//! both can be seen side by side. The SQL files beside them say what attributes cannot.

pub mod address;
pub mod author;
pub mod book;
pub mod book_author;
pub mod category;
pub mod customer;
pub mod order;
pub mod order_line;
pub mod payment;
pub mod prelude;
pub mod review;
pub mod values;
