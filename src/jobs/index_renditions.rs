//! Records which films have renditions. A worker with access to the database reports what it makes. Others put it into the store,
//! where this job looks for it: soon and often for a new film, more and more seldom for one that stays without, which it sends to the
//! workers again, a few times in all.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Timestamp};
use crate::db::Db;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, PendingRendition, RenditionStatus};
use crate::jobs::film_rendition::{Made, RenditionMaker};
use crate::jobs::requested::{Requested, send_again};
use crate::jobs::runner::{Job, Next};
use crate::queue::PhotoQueue;
use crate::storage::PhotoStore;

/// How often it looks, and the wait before the second look at a film.
const EVERY: Duration = Duration::from_secs(5);
/// The longest wait between two looks at a film that can't be sent to a worker.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest wait between two looks at a film.
pub const MAX_RENDITION_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The wait of a film that is to be sent to a worker after others.
const BUSY: Duration = Duration::from_secs(5 * 60);
/// A film without a rendition is sent to the workers again after this time, and that of [`PER_SECOND`] for each of its seconds; four
/// times later each time.
const OVERDUE: Duration = Duration::from_secs(10 * 60);
const PER_SECOND: u32 = 20;
/// A film that was sent again as often ends whatever works on it.
const MAX_ASKS: u32 = 5;
/// At most this many films are with the workers again at once.
const ASKED_AT_ONCE: usize = 4;
/// The films that are looked at in one step.
const BATCH: usize = 20;

/// Looks for renditions; clones share their state.
#[derive(Clone)]
pub struct RenditionIndexer {
    db: Db,
    store: PhotoStore,
    queue: PhotoQueue,
    clock: Clock,
    /// Who makes renditions.
    makers: Makers,
    /// When films were sent to the workers again.
    asked: Requested,
}

/// Who makes renditions.
#[derive(Clone)]
pub enum Makers {
    /// The worker in this process, if it has ffmpeg.
    Here(Option<Box<RenditionMaker>>),
    /// Workers elsewhere, of which some may.
    Elsewhere,
}

impl RenditionIndexer {
    /// The indexer of the films in this store.
    pub fn new(db: Db, store: PhotoStore, queue: PhotoQueue, clock: Clock, makers: Makers) -> Self {
        Self {
            db,
            store,
            queue,
            clock,
            makers,
            asked: Requested::default(),
        }
    }

    /// Whether the rendition of a film is still wanted.
    ///
    /// # Errors
    /// The database can't be read.
    pub async fn is_pending(&self, name: &PhotoName) -> Result<bool> {
        let name = name.clone();
        Ok(self
            .db
            .read(move |conn| Ok(photos::is_rendition_pending(conn, &name)?))
            .await?)
    }

    /// Records what a worker of this process has made.
    ///
    /// # Errors
    /// The database can't be written to.
    pub async fn record(&self, name: &PhotoName, made: Made) -> Result<()> {
        let Some(status) = status_of(made) else {
            return Ok(());
        };
        let name = name.clone();
        self.db
            .write(move |conn| Ok(photos::record_rendition(conn, &name, &status)?))
            .await?;
        Ok(())
    }

