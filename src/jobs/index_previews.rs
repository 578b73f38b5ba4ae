//! Writes down which photos have previews, and what the photos look like. Workers make previews and know no database, so
//! that somebody has to look into the store: soon and often for a new photo, more and more seldom for one that stays
//! without.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use picture::Kind;
use picture::PreviewSize;
use picture::previews::placeholder;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, PendingPhoto, PreviewStatus};
use crate::jobs::runner::{Job, Next};
use crate::queue::PhotoQueue;
use crate::storage::PhotoStore;

/// How often there is a look when nobody tells of a sorted photo, and the wait before the second look at a photo.
const EVERY: Duration = Duration::from_secs(5);
/// The longest wait between two looks at a photo.
pub const SELDOM: Duration = Duration::from_secs(24 * 60 * 60);
/// A photo that was sorted just now is looked at although it would be due only within this time.
pub const AHEAD: Duration = Duration::from_secs(30);
/// A photo that has no previews after this time is sent to the workers again, who then make them.
const ASK_AFTER: Duration = Duration::from_secs(10 * 60);
/// So many photos may be with the workers again at once, so that new ones don't wait behind them.
const ASKED_AT_ONCE: usize = 16;
/// After this time another one may be sent in its place.
const ASKED: Duration = Duration::from_secs(5 * 60);
/// For so long a photo that was sent again is looked at often.
const AWAITED: Duration = Duration::from_secs(60 * 60);
/// The photos that are looked at in one step.
const BATCH: usize = 20;

/// Looks for previews; clones share what they wait for.
#[derive(Clone)]
pub struct PreviewIndexer {
    db: Db,
    store: PhotoStore,
    queue: PhotoQueue,
    clock: Clock,
    /// Tells of photos that a worker in this process has sorted.
    sorted: Arc<Notify>,
    /// When photos were sent to the workers again.
    asked: Arc<Mutex<HashMap<PhotoName, Timestamp>>>,
}

/// At how many photos a step has looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Photos that have previews, or never will.
    pub settled: usize,
    /// Photos at which there must be another look.
    pub again: usize,
    /// Of those, the ones that were sent to the workers again.
    pub asked: usize,
}

impl PreviewIndexer {
    /// The catalogue of the photos in this store, which `sorted` tells of sorted ones.
    pub fn new(
        db: Db,
        store: PhotoStore,
        queue: PhotoQueue,
        clock: Clock,
        sorted: Arc<Notify>,
    ) -> Self {
        Self {
            db,
            store,
            queue,
            clock,
            sorted,
            asked: Arc::default(),
        }
    }

    /// Looks for the previews of photos that are due for it, or will be within `ahead`.
    ///
    /// # Errors
    /// The database or the store can't be used.
    pub async fn step(&self, ahead: Duration) -> Result<IndexReport> {
        let now = self.clock.now();
        let free = self.free(now);
        let mut may_ask = free > 0;
        if may_ask && self.queue.is_shared() {
            // Another consumer makes no previews, and can do nothing with a photo that it has moved before. Where there
            // is a preview, there is a worker of ours.
            may_ask = self.db.read(|conn| Ok(photos::is_any_ready(conn)?)).await?;
        }
        let overdue = now.minus(ASK_AFTER);
        let due = self.db.read(move |conn| {
            // First those that came lately or were sent again, then the long row of those from before.
            let mut due = photos::list_pending(conn, overdue, now.plus(ahead), BATCH)?;
            if may_ask {
                let from_before = Timestamp(i64::MIN);
                due.extend(photos::list_pending(conn, from_before, overdue, free)?);
            }
            Ok(due)
        });
        let (mut looks, mut ask) = (Vec::new(), Vec::new());
        for photo in due.await? {
            let look = self.look(&photo, now).await?;
            let may_ask = may_ask && ask.len() < free && photo.created_at < overdue;
            if may_ask
                && matches!(look, PreviewStatus::Again(_))
                && self.is_left_out(&photo.name).await?
            {
                ask.push(photo.name.clone());
                looks.push((photo.name, PreviewStatus::Again(now.plus(EVERY))));
            } else {
                looks.push((photo.name, look));
            }
        }
        let again = looks
            .iter()
            .filter(|(_, look)| matches!(look, PreviewStatus::Again(_)))
            .count();
        let looked = IndexReport {
            settled: looks.len() - again,
            again,
            asked: ask.len(),
        };
        if !looks.is_empty() {
            self.note(looks, ask, now).await?;
        }
        Ok(looked)
    }

