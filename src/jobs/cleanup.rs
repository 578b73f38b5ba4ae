//! Deletes the bytes of photos that no share has: deleted ones, and abandoned uploads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::check::sentence;
use crate::clock::Clock;
use crate::data_dir::hold::RestoreHold;
use crate::db::Db;
use crate::domain::ids::SpaceId;
use crate::domain::photo_name::PhotoName;
use crate::domain::{jobs, photos, sessions, spaces, tombstones};
use crate::jobs::index_previews::MAX_PREVIEW_WAIT;
use crate::jobs::index_renditions::MAX_RENDITION_WAIT;
use crate::jobs::runner::{Job, Next};
use crate::logging::audit;
use crate::queue::MAX_RETRY_DELAY;
use crate::storage::aws::is_refusal;
use crate::storage::{ABANDONED, PhotoStore};
use crate::uploads::under_way::SharesUnderWay;

const EVERY: Duration = Duration::from_secs(60);
/// Every this many cleanups, multipart uploads are looked for: each bucket costs a request.
const PARTS_EVERY: u32 = 60;
/// After this long, no client still sends parts of an object, however large it is and slow the line.
const STALE_PARTS: Duration = Duration::from_secs(24 * 60 * 60);
/// After this many refusals among photos that were to be deleted together, the others aren't tried.
const REFUSED: usize = 10;
/// How many characters of a store's error are kept with a photo that can't be deleted.
const QUOTED: usize = 300;

/// Deletes bytes that nothing refers to any more.
#[derive(Clone)]
pub struct Cleanup {
    db: Db,
    store: PhotoStore,
    clock: Clock,
    /// How many cleanups in a row couldn't delete abandoned uploads.
    vain: Arc<AtomicU32>,
    /// How many cleanups there were.
    rounds: Arc<AtomicU32>,
    /// Whether nothing may be deleted.
    hold: RestoreHold,
    /// Whose photos are left alone.
    under_way: SharesUnderWay,
}

/// How many photos a cleanup has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CleanupReport {
    /// Photos of deleted shares.
    pub deleted: usize,
    /// Photos in the staging store that no share has.
    pub orphans: usize,
}

impl CleanupReport {
    /// Logs it, unless there was nothing to delete.
    pub fn log(&self) {
        if self.deleted + self.orphans > 0 {
            tracing::info!(
                deleted = self.deleted,
                orphans = self.orphans,
                "deleted photos without a share"
            );
        }
    }
}

/// Which photos are deleted.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// Those of deleted shares.
    Deleted,
    /// Those that came to no share.
    Abandoned,
}

/// What became of photos that were to be deleted.
#[derive(Debug, Default)]
struct Deletion {
    gone: Vec<PhotoName>,
    /// Some of these may be gone too.
    stay: Vec<PhotoName>,
    /// Why the first of those stays.
    why: String,
}

impl Deletion {
    fn stays(&mut self, names: impl IntoIterator<Item = PhotoName>, error: &anyhow::Error) {
        if self.stay.is_empty() {
            self.why = sentence(error).chars().take(QUOTED).collect();
        }
        self.stay.extend(names);
    }
}

impl Cleanup {
    /// A cleanup of this store.
    pub fn new(db: Db, store: PhotoStore, clock: Clock) -> Self {
        Self {
            db,
            store,
            clock,
            vain: Arc::default(),
            rounds: Arc::default(),
            hold: RestoreHold::default(),
            under_way: SharesUnderWay::default(),
        }
    }

    /// The same, but leaves photos alone that are on their way to one of these.
    pub fn sparing(self, under_way: SharesUnderWay) -> Self {
        Self { under_way, ..self }
    }

    /// The same, but deletes nothing while this holds; it deletes again afterwards.
    pub fn held_by(self, hold: RestoreHold) -> Self {
        Self { hold, ..self }
    }

