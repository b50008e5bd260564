//! Test data on all four databases: a nasty schema takes every row.

use sea_gen::dialect::{self, Product};
use sea_gen::introspect::{Scope, introspect};
use sea_gen::proof::fill;
use sea_gen::schema::Schema;
use sea_gen::seed::{SeedRequest, seeds};
use sea_gen_runner::session::Session;

use crate::support::Scratch;

/// Circles, keys of several columns, self references, keys that share a column, checks between columns, and one column of
/// nearly every type.
fn nasty(product: Product) -> Vec<&'static str> {
    let mut all = vec![
        "CREATE TABLE tenant (id integer NOT NULL PRIMARY KEY, name varchar(30) NOT NULL UNIQUE, boss integer)",
        "CREATE TABLE member (tenant_id integer NOT NULL REFERENCES tenant (id), nr integer NOT NULL, email varchar(20) NOT NULL, \
           leader integer, born date NOT NULL, died date, CHECK (born <= died), CHECK (nr BETWEEN 1 AND 30), PRIMARY KEY (tenant_id, nr), \
           UNIQUE (tenant_id, email), FOREIGN KEY (tenant_id, leader) REFERENCES member (tenant_id, nr))",
        "CREATE TABLE task (id integer NOT NULL PRIMARY KEY, tenant_id integer NOT NULL, author integer NOT NULL, helper integer, \
           state varchar(10) NOT NULL CHECK (state IN ('open', 'done', 'it''s')), points decimal(4,1) CHECK (points > 0 AND points < 100), \
           code varchar(12) CHECK (length(code) >= 3), low integer NOT NULL, high integer NOT NULL, CHECK (low < high AND high <= 20), \
           FOREIGN KEY (tenant_id, author) REFERENCES member (tenant_id, nr), \
           FOREIGN KEY (tenant_id, helper) REFERENCES member (tenant_id, nr))",
        "CREATE TABLE task_watch (task_id integer NOT NULL REFERENCES task (id), tenant_id integer NOT NULL REFERENCES tenant (id), \
           PRIMARY KEY (task_id, tenant_id))",
        "CREATE TABLE node (id integer NOT NULL PRIMARY KEY, parent integer NOT NULL REFERENCES node (id))",
    ];
    all.extend(match product {
        Product::Sqlite => vec![
            "CREATE UNIQUE INDEX open_code ON task (lower(code)) WHERE state = 'open'",
            "CREATE TABLE kind (id integer PRIMARY KEY AUTOINCREMENT, a blob NOT NULL, b real NOT NULL, c boolean NOT NULL, d json_text NOT NULL, \
               e uuid_text NOT NULL, f timestamp_text NOT NULL, g decimal(20,6) NOT NULL, h integer GENERATED ALWAYS AS (id + 1) STORED)",
        ],
        Product::Postgres => vec![
            "ALTER TABLE tenant ADD FOREIGN KEY (id, boss) REFERENCES member (tenant_id, nr)",
            "CREATE UNIQUE INDEX open_code ON task (lower(code)) WHERE state = 'open'",
            "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'glad')",
            "CREATE TABLE kind (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a bytea NOT NULL, b real NOT NULL, c boolean NOT NULL, \
               d jsonb NOT NULL, e uuid NOT NULL, f timestamptz NOT NULL, g numeric(20,6) NOT NULL, h mood NOT NULL, i mood[] NOT NULL, \
               j integer[] NOT NULL, k text[] NOT NULL, l inet NOT NULL, m cidr NOT NULL, n macaddr NOT NULL, o interval NOT NULL, p bit(5) NOT NULL, \
               q bit varying(9) NOT NULL, r point NOT NULL, s polygon NOT NULL, t tsvector NOT NULL, u int4range NOT NULL, v money NOT NULL, \
               w time NOT NULL, x xml NOT NULL, y timetz NOT NULL, z char(3) NOT NULL, n2 bigint GENERATED ALWAYS AS (id * 2) STORED)",
        ],
        Product::MySql | Product::MariaDb => vec![
            "ALTER TABLE tenant ADD FOREIGN KEY (id, boss) REFERENCES member (tenant_id, nr)",
            "CREATE TABLE kind (id integer AUTO_INCREMENT PRIMARY KEY, a blob NOT NULL, b float NOT NULL, c tinyint(1) NOT NULL, d json NOT NULL, \
               e binary(16) NOT NULL, f timestamp NOT NULL, g decimal(20,6) NOT NULL, h enum('sad','it''s ok') NOT NULL, i set('a','b') NOT NULL, \
               j bigint unsigned NOT NULL, k mediumtext NOT NULL, l bit(5) NOT NULL, m year NOT NULL, n time NOT NULL, o datetime(6) NOT NULL, \
               p point NOT NULL, q polygon NOT NULL, r varbinary(9) NOT NULL, s tinyint unsigned NOT NULL, t date NOT NULL, \
               u char(3) NOT NULL UNIQUE, n2 bigint GENERATED ALWAYS AS (s + 1) STORED)",
        ],
    });
    all
}

async fn read(session: &mut Session) -> Schema {
    let catalog = introspect(session, &Scope::default()).await.unwrap();
    dialect::of(session.product()).normalize(catalog.schema).unwrap().into_schema()
}

async fn every_row_is_taken(product: Product) {
    let scratch = Scratch::create(product).await.unwrap();
    let mut session = scratch.connect().await.unwrap();
    for sql in nasty(product) {
        session.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    let schema = read(&mut session).await;
    let request = SeedRequest::new(product, 7, 60);
    let made = seeds(&schema, &request);
    assert_eq!(made, seeds(&schema, &request));
    let report = fill(&mut session, &made, &mut |_, _| ()).await.unwrap();
    assert_eq!(report.notes, Vec::<String>::new());
    assert_eq!(report.rows(), 360);
    // The database numbers on where the rows end.
    let kind = schema.tables.values().find(|table| table.name.name.as_str() == "kind").unwrap();
    let columns: Vec<&str> = kind
        .columns
        .values()
        .filter(|column| column.identity.is_none() && column.generated.is_none())
        .map(|column| column.name.as_str())
        .collect();
    if product != Product::MySql && product != Product::MariaDb {
        let list = columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        session.execute(&format!("INSERT INTO kind ({list}) SELECT {list} FROM kind WHERE id = 3")).await.unwrap();
    }
    session.close().await;
    scratch.remove().await.unwrap();
}

fn block(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

#[apply(test)]
fn sqlite() {
    block(every_row_is_taken(Product::Sqlite));
}

#[apply(test_on_postgres)]
fn postgres() {
    block(every_row_is_taken(Product::Postgres));
}

#[apply(test_on_mysql)]
fn mysql() {
    block(every_row_is_taken(Product::MySql));
}

#[apply(test_on_mariadb)]
fn mariadb() {
    block(every_row_is_taken(Product::MariaDb));
}
