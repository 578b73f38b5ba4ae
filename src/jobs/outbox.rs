//! Sends the names of new photos to a queue outside the database. A photo's row is in the outbox until the queue has
//! accepted its name; what was refused is sent again. The store of the space is made before: another worker than ours may
//! take the first bucket whose name begins like that of the space, and that should be the right one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::check::sentence;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos;
use crate::jobs::runner::{Job, Next};
use crate::queue::PhotoQueue;
use crate::storage::PhotoStore;
use crate::storage::aws::is_refusal;

/// The names that are sent at once; SQS takes no more.
const BATCH: u32 = 10;

/// Sends names, some at a time.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    store: PhotoStore,
    queue: PhotoQueue,
    clock: Clock,
    /// Whether it was logged that the stores of spaces are left to the workers.
    told: Arc<AtomicBool>,
}

impl Outbox {
    /// The outbox of this database, for photos in this store and for this queue.
    pub fn new(db: Db, store: PhotoStore, queue: PhotoQueue, clock: Clock) -> Self {
        Self {
            db,
            store,
            queue,
            clock,
            told: Arc::default(),
        }
    }

    /// Sends the oldest unsent names. Returns how many the queue has accepted.
    ///
    /// # Errors
    /// The queue, the store or the database can't be used.
    pub async fn send(&self) -> Result<usize> {
        let unsent = self
            .db
            .read(|conn| Ok(photos::list_unsent(conn, BATCH)?))
            .await?;
        if unsent.is_empty() {
            return Ok(0);
        }
        if self.queue.is_shared() {
            for name in &unsent {
                self.make_space(name).await?;
            }
        }
        let (accepted, now) = (self.queue.send(unsent).await?, self.clock.now());
        let count = accepted.len();
        self.db
            .write(move |conn| Ok(photos::mark_queued(conn, &accepted, now)?))
            .await?;
        Ok(count)
    }

    /// Makes the store of a photo's space. Where the server isn't allowed to, workers do it, as they always could.
    async fn make_space(&self, name: &PhotoName) -> Result<()> {
        match self.store.make_space(name).await {
            Err(error) if is_refusal(&error) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        photo = %name,
                        error = %sentence(&error),
                        "could not create the store of a space; leaving it to the workers"
                    );
                }
                Ok(())
            }
            made => made,
        }
    }
}

impl Job for Outbox {
    const FAILURE: &'static str = "could not enqueue photos";

    // A queue that doesn't answer doesn't delay the shutdown. What it has accepted without our hearing of it is sent again.
    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        Ok(match self.send().await? {
            0 => Next::Idle,
            _ => Next::Again,
        })
    }

    async fn woken(&self) {
        self.queue.wait_for_unsent().await;
    }
}
