//! A column that is encrypted with another key, in batches: a function of the program runs in the middle of a migration.
//!
//! `cargo run --example rekey`

#![allow(clippy::print_stdout, missing_docs, unreachable_pub, reason = "an example shows what it does")]

use sea_gen_runner::{FunctionFuture, MigrationConnection, Migrations, Product};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectOptions, Database, QuerySelect as _};
use sha2::{Digest as _, Sha256};

mod customer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        /// Encrypted; the text begins with the name of the key.
        pub card: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An application reads its files by `embed!`.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "20261120_201300_create_customer",
        "-- UP\nCREATE TABLE customer (id integer PRIMARY KEY, card text NOT NULL);\n-- DOWN\nDROP TABLE customer;\n",
    ),
    ("20261121_090000_rekey_cards", "-- UP\n-- gen: rust rekey_cards batches\n-- DOWN\n"),
];

const OLD: (&str, &str) = ("k1", "the old key");
const NEW: (&str, &str) = ("k2", "the new key");

/// Stands for the cipher of the application, which is a kept library: this one is none.
fn crypt(key: &str, text: &[u8]) -> Vec<u8> {
    let pad = Sha256::digest(key);
    text.iter().zip(pad.iter().cycle()).map(|(letter, mask)| letter ^ mask).collect()
}

fn encrypted((name, key): (&str, &str), plain: &str) -> String {
    let bytes: Vec<String> = crypt(key, plain.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}:{}", bytes.concat())
}

fn decrypted((name, key): (&str, &str), text: &str) -> Option<String> {
    let digits = text.strip_prefix(name)?.strip_prefix(':')?.as_bytes();
    let bytes = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(crypt(key, &bytes.collect::<Option<Vec<u8>>>()?)).ok()
}

/// Encrypts at most two cards with the new key. What is left tells the next batch, or the next run, where to go on.
fn rekey_cards<'s>(connection: &'s MigrationConnection<'s>) -> FunctionFuture<'s> {
    Box::pin(async move {
        let is_old = customer::Column::Card.starts_with(format!("{}:", OLD.0));
        let found = customer::Entity::find().filter(is_old).limit(2).all(connection).await?;
        let count = found.len() as u64;
        for customer in found {
            let plain = decrypted(OLD, &customer.card).ok_or("a card cannot be decrypted")?;
            let card = Set(encrypted(NEW, &plain));
            customer::ActiveModel { card, ..customer.into() }.update(connection).await?;
        }
        Ok(count)
    })
}

#[tokio::main(flavor = "current_thread")]
pub async fn main() -> anyhow::Result<()> {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;

    let migrations = Migrations::parse(Product::Sqlite, MIGRATIONS)?.with("rekey_cards", rekey_cards);
    migrations.up_to(&database, "20261120_201300_create_customer").await?;
    for number in ["4000 0000 0000 0002", "4000 0000 0000 0010", "4000 0000 0000 0028"] {
        let card = Set(encrypted(OLD, number));
        customer::ActiveModel { card, ..Default::default() }.insert(&database).await?;
    }

    migrations.up(&database).await?;
    for customer in customer::Entity::find().all(&database).await? {
        let plain = decrypted(NEW, &customer.card).unwrap_or_default();
        println!("{}: {} is {plain}", customer.id, customer.card);
        assert!(plain.starts_with("4000"));
    }
    Ok(())
}
