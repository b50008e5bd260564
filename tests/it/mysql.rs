//! MySQL and MariaDB, live: one test for each server whose URL is in the environment.
//!
//! The oracle is the server's own `SHOW CREATE`.

mod altered;
mod belongings;
mod bodies;
mod declared;
mod hostile;
mod kinds;
mod modes;
mod pairs;
mod renames;
mod scratch;
mod whole;
