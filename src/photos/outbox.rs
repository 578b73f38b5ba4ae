//! Sends the names of new photos to a queue outside the database. A photo's row is in the outbox until the queue has
//! accepted its name; what was refused is sent again.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use anyhow::Result;

use super::queue::PhotoQueue;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::photos;

/// The wait after the queue has failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);
/// The names that are sent at once; SQS takes no more.
const BATCH: u32 = 10;

/// Sends names, some at a time.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    queue: PhotoQueue,
    clock: Clock,
}

impl Outbox {
    /// The outbox of this database, for this queue.
    pub fn new(db: Db, queue: PhotoQueue, clock: Clock) -> Self {
        Self { db, queue, clock }
    }

    /// Sends the oldest unsent names; how many the queue has accepted.
    ///
    /// # Errors
    /// The queue or the database can't be used.
    pub async fn step(&self) -> Result<usize> {
        let unsent = self
            .db
            .read(|conn| Ok(photos::list_unsent(conn, BATCH)?))
            .await?;
        if unsent.is_empty() {
            return Ok(0);
        }
        let (accepted, now) = (self.queue.send(unsent).await?, self.clock.now());
        let count = accepted.len();
        self.db
            .write(move |conn| Ok(photos::mark_queued(conn, &accepted, now)?))
            .await?;
        Ok(count)
    }

    /// Sends names until `shutdown` is ready.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            // A queue that doesn't answer mustn't hold up the end. What it has accepted unheard is sent again.
            let stepped = tokio::select! {
                biased;
                () = &mut shutdown => return,
                stepped = self.step() => stepped,
            };
            let rest = match stepped {
                Ok(0) => Rest::UntilNext,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!("photos wait in the outbox: {error:#}");
                    Rest::AfterError
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.rest(rest) => {}
            }
        }
    }

    async fn rest(&self, rest: Rest) {
        match rest {
            Rest::UntilNext => self.queue.unsent().await,
            Rest::AfterError => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
}

/// What to wait for between two steps.
enum Rest {
    UntilNext,
    AfterError,
}
