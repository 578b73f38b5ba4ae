//! Records which photos have previews, and what the photos look like. A worker with access to the database reports what it
//! makes. Others don't, so that this job looks into the store: soon and often for a new photo, more and more seldom for
//! one that stays without.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use picture::Kind;
use picture::PreviewSize;
use picture::previews::placeholder;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::db::Db;
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, PendingPhoto, PreviewStatus};
use crate::jobs::make_previews::{Made, MadePreviews};
use crate::jobs::requested::{Requested, send_again};
use crate::jobs::runner::{Job, Next};
use crate::queue::PhotoQueue;
use crate::storage::PhotoStore;

/// How often it looks for what isn't reported, and the wait before the second look at a photo.
const EVERY: Duration = Duration::from_secs(5);
/// The longest wait between two looks at a photo.
pub const MAX_PREVIEW_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// A photo that has no previews after this time is sent to the workers again, which then make them. For as long it counts as
/// being with them, and is looked at often.
const OVERDUE: Duration = Duration::from_secs(10 * 60);
/// At most this many photos are with the workers again at once, so that new ones don't wait behind them.
const ASKED_AT_ONCE: usize = 16;
/// The photos that are looked at in one step.
const BATCH: usize = 20;

/// Looks for previews; clones share their state.
#[derive(Clone)]
pub struct PreviewIndexer {
    db: Db,
    store: PhotoStore,
    queue: PhotoQueue,
    clock: Clock,
    /// Notified of previews that were requested again and that a worker of this process has made.
    arrived: Arc<Notify>,
    /// Notified of previews that were recorded without what they take.
    unmeasured: Arc<Notify>,
    /// When photos were sent to the workers again.
    asked: Requested,
}

/// How many photos a step has looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Photos that have previews, or never will.
    pub settled: usize,
    /// Photos that must be looked at again.
    pub again: usize,
    /// Of those, the ones that were sent to the workers again.
    pub asked: usize,
}

impl PreviewIndexer {
    /// The indexer of the photos in this store.
    pub fn new(db: Db, store: PhotoStore, queue: PhotoQueue, clock: Clock) -> Self {
        Self {
            db,
            store,
            queue,
            clock,
            arrived: Arc::default(),
            unmeasured: Arc::default(),
            asked: Requested::default(),
        }
    }

    /// Is notified when it has recorded previews that are still to be measured.
    pub fn unmeasured(&self) -> Arc<Notify> {
        self.unmeasured.clone()
    }

