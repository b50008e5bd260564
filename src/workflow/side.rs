//! One side of a comparison: a state named on the command line, and its schema.
//!
//! Must not know the other side, or how a difference is shown.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use sea_gen_runner::outside::outside;
use sea_gen_runner::session::{ConnectionOptions, Missing, Session};
use sea_gen_runner::sql::{self, dump};
use sea_gen_runner::{Error, files};

use crate::dialect::{self, Product};
use crate::entity::Model;
use crate::introspect::{self, Scope, Unmanaged};
use crate::proof::Scratch;
use crate::schema::{Normalized, Origins, Schema};
use crate::state;

use super::{Failure, Live, Workspace, current_folder, read, scratch_server};

/// A state to compare. Its text is `entities`, `snapshot`, `database`, `git:<rev>`, `file:<path.sql>`, or the URL of a database.
#[derive(Clone, Debug)]
pub enum State {
    /// What the entities declare.
    Entities,
    /// The snapshot.
    Snapshot,
    /// The project's database.
    Database,
    /// The snapshot of a revision of the repository.
    Git(String),
    /// The schema that an SQL script creates.
    File(PathBuf),
    /// A database by its URL.
    Named(ConnectionOptions),
}

impl FromStr for State {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "entities" => Self::Entities,
            "snapshot" => Self::Snapshot,
            "database" => Self::Database,
            _ => match text.split_once(':') {
                Some(("git", revision)) if !revision.is_empty() => Self::Git(revision.to_owned()),
                Some(("file", path)) if !path.is_empty() => Self::File(PathBuf::from(path)),
                _ if ConnectionOptions::knows(text) => Self::Named(ConnectionOptions::parse(text, &current_folder()?)?),
                // The text may be a URL with a password, so it is not printed.
                _ if text.contains("://") || text.contains('@') => {
                    return Err(Error::new("unknown state: it looks like the URL of an unsupported database")
                        .hint("write it as `postgres://…`, `mysql://…`, `mariadb://…` or `sqlite://…`")
                        .into());
                }
                _ => {
                    return Err(Error::new(format!("unknown state `{text}`"))
                        .hint("a state is one of entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL")
                        .into());
                }
            },
        })
    }
}

impl State {
    pub(crate) fn needs_project(&self) -> bool {
        matches!(self, Self::Entities | Self::Snapshot | Self::Database | Self::Git(_))
    }
}

/// A loaded state: a schema, or a declaration that is reconciled with the other side.
pub(crate) enum Loaded {
    Schema(Box<Normalized>, Origins),
    Model(Box<Model>),
}

/// A side with its connection, which can print expressions of the other side too.
pub(crate) struct Side {
    pub(crate) loaded: Loaded,
    pub(crate) session: Option<Session>,
    pub(crate) unmanaged: Vec<Unmanaged>,
    /// The server that printed its texts: two of one version print equivalent expressions alike. `None` if it was not
    /// printed by a server.
    pub(crate) words: Option<String>,
    /// Whether it is known which reference rows it has. A database or a script without a snapshot has rows, and nobody says
    /// which of them belong to the schema.
    knows_rows: bool,
    scratch: Option<Scratch>,
}

impl Side {
    fn plain(loaded: Loaded) -> Self {
        Self { loaded, session: None, unmanaged: Vec::new(), words: None, knows_rows: true, scratch: None }
    }

    fn schema(schema: Normalized, origins: Origins) -> Self {
        Self::plain(Loaded::Schema(Box::new(schema), origins))
    }

    /// Leaves the reference rows of both sides out, unless both are known.
    pub(crate) fn compare_rows_where_known(sides: &mut [Self; 2]) {
        if sides.iter().all(|side| side.knows_rows) {
            return;
        }
        for side in sides {
            match &mut side.loaded {
                Loaded::Schema(schema, _) => **schema = schema.with_rows(BTreeMap::new()),
                Loaded::Model(model) => model.change(|schema| {
                    schema.tables.values_mut_where(|table| table.rows.is_some()).for_each(|table| table.rows = None);
                }),
            }
        }
    }

    /// Closes the connection, and drops the scratch database of the side.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        if let Some(session) = self.session {
            session.close().await;
        }
        if let Some(scratch) = self.scratch {
            scratch.drop().await?;
        }
        Ok(())
    }
}

/// The context for loading sides.
pub(crate) struct Loader<'a> {
    pub(crate) workspace: Option<&'a Workspace>,
    /// An address from the command line.
    pub(crate) server: Option<ConnectionOptions>,
    pub(crate) product: Product,
    pub(crate) scope: Scope,
}

