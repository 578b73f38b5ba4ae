//! The queue as a table of the database: durable with the share, hidden while a worker has it, kept when it fails.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{Disposition, Failed, FailedPhoto, Failure, FailureInfo, Message, PhotoName, back_off};
use crate::check::{Cause, Check, Found};
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::{jobs, photos};
use crate::output::count;

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum LocalFound {
    #[error("No photo has failed")]
    NoPhotoFailed,
    #[error(
        "{} failed. `shared-spaces photos failed` says why, and `shared-spaces photos retry` re-queues them",
        count(.photos, "photo")
    )]
    PhotosFailed { photos: usize },
    #[error("{0}")]
    FailedPhotosUnreadable(Cause),
}

impl Found for LocalFound {
    fn samples() -> Vec<Self> {
        vec![
            Self::NoPhotoFailed,
            Self::PhotosFailed { photos: 3 },
            Self::FailedPhotosUnreadable(Cause::sample()),
        ]
    }
}

/// How long a claimed photo is hidden. Far longer than moving a file takes; after a crash it is claimed again.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// A worker in another process is not notified, so everybody also looks this often.
const POLL: Duration = Duration::from_millis(500);
/// The queue in the table `photo_jobs`; clones share it.
#[derive(Clone)]
pub struct LocalQueue {
    db: Db,
    clock: Clock,
    arrived: Arc<Notify>,
    max_attempts: u32,
}

impl LocalQueue {
    /// The queue in this database, which sets a photo aside after `max_attempts`.
    pub fn new(db: Db, clock: Clock, max_attempts: u32) -> Self {
        Self {
            db,
            clock,
            arrived: Arc::new(Notify::new()),
            max_attempts,
        }
    }

    pub(super) fn enqueue(&self, conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
        let now = self.clock.now();
        jobs::add(conn, name, now)?;
        photos::mark_queued(conn, std::slice::from_ref(name), now)
    }

    /// Takes over what another queue has never accepted.
    pub(super) async fn send(&self, names: Vec<PhotoName>) -> Result<Vec<PhotoName>> {
        let queue = self.clone();
        let taken = self.db.write(move |conn| {
            names
                .iter()
                .try_for_each(|name| queue.enqueue(conn, name))?;
            Ok(names)
        });
        let names = taken.await?;
        self.notify();
        Ok(names)
    }

    pub(super) fn notify(&self) {
        self.arrived.notify_one();
    }

    pub(super) async fn wait(&self) {
        // Either way there may be something now: notified, or time to look.
        let _told = timeout(POLL, self.arrived.notified()).await;
    }

    pub(super) async fn receive(&self, max: u8) -> Result<Vec<Message>> {
        let now = self.clock.now();
        let max_attempts = self.max_attempts;
        if !self
            .db
            .read(move |conn| Ok(jobs::is_any_due(conn, now)?))
            .await?
        {
            return Ok(Vec::new());
        }
        // Losing the claim in a power cut does no harm: no worker holds it then.
        let taken = self.db.write_unsynced(move |conn| {
            // The last worker with these has ended without a reason.
            jobs::mark_abandoned_failed(conn, max_attempts, now)?;
            Ok(jobs::claim(conn, max, now, LEASE)?)
        });
        let message = |job: jobs::PhotoJob| Message {
            name: job.name,
            attempt: job.attempts,
            receipt: None,
        };
        Ok(taken.await?.into_iter().map(message).collect())
    }

    /// Hides a photo for longer, because it is still being worked on.
    pub(super) async fn extend(&self, message: &Message) -> Result<()> {
        let (name, due) = (message.name.clone(), self.clock.now().plus(LEASE));
        Ok(self
            .db
            .write_unsynced(move |conn| Ok(jobs::extend(conn, &name, due)?))
            .await?)
    }

    /// After a power cut it may be taken again, and is found where it belongs.
    pub(super) async fn acknowledge(&self, message: Message) -> Result<()> {
        Ok(self
            .db
            .write_unsynced(move |conn| Ok(jobs::remove(conn, &message.name)?))
            .await?)
    }

    pub(super) async fn nack(&self, message: &Message, failure: &Failure) -> Result<Disposition> {
        let (name, reason, now) = (message.name.clone(), failure.to_string(), self.clock.now());
        if message.attempt >= self.max_attempts {
            let aside = self
                .db
                .write(move |conn| Ok(jobs::mark_failed(conn, &name, &reason, now)?))
                .await?;
            return Ok(if aside {
                Disposition::Failed
            } else {
                Disposition::Gone
            });
        }
        let due = now.plus(back_off(message.attempt));
        let later = self
            .db
            .write(move |conn| Ok(jobs::retry_at(conn, &name, &reason, due)?))
            .await?;
        Ok(if later {
            Disposition::RetryAt(due)
        } else {
            Disposition::Gone
        })
    }

    pub(super) async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        report(match self.list_failed().await {
            Ok(failed) if failed.photos.is_empty() => Check::ok(LocalFound::NoPhotoFailed),
            Ok(failed) => Check::warning(LocalFound::PhotosFailed {
                photos: failed.photos.len(),
            }),
            Err(error) => Check::error(LocalFound::FailedPhotosUnreadable(error.into())),
        });
    }

    pub(super) async fn list_failed(&self) -> Result<Failed> {
        let failed = self.db.read(|conn| Ok(jobs::list_failed(conn)?)).await?;
        let photo = |job: jobs::FailedJob| FailedPhoto {
            name: job.name,
            why: FailureInfo::Known {
                attempts: job.attempts,
                failed_at: job.failed_at,
                error: job.last_error,
            },
        };
        Ok(Failed {
            photos: failed.into_iter().map(photo).collect(),
            ..Failed::default()
        })
    }

    pub(super) fn retry_here(
        &self,
        conn: &Connection,
        names: Option<&[PhotoName]>,
    ) -> rusqlite::Result<Vec<PhotoName>> {
        jobs::retry(conn, names, self.clock.now())
    }

    pub(super) async fn retry(&self, names: Option<&[PhotoName]>) -> Result<Vec<PhotoName>> {
        let (names, now) = (names.map(<[_]>::to_vec), self.clock.now());
        Ok(self
            .db
            .write(move |conn| Ok(jobs::retry(conn, names.as_deref(), now)?))
            .await?)
    }
}
