//! Who works on the database through a session: what the log says.
//!
//! Must not know the log.

use crate::Attribution;

use super::Session;

impl Session {
    /// Says who works on the database, where and from what, for the log; otherwise the environment variables tell.
    pub fn attribute(&mut self, attribution: Attribution) {
        self.attribution = attribution;
    }

    /// Who works on the database, where and from what.
    pub fn attribution(&self) -> &Attribution {
        &self.attribution
    }

    /// The user as the database knows him, with the role that he took in brackets; empty on SQLite.
    pub fn user(&self) -> &str {
        &self.user
    }
}
