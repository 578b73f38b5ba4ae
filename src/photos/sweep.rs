//! Sees to the bytes of photos that no share has: deleted ones, and uploads that came to nothing.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use anyhow::Result;

use super::catalogue::SELDOM;
use super::name::PhotoName;
use super::queue::LONGEST_WAIT;
use super::store::PhotoStore;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::ids::{Given, SpaceId};
use crate::domain::{jobs, photos, sessions, spaces, tombstones};

/// Uploads that have come to nothing for this long: no request takes longer between its photo and its share.
pub const ABANDONED: Duration = Duration::from_secs(60 * 60);
const EVERY: Duration = Duration::from_secs(60);

/// Deletes bytes that nothing points at any more.
#[derive(Clone)]
pub struct Sweeper {
    db: Db,
    store: PhotoStore,
    clock: Clock,
}

/// How many photos a sweep has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Photos of deleted shares.
    pub deleted: usize,
    /// Photos in the temporary store that no share has.
    pub orphans: usize,
}

impl Sweeper {
    /// A sweeper of this store.
    pub fn new(db: Db, store: PhotoStore, clock: Clock) -> Self {
        Self { db, store, clock }
    }

    /// Deletes photos at once whose rows are gone. What fails is left to a later sweep, by its tombstone.
    pub async fn delete_now(&self, names: &[PhotoName]) {
        self.delete(names).await;
    }

    /// Deletes the store of a space at once that is gone. What fails is left to a later sweep.
    pub async fn delete_space_now(&self, space: &Given<SpaceId>) {
        let Ok(space) = space.id() else { return };
        if let Err(error) = self.store.delete_space(&space.to_string()).await {
            tracing::warn!(%space, "can't delete the store of a space yet: {error:#}");
        }
    }

    /// Deletes what tombstones name that are due, orphans of the temporary store, and what the database's log still has
    /// of deleted rows.
    ///
    /// # Errors
    /// The database can't be used, or the temporary store can't be read.
    pub async fn sweep(&self) -> Result<Swept> {
        self.sweep_older_than(ABANDONED, false).await
    }

    /// As [`Self::sweep`], but for everything whatever its age: right only while no request is under way. What isn't due is
    /// deleted once more when it is, because a worker of another process may have it in hand.
    ///
    /// # Errors
    /// As [`Self::sweep`].
    pub async fn sweep_all(&self) -> Result<Swept> {
        self.sweep_older_than(Duration::ZERO, true).await
    }

    async fn sweep_older_than(&self, age: Duration, all: bool) -> Result<Swept> {
        self.empty_log().await;
        self.mind_the_clock().await?;
        let found = self.store.list_temporary(age).await?;
        let orphans = self
            .db
            .read(move |conn| Ok(photos::orphans(conn, found)?))
            .await?;
        let orphans = self.delete(&orphans).await.len();
        let now = self.clock.now();
        let due = self
            .db
            .read(move |conn| Ok(tombstones::list_due(conn, now, all)?))
            .await?;
        let deleted = self.delete(&due).await;
        let swept = Swept {
            deleted: deleted.len(),
            orphans,
        };
        if !deleted.is_empty() {
            self.delete_empty_spaces(&deleted).await?;
            self.store.keep_deleted(&deleted).await?;
            self.db
                .write_making_room(move |conn| Ok(tombstones::remove(conn, &deleted, now)?))
                .await?;
        }
        Ok(swept)
    }

    /// Whoever has set the clock back means now what was to be later.
    async fn mind_the_clock(&self) -> Result<()> {
        let now = self.clock.now();
        let minded = self.db.write_making_room(move |conn| {
            sessions::bring_back(conn, now)?;
            tombstones::bring_forward(conn, now)?;
            photos::bring_looks_forward(conn, now, SELDOM)?;
            Ok(jobs::bring_forward(conn, now, LONGEST_WAIT)?)
        });
        Ok(minded.await?)
    }

    /// What was deleted from the database still stands in its log until then.
    async fn empty_log(&self) {
        match self.db.empty_log().await {
            Ok(true) => {}
            Ok(false) => tracing::debug!("the log of the database is in use, and emptied later"),
            Err(error) => tracing::warn!("the log of the database can't be emptied: {error:?}"),
        }
    }

    /// Deletes the stores of spaces that are gone, of which these photos were.
    async fn delete_empty_spaces(&self, photos: &[PhotoName]) -> Result<()> {
        let mut spaces: Vec<String> = photos.iter().map(|name| name.space().to_owned()).collect();
        spaces.sort();
        spaces.dedup();
        for space in self
            .db
            .read(move |conn| Ok(spaces::gone(conn, spaces)?))
            .await?
        {
            self.store.delete_space(&space).await?;
        }
        Ok(())
    }

    /// Deletes photos and gives those that are gone.
    async fn delete(&self, names: &[PhotoName]) -> Vec<PhotoName> {
        let mut gone = Vec::new();
        for batch in names.chunks(self.store.deleted_at_once()) {
            match self.store.delete_all(batch).await {
                Ok(()) => gone.extend_from_slice(batch),
                Err(error) => {
                    let (first, photos) = (&batch[0], batch.len());
                    tracing::warn!(%first, photos, "can't delete photos yet: {error:#}");
                }
            }
        }
        gone
    }

    /// Sweeps every minute until `shutdown` is ready.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            let next = async {
                tokio::time::sleep(EVERY).await;
                self.sweep().await
            };
            // A store that doesn't answer mustn't hold up the end. What a sweep leaves behind is left to the next.
            let swept = tokio::select! {
                biased;
                () = &mut shutdown => return,
                swept = next => swept,
            };
            match swept {
                Ok(Swept {
                    deleted: 0,
                    orphans: 0,
                }) => {}
                Ok(swept) => tracing::info!(
                    swept.deleted,
                    swept.orphans,
                    "deleted photos that no share has"
                ),
                Err(error) => tracing::error!("can't sweep: {error:#}"),
            }
        }
    }
}
