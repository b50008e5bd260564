//! Tests against oracles from outside: SeaORM's own schema, the databases' own catalogs.

mod entity;
