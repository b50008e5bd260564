//! What is known of the database that is named without reading it.
//!
//! Must not know what a command does with it.

use sea_gen_runner::Error;
use sea_gen_runner::session::{ConnectionOptions, Missing, connect};

use crate::dialect::Product;

use super::{Failure, Workspace};

impl Workspace {
    /// Whether the database that is named is one for development.
    pub fn is_development(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| self.project.is_development(connection))
    }

    /// Refuses a database that is none for development, unless somebody vouches for it.
    pub fn refuse_unless_development(&self, vouched: bool) -> Result<(), Failure> {
        match &self.connection {
            Some(connection) if !vouched && !self.is_development() => {
                Err(Error::new(format!("{connection} is not on this machine, so it may not be a development database"))
                    .hint(
                        "`--development` vouches for it once, `development = [\"host\"]` in the configuration for good",
                    )
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Whether somebody answers at the database's address: then what went wrong is wrong there, and no reason to look away.
    pub async fn answers(&self) -> bool {
        let Some(connection) = &self.connection else { return false };
        match connect(connection, Missing::Refuse).await {
            Ok(session) => {
                session.close().await;
                true
            }
            Err(_) => false,
        }
    }
}

/// Where a scratch database of a product can be had, with a connection at hand or without one.
pub fn scratch_server(
    product: Product,
    at_hand: Option<&ConnectionOptions>,
) -> Result<Option<ConnectionOptions>, Error> {
    match product {
        Product::Sqlite => ConnectionOptions::in_memory().map(Some),
        Product::Postgres | Product::MySql | Product::MariaDb => {
            Ok(at_hand.filter(|connection| connection.may_be(product)).cloned())
        }
    }
}
