//! A second connection beside that of a runner, by which others see whether its client is alive.
//!
//! A server notices the end of a client at once where it waits for the next request, and late or never where it runs a statement. So
//! the second connection, which runs nothing, holds a lock named after the first one. Must not know what the first one does.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Product;

use super::driver::{Driver, Options};
use super::interrupt::GivenUp;
use super::{Missing, Rows, Session, mysql, postgres};

/// The pause between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// After how long without a renewal the lease counts as lost: before another runner may take it.
const SILENCE: Duration = Duration::from_secs(10);

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

/// How the second connection is opened, and opened again.
struct Opening {
    options: Options,
    /// What distinguishes the server from others behind the same address, and the query for it.
    server: String,
    asks_server: String,
    /// Sent at the beginning, some of which an older server does not know.
    settings: &'static [&'static str],
    /// Takes the lock.
    takes: String,
    /// The statement that renews the lease, if there is one: it changes a row as long as the runner holds it. Other sessions may make
    /// it wait.
    renewal: Option<String>,
    /// The runner's session is given up when its lease is lost.
    given_up: GivenUp,
}

impl Opening {
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
    /// Makes the second connection, and marks this one as one that has a second. `renewal` is sent every second, and
    /// the session is given up when it changes no row. `None` if that
    /// connection cannot be had: then nobody can see whether the client is alive.
    pub(crate) async fn open_companion(&mut self, renewal: Option<String>) -> Option<Companion> {
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
        let (server, given_up) = (self.ending.server.clone(), self.ending.given_up.clone());
        let asks_server = format!("SELECT {asks_server}");
        let opening =
            Opening { options: self.ending.options.clone(), server, asks_server, settings, takes, renewal, given_up };
        let other = opening.open().await?;
        let marked = self.query(&marks).await.ok()?;
        if !is_taken(marked.first().map(|row| row.text(0))) {
            other.close().await;
            return None;
        }
        let (ends, mut ended) = oneshot::channel();
        let task = tokio::spawn(async move {
            let (mut other, mut renewed) = (Some(other), Instant::now());
            loop {
                tokio::select! {
                    _ = &mut ended => break,
                    () = tokio::time::sleep(BEAT) => {}
                }
                tokio::select! {
                    _ = &mut ended => break,
                    () = beat(&mut other, &opening, &mut renewed) => {}
                }
            }
            if let Some(other) = other {
                other.close().await;
            }
        });
        Some(Companion { ends, task })
    }

    /// Takes the mark of [`Session::open_companion`] away.
    pub(crate) async fn close_companion(&mut self, companion: Companion) {
        let unmarks = match self.product {
            Product::Postgres => postgres::without_companion(&self.ending.number),
            Product::MySql | Product::MariaDb => mysql::without_companion(&self.ending.number),
            Product::Sqlite => return,
        };
        let _ = self.query(&unmarks).await;
        companion.end().await;
    }
}

/// Gives a sign of life, and renews the lease; a connection that is lost is made again.
async fn beat(other: &mut Option<Driver>, opening: &Opening, renewed: &mut Instant) {
    let is_there = match other {
        // A late answer is no lost connection: the server may be busy with the statement of the runner.
        Some(driver) => !matches!(tokio::time::timeout(PATIENCE, first(driver, "SELECT 1")).await, Ok(None)),
        None => false,
    };
    if !is_there {
        *other = None;
        *other = opening.open().await;
    }
    let Some(renewal) = &opening.renewal else { return };
    let changed = match other {
        Some(driver) => tokio::time::timeout(PATIENCE, driver.execute(renewal)).await.ok().and_then(Result::ok),
        None => None,
    };
    match changed {
        Some(0) => {
            let _ = opening.given_up.set("another runner has taken the lease of the cluster");
        }
        Some(_) => *renewed = Instant::now(),
        None if renewed.elapsed() >= SILENCE => {
            let _ = opening.given_up.set("the lease of the cluster could not be renewed for 10 seconds");
        }
        None => {}
    }
}
