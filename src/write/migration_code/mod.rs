//! A migration as a module for a `Migrator` of SeaORM: its statements as calls of sea-query where sea-query says exactly what they
//! say, and sent as they are otherwise.
//!
//! It is a function of the migration's files alone. Must not know where files are, nor the `Migrator`.

mod body;
mod code;
mod column;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use sea_gen_runner::migration::{Migration, Statement};

use body::{Action, Body, Call};
use code::{Code, Link};

use crate::schema::Product;

/// The indentation of a function's body.
const INDENT: usize = 8;

/// The function that stops a migration because of rows.
const REFUSE_ROWS: &str = r#"
/// Stops the migration if the query counts rows.
async fn refuse_rows(manager: &SchemaManager<'_>, query: &str, message: &str) -> Result<(), DbErr> {
    let query = Statement::from_string(manager.get_database_backend(), query);
    let row = manager.get_connection().query_one_raw(query).await?;
    match row.map(|row| row.try_get_by_index::<i64>(0)).transpose()? {
        None | Some(0) => Ok(()),
        Some(count) => Err(DbErr::Migration(format!("{message} (found: {count})"))),
    }
}
"#;

/// The function that tells MariaDB from MySQL, which SeaORM does not.
const IS_MARIADB: &str = r#"
/// Whether the server is MariaDB.
async fn is_mariadb(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    let backend = manager.get_database_backend();
    if backend != DatabaseBackend::MySql {
        return Ok(false);
    }
    let query = Statement::from_string(backend, "SELECT VERSION()");
    let row = manager.get_connection().query_one_raw(query).await?;
    let version = row.map(|row| row.try_get_by_index::<String>(0));
    let version = version.transpose()?.unwrap_or_default();
    Ok(version.contains("MariaDB"))
}
"#;

/// The module of a migration, from its files for the products of a project; a product without a file has nothing to do. `None`: a
/// migration of SeaORM cannot do what the files do, or not safely, so the runner runs them.
pub fn module(id: &str, files: &BTreeMap<Product, Option<&Migration>>) -> Option<String> {
    let section = |of: fn(&Migration) -> &Vec<Statement>| -> Option<Vec<(Product, Body)>> {
        let body = |(product, file): (&Product, &Option<&Migration>)| {
            let statements = file.map(of).map_or(&[][..], Vec::as_slice);
            Some((*product, Body::of(*product, statements)?))
        };
        files.iter().map(body).collect()
    };
    let (up, down) = (section(|file| &file.up)?, section(|file| &file.down)?);
    let is_split = up.iter().chain(&down).any(|(product, body)| is_transactional(*product) && body.0.len() > 1);
    let is_split = is_split || stands_alone(files);
    let is_irreversible = files.values().flatten().all(|file| file.down.is_empty());
    let up = Direction { arms: arms(up), is_split, end: "applied" }.text();
    let down = match is_irreversible {
        true => irreversible(id),
        false => Direction { arms: arms(down), is_split, end: "reverted" }.text(),
    };
    let down_manager = if is_irreversible { "_manager" } else { "manager" };
    let transaction = match (is_split, files.contains_key(&Product::Sqlite)) {
        (true, _) => Some("Some(false)"),
        // Only on PostgreSQL SeaORM begins one unasked.
        (false, true) => Some("Some(true)"),
        (false, false) => None,
    };
    let transaction = transaction
        .map(|answer| format!("\n    fn use_transaction(&self) -> Option<bool> {{\n        {answer}\n    }}\n"));
    let functions = functions(&format!("{up}{down}"));
    Some(format!(
        "{imports}\n\
         #[derive(DeriveMigrationName)]\n\
         pub struct Migration;\n\n\
         #[async_trait::async_trait]\n\
         impl MigrationTrait for Migration {{\n    \
             async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{\n{up}    }}\n\n    \
             async fn down(&self, {down_manager}: &SchemaManager) -> Result<(), DbErr> {{\n{down}    }}\n{transaction}}}\n{functions}",
        imports = imports(&format!("{up}{down}{functions}")),
        transaction = transaction.unwrap_or_default(),
    ))
}

/// Whether the schema is changed in transactions.
fn is_transactional(product: Product) -> bool {
    match product {
        Product::Postgres | Product::Sqlite => true,
        Product::MySql | Product::MariaDb => false,
    }
}

/// Whether a statement must run outside of any transaction.
fn stands_alone(files: &BTreeMap<Product, Option<&Migration>>) -> bool {
    let files = files.iter().filter(|(product, _)| is_transactional(**product));
    let mut statements = files.flat_map(|(_, file)| file.iter().flat_map(|file| file.up.iter().chain(&file.down)));
    statements.any(|statement| !statement.transactional)
}

/// The bodies that differ, each with its products.
fn arms(bodies: Vec<(Product, Body)>) -> Vec<(Vec<Product>, Body)> {
    let mut arms: Vec<(Vec<Product>, Body)> = Vec::new();
    for (product, body) in bodies {
        let shared = arms.iter_mut().find_map(|arm| Some((arm.1.merged(&body)?, arm)));
        match shared {
            Some((merged, arm)) => {
                arm.0.push(product);
                arm.1 = merged;
            }
            None => arms.push((vec![product], body)),
        }
    }
    arms
}

/// One direction of a migration.
struct Direction {
    arms: Vec<(Vec<Product>, Body)>,
    /// Whether it begins its transactions itself.
    is_split: bool,
    /// The function of the runner that changes the history.
    end: &'static str,
}