    /// Looks for the renditions of films that are due for it; how many films were looked at.
    ///
    /// # Errors
    /// The database or the store can't be used.
    pub async fn index_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let (here, asked) = (self.may_ask_here(), self.asked.since(now, OVERDUE));
        let (due, may_ask, free) = self
            .db
            .read(move |conn| {
                let mut still_asked = 0;
                for name in &asked {
                    still_asked += usize::from(photos::is_rendition_pending(conn, name)?);
                }
                let may_ask = match here {
                    Some(may) => may,
                    // Where one is known, there is a worker that makes them.
                    None => photos::is_any_rendition_known(conn)?,
                };
                let due = photos::list_pending_renditions(conn, now, BATCH)?;
                Ok((due, may_ask, ASKED_AT_ONCE.saturating_sub(still_asked)))
            })
            .await?;
        let (count, mut statuses, mut ask) = (due.len(), Vec::new(), Vec::new());
        for film in due {
            let found = self.store.open_rendition(&film.name).await?;
            let found = found.map(|found| match found.bytes {
                0 => RenditionStatus::None,
                bytes => RenditionStatus::There(bytes),
            });
            let next = next_of(&film, now);
            let is_asked = found.is_none() && next == NextLook::Ask && may_ask && ask.len() < free;
            let status = match (found, next) {
                (Some(found), _) => found,
                (None, NextLook::Never) if may_ask => RenditionStatus::None,
                (None, _) if is_asked => {
                    if self.store.is_in_space(&film.name).await? {
                        ask.push(film.name.clone());
                    }
                    RenditionStatus::Pending {
                        due: now.plus(overdue(&film)),
                        asks: film.asks + 1,
                    }
                }
                (None, NextLook::Ask) if may_ask => RenditionStatus::Pending {
                    due: now.plus(BUSY),
                    asks: film.asks,
                },
                (None, _) => RenditionStatus::Pending {
                    due: now.plus((now.since(film.created_at) / 2).clamp(EVERY, MAX_WAIT)),
                    asks: film.asks,
                },
            };
            statuses.push((film.name, status));
        }
        if count > 0 {
            self.note(statuses, ask, now).await?;
        }
        Ok(count)
    }

    /// Records what was found, and sends films to the workers again.
    async fn note(
        &self,
        statuses: Vec<(PhotoName, RenditionStatus)>,
        ask: Vec<PhotoName>,
        now: Timestamp,
    ) -> Result<()> {
        let (queue, asked) = (self.queue.clone(), ask.clone());
        self.db
            .write(move |conn| {
                for (name, status) in &statuses {
                    photos::record_rendition(conn, name, status)?;
                }
                send_again(conn, &queue, &asked)
            })
            .await?;
        if !ask.is_empty() {
            tracing::info!(films = ask.len(), "re-queued films without renditions");
            self.queue.notify();
        }
        self.asked.add(ask, now);
        Ok(())
    }

    /// Whether the worker of this process can be asked; `None` where others are.
    fn may_ask_here(&self) -> Option<bool> {
        match &self.makers {
            Makers::Here(maker) => Some(maker.as_ref().is_some_and(|maker| maker.is_able())),
            Makers::Elsewhere => None,
        }
    }
}

impl Job for RenditionIndexer {
    const FAILURE: &'static str = "could not look for renditions";

    // A store that doesn't answer doesn't delay the shutdown.
    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let count = self.index_due().await?;
        Ok(if count >= BATCH {
            Next::Again
        } else {
            Next::Wait(EVERY)
        })
    }

    fn pause_after_error(&self) -> Duration {
        EVERY
    }
}

/// What comes next for a film that has no rendition at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextLook {
    /// Another look.
    Wait,
    /// It is sent to the workers again.
    Ask,
    /// It was sent again often enough.
    Never,
}

fn next_of(film: &PendingRendition, now: Timestamp) -> NextLook {
    match film.asks {
        0 if now.since(film.created_at) < overdue(film) => NextLook::Wait,
        // Each further look is due when the film is overdue again.
        asks if asks < MAX_ASKS => NextLook::Ask,
        _ => NextLook::Never,
    }
}

/// How long a worker may take for a film, and be busy with others before, until it counts as forgotten.
fn overdue(film: &PendingRendition) -> Duration {
    let duration = film.duration.unwrap_or_default().min(MAX_WAIT);
    let first = OVERDUE + duration * PER_SECOND;
    (first * 4_u32.pow(film.asks.min(MAX_ASKS))).min(MAX_RENDITION_WAIT)
}

fn status_of(made: Made) -> Option<RenditionStatus> {
    match made {
        Made::There(bytes) => Some(RenditionStatus::There(bytes)),
        Made::None => Some(RenditionStatus::None),
        Made::Unknown => None,
    }
}
