//! The lease on a cluster whose nodes know nothing of each other's locks (Galera): a row that every node has, beside the lock of one.
//!
//! The holder counts its row up, over its second connection, as long as it lives. A row that does not change for a while has lost its
//! holder; no clock is read, because those of two nodes differ. A row that two nodes change at once is changed by one of them: the
//! other one's change is refused when it is committed. Must not know what is done under the lease.

use std::time::{Duration, Instant};

use crate::session::{Companion, DatabaseError, LEASE_TABLE, Session};
use crate::{Error, ErrorKind, Product, Result};

use super::course::owner;
use super::lock::{Waiting, busy};
use super::{Progress, ProgressCallback, patience};

/// For how long a row must not change before its holder counts as gone; one that is alive changes it every second.
const SILENCE: Duration = Duration::from_secs(15);

/// The pause between two looks at the row.
const PAUSE: Duration = Duration::from_millis(200);

/// The lease that is held.
pub(super) struct Lease {
    owner: String,
    companion: Companion,
}

/// What the row says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    owner: String,
    beat: String,
    holder: String,
}

fn refused(error: DatabaseError) -> Error {
    Error::new("the lease of the cluster could not be taken").of(ErrorKind::Database).because(error)
}

/// Whether the server is a node of such a cluster.
pub(super) async fn is_needed(session: &mut Session) -> bool {
    if session.product() == Product::Postgres || session.product() == Product::Sqlite {
        return false;
    }
    let variables = session.query("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'").await;
    variables.is_ok_and(|rows| rows.first().is_some_and(|row| row.text(1) == "ON"))
}

/// Takes the lease, waiting for it.
pub(super) async fn acquire(
    session: &mut Session,
    waiting: Waiting,
    on_progress: ProgressCallback<'_>,
) -> Result<Lease> {
    // What another node has done is seen.
    session.execute("SET SESSION wsrep_sync_wait = 7").await.map_err(refused)?;
    if !matches!(row(session).await, Ok(Some(_))) {
        let create = format!(
            "CREATE TABLE IF NOT EXISTS {LEASE_TABLE} (id INT PRIMARY KEY, owner VARCHAR(64) NOT NULL, beat BIGINT NOT NULL, \
             holder VARCHAR(255) NOT NULL) ENGINE = InnoDB"
        );
        session.execute(&create).await.map_err(refused)?;
        let insert = format!("INSERT IGNORE INTO {LEASE_TABLE} VALUES (1, '', 0, '')");
        repeated(session, &insert).await.map_err(refused)?;
    }
    let (owner, begun) = (owner(), Instant::now());
    let (mut seen, mut since, mut told) = (None, Instant::now(), false);
    loop {
        let found = match row(session).await {
            // While a node changes a table, nobody is answered.
            Err(error) if patience::has_waited(session.product(), &error) => seen.clone(),
            found => found.map_err(refused)?,
        };
        if found != seen {
            (seen, since) = (found, Instant::now());
        }
        if let Some(row) = &seen
            && (row.owner.is_empty() || since.elapsed() >= SILENCE)
            && take(session, row, &owner).await?
        {
            break;
        }
        let holder = seen.as_ref().map(|row| row.holder.clone()).filter(|holder| !holder.is_empty());
        if begun.elapsed() >= waiting.limit {
            let error = busy(session.product(), waiting.limit, holder.as_deref());
            return Err(error.hint("if it is dead, take its lease away: `gen unlock --force`"));
        }
        if !told && seen.as_ref().is_some_and(|row| !row.owner.is_empty()) {
            on_progress(Progress::Waiting { holder: holder.as_deref() });
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    let renewal = format!("UPDATE {LEASE_TABLE} SET beat = beat + 1 WHERE id = 1 AND owner = '{owner}'");
    match session.open_companion(Some(renewal)).await {
        Some(companion) => Ok(Lease { owner, companion }),
        None => {
            let _ = free(session, &owner).await;
            Err(Error::new(
                "on a Galera cluster a runner needs a second connection to the same node, and could not have it",
            )
            .of(ErrorKind::Database)
            .hint("name one node in the database URL, or let the user have more connections"))
        }
    }
}

/// Releases the lease.
pub(super) async fn release(session: &mut Session, lease: Lease) {
    session.close_companion(lease.companion).await;
    let _ = free(session, &lease.owner).await;
    let _ = session.execute("SET SESSION wsrep_sync_wait = @@GLOBAL.wsrep_sync_wait").await;
}

/// The holder of the lease, in words.
pub(super) async fn holder(session: &mut Session) -> Option<String> {
    let row = row(session).await.ok()??;
    (!row.owner.is_empty()).then_some(row.holder)
}

/// Takes the lease away from whoever holds it.
pub(super) async fn take_away(session: &mut Session) -> Result<()> {
    let Ok(Some(row)) = row(session).await else { return Ok(()) };
    free(session, &row.owner).await.map_err(refused)
}

async fn row(session: &mut Session) -> Result<Option<Row>, DatabaseError> {
    let rows = session.query(&format!("SELECT owner, beat, holder FROM {LEASE_TABLE} WHERE id = 1")).await?;
    Ok(rows.first().map(|row| Row {
        owner: row.text(0).to_owned(),
        beat: row.text(1).to_owned(),
        holder: row.text(2).to_owned(),
    }))
}

/// Whether the row was still this one, and is now that of the owner.
async fn take(session: &mut Session, row: &Row, owner: &str) -> Result<bool> {
    let Row { owner: former, beat, .. } = row;
    let update = format!(
        "UPDATE {LEASE_TABLE} SET owner = '{owner}', beat = beat + 1, \
         holder = CONCAT('connection ', CONNECTION_ID(), ' of node ', @@GLOBAL.wsrep_node_name, ', user ', CURRENT_USER(), \
         ', since ', UTC_TIMESTAMP(), ' UTC') WHERE id = 1 AND owner = '{former}' AND beat = {beat}"
    );
    match session.execute(&update).await {
        Ok(changed) => Ok(changed == 1),
        Err(error) if patience::has_waited(session.product(), &error) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

async fn free(session: &mut Session, owner: &str) -> Result<(), DatabaseError> {
    repeated(session, &format!("UPDATE {LEASE_TABLE} SET owner = '' WHERE id = 1 AND owner = '{owner}'")).await
}

/// Sends a statement again when another node was faster.
async fn repeated(session: &mut Session, sql: &str) -> Result<(), DatabaseError> {
    let mut pauses = patience::pauses();
    loop {
        match session.execute(sql).await {
            Err(error) if patience::has_waited(session.product(), &error) => match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            },
            done => return done.map(drop),
        }
    }
}