    /// Deletes photos whose rows are gone, at once. What fails is left to a later cleanup, by its tombstone.
    pub async fn delete_now(&self, names: &[PhotoName]) {
        if self.hold.is_on() {
            return;
        }
        let Deletion { stay, why, .. } = self.delete(names, Which::Deleted).await;
        if let Some(first) = stay.first() {
            tracing::warn!(%first, photos = stay.len(), error = %why, "could not delete photos; will retry");
        }
    }

    /// Deletes the store of a space that is gone, at once. What fails is left to a later cleanup.
    pub async fn delete_space_now(&self, space: SpaceId) {
        if self.hold.is_on() {
            return;
        }
        if let Err(error) = self.store.delete_space(&space.to_string()).await {
            tracing::warn!(%space, error = %sentence(&error), "could not delete the store of a space; will retry");
        }
    }

    /// Deletes what tombstones name that are due, orphans of the staging store, and what the database's log still has
    /// of deleted rows.
    ///
    /// # Errors
    /// The database can't be used, or the staging store can't be read.
    pub async fn run_once(&self) -> Result<CleanupReport> {
        self.clean_up_older_than(ABANDONED, false).await
    }

    /// As [`Self::run_once`], but for everything whatever its age: right only while no other process has a request under way. What
    /// isn't due is deleted again when it is, because a worker of another process may be processing it.
    ///
    /// # Errors
    /// As [`Self::run_once`].
    pub async fn delete_everything_due(&self) -> Result<CleanupReport> {
        self.clean_up_older_than(Duration::ZERO, true).await
    }

    async fn clean_up_older_than(&self, age: Duration, all: bool) -> Result<CleanupReport> {
        self.checkpoint_wal().await;
        self.clamp_due_times().await?;
        if self.hold.is_on() {
            return Ok(CleanupReport::default());
        }
        // Before the staging store is looked into, which may not be allowed where deleting is.
        let deleted = self.delete_due(all).await?;
        let found = self.store.list_temporary(age).await?;
        // In this order: what is on its way at first may be in the database by then.
        let found = self.under_way.without(found);
        let orphans = self
            .db
            .read(move |conn| Ok(photos::orphans(conn, found)?))
            .await?;
        let orphans = self.delete_orphans(&orphans).await;
        self.abort_stale_parts().await;
        Ok(CleanupReport { deleted, orphans })
    }

