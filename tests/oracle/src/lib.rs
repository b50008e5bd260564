//! Entities compiled for the tests. The tests ask SeaORM what it makes of them and hold the model reader against that.
//!
//! Must not know what is compared.

#[allow(dead_code, reason = "entities are there to be registered and read, not used")]
pub mod forms;

/// The fixtures SeaORM ships with its own tests, one module a set.
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::all,
    reason = "what others wrote is compiled as it is; the reader is measured by it, not the other way round"
)]
pub mod fixtures {
    include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));

    /// Where they lie.
    pub const FOLDER: &str = env!("SEA_ORM_FIXTURES");
}

/// Entities that `gen entities --write` has written for a database of PostgreSQL, in each format.
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "they are compiled as they were written; the tests compare them with what is written now"
)]
#[rustfmt::skip]
pub mod written {
    pub mod compact;
    pub mod dense;
    pub mod expanded;
}

/// Migrations that `format = "rust"` has written, which compile without a warning.
#[rustfmt::skip]
pub mod migrations;
