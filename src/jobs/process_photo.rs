//! The worker: takes the names of new photos from the queue, moves the photos from the staging store into those of
//! their spaces, and has their previews made. It needs only the store and the queue.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::check::sentence;
use crate::data_dir::hold::RestoreHold;
use crate::jobs::film_rendition::RenditionMaker;
use crate::jobs::index_previews::PreviewIndexer;
use crate::jobs::index_renditions::RenditionIndexer;
use crate::jobs::make_posters::MakePosters;
use crate::jobs::make_previews::{Made, Thumbnailer};
use crate::jobs::make_renditions::MakeRenditions;
use crate::jobs::outcome::Outcome;
use crate::jobs::runner::{Job, Jobs, Next};
use crate::jobs::stats::WorkerStats;
use crate::jobs::waiting_films::WaitingFilms;
use crate::queue::{Disposition, Failure, Message, PhotoQueue};
use crate::storage::{Moved, PhotoStore};

/// The log message when not a photo but the queue itself has failed.
const QUEUE_FAILURE: &str = "could not use the photo queue";
/// The photos that are worked on at once.
const AT_ONCE: u8 = 10;

/// Sorts photos, one at a time or some at once.
#[derive(Clone)]
pub struct PhotoWorker {
    store: PhotoStore,
    queue: PhotoQueue,
    /// `None` where no previews are wanted.
    thumbnailer: Option<Thumbnailer>,
    /// Records what was made; `None` where there is no database.
    indexer: Option<PreviewIndexer>,
    awaiting_poster: WaitingFilms,
    /// What makes renditions, and who is told; `None` where there is no ffmpeg.
    renditions: Option<(RenditionMaker, Option<RenditionIndexer>)>,
    awaiting_rendition: WaitingFilms,
}

impl PhotoWorker {
    /// A worker for this store and this queue, which reports the previews that it makes to `indexer`.
    pub fn new(
        store: PhotoStore,
        queue: PhotoQueue,
        thumbnailer: Option<Thumbnailer>,
        indexer: Option<PreviewIndexer>,
    ) -> Self {
        Self {
            store,
            queue,
            thumbnailer,
            indexer,
            awaiting_poster: WaitingFilms::default(),
            renditions: None,
            awaiting_rendition: WaitingFilms::default(),
        }
    }

    /// The same, which makes renditions of films and reports them to `indexer`; `None` where there is no database.
    pub fn with_renditions(
        self,
        maker: Option<RenditionMaker>,
        indexer: Option<RenditionIndexer>,
    ) -> Self {
        Self {
            renditions: maker.map(|maker| (maker, indexer)),
            ..self
        }
    }

    /// What makes the renditions of films that this worker has moved; `None` where there is no ffmpeg.
    pub fn renditions(&self) -> Option<MakeRenditions> {
        let (maker, indexer) = self.renditions.clone()?;
        let waiting = self.awaiting_rendition.clone();
        Some(MakeRenditions::new(waiting, maker, indexer))
    }

    /// What makes the posters of films that this worker has moved; `None` where no previews are wanted.
    pub fn posters(&self) -> Option<MakePosters> {
        let thumbnailer = self.thumbnailer.clone()?;
        let (waiting, indexer) = (self.awaiting_poster.clone(), self.indexer.clone());
        Some(MakePosters::new(waiting, thumbnailer, indexer))
    }

    /// Takes one photo from the queue and moves it to its space; and if it is a film that awaits its poster and its
    /// rendition, makes these.
    ///
    /// # Errors
    /// The queue can't be reached, or ffmpeg was interrupted. A photo that can't be moved to its space is an outcome and not an
    /// error.
    pub async fn step(&self) -> Result<Outcome> {
        let Some(message) = self.queue.receive(1, false).await?.pop() else {
            return Ok(Outcome::Empty);
        };
        let outcome = self.handle(message).await?;
        if let Some(posters) = self.posters() {
            while posters.make_one().await? {}
        }
        if let Some(renditions) = self.renditions() {
            while renditions.make_one().await? {}
        }
        Ok(outcome)
    }

    /// Sorts the photo of a message. Every part can be repeated: the message is acknowledged last.
    async fn handle(&self, message: Message) -> Result<Outcome> {
        let (name, attempt, started) = (message.name.clone(), message.attempt, Instant::now());
        match self.move_to_space(&message).await {
            Ok((Moved::Missing, _)) => self.nack(&message, Failure::Missing).await,
            Ok((how, AwaitsPoster(is_awaited))) => {
                self.queue.acknowledge(message).await?;
                if is_awaited {
                    self.awaiting_poster.add(&name);
                }
                if name.is_video() && self.renditions.is_some() {
                    self.awaiting_rendition.add(&name);
                }
                let took_ms = started.elapsed().as_millis();
                tracing::info!(photo = %name, ?how, attempt, took_ms, "moved a photo to its space");
                Ok(Outcome::Moved(name))
            }
            Err(error) => self.nack(&message, Failure::Other(error)).await,
        }
    }

    /// Moves a photo and has its previews made, and hides its message from others meanwhile.
    async fn move_to_space(&self, message: &Message) -> Result<(Moved, AwaitsPoster)> {
        // Well before others may see it again.
        let extend_after = self.queue.lease().await? / 3;
        let mut work = pin!(self.move_and_preview(message));
        loop {
            tokio::select! {
                biased;
                moved = &mut work => return moved,
                () = tokio::time::sleep(extend_after) => self.queue.extend(message).await?,
            }
        }
    }

