//! The configured database, as far as it is known without reading it.
//!
//! Must not know the use of the database.

use sea_gen_runner::run::{self, Record};
use sea_gen_runner::session::{ConnectionOptions, Missing, connect};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;

use super::{Failure, Workspace};

impl Workspace {
    /// Whether the configured database is a development database.
    pub fn is_development(&self) -> bool {
        self.environment.as_ref().is_some_and(|environment| environment.is_development)
    }

    /// The option that names the environment at hand for a command that only reads: ` --env production`; empty without one.
    pub fn environment_option(&self) -> String {
        let name = self.environment.as_ref().and_then(|environment| environment.name.as_ref());
        name.map(|name| format!(" --env {name}")).unwrap_or_default()
    }

    /// Refuses to change the database of a protected environment, unless its name is confirmed. A person is asked for it.
    ///
    /// # Errors
    /// The environment is protected and its name is not confirmed.
    pub fn refuse_protected(&self) -> Result<(), Failure> {
        let own = self.environment.as_ref().and_then(|environment| environment.name.as_ref());
        let Some(environment) = self.environment.as_ref().filter(|environment| environment.is_protected) else {
            return match self.confirmed.as_ref().filter(|confirmed| Some(*confirmed) != own) {
                Some(other) => Err(Error::new(format!(
                    "`{other}` was confirmed, and the command works on {}; nothing was changed",
                    own.map_or_else(|| "no named environment".to_owned(), |own| format!("the environment `{own}`"))
                ))
                .of(ErrorKind::Refused)
                .hint(format!("`--env {other}` works on it"))),
                None => Ok(()),
            }
            .map_err(Into::into);
        };
        let name = environment.name.as_deref().unwrap_or_default();
        let confirmed = match &self.confirmed {
            Some(confirmed) => Some(confirmed.clone()),
            None => {
                self.listener.text(&format!("`{name}` is protected ({environment}); type its name to change it: "))?
            }
        };
        match confirmed {
            Some(confirmed) if confirmed == name => Ok(()),
            Some(other) => Err(Error::new(format!(
                "the environment is `{name}`, and `{other}` was confirmed; nothing was changed"
            ))
            .of(ErrorKind::Refused)
            .hint(format!("confirm it by its name: `--yes-protected {name}`"))
            .into()),
            None => {
                Err(Error::new(format!("the environment `{name}` is protected ({environment}); nothing was changed"))
                    .of(ErrorKind::Refused)
                    .hint(format!("confirm it by its name: `--yes-protected {name}`"))
                    .into())
            }
        }
    }

    /// Refuses a database that is not a development database, unless the user vouches for it. A protected one is never one.
    pub fn refuse_unless_development(&self, vouched: bool) -> Result<(), Failure> {
        match &self.environment {
            Some(environment) if environment.is_protected => {
                let name = environment.name.as_deref().unwrap_or_default();
                Err(Error::new(format!("the environment `{name}` is protected, so it is not for development"))
                    .of(ErrorKind::Refused)
                    .hint("name a development database: `--env` or `--database-url`")
                    .into())
            }
            Some(environment) if !vouched && !environment.is_development => {
                Err(Error::new(format!("{environment} is on another host, so it may not be a development database"))
                    .hint(
                        "`--development` confirms that it is one, `development = [\"host\"]` in the configuration does so permanently",
                    )
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// The history of the database at hand, oldest first; `None` without a database.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn history(&self) -> Result<Option<Vec<Record>>, Error> {
        let Some(environment) = self.environment.as_ref().filter(|it| !it.is_absent()) else { return Ok(None) };
        let mut session = connect(&environment.connection, Missing::Refuse).await?;
        session.name_history(self.project.config.history.as_deref());
        let history = run::history(&mut session).await;
        session.close().await;
        history.map(Some)
    }

    /// Whether a server answers at the database's address: then an error came from the server and must be reported.
    pub async fn answers(&self) -> bool {
        let Some(connection) = self.connection() else { return false };
        match connect(connection, Missing::Refuse).await {
            Ok(session) => {
                session.close().await;
                true
            }
            Err(_) => false,
        }
    }
}

/// The server for scratch databases of a product, with or without a connection.
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
