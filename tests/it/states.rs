//! The three states end to end: the built `gen` binary, files on disk, and a real database of each product.
//!
//! Must not know how a situation is found out or a migration is planned; it checks output, files and databases.

mod adoption;
mod backfill;
mod backups;
mod baseline;
mod belongings;
mod catalog;
mod conversions;
mod data;
mod declared;
mod deployed;
mod developed;
mod drift;
mod environments;
mod functions;
mod generated;
mod grants;
mod handwritten;
mod history;
mod imported;
mod interrupted;
mod kept;
mod left_open;
mod migrator;
mod names;
mod partitions;
pub mod project;
mod projects;
mod proofs;
mod registered;
mod renames;
mod reverting;
mod said_in_sql;
mod schemas;
mod several;
mod sides;
mod situations;
mod sizes;
mod synchronised;
mod taken;
mod takeover;
mod tenants;
mod verified;
mod wild;
mod words;
mod written;
