//! The macro that makes migrations part of a program.
//!
//! Must not know what they contain; `sea-gen-macros` reads them.

/// The migrations of this package as part of the program: `migrations` and `schema.lock.json` beside its `Cargo.toml`, or the
/// folder and the lock file that are named, relative to it.
///
/// ```
/// use sea_gen_runner::{Migrations, Product};
///
/// // As a rule `embed!()`.
/// static MIGRATIONS: Migrations = sea_gen_runner::embed!("../../migrations", "../../schema.lock.json");
/// assert_eq!(MIGRATIONS.ids(Product::Sqlite).next(), Some("20261121_063644_initial"));
/// ```
///
/// ```compile_fail
/// static MIGRATIONS: sea_gen_runner::Migrations = sea_gen_runner::embed!("nowhere", "schema.lock.json");
/// ```
///
/// A file that the lock does not seal, or seals otherwise, does not compile; the error names it. A new migration is sealed in the
/// lock file, which is part of the program: Cargo compiles the package again, without a line in `build.rs`. All products of
/// the lock file are taken in; the one that the program connects to decides which of them run.
#[macro_export]
macro_rules! embed {
    ($($paths:literal),* $(,)?) => {
        $crate::embed_from!($crate; $($paths),*)
    };
}