    async fn move_and_preview(&self, message: &Message) -> Result<(Moved, AwaitsPoster)> {
        let name = &message.name;
        let moved = self.store.move_to_space(name).await?;
        // Also of one that was there before: the worker that moved it may have ended before that, or make no previews.
        let thumbnailer = self.thumbnailer.as_ref();
        let Some(thumbnailer) = thumbnailer.filter(|_| moved != Moved::Missing) else {
            return Ok((moved, AwaitsPoster(false)));
        };
        let made = thumbnailer.make(name, message.attempt).await?;
        let awaits_poster = AwaitsPoster(matches!(made, Made::AwaitsPoster));
        if let Some(indexer) = &self.indexer {
            indexer.record_made(name, made).await;
        }
        Ok((moved, awaits_poster))
    }

    async fn nack(&self, message: &Message, failure: Failure) -> Result<Outcome> {
        let Message { name, attempt, .. } = message;
        match self.queue.nack(message, &failure).await? {
            // Most likely it was deleted. What became of it is logged once, at the end.
            Disposition::RetryAt(_) if matches!(failure, Failure::Missing) => {
                tracing::debug!(photo = %name, attempt, error = %failure, "photo is not in the staging store");
                Ok(Outcome::Retried(name.clone()))
            }
            Disposition::RetryAt(at) => {
                tracing::warn!(photo = %name, attempt, retry_at = at.rfc3339(), error = %failure, "could not move a photo to its space; will retry");
                Ok(Outcome::Retried(name.clone()))
            }
            Disposition::Gone => {
                tracing::info!(photo = %name, "photo was deleted before it was moved to its space");
                Ok(Outcome::Deleted(name.clone()))
            }
            Disposition::Failed if matches!(failure, Failure::Missing) => {
                tracing::warn!(
                    photo = %name,
                    "gave up on a photo that is in neither store; it was most likely deleted before it was moved"
                );
                Ok(Outcome::Failed(name.clone()))
            }
            Disposition::Failed => {
                tracing::error!(photo = %name, attempt, error = %failure, "gave up on a photo");
                Ok(Outcome::Failed(name.clone()))
            }
        }
    }
}

/// Whether a film that was moved has no poster yet.
struct AwaitsPoster(bool);

/// The worker as a job: processes some photos at once, and takes the next as soon as one is finished, however long
/// the others take.
pub struct ProcessPhotos {
    worker: PhotoWorker,
    permits: Arc<Semaphore>,
    in_hand: TaskTracker,
    stats: Arc<Mutex<WorkerStats>>,
}

impl From<PhotoWorker> for ProcessPhotos {
    fn from(worker: PhotoWorker) -> Self {
        Self {
            worker,
            permits: Arc::new(Semaphore::new(AT_ONCE.into())),
            in_hand: TaskTracker::new(),
            stats: Arc::new(Mutex::new(WorkerStats::new())),
        }
    }
}

impl Job for ProcessPhotos {
    const FAILURE: &'static str = QUEUE_FAILURE;

    // Only waiting is ever cancelled, never the processing of a message.
    const IS_DROPPED_AT_THE_END: bool = false;

    async fn step(&mut self, stop: &CancellationToken) -> Result<Next> {
        let Some(permits) = stop.run_until_cancelled(self.free_permits()).await else {
            return Ok(Next::Idle);
        };
        let mut permits = permits?;
        let max = u8::try_from(permits.num_permits()).unwrap_or(AT_ONCE);
        let queue = &self.worker.queue;
        let messages = if queue.supports_long_poll() {
            let received = stop.run_until_cancelled(queue.receive(max, true)).await;
            received.unwrap_or_else(|| Ok(Vec::new()))?
        } else {
            queue.receive(max, false).await?
        };
        let next = if messages.is_empty() {
            Next::Idle
        } else {
            Next::Again
        };
        for message in messages {
            self.begin(message, permits.split(1));
        }
        Ok(next)
    }

    async fn woken(&self) {
        self.worker.queue.wait().await;
    }

    async fn finish(self) {
        self.in_hand.close();
        self.in_hand.wait().await;
        let stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        stats.log("worker is stopping");
    }
}

impl ProcessPhotos {
    /// Starts a worker, with what makes the posters and renditions of its films.
    pub fn start(worker: PhotoWorker, jobs: &mut Jobs, hold: RestoreHold) {
        if let Some(posters) = worker.posters() {
            jobs.start(posters);
        }
        if let Some(renditions) = worker.renditions() {
            jobs.start(renditions);
        }
        jobs.start_after(hold, Self::from(worker));
    }

    /// All permits that are free, and at least one.
    async fn free_permits(&self) -> Result<OwnedSemaphorePermit> {
        let mut permits = self.permits.clone().acquire_owned().await?;
        while let Ok(another) = self.permits.clone().try_acquire_owned() {
            permits.merge(another);
        }
        Ok(permits)
    }

    /// Handles a message concurrently with the others, in a task of its own, so that a panic costs one attempt at one photo
    /// and not the worker.
    fn begin(&self, message: Message, permit: Option<OwnedSemaphorePermit>) {
        let (worker, stats) = (self.worker.clone(), self.stats.clone());
        self.in_hand.spawn(async move {
            let _permit = permit;
            let done = tokio::spawn(async move { worker.handle(message).await }).await;
            match done {
                Ok(Ok(outcome)) => {
                    let mut stats = stats.lock().unwrap_or_else(PoisonError::into_inner);
                    stats.count(&outcome);
                }
                Ok(Err(error)) => tracing::error!(error = %sentence(&error), "{QUEUE_FAILURE}"),
                Err(panic) => {
                    tracing::error!(%panic, "worker panicked on a photo");
                }
            }
        });
    }
}