impl Direction {
    fn text(&self) -> String {
        let mut text = String::new();
        match self.arms.as_slice() {
            [(products, body)] => text.push_str(&self.body(products, body, INDENT)),
            arms => text.push_str(&self.choice(arms)),
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("        sea_gen_runner::migrator::{}(&MIGRATIONS, self, manager).await\n", self.end));
        text
    }

    /// A body for each database.
    fn choice(&self, arms: &[(Vec<Product>, Body)]) -> String {
        let arm_of = |product| arms.iter().position(|(products, _)| products.contains(&product));
        let (mysql, mariadb) = (arm_of(Product::MySql), arm_of(Product::MariaDb));
        let are_apart = mysql.is_some() && mariadb.is_some() && mysql != mariadb;
        let mut text = String::new();
        if are_apart {
            text.push_str("        let is_mariadb = is_mariadb(manager).await?;\n");
        }
        text.push_str("        match manager.get_database_backend() {\n");
        for (products, body) in arms.iter().filter(|(_, body)| !body.0.is_empty()) {
            let mut patterns: Vec<&str> = Vec::new();
            for product in products {
                let pattern = match product {
                    Product::Postgres => "DatabaseBackend::Postgres",
                    Product::Sqlite => "DatabaseBackend::Sqlite",
                    Product::MySql if are_apart => "DatabaseBackend::MySql if !is_mariadb",
                    Product::MariaDb if are_apart => "DatabaseBackend::MySql if is_mariadb",
                    Product::MySql | Product::MariaDb => "DatabaseBackend::MySql",
                };
                if !patterns.contains(&pattern) {
                    patterns.push(pattern);
                }
            }
            // A condition is that of all patterns of its arm.
            let (plain, guarded): (Vec<&str>, Vec<&str>) = patterns.into_iter().partition(|it| !it.contains(" if "));
            let plain = Some(plain.join(" | ")).filter(|plain| !plain.is_empty());
            for pattern in plain.into_iter().chain(guarded.into_iter().map(str::to_owned)) {
                let body = self.body(products, body, INDENT + 8);
                text.push_str(&format!("            {pattern} => {{\n{body}            }}\n"));
            }
        }
        // The runner refuses a database that the migrations are not for.
        text.push_str("            _ => {}\n        }\n");
        text
    }

    fn body(&self, products: &[Product], body: &Body, indent: usize) -> String {
        let begins = self.is_split && products.iter().any(|product| is_transactional(*product));
        let mut parts = Vec::new();
        for group in &body.0 {
            let changes = group.iter().filter(|call| !matches!(call.action, Action::Check(..))).count();
            let own = begins && changes > 1;
            let manager = if own { "transaction" } else { "manager" };
            let margin = " ".repeat(indent);
            parts.extend(own.then(|| format!("{margin}let transaction = manager.begin().await?;\n")));
            parts.extend(group.iter().map(|call| written(call, manager, indent)));
            parts.extend(own.then(|| format!("{margin}transaction.commit().await?;\n")));
        }
        parts.join("\n")
    }
}

fn written(call: &Call, manager: &str, indent: usize) -> String {
    let mut text = String::new();
    for line in call.note.iter().flat_map(|note| note.lines()) {
        text.push_str(format!("{}// {line}", " ".repeat(indent)).trim_end());
        text.push('\n');
    }
    let manager = Code::Text(manager.to_owned());
    let code = match &call.action {
        Action::Built(method, code) => {
            let code = code.resolved(&column::with_type).unwrap_or_else(|| code.clone());
            Code::chain(manager, [Link::new(method, [code]), Link::awaited()])
        }
        Action::Raw(sql) => Code::chain(
            manager,
            [Link::new("get_connection", []), Link::new("execute_unprepared", [Code::string(sql)]), Link::awaited()],
        ),
        Action::Check(sql, message) => {
            let arguments = match &manager {
                Code::Text(name) if name == "manager" => manager,
                _ => Code::Text("&transaction".to_owned()),
            };
            Code::chain(
                Code::call("refuse_rows", [arguments, Code::string(sql), Code::string(message)]),
                [Link::awaited()],
            )
        }
    };
    text + &code.statement(indent, ";")
}

fn irreversible(id: &str) -> String {
    let message = Code::Text(format!("\"{id} cannot be reverted\".to_owned()"));
    Code::call("Err", [Code::call("DbErr::Migration", [message])]).statement(INDENT, "")
}

/// The functions that a module calls.
fn functions(text: &str) -> String {
    let mut functions = String::new();
    if text.contains("refuse_rows(") {
        functions.push_str(REFUSE_ROWS);
    }
    if text.contains("is_mariadb(") {
        functions.push_str(IS_MARIADB);
    }
    functions
}

fn imports(text: &str) -> String {
    let mut imports = Vec::new();
    if text.contains("Type::") && ["create_type(", "drop_type(", "alter_type("].iter().any(|call| text.contains(call)) {
        imports.push("use sea_orm_migration::prelude::extension::postgres::Type;\n");
    }
    imports.push("use sea_orm_migration::prelude::*;\n");
    match (text.contains("DatabaseBackend::"), text.contains(" Statement::from_string(")) {
        (true, true) => imports.push("use sea_orm_migration::sea_orm::{DatabaseBackend, Statement};\n"),
        (true, false) => imports.push("use sea_orm_migration::sea_orm::DatabaseBackend;\n"),
        (false, true) => imports.push("use sea_orm_migration::sea_orm::Statement;\n"),
        (false, false) => {}
    }
    imports.push("\nuse super::MIGRATIONS;\n");
    imports.concat()
}
