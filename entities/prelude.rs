//! Every entity under the name of its table.

pub use super::address::Entity as Address;
pub use super::author::Entity as Author;
pub use super::book::Entity as Book;
pub use super::book_author::Entity as BookAuthor;
pub use super::category::Entity as Category;
pub use super::customer::Entity as Customer;
pub use super::order::Entity as Order;
pub use super::order_line::Entity as OrderLine;
pub use super::payment::Entity as Payment;
pub use super::review::Entity as Review;
