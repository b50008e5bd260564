//! The entities by the names of their tables.

pub use super::customer::Entity as Customer;
pub use super::customer_2::Entity as Customer2;
pub use super::order::Entity as Order;
pub use super::prelude_2::Entity as Prelude2;
pub use super::product::Entity as Product;
pub use super::profile::Entity as Profile;
pub use super::purchase::Entity as Purchase;
pub use super::purchase_product::Entity as PurchaseProduct;
