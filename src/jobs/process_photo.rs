//! The worker: takes the names of new photos from the queue, moves the photos from the temporary store into those of
//! their spaces, and has their previews made. It needs only the store and the queue.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::check::sentence;
use crate::domain::photo_name::PhotoName;
use crate::jobs::make_previews::Thumbnailer;
use crate::jobs::stats::WorkerStats;
use crate::queue::{Disposition, Failure, Message, PhotoQueue};
use crate::storage::{Moved, PhotoStore};

/// The wait after the queue itself has failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// The photos that are worked on at once.
const AT_ONCE: u8 = 10;

/// Sorts photos, one at a time or some at once.
#[derive(Clone)]
pub struct PhotoWorker {
    store: PhotoStore,
    queue: PhotoQueue,
    /// `None` where no previews are wanted.
    previewer: Option<Thumbnailer>,
    sorted: Arc<Notify>,
}

/// What became of a photo, or that there was none.
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
    /// This photo was deleted before it was sorted.
    Gone(PhotoName),
}

impl PhotoWorker {
    /// A worker for this store and this queue, which tells `sorted` when it has sorted a photo.
    pub fn new(
        store: PhotoStore,
        queue: PhotoQueue,
        previewer: Option<Thumbnailer>,
        sorted: Arc<Notify>,
    ) -> Self {
        Self {
            store,
            queue,
            previewer,
            sorted,
        }
    }

    /// Takes one photo from the queue and sorts it.
    ///
    /// # Errors
    /// The queue can't be reached. A photo that can't be sorted is an outcome and not an error.
    pub async fn step(&self) -> Result<Outcome> {
        match self.queue.receive(1, false).await?.pop() {
            Some(message) => self.handle(message).await,
            None => Ok(Outcome::Empty),
        }
    }

    /// Sorts the photo of a message. Every part can be repeated: the message is acknowledged last.
    async fn handle(&self, message: Message) -> Result<Outcome> {
        let (name, attempt, started) = (message.name.clone(), message.attempt, Instant::now());
        match self.move_to_space(&message).await {
            Ok(Moved::Missing) => self.nack(&message, Failure::Missing).await,
            Ok(how) => {
                self.queue.acknowledge(message).await?;
                self.sorted.notify_one();
                let took_ms = started.elapsed().as_millis();
                tracing::info!(photo = %name, ?how, attempt, took_ms, "sorted a photo");
                Ok(Outcome::Sorted(name))
            }
            Err(error) => self.nack(&message, Failure::Other(error)).await,
        }
    }

    /// Moves a photo and has its previews made, and hides its message from others for as long as that takes.
    async fn move_to_space(&self, message: &Message) -> Result<Moved> {
        // Well before others may see it again.
        let extend_after = self.queue.lease().await? / 3;
        let mut work = pin!(self.move_and_preview(message));
        loop {
            tokio::select! {
                biased;
                sorted = &mut work => return sorted,
                () = tokio::time::sleep(extend_after) => self.queue.extend(message).await?,
            }
        }
    }

    async fn move_and_preview(&self, message: &Message) -> Result<Moved> {
        let name = &message.name;
        let sorted = self.store.move_to_space(name).await?;
        // Also of one that was there before: whoever moved it may not have come to that, or have known of no previews.
        if sorted != Moved::Missing
            && let Some(previewer) = &self.previewer
        {
            previewer.make(name, message.attempt).await?;
        }
        Ok(sorted)
    }

    async fn nack(&self, message: &Message, failure: Failure) -> Result<Outcome> {
        let Message { name, attempt, .. } = message;
        match self.queue.nack(message, &failure).await? {
            // Most likely it was deleted. What becomes of it is said once, in the end.
            Disposition::RetryAt(_) if matches!(failure, Failure::Missing) => {
                tracing::debug!(photo = %name, attempt, "a photo isn't there to be sorted: {failure}");
                Ok(Outcome::Failed(name.clone()))
            }
            Disposition::RetryAt(at) => {
                tracing::warn!(photo = %name, attempt, retry_at = at.rfc3339(), "can't sort a photo: {failure}");
                Ok(Outcome::Failed(name.clone()))
            }
            Disposition::Gone => {
                tracing::info!(photo = %name, "a photo was deleted before it was sorted");
                Ok(Outcome::Gone(name.clone()))
            }
            Disposition::Failed if matches!(failure, Failure::Missing) => {
                tracing::warn!(
                    photo = %name,
                    "set a photo aside that is nowhere: most likely it was deleted before it was sorted"
                );
                Ok(Outcome::SetAside(name.clone()))
            }
            Disposition::Failed => {
                tracing::error!(photo = %name, attempt, "set a photo aside: {failure}");
                Ok(Outcome::SetAside(name.clone()))
            }
        }
    }

    /// Sorts photos, some at once, until `shutdown` is ready; those in hand are finished.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut tally = WorkerStats::new();
        while let Some(received) = self.receive(shutdown.as_mut()).await {
            let rest = match received {
                Ok(messages) if messages.is_empty() => Pause::UntilNext,
                Ok(messages) => {
                    self.handle_all(messages, &mut tally).await;
                    Pause::None
                }
                Err(error) => {
                    tracing::error!("the photo queue can't be used: {}", sentence(&error));
                    Pause::AfterError
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = self.pause(rest) => {}
            }
        }
        tally.log("the worker ends");
    }

    /// The next messages; `None` if it is time to end. Only a wait is ever given up, and no message in hand.
    async fn receive(
        &self,
        shutdown: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<Result<Vec<Message>>> {
        if !self.queue.supports_long_poll() {
            return Some(self.queue.receive(AT_ONCE, false).await);
        }
        tokio::select! {
            biased;
            () = shutdown => None,
            received = self.queue.receive(AT_ONCE, true) => Some(received),
        }
    }

    /// Handles messages side by side. Each runs as a task of its own, so that a panic
    /// costs one attempt at one photo and not the worker.
    async fn handle_all(&self, messages: Vec<Message>, tally: &mut WorkerStats) {
        let mut tasks = JoinSet::new();
        for message in messages {
            let sorter = self.clone();
            tasks.spawn(async move { sorter.handle(message).await });
        }
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(outcome)) => tally.count(&outcome),
                Ok(Err(error)) => {
                    tracing::error!("the photo queue can't be used: {}", sentence(&error));
                }
                Err(panic) => {
                    tracing::error!("sorting a photo has failed in an unforeseen way: {panic}");
                }
            }
        }
    }

    async fn pause(&self, rest: Pause) {
        match rest {
            Pause::None => {}
            Pause::UntilNext => self.queue.wait().await,
            Pause::AfterError => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
        }
    }
}

/// What to wait for between two rounds.
enum Pause {
    None,
    UntilNext,
    AfterError,
}
