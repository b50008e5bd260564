//! Which dialects a project has begun: those in its lock. A configured one that is not there joins when its database is adopted,
//! or with its first migration where nothing was adopted.
//!
//! Must not know how a database is adopted.

use sea_gen_runner::Error;
use sea_gen_runner::session::{ConnectionOptions, Missing};

use crate::dialect::Product;
use crate::project::{BASELINE, DatabaseUrl};

use super::adopt::Request;
use super::{Failure, Live, Workspace, read};

impl Workspace {
    /// The configured dialects whose databases still have to be adopted: the lock does not have them, and another dialect was
    /// adopted.
    pub fn unadopted(&self) -> Vec<Product> {
        let Some(lock) = &self.lock else { return Vec::new() };
        let mut first = lock.dialects.values().filter_map(|locked| locked.migrations.first());
        if !first.any(|migration| migration.id.name() == BASELINE) {
            return Vec::new();
        }
        self.products().iter().filter(|product| !lock.dialects.contains_key(product)).copied().collect()
    }

    /// Refuses dialects whose databases still have to be adopted.
    pub(super) fn refuse_unadopted(&self, among: &[Product]) -> Result<(), Failure> {
        match self.unadopted().into_iter().find(|product| among.contains(product)) {
            Some(product) => Err(unadopted(product).into()),
            None => Ok(()),
        }
    }

    /// Whether neither a configuration nor a database URL says the dialect of a new project.
    pub(super) fn has_no_sign_of_a_dialect(&self) -> bool {
        self.project.config.dialects.is_empty() && self.environment.is_none()
    }

    /// The dialects that a request sets up, of a project with or without a lock. `live` is the database.
    pub(super) fn joining(&self, request: &Request, live: Option<&Live>) -> Result<Vec<Product>, Failure> {
        let Some(lock) = &self.lock else { return Ok(self.products().to_vec()) };
        let Some(live) = live else {
            let missing: Vec<Product> =
                request.dialects.iter().filter(|product| !lock.dialects.contains_key(product)).copied().collect();
            return match missing.first() {
                Some(_) if request.empty => Ok(missing),
                Some(product) => Err(Error::new(format!("no {product} database is named"))
                    .hint(format!("adopt its database: `{}`", adopts(*product)))
                    .hint(format!("if it starts empty: `{}`", begins(*product)))
                    .into()),
                None => Err(self.is_set_up()),
            };
        };
        let product = live.product();
        if !request.dialects.is_empty() && !request.dialects.contains(&product) {
            return Err(Error::new(format!("the database is {product}, and `--dialect` does not name it"))
                .hint("leave `--dialect` out, or name the database of that dialect: `--database-url …`")
                .into());
        }
        if lock.dialects.contains_key(&product) {
            return Err(self.is_set_up());
        }
        Ok(vec![product])
    }

    /// The database of a request. Without configured dialects, a new project gets that of the database.
    pub(super) async fn database_to_adopt(&mut self, request: &Request) -> Result<Option<Live>, Failure> {
        if request.empty {
            return Ok(None);
        }
        if let Some(lock) = &self.lock {
            // What the URL says of the product may be enough.
            let is_begun = |connection: &ConnectionOptions| {
                Product::ALL.iter().filter(|it| connection.may_be(**it)).all(|it| lock.dialects.contains_key(it))
            };
            let Some(connection) = self.connection().filter(|connection| !is_begun(connection)) else {
                return Ok(None);
            };
            if self.database_is_absent() {
                return Err(Error::new(format!("there is no database {connection}"))
                    .hint(format!("if it starts empty: `{}`", begins(Product::Sqlite)))
                    .into());
            }
            return Ok(Some(self.read_any(connection).await?));
        }
        if self.database_is_absent() {
            return Ok(None);
        }
        let open = self.project.config.dialects.is_empty() && request.dialects.is_empty();
        match (self.connection(), open) {
            (Some(connection), true) => {
                let live = self.read_any(connection).await?;
                self.project.choose(vec![live.product()], None);
                Ok(Some(live))
            }
            _ => Ok(self.live(Missing::Refuse).await?),
        }
    }

    /// Reads a database of any product.
    async fn read_any(&self, connection: &ConnectionOptions) -> Result<Live, Error> {
        let _phase = self.phase(format!("reading the database {connection}"));
        read(connection, Missing::Refuse, &self.scope()).await
    }

    fn is_set_up(&self) -> Failure {
        let error = Error::new(format!("{} is set up already", self.root().display()));
        let adopts =
            |product: &Product| format!("the database of {product} is still to be adopted: `{}`", adopts(*product));
        let error = self.unadopted().iter().map(adopts).fold(error, Error::hint);
        error.hint("`gen status` shows its state").into()
    }
}

/// The error on a dialect whose database still has to be adopted.
pub(super) fn unadopted(product: Product) -> Error {
    Error::new(format!("the project has no {product} database yet"))
        .because("another database was adopted, so tables exist that a migration would create once more")
        .hint(format!("adopt its database: `{}`", adopts(product)))
        .hint(format!("if it starts empty: `{}`", begins(product)))
        .hint(format!("or leave `{}` out of `dialects` in the configuration", product.key()))
}

/// The error on migration files of a dialect that the lock does not have.
pub(super) fn not_begun(product: Product) -> Error {
    Error::new(format!("there are migrations for {product}, and the lock does not have this dialect"))
        .hint(format!("add it, then seal them: `{}`, and `gen lock`", begins(product)))
}

/// The command that adopts a database of a product.
pub fn adopts(product: Product) -> String {
    let scheme = match product {
        Product::Sqlite => "sqlite://app.db",
        Product::Postgres => "postgres://localhost/app",
        Product::MySql => "mysql://localhost/app",
        Product::MariaDb => "mariadb://localhost/app",
    };
    format!("gen init --database-url {scheme}")
}

/// The command that begins a dialect whose databases are empty.
pub fn begins(product: Product) -> String {
    format!("gen init --dialect {} --empty", product.key())
}

/// Connects to each database of several, and refuses two of one product.
///
/// # Errors
/// A URL cannot be read, a server does not answer, or two databases are of one product.
pub async fn refuse_alike(workspace: &Workspace, urls: &[DatabaseUrl]) -> Result<(), Failure> {
    let mut known: Vec<(Product, String)> = Vec::new();
    for url in urls {
        let Some(environment) = workspace.project.environment(&url.clone().into())? else { continue };
        let product = match environment.connection.product_hint() {
            product @ (Product::Sqlite | Product::Postgres) => product,
            Product::MySql | Product::MariaDb => {
                let session = sea_gen_runner::session::connect(&environment.connection, Missing::Refuse).await?;
                let product = session.product();
                session.close().await;
                product
            }
        };
        let shown = environment.to_string();
        if let Some((_, other)) = known.iter().find(|(known, _)| *known == product) {
            return Err(Error::new(format!("{other} and {shown} are both {product}"))
                .because(
                    "the schema of a product is adopted from one database; the migrations then run on each of them",
                )
                .hint("name one database of each product")
                .into());
        }
        known.push((product, shown));
    }
    Ok(())
}