    /// Whether a photo is where it belongs, and no worker has been asked for its previews.
    async fn is_left_out(&self, name: &PhotoName) -> Result<bool> {
        Ok(!self.requested().contains_key(name) && self.store.has_sorted(name).await?)
    }

    /// Looks for the previews of one photo.
    async fn look(&self, photo: &PendingPhoto, now: Timestamp) -> Result<PreviewStatus> {
        let name = &photo.name;
        let Some(small) = self.store.open_preview(name, PreviewSize::Small).await? else {
            return Ok(PreviewStatus::Again(now.plus(self.wait(photo, now))));
        };
        if small.bytes == 0 {
            return Ok(PreviewStatus::None);
        }
        let small = small.read_all().await?;
        let made = tokio::task::spawn_blocking(move || placeholder(&small)).await?;
        let preview = match made {
            Ok(preview) => preview,
            Err(reason) => {
                tracing::warn!(photo = %name, %reason, "could not use a preview");
                return Ok(PreviewStatus::None);
            }
        };
        // A photo from before may be written down as it is stored, and not as it is shown.
        let (width, height) = (photo.width, photo.height);
        let shape = preview.width.cmp(&preview.height);
        let (width, height) = match shape {
            Ordering::Less | Ordering::Greater if shape == height.cmp(&width) => (height, width),
            _ => (width, height),
        };
        let animated = photo.animated
            || name.kind() != Some(Kind::Jpeg)
                && (self.store.open_preview(name, PreviewSize::Large).await?).is_none();
        Ok(PreviewStatus::Seen {
            width,
            height,
            animated,
            placeholder: preview.hash,
        })
    }

    /// Writes down what was seen, and sends photos to the workers again.
    async fn note(
        &self,
        looks: Vec<(PhotoName, PreviewStatus)>,
        ask: Vec<PhotoName>,
        now: Timestamp,
    ) -> Result<()> {
        let settled = looks
            .iter()
            .filter(|(_, look)| !matches!(look, PreviewStatus::Again(_)));
        let settled: Vec<_> = settled.map(|(name, _)| name.clone()).collect();
        let (queue, asked) = (self.queue.clone(), ask.clone());
        self.db
            .write(move |conn| {
                for (name, look) in &looks {
                    photos::record_preview_status(conn, name, look)?;
                }
                for name in &asked {
                    if photos::unqueue(conn, name)? {
                        queue.enqueue(conn, name)?;
                    }
                }
                Ok(())
            })
            .await?;
        if !ask.is_empty() {
            tracing::info!(photos = ask.len(), "re-queued photos without previews");
            self.queue.notify();
        }
        let mut asked = self.requested();
        for name in &settled {
            asked.remove(name);
        }
        asked.extend(ask.into_iter().map(|name| (name, now)));
        Ok(())
    }

    /// The wait until the next look at a photo that has no previews yet.
    fn wait(&self, photo: &PendingPhoto, now: Timestamp) -> Duration {
        let awaited = self.requested().get(&photo.name).copied();
        let since = awaited.unwrap_or(photo.created_at);
        (now.since(since) / 2).clamp(EVERY, SELDOM)
    }

    /// How many photos may be sent to the workers again.
    fn free(&self, now: Timestamp) -> usize {
        let mut asked = self.requested();
        asked.retain(|_, at| now.since(*at) < AWAITED);
        let busy = asked.values().filter(|at| now.since(**at) < ASKED);
        ASKED_AT_ONCE.saturating_sub(busy.count())
    }

    fn requested(&self) -> std::sync::MutexGuard<'_, HashMap<PhotoName, Timestamp>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The indexer as a job.
pub struct IndexPreviews {
    indexer: PreviewIndexer,
    /// Whether a photo was sorted just now.
    is_told: AtomicBool,
}

impl From<PreviewIndexer> for IndexPreviews {
    fn from(indexer: PreviewIndexer) -> Self {
        Self {
            indexer,
            is_told: AtomicBool::new(false),
        }
    }
}

impl Job for IndexPreviews {
    const FAILURE: &'static str = "could not look for previews";

    // A store that doesn't answer doesn't hold up the end.
    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let ahead = if mem::take(self.is_told.get_mut()) {
            AHEAD
        } else {
            Duration::ZERO
        };
        let looked = self.indexer.step(ahead).await?;
        // There may be more at once.
        Ok(if looked.settled > 0 || looked.again >= BATCH {
            Next::Again
        } else {
            Next::Wait(EVERY)
        })
    }

    async fn woken(&self) {
        self.indexer.sorted.notified().await;
        self.is_told.store(true, Relaxed);
    }

    fn pause_after_error(&self) -> Duration {
        EVERY
    }
}