    /// Deletes what due tombstones name, or all of them with `all`. Returns how many photos are gone. Those that stay keep
    /// their tombstones.
    async fn delete_due(&self, all: bool) -> Result<usize> {
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| Ok(tombstones::list_due(conn, now, all)?))
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut deletion = self.delete(&due, Which::Deleted).await;
        self.delete_empty_spaces(&mut deletion).await?;
        let Deletion { gone, stay, why } = deletion;
        self.store.sync_deletions(&gone).await?;
        let (deleted, tried) = (gone.len(), !stay.is_empty());
        let failing = self
            .db
            .write_making_room(move |conn| {
                tombstones::remove(conn, &gone, now)?;
                tombstones::note_failure(conn, &stay, &why)?;
                Ok(tombstones::failing(conn)?)
            })
            .await?;
        // One line for all of them, and more and more seldom.
        if tried
            && let Some(failing) = failing
            && failing.attempts.is_power_of_two()
        {
            let photos = usize::try_from(failing.photos).unwrap_or_default();
            let since = Some(failing.since);
            audit::deletion_failed(photos, failing.attempts, since, &failing.why);
        }
        Ok(deleted)
    }

    /// Deletes abandoned uploads. Returns how many are gone.
    async fn delete_orphans(&self, names: &[PhotoName]) -> usize {
        let Deletion { gone, stay, why } = self.delete(names, Which::Abandoned).await;
        if stay.is_empty() {
            self.vain.store(0, Ordering::Relaxed);
        } else {
            let attempts = self.vain.fetch_add(1, Ordering::Relaxed) + 1;
            if attempts.is_power_of_two() {
                audit::deletion_failed(stay.len(), attempts, None, &why);
            }
        }
        gone.len()
    }

    /// Aborts the multipart uploads of killed processes, now and then.
    async fn abort_stale_parts(&self) {
        let round = self.rounds.fetch_add(1, Ordering::Relaxed);
        if !round.is_multiple_of(PARTS_EVERY) {
            return;
        }
        match self.store.abort_stale_parts(STALE_PARTS).await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "aborted abandoned multipart uploads"),
            Err(error) => {
                tracing::warn!(error = %sentence(&error), "could not abort abandoned multipart uploads; will retry");
            }
        }
    }

    /// After the clock was set back, brings forward what would be due too late.
    async fn clamp_due_times(&self) -> Result<()> {
        let now = self.clock.now();
        let minded = self.db.write_making_room(move |conn| {
            sessions::clamp_last_used(conn, now)?;
            tombstones::bring_forward(conn, now)?;
            photos::clamp_next_checks(conn, now, MAX_PREVIEW_WAIT)?;
            photos::clamp_next_renditions(conn, now, MAX_RENDITION_WAIT)?;
            Ok(jobs::clamp_due(conn, now, MAX_RETRY_DELAY)?)
        });
        Ok(minded.await?)
    }

    /// Until then, what was deleted from the database is still in its log.
    async fn checkpoint_wal(&self) {
        match self.db.checkpoint_wal().await {
            Ok(true) => {}
            Ok(false) => tracing::debug!("WAL is in use; will checkpoint later"),
            Err(error) => tracing::warn!(?error, "WAL checkpoint failed"),
        }
    }

    /// Deletes the stores of deleted spaces whose photos were among these. The photos of a store that stays aren't done with.
    async fn delete_empty_spaces(&self, deletion: &mut Deletion) -> Result<()> {
        let spaces = deletion.gone.iter().map(|name| name.space().to_owned());
        let mut spaces: Vec<String> = spaces.collect();
        spaces.sort();
        spaces.dedup();
        for space in self
            .db
            .read(move |conn| Ok(spaces::missing_ids(conn, spaces)?))
            .await?
        {
            if let Err(error) = self.store.delete_space(&space).await {
                let ours = |name: &mut PhotoName| name.space() == space;
                let photos: Vec<_> = deletion.gone.extract_if(.., ours).collect();
                deletion.stays(photos, &error);
            }
        }
        Ok(())
    }

    /// Deletes photos.
    async fn delete(&self, names: &[PhotoName], which: Which) -> Deletion {
        let mut deletion = Deletion::default();
        for batch in names.chunks(self.store.delete_batch_size()) {
            match self.delete_batch(batch, which).await {
                Ok(()) => deletion.gone.extend_from_slice(batch),
                Err(error) if batch.len() > 1 && is_refusal(&error) => {
                    self.delete_each(batch, which, &mut deletion).await;
                }
                Err(error) => deletion.stays(batch.iter().cloned(), &error),
            }
        }
        deletion
    }

    async fn delete_batch(&self, names: &[PhotoName], which: Which) -> Result<()> {
        match which {
            Which::Deleted => self.store.delete_all(names).await,
            Which::Abandoned => self.store.delete_abandoned(names).await,
        }
    }

    /// Deletes photos one by one after some were refused. Once a few are refused again, the rest is left to the next time.
    async fn delete_each(&self, names: &[PhotoName], which: Which, deletion: &mut Deletion) {
        let mut refused = 0;
        for (at, name) in names.iter().enumerate() {
            match self.delete_batch(std::slice::from_ref(name), which).await {
                Ok(()) => deletion.gone.push(name.clone()),
                Err(error) => {
                    refused += 1;
                    if refused > REFUSED {
                        return deletion.stays(names[at..].iter().cloned(), &error);
                    }
                    deletion.stays([name.clone()], &error);
                }
            }
        }
    }
}

impl Job for Cleanup {
    const FAILURE: &'static str = "cleanup failed";

    fn first(&self) -> Next {
        Next::Wait(EVERY)
    }

    // A store that doesn't answer doesn't delay the shutdown. What is left is deleted by the next run.
    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        self.run_once().await?.log();
        Ok(Next::Wait(EVERY))
    }

    fn pause_after_error(&self) -> Duration {
        EVERY
    }
}
