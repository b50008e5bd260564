//! stub must not
use crate::plan::deed::Cost;
pub(super) const MYSQL: &[Cost] = &[];
pub(super) const MARIADB: &[Cost] = &[];