    /// Records the previews that a worker of this process has made, `None` where they were there before. Synced, because clients
    /// learn of it by an event: if a power cut undid that one, the next would have its number, and clients would skip it.
    ///
    /// # Errors
    /// The database or the store can't be used.
    async fn record(&self, name: &PhotoName, made: Option<MadePreviews>) -> Result<()> {
        let status = match made {
            Some(made) => {
                // Of a film, there may be a poster that was made with them.
                let bytes = (!name.is_video()).then_some(made.bytes);
                Some(status_of(name, made.small, made.has_large, bytes).await?)
            }
            None => self.find(name).await?,
        };
        let Some(status) = status else { return Ok(()) };
        let (photo, is_measured) = (name.clone(), status.is_measured());
        self.db
            .write(move |conn| Ok(photos::record_preview_status(conn, &photo, &status)?))
            .await?;
        if !is_measured {
            self.unmeasured.notify_one();
        }
        if self.asked.at(name).is_some() {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Records what came of the previews of a photo that a worker of this process has looked at. If that fails, the photo is in its
    /// space all the same: its previews are looked for in the store later.
    pub async fn record_made(&self, name: &PhotoName, made: Made) {
        let made = match made {
            Made::Now(made) => Some(made),
            Made::Before => None,
            Made::AwaitsPoster => return,
        };
        if let Err(error) = self.record(name, made).await {
            tracing::warn!(photo = %name, error = %sentence(&error), "could not record previews; will look for them");
        }
    }

    /// Looks for the previews of photos that are due for it.
    ///
    /// # Errors
    /// The database or the store can't be used.
    pub async fn index_due(&self) -> Result<IndexReport> {
        let now = self.clock.now();
        let overdue = now.minus(OVERDUE);
        let asked = self.asked.since(now, OVERDUE);
        let is_shared = self.queue.is_shared();
        let (due, asked, free) = self
            .db
            .read(move |conn| {
                let mut still_asked = Vec::new();
                for name in asked {
                    if photos::is_pending(conn, &name)? {
                        still_asked.push(name);
                    }
                }
                // Another consumer makes no previews, and can do nothing with a photo that it has moved before. Where there
                // is a preview, there is a worker of ours.
                let may_ask = !is_shared || photos::is_any_ready(conn)?;
                let free = ASKED_AT_ONCE.saturating_sub(still_asked.len());
                let free = if may_ask { free } else { 0 };
                // First those that are new or were sent again, then the long backlog.
                let mut due = photos::list_pending(conn, overdue, now, BATCH)?;
                let from_before = Timestamp(i64::MIN);
                due.extend(photos::list_pending(conn, from_before, overdue, free)?);
                Ok((due, still_asked, free))
            })
            .await?;
        self.asked.retain(&asked);
        let (mut statuses, mut ask) = (Vec::new(), Vec::new());
        for photo in due {
            let status = match self.find(&photo.name).await? {
                Some(status) => status,
                None => PreviewStatus::Pending(now.plus(self.wait(&photo, now))),
            };
            if ask.len() < free
                && photo.created_at < overdue
                && matches!(status, PreviewStatus::Pending(_))
                && self.is_left_out(&photo.name).await?
            {
                ask.push(photo.name.clone());
                statuses.push((photo.name, PreviewStatus::Pending(now.plus(EVERY))));
            } else {
                statuses.push((photo.name, status));
            }
        }
        let again = statuses
            .iter()
            .filter(|(_, status)| matches!(status, PreviewStatus::Pending(_)))
            .count();
        let report = IndexReport {
            settled: statuses.len() - again,
            again,
            asked: ask.len(),
        };
        if !statuses.is_empty() {
            self.note(statuses, ask, now).await?;
        }
        Ok(report)
    }

    /// Whether a photo is where it belongs, and its previews haven't been requested from a worker.
    async fn is_left_out(&self, name: &PhotoName) -> Result<bool> {
        Ok(self.asked.at(name).is_none() && self.store.is_in_space(name).await?)
    }

    /// What the store has of the previews of a photo; `None` if there are none yet.
    async fn find(&self, name: &PhotoName) -> Result<Option<PreviewStatus>> {
        let Some(small) = self.store.open_preview(name, PreviewSize::Small).await? else {
            return Ok(None);
        };
        let small = small.read_all().await?;
        // It says something only for what might move.
        let has_large = small.is_empty()
            || !may_move(name)
            || (self.store.open_preview(name, PreviewSize::Large).await?).is_some();
        Ok(Some(status_of(name, small, has_large, None).await?))
    }

    /// Records what was found, and sends photos to the workers again.
    async fn note(
        &self,
        statuses: Vec<(PhotoName, PreviewStatus)>,
        ask: Vec<PhotoName>,
        now: Timestamp,
    ) -> Result<()> {
        let (queue, asked) = (self.queue.clone(), ask.clone());
        let are_measured = statuses.iter().all(|(_, status)| status.is_measured());
        self.db
            .write(move |conn| {
                for (name, status) in &statuses {
                    photos::record_preview_status(conn, name, status)?;
                }
                send_again(conn, &queue, &asked)
            })
            .await?;
        if !are_measured {
            self.unmeasured.notify_one();
        }
        if !ask.is_empty() {
            tracing::info!(photos = ask.len(), "re-queued photos without previews");
            self.queue.notify();
        }
        self.asked.add(ask, now);
        Ok(())
    }

    /// The wait until the next look at a photo that has no previews yet.
    fn wait(&self, photo: &PendingPhoto, now: Timestamp) -> Duration {
        let awaited = self.asked.at(&photo.name);
        let since = awaited.unwrap_or(photo.created_at);
        (now.since(since) / 2).clamp(EVERY, MAX_PREVIEW_WAIT)
    }
}

impl Job for PreviewIndexer {
    const FAILURE: &'static str = "could not look for previews";

    // A store that doesn't answer doesn't delay the shutdown.
    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let report = self.index_due().await?;
        // There may be more at once.
        Ok(if report.settled > 0 || report.again >= BATCH {
            Next::Again
        } else {
            Next::Wait(EVERY)
        })
    }

    async fn woken(&self) {
        self.arrived.notified().await;
    }

    fn pause_after_error(&self) -> Duration {
        EVERY
    }
}

/// Whether a photo with this name may be a picture that moves. A film isn't one: it is shown by a poster.
fn may_move(name: &PhotoName) -> bool {
    match name.kind() {
        Some(MediaKind::Photo(kind)) => kind != Kind::Jpeg,
        Some(MediaKind::Video(_)) => false,
        None => true,
    }
}

/// The status by these previews: the small one, which is empty where there are none, and whether there is a large one,
/// which moving pictures don't have; and what both take, if that is known.
async fn status_of(
    name: &PhotoName,
    small: Vec<u8>,
    has_large: bool,
    bytes: Option<u64>,
) -> Result<PreviewStatus> {
    if small.is_empty() {
        return Ok(PreviewStatus::Unavailable);
    }
    let made = tokio::task::spawn_blocking(move || placeholder(&small)).await?;
    Ok(match made {
        Ok(preview) => PreviewStatus::Ready {
            width: preview.width,
            height: preview.height,
            animated: !has_large && may_move(name),
            placeholder: preview.hash,
            bytes,
        },
        Err(reason) => {
            tracing::warn!(photo = %name, %reason, "could not use a preview");
            PreviewStatus::Unavailable
        }
    })
}
