//! Migrations in Rust that were written from the cases of these names.

#![allow(missing_docs, reason = "what is written is compiled as it is")]

use std::sync::LazyLock;

use sea_gen_runner::{Migrations, Product};
use sea_orm_migration::MigrationTrait;

mod m20260101_000000_checks_change;
mod m20260101_000000_checks_in_entity;
mod m20260101_000000_columns_add_default;
mod m20260101_000000_columns_add_nullable;
mod m20260101_000000_columns_drop;
mod m20260101_000000_columns_rename;
mod m20260101_000000_columns_require;
mod m20260101_000000_columns_several;
mod m20260101_000000_comments_table;
mod m20260101_000000_defaults_every_kind;
mod m20260101_000000_defaults_now;
mod m20260101_000000_defaults_quotes;
mod m20260101_000000_enums_add_between;
mod m20260101_000000_enums_create;
mod m20260101_000000_enums_quotes;
mod m20260101_000000_indexes_add;
mod m20260101_000000_indexes_descending;
mod m20260101_000000_indexes_expression;
mod m20260101_000000_indexes_include;
mod m20260101_000000_indexes_partial;
mod m20260101_000000_indexes_rename;
mod m20260101_000000_indexes_unique;
mod m20260101_000000_keys_action;
mod m20260101_000000_keys_composite;
mod m20260101_000000_keys_create_related;
mod m20260101_000000_tables_awkward_names;
mod m20260101_000000_tables_rename;
mod m20260101_000000_types_every_type;
mod m20260101_000000_views_create;

/// Migrations of these names, so that they are recorded.
static MIGRATIONS: LazyLock<Migrations> = LazyLock::new(|| {
    let all = all();
    let ids: Vec<&str> = all.iter().filter_map(|migration| migration.name().strip_prefix('m')).collect();
    let files = || ids.iter().map(|id| (*id, "-- UP\nSELECT 1;\n-- DOWN\nSELECT 1;\n"));
    let of = |product: Product| Migrations::parse(product, files()).expect("migrations");
    Product::ALL.into_iter().map(of).reduce(Migrations::and).unwrap_or_default()
});

/// All of them.
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20260101_000000_checks_change::Migration),
        Box::new(m20260101_000000_checks_in_entity::Migration),
        Box::new(m20260101_000000_columns_add_default::Migration),
        Box::new(m20260101_000000_columns_add_nullable::Migration),
        Box::new(m20260101_000000_columns_drop::Migration),
        Box::new(m20260101_000000_columns_rename::Migration),
        Box::new(m20260101_000000_columns_require::Migration),
        Box::new(m20260101_000000_columns_several::Migration),
        Box::new(m20260101_000000_comments_table::Migration),
        Box::new(m20260101_000000_defaults_every_kind::Migration),
        Box::new(m20260101_000000_defaults_now::Migration),
        Box::new(m20260101_000000_defaults_quotes::Migration),
        Box::new(m20260101_000000_enums_add_between::Migration),
        Box::new(m20260101_000000_enums_create::Migration),
        Box::new(m20260101_000000_enums_quotes::Migration),
        Box::new(m20260101_000000_indexes_add::Migration),
        Box::new(m20260101_000000_indexes_descending::Migration),
        Box::new(m20260101_000000_indexes_expression::Migration),
        Box::new(m20260101_000000_indexes_include::Migration),
        Box::new(m20260101_000000_indexes_partial::Migration),
        Box::new(m20260101_000000_indexes_rename::Migration),
        Box::new(m20260101_000000_indexes_unique::Migration),
        Box::new(m20260101_000000_keys_action::Migration),
        Box::new(m20260101_000000_keys_composite::Migration),
        Box::new(m20260101_000000_keys_create_related::Migration),
        Box::new(m20260101_000000_tables_awkward_names::Migration),
        Box::new(m20260101_000000_tables_rename::Migration),
        Box::new(m20260101_000000_types_every_type::Migration),
        Box::new(m20260101_000000_views_create::Migration),
    ]
}
