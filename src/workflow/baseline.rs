//! The baseline: the migration that creates an adopted database elsewhere, as exactly as the database prints itself.
//!
//! Must not know what the code declares.

use sea_gen_runner::Error;
use sea_gen_runner::migration::{Merged, Migration};
use sea_gen_runner::session::Session;

use crate::dialect::{self, Dialect, Forms, Product, Statement};
use crate::diff::diff;
use crate::introspect::{self, SEAORM_HISTORY, Scope, Spelling};
use crate::project::{BASELINE, fingerprint, new_id};
use crate::schema::{Literal, Normalized};

use super::seaorm::SeaOrm;
use super::{Failure, Live, Workspace};

/// A database as its baseline reproduces it.
pub(super) struct Original {
    /// The schema with the texts that the database stores.
    schema: Normalized,
    /// SeaORM's history: versions, and when they were applied. `None` if the baseline has none.
    seaorm: Option<Vec<(String, String)>>,
}

impl Original {
    /// Reads the database once more, with the way in which it has everything written.
    pub(super) async fn of(live: &mut Live, workspace: &Workspace, seaorm: Option<&SeaOrm>) -> Result<Self, Failure> {
        let scope = Scope { spelling: Spelling::Verbatim, ..workspace.scope() };
        let catalog = introspect::introspect(&mut live.session, &scope).await;
        let catalog = catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?;
        let schema = dialect::of(live.product()).normalize(catalog.schema)?;
        let seaorm = seaorm.filter(|history| history.in_baseline).map(|history| history.rows.clone());
        Ok(Self { schema, seaorm })
    }

    /// The migration that creates it. `schema` is the schema that it leads to.
    pub(super) fn baseline(&self, product: Product, schema: &Normalized) -> Result<Migration, Failure> {
        let nothing = dialect::nothing();
        let own = self.schema.with_rows(schema.rows());
        let plan = diff(&nothing, &own, &[]);
        let dialect = dialect::of(product);
        let mut up = dialect::statements(dialect, Forms::Offline, &plan, nothing.schema())?;
        let back = plan.inverse(nothing.schema());
        let mut down = dialect::statements(dialect, Forms::Offline, &back, own.alone().schema())?;
        if let Some(rows) = &self.seaorm {
            up.extend(history(dialect, rows));
            down.push(Statement::new(format!("DROP TABLE {}", dialect.quote(&SEAORM_HISTORY.into()))));
        }
        let (from, to) = (Some(fingerprint(nothing.schema())), Some(fingerprint(schema.schema())));
        let (id, merged) = (new_id(BASELINE, jiff::Timestamp::now(), &[])?, Merged::default());
        Ok(Migration { id, product, from, to, merged, contracts: None, up, down })
    }
}

/// The collation of the database, if it is not that of its server: tables that name none have it, so other databases must be
/// created with it.
pub(super) async fn own_collation(session: &mut Session) -> Result<Option<String>, Failure> {
    match session.product() {
        Product::Postgres | Product::Sqlite => return Ok(None),
        Product::MySql | Product::MariaDb => {}
    }
    let sql = "SELECT CAST(NULLIF(@@collation_database, @@collation_server) AS CHAR)";
    let rows = session.query(sql).await.map_err(|error| Error::new("cannot read the collation").because(error))?;
    Ok(rows.first().and_then(|row| row.get(0).map(str::to_owned)))
}

/// The statement that creates SeaORM's history, if it is not there.
pub(super) fn history_table(dialect: &dyn Dialect) -> String {
    let text = match dialect.product() {
        Product::Postgres | Product::Sqlite => "varchar",
        Product::MySql | Product::MariaDb => "varchar(255)",
    };
    let [table, version, applied] = [SEAORM_HISTORY, "version", "applied_at"].map(|name| dialect.quote(&name.into()));
    let columns = format!("{version} {text} NOT NULL PRIMARY KEY,\n  {applied} bigint NOT NULL");
    format!("CREATE TABLE IF NOT EXISTS {table} (\n  {columns}\n)")
}

/// Creates SeaORM's history with these rows: the application's own migrator then finds its migrations applied. In an emptied
/// database the table may still be there, with rows of migrations whose tables are gone.
fn history(dialect: &dyn Dialect, rows: &[(String, String)]) -> Vec<Statement> {
    let [table, version, applied] = [SEAORM_HISTORY, "version", "applied_at"].map(|name| dialect.quote(&name.into()));
    let mut statements = vec![Statement::new(history_table(dialect)), Statement::new(format!("DELETE FROM {table}"))];
    if !rows.is_empty() {
        let row = |(version, applied): &(String, String)| {
            format!("({}, {applied})", dialect.literal(&Literal::Text(version.clone())))
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        let sql = format!("INSERT INTO {table} ({version}, {applied}) VALUES\n  {}", rows.join(",\n  "));
        statements.push(Statement::new(sql));
    }
    statements
}
