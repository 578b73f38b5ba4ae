//! Deletes what is left of deleted spaces, some rows at a time, so that others write in between.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::ids::SpaceId;
use crate::domain::space_deletion::{self, Progress};
use crate::jobs::cleanup::Cleanup;
use crate::jobs::runner::{Job, Next};

/// How often it looks for a deletion that has stopped: the request that began it continues by itself, unless it fails.
const EVERY: Duration = Duration::from_secs(60);

/// Goes on with deletions of spaces.
#[derive(Clone)]
pub struct DeleteSpaces {
    db: Db,
    clock: Clock,
    cleanup: Cleanup,
}

impl DeleteSpaces {
    /// Deletes rows of this database, and by this cleanup the bytes that belong to them.
    pub fn new(db: Db, clock: Clock, cleanup: Cleanup) -> Self {
        Self { db, clock, cleanup }
    }

    /// Goes on with the deletion of a space until nothing of it is left.
    ///
    /// # Errors
    /// The database can't be written. The space stays deleted for everybody, and the job continues with it.
    pub async fn finish(&self, space: SpaceId, begun: Progress) -> crate::error::Result<()> {
        let mut progress = begun;
        loop {
            self.cleanup.delete_now(&progress.photos).await;
            if progress.is_over {
                self.cleanup.delete_space_now(space).await;
                return Ok(());
            }
            let now = self.clock.now();
            progress = self
                .db
                .write_making_room(move |conn| Ok(space_deletion::remove_chunk(conn, space, now)?))
                .await?;
        }
    }

    /// Finishes all deletions of spaces that have begun.
    ///
    /// # Errors
    /// The database can't be used.
    pub async fn finish_all(&self) -> crate::error::Result<()> {
        while let Some(space) = self.db.read(|conn| Ok(space_deletion::next(conn)?)).await? {
            self.finish(space, Progress::default()).await?;
        }
        Ok(())
    }
}

impl Job for DeleteSpaces {
    const FAILURE: &'static str = "could not finish deleting a space";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        self.finish_all().await?;
        Ok(Next::Wait(EVERY))
    }
}
