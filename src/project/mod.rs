//! What lies on disk: configuration, paths, migration ids, snapshots, the lock, and writing them all or not at all.
//!
//! Must not know databases or SQL.

mod id;

pub use id::MigrationId;
