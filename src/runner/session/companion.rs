//! A second connection beside that of a runner, by which others see whether its client is alive.
//!
//! A server notices the end of a client at once where it waits for the next request, and late or never where it runs a statement. So
//! the second connection, which runs nothing, holds a lock named after the first one. Must not know what the first one does.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Product;

use super::driver::{Driver, Options};
use super::{Missing, Rows, Session, mysql, postgres};

/// The pause between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// How long the second connection may take to begin or to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The session that holds the runner's lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// Its number on the server.
    pub number: String,
    /// Its description.
    pub words: String,
    /// Whether its client had a second connection and has none now.
    pub is_abandoned: bool,
}

/// The second connection.
pub(crate) struct Companion {
    ends: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Companion {
    /// Closes it.
    pub(crate) async fn end(self) {
        drop(self.ends);
        let _ = tokio::time::timeout(PATIENCE, self.task).await;
    }
}

/// How a second connection is made, and made again.
struct Way {
    options: Options,
    /// What distinguishes the server from others behind the same address, and the query for it.
    server: String,
    asks_server: String,
    /// Sent at the beginning, some of which an older server does not know.
    settings: &'static [&'static str],
    /// Takes the lock.
    takes: String,
    /// What is sent with each sign of life; other sessions may make it wait.
    beat: Option<String>,
}

impl Way {
    async fn open(&self) -> Option<Driver> {
        let opening = async {
            let mut driver = Driver::open(&self.options, Missing::Refuse).await.ok()?;
            for setting in self.settings {
                let _ = driver.execute(setting).await;
            }
            let is_there = first(&mut driver, &self.asks_server).await.as_deref() == Some(self.server.as_str())
                && is_taken(first(&mut driver, &self.takes).await.as_deref());
            if is_there {
                return Some(driver);
            }
            driver.close().await;
            None
        };
        tokio::time::timeout(PATIENCE, opening).await.ok().flatten()
    }
}

async fn first(driver: &mut Driver, sql: &str) -> Option<String> {
    let mut rows = Rows::default();
    driver.query(sql, &mut rows).await.ok()?;
    rows.first().map(|row| row.text(0).to_owned())
}

fn is_taken(answer: Option<&str>) -> bool {
    matches!(answer, Some("1" | "t"))
}

impl Session {
    /// Makes the second connection, and marks this one as one that has a second. `beat` is sent every second. `None` if that
    /// connection cannot be had: then nobody can see whether the client is alive.
    pub(crate) async fn accompany(&mut self, beat: Option<String>) -> Option<Companion> {
        let number = self.ending.number.clone();
        let (asks_server, settings, [takes, marks]) = match self.product {
            Product::Postgres => {
                (super::interrupt::PG_SERVER, postgres::OF_COMPANIONS, postgres::companion_locks(&number))
            }
            Product::MySql | Product::MariaDb => {
                (super::interrupt::MYSQL_SERVER, mysql::OF_COMPANIONS, mysql::companion_locks(&number))
            }
            Product::Sqlite => return None,
        };
        if !self.ending.has_second || number.is_empty() {
            return None;
        }
        let server = self.ending.server.clone();
        let asks_server = format!("SELECT {asks_server}");
        let way = Way { options: self.ending.options.clone(), server, asks_server, settings, takes, beat };
        let other = way.open().await?;
        let marked = self.query(&marks).await.ok()?;
        if !is_taken(marked.first().map(|row| row.text(0))) {
            other.close().await;
            return None;
        }
        let (ends, mut ended) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut other = Some(other);
            loop {
                tokio::select! {
                    _ = &mut ended => break,
                    () = tokio::time::sleep(BEAT) => {}
                }
                tokio::select! {
                    _ = &mut ended => break,
                    () = give_sign(&mut other, &way) => {}
                }
            }
            if let Some(other) = other {
                other.close().await;
            }
        });
        Some(Companion { ends, task })
    }

    /// Takes the mark of [`Session::accompany`] away.
    pub(crate) async fn part(&mut self, companion: Companion) {
        let unmarks = match self.product {
            Product::Postgres => postgres::without_companion(&self.ending.number),
            Product::MySql | Product::MariaDb => mysql::without_companion(&self.ending.number),
            Product::Sqlite => return,
        };
        let _ = self.query(&unmarks).await;
        companion.end().await;
    }
}

/// Gives a sign of life; a connection that is lost is made again.
async fn give_sign(other: &mut Option<Driver>, way: &Way) {
    let is_there = match other {
        // A late answer is no lost connection: the server may be busy with the statement of the runner.
        Some(driver) => !matches!(tokio::time::timeout(PATIENCE, first(driver, "SELECT 1")).await, Ok(None)),
        None => false,
    };
    if !is_there {
        *other = None;
        *other = way.open().await;
    }
    if let (Some(driver), Some(beat)) = (other, &way.beat) {
        let _ = driver.execute(beat).await;
    }
}
