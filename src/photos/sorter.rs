//! The worker: takes the name of a new photo from the queue and moves the photo from the temporary store into that
//! of its space. It needs only the store and the queue.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::name::PhotoName;
use super::queue::{Message, Next, PhotoQueue};
use super::store::PhotoStore;

/// The wait after the queue itself has failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Sorts photos, one step at a time.
#[derive(Clone)]
pub struct Sorter {
    store: PhotoStore,
    queue: PhotoQueue,
}

/// What one step did.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    Empty,
    /// This photo is in the store of its space.
    Sorted(PhotoName),
    /// This photo couldn't be sorted, and is tried again later.
    Failed(PhotoName),
    /// This photo couldn't be sorted and isn't tried again until somebody sends it.
    SetAside(PhotoName),
}

impl Sorter {
    /// A worker for this store and this queue.
    pub fn new(store: PhotoStore, queue: PhotoQueue) -> Self {
        Self { store, queue }
    }

    /// Takes one photo from the queue and sorts it. Every part can be repeated: the message is acknowledged last.
    ///
    /// # Errors
    /// The queue can't be reached. A photo that can't be sorted is an outcome and not an error.
    pub async fn step(&self) -> Result<Outcome> {
        let Some(message) = self.queue.receive().await? else {
            return Ok(Outcome::Empty);
        };
        let name = message.name.clone();
        let started = Instant::now();
        match self.store.sort(&name).await {
            Ok(how) => {
                let attempt = message.attempt;
                self.queue.acknowledge(message).await?;
                let took_ms = started.elapsed().as_millis();
                tracing::info!(photo = %name, ?how, attempt, took_ms, "sorted a photo");
                Ok(Outcome::Sorted(name))
            }
            Err(error) => self.put_back(&message, &error).await,
        }
    }

    async fn put_back(&self, message: &Message, error: &anyhow::Error) -> Result<Outcome> {
        let Message { name, attempt } = message;
        match self.queue.put_back(message, error).await? {
            Next::RetryAt(at) => {
                tracing::warn!(photo = %name, attempt, retry_at = at.rfc3339(), "can't sort a photo: {error:#}");
                Ok(Outcome::Failed(name.clone()))
            }
            Next::SetAside => {
                tracing::error!(
                    photo = %name, attempt,
                    "set a photo aside, see `shared-spaces photos failed`: {error:#}"
                );
                Ok(Outcome::SetAside(name.clone()))
            }
        }
    }

    /// Sorts photos until `shutdown` is ready; the photo in hand is finished.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            // A step is never dropped half-way; only the waiting between steps is. It runs as a task of its own, so
            // that a panic costs one attempt at one photo and not the worker.
            let sorter = self.clone();
            let pause = match tokio::spawn(async move { sorter.step().await }).await {
                Ok(Ok(Outcome::Empty)) => Pause::UntilNext,
                Ok(Ok(_)) => Pause::None,
                Ok(Err(error)) => {
                    tracing::error!("the photo queue can't be used: {error:#}");
                    Pause::AfterError
                }
                Err(panic) => {
                    tracing::error!("sorting a photo has failed in an unforeseen way: {panic}");
                    Pause::AfterError
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.rest(pause) => {}
            }
        }
    }

    async fn rest(&self, pause: Pause) {
        match pause {
            Pause::None => {}
            Pause::UntilNext => self.queue.wait().await,
            Pause::AfterError => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
}

/// What to wait for between two steps.
enum Pause {
    None,
    UntilNext,
    AfterError,
}