impl Loader<'_> {
    /// Loads a side.
    pub(crate) async fn load(&self, state: State) -> Result<Side, Failure> {
        let product = self.product;
        match state {
            State::Entities => {
                let workspace = self.project()?;
                let (mut model, _) = workspace.model(&workspace.files()?, product).await?;
                model.change(|schema| self.scope.restrict(schema));
                Ok(Side::plain(Loaded::Model(Box::new(model))))
            }
            State::Snapshot => {
                let workspace = self.project()?;
                workspace.sealed_lock()?;
                match workspace.sealed(product)? {
                    Some(sealed) => Ok(Side::schema(self.restricted(sealed.schema.into_schema())?, sealed.origins)),
                    None => Ok(Side::schema(dialect::nothing(), Origins::default())),
                }
            }
            State::Database => {
                let workspace = self.project()?;
                let Some(connection) = workspace.connection() else {
                    workspace.required(Missing::Refuse).await?;
                    return Ok(Side::schema(dialect::nothing(), Origins::default()));
                };
                if !workspace.products().contains(&product) {
                    return Err(workspace.not_a_dialect(connection, product).into());
                }
                let mut live = self.live(connection).await?;
                workspace.leave_out_new_partitions(&mut live)?;
                let sealed = workspace.sealed(product)?;
                if let Some(sealed) = &sealed {
                    live.read_rows(&sealed.schema, None).await?;
                }
                let mut side = Self::of(live);
                side.knows_rows = sealed.is_some();
                if let (Some(sealed), Loaded::Schema(_, origins)) = (sealed, &mut side.loaded) {
                    *origins = sealed.origins;
                }
                Ok(side)
            }
            State::Named(connection) => Ok(Self::of(self.live(&connection).await?)),
            State::Git(revision) => {
                let workspace = self.project()?;
                let snapshot = workspace.project.snapshot_at(&revision, product)?;
                // An unknown revision is an error already; one from before the project was set up has no snapshot.
                let snapshot = snapshot.unwrap_or_default();
                Ok(Side::schema(self.restricted(snapshot.schema)?, snapshot.origins))
            }
            State::File(path) => {
                let script = files::read_text(&path)?;
                self.script(&script).await
            }
        }
    }

    fn project(&self) -> Result<&Workspace, Failure> {
        self.workspace.ok_or_else(|| Failure::from(Error::new("this state needs a project")))
    }

    /// The included objects of a schema that was not read from a catalog, normalised.
    fn restricted(&self, mut schema: Schema) -> Result<Normalized, Failure> {
        self.scope.restrict(&mut schema);
        Ok(dialect::of(self.product).normalize(schema)?)
    }

    async fn live(&self, connection: &ConnectionOptions) -> Result<Live, Failure> {
        let live = read(connection, Missing::Refuse, &self.scope).await?;
        if live.product() != self.product {
            return Err(Error::new(format!("{connection} is {}, the other side is {}", live.product(), self.product))
                .hint("compare two databases of one product")
                .into());
        }
        Ok(live)
    }

    fn of(live: Live) -> Side {
        let origins = state::adopted(live.schema.schema());
        let loaded = Loaded::Schema(Box::new(live.schema), origins);
        let words = words(&live.session);
        Side { loaded, words, session: Some(live.session), unmanaged: live.unmanaged, knows_rows: false, scratch: None }
    }

    /// The schema that a script creates on a scratch database of the product.
    async fn script(&self, script: &str) -> Result<Side, Failure> {
        let product = self.product;
        let at_hand = self.server.as_ref().or_else(|| self.workspace?.connection());
        let server = scratch_server(product, at_hand)?.ok_or_else(|| {
            Error::new(format!("a script for {product} needs a {product} server to build it on"))
                .hint("name one with `--database-url`; a scratch database is created there and dropped again")
        })?;
        let statements = dump::statements(product, script)
            .map_err(|error| Error::new("the script cannot be split into statements").because(error))?;
        let beyond = |statement: &String| Some((sql::first_line(statement), outside(product, statement)?));
        if let Some((first, what)) = statements.iter().find_map(beyond) {
            return Err(Error::new(format!("the script reaches beyond one database: `{first}` {what}"))
                .hint("it is built on a scratch database: take such statements out, or dump one database by itself")
                .into());
        }
        let (scratch, mut session) = Scratch::create(&server).await?;
        let built = self.build(&mut session, &statements).await;
        match built {
            Ok((schema, unmanaged)) => {
                let loaded = Loaded::Schema(Box::new(schema), Origins::default());
                let (words, knows_rows) = (words(&session), false);
                Ok(Side { loaded, words, session: Some(session), unmanaged, knows_rows, scratch: Some(scratch) })
            }
            Err(failure) => {
                session.close().await;
                scratch.drop().await?;
                Err(failure)
            }
        }
    }

    async fn build(
        &self,
        session: &mut Session,
        statements: &[String],
    ) -> Result<(Normalized, Vec<Unmanaged>), Failure> {
        let product = self.product;
        for statement in statements {
            if let Err(error) = session.execute(statement).await {
                let first = sql::first_line(statement);
                let failure = Error::new(format!("the script fails at `{first}`"))
                    .hint(format!("correct the script; it has to run on an empty {product} database"))
                    .because(error);
                return Err(match (product, self.workspace) {
                    (Product::Sqlite, None) => failure.hint("if it is for a server, name one with `--database-url`"),
                    _ => failure,
                }
                .into());
            }
        }
        let unreadable = |error| Error::new("cannot read the scratch database").because(error);
        // A dump may have changed the search path, so another connection reads the result.
        session.restore_settings().await.map_err(unreadable)?;
        let catalog = introspect::introspect(session, &self.scope).await.map_err(unreadable)?;
        Ok((dialect::of(product).normalize(catalog.schema)?, catalog.unmanaged))
    }
}

/// PostgreSQL prints parsed expressions; the others keep much of the original text.
fn words(session: &Session) -> Option<String> {
    let version = session.version();
    let major = version.split('.').next().unwrap_or(version).to_owned();
    (session.product() == Product::Postgres).then_some(major)
}
