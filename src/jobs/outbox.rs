//! Sends the names of new photos to a queue outside the database. A photo's row is in the outbox until the queue has
//! accepted its name; what was refused is sent again. The store of the space is made before: another worker than ours may
//! take the first bucket whose name begins like that of the space, and that should be the right one.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::check::sentence;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos;
use crate::queue::PhotoQueue;
use crate::storage::PhotoStore;
use crate::storage::aws::is_refusal;

/// The wait after the queue has failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(5);
/// The names that are sent at once; SQS takes no more.
const BATCH: u32 = 10;

/// Sends names, some at a time.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    store: PhotoStore,
    queue: PhotoQueue,
    clock: Clock,
    /// Whether it was said that the stores of spaces are left to the workers.
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

    /// Sends the oldest unsent names; how many the queue has accepted.
    ///
    /// # Errors
    /// The queue, the store or the database can't be used.
    pub async fn step(&self) -> Result<usize> {
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

    /// Makes the store of a photo's space. Where that isn't allowed to a server, workers do it, as they always could.
    async fn make_space(&self, name: &PhotoName) -> Result<()> {
        match self.store.make_space(name).await {
            Err(error) if is_refusal(&error) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        photo = %name,
                        "the store of a space is left to the workers to make: {}", sentence(&error)
                    );
                }
                Ok(())
            }
            made => made,
        }
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
                Ok(0) => Pause::UntilNext,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!("photos wait in the outbox: {}", sentence(&error));
                    Pause::AfterError
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.pause(rest) => {}
            }
        }
    }

    async fn pause(&self, rest: Pause) {
        match rest {
            Pause::UntilNext => self.queue.wait_for_unsent().await,
            Pause::AfterError => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
}

/// What to wait for between two steps.
enum Pause {
    UntilNext,
    AfterError,
}
