//! MySQL and MariaDB, live: every test runs on each server whose URL is in the environment.
//!
//! The oracle is the server's own `SHOW CREATE`.

mod declared;
mod hostile;
mod pairs;
mod renames;
mod scratch;
mod whole;
